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
from measures.lapsing import lapse
from measures.lifecycle import AT_WORK, OPEN, State
from measures.models import DivisionTask, Extension, PlanRow, Report
from measures.queries import about_task, sees_all
from notifications import outbox
from organization import calendar, years
from organization.models import ClosedYear, Role, User
from organization.plain_text import words
from organization.refusals import NotNow, Refused, Stale
from organization.seats import Seat, Seats, seats_of

#: Letters of a task's that have no reason any more; what was answered is still told.
ENDED = (*letters.PRESSING, "task_reported", letters.MORE_TIME)
End = Callable[[UUID, int, datetime], object]
_ENDS: list[End] = []
#: States of a follow-up memo that is on its way, or there already.
SENT = ("in_review", "approved")
BATCH = 5000  # tasks whose letters are taken back in one statement


@dataclass(frozen=True)
class Frozen:
    """The tasks of a year as they stand. `digest` is of every task's state, due date and percent."""

    states: Counter[str]
    late: int  # unfinished on the day asked about, and past their date
    percent: int  # of all that were not cancelled
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
    counted = [percent for _pk, state, _due, percent in rows if state != State.CANCELLED]
    return Frozen(
        states=Counter(state for _pk, state, _due, _percent in rows),
        late=sum(state in AT_WORK and due < on for _pk, state, due, _percent in rows),
        percent=round(sum(counted) / len(counted)) if counted else 0,
        digest=chain.digest([[pk, str(state), due.isoformat(), percent] for pk, state, due, percent in rows]),
        ids=tuple(UUID(pk) for pk, *_rest in rows),
    )


def of_year(organization_id: UUID | None, year: int) -> QuerySet[DivisionTask]:
    return DivisionTask.objects.filter(organization=organization_id, measure__row__fiscal_year=year)


def asking_more_time(organization_id: UUID | None, year: int) -> QuerySet[Extension]:
    """The requests for a later date that nobody has answered yet."""
    return Extension.objects.filter(
        task__organization=organization_id, task__measure__row__fiscal_year=year, granted=None
    )


@dataclass(frozen=True)
class Look:
    """What is looked at before a year is closed. `digest` is of all of it: the tasks, who waits for more time, how
    many reports there are, the result, and the memos whose final report would stay missing."""

    stood: Frozen
    result: Assessment | None
    requests: int
    unreported: list[Any]  # memos

    digest: str


def look(organization_id: UUID | None, year: int, *, on: date) -> Look:
    """Six statements, however much there is."""
    stood = frozen(organization_id, year, on=on)
    result = Assessment.objects.filter(organization=organization_id, fiscal_year=year).first()
    requests = sorted(map(str, asking_more_time(organization_id, year).values_list("pk", flat=True)))
    reports = Report.objects.filter(task__in=of_year(organization_id, year)).count()
    unreported = unreported_in(organization_id, year)
    said = [stood.digest, requests, reports, result.version if result else 0, [str(memo.pk) for memo in unreported]]
    return Look(stood, result, len(requests), unreported, chain.digest(said))


def unreported_in(organization_id: UUID | None, year: int) -> list[Any]:
    """The assessment's memos that ordered work of the year and have no final follow-up on its way: none can be
    submitted after the closing. Of confidential memos none is drawn up. Two statements at most."""
    rows = PlanRow.objects.filter(organization=organization_id, fiscal_year=year, memo__kind__secret=False)
    rows = rows.filter(memo__kind__outline__has_key="indicators").order_by("memo__created_at", "seq")
    memos = {row.memo_id: row.memo for row in rows.select_related("memo").prefetch_related("memo__follow_ups")}
    return [memo for memo in memos.values() if not any(map(_is_sent_final, memo.follow_ups.all()))]


def _is_sent_final(memo: Any) -> bool:
    return memo.follow_up == "final" and memo.state in SENT


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

    `seen` is the digest of the Look that was read; None asks for no comparison. Open requests for more time lapse and
    their divisions are told; reminders that have not left are taken back. There is no way back. Raises Refused, NotNow
    (before its end, a second time, or nothing is there), Stale (the work has moved since) or ValidationError of the
    note.
    """
    years.hold(by.organization_id)
    seat = require(by, year, on=calendar.day_of(now))
    note = words(note, "note")
    # Whoever acts on a task holds its row: what they do is in before, or they meet the closed year after.
    _hold(by.organization_id, year)
    looked = look(by.organization_id, year, on=calendar.day_of(now))
    stood, result = looked.stood, looked.result
    if not stood.tasks and result is None:
        raise NotNow(_("Your office has neither measures nor a result of fiscal year %(year)s.") % {"year": year})
    if seen is not None and seen != looked.digest:
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
        "result": _digest(result),
    }


def _digest(result: Assessment | None) -> str:
    return digest_of(result, {one.number: one.score for one in result.scores.all()}) if result else ""


def result_of(closed: ClosedYear) -> str:
    """The digest of a closed year's result as it stands; empty where there is none."""
    rows = Assessment.objects.filter(organization=closed.organization_id, fiscal_year=closed.fiscal_year)
    return _digest(rows.first())


def _lapse(organization_id: Any, year: int, *, by: User, seat: Seat, now: datetime) -> list[str]:
    """Requests that nobody has answered are answered by the end of the year."""
    open_ = asking_more_time(organization_id, year).order_by("pk")
    lapsed = lapse(open_.select_related(*(f"task__{path}" for path in letters.NEEDED)), by=by, seat=seat, now=now)
    outbox.post(letters.lapsed_with_the_year(lapsed, year, seat, at=now), at=now)
    return [str(one.pk) for one in lapsed]


def _take_back(tasks: Iterable[UUID], *, now: datetime) -> None:
    about = [about_task(pk) for pk in tasks]
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
