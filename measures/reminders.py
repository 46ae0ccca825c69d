"""Which tasks are near their deadline or past it, which requests wait for an answer, and who is told."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from measures import letters, policies
from measures.lifecycle import AT_WORK
from measures.models import DivisionTask, Extension, TaskStep
from measures.queries import about_extension, about_task, in_open_years, with_progress
from notifications.ladders import Kind
from notifications.scans import Answering, Deadline, Office, Watch
from organization.calendar import day_of
from organization.models import HEADS
from organization.seats import Seat

TASK_FIELDS = ("pk", "organization_id", "due_on", "division_id", "officer_id")
REQUEST_FIELDS = ("pk", "task", "at", "by_id", "task__organization_id", "task__division_id")


def _tasks(_today: date, until: date) -> QuerySet[DivisionTask, Any]:
    """A task that was reported finished waits for its judge, not for the division; of a closed year's no word."""
    tasks = in_open_years(DivisionTask.objects.filter(state__in=AT_WORK, due_on__lte=until))
    return tasks.order_by("organization_id", "pk").values_list(*TASK_FIELDS, named=True)


def _deadline(row: Any, _offices: Mapping[UUID, Office]) -> Deadline:
    return Deadline(row, about_task(row.pk), row.organization_id, row.due_on)


def _people(rows: list[Any], today: date) -> dict[Any, Answering]:
    """One that was handed to a colleague is his to be reminded of, and of those who have an open step of it."""
    staff = letters.people_of({row.division_id for row in rows}, today)
    sharing = _sharing({row.pk for row in rows if row.officer_id})
    alike: dict[tuple[int, int | None, frozenset[int]], Answering] = {}
    found = {}
    for row in rows:
        whose = (row.division_id, row.officer_id, frozenset(sharing.get(row.pk, ())))
        if whose not in alike:
            alike[whose] = _answering(staff.get(row.division_id, []), *whose[1:])
        found[row.pk] = alike[whose]
    return found


def _answering(staff: list[Seat], officer: int | None, sharing: Collection[int]) -> Answering:
    whose = letters.answering(staff, officer, sharing)
    return Answering([one.user.pk for one in whose], [one.user.pk for one in staff if one.role in HEADS])


def _sharing(tasks: set[UUID]) -> dict[Any, set[int]]:
    """Task -> the people who have an open step of it."""
    found: dict[Any, set[int]] = defaultdict(set)
    steps = TaskStep.objects.filter(task__any=tasks, ticked_at=None, officer__isnull=False)
    for task, person in steps.order_by().values_list("task", "officer"):
        found[task].add(person)
    return found


def _requests(_today: date, _until: date) -> QuerySet[Extension, Any]:
    rows = Extension.objects.filter(granted=None, task__state__in=AT_WORK)
    return rows.order_by("task__organization_id", "pk").values_list(*REQUEST_FIELDS, named=True)


def _answer_by(row: Any, offices: Mapping[UUID, Office]) -> Deadline | None:
    """A request is to be answered in the working days that the office gives itself; not spoken of on its first day."""
    whose, asked = row.task__organization_id, day_of(row.at)
    office = offices.get(whose)
    if office is None or asked == office.today:
        return None
    return Deadline(row, about_extension(row.pk), whose, office.days.after(asked, office.ladder.within))


def _grantors(rows: list[Any], today: date) -> dict[Any, Answering]:
    asked = [policies.Asked(row.pk, row.task__organization_id, row.task__division_id, row.by_id) for row in rows]
    return {pk: Answering([one.user.pk for one in seats]) for pk, seats in policies.grantors(asked, today).items()}


def task_facts(abouts: Collection[str]) -> dict[str, dict[str, Any]]:
    """What the reminders of these tasks state (notifications.facts)."""
    shown = with_progress(DivisionTask.objects.filter(pk__in=[_key(about) for about in abouts]))
    return {
        letters.about(task): {**letters.facts(task), "percent": task.percent}
        for task in shown.select_related("organization", "measure__row__memo__kind", "division")
    }


def extension_facts(abouts: Collection[str]) -> dict[str, dict[str, Any]]:
    """What the reminders of these requests state; `due_before` is the day that holds, `asked_for` the one wanted."""
    shown = Extension.objects.filter(pk__in=[_key(about) for about in abouts])
    tasks = (f"task__{path}" for path in letters.NEEDED)
    return {
        about_extension(one.pk): {
            **letters.facts(one.task),
            "by": letters.signed(Seat(one.position, one.by, one.acting)),
            "due_before": one.due_before.isoformat(),
            "asked_for": one.asked_for.isoformat(),
            "asked_on": day_of(one.at).isoformat(),
            "comment": one.reason,
        }
        for one in shown.select_related(*tasks, "position", "by", "acting")
    }


def _key(about: str) -> str:
    return about.partition(":")[2]


TASKS = Watch(Kind.TASK, _tasks, _deadline, _people, holds=DivisionTask)
REQUESTS = Watch(Kind.EXTENSION, _requests, _answer_by, _grantors, holds=DivisionTask, held="task")
