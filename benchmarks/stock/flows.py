"""The same route as viewflow's own documentation would build it: a View and a Switch for each level.

It writes the same rows as the product (text, decision, chain, letters, papers, tasks, circulation) and keeps the same
rules (seat, text, one person one step, working days) by the product's own functions; the two differ in the engine:
tasks assigned to people, gateway nodes, the answer kept in process.data, the process row as the lock, and what
approval makes saved row by row (or, for comparing the engine alone, in bulk).
"""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.views.generic import View as Page
from viewflow import this
from viewflow.workflow import flow, lock

from benchmarks.stock.models import StockProcess
from demo import document
from measures import letters as task_letters
from measures import planning
from measures.models import DivisionTask
from memo_flow import checking, decisions, drafts, letters, manuscripts, registry
from memo_flow.models import Circulation, Decision, Memo, Revision, Step
from memo_flow.queries import newest_revision, steps_of
from notifications import outbox
from organization.calendar import WorkingDays, day_of
from organization.models import HEADS, User
from organization.seats import Seat, holder_of, seat_at


def _holder(memo: Memo, group: int) -> User:
    step = memo.kind.route.steps.select_related("position").get(group=group)
    seat = holder_of(step.position, day_of(timezone.now()))
    assert seat is not None
    return seat.user


class StockFlow(flow.Flow):  # type: ignore[misc]
    process_class = StockProcess
    lock_impl = lock.SelectForUpdateLock(nowait=False, attempts=1)
    in_bulk = False

    start = flow.StartHandle(this.begin).Next(this.secretary)
    secretary = flow.View(Page.as_view()).Assign(lambda a: _holder(_memo(a), 1)).Next(this.after_secretary)
    after_secretary = (
        flow.Switch()
        .Case(this.mayor, cond=lambda a: a.process.answer == "endorse")
        .Case(this.revise, cond=lambda a: a.process.answer == "return")
        .Default(this.end)
    )
    mayor = flow.View(Page.as_view()).Assign(lambda a: _holder(_memo(a), 2)).Next(this.after_mayor)
    after_mayor = (
        flow.Switch()
        .Case(this.spawn, cond=lambda a: a.process.answer == "approve")
        .Case(this.revise, cond=lambda a: a.process.answer == "return")
        .Default(this.end)
    )
    revise = flow.View(Page.as_view()).Assign(lambda a: _memo(a).author).Next(this.secretary)
    spawn = flow.Function(this.do_spawn).Next(this.end)
    end = flow.End()

    def begin(self, activation: Any, memo: Memo, by: User) -> Any:
        now = timezone.now()
        seat = Seat(memo.author_position, by)
        activation.process.memo = str(memo.pk)
        body = drafts.working_text(memo)
        decisions._require_complete(memo, body)
        memo.submit()
        memo.round, memo.submitted_at = 1, now
        memo.entry = registry.enter(memo, at=now)
        memo.save(update_fields=["state", "round", "submitted_at"])
        findings = checking.findings_on(memo, body, on=day_of(now)) or []
        revision = decisions._freeze(memo, body, findings, [], reason=document.REASON, by=by, seat=seat, now=now)
        drafts.Draft.objects.filter(memo=memo).delete()
        steps = decisions._copy_route(memo)
        _tell(memo, steps[0], now)
        decisions.chain.record(memo, "submitted", by=by, seat=seat, at=now, state=memo.state, digest=revision.digest)
        return activation.process

    def do_spawn(self, activation: Any) -> None:
        """Row by row, as the tutorials write it; with `in_bulk` by the product's own function."""
        memo, now = _memo(activation), timezone.now()
        decision = Decision.objects.select_related("user", "position").filter(memo=memo).latest("at")
        seat = Seat(decision.position, decision.user)
        revision = Revision.objects.get(memo=memo)
        text = revision.content
        if self.in_bulk:
            tasks = planning.spawn(memo, text, order=decision.order, by=decision.user, seat=seat, at=now)
        else:
            tasks = _spawn_one_by_one(memo, text, decision, seat, now)
        last = decisions.chain.history_of(memo)[-1]
        manuscripts.freeze(memo, revision, steps=steps_of(memo), last=last, by=decision.user, seat=seat, at=now)
        staff = task_letters.staff_of(memo.organization_id, day_of(now))
        heads = [position for position in staff if position.role in HEADS]
        told = [one for head in heads for one in staff[head]]
        drafts = [
            *task_letters.assigned(memo, tasks, staff, order=decision.order),
            *letters.circulated(memo, told, decision, seat),
        ]
        if self.in_bulk:
            Circulation.objects.bulk_create(Circulation(memo=memo, position=head, at=now) for head in heads)
            outbox.post(drafts, at=now)
            return
        for head in heads:
            Circulation.objects.create(memo=memo, position=head, at=now)
        for draft in drafts:
            outbox.post([draft], at=now)


def _spawn_one_by_one(memo: Memo, text: Any, decision: Decision, seat: Seat, now: Any) -> list[DivisionTask]:
    divisions = memo.organization.divisions_by_code
    plan = planning._Plan()
    for seq, raw in enumerate(text["plan"], 1):
        planning._lay_out(plan, memo, seq, raw, order=decision.order, divisions=divisions, at=now)
    for rows in (plan.rows, plan.measures, plan.steps, plan.tasks, plan.task_steps):
        for row in rows:
            row.save(force_insert=True)
    for task in plan.tasks:
        decisions.chain.record(task, "assigned", by=decision.user, seat=seat, at=now, state=task.state)
    return plan.tasks


def _memo(activation: Any) -> Memo:
    return Memo.objects.select_related("kind", "organization", "author_position", "entry").get(
        pk=activation.process.memo
    )


def _tell(memo: Memo, step: Step, now: Any) -> None:
    days = WorkingDays.of(memo.organization_id)
    step.opened_at, step.due_on = now, days.after(day_of(now), step.days)
    step.save(update_fields=["opened_at", "due_on"])
    outbox.post(letters.steps_opened(memo, [step], at=now), at=now)


def submit(memo_id: Any, by: User) -> Any:

    with transaction.atomic():
        memo = Memo.objects.select_related("kind", "organization", "author_position").get(pk=memo_id)
        return StockFlow.start.run(memo=memo, by=by)


def decide(process: Any, by: User, outcome: str, digest: str) -> None:
    """What a stock task view does: load the task, lock the process, check the owner and the rules, write, execute."""
    task = process.task_set.get(owner=by, finished=None)
    with task.activation() as activation:
        activation.start(None)
        now, memo = timezone.now(), _memo(activation)
        steps = list(memo.steps.select_related("position").order_by("group"))
        mine = next(s for s in steps if s.opened_at and not s.closed_at)
        seat = seat_at(by, mine.position, day_of(now), memo.kind.code)
        text = newest_revision(memo)
        assert seat is not None and text is not None and text.digest == digest
        decided = {d.user_id for d in Decision.objects.filter(memo=memo)}
        assert mine.same_person or by.pk not in decided
        decision = Decision.objects.create(
            memo=memo,
            step=mine,
            revision=text,
            outcome=outcome,
            user=by,
            position=mine.position,
            at=now,
        )
        activation.process.answer = outcome
        activation.process.save()
        mine.closed_at = now
        mine.save(update_fields=["closed_at"])
        outbox.void(letters.about_step(mine), at=now)
        if outcome == "approve":
            memo.approve()
            memo.closed_at = now
            memo.save(update_fields=["state", "closed_at"])
        else:
            _tell(memo, steps[1], now)
        outbox.post([letters.decided(memo, decision, seat)], at=now)
        decisions.chain.record(memo, outcome, by=by, seat=seat, at=now, state=memo.state, decision=decision.pk)
        activation.execute()
