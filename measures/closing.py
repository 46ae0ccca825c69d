"""Closing a fiscal year: how it stands, and the act after which nothing of it is changed."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from assessments.models import Assessment
from assessments.results import digest_of
from audit import chain
from measures import letters
from measures.lifecycle import AT_WORK, OPEN, State
from measures.models import DivisionTask, Extension, PlanRow
from measures.queries import sees_all
from notifications import outbox
from organization import calendar, years
from organization.models import ClosedYear, Role, User
from organization.plain_text import words
from organization.refusals import NotNow, Refused, Stale
from organization.seats import Seat, Seats, seats_of

#: Letters of a task's that have no reason any more; what was answered is still told.
ENDED = (*letters.REMINDERS, "task_reported", "extension_asked", "task_extension_asked")
End = Callable[[UUID, int, datetime], object]
_ENDS: list[End] = []
BATCH = 5000  # tasks whose letters are taken back in one statement


@dataclass(frozen=True)
class Frozen:
    """The tasks of a year as they stand. `digest` is of every task's state, due date and percent."""

    states: Counter[str]
    late: int  # unfinished on the day asked about, and past their date
    percent: int  # of all that were not cancelled; an accepted one counts 100
    digest: str
    ids: tuple[UUID, ...]

    @property
    def tasks(self) -> int:
        return self.states.total()

    @property
    def unfinished(self) -> int:
        return sum(self.states[state] for state in OPEN)


def frozen(organization_id: UUID | None, year: int, *, on: date) -> Frozen:
    """How a year's tasks stand. One statement, however many there are."""
    tasks = of_year(organization_id, year)
    found = tasks.values_list("pk", "state", "due_on", "percent")
    rows = sorted((str(pk), state, due, percent) for pk, state, due, percent in found)
    counted = [percent if state != State.ACCEPTED else 100 for _pk, state, _due, percent in rows if _counts(state)]
    return Frozen(
        states=Counter(state for _pk, state, _due, _percent in rows),
        late=sum(state in AT_WORK and due < on for _pk, state, due, _percent in rows),
        percent=round(sum(counted) / len(counted)) if counted else 0,
        digest=chain.digest([[pk, str(state), due.isoformat(), percent] for pk, state, due, percent in rows]),
        ids=tuple(UUID(pk) for pk, *_rest in rows),
    )


def _counts(state: str) -> bool:
    return state != State.CANCELLED


def of_year(organization_id: UUID | None, year: int) -> QuerySet[DivisionTask]:
    return DivisionTask.objects.filter(organization=organization_id, measure__row__fiscal_year=year)


def asking_more_time(organization_id: UUID | None, year: int) -> QuerySet[Extension]:
    """The requests for a later date that nobody has answered yet."""
    return Extension.objects.filter(
        task__organization=organization_id, task__measure__row__fiscal_year=year, granted=None
    )


def ends_with_a_year(act: End) -> End:
    """Register what else ends when a year is closed: called with the organization's id, the year and the moment, in
    the same transaction."""
    _ENDS.append(act)
    return act


def may_see(user: User, seats: Seats) -> bool:
    """The head of office, the permanent secretary, the mayor and auditors."""
    return user.is_active and sees_all(seats)


def require(user: User, year: int, *, on: date, seats: Seats | None = None) -> Seat:
    """The seat in which this person may close the year. Raises Refused (not yours) or NotNow (not yet, or again)."""
    seat = (seats_of(user, on) if seats is None else seats).with_role(Role.HEAD_OF_OFFICE)
    if seat is None:
        raise Refused(_("The head of office closes a year."))
    if calendar.fiscal_year(on) <= year:
        raise NotNow(_("Fiscal year %(year)s may be closed from 1 October on, when it is over.") % {"year": year})
    if years.closing(user.organization_id, year):
        raise NotNow(_("Fiscal year %(year)s is closed already.") % {"year": year})
    return seat


def why_not(user: User, year: int, *, on: date, seats: Seats | None = None) -> str | None:
    """A sentence saying why this person may not close the year now; None when they may."""
    try:
        require(user, year, on=on, seats=seats)
    except (Refused, NotNow) as refusal:
        return str(refusal)
    return None


@transaction.atomic
def close_year(year: int, *, by: User, note: str = "", seen: str | None = None, now: datetime) -> ClosedYear:
    """End a fiscal year of one's own office: its tasks stay as they are, unfinished ones as well.

    `seen` is the digest of what was looked at; None asks for no comparison. Open requests for more time lapse, and
    reminders that have not left are taken back. There is no way back. Raises Refused, NotNow (before its end, a
    second time, or nothing is there), Stale (the work has moved since) or ValidationError of the note.
    """
    years.hold(by.organization_id)
    seat = require(by, year, on=calendar.day_of(now))
    note = words(note, "note")
    # Whoever acts on a task holds its row: what they do is in before, or they meet the closed year after.
    _hold(by.organization_id, year)
    stood = frozen(by.organization_id, year, on=calendar.day_of(now))
    result = Assessment.objects.filter(organization=by.organization_id, fiscal_year=year).first()
    if not stood.tasks and result is None:
        raise NotNow(_("Your office has neither measures nor a result of fiscal year %(year)s.") % {"year": year})
    if seen is not None and seen != stood.digest:
        raise Stale(_("The work of the year has moved since you looked. Look at it again before you close it."))
    closed = ClosedYear.objects.create(
        organization_id=by.organization_id,  # type: ignore[misc]
        fiscal_year=year,
        note=note,
        by=by,
        position=seat.position,
        acting=seat.acting,
        at=now,
    )
    lapsed = _lapse(by.organization_id, year, by=by, seat=seat, now=now)
    _take_back(stood.ids, now=now)
    for end in _ENDS:
        end(closed.organization_id, year, now)
    chain.record(closed, "closed", by=by, seat=seat, at=now, **facts(closed, stood, result), lapsed=lapsed)
    return closed


def _hold(organization_id: UUID | None, year: int) -> None:
    tasks = of_year(organization_id, year).select_for_update(of=("self",), no_key=True)
    list(tasks.order_by("pk").values_list("pk"))


def facts(closed: ClosedYear, stood: Frozen, result: Assessment | None) -> dict[str, Any]:
    """What the chain keeps of a closed year."""
    return {
        "year": closed.fiscal_year,
        "note": chain.digest(closed.note),
        "tasks": stood.tasks,
        "states": dict(sorted(stood.states.items())),
        "percent": stood.percent,
        "digest": stood.digest,
        "result": digest_of(result, {one.number: one.score for one in result.scores.all()}) if result else "",
    }


def _lapse(organization_id: Any, year: int, *, by: User, seat: Seat, now: datetime) -> list[str]:
    """Requests that nobody has answered are answered by the end of the year."""
    lapsed = list(asking_more_time(organization_id, year).select_related("task").order_by("pk"))
    for one in lapsed:
        one.granted, one.answered_at = False, now
        one.answered_by, one.answered_position, one.answered_acting = by, seat.position, seat.acting
        said = chain.digest(one.said())
        chain.record(one.task, "extension_lapsed", by=by, seat=seat, at=now, extension=one.pk, request=said)
    fields = ["granted", "answered_at", "answered_by", "answered_position", "answered_acting"]
    Extension.objects.bulk_update(lapsed, fields)
    return [str(one.pk) for one in lapsed]


def _take_back(tasks: Iterable[UUID], *, now: datetime) -> None:
    about = [f"task:{pk}" for pk in tasks]
    for start in range(0, len(about), BATCH):
        outbox.void(*about[start : start + BATCH], at=now, events=ENDED)


# How it stands


@dataclass(frozen=True)
class Reported:
    """A memo that ordered work of the year, and its newest follow-up memo of each kind, where there is one."""

    memo: Any
    interim: Any
    final: Any


def reports_on(organization_id: UUID | None, year: int) -> list[Reported]:
    """Three statements, whatever the number of memos."""
    rows = PlanRow.objects.filter(organization=organization_id, fiscal_year=year).order_by("memo__created_at", "seq")
    plans = rows.select_related("memo__kind", "memo__entry").prefetch_related("memo__follow_ups")
    memos = {row.memo_id: row.memo for row in plans}
    return [Reported(memo, _newest(memo, "interim"), _newest(memo, "final")) for memo in memos.values()]


def _newest(memo: Any, kind: str) -> Any:
    drawn = [one for one in memo.follow_ups.all() if one.follow_up == kind]
    return max(drawn, key=lambda one: one.created_at, default=None)
