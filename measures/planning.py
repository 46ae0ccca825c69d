"""From the approved text to work: plan rows, measures, steps, and one task for each measure and division."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from django.utils.translation import gettext as _

from audit import chain
from measures.models import DivisionTask, Measure, PlanRow, PlanStep, TaskStep
from organization import years
from organization.calendar import fiscal_year, last_day
from organization.models import Division, User
from organization.refusals import NotNow
from organization.seats import Seat


class ApprovedMemo(Protocol):
    """What planning knows of a memo: where it belongs."""

    pk: Any
    organization_id: Any
    organization: Any


@dataclass
class _Plan:
    rows: list[PlanRow] = field(default_factory=list)
    measures: list[Measure] = field(default_factory=list)
    steps: list[PlanStep] = field(default_factory=list)
    tasks: list[DivisionTask] = field(default_factory=list)
    task_steps: list[TaskStep] = field(default_factory=list)


def spawn(
    memo: ApprovedMemo, content: dict[str, Any], *, order: str, by: User, seat: Seat, at: datetime
) -> list[DivisionTask]:
    """Make the work that an approved text orders, within the deciding transaction.

    `content` is the approved Revision's. A task is due on its row's follow-up date, or where the office's rule puts
    that when it is a day off. Eight statements and one for the tasks' chains, whatever their number; a memo without a
    plan makes none. Raises NotNow where a division is no more or a row's year is closed. A second call meets the
    unique rows of the first and raises IntegrityError: nothing is ever spawned twice.
    """
    if not content["plan"]:
        return []
    divisions = memo.organization.divisions_by_code
    plan = _Plan()
    for seq, raw in enumerate(content["plan"], 1):
        _lay_out(plan, memo, seq, raw, order=order, divisions=divisions, at=at)
    years.hold(memo.organization_id)
    days = years.days_of_open(memo.organization_id, *(row.fiscal_year for row in plan.rows))
    for task in plan.tasks:
        row = task.measure.row
        task.due_on = days.settled(row.follow_up_due, latest=last_day(row.fiscal_year))
    PlanRow.objects.bulk_create(plan.rows)
    Measure.objects.bulk_create(plan.measures)
    PlanStep.objects.bulk_create(plan.steps)
    DivisionTask.objects.bulk_create(plan.tasks)
    TaskStep.objects.bulk_create(plan.task_steps)
    chain.begin(plan.tasks, "assigned", by=by, seat=seat, at=at, data=_facts(plan.tasks, memo.pk))
    return plan.tasks


def _lay_out(
    plan: _Plan,
    memo: ApprovedMemo,
    seq: int,
    raw: dict[str, Any],
    *,
    order: str,
    divisions: dict[str, Division],
    at: datetime,
) -> None:
    start = date.fromisoformat(raw["period_start"])
    row = PlanRow(
        organization_id=memo.organization_id,
        memo_id=memo.pk,
        seq=seq,
        fiscal_year=fiscal_year(start),
        instrument=raw["instrument"],
        indicator=raw["indicator"] or None,
        issue=raw["issue"],
        period_start=start,
        period_end=date.fromisoformat(raw["period_end"]),
        follow_up=raw["follow_up"],
        follow_up_due=date.fromisoformat(raw["follow_up_due"]),
        order=order,
    )
    steps = [PlanStep(row=row, seq=n, text=s["text"]) for n, s in enumerate(raw["steps"], 1)]
    plan.rows.append(row)
    plan.steps += steps
    for place, one in enumerate(raw["measures"], 1):
        measure = Measure(row=row, seq=place, text=one["text"])
        plan.measures.append(measure)
        for code in raw["responsible"]:
            task = DivisionTask(
                organization_id=memo.organization_id,
                measure=measure,
                division=_named(code, divisions),
                assigned_at=at,
            )
            plan.tasks.append(task)
            plan.task_steps += [
                TaskStep(task=task, step=step)
                for step, said in zip(steps, raw["steps"], strict=True)
                if place in said["measures"] and code in said["responsible"]
            ]


def _named(code: str, divisions: dict[str, Division]) -> Division:
    if code not in divisions:
        raise NotNow(
            _("The plan names a division “%(code)s” that is no more. Return the memo for changes.") % {"code": code}
        )
    return divisions[code]


def _facts(tasks: Iterable[DivisionTask], memo_id: UUID) -> dict[UUID, dict[str, Any]]:
    return {t.pk: {"memo": str(memo_id), "due_on": t.due_on.isoformat(), "state": t.state} for t in tasks}
