"""The head of office is asked for the follow-ups of the year until they are on their way."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assessments import rulebook
from demo import document
from desk.queries import badge
from measures.models import PlanRow
from memo_flow import decisions, due, follow_ups, letters, reminders
from memo_flow.models import Memo, MemoKind
from notifications import delivery, scans
from notifications.models import Letter
from organization.models import ClosedYear
from organization.seats import seats_of
from tests.cast import Cast, at

pytestmark = pytest.mark.django_db


def scan(day: date, hour: int = 9) -> tuple[int, int]:
    return scans.scan("follow_ups", now=at(day, hour))


def told(memo: Memo, kind: str = "interim") -> list[tuple[str, int, str]]:
    """(event, working days left or minus days late, person) of the standing letters, as they came."""
    found = Letter.objects.filter(about=letters.about_follow_up(memo.pk, kind), voided_at=None)
    return [
        (one.event, one.context["working_days"] or -one.context["days_late"], one.recipient.username)
        for one in found.select_related("recipient").order_by("at", "recipient__username")
    ]


def sent(cast: Cast, source: Memo, kind: str = "interim", day: date = date(2022, 4, 1)) -> Memo:
    memo = follow_ups.draw_up(source.pk, kind=kind, by=cast.head_of_office, now=at(day))
    return decisions.submit(memo.pk, by=cast.head_of_office, reason=document.REASON, now=at(day, 10))


# --- the dates


def test_the_interim_is_due_when_the_years_disclosure_closes() -> None:
    window = rulebook.rules_for(2565).window
    assert window is not None and due.of("interim", 2565) == window.closes


@pytest.mark.parametrize("year", [2564, 2569, 2590])
def test_where_the_window_is_not_known_it_is_the_end_of_april(year: int) -> None:
    assert due.of("interim", year) == date(year - 543, 4, 30)
    assert due.of("final", year) == date(year - 543, 10, 31)


def test_a_report_is_asked_for_until_the_end_of_the_year_it_falls_due_in() -> None:
    def years(kind: str, day: date) -> list[int]:
        return due.years(kind, today=day, until=day + follow_ups.REACH)

    assert years("interim", date(2022, 3, 1)) == []
    assert years("interim", date(2022, 3, 20)) == years("interim", date(2022, 9, 30)) == [2565]
    assert years("interim", date(2022, 10, 1)) == []
    assert years("final", date(2022, 9, 1)) == [2564]
    assert years("final", date(2022, 9, 20)) == [2564, 2565]
    assert years("final", date(2022, 10, 1)) == years("final", date(2023, 9, 1)) == [2565]
    assert 2565 not in years("final", date(2023, 10, 1))


# --- the letters


def test_the_head_of_office_is_told_ahead_on_the_day_and_after_it(cast: Cast) -> None:
    memo = cast.approved()
    assert scan(date(2022, 3, 25)) == (0, 0)
    for day in (date(2022, 4, 8), date(2022, 4, 29), date(2022, 5, 2)):
        assert scan(day)[0] == 1
        assert scan(day, 10) == (0, 1), "once each"
        delivery.send_due(now=at(day, 10))
    assert [(event, who) for event, _left, who in told(memo)] == [
        ("followup_due_soon", "head_of_office"),
        ("followup_due_today", "head_of_office"),
        ("followup_overdue", "head_of_office"),
    ]


def test_from_the_second_week_the_permanent_secretary_is_told_too(cast: Cast) -> None:
    memo = cast.approved()
    scan(date(2022, 5, 10))
    assert {who for _event, _left, who in told(memo)} == {"head_of_office", "permanent_secretary"}


def test_the_final_report_is_asked_for_after_the_year(cast: Cast) -> None:
    memo = cast.approved()
    scan(date(2022, 10, 31))
    assert [event for event, *_rest in told(memo, "final")] == ["followup_due_today"]
    assert told(memo) == [], "the interim one is not asked for any more"


def test_once_it_is_submitted_nobody_is_asked_and_waiting_letters_are_taken_back(cast: Cast) -> None:
    source = cast.approved()
    scan(date(2022, 4, 25))
    assert len(told(source)) == 1
    memo = sent(cast, source, day=date(2022, 4, 26))
    assert told(source) == []
    assert scan(date(2022, 4, 29)) == (0, 0)
    cast.answer(memo, cast.permanent_secretary, "return", "แก้", now=at(date(2022, 4, 29), 10))
    assert scan(date(2022, 5, 2))[0] == 1, "it has come back"


def test_a_draft_alone_is_not_yet_on_its_way(cast: Cast) -> None:
    source = cast.approved()
    follow_ups.draw_up(source.pk, kind="interim", by=cast.head_of_office, now=at(date(2022, 4, 1)))
    assert scan(date(2022, 4, 29))[0] == 1


def test_a_closed_year_asks_for_nothing(cast: Cast) -> None:
    cast.approved()
    ClosedYear.objects.create(
        organization=cast.office,
        fiscal_year=2565,
        by=cast.head_of_office,
        position=cast.position("head_of_office"),
        at=at(date(2022, 4, 1)),
    )
    assert scan(date(2022, 4, 29)) == scan(date(2022, 10, 31)) == (0, 0)


def test_of_a_secret_memo_and_of_other_plans_nothing_is_asked(cast: Cast) -> None:
    other = cast.sent(cast.finance)
    cast.answer(other, cast.permanent_secretary, "endorse")
    cast.answer(other, cast.mayor, "approve")
    cast.approved()
    MemoKind.objects.filter(pk=cast.kind.pk).update(secret=True)
    assert scan(date(2022, 4, 29)) == (0, 0)


def test_the_letter_says_which_report_and_leads_to_the_memo(cast: Cast) -> None:
    memo = cast.approved()
    for day in (date(2022, 4, 29), date(2022, 5, 10), date(2022, 10, 31)):
        scan(day)
        delivery.send_due(now=at(day))
    found = Letter.objects.filter(about__startswith="follows:").exclude(sent_at=None)
    assert found.count() == 4
    for one in found:
        delivery.compose(one)  # it went in one mail with the others
        assert "2565" in one.subject and f"/memos/{memo.pk}/" in one.text and memo.subject in one.text


def test_the_scan_costs_the_same_with_more_memos(cast: Cast) -> None:
    costs = []
    for day in (date(2022, 4, 29), date(2022, 5, 2)):
        cast.approved()
        with CaptureQueriesContext(connection) as statements:
            scan(day)
        delivery.send_due(now=at(day))
        costs.append(len(statements))
    assert costs[0] == costs[1]


# --- the inbox


def test_the_inbox_of_the_head_of_office_lists_what_is_due(cast: Cast, client: Client) -> None:
    source = cast.approved()
    cast.clock(at(date(2022, 4, 25)))
    for who, count in ((cast.head_of_office, 1), (cast.permanent_secretary, 0), (cast.outsider, 0)):
        client.force_login(who)
        page = inbox(client)
        assert page.count("#follow-ups") == count
    sent(cast, source)
    client.force_login(cast.head_of_office)
    assert "#follow-ups" not in inbox(client)


def inbox(client: Client) -> str:
    response: Any = client.get("/", secure=True, follow=True)
    return response.content.decode()


def test_a_returned_one_waits_once(cast: Cast, client: Client) -> None:
    source = cast.approved()
    day = date(2022, 4, 25)
    cast.clock(at(day))
    client.force_login(cast.head_of_office)
    seats = seats_of(cast.head_of_office, day)
    assert badge(cast.head_of_office, seats, day) == "2", "the circulated memo, and the report that is asked for"
    memo = sent(cast, source)
    assert badge(cast.head_of_office, seats, day) == "1"
    cast.answer(memo, cast.permanent_secretary, "return", "แก้", now=at(date(2022, 4, 2)))
    assert badge(cast.head_of_office, seats, day) == "2"
    page = inbox(client)
    assert f"/memos/{memo.pk}/" in page and "#follow-ups" not in page


def test_closing_a_later_year_takes_nothing_back(cast: Cast) -> None:
    memo = cast.approved()
    scan(date(2022, 4, 29))
    PlanRow.objects.filter(memo=memo, seq=2).update(fiscal_year=2566)
    reminders.take_back_follow_ups(cast.office.pk, 2566, at(date(2022, 5, 1)))
    assert len(told(memo)) == 1
    reminders.take_back_follow_ups(cast.office.pk, 2565, at(date(2022, 5, 1)))
    assert told(memo) == []


def test_one_row_of_a_plan_stands_for_its_memo(cast: Cast) -> None:
    memo = cast.approved()
    assert PlanRow.objects.filter(memo=memo).count() > 1
    assert [row.memo_id for row in follow_ups.missing("interim", date(2022, 4, 29))] == [memo.pk]
