"""Who may do what to a task today. One rule, two faces: `why_not` for buttons, `require` for services."""

from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from measures.lifecycle import OPEN, State
from measures.models import DivisionTask
from measures.queries import done_by, done_by_role, visible_to
from organization import years
from organization.models import HEADS, Position, Role, User
from organization.refusals import NotNow, Refused
from organization.seats import Seat, Seats, holders_of, seats_of

WORK = ("start", "tick", "report")
WHEN = {
    "start": (State.ASSIGNED,),
    "tick": (State.IN_PROGRESS,),
    "report": (State.IN_PROGRESS,),
    "accept": (State.REPORTED,),
    "send_back": (State.REPORTED,),
    "cancel": OPEN,
}


def why_not(user: User, verb: str, task: DivisionTask, on: date, seats: Seats | None = None) -> str | None:
    """A sentence saying why this person may not do this to the task now; None when they may."""
    try:
        require(user, verb, task, on=on, seats=seats)
    except (Refused, NotNow) as refusal:
        return str(refusal)
    except DivisionTask.DoesNotExist:
        return _("There is no such task.")
    return None


def require(user: User, verb: str, task: DivisionTask, *, on: date, seats: Seats | None = None) -> Seat:
    """The seat in which this person may do it.

    Raises DivisionTask.DoesNotExist (invisible: 404), Refused (visible but not yours: 403) or NotNow (409).
    """
    if task.organization_id != user.organization_id:
        raise DivisionTask.DoesNotExist
    seats = seats_of(user, on) if seats is None else seats
    try:
        seat = _worker(seats, task) if verb in WORK else _judge(user, seats, task, on)
    except Refused:
        if not visible_to(user, on, seats).filter(pk=task.pk).exists():
            raise DivisionTask.DoesNotExist from None
        raise
    if task.state not in WHEN[verb]:
        raise NotNow(_("The task is now “%(state)s”: this cannot be done.") % {"state": task.get_state_display()})
    if task.closing:
        raise NotNow(years.refusal(task.closing.fiscal_year))
    return seat


def _worker(seats: Seats, task: DivisionTask) -> Seat:
    seat = seats.with_role(Role.OFFICER, *HEADS, division_id=task.division_id)
    if seat is None:
        raise Refused(_("Only the head and the officers of the division work on this task."))
    return seat


def _judge(user: User, seats: Seats, task: DivisionTask, on: date) -> Seat:
    seat = next((s for s in map(seats.with_role, judging_roles(task, on)) if s), None)
    if seat is None:
        raise Refused(_("The head of office answers this task; for his own division's work, the permanent secretary."))
    if _done(task, done_by([user.pk])):
        raise Refused(_("You did or reported this work yourself: somebody else has to answer it."))
    return seat


def judging_roles(task: DivisionTask, on: date) -> list[str]:
    """The roles that may answer this task today, the usual one first.

    The head of office; beside him the permanent secretary, for the work of the office's own division and for what
    the head of office did himself; beside those the mayor, for what the permanent secretary did as well.
    """
    roles: list[str] = [Role.HEAD_OF_OFFICE]
    if _belongs_to_the_office(task) or _done(task, done_by_role(Role.HEAD_OF_OFFICE, task.organization_id, on)):
        roles.append(Role.PERMANENT_SECRETARY)
        if _done(task, done_by_role(Role.PERMANENT_SECRETARY, task.organization_id, on)):
            roles.append(Role.MAYOR)
    return roles


def _belongs_to_the_office(task: DivisionTask) -> bool:
    return task.division.positions.filter(role=Role.HEAD_OF_OFFICE).exists()


def judges_of(task: DivisionTask, on: date) -> list[Seat]:
    """Everyone who may answer this task today, for the letter that asks them to."""
    chairs = Position.objects.filter(organization=task.organization_id, role__in=judging_roles(task, on))
    told = [seat for seats in holders_of(chairs, on).values() for seat in seats]
    return [seat for seat in told if not _done(task, done_by([seat.user.pk]))]


def _done(task: DivisionTask, by_whom: Q) -> bool:
    """Did one of them do or report any of this work?"""
    return DivisionTask.objects.filter(by_whom, pk=task.pk).exists()
