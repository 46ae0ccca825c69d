"""Who may do what to a task today. One rule, two faces: `why_not` for buttons, `require` for services."""

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _

from measures.lifecycle import OPEN, State
from measures.models import DivisionTask, Report, ReportKind
from measures.queries import visible_to
from organization.models import HEADS, Position, Role, User
from organization.refusals import NotNow, Refused
from organization.seats import Seat, Seats, holders_of, seats_of

WORK = ("start", "tick", "report")
ANSWER = ("accept", "send_back", "cancel")
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
    return seat


def _worker(seats: Seats, task: DivisionTask) -> Seat:
    seat = seats.with_role(Role.OFFICER, *HEADS, division_id=task.division_id)
    if seat is None:
        raise Refused(_("Only the head and the officers of the division work on this task."))
    return seat


def _judge(user: User, seats: Seats, task: DivisionTask, on: date) -> Seat:
    """The head of office answers; his own division's work and what he did himself, the permanent secretary."""
    head, secretary = seats.with_role(Role.HEAD_OF_OFFICE), seats.with_role(Role.PERMANENT_SECRETARY)
    if head and _done_by([user.pk], task):
        head = None
        if not secretary:
            raise Refused(_("You reported this work yourself: the permanent secretary answers it."))
    if head:
        return head
    if secretary and (_belongs_to_the_office(task) or _done_by(_heads(task, on), task)):
        return secretary
    raise Refused(_("The head of office answers this task; for his own division's work, the permanent secretary."))


def _heads(task: DivisionTask, on: date) -> list[int]:
    """Who may answer as the head of office today."""
    office = Position.objects.filter(organization=task.organization_id, role=Role.HEAD_OF_OFFICE)
    return [s.user.pk for told in holders_of(office, on).values() for s in told]


def _belongs_to_the_office(task: DivisionTask) -> bool:
    return task.division.positions.filter(role=Role.HEAD_OF_OFFICE).exists()


def _done_by(people: Iterable[int], task: DivisionTask) -> bool:
    """Did one of these people do or report any of this work?"""
    kinds = (ReportKind.STARTED, ReportKind.PROGRESS, ReportKind.FINISHED)
    said = Report.objects.filter(task=task, by__in=people, kind__in=kinds)
    return said.exists() or task.steps.filter(ticked_by__in=people).exists()
