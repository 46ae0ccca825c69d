"""Which letter each event of a task sends to whom."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from measures.models import DivisionTask, Report
from notifications.outbox import Draft, both
from organization.calendar import day_of
from organization.models import HEADS, Position, Role
from organization.seats import Seat, holders_of

STAFF = (*HEADS, Role.OFFICER)
REMINDERS = ("task_due_soon", "task_due_today", "task_overdue")


def about(task: DivisionTask) -> str:
    return f"task:{task.pk}"


def facts(task: DivisionTask) -> dict[str, Any]:
    """What every letter about a task states."""
    return {
        "task": task.measure.text,
        "division": both(task.division),
        "subject": task.measure.row.memo.subject,
        "due_on": task.due_on.isoformat(),
        "path": reverse("task", args=[task.pk]),
        "organization": both(task.organization),
    }


def staff_of(organization_id: Any, on: date) -> dict[Position, list[Seat]]:
    """Every head's and officer's position of an office, with who may act there on a day. Three statements."""
    positions = list(Position.objects.filter(organization=organization_id, role__in=STAFF))
    holders = holders_of(positions, on)
    return {position: holders.get(position.pk, []) for position in positions}


def people_of(divisions: Iterable[int], on: date) -> dict[int, list[Seat]]:
    """Division -> its head and officers (and who acts for them) on a day. Three statements."""
    positions = Position.objects.filter(division__in=set(divisions), role__in=STAFF)
    return _by_division(holders_of(positions, on).values())


def _by_division(told: Iterable[list[Seat]]) -> dict[int, list[Seat]]:
    """Each person once in each division."""
    found: dict[int, dict[int, Seat]] = defaultdict(dict)
    for seats in told:
        for seat in seats:
            if seat.division_id:
                found[seat.division_id].setdefault(seat.user.pk, seat)
    return {division: list(people.values()) for division, people in found.items()}


def assigned(memo: Any, tasks: Iterable[DivisionTask], staff: dict[Position, list[Seat]], *, order: str) -> list[Draft]:
    """One letter to each head and officer of a division, with all its new tasks."""
    by_division: dict[int, list[DivisionTask]] = defaultdict(list)
    for task in tasks:
        by_division[task.division_id].append(task)
    people = _by_division(staff.values())
    return [
        Draft(
            memo.organization_id,
            seat.user.pk,
            "tasks_assigned",
            f"memo:{memo.pk}",
            f"assigned:{memo.pk}:{division}:{seat.user.pk}",
            {
                "subject": memo.subject,
                "division": both(own[0].division),
                "order": order,
                "path": f"{reverse('board')}?division={own[0].division.code}",
                "organization": both(memo.organization),
                "tasks": [
                    {"text": t.measure.text, "due_on": t.due_on.isoformat(), "path": reverse("task", args=[t.pk])}
                    for t in own
                ],
            },
        )
        for division, own in by_division.items()
        for seat in people.get(division, [])
    ]


def judges_of(task: DivisionTask, by: int, on: date) -> list[Seat]:
    """Who accepts what `by` reported: the head of office; his own division's work and his own, the secretary."""
    positions = Position.objects.filter(
        organization=task.organization_id, role__in=[Role.HEAD_OF_OFFICE, Role.PERMANENT_SECRETARY]
    )
    seats = [seat for told in holders_of(positions, on).values() for seat in told]
    heads = [s for s in seats if s.role == Role.HEAD_OF_OFFICE]
    own = task.division_id in {s.division_id for s in heads} or by in {s.user.pk for s in heads}
    wanted = Role.PERMANENT_SECRETARY if own else Role.HEAD_OF_OFFICE
    return [s for s in seats if s.role == wanted]


def reported(task: DivisionTask, said: Report, *, at: datetime) -> list[Draft]:
    return [
        Draft(
            task.organization_id,
            seat.user.pk,
            "task_reported",
            about(task),
            f"reported:{said.pk}:{seat.user.pk}",
            {**facts(task), "percent": said.percent, "comment": said.text},
        )
        for seat in judges_of(task, said.by_id, day_of(at))
    ]


def answered(task: DivisionTask, event: str, said: Report, seat: Seat, *, at: datetime) -> list[Draft]:
    """Tell the division what was answered; the one who answered knows it."""
    told = people_of([task.division_id], day_of(at)).get(task.division_id, [])
    return [
        Draft(
            task.organization_id,
            one.user.pk,
            event,
            about(task),
            f"answered:{said.pk}:{one.user.pk}",
            {**facts(task), "by": both(seat), "comment": said.text},
        )
        for one in told
        if one.user.pk != said.by_id
    ]
