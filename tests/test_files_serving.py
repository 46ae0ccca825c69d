"""An attachment leaves the house as a download: whole or a range of it, harmless, and again only when it changed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from django.core.files.base import ContentFile
from django.core.signals import request_finished
from django.db import close_old_connections
from django.http.response import HttpResponseBase
from django.test import RequestFactory

from files import inspection, serving, store
from files.models import Attachment, Kind
from tests import file_samples as sample

DATA = sample.pdf()
SIZE = len(DATA)


@pytest.fixture(autouse=True)
def _connected() -> Iterator[None]:
    """An answer that ends closes no connection of the test."""
    request_finished.disconnect(close_old_connections)
    yield
    request_finished.connect(close_old_connections)


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Iterator[Path]:
    settings.STORAGES = settings.STORAGES | {
        "files": {"BACKEND": "files.storage.Folder", "OPTIONS": {"location": str(tmp_path / "files")}}
    }
    yield tmp_path / "files"


@pytest.fixture
def attachment(folder: Path) -> Attachment:
    return stored(DATA, sample.PDF_NAME, "application/pdf")


def stored(data: bytes, name: str, media_type: str) -> Attachment:
    sha256 = store.digest_of(ContentFile(data))
    store.keep(sha256, data)
    return Attachment(kind=Kind.FILE, name=name, sha256=sha256, media_type=media_type, size=len(data))


def ask(attachment: Attachment, method: str = "get", **headers: str) -> HttpResponseBase:
    request = getattr(RequestFactory(headers=headers), method)("/")
    return serving.stored(request, attachment)


def body(answer: Any) -> bytes:
    """What the browser gets; the answer is closed as a server closes it."""
    try:
        return b"".join(answer.streaming_content) if answer.streaming else answer.content
    finally:
        answer.close()


def test_it_comes_whole_as_a_download_that_can_do_nothing(attachment: Attachment) -> None:
    answer = ask(attachment)
    assert answer.status_code == 200 and body(answer) == DATA
    assert answer["Content-Type"] == "application/pdf" and answer["Content-Length"] == str(SIZE)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Cache-Control"] == "private, no-cache" and answer["Accept-Ranges"] == "bytes"
    assert answer["ETag"] == f'"{attachment.sha256}"'


@pytest.mark.parametrize("name", [sample.PDF_NAME, sample.LONGEST_NAME, 'a"b;c.pdf', "plain.pdf", "ภาพ 😀.pdf"])
def test_it_bears_the_name_it_was_given(attachment: Attachment, name: str) -> None:
    attachment.name = name
    answer = ask(attachment)
    answer.close()
    given = answer["Content-Disposition"]
    assert given.startswith("attachment; filename") and "\n" not in given
    said = unquote(given.partition("''")[2]) or given.partition('"')[2][:-1].replace("\\", "")
    assert said == name


def test_line_breaks_in_a_name_make_no_headers(attachment: Attachment) -> None:
    attachment.name = "ก\r\nSet-Cookie: a=b.pdf"
    answer = ask(attachment)
    answer.close()
    assert "\r" not in answer["Content-Disposition"] and "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "asked, first, last",
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-99", 0, 99),
        ("bytes=100-", 100, SIZE - 1),
        ("bytes=-10", SIZE - 10, SIZE - 1),
        ("bytes=10-999999", 10, SIZE - 1),
        ("bytes=-999999", 0, SIZE - 1),
        (f"bytes={SIZE - 1}-", SIZE - 1, SIZE - 1),
    ],
)
def test_one_range_is_answered_with_this_range(attachment: Attachment, asked: str, first: int, last: int) -> None:
    answer = ask(attachment, range=asked)
    assert answer.status_code == 206 and body(answer) == DATA[first : last + 1]
    assert answer["Content-Range"] == f"bytes {first}-{last}/{SIZE}"
    assert answer["Content-Length"] == str(last - first + 1)
    assert answer["X-Content-Type-Options"] == "nosniff" and "sandbox" in answer["Content-Security-Policy"]


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", "bytes=999999-1000000", "bytes=-0"])
def test_a_range_behind_the_end_is_refused(attachment: Attachment, asked: str) -> None:
    answer = ask(attachment, range=asked)
    assert answer.status_code == 416 and answer["Content-Range"] == f"bytes */{SIZE}" and body(answer) == b""


@pytest.mark.parametrize(
    "asked", ["bytes=0-1,3-4", "bytes=5-2", "bytes=-", "lines=1-2", "bytes=a-b", "bytes=" + "9" * 40 + "-"]
)
def test_what_is_no_single_range_is_answered_whole(attachment: Attachment, asked: str) -> None:
    answer = ask(attachment, range=asked)
    assert answer.status_code == 200 and body(answer) == DATA


def test_a_range_of_another_version_is_answered_whole(attachment: Attachment) -> None:
    same = ask(attachment, range="bytes=0-9", if_range=f'"{attachment.sha256}"')
    assert same.status_code == 206 and body(same) == DATA[:10]
    for older in ('"older"', f'W/"{attachment.sha256}"', "Wed, 21 Oct 2015 07:28:00 GMT"):
        answer = ask(attachment, range="bytes=0-9", if_range=older)
        assert answer.status_code == 200 and body(answer) == DATA


def test_what_the_browser_has_already_is_not_sent_again(attachment: Attachment) -> None:
    for given in (f'"{attachment.sha256}"', f'W/"{attachment.sha256}"', f'"a", "{attachment.sha256}"', "*"):
        answer = ask(attachment, if_none_match=given)
        assert answer.status_code == 304 and body(answer) == b"" and answer["ETag"] == f'"{attachment.sha256}"'
    other = ask(attachment, if_none_match='"other"')
    assert other.status_code == 200 and body(other) == DATA


def test_head_tells_all_and_sends_nothing(attachment: Attachment) -> None:
    answer = ask(attachment, "head", range="bytes=0-9")
    assert answer.status_code == 200 and answer["Content-Length"] == str(SIZE) and body(answer) == b""


def test_lost_bytes_are_the_callers_to_tell(attachment: Attachment) -> None:
    store.drop(attachment.sha256)
    with pytest.raises(FileNotFoundError):
        ask(attachment)


def test_a_large_file_is_not_taken_into_memory(folder: Path) -> None:
    one = stored(b"x" * 3_000_000, "ก.pdf", "application/pdf")
    answer: Any = ask(one)
    assert max(map(len, answer.streaming_content)) <= 64 * 1024
    answer.close()


def test_a_small_picture_is_shown_and_can_do_nothing(folder: Path) -> None:
    found = inspection.examine(ContentFile(sample.jpg()), "ก.jpg")
    one = stored(found.picture, "ก.jpg", "image/jpeg")
    with pytest.raises(FileNotFoundError):
        serving.thumbnail(RequestFactory().get("/"), one)
    one.thumbnail = stored(found.thumbnail, "", "").sha256
    answer = serving.thumbnail(RequestFactory().get("/"), one)
    assert answer["Content-Type"] == "image/webp" and answer["Content-Disposition"] == "inline"
    assert answer["X-Content-Type-Options"] == "nosniff" and "sandbox" in answer["Content-Security-Policy"]
    assert body(answer) == found.thumbnail and answer["ETag"] == f'"{one.thumbnail}"'


def test_a_proxy_sends_the_file_where_one_is_told_to(attachment: Attachment, settings: Any) -> None:
    settings.MEMOFLOW_X_ACCEL = "/kept-files/"
    answer = ask(attachment, range="bytes=0-9")
    sha256 = attachment.sha256
    assert answer.status_code == 200 and body(answer) == b""
    assert answer["X-Accel-Redirect"] == f"/kept-files/{sha256[:2]}/{sha256}"
    assert answer["Content-Type"] == "application/pdf" and answer["Content-Disposition"].startswith("attachment")
    assert ask(attachment, if_none_match=f'"{sha256}"').status_code == 304
    store.drop(sha256)
    with pytest.raises(FileNotFoundError):
        ask(attachment)
