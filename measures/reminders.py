"""Which tasks are near their deadline or past it, and who is told."""

from collections import defaultdict
from datetime import date, datetime
from typing import Any

from measures import letters
from measures.lifecycle import AT_WORK
from measures.models import DivisionTask, TaskStep
from measures.queries import in_open_years, with_progress
from notifications import scans
from notifications.scans import Deadline
from organization.calendar import day_of
from organization.seats import Seat


def scan(now: datetime) -> tuple[int, int]:
    """Write the letters due at this moment: (created, skipped because written before).

    A task that was reported finished waits for its judge, not for the division: no reminder. One that was handed to a
    colleague is his to be reminded of, and his head's from the due date on. A closed year's task is not spoken of.
    """
    tasks = DivisionTask.objects.filter(state__in=AT_WORK, due_on__lte=day_of(now) + scans.REACH)
    rows = (
        in_open_years(tasks)
        .order_by("organization_id", "pk")
        .values_list("pk", "organization_id", "due_on", "division_id", "officer_id", named=True)
    )
    return scans.remind(rows, kind="task", deadline=_deadline, people=_people, facts=_facts, now=now)


def _deadline(row: Any) -> Deadline:
    return Deadline(row, letters.about(row), row.organization_id, row.due_on)


def _people(rows: list[Any], today: date) -> dict[Any, list[Seat]]:
    staff = letters.people_of({row.division_id for row in rows}, today)
    sharing = _sharing([row.pk for row in rows if row.officer_id])
    return {
        row.pk: letters.reminded(
            staff.get(row.division_id, []), row.officer_id, sharing.get(row.pk, ()), late=today >= row.due_on
        )
        for row in rows
    }


def _sharing(tasks: list[Any]) -> dict[Any, set[int]]:
    """Task -> the people who have an open step of it."""
    found: dict[Any, set[int]] = defaultdict(set)
    steps = TaskStep.objects.filter(task__in=tasks, ticked_at=None, officer__isnull=False)
    for task, person in steps.order_by().values_list("task", "officer"):
        found[task].add(person)
    return found


def _facts(tasks: set[Any]) -> dict[Any, dict[str, Any]]:
    shown = with_progress(DivisionTask.objects.filter(pk__in=tasks))
    return {
        task.pk: {**letters.facts(task), "percent": task.percent}
        for task in shown.select_related("organization", "measure__row__memo__kind", "division")
    }
