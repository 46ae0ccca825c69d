"""Publishing is an act: what was previewed is published or nothing is; what is taken back says so."""

from collections.abc import Callable
from datetime import date, datetime
from io import BytesIO
from typing import Any
from uuid import uuid4

import pikepdf
import pypdfium2
import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from audit import chain, guards
from demo import document
from disclosure import publishing, snapshots
from disclosure.models import Page, Publication, Withdrawal
from disclosure.redaction import MASK
from documents import archive, press, shop
from documents.models import Paper
from documents.typesetting import Unprinted
from measures import evidence, work
from measures.models import DivisionTask, PlanRow
from memo_flow import decisions, drafts, follow_ups
from memo_flow.models import Memo, MemoKind
from organization.appointments import act_for
from organization.models import User
from organization.refusals import NotNow, Refused, Stale
from tests.cast import DAY, Cast, at, days
from tests.public import worked

YEAR = 2565


def preview(cast: Cast, memo: Memo, page: Page = Page.MEASURES, now: datetime | None = None) -> snapshots.Snapshot:
    return publishing.preview(memo.pk, page, by=cast.head_of_office, now=now or at(hour=13))


def publish(cast: Cast, memo: Memo, page: Page = Page.MEASURES, **more: Any) -> Publication:
    now = more.pop("now", at(hour=13))
    digest = more.pop("digest", None) or preview(cast, memo, page, now).digest
    return publishing.publish(memo.pk, page, by=more.pop("by", cast.head_of_office), digest=digest, now=now)


def withdraw(cast: Cast, one: Publication, **more: Any) -> Withdrawal:
    arguments = {"by": cast.head_of_office, "reason": "พบตัวเลขคลาดเคลื่อน", "now": at(hour=14)}
    return publishing.withdraw(one.pk, **(arguments | more))


def day(count: int) -> date:
    return DAY + days(count)


def approved_with(cast: Cast, text: str, subject: str = "") -> Memo:
    """The office's analysis with one passage more, approved."""
    memo = cast.draft()
    draft = drafts.working_text(memo)
    draft["report"][0]["text"] += f"\n{text}"
    version = drafts.version_of(memo)
    drafts.revise(
        memo.pk, by=cast.head_of_office, subject=subject or memo.subject, content=draft, version=version, now=at()
    )
    decisions.submit(memo.pk, by=cast.head_of_office, reason=document.REASON, now=at(hour=10))
    cast.answer(memo, cast.permanent_secretary, "endorse")
    cast.answer(memo, cast.mayor, "approve")
    return Memo.objects.get(pk=memo.pk)


# --- publishing --------------------------------------------------------------------------------------------------


def test_what_was_previewed_is_what_is_published(cast: Cast) -> None:
    memo = cast.approved()
    seen = preview(cast, memo)
    published = publish(cast, memo, digest=seen.digest)
    assert published.fiscal_year == YEAR and published.seq == 1
    assert published.data == seen.data
    assert published.digest == chain.digest(published.data)
    assert published.data["item"] == "O42"
    assert len(published.data["plan"]) == 3 and len(published.data["scores"]["instruments"]) == 3
    assert published.data["memo"]["approved_by"]["name"] == cast.mayor.name_th


def test_the_act_stands_in_the_chain(cast: Cast) -> None:
    published = publish(cast, cast.approved())
    withdraw(cast, published)
    assert [e.verb for e in chain.history_of(published)] == ["published", "withdrawn"]
    assert not list(chain.verify())


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("UPDATE disclosure_publication SET data = '{}'", "what is published is not what was published"),
        ("DELETE FROM disclosure_withdrawal", "its withdrawal is gone"),
        ("UPDATE disclosure_withdrawal SET reason = 'x'", "its withdrawal is not what the chain says"),
    ],
)
def test_a_changed_publication_is_found(cast: Cast, statement: str, message: str) -> None:
    withdraw(cast, publish(cast, cast.approved()))
    guards.remove_all()
    with connection.cursor() as cursor:
        cursor.execute(statement)
    guards.install_all()
    assert message in [problem.message for problem in chain.verify()]


def test_who_acts_for_the_head_of_office_and_the_secretary_may_publish(cast: Cast) -> None:
    memo = cast.approved()
    published = publish(cast, memo, by=cast.permanent_secretary)
    assert published.by == cast.permanent_secretary


def test_who_acts_for_the_head_of_office_publishes_in_that_seat(cast: Cast) -> None:
    memo, seat = cast.approved(), cast.position("head_of_office")
    order = act_for(seat, cast.finance, starts_on=DAY, ends_on=DAY, order_number="12/2564")
    published = publish(cast, memo, by=cast.finance)
    assert (published.position, published.acting) == (seat, order)
    with pytest.raises(Refused):
        withdraw(cast, published, by=cast.finance, now=at(day(1)))
    gone = withdraw(cast, published, by=cast.finance)
    assert (gone.position, gone.acting) == (seat, order)


@pytest.mark.parametrize("who", ["mayor", "deputy", "finance", "works", "education", "health", "office_staff"])
def test_nobody_else_of_the_office_publishes(cast: Cast, who: str) -> None:
    memo = cast.approved()
    with pytest.raises(Refused):
        publish(cast, memo, by=cast.people[who])
    assert not Publication.objects.exists()


def test_for_another_organization_nothing_exists(cast: Cast) -> None:
    memo = cast.approved()
    digest = preview(cast, memo).digest
    with pytest.raises(Memo.DoesNotExist):
        publish(cast, memo, by=cast.outsider, digest=digest)
    published = publish(cast, memo)
    with pytest.raises(Publication.DoesNotExist):
        withdraw(cast, published, by=cast.outsider)
    assert not Withdrawal.objects.exists()


@pytest.mark.parametrize("state", ["draft", "submitted", "endorsed", "returned", "rejected", "withdrawn"])
def test_what_is_not_approved_is_not_published(cast: Cast, state: str) -> None:
    memo = getattr(cast, state)()
    with pytest.raises(Memo.DoesNotExist):
        preview(cast, memo)
    with pytest.raises(Memo.DoesNotExist):
        publish(cast, memo, digest="x")


@pytest.mark.parametrize("place", [Page.MEASURES, Page.PROGRESS])
def test_a_secret_memo_is_never_published(cast: Cast, place: Page) -> None:
    memo = cast.approved()
    digest = preview(cast, memo, place).digest
    MemoKind.objects.filter(pk=memo.kind_id).update(secret=True)
    with pytest.raises(Memo.DoesNotExist):
        publish(cast, memo, place, digest=digest)
    assert not Publication.objects.exists()


def test_a_memo_of_another_kind_is_no_analysis(cast: Cast) -> None:
    memo = cast.sent(cast.finance)
    cast.answer(memo, cast.permanent_secretary, "endorse")
    cast.answer(memo, cast.mayor, "approve")
    with pytest.raises(Memo.DoesNotExist):
        preview(cast, memo)


def test_an_analysis_is_not_published_as_a_report(cast: Cast) -> None:
    memo = cast.approved()
    with pytest.raises(NotNow):
        preview(cast, memo, Page.INTERIM)


def test_what_changed_since_the_preview_is_not_published(cast: Cast) -> None:
    memo = cast.approved()
    seen = preview(cast, memo, Page.PROGRESS)
    task = DivisionTask.objects.filter(division__code="fin").order_by("due_on", "measure_id").first()
    assert task is not None
    work.start(task.pk, by=cast.finance, now=at(hour=14))
    work.report(task.pk, by=cast.finance, percent=40, text="เริ่มแล้ว", finished=False, done=None, now=at(hour=14))
    with pytest.raises(Stale) as stale:
        publish(cast, memo, Page.PROGRESS, digest=seen.digest, now=at(hour=15))
    assert not Publication.objects.exists()
    assert stale.value.current.digest == preview(cast, memo, Page.PROGRESS, at(hour=15)).digest != seen.digest


def test_what_was_never_previewed_is_not_published(cast: Cast) -> None:
    memo = cast.approved()
    with pytest.raises(Stale):
        publish(cast, memo, digest="0" * 64)


def test_the_same_is_not_published_twice(cast: Cast) -> None:
    memo = cast.approved()
    publish(cast, memo)
    with pytest.raises(NotNow):
        publish(cast, memo)
    assert Publication.objects.count() == 1


def test_newer_numbers_take_the_place_of_older_ones(cast: Cast) -> None:
    memo = cast.approved()
    publish(cast, memo, Page.PROGRESS)
    with pytest.raises(NotNow):
        publish(cast, memo, Page.PROGRESS)
    worked(cast, 20, at(day(40)))
    second = publish(cast, memo, Page.PROGRESS, now=at(day(40)))
    assert second.seq == 2 and second.data["as_of"] == day(40).isoformat()


def test_the_same_numbers_of_another_day_are_nothing_newer_and_may_be_said_again(cast: Cast) -> None:
    memo = cast.approved()
    first = publish(cast, memo, Page.PROGRESS)
    assert snapshots.identity(first.data) == preview(cast, memo, Page.PROGRESS, at(day(1))).digest
    assert publish(cast, memo, Page.PROGRESS, now=at(day(1))).data["as_of"] == day(1).isoformat()


def test_progress_tells_ordered_and_held_dates_and_who_is_late(cast: Cast) -> None:
    memo = cast.approved()
    data = publish(cast, memo, Page.PROGRESS, now=at(day(500))).data
    tasks = [one for row in data["rows"] for measure in row["measures"] for one in measure["tasks"]]
    assert len(tasks) == data["totals"]["tasks"] == 15
    assert data["totals"]["late"] == 15 and all(one["late"] for one in tasks)
    assert all(one["ordered_due_on"] == one["due_on"] for one in tasks)
    assert {one["division"]["code"] for one in tasks} == {"op", "fin", "eng", "edu", "phe"}


# --- what is hidden ----------------------------------------------------------------------------------------------


def test_personal_data_are_hidden_and_shown_to_whoever_publishes(cast: Cast) -> None:
    memo = approved_with(cast, "ติดต่อ นายสมหมาย ใจซื่อ โทร. 081-234-5678 หรือผู้ร้องเรียนคือ นางสาวดวงใจ มีสุข")
    seen = preview(cast, memo)
    words = " ".join(one.words for one in seen.hidden)
    assert "สมหมาย" in words and "081-234-5678" in words and "ดวงใจ" in words
    published = publish(cast, memo)
    said = chain.canonical(published.data)
    assert MASK in said
    for personal in ("สมหมาย", "ใจซื่อ", "081-234-5678", "ดวงใจ", "มีสุข"):
        assert personal not in said


def test_a_paper_with_personal_data_gets_a_public_edition(cast: Cast) -> None:
    memo = approved_with(cast, "โทรศัพท์มือถือ ๐๘๑-๒๓๔-๕๖๗๘")
    published = publish(cast, memo)
    editions = {one["form"]: one for one in published.data["papers"]}
    assert editions["report"]["edition"] == "public" and editions["memo"]["edition"] == "original"
    paper = Paper.objects.get(code=editions["report"]["code"])
    assert paper.about == f"publication:{published.pk}" and paper.sealed
    assert "๕๖๗๘" not in chain.canonical(paper.data) and MASK in chain.canonical(paper.data["body"])
    assert shop.print_due(now=at(hour=15)) and hasattr(Paper.objects.get(pk=paper.pk), "print")
    assert snapshots.identity(published.data) == preview(cast, memo).digest


def test_what_the_code_of_a_public_edition_tells_is_without_personal_data_too(cast: Cast) -> None:
    memo = approved_with(cast, "เรียบร้อย", subject="รายงานเรื่องที่ นายสมหมาย ใจซื่อ ร้องเรียน")
    published = publish(cast, memo)
    assert [one["edition"] for one in published.data["papers"]] == ["public", "public"]
    for one in published.data["papers"]:
        assert "สมหมาย" not in chain.canonical(Paper.objects.get(code=one["code"]).data)
    assert "สมหมาย" not in chain.canonical(published.data)


def test_the_real_document_has_nothing_to_hide(cast: Cast) -> None:
    seen = preview(cast, cast.approved())
    assert seen.hidden == [] and all(sheet.original for sheet in seen.sheets)
    assert [one["form"] for one in seen.data["papers"]] == ["report", "memo"]


# --- taking back -------------------------------------------------------------------------------------------------


def test_a_withdrawal_needs_a_reason_without_personal_data(cast: Cast) -> None:
    published = publish(cast, cast.approved())
    for reason in ("", "  \n", "ผิดพลาด ติดต่อ 081-234-5678", "ร้องโดยนายสมหมาย ใจซื่อ", "ก" * 4001, "ก\x00ข"):
        with pytest.raises(ValidationError):
            withdraw(cast, published, reason=reason)
    assert not Withdrawal.objects.exists()


def test_only_who_publishes_withdraws_and_only_once(cast: Cast) -> None:
    published = publish(cast, cast.approved())
    with pytest.raises(Refused):
        withdraw(cast, published, by=cast.mayor)
    withdraw(cast, published)
    with pytest.raises(NotNow):
        withdraw(cast, published)


def test_what_was_replaced_is_not_withdrawn(cast: Cast) -> None:
    memo = cast.approved()
    first = publish(cast, memo, Page.PROGRESS)
    worked(cast, 20, at(day(1)))
    publish(cast, memo, Page.PROGRESS, now=at(day(1)))
    with pytest.raises(NotNow):
        withdraw(cast, first)


def test_what_was_withdrawn_may_be_published_again(cast: Cast) -> None:
    memo = cast.approved()
    withdraw(cast, publish(cast, memo))
    assert publish(cast, memo).seq == 2


# --- the pages of the office -------------------------------------------------------------------------------------


@pytest.fixture
def signed_in(client: Client) -> Callable[[Any], Client]:
    def as_(user: Any) -> Client:
        client.force_login(user)
        return client

    return as_


def test_the_journey_of_publishing_and_withdrawing(cast: Cast, signed_in: Callable[[Any], Client]) -> None:
    memo, client = cast.approved(), signed_in(cast.head_of_office)
    assert client.get("/disclosure/").headers["Location"] == f"/disclosure/{YEAR}/"
    assert client.get(f"/disclosure/memos/{memo.pk}/").headers["Location"] == f"/disclosure/{YEAR}/"
    address = f"/disclosure/memos/{memo.pk}/measures/"
    page = client.get(address).content.decode()
    digest = preview(cast, memo).digest
    assert digest in page and document.imported().content["plan"][0]["measures"][0]["text"][:30] in page
    assert client.post(address, {"digest": digest}).status_code == 302
    published = Publication.objects.get()
    assert str(published.pk) in client.get(f"/disclosure/{YEAR}/").content.decode()
    assert client.post(address, {"digest": digest}).status_code == 409
    gone = f"/disclosure/publications/{published.pk}/withdraw/"
    assert client.get(gone).status_code == 200
    assert client.post(gone, {"reason": ""}).status_code == 200
    assert client.post(gone, {"reason": "พบตัวเลขคลาดเคลื่อน"}).status_code == 302
    assert Withdrawal.objects.count() == 1
    assert client.get(gone).status_code == 409


def test_a_stale_preview_is_answered_with_the_new_one(cast: Cast, signed_in: Callable[[Any], Client]) -> None:
    memo = cast.approved()
    answer = signed_in(cast.head_of_office).post(f"/disclosure/memos/{memo.pk}/measures/", {"digest": "old"})
    assert answer.status_code == 409 and preview(cast, memo).digest in answer.content.decode()
    assert not Publication.objects.exists()


def test_others_of_the_office_see_neither_what_is_hidden_nor_the_button(
    cast: Cast, signed_in: Callable[[Any], Client]
) -> None:
    memo, client = cast.approved(), signed_in(cast.finance)
    address = f"/disclosure/memos/{memo.pk}/measures/"
    assert client.get(address).status_code == 403
    listed = client.get(f"/disclosure/{YEAR}/")
    assert listed.status_code == 200 and address not in listed.content.decode()
    assert client.post(address, {"digest": preview(cast, memo).digest}).status_code == 403
    published = publish(cast, memo)
    assert client.get(f"/disclosure/publications/{published.pk}/withdraw/").status_code == 403


def test_an_outsider_and_a_stranger_meet_nothing(cast: Cast, client: Client) -> None:
    memo = cast.approved()
    published = publish(cast, memo)
    addresses = [
        f"/disclosure/memos/{memo.pk}/measures/",
        f"/disclosure/memos/{memo.pk}/",
        f"/disclosure/publications/{published.pk}/withdraw/",
        f"/disclosure/{YEAR}/",
    ]
    assert [client.get(one).status_code for one in addresses] == [302] * 4
    client.force_login(cast.outsider)
    assert [client.get(one).status_code for one in addresses] == [404] * 4
    assert client.post(addresses[0], {"digest": "x"}).status_code == 404
    assert client.get(f"/disclosure/memos/{memo.pk}/secrets/").status_code == 404


@pytest.mark.parametrize("count", [2, 6])
def test_the_page_of_a_year_costs_the_same_whatever_is_published(
    cast: Cast, signed_in: Callable[[Any], Client], count: int, django_assert_max_num_queries: Any
) -> None:
    memo, client = cast.approved(), signed_in(cast.head_of_office)
    for n in range(count):
        worked(cast, n + 1, at(day(n)))
        publish(cast, memo, Page.PROGRESS, now=at(day(n)))
    client.get(f"/disclosure/{YEAR}/")
    with django_assert_max_num_queries(32):
        assert client.get(f"/disclosure/{YEAR}/").status_code == 200


def test_the_page_of_a_year_costs_the_same_however_many_analyses_there_are(
    cast: Cast, signed_in: Callable[[Any], Client], django_assert_num_queries: Any
) -> None:
    client, address = signed_in(cast.head_of_office), f"/disclosure/{YEAR}/"
    first = cast.approved()
    client.get(address)
    with CaptureQueriesContext(connection) as alone:
        client.get(address)
    for _n in range(7):
        again(first)
    with django_assert_num_queries(len(alone)):
        page = client.get(address).content.decode()
    assert page.count("/disclosure/memos/") == 16 and f"/disclosure/memos/{first.pk}/measures/" in page


def again(memo: Memo) -> Memo:
    """An approved analysis beside this one, with the same plan."""
    rows = list(PlanRow.objects.filter(memo=memo))
    other = Memo.objects.get(pk=memo.pk)
    other.pk, other.process_id = uuid4(), None
    other._state.adding = True
    other.save(force_insert=True)
    for row in rows:
        row.pk, row.memo = None, other
        row._state.adding = True
        row.save(force_insert=True)
    return other


# --- follow-up reports -------------------------------------------------------------------------------------------


def followed_up(cast: Cast, memo: Memo, kind: str = "interim", now: datetime | None = None) -> Memo:
    """An approved follow-up memo on the measures of this one."""
    moment = now or at(day(200))
    report = follow_ups.draw_up(memo.pk, kind=kind, by=cast.head_of_office, now=moment)
    decisions.submit(report.pk, by=cast.head_of_office, reason="เสนอ", now=moment)
    cast.answer(report, cast.permanent_secretary, "endorse", now=moment)
    cast.answer(report, cast.mayor, "approve", now=moment)
    return Memo.objects.get(pk=report.pk)


def test_an_approved_follow_up_is_published_with_its_frozen_figures(cast: Cast) -> None:
    memo = cast.approved()
    task = DivisionTask.objects.filter(division__code="fin").order_by("due_on", "measure_id").first()
    assert task is not None
    work.start(task.pk, by=cast.finance, now=at(day(100)))
    work.report(
        task.pk, by=cast.finance, percent=40, text="นายสมหมาย ใจซื่อ ช่วยงาน", finished=False, done=None, now=at(day(100))
    )
    report = followed_up(cast, memo)
    work.report(task.pk, by=cast.finance, percent=90, text="เกือบเสร็จ", finished=False, done=None, now=at(day(210)))
    published = publish(cast, report, Page.INTERIM, now=at(day(220)))
    assert published.fiscal_year == YEAR and published.data["item"] == "O43"
    tasks = [one for row in published.data["rows"] for each in row["measures"] for one in each["tasks"]]
    assert max(one["percent"] for one in tasks) == 40
    assert published.data["taken_at"].startswith(day(200).isoformat())
    said = chain.canonical(published.data)
    assert "สมหมาย" not in said and MASK in said
    assert [(one["form"], one["edition"]) for one in published.data["papers"]] == [
        ("memo", "original"),
        ("follow_up", "public"),
    ]
    with pytest.raises(NotNow):
        preview(cast, report, Page.FINAL)
    assert snapshots.pages_of(report) == (Page.INTERIM,)


def test_the_address_of_evidence_is_in_no_public_paper(cast: Cast) -> None:
    memo = cast.approved()
    task = DivisionTask.objects.filter(division__code="fin").order_by("due_on", "measure_id").first()
    assert task is not None
    work.start(task.pk, by=cast.finance, now=at(day(100)))
    for name in ("ภาพกิจกรรม", ""):
        url = f"https://drive.example.com/{name and 'named'}?key=SECRET"
        evidence.link(task.pk, url, by=cast.finance, name=name, now=at(day(101)))
    report = followed_up(cast, memo)
    snapshot = preview(cast, report, Page.INTERIM, at(day(210)))
    (paper,) = [one for one in snapshot.sheets if one.paper.form == "follow_up"]
    assert "SECRET" in chain.canonical(paper.paper.data) and not paper.original
    published = publish(cast, report, Page.INTERIM, now=at(day(210)))
    edition = Paper.objects.get(about=f"publication:{published.pk}")
    for said in (published.data, edition.data):
        text = chain.canonical(said)
        assert "SECRET" not in text and "ภาพกิจกรรม" in text and "drive.example.com" in text


def test_publish_stands_on_a_memo_that_can_be_published_and_on_no_other(
    cast: Cast, signed_in: Callable[[Any], Client]
) -> None:
    memo = cast.approved()
    report = followed_up(cast, memo)
    plain = cast.sent(cast.finance)
    cast.answer(plain, cast.permanent_secretary, "endorse")
    cast.answer(plain, cast.mayor, "approve")
    of_plain = followed_up(cast, plain)
    client = signed_in(cast.permanent_secretary)
    offered = {}
    for one in (memo, report, plain, of_plain):
        address = f"/disclosure/memos/{one.pk}/"
        offered[one.pk] = address in client.get(f"/memos/{one.pk}/").content.decode()
        assert client.get(address).status_code == (302 if offered[one.pk] else 404)
    assert list(offered.values()) == [True, True, False, False]
    MemoKind.objects.filter(pk=memo.kind_id).update(secret=True)
    assert f"/disclosure/memos/{report.pk}/" not in client.get(f"/memos/{report.pk}/").content.decode()


def test_a_follow_up_of_a_secret_memo_stays_secret(cast: Cast) -> None:
    memo = cast.approved()
    report = followed_up(cast, memo)
    MemoKind.objects.filter(pk=memo.kind_id).update(secret=True)
    with pytest.raises(Memo.DoesNotExist):
        preview(cast, report, Page.INTERIM)


def test_what_is_frozen_does_not_depend_on_who_looks_in_which_language(cast: Cast) -> None:
    memo = cast.approved()
    report = followed_up(cast, memo)
    for one, page in ((memo, Page.MEASURES), (memo, Page.PROGRESS), (report, Page.INTERIM)):
        with override("en"):
            english = preview(cast, one, page).digest
        with override("th"):
            assert preview(cast, one, page).digest == english


def test_a_follow_up_that_is_not_approved_is_not_published(cast: Cast) -> None:
    memo, now = cast.approved(), at(day(200))
    report = follow_ups.draw_up(memo.pk, kind="interim", by=cast.head_of_office, now=now)
    with pytest.raises(Memo.DoesNotExist):
        preview(cast, report, Page.INTERIM, now)
    decisions.submit(report.pk, by=cast.head_of_office, reason="เสนอ", now=now)
    cast.answer(report, cast.permanent_secretary, "endorse", now=now)
    with pytest.raises(Memo.DoesNotExist):
        preview(cast, report, Page.INTERIM, now)
    cast.answer(report, cast.mayor, "reject", "ยังไม่ครบ", now=now)
    with pytest.raises(Memo.DoesNotExist):
        publish(cast, report, Page.INTERIM, digest="x")


# --- the papers that go with a page, before they do --------------------------------------------------------------


def words_of(pdf: bytes) -> str:
    """All a PDF says, and all of the data it carries."""
    pages = "".join(one.get_textpage().get_text_range() for one in pypdfium2.PdfDocument(pdf))
    with pikepdf.open(BytesIO(pdf)) as document:
        return pages + "".join(one.get_file().read_bytes().decode() for one in document.attachments.values())


def test_who_publishes_reads_each_paper_as_the_public_will_have_it(
    cast: Cast, signed_in: Callable[[Any], Client], settings: Any
) -> None:
    memo = approved_with(cast, "โทรศัพท์มือถือ ๐๘๑-๒๓๔-๕๖๗๘")
    client, address = signed_in(cast.head_of_office), f"/disclosure/memos/{memo.pk}/measures/"
    page = client.get(address).content.decode()
    assert f"{address}memo.pdf" in page and f"{address}report.pdf" in page
    edition = client.get(f"{address}report.pdf")
    assert (edition.status_code, edition["Content-Type"]) == (200, "application/pdf")
    said = words_of(edition.content)
    assert "๕๖๗๘" not in said and MASK in said and settings.SITE_URL not in said
    assert not Publication.objects.exists() and not Paper.objects.filter(about__startswith="publication:").exists()


def test_a_paper_that_goes_out_as_it_is_is_read_as_it_is_stored(cast: Cast, signed_in: Callable[[Any], Client]) -> None:
    memo = cast.approved(order="ให้ทุกกองรายงานภายในเจ็ดวัน")
    client, address = signed_in(cast.permanent_secretary), f"/disclosure/memos/{memo.pk}/measures/memo.pdf"
    waiting = client.get(address)
    assert waiting.status_code == 200 and "ให้ทุกกองรายงาน" in words_of(waiting.content)
    assert shop.print_due(now=at(hour=15))
    (sheet,) = [one for one in preview(cast, memo).sheets if one.paper.form == "memo"]
    assert sheet.original
    with archive.take(sheet.paper.print.sha256) as file:
        assert b"".join(client.get(address).streaming_content) == file.read()


def test_nobody_else_reads_the_papers_of_a_preview(cast: Cast, signed_in: Callable[[Any], Client]) -> None:
    memo = cast.approved()
    address = f"/disclosure/memos/{memo.pk}/measures/"
    assert signed_in(cast.finance).get(f"{address}memo.pdf").status_code == 403
    assert signed_in(cast.outsider).get(f"{address}memo.pdf").status_code == 404
    for form in ("certificate", "notice", "follow_up", "x"):
        assert signed_in(cast.head_of_office).get(f"{address}{form}.pdf").status_code == 404


def test_a_paper_that_cannot_be_printed_says_so(
    cast: Cast, signed_in: Callable[[Any], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    memo = cast.approved()

    def broken(_data: dict[str, Any]) -> bytes:
        raise Unprinted("the press is on fire")

    monkeypatch.setattr(press, "print_paper", broken)
    answer = signed_in(cast.head_of_office).get(f"/disclosure/memos/{memo.pk}/measures/memo.pdf")
    assert answer.status_code == 503 and "on fire" in answer.content.decode()


# --- the addresses of papers -------------------------------------------------------------------------------------


def code_of(one: Publication, form: str) -> str:
    return next(str(each["code"]) for each in one.data["papers"] if each["form"] == form)


def test_an_edition_that_would_say_the_same_keeps_its_address_and_its_print(cast: Cast) -> None:
    memo = approved_with(cast, "โทรศัพท์มือถือ ๐๘๑-๒๓๔-๕๖๗๘")
    first = publish(cast, memo)
    withdraw(cast, first)
    second = publish(cast, memo, now=at(hour=15))
    assert second.seq == 2 and code_of(second, "report") == code_of(first, "report")
    assert Paper.objects.filter(about__startswith="publication:").count() == 1
    assert not list(chain.verify())


def test_the_address_of_an_older_edition_leads_to_the_page_of_the_newer(cast: Cast, client: Client) -> None:
    memo = approved_with(cast, "ติดต่อ นายสมหมาย ใจซื่อ และนายสมคิด ใจดี")
    first = publish(cast, memo)
    withdraw(cast, first)
    address = f"/public/kps-sao/{YEAR}/papers/{code_of(first, 'report')}.pdf"
    assert client.get(address).status_code == 410
    User.objects.filter(pk=cast.works.pk).update(name_th="นายสมคิด ใจดี")
    second = publish(cast, memo, now=at(hour=15))
    assert code_of(second, "report") != code_of(first, "report")
    moved = client.get(address)
    assert (moved.status_code, moved["Location"]) == (302, f"/public/kps-sao/{YEAR}/measures/")
    assert client.get(f"{address}?lang=en")["Location"].endswith("/measures/?lang=en")
    withdraw(cast, second, now=at(hour=16))
    assert client.get(address).status_code == 410
    assert client.get(f"/public/kps-sao/{YEAR}/papers/0123456789.pdf").status_code == 404
    assert client.get(address.replace(str(YEAR), "2566")).status_code == 404
