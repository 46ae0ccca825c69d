"""A decision that waits reminds as well: the open steps near their deadline or past it."""

from datetime import date, datetime
from typing import Any

from memo_flow import letters
from memo_flow.models import Step
from notifications import scans
from notifications.outbox import both
from notifications.scans import Deadline
from organization.calendar import day_of
from organization.models import Position
from organization.seats import Seat, holders_of

REMINDERS = ("step_due_soon", "step_due_today", "step_overdue")


def scan(now: datetime) -> tuple[int, int]:
    """Write the letters due at this moment: (created, skipped because written before)."""
    today = day_of(now)
    steps = Step.objects.filter(opened_at__isnull=False, closed_at=None, due_on__lte=today + scans.REACH)
    rows = steps.order_by("memo__organization_id", "pk").values_list(
        *(
            "pk",
            "due_on",
            "opened_at",
            "position_id",
            "memo__organization_id",
            "memo__kind__code",
            "memo__kind__secret",
        ),
        named=True,
    )

    def deadline(row: Any) -> Deadline | None:
        """None on the day the step opened: the letter that it waits has just gone."""
        if day_of(row.opened_at) == today:
            return None
        whose, secret = row.memo__organization_id, row.memo__kind__secret
        return Deadline(row, letters.about_step(row), whose, row.due_on, hushed=secret)

    return scans.remind(rows, kind="step", deadline=deadline, people=_people, facts=_facts, now=now)


def _people(rows: list[Any], today: date) -> dict[Any, list[Seat]]:
    positions = Position.objects.filter(pk__in={row.position_id for row in rows})
    holders = holders_of(positions, today, any_kind=True)
    return {
        row.pk: [
            seat
            for seat in holders.get(row.position_id, [])
            if not seat.acting or seat.acting.covers(row.memo__kind__code)
        ]
        for row in rows
    }


def _facts(steps: set[Any]) -> dict[Any, dict[str, Any]]:
    shown = Step.objects.filter(pk__in=steps)
    return {
        step.pk: {**letters.facts(step.memo), "action": step.action, "position": both(step.position)}
        for step in shown.select_related("memo__organization", "memo__kind", "memo__entry", "position")
    }
