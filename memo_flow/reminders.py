"""What waits reminds as well: open steps near their deadline or past it, and follow-ups that are not on their way."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from measures.closing import ends_with_a_year
from measures.models import PlanRow
from memo_flow import due, follow_ups, letters
from memo_flow.models import FollowUp, Step
from notifications import outbox, scans
from notifications.outbox import both
from notifications.scans import Deadline
from organization.calendar import day_of
from organization.models import Position, Role
from organization.seats import Seat, holders_of

REMINDERS = ("step_due_soon", "step_due_today", "step_overdue")
FOLLOW_UPS = ("followup_due_soon", "followup_due_today", "followup_overdue")


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


def scan_follow_ups(now: datetime) -> tuple[int, int]:
    """Ask the head of office for the follow-ups that are not on their way: (created, skipped)."""
    counts = [_scan_follow_ups(kind, now) for kind in FollowUp]
    return sum(created for created, _skipped in counts), sum(skipped for _created, skipped in counts)


def _scan_follow_ups(kind: FollowUp, now: datetime) -> tuple[int, int]:
    rows = follow_ups.missing(kind, day_of(now)).order_by("organization_id", "pk")

    def deadline(row: Any) -> Deadline:
        about = letters.about_follow_up(row.memo, kind)
        return Deadline(row, about, row.organization_id, due.of(kind, row.fiscal_year))

    def facts(pks: set[Any]) -> dict[Any, dict[str, Any]]:
        shown = PlanRow.objects.filter(pk__in=pks).select_related("memo__organization", "memo__entry")
        said = {"final": kind == FollowUp.FINAL}
        return {row.pk: {**letters.facts(row.memo), **said, "fiscal_year": row.fiscal_year} for row in shown}

    light = rows.values_list("pk", "organization_id", "fiscal_year", "memo", named=True)
    return scans.remind(light, kind="followup", deadline=deadline, people=_heads_of_office, facts=facts, now=now)


def _heads_of_office(rows: list[Any], today: date) -> dict[Any, list[Seat]]:
    offices = {row.organization_id for row in rows}
    chairs = list(Position.objects.filter(organization__in=offices, role=Role.HEAD_OF_OFFICE))
    holders = holders_of(chairs, today)
    heads = {chair.organization_id: holders.get(chair.pk, []) for chair in chairs}
    return {row.pk: heads.get(row.organization_id, []) for row in rows}


@ends_with_a_year
def take_back_follow_ups(organization_id: UUID, year: int, at: datetime) -> None:
    """A follow-up that is not on its way when its year is closed is asked for no more. Two statements."""
    rows = PlanRow.objects.filter(organization=organization_id, fiscal_year=year, seq=1)
    # Held as a scan holds them: a letter that is being written is there to be taken back, or is not written any more.
    memos = set(rows.select_for_update(no_key=True).order_by("pk").values_list("memo", flat=True))
    outbox.void(*(letters.about_follow_up(memo, kind) for memo in memos for kind in FollowUp), at=at)
