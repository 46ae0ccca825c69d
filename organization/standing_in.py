"""Acting officials, as the office orders them: by the holder of the chair, the head of office or the permanent
secretary, or who keeps the office's people.

Both are told, and the order counts at once for what waits already, because whose turn it is is asked each day anew.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from organization import appointments, chairs, keepers, news
from organization.calendar import day_of
from organization.keepers import Keeper
from organization.models import Acting, ActingKind, Appointment, Position, Role, User
from organization.plain_text import words
from organization.refusals import NotNow, Refused
from organization.seats import Seat, Seats, on_day, seats_of

ORDERED, ENDED = "acting_ordered", "acting_ended"
#: Who may order it for any chair of the office.
ORDERERS = (Role.HEAD_OF_OFFICE, Role.PERMANENT_SECRETARY)


@dataclass(frozen=True)
class Order:
    """An acting order as it was typed: who acts for which chair, from when until when, by which paper."""

    position: int
    person: int
    starts_on: date
    ends_on: date | None
    order_number: str
    kind: str = ActingKind.ACTING_FOR
    memo_kinds: tuple[str, ...] = ()


def may_order(user: User, on: date, seats: Seats | None = None) -> tuple[bool, set[int]]:
    """(for any chair?, the ids of the chairs this person holds and may order it for)."""
    seats = seats_of(user, on) if seats is None else seats
    whole = keepers.why_not(user, on, seats) is None or seats.with_role(*ORDERERS) is not None
    return whole, {one.position_id for one in seats if one.acting is None and not one.position.shared}


@transaction.atomic
def order(wanted: Order, *, by: User, now: datetime) -> Acting:
    """Let a person act for a chair.

    Raises Position.DoesNotExist, Refused (not for this chair), or ValidationError {person, starts_on, ends_on,
    order_number, memo_kinds, or none}: it is over already, goes in a circle, or another one holds on these days.
    """
    keeper = _locked(wanted.position, by, now)
    chair = keeper.office.positions.get(pk=wanted.position)
    person = User.objects.filter(pk=wanted.person, organization=keeper.office, is_active=True).first()
    if person is None:
        raise ValidationError({"person": _("Choose a person who works in the office.")})
    _check(wanted, chair, keeper.today)
    number = words(wanted.order_number, "order_number", most=100, needed=_("Give the number of the order."))
    made = appointments.act_for(
        chair,
        person,
        starts_on=wanted.starts_on,
        ends_on=wanted.ends_on,
        order_number=number,
        kind=wanted.kind,
        memo_kinds=wanted.memo_kinds,
    )
    if wanted.kind != ActingKind.ON_BEHALF:
        _require_no_circle(made, keeper)
    keeper.record("acting_ordered", **_said(made))
    _tell(ORDERED, made, keeper)
    chairs.seat(made, keeper)
    return made


@transaction.atomic
def end(pk: int, *, last_day: date, by: User, now: datetime) -> Acting | None:
    """The last day of an order; one that has not begun is cancelled (then None). Both are told.

    Raises Acting.DoesNotExist, Refused, NotNow (it is over) or ValidationError {last_day}.
    """
    position = Acting.objects.values_list("position", flat=True).get(pk=pk, position__organization=by.organization_id)
    keeper = _locked(position, by, now)
    one = Acting.objects.select_for_update(of=("self",)).select_related("position").filter(pk=pk).first()
    if one is None or (one.ends_on and one.ends_on < keeper.today):
        raise NotNow(_("This order has ended already."))
    news.void(about(one), now)
    _tell(ENDED, one, keeper, last_day=last_day)
    ended: Acting | None = chairs.end_row(one, last_day, keeper)
    return ended


def _locked(position: int, by: User, now: datetime) -> Keeper:
    """The office, locked, and the seat in which this person orders it."""
    office, today = keepers.office_of(by), day_of(now)
    fresh = User.objects.get(pk=by.pk)
    seats = seats_of(fresh, today)
    chair = office.positions.get(pk=position)
    whole, own = may_order(fresh, today, seats)
    if not whole and chair.pk not in own:
        raise Refused(_("The holder of the position, the head of office or the permanent secretary orders this."))
    seat: Seat | None = seats.with_role(*ORDERERS)
    if chair.pk in own and seat is None:
        seat = seats.at(chair.pk)
    return Keeper(office, fresh, seat or next(iter(seats), None), now)


def _check(wanted: Order, chair: Position, today: date) -> None:
    if chair.ended_on or chair.shared:
        raise ValidationError({"position": _("Nobody acts for this position.")})
    if wanted.ends_on and wanted.ends_on < wanted.starts_on:
        raise ValidationError({"ends_on": _("The last day lies before the first.")})
    if wanted.ends_on and wanted.ends_on < today:
        raise ValidationError({"ends_on": _("This order would be over already: its last day is past.")})
    if wanted.kind == ActingKind.ON_BEHALF and not wanted.memo_kinds:
        raise ValidationError({"memo_kinds": _("Choose the kinds of memo that are delegated.")})
    if wanted.kind != ActingKind.ON_BEHALF and wanted.memo_kinds:
        raise ValidationError({"memo_kinds": _("Only a delegation names kinds of memo; the others cover all.")})
    holds = Appointment.objects.filter(
        appointments.overlapping(wanted.starts_on, wanted.ends_on), position=chair, user=wanted.person
    )
    if holds.exists():
        raise ValidationError({"person": _("This person holds the position on these days anyway.")})


def _require_no_circle(made: Acting, keeper: Keeper) -> None:
    """Raises ValidationError when, in these days, those who act for one another end with the one who is away.

    Who orders it is away: so is each holder whose chair another acts for. Delegations count for nobody's absence.
    """
    days = appointments.overlapping(made.starts_on, made.ends_on)
    office = {"position__organization": keeper.office}
    holders: dict[int, set[int]] = defaultdict(set)
    for position, user in Appointment.objects.filter(days, **office).values_list("position", "user"):
        holders[position].add(user)
    stands_for: dict[int, set[int]] = defaultdict(set)  # who is away -> who acts for them
    orders = Acting.objects.filter(days, **office).exclude(kind=ActingKind.ON_BEHALF)
    for position, user in orders.values_list("position", "user"):
        for holder in holders[position]:
            stands_for[holder].add(user)
    away = holders[made.position_id]
    if away & _reached(made.user_id, stands_for):
        raise ValidationError(
            {"person": _("This goes in a circle: on these days somebody acts for this person who would be away.")}
        )


def _reached(start: int, stands_for: Mapping[int, Iterable[int]]) -> set[int]:
    """Everyone who in the end acts for the first one."""
    found: set[int] = set()
    ahead = [start]
    while ahead:
        for one in stands_for.get(ahead.pop(), ()):
            if one not in found:
                found.add(one)
                ahead.append(one)
    return found


def about(one: Acting) -> str:
    return f"acting:{one.pk}"


def _tell(event: str, one: Acting, keeper: Keeper, last_day: date | None = None) -> None:
    held = Appointment.objects.filter(on_day(keeper.today), position=one.position_id, user__is_active=True)
    told = {one.user_id, *held.values_list("user", flat=True)} - {keeper.by.pk}
    until = last_day or one.ends_on
    news.tell(
        news.News(
            event=event,
            office=keeper.office,
            to=sorted(told),
            about=about(one),
            place=keeper.at.isoformat(),
            path=reverse("acting"),
            at=keeper.at,
            facts={
                "by": keeper.by,
                "who": one.user,
                "acting_id": one.user_id,
                "position": one.position,
                "kind": ActingKind(one.kind).label,
                "order": one.order_number,
                "starts_on": one.starts_on.isoformat(),
                "ends_on": until.isoformat() if until else "",
                "some": one.kind == ActingKind.ON_BEHALF,
            },
        )
    )


def _said(one: Acting) -> dict[str, Any]:
    return chairs.said(one) | {"kind": one.kind, "memo_kinds": one.memo_kinds}
