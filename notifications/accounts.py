"""Accounts of the reminders: what was due, worked out anew day by day, against the letters that were written.

It shares no rule with the scans (notifications/scans.py, ladders.stage): rooms above say, from what their things and
the chain of their acts record, how each thing stood through time; the arithmetic of days, rungs and people is done
here once more. A reminder is missed when a scan that came to its end looked at the office in its hours while the
reminder was due, and no letter has its key.

What it cannot know: an appointment or an acting order that was dated back later, and an office's hours before the
first change of them that was recorded (those of a new office are assumed). That one letter was mailed twice is not
visible in the database either (`script/bench faults` measures it).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import chain, pairwise
from typing import Any, NamedTuple, TypeAlias, TypeVar
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from audit.models import Event
from notifications.ladders import DEFAULTS, Kind
from notifications.models import Letter, Policy, ScanRun
from organization.calendar import national_holidays
from organization.models import Acting, Appointment, Holiday, Organization, Position, Role, User

#: An act may be committed so long after the moment it says, and a scan that looked meanwhile did not see it.
GRACE = timedelta(minutes=1)
#: Keys named in a report of each office, of what should not be.
NAMED = 20
BATCH = 1000
T = TypeVar("T")
A_DAY = timedelta(days=1)
#: Counts that must be nothing.
WRONG = ("duplicate", "missed")
COUNTS = (
    "due",
    "created",
    "sent",
    "waiting",
    "failed",
    "voided",
    "stopped",
    "deferred",
    "passed_over",
    "ahead",
    "duplicate",
    "missed",
    "unexplained",
)


class People(NamedTuple):
    """Who answers for a thing on a day, and who heads the division it lies in; ids of people."""

    responsible: frozenset[int]
    heads: frozenset[int] = frozenset()


class Span(NamedTuple):
    """A time in which a thing waited and nothing about it changed; open-ended without `until`, which is not in it.

    `due(moment)`: when it was due as things stood then; None where it was not spoken of. `who(day)`: who answered.
    """

    since: datetime
    until: datetime | None
    due: Callable[[datetime], date | None]
    who: Callable[[date], People]


class Thing(NamedTuple):
    """What has a deadline, and how it stood through time. Where `hushed`, nobody but who answers is told."""

    kind: Kind
    about: str
    spans: list[Span]
    hushed: bool = False


#: `reckon(office, since, until)`: the things of one kind that may have been due in a time.
Reckon = Callable[["Office", datetime, datetime], Iterable[Thing]]
_RECKONED: list[Reckon] = []


def register(*reckon: Reckon) -> None:
    """Make kinds of thing known to the accounts; called when a room is ready."""
    _RECKONED.extend(reckon)


# --- the office through time -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Calendar:
    """An office's days and hours at one moment. `days`: its own, each with what it is (organization.models.Off)."""

    days: Mapping[date, str] = field(default_factory=dict, hash=False)
    opens: time = time(8, 30)
    closes: time = time(16, 30)
    rule: str = "after"

    def works(self, day: date) -> bool:
        said = self.days.get(day)
        if said == "open":
            return True
        return day.weekday() not in (5, 6) and said != "day" and day not in national_holidays(day.year)

    def hours(self, day: date) -> tuple[datetime, datetime] | None:
        """From when until when it works on a day; None on a day off."""
        if not self.works(day):
            return None
        noon, said = time(12), self.days.get(day)
        opens = max(self.opens, noon) if said == "morning" else self.opens
        closes = min(self.closes, noon) if said == "afternoon" else self.closes
        return at_time(day, opens), at_time(day, closes)

    def nearest(self, day: date, step: int) -> date:
        """The next working day after (step 1) or before (step -1) a day."""
        for n in range(1, 500):
            if self.works(day + step * n * A_DAY):
                return day + step * n * A_DAY
        raise ValueError(f"no working day near {day}")

    def onward(self, day: date, count: int) -> date:
        """The count-th working day after a day."""
        for _ in range(count):
            day = self.nearest(day, 1)
        return day

    def settled(self, day: date) -> date:
        """Where the office's rule puts a deadline on this day."""
        if self.rule == "stay" or self.works(day):
            return day
        return self.nearest(day, 1 if self.rule == "after" else -1)

    def worked(self, start: date, end: date) -> int:
        """Working days after `start` up to and with `end`."""
        return sum(self.works(start + n * A_DAY) for n in range(1, (end - start).days + 1))


#: Who sits at a position: person, from, until, the kinds of memo where it is a delegation.
_Sits: TypeAlias = tuple[int, date, date | None, list[str] | None]


class Office:
    """One organization as it was: its calendars, ladders and people through time. A few statements."""

    def __init__(self, organization: Organization) -> None:
        self.organization, self.pk = organization, organization.pk

    @cached_property
    def _calendars(self) -> list[tuple[datetime, Calendar]]:
        """Each from when on; the first one since ever. The acts that changed it, from what stood before them all."""
        one = self.organization
        days = dict(Holiday.objects.filter(organization=one).values_list("date", "off"))
        acts = Event.objects.filter(subject_type=one._meta.label_lower, subject_id=one.pk).order_by("seq")
        told = list(acts.values_list("at", "verb", "data"))
        for _at, _verb, data in told:  # what an act put there was not there before the first such act
            for day in data.get("days", ()):
                days.pop(date.fromisoformat(day), None)
        untouched = all(verb != "hours_set" for _at, verb, _data in told)
        now = Calendar(days, one.opens, one.closes, one.day_off_rule) if untouched else Calendar(days)
        found = [(EVER, now)]
        for moment, verb, data in told:
            now = _changed(now, verb, data)
            found.append((moment, now))
        return found

    @cached_property
    def _ladders(self) -> dict[str, list[tuple[datetime, dict[str, Any]]]]:
        found = {kind.value: [(EVER, DEFAULTS[kind].as_data())] for kind in Kind}
        rows = Policy.objects.filter(organization=self.organization).order_by("at", "pk")
        for kind, moment, data in rows.values_list("kind", "at", "ladder"):
            found[kind].append((moment, data))
        return found

    def calendar(self, moment: datetime) -> Calendar:
        return _as_of(self._calendars, moment)

    def ladder(self, kind: str, moment: datetime) -> dict[str, Any]:
        return _as_of(self._ladders[kind], moment)

    @cached_property
    def turns(self) -> list[datetime]:
        """The moments at which its calendar or a ladder changed."""
        changed = {moment for moment, _calendar in self._calendars}
        changed |= {moment for history in self._ladders.values() for moment, _ladder in history}
        return sorted(changed - {EVER})

    @cached_property
    def positions(self) -> list[Position]:
        return list(Position.objects.filter(organization=self.organization).order_by("pk"))

    @cached_property
    def _seats(self) -> Mapping[int, list[_Sits]]:
        found: dict[int, list[_Sits]] = defaultdict(list)
        chairs = {"position__organization": self.organization}
        for row in Appointment.objects.filter(**chairs):
            found[row.position_id].append((row.user_id, row.starts_on, row.ends_on, None))
        for order in Acting.objects.filter(**chairs):
            kinds = order.memo_kinds if order.kind == "on_behalf" else None
            found[order.position_id].append((order.user_id, order.starts_on, order.ends_on, kinds))
        return found

    def sits(self, position_id: int, day: date, memo_kind: str | None = None) -> frozenset[int]:
        """Who sat there on a day or acted for them with all powers, or with those for a kind of memo."""
        return frozenset(
            person
            for person, starts, ends, kinds in self._seats.get(position_id, ())
            if starts <= day and (ends is None or ends >= day) and (kinds is None or memo_kind in kinds)
        )

    def role(self, role: str, day: date) -> frozenset[int]:
        return frozenset(chain(*(self.sits(one.pk, day) for one in self.positions if one.role == role)))


def _changed(now: Calendar, verb: str, data: Mapping[str, Any]) -> Calendar:
    """The calendar after an act on it (organization/days_off.py)."""
    if verb == "hours_set":
        opens, closes = (time.fromisoformat(data[name]) for name in ("opens", "closes"))
        return replace(now, opens=opens, closes=closes, rule=data["rule"])
    days = {date.fromisoformat(day) for day in data.get("days", ())}
    kept = {day: off for day, off in now.days.items() if day not in days}
    if verb == "days_put":
        kept |= {date.fromisoformat(day): off for day, off in data["days"].items()}
    return replace(now, days=kept)


EVER = datetime(1900, 1, 1, tzinfo=UTC)


def _as_of(history: list[tuple[datetime, T]], moment: datetime) -> T:
    return history[bisect_right(history, moment, key=lambda one: one[0]) - 1][1]


def batches(keys: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(keys), BATCH):
        yield keys[start : start + BATCH]


def at_time(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, timezone.get_default_timezone())


def day_at(moment: datetime) -> date:
    return moment.astimezone(timezone.get_default_timezone()).date()


# --- the ladder, worked out anew -------------------------------------------------------------------------------------


class Climb:
    """One ladder over one calendar: which rung a deadline had reached on a day. Remembers what it worked out."""

    def __init__(self, ladder: Mapping[str, Any], calendar: Calendar) -> None:
        self.ladder, self.calendar = ladder, calendar
        self._begun: dict[date, list[tuple[date, dict[str, Any]]]] = {}
        self._reached: dict[tuple[date, date], tuple[str, list[str]] | None] = {}

    def reached(self, due_on: date, day: date) -> tuple[str, list[str]] | None:
        """(the stage's token, whom it tells); None while the deadline is too far away."""
        key = (due_on, day)
        if key not in self._reached:
            self._reached[key] = self._look(due_on, day)
        return self._reached[key]

    def _look(self, due_on: date, day: date) -> tuple[str, list[str]] | None:
        if (due_on - day).days > self._far:
            return None
        if due_on not in self._begun:
            self._begun[due_on] = self._beginnings(due_on)
        rungs = self._begun[due_on]
        begun = [(begins, rung) for begins, rung in rungs if begins <= day]
        if not begun:
            return None
        begins, rung = begun[-1]
        token = f"{'-' if rung['late'] else ''}{rung['days']}{'w' if rung['working'] else 'd'}"
        every = self.ladder["every"]
        if len(begun) == len(rungs) and rung["late"] and every:
            again = min((day - begins).days // every, self.ladder["times"])
            token += f"+{again}" if again else ""
        return token, rung["to"]

    @cached_property
    def _far(self) -> int:
        """Calendar days that surely hold every rung before a deadline."""
        return max((rung["days"] * 3 + 60 for rung in self.ladder["rungs"] if not rung["late"]), default=0)

    def _beginnings(self, due_on: date) -> list[tuple[date, dict[str, Any]]]:
        """The day on which each rung begins; of those on one day, the one nearest to the deadline or latest, last."""
        found = [(self._begins(due_on, rung), rung) for rung in self.ladder["rungs"]]
        ahead = [one for one in found if not one[1]["late"]]
        late = [one for one in found if one[1]["late"]]
        ahead.sort(key=lambda one: one[1]["days"], reverse=True)
        late.sort(key=lambda one: one[1]["days"])
        return sorted([*ahead, *late], key=lambda one: one[0])

    def _begins(self, due_on: date, rung: Mapping[str, Any]) -> date:
        """Walk the days until the rung is reached: from the deadline on, or back to the first day it holds."""
        count, worked, day = int(rung["days"]), self.calendar.works, due_on
        if not rung["working"]:
            return due_on + count * (A_DAY if rung["late"] else -A_DAY)
        if rung["late"]:
            while count > 0:
                day += A_DAY
                count -= worked(day)
            return day
        left = 0  # working days after `day` up to the deadline; the rung holds while they are at most its number
        while left + worked(day) <= count:
            left += worked(day)
            day -= A_DAY
        return day


# --- what was due ----------------------------------------------------------------------------------------------------


class Piece(NamedTuple):
    """A time of one working day's hours in which neither calendar nor ladder changed. `looks`: scans that began in
    it and came to their end, each from when until when. `day` is the office's."""

    day: date
    start: datetime
    end: datetime
    looks: list[tuple[datetime, datetime]]


@dataclass
class Due:
    """One reminder that was due: `seen` by a scan, `during` these times."""

    kind: Kind
    key: str
    person: int
    seen: bool = False
    during: list[tuple[datetime, datetime]] = field(default_factory=list)


def pieces(office: Office, since: datetime, until: datetime) -> Iterator[Piece]:
    runs = ScanRun.objects.filter(at__gte=since, at__lt=until).values_list("at", "started_at", "finished_at")
    looks = sorted((at, at + (finished - started)) for at, started, finished in runs if finished)
    begins = [at for at, _end in looks]
    day = day_at(since)
    while at_time(day, time.min) < until:
        midnights = (at_time(day, time.min), at_time(day + A_DAY, time.min))
        turns = [one for one in office.turns if midnights[0] < one < midnights[1]]
        for start, end in pairwise([midnights[0], *turns, midnights[1]]):
            hours = office.calendar(start).hours(day)
            if hours is None:
                continue
            a, b = max(start, hours[0], since), min(end, hours[1], until)
            if a < b:
                mine = looks[bisect_left(begins, a) : bisect_left(begins, b)]
                after, before = start + GRACE if start in turns else start, end
                yield Piece(day, a, b, [one for one in mine if one[0] >= after and one[1] < before])
        day += A_DAY


def reckon(office: Office, since: datetime, until: datetime) -> dict[str, Due]:
    """Key -> the reminder, of all that were due in the office's hours of this time."""
    found: dict[str, Due] = {}
    times = list(pieces(office, since, until))
    things = [thing for reckon_ in _RECKONED for thing in reckon_(office, since, until)]
    climbs: dict[str, Climb] = {}
    told = _Told(office)
    for piece in times:
        calendar = office.calendar(piece.start)
        for kind in Kind:
            ladder = office.ladder(kind, piece.start)
            known = climbs.get(kind)
            if known is None or known.ladder is not ladder or known.calendar is not calendar:
                climbs[kind] = Climb(ladder, calendar)
        for thing in things:
            _add(found, thing, piece, climbs[thing.kind], told)
    return found


def _add(found: dict[str, Due], thing: Thing, piece: Piece, climb: Climb, told: _Told) -> None:
    for span in thing.spans:
        a = max(span.since, piece.start)
        b = min(span.until, piece.end) if span.until else piece.end
        if a >= b or (due_on := span.due(a)) is None or (stage := climb.reached(due_on, piece.day)) is None:
            continue
        token, to = stage
        ripe = span.since + GRACE if span.since > piece.start else piece.start
        seen = any(at >= ripe and (span.until is None or end < span.until) for at, end in piece.looks if at < b)
        for person in told(span.who(piece.day), to, piece.day, hushed=thing.hushed):
            key = f"remind:{thing.about}:{token}:{due_on}:{person}"
            one = found.setdefault(key, Due(thing.kind, key, person))
            one.seen = one.seen or seen
            one.during.append((a, b))


class _Told:
    """Whom a rung tells on a day, beside who answers."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self._above: dict[tuple[str, date], frozenset[int]] = {}

    def __call__(self, who: People, to: list[str], day: date, *, hushed: bool) -> frozenset[int]:
        told = who.responsible if "responsible" in to else frozenset()
        if hushed:
            return told
        if "division_head" in to:
            told |= who.heads
        for role in (Role.HEAD_OF_OFFICE, Role.PERMANENT_SECRETARY):
            if role.value in to:
                told |= self._holders(role.value, day)
        return told

    def _holders(self, role: str, day: date) -> frozenset[int]:
        if (role, day) not in self._above:
            self._above[role, day] = self.office.role(role, day)
        return self._above[role, day]


# --- and what came of it ---------------------------------------------------------------------------------------------


@dataclass
class Account:
    """One office's: kind -> counts (COUNTS), and the keys of what should not be."""

    organization: str
    kinds: dict[str, Counter[str]]
    named: dict[str, list[str]]

    @property
    def total(self) -> Counter[str]:
        return sum(self.kinds.values(), Counter())

    def as_data(self) -> dict[str, Any]:
        kinds = {kind: filled(counts) for kind, counts in self.kinds.items()}
        return {"organization": self.organization, "total": filled(self.total), "kinds": kinds, **self.named}


def filled(counts: Mapping[str, int]) -> dict[str, int]:
    """All counts in their order, those of nothing as well."""
    return {name: counts.get(name, 0) for name in COUNTS}


def accounts(first: date, last: date, *, now: datetime, code: str | None = None) -> Iterator[Account]:
    """One account for each organization, in the order of their codes; days from `first` to `last`, up to `now`.

    `due` = `created` + `missed` + `passed_over` + `ahead`: a letter was written; a scan saw it and none was; it went
    by while no scan came to its end in the office's hours; it is due still and no scan has looked since. What was
    told before `first` and holds on is not counted again. Of the created: `sent`, `waiting`, `failed`, `voided`, or
    `stopped` by its reader; and `deferred`, those among them that were kept for the reader's hours.
    `duplicate`: letters of one thing, stage, date and person beyond the first. `unexplained`: reminders that were
    written while nothing was due.
    """
    since, until = at_time(first, time.min), min(at_time(last + A_DAY, time.min), now)
    offices = Organization.objects.order_by("code")
    for organization in offices.filter(code=code) if code else offices.iterator(chunk_size=100):
        yield account(Office(organization), since, until)


def account(office: Office, since: datetime, until: datetime) -> Account:
    due = reckon(office, since, until)
    letters = {one.key: one for some in batches(list(due)) for one in _letters(key__in=some)}
    written = list(_written(office, since, until))
    gone = set(User.objects.filter(organization=office.pk, is_active=False).values_list("pk", flat=True))
    found = Account(office.organization.code, {kind.value: Counter() for kind in Kind}, {})
    named: dict[str, list[str]] = {"missed": [], "duplicates": [], "unexplained": []}
    for key, one in due.items():
        letter, counts = letters.get(key), found.kinds[one.kind]
        if (letter is None and one.person in gone) or (letter and letter.at < since):
            continue
        counts["due"] += 1
        fate = _fate(one, letter, until)
        counts[fate] += 1
        if letter:
            counts["created"] += 1
            counts["deferred"] += letter.not_before is not None and letter.not_before > letter.at
        elif fate == "missed":
            named["missed"].append(key)
    for letter in _repeated([*letters.values(), *written]):
        found.kinds[_kind(letter)]["duplicate"] += 1
        named["duplicates"].append(letter.key)
    for letter in written:
        if not _explained(letter, due.get(letter.key)):
            found.kinds[_kind(letter)]["unexplained"] += 1
            named["unexplained"].append(letter.key)
    found.named = {name: sorted(keys)[:NAMED] for name, keys in named.items()}
    return found


def _written(office: Office, since: datetime, until: datetime) -> Iterator[Letter]:
    """The office's reminders of a time; those that somebody asked for by hand have keys of their own."""
    letters = _letters(organization=office.pk, at__gte=since, at__lt=until, key__startswith="remind:")
    of_kinds = Q()
    for kind in Kind:
        of_kinds |= Q(event__startswith=f"{kind}_")
    return letters.filter(of_kinds).iterator(chunk_size=BATCH)


def _letters(**of: Any) -> QuerySet[Letter]:
    return Letter.objects.filter(**of).defer("subject", "text")


def _fate(one: Due, letter: Letter | None, until: datetime) -> str:
    if letter is None:
        if one.seen:
            return "missed"
        return "ahead" if max(end for _start, end in one.during) >= until else "passed_over"
    if letter.sent_at:
        return "sent"
    if letter.failed_at:
        return "failed"
    if letter.voided_at:
        return "voided"
    return "stopped" if getattr(letter, "unmailed", "") else "waiting"


def _explained(letter: Letter, due: Due | None) -> bool:
    """Was it due when it was written? A scan may have read the thing a little after the moment it looked from."""
    return due is not None and any(start - 2 * GRACE <= letter.at < end for start, end in due.during)


def _repeated(letters: Iterable[Letter]) -> list[Letter]:
    """Those beyond the first of one thing, stage, date and person, by what they are and not by their key alone."""
    seen: dict[tuple[Any, ...], UUID] = {}
    found: dict[UUID, Letter] = {}
    for one in sorted(letters, key=lambda letter: (letter.at, str(letter.pk))):
        said = (one.about, one.key.rsplit(":", 3)[1], one.context.get("due_on"), one.recipient_id)
        if seen.setdefault(said, one.pk) != one.pk:
            found[one.pk] = one
    return list(found.values())


def _kind(letter: Letter) -> str:
    return letter.event.partition("_")[0]
