"""The periodic look at every deadline. Rooms above register how their own things are scanned.

Nearly everything a scan finds was told before. So the keys of the letters come first, from rows of a few columns;
the whole things are fetched, and a lock is taken, only where a key is missing.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet

from notifications import outbox, policy
from notifications.outbox import Draft
from organization.calendar import WorkingDays, day_of
from organization.seats import Seat, overseers

#: Rows looked at, and their letters committed, in one go: what a kill can lose.
CHUNK = 1000
#: Calendar days that surely hold the 14 working days of the first reminder, long holidays included.
REACH = timedelta(days=45)

Scan = Callable[[datetime], tuple[int, int]]
_SCANS: dict[str, Scan] = {}


@dataclass(frozen=True)
class Deadline:
    """When the thing of a `row` is due. `about` names it in letters; where `hushed`, those above are never told."""

    row: Any
    about: str
    organization_id: UUID
    due_on: date
    hushed: bool = False


@dataclass(frozen=True)
class Reminder:
    """A letter that is due: which deadline, at which stage, to whom; `escalated` to someone above."""

    deadline: Deadline
    stage: policy.Stage
    person: int
    escalated: bool

    @property
    def row(self) -> Any:
        return self.deadline.row

    @property
    def key(self) -> str:
        about, due_on = self.deadline.about, self.deadline.due_on
        return f"remind:{about}:{self.stage.offset}:{due_on}:{self.person}"

    def draft(self, kind: str, facts: Mapping[str, Any]) -> Draft:
        """The letter, with what every reminder states: the deadline and how far away it is."""
        said = {
            "due_on": self.deadline.due_on.isoformat(),
            "working_days": self.stage.working_days,
            "days_late": self.stage.days_late,
            "escalated": self.escalated,
        }
        whose, event = self.deadline.organization_id, f"{kind}_{self.stage.kind}"
        return Draft(whose, self.person, event, self.deadline.about, self.key, {**facts, **said})


def register(kind: str, scan: Scan) -> None:
    """`scan(now)` writes the letters of one kind of thing and returns (created, skipped)."""
    _SCANS[kind] = scan


def run(*, now: datetime) -> dict[str, dict[str, int]]:
    """Scan every kind for this moment: {kind: {created, skipped}}. Running it again creates nothing.

    Committed chunk by chunk, so a run that was cut off is finished by the next one.
    """
    result = {}
    for kind, scan in _SCANS.items():
        created, skipped = scan(now)
        result[kind] = {"created": created, "skipped": skipped}
    return result


def remind(
    rows: QuerySet[Any, Any],
    *,
    kind: str,
    deadline: Callable[[Any], Deadline | None],
    people: Callable[[list[Any], date], Mapping[Any, list[Seat]]],
    facts: Callable[[set[Any]], Mapping[Any, Mapping[str, Any]]],
    now: datetime,
) -> tuple[int, int]:
    """Write the letters of these rows that are due and missing: (created, skipped because written before).

    `rows` are light, have a `pk` and an order that all scans share, so that two at once never wait for each other in
    a circle. `people(rows, day)` says who answers for each pk, `facts(pks)` what the letters about each will state.
    The letters' events are `kind` with the stage's own word. The statements of a chunk do not grow with its rows.
    """
    today = day_of(now)
    created = skipped = 0
    for some in _chunks(rows):
        due = _due([found for found in map(deadline, some) if found], people, today)
        known = outbox.known(one.key for one in due)
        missing = [one for one in due if one.key not in known]
        skipped += len(due) - len(missing)
        if not missing:
            continue
        stated = facts({one.row.pk for one in missing})
        with transaction.atomic():
            locked = rows.model._default_manager.select_for_update(no_key=True).filter(pk__in=stated).order_by("pk")
            list(locked.values_list("pk"))  # the rows of one order, so that two scans never wait in a circle
            still = set(map(deadline, rows.filter(pk__in=stated)))  # an act may have ended the reason meanwhile
            drafts = [one.draft(kind, stated[one.row.pk]) for one in missing if one.deadline in still]
            new = outbox.post_counted(drafts, at=now)
        created += new
        skipped += len(drafts) - new
    return created, skipped


def _due(
    deadlines: list[Deadline], people: Callable[[list[Any], date], Mapping[Any, list[Seat]]], today: date
) -> list[Reminder]:
    """Each person once for each deadline; who answers for it himself is not also told as one above."""
    days = WorkingDays.of_all({one.organization_id for one in deadlines})
    places = {(one.organization_id, one.due_on) for one in deadlines}
    stages = {(office, due_on): policy.stage(due_on, today, days[office]) for office, due_on in places}
    near = [(one, stage) for one in deadlines if (stage := stages[one.organization_id, one.due_on])]
    answering = people([one.row for one, _stage in near], today)
    above = overseers({one.organization_id for one, stage in near if stage.escalates and not one.hushed}, today)
    due = []
    for one, stage in near:
        told = {seat.user.pk: False for seat in answering.get(one.row.pk, [])}
        if stage.escalates and not one.hushed:
            told = {seat.user.pk: True for seat in above.get(one.organization_id, [])} | told
        due += [Reminder(one, stage, person, escalated) for person, escalated in told.items()]
    return due


def _chunks(rows: QuerySet[Any, Any]) -> Iterator[list[Any]]:
    """The rows in lists, streamed; SQLite's are read at once, as it refuses to write beside a read begun earlier."""
    stream = iter(rows.all()) if connection.vendor == "sqlite" else rows.iterator(chunk_size=CHUNK)
    while some := list(islice(stream, CHUNK)):
        yield some
