"""More time for a task: who asks and who answers, which days may be asked for, and what a grant moves."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from audit import chain
from measures import extensions, policies, work
from measures.models import DivisionTask, Extension
from measures.queries import awaiting_time
from measures.reminders import task_facts
from notifications import scans
from notifications.models import Letter
from organization.appointments import act_for
from organization.models import User
from organization.refusals import NotNow, Refused
from organization.seats import seats_of
from tests.cast import DAY, Cast, at, days

SPRING = date(2022, 3, 31)  # what most tasks are due on
LATER = date(2022, 5, 31)
LAST = date(2022, 9, 30)  # the end of fiscal year 2565

pytestmark = pytest.mark.django_db


def fresh(task: DivisionTask) -> DivisionTask:
    return DivisionTask.objects.get(pk=task.pk)


def ask(task: DivisionTask, by: User, until: date = LATER, **more: Any) -> Extension:
    arguments = {"reason": "ผู้รับจ้างส่งงานช้า", "now": at(hour=15)} | more
    return extensions.ask(task.pk, by=by, until=until, **arguments)  # type: ignore[arg-type]


def grant(asked: Extension, by: User, **more: Any) -> Extension:
    return extensions.grant(asked.task_id, by=by, extension=asked.pk, **({"now": at(hour=16)} | more))


def refuse(asked: Extension, by: User, text: str = "ยังทันกำหนด", **more: Any) -> Extension:
    return extensions.refuse(asked.task_id, by=by, extension=asked.pk, text=text, **({"now": at(hour=16)} | more))


def told(event: str) -> set[str]:
    return set(Letter.objects.filter(event=event, voided_at=None).values_list("recipient__username", flat=True))


# --- asking


def test_the_division_asks_and_the_head_of_office_is_told(cast: Cast) -> None:
    task = cast.started("fin")
    asked = ask(task, cast.finance)
    assert (asked.due_before, asked.asked_for, asked.granted) == (SPRING, LATER, None)
    assert told("task_extension_asked") == {"head_of_office"}
    assert fresh(task).due_on == SPRING, "asking moves nothing"
    assert chain.history_of(task)[-1].verb == "extension_asked"
    assert not list(chain.verify())


def test_an_officer_asks_before_the_work_has_started(cast: Cast) -> None:
    clerk = cast.hire("clerk", "officer", "fin")
    assert ask(cast.task("fin"), clerk).position.role == "officer"


@pytest.mark.parametrize(
    ("until", "now"),
    [
        (SPRING, at()),  # the day it is due on already
        (date(2022, 3, 1), at()),
        (date(2021, 1, 1), at()),
        (date(1, 1, 1), at()),
        (date(2022, 4, 15), at(date(2022, 4, 20))),  # later than due, but past
        (date(2022, 10, 1), at()),  # the next fiscal year
        (date(9999, 12, 31), at()),
    ],
)
def test_a_day_that_cannot_be_is_a_form_error(cast: Cast, until: date, now: Any) -> None:
    task = cast.started("fin")
    with pytest.raises(ValidationError) as refusal:
        ask(task, cast.finance, until, now=now)
    assert list(refusal.value.message_dict) == ["until"]
    assert not Extension.objects.exists()


@pytest.mark.parametrize("until", [date(2022, 4, 1), LAST])
def test_any_later_day_of_the_fiscal_year_may_be_asked_for(cast: Cast, until: date) -> None:
    assert ask(cast.started("fin"), cast.finance, until).asked_for == until


def test_today_may_be_asked_for_when_it_is_late_already(cast: Cast) -> None:
    assert ask(cast.started("fin"), cast.finance, date(2022, 4, 20), now=at(date(2022, 4, 20)))


def test_nothing_is_asked_where_no_later_day_can_be_given(cast: Cast, client: Client) -> None:
    """The year is over, or the task is due on its last day; nor does its page offer it."""
    task = cast.started("fin")
    client.force_login(cast.finance)
    for due, today, offered in ((SPRING, LAST, True), (SPRING, LAST + days(1), False), (LAST, LATER, False)):
        DivisionTask.objects.filter(pk=task.pk).update(due_on=due)
        cast.clock(at(today))
        assert (policies.why_not(cast.finance, "ask_extension", fresh(task), today) is None) is offered
        assert ("/ask-time/" in client.get(f"/measures/tasks/{task.pk}/").content.decode()) is offered
    with pytest.raises(NotNow):
        ask(task, cast.finance, LAST)


@pytest.mark.parametrize("reason", ["", " \n", "\u200b", "ก" * 4001, "a\x00b", "\ud800"])
def test_a_request_has_its_reason_in_words(cast: Cast, reason: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        ask(cast.started("fin"), cast.finance, reason=reason)
    assert list(refusal.value.message_dict) == ["reason"]


def test_one_request_waits_at_a_time(cast: Cast) -> None:
    task = cast.started("fin")
    asked = ask(task, cast.finance)
    with pytest.raises(NotNow):
        ask(task, cast.finance, LAST)
    refuse(asked, cast.head_of_office)
    assert ask(task, cast.finance, LAST, now=at(hour=17)).asked_for == LAST


def test_finished_or_closed_work_needs_no_time(cast: Cast) -> None:
    task = cast.reported("fin")
    with pytest.raises(NotNow):
        ask(task, cast.finance)
    work.accept(task.pk, by=cast.head_of_office, now=at(hour=16))
    with pytest.raises(NotNow):
        ask(task, cast.finance)


def test_only_the_division_asks(cast: Cast) -> None:
    task = cast.started("fin")
    for who in ("head_of_office", "permanent_secretary", "mayor"):
        with pytest.raises(Refused):
            ask(task, cast.people[who])
    for who in ("works", "outsider"):
        with pytest.raises(DivisionTask.DoesNotExist):
            ask(task, cast.people[who])


# --- the answer


def test_a_grant_moves_the_date_and_keeps_the_one_first_ordered(cast: Cast) -> None:
    task = cast.started("fin")
    asked = grant(ask(task, cast.finance), cast.head_of_office)
    task = fresh(task)
    assert (task.due_on, task.measure.row.follow_up_due, asked.due_before) == (LATER, SPRING, SPRING)
    assert (asked.granted, asked.granted_until, asked.answered_by) == (True, LATER, cast.head_of_office)
    assert told("task_extension_granted") == {"finance"} and told("task_extension_asked") == set()
    event = chain.history_of(task)[-1]
    assert (event.verb, event.data["due_on"]) == ("extension_granted", "2022-05-31")
    assert not list(chain.verify())


def test_another_day_may_be_granted_than_was_asked_for(cast: Cast) -> None:
    task = cast.started("fin")
    asked = grant(ask(task, cast.finance), cast.head_of_office, until=date(2022, 4, 29), text="เพียงเท่านี้")
    assert (fresh(task).due_on, asked.asked_for) == (date(2022, 4, 29), LATER)


@pytest.mark.parametrize("until", [SPRING, date(2022, 1, 1), date(2022, 10, 1)])
def test_a_day_that_cannot_be_is_not_granted_either(cast: Cast, until: date) -> None:
    asked = ask(cast.started("fin"), cast.finance)
    with pytest.raises(ValidationError) as refusal:
        grant(asked, cast.head_of_office, until=until)
    assert list(refusal.value.message_dict) == ["until"]
    asked.refresh_from_db()
    assert asked.granted is None and fresh(asked.task).due_on == SPRING


def test_a_request_answered_after_its_own_day_needs_another_day(cast: Cast) -> None:
    asked = ask(cast.started("fin"), cast.finance, date(2022, 4, 1))
    late = at(date(2022, 4, 5))
    with pytest.raises(ValidationError):
        grant(asked, cast.head_of_office, now=late)
    assert grant(asked, cast.head_of_office, now=late, until=date(2022, 4, 5)).granted


def test_a_refusal_has_its_reason_and_moves_nothing(cast: Cast) -> None:
    task = cast.started("fin")
    asked = ask(task, cast.finance)
    with pytest.raises(ValidationError):
        refuse(asked, cast.head_of_office, " ")
    asked = refuse(asked, cast.head_of_office)
    assert (asked.granted, asked.granted_until, asked.lapsed, fresh(task).due_on) == (False, None, False, SPRING)
    assert told("task_extension_refused") == {"finance"}
    assert not list(chain.verify())


def test_a_request_is_answered_once(cast: Cast) -> None:
    task = cast.started("fin")
    asked = grant(ask(task, cast.finance), cast.head_of_office)
    with pytest.raises(NotNow):
        refuse(asked, cast.head_of_office)
    with pytest.raises(NotNow):
        grant(asked, cast.head_of_office)


def test_an_answer_counts_for_the_request_that_was_read(cast: Cast) -> None:
    task = cast.started("fin")
    first = refuse(ask(task, cast.finance), cast.head_of_office)
    second = ask(task, cast.finance, LAST, now=at(hour=17))
    with pytest.raises(NotNow):
        grant(first, cast.head_of_office, now=at(hour=18))
    second.refresh_from_db()
    assert second.granted is None


def test_time_may_be_asked_for_again_after_a_grant(cast: Cast) -> None:
    task = cast.started("fin")
    grant(ask(task, cast.finance), cast.head_of_office)
    asked = ask(task, cast.finance, LAST, now=at(hour=17))
    assert asked.due_before == LATER
    grant(asked, cast.head_of_office, now=at(hour=18))
    assert (fresh(task).due_on, fresh(task).measure.row.follow_up_due) == (LAST, SPRING)
    assert not list(chain.verify())


# --- who answers


def test_for_a_division_the_head_of_office_alone_answers(cast: Cast) -> None:
    asked = ask(cast.started("fin"), cast.finance)
    for who in ("permanent_secretary", "mayor", "finance"):
        with pytest.raises(Refused):
            grant(asked, cast.people[who])
    with pytest.raises(DivisionTask.DoesNotExist):
        grant(asked, cast.works)


def test_for_the_office_s_own_work_the_permanent_secretary_answers_as_well(cast: Cast) -> None:
    task = cast.started("op")
    asked = ask(task, cast.office_staff, LAST)
    assert told("task_extension_asked") == {"head_of_office", "permanent_secretary"}
    assert grant(asked, cast.permanent_secretary).granted
    assert told("task_extension_granted") == {"head_of_office", "office_staff"}


def test_nobody_answers_what_they_asked_themselves(cast: Cast) -> None:
    asked = ask(cast.started("op"), cast.head_of_office, LAST)
    assert told("task_extension_asked") == {"permanent_secretary"}
    with pytest.raises(Refused):
        grant(asked, cast.head_of_office)
    assert grant(asked, cast.permanent_secretary).granted


def test_what_the_secretary_asked_as_head_of_office_is_left_to_the_mayor(cast: Cast) -> None:
    act_for(cast.position("head_of_office"), cast.permanent_secretary, starts_on=DAY, order_number="311/2564")
    asked = ask(cast.started("op"), cast.permanent_secretary, LAST)
    with pytest.raises(Refused):
        refuse(asked, cast.permanent_secretary)
    assert grant(asked, cast.mayor).granted


def test_who_acts_for_the_head_of_office_answers_with_the_order_on_record(cast: Cast) -> None:
    order = act_for(cast.position("head_of_office"), cast.works, starts_on=DAY, order_number="302/2564")
    assert grant(ask(cast.started("fin"), cast.finance), cast.works).answered_acting == order


@pytest.mark.parametrize("division", ["fin", "op"])
@pytest.mark.parametrize("asker", ["worker", "head_of_office", "permanent_secretary"])
def test_the_inbox_and_the_rule_agree_on_who_answers(cast: Cast, division: str, asker: str) -> None:
    task = cast.started(division)
    person = cast.worker_of(task) if asker == "worker" else cast.people[asker]
    if asker != "worker":
        seat = cast.worker_of(task).appointments.get().position
        for role in {seat.role, "division_head"} if division == "fin" else {"head_of_office"}:
            chair = cast.office.positions.filter(role=role, division=task.division)
            if chair and not (role == "head_of_office" and asker == "head_of_office"):
                act_for(chair.get(), person, starts_on=DAY, order_number="312/2564")
    ask(task, person, LAST)
    for one in cast.people.values():
        listed = awaiting_time(one, seats_of(one, DAY), DAY).filter(pk=task.pk).exists()
        assert listed == (policies.why_not(one, "answer_extension", fresh(task), DAY) is None), one.username


# --- what ends a request


def test_a_finished_report_ends_the_request_in_nobody_s_words(cast: Cast) -> None:
    task = cast.started("fin")
    asked = ask(task, cast.finance)
    cast.finish(task, now=at(hour=17))
    asked.refresh_from_db()
    assert (asked.granted, asked.lapsed, asked.answered_by) == (False, True, cast.finance)
    assert told("task_extension_asked") == set() and told("task_extension_refused") == set()
    with pytest.raises(NotNow):
        grant(asked, cast.head_of_office, now=at(hour=18))
    assert not list(chain.verify())
    work.send_back(task.pk, by=cast.head_of_office, text="ยังขาด", now=at(hour=18))
    assert ask(task, cast.finance, now=at(hour=19)).granted is None


def test_a_cancelled_task_ends_the_request(cast: Cast) -> None:
    task = cast.started("fin")
    asked = ask(task, cast.finance)
    work.cancel(task.pk, by=cast.head_of_office, text="ไม่ต้องทำแล้ว", now=at(hour=17))
    asked.refresh_from_db()
    assert asked.lapsed
    assert not list(chain.verify())


def test_progress_leaves_the_request_waiting(cast: Cast) -> None:
    task = cast.started("fin")
    asked = ask(task, cast.finance)
    work.report(task.pk, by=cast.finance, percent=50, text="คืบหน้า", finished=False, now=at(hour=17))
    asked.refresh_from_db()
    assert asked.granted is None


# --- reminders


def test_a_moved_deadline_takes_back_its_reminders_and_reminds_anew(cast: Cast) -> None:
    task = cast.started("fin")
    DivisionTask.objects.exclude(pk=task.pk).update(due_on=date(2030, 1, 1))
    day = date(2022, 3, 30)
    scans.run(now=at(day, 9))
    assert told("task_due_soon") == {"finance"}
    grant(ask(task, cast.finance, now=at(day, 9)), cast.head_of_office, now=at(day, 10))
    assert told("task_due_soon") == set()
    scans.run(now=at(SPRING + days(1), 9))
    assert told("task_overdue") == set()
    scans.run(now=at(LATER - days(1), 9))
    assert told("task_due_soon") == {"finance"}
    letter = Letter.objects.get(event="task_due_soon", voided_at=None)
    assert letter.context["due_on"] == "2022-05-31"
    assert task_facts([letter.about])[letter.about]["first_due"] == "2022-03-31"


# --- what is kept


def test_who_asked_and_who_answered_is_kept_as_well(cast: Cast) -> None:
    task = cast.started("fin")
    asked = refuse(ask(task, cast.finance), cast.head_of_office)
    other, chair = cast.works, cast.position("mayor")
    changes: list[dict[str, Any]] = [
        {"by": other},
        {"position": chair},
        {"at": asked.at - days(1)},
        {"answered_by": other},
        {"answered_position": chair},
        {"answered_at": at(hour=18)},
    ]
    for change in changes:
        kept = Extension.objects.values(*change).get()
        Extension.objects.update(**change)
        assert [one.subject_id for one in chain.verify()] == [str(task.pk)], change
        Extension.objects.update(**kept)
    assert not list(chain.verify())


def test_a_changed_request_is_found(cast: Cast) -> None:
    task = cast.started("fin")
    refuse(ask(task, cast.finance), cast.head_of_office)
    for change in ({"reason": "อย่างอื่น"}, {"answer": "อนุญาต"}, {"asked_for": LAST}):
        kept = Extension.objects.values(*change).get()
        Extension.objects.update(**change)
        assert [one.subject_id for one in chain.verify()] == [str(task.pk)], change
        Extension.objects.update(**kept)
    assert not list(chain.verify())


@pytest.mark.parametrize(
    "wrong",
    [
        {"reason": ""},
        {"asked_for": SPRING},
        {"granted": True, "answered_at": at()},
        {"granted": True, "granted_until": LATER},
        {"granted": False},
        {"granted_until": LATER},
        {"granted": True, "answered_at": at(), "granted_until": SPRING},
    ],
)
def test_the_database_refuses_half_a_request(cast: Cast, wrong: dict[str, Any]) -> None:
    asked = ask(cast.started("fin"), cast.finance)
    with pytest.raises(IntegrityError), transaction.atomic():
        Extension.objects.filter(pk=asked.pk).update(**wrong)


def test_the_database_keeps_one_open_request(cast: Cast) -> None:
    asked = ask(cast.started("fin"), cast.finance)
    asked.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        Extension.objects.create(
            task=asked.task,
            due_before=SPRING,
            asked_for=LATER,
            reason="อีก",
            by=cast.finance,
            position=asked.position,
            at=at(),
        )
