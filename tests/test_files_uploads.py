"""Files on their way in: on the disk without a name, no further than the limit, and nothing left of what broke off."""

import errno
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.handlers.wsgi import WSGIRequest
from django.http.multipartparser import MultiPartParserError
from django.test import Client, RequestFactory
from django.utils import translation

from files import uploads
from files.names import clean
from files.uploads import OnDisk, prepare
from tests import file_samples as sample

GIGABYTE = 1_000_000_000
ZEROS = bytes(1 << 20)


_requests: list[WSGIRequest] = []


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    """As after an answer."""
    yield
    while _requests:
        _requests.pop().close()


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Iterator[Path]:
    settings.MEMOFLOW_UPLOADS = str(tmp_path / "uploads")
    with translation.override("en"):
        yield tmp_path / "uploads"


class Sent(io.RawIOBase):
    """A browser that sends a head, then zeros, and remembers how much of it was taken."""

    def __init__(self, head: bytes, length: int, breaks_after: int | None = None) -> None:
        self.head, self.length, self.taken, self.breaks_after = head, length, 0, breaks_after

    def read(self, size: int = -1) -> bytes:
        if self.breaks_after is not None and self.taken >= self.breaks_after:
            raise OSError("the connection was lost")
        size = min(size if size >= 0 else 1 << 16, self.length - self.taken, 1 << 20)
        piece = self.head[self.taken : self.taken + size]
        self.taken += size
        return piece.ljust(size, b"\0") if size < 1 << 20 or piece else ZEROS

    def readable(self) -> bool:
        return True


def form(name: str = "ก.pdf") -> bytes:
    token = b'--x\r\nContent-Disposition: form-data; name="word"\r\n\r\nkept\r\n'
    return token + f'--x\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'.encode()


def request_of(sent: Sent) -> WSGIRequest:
    request = RequestFactory().post("/", content_type="multipart/form-data; boundary=x")
    request.environ.update({"CONTENT_LENGTH": str(sent.length), "wsgi.input": sent})
    _requests.append(WSGIRequest(request.environ))
    return _requests[-1]


def posted(*files: SimpleUploadedFile, **more: Any) -> WSGIRequest:
    _requests.append(RequestFactory().post("/", {"files": files, "word": "kept", **more}))
    return _requests[-1]


def file(data: bytes, name: str = "ก.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def left_in(folder: Path) -> list[str]:
    return sorted(os.listdir(folder)) if folder.exists() else []


def test_several_files_of_one_form_come_in_with_their_names(folder: Path) -> None:
    came = prepare(posted(file(sample.pdf(), "หนึ่ง.pdf"), file(sample.png(), "สอง.png")))
    assert [(one.name, one.read(), one.size) for one in came.files] == [
        ("หนึ่ง.pdf", sample.pdf(), len(sample.pdf())),
        ("สอง.png", sample.png(), len(sample.png())),
    ]
    assert came.refused == [] and all(isinstance(one, uploads.Received) for one in came.files)


def test_even_a_small_file_lies_on_the_disk_and_has_no_name_there(folder: Path) -> None:
    (one,) = prepare(posted(file(b"small"))).files
    assert os.fstat(one.file.fileno()).st_nlink == 0 and left_in(folder) == []
    assert os.fstat(one.file.fileno()).st_dev == os.stat(folder).st_dev


def test_a_form_without_files_has_none() -> None:
    came = prepare(posted())
    assert came.files == [] and came.refused == []
    assert prepare(RequestFactory().get("/")).files == []


def test_a_name_of_more_than_255_characters_comes_whole() -> None:
    for name in ("ก" * 300 + ".pdf", "ก." + "ข" * 300):
        body = form(name) + b"x\r\n--x--\r\n"
        assert [one.name for one in prepare(request_of(Sent(body, len(body)))).files] == [name]


def test_folders_do_not_come_in_with_a_name_and_hidden_marks_do_to_be_refused() -> None:
    names = ["../../etc/ก.pdf", "C:\\ข.pdf", "..", "ค\u202efdp.exe", "ง\x00.pdf"]
    body = b"".join(form(name) + b"x\r\n" for name in names) + b"--x--\r\n"
    came = prepare(request_of(Sent(body, len(body)))).files
    assert [one.name for one in came] == ["ก.pdf", "ข.pdf", "ค\u202efdp.exe", "ง\x00.pdf"]
    for one in came[2:]:
        with pytest.raises(ValidationError, match="Rename it"):
            clean(one.name)


def test_a_file_over_the_limit_is_left_out_and_said_and_the_others_come(settings: Any, folder: Path) -> None:
    settings.MEMOFLOW_FILE_BYTES = 1_000_000
    request = posted(file(b"1"), file(b"x" * 1_000_001, "ใหญ่.pdf"), file(b"x" * 1_000_000, "พอดี.pdf"))
    came = prepare(request)
    assert [one.name for one in came.files] == ["ก.pdf", "พอดี.pdf"]
    assert came.refused == ["ใหญ่.pdf: The file is too large: at most 1 MB are taken."]
    assert came.files[0].read() == b"1" and request.POST["word"] == "kept"


def test_two_gigabytes_are_thrown_away_and_said(folder: Path) -> None:
    sent = Sent(form(), 2 * GIGABYTE)
    request = request_of(sent)
    came = prepare(request)
    assert came.files == [] and came.refused == ["Too much at once: at most 250 MB in all. Nothing was taken."]
    assert request.POST["word"] == "kept" and left_in(folder) == []


def test_two_gigabytes_that_come_slowly_are_cut_off(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "PATIENCE", 0)
    sent = Sent(form(), 2 * GIGABYTE)
    assert prepare(request_of(sent)).refused == ["Too much at once: at most 250 MB in all. Nothing was taken."]
    assert sent.taken < 1_000_000


def test_an_upload_that_breaks_off_leaves_nothing(folder: Path) -> None:
    request = request_of(Sent(form(), 20_000_000, breaks_after=5_000_000))
    with pytest.raises(OSError):
        prepare(request)
    assert left_in(folder) == []


def test_a_form_that_ends_before_its_end_brings_no_whole_file(folder: Path) -> None:
    """What came of it is refused by inspection, as every kind tells where it ends."""
    body = form() + sample.pdf()[:300]
    try:
        came = prepare(request_of(Sent(body, len(body)))).files
    except MultiPartParserError:
        came = []
    assert came == [] or came[0].size == 300


def test_a_form_whose_connection_ends_quietly_brings_no_file(folder: Path) -> None:
    class Quiet(Sent):
        def read(self, size: int = -1) -> bytes:
            return b"" if self.taken >= 100_000 else super().read(size)

    came = prepare(request_of(Quiet(form(), 20_000_000)))
    assert came.files == [] and came.refused == ["The upload was broken off. Nothing was taken; try again."]


@pytest.mark.parametrize("step", ["open", "write"])
def test_a_full_disk_is_said(step: str, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    class Full(io.BytesIO):
        def write(self, _data: Any) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    def opened(**_options: Any) -> Full:
        if step == "open":
            raise OSError(errno.ENOSPC, "No space left on device")
        return Full()

    monkeypatch.setattr(uploads, "TemporaryFile", opened)
    came = prepare(posted(file(b"1"), file(b"2", "ข.pdf")))
    assert came.files == []
    assert came.refused == [
        "ก.pdf: The file could not be taken: there is no room. Try again later.",
        "ข.pdf: The file could not be taken: there is no room. Try again later.",
    ]


def test_a_disk_that_fills_up_keeps_the_files_before(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    real, opened = uploads.TemporaryFile, []

    def once(**options: Any) -> Any:
        if opened:
            raise OSError(errno.ENOSPC, "No space left on device")
        opened.append(True)
        return real(**options)

    monkeypatch.setattr(uploads, "TemporaryFile", once)
    came = prepare(posted(file(b"1"), file(b"2", "ข.pdf")))
    assert [one.read() for one in came.files] == [b"1"] and len(came.refused) == 1


@pytest.mark.django_db
def test_no_form_of_the_house_takes_more(
    client: Client, settings: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even one that asks for no file, from somebody who has not signed in."""
    monkeypatch.setattr(uploads, "PATIENCE", 0)
    assert [f"{OnDisk.__module__}.{OnDisk.__name__}"] == settings.FILE_UPLOAD_HANDLERS
    sent = Sent(form(), 2 * GIGABYTE)
    extra = {"wsgi.input": sent, "CONTENT_LENGTH": str(sent.length)}
    client.generic("POST", "/accounts/login/", content_type="multipart/form-data; boundary=x", secure=True, **extra)
    assert sent.taken < 1_000_000 and left_in(folder) == []
