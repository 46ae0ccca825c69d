"""A follow-up is a memo: drawn up from frozen figures, put into words, sent over the same route, sealed."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit import chain
from demo import document
from documents.models import Paper
from measures import work
from measures.models import DivisionTask, PlanRow
from memo_flow import checking, content, decisions, drafts, follow_up_words, follow_ups
from memo_flow.changes import Change
from memo_flow.models import Draft, Memo, MemoKind
from memo_flow.queries import newest_revision
from memo_flow.reminders import take_back_follow_ups
from organization.calendar import thai_digits
from organization.models import ClosedYear
from organization.refusals import NotNow, Refused, Stale
from tests.cast import Cast, at, fresh
from tests.test_races import together

pytestmark = pytest.mark.django_db
SPRING = at(date(2022, 3, 1))
AUTUMN = at(date(2022, 10, 3))


def drawn(cast: Cast, memo: Memo, kind: str = "interim", **more: Any) -> Memo:
    return follow_ups.draw_up(memo.pk, kind=kind, **({"by": cast.head_of_office, "now": SPRING} | more))


def text_of(memo: Memo) -> dict[str, Any]:
    return drafts.working_text(memo)


def edit(cast: Cast, memo: Memo, client: Client, op: str = "save", **changes: str) -> Any:
    """Post the editor's form as the page holds it, with some fields changed."""
    client.force_login(cast.head_of_office)
    body, fields = text_of(memo), {"version": str(drafts.version_of(memo)), "subject": memo.subject, "op": op}
    for key in ("to", "agency", "closing"):
        fields[key] = body[key]
    for n, one in enumerate(body["sections"]):
        fields |= {f"sections.{n}.{key}": one[key] for key in ("id", "heading", "text")}
    fields |= {f"proposals.{n}.text": one["text"] for n, one in enumerate(body["proposals"])}
    return client.post(f"/memos/{memo.pk}/edit/", fields | changes, secure=True)


def finish_one(cast: Cast, memo: Memo, division: str = "fin") -> DivisionTask:
    task = DivisionTask.objects.filter(measure__row__memo=memo, division__code=division).order_by(
        "due_on", "measure_id"
    )[0]
    work.start(task.pk, by=cast.worker_of(task), now=at(date(2021, 11, 1)))
    cast.finish(task, now=at(date(2021, 11, 2)))
    return work.accept(task.pk, by=cast.head_of_office, now=at(date(2021, 11, 3)))


# --- drawn up


def test_it_is_a_draft_of_the_head_of_office_that_follows_the_memo(cast: Cast) -> None:
    source = cast.approved()
    memo = drawn(cast, source)
    assert (memo.state, memo.follows_id, memo.follow_up) == ("draft", source.pk, "interim")
    assert memo.kind.code == "ita-follow-up"
    assert memo.author == cast.head_of_office and memo.author_position.role == "head_of_office"
    created = chain.history_of(memo)[0]
    assert created.data["follows"] == str(source.pk) and created.data["follow_up"] == "interim"


def test_its_words_say_what_the_figures_say(cast: Cast) -> None:
    source = cast.approved()
    finish_one(cast, source)
    memo = drawn(cast, source)
    body = text_of(memo)
    figures, words = body["follow_up"], {one["id"]: one["text"] for one in body["sections"]}
    assert figures["totals"]["tasks"] == 15 and figures["totals"]["done"] == 1
    assert thai_digits(source.entry.number) in words["original_matter"]
    assert "๑๔ กันยายน ๒๕๖๔" in words["original_matter"] and source.subject in words["original_matter"]
    assert "ทั้งหมด ๑๕ งาน ดำเนินการแล้วเสร็จ ๑ งาน" in words["facts"]
    for one in figures["divisions"]:
        assert f"{one['name']} จำนวน {thai_digits(one['tasks'])} งาน" in words["facts"]
    assert "O43" in words["rules_and_laws"] and "O43" in body["proposals"][-1]["text"]
    assert "รอบระหว่างปี ประจำปีงบประมาณ พ.ศ. ๒๕๖๕" in memo.subject
    assert checking.findings_on(memo, body, on=SPRING.date()) == []


def test_obstacles_are_told_of_the_division_that_met_them() -> None:
    figures = sample()
    figures["rows"][0]["measures"][0]["tasks"][0]["obstacles"] = "ฝนตกหนัก"
    words = follow_up_words.sections(facts(figures))["facts"]
    assert "กองคลัง ฝนตกหนัก" in words
    assert "อุปสรรค" not in follow_up_words.sections(facts(sample()))["facts"], "what nobody reported is not denied"


def test_what_was_finished_late_and_what_is_overdue_are_told_apart() -> None:
    figures = sample()
    late = figures["rows"][0]["measures"][0]["tasks"]
    late[0] |= {"late": True, "closed_on": "2022-04-02"}
    late[2] |= {"late": True, "closed_on": ""}
    for one in (figures["totals"], figures["divisions"][1]):
        one |= {"late": one["tasks"] - 1, "overdue": 1}
    figures["totals"]["finished_late"] = 1
    words = follow_up_words.sections(facts(figures))["facts"]
    assert (
        "ทั้งหมด ๓ งาน ดำเนินการแล้วเสร็จ ๒ งาน เกินกำหนดและยังไม่เสร็จ ๑ งาน ความก้าวหน้าเฉลี่ยร้อยละ ๘๐ "
        "ทั้งนี้ มีงานที่เสร็จหลังกำหนด ๑ งาน" in words
    )
    assert "งานที่เกินกำหนดและยังไม่เสร็จ ดังนี้\n๑. กองช่าง ก\n" in words
    assert "งานที่เสร็จหลังกำหนด ดังนี้\n๑. กองคลัง ก" in words
    assert list(follow_up_words.contradictions(iter([("sections.0.text", words)]), figures)) == []


def test_figures_of_before_are_told_as_they_were() -> None:
    figures = sample()
    for one in (figures["totals"], *figures["divisions"]):
        del one["finished_late"], one["overdue"]
    words = follow_up_words.sections(facts(figures))["facts"]
    assert "ล่าช้า ๐ งาน" in words
    assert list(follow_up_words.contradictions(iter([("sections.0.text", words)]), figures)) == []


def test_a_date_that_was_moved_is_told_and_shown_beside_the_one_that_was_ordered(cast: Cast, client: Client) -> None:
    source = cast.approved()
    task = DivisionTask.objects.filter(measure__row__memo=source).order_by("due_on", "measure_id")[0]
    DivisionTask.objects.filter(pk=task.pk).update(due_on=date(2022, 4, 29))
    memo = drawn(cast, source)
    body = text_of(memo)
    lines = [line for _measure, line in follow_up_words.tasks_of(body["follow_up"])]
    (moved,) = [line for line in lines if follow_up_words.moved(line)]
    assert (moved["ordered_due_on"], moved["due_on"]) == (task.due_on.isoformat(), "2022-04-29")
    words = next(one["text"] for one in body["sections"] if one["id"] == "facts")
    assert "จากวันที่ ๓๑ มีนาคม ๒๕๖๕ เป็นวันที่ ๒๙ เมษายน ๒๕๖๕" in words
    assert checking.findings_on(memo, body, on=SPRING.date()) == []
    client.force_login(cast.head_of_office)
    page = client.get(f"/memos/{memo.pk}/", secure=True).content.decode()
    assert page.count("(เดิม ๓๑ มี.ค. ๒๕๖๕)") == 1


def test_a_memo_that_is_not_of_the_assessment_is_called_by_its_subject(cast: Cast) -> None:
    source = cast.sent(cast.finance)
    cast.answer(source, cast.permanent_secretary, "endorse")
    cast.answer(source, cast.mayor, "approve")
    memo = drawn(cast, source)
    assert "ขออนุมัติจัดซื้อกระดาษ" in memo.subject and "คุณธรรม" not in memo.subject
    assert "O43" not in str(text_of(memo)["proposals"])


def test_a_second_drawing_up_leads_to_the_standing_one(cast: Cast) -> None:
    source = cast.approved()
    memo = drawn(cast, source)
    assert drawn(cast, source) == memo
    assert drawn(cast, source, "final", now=AUTUMN) != memo
    with pytest.raises(IntegrityError), transaction.atomic():
        Memo.objects.filter(follow_up="final").update(follow_up="interim")


@pytest.mark.parametrize("end", ["withdrawn", "rejected"])
def test_another_is_drawn_up_after_a_withdrawal_or_rejection(cast: Cast, end: str) -> None:
    source = cast.approved()
    memo = sent(cast, drawn(cast, source))
    if end == "withdrawn":
        decisions.withdraw(memo.pk, by=cast.head_of_office, reason="ผิด", now=SPRING)
    else:
        cast.answer(memo, cast.permanent_secretary, "endorse", now=SPRING)
        cast.answer(memo, cast.mayor, "reject", "ยังไม่ครบ", now=SPRING)
        assert sorted(p.form for p in Paper.objects.filter(about=f"memo:{memo.pk}")) == ["certificate", "memo"]
    assert drawn(cast, source) != memo


def test_the_final_one_waits_for_the_end_of_the_plan_or_of_all_work(cast: Cast) -> None:
    source = cast.approved()
    with pytest.raises(NotNow, match=r"2022|2565"):
        drawn(cast, source, "final")
    for task in DivisionTask.objects.filter(measure__row__memo=source):
        work.cancel(task.pk, by=cast.head_of_office, text="ยกเลิก", now=SPRING)
    assert drawn(cast, source, "final").follow_up == "final"


@pytest.mark.parametrize("who", ["permanent_secretary", "mayor", "finance", "office_staff"])
def test_others_draw_up_nothing(cast: Cast, who: str) -> None:
    source = cast.approved()
    with pytest.raises(Refused):
        drawn(cast, source, by=getattr(cast, who))
    with pytest.raises(Memo.DoesNotExist):
        drawn(cast, source, by=cast.outsider)


def test_nothing_is_drawn_up_of_a_memo_not_approved_secret_or_without_a_plan(cast: Cast) -> None:
    with pytest.raises(NotNow):
        drawn(cast, cast.submitted())
    source = cast.approved()
    with pytest.raises(NotNow):
        drawn(cast, source, "yearly")
    MemoKind.objects.filter(pk=cast.kind.pk).update(secret=True)
    with pytest.raises(NotNow):
        drawn(cast, source)
    MemoKind.objects.filter(pk=cast.kind.pk).update(secret=False)
    memo = approved(cast, drawn(cast, source))
    with pytest.raises(NotNow):
        drawn(cast, memo)


def test_the_year_of_a_plan_of_before_that_has_two_is_its_first_rows(cast: Cast) -> None:
    """Its second year neither keeps the first one's reports open nor ends them."""
    source = cast.approved()
    late = PlanRow.objects.filter(memo=source).order_by("-seq")[0]
    PlanRow.objects.filter(pk=late.pk).update(fiscal_year=2566, period_end=date(2023, 9, 30))
    close(cast, 2566)
    memo = drawn(cast, source, "final", now=AUTUMN)
    assert text_of(memo)["follow_up"]["fiscal_year"] == 2565
    take_back_follow_ups(cast.office.pk, 2566, AUTUMN)
    assert decisions.submit(memo.pk, by=cast.head_of_office, reason=document.REASON, now=AUTUMN).state == "in_review"


def test_nothing_is_drawn_up_or_taken_again_for_a_closed_year(cast: Cast) -> None:
    source = cast.approved()
    memo = drawn(cast, source)
    close(cast, 2565)
    with pytest.raises(NotNow):
        drawn(cast, source, "final", now=AUTUMN)
    with pytest.raises(NotNow):
        again(cast, memo)


# --- the figures stay


def test_what_the_divisions_do_afterwards_changes_nothing(cast: Cast) -> None:
    source = cast.approved()
    memo = drawn(cast, source)
    before = text_of(memo)
    finish_one(cast, source)
    assert text_of(fresh(memo)) == before


def test_saving_words_keeps_the_figures_and_posted_ones_are_nothing(cast: Cast, client: Client) -> None:
    memo = drawn(cast, cast.approved())
    before = text_of(memo)["follow_up"]
    forged = {"follow_up.totals.done": "15", "follow_up.taken_at": "2099-01-01", "plan.0.title": "แผน"}
    assert edit(cast, memo, client, **{"sections.1.text": "แก้ถ้อยคำ"}, **forged).status_code == 302
    body = text_of(memo)
    assert body["sections"][1]["text"] == "แก้ถ้อยคำ"
    assert body["follow_up"] == before and body["plan"] == []
    evil = Change.put("follow_up.topic", 0, before["topic"][:3], "ไม่")
    told = client.get(edit(cast, memo, client, op=evil.op)["location"], secure=True).content.decode()
    assert "ระบบจึงไม่ได้แทนที่ข้อความใด" in told
    assert memo.draft.undo is None
    edit(cast, memo, client, op="generate:follow_up.topic")
    edit(cast, memo, client, op="remove:follow_up.rows.0")
    assert text_of(memo)["follow_up"] == before


def test_the_service_itself_takes_no_figures_from_a_text(cast: Cast) -> None:
    memo = drawn(cast, cast.approved())
    body = text_of(memo)
    forged = {**body, "follow_up": {**body["follow_up"], "totals": {"tasks": 0}}, "plan": plan()}
    drafts.revise(memo.pk, by=cast.head_of_office, subject="ก", content=forged, version=1, now=SPRING)
    assert text_of(memo)["follow_up"] == body["follow_up"] and text_of(memo)["plan"] == []
    other = cast.written(cast.finance)
    drafts.revise(other.pk, by=cast.finance, subject="ก", content=forged, version=1, now=SPRING)
    assert "follow_up" not in text_of(other)
    assert "follow_up" not in content.cleaned(forged) and "follow_up" not in content.legible(forged)


def test_the_figures_are_taken_again_with_the_words_kept(cast: Cast, client: Client) -> None:
    source = cast.approved()
    memo = drawn(cast, source)
    before = text_of(memo)["follow_up"]
    finish_one(cast, source)
    cast.clock(at(date(2022, 3, 5)))
    response = edit(cast, memo, client, op="figures", **{"sections.1.text": "ถ้อยคำของฉัน"})
    page = client.get(response["Location"], secure=True).content.decode()
    body = text_of(memo)
    assert body["sections"][1]["text"] == "ถ้อยคำของฉัน"
    assert body["follow_up"]["totals"]["done"] == 1 and body["follow_up"]["taken_at"].startswith("2022-03-05")
    assert "0 → 1" in page
    edit(cast, memo, client, op="undo")
    assert text_of(memo)["follow_up"] == before


def test_after_new_figures_the_old_words_are_found_and_can_be_written_again(cast: Cast, client: Client) -> None:
    source = cast.approved()
    memo = drawn(cast, source)
    finish_one(cast, source)
    again(cast, memo)
    found = checking.findings_on(memo, text_of(memo), on=SPRING.date())
    assert found and {one["severity"] for one in found} == {"high"}
    edit(cast, memo, client, op="generate:sections.1.text")
    assert checking.findings_on(memo, text_of(memo), on=SPRING.date()) == []
    assert "แล้วเสร็จ ๑ งาน" in text_of(memo)["sections"][1]["text"]


def test_taking_again_while_somebody_edits_loses_neither(cast: Cast, client: Client) -> None:
    source = cast.approved()
    memo = drawn(cast, source)
    finish_one(cast, source)
    again(cast, memo)
    response = edit(cast, memo, client, version="1", **{"sections.1.text": "ของอีกคน"})
    assert response.status_code == 409 and "ของอีกคน" in response.content.decode()
    assert text_of(memo)["follow_up"]["totals"]["done"] == 1
    with pytest.raises(Stale):
        again(cast, memo, version=1)
    with pytest.raises(Stale):
        decisions.submit(memo.pk, by=cast.head_of_office, version=1, now=SPRING)


def test_a_memo_without_figures_takes_none(cast: Cast) -> None:
    memo = cast.written(cast.finance)
    with pytest.raises(NotNow):
        follow_ups.take_again(memo.pk, by=cast.finance, subject="ก", content=text_of(memo), version=1, now=SPRING)


# --- its way


def test_it_goes_the_way_of_the_analysis_and_freezes_its_figures(cast: Cast) -> None:
    source = cast.approved()
    memo = drawn(cast, source)
    figures = text_of(memo)["follow_up"]
    tasks = DivisionTask.objects.count()
    memo = approved(cast, memo)
    finish_one(cast, source)
    revision = newest_revision(memo)
    assert revision is not None and revision.content["follow_up"] == figures
    assert DivisionTask.objects.count() == tasks and not memo.plan_rows.exists()
    papers = {paper.form: paper for paper in Paper.objects.filter(about=f"memo:{memo.pk}")}
    assert sorted(papers) == ["certificate", "follow_up", "memo"]
    paper = papers["follow_up"]
    body = paper.data["body"]
    assert paper.sealed and paper.data["note"] == ""
    assert paper.data["public"]["state"] == "approved"
    assert body["kind"] == "interim" and body["on"] == "2022-03-01"
    assert body["totals"] == figures["totals"] and body["rows"] == figures["rows"]
    assert body["memo"]["number"] == source.entry.number and body["report"]["number"] == memo.entry.number
    assert "follow_up" in [one["form"] for one in papers["certificate"].data["body"]["papers"]]
    assert list(chain.verify()) == []


def test_returned_it_keeps_its_figures_through_the_next_round(cast: Cast, client: Client) -> None:
    memo = sent(cast, drawn(cast, cast.approved()))
    cast.answer(memo, cast.permanent_secretary, "return", "ขอถ้อยคำใหม่", now=SPRING)
    memo = fresh(memo)
    before = text_of(memo)["follow_up"]
    edit(cast, memo, client, **{"sections.1.text": "ใหม่"})
    assert Draft.objects.get(memo=memo).content["follow_up"] == before
    memo = sent(cast, fresh(memo), reason="แก้แล้ว")
    revision = newest_revision(memo)
    assert revision is not None and revision.round == 2 and revision.content["follow_up"] == before


def test_a_contradiction_needs_a_reason_before_it_goes_on(cast: Cast, client: Client) -> None:
    memo = drawn(cast, cast.approved())
    edit(cast, memo, client, **{"sections.1.text": "ดำเนินการแล้วเสร็จ ๑๔ จาก ๑๕ งาน"})
    page = client.get(f"/memos/{memo.pk}/edit/", secure=True).content.decode()
    assert "finding-1" in page
    with pytest.raises(Exception, match=r"reason|เหตุผล"):
        decisions.submit(memo.pk, by=cast.head_of_office, now=SPRING)


# --- its words against its figures


@pytest.mark.parametrize(
    ("line", "stated"),
    [
        ("แล้วเสร็จ 14 จาก 15 งาน", ["14", "15"]),
        ("ดำเนินการแล้วเสร็จ ๒ งาน จากทั้งหมด ๓ งาน", []),
        ("มีงานทั้งหมด ๓ งาน แล้วเสร็จ ๓ งาน", ["๓"]),
        ("งานล่าช้า 2 งาน", ["2"]),
        ("เกินกำหนดและยังไม่เสร็จ ๐ งาน เกินกำหนด ๐ งาน", []),
        ("เกินกำหนดและยังไม่แล้วเสร็จ ๓ งาน", ["๓"]),
        ("เกินกำหนดจำนวน 1 งาน", ["1"]),
        ("แล้วเสร็จ ๒ งาน ทั้งนี้ มีงานที่เสร็จหลังกำหนด ๑ งาน", ["๑"]),
        ("งานที่แล้วเสร็จล่าช้า ๑ งาน", ["๑"]),
        ("ยังไม่แล้วเสร็จ ๑ งาน", []),
        ("ความก้าวหน้าเฉลี่ยร้อยละ ๘๐", []),
        ("ความก้าวหน้าเฉลี่ยร้อยละ 81", ["81"]),
        ("กองคลัง แล้วเสร็จ ๑ งาน", []),
        ("กองคลัง แล้วเสร็จ ๒ งาน", ["๒"]),
        ("ปีงบประมาณ 2565 ได้ดำเนินการแล้วเสร็จ", []),
        ("", []),
    ],
)
def test_a_count_that_the_table_does_not_have_is_found(line: str, stated: list[str]) -> None:
    text = f"บรรทัดแรก\n{line}"
    found = list(follow_up_words.contradictions(iter([("sections.0.text", text)]), sample()))
    assert [one.stated for one in found] == stated
    assert all(text[one.start : one.end] == one.stated for one in found)


def test_longest_texts_still_make_a_draft_that_can_be_kept() -> None:
    figures = sample()
    task = figures["rows"][0]["measures"][0]["tasks"][0] | {
        "late": True,
        "obstacles": "ก" * 20_000,
        "ordered_due_on": "2022-03-31",
        "due_on": "2022-09-30",
    }
    row = {**figures["rows"][0], "title": "ก" * 500, "measures": [{"text": "ก" * 20_000, "tasks": [task] * 30}]}
    figures["rows"] = [row] * 20
    figures["divisions"] = [{**figures["divisions"][0], "name": f"กองที่ {n}"} for n in range(60)]
    for text in follow_up_words.sections(facts(figures)).values():
        assert len(text) <= content.LONG


# --- pages


def test_the_memos_page_offers_it_and_then_leads_to_it(cast: Cast, client: Client) -> None:
    source = cast.approved()
    cast.clock(SPRING)
    client.force_login(cast.head_of_office)
    for address in (f"/memos/{source.pk}/", f"/memos/{source.pk}/papers/"):
        assert 'name="kind" value="interim"' in client.get(address, secure=True).content.decode()
    response = client.post(f"/memos/{source.pk}/follow-up/", {"kind": "interim"}, secure=True)
    memo = Memo.objects.get(follows=source)
    assert response["Location"] == f"/memos/{memo.pk}/edit/"
    assert client.post(f"/memos/{source.pk}/follow-up/", {"kind": "interim"}, secure=True)["Location"] == (
        f"/memos/{memo.pk}/edit/"
    )
    page = client.get(f"/memos/{source.pk}/", secure=True).content.decode()
    assert f"/memos/{memo.pk}/" in page and 'name="kind" value="interim"' not in page
    client.force_login(cast.finance)
    assert f"/memos/{memo.pk}/" not in client.get(f"/memos/{source.pk}/", secure=True).content.decode()


def test_of_a_closed_year_the_page_offers_none_and_says_why(cast: Cast, client: Client) -> None:
    source = cast.approved()
    close(cast, 2565)
    cast.clock(AUTUMN)
    client.force_login(cast.head_of_office)
    for address in (f"/memos/{source.pk}/", f"/memos/{source.pk}/papers/"):
        answer = client.get(address, secure=True)
        assert 'name="kind"' not in answer.content.decode()
        assert [(one.shut, one.may, one.due_on) for one in answer.context["follow_ups"]] == [(True, False, None)] * 2


@pytest.mark.parametrize("where", ["", "edit/", "submit/"])
def test_every_page_of_it_shows_the_frozen_table(cast: Cast, client: Client, where: str) -> None:
    source = cast.approved()
    memo = drawn(cast, source)
    client.force_login(cast.head_of_office)
    shown = client.get(f"/memos/{memo.pk}/{where}", secure=True).content.decode()
    assert 'id="figures"' in shown and "กองคลัง" in shown
    assert "follow_up." not in shown.replace("follow_up.interim", ""), "no field of a form holds a figure"


def test_who_decides_sees_the_table_and_the_memo_it_follows(cast: Cast, client: Client) -> None:
    source = cast.approved()
    memo = sent(cast, drawn(cast, source))
    client.force_login(cast.permanent_secretary)
    shown = client.get(f"/memos/{memo.pk}/", secure=True).content.decode()
    assert 'id="figures"' in shown and f"/memos/{source.pk}/" in shown and 'value="endorse"' in shown


def test_it_can_be_looked_at_before_it_is_printed(cast: Cast, client: Client) -> None:
    source = cast.approved()
    memo = drawn(cast, source)
    client.force_login(cast.head_of_office)
    assert client.get(f"/memos/{memo.pk}/papers/follow-up/", secure=True)["Content-Type"] == "application/pdf"
    assert client.get(f"/memos/{source.pk}/papers/follow-up/", secure=True).status_code == 404


def test_the_kind_is_not_offered_to_begin_from_nothing(cast: Cast, client: Client) -> None:
    client.force_login(cast.head_of_office)
    assert "ita-follow-up" not in client.get("/memos/new/", secure=True).content.decode()
    assert client.post("/memos/new/", {"kind": "ita-follow-up", "subject": "ก"}, secure=True).status_code == 404


@pytest.mark.parametrize("where", ["", "edit/"])
def test_its_page_costs_the_same_whatever_the_number_of_tasks(cast: Cast, client: Client, where: str) -> None:
    client.force_login(cast.head_of_office)
    counts = []
    for source in (small(cast), cast.approved()):
        memo = drawn(cast, source)
        client.get(f"/memos/{memo.pk}/{where}", secure=True)
        with CaptureQueriesContext(connection) as statements:
            assert client.get(f"/memos/{memo.pk}/{where}", secure=True).status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_drawing_up_costs_the_same_whatever_the_number_of_tasks(cast: Cast) -> None:
    counts = []
    for source in (small(cast), cast.approved()):
        with CaptureQueriesContext(connection) as statements:
            drawn(cast, source)
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_a_refusal_to_take_the_figures_keeps_what_was_typed(cast: Cast, client: Client) -> None:
    memo = drawn(cast, cast.approved())
    close(cast, 2565)
    response = edit(cast, memo, client, op="figures", **{"sections.1.text": "ถ้อยคำที่พิมพ์"})
    assert response.status_code == 409 and "ถ้อยคำที่พิมพ์" in response.content.decode()


def test_while_it_is_typed_the_words_are_held_against_the_stored_figures(cast: Cast, client: Client) -> None:
    memo = drawn(cast, cast.approved())
    client.force_login(cast.head_of_office)
    typed = {"sections.0.text": "แล้วเสร็จ ๑๔ งาน", "follow_up.totals.done": "14"}
    page = client.post(f"/memos/{memo.pk}/check/", typed, secure=True).content.decode()
    assert "finding-1" in page and "marked-follow_up" not in page


# --- at once, and against the chain


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_who_draw_up_at_once_get_the_same_memo(cast: Cast) -> None:
    source = cast.approved()
    drawn_up = together(*[lambda: drawn(cast, source)] * 2)
    assert drawn_up[0] == drawn_up[1] and Memo.objects.filter(follows=source).count() == 1


def test_a_follow_up_that_was_hung_onto_another_memo_is_found(cast: Cast) -> None:
    memo = drawn(cast, cast.approved())
    assert list(chain.verify()) == []
    Memo.objects.filter(pk=memo.pk).update(follow_up="final")
    assert [problem.subject_id for problem in chain.verify()] == [str(memo.pk)]


# --- helpers


def again(cast: Cast, memo: Memo, version: int | None = None) -> tuple[Draft, list[str]]:
    return follow_ups.take_again(
        memo.pk,
        by=cast.head_of_office,
        subject=memo.subject,
        content=text_of(memo),
        version=drafts.version_of(memo) if version is None else version,
        now=SPRING + timedelta(hours=1),
    )


def sent(cast: Cast, memo: Memo, reason: str = document.REASON) -> Memo:
    return decisions.submit(memo.pk, by=cast.head_of_office, reason=reason, now=SPRING)


def approved(cast: Cast, memo: Memo) -> Memo:
    memo = sent(cast, memo)
    cast.answer(memo, cast.permanent_secretary, "endorse", now=SPRING)
    cast.answer(memo, cast.mayor, "approve", now=SPRING)
    return Memo.objects.get(pk=memo.pk)


def small(cast: Cast) -> Memo:
    """An approved memo with one task."""
    memo = cast.sent(cast.head_of_office)
    cast.answer(memo, cast.permanent_secretary, "endorse")
    cast.answer(memo, cast.mayor, "approve")
    return memo


def close(cast: Cast, year: int) -> None:
    ClosedYear.objects.create(
        organization=cast.office,
        fiscal_year=year,
        by=cast.head_of_office,
        position=cast.position("head_of_office"),
        at=AUTUMN,
    )


def plan() -> list[dict[str, Any]]:
    return document.imported().content["plan"]


def facts(figures: dict[str, Any]) -> follow_up_words.Facts:
    return follow_up_words.Facts("interim", figures, "อบต.กำแพงแสน", "สำนักปลัด")


def sample() -> dict[str, Any]:
    """Three tasks of two divisions, two of them done."""

    def task(division: str, state: str, percent: int) -> dict[str, Any]:
        return {
            "division": division,
            "state": state,
            "percent": percent,
            "late": False,
            "ordered_due_on": "2022-03-31",
            "due_on": "2022-03-31",
            "closed_on": "2022-03-01" if state == "accepted" else "",
            "obstacles": "",
            "evidence": [],
        }

    tasks = [task("กองคลัง", "accepted", 100), task("กองช่าง", "accepted", 100), task("กองช่าง", "in_progress", 40)]
    return {
        "taken_at": "2022-03-01T09:00:00+07:00",
        "fiscal_year": 2565,
        "topic": follow_up_words.ITA,
        "memo": {"number": "นฐ 71201/1", "date": "2021-09-14", "subject": "วิเคราะห์ผล"},
        "totals": {"tasks": 3, "done": 2, "late": 0, "finished_late": 0, "overdue": 0, "percent": 80},
        "divisions": [
            {"name": "กองคลัง", "tasks": 1, "done": 1, "late": 0, "finished_late": 0, "overdue": 0, "percent": 100},
            {"name": "กองช่าง", "tasks": 2, "done": 1, "late": 0, "finished_late": 0, "overdue": 0, "percent": 70},
        ],
        "rows": [{"instrument": "IIT", "title": "ด้าน IIT", "measures": [{"text": "ก", "tasks": tasks}]}],
    }
