"""A task shared out: each step may be a colleague's, and there is never a second task."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from audit import chain
from measures import sharing, work
from measures.models import DivisionTask, TaskStep
from measures.queries import held_by
from notifications import scans
from notifications.models import Letter
from organization.refusals import NotNow, Refused
from tests.cast import Cast, at, days

pytestmark = pytest.mark.django_db

SPRING = date(2022, 3, 31)


@pytest.fixture
def office(cast: Cast) -> Cast:
    cast.hire("clerk", "officer", "fin")
    cast.hire("cashier", "officer", "fin")
    return cast


def share(task: DivisionTask, office: Cast, *names: str | None, by: Any = None, hour: int = 15) -> DivisionTask:
    """Give the task's steps, in their order, to these people."""
    officers = {
        step.pk: office.people[name].pk if name else None for step, name in zip(task.steps.all(), names, strict=False)
    }
    return sharing.share(task.pk, by=by or office.finance, officers=officers, now=at(hour=hour))


def whose(task: DivisionTask) -> list[str | None]:
    return [step.officer and step.officer.username for step in task.steps.select_related("officer")]


def told() -> dict[str, int]:
    """Person -> how many steps the letters that stand give them."""
    letters = Letter.objects.filter(event="task_steps_shared", voided_at=None).select_related("recipient")
    return {one.recipient.username: len(one.context["steps"]) for one in letters}


def test_each_step_is_a_colleague_s_and_each_is_told_once(office: Cast) -> None:
    task = office.started("fin")
    before = DivisionTask.objects.count()
    share(task, office, "clerk", "cashier", "clerk")
    assert whose(task) == ["clerk", "cashier", "clerk"]
    assert told() == {"clerk": 2, "cashier": 1}
    assert DivisionTask.objects.count() == before
    assert not list(chain.verify())


def test_only_the_newly_given_are_told(office: Cast) -> None:
    task = share(office.started("fin"), office, "clerk", "cashier")
    Letter.objects.filter(event="task_steps_shared").delete()
    share(task, office, "clerk", "clerk", "finance")
    assert whose(task) == ["clerk", "clerk", "finance"]
    assert told() == {"clerk": 1}, "not the step he had, and not who shares it out"


def test_the_same_again_is_no_act(office: Cast) -> None:
    task = share(office.started("fin"), office, "clerk")
    before = chain.history_of(task)[-1].seq
    share(task, office, "clerk", None)
    assert chain.history_of(task)[-1].seq == before


def test_a_step_may_be_nobody_s_again(office: Cast) -> None:
    task = share(office.started("fin"), office, "clerk", "clerk")
    share(task, office, None, "clerk")
    assert whose(task) == [None, "clerk", None]
    share(task, office, None, None)
    assert not list(chain.verify())


def test_steps_that_are_not_named_stay(office: Cast) -> None:
    task = share(office.started("fin"), office, "clerk", "cashier")
    first = task.steps.all()[0]
    sharing.share(task.pk, by=office.finance, officers={first.pk: None}, now=at(hour=16))
    assert whose(task) == [None, "cashier", None]


def test_another_task_s_step_is_refused_whole(office: Cast) -> None:
    task = office.started("fin")
    foreign = TaskStep.objects.exclude(task=task)[0]
    with pytest.raises(ValidationError):
        sharing.share(
            task.pk,
            by=office.finance,
            officers={task.steps.all()[0].pk: office.clerk.pk, foreign.pk: office.clerk.pk},
            now=at(hour=15),
        )
    assert not TaskStep.objects.exclude(officer=None).exists()


@pytest.mark.parametrize("who", ["works", "mayor", "outsider"])
def test_a_step_goes_only_to_a_colleague_of_the_division(office: Cast, who: str) -> None:
    with pytest.raises(ValidationError):
        share(office.started("fin"), office, "clerk", who)
    assert not TaskStep.objects.exclude(officer=None).exists()


def test_the_head_or_whose_task_it_is_shares_it_out(office: Cast) -> None:
    task = office.started("fin")
    with pytest.raises(Refused):
        share(task, office, "clerk", by=office.clerk)
    sharing.hand_over(task.pk, by=office.finance, to=office.clerk.pk, now=at(hour=15))
    share(task, office, "cashier", by=office.clerk)
    assert whose(task) == ["cashier", None, None]


def test_finished_work_is_not_shared_out(office: Cast) -> None:
    with pytest.raises(NotNow):
        share(office.reported("fin"), office, "clerk")


def test_the_division_may_still_tick_each_other_s_steps(office: Cast) -> None:
    task = share(office.started("fin"), office, "clerk", "cashier")
    work.tick(task.pk, by=office.cashier, done=[s.pk for s in task.steps.all()], now=at(hour=16))
    assert {s.ticked_by for s in task.steps.all()} == {office.cashier}


def test_mine_are_the_tasks_with_an_open_step_of_mine(office: Cast) -> None:
    task = share(office.started("fin"), office, "clerk", "cashier")
    assert list(DivisionTask.objects.filter(held_by(office.clerk))) == [task]
    work.tick(task.pk, by=office.finance, done=[task.steps.all()[0].pk], now=at(hour=16))
    assert not DivisionTask.objects.filter(held_by(office.clerk)).exists()
    assert DivisionTask.objects.filter(held_by(office.cashier)).exists()


def test_of_a_task_that_is_somebody_s_those_with_an_open_step_are_reminded_too(office: Cast) -> None:
    task = office.started("fin")
    DivisionTask.objects.exclude(pk=task.pk).update(due_on=date(2030, 1, 1))
    office.hire("third", "officer", "fin")
    sharing.hand_over(task.pk, by=office.finance, to=office.clerk.pk, now=at(hour=15))
    share(task, office, "cashier", "third")
    work.tick(task.pk, by=office.third, done=[task.steps.all()[1].pk], now=at(hour=16))
    scans.run(now=at(SPRING - days(8), 9))
    letters = Letter.objects.filter(event="task_due_soon")
    assert set(letters.values_list("recipient__username", flat=True)) == {"clerk", "cashier"}


def test_a_changed_share_is_found(office: Cast) -> None:
    task = share(office.started("fin"), office, "clerk")
    TaskStep.objects.filter(task=task).update(officer=office.cashier)
    assert [one.subject_id for one in chain.verify()] == [str(task.pk)]
