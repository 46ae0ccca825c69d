"""Tasks as lists and pages need them; bounded, with everything a row shows in a constant number of statements."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, Expression, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from measures.lifecycle import OPEN, State
from measures.models import DivisionTask, PlanRow, Report, TaskStep
from organization.models import OVERSEERS, Role, User
from organization.seats import Seats, holders_by_role, holding, seats_of


def visible_to(user: User, on: date, seats: Seats | None = None) -> QuerySet[DivisionTask]:
    """The head of office, the permanent secretary, the mayor and auditors see all; a division sees its own."""
    seats = seats_of(user, on) if seats is None else seats
    tasks = DivisionTask.objects.filter(organization=user.organization_id)
    return tasks if sees_all(seats) else tasks.filter(division__in=seats.division_ids)


def sees_all(seats: Seats) -> bool:
    """May this person see the tasks of every division?"""
    return seats.with_role(Role.HEAD_OF_OFFICE, *OVERSEERS) is not None


def with_progress(tasks: QuerySet[DivisionTask]) -> QuerySet[DivisionTask]:
    """Adds `steps_done` and `steps_all`, and all that a row shows.

    Each is asked for by itself, so that only the rows that are shown pay.
    """
    steps = TaskStep.objects.filter(task=OuterRef("pk")).order_by().values("task")
    return tasks.select_related("measure__row__memo", "division").annotate(
        steps_all=_count_of(steps),
        steps_done=_count_of(steps.filter(ticked_at__isnull=False)),
    )


def _count_of(steps: QuerySet[TaskStep, Any]) -> Expression:
    return Coalesce(Subquery(steps.annotate(count=Count("pk")).values("count")), Value(0))


def overdue(tasks: QuerySet[DivisionTask], today: date) -> QuerySet[DivisionTask]:
    return tasks.filter(state__in=OPEN, due_on__lt=today)


#: The order of a division's tasks, and of the whole board; the key of their pages.
DUE_ORDER = ("due_on", "measure__row__seq", "measure__seq", "pk")
BOARD_ORDER = ("division__order", "division_id", *DUE_ORDER)


def board_order(tasks: QuerySet[DivisionTask]) -> QuerySet[DivisionTask]:
    return tasks.order_by(*BOARD_ORDER)


def fiscal_years(organization_id: UUID | None) -> list[int]:
    """The fiscal years with work in this organization, newest first; from the plans, which are fewer than the tasks."""
    plans = PlanRow.objects.filter(organization=organization_id).order_by()
    return sorted(plans.values_list("fiscal_year", flat=True).distinct(), reverse=True)


def awaiting_answer(user: User, seats: Seats, on: date) -> QuerySet[DivisionTask]:
    """Tasks reported finished that this person may answer: the rule of policies.judging_roles, over many tasks."""
    reported = DivisionTask.objects.filter(organization=user.organization_id, state=State.REPORTED)
    reported = reported.exclude(done_by([user.pk]))
    if seats.with_role(Role.HEAD_OF_OFFICE):
        return reported
    if not seats.with_role(Role.PERMANENT_SECRETARY, Role.MAYOR):
        return reported.none()
    # The people themselves and not a query for them: a database knows then which few reports to begin with.
    people = holders_by_role((Role.HEAD_OF_OFFICE, Role.PERMANENT_SECRETARY), user.organization_id, on)
    secretarys = Q(division__positions__role=Role.HEAD_OF_OFFICE) | done_by(people[Role.HEAD_OF_OFFICE])
    if seats.with_role(Role.PERMANENT_SECRETARY):
        return reported.filter(secretarys).distinct()
    return reported.filter(secretarys).filter(done_by(people[Role.PERMANENT_SECRETARY])).distinct()


def done_by(people: list[int]) -> Q:
    """Tasks that one of these people started, reported or ticked a step of."""
    return _done(lambda field: Q(**{f"{field}__in": people}))


def done_by_role(role: str, organization_id: object, on: date) -> Q:
    """The same of whoever may act in the organization's position of this role today."""
    return _done(lambda field: holding(field, role, organization_id, on))


def _done(who: Callable[[str], Q]) -> Q:
    said = Report.objects.filter(who("by"), task=OuterRef("pk"), kind__in=("started", "progress", "finished"))
    return Q(Exists(said)) | Q(Exists(TaskStep.objects.filter(who("ticked_by"), task=OuterRef("pk"))))
