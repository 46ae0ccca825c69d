"""Who publishes for an office: its head of office or its permanent secretary, or who acts for one of them."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from memo_flow.models import Memo
from organization.models import Role, User
from organization.refusals import Refused
from organization.seats import Seat, Seats, seats_of


def why_not(user: User, verb: str, organization_id: Any, on: date, seats: Seats | None = None) -> str | None:
    """A sentence saying why this person may not publish or withdraw today; None when they may."""
    try:
        require(user, verb, organization_id, on=on, seats=seats)
    except Refused as refusal:
        return str(refusal)
    except Memo.DoesNotExist:
        return _("There is no such memo.")
    return None


def require(user: User, verb: str, organization_id: Any, *, on: date, seats: Seats | None = None) -> Seat:
    """The seat in which this person publishes or withdraws.

    Raises Memo.DoesNotExist for another organization's (404) or Refused (403).
    """
    if organization_id != user.organization_id:
        raise Memo.DoesNotExist
    seat = (seats_of(user, on) if seats is None else seats).with_role(Role.HEAD_OF_OFFICE, Role.PERMANENT_SECRETARY)
    if seat is None:
        refusals = {
            "publish": _("Only the head of office or the permanent secretary may publish."),
            "withdraw": _("Only the head of office or the permanent secretary may withdraw a publication."),
        }
        raise Refused(refusals[verb])
    return seat
