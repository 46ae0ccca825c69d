"""Tasks as lists and pages need them; bounded, with everything a row shows in a constant number of statements."""

from datetime import date

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from measures.lifecycle import OPEN
from measures.models import DivisionTask, Report
from organization.models import OVERSEERS, Role, User
from organization.seats import Seats, seats_of


def visible_to(user: User, on: date, seats: Seats | None = None) -> QuerySet[DivisionTask]:
    """The head of office, the permanent secretary, the mayor and auditors see all; a division sees its own."""
    seats = seats_of(user, on) if seats is None else seats
    tasks = DivisionTask.objects.filter(organization=user.organization_id)
    if seats.with_role(Role.HEAD_OF_OFFICE, *OVERSEERS):
        return tasks
    return tasks.filter(division__in=seats.division_ids)


def with_progress(tasks: QuerySet[DivisionTask]) -> QuerySet[DivisionTask]:
    """Adds `percent` (of the newest report), `steps_done` and `steps_all`, and all that a row shows."""
    newest = Report.objects.filter(task=OuterRef("pk")).order_by("-seq").values("percent")[:1]
    return tasks.select_related("measure__row__memo", "division").annotate(
        percent=Coalesce(Subquery(newest), Value(0), output_field=IntegerField()),
        steps_all=Count("steps", distinct=True),
        steps_done=Count("steps", filter=Q(steps__ticked_at__isnull=False), distinct=True),
    )


def overdue(tasks: QuerySet[DivisionTask], today: date) -> QuerySet[DivisionTask]:
    return tasks.filter(state__in=OPEN, due_on__lt=today)


def board_order(tasks: QuerySet[DivisionTask]) -> QuerySet[DivisionTask]:
    return tasks.order_by("division__order", "division_id", "due_on", "measure__row__seq", "measure__seq", "pk")


def fiscal_years(tasks: QuerySet[DivisionTask]) -> list[int]:
    """The fiscal years with work in them, newest first."""
    years = tasks.order_by().values_list("measure__row__fiscal_year", flat=True).distinct()
    return sorted(years, reverse=True)
