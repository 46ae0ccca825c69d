"""Totals of work for boards: pure arithmetic on tasks that `queries.with_progress` fetched."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from measures.lifecycle import State
from measures.models import DivisionTask

SOON = timedelta(days=7)


@dataclass(frozen=True)
class Totals:
    """Of a set of tasks: how many, how far. Cancelled ones do not count."""

    tasks: int
    done: int
    percent: int
    soon: int
    overdue: int


def totals(tasks: Iterable[DivisionTask], today: date) -> Totals:
    counted = [t for t in tasks if t.state != State.CANCELLED]
    open_ = [t for t in counted if t.is_open]
    percents = [100 if t.state == State.ACCEPTED else t.percent for t in counted]  # type: ignore[attr-defined]
    return Totals(
        tasks=len(counted),
        done=len([t for t in counted if t.state == State.ACCEPTED]),
        percent=round(sum(percents) / len(percents)) if percents else 0,
        soon=len([t for t in open_ if today <= t.due_on <= today + SOON]),
        overdue=len([t for t in open_ if t.due_on < today]),
    )
