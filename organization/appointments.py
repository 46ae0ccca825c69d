"""The writes of who sits where."""

from collections.abc import Iterable
from datetime import date
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from organization.models import Acting, ActingKind, Appointment, Position, User

D = TypeVar("D", Appointment, Acting)


def overlapping(starts_on: date, ends_on: date | None) -> Q:
    until = Q() if ends_on is None else Q(starts_on__lte=ends_on)
    return until & (Q(ends_on=None) | Q(ends_on__gte=starts_on))


def lasting(rows: QuerySet[D], on: date) -> QuerySet[D]:
    """Appointments or acting orders that hold on a day or begin after it."""
    return rows.filter(Q(ends_on=None) | Q(ends_on__gte=on))


def _check(position: Position, user: User, starts_on: date, ends_on: date | None) -> None:
    if user.organization_id != position.organization_id:
        raise ValidationError(_("This person belongs to another organization."))
    if ends_on and ends_on < starts_on:
        raise ValidationError(_("The last day lies before the first."))


@transaction.atomic
def appoint(
    user: User, position: Position, *, starts_on: date, ends_on: date | None = None, order_number: str = ""
) -> Appointment:
    """Seat a person in a position. Raises ValidationError when someone already sits there in these days."""
    position = Position.objects.select_for_update().get(pk=position.pk)
    _check(position, user, starts_on, ends_on)
    taken = Appointment.objects.filter(overlapping(starts_on, ends_on), position=position)
    if position.shared:
        taken = taken.filter(user=user)
    if taken.exists():
        raise ValidationError(_("Someone already sits in this position on these days."))
    return Appointment.objects.create(
        user=user, position=position, starts_on=starts_on, ends_on=ends_on, order_number=order_number
    )


@transaction.atomic
def act_for(
    position: Position,
    user: User,
    *,
    starts_on: date,
    ends_on: date | None = None,
    order_number: str,
    kind: str = ActingKind.ACTING_FOR,
    memo_kinds: Iterable[str] = (),
) -> Acting:
    """Let a person act for a position by an order.

    Raises ValidationError when the order has no number, a delegation names no memo kinds, or another acting
    official stands for the same position and kind in these days.
    """
    position = Position.objects.select_for_update().get(pk=position.pk)
    _check(position, user, starts_on, ends_on)
    if not order_number.strip():
        raise ValidationError(_("Give the number of the order."))
    kinds = sorted(set(memo_kinds))
    if (kind == ActingKind.ON_BEHALF) != bool(kinds):
        raise ValidationError(_("A delegation, and only a delegation, names the kinds of memo it covers."))
    rivals = Acting.objects.filter(overlapping(starts_on, ends_on), position=position, kind=kind)
    if any(not kinds or set(kinds) & set(rival.memo_kinds) for rival in rivals):
        raise ValidationError(_("Another official already acts for this position on these days."))
    return Acting.objects.create(
        position=position,
        user=user,
        kind=kind,
        memo_kinds=kinds,
        starts_on=starts_on,
        ends_on=ends_on,
        order_number=order_number.strip(),
    )


@transaction.atomic
def end(seat: Appointment | Acting, *, on: date) -> None:
    """The last day of an appointment or an acting order."""
    if on < seat.starts_on:
        raise ValidationError(_("The last day lies before the first."))
    if seat.ends_on and on > seat.ends_on:
        raise ValidationError(_("It ends before that day already. Write a new order."))
    seat.ends_on = on
    seat.save(update_fields=["ends_on"])
