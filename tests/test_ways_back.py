"""Ways back and ways aside: return, objection, rejection, withdrawal, passing on, parallel groups, changed holders."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from viewflow.workflow.models import Task

from audit import chain
from demo import document
from measures.models import DivisionTask, PlanRow
from memo_flow import decisions, drafts
from memo_flow.models import Circulation, Decision, Memo, Outcome, RegisterEntry, Step
from memo_flow.queries import waiting_reason
from notifications.models import Letter
from organization.appointments import act_for, appoint, end
from organization.models import Position, User
from organization.refusals import NotNow, Refused
from tests.cast import Cast, at, days, fresh, open_step

pytestmark = pytest.mark.django_db


def open_steps(memo: Memo) -> list[Step]:
    return list(Step.objects.filter(memo=memo, opened_at__isnull=False, closed_at=None))


def rests(memo: Memo) -> bool:
    """Nobody is asked: no open step, no letter that it waits, no process of viewflow."""
    waits = [f"step:{pk}" for pk in memo.steps.values_list("pk", flat=True)]
    asked = Letter.objects.filter(about__in=waits, voided_at=None).exists()
    return not (open_steps(memo) or asked or Task.objects.filter(finished=None).exists())


def seat_of(user: User) -> Position:
    return user.appointments.get().position


def answer_on(cast: Cast, memo: Memo, by: User, outcome: str, comment: str = "", **more: Any) -> Decision:
    """Answer the open step that is this person's own."""
    step = next(s for s in open_steps(memo) if s.position_id == seat_of(by).pk)
    return cast.answer_step(memo, step, by, outcome, comment, **more)


# --- return and objection ----------------------------------------------------------------------------------------


def test_a_returned_memo_waits_for_its_author_who_sees_what_to_change(cast: Cast) -> None:
    memo = cast.returned()
    assert memo.state == "returned" and memo.closed_at is None
    assert rests(memo)
    reason = waiting_reason(memo)
    assert reason is not None and reason.comment == "ขอให้แก้คะแนนตัวชี้วัดที่ 8"
    letter = Letter.objects.get(event="memo_returned", voided_at=None)
    assert letter.recipient == cast.head_of_office
    assert letter.context["comment"] == "ขอให้แก้คะแนนตัวชี้วัดที่ 8"


def test_the_approver_may_return_it_too(cast: Cast) -> None:
    memo = cast.endorsed()
    cast.answer(memo, cast.mayor, "return", "ขอรายละเอียดงบประมาณ")
    assert fresh(memo).state == "returned" and rests(memo)


def test_a_second_round_goes_through_to_approval(cast: Cast) -> None:
    memo = cast.returned()
    decisions.submit(memo.pk, by=cast.head_of_office, reason="แก้แล้ว", now=at(hour=13))
    assert open_step(memo).round == 2
    cast.answer(memo, cast.permanent_secretary, "endorse", now=at(hour=14))
    cast.answer(memo, cast.mayor, "approve", now=at(hour=15))
    assert fresh(memo).state == "approved" and rests(memo)
    assert DivisionTask.objects.count() == 15
    assert not list(chain.verify())


def test_an_objection_returns_it_where_the_route_says_so(cast: Cast) -> None:
    cast.kind.route.steps.filter(group=1).update(on_objection="return")
    memo = cast.submitted()
    cast.answer(memo, cast.permanent_secretary, "object", "ไม่ชอบด้วยระเบียบ")
    memo = fresh(memo)
    assert memo.state == "returned" and rests(memo)
    assert waiting_reason(memo).comment == "ไม่ชอบด้วยระเบียบ"


# --- rejection and withdrawal ------------------------------------------------------------------------------------


def test_a_rejection_ends_it_and_orders_no_work(cast: Cast) -> None:
    memo = cast.rejected()
    assert (memo.state, memo.closed_at) == ("rejected", at(hour=12))
    assert rests(memo)
    assert not PlanRow.objects.exists() and not Circulation.objects.exists()
    assert Letter.objects.get(event="memo_rejected").context["comment"] == "งบประมาณไม่พอ"


def test_a_rejection_needs_its_reason(cast: Cast) -> None:
    memo = cast.endorsed()
    with pytest.raises(ValidationError):
        cast.answer(memo, cast.mayor, "reject", " ")
    assert fresh(memo).state == "in_review"


def test_a_withdrawn_memo_waits_for_nobody_and_those_asked_are_told_why(cast: Cast) -> None:
    memo = cast.withdrawn()
    assert (memo.state, memo.closed_at) == ("withdrawn", at(hour=11))
    assert rests(memo)
    decision = Decision.objects.get(memo=memo)
    assert (decision.outcome, decision.comment, decision.step) == ("withdraw", "เสนอผิดฉบับ", None)
    letter = Letter.objects.get(event="memo_withdrawn")
    assert (letter.recipient, letter.context["comment"]) == (cast.permanent_secretary, "เสนอผิดฉบับ")


def test_a_returned_memo_may_be_withdrawn(cast: Cast) -> None:
    memo = cast.returned()
    body = drafts.working_text(memo)
    drafts.revise(memo.pk, by=cast.head_of_office, subject="แก้ไปครึ่งหนึ่ง", content=body, version=0, now=at(hour=13))
    memo = decisions.withdraw(memo.pk, by=cast.head_of_office, reason="ไม่เสนอแล้ว", now=at(hour=14))
    assert memo.state == "withdrawn" and rests(memo)
    assert not drafts.Draft.objects.filter(memo=memo).exists()
    assert RegisterEntry.objects.get(memo=memo).cancelled_at == at(hour=14)


@pytest.mark.parametrize("reason", ["", " \n", "ก" * 4001, "\x07"])
def test_a_withdrawal_needs_a_reason_that_can_be_kept(cast: Cast, reason: str) -> None:
    memo = cast.submitted()
    with pytest.raises(ValidationError):
        decisions.withdraw(memo.pk, by=cast.head_of_office, reason=reason, now=at(hour=11))
    assert fresh(memo).state == "in_review" and open_steps(memo)


@pytest.mark.parametrize("end_of", ["approved", "rejected", "withdrawn"])
def test_what_has_ended_stays_ended(cast: Cast, end_of: str) -> None:
    memo = getattr(cast, end_of)()
    decided, last = Decision.objects.count(), memo.steps.last()
    with pytest.raises(NotNow):
        decisions.withdraw(memo.pk, by=cast.head_of_office, reason="ช้าไป", now=at(hour=16))
    with pytest.raises(NotNow):
        decisions.submit(memo.pk, by=cast.head_of_office, reason=document.REASON, now=at(hour=16))
    with pytest.raises(NotNow):
        decisions.reassign(
            memo.pk, by=cast.head_of_office, step=last.pk, to=seat_of(cast.works).pk, reason="ช้า", now=at(hour=16)
        )
    with pytest.raises(NotNow):
        cast.answer_step(memo, last, cast.mayor, "approve")
    assert (fresh(memo).state, Decision.objects.count()) == (end_of, decided)


# --- passing a step on -------------------------------------------------------------------------------------------


def pass_on(cast: Cast, memo: Memo, to: Position, **more: Any) -> Step:
    arguments: dict[str, Any] = {
        "by": cast.head_of_office,
        "step": open_step(memo).pk,
        "reason": "ปลัดลาป่วย",
        "now": at(hour=11),
    }
    return decisions.reassign(memo.pk, to=to.pk, **(arguments | more))


def test_a_step_passed_on_waits_for_the_new_position_alone(cast: Cast) -> None:
    memo = cast.submitted()
    old = open_step(memo)
    new = pass_on(cast, memo, seat_of(cast.works))
    assert open_steps(memo) == [new]
    assert (new.replaces, new.group, new.action) == (old, old.group, old.action)
    told = set(Letter.objects.filter(voided_at=None).values_list("event", "recipient__username"))
    assert told == {("memo_waits", "works"), ("memo_reassigned", "permanent_secretary")}
    with pytest.raises(NotNow):
        cast.answer_step(memo, old, cast.permanent_secretary, "endorse")
    with pytest.raises(Refused):
        cast.answer(memo, cast.permanent_secretary, "endorse")
    cast.answer(memo, cast.works, "endorse")
    cast.answer(memo, cast.mayor, "approve")
    assert fresh(memo).state == "approved"
    assert set(Decision.objects.values_list("outcome", "position__role")) == {
        ("reassign", "head_of_office"),
        ("endorse", "division_head"),
        ("approve", "mayor"),
    }


def test_a_step_may_come_back_to_the_position_it_was_passed_from(cast: Cast) -> None:
    memo = cast.submitted()
    pass_on(cast, memo, seat_of(cast.works))
    pass_on(cast, memo, cast.position("permanent_secretary"), reason="ปลัดกลับมาแล้ว", now=at(hour=12))
    cast.answer(memo, cast.permanent_secretary, "endorse", now=at(hour=13))
    assert open_step(memo).position == cast.position("mayor")


def test_a_new_round_forgets_that_a_step_was_passed_on(cast: Cast) -> None:
    memo = cast.submitted()
    pass_on(cast, memo, seat_of(cast.works))
    cast.answer(memo, cast.works, "return", "แก้")
    decisions.submit(memo.pk, by=cast.head_of_office, reason=document.REASON, now=at(hour=13))
    assert open_step(memo).position == cast.position("permanent_secretary")
    assert memo.steps.filter(round=2).count() == 2


@pytest.mark.parametrize("reason", ["", "  ", "ก" * 4001])
def test_passing_on_needs_a_reason(cast: Cast, reason: str) -> None:
    memo = cast.submitted()
    with pytest.raises(ValidationError) as refused:
        pass_on(cast, memo, seat_of(cast.works), reason=reason)
    assert list(refused.value.message_dict) == ["reason"]
    assert open_step(memo).position == cast.position("permanent_secretary")


def test_a_step_is_passed_only_to_another_position_of_the_office(cast: Cast) -> None:
    memo = cast.submitted()
    for to in (seat_of(cast.outsider).pk, cast.position("permanent_secretary").pk, 0, 2**70):
        with pytest.raises(ValidationError) as refused:
            decisions.reassign(
                memo.pk, by=cast.head_of_office, step=open_step(memo).pk, to=to, reason="ลา", now=at(hour=11)
            )
        assert list(refused.value.message_dict) == ["to"]


def test_only_the_open_step_of_this_memo_is_passed_on(cast: Cast) -> None:
    memo, other = cast.endorsed(), cast.submitted()
    closed = memo.steps.first()
    for step in (closed.pk, open_step(other).pk, 0, 2**70):
        with pytest.raises(NotNow):
            pass_on(cast, memo, seat_of(cast.works), step=step)
    assert open_step(other).position == cast.position("permanent_secretary")


def test_an_approver_to_whom_a_step_was_passed_orders_the_work(cast: Cast) -> None:
    memo = cast.endorsed()
    pass_on(cast, memo, seat_of(cast.deputy), by=cast.permanent_secretary, now=at(hour=13))
    cast.answer(memo, cast.deputy, "approve", order="เร่งดำเนินการ", now=at(hour=14))
    assert fresh(memo).state == "approved"
    assert set(PlanRow.objects.values_list("order", flat=True)) == {"เร่งดำเนินการ"}


# --- several at once ---------------------------------------------------------------------------------------------


def parallel(cast: Cast, needed: int | None = None) -> Memo:
    """A memo that three division heads endorse at once, then the mayor approves."""
    asked = [
        {"group": 1, "position": seat_of(head), "action": "endorse", "needed": needed}
        for head in (cast.finance, cast.works, cast.education)
    ]
    last = {"group": 2, "position": cast.position("mayor"), "action": "approve"}
    return cast.sent(cast.head_of_office, cast.kind_with(*asked, last))


def test_a_group_waits_for_all_of_it_in_any_order(cast: Cast) -> None:
    memo = parallel(cast)
    for who, outcome in ((cast.education, "endorse"), (cast.finance, "object")):
        assert len(open_steps(memo)) > 1
        answer_on(cast, memo, who, outcome, "ความเห็น")
    assert [s.position for s in open_steps(memo)] == [seat_of(cast.works)]
    answer_on(cast, memo, cast.works, "endorse")
    assert open_step(memo).position == cast.position("mayor")
    assert Task.objects.filter(finished=None).count() == 1


def test_as_many_as_the_route_needs_settle_a_group(cast: Cast) -> None:
    memo = parallel(cast, needed=2)
    answer_on(cast, memo, cast.education, "endorse")
    late = next(s for s in open_steps(memo) if s.position_id == seat_of(cast.works).pk)
    answer_on(cast, memo, cast.finance, "endorse")
    assert open_step(memo).position == cast.position("mayor")
    with pytest.raises(NotNow):
        cast.answer_step(memo, late, cast.works, "endorse")
    assert not Letter.objects.filter(event="memo_waits", recipient=cast.works, voided_at=None).exists()


def test_one_return_settles_a_group_at_once(cast: Cast) -> None:
    memo = parallel(cast)
    answer_on(cast, memo, cast.works, "return", "ขาดเอกสาร")
    assert fresh(memo).state == "returned" and rests(memo)


def test_one_of_a_group_may_be_passed_on(cast: Cast) -> None:
    memo = parallel(cast, needed=3)
    mine = next(s for s in open_steps(memo) if s.position_id == seat_of(cast.works).pk)
    with pytest.raises(ValidationError):
        decisions.reassign(
            memo.pk,
            by=cast.permanent_secretary,
            step=mine.pk,
            to=seat_of(cast.finance).pk,
            reason="ลา",
            now=at(hour=11),
        )
    decisions.reassign(
        memo.pk, by=cast.permanent_secretary, step=mine.pk, to=seat_of(cast.health).pk, reason="ลา", now=at(hour=11)
    )
    for who in (cast.finance, cast.health, cast.education):
        answer_on(cast, memo, who, "endorse")
    assert open_step(memo).position == cast.position("mayor")


def test_what_two_approvers_order_both_stands_on_the_work(cast: Cast) -> None:
    seats = [cast.position("mayor"), cast.position("permanent_secretary")]
    memo = cast.sent(
        cast.head_of_office, cast.kind_with(*({"group": 1, "position": s, "action": "approve"} for s in seats))
    )
    answer_on(cast, memo, cast.mayor, "approve", order="รายงานทุกเดือน")
    assert fresh(memo).state == "in_review"
    answer_on(cast, memo, cast.permanent_secretary, "approve")
    assert fresh(memo).state == "approved"
    assert "รายงานทุกเดือน" in PlanRow.objects.get(memo=memo).order


def test_an_opinion_alone_never_approves(cast: Cast) -> None:
    asked = [
        {"group": 1, "position": cast.position("permanent_secretary"), "action": "endorse", "needed": 1},
        {"group": 1, "position": cast.position("mayor"), "action": "approve", "needed": 1},
    ]
    kind = cast.kind_with(*asked)
    try:
        memo = cast.sent(cast.head_of_office, kind)
    except ValidationError:
        return  # refusing such a route is as good an answer
    answer_on(cast, memo, cast.permanent_secretary, "endorse")
    assert fresh(memo).state != "approved"


# --- who sits there today ----------------------------------------------------------------------------------------


def test_a_vacant_seat_waits_and_the_head_of_office_is_told(cast: Cast) -> None:
    end(cast.permanent_secretary.appointments.get(), on=date(2021, 9, 13))
    memo = cast.submitted()
    letter = Letter.objects.get(event="seat_vacant")
    assert letter.recipient == cast.head_of_office
    assert not Letter.objects.filter(event="memo_waits").exists()
    with pytest.raises(Memo.DoesNotExist):
        cast.answer(memo, cast.permanent_secretary, "endorse")
    act_for(cast.position("permanent_secretary"), cast.works, starts_on=date(2021, 9, 15), order_number="301/2564")
    cast.answer(memo, cast.works, "endorse", now=at() + days(1))
    assert open_step(memo).position == cast.position("mayor")


def test_the_new_holder_decides_and_the_old_one_does_not(cast: Cast) -> None:
    memo = cast.submitted()
    end(cast.permanent_secretary.appointments.get(), on=date(2021, 9, 14))
    appoint(cast.health, cast.position("permanent_secretary"), starts_on=date(2021, 9, 15))
    with pytest.raises(Memo.DoesNotExist):
        cast.answer(memo, cast.permanent_secretary, "endorse", now=at() + days(1))
    with pytest.raises((Refused, Memo.DoesNotExist)):
        cast.answer(memo, cast.health, "endorse", now=at())  # not before the day
    assert cast.answer(memo, cast.health, "endorse", now=at() + days(1)).user == cast.health


def test_the_author_s_successor_revises_and_submits(cast: Cast) -> None:
    memo = cast.returned()
    end(cast.head_of_office.appointments.get(), on=date(2021, 9, 14))
    appoint(cast.office_staff, cast.position("head_of_office"), starts_on=date(2021, 9, 15))
    again = decisions.submit(memo.pk, by=cast.office_staff, reason=document.REASON, now=at() + days(1))
    assert again.state == "in_review"
    assert again.revisions.get(round=2).by == cast.office_staff


@pytest.mark.parametrize("name", ["permanent_secretary", "head_of_office"])
def test_a_deactivated_person_does_nothing_any_more(cast: Cast, name: str) -> None:
    memo, person = cast.submitted(), cast.people[name]
    person.is_active = False
    person.save()
    for act in (
        lambda: cast.answer(memo, person, "endorse"),
        lambda: pass_on(cast, memo, seat_of(cast.works), by=person),
        lambda: decisions.withdraw(memo.pk, by=person, reason="ออก", now=at(hour=13)),
        lambda: decisions.acknowledge(memo.pk, by=person, now=at(hour=13)),
    ):
        with pytest.raises((Memo.DoesNotExist, Refused)):
            act()
    assert not Decision.objects.exists()


# --- read and acknowledged ---------------------------------------------------------------------------------------


def test_acknowledging_twice_changes_nothing(cast: Cast) -> None:
    memo = cast.approved()
    [row] = decisions.acknowledge(memo.pk, by=cast.finance, now=at(hour=13))
    assert decisions.acknowledge(memo.pk, by=cast.finance, now=at(hour=17)) == []
    row = Circulation.objects.get(pk=row.pk)
    assert (row.acknowledged_at, row.acknowledged_by) == (at(hour=13), cast.finance)
    assert [e.verb for e in chain.history_of(memo)].count("acknowledged") == 1
    assert Circulation.objects.filter(memo=memo, acknowledged_at=None).count() == 4


def test_who_heads_two_divisions_acknowledges_for_both(cast: Cast) -> None:
    act_for(seat_of(cast.finance), cast.works, starts_on=date(2021, 9, 14), order_number="302/2564")
    memo = cast.approved()
    decisions.acknowledge(memo.pk, by=cast.works, now=at(hour=13))
    rows = Circulation.objects.filter(memo=memo, acknowledged_by=cast.works).select_related("acting")
    assert {r.position: bool(r.acting) for r in rows} == {seat_of(cast.works): False, seat_of(cast.finance): True}


def test_only_whom_it_was_circulated_to_acknowledges(cast: Cast) -> None:
    memo = cast.approved()
    for person in (cast.mayor, cast.office_staff):
        with pytest.raises(Refused):
            decisions.acknowledge(memo.pk, by=person, now=at(hour=13))
    with pytest.raises(Memo.DoesNotExist):
        decisions.acknowledge(memo.pk, by=cast.outsider, now=at(hour=13))


def test_no_reason_is_ever_left_out_of_the_database(cast: Cast) -> None:
    """The outcomes that say nothing without one, each brought about once, each with its words."""
    for way in ("returned", "rejected", "withdrawn"):
        getattr(cast, way)()
    pass_on(cast, cast.submitted(), seat_of(cast.works))
    cast.answer(cast.submitted(), cast.permanent_secretary, "object", "ไม่เห็นด้วย")
    said = dict(Decision.objects.exclude(comment="").values_list("outcome", "comment"))
    assert {Outcome.RETURN, Outcome.REJECT, Outcome.WITHDRAW, Outcome.REASSIGN, Outcome.OBJECT} <= said.keys()


# --- who may take a step over


@pytest.mark.parametrize("whose", ["head_of_office", "office_staff", "works"])
def test_an_approval_is_not_passed_on_to_the_author_or_to_a_division(cast: Cast, whose: str) -> None:
    memo = cast.endorsed()
    with pytest.raises(ValidationError) as refused:
        pass_on(cast, memo, seat_of(cast.people[whose]))
    assert list(refused.value.message_dict) == ["to"]
    assert open_step(memo).position == cast.position("mayor")
