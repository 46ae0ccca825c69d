"""R04-R06: the level a score has, and who is the lowest."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from assessments import scoring
from assessments.checking.facts import TOTAL, Fact, Key, Level, Lowest, Reading
from assessments.checking.labels import label
from assessments.checking.places import at_data, at_fact, finding
from assessments.checking.resolving import Resolved
from assessments.document import HIGH, HUMAN, SUGGEST, Finding
from assessments.rulebook import Rules


def check(reading: Reading, resolved: Resolved) -> Iterator[Finding]:
    for level in reading.levels:
        yield from levels(reading, resolved, level)
    yield from level_of_data(reading, resolved)
    for claim in reading.lowest:
        if claim.codes:
            yield from lowest_instrument(reading, resolved, claim)
        else:
            yield from lowest(reading, resolved, claim)
    for code in reading.rules.by_code:
        yield from one_lowest(reading, resolved, code)


# R04


def levels(reading: Reading, resolved: Resolved, one: Level) -> Iterator[Finding]:
    """A level that the score beside it, else the one that closes, does not have."""
    rules = reading.rules
    right = resolved.values.get(one.key)
    value = one.beside if one.beside is not None else right
    if value is None:
        return
    means = {code: resolved.values.get(code) for code in rules.by_code}
    possible = scoring.levels_possible(rules, value, means if one.key == TOTAL else {})
    if one.level in possible:
        return
    name = label(rules, one.key)
    by_right = scoring.level_of(rules, right, means) if right is not None else None
    expected = "/".join(sorted(possible))
    if by_right == one.level:
        yield finding(
            "R04", HIGH, one.flow, one.start, one.end,
            f"{name.th} {value} อยู่ในระดับ {expected} ไม่ใช่ {one.level} (ระดับ {one.level} ตรงกับคะแนน {right})",
            f"{name.opening} {value} is level {expected}, not {one.level} (level {one.level} fits {right}).",
            stated=f"{value} {one.level}", expected=f"{right} {one.level}", resolve=SUGGEST,
        )  # fmt: skip
        return
    known = by_right or expected
    settled = value if right is None else right
    yield finding(
        "R04", HIGH, one.flow, one.start, one.end,
        f"{name.th} {settled} อยู่ในระดับ {known} ไม่ใช่ {one.level}",
        f"{name.opening} {settled} is level {known}, not {one.level}.",
        stated=one.level, expected=known, resolve=SUGGEST, suggestion=known if "/" not in known else "",
    )  # fmt: skip


def level_of_data(reading: Reading, resolved: Resolved) -> Iterator[Finding]:
    data = reading.document.scores
    if data is not None and data.level and resolved.level and data.level != resolved.level:
        yield at_data(
            "R04", HIGH, data.level_section, data.level_line,
            f"คะแนนรวม {resolved.total} อยู่ในระดับ {resolved.level} ไม่ใช่ {data.level}",
            f"The total {resolved.total} is level {resolved.level}, not {data.level}.",
            stated=data.level, expected=resolved.level, resolve=SUGGEST,
        )  # fmt: skip


# R05


def lowest(reading: Reading, resolved: Resolved, claim: Lowest) -> Iterator[Finding]:
    """An indicator called the lowest that is not: by the scores that close, else by those beside it."""
    named = set(claim.numbers)
    right = _minimum(reading.rules, claim.instrument, resolved.values)
    here = _beside(reading, claim)
    beside = {key: fact.value for key, fact in here.items()}
    local = _minimum(reading.rules, claim.instrument, beside)
    if right:
        if not named <= set(right):
            yield _not_the_lowest(reading, claim, right, resolved.values)
        elif local and not named <= set(local) and len(right) == 1 and claim.numbers[0] in here:
            yield _lowest_elsewhere(resolved, claim, here, local[0])
    elif local and not named <= set(local):
        yield _not_the_lowest(reading, claim, local, beside)


def _minimum(rules: Rules, code: str, values: Mapping[Key, Decimal]) -> tuple[int, ...]:
    """An instrument's lowest indicators; none where not all of its scores are known."""
    known = {number: values[number] for number in rules.numbers_of[code] if number in values}
    if len(known) < len(rules.numbers_of[code]) or not known:
        return ()
    least = min(known.values())
    return tuple(number for number, value in known.items() if value == least)


def _beside(reading: Reading, claim: Lowest) -> dict[Key, Fact]:
    """The indicators' figures in the claim's own flow, those said again for the claim last."""
    here: dict[Key, Fact] = {}
    for fact in reading.present:
        if fact.flow is claim.flow and isinstance(fact.key, int) and not (fact.claim and fact.key in here):
            here[fact.key] = fact
    return here


def _not_the_lowest(reading: Reading, claim: Lowest, right: tuple[int, ...], values: Mapping[Key, Decimal]) -> Finding:
    def told(numbers: tuple[int, ...]) -> str:
        return ", ".join(
            f"{n} {reading.rules.by_number[n].th} ({values[n]})" if n in values else str(n) for n in numbers
        )

    said = _listed(claim.numbers)
    english = ", ".join(f"{n} ({values[n]})" for n in right)
    return finding(
        "R05", HIGH, claim.flow, claim.start, claim.end,
        f"ระบุว่าตัวชี้วัดที่ {told(claim.numbers)} ต่ำที่สุดของ {claim.instrument} แต่ต่ำที่สุดคือตัวชี้วัดที่ {told(right)}",
        f"Indicator {said} is called the lowest of {claim.instrument}, but the lowest is {english}.",
        stated=said, expected=_listed(right), resolve=HUMAN,
    )  # fmt: skip


def _lowest_elsewhere(resolved: Resolved, claim: Lowest, here: Mapping[Key, Fact], low: int) -> Finding:
    """The claim is right, its passage's own figures are not."""
    fact = here[claim.numbers[0]]
    said, right = _listed(claim.numbers), resolved.values.get(fact.key)
    return at_fact(
        fact, "R05", HIGH,
        f"ตัวชี้วัดที่ {said} ถูกระบุว่าต่ำสุด แต่ตัวเลขในข้อความนี้ต่ำสุดคือตัวชี้วัดที่ {low} ({here[low].value}) "
        f"คะแนนที่ลงตัวคือ {right}",
        f"Indicator {said} is called the lowest, but the figures of this passage make it indicator {low} "
        f"({here[low].value}); the score that closes is {right}.",
        expected=str(right or ""), resolve=SUGGEST,
    )  # fmt: skip


def lowest_instrument(reading: Reading, resolved: Resolved, claim: Lowest) -> Iterator[Finding]:
    means = {code: resolved.values.get(code, resolved.means.get(code)) for code in reading.rules.by_code}
    known = {code: mean for code, mean in means.items() if mean is not None}
    if len(known) < len(means):
        return
    least = min(known.values())
    right = [code for code, mean in known.items() if mean == least]
    if set(claim.codes) <= set(right):
        return
    said, expected = ", ".join(claim.codes), ", ".join(right)
    yield finding(
        "R05", HIGH, claim.flow, claim.start, claim.end,
        f"ระบุว่า {said} ต่ำที่สุด แต่ต่ำที่สุดคือ {expected} ({least})",
        f"{said} is called the lowest, but the lowest is {expected} ({least}).",
        stated=said, expected=expected, resolve=HUMAN,
    )  # fmt: skip


# R06


def one_lowest(reading: Reading, resolved: Resolved, code: str) -> Iterator[Finding]:
    """One lowest indicator per instrument in a document: every claim that is not the right one, or not the usual."""
    mine = [one for one in reading.lowest if one.instrument == code]
    said = Counter(frozenset(one.numbers) for one in mine)
    right = set(_minimum(reading.rules, code, resolved.values))
    if len(said) < 2 or (right and all(numbers <= right for numbers in said)):
        return
    usual = _usual(said)
    all_said = " / ".join(sorted({_listed(sorted(numbers)) for numbers in said}))
    for claim in mine:
        numbers = set(claim.numbers)
        if numbers <= right if right else numbers == usual:
            continue
        yield finding(
            "R06", HIGH, claim.flow, claim.start, claim.end,
            f"เอกสารเดียวกันระบุตัวชี้วัดต่ำสุดของ {code} ไม่ตรงกัน: {all_said}",
            f"The document names different lowest indicators of {code}: {all_said}.",
            stated=_listed(claim.numbers), expected=_listed(sorted(right or usual)), resolve=HUMAN,
        )  # fmt: skip


def _usual(said: Counter[frozenset[int]]) -> frozenset[int]:
    """What is claimed most often; nothing where two are claimed as often."""
    (first, most), (_, second) = said.most_common(2)
    return first if most > second else frozenset()


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, numbers))
