"""The arithmetic of the assessment: means, total, level, change, and where a published figure may lie. Pure.

Scores are Decimals from 0 to 100. Every shown figure is rounded half-up to the year's decimals; what is computed from
unrounded figures is rounded once, at the end, so two offices may print 82.14 and 82.15 of the same inputs.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from functools import lru_cache
from itertools import product

from assessments.rulebook import Rules

CENT = Decimal("0.01")
HALF = Decimal("0.005")


@dataclass(frozen=True)
class Result:
    """What scores amount to, rounded; None where an indicator or the year's weights are missing."""

    instruments: dict[str, Decimal | None]
    total: Decimal | None
    level: str | None
    lowest: dict[str, tuple[int, ...]]


@dataclass(frozen=True)
class Interval:
    """Where a published figure may lie, both ends included."""

    low: Decimal
    high: Decimal

    def __contains__(self, value: Decimal) -> bool:
        return self.low <= value <= self.high

    def published(self) -> "Interval":
        """Its ends as figures with two decimals that still lie inside."""
        return Interval(
            self.low.quantize(CENT, ROUND_CEILING),
            self.high.quantize(CENT, ROUND_FLOOR),
        )


def rounded(value: Decimal, decimals: int = 2) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def mean(scores: Iterable[Decimal]) -> Decimal:
    """Unrounded. Raises ValueError without scores."""
    known = list(scores)
    if not known:
        raise ValueError("the mean of nothing")
    return sum(known, Decimal(0)) / len(known)


def compute(rules: Rules, scores: Mapping[int, Decimal]) -> Result:
    """Instrument means, weighted total, level and lowest indicators, from the scores by indicator number."""
    exact: dict[str, Decimal | None] = {}
    lowest: dict[str, tuple[int, ...]] = {}
    for code, numbers in rules.numbers_of.items():
        known = {n: scores[n] for n in numbers if n in scores}
        exact[code] = mean(known.values()) if numbers and len(known) == len(numbers) else None
        lowest[code] = tuple(n for n, score in known.items() if score == min(known.values()))
    shown = {code: None if value is None else rounded(value, rules.decimals) for code, value in exact.items()}
    total = weighted(rules, exact)
    return Result(
        instruments=shown,
        total=None if total is None else rounded(total, rules.decimals),
        level=None if total is None else level_of(rules, rounded(total, rules.decimals), shown),
        lowest=lowest,
    )


def weighted(rules: Rules, instruments: Mapping[str, Decimal | None]) -> Decimal | None:
    """The total, unrounded; None where a mean or the year's weights are missing."""
    if rules.weights is None or any(instruments.get(code) is None for code in rules.weights):
        return None
    return sum((weight * (instruments[code] or Decimal(0)) for code, weight in rules.weights.items()), Decimal(0))


def level_of(rules: Rules, total: Decimal, instruments: Mapping[str, Decimal | None] | None = None) -> str | None:
    """The first band whose bounds the rounded figures reach.

    None when a band that would fit asks for every instrument and one is not known.
    """
    for band in rules.bands:
        if total < band.total:
            continue
        if band.every_instrument is None:
            return band.level
        means = [(instruments or {}).get(one.code) for one in rules.instruments]
        if any(one is None for one in means):
            return None
        if all(one is not None and one >= band.every_instrument for one in means):
            return band.level
    return None


def levels_possible(rules: Rules, total: Decimal, instruments: Mapping[str, Decimal | None]) -> set[str]:
    """The levels a total may have where not every instrument is known: none that the known figures rule out."""
    found = set()
    for band in rules.bands:
        if total < band.total:
            continue
        found.add(band.level)
        known = [instruments.get(one.code) for one in rules.instruments]
        need = band.every_instrument
        if need is None or all(one is not None and one >= need for one in known):
            break
        if any(one is not None and one < need for one in known):
            found.discard(band.level)
    return found


def change(now: Decimal | None, before: Decimal | None) -> Decimal | None:
    """Points gained against the year before; None where either is missing."""
    return None if now is None or before is None else now - before


def mean_interval(scores: Iterable[Decimal]) -> Interval:
    """Where the published mean of published scores may lie: each input and the mean itself are rounded."""
    middle = mean(scores)
    return Interval(middle - 2 * HALF, middle + 2 * HALF)


def total_interval(rules: Rules, instruments: Mapping[str, Decimal]) -> Interval:
    """Where the published total of published means may lie. Raises ValueError in a year without weights."""
    total = weighted(rules, instruments)
    if total is None:
        raise ValueError(f"the weights of {rules.fiscal_year} are not known, or a mean is missing")
    return Interval(total - 2 * HALF, total + 2 * HALF)


def admissible(mean_stated: Decimal, others: Iterable[Decimal]) -> Interval:
    """Where one indicator's published score may lie, given its instrument's published mean and the other scores."""
    known = list(others)
    count = len(known) + 1
    slack = HALF * count + HALF * len(known)
    middle = mean_stated * count - sum(known, Decimal(0))
    return Interval(middle - slack, middle + slack)


def mean_admissible(rules: Rules, code: str, total: Decimal, others: Mapping[str, Decimal]) -> Interval:
    """Where one instrument's published mean may lie, given the published total and the other means."""
    assert rules.weights is not None
    weight = rules.weights[code]
    rest = [other for other in rules.weights if other != code]
    middle = total - sum((rules.weights[one] * others[one] for one in rest), Decimal(0))
    slack = 2 * HALF  # the total's rounding, and that of all means, this one's too: the weights add up to 1
    return Interval((middle - slack) / weight, (middle + slack) / weight)


@lru_cache(maxsize=32)
def lattice_of(items: tuple[int, ...]) -> frozenset[Decimal]:
    """The scores an indicator can have: the mean of its sub-indicators' ratios of items met, rounded.

    `items`: how many items each sub-indicator has, e.g. (8, 2).
    """
    scale = 1
    for count in items:
        scale *= count
    unit = 100 * scale
    sums = {0}
    for count in items:
        step = unit // count  # exact: the product of all counts is a multiple of each
        sums = {total + met * step for total, met in product(sums, range(count + 1))}
    divisor = Decimal(scale * len(items))
    return frozenset(rounded(Decimal(total) / divisor) for total in sums)


def beside(items: tuple[int, ...], value: Decimal) -> tuple[Decimal, ...]:
    """The scores of `lattice_of(items)` just below and just above a value; one of them at either end."""
    scores = _ascending(items)
    below, above = bisect_left(scores, value), bisect_right(scores, value)
    return (*scores[max(below - 1, 0) : below], *scores[above : above + 1])


@lru_cache(maxsize=32)
def _ascending(items: tuple[int, ...]) -> tuple[Decimal, ...]:
    return tuple(sorted(lattice_of(items)))
