"""Who may do what to a result today. One rule, two faces: `why_not` for buttons, `require` for services."""

from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from assessments.models import Assessment
from organization.models import Role, User
from organization.refusals import Refused
from organization.seats import Seat, Seats, seats_of

#: Who keeps the office's results: the head of office, and the permanent secretary he answers to.
KEEPERS = (Role.HEAD_OF_OFFICE, Role.PERMANENT_SECRETARY)


def why_not(user: User, verb: str, organization_id: UUID | None, on: date, seats: Seats | None = None) -> str | None:
    """A sentence saying why this person may not do this to the office's results; None when they may."""
    try:
        require(user, verb, organization_id, on=on, seats=seats)
    except Refused as refusal:
        return str(refusal)
    except Assessment.DoesNotExist:
        return _("There is no such result.")
    return None


def require(
    user: User, verb: str, organization_id: UUID | None, *, on: date, seats: Seats | None = None
) -> Seat | None:
    """The seat in which this person may do it: `see` (everyone of the organization; no seat needed) or `record`.

    Raises Assessment.DoesNotExist (another organization's: 404) or Refused (visible but not yours: 403).
    """
    if organization_id is None or organization_id != user.organization_id:
        raise Assessment.DoesNotExist
    if verb == "see":
        return None
    seats = seats_of(user, on) if seats is None else seats
    seat = seats.with_role(*KEEPERS)
    if seat is None:
        raise Refused(_("The head of office and the permanent secretary keep the results of the assessment."))
    return seat
