"""Measures to take again: those an organization has approved in earlier years, with how they went, and a few of a
published report for who has none yet. A measure belongs to the indicator it answers.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml

from measures.models import DivisionTask, Measure, TaskStep
from measures.progress import Totals, by

PUBLISHED = Path(__file__).parent / "data" / "kamphaeng_saen_2564.yaml"
NEWEST = 200  # measures of the organization that are looked at


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


def known(organization_id: UUID, on: date) -> list[Known]:
    """Everything the organization can take, its newest first, each text once; the published ones last.

    Four statements at most. Measures of secret memos are not shown.
    """
    own = _own(organization_id, on)
    seen = {(one.indicator, one.text) for one in own}
    return own + [one for one in published() if (one.indicator, one.text) not in seen]


def for_indicators(library: Iterable[Known], numbers: Collection[int]) -> list[Known]:
    return [one for one in library if one.indicator in numbers]


def of_year(library: Iterable[Known], year: int) -> list[Known]:
    """The organization's own measures of one fiscal year's work."""
    return [one for one in library if one.went is not None and one.fiscal_year == year]


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
            (one.row.indicator, one.text),
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
