"""Tasks as lists and pages need them; bounded, with everything a row shows in a constant number of statements."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, Expression, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from measures.lifecycle import AT_WORK, State
from measures.models import DivisionTask, Extension, Mention, PlanRow, Report, TaskStep
from organization import years
from organization.models import HEADS, OVERSEERS, Position, Role, User
from organization.seats import Seats, holders_by_role, holders_of, holding, seats_of

#: Who works for a division.
STAFF = (*HEADS, Role.OFFICER)


def visible_to(user: User, on: date, seats: Seats | None = None, *, mentioned: bool = True) -> QuerySet[DivisionTask]:
    """The head of office, the permanent secretary, the mayor and auditors see all; a division sees its own.

    A division named in a comment on a task sees that one as well; without `mentioned`, only what is its own work.
    """
    seats = seats_of(user, on) if seats is None else seats
    tasks = DivisionTask.objects.filter(organization=user.organization_id)
    if sees_all(seats):
        return tasks
    own = Q(division__in=seats.division_ids)
    return tasks.filter(own | named(seats) if mentioned and seats.division_ids else own)


def named(seats: Seats) -> Q:
    """Tasks on which a comment names a division of this person's."""
    return Q(Exists(Mention.objects.filter(task=OuterRef("pk"), division__in=seats.division_ids)))


def sees_all(seats: Seats) -> bool:
    """May this person see the tasks of every division?"""
    return seats.with_role(Role.HEAD_OF_OFFICE, *OVERSEERS) is not None


def held_by(user: User) -> Q:
    """Tasks handed to this person, or with an open step that is theirs."""
    return Q(officer=user) | Q(
        Exists(TaskStep.objects.filter(task=OuterRef("pk"), officer=user, ticked_at__isnull=True))
    )


def colleagues(division_id: int, on: date) -> list[User]:
    """Who works for a division on a day, its head first: its head and officers, and who acts for them."""
    chairs = Position.objects.filter(division=division_id, role__in=STAFF)
    seats = [seat for some in holders_of(chairs, on).values() for seat in some]
    leading = {seat.user.pk for seat in seats if seat.role in HEADS}
    people = User.objects.filter(pk__in={seat.user.pk for seat in seats}).order_by("name_th", "pk")
    return sorted(people, key=lambda one: one.pk not in leading)


def with_progress(tasks: QuerySet[DivisionTask]) -> QuerySet[DivisionTask]:
    """Adds `steps_done` and `steps_all`, and all that a row shows.

    Each is asked for by itself, so that only the rows that are shown pay.
    """
    steps = TaskStep.objects.filter(task=OuterRef("pk")).order_by().values("task")
    return tasks.select_related("measure__row__memo", "division", "officer").annotate(
        steps_all=_count_of(steps),
        steps_done=_count_of(steps.filter(ticked_at__isnull=False)),
    )


def about(task: DivisionTask) -> str:
    """How letters and attachments name a task."""
    return about_task(task.pk)


def about_task(pk: UUID) -> str:
    return f"task:{pk}"


def about_extension(pk: UUID) -> str:
    """How the letters that ask for an answer name a request for more time."""
    return f"extension:{pk}"


def _count_of(steps: QuerySet[TaskStep, Any]) -> Expression:
    return Coalesce(Subquery(steps.annotate(count=Count("pk")).values("count")), Value(0))


def in_open_years(tasks: QuerySet[DivisionTask]) -> QuerySet[DivisionTask]:
    """Those that may still be worked on: what a closed year has left unfinished stays as it is."""
    return tasks.exclude(years.is_closed("organization", "measure__row__fiscal_year"))


def overdue(tasks: QuerySet[DivisionTask], today: date) -> QuerySet[DivisionTask]:
    """What the division still has to finish, and its day is past; what it reported in time waits for its judge."""
    return tasks.filter(state__in=AT_WORK, due_on__lt=today)


#: The order of a division's tasks, and of the whole board; the key of their pages.
DUE_ORDER = ("due_on", "measure__row__seq", "measure__seq", "pk")
BOARD_ORDER = ("division__order", "division_id", *DUE_ORDER)


def board_order(tasks: QuerySet[DivisionTask]) -> QuerySet[DivisionTask]:
    return tasks.order_by(*BOARD_ORDER)


def fiscal_years(organization_id: UUID | None) -> list[int]:
    """The fiscal years with work in this organization, newest first; from the plans, which are fewer than the tasks."""
    plans = PlanRow.objects.filter(organization=organization_id).order_by()
    return sorted(plans.values_list("fiscal_year", flat=True).distinct(), reverse=True)


def year_of_memo(memo_id: UUID | None) -> int | None:
    """The fiscal year of the work a memo ordered: that of its first row; one statement, or none for no memo."""
    if memo_id is None:
        return None
    return PlanRow.objects.filter(memo=memo_id, seq=1).values_list("fiscal_year", flat=True).first()


def awaiting_answer(user: User, seats: Seats, on: date) -> QuerySet[DivisionTask]:
    """Tasks reported finished that this person may answer: the rule of policies.judging_roles, over many tasks."""
    reported = DivisionTask.objects.filter(organization=user.organization_id, state=State.REPORTED)
    return _to_judge(in_open_years(reported.exclude(done_by([user.pk]))), user, seats, on, done_by)


def awaiting_time(user: User, seats: Seats, on: date) -> QuerySet[DivisionTask]:
    """Tasks whose division asks for more time, which this person may answer: policies.granting_roles, over many."""
    asked = DivisionTask.objects.filter(Exists(open_request()), organization=user.organization_id, state__in=AT_WORK)
    return _to_judge(in_open_years(asked.exclude(asked_by([user.pk]))), user, seats, on, asked_by)


def _to_judge(
    tasks: QuerySet[DivisionTask], user: User, seats: Seats, on: date, did: Callable[[list[int]], Q]
) -> QuerySet[DivisionTask]:
    """Those of the tasks that these seats may answer; `did(people)`: what one of these people did."""
    if seats.with_role(Role.HEAD_OF_OFFICE):
        return tasks
    if not seats.with_role(Role.PERMANENT_SECRETARY, Role.MAYOR):
        return tasks.none()
    # The people themselves and not a query for them: a database knows then which few reports to begin with.
    people = holders_by_role((Role.HEAD_OF_OFFICE, Role.PERMANENT_SECRETARY), user.organization_id, on)
    secretarys = tasks.filter(Q(division__positions__role=Role.HEAD_OF_OFFICE) | did(people[Role.HEAD_OF_OFFICE]))
    if seats.with_role(Role.PERMANENT_SECRETARY):
        return secretarys.distinct()
    return secretarys.filter(did(people[Role.PERMANENT_SECRETARY])).distinct()


def done_by(people: list[int]) -> Q:
    """Tasks that one of these people started, reported or ticked a step of."""
    return _done(lambda field: Q(**{f"{field}__in": people}))


def done_by_role(role: str, organization_id: object, on: date) -> Q:
    """The same of whoever may act in the organization's position of this role today."""
    return _done(lambda field: holding(field, role, organization_id, on))


def _done(who: Callable[[str], Q]) -> Q:
    said = Report.objects.filter(who("by"), task=OuterRef("pk"), kind__in=("started", "progress", "finished"))
    return Q(Exists(said)) | Q(Exists(TaskStep.objects.filter(who("ticked_by"), task=OuterRef("pk"))))


def open_request() -> QuerySet[Extension]:
    """For Exists: the request for more time of a task that nobody has answered yet."""
    return Extension.objects.filter(task=OuterRef("pk"), granted=None)


def asked_by(people: list[int]) -> Q:
    """Tasks for which one of these people asks for more time."""
    return Q(Exists(open_request().filter(by__in=people)))


def asked_by_role(role: str, organization_id: object, on: date) -> Q:
    """The same of whoever may act in the organization's position of this role today."""
    return Q(Exists(open_request().filter(holding("by", role, organization_id, on))))
