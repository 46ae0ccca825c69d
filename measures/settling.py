"""A deadline that falls on a day off: where the office's rule puts it, and why. `DivisionTask.due_on` is the result.

The day that was meant stays where it was written: the newest grant of more time, else the plan row's follow-up date.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from audit import chain
from measures import letters
from measures.lifecycle import OPEN
from measures.models import DivisionTask, Extension
from measures.queries import in_open_years
from notifications import outbox
from organization import days_off
from organization.calendar import WorkingDays, day_of, last_day
from organization.days_off import Change
from organization.models import Holiday


@dataclass(frozen=True)
class Moved:
    """A deadline that was settled: the day that was meant, and why that is a day off, in the reader's language."""

    meant: date
    why: str


def settled(task: DivisionTask, meant: date) -> date:
    """Where the office's rule puts a day; never past the task's fiscal year. One statement."""
    return _settled(WorkingDays.of(task.organization_id), meant, task.measure.row.fiscal_year)


def moved(task: DivisionTask, granted: Iterable[Extension]) -> Moved | None:
    """Why a task is due on another day than was meant; None when it is not. At most one statement."""
    grants = [one for one in granted if one.granted]
    newest = max(grants, key=lambda one: (one.answered_at, one.pk), default=None)
    meant = newest.granted_until if newest and newest.granted_until else task.measure.row.follow_up_due
    if meant == task.due_on:
        return None
    own = Holiday.objects.filter(organization=task.organization_id, date=meant).first()
    return Moved(meant, days_off.why(meant, own))


@days_off.on_change
def settle_anew(change: Change) -> None:
    """After a change of the calendar: every open task with its day still to come is due where the rule puts it now.

    Reminders of the day before are taken back, and each move is in the task's chain. The statements do not grow with
    the tasks.
    """
    today = day_of(change.at)
    tasks = []
    for task in _to_settle(change.organization.pk, today):
        meant, year = task.meant, task.year  # type: ignore[attr-defined]
        due_on = days_off.not_past(_settled(change.days, meant, year), today, change.days)
        if due_on != task.due_on:
            task.due_on = due_on
            tasks.append(task)
    if not tasks:
        return
    DivisionTask.objects.filter(pk__in=[one.pk for one in tasks]).update(
        due_on=Case(*(When(pk=one.pk, then=one.due_on) for one in tasks), default=F("due_on"))
    )
    data: dict[UUID, dict[str, Any]] = {one.pk: {"due_on": one.due_on.isoformat()} for one in tasks}
    chain.record_all(tasks, "due_moved", by=change.by, seat=change.seat, at=change.at, data=data)
    outbox.void(*(letters.about(one) for one in tasks), at=change.at, events=letters.REMINDERS)


def _to_settle(organization_id: UUID, today: date) -> QuerySet[DivisionTask]:
    """Locked, in the order all scans share; each with `meant` and `year`."""
    grants = Extension.objects.filter(task=OuterRef("pk"), granted=True).order_by("-answered_at", "-pk")
    tasks = DivisionTask.objects.select_for_update(of=("self",), no_key=True).filter(
        organization=organization_id, state__in=OPEN
    )
    return (
        in_open_years(tasks)
        .annotate(
            meant=Coalesce(Subquery(grants.values("granted_until")[:1]), F("measure__row__follow_up_due")),
            year=F("measure__row__fiscal_year"),
        )
        .filter(Q(meant__gte=today) | Q(due_on__gte=today))
        .order_by("pk")
    )


def _settled(days: WorkingDays, meant: date, year: int) -> date:
    return days.settled(meant, latest=last_day(year))
