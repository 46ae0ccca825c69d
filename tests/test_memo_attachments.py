"""What is attached to a memo: brought while it is written, frozen with the text that is judged, read by its readers."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit import chain
from demo import document
from documents.models import Form, Paper
from files import shelf
from files.models import Attachment
from memo_flow import attachments, decisions, drafts, manuscripts
from memo_flow.models import Memo, Revision
from memo_flow.queries import newest_revision
from organization.refusals import NotNow, Refused, Stale
from tests import file_samples as samples
from tests.cast import Browse, Cast, at, fresh

pytestmark = pytest.mark.django_db


def pdf(name: str = samples.PDF_NAME, words: str = "attached") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, samples.pdf(words), "application/pdf")


def attach(cast: Cast, memo: Memo, *, file: SimpleUploadedFile | None = None, **more: Any) -> Attachment:
    return attachments.attach(memo.pk, file or pdf(), **{"by": cast.head_of_office, "now": at(hour=9)} | more)


def submit(cast: Cast, memo: Memo, **more: Any) -> Memo:
    return decisions.submit(
        memo.pk, **{"by": cast.head_of_office, "reason": document.REASON, "now": at(hour=10)} | more
    )


def text(memo: Memo) -> Revision:
    revision = newest_revision(memo)
    assert revision is not None
    return revision


def named(memo: Memo) -> list[str]:
    return [one["name"] for one in text(memo).content["attachments"]]


def files(memo: Memo) -> str:
    return f"/memos/{memo.pk}/files/"


def read(client: Client, path: str) -> tuple[int, bytes]:
    """What is served under an address; its file is closed, the test's database is not."""
    answer = client.get(path)
    body = answer.getvalue() if answer.streaming else answer.content  # type: ignore[attr-defined]
    for close in answer._resource_closers:
        close()
    return answer.status_code, body


# Writing


def test_the_author_attaches_to_a_draft_and_takes_away_again(cast: Cast) -> None:
    memo = cast.draft()
    one = attach(cast, memo)
    assert attachments.of(memo) == [one] and one.about == f"memo:{memo.pk}"
    attachments.remove(memo.pk, one.pk, by=cast.head_of_office, why="ผิดฉบับ", now=at(hour=9))
    assert attachments.of(memo) == []
    assert [event.verb for event in chain.history_of(one)] == ["attached", "removed"]
    with pytest.raises(NotNow):
        attachments.remove(memo.pk, one.pk, by=cast.head_of_office, now=at(hour=9))


@pytest.mark.parametrize("person", ["office_staff", "mayor", "finance", "outsider"])
def test_nobody_else_attaches_or_removes(cast: Cast, person: str) -> None:
    memo = cast.draft()
    one = attach(cast, memo)
    who = {"by": cast.people[person], "now": at(hour=9)}
    with pytest.raises((Refused, Memo.DoesNotExist)):
        attachments.attach(memo.pk, pdf(words="other"), **who)
    with pytest.raises((Refused, Memo.DoesNotExist)):
        attachments.remove(memo.pk, one.pk, **who)
    assert attachments.of(memo) == [one]


def test_the_file_of_another_memo_is_not_removed(cast: Cast) -> None:
    one = attach(cast, cast.draft())
    with pytest.raises(Attachment.DoesNotExist):
        attachments.remove(cast.draft().pk, one.pk, by=cast.head_of_office, now=at(hour=9))


def test_the_files_of_a_draft_that_is_thrown_away_go_with_it(cast: Cast) -> None:
    memo = cast.draft()
    one = attach(cast, memo)
    drafts.discard(memo.pk, by=cast.head_of_office, now=at(hour=10))
    one.refresh_from_db()
    assert one.removed_at == at(hour=10) and list(chain.verify()) == []


# Submission


def test_submission_freezes_what_is_attached_and_the_digest_covers_it(cast: Cast) -> None:
    memo = cast.draft()
    one = attach(cast, memo)
    memo = submit(cast, memo)
    held = {"id": str(one.pk), "name": samples.PDF_NAME, "sha256": one.sha256, "size": len(samples.pdf("attached"))}
    assert text(memo).content["attachments"] == [held]
    one.refresh_from_db()
    assert one.frozen_at == at(hour=10) and text(memo).digest == chain.digest(text(memo).content)
    assert list(chain.verify()) == []


@pytest.mark.parametrize("stage", ["submitted", "approved", "rejected", "withdrawn"])
def test_nothing_is_attached_or_removed_once_it_is_on_its_way(cast: Cast, stage: str) -> None:
    memo = cast.draft()
    one = attach(cast, memo)
    submit(cast, memo)
    if stage == "withdrawn":
        decisions.withdraw(memo.pk, by=cast.head_of_office, reason="เสนอผิดฉบับ", now=at(hour=11))
    elif stage != "submitted":
        cast.answer(memo, cast.permanent_secretary, "endorse")
        cast.answer(memo, cast.mayor, "approve" if stage == "approved" else "reject", "งบประมาณไม่พอ")
    with pytest.raises(NotNow):
        attach(cast, memo, file=pdf(words="late"), now=at(hour=13))
    with pytest.raises(NotNow):
        attachments.remove(memo.pk, one.pk, by=cast.head_of_office, now=at(hour=13))


def test_the_next_round_starts_with_what_is_attached_and_the_old_text_keeps_its_own(cast: Cast, as_: Browse) -> None:
    memo = cast.draft()
    first = attach(cast, memo)
    submit(cast, memo)
    cast.answer(memo, cast.permanent_secretary, "return", "ขอเอกสารเพิ่ม")
    attachments.remove(memo.pk, first.pk, by=cast.head_of_office, now=at(hour=13))
    attach(cast, memo, file=pdf("ใหม่.pdf", "new"), now=at(hour=13))
    old = text(memo)
    # the page still shows the text that came back, and its file may still be read
    client = as_(cast.permanent_secretary)
    page = client.get(f"/memos/{memo.pk}/").content.decode()
    assert samples.PDF_NAME in page and "ใหม่.pdf" not in page
    assert read(client, f"{files(memo)}{first.pk}/") == (200, samples.pdf("attached"))
    submit(cast, memo, now=at(hour=14))
    assert named(memo) == ["ใหม่.pdf"]
    assert [one["name"] for one in Revision.objects.get(pk=old.pk).content["attachments"]] == [samples.PDF_NAME]
    with shelf.take(first.sha256) as file:
        assert file.read() == samples.pdf("attached")
    assert list(chain.verify()) == []


def test_a_returned_memo_submitted_untouched_keeps_its_files(cast: Cast) -> None:
    memo = cast.draft()
    attach(cast, memo)
    submit(cast, memo)
    cast.answer(memo, cast.permanent_secretary, "return", "แก้")
    submit(cast, memo, now=at(hour=14))
    assert named(memo) == [samples.PDF_NAME] and text(memo).round == 2


def test_files_that_changed_while_it_was_looked_at_are_noticed(cast: Cast) -> None:
    memo = cast.draft()
    attach(cast, memo)
    looked_at = attachments.digest_of(attachments.of(memo))
    attach(cast, memo, file=pdf("เพิ่ม.pdf", "more"))
    with pytest.raises(Stale):
        submit(cast, memo, attached=looked_at)
    assert fresh(memo).state == "draft" and not Attachment.objects.exclude(frozen_at=None).exists()
    submit(cast, memo, attached=attachments.digest_of(attachments.of(memo)))


def test_submission_takes_one_statement_more_for_files_however_many(cast: Cast) -> None:
    def statements(count: int) -> int:
        memo = cast.draft()
        for n in range(count):
            attach(cast, memo, file=pdf(f"{n}.pdf", f"{n}"))
        with CaptureQueriesContext(connection) as captured:
            submit(cast, memo)
        return len(captured)

    statements(0)
    none, few, many = statements(0), statements(1), statements(6)
    assert few == many == none + 1


# The paper


def test_the_papers_name_the_files_with_their_digests(cast: Cast) -> None:
    memo = cast.draft()
    one = attach(cast, memo)
    submit(cast, memo)
    cast.answer(memo, cast.permanent_secretary, "endorse")
    cast.answer(memo, cast.mayor, "approve")
    listed = [{"name": one.name, "sha256": one.sha256, "size": one.size}]
    papers = {paper.form: paper for paper in Paper.objects.filter(about=f"memo:{memo.pk}")}
    assert [papers[form].data["body"]["attachments"] for form in (Form.MEMO, Form.REPORT)] == [listed, listed]


def test_a_preview_of_a_draft_names_what_is_attached_so_far(cast: Cast) -> None:
    memo = cast.draft()
    one = attach(cast, memo)
    body = attachments.draft_of(memo)
    data = manuscripts.preview(memo, Form.MEMO, body, revision=None, at=at())
    assert data["body"]["attachments"] == [{"name": one.name, "sha256": one.sha256, "size": one.size}]


# Pages


def test_the_editor_saves_and_goes_to_the_files(cast: Cast, as_: Browse) -> None:
    memo = cast.draft()
    client = as_(cast.head_of_office)
    answer = client.post(
        f"/memos/{memo.pk}/edit/", {"op": "files", "version": "1", "subject": "เรื่องที่พิมพ์ค้างไว้", "to": "นายก"}
    )
    assert (answer.status_code, answer["Location"]) == (302, files(memo))
    assert fresh(memo).subject == "เรื่องที่พิมพ์ค้างไว้"
    answer = client.post(files(memo), {"files": [pdf(), pdf("สอง.pdf", "two")]})
    assert (answer.status_code, answer["Location"]) == (302, files(memo))
    for path in (files(memo), f"/memos/{memo.pk}/edit/", f"/memos/{memo.pk}/submit/", f"/memos/{memo.pk}/"):
        page = client.get(path).content.decode()
        assert samples.PDF_NAME in page and "สอง.pdf" in page, path


def test_a_refused_file_is_named_and_the_others_are_kept(cast: Cast, as_: Browse) -> None:
    memo = cast.draft()
    bad = SimpleUploadedFile("หน้าเว็บ.html", b"<script>alert(1)</script>", "text/html")
    answer = as_(cast.head_of_office).post(files(memo), {"files": [pdf(), bad]})
    assert answer.status_code == 200 and "หน้าเว็บ.html" in answer.content.decode()
    assert [one.name for one in attachments.of(memo)] == [samples.PDF_NAME]
    assert as_(cast.head_of_office).post(files(memo), {}).status_code == 200


def test_the_same_file_twice_is_said(cast: Cast, as_: Browse) -> None:
    memo = cast.draft()
    attach(cast, memo)
    with pytest.raises(ValidationError):
        attach(cast, memo, file=pdf("อีกชื่อ.pdf"))


@pytest.mark.parametrize(
    ("person", "status"),
    [("head_of_office", 200), ("permanent_secretary", 200), ("mayor", 200), ("finance", 404), ("outsider", 404)],
)
def test_a_file_is_served_to_those_who_see_the_memo(cast: Cast, as_: Browse, person: str, status: int) -> None:
    memo = cast.draft()
    one = attach(cast, memo)
    submit(cast, memo)
    client = as_(cast.people[person])
    assert read(client, f"{files(memo)}{one.pk}/")[0] == status
    assert client.get(f"{files(memo)}{one.pk}/thumbnail/").status_code == 404  # a PDF has none


def test_a_secret_memos_file_is_for_its_author_and_its_route(cast: Cast, as_: Browse) -> None:
    steps = ({"group": 1, "position": cast.position("mayor"), "action": "approve"},)
    memo = cast.written(cast.head_of_office, cast.kind_with(*steps, code="secret", secret=True))
    one = attach(cast, memo)
    submit(cast, memo)
    got = {who: read(as_(cast.people[who]), f"{files(memo)}{one.pk}/")[0] for who in ("mayor", "permanent_secretary")}
    assert got == {"mayor": 200, "permanent_secretary": 404}


def test_a_file_is_served_under_its_own_memo_only_and_not_once_it_is_removed(cast: Cast, as_: Browse) -> None:
    memo, other = cast.draft(), cast.draft()
    one = attach(cast, memo)
    client = as_(cast.head_of_office)
    assert client.get(f"{files(other)}{one.pk}/").status_code == 404
    assert client.post(f"{files(memo)}{one.pk}/remove/").status_code == 302
    assert client.get(f"{files(memo)}{one.pk}/").status_code == 404


def test_others_are_told_why_they_cannot_attach(cast: Cast, as_: Browse) -> None:
    memo = cast.draft()
    one = attach(cast, memo)
    assert as_(cast.permanent_secretary).get(files(memo)).status_code == 403
    assert as_(cast.permanent_secretary).post(files(memo), {"files": [pdf(words="x")]}).status_code == 403
    submit(cast, memo)
    client = as_(cast.head_of_office)
    assert client.get(files(memo)).status_code == 409
    assert client.post(files(memo), {"files": [pdf(words="x")]}).status_code == 409
    assert client.post(f"{files(memo)}{one.pk}/remove/").status_code == 409
    assert attachments.of(memo) == [one]
