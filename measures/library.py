"""Measures to take again: those an organization has approved in earlier years, with how they went, and a few of a
published report for who has none yet. A measure belongs to the indicator it answers.

What a year has left unfinished is carried into the next, marked in its words with the year it began in.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml
from django.db.models import QuerySet

from measures.lifecycle import OPEN
from measures.models import DivisionTask, Measure, PlanRow, TaskStep
from measures.progress import Totals, by
from organization import years
from organization.calendar import thai_digits

PUBLISHED = Path(__file__).parent / "data" / "kamphaeng_saen_2564.yaml"
NEWEST = 200  # measures of the organization that are looked at
LEFT = 500  # unfinished tasks that are carried on
_MARK = re.compile(r"\s*\(ดำเนินการต่อเนื่องจากปีงบประมาณ พ\.ศ\. [๐-๙]{4}\)$")


@dataclass(frozen=True)
class Known:
    """A measure that can be taken. `responsible`: codes of divisions, of the measure and of each of its steps.

    `went`: how its tasks stand, None for a published one, which is nobody's work yet.
    """

    key: str  # own-12, or published-IIT-M1
    fiscal_year: int  # Buddhist, of the work
    instrument: str
    indicator: int
    text: str
    responsible: tuple[str, ...]
    steps: tuple[tuple[str, tuple[str, ...]], ...]
    went: Totals | None = None
    source: str = ""

    @property
    def is_done(self) -> bool:
        return self.went is not None and self.went.tasks > 0 and self.went.done == self.went.tasks


@dataclass(frozen=True)
class Ordered:
    """A measure that a year's memos ordered, of whatever words, and how its tasks stand."""

    indicator: int | None
    went: Totals


@dataclass(frozen=True)
class Unfinished:
    """Measures of a plan row that the same divisions have not finished, each with the steps they have left."""

    row: PlanRow
    measures: tuple[Known, ...]


def bare(text: str) -> str:
    """A measure's words without the mark that it was carried on."""
    return _MARK.sub("", text)


def marked(text: str, year: int) -> str:
    """The words of a measure that is carried on; a mark of an earlier year stays."""
    return text if _MARK.search(text) else f"{text} (ดำเนินการต่อเนื่องจากปีงบประมาณ พ.ศ. {thai_digits(year)})"


def known(organization_id: UUID, on: date) -> list[Known]:
    """Everything the organization can take, its newest first, each text once; the published ones last.

    Four statements at most. Measures of secret memos are not shown.
    """
    own = _own(organization_id, on)
    seen = {(one.indicator, bare(one.text)) for one in own}
    return own + [one for one in published() if (one.indicator, bare(one.text)) not in seen]


def for_indicators(library: Iterable[Known], numbers: Collection[int]) -> list[Known]:
    return [one for one in library if one.indicator in numbers]


def of_year(library: Iterable[Known], year: int) -> list[Known]:
    """The organization's own measures of one fiscal year's work."""
    return [one for one in library if one.went is not None and one.fiscal_year == year]


def ordered(organization_id: UUID, year: int, on: date) -> list[Ordered]:
    """Every measure of a fiscal year's work, each as often as it was ordered, for the figures of the year itself; none
    of secret memos. A closed year is seen on the day it was closed. Three statements."""
    day = years.as_of(years.closing(organization_id, year), on)
    tasks = DivisionTask.objects.filter(organization=organization_id, measure__row__fiscal_year=year)
    went = by(tasks, "measure_id", day)
    rows = Measure.objects.filter(row__organization=organization_id, row__fiscal_year=year)
    rows = rows.filter(row__memo__kind__secret=False).order_by("row_id", "seq")
    return [Ordered(number, went.get(pk, Totals())) for pk, number in rows.values_list("pk", "row__indicator")]


def unfinished(organization_id: UUID, year: int) -> list[Unfinished]:
    """What a year's tasks have left, in the plan's own order; neither cancelled work nor that of secret memos.

    A measure is left to those divisions alone that have not had it accepted. Two statements.
    """
    tasks = _open_tasks(organization_id, year).select_related("measure__row", "division")
    order = ("measure__row__memo__created_at", "measure__row_id", "measure__seq", "division__order", "division_id")
    left: dict[int, list[DivisionTask]] = {}
    for task in tasks.order_by(*order)[:LEFT]:
        left.setdefault(task.measure_id, []).append(task)
    if not left:
        return []
    steps = _steps_left([task.pk for of_measure in left.values() for task in of_measure])
    rows: dict[tuple[int, tuple[str, ...]], list[Known]] = {}
    plans: dict[int, PlanRow] = {}
    for of_measure in left.values():
        one = _left(of_measure, steps)
        plan = of_measure[0].measure.row
        plans[plan.pk] = plan
        rows.setdefault((plan.pk, one.responsible), []).append(one)
    return [Unfinished(plans[row], tuple(measures)) for (row, _divisions), measures in rows.items()]


def left(organization_id: UUID, year: int) -> set[str]:
    """The words of every measure that a year has left unfinished, those beyond LEFT as well. One statement."""
    texts = _open_tasks(organization_id, year).order_by().values_list("measure__text", flat=True)
    return {bare(text) for text in texts.distinct()}


def _open_tasks(organization_id: UUID, year: int) -> QuerySet[DivisionTask]:
    return DivisionTask.objects.filter(
        organization=organization_id,
        measure__row__fiscal_year=year,
        measure__row__memo__kind__secret=False,
        state__in=OPEN,
    )


def _left(tasks: list[DivisionTask], steps: dict[UUID, list[tuple[int, str]]]) -> Known:
    """One measure as its unfinished tasks have left it."""
    measure = tasks[0].measure
    found: dict[tuple[int, str], list[str]] = {}
    for task in tasks:
        for step in steps.get(task.pk, []):
            found.setdefault(step, []).append(task.division.code)
    return Known(
        key=f"own-{measure.pk}",
        fiscal_year=measure.row.fiscal_year,
        instrument=measure.row.instrument,
        indicator=measure.row.indicator or 0,
        text=measure.text,
        responsible=tuple(task.division.code for task in tasks),
        steps=tuple((text, tuple(codes)) for (_seq, text), codes in sorted(found.items())),
    )


def _steps_left(tasks: list[UUID]) -> dict[UUID, list[tuple[int, str]]]:
    """Task -> (place, words) of its steps that are not ticked; of all, where every one is."""
    of_task: dict[UUID, list[tuple[int, str, bool]]] = {}
    rows = TaskStep.objects.filter(task__in=tasks).order_by("step__seq")
    for task, seq, text, at in rows.values_list("task_id", "step__seq", "step__text", "ticked_at"):
        of_task.setdefault(task, []).append((seq, text, at is None))
    return {
        task: [(seq, text) for seq, text, open_ in steps if open_] or [(seq, text) for seq, text, _open in steps]
        for task, steps in of_task.items()
    }


def find(library: Iterable[Known], key: str) -> Known | None:
    return next((one for one in library if one.key == key), None)


def _own(organization_id: UUID, on: date) -> list[Known]:
    rows = Measure.objects.filter(row__organization=organization_id, row__indicator__isnull=False)
    rows = rows.filter(row__memo__kind__secret=False).select_related("row")
    measures = list(rows.order_by("-row__fiscal_year", "-row_id", "seq")[:NEWEST])
    if not measures:
        return []
    tasks = DivisionTask.objects.filter(measure__in=[measure.pk for measure in measures])
    went = by(tasks, "measure_id", on)
    divisions: dict[int, list[str]] = {}
    for measure, code in tasks.order_by("division__order", "pk").values_list("measure_id", "division__code"):
        divisions.setdefault(measure, []).append(code)
    steps = _steps([measure.pk for measure in measures])
    found: dict[tuple[int, str], Known] = {}
    for one in measures:
        assert one.row.indicator is not None
        found.setdefault(
            (one.row.indicator, bare(one.text)),
            Known(
                key=f"own-{one.pk}",
                fiscal_year=one.row.fiscal_year,
                instrument=one.row.instrument,
                indicator=one.row.indicator,
                text=one.text,
                responsible=tuple(divisions.get(one.pk, ())),
                steps=steps.get(one.pk, ()),
                went=went.get(one.pk, Totals()),
            ),
        )
    return list(found.values())


def _steps(measures: list[int]) -> dict[int, tuple[tuple[str, tuple[str, ...]], ...]]:
    """Measure id -> its steps in order, each with the codes of the divisions it was given to."""
    said = TaskStep.objects.filter(task__measure__in=measures).order_by("step__seq", "task__division__order", "pk")
    steps: dict[int, dict[int, tuple[str, list[str]]]] = {}
    for measure, step, text, code in said.values_list(
        "task__measure_id", "step_id", "step__text", "task__division__code"
    ):
        steps.setdefault(measure, {}).setdefault(step, (text, []))[1].append(code)
    return {
        measure: tuple((text, tuple(codes)) for text, codes in of_measure.values())
        for measure, of_measure in steps.items()
    }


@lru_cache(maxsize=1)
def published() -> tuple[Known, ...]:
    """The measures of measures/data, which every organization may take."""
    raw: dict[str, Any] = yaml.safe_load(PUBLISHED.read_text(encoding="utf-8"))
    return tuple(
        Known(
            key=f"published-{one['id']}",
            fiscal_year=raw["fiscal_year"],
            instrument=one["instrument"],
            indicator=one["indicator"],
            text=one["text"],
            responsible=tuple(one["responsible"]),
            steps=tuple((text, tuple(one["responsible"])) for text in one["steps"]),
            source=raw["source"],
        )
        for one in raw["measures"]
    )
