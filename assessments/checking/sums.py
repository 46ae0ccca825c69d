"""R02 and R03: means that their indicators make, and a total that the means make."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from assessments import scoring
from assessments.checking.facts import TOTAL, Fact, Key, Reading
from assessments.checking.labels import label
from assessments.checking.places import at_fact
from assessments.checking.resolving import Resolved
from assessments.document import HIGH, HUMAN, SUGGEST, Finding

#: The figures of one instrument that stand together.
Group = dict[Key, Fact]
#: Flows that may lie between two figures of a group.
_APART = 14


def check(reading: Reading, resolved: Resolved) -> Iterator[Finding]:
    yield from _Means(reading, resolved).check()
    yield from totals(reading, resolved)


def groups(reading: Reading, code: str) -> list[Group]:
    """The places where all indicators of an instrument are said, perhaps with its mean."""
    numbers = reading.rules.numbers_of[code]
    found: list[Group] = []
    group: Group = {}
    last = -10
    for fact in reading.present:
        if fact.key not in (code, *numbers) or fact.flow is None or (fact.claim and fact.key in group):
            continue
        apart = fact.flow.order - last
        if group and (fact.key in group or apart > _APART or fact.flow.passage is not _passage(group)):
            found.append(group)
            group = {}
        if fact.claim and apart > 0:
            continue
        group[fact.key] = fact
        last = fact.flow.order
    found.append(group)
    return [group for group in found if all(number in group for number in numbers)]


def _passage(group: Group) -> object:
    flow = next(iter(group.values())).flow
    return flow.passage if flow else None


class _Means:
    """R02 over a document. Of one slip one finding: `blamed` are facts already marked, `open` instruments."""

    def __init__(self, reading: Reading, resolved: Resolved) -> None:
        self.reading = reading
        self.rules = reading.rules
        self.resolved = resolved
        self.times = Counter((fact.key, fact.value) for fact in reading.present)
        self.blamed: set[int] = set()
        self.open: set[str] = set()

    def check(self) -> Iterator[Finding]:
        for code, numbers in self.rules.numbers_of.items():
            for group in groups(self.reading, code) if numbers else ():
                yield from self.group(code, group)
        for fact in self.reading.present:
            if isinstance(fact.key, str) and fact.key != TOTAL:
                yield from self.single(fact.key, fact)

    def group(self, code: str, group: Group) -> Iterator[Finding]:
        """Figures that stand together and do not make the mean beside them, or the one that closes."""
        exact = scoring.mean(group[number].value for number in self.rules.numbers_of[code])
        own, right = group.get(code), self.resolved.values.get(code)
        stands = own.value if own is not None else right
        if stands is None or abs(stands - exact) <= scoring.CENT:
            return
        computed = scoring.rounded(exact, self.rules.decimals)
        if code not in self.resolved.closed:
            if own is not None:
                self.open.add(code)
                self.blamed.add(id(own))
                yield self.open_mean(code, group, own, computed)
        elif own is not None and own.value != right:
            self.blamed.add(id(own))
            yield self.wrong_mean(own, code, computed)
        else:
            yield from self.wrong_scores(code, group, computed)

    def wrong_scores(self, code: str, group: Group, computed: Decimal) -> Iterator[Finding]:
        values, proof = self.resolved.values, self.resolved.proof.get(code, "")
        wrong = [group[n] for n in self.rules.numbers_of[code] if n in values and group[n].value != values[n]]
        if wrong:
            right = values.get(code)
            yield at_fact(
                wrong[0], "R02", HIGH,
                f"คะแนนรายตัวชี้วัดของ {code} ที่เขียนไว้ตรงนี้เฉลี่ยได้ {computed} ไม่ใช่ {right} ({proof})",
                f"The {code} scores printed here average {computed}, not {right} ({proof}).",
                stated=str(computed), expected=str(right), resolve=SUGGEST,
            )  # fmt: skip

    def wrong_mean(self, fact: Fact, code: str, printed: Decimal) -> Finding:
        right, proof = self.resolved.values[code], self.resolved.proof.get(code, "")
        return at_fact(
            fact, "R02", HIGH,
            f"คะแนน {code} ที่เขียน {fact.value} ไม่ตรงกับค่าเฉลี่ยของตัวชี้วัด ค่าที่ลงตัวคือ {right} "
            f"({proof}; ตัวเลขที่เขียนไว้ตรงนี้เฉลี่ยได้ {printed})",
            f"The {code} score {fact.value} is not the mean of its indicators; {right} closes "
            f"({proof}; the figures printed here average {printed}).",
            expected=str(right), resolve=SUGGEST, suggestion=str(right),
        )  # fmt: skip

    # A mean that nothing closes

    def open_mean(self, code: str, group: Group, own: Fact, computed: Decimal) -> Finding:
        """At the one figure that can be the slip, else at the mean."""
        suspects = list(self.suspects(code, group, own))
        trusted = self.times[(code, own.value)] > 1 or self.total_trusts(code, own.value)
        if len(suspects) == 1 and trusted:
            return self.slip(code, own, computed, *suspects[0])
        return self.wrong_somewhere(code, group, own, computed)

    def suspects(self, code: str, group: Group, own: Fact) -> Iterator[tuple[Fact, scoring.Interval]]:
        """The figures said once that one slip of the hand makes fit the mean, with where they may lie."""
        numbers = self.rules.numbers_of[code]
        for number in numbers:
            fact = group[number]
            others = [group[other].value for other in numbers if other != number]
            within = scoring.admissible(own.value, others).published()
            possible = within.low <= 100 and within.high >= 0
            if possible and self.times[(number, fact.value)] == 1 and _slip(fact.value, within):
                yield fact, within

    def total_trusts(self, code: str, mean: Decimal) -> bool:
        """Whether the printed means, this one among them, close a printed total."""
        said = {key: {fact.value for fact in facts} for key, facts in self.reading.by_key.items()}
        means: dict[str, Decimal | None] = {code: mean}
        for other in self.rules.weights or ():
            if other != code and len(said.get(other, ())) == 1:
                means[other] = next(iter(said[other]))
        exact = scoring.weighted(self.rules, means)
        return exact is not None and any(abs(total - exact) <= scoring.CENT for total in said.get(TOTAL, ()))

    def slip(self, code: str, own: Fact, computed: Decimal, fact: Fact, within: scoring.Interval) -> Finding:
        name = label(self.rules, fact.key)
        span = f"{within.low}-{within.high}"
        return at_fact(
            fact, "R02", HIGH,
            f"{name.th} เขียน {fact.value} ทำให้ค่าเฉลี่ย {code} เป็น {computed} ไม่ใช่ {own.value} ค่าที่เป็นไปได้คือ {span}",
            f"{name.opening} is printed {fact.value}, which makes the {code} mean {computed}, not {own.value}; "
            f"it may lie in {span}.",
            expected=span, resolve=HUMAN,
        )  # fmt: skip

    def wrong_somewhere(self, code: str, group: Group, own: Fact, computed: Decimal) -> Finding:
        numbers = self.rules.numbers_of[code]
        within = scoring.mean_interval(group[number].value for number in numbers).published()
        trusted = all(self.times[(number, group[number].value)] > 1 for number in numbers)
        return at_fact(
            own, "R02", HIGH,
            f"คะแนน {code} ที่เขียน {own.value} ไม่ใช่ค่าเฉลี่ยของตัวชี้วัดที่เขียนไว้ ซึ่งเฉลี่ยได้ {computed} "
            "ตัวเลขใดตัวเลขหนึ่งผิด",
            f"The {code} score {own.value} is not the mean of the indicators printed with it, {computed}; "
            "one of the figures is wrong.",
            expected=str(computed) if within.low == within.high else f"{within.low}-{within.high}",
            resolve=SUGGEST if trusted else HUMAN, suggestion=str(computed) if trusted else "",
        )  # fmt: skip

    # A mean said apart from its indicators

    def single(self, code: str, fact: Fact) -> Iterator[Finding]:
        if id(fact) in self.blamed or code in self.open:
            return
        numbers, values = self.rules.numbers_of.get(code, ()), self.resolved.values
        if not numbers or any(number not in values for number in numbers):
            return
        exact = scoring.mean(values[number] for number in numbers)
        computed = scoring.rounded(exact, self.rules.decimals)
        if code in self.resolved.closed:
            if fact.value != values.get(code):
                yield self.wrong_mean(fact, code, computed)
        elif abs(fact.value - exact) > scoring.CENT:
            self.open.add(code)
            yield at_fact(
                fact, "R02", HIGH,
                f"คะแนน {code} ที่เขียน {fact.value} ไม่ใช่ค่าเฉลี่ยของตัวชี้วัด ซึ่งเฉลี่ยได้ {computed}",
                f"The {code} score {fact.value} is not the mean of its indicators, {computed}.",
                expected=str(computed), resolve=HUMAN,
            )  # fmt: skip


def _slip(value: Decimal, within: scoring.Interval) -> bool:
    """Whether one digit typed wrong, or two exchanged, makes the value of one that may be."""
    low, high = int(within.low * 100), int(within.high * 100)
    return any(_one_slip(f"{value:.2f}", f"{cents / 100:.2f}") for cents in range(low, high + 1))


def _one_slip(text: str, other: str) -> bool:
    if len(other) != len(text):
        return False
    apart = [(a, b) for a, b in zip(text, other, strict=True) if a != b]
    return len(apart) == 1 or (len(apart) == 2 and apart[0] == apart[1][::-1])


def totals(reading: Reading, resolved: Resolved) -> Iterator[Finding]:
    """R03: every place that says a total the means do not make."""
    rules = reading.rules
    if rules.weights is None or any(code not in resolved.values for code in rules.weights):
        return
    means = {code: resolved.values[code] for code in rules.weights}
    exact = scoring.weighted(rules, means)
    assert exact is not None
    within = scoring.total_interval(rules, means).published()
    right = resolved.values.get(TOTAL)
    closed = all(code in resolved.closed for code in means)
    reckoned = " + ".join(f"{weight} × {means[code]}" for code, weight in rules.weights.items())
    reckoned = f"{reckoned} = {exact.normalize()}"
    for fact in reading.by_key.get(TOTAL, ()):
        if abs(fact.value - exact) <= scoring.CENT:
            continue
        sure = closed and right is not None and right != fact.value
        answer = str(right) if sure else f"{within.low}-{within.high}"
        yield at_fact(
            fact, "R03", HIGH,
            f"คะแนนรวม {fact.value} ไม่ตรงกับคะแนนของเครื่องมือ: {reckoned}",
            f"The total {fact.value} is not what the instruments give: {reckoned}.",
            expected=answer, resolve=SUGGEST if sure else HUMAN, suggestion=answer if sure else "",
        )  # fmt: skip
