"""Which of the values said of one thing is right: the combination that closes every mean and the total.

Each way of choosing one value per indicator, mean and total is weighed by what it leaves unexplained: a place that says
otherwise, a mean or a total that does not close, a value no count of items can give, a level or a "lowest" that does
not fit. The lightest is taken where it closes; a tie resolves nothing.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import product
from math import prod

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
SHORT = 12  # of an instrument's ways, where all are weighed together
NEAR = 0.3  # no lighter than this is no difference


#: By key: each value, with how many places say it.
Said = Mapping[Key, Counter[Decimal]]


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


@dataclass(frozen=True)
class _Choice:
    """The lightest choice over all instruments with the total.

    `sole`: the instruments for which no other choice weighs as little; `closes`: the total does.
    """

    ways: Mapping[str, _Way]
    total: Decimal | None
    closes: bool
    sole: set[str]

    def settles(self, code: str) -> bool:
        """Whether an instrument's values close: its mean does, or the total with it."""
        return code in self.sole and (self.ways[code].closes or self.closes)


def resolve(reading: Reading) -> Resolved:
    said = _said(reading.present)
    rules = reading.rules
    choice = _choose(reading, {code: _ways(reading, code, said) for code in rules.by_code}, said)
    found = Resolved()
    for code in rules.numbers_of:
        _settle_scores(found, rules, code, choice, said)
        if code in choice.sole:
            _judge_mean(found, rules, code, choice, said)
        _settle_mean(found, code, choice, said)
    _settle_total(found, rules, choice, said)
    _prove_means(found, rules, said)
    _prove_total(found, rules)
    return found


def _settle_scores(found: Resolved, rules: Rules, code: str, choice: _Choice, said: Said) -> None:
    for n, number in enumerate(rules.numbers_of[code]):
        values = said.get(number)
        if not values:
            continue
        if choice.settles(code) or (code in choice.sole and len(values) == 1):
            found.values[number] = choice.ways[code].scores[n]
        elif outright := _majority(values):
            found.values[number] = outright


def _judge_mean(found: Resolved, rules: Rules, code: str, choice: _Choice, said: Said) -> None:
    way = choice.ways[code]
    exact = scoring.mean(way.scores)
    found.means[code] = scoring.rounded(exact, rules.decimals)
    if way.closes or (choice.closes and abs(way.mean - exact) <= scoring.CENT):
        found.closed.add(code)
    elif code in said:
        found.open.add(code)


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


def _ways(reading: Reading, code: str, said: Said) -> list[_Way]:
    """The choices for one instrument, lightest first; none where an indicator is not said at all."""
    rules = reading.rules
    numbers = rules.numbers_of[code]
    if not numbers or any(number not in said for number in numbers):
        return []
    options = _options(numbers, said)
    weights = [
        {value: sum(said[number].values()) - times + _impossible(rules, number, value) for value, times in option}
        for number, option in zip(numbers, options, strict=True)
    ]
    lows = [[numbers.index(n) for n in one.numbers] for one in reading.lowest if one.instrument == code]
    found: list[_Way] = []
    for choice in product(*options):
        scores = tuple(value for value, _ in choice)
        weight = sum((own[value] for own, value in zip(weights, scores, strict=True)), 0.0)
        if lows:
            least = min(scores)
            weight += WRONG_LOWEST * sum(any(scores[n] != least for n in low) for low in lows)
        found.extend(_with_mean(rules, scores, weight, said.get(code, Counter())))
    found.sort(key=lambda way: way.weight)
    return found[:KEPT]


def _options(numbers: tuple[int, ...], said: Said) -> list[list[tuple[Decimal, int]]]:
    """Each indicator's values with their places; of too many ways only those said most often."""
    options = [list(said[number].items()) for number in numbers]
    if prod(map(len, options)) > MOST_WAYS:
        return [sorted(option, key=lambda pair: -pair[1])[:3] for option in options]
    return options


def _with_mean(rules: Rules, scores: tuple[Decimal, ...], weight: float, printed: Counter[Decimal]) -> Iterator[_Way]:
    """A choice of scores with each printed mean it closes; without one, also with each that it leaves open."""
    middle = scoring.mean(scores)
    computed = scoring.rounded(middle, rules.decimals)
    places = sum(printed.values())
    closing = [mean for mean in printed if abs(mean - middle) <= scoring.CENT]
    for mean in closing:
        slight = 0.0 if mean == computed else ROUNDED_ONLY
        yield _Way(scores, mean, True, weight + places - printed[mean] + slight)
    if not closing:
        yield _Way(scores, computed, False, weight + (places + OPEN_MEAN if printed else 0))
        for mean in printed:
            # The mean is right, and some indicator is wrong everywhere.
            yield _Way(scores, mean, False, weight + OPEN_MEAN + places - printed[mean] + 0.5)


def _impossible(rules: Rules, number: int, value: Decimal) -> float:
    if not 0 <= value <= 100:
        return 3 * IMPOSSIBLE
    items = rules.lattice.get(number)
    return IMPOSSIBLE if items and value not in scoring.lattice_of(items) else 0.0


def _choose(reading: Reading, ways: Mapping[str, list[_Way]], said: Said) -> _Choice:
    """The lightest choice over all instruments with the total."""
    rules = reading.rules
    have = {code: options for code, options in ways.items() if options}
    levels = Counter(one.level for one in reading.levels if one.key == TOTAL)
    if rules.weights is None or any(code not in have for code in rules.weights) or not (TOTAL in said or levels):
        # Each for itself; a total may still close where only means are printed.
        alone = {code: options[0] for code, options in have.items()}
        sole = {code for code, options in have.items() if _sole(options)}
        return _Choice(alone, *_total_of_means(rules, said, alone), sole)
    best = _together(rules, have, said.get(TOTAL, Counter()), levels)
    weight, combination, total = best[0]
    near = [ways for other, ways, _ in best if other <= weight + NEAR]
    sole = {
        code
        for n, (code, way) in enumerate(zip(have, combination, strict=True))
        if all(ways[n].scores == way.scores for ways in near)
        and not any(
            other.scores != way.scores and other.mean == way.mean and other.weight <= way.weight + NEAR
            for other in have[code]
        )
    }
    return _Choice(dict(zip(have, combination, strict=True)), total, total is not None, sole)


def _together(
    rules: Rules, have: Mapping[str, list[_Way]], printed: Counter[Decimal], levels: Counter[str]
) -> list[tuple[float, tuple[_Way, ...], Decimal | None]]:
    """Every choice over all instruments, lightest first: its weight, its ways and the printed total it closes."""
    assert rules.weights is not None
    parts = [
        [(way, rules.weights[code] * way.mean) for way in _per_mean(options)[:SHORT]] for code, options in have.items()
    ]
    places = sum(printed.values())
    found: list[tuple[float, tuple[_Way, ...], Decimal | None]] = []
    for combination in product(*parts):
        ways = tuple(way for way, _ in combination)
        weight = sum(way.weight for way in ways)
        exact = sum((part for _, part in combination), Decimal(0))
        closing = next((value for value in printed if abs(value - exact) <= scoring.CENT), None)
        if closing is not None:
            weight += places - printed[closing]
        elif printed:
            weight += places + OPEN_TOTAL
        if levels:
            total = scoring.rounded(exact, rules.decimals) if closing is None else closing
            level = scoring.level_of(rules, total, {code: way.mean for code, way in zip(have, ways, strict=True)})
            weight += WRONG_LEVEL * sum(times for said, times in levels.items() if level and said != level)
        found.append((weight, ways, closing))
    found.sort(key=lambda one: one[0])
    return found


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
    return all(way.scores == options[0].scores for way in options if way.weight <= options[0].weight + NEAR)


def _total_of_means(rules: Rules, said: Said, alone: Mapping[str, _Way]) -> tuple[Decimal | None, bool]:
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
        closing |= {value for value in said[TOTAL] if abs(value - exact) <= scoring.CENT}
    return (closing.pop(), True) if len(closing) == 1 else (None, False)


def _settle_mean(found: Resolved, code: str, choice: _Choice, said: Said) -> None:
    printed = said.get(code)
    if choice.settles(code):
        found.values[code] = choice.ways[code].mean
    elif printed and (outright := _majority(printed)):
        found.values[code] = outright


def _settle_total(found: Resolved, rules: Rules, choice: _Choice, said: Said) -> None:
    means = {code: found.values[code] for code in rules.by_code if code in found.values}
    if choice.closes and choice.total is not None:
        found.values[TOTAL] = choice.total
        found.closed.add(TOTAL)
    elif rules.weights is not None and all(code in found.closed for code in rules.weights):
        found.values[TOTAL] = scoring.rounded(scoring.weighted(rules, means) or Decimal(0), rules.decimals)
    elif TOTAL in said and (outright := _majority(said[TOTAL])):
        found.values[TOTAL] = outright
    if TOTAL in found.values:
        found.total = found.values[TOTAL]
        found.level = scoring.level_of(rules, found.total, dict(means))


def _prove_means(found: Resolved, rules: Rules, said: Said) -> None:
    """The sums, to be read aloud; and where a disputed indicator may lie."""
    for code, numbers in rules.numbers_of.items():
        scores = {number: found.values[number] for number in numbers if number in found.values}
        mean = found.values.get(code)
        if code not in found.closed or mean is None or len(scores) < len(numbers):
            continue
        exact = scoring.mean(scores.values())
        summed = " + ".join(map(str, scores.values()))
        found.proof[code] = f"({summed}) / {len(scores)} = {scoring.rounded(exact, 4)} → {mean}"
        for number in numbers:
            if len(said[number]) > 1:
                rest = [score for other, score in scores.items() if other != number]
                found.admissible[number] = scoring.admissible(mean, rest).published()
                if scoring.rounded(exact, rules.decimals) != mean:
                    found.rounding_only.add(number)


def _prove_total(found: Resolved, rules: Rules) -> None:
    if TOTAL not in found.closed or rules.weights is None:
        return
    parts = [f"{weight} × {found.values[code]}" for code, weight in rules.weights.items() if code in found.values]
    exact = scoring.weighted(rules, {code: found.values.get(code) for code in rules.weights})
    if exact is not None:
        found.proof[TOTAL] = f"{' + '.join(parts)} = {exact.normalize()} → {found.values[TOTAL]}"
