"""Which of the values said of one thing is right: the combination that closes every mean and the total.

Each way of choosing one value per indicator, mean and total is weighed by what it leaves unexplained: a place that says
otherwise, a mean or a total that does not close, a value no count of items can give, a level or a "lowest" that does
not fit. The lightest is taken where it closes; a tie resolves nothing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import product

from assessments import scoring
from assessments.checking.facts import TOTAL, Fact, Key, Reading
from assessments.rulebook import Rules

#: Weights, in places that say otherwise.
OPEN_MEAN = 4.0
OPEN_TOTAL = 4.0
IMPOSSIBLE = 3.0
WRONG_LEVEL = 1.0
WRONG_LOWEST = 0.6
ROUNDED_ONLY = 0.05
MOST_WAYS = 6000
KEPT = 60


@dataclass
class Resolved:
    """The values that close.

    `values`: key -> value, only of what is settled. `closed`: instruments, and "total", whose sums close; `open`:
    instruments whose printed mean is not that of their indicators.
    `means`: instrument -> the mean of its settled values, rounded. `admissible`: indicator -> interval, where its own
    values disagree or its instrument does not close.
    """

    values: dict[Key, Decimal] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    open: set[str] = field(default_factory=set)
    means: dict[str, Decimal] = field(default_factory=dict)
    total: Decimal | None = None
    level: str | None = None
    proof: dict[str, str] = field(default_factory=dict)
    admissible: dict[int, scoring.Interval] = field(default_factory=dict)
    rounding_only: set[int] = field(default_factory=set)


@dataclass(frozen=True)
class _Way:
    """One choice of an instrument's values."""

    scores: tuple[Decimal, ...]
    mean: Decimal  # the printed one that closes, else the one computed
    closes: bool
    weight: float


def resolve(reading: Reading) -> Resolved:
    said = _said(reading.present)
    rules = reading.rules
    ways = {code: _ways(reading, code, said) for code in rules.by_code}
    chosen, total, total_closes, sole = _choose(reading, ways, said)
    found = Resolved()
    for code, numbers in rules.numbers_of.items():
        way = chosen.get(code)
        for n, number in enumerate(numbers):
            values = said.get(number)
            if not values:
                continue
            if (way is not None and (way.closes or total_closes) and code in sole) or (way is not None and code in sole and len(values) == 1):
                found.values[number] = way.scores[n]
            elif outright := _majority(values):
                found.values[number] = outright
        if way is not None and code in sole:
            found.means[code] = scoring.rounded(scoring.mean(way.scores), rules.decimals)
            if way.closes or (total_closes and abs(way.mean - scoring.mean(way.scores)) <= Decimal("0.01")):
                found.closed.add(code)
            elif code in said:
                found.open.add(code)
        _settle_mean(found, code, way, code in sole, total_closes, said)
    _settle_total(found, rules, said, total, total_closes)
    _prove(found, reading, said)
    return found


def _said(facts: Iterable[Fact]) -> dict[Key, Counter[Decimal]]:
    said: dict[Key, Counter[Decimal]] = {}
    for fact in facts:
        # Data is a record; a place in the text is a word.
        said.setdefault(fact.key, Counter())[fact.value] += 2 if fact.stated else 1
    return said


def _majority(values: Mapping[Decimal, int]) -> Decimal | None:
    ranked = sorted(values.items(), key=lambda pair: -pair[1])
    if len(ranked) == 1 or ranked[0][1] > ranked[1][1]:
        return ranked[0][0]
    return None


def _ways(reading: Reading, code: str, said: Mapping[Key, Counter[Decimal]]) -> list[_Way]:
    """The choices for one instrument, lightest first; none where an indicator is not said at all."""
    rules = reading.rules
    numbers = rules.numbers_of[code]
    if not numbers or any(number not in said for number in numbers):
        return []
    options = [list(said[number].items()) for number in numbers]
    count = 1
    for option in options:
        count *= len(option)
    if count > MOST_WAYS:
        options = [sorted(option, key=lambda pair: -pair[1])[:3] for option in options]
    sums = [sum(said[number].values()) for number in numbers]
    lows = [one.numbers for one in reading.lowest if one.instrument == code]
    fixed = [
        {value: _impossible(rules, number, value) for value, _ in option}
        for number, option in zip(numbers, options, strict=True)
    ]
    printed = said.get(code, Counter())
    places = sum(printed.values())
    two = Decimal("0.01")
    found = []
    for choice in product(*options):
        scores = tuple(value for value, _ in choice)
        weight = float(sum(total - times for total, (_, times) in zip(sums, choice, strict=True)))
        weight += sum(fixed[n][value] for n, value in enumerate(scores))
        middle = sum(scores) / len(scores)
        if lows:
            least = min(scores)
            weight += WRONG_LOWEST * sum(any(scores[numbers.index(n)] != least for n in low) for low in lows)
        computed = scoring.rounded(middle, rules.decimals)
        closing = [mean for mean in printed if abs(mean - middle) <= two]
        for mean in closing:
            slight = 0.0 if mean == computed else ROUNDED_ONLY
            found.append(_Way(scores, mean, True, weight + places - printed[mean] + slight))
        if not closing:
            found.append(_Way(scores, computed, False, weight + (places + OPEN_MEAN if printed else 0)))
            for mean in printed:
                # The mean is right, and some indicator is wrong everywhere.
                found.append(_Way(scores, mean, False, weight + OPEN_MEAN + places - printed[mean] + 0.5))
    found.sort(key=lambda way: way.weight)
    return found[:KEPT]


def _impossible(rules: Rules, number: int, value: Decimal) -> float:
    if not 0 <= value <= 100:
        return 3 * IMPOSSIBLE
    items = rules.lattice.get(number)
    return IMPOSSIBLE if items and value not in scoring.lattice_of(items) else 0.0


def _choose(
    reading: Reading, ways: Mapping[str, list[_Way]], said: Mapping[Key, Counter[Decimal]]
) -> tuple[dict[str, _Way], Decimal | None, bool, set[str]]:
    """The lightest choice over all instruments with the total; and for which of them it is the only lightest."""
    rules = reading.rules
    have = {code: options for code, options in ways.items() if options}
    printed = said.get(TOTAL, Counter())
    levels = Counter(one.level for one in reading.levels if one.key == TOTAL)
    weights = rules.weights
    if weights is None or any(code not in have for code in weights) or not (printed or levels):
        # Each for itself; a total may still close where only means are printed.
        alone = {code: options[0] for code, options in have.items()}
        sole = {code for code, options in have.items() if _sole(options)}
        total, closes = _total_of_means(rules, said, alone)
        return alone, total, closes, sole
    codes = list(have)
    short = {code: _per_mean(options)[:12] for code, options in have.items()}
    best: list[tuple[float, tuple[_Way, ...], Decimal | None, bool]] = []
    places = sum(printed.values())
    two = Decimal("0.01")
    for combination in product(*(short[code] for code in codes)):
        weight = sum(way.weight for way in combination)
        means = {code: way.mean for code, way in zip(codes, combination, strict=True)}
        exact = sum((weights[code] * means[code] for code in codes), Decimal(0))
        closing = [value for value in printed if abs(value - exact) <= two]
        value = closing[0] if closing else scoring.rounded(exact, rules.decimals)
        weight += places - printed[value] if closing else (places + OPEN_TOTAL if printed else 0)
        level = scoring.level_of(rules, value, dict(means))
        if level:
            weight += WRONG_LEVEL * sum(times for said_level, times in levels.items() if said_level != level)
        best.append((weight, combination, value if closing else None, bool(closing)))
    best.sort(key=lambda one: one[0])
    weight, combination, total, closes = best[0]
    chosen = dict(zip(codes, combination, strict=True))
    near = [one for one in best if one[0] <= weight + 0.3]
    sole = {
        code
        for n, code in enumerate(codes)
        if all(one[1][n].scores == combination[n].scores for one in near)
        and not any(
            other.scores != chosen[code].scores
            and other.mean == chosen[code].mean
            and other.weight <= chosen[code].weight + 0.3
            for other in have[code]
        )
    }
    return chosen, total, closes, sole


def _per_mean(options: list[_Way]) -> list[_Way]:
    """The lightest way to each mean."""
    seen: set[tuple[Decimal, bool]] = set()
    kept = []
    for way in options:
        if (way.mean, way.closes) not in seen:
            seen.add((way.mean, way.closes))
            kept.append(way)
    return kept


def _sole(options: list[_Way]) -> bool:
    return all(way.scores == options[0].scores for way in options if way.weight <= options[0].weight + 0.3)


def _total_of_means(
    rules: Rules, said: Mapping[Key, Counter[Decimal]], alone: Mapping[str, _Way]
) -> tuple[Decimal | None, bool]:
    """The printed total that the printed means close, where indicators are not all said."""
    if rules.weights is None or TOTAL not in said:
        return None, False
    options = []
    for code in rules.weights:
        if code in alone and alone[code].closes:
            options.append([alone[code].mean])
        elif code in said:
            options.append(list(said[code]))
        elif code in alone:
            options.append([alone[code].mean])
        else:
            return None, False
    closing = set()
    for means in product(*options):
        exact = sum((rules.weights[code] * mean for code, mean in zip(rules.weights, means, strict=True)), Decimal(0))
        closing |= {value for value in said[TOTAL] if abs(value - exact) <= Decimal("0.01")}
    return (closing.pop(), True) if len(closing) == 1 else (None, False)


def _settle_mean(
    found: Resolved, code: str, way: _Way | None, sole: bool, total_closes: bool, said: Mapping[Key, Counter[Decimal]]
) -> None:
    printed = said.get(code)
    if way is not None and sole and (way.closes or total_closes):
        found.values[code] = way.mean
    elif printed and (outright := _majority(printed)):
        found.values[code] = outright


def _settle_total(
    found: Resolved, rules: Rules, said: Mapping[Key, Counter[Decimal]], total: Decimal | None, closes: bool
) -> None:
    means = {code: found.values[code] for code in rules.by_code if code in found.values}
    if closes and total is not None:
        found.values[TOTAL] = total
        found.closed.add(TOTAL)
    elif rules.weights is not None and all(code in found.closed for code in rules.weights):
        found.values[TOTAL] = scoring.rounded(scoring.weighted(rules, means) or Decimal(0), rules.decimals)
    elif TOTAL in said and (outright := _majority(said[TOTAL])):
        found.values[TOTAL] = outright
    if TOTAL in found.values:
        found.total = found.values[TOTAL]
        found.level = scoring.level_of(rules, found.total, dict(means))


def _prove(found: Resolved, reading: Reading, said: Mapping[Key, Counter[Decimal]]) -> None:
    """The sums, to be read aloud; and where a disputed indicator may lie."""
    rules = reading.rules
    for code, numbers in rules.numbers_of.items():
        scores = [found.values.get(number) for number in numbers]
        mean = found.values.get(code)
        if code in found.closed and mean is not None and all(score is not None for score in scores):
            known = [score for score in scores if score is not None]
            found.proof[code] = (
                f"({' + '.join(map(str, known))}) / {len(known)} = {scoring.rounded(scoring.mean(known), 4)} → {mean}"
            )
            for number, score in zip(numbers, known, strict=True):
                if len(said[number]) > 1:
                    rest = [other for other in numbers if other != number]
                    within = scoring.admissible(mean, [found.values[other] for other in rest])
                    found.admissible[number] = within.published()
                    if scoring.rounded(scoring.mean(known), rules.decimals) != mean:
                        found.rounding_only.add(number)
    if TOTAL in found.closed and rules.weights is not None:
        parts = [f"{weight} × {found.values[code]}" for code, weight in rules.weights.items() if code in found.values]
        exact = scoring.weighted(rules, {code: found.values.get(code) for code in rules.weights})
        if exact is not None:
            found.proof[TOTAL] = f"{' + '.join(parts)} = {exact.normalize()} → {found.values[TOTAL]}"
