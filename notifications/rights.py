"""Whose trouble it is: the head of office's and the permanent secretary's of an office, and an administrator's."""

from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from organization.models import Role, User
from organization.refusals import Refused
from organization.seats import Seat, Seats, seats_of

M = TypeVar("M", bound=Model)
RESPONSIBLE = (Role.HEAD_OF_OFFICE, Role.PERMANENT_SECRETARY)


@dataclass(frozen=True)
class Reach:
    """Which office's post somebody looks after, in which seat; no office is every office."""

    office: UUID | None
    seat: Seat | None = None

    def of(self, rows: QuerySet[M], field: str = "organization") -> QuerySet[M]:
        """Those of the rows that are theirs."""
        return rows.filter(**{field: self.office}) if self.office else rows


def reach(by: User, *, on: date, seats: Seats | None = None) -> Reach | None:
    """None for who looks after nothing. A superuser without an office looks after every one."""
    if not by.is_active:
        return None
    whole = by.organization_id is None and by.is_superuser
    office: Any = by.organization_id
    seat = None if whole else (seats_of(by, on) if seats is None else seats).with_role(*RESPONSIBLE)
    if whole or (office and (seat or by.is_staff)):
        return Reach(office, seat)
    return None


def require(by: User, *, on: date) -> Reach:
    """Raises Refused."""
    found = reach(by, on=on)
    if found is None:
        raise Refused(
            _("The head of office, the permanent secretary and the administrators look after the office’s post.")
        )
    return found


def homeless() -> Refused:
    """The refusal of who has no office for what belongs to one."""
    return Refused(_("This belongs to an office, and you have none."))
