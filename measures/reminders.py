"""Which tasks are near their deadline or past it, and who is told."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from typing import TypeVar
from uuid import UUID

from measures import letters
from measures.lifecycle import OPEN
from measures.models import DivisionTask
from measures.queries import with_progress
from notifications import outbox, policy
from notifications.outbox import Draft
from organization.calendar import WorkingDays, day_of
from organization.models import Position, Role
from organization.seats import Seat, holders_of

T = TypeVar("T")
CHUNK = 1000
#: Calendar days that surely hold the 14 working days of the first reminder, long holidays included.
REACH = timedelta(days=45)


def scan(now: datetime) -> tuple[int, int]:
    """Write the letters due at this moment: (created, skipped because written before).

    A task that was reported finished waits for its judge, not for the division: no reminder.
    """
    today = day_of(now)
    tasks = with_progress(DivisionTask.objects.filter(state__in=OPEN[:2], due_on__lte=today + REACH))
    rows = tasks.select_related("organization", "measure__row__memo", "division").order_by("organization_id", "pk")
    created = wanted = 0
    for some in chunks(rows.iterator(chunk_size=CHUNK), CHUNK):
        drafts = list(_drafts(some, today))
        wanted += len(drafts)
        created += outbox.post_counted(drafts, at=now)
    return created, wanted - created


def _drafts(tasks: list[DivisionTask], today: date) -> Iterator[Draft]:
    days = WorkingDays.of_all({t.organization_id for t in tasks})
    stages = {t.pk: policy.stage(t.due_on, today, days[t.organization_id]) for t in tasks}
    near = [t for t in tasks if stages[t.pk]]
    people = letters.people_of({t.division_id for t in near}, today)
    above = overseers({t.organization_id for t in near if stages[t.pk].escalates}, today)  # type: ignore[union-attr]
    for task in near:
        stage = stages[task.pk]
        assert stage is not None
        told = {seat.user.pk: False for seat in people.get(task.division_id, [])}
        if stage.escalates:
            told = {seat.user.pk: True for seat in above.get(task.organization_id, [])} | told
        for person, escalated in told.items():
            yield Draft(
                task.organization_id,
                person,
                f"task_{stage.kind}",
                letters.about(task),
                f"remind:task:{task.pk}:{stage.offset}:{task.due_on}:{person}",
                {
                    **letters.facts(task),
                    "working_days": stage.working_days,
                    "days_late": stage.days_late,
                    "percent": task.percent,  # type: ignore[attr-defined]
                    "escalated": escalated,
                },
            )


def overseers(organizations: Iterable[UUID], today: date) -> dict[UUID, list[Seat]]:
    """Organization -> its head of office and permanent secretary today."""
    ids = list(organizations)
    if not ids:
        return {}
    positions = Position.objects.filter(organization__in=ids, role__in=[Role.HEAD_OF_OFFICE, Role.PERMANENT_SECRETARY])
    found: dict[UUID, list[Seat]] = {}
    for told in holders_of(positions, today).values():
        for seat in told:
            found.setdefault(seat.position.organization_id, []).append(seat)
    return found


def chunks(rows: Iterator[T], size: int) -> Iterator[list[T]]:
    while some := list(islice(rows, size)):
        yield some
