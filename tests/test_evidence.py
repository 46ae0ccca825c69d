"""What a division shows of its work: who may attach and take away, what is refused, what comes with a report."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from audit import chain
from documents.models import Paper
from files.models import Attachment
from measures import evidence, work
from measures.follow_up import of_memo
from measures.models import DivisionTask, Report
from memo_flow import decisions, drafts, follow_ups
from memo_flow.models import Memo
from organization.refusals import NotNow, Refused
from tests import file_samples as samples
from tests.cast import DAY, Browse, Cast, at

pytestmark = pytest.mark.django_db


def pdf(name: str = samples.PDF_NAME, words: str = "evidence") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, samples.pdf(words), "application/pdf")


def png(name: str = samples.PNG_NAME, colour: str = "teal") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, samples.png(colour), "image/png")


def wrong(name: str = "ภาพ.svg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"<svg onload='alert(1)'/>", "image/svg+xml")


def attach(cast: Cast, task: DivisionTask, **more: Any) -> Attachment:
    return evidence.attach(task.pk, more.pop("file", None) or pdf(), **{"by": cast.finance, "now": at(hour=15)} | more)


def files(task: DivisionTask) -> str:
    return f"/measures/tasks/{task.pk}/files/"


def read(client: Client, path: str) -> tuple[int, bytes]:
    """What is served under an address; its file is closed, the test's database is not."""
    answer = client.get(path)
    body = answer.getvalue() if answer.streaming else answer.content  # type: ignore[attr-defined]
    for close in answer._resource_closers:
        close()
    return answer.status_code, body


# Attaching


def test_a_file_is_attached_with_its_name_its_person_and_its_digest(cast: Cast) -> None:
    one = attach(cast, cast.started())
    assert (one.name, one.by, one.position) == (
        samples.PDF_NAME,
        cast.finance,
        cast.finance.appointments.get().position,
    )
    assert (one.size, one.media_type, len(one.sha256)) == (len(samples.pdf()), "application/pdf", 64)
    assert [event.verb for event in chain.history_of(one)] == ["attached"]


def test_a_file_belongs_to_a_step_of_its_task_and_to_no_other(cast: Cast) -> None:
    task = cast.started()
    step = task.steps.first()
    assert step is not None
    other = DivisionTask.objects.exclude(pk=task.pk).filter(steps__isnull=False)[0].steps.first()
    assert attach(cast, task, part=evidence.of_step(step)).part == f"step:{step.pk}"
    for part in (f"step:{other.pk}", "step:0", "step:x", "report:00000000-0000-0000-0000-000000000000", "memo"):  # type: ignore[union-attr]
        with pytest.raises(ValidationError):
            attach(cast, task, part=part)
    assert Attachment.objects.count() == 1


def test_the_same_file_is_recognised_and_said(cast: Cast) -> None:
    task = cast.started()
    attach(cast, task)
    with pytest.raises(ValidationError) as refused:
        attach(cast, task, file=pdf("อีกชื่อ.pdf"))
    assert samples.PDF_NAME in refused.value.messages[0] and "อีกชื่อ.pdf" in refused.value.messages[0]


@pytest.mark.parametrize("state", ["assigned", "reported", "accepted", "cancelled"])
def test_nothing_is_attached_or_removed_unless_the_work_is_in_progress(cast: Cast, state: str) -> None:
    task = cast.task() if state == "assigned" else cast.started()
    one = None if state == "assigned" else attach(cast, task)
    if state in ("reported", "accepted"):
        cast.finish(task)
    if state == "accepted":
        work.accept(task.pk, by=cast.head_of_office, now=at(hour=16))
    if state == "cancelled":
        work.cancel(task.pk, by=cast.head_of_office, text="ไม่ต้องทำแล้ว", now=at(hour=16))
    with pytest.raises(NotNow):
        attach(cast, task, file=png(), now=at(hour=17))
    with pytest.raises(NotNow):
        evidence.link(task.pk, "https://example.go.th/", by=cast.finance, now=at(hour=17))
    if one:
        with pytest.raises(NotNow):
            evidence.remove(task.pk, one.pk, by=cast.finance, now=at(hour=17))


def test_only_the_division_attaches_and_removes(cast: Cast) -> None:
    task = cast.started()
    one = attach(cast, task)
    for person, refusal in (
        ("head_of_office", Refused),
        ("mayor", Refused),
        ("permanent_secretary", Refused),
        ("works", DivisionTask.DoesNotExist),
        ("outsider", DivisionTask.DoesNotExist),
    ):
        who = {"by": cast.people[person], "now": at(hour=16)}
        with pytest.raises(refusal):
            evidence.attach(task.pk, png(), **who)
        with pytest.raises(refusal):
            evidence.link(task.pk, "https://example.go.th/", **who)
        with pytest.raises(refusal):
            evidence.remove(task.pk, one.pk, **who)
    assert Attachment.objects.get().removed_at is None


def test_an_officer_of_the_division_attaches_too(cast: Cast) -> None:
    clerk = cast.hire("clerk", "officer", "fin")
    assert attach(cast, cast.started(), by=clerk).by == clerk


# Taking away


def test_what_is_removed_leaves_its_tombstone(cast: Cast) -> None:
    task = cast.started()
    one = attach(cast, task)
    evidence.remove(task.pk, one.pk, by=cast.finance, why="แนบผิดไฟล์", now=at(hour=16))
    one.refresh_from_db()
    assert (one.removed_by, one.removed_why, one.removed_at) == (cast.finance, "แนบผิดไฟล์", at(hour=16))
    last = chain.history_of(one)[-1]
    assert (last.verb, last.by_id, last.data["sha256"]) == ("removed", cast.finance.pk, one.sha256)
    shown = evidence.of_task(task, [])
    assert shown.groups == [] and shown.removed == [one]
    assert list(chain.verify()) == []


def test_nothing_is_removed_twice_or_from_another_task(cast: Cast) -> None:
    task = cast.started()
    one = attach(cast, task)
    other = DivisionTask.objects.filter(division=task.division, state="assigned")[0]
    work.start(other.pk, by=cast.finance, now=at(hour=15))
    with pytest.raises(Attachment.DoesNotExist):
        evidence.remove(other.pk, one.pk, by=cast.finance, now=at(hour=16))
    evidence.remove(task.pk, one.pk, by=cast.finance, now=at(hour=16))
    with pytest.raises(NotNow):
        evidence.remove(task.pk, one.pk, by=cast.finance, now=at(hour=16))


def test_a_file_that_was_removed_may_be_attached_again(cast: Cast) -> None:
    task = cast.started()
    evidence.remove(task.pk, attach(cast, task).pk, by=cast.finance, now=at(hour=16))
    assert attach(cast, task, now=at(hour=17)).removed_at is None


def test_a_reason_that_is_too_long_removes_nothing(cast: Cast) -> None:
    task = cast.started()
    one = attach(cast, task)
    with pytest.raises(ValidationError):
        evidence.remove(task.pk, one.pk, by=cast.finance, why="ก" * 501, now=at(hour=16))
    one.refresh_from_db()
    assert one.removed_at is None


# With a report


def test_files_come_with_a_report(cast: Cast) -> None:
    task = cast.started()
    said = cast.finish(task, files=[pdf(), png()])
    assert {one.part for one in Attachment.objects.all()} == {f"report:{said.pk}"}
    shown = evidence.of_task(task, [])
    assert [one.name for one in shown.by_report[said.pk]] == sorted([samples.PDF_NAME, samples.PNG_NAME])


def test_one_refused_file_refuses_the_report_and_stores_nothing(cast: Cast, stored: Callable[[], set[str]]) -> None:
    task = cast.started()
    before, kept = Report.objects.count(), stored()
    with pytest.raises(ValidationError) as refused:
        cast.finish(task, files=[pdf(), wrong(), wrong("หน้าเว็บ.html")])
    assert [name in said for name, said in zip(("ภาพ.svg", "หน้าเว็บ.html"), refused.value.messages, strict=True)]
    assert Report.objects.count() == before and not Attachment.objects.exists() and stored() == kept
    assert DivisionTask.objects.get(pk=task.pk).state == "in_progress"


def test_a_refused_report_stores_none_of_its_files(cast: Cast, stored: Callable[[], set[str]]) -> None:
    task, kept = cast.started(), stored()
    with pytest.raises(ValidationError):
        work.report(task.pk, by=cast.finance, percent=10, text=" ", finished=False, files=[pdf()], now=at(hour=15))
    assert not Attachment.objects.exists() and stored() == kept


@pytest.fixture
def stored(settings: Any, tmp_path: Any) -> Callable[[], set[str]]:
    """A store of its own for this test, and what is in it."""
    options = {"location": str(tmp_path)}
    settings.STORAGES = {**settings.STORAGES, "files": {**settings.STORAGES["files"], "OPTIONS": options}}
    return lambda: {one.name for one in tmp_path.rglob("*") if one.is_file()}


# Pages


def test_several_files_and_a_link_are_attached_at_once(cast: Cast, as_: Browse) -> None:
    task = cast.started()
    step = task.steps.first()
    assert step is not None
    form = {
        "files": [pdf(), png()],
        "url": "https://www.youtube.com/watch?v=1",
        "name": "วีดิทัศน์",
        "part": f"step:{step.pk}",
    }
    answer = as_(cast.finance).post(files(task), form)
    assert (answer.status_code, answer["Location"]) == (302, f"/measures/tasks/{task.pk}/#evidence")
    assert {one.part for one in Attachment.objects.all()} == {f"step:{step.pk}"}
    page = as_(cast.finance).get(f"/measures/tasks/{task.pk}/").content.decode()
    assert samples.PDF_NAME in page and samples.PNG_NAME in page and "วีดิทัศน์" in page


def test_a_refused_file_is_named_and_the_others_are_kept(cast: Cast, as_: Browse) -> None:
    task = cast.started()
    form = {"files": [pdf(), wrong()], "url": "javascript:alert(1)", "name": "ลิงก์ของฉัน"}
    answer = as_(cast.finance).post(files(task), form)
    page = answer.content.decode()
    assert answer.status_code == 200 and [one.name for one in Attachment.objects.all()] == [samples.PDF_NAME]
    assert "ภาพ.svg" in page and "javascript:alert(1)" in page and "ลิงก์ของฉัน" in page  # what was typed is kept
    assert 'href="javascript' not in page


def test_nothing_chosen_is_said(cast: Cast, as_: Browse) -> None:
    answer = as_(cast.finance).post(files(cast.started()), {})
    assert answer.status_code == 200 and 'role="alert"' in answer.content.decode()


def test_a_file_over_the_limit_is_named_and_the_others_and_the_words_are_kept(
    cast: Cast, as_: Browse, settings: Any
) -> None:
    settings.MEMOFLOW_FILE_BYTES = len(samples.pdf()) + 100
    task, large = cast.started(), SimpleUploadedFile("ใหญ่.pdf", samples.pdf() + b" " * 200)
    answer = as_(cast.finance).post(files(task), {"files": [pdf(), large], "url": "http://", "name": "ลิงก์ของฉัน"})
    page = answer.content.decode()
    assert answer.status_code == 200 and "ใหญ่.pdf" in page and "ลิงก์ของฉัน" in page
    assert [one.name for one in Attachment.objects.all()] == [samples.PDF_NAME]
    report = {
        "percent": "40",
        "text": "สอบราคาแล้ว",
        "files": [png(), SimpleUploadedFile("ใหญ่.pdf", b"%PDF-" + b" " * 9000)],
    }
    answer = as_(cast.finance).post(f"/measures/tasks/{task.pk}/report/", report)
    page = answer.content.decode()
    assert answer.status_code == 200 and "ใหญ่.pdf" in page and "สอบราคาแล้ว" in page
    assert Attachment.objects.count() == 1 and not Report.objects.filter(kind="progress").exists()


def test_no_more_are_taken_than_a_task_may_have(cast: Cast, as_: Browse, settings: Any) -> None:
    settings.MEMOFLOW_FILES_PER_THING = 2
    task = cast.started()
    answer = as_(cast.finance).post(files(task), {"files": [png(), png("สอง.png", "red"), png("สาม.png", "blue")]})
    assert answer.status_code == 200 and "สาม.png" in answer.content.decode()
    assert Attachment.objects.count() == 2


def test_an_image_has_its_small_picture_and_a_paper_has_none(cast: Cast, as_: Browse) -> None:
    task = cast.started()
    image, paper = attach(cast, task, file=png()), attach(cast, task)
    client = as_(cast.finance)
    assert read(client, f"{files(task)}{image.pk}/thumbnail/")[0] == 200
    assert read(client, f"{files(task)}{paper.pk}/thumbnail/")[0] == 404
    page = client.get(f"/measures/tasks/{task.pk}/").content.decode()
    assert f"{image.pk}/thumbnail/" in page and f"{paper.pk}/thumbnail/" not in page


@pytest.mark.parametrize("name", ["../../etc/passwd.pdf", "..\\..\\boot.pdf", samples.LONGEST_NAME])
def test_odd_names_stay_names(cast: Cast, as_: Browse, name: str, stored: Callable[[], set[str]]) -> None:
    as_(cast.finance).post(files(cast.started()), {"files": [pdf(name)]})
    one = Attachment.objects.get()
    assert "/" not in one.name and "\\" not in one.name and one.name.endswith(name[-8:])
    assert stored() == {one.sha256}


def test_a_script_is_told_where_to_go(cast: Cast, as_: Browse) -> None:
    task = cast.started()
    answer = as_(cast.finance).post(files(task), {"files": [pdf()]}, headers={"X-Requested-With": "XMLHttpRequest"})
    assert answer.json() == {"go": f"/measures/tasks/{task.pk}/#evidence"}


def test_the_report_form_takes_files_and_keeps_the_words_when_one_is_refused(cast: Cast, as_: Browse) -> None:
    task = cast.started()
    form = {"percent": "40", "text": "สอบราคาแล้ว", "files": [pdf(), wrong()]}
    answer = as_(cast.finance).post(f"/measures/tasks/{task.pk}/report/", form)
    page = answer.content.decode()
    assert answer.status_code == 200 and "สอบราคาแล้ว" in page and "ภาพ.svg" in page
    assert not Attachment.objects.exists()
    assert as_(cast.finance).post(f"/measures/tasks/{task.pk}/report/", {**form, "files": [pdf()]}).status_code == 302
    assert Attachment.objects.get().part.startswith("report:")


@pytest.mark.parametrize(
    ("person", "reads", "attaches"),
    [
        ("finance", 200, 302),
        ("head_of_office", 200, 403),
        ("mayor", 200, 403),
        ("works", 404, 404),
        ("outsider", 404, 404),
    ],
)
def test_a_file_is_served_to_those_who_see_the_task(
    cast: Cast, as_: Browse, person: str, reads: int, attaches: int
) -> None:
    task = cast.started()
    one = attach(cast, task, file=png())
    client = as_(cast.people[person])
    assert client.get(files(task)).status_code == reads
    if reads == 200:
        assert client.head(f"{files(task)}{one.pk}/")["Content-Disposition"].startswith("attachment")
    status, body = read(client, f"{files(task)}{one.pk}/")
    assert status == reads and (status == 404 or body == samples.png())
    assert client.get(f"{files(task)}{one.pk}/remove/").status_code == {302: 200}.get(attaches, attaches)
    assert client.post(f"{files(task)}{one.pk}/remove/").status_code == attaches
    if attaches != 302:
        assert client.post(files(task), {"files": [pdf()]}).status_code == attaches


def test_a_file_is_served_under_its_own_task_only_and_not_once_it_is_removed(cast: Cast, as_: Browse) -> None:
    task = cast.started()
    one = attach(cast, task)
    other = DivisionTask.objects.filter(division=task.division).exclude(pk=task.pk)[0]
    client = as_(cast.finance)
    assert client.get(f"{files(other)}{one.pk}/").status_code == 404
    assert client.post(f"{files(task)}{one.pk}/remove/", {"why": "ซ้ำ"}).status_code == 302
    assert client.get(f"{files(task)}{one.pk}/").status_code == 404
    page = client.get(f"/measures/tasks/{task.pk}/").content.decode()
    assert "ซ้ำ" in page and f"{one.pk}/" not in page


def test_a_stranger_is_asked_to_sign_in(cast: Cast, client: Client) -> None:
    task = cast.started()
    one = attach(cast, task)
    for path in (files(task), f"{files(task)}{one.pk}/", f"{files(task)}{one.pk}/thumbnail/"):
        assert client.get(path)["Location"].startswith("/accounts/login/")


def test_a_missing_file_is_a_page_that_says_so(cast: Cast, as_: Browse, stored: Callable[[], set[str]]) -> None:
    task = cast.started()
    one = attach(cast, task)
    Attachment.objects.filter(pk=one.pk).update(sha256="0" * 64)
    answer = as_(cast.finance).get(f"{files(task)}{one.pk}/")
    assert answer.status_code == 503 and answer["Content-Type"].startswith("text/html")


def test_rows_say_how_much_is_attached(cast: Cast, as_: Browse) -> None:
    task = cast.started()
    attach(cast, task)
    attach(cast, task, file=png())
    evidence.remove(task.pk, attach(cast, task, file=png(colour="red")).pk, by=cast.finance, now=at(hour=16))
    counts = {one.pk: one.files for one in evidence.counted(DivisionTask.objects.all())}  # type: ignore[attr-defined]
    assert counts.pop(task.pk) == 2 and set(counts.values()) == {0}
    for path in ("/measures/tasks/", "/measures/"):
        assert as_(cast.finance).get(path).content.decode().count("#paperclip") == 1, path


def test_a_task_page_takes_as_many_statements_for_twenty_files_as_for_two(cast: Cast, as_: Browse) -> None:
    task = cast.started()
    client = as_(cast.finance)

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(f"/measures/tasks/{task.pk}/").status_code == 200
        return len(captured)

    def bring(colours: list[str]) -> None:
        for colour in colours:
            attach(cast, task, file=png(colour=colour))
        report = {"percent": 10, "text": "คืบหน้า", "finished": False, "now": at(hour=15)}
        work.report(task.pk, by=cast.finance, files=[png(colour=one) for one in colours], **report)  # type: ignore[arg-type]

    bring(["red"])
    statements()
    few = statements()
    bring(["blue", "green", "black", "white", "gray", "pink", "cyan", "navy"])
    assert statements() == few


# In the follow-up report


def test_the_follow_up_report_names_the_evidence_and_the_newest_obstacle(cast: Cast) -> None:
    task = cast.started()
    one = attach(cast, task)
    film = evidence.link(task.pk, "https://example.go.th/film", by=cast.finance, name="วีดิทัศน์", now=at(hour=16))
    evidence.remove(task.pk, attach(cast, task, file=png()).pk, by=cast.finance, now=at(hour=16))
    for n, obstacle in enumerate(["ฝนตก", "งบประมาณยังไม่มา", ""], 1):
        Report.objects.create(
            task=task, seq=10 + n, kind="progress", percent=10 * n, text="คืบหน้า", obstacles=obstacle,
            by=cast.finance, position=one.position, at=at(hour=16),
        )  # fmt: skip
    memo = task.measure.row.memo
    with CaptureQueriesContext(connection) as statements:
        report = of_memo(memo.pk, titles=["", "", "", ""], on=DAY)
    lines = [line for row in report["rows"] for measure in row["measures"] for line in measure["tasks"]]
    told = [line for line in lines if line["evidence"]]
    assert [line["obstacles"] for line in told] == ["งบประมาณยังไม่มา"]
    assert told[0]["evidence"] == [
        {"id": str(one.pk), "name": samples.PDF_NAME, "sha256": one.sha256, "size": one.size, "url": ""},
        {"id": str(film.pk), "name": "วีดิทัศน์", "sha256": "", "size": 0, "url": "https://example.go.th/film"},
    ]
    assert len(statements) == 3


def drawn_up(task: DivisionTask, cast: Cast) -> Memo:
    return follow_ups.draw_up(task.measure.row.memo_id, kind="interim", by=cast.head_of_office, now=at(hour=17))


def submitted(memo: Memo, cast: Cast) -> Memo:
    return decisions.submit(memo.pk, by=cast.head_of_office, reason="เสนอ", now=at(hour=18))


def test_evidence_that_a_submitted_follow_up_names_is_kept_though_it_is_removed(
    cast: Cast, as_: Browse, stored: Callable[[], set[str]], django_capture_on_commit_callbacks: Any
) -> None:
    task = cast.started()
    named, other = attach(cast, task, file=png()), attach(cast, task, file=pdf("สอง.pdf", "two"))
    with django_capture_on_commit_callbacks(execute=True):
        evidence.remove(task.pk, other.pk, by=cast.finance, now=at(hour=16))
    memo = drawn_up(task, cast)
    figures = json.dumps(drafts.working_text(memo)["follow_up"])
    assert named.sha256 in figures and other.sha256 not in figures
    submitted(memo, cast)
    late = attach(cast, task, file=pdf("สาม.pdf", "three"), now=at(hour=19))
    with django_capture_on_commit_callbacks(execute=True):
        for one in (named, late):
            evidence.remove(task.pk, one.pk, by=cast.finance, now=at(hour=19))
    assert stored() == {named.sha256, named.thumbnail}
    page = as_(cast.head_of_office).get(f"/memos/{memo.pk}/").content.decode()
    assert samples.PNG_NAME in page and "สอง.pdf" not in page and "sha256" not in page


def test_kept_evidence_is_read_by_who_sees_the_task_though_it_was_removed(
    cast: Cast, as_: Browse, stored: Callable[[], set[str]], django_capture_on_commit_callbacks: Any
) -> None:
    task = cast.started()
    named = attach(cast, task, file=png())
    submitted(drawn_up(task, cast), cast)
    plain = attach(cast, task, now=at(hour=19))
    cast.finance.language = "en"
    cast.finance.save()
    with translation.override("en"):
        asked = [as_(cast.finance).get(f"{files(task)}{one.pk}/remove/").content.decode() for one in (named, plain)]
    assert ["is kept, and can still be opened" in page for page in asked] == [True, False]
    with django_capture_on_commit_callbacks(execute=True):
        for one in (named, plain):
            evidence.remove(task.pk, one.pk, by=cast.finance, now=at(hour=19))
    for reader in (cast.finance, cast.mayor):
        client = as_(reader)
        page = client.get(f"/measures/tasks/{task.pk}/").content.decode()
        assert f"{files(task)}{named.pk}/" in page and str(plain.pk) not in page
        assert read(client, f"{files(task)}{named.pk}/")[0] == 200
        assert read(client, f"{files(task)}{named.pk}/thumbnail/")[0] == 200
        assert read(client, f"{files(task)}{plain.pk}/")[0] == 404
    for stranger in (cast.people["works"], cast.people["outsider"]):
        assert read(as_(stranger), f"{files(task)}{named.pk}/")[0] == 404


def test_what_only_a_draft_names_goes_when_it_is_removed(
    cast: Cast, stored: Callable[[], set[str]], django_capture_on_commit_callbacks: Any
) -> None:
    task = cast.started()
    one = attach(cast, task)
    memo = drawn_up(task, cast)
    drafts.discard(memo.pk, by=cast.head_of_office, now=at(hour=17))
    with django_capture_on_commit_callbacks(execute=True):
        evidence.remove(task.pk, one.pk, by=cast.finance, now=at(hour=18))
    assert stored() == set()


def test_figures_that_name_what_was_removed_meanwhile_are_taken_again_before_they_go(cast: Cast, as_: Browse) -> None:
    task = cast.started()
    attach(cast, task, file=png())
    one = attach(cast, task)
    memo = drawn_up(task, cast)
    evidence.remove(task.pk, one.pk, by=cast.finance, now=at(hour=17))
    with pytest.raises(ValidationError) as refused:
        submitted(memo, cast)
    assert list(refused.value.message_dict) == ["figures.name"]
    assert not Attachment.objects.exclude(frozen_at=None).exists()
    client = as_(cast.head_of_office)
    asked = {"version": drafts.version_of(memo), "reason": "เสนอ"}
    page = client.post(f"/memos/{memo.pk}/submit/", asked).content.decode()
    assert f"/memos/{memo.pk}/edit/#figures.name" in page and Memo.objects.get(pk=memo.pk).state == "draft"
    assert 'id="figures.name"' in client.get(f"/memos/{memo.pk}/edit/").content.decode()
    follow_ups.take_again(
        memo.pk, by=cast.head_of_office, subject=memo.subject, content=drafts.working_text(memo),
        version=drafts.version_of(memo), now=at(hour=18),
    )  # fmt: skip
    assert submitted(memo, cast).state == "in_review"
    assert [one.name for one in Attachment.objects.exclude(frozen_at=None)] == [samples.PNG_NAME]


def test_the_sealed_report_does_not_say_under_which_key_evidence_is_kept(cast: Cast) -> None:
    task = cast.started()
    one = attach(cast, task)
    memo = submitted(drawn_up(task, cast), cast)
    for person, outcome in ((cast.permanent_secretary, "endorse"), (cast.mayor, "approve")):
        cast.answer(memo, person, outcome, now=at(hour=19))
    said = json.dumps(Paper.objects.get(about=f"memo:{memo.pk}", form="follow_up").data)
    assert one.sha256 in said and str(one.pk) not in said


def test_a_task_names_no_more_than_the_newest_things_that_were_removed(cast: Cast, as_: Browse) -> None:
    task = cast.started()
    first = attach(cast, task, file=pdf("แรก.pdf", "first"))
    submitted(drawn_up(task, cast), cast)
    evidence.remove(task.pk, first.pk, by=cast.finance, now=at(hour=18))
    gone = [replace_of(first, n) for n in range(60)]
    Attachment.objects.bulk_create(gone)
    shown = evidence.of_task(task, [])
    assert (len(shown.removed), shown.removed_count, shown.not_shown) == (50, 61, 11)
    assert shown.removed[0] == first and shown.removed[1].name == "59.pdf"
    assert "แรก.pdf" in (page := as_(cast.finance).get(f"/measures/tasks/{task.pk}/").content.decode())
    assert "59.pdf" in page and "<s>0.pdf</s>" not in page


def replace_of(one: Attachment, n: int) -> Attachment:
    """Another that was removed, some minutes after the one before it."""
    facts = ("organization_id", "about", "kind", "media_type", "size", "by_id", "position_id", "at")
    return Attachment(
        **{fact: getattr(one, fact) for fact in facts},
        name=f"{n}.pdf", sha256=f"{n:064x}", removed_by=one.by, removed_at=at(hour=19) + timedelta(minutes=n),
    )  # fmt: skip
