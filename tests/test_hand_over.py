"""A task handed to a colleague: who may, who is told, whom reminders go to, and that all may still work on it."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from audit import chain
from measures import policies, sharing, work
from measures.models import DivisionTask
from measures.queries import held_by
from notifications import scans
from notifications.models import Letter
from organization.appointments import act_for, end
from organization.models import User
from organization.refusals import NotNow, Refused
from tests.cast import DAY, Cast, at, days

pytestmark = pytest.mark.django_db

SPRING = date(2022, 3, 31)


@pytest.fixture
def office(cast: Cast) -> Cast:
    """The finance division has two officers."""
    cast.hire("clerk", "officer", "fin")
    cast.hire("cashier", "officer", "fin")
    return cast


def give(task: DivisionTask, to: User | None, by: User, hour: int = 15) -> DivisionTask:
    return sharing.hand_over(task.pk, by=by, to=to.pk if to else None, now=at(hour=hour))


def told(event: str) -> list[str]:
    letters = Letter.objects.filter(event=event, voided_at=None).order_by("recipient__username")
    return list(letters.values_list("recipient__username", flat=True))


def reminded(day: date) -> set[str]:
    """Who is newly reminded of a task on a day."""
    before = set(Letter.objects.values_list("pk", flat=True))
    scans.run(now=at(day, 9))
    letters = Letter.objects.filter(event__startswith="task_", voided_at=None).exclude(pk__in=before)
    return set(letters.values_list("recipient__username", flat=True))


def alone(task: DivisionTask) -> None:
    """No other task's deadline is spoken of."""
    for one in DivisionTask.objects.exclude(pk=task.pk).select_related("organization"):
        DivisionTask.objects.filter(pk=one.pk).update(due_on=date(2030, 1, 1))


def test_the_head_hands_a_task_to_a_colleague_who_is_told(office: Cast) -> None:
    task = give(office.started("fin"), office.clerk, by=office.finance)
    assert DivisionTask.objects.get(pk=task.pk).officer == office.clerk
    assert told("task_handed_over") == ["clerk"]
    assert chain.history_of(task)[-1].data == {"officer": office.clerk.pk}
    assert not list(chain.verify())


def test_who_has_it_hands_it_on_and_both_are_told(office: Cast) -> None:
    task = give(office.started("fin"), office.clerk, by=office.finance)
    give(task, office.cashier, by=office.clerk)
    assert told("task_handed_over") == ["cashier"], "the letter to the clerk had not left: it was taken back"
    give(task, office.clerk, by=office.finance)
    assert told("task_handed_over") == ["cashier", "clerk"], "whose it was is told as well"


def test_it_may_go_back_to_nobody_in_particular(office: Cast) -> None:
    task = give(office.started("fin"), office.clerk, by=office.finance)
    assert give(task, None, by=office.finance).officer is None
    letter = Letter.objects.get(event="task_handed_over", voided_at=None)
    assert (letter.recipient, letter.context["to"]) == (office.clerk, {})
    assert not list(chain.verify())


def test_handing_it_to_whose_it_is_changes_nothing(office: Cast) -> None:
    task = give(office.started("fin"), office.clerk, by=office.finance)
    before = chain.history_of(task)[-1].seq
    give(task, office.clerk, by=office.finance)
    assert chain.history_of(task)[-1].seq == before and told("task_handed_over") == ["clerk"]


def test_an_officer_who_does_not_have_it_does_not_give_it_away(office: Cast) -> None:
    task = give(office.started("fin"), office.clerk, by=office.finance)
    with pytest.raises(Refused):
        give(task, office.cashier, by=office.cashier)


def test_those_above_read_and_do_not_hand_over(office: Cast) -> None:
    task = office.started("fin")
    for who in ("head_of_office", "permanent_secretary", "mayor"):
        with pytest.raises(Refused):
            give(task, office.clerk, by=office.people[who])
    with pytest.raises(DivisionTask.DoesNotExist):
        give(task, office.clerk, by=office.works)


def test_who_acts_for_the_head_hands_over_and_may_be_given_it(office: Cast) -> None:
    act_for(office.finance.appointments.get().position, office.works, starts_on=DAY, order_number="301/2564")
    task = give(office.started("fin"), office.clerk, by=office.works)
    assert give(task, office.works, by=office.finance).officer == office.works


@pytest.mark.parametrize("who", ["works", "mayor", "outsider", "gone"])
def test_only_to_a_colleague_of_the_division(office: Cast, who: str) -> None:
    gone = office.hire("gone", "officer", "fin")
    end(gone.appointments.get(), on=DAY - days(1))
    task = office.started("fin")
    with pytest.raises(ValidationError) as refusal:
        give(task, office.people[who], by=office.finance)
    assert list(refusal.value.message_dict) == ["to"]
    with pytest.raises(ValidationError):
        sharing.hand_over(task.pk, by=office.finance, to=10**15, now=at(hour=15))
    assert DivisionTask.objects.get(pk=task.pk).officer is None


def test_a_deactivated_colleague_is_none(office: Cast) -> None:
    User.objects.filter(pk=office.clerk.pk).update(is_active=False)
    with pytest.raises(ValidationError):
        give(office.started("fin"), office.clerk, by=office.finance)


def test_everybody_of_the_division_may_still_work_on_it(office: Cast) -> None:
    task = give(office.started("fin"), office.clerk, by=office.finance)
    for who in (office.finance, office.cashier, office.clerk):
        assert policies.why_not(who, "report", DivisionTask.objects.get(pk=task.pk), DAY) is None
    office.finish(task, by=office.cashier)


def test_finished_work_is_not_handed_over(office: Cast) -> None:
    task = office.reported("fin")
    with pytest.raises(NotNow):
        give(task, office.clerk, by=office.finance)


def test_reminders_go_to_whose_it_is_and_from_the_due_date_to_the_head(office: Cast) -> None:
    task = office.started("fin")
    alone(task)
    assert reminded(SPRING - days(20)) == {"finance", "clerk", "cashier"}
    give(task, office.clerk, by=office.finance)
    assert reminded(SPRING - days(8)) == {"clerk"}
    assert reminded(SPRING) == {"clerk", "finance"}
    assert reminded(SPRING + days(1)) == {"clerk", "finance"}
    assert reminded(SPRING + days(8)) == {"clerk", "finance", "head_of_office", "permanent_secretary"}


def test_reminders_that_have_not_left_are_taken_back_from_the_others_alone(office: Cast) -> None:
    task = office.started("fin")
    alone(task)
    scans.run(now=at(SPRING - days(8), 9))
    give(task, office.clerk, by=office.finance)
    assert told("task_due_soon") == ["clerk"]


def test_a_late_task_handed_over_stays_the_matter_of_those_above(office: Cast) -> None:
    task = office.started("fin")
    alone(task)
    scans.run(now=at(SPRING + days(8), 9))
    sharing.hand_over(task.pk, by=office.finance, to=office.clerk.pk, now=at(SPRING + days(8), 9))
    assert told("task_overdue") == ["clerk", "finance", "head_of_office", "permanent_secretary"]


def test_when_whose_it_was_has_left_everyone_is_reminded_again(office: Cast) -> None:
    task = office.started("fin")
    alone(task)
    give(task, office.clerk, by=office.finance)
    end(office.clerk.appointments.get(), on=DAY + days(30))
    assert reminded(SPRING - days(8)) == {"finance", "cashier"}


def test_my_tasks_are_those_handed_to_me(office: Cast) -> None:
    task = give(office.started("fin"), office.clerk, by=office.finance)
    assert list(DivisionTask.objects.filter(held_by(office.clerk))) == [task]
    assert not DivisionTask.objects.filter(held_by(office.finance)).exists()


def test_a_changed_officer_is_found(office: Cast) -> None:
    task = give(office.started("fin"), office.clerk, by=office.finance)
    DivisionTask.objects.filter(pk=task.pk).update(officer=office.cashier)
    assert [one.subject_id for one in chain.verify()] == [str(task.pk)]
    DivisionTask.objects.filter(pk=task.pk).update(officer=None)
    assert [one.subject_id for one in chain.verify()] == [str(task.pk)]


def test_the_work_itself_is_untouched(office: Cast) -> None:
    task = office.started("fin")
    work.tick(task.pk, by=office.finance, done=[task.steps.all()[0].pk], now=at(hour=15))
    give(task, office.clerk, by=office.finance)
    assert task.steps.exclude(ticked_at=None).get().ticked_by == office.finance
