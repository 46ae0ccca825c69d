"""Random people doing random things: after each, state, open steps and viewflow's open tasks say the same."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from viewflow.workflow.models import Process, Task

from audit import chain
from demo import document
from measures.models import DivisionTask
from memo_flow import decisions, drafts
from memo_flow.models import Circulation, Decision, Draft, Memo, RegisterEntry, Revision, Step
from memo_flow.queries import newest_revision
from notifications.models import Letter
from organization.models import Position
from organization.refusals import NotNow, Refused, Stale
from tests.cast import Cast, at, days, short_text

REFUSALS = (Refused, NotNow, Stale, ValidationError, Memo.DoesNotExist)
NAMES = ["head_of_office", "permanent_secretary", "mayor", "deputy", "finance", "works", "office_staff", "outsider"]
#: May end with it, as far as the memo alone is concerned: state before -> states after, by act.
ARROWS = {
    "submit": {"draft": {"in_review"}, "returned": {"in_review"}},
    "decide": {"in_review": {"in_review", "approved", "rejected", "returned"}},
    "withdraw": {"in_review": {"withdrawn"}, "returned": {"withdrawn"}},
    "reassign": {"in_review": {"in_review"}},
    "revise": {"draft": {"draft"}, "returned": {"returned"}},
    "acknowledge": {"approved": {"approved"}},
}

people = st.sampled_from(NAMES)
#: Mostly those whose turn it is, so that histories come far.
deciders = st.sampled_from(["permanent_secretary", "mayor", *NAMES])
outcomes = st.sampled_from(["endorse", "approve", "endorse", "approve", "object", "reject", "return", "withdraw"])
words = st.sampled_from(["เห็นควร", "เห็นควร", "เห็นควร", "", "\x00"])


class Office(RuleBasedStateMachine):
    """Some memos of one office; the moment goes on with each act, and every act is tried by anyone."""

    memos = Bundle("memos")

    def __init__(self) -> None:
        super().__init__()
        self.history = transaction.atomic()
        self.history.__enter__()
        self.cast = Cast.assemble()
        self.moment = at()
        asked = [
            {"group": 1, "position": self._chair("finance"), "action": "endorse", "needed": 1},
            {"group": 1, "position": self._chair("works"), "action": "endorse", "needed": 1},
            {"group": 3, "position": self.cast.position("mayor"), "action": "approve", "same_person": True},
        ]
        self.kinds = [self.cast.kind, self.cast.kind_with(*asked)]
        self.came_to: dict[Any, str] = {}
        self.numbers: dict[Any, int] = {}

    def _chair(self, name: str) -> Position:
        return self.cast.people[name].appointments.get().position

    def _later(self) -> datetime:
        self.moment += days(1) / 48
        return self.moment

    def _try(self, act: str, memo: Memo, call: Callable[[], Any]) -> None:
        """Either the act is done and its arrow was open, or it is refused and nothing has changed."""
        before, count = self.came_to[memo.pk], self._rows(memo)
        try:
            call()
        except REFUSALS:
            assert (self._state(memo), self._rows(memo)) == (before, count), f"{act} was refused and yet wrote"
            return
        self.came_to[memo.pk] = self._state(memo)
        assert self.came_to[memo.pk] in ARROWS[act].get(before, set()), f"{act} led from {before}"

    def _state(self, memo: Memo) -> str:
        return Memo.objects.values_list("state", flat=True).get(pk=memo.pk)

    def _rows(self, memo: Memo) -> list[int]:
        mine = [Decision, Revision, Step, Circulation, Draft, RegisterEntry]
        return [m.objects.filter(memo=memo).count() for m in mine] + [
            Letter.objects.count(),
            len(chain.history_of(memo)),
        ]

    def _step(self, memo: Memo, open_one: bool) -> int:
        steps = Step.objects.filter(memo=memo).order_by("pk")
        waiting = steps.filter(opened_at__isnull=False, closed_at=None)
        one = (waiting if open_one else steps).first()
        return one.pk if one else 0

    @initialize(target=memos, kind=st.integers(0, 1))
    def begin(self, kind: int) -> Memo:
        return self.write(kind)

    @rule(target=memos, kind=st.integers(0, 1))
    def write(self, kind: int) -> Memo:
        memo = self.cast.written(self.cast.head_of_office, self.kinds[kind])
        self.came_to[memo.pk] = "draft"
        return memo

    @rule(memo=memos, by=st.sampled_from(["head_of_office", "head_of_office", "works"]), kept=st.booleans())
    def revise(self, memo: Memo, by: str, kept: bool) -> None:
        draft = Draft.objects.filter(memo=memo).first()
        version = draft.version if draft and kept else 0
        text = short_text() | {"closing": str(self.moment)}
        self._try(
            "revise",
            memo,
            lambda: drafts.revise(
                memo.pk, by=self.cast.people[by], subject="แก้", content=text, version=version, now=self._later()
            ),
        )

    @rule(memo=memos, by=st.sampled_from(["head_of_office", "head_of_office", "mayor", "outsider"]))
    def submit(self, memo: Memo, by: str) -> None:
        person, why = self.cast.people[by], document.REASON
        self._try("submit", memo, lambda: decisions.submit(memo.pk, by=person, reason=why, now=self._later()))

    @rule(memo=memos, by=deciders, outcome=outcomes, comment=words, newest=st.sampled_from([True, True, True, False]))
    def decide(self, memo: Memo, by: str, outcome: str, comment: str, newest: bool) -> None:
        revision = newest_revision(memo)
        digest = revision.digest if revision and newest else "an older one"
        self._try(
            "decide",
            memo,
            lambda: decisions.decide(
                memo.pk,
                by=self.cast.people[by],
                step=self._step(memo, newest),
                outcome=outcome,
                comment=comment,
                revision=digest,
                now=self._later(),
            ),
        )

    @rule(memo=memos)
    def go_on(self, memo: Memo) -> None:
        """Whose turn it is says yes, so that histories come to their end."""
        if self.came_to[memo.pk] in ("draft", "returned"):
            self.submit(memo, "head_of_office")
        elif step := Step.objects.filter(memo=memo, opened_at__isnull=False, closed_at=None).first():
            by = next(name for name in NAMES if self._chair(name) == step.position)
            self.decide(memo, by, step.action, "เห็นควร", True)

    @rule(memo=memos, by=st.sampled_from(["head_of_office", "head_of_office", "mayor"]), reason=words)
    def withdraw(self, memo: Memo, by: str, reason: str) -> None:
        self._try(
            "withdraw",
            memo,
            lambda: decisions.withdraw(memo.pk, by=self.cast.people[by], reason=reason, now=self._later()),
        )

    @rule(
        memo=memos,
        by=st.sampled_from(["head_of_office", "permanent_secretary", "works"]),
        to=people,
        open_one=st.booleans(),
    )
    def reassign(self, memo: Memo, by: str, to: str, open_one: bool) -> None:
        self._try(
            "reassign",
            memo,
            lambda: decisions.reassign(
                memo.pk,
                by=self.cast.people[by],
                step=self._step(memo, open_one),
                to=self._chair(to).pk,
                reason="ลา",
                now=self._later(),
            ),
        )

    @rule(memo=memos, by=people)
    def acknowledge(self, memo: Memo, by: str) -> None:
        self._try(
            "acknowledge", memo, lambda: decisions.acknowledge(memo.pk, by=self.cast.people[by], now=self._later())
        )

    @rule(memo=consumes(memos), by=st.sampled_from(["head_of_office", "mayor"]))
    def discard(self, memo: Memo, by: str) -> None:
        try:
            drafts.discard(memo.pk, by=self.cast.people[by], now=self._later())
        except REFUSALS:
            return
        assert self.came_to.pop(memo.pk) == "draft"

    @invariant()
    def everyone_agrees_whose_turn_it_is(self) -> None:
        for memo in Memo.objects.filter(pk__in=self.came_to):
            waiting = memo.state == "in_review"
            steps = list(Step.objects.filter(memo=memo, opened_at__isnull=False, closed_at=None))
            assert len({(s.round, s.group) for s in steps}) == waiting
            assert {s.round for s in steps} <= {memo.round}
            tasks = (
                Task.objects.filter(process=memo.process_id, finished=None) if memo.process_id else Task.objects.none()
            )
            assert {t.pk for t in tasks} == {s.task_id for s in steps}
            assert (memo.closed_at is not None) == (memo.state in ("approved", "rejected", "withdrawn"))
            assert memo.revisions.count() == memo.round
            assert (memo.state in ("draft", "returned")) >= Draft.objects.filter(memo=memo).exists()
            tasks_made = DivisionTask.objects.filter(measure__row__memo=memo).count()
            assert tasks_made == (memo.state == "approved")
        in_review = Memo.objects.filter(state="in_review")
        assert set(Process.objects.filter(finished=None)) == {m.process for m in in_review.select_related("process")}

    @invariant()
    def letters_that_it_waits_are_for_open_steps(self) -> None:
        waiting = {
            f"step:{pk}"
            for pk in Step.objects.filter(opened_at__isnull=False, closed_at=None).values_list("pk", flat=True)
        }
        asked = Letter.objects.filter(event="memo_waits", voided_at=None).values_list("about", flat=True)
        assert set(asked) == waiting

    @invariant()
    def the_register_has_no_gap(self) -> None:
        numbers = list(RegisterEntry.objects.order_by("running").values_list("running", flat=True))
        assert numbers == list(range(1, len(numbers) + 1))
        given = dict(RegisterEntry.objects.values_list("memo", "running"))
        assert given == given | self.numbers, "a number given once is never changed or given away"
        assert set(given) == set(Memo.objects.filter(round__gt=0).values_list("pk", flat=True))
        self.numbers = given
        cancelled = RegisterEntry.objects.exclude(cancelled_at=None).values_list("memo__state", flat=True)
        assert set(cancelled) <= {"withdrawn"}

    def teardown(self) -> None:
        try:
            assert list(chain.verify()) == []
        finally:
            transaction.set_rollback(True)
            self.history.__exit__(None, None, None)


@pytest.mark.django_db
def test_whatever_people_do_the_memo_its_steps_and_its_flow_agree() -> None:
    short = settings(max_examples=15, stateful_step_count=14, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Office, settings=short)
