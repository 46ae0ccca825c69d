"""Who may do what to a task today. One rule, two faces: `why_not` for buttons, `require` for services."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from measures.lifecycle import AT_WORK, OPEN, State
from measures.models import DivisionTask
from measures.queries import STAFF, asked_by, asked_by_role, done_by, done_by_role, visible_to
from organization import years
from organization.calendar import last_day
from organization.models import HEADS, OVERSEERS, Position, Role, User
from organization.refusals import NotNow, Refused
from organization.seats import Seat, Seats, holders_of, seats_of

WORK = ("start", "tick", "report", "attach", "ask_extension")
LEAD = ("hand_over", "share")
ONE_DAY = timedelta(days=1)
WHEN = {
    "start": (State.ASSIGNED,),
    "tick": (State.IN_PROGRESS,),
    "report": (State.IN_PROGRESS,),
    "attach": (State.IN_PROGRESS,),  # and take away again
    "accept": (State.REPORTED,),
    "send_back": (State.REPORTED,),
    "cancel": OPEN,
    "hand_over": AT_WORK,
    "share": AT_WORK,
    "ask_extension": AT_WORK,
    "answer_extension": AT_WORK,
    "nudge": AT_WORK,
    "comment": tuple(State),
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
        seat = _seat(user, verb, task, on, seats)
    except Refused:
        if not visible_to(user, on, seats).filter(pk=task.pk).exists():
            raise DivisionTask.DoesNotExist from None
        raise
    if task.state not in WHEN[verb]:
        raise NotNow(_("The task is now “%(state)s”: this cannot be done.") % {"state": task.get_state_display()})
    if task.closing:
        raise NotNow(years.refusal(task.closing.fiscal_year))
    if verb == "ask_extension":
        _require_time_left(task, on)
    if verb == "answer_extension" and not _asks(task):
        raise NotNow(_("No request for more time waits for an answer."))
    return seat


def _seat(user: User, verb: str, task: DivisionTask, on: date, seats: Seats) -> Seat:
    if verb in WORK:
        return _worker(seats, task)
    if verb in LEAD:
        return _leader(user, seats, task)
    if verb == "comment":
        return _reader(seats, task)
    if verb == "nudge":
        return _head_of_office(seats)
    return _grantor(user, seats, task, on) if verb == "answer_extension" else _judge(user, seats, task, on)


def _worker(seats: Seats, task: DivisionTask) -> Seat:
    seat = seats.with_role(*STAFF, division_id=task.division_id)
    if seat is None:
        raise Refused(_("Only the head and the officers of the division work on this task."))
    return seat


def _leader(user: User, seats: Seats, task: DivisionTask) -> Seat:
    """The head of the division; an officer only of a task that is his."""
    seat = seats.with_role(*HEADS, division_id=task.division_id)
    if seat is None and task.officer_id == user.pk:
        seat = seats.with_role(Role.OFFICER, division_id=task.division_id)
    if seat is None:
        raise Refused(_("The head of the division says whose task this is, or the colleague who has it."))
    return seat


def _reader(seats: Seats, task: DivisionTask) -> Seat:
    """The seat in which the person sees the task: of its division, above all of them, or of a division named."""
    seat = next((s for s in seats.full if s.division_id == task.division_id), None)
    seat = seat or seats.with_role(Role.HEAD_OF_OFFICE, *OVERSEERS)
    if seat is None:
        named = set(task.mentions.filter(division__in=seats.division_ids).values_list("division", flat=True))
        seat = next((s for s in seats.full if s.division_id in named), None)
    if seat is None:
        raise Refused(_("Only who may see this task comments on it."))
    return seat


def _head_of_office(seats: Seats) -> Seat:
    seat = seats.with_role(Role.HEAD_OF_OFFICE)
    if seat is None:
        raise Refused(_("Only the head of office reminds a division by hand."))
    return seat


def _judge(user: User, seats: Seats, task: DivisionTask, on: date) -> Seat:
    seat = next((s for s in map(seats.with_role, judging_roles(task, on)) if s), None)
    if seat is None:
        raise Refused(_("The head of office answers this task; for his own division's work, the permanent secretary."))
    if _is(task, done_by([user.pk])):
        raise Refused(_("You did or reported this work yourself: somebody else has to answer it."))
    return seat


def _grantor(user: User, seats: Seats, task: DivisionTask, on: date) -> Seat:
    seat = next((s for s in map(seats.with_role, granting_roles(task, on)) if s), None)
    if seat is None:
        raise Refused(_("The head of office answers this task; for his own division's work, the permanent secretary."))
    if _is(task, asked_by([user.pk])):
        raise Refused(_("You asked for this time yourself: somebody else has to answer."))
    return seat


def judging_roles(task: DivisionTask, on: date) -> list[str]:
    """The roles that may answer this task today, the usual one first.

    The head of office; beside him the permanent secretary, for the work of the office's own division and for what
    the head of office did himself; beside those the mayor, for what the permanent secretary did as well.
    """
    return _roles(task, lambda role: done_by_role(role, task.organization_id, on))


def granting_roles(task: DivisionTask, on: date) -> list[str]:
    """The roles that may answer its request for more time: as `judging_roles`, for who asked instead of who did."""
    return _roles(task, lambda role: asked_by_role(role, task.organization_id, on))


def _roles(task: DivisionTask, his_own: Callable[[str], Q]) -> list[str]:
    roles: list[str] = [Role.HEAD_OF_OFFICE]
    if _belongs_to_the_office(task) or _is(task, his_own(Role.HEAD_OF_OFFICE)):
        roles.append(Role.PERMANENT_SECRETARY)
        if _is(task, his_own(Role.PERMANENT_SECRETARY)):
            roles.append(Role.MAYOR)
    return roles


def _belongs_to_the_office(task: DivisionTask) -> bool:
    return task.division.positions.filter(role=Role.HEAD_OF_OFFICE).exists()


def judges_of(task: DivisionTask, on: date) -> list[Seat]:
    """Everyone who may answer this task today, for the letter that asks them to."""
    told = _holders(task, judging_roles(task, on), on)
    return [seat for seat in told if not _is(task, done_by([seat.user.pk]))]


def grantors_of(task: DivisionTask, on: date) -> list[Seat]:
    """Everyone who may answer its open request for more time today."""
    told = _holders(task, granting_roles(task, on), on)
    return [seat for seat in told if not _is(task, asked_by([seat.user.pk]))]


class Asked(NamedTuple):
    """A request for more time: its key, the office and the division of its task, and who asked."""

    pk: UUID
    organization_id: UUID
    division_id: int
    by_id: int


def grantors(asked: Iterable[Asked], on: date) -> dict[UUID, list[Seat]]:
    """The same of many requests: who may answer each today. Two statements, however many there are."""
    asked = list(asked)
    roles = [Role.HEAD_OF_OFFICE, Role.PERMANENT_SECRETARY, Role.MAYOR]
    chairs = Position.objects.filter(organization__in={one.organization_id for one in asked}, role__in=roles)
    by_office: dict[UUID, dict[str, list[Seat]]] = defaultdict(lambda: {role: [] for role in roles})
    offices_own = set()
    chairs_found = list(chairs) if asked else []
    holders = holders_of(chairs_found, on)
    for chair in chairs_found:
        by_office[chair.organization_id][chair.role] = holders.get(chair.pk, [])
        if chair.role == Role.HEAD_OF_OFFICE:
            offices_own.add(chair.division_id)
    return {one.pk: _granting(one, by_office[one.organization_id], one.division_id in offices_own) for one in asked}


def _granting(asked: Asked, holders: Mapping[str, list[Seat]], offices_own: bool) -> list[Seat]:
    """The rule of `granting_roles`, of a request whose office's holders are known."""

    def asks(role: str) -> bool:
        return asked.by_id in {seat.user.pk for seat in holders[role]}

    told = [*holders[Role.HEAD_OF_OFFICE]]
    if offices_own or asks(Role.HEAD_OF_OFFICE):
        told += holders[Role.PERMANENT_SECRETARY]
        if asks(Role.PERMANENT_SECRETARY):
            told += holders[Role.MAYOR]
    return [seat for seat in told if seat.user.pk != asked.by_id]


def _holders(task: DivisionTask, roles: list[str], on: date) -> list[Seat]:
    chairs = Position.objects.filter(organization=task.organization_id, role__in=roles)
    return [seat for seats in holders_of(chairs, on).values() for seat in seats]


def _is(task: DivisionTask, condition: Q) -> bool:
    return DivisionTask.objects.filter(condition, pk=task.pk).exists()


def _require_time_left(task: DivisionTask, on: date) -> None:
    """Is there a later day that may be given, and does no request wait already?"""
    if max(on, task.due_on + ONE_DAY) > last_day(task.measure.row.fiscal_year):
        raise NotNow(_("No later day can be given: its fiscal year ends on 30 September."))
    if _asks(task):
        raise NotNow(_("More time is asked for already, and not answered yet."))


def _asks(task: DivisionTask) -> bool:
    """Does a request for more time wait for an answer?"""
    return task.extensions.filter(granted=None).exists()
