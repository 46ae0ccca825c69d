"""How steps and follow-ups stood through time, as their rows and chains say, for the accounts of the reminders."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache, partial
from uuid import UUID

from django.db.models import Q

from audit.models import Event
from measures.models import PlanRow
from memo_flow import due
from memo_flow.lifecycle import State
from memo_flow.models import FollowUp, Memo, Step
from notifications.accounts import Calendar, Office, People, Span, Thing, day_at
from notifications.ladders import Kind
from organization.calendar import fiscal_year
from organization.models import HEADS, ClosedYear, Role

MEMO = Memo._meta.label_lower


def steps(office: Office, since: datetime, until: datetime) -> Iterator[Thing]:
    """Every step that was somebody's turn in this time; not spoken of on the day it opened."""
    turns = Step.objects.filter(Q(closed_at=None) | Q(closed_at__gte=since), memo__organization=office.pk)
    rows = list(turns.filter(opened_at__lt=until).select_related("memo__kind"))
    moves = _moves(office)
    for one in rows:
        assert one.opened_at is not None
        assert one.due_on is not None
        moved = moves.get(one.pk, [])
        first = _first_due(one, office.calendar(one.opened_at)) if moved else one.due_on
        dates = [(one.opened_at, first), *moved]
        ends = [*(moment for moment, _due in moved), one.closed_at]
        who = cache(partial(_asked, office, one.position_id, one.memo))
        opened = day_at(one.opened_at)
        spans = [
            Span(start, end, partial(_from_the_next_day, opened, due_on), who)
            for (start, due_on), end in zip(dates, ends, strict=True)
        ]
        yield Thing(Kind.STEP, f"step:{one.pk}", spans, hushed=one.memo.kind.secret)


def _from_the_next_day(opened: date, due_on: date, moment: datetime) -> date | None:
    return None if day_at(moment) == opened else due_on


def _moves(office: Office) -> dict[int, list[tuple[datetime, date]]]:
    """Step -> the moments at which a change of the calendar moved its day, and where to."""
    found = defaultdict(list)
    moved = Event.objects.filter(organization_id=office.pk, subject_type=MEMO, verb="due_moved")
    for moment, data in moved.order_by("at", "seq").values_list("at", "data"):
        for pk, due_on in data.get("steps_due", {}).items():
            found[int(pk)].append((moment, date.fromisoformat(due_on)))
    return found


def _first_due(step: Step, calendar: Calendar) -> date:
    """The day it was to be answered by when it opened."""
    assert step.opened_at is not None
    opened = day_at(step.opened_at)
    if step.working_days:
        return calendar.settled(calendar.onward(opened, step.days))
    return calendar.settled(opened + timedelta(days=step.days))


def _asked(office: Office, position_id: int, memo: Memo, day: date) -> People:
    """Who could answer on a day, and who headed the division of the position, if the memo was of the same."""
    position = next(one for one in office.positions if one.pk == position_id)
    heads = frozenset[int]()
    for one in office.positions:
        if position.division_id and one.division_id == position.division_id == memo.division_id and one.role in HEADS:
            heads |= office.sits(one.pk, day, memo.kind.code)
    return People(office.sits(position_id, day, memo.kind.code), heads)


def follow_ups(office: Office, since: datetime, until: datetime) -> Iterator[Thing]:
    """Every follow-up of an approved memo of the assessment that was not on its way in this time.

    Asked for until its year is closed, or the year is over in which it was due. Of secret memos there is none.
    """
    rows = PlanRow.objects.filter(organization=office.pk, seq=1, memo__state=State.APPROVED, memo__kind__secret=False)
    rows = rows.filter(memo__kind__outline__has_key="indicators", memo__closed_at__lt=until).select_related("memo")
    shut = dict(ClosedYear.objects.filter(organization=office.pk).values_list("fiscal_year", "at"))
    away = _away(office)
    heads = cache(lambda day: People(office.role(Role.HEAD_OF_OFFICE, day)))
    for row in rows:
        for kind in FollowUp:
            asked = partial(_asked_for, office, kind, row.fiscal_year)
            assert row.memo.closed_at is not None
            times = _without(row.memo.closed_at, shut.get(row.fiscal_year), away.get((row.memo_id, kind.value), []))
            spans = [Span(start, end, asked, heads) for start, end in times if end is None or end >= since]
            if spans:
                yield Thing(Kind.FOLLOW_UP, f"follows:{row.memo_id}:{kind}", spans)


def _asked_for(office: Office, kind: str, year: int, moment: datetime) -> date | None:
    """By when, as the office's rule put it then: an interim report never after the day its window closes."""
    meant, calendar = due.of(kind, year), office.calendar(moment)
    if fiscal_year(meant) < fiscal_year(day_at(moment)):
        return None
    if kind == FollowUp.FINAL or calendar.rule == "stay" or calendar.works(meant):
        return calendar.settled(meant)
    return calendar.nearest(meant, -1)


def _away(office: Office) -> dict[tuple[UUID, str], list[tuple[datetime, datetime | None]]]:
    """(memo, kind) -> the times in which a follow-up of it was in review or approved."""
    ours = Memo.objects.filter(organization=office.pk, follows__isnull=False)
    of = {pk: (follows, kind) for pk, follows, kind in ours.values_list("pk", "follows_id", "follow_up") if follows}
    states = defaultdict(list)
    events = Event.objects.filter(subject_type=MEMO, subject_id__in=of, data__has_key="state").order_by("seq")
    for pk, moment, data in events.values_list("subject_id", "at", "data"):
        states[pk].append((moment, data["state"]))
    found: dict[tuple[UUID, str], list[tuple[datetime, datetime | None]]] = defaultdict(list)
    for pk, told in states.items():
        ends = [*(moment for moment, _state in told[1:]), None]
        for (moment, state), end in zip(told, ends, strict=True):
            if state in (State.IN_REVIEW, State.APPROVED):
                found[of[pk]].append((moment, end))
    return found


def _without(
    start: datetime, end: datetime | None, away: list[tuple[datetime, datetime | None]]
) -> Iterator[tuple[datetime, datetime | None]]:
    """A time less others, in their order."""
    for begins, ends in sorted(away, key=lambda one: one[0]):
        if end is not None and begins >= end:
            break
        if begins > start:
            yield start, begins
        if ends is None:
            return
        start = max(start, ends)
    if end is None or start < end:
        yield start, end
