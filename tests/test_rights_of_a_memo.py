"""Who may see and do what to a memo in each state: the matrix of docs/ARCHITECTURE.md, walked by both its faces."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from demo import document
from memo_flow import decisions, drafts, follow_ups, manuscripts, policies
from memo_flow.models import Memo, Step
from memo_flow.queries import steps_of, visible_to
from organization.appointments import act_for, appoint
from organization.models import ActingKind, User
from organization.refusals import NotNow, Refused
from tests.cast import DAY, Cast, at, digest, fresh, open_step

pytestmark = pytest.mark.django_db

#: The columns. The memo is office_staff's, of the office of the permanent secretary; its plan is finance's work.
PEOPLE = (
    "office_staff",  # the author
    "colleague",  # sits in the author's position as well
    "head_of_office",  # heads the author's division
    "permanent_secretary",  # endorses
    "mayor",  # approves
    "deputy",  # acts for the mayor this week
    "finance",  # heads the division with the task
    "works",  # heads a division without one
    "mechanic",  # officer of that division
    "inspector",  # auditor
    "outsider",  # of another organization
)
#: + may · 3 visible, not theirs (403) · 9 theirs or seen, not now (409) · 0 there is no such memo (404)
NOBODY_SEES_YET = {
    "see": "++++++" + "000" + "+0",
    "acknowledge": "333333" + "000" + "30",
    "draw_up": "339933" + "000" + "30",
    "follow_up": "339333" + "000" + "30",
}
MATRIX = {
    "draft": {
        **NOBODY_SEES_YET,
        "edit": "++3333" + "000" + "30",
        "submit": "++3333" + "000" + "30",
        "withdraw": "993333" + "000" + "30",
        "decide": "999999" + "000" + "90",
        "reassign": "339933" + "000" + "30",
    },
    "submitted": {
        **NOBODY_SEES_YET,
        "edit": "993333" + "000" + "30",
        "submit": "993333" + "000" + "30",
        "withdraw": "++3333" + "000" + "30",
        "decide": "333+33" + "000" + "30",
        "reassign": "33++33" + "000" + "30",
    },
    "endorsed": {
        **NOBODY_SEES_YET,
        "edit": "993333" + "000" + "30",
        "submit": "993333" + "000" + "30",
        "withdraw": "++3333" + "000" + "30",
        "decide": "3333++" + "000" + "30",
        "reassign": "33++33" + "000" + "30",
    },
    "returned": {
        **NOBODY_SEES_YET,
        "edit": "++3333" + "000" + "30",
        "submit": "++3333" + "000" + "30",
        "withdraw": "++3333" + "000" + "30",
        "decide": "999999" + "000" + "90",
        "reassign": "339933" + "000" + "30",
    },
    "approved": {
        "see": "++++++" + "+++" + "+0",
        "edit": "993333" + "333" + "30",
        "submit": "993333" + "333" + "30",
        "withdraw": "993333" + "333" + "30",
        "decide": "999999" + "999" + "90",
        "reassign": "339933" + "333" + "30",
        "acknowledge": "33+333" + "++3" + "30",
        "draw_up": "33++33" + "333" + "30",
        "follow_up": "33+333" + "333" + "30",
    },
    "rejected": {
        **NOBODY_SEES_YET,
        "edit": "993333" + "000" + "30",
        "submit": "993333" + "000" + "30",
        "withdraw": "993333" + "000" + "30",
        "decide": "999999" + "000" + "90",
        "reassign": "339933" + "000" + "30",
    },
}
MATRIX["withdrawn"] = MATRIX["rejected"]

VERDICTS: dict[type[Exception], str] = {Refused: "3", NotNow: "9", Memo.DoesNotExist: "0"}


def brought_to(cast: Cast, state: str) -> Memo:
    memo = cast.written(cast.office_staff)
    if state == "draft":
        return memo
    decisions.submit(memo.pk, by=cast.office_staff, reason=document.REASON, now=at(hour=10))
    if state in ("endorsed", "approved", "rejected"):
        cast.answer(memo, cast.permanent_secretary, "endorse", now=at(hour=11))
    if state == "approved":
        cast.answer(memo, cast.mayor, "approve")
    elif state == "rejected":
        cast.answer(memo, cast.mayor, "reject", "ไม่อนุมัติ")
    elif state == "returned":
        cast.answer(memo, cast.permanent_secretary, "return", "แก้")
    elif state == "withdrawn":
        decisions.withdraw(memo.pk, by=cast.office_staff, reason="ถอน", now=at(hour=11))
    return fresh(memo)


def step_in_question(memo: Memo) -> Step | None:
    """The open step, or the last one of a memo that waits for nobody."""
    steps = list(steps_of(memo))
    return next((s for s in steps if s.is_open), steps[-1] if steps else None)


def acts(cast: Cast, memo: Memo) -> dict[str, Callable[[User], Any]]:
    """Each verb done properly: nothing but the right to do it may be in the way."""
    step, now = step_in_question(memo), at(hour=15)
    spare = cast.position("deputy_mayor")
    draft = drafts.Draft.objects.filter(memo=memo).first()
    text = drafts.working_text(memo)
    outcome = {"endorse": "endorse", "approve": "approve"}[step.action] if step else "endorse"
    pk = step.pk if step else 0
    return {
        "edit": lambda by: drafts.revise(
            memo.pk, by=by, subject="แก้", content=text, version=draft.version if draft else 0, now=now
        ),
        "submit": lambda by: decisions.submit(memo.pk, by=by, reason=document.REASON, now=now),
        "withdraw": lambda by: decisions.withdraw(memo.pk, by=by, reason="ถอน", now=now),
        "decide": lambda by: decisions.decide(
            memo.pk, by=by, step=pk, outcome=outcome, revision=digest(memo) if memo.round else "", now=now
        ),
        "reassign": lambda by: decisions.reassign(memo.pk, by=by, step=pk, to=spare.pk, reason="ลา", now=now),
        "acknowledge": lambda by: decisions.acknowledge(memo.pk, by=by, now=now),
        "draw_up": lambda by: manuscripts.draw_up(memo.pk, form="notice", by=by, now=now),
        "follow_up": lambda by: follow_ups.draw_up(memo.pk, kind="interim", by=by, now=now),
    }


def verdict(act: Callable[[], Any]) -> str:
    """What comes of it, in the matrix's signs; whatever it wrote is taken back."""
    try:
        with transaction.atomic():
            act()
            transaction.set_rollback(True)
    except tuple(VERDICTS) as refusal:
        return VERDICTS[type(refusal)]
    return "+"


@pytest.fixture
def office(cast: Cast) -> Iterator[Cast]:
    """The cast, with an officer beside the author, an officer of another division, and an auditor."""
    cast.hire("colleague", "officer", "op")
    cast.hire("mechanic", "officer", "eng")
    cast.hire("inspector", "auditor")
    yield cast


@pytest.mark.parametrize("state", MATRIX)
def test_each_person_may_do_what_the_matrix_says_and_no_more(office: Cast, state: str) -> None:
    memo = brought_to(office, state)
    step, said, done = step_in_question(memo), {}, {}
    people = [office.people[name] for name in PEOPLE]
    said["see"] = done["see"] = "".join("+" if visible_to(p, DAY).filter(pk=memo.pk).exists() else "0" for p in people)
    for verb, act in acts(office, memo).items():
        done[verb] = "".join(verdict(lambda: act(person)) for person in people)  # noqa: B023
        said[verb] = "".join(verdict(lambda: policies.require(p, verb, memo, on=DAY, step=step)) for p in people)  # noqa: B023
        buttons = "".join("+" if policies.why_not(p, verb, memo, DAY, step=step) is None else "-" for p in people)
        assert buttons == "".join("+" if sign == "+" else "-" for sign in MATRIX[state][verb]), verb
    assert done == MATRIX[state]
    assert said == MATRIX[state]


# --- what is seen ------------------------------------------------------------------------------------------------


def seen_by(memo: Memo, *people: User) -> list[str]:
    return [p.username for p in people if visible_to(p, DAY).filter(pk=memo.pk).exists()]


def route(cast: Cast) -> list[dict[str, Any]]:
    return [
        {"group": 1, "position": cast.position("permanent_secretary"), "action": "endorse"},
        {"group": 2, "position": cast.position("mayor"), "action": "approve"},
    ]


def test_a_secret_kind_is_for_its_author_and_its_route_alone(office: Cast) -> None:
    kind = office.kind_with(route(office)[1], secret=True)
    memo = office.sent(office.office_staff, kind)
    everyone = [office.people[name] for name in PEOPLE]
    expected = ["office_staff", "colleague", "mayor", "deputy"]
    assert seen_by(memo, *everyone) == expected
    office.answer(memo, office.mayor, "approve")
    assert seen_by(memo, *everyone) == expected


def test_who_does_not_see_a_secret_memo_does_not_pass_its_steps_on(office: Cast) -> None:
    memo = office.sent(office.office_staff, office.kind_with(route(office)[1], secret=True))
    spare = office.works.appointments.get().position
    with pytest.raises(Memo.DoesNotExist):
        decisions.reassign(
            memo.pk, by=office.head_of_office, step=open_step(memo).pk, to=spare.pk, reason="ลา", now=at(hour=12)
        )


def test_who_may_pass_a_step_on_sees_the_memo(office: Cast) -> None:
    """The head of office is told of a vacant seat and passes steps on, whichever division the memo comes from."""
    memo = office.sent(office.finance)
    assert policies.why_not(office.head_of_office, "reassign", memo, DAY) is None
    assert seen_by(memo, office.head_of_office) == ["head_of_office"]


def test_an_officer_sees_a_colleagues_memo_only_in_the_same_chair(office: Cast) -> None:
    memo = office.draft()  # the head of office's
    assert seen_by(memo, office.office_staff, office.mechanic) == []


def test_the_deputy_sees_and_decides_only_in_the_stated_week(office: Cast) -> None:
    memo = brought_to(office, "endorsed")
    assert [visible_to(office.deputy, date(2021, 9, day)).filter(pk=memo.pk).exists() for day in (12, 13, 19, 20)] == [
        False,
        True,
        True,
        False,
    ]


def test_an_auditor_reads_everything_that_is_not_secret_and_touches_nothing(office: Cast) -> None:
    memos = [brought_to(office, state) for state in ("draft", "submitted", "approved")]
    for memo in memos:
        assert seen_by(memo, office.inspector) == ["inspector"]
        step = step_in_question(memo)
        for verb in (
            "edit",
            "submit",
            "withdraw",
            "discard",
            "decide",
            "reassign",
            "acknowledge",
            "draw_up",
            "follow_up",
        ):
            assert policies.why_not(office.inspector, verb, memo, DAY, step=step)


def delegate(office: Cast, *kinds: str) -> None:
    act_for(
        office.position("mayor"),
        office.works,
        starts_on=DAY,
        ends_on=DAY,
        order_number="310/2564",
        kind=ActingKind.ON_BEHALF,
        memo_kinds=kinds,
    )


def test_a_delegation_decides_on_its_kinds(office: Cast) -> None:
    delegate(office, office.plain.code)
    memo = brought_to(office, "endorsed")
    decision = office.answer(memo, office.works, "approve")
    assert decision.acting is not None and decision.acting.kind == ActingKind.ON_BEHALF
    assert fresh(memo).state == "approved"


def test_a_delegation_does_not_decide_on_other_kinds(office: Cast) -> None:
    delegate(office, "request")
    memo = brought_to(office, "endorsed")
    with pytest.raises((Refused, Memo.DoesNotExist)):
        office.answer(memo, office.works, "approve")


def test_a_delegation_does_not_show_memos_of_other_kinds(office: Cast) -> None:
    delegate(office, "request")
    secret = office.sent(office.office_staff, office.kind_with(route(office)[1], code="secret", secret=True))
    covered = office.sent(office.office_staff, office.kind_with(*route(office), code="request"))
    assert seen_by(covered, office.works) == ["works"]
    assert seen_by(brought_to(office, "endorsed"), office.works) == []
    assert seen_by(secret, office.works) == []


def test_a_foreign_seat_is_not_given(office: Cast) -> None:
    with pytest.raises(ValidationError):
        appoint(office.outsider, office.position("mayor"), starts_on=date(2021, 10, 1))
    with pytest.raises(ValidationError):
        act_for(office.position("mayor"), office.outsider, starts_on=date(2021, 10, 1), order_number="1/2564")


def test_a_forged_id_is_no_memo(office: Cast) -> None:
    task_like = office.office.pk  # some UUID that is no memo's
    with pytest.raises(Memo.DoesNotExist):
        decisions.withdraw(task_like, by=office.head_of_office, reason="ถอน", now=at(hour=12))
