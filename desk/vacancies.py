"""What waits where nobody sits today, so that nothing stays stuck unseen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from measures.lifecycle import AT_WORK
from measures.models import DivisionTask
from measures.queries import STAFF
from memo_flow.lifecycle import State
from memo_flow.models import Memo, Step
from organization.models import Position
from organization.seats import Seat, holders_of


@dataclass(frozen=True)
class Vacant:
    """Positions without anybody, and what waits for them: open steps, memos to be written on, tasks at work."""

    positions: list[Position]
    steps: QuerySet[Step]
    memos: QuerySet[Memo]
    tasks: QuerySet[DivisionTask]


def of_office(office_id: Any, on: date) -> Vacant:
    """Two statements, and one for each list that is read; however much waits.

    A position whose only official acts by delegation is vacant but for the kinds of memo that names.
    """
    positions = list(Position.objects.filter(organization=office_id, ended_on=None).select_related("division"))
    seats = holders_of(positions, on, any_kind=True)
    empty = [one for one in positions if not any(map(_whole, seats.get(one.pk, [])))]
    steps = Step.objects.filter(position__in=empty, opened_at__isnull=False, closed_at=None)
    for one in empty:
        kinds = {kind for seat in seats.get(one.pk, []) if seat.acting for kind in seat.acting.memo_kinds}
        steps = steps.exclude(position=one, memo__kind__code__in=kinds) if kinds else steps
    seated = {seat.user.pk for some in seats.values() for seat in some}
    memos = Memo.objects.filter(organization=office_id, state__in=[State.DRAFT, State.RETURNED])
    memos = memos.filter(author_position__in=empty).exclude(author__in=seated)
    staff = _staff(positions, seats)
    tasks = DivisionTask.objects.filter(organization=office_id, state__in=AT_WORK)
    return Vacant(empty, steps, memos, tasks.filter(_nobody(staff) | _left(staff)))


def _whole(seat: Seat) -> bool:
    return seat.acting is None or seat.acting.covers(None)


def _staff(positions: list[Position], seats: Mapping[int, list[Seat]]) -> dict[int, set[int]]:
    """Division -> who works for it today."""
    found: dict[int, set[int]] = {}
    for one in positions:
        if one.division_id and one.role in STAFF:
            people = {seat.user.pk for seat in seats.get(one.pk, []) if _whole(seat)}
            found.setdefault(one.division_id, set()).update(people)
    return found


def _nobody(staff: Mapping[int, set[int]]) -> Q:
    """Tasks of divisions where nobody works."""
    return ~Q(division__in=[division for division, people in staff.items() if people])


def _left(staff: Mapping[int, set[int]]) -> Q:
    """Tasks whose officer works in their division no more."""
    at_home = Q(pk=None)
    for division, people in staff.items():
        at_home |= Q(division=division, officer__in=people)
    return Q(officer__isnull=False) & ~at_home
