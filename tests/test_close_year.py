"""Closing a fiscal year: who may, from when, what it freezes, what it takes back, and that its record is whole."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from assessments import results
from assessments.models import Assessment
from assessments.results import Announced, Figures
from audit import chain, guards
from demo import document
from measures import closing, extensions, policies, queries, work
from measures.models import DivisionTask, Measure, PlanRow, PlanStep, TaskStep
from memo_flow import decisions, drafts, follow_ups, letters
from memo_flow.models import MemoKind
from notifications import delivery, scans
from notifications.models import Letter
from organization import years
from organization.appointments import act_for
from organization.models import ClosedYear, User
from organization.refusals import NotNow, Refused, Stale
from tests.cast import DAY, Cast, at, days, fresh, short_text
from tests.test_rights_of_a_task import ACTS

pytestmark = pytest.mark.django_db

YEAR = 2565  # of the work that the document orders
AFTER = date(2022, 10, 3)  # the first working day after it
SCORES = {number: Decimal("90.00") for number in range(1, 11)}


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """Refusals are told apart by their words."""
    with override("en"):
        yield


def close(cast: Cast, by: User | None = None, year: int = YEAR, on: date = AFTER, **more: Any) -> ClosedYear:
    return closing.close_year(year, by=by or cast.head_of_office, now=at(on), **more)


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


# --- who, and when -----------------------------------------------------------------------------------------------


def test_the_head_of_office_closes_a_year_that_is_over(cast: Cast) -> None:
    cast.approved()
    closed = close(cast, note="ปิดปี  ")
    assert (closed.fiscal_year, closed.note, closed.by, closed.position.role) == (
        YEAR,
        "ปิดปี",
        cast.head_of_office,
        "head_of_office",
    )
    assert years.closed(cast.office.pk) == {YEAR}
    assert years.closed(cast.outsider.organization_id) == set()


def test_not_before_the_first_of_october(cast: Cast) -> None:
    cast.approved()
    for day in (DAY, date(2022, 9, 30)):
        with pytest.raises(NotNow, match="1 October"):
            close(cast, on=day)
    assert close(cast, on=date(2022, 10, 1)).fiscal_year == YEAR


@pytest.mark.parametrize("person", ["permanent_secretary", "mayor", "deputy", "finance", "office_staff"])
def test_nobody_else_closes_it(cast: Cast, person: str) -> None:
    cast.approved()
    with pytest.raises(Refused):
        close(cast, by=cast.people[person])
    assert not ClosedYear.objects.exists()


def test_whoever_acts_for_the_head_of_office_closes_it_by_their_order(cast: Cast) -> None:
    cast.approved()
    head = cast.position("head_of_office")
    act_for(head, cast.finance, starts_on=AFTER, ends_on=AFTER, order_number="300/2565")
    closed = close(cast, by=cast.finance)
    assert closed.acting is not None and closed.acting.order_number == "300/2565"
    assert not list(chain.verify())


def test_a_year_is_closed_once(cast: Cast) -> None:
    cast.approved()
    close(cast)
    with pytest.raises(NotNow, match="already"):
        close(cast)
    assert ClosedYear.objects.count() == 1


def test_the_database_keeps_one_closing_of_a_year(cast: Cast) -> None:
    cast.approved()
    first = close(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        ClosedYear.objects.create(
            organization=cast.office, fiscal_year=YEAR, by=first.by, position=first.position, at=first.at
        )


def test_a_year_of_nothing_is_not_closed(cast: Cast) -> None:
    with pytest.raises(NotNow, match="neither"):
        close(cast, year=2560)


def test_another_office_closes_its_own_year_and_not_ours(cast: Cast) -> None:
    task = cast.started()
    with pytest.raises(NotNow, match="neither"):
        close(cast, by=cast.outsider)
    close(cast, by=cast.outsider, year=2564)  # a year of which it has a result
    work.report(task.pk, by=cast.worker_of(task), percent=10, text="คืบหน้า", finished=False, now=at(AFTER))


def test_what_was_looked_at_is_what_is_closed(cast: Cast) -> None:
    task = cast.started()
    seen = closing.look(cast.office.pk, YEAR, on=AFTER).digest
    work.report(task.pk, by=cast.worker_of(task), percent=10, text="คืบหน้า", finished=False, now=at(AFTER))
    with pytest.raises(Stale):
        close(cast, seen=seen)
    close(cast, seen=closing.look(cast.office.pk, YEAR, on=AFTER).digest)


def said_of_the_task(cast: Cast, task: DivisionTask) -> None:
    more = {"text": "ฝนตก", "obstacles": "น้ำท่วม"}
    work.report(task.pk, by=cast.worker_of(task), percent=10, finished=False, now=at(AFTER), **more)


def asked_for_time(cast: Cast, task: DivisionTask) -> None:
    extensions.ask(task.pk, by=cast.finance, until=date(2022, 9, 30), reason="ฝนตก", now=at(date(2022, 9, 30)))


def result_recorded(cast: Cast, task: DivisionTask) -> None:
    results.record(cast.office, YEAR, cast.head_of_office, SCORES, now=at(AFTER))


def final_on_its_way(cast: Cast, task: DivisionTask) -> None:
    memo = follow_ups.draw_up(task.measure.row.memo_id, kind="final", by=cast.head_of_office, now=at(AFTER))
    decisions.submit(memo.pk, by=cast.head_of_office, reason=document.REASON, now=at(AFTER))


@pytest.mark.parametrize("moved", [said_of_the_task, asked_for_time, result_recorded, final_on_its_way])
def test_all_that_was_looked_at_is_what_is_closed(cast: Cast, moved: Callable[[Cast, DivisionTask], None]) -> None:
    """Also a report at the same percent, a request, the result, and a final report that is on its way now."""
    task = cast.started()
    work.report(task.pk, by=cast.worker_of(task), percent=10, text="คืบหน้า", finished=False, now=at(hour=16))
    stood, seen = closing.frozen(cast.office.pk, YEAR, on=AFTER), closing.look(cast.office.pk, YEAR, on=AFTER).digest
    moved(cast, task)
    assert closing.frozen(cast.office.pk, YEAR, on=AFTER) == stood
    with pytest.raises(Stale):
        close(cast, seen=seen)


@pytest.mark.parametrize("note", ["ก" * 4001, "ก\x07ข"])
def test_a_note_that_cannot_be_kept_closes_nothing(cast: Cast, note: str) -> None:
    cast.approved()
    with pytest.raises(ValidationError):
        close(cast, note=note)
    assert not ClosedYear.objects.exists()


# --- what is frozen ----------------------------------------------------------------------------------------------

REACH: dict[str, Callable[[Cast], DivisionTask]] = {
    "assigned": lambda cast: cast.task(),
    "in_progress": lambda cast: cast.started(),
    "reported": lambda cast: cast.reported(),
}


@pytest.mark.parametrize(("verb", "state"), [(v, str(s)) for v, states in policies.WHEN.items() for s in states[:1]])
def test_no_verb_moves_a_task_of_a_closed_year(cast: Cast, verb: str, state: str) -> None:
    task = REACH[state](cast)
    close(cast)
    act, arguments = ACTS[verb]
    judges = ("accept", "send_back", "cancel", "answer_extension", "nudge")
    by = cast.head_of_office if verb in judges else cast.worker_of(task)
    with pytest.raises(NotNow, match="closed"):
        act(task.pk, by=by, now=at(AFTER), **arguments)
    found = DivisionTask.objects.get(pk=task.pk)
    assert found.state == state
    assert "closed" in (policies.why_not(by, verb, found, AFTER) or "")
    assert not list(chain.verify())


def test_whose_the_task_is_not_hears_that_first(cast: Cast) -> None:
    task = cast.started()
    close(cast)
    with pytest.raises(DivisionTask.DoesNotExist):
        work.report(task.pk, by=cast.works, percent=10, text="คืบหน้า", finished=False, now=at(AFTER))


def test_a_page_of_a_task_asks_once_whether_its_year_is_closed(cast: Cast) -> None:
    task = cast.started()
    client = browser(cast.finance)
    cast.clock(at(AFTER))
    with CaptureQueriesContext(connection) as captured:
        client.get(f"/measures/tasks/{task.pk}/")
    assert sum("organization_closedyear" in one["sql"] for one in captured) == 1


def test_the_result_of_a_closed_year_stands(cast: Cast) -> None:
    cast.approved()
    results.record(cast.office, YEAR, cast.head_of_office, SCORES, now=at(AFTER))
    close(cast)
    with pytest.raises(NotNow, match="closed"):
        results.record(cast.office, YEAR, cast.head_of_office, SCORES | {1: Decimal(1)}, now=at(AFTER), version=1)
    with pytest.raises(NotNow, match="closed"):
        changed = [Figures(YEAR, SCORES | {1: Decimal(1)}), Figures(YEAR + 1, SCORES)]
        results.record_all(cast.office, changed, by=cast.head_of_office, now=at(AFTER), replace=True)
    assert Assessment.objects.get(organization=cast.office, fiscal_year=YEAR).version == 1


def test_a_file_of_all_years_passes_over_a_closed_one_that_has_not_changed(cast: Cast) -> None:
    cast.approved()
    results.record(cast.office, YEAR, cast.head_of_office, SCORES, now=at(AFTER))
    close(cast)
    file = [Figures(YEAR, SCORES), Figures(YEAR + 1, SCORES)]
    saved = results.record_all(cast.office, file, by=cast.head_of_office, now=at(AFTER), replace=True)
    assert [one.fiscal_year for one in saved] == [YEAR + 1]
    assert Assessment.objects.get(organization=cast.office, fiscal_year=YEAR).version == 1
    assert results.record_all(cast.office, file[:1], by=cast.head_of_office, now=at(AFTER)) == []
    for other in (Announced(Decimal("90.01")), Announced(level="A")):
        with pytest.raises(NotNow, match="closed"):
            again = [Figures(YEAR, SCORES, other)]
            results.record_all(cast.office, again, by=cast.head_of_office, now=at(AFTER), replace=True)
    with pytest.raises(Refused):
        results.record_all(cast.office, file[:1], by=cast.finance, now=at(AFTER))


def test_a_result_that_is_missing_may_still_be_added_once(cast: Cast) -> None:
    cast.approved()
    close(cast)
    results.record(cast.office, YEAR, cast.head_of_office, SCORES, Announced(), now=at(AFTER))
    with pytest.raises(NotNow, match="closed"):
        results.record(cast.office, YEAR, cast.head_of_office, SCORES, now=at(AFTER), version=1)
    assert not list(chain.verify())


def test_other_years_go_on(cast: Cast) -> None:
    cast.approved()
    close(cast)
    results.record(cast.office, 2566, cast.head_of_office, SCORES, now=at(AFTER))
    memo = drafts.create(kind=cast.plain, by=cast.head_of_office, subject="ปีหน้า", content=planned(2022), now=at(AFTER))
    assert decisions.submit(memo.pk, by=cast.head_of_office, now=at(AFTER)).state == "in_review"


def planned(first: int) -> dict[str, Any]:
    """The short text with its plan in the fiscal year that begins in October of this (Gregorian) year."""
    text = short_text()
    text["plan"][0] |= {
        "period_start": f"{first}-10-01",
        "period_end": f"{first + 1}-03-31",
        "follow_up_due": f"{first + 1}-04-30",
    }
    return text


def test_a_memo_that_orders_work_of_a_closed_year_does_not_set_out(cast: Cast) -> None:
    cast.approved()
    memo = cast.written(cast.head_of_office)
    close(cast)
    with pytest.raises(NotNow, match="closed"):
        decisions.submit(memo.pk, by=cast.head_of_office, now=at(AFTER))
    assert fresh(memo).state == "draft"


def test_a_memo_on_its_way_when_the_year_is_closed_is_not_approved(cast: Cast) -> None:
    cast.approved()
    memo = cast.sent(cast.head_of_office)
    cast.answer(memo, cast.permanent_secretary, "endorse", "เห็นควร")
    close(cast)
    with pytest.raises(NotNow, match="closed"):
        cast.answer(memo, cast.mayor, "approve", now=at(AFTER))
    assert fresh(memo).state == "in_review"
    cast.answer(memo, cast.mayor, "reject", "ปิดปีแล้ว", now=at(AFTER))


def test_a_follow_up_on_a_closed_year_is_not_submitted(cast: Cast) -> None:
    source = cast.approved()
    memo = follow_ups.draw_up(source.pk, kind="final", by=cast.head_of_office, now=at(AFTER))
    close(cast)
    with pytest.raises(NotNow, match="closed"):
        decisions.submit(memo.pk, by=cast.head_of_office, reason=document.REASON, now=at(AFTER))
    assert fresh(memo).state == "draft"


def test_a_follow_up_on_its_way_may_still_be_approved(cast: Cast) -> None:
    source = cast.approved()
    memo = follow_ups.draw_up(source.pk, kind="final", by=cast.head_of_office, now=at(AFTER))
    decisions.submit(memo.pk, by=cast.head_of_office, reason=document.REASON, now=at(AFTER))
    close(cast)
    cast.answer(memo, cast.permanent_secretary, "endorse", "เห็นควร", now=at(AFTER, 10))
    cast.answer(memo, cast.mayor, "approve", now=at(AFTER, 11))
    assert fresh(memo).state == "approved" and not list(chain.verify())


# --- what is taken back ------------------------------------------------------------------------------------------


def test_requests_for_more_time_lapse(cast: Cast) -> None:
    task = cast.started()
    until = task.due_on + days(30)
    asked = extensions.ask(task.pk, by=cast.finance, until=until, reason="ฝนตก", now=at(hour=15))
    seats = policies.seats_of(cast.head_of_office, AFTER)
    assert queries.awaiting_time(cast.head_of_office, seats, AFTER).exists()
    close(cast)
    asked.refresh_from_db()
    assert (asked.lapsed, asked.answered_by, asked.answered_at) == (True, cast.head_of_office, at(AFTER))
    assert not queries.awaiting_time(cast.head_of_office, seats, AFTER).exists()
    assert not Letter.objects.filter(event="task_extension_asked", voided_at=None).exists()
    with pytest.raises(NotNow, match="closed"):
        extensions.grant(task.pk, by=cast.head_of_office, extension=asked.pk, now=at(AFTER))
    assert not list(chain.verify())


def test_a_division_whose_request_lapses_with_the_year_is_told(cast: Cast) -> None:
    task = cast.started()
    until = task.due_on + days(30)
    extensions.ask(task.pk, by=cast.finance, until=until, reason="ฝนตก", now=at(hour=15))
    close(cast)
    letter = Letter.objects.get(event="task_extension_lapsed", voided_at=None)
    assert letter.recipient == cast.finance and letter.context["asked_for"] == until.isoformat()
    delivery.compose(letter)
    assert "2565" in letter.text and task.measure.text in letter.text and task.measure.text[:40] in letter.subject


def test_reminders_that_have_not_left_are_taken_back_and_no_more_are_written(cast: Cast) -> None:
    cast.task()
    Letter.objects.update(sent_at=at(hour=13))
    created, _known = scans.scan("tasks", now=at(date(2022, 9, 30)))
    waiting = Letter.objects.filter(sent_at=None)
    assert created and waiting.count() == created
    close(cast)
    assert not waiting.filter(voided_at=None).exists()
    assert Letter.objects.filter(voided_at=at(AFTER)).count() == created
    assert scans.scan("tasks", now=at(date(2022, 12, 1))) == (0, 0)


def test_a_follow_up_that_is_missing_is_asked_for_no_more(cast: Cast) -> None:
    source = cast.approved()
    assert scans.scan("follow_ups", now=at(date(2022, 10, 20)))[0]
    asked = Letter.objects.filter(about=letters.about_follow_up(source.pk, "final"))
    assert asked.filter(voided_at=None).exists()
    close(cast, on=date(2022, 10, 20))
    assert not asked.filter(voided_at=None).exists()
    assert scans.scan("follow_ups", now=at(date(2022, 10, 31))) == (0, 0)


def test_an_answer_that_has_not_left_is_still_told(cast: Cast) -> None:
    task = cast.reported()
    work.accept(task.pk, by=cast.head_of_office, now=at(hour=16))
    Letter.objects.exclude(event="task_accepted").update(sent_at=at(hour=16))
    close(cast)
    assert not Letter.objects.exclude(voided_at=None).filter(event="task_accepted").exists()


def test_what_was_left_waits_for_nobody(cast: Cast) -> None:
    task = cast.reported("fin")
    head = cast.head_of_office
    seats = policies.seats_of(head, AFTER)
    assert queries.awaiting_answer(head, seats, AFTER).filter(pk=task.pk).exists()
    client = browser(cast.works)
    cast.clock(at(AFTER))
    assert client.get("/measures/tasks/").context["page"].rows
    close(cast)
    assert not queries.awaiting_answer(head, seats, AFTER).exists()
    assert not client.get("/measures/tasks/").context["page"].rows


def many(cast: Cast, count: int) -> None:
    """As many more tasks of the year."""
    row = PlanRow.objects.filter(organization=cast.office).first()
    assert row is not None
    first = row.measures.count() + 1
    measures = Measure.objects.bulk_create(Measure(row=row, seq=first + n, text=f"มาตรการ {n}") for n in range(count))
    where = cast.office.divisions.get(code="fin")
    DivisionTask.objects.bulk_create(
        DivisionTask(organization=cast.office, measure=one, division=where, due_on=row.follow_up_due, assigned_at=at())
        for one in measures
    )


def test_closing_takes_as_many_statements_for_two_tasks_as_for_two_hundred(cast: Cast) -> None:
    cast.approved()
    counts = []
    for more in (0, 200):
        many(cast, more)
        with transaction.atomic():
            with CaptureQueriesContext(connection) as captured:
                close(cast)
            counts.append(len(captured))
            transaction.set_rollback(True)
    assert counts[0] == counts[1] < 25


def test_requests_that_lapse_are_read_together(cast: Cast) -> None:
    """Each lapsed request is written into its chain (two statements); nothing else grows with them."""
    cast.approved()
    tasks = list(DivisionTask.objects.filter(division__code="fin"))
    counts = []
    for some in (tasks[:1], tasks[:2]):
        with transaction.atomic():
            for task in some:
                until = task.due_on + days(30)
                extensions.ask(task.pk, by=cast.finance, until=until, reason="ฝนตก", now=at(hour=15))
            with CaptureQueriesContext(connection) as captured:
                close(cast)
            counts.append(len(captured))
            transaction.set_rollback(True)
    assert counts[1] - counts[0] == 2


# --- the record --------------------------------------------------------------------------------------------------


def test_the_chain_says_how_the_year_stood(cast: Cast) -> None:
    task = cast.reported()
    work.accept(task.pk, by=cast.head_of_office, now=at(hour=16))
    closed = close(cast, note="ครบ")
    event = chain.history_of(closed)[-1]
    assert event.verb == "closed" and event.data["year"] == YEAR
    assert event.data["tasks"] == DivisionTask.objects.count()
    assert event.data["states"] == {"accepted": 1, "assigned": event.data["tasks"] - 1}
    assert not list(chain.verify())


def tampered(statement: str, **values: Any) -> list[str]:
    guards.remove_all()
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
    guards.install_all()
    return [problem.message for problem in chain.verify()]


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("UPDATE organization_closedyear SET note = 'อย่างอื่น'", "is not what the chain says"),
        ("UPDATE organization_closedyear SET fiscal_year = 2564", "is not what the chain says"),
        ("DELETE FROM organization_closedyear", "is gone"),
        ("UPDATE measures_report SET percent = 99 WHERE kind = 'finished'", "its reports are not what the chain says"),
        ("UPDATE measures_divisiontask SET percent = 99 WHERE state = 'reported'", "not as it was when it was closed"),
        ("UPDATE assessments_indicatorscore SET score = 1 WHERE number = 1", "the result of 2565 is not as it was"),
        ("UPDATE measures_divisiontask SET state = 'accepted'", "not as it was when it was closed"),
        ("DELETE FROM audit_event WHERE subject_type = 'organization.closedyear'", "is not what the chain says"),
    ],
)
def test_what_was_done_to_a_closed_year_is_found(cast: Cast, statement: str, message: str) -> None:
    cast.reported()
    results.record(cast.office, YEAR, cast.head_of_office, SCORES, now=at(AFTER))
    close(cast)
    assert not list(chain.verify())
    assert any(message in one for one in tampered(statement))


# --- the pages ---------------------------------------------------------------------------------------------------


def test_the_page_tells_how_the_year_stands_and_closes_it_with_a_tick(cast: Cast) -> None:
    cast.started()
    cast.clock(at(AFTER))
    client, address = browser(cast.head_of_office), f"/measures/closing/{YEAR}/"
    page = client.get(address)
    assert page.context["stood"].unfinished == DivisionTask.objects.count()
    assert page.context["refusal"] is None
    seen = page.context["look"].digest
    assert [*client.post(address, {"seen": seen}).context["form"].errors] == ["confirm", "unreported"]
    assert not ClosedYear.objects.exists()
    said = {"seen": seen, "confirm": "on", "unreported": "on", "note": "<b>ครบ</b>"}
    done = client.post(address, said, follow=True)
    assert ClosedYear.objects.get().note == "<b>ครบ</b>" and "<b>ครบ</b>" not in done.content.decode()
    assert done.context["closing"] is not None
    again = client.post(address, {"seen": seen, "confirm": "on"})
    assert again.status_code == 409
    for page_of_it in (f"/measures/?year={YEAR}", f"/measures/tasks/{DivisionTask.objects.all()[0].pk}/"):
        assert "closed-year" in client.get(page_of_it).content.decode()


def test_a_year_without_its_final_report_is_closed_only_with_a_second_tick(cast: Cast) -> None:
    source = cast.approved()
    cast.clock(at(AFTER))
    client, address = browser(cast.head_of_office), f"/measures/closing/{YEAR}/"
    memo = follow_ups.draw_up(source.pk, kind="final", by=cast.head_of_office, now=at(AFTER))
    page = client.get(address)
    assert page.context["look"].unreported == [source] and 'name="unreported"' in page.content.decode()
    once = {"seen": page.context["look"].digest, "confirm": "on"}
    assert client.post(address, once).context["form"].errors["unreported"] and not ClosedYear.objects.exists()
    decisions.submit(memo.pk, by=cast.head_of_office, reason=document.REASON, now=at(AFTER))
    page = client.get(address)
    assert page.context["look"].unreported == [] and 'name="unreported"' not in page.content.decode()
    client.post(address, {"seen": page.context["look"].digest, "confirm": "on"})
    assert ClosedYear.objects.exists()


def test_no_final_report_is_missed_of_other_or_confidential_memos(cast: Cast) -> None:
    memo = cast.sent(cast.head_of_office)
    cast.answer(memo, cast.permanent_secretary, "endorse", "เห็นควร")
    cast.answer(memo, cast.mayor, "approve")
    assert closing.unreported_in(cast.office.pk, YEAR) == []
    source = cast.approved()
    assert closing.unreported_in(cast.office.pk, YEAR) == [source]
    MemoKind.objects.filter(pk=cast.kind.pk).update(secret=True)
    assert closing.unreported_in(cast.office.pk, YEAR) == []


def test_work_that_moved_meanwhile_is_shown_again(cast: Cast) -> None:
    task = cast.started()
    cast.clock(at(AFTER))
    client, address = browser(cast.head_of_office), f"/measures/closing/{YEAR}/"
    seen = client.get(address).context["look"].digest
    work.report(task.pk, by=cast.worker_of(task), percent=10, text="คืบหน้า", finished=False, now=at(AFTER))
    page = client.post(address, {"seen": seen, "confirm": "on", "unreported": "on", "note": "ปิด"})
    assert page.status_code == 409 and "ปิด" in page.content.decode()
    assert not ClosedYear.objects.exists()


def test_who_reads_the_page_and_who_closes(cast: Cast) -> None:
    cast.approved()
    cast.hire("auditor", "auditor")
    cast.clock(at(AFTER))
    address = f"/measures/closing/{YEAR}/"
    for person in ("permanent_secretary", "mayor", "auditor"):
        client = browser(cast.people[person])
        page = client.get(address)
        assert page.status_code == 200 and page.context["refusal"]
        assert client.post(address, {"confirm": "on"}).status_code == 403
    for person in ("finance", "office_staff"):
        assert browser(cast.people[person]).get(address).status_code == 403
    assert browser(cast.outsider).get(address).status_code == 404
    assert Client().get(address).status_code == 302
    for year in (0, 1, 2560, 99999999999999999999):
        assert browser(cast.head_of_office).get(f"/measures/closing/{year}/").status_code == 404
    assert not ClosedYear.objects.exists()


def test_the_form_of_a_closed_years_result_is_not_offered(cast: Cast) -> None:
    cast.approved()
    results.record(cast.office, YEAR, cast.head_of_office, SCORES, now=at(AFTER))
    close(cast)
    cast.clock(at(AFTER))
    client = browser(cast.head_of_office)
    page = client.get(f"/results/{YEAR}/")
    assert not page.context["may_record"] and "closed-year" in page.content.decode()
    assert client.get(f"/results/{YEAR}/edit/").status_code == 409


def test_the_page_keeps_its_statements(cast: Cast) -> None:
    cast.approved()
    cast.clock(at(AFTER))
    client, counts = browser(cast.head_of_office), []
    for more in (0, 60):
        many(cast, more)
        with CaptureQueriesContext(connection) as captured:
            client.get(f"/measures/closing/{YEAR}/")
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_a_closed_year_is_shown_as_it_stood(cast: Cast) -> None:
    task = cast.started()
    close(cast)
    cast.clock(at(date(2023, 3, 1)))
    client = browser(cast.head_of_office)
    for address in ("closing/2565/", "effects/2565/", "?year=2565", f"tasks/{task.pk}/"):
        assert client.get(f"/measures/{address}").context["today"] == AFTER, address


def test_steps_of_a_closed_year_keep_their_ticks(cast: Cast) -> None:
    task = cast.started()
    step = task.steps.first()
    assert step is not None and PlanStep.objects.filter(pk=step.step_id).exists()
    close(cast)
    with pytest.raises(NotNow):
        work.tick(task.pk, by=cast.worker_of(task), done=[step.pk], now=at(AFTER))
    assert TaskStep.objects.get(pk=step.pk).ticked_at is None
