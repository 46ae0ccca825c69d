"""Which measures answered which indicator, and what became of its score. Pure.

Figures that stand beside each other, no more: a score has other reasons to move, and nothing here says that a measure
was the cause.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.chart import Bar, Chart
from assessments.results import YearResult, comparable
from assessments.rulebook import Rules, rules_for, years
from measures.progress import Totals
from organization.models import bilingual


class Verdict(models.TextChoices):
    ROSE = "rose", _("The score rose")
    FELL = "fell", _("The score fell")
    UNCHANGED = "unchanged", _("The score is the same")
    NOT_YET = "not_yet", _("No result yet")
    ALONE = "alone", _("Nothing to compare with")


@dataclass(frozen=True)
class Effect:
    """One indicator that measures of a year answered: its score of the year before and of the year itself.

    `work`: how its tasks went. `measures`: the first of them, each as its tasks; `more`: how many are not among these.
    """

    number: int
    name: str
    before: Decimal | None
    now: Decimal | None
    change: Decimal | None
    verdict: Verdict
    work: Totals
    measures: tuple[tuple[Any, ...], ...] = ()
    more: int = 0


def of_year(
    year: int,
    found: YearResult | None,
    previous: YearResult | None,
    work: Mapping[int, Totals],
    measures: Mapping[int, Sequence[Sequence[Any]]],
    counts: Mapping[int, int],
) -> list[Effect]:
    """By the indicator's number. `work`, `measures` and `counts` are of the measures that answer it (progress.by, their
    tasks, how many there are in all)."""
    rules = found.rules if found else _rules(year)
    earlier = comparable(previous, rules) if rules else dict(previous.scores) if previous else {}
    return [
        _effect(number, totals, rules, found, earlier, measures.get(number, ()), counts.get(number, 0))
        for number, totals in sorted(work.items())
    ]


def _rules(year: int) -> Rules | None:
    return rules_for(year) if year in years() else None


def _effect(
    number: int,
    work: Totals,
    rules: Rules | None,
    found: YearResult | None,
    earlier: Mapping[int, Decimal],
    measures: Sequence[Sequence[Any]],
    count: int,
) -> Effect:
    now, before = found.scores.get(number) if found else None, earlier.get(number)
    known = rules.by_number.get(number) if rules else None
    change = now - before if now is not None and before is not None else None
    return Effect(
        number=number,
        name=bilingual(known.th, known.en) if known else "",
        before=before,
        now=now,
        change=change,
        verdict=verdict(now, change),
        work=work,
        measures=tuple(map(tuple, measures)),
        more=max(0, count - len(measures)),
    )


def verdict(now: Decimal | None, change: Decimal | None) -> Verdict:
    if now is None:
        return Verdict.NOT_YET
    if change is None:
        return Verdict.ALONE
    return Verdict.ROSE if change > 0 else Verdict.FELL if change < 0 else Verdict.UNCHANGED


def chart(year: int, effects: Sequence[Effect], target: Decimal, title: str) -> Chart | None:
    """The scores of these indicators beside those of the year before; None where no result is there yet."""
    bars = tuple(Bar(f"{one.number}. {one.name}", one.now, one.before) for one in effects if one.now is not None)
    return Chart("effects", title, bars, target, str(year), str(year - 1)) if bars else None
