"""The periodic look at every deadline. Rooms above register how their own things are found, and who answers for them.

Nearly everything a scan finds was told before. So the keys of the letters come first, from rows of a few columns; a
lock is taken only where a key is missing. A letter freezes its deadline alone (notifications/facts.py).

Written are the letters of the offices that are at work at this moment. At other times nothing is lost: a stage of the
ladder holds until the next one begins, so the next working morning tells the nearest stage, once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, ItemsView, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, models, transaction
from django.db.models import QuerySet
from django.utils import timezone

from notifications import ladders, outbox, ruling
from notifications.ladders import Kind, Ladder, Who
from notifications.models import ScanRun
from notifications.outbox import Draft
from organization.calendar import WorkingDays, day_of
from organization.models import Organization, Role
from organization.seats import overseers

#: Rows looked at, and their letters committed, in one go: what a kill can lose.
CHUNK = 1000
#: For so long the runs are kept.
KEPT = timedelta(days=400)
ABOVE: dict[str, Who] = {
    Role.HEAD_OF_OFFICE: Who.HEAD_OF_OFFICE,
    Role.PERMANENT_SECRETARY: Who.PERMANENT_SECRETARY,
}
#: The words of the events of a kind.
WORDS = ("due_soon", "due_today", "overdue")


class Deadline(NamedTuple):
    """When the thing of a `row` is due. `about` names it in letters; where `hushed`, only who answers is told."""

    row: Any
    about: str
    organization_id: UUID
    due_on: date
    hushed: bool = False


class Answering(NamedTuple):
    """Who answers for a thing on a day, and who heads the division it lies in; people by their ids."""

    responsible: Collection[int]
    heads: Collection[int] = ()


NOBODY = Answering(())


class Near(NamedTuple):
    """What is said of a deadline on a day: at which stage, by which word, and what the letter freezes.

    `token` names stage and due date in the key. `stated` has two forms: for who answers, and for who is told as one
    above (`escalated`). `goes_up`: is anybody above told?
    """

    token: str
    to: tuple[Who, ...]
    word: str
    stated: tuple[dict[str, Any], dict[str, Any]]
    goes_up: bool


@dataclass(eq=False)
class Office:
    """By which ladder and calendar an office is reminded of one kind of thing today. Offices alike share one."""

    ladder: Ladder
    days: WorkingDays
    today: date
    _near: dict[date, Near | None] = field(default_factory=dict)

    def near(self, due_on: date) -> Near | None:
        """None while the deadline is too far away to speak of."""
        if due_on not in self._near:
            self._near[due_on] = self._look(due_on)
        return self._near[due_on]

    def _look(self, due_on: date) -> Near | None:
        stage = ladders.stage(due_on, self.today, self.ladder, self.days)
        if stage is None:
            return None
        said = {
            "due_on": due_on.isoformat(),
            "working_days": self.days.until(self.today, due_on),
            "days_late": max(0, (self.today - due_on).days),
        }
        stated = ({**said, "escalated": False}, {**said, "escalated": True})
        token, word = f"{stage.token}:{due_on}", ladders.event(stage, self.today)
        return Near(token, stage.to, word, stated, not {*stage.to}.isdisjoint(ABOVE.values()))


@dataclass(frozen=True)
class Watch:
    """How the deadlines of one kind of thing are found.

    `rows(today, until)`: light rows (values_list) with a `pk`, in an order that all scans share, of what waits and is
    due by `until`; of what has no date of its own, all. `deadline(row, offices)`: None for what is not spoken of
    today. `people(rows, today)`: who answers, for each pk. The acts on a thing hold the row of `holds` whose key the
    light row has as `held`.
    """

    kind: Kind
    rows: Callable[[date, date], QuerySet[Any, Any]]
    deadline: Callable[[Any, Mapping[UUID, Office]], Deadline | None]
    people: Callable[[list[Any], date], Mapping[Any, Answering]]
    holds: type[models.Model]
    held: str = "pk"

    @property
    def events(self) -> list[str]:
        return [f"{self.kind}_{word}" for word in WORDS]


#: A letter that is due: of which deadline, what is said, to whom, and whether that is someone above.
Reminder = tuple[Deadline, Near, int, bool]

_WATCHES: dict[str, tuple[Watch, ...]] = {}


def register(name: str, *watches: Watch) -> None:
    """Make a kind of thing known to the scans; called when a room is ready. `name` is what it is counted under."""
    _WATCHES[name] = watches


def run(*, now: datetime) -> dict[str, dict[str, int]]:
    """Scan every kind for this moment: {name: {created, skipped}}. Running it again creates nothing.

    Committed chunk by chunk: a run that was cut off stays unfinished, and the next one writes what it did not.
    """
    this = ScanRun.objects.create(at=now, started_at=timezone.now())
    days = _at_work(now)
    counts = {name: _counted(*_scan(name, days, now)) for name in _WATCHES}
    ScanRun.objects.filter(pk=this.pk).update(finished_at=timezone.now(), counts=counts)
    ScanRun.objects.filter(at__lt=now - KEPT).delete()
    return counts


def scan(name: str, *, now: datetime) -> tuple[int, int]:
    """One kind by itself, and no run of it is kept: (created, skipped because written before)."""
    return _scan(name, _at_work(now), now)


def last_finished() -> ScanRun | None:
    """The newest look at all deadlines that came to its end. One statement."""
    return ScanRun.objects.filter(finished_at__isnull=False).order_by("-at").first()


def told_at(kind: Kind, organization_id: UUID, due_on: date, *, now: datetime) -> tuple[Who, ...]:
    """Whom the ladder of an office tells of a deadline by now; nobody while it is far away. Two statements."""
    ladder = ruling.in_force(organization_id, kind, now)
    stage = ladders.stage(due_on, day_of(now), ladder, WorkingDays.of(organization_id))
    return stage.to if stage else ()


def _counted(created: int, skipped: int) -> dict[str, int]:
    return {"created": created, "skipped": skipped}


def _at_work(now: datetime) -> dict[UUID, WorkingDays]:
    """The offices that are at work at this moment. One statement, however many there are."""
    days = WorkingDays.of_all(Organization.objects.values_list("pk", flat=True))
    return {pk: one for pk, one in days.items() if one.is_at_work(now)}


def _scan(name: str, days: Mapping[UUID, WorkingDays], now: datetime) -> tuple[int, int]:
    counts = [_watch(one, days, now) for one in _WATCHES[name]] if days else []
    return sum(created for created, _skipped in counts), sum(skipped for _created, skipped in counts)


def _watch(watch: Watch, days: Mapping[UUID, WorkingDays], now: datetime) -> tuple[int, int]:
    """The statements of a chunk do not grow with its rows."""
    look = Look(watch, now, _offices(watch.kind, days, now))
    created = skipped = 0
    for some in _chunks(look.rows()):
        new, known = look.write(some)
        created, skipped = created + new, skipped + known
    return created, skipped


def _offices(kind: Kind, days: Mapping[UUID, WorkingDays], now: datetime) -> dict[UUID, Office]:
    """One statement. Offices with the same ladder and the same days are one, so that a stage is worked out once."""
    rules = ruling.of_all(days, kind, now)
    alike: dict[tuple[Ladder, WorkingDays], Office] = {}
    found = {}
    for pk, own in days.items():
        pair = (rules[pk], own)
        if pair not in alike:
            alike[pair] = Office(*pair, day_of(now))
        found[pk] = alike[pair]
    return found


class Look:
    """One look at the deadlines of one kind, from one moment."""

    def __init__(self, watch: Watch, now: datetime, offices: Mapping[UUID, Office]) -> None:
        self.watch, self.now, self.today, self.offices = watch, now, day_of(now), offices

    def rows(self) -> QuerySet[Any, Any]:
        alike = {id(one): one for one in self.offices.values()}.values()
        until = max(ladders.reach(self.today, one.ladder, one.days) for one in alike)
        return self.watch.rows(self.today, until)

    def write(self, rows: list[Any]) -> tuple[int, int]:
        """Write the letters of these rows that are due and missing: (created, skipped because written before)."""
        due = self._due(rows)
        missing = {key: due[key] for key in outbox.unknown(due)}
        if not missing:
            return 0, len(due)
        found = {deadline.row.pk: deadline for deadline, *_rest in missing.values()}
        with transaction.atomic():
            self._hold({getattr(one.row, self.watch.held) for one in found.values()})
            # An act may have ended the reason, or moved the day, since the rows were read.
            again = self.watch.rows(self.today, max(one.due_on for one in found.values()))
            still = {one.row.pk for one in self._deadlines(again.filter(pk__any={*found})) if found[one.row.pk] == one}
            drafts = [self._draft(key, one) for key, one in missing.items() if one[0].row.pk in still]
            outbox.supersede(drafts, self.watch.events, at=self.now)
            new = outbox.write(drafts, at=self.now)
        return new, len(due) - len(missing) + len(drafts) - new

    def _draft(self, key: str, reminder: Reminder) -> Draft:
        one, near, person, escalated = reminder
        event = f"{self.watch.kind}_{near.word}"
        return Draft(one.organization_id, person, event, one.about, key, near.stated[escalated])

    def _hold(self, keys: set[Any]) -> None:
        """Rows of one order, so that two scans, or a scan and an act on many, never wait for each other in a circle."""
        rows = self.watch.holds._default_manager.select_for_update(no_key=True).filter(pk__any=keys)
        list(rows.order_by("pk").values_list("pk"))

    def _deadlines(self, rows: Iterable[Any]) -> Iterator[Deadline]:
        for row in rows:
            if (found := self.watch.deadline(row, self.offices)) and found.organization_id in self.offices:
                yield found

    def _due(self, rows: list[Any]) -> dict[str, Reminder]:
        """By key. Each person once for each deadline; who answers for it is not also told as one above."""
        near = [
            (one, near)
            for one in self._deadlines(rows)
            if (near := self.offices[one.organization_id].near(one.due_on)) is not None
        ]
        answering = self.watch.people([one.row for one, _near in near], self.today)
        above = self._above({one.organization_id for one, near in near if near.goes_up and not one.hushed})
        due: dict[str, Reminder] = {}
        told: dict[tuple[UUID, int, int, bool], ItemsView[int, bool]] = {}  # most things of a division are alike
        for one, said in near:
            who = answering.get(one.row.pk, NOBODY)
            alike = (one.organization_id, id(who), id(said), one.hushed)
            if alike not in told:
                told[alike] = _told(one, said, who, above).items()
            start = f"remind:{one.about}:{said.token}:"
            for person, escalated in told[alike]:
                due[f"{start}{person}"] = (one, said, person, escalated)
        return due

    def _above(self, offices: set[UUID]) -> dict[UUID, dict[Who, list[int]]]:
        found: dict[UUID, dict[Who, list[int]]] = {}
        for pk, seats in overseers(offices, self.today).items():
            found[pk] = {who: [seat.user.pk for seat in seats if ABOVE[seat.role] == who] for who in ABOVE.values()}
        return found


def _told(
    deadline: Deadline, near: Near, who: Answering, above: Mapping[UUID, Mapping[Who, Iterable[int]]]
) -> dict[int, bool]:
    """Person -> are they told only as one above?"""
    told = dict.fromkeys(who.responsible, False) if Who.RESPONSIBLE in near.to else {}
    if deadline.hushed:
        return told
    if Who.DIVISION_HEAD in near.to:
        told |= dict.fromkeys(who.heads, False)
    for one, people in above.get(deadline.organization_id, {}).items():
        if one in near.to:
            told = dict.fromkeys(people, True) | told
    return told


def _chunks(rows: QuerySet[Any, Any]) -> Iterator[list[Any]]:
    """The rows in lists, streamed; SQLite's are read at once, as it refuses to write beside a read begun earlier."""
    stream = iter(rows.all()) if connection.vendor == "sqlite" else rows.iterator(chunk_size=CHUNK)
    while some := list(islice(stream, CHUNK)):
        yield some
