"""What waits reminds as well: open steps near their deadline or past it, and follow-ups that are not on their way."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from measures.closing import ends_with_a_year
from measures.models import PlanRow
from memo_flow import due, follow_ups, letters
from memo_flow.models import FollowUp, Step
from notifications import outbox
from notifications.ladders import Kind
from notifications.outbox import both
from notifications.scans import Answering, Deadline, Office, Watch
from organization.calendar import day_of
from organization.models import HEADS, Position, Role
from organization.seats import Seat, holders_of

REMINDERS = ("step_due_soon", "step_due_today", "step_overdue")
FOLLOW_UPS = ("followup_due_soon", "followup_due_today", "followup_overdue")
MONTH = timedelta(days=31)
STEP_FIELDS = (
    "pk",
    "due_on",
    "opened_at",
    "position_id",
    "memo__organization_id",
    "memo__division_id",
    "memo__kind__code",
    "memo__kind__secret",
)


def _steps(_today: date, until: date) -> QuerySet[Step, Any]:
    steps = Step.objects.filter(opened_at__isnull=False, closed_at=None, due_on__lte=until)
    return steps.order_by("memo__organization_id", "pk").values_list(*STEP_FIELDS, named=True)


def _deadline(row: Any, offices: Mapping[UUID, Office]) -> Deadline | None:
    """None on the day the step opened: the letter that it waits has just gone."""
    whose = row.memo__organization_id
    office = offices.get(whose)
    if office is None or day_of(row.opened_at) == office.today:
        return None
    return Deadline(row, letters.about_step(row), whose, row.due_on, hushed=row.memo__kind__secret)


def _people(rows: list[Any], today: date) -> dict[Any, Answering]:
    """Who may answer; and who heads the division of the position that is asked, if the memo is its own to read."""
    asked = {one.pk: one for one in Position.objects.filter(pk__in={row.position_id for row in rows})}
    divisions = {one.division_id for one in asked.values() if one.division_id}
    heads = {one.division_id: one for one in Position.objects.filter(division__in=divisions, role__in=HEADS)}
    holders = holders_of([*asked.values(), *heads.values()], today, any_kind=True)

    def at(position: Position | None, row: Any) -> list[int]:
        seats = holders.get(position.pk, []) if position else []
        return [one.user.pk for one in seats if not one.acting or one.acting.covers(row.memo__kind__code)]

    found = {}
    for row in rows:
        position = asked[row.position_id]
        head = heads.get(position.division_id) if position.division_id == row.memo__division_id else None
        found[row.pk] = Answering(at(position, row), at(head, row))
    return found


def step_facts(abouts: Collection[str]) -> dict[str, dict[str, Any]]:
    """What the reminders of these steps state (notifications.facts)."""
    shown = Step.objects.filter(pk__in=[about.partition(":")[2] for about in abouts])
    return {
        letters.about_step(step): {**letters.facts(step.memo), "action": step.action, "position": both(step.position)}
        for step in shown.select_related("memo__organization", "memo__kind", "memo__entry", "position")
    }


def _follow_ups(kind: FollowUp, today: date, until: date) -> QuerySet[PlanRow, Any]:
    """A month more than asked for: the day that a year's rules name may be settled to an earlier one."""
    rows = follow_ups.missing(kind, today, until=until + MONTH).order_by("organization_id", "pk")
    return rows.values_list("pk", "organization_id", "fiscal_year", "memo", named=True)


def _due(kind: FollowUp, row: Any, offices: Mapping[UUID, Office]) -> Deadline | None:
    office = offices.get(row.organization_id)
    if office is None:
        return None
    about = letters.about_follow_up(row.memo, kind)
    return Deadline(row, about, row.organization_id, due.settled(kind, row.fiscal_year, office.days))


def _heads_of_office(rows: list[Any], today: date) -> dict[Any, Answering]:
    offices = {row.organization_id for row in rows}
    chairs = list(Position.objects.filter(organization__in=offices, role=Role.HEAD_OF_OFFICE))
    holders = holders_of(chairs, today)
    heads = {chair.organization_id: _ids(holders.get(chair.pk, [])) for chair in chairs}
    return {row.pk: Answering(heads.get(row.organization_id, [])) for row in rows}


def _ids(seats: list[Seat]) -> list[int]:
    return [one.user.pk for one in seats]


def follow_up_facts(abouts: Collection[str]) -> dict[str, dict[str, Any]]:
    """What the letters that ask for these follow-ups state (notifications.facts)."""
    asked = {about: about.split(":")[1:] for about in abouts}
    rows = PlanRow.objects.filter(memo__in={memo for memo, _kind in asked.values()}, seq=1)
    found = {str(row.memo_id): row for row in rows.select_related("memo__organization", "memo__entry")}
    return {
        about: {
            **letters.facts(found[memo].memo),
            "final": kind == FollowUp.FINAL,
            "fiscal_year": found[memo].fiscal_year,
        }
        for about, (memo, kind) in asked.items()
        if memo in found
    }


@ends_with_a_year
def take_back_follow_ups(organization_id: UUID, year: int, at: datetime) -> None:
    """A follow-up that is not on its way when its year is closed is asked for no more. Two statements."""
    rows = PlanRow.objects.filter(organization=organization_id, fiscal_year=year, seq=1)
    # Held as a scan holds them: a letter that is being written is there to be taken back, or is not written any more.
    memos = set(rows.select_for_update(no_key=True).order_by("pk").values_list("memo", flat=True))
    outbox.void(*(letters.about_follow_up(memo, kind) for memo in memos for kind in FollowUp), at=at)


STEPS = Watch(Kind.STEP, _steps, _deadline, _people, holds=Step)
MISSING = [
    Watch(Kind.FOLLOW_UP, partial(_follow_ups, kind), partial(_due, kind), _heads_of_office, holds=PlanRow)
    for kind in FollowUp
]
