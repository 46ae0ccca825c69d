"""A decision: who may, on which text, with which reason, and what it sets going."""

import pytest
from django.core.exceptions import ValidationError

from measures.models import DivisionTask
from memo_flow import decisions
from memo_flow.models import Circulation, Decision, Memo
from notifications.models import Letter
from organization.refusals import NotNow, Refused, Stale
from tests.cast import Cast, at, days, digest, fresh, open_step

pytestmark = pytest.mark.django_db


def test_an_endorsed_memo_waits_for_the_mayor(cast: Cast) -> None:
    memo = cast.submitted()
    cast.answer(memo, cast.permanent_secretary, "endorse", "เห็นควรอนุมัติ")
    assert fresh(memo).state == "in_review"
    assert open_step(memo).position == cast.position("mayor")


def test_an_objection_goes_on_to_the_mayor_with_its_reason(cast: Cast) -> None:
    memo = cast.submitted()
    cast.answer(memo, cast.permanent_secretary, "object", "งบประมาณไม่พอ")
    assert open_step(memo).position == cast.position("mayor")
    assert Decision.objects.get(memo=memo).comment == "งบประมาณไม่พอ"


def test_approval_makes_fifteen_tasks_for_five_divisions_and_circulates(cast: Cast) -> None:
    memo = cast.approved(order="ให้ทุกกองดำเนินการ")
    tasks = DivisionTask.objects.filter(measure__row__memo=memo)
    by_division = {code: tasks.filter(division__code=code).count() for code in ("op", "fin", "eng", "edu", "phe")}
    assert memo.state == "approved"
    assert by_division == {"op": 7, "fin": 2, "eng": 2, "edu": 2, "phe": 2}
    assert all(t.due_on == t.measure.row.follow_up_due for t in tasks.select_related("measure__row"))
    assert {t.measure.row.order for t in tasks.select_related("measure__row")} == {"ให้ทุกกองดำเนินการ"}
    assert Circulation.objects.filter(memo=memo).count() == 5


def test_the_deputy_decides_for_the_mayor_in_the_stated_week(cast: Cast) -> None:
    memo = cast.endorsed()
    decision = cast.answer(memo, cast.deputy, "approve")
    assert decision.position == cast.position("mayor")
    assert decision.acting is not None and decision.acting.order_number == "287/2564"


def test_after_the_week_the_memo_does_not_exist_for_the_deputy(cast: Cast) -> None:
    memo = cast.endorsed()
    with pytest.raises(Memo.DoesNotExist):
        cast.answer(memo, cast.deputy, "approve", now=at() + days(7))


@pytest.mark.parametrize("outcome", ["object", "return"])
def test_a_no_needs_its_reason(cast: Cast, outcome: str) -> None:
    memo = cast.submitted()
    with pytest.raises(ValidationError):
        cast.answer(memo, cast.permanent_secretary, outcome, "  ")
    assert not Decision.objects.exists()


def test_an_outcome_of_another_step_is_refused(cast: Cast) -> None:
    memo = cast.submitted()
    with pytest.raises(ValidationError):
        cast.answer(memo, cast.permanent_secretary, "approve")


def test_a_decided_step_is_closed(cast: Cast) -> None:
    memo = cast.submitted()
    step = open_step(memo)
    cast.answer(memo, cast.permanent_secretary, "endorse")
    with pytest.raises(NotNow):
        cast.answer(memo, cast.permanent_secretary, "endorse", step=step.pk)
    assert Decision.objects.count() == 1


def test_a_text_that_has_changed_is_not_decided_upon(cast: Cast) -> None:
    memo = cast.submitted()
    old = digest(memo)
    cast.answer(memo, cast.permanent_secretary, "return", "แก้")
    decisions.submit(memo.pk, by=cast.head_of_office, reason="แก้แล้ว", now=at(hour=13))
    assert digest(memo) != old
    with pytest.raises(Stale):
        cast.answer(memo, cast.permanent_secretary, "endorse", revision=old)


def test_another_organization_has_no_such_memo(cast: Cast) -> None:
    memo = cast.submitted()
    with pytest.raises(Memo.DoesNotExist):
        cast.answer(memo, cast.outsider, "endorse")


def test_one_person_may_not_fill_two_steps_unless_the_route_says_so(cast: Cast) -> None:
    from organization.appointments import act_for

    act_for(
        cast.position("mayor"),
        cast.permanent_secretary,
        starts_on=at().date().replace(day=20),
        ends_on=None,
        order_number="300/2564",
    )
    memo = cast.submitted()
    cast.answer(memo, cast.permanent_secretary, "endorse")
    step = open_step(memo)
    later = at().replace(day=21)
    memo.steps.filter(pk=step.pk).update(same_person=False)
    with pytest.raises(Refused):
        cast.answer(memo, cast.permanent_secretary, "approve", now=later)
    memo.steps.filter(pk=step.pk).update(same_person=True)
    assert cast.answer(memo, cast.permanent_secretary, "approve", now=later).acting is not None


def test_words_that_cannot_be_kept_are_a_form_error(cast: Cast) -> None:
    memo = cast.submitted()
    for words in ("ก" * 4001, "ขอ\x00แก้", "ขอ\x1bแก้"):
        with pytest.raises(ValidationError):
            cast.answer(memo, cast.permanent_secretary, "endorse", words)
    assert cast.answer(memo, cast.permanent_secretary, "endorse", "เห็นควร 👍🏽").comment == "เห็นควร 👍🏽"


def test_the_author_is_told_and_the_next_seat_too(cast: Cast) -> None:
    memo = cast.endorsed()
    told = set(Letter.objects.filter(voided_at=None).values_list("event", "recipient__username"))
    assert ("memo_endorsed", "head_of_office") in told
    assert {("memo_waits", "mayor"), ("memo_waits", "deputy")} <= told
    assert not Letter.objects.filter(event="memo_waits", recipient=cast.permanent_secretary, voided_at=None).exists()
    assert memo is not None


@pytest.mark.parametrize("comment", ["\u200b", "\u3164", " \u2060\ufeff", "…"])
def test_a_reason_that_says_nothing_is_none(cast: Cast, comment: str) -> None:
    memo = cast.submitted()
    with pytest.raises(ValidationError):
        cast.answer(memo, cast.permanent_secretary, "return", comment)
    with pytest.raises(ValidationError):
        decisions.withdraw(memo.pk, by=cast.head_of_office, reason=comment, now=at(hour=11))
    assert fresh(memo).state == "in_review"
