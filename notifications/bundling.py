"""When a letter's mail goes: at once, in the office's hours, after the reader's quiet ones, or in one with others.

The post office settles each letter once (`not_before`, or `digest`), and asks again at the moment of sending (`when`).
What a reader's hours hold back is deferred and never dropped.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from notifications import events
from notifications.composing import DIGEST, nature
from notifications.events import Nature
from notifications.models import Bundling, Letter, Preference, ScanRun
from organization.calendar import WorkingDays, day_of, local
from organization.models import User

PEOPLE = 500  # settled in one transaction
MANY = 2  # more reminders than this come in one mail
GATHER = timedelta(minutes=20)  # after the office opens: by then the morning's reminders are written
SCAN = timedelta(minutes=5)  # by the machine's clock; a look at the deadlines that takes longer was cut off
STOPPED = "stopped"  # in Letter.unmailed

_DEFAULT = Preference()
_WAITS: dict[str, Any] = {"sent_at": None, "voided_at": None, "failed_at": None}


def when(letter: Letter, now: datetime, days: WorkingDays) -> datetime:
    """The first moment from now on at which this letter's mail may go; the recipient's preference is read along.

    A reminder, or a digest, goes in working hours outside the reader's quiet ones. Where quiet hours leave no minute
    of the office's day, its hours count alone: a deadline is told all the same.
    """
    one = preference(letter.recipient)
    if letter.event != DIGEST and nature(letter) is not Nature.REMINDER:
        return _after_quiet(one, now)
    return _in_hours(one, now, days)


def preference(person: User) -> Preference:
    """How this person wants their mails; the defaults without a row."""
    try:
        return person.preference
    except Preference.DoesNotExist:
        return _DEFAULT


def settle(*, now: datetime) -> int:
    """Decide of every unsettled letter when its mail goes; returns of how many. Two post offices never do one twice.

    Reminders wait while a look at the deadlines is under way, so that all a person is reminded of comes together.
    """
    held = events.named(Nature.REMINDER) if _looking() else []
    settled, last = 0, 0
    while people := _people(after=last, held=held):
        settled += _settle(people, held, now)
        last = people[-1]
    return settled


def _looking() -> bool:
    newest = ScanRun.objects.order_by("-pk").values_list("started_at", "finished_at").first()
    return newest is not None and newest[1] is None and newest[0] > timezone.now() - SCAN


def _people(*, after: int, held: list[str]) -> list[int]:
    unsettled = _unsettled(held).filter(recipient__gt=after).order_by("recipient")
    return list(unsettled.values_list("recipient", flat=True).distinct()[:PEOPLE])


def _unsettled(held: list[str]) -> QuerySet[Letter]:
    return Letter.objects.filter(not_before=None, **_WAITS).exclude(event__in=held)


@dataclass
class _Plan:
    """What becomes of the letters of some people."""

    now: datetime
    at: dict[datetime, list[UUID]] = field(default_factory=lambda: defaultdict(list))
    void: list[UUID] = field(default_factory=list)
    stopped: list[UUID] = field(default_factory=list)
    digests: list[Letter] = field(default_factory=list)
    enclosed: list[Letter] = field(default_factory=list)

    def enclose(self, letters: Iterable[Letter], digest: Letter) -> None:
        for one in letters:
            one.digest, one.not_before = digest, digest.not_before
            self.enclosed.append(one)

    def write(self) -> None:
        """In statements that do not grow with the people, but for the moments at which their mails go."""
        rows = Letter.objects.filter
        for moment, ids in self.at.items():
            rows(pk__any=ids).update(not_before=moment)
        if self.void:
            rows(pk__any=self.void).update(not_before=self.now, voided_at=self.now)
        if self.stopped:
            rows(pk__any=self.stopped).update(not_before=self.now, unmailed=STOPPED)
        Letter.objects.bulk_create(self.digests)
        Letter.objects.bulk_update(self.enclosed, ["digest", "not_before"], batch_size=PEOPLE)


@transaction.atomic
def _settle(people: list[int], held: list[str], now: datetime) -> int:
    """A person's row is the lock on their letters: another post office waits, and finds them settled."""
    locked = User.objects.filter(pk__in=people).select_related("preference").order_by("pk")
    persons = list(locked.select_for_update(no_key=True, of=("self",)))
    theirs: dict[int, list[Letter]] = defaultdict(list)
    for letter in _unsettled(held).filter(recipient__in=persons).order_by("at", "pk"):
        theirs[letter.recipient_id].append(letter)
    days = WorkingDays.of_all({one.organization_id for some in theirs.values() for one in some})
    waiting, digests = _waiting(theirs), _open_digests(theirs)
    plan = _Plan(now)
    for person in persons:
        if mine := theirs[person.pk]:
            for letter in mine:
                letter.recipient = person
            _of_one(person, mine, waiting[person.pk], digests.get(person.pk), days[mine[0].organization_id], plan)
    plan.write()
    return sum(map(len, theirs.values()))


def _waiting(theirs: dict[int, list[Letter]]) -> dict[int, list[Letter]]:
    """Reminders settled before that have not left, and no post office holds: they come along in one mail."""
    found: dict[int, list[Letter]] = defaultdict(list)
    people = [pk for pk, some in theirs.items() if any(nature(one) is Nature.REMINDER for one in some)]
    if people:
        rows = Letter.objects.filter(
            recipient__in=people, event__in=events.named(Nature.REMINDER), not_before__isnull=False, **_WAITS
        ).filter(digest=None, unmailed="", lease=None, attempts=0)
        for one in rows.order_by("at", "pk").select_for_update(skip_locked=True, no_key=True):
            found[one.recipient_id].append(one)
    return found


def _open_digests(theirs: dict[int, list[Letter]]) -> dict[int, Letter]:
    """The digests that have not left, and no post office holds: more letters may still be enclosed."""
    rows = Letter.objects.filter(recipient__in=theirs, event=DIGEST, lease=None, **_WAITS).order_by("at")
    return {one.recipient_id: one for one in rows.select_for_update(skip_locked=True, no_key=True)}


def _of_one(
    person: User, letters: list[Letter], waiting: list[Letter], digest: Letter | None, days: WorkingDays, plan: _Plan
) -> None:
    """All unsettled letters of one person."""
    if not person.is_active:
        plan.void += [one.pk for one in letters]
        return
    mine = preference(person)
    plan.stopped += [one.pk for one in letters if _is_stopped(one, mine)]
    letters = [one for one in letters if not _is_stopped(one, mine)]
    reminders = [one for one in letters if nature(one) is Nature.REMINDER]
    news = [one for one in letters if nature(one) is Nature.NEWS and mine.bundling == Bundling.ALL]
    for one in letters:
        if one not in reminders and one not in news:
            plan.at[_after_quiet(mine, plan.now)].append(one.pk)
    if news:
        moment = _morning(mine, plan.now, days)
        digest = _joined(digest, moment) or _new(news[0], moment, plan)
        plan.enclose(news, digest)
    if reminders:
        _bundle(reminders, waiting, digest, _in_hours(mine, plan.now, days), mine, plan)


def _bundle(
    reminders: list[Letter],
    waiting: list[Letter],
    digest: Letter | None,
    moment: datetime,
    mine: Preference,
    plan: _Plan,
) -> None:
    """A few go by themselves, many in one mail; into one that is about to leave they go in any case."""
    together = [] if mine.bundling == Bundling.EACH else [*waiting, *reminders]
    if together and (open_one := _joined(digest, moment + GATHER)):
        plan.enclose(together, open_one)
    elif len(together) > MANY:
        plan.enclose(together, _new(together[0], moment, plan))
    else:
        plan.at[moment] += [one.pk for one in reminders]


def _joined(digest: Letter | None, latest: datetime) -> Letter | None:
    return digest if digest and digest.not_before and digest.not_before <= latest else None


def _new(first: Letter, moment: datetime, plan: _Plan) -> Letter:
    """A digest is known by the first letter in it, which is in no other."""
    made = Letter(
        organization_id=first.organization_id,
        recipient_id=first.recipient_id,
        event=DIGEST,
        about=DIGEST,
        key=f"{DIGEST}:{first.recipient_id}:{first.pk}",
        context={},
        at=plan.now,
        not_before=moment,
        next_at=timezone.now(),
    )
    plan.digests.append(made)
    return made


def _is_stopped(letter: Letter, mine: Preference) -> bool:
    return letter.event in mine.stopped and any(one.stoppable for one in events.every() if one.name == letter.event)


def _after_quiet(mine: Preference, moment: datetime) -> datetime:
    """The moment itself, or the end of the quiet hours it falls into."""
    start, end = mine.quiet_from, mine.quiet_until
    if start is None or end is None or not _within(local(moment).time(), start, end):
        return moment
    until = datetime.combine(day_of(moment), end, timezone.get_default_timezone())
    return until if until > moment else until + timedelta(days=1)


def _within(clock: time, start: time, end: time) -> bool:
    """From `start`, until before `end`, over midnight where it begins later; of no length where both are the same."""
    return start <= clock < end if start <= end else clock >= start or clock < end


def _in_hours(mine: Preference, moment: datetime, days: WorkingDays) -> datetime:
    opens = found = days.next_hours(moment)
    for _try in range(3):  # a day's quiet hours, a lunch's, and the next morning's
        quiet = _after_quiet(mine, found)
        if quiet == found:
            return found
        found = days.next_hours(quiet)
    return opens


def _morning(mine: Preference, moment: datetime, days: WorkingDays) -> datetime:
    """The next morning at which all of a person's letters come in one mail."""
    opens = days.next_hours(moment)
    hours = days.hours(day_of(opens))
    assert hours
    if hours[0] + GATHER <= moment:  # this morning's has left
        opens = days.next_hours(_midnight_after(moment))
        hours = days.hours(day_of(opens))
        assert hours
    return _in_hours(mine, min(hours[0] + GATHER, hours[1] - timedelta(minutes=1)), days)


def _midnight_after(moment: datetime) -> datetime:
    return datetime.combine(day_of(moment) + timedelta(days=1), time(0), timezone.get_default_timezone())
