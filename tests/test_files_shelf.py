"""Attachments: kept once under their bytes, taken away with a trace, never half there."""

import errno
import hashlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import IntegrityError, connections, transaction
from django.test import TestCase
from django.utils import translation

from audit import chain
from files import shelf, store
from files.models import Attachment, Kind, LinkState
from files.storage import Folder
from organization import doorbell, seats
from organization.refusals import NotNow
from tests import file_samples as sample
from tests.cast import DAY, Cast, at
from tests.test_races import overtaken, together

pytestmark = pytest.mark.django_db
ABOUT = "task:3c1f"


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Iterator[Path]:
    """An empty folder for this test's files."""
    settings.STORAGES = settings.STORAGES | {
        "files": {"BACKEND": "files.storage.Folder", "OPTIONS": {"location": str(tmp_path / "files")}}
    }
    with translation.override("en"):
        yield tmp_path / "files"


def kept_in(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


def keep(cast: Cast, data: bytes, name: str = sample.PDF_NAME, **more: Any) -> Attachment:
    file = ContentFile(data)
    return shelf.keep(file, name=name, **(placed(cast) | more))


def placed(cast: Cast) -> dict[str, Any]:
    seat = seats.seats_of(cast.finance, DAY)[0]
    return {"organization": cast.office, "about": ABOUT, "by": cast.finance, "seat": seat, "now": at()}


def remove(cast: Cast, one: Attachment, why: str = "", now: Any = None) -> None:
    with TestCase.captureOnCommitCallbacks(execute=True):
        shelf.remove(one, by=cast.finance, seat=seats.seats_of(cast.finance, DAY)[0], why=why, now=now or at(hour=11))


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def read(key: str) -> bytes:
    with shelf.take(key) as file:
        return file.read()


def problems() -> list[str]:
    return [problem.message for problem in chain.verify() if problem.subject_type == "files.attachment"]


# --- kept --------------------------------------------------------------------------------------------------------


def test_a_file_is_kept_under_its_bytes_with_its_own_name(cast: Cast, folder: Path) -> None:
    one = keep(cast, sample.pdf(), part="step:7")
    one.refresh_from_db()
    assert (one.name, one.sha256, one.size) == (sample.PDF_NAME, sha256(sample.pdf()), len(sample.pdf()))
    assert (one.about, one.part, one.kind, one.media_type) == (ABOUT, "step:7", Kind.FILE, "application/pdf")
    assert (one.by, one.at, one.thumbnail) == (cast.finance, at(), "")
    assert read(one.sha256) == sample.pdf()
    assert (folder / one.sha256[:2] / one.sha256).is_file() and kept_in(folder) == {one.sha256}
    event = chain.history_of(one)[-1]
    assert event.verb == "attached" and event.data["sha256"] == one.sha256 and event.by_id == cast.finance.pk
    assert problems() == []


def test_a_name_of_255_thai_characters_is_kept(cast: Cast) -> None:
    assert keep(cast, sample.pdf(), sample.LONGEST_NAME).name == sample.LONGEST_NAME
    Attachment.objects.get(name=sample.LONGEST_NAME)


def test_a_picture_is_kept_without_its_place_and_with_a_small_one(cast: Cast, folder: Path) -> None:
    given = sample.jpg(gps=True)
    one = keep(cast, given, sample.JPG_NAME)
    assert one.sha256 != sha256(given) and one.size == len(read(one.sha256))
    assert b"Camera" not in read(one.sha256)
    assert read(one.thumbnail)[8:12] == b"WEBP"
    assert kept_in(folder) == {one.sha256, one.thumbnail}
    assert chain.history_of(one)[-1].data["received"] == sha256(given)
    assert problems() == []


@pytest.mark.parametrize(
    "data, name",
    [
        (b"", "ก.pdf"),
        (b"MZ\x90\0", "ก.pdf"),
        (sample.pdf() + b"<html>", "ก.pdf"),
        (sample.pdf(), "ก.svg"),
        (sample.pdf(), "ก\u202efdp.exe"),
        (sample.pdf(), "ก\u202eexe.pdf"),
        (sample.pdf(), "ก" * 252 + ".pdf"),
        (sample.pdf()[:300], "ก.pdf"),
        (sample.docx(more=(("word/vbaProject.bin", b"x"),)), "ก.docx"),
    ],
)
def test_what_is_refused_leaves_nothing(cast: Cast, folder: Path, data: bytes, name: str) -> None:
    with pytest.raises(ValidationError):
        keep(cast, data, name)
    assert not Attachment.objects.exists() and kept_in(folder) == set()


def test_a_path_in_a_name_never_leads_anywhere(cast: Cast, folder: Path) -> None:
    one = keep(cast, sample.pdf(), "../../../etc/ก.pdf")
    assert one.name == "ก.pdf" and kept_in(folder) == kept_in(folder.parent) == {one.sha256}


def test_a_file_over_the_limit_is_refused(cast: Cast, folder: Path, settings: Any) -> None:
    settings.MEMOFLOW_FILE_BYTES = 1_000_000
    with pytest.raises(ValidationError, match="at most 1 MB"):
        keep(cast, sample.pdf("x" * 1_000_000))
    assert kept_in(folder) == set()
    keep(cast, sample.pdf("x" * 990_000))


def test_a_thing_takes_so_many_files_and_no_more(cast: Cast, folder: Path, settings: Any) -> None:
    settings.MEMOFLOW_FILES_PER_THING = 2
    first = keep(cast, sample.pdf("1"))
    keep(cast, sample.pdf("2"), part="step:1")
    with pytest.raises(ValidationError, match="2 files and links are attached"):
        keep(cast, sample.pdf("3"))
    with pytest.raises(ValidationError, match="2 files and links are attached"):
        shelf.link("https://www.example.go.th/", name="", **placed(cast))
    keep(cast, sample.pdf("3"), about="task:other")
    remove(cast, first)
    keep(cast, sample.pdf("4"))


def test_the_same_file_is_attached_once_to_a_place(cast: Cast, folder: Path) -> None:
    one = keep(cast, sample.pdf())
    with pytest.raises(ValidationError, match=sample.PDF_NAME):
        keep(cast, sample.pdf(), "อีกชื่อ.pdf")
    keep(cast, sample.pdf(), part="step:1")
    keep(cast, sample.pdf(), about="task:other")
    assert Attachment.objects.count() == 3 and kept_in(folder) == {one.sha256}
    remove(cast, one)
    keep(cast, sample.pdf())


def test_the_same_photograph_is_known_again(cast: Cast) -> None:
    keep(cast, sample.jpg(gps=True), "ก.jpg")
    with pytest.raises(ValidationError, match=r"ก\.jpg"):
        keep(cast, sample.jpg(gps=True), "ข.jpg")


def test_a_full_disk_is_said_and_leaves_nothing(cast: Cast, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("files.storage.os.fsync", full)
    with pytest.raises(ValidationError, match="no room") as refused:
        keep(cast, sample.jpg(), "ก.jpg")
    assert refused.value.code == "store"
    assert not Attachment.objects.exists() and kept_in(folder) == set()
    monkeypatch.undo()
    keep(cast, sample.jpg(), "ก.jpg")


def test_half_a_file_is_never_seen(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes come under their name by renaming, when all of them are written."""

    def stopped(*_arguments: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("files.storage.os.replace", stopped)
    with pytest.raises(KeyboardInterrupt):
        store.keep("ab" * 32, b"half")
    assert kept_in(folder) == set() and not store.there("ab" * 32)


def test_bytes_that_were_lost_come_back_with_the_same_file(cast: Cast, folder: Path) -> None:
    one = keep(cast, sample.pdf())
    store.drop(one.sha256)
    keep(cast, sample.pdf(), about="task:other")
    assert read(one.sha256) == sample.pdf()


# --- links -------------------------------------------------------------------------------------------------------


def test_a_link_is_kept_and_waits_to_be_looked_at(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[str] = []
    monkeypatch.setattr(doorbell, "ring", rung.append)
    with TestCase.captureOnCommitCallbacks(execute=True):
        one = shelf.link(" https://www.example.go.th/รายงาน?ปี=2564 ", name="รายงานบนเว็บ", **placed(cast))
    assert (one.kind, one.url, one.name) == (Kind.LINK, "https://www.example.go.th/รายงาน?ปี=2564", "รายงานบนเว็บ")
    assert one.link_state == LinkState.WAITING and one.checked_at is None and one.trouble == ""
    assert rung == ["files.tasks.check_links"] and problems() == []


def test_a_link_without_a_name_bears_its_address(cast: Cast) -> None:
    long = "https://www.example.go.th/" + "a" * 1900
    assert shelf.link(long, name=" ", **placed(cast)).name == long[:255]
    with pytest.raises(ValidationError, match="characters"):
        shelf.link("https://a.go.th/", name="ก" * 256, **placed(cast))
    with pytest.raises(ValidationError, match="direction"):
        shelf.link("https://a.go.th/", name="ก\u202eข", **placed(cast))


def test_the_same_link_is_attached_once(cast: Cast) -> None:
    shelf.link("https://a.go.th/", name="ก", **placed(cast))
    with pytest.raises(ValidationError, match="attached here already"):
        shelf.link("https://a.go.th/", name="ข", **placed(cast))


# --- taken away --------------------------------------------------------------------------------------------------


def test_a_removed_file_leaves_its_row_its_chain_and_no_bytes(cast: Cast, folder: Path) -> None:
    one = keep(cast, sample.jpg(), "ก.jpg")
    remove(cast, one, "แนบผิดไฟล์")
    row = Attachment.objects.get(pk=one.pk)
    assert (row.removed_at, row.removed_by, row.removed_why) == (at(hour=11), cast.finance, "แนบผิดไฟล์")
    assert kept_in(folder) == set() and shelf.attached_to(ABOUT) == []
    event = chain.history_of(row)[-1]
    assert event.verb == "removed" and event.data["sha256"] == row.sha256
    assert problems() == []


def test_it_is_removed_once(cast: Cast) -> None:
    one = keep(cast, sample.pdf())
    remove(cast, one)
    with pytest.raises(NotNow):
        remove(cast, Attachment.objects.get(pk=one.pk))
    assert [event.verb for event in chain.history_of(one)] == ["attached", "removed"]


def test_a_reason_that_is_too_long_is_refused(cast: Cast) -> None:
    one = keep(cast, sample.pdf())
    with pytest.raises(ValidationError):
        remove(cast, one, "ก" * 501)
    assert shelf.attached_to(ABOUT) == [one]


def test_bytes_stay_while_another_attachment_names_them(cast: Cast, folder: Path) -> None:
    one, other = keep(cast, sample.jpg(), "ก.jpg"), keep(cast, sample.jpg(), "ข.jpg", about="task:other")
    remove(cast, one)
    assert kept_in(folder) == {other.sha256, other.thumbnail}
    remove(cast, other)
    assert kept_in(folder) == set()


def test_bytes_of_a_frozen_text_stay_for_good(cast: Cast, folder: Path) -> None:
    one = keep(cast, sample.jpg(), "ก.jpg")
    shelf.freeze([one], now=at(hour=10))
    shelf.freeze([one], now=at(hour=12))
    assert Attachment.objects.get(pk=one.pk).frozen_at == at(hour=10)
    remove(cast, one)
    assert kept_in(folder) == {one.sha256, one.thumbnail} and problems() == []


def test_what_was_removed_meanwhile_is_not_frozen(cast: Cast, django_assert_num_queries: Any) -> None:
    one, other = keep(cast, sample.pdf("1")), keep(cast, sample.pdf("2"))
    with django_assert_num_queries(1):
        shelf.freeze([one, other], now=at())
    with django_assert_num_queries(0):
        shelf.freeze([], now=at())
    remove(cast, one)
    with pytest.raises(NotNow):
        shelf.freeze([one, other], now=at())


def test_bytes_stay_when_the_removal_is_taken_back(cast: Cast, folder: Path) -> None:
    one = keep(cast, sample.pdf())
    with TestCase.captureOnCommitCallbacks(execute=True), pytest.raises(RuntimeError), transaction.atomic():
        shelf.remove(one, by=cast.finance, seat=seats.seats_of(cast.finance, DAY)[0], now=at())
        raise RuntimeError
    assert kept_in(folder) == {one.sha256} and shelf.attached_to(ABOUT) == [one]


def test_a_store_that_does_not_answer_does_not_stop_a_removal(
    cast: Cast, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = keep(cast, sample.pdf())

    def away(*_arguments: Any) -> None:
        raise OSError("the store is away")

    with monkeypatch.context() as patched:
        patched.setattr(store, "drop", away)
        remove(cast, one)
    assert Attachment.objects.get(pk=one.pk).removed_at and kept_in(folder) == {one.sha256}
    assert shelf.sweep(now=at(DAY) + timedelta(days=40_000)) == 1 and kept_in(folder) == set()


def test_bytes_that_only_a_removed_attachment_names_are_written_anew(
    cast: Cast, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They may be on their way out."""
    one = keep(cast, sample.pdf())
    with monkeypatch.context() as patched:
        patched.setattr(store, "drop", lambda _sha256: None)
        remove(cast, one)
    (folder / one.sha256[:2] / one.sha256).write_bytes(b"old")
    keep(cast, sample.pdf())
    assert read(one.sha256) == sample.pdf()


def test_the_bytes_of_an_act_that_was_refused_are_swept_after_a_day(cast: Cast, folder: Path) -> None:
    from django.utils import timezone

    with pytest.raises(RuntimeError), transaction.atomic():
        keep(cast, sample.jpg(), "ก.jpg")
        raise RuntimeError
    one = keep(cast, sample.pdf())
    assert len(kept_in(folder)) == 3
    assert shelf.sweep(now=timezone.now()) == 0
    assert shelf.sweep(now=timezone.now() + timedelta(days=2)) == 2
    assert kept_in(folder) == {one.sha256}


def test_a_file_that_goes_while_a_sweep_looks_does_not_end_it(cast: Cast, folder: Path, monkeypatch: Any) -> None:
    from django.utils import timezone

    with pytest.raises(RuntimeError), transaction.atomic():
        for number in range(4):
            keep(cast, sample.pdf(str(number)), about=f"task:{number}")
        raise RuntimeError
    first, second, *_rest = sorted(kept_in(folder))
    real = store.stored_at

    def looked_at(sha256: str) -> Any:
        if sha256 == first:
            raise FileNotFoundError(sha256)
        if sha256 == second:
            raise TimeoutError
        return real(sha256)

    monkeypatch.setattr(store, "stored_at", looked_at)
    assert shelf.sweep(now=timezone.now() + timedelta(days=2)) == 2
    assert kept_in(folder) == {first, second}


def test_what_a_killed_process_has_written_beside_its_place_is_swept_after_a_day(cast: Cast, folder: Path) -> None:
    from django.utils import timezone

    one = keep(cast, sample.pdf())
    (folder / one.sha256[:2] / ".tmp7d0_x2").write_bytes(b"half")
    assert shelf.sweep(now=timezone.now()) == 0
    assert shelf.sweep(now=timezone.now() + timedelta(days=2)) == 1
    assert kept_in(folder) == {one.sha256}


def test_what_came_together_stands_by_its_name(cast: Cast) -> None:
    for name, colour in (("ข.png", "red"), ("ก.png", "blue"), ("ค.png", "green")):
        keep(cast, sample.png(colour), name)
    assert [one.name for one in shelf.attached_to(ABOUT)] == ["ก.png", "ข.png", "ค.png"]


def test_a_sweep_asks_once_a_folder(cast: Cast, folder: Path, django_assert_max_num_queries: Any) -> None:
    """Not once for each of a hundred thousand files."""
    for number in range(8):
        keep(cast, sample.pdf(str(number)), about=f"task:{number}")
    with django_assert_max_num_queries(len(list(folder.iterdir()))):
        assert shelf.sweep(now=at(DAY) + timedelta(days=40_000)) == 0
    assert len(kept_in(folder)) == 8


def test_a_sweep_of_nothing_is_quiet(folder: Path) -> None:
    assert shelf.sweep(now=at()) == 0


# --- seen --------------------------------------------------------------------------------------------------------


def test_lists_and_counts_take_one_statement(cast: Cast, django_assert_num_queries: Any) -> None:
    for number in range(5):
        keep(cast, sample.pdf(str(number)), f"{number}.pdf", now=at(minute=number))
    keep(cast, sample.pdf(), about="task:other")
    shelf.link("https://a.go.th/", name="ก", **placed(cast) | {"now": at(minute=9)})
    with django_assert_num_queries(1):
        names = [(one.name, one.by.username) for one in shelf.attached_to(ABOUT)]
    assert names == [*((f"{number}.pdf", "finance") for number in range(5)), ("ก", "finance")]
    with django_assert_num_queries(1):
        assert shelf.counts([ABOUT, "task:other", "task:none"]) == {ABOUT: 6, "task:other": 1}


# --- verified ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [{"name": "อื่น.pdf"}, {"about": "task:other"}, {"part": "step:9"}, {"sha256": "0" * 64}, {"size": 1}],
    ids=str,
)
def test_a_changed_row_is_found(cast: Cast, change: dict[str, Any]) -> None:
    one = keep(cast, sample.pdf())
    Attachment.objects.filter(pk=one.pk).update(**change)
    assert "the attachment is not what was attached" in problems()


def test_a_changed_link_is_found(cast: Cast) -> None:
    one = shelf.link("https://a.go.th/", name="ก", **placed(cast))
    Attachment.objects.filter(pk=one.pk).update(url="https://b.go.th/")
    assert problems() == ["the attachment is not what was attached"]


def test_a_lost_row_and_a_removal_without_a_trace_are_found(cast: Cast) -> None:
    one, other = keep(cast, sample.pdf("1")), keep(cast, sample.pdf("2"))
    Attachment.objects.filter(pk=one.pk).delete()
    Attachment.objects.filter(pk=other.pk).update(removed_at=at())
    assert sorted(problems()) == [
        "the attachment of this chain is gone",
        "the attachment's removal is not what the chain says",
    ]


def test_a_removal_that_is_undone_in_the_row_is_found(cast: Cast) -> None:
    one = keep(cast, sample.pdf())
    remove(cast, one, "ผิดไฟล์")
    Attachment.objects.filter(pk=one.pk).update(removed_why="อื่น")
    assert problems() == ["the attachment's removal is not what the chain says"]


def test_changed_and_lost_bytes_are_found(cast: Cast, folder: Path) -> None:
    one, other = keep(cast, sample.pdf()), keep(cast, sample.jpg(), "ก.jpg")
    (folder / one.sha256[:2] / one.sha256).write_bytes(b"changed")
    store.drop(other.thumbnail)
    assert problems() == ["the stored file is missing or has been changed"] * 2


# --- at once -----------------------------------------------------------------------------------------------------


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_the_same_file_twice_at_once_is_kept_once(cast: Cast, folder: Path) -> None:
    def attach() -> Any:
        try:
            return keep(cast, sample.jpg(), "ก.jpg")
        except ValidationError as error:
            return error.code
        finally:
            connections.close_all()

    for _round in range(5):
        done = together(attach, attach, attach)
        assert sorted(str(type(one)) for one in done).count(str(Attachment)) == 1
        assert [one for one in done if isinstance(one, str)] == ["same", "same"]
        (one,) = Attachment.objects.filter(removed_at=None)
        assert kept_in(folder) == {one.sha256, one.thumbnail} and store.holds(one.sha256)
        shelf.remove(one, by=cast.finance, seat=seats.seats_of(cast.finance, DAY)[0], now=at())
        assert kept_in(folder) == set()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_bytes_that_are_attached_again_while_they_are_let_go_stay(cast: Cast, folder: Path) -> None:
    one = keep(cast, sample.pdf())
    seat = seats.seats_of(cast.finance, DAY)[0]
    _again, removed = overtaken(
        lambda: keep(cast, sample.pdf(), about="task:other"),
        lambda: shelf.remove(Attachment.objects.get(pk=one.pk), by=cast.finance, seat=seat, now=at()),
    )
    assert removed is None and kept_in(folder) == {one.sha256}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_bytes_that_are_let_go_while_they_are_attached_again_come_back(cast: Cast, folder: Path) -> None:
    one = keep(cast, sample.pdf())
    seat = seats.seats_of(cast.finance, DAY)[0]
    _removed, again = overtaken(
        lambda: shelf.remove(one, by=cast.finance, seat=seat, now=at()),
        lambda: keep(cast, sample.pdf(), about="task:other"),
    )
    assert isinstance(again, Attachment) and kept_in(folder) == {one.sha256}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_file_is_removed_once_by_two(cast: Cast, folder: Path) -> None:
    one = keep(cast, sample.pdf())
    seat = seats.seats_of(cast.finance, DAY)[0]
    done = together(*[lambda: shelf.remove(one, by=cast.finance, seat=seat, now=at())] * 2)
    assert sorted(type(outcome).__name__ for outcome in done) == ["NoneType", "NotNow"]


def test_any_other_broken_rule_of_the_table_is_no_duplicate(cast: Cast) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        shelf._attached(kind=Kind.FILE, name="ก", sha256="", **shelf._placed(**placed_row(cast)))


def placed_row(cast: Cast) -> dict[str, Any]:
    seat = seats.seats_of(cast.finance, DAY)[0]
    where = {"organization": cast.office, "about": ABOUT, "part": ""}
    return {**where, "by": cast.finance, "seat": seat, "now": at()}


def test_the_folder_gives_the_name_it_was_asked_for(folder: Path) -> None:
    storage = storages["files"]
    assert isinstance(storage, Folder)
    for data in (b"one", b"two"):
        assert storage.save("ab/name", ContentFile(data)) == "ab/name"
    with storage.open("ab/name") as file:
        assert file.read() == b"two"
    assert kept_in(folder) == {"name"}
