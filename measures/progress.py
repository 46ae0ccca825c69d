"""Totals of work for boards: one statement for all groups, however many tasks there are."""

from collections.abc import Iterable
from dataclasses import astuple, dataclass, field
from datetime import date, timedelta

from django.db.models import Count, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from measures.lifecycle import AT_WORK, State
from measures.models import DivisionTask

SOON = timedelta(days=7)


@dataclass(frozen=True)
class Totals:
    """Of a set of tasks: how many, how far. Cancelled ones do not count, but in `listed`: how many rows there are."""

    tasks: int = 0
    done: int = 0
    soon: int = 0
    overdue: int = 0
    points: int = 0  # the percents of all tasks together
    listed: int = field(default=0, compare=False)

    @property
    def percent(self) -> int:
        return round(self.points / self.tasks) if self.tasks else 0


def by_division(tasks: QuerySet[DivisionTask], today: date) -> dict[int, Totals]:
    """Division id -> its totals, for every division with a task among these."""
    return by(tasks, "division_id", today)


def by(tasks: QuerySet[DivisionTask], key: str, today: date) -> dict[int, Totals]:
    """Value of a field -> the totals of its tasks, for every value among these."""
    counted, at_work = ~Q(state=State.CANCELLED), Q(state__in=AT_WORK)
    rows = (
        tasks.order_by()
        .values_list(key)
        .annotate(
            tasks=Count("pk", filter=counted),
            done=Count("pk", filter=Q(state=State.ACCEPTED)),
            soon=Count("pk", filter=at_work & Q(due_on__range=(today, today + SOON))),
            overdue=Count("pk", filter=at_work & Q(due_on__lt=today)),
            points=Coalesce(Sum("percent", filter=counted), Value(0)),
            listed=Count("pk"),
        )
    )
    return {value: Totals(*counts) for value, *counts in rows}


def together(some: Iterable[Totals]) -> Totals:
    columns = zip(*map(astuple, some), strict=True)
    return Totals(*map(sum, columns))
