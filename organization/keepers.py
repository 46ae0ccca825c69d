"""Who keeps the office's people and chairs: its administrators and the head of office, or who acts for him."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from audit import chain
from organization.calendar import day_of
from organization.models import Organization, Role, User
from organization.refusals import Refused
from organization.seats import Seat, Seats, seats_of


@dataclass(frozen=True)
class Keeper:
    """An office that is locked, and who keeps it; an administrator may have no seat."""

    office: Organization
    by: User
    seat: Seat | None
    at: datetime

    @property
    def today(self) -> date:
        return day_of(self.at)

    def record(self, verb: str, **said: Any) -> None:
        """The act on the chain of the office: ids, days and digests, no names."""
        chain.record(self.office, verb, by=self.by, seat=self.seat, at=self.at, **said)


def why_not(user: User, on: date, seats: Seats | None = None) -> str | None:
    """Why this person does not keep the office's people and chairs; None when they do."""
    if user.is_active and user.is_staff:
        return None
    seats = seats_of(user, on) if seats is None else seats
    if seats.with_role(Role.HEAD_OF_OFFICE):
        return None
    return _("The administrators and the head of office keep the office's people and positions.")


def locked(by: User, now: datetime) -> Keeper:
    """The person's own office, locked: two who keep it follow one another. Raises Refused.

    The person is read again behind the lock: another administrator may have taken their right meanwhile.
    """
    office = office_of(by)
    fresh = User.objects.get(pk=by.pk)
    seats = seats_of(fresh, day_of(now))
    if why := why_not(fresh, day_of(now), seats):
        raise Refused(why)
    return Keeper(office, fresh, seats.with_role(Role.HEAD_OF_OFFICE) or next(iter(seats), None), now)


def office_of(by: User) -> Organization:
    """The person's own office, locked. Raises Organization.DoesNotExist for who has none."""
    return Organization.objects.select_for_update(no_key=True).get(people=by)
