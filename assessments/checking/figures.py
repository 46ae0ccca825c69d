"""R01-R07: one fact one value, means, total, level, who is the lowest, and values that cannot be."""

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal

from assessments import scoring
from assessments.checking.facts import TOTAL, Fact, Key, Lowest, Reading
from assessments.checking.places import at_data, finding
from assessments.checking.resolving import Resolved
from assessments.document import AUTO, HIGH, HUMAN, LOW, MEDIUM, SUGGEST, Finding
from assessments.rulebook import Rules

TWO_HALVES = Decimal("0.01")


def check(reading: Reading, resolved: Resolved) -> Iterator[Finding]:
    grouped = groups(reading)
    yield from several_values(reading, resolved)
    yield from units(reading)
    yield from lost_text(reading)
    yield from changes(reading, resolved)
    yield from means(reading, resolved, grouped)
    yield from totals(reading, resolved)
    yield from levels(reading, resolved)
    yield from lowest(reading, resolved)
    yield from claims(reading, resolved)
    yield from impossible(reading, resolved)


def label(rules: Rules, key: Key) -> tuple[str, str]:
    """How a sentence calls a key, in Thai and English."""
    if key == TOTAL:
        return "คะแนนรวม", "the total"
    if isinstance(key, int):
        one = rules.by_number[key]
        return f"ตัวชี้วัดที่ {key} {one.th}", f"indicator {key} ({one.en})"
    return f"คะแนน {key}", f"the {key} score"


def _at(
    fact: Fact,
    rule: str,
    severity: str,
    th: str,
    en: str,
    *,
    expected: str,
    resolve: str,
    suggestion: str = "",
    stated: str = "",
) -> Finding:
    stated = stated or str(fact.value)
    if fact.flow is None:
        assert fact.stated is not None
        return at_data(
            rule,
            severity,
            fact.stated.section,
            fact.stated.line,
            th,
            en,
            stated=stated,
            expected=expected,
            resolve=resolve,
        )
    return finding(
        rule, severity, fact.flow, fact.start, fact.end, th, en,
        stated=stated, expected=expected, resolve=resolve, suggestion=suggestion,
    )  # fmt: skip


# R01


def several_values(reading: Reading, resolved: Resolved) -> Iterator[Finding]:
    """Every place that says another value than the one that closes; without one, every place of a minority."""
    by_key: dict[Key, list[Fact]] = {}
    for fact in reading.present:
        by_key.setdefault(fact.key, []).append(fact)
    for key, facts in by_key.items():
        values = Counter(fact.value for fact in facts)
        if len(values) < 2:
            continue
        th, en = label(reading.rules, key)
        said = ", ".join(str(value) for value in sorted(values))
        right = resolved.values.get(key)
        closes = right is not None and _closes(reading, resolved, key)
        # A value that only rounding admits, against most of the places: only the announced result can say.
        only = isinstance(key, int) and key in resolved.rounding_only and right is not None
        doubtful = only and right is not None and values[right] < max(values.values())
        within = resolved.admissible.get(key) if doubtful and isinstance(key, int) else None
        for fact in facts:
            if fact.value == right:
                continue
            if within is not None and fact.value in within:
                continue
            if right is None:
                yield _at(
                    fact, "R01", HIGH,
                    f"{th} มีหลายค่าในเอกสารเดียวกัน: {said} ไม่มีชุดใดลงตัวกับคะแนนเฉลี่ยและคะแนนรวม ให้ตรวจกับผลที่ประกาศ",
                    f"{_cap(en)} has several values in this document: {said}. None closes the means and the total; "
                    "look it up in the announced result.",
                    expected="", resolve=HUMAN,
                )  # fmt: skip
            elif within is not None:
                yield _at(
                    fact, "R01", HIGH,
                    f"{th} มีหลายค่า: {said} ค่าที่เป็นไปได้คือ {within.low}-{within.high} "
                    f"ในเอกสารมีเพียง {right} ที่อยู่ในช่วงนี้ ให้ตรวจกับผลที่ประกาศ",
                    f"{_cap(en)} has several values: {said}. It may lie in {within.low}-{within.high}; only {right} of the "
                    "printed ones does. Look it up in the announced result.",
                    expected=f"{within.low}-{within.high}", resolve=HUMAN,
                )  # fmt: skip
            else:
                why_th = "เป็นค่าที่ทำให้ค่าเฉลี่ยและคะแนนรวมลงตัว" if closes else "เป็นค่าที่ปรากฏมากที่สุด"
                why_en = "closes the mean and the total" if closes else "is said most often"
                yield _at(
                    fact, "R01", HIGH,
                    f"{th} มีหลายค่า: {said} ที่นี่เขียน {fact.value} แต่ {right} {why_th}",
                    f"{_cap(en)} has several values: {said}. Here it is {fact.value}, but {right} {why_en}.",
                    expected=str(right), resolve=SUGGEST if closes else HUMAN, suggestion=str(right) if closes else "",
                )  # fmt: skip


def _closes(reading: Reading, resolved: Resolved, key: Key) -> bool:
    if isinstance(key, int):
        return reading.rules.by_number[key].instrument in resolved.closed
    return key in resolved.closed


def _cap(words: str) -> str:
    return words[0].upper() + words[1:]


def units(reading: Reading) -> Iterator[Finding]:
    """The same figures as points here and per cent there."""
    points = {fact.key for fact in reading.present if fact.unit == "คะแนน"}
    for fact in reading.present:
        if fact.unit == "ร้อยละ" and fact.key in points and fact.flow is not None:
            at = fact.flow.text.rfind("ร้อยละ", 0, fact.start)
            if at < 0:
                at = fact.start
            yield finding(
                "R01", LOW, fact.flow, at, fact.end,
                "คะแนนเดียวกันเขียนเป็น “ร้อยละ” ที่นี่ แต่เป็น “คะแนน” ในที่อื่น ควรใช้ “คะแนน” ทั้งเอกสาร",
                "The same scores are per cent here and points elsewhere; the assessment gives points.",
                stated="ร้อยละ", expected="คะแนน", resolve=AUTO,
            )  # fmt: skip
            return


def changes(reading: Reading, resolved: Resolved) -> Iterator[Finding]:
    """A stated difference that is not the difference of the figures beside it."""
    year = reading.document.year
    for change in reading.changes:
        here = [fact for fact in reading.facts if fact.flow is change.flow and fact.start < change.start]
        now = next((fact for fact in reversed(here) if fact.year == year), None)
        if now is None:
            continue
        before = next((fact for fact in reversed(here) if fact.year < year and fact.key == now.key), None)
        if before is None or change.start - max(now.end, before.end) > 60:
            continue
        right = now.value - before.value
        settled = resolved.values.get(now.key, now.value) - before.value
        if any(abs(abs(one) - abs(change.value)) <= TWO_HALVES for one in (right, settled)):
            continue
        th, en = label(reading.rules, now.key)
        yield finding(
            "R01", HIGH, change.flow, change.start, change.end,
            f"{th} เปลี่ยนจาก {before.value} เป็น {now.value} คือ {right:+} ไม่ใช่ {change.value}",
            f"{_cap(en)} went from {before.value} to {now.value}, which is {right:+}, not {change.value}.",
            stated=str(change.value), expected=str(abs(right)), resolve=HUMAN,
        )  # fmt: skip


_JOINS = (
    "ซึ่ง",
    "จึง",
    "โดย",
    "เนื่องจาก",
    "ทั้งนี้",
    "และ",
    "คะแนน",
    "ดังนั้น",
    "แสดงว่า",
    "อยู่ใน",
    "ตามลำดับ",
    "เพราะ",
    "มี",
    "หน่วยงาน",
    ")",
    "แต่",
)


def lost_text(reading: Reading) -> Iterator[Finding]:
    """After a figure the text goes on in the middle of what its twin passage says there: a line is lost."""
    tails: dict[int, list[tuple[Fact, str]]] = {}
    for fact in reading.present:
        if isinstance(fact.key, int) and fact.claim and fact.flow is not None:
            tails.setdefault(fact.key, []).append((fact, fact.flow.text[fact.end :].removeprefix("คะแนน")))
    for twins in tails.values():
        for fact, tail in twins:
            begins = tail[:18]
            if len(begins) < 18 or begins.startswith(_JOINS) or fact.flow is None:
                continue
            for other, whole in twins:
                at = whole.find(begins)
                if other is not fact and at >= 20:
                    yield finding(
                        "R01", MEDIUM, fact.flow, fact.end, fact.end + 18,
                        f"ข้อความหลัง {fact.value} ขาดหายไป: อีกที่หนึ่งเขียน “{whole[:40]}…” ก่อนถึงคำนี้",
                        f"Text is lost after {fact.value}: its twin passage has “{whole[:40]}…” before these words.",
                        stated=begins, expected=whole[: at + 18][:120], resolve=SUGGEST,
                    )  # fmt: skip
                    break


# R02, R03

Group = dict[Key, Fact]


def groups(reading: Reading) -> list[tuple[str, Group]]:
    """The figures of one instrument that stand together: (instrument, key -> fact)."""
    found: list[tuple[str, Group]] = []
    for code, numbers in reading.rules.numbers_of.items():
        keys: set[Key] = {code, *numbers}
        group: Group = {}
        last = -10
        for fact in reading.present:
            if fact.key not in keys or fact.flow is None:
                continue
            if fact.claim and fact.key in group:
                continue
            apart = fact.flow.order - last
            if group and (fact.key in group or apart > 14 or (fact.flow.passage is not _passage(group))):
                found.append((code, group))
                group = {}
            if fact.claim and fact.key not in group and apart > 0:
                continue
            group[fact.key] = fact
            last = fact.flow.order
        if group:
            found.append((code, group))
    return [(code, group) for code, group in found if all(n in group for n in reading.rules.numbers_of[code])]


def _passage(group: Group) -> object:
    flow = next(iter(group.values())).flow
    return flow.passage if flow else None


def means(reading: Reading, resolved: Resolved, grouped: Sequence[tuple[str, Group]]) -> Iterator[Finding]:
    rules = reading.rules
    blamed: set[int] = set()
    open_codes: set[str] = set()
    for code, group in grouped:
        numbers = rules.numbers_of[code]
        scores = [group[number].value for number in numbers]
        exact = scoring.mean(scores)
        own = group.get(code)
        right = resolved.values.get(code)
        stands = own.value if own is not None else right
        if stands is None or abs(stands - exact) <= TWO_HALVES:
            continue
        computed = scoring.rounded(exact, rules.decimals)
        closed = code in resolved.closed
        if own is not None and (not closed or own.value != right):
            if closed and own.value != right:
                blamed.add(id(own))
                yield _mean_wrong(reading, resolved, own, code, computed)
            elif not closed:
                open_codes.add(code)
                blamed.add(id(own))
                yield from _suspects(reading, resolved, code, group, own, computed)
            continue
        if not closed:
            continue
        wrong = [group[n] for n in numbers if n in resolved.values and group[n].value != resolved.values[n]]
        if not wrong:
            continue
        yield _at(
            wrong[0], "R02", HIGH,
            f"คะแนนรายตัวชี้วัดของ {code} ที่เขียนไว้ตรงนี้เฉลี่ยได้ {computed} ไม่ใช่ {right} ({resolved.proof.get(code, '')})",
            f"The {code} scores printed here average {computed}, not {right} ({resolved.proof.get(code, '')}).",
            stated=str(computed), expected=str(right), resolve=SUGGEST,
        )  # fmt: skip
    yield from _single_means(reading, resolved, blamed, open_codes)


def _mean_wrong(reading: Reading, resolved: Resolved, fact: Fact, code: str, printed: Decimal) -> Finding:
    right = resolved.values[code]
    return _at(
        fact, "R02", HIGH,
        f"คะแนน {code} ที่เขียน {fact.value} ไม่ตรงกับค่าเฉลี่ยของตัวชี้วัด ค่าที่ลงตัวคือ {right} "
        f"({resolved.proof.get(code, '')}; ตัวเลขที่เขียนไว้ตรงนี้เฉลี่ยได้ {printed})",
        f"The {code} score {fact.value} is not the mean of its indicators; {right} closes "
        f"({resolved.proof.get(code, '')}; the figures printed here average {printed}).",
        expected=str(right), resolve=SUGGEST, suggestion=str(right),
    )  # fmt: skip


def _suspects(
    reading: Reading, resolved: Resolved, code: str, group: Group, own: Fact, computed: Decimal
) -> Iterator[Finding]:
    """A mean that nothing closes: at the one figure that can be the slip, else at the mean."""
    numbers = reading.rules.numbers_of[code]
    times = Counter((fact.key, fact.value) for fact in reading.present)
    mean_times = times[(code, own.value)]
    suspects = []
    for number in numbers:
        fact = group[number]
        others = [group[other].value for other in numbers if other != number]
        within = scoring.admissible(own.value, others).published()
        supported = times[(number, fact.value)] > 1
        if within.low <= 100 and within.high >= 0 and not supported and _slip(fact.value, within):
            suspects.append((fact, within))
    if len(suspects) == 1 and (mean_times > 1 or _total_trusts(reading, code, own.value)):
        fact, within = suspects[0]
        th, en = label(reading.rules, fact.key)
        yield _at(
            fact, "R02", HIGH,
            f"{th} เขียน {fact.value} ทำให้ค่าเฉลี่ย {code} เป็น {computed} ไม่ใช่ {own.value} ค่าที่เป็นไปได้คือ {within.low}-{within.high}",
            f"{_cap(en)} is printed {fact.value}, which makes the {code} mean {computed}, not {own.value}; "
            f"it may lie in {within.low}-{within.high}.",
            expected=f"{within.low}-{within.high}", resolve=HUMAN,
        )  # fmt: skip
        return
    low, high = scoring.mean_interval([group[number].value for number in numbers]).published().low, None
    high = scoring.mean_interval([group[number].value for number in numbers]).published().high
    trusted = all(times[(number, group[number].value)] > 1 for number in numbers)
    yield _at(
        own, "R02", HIGH,
        f"คะแนน {code} ที่เขียน {own.value} ไม่ใช่ค่าเฉลี่ยของตัวชี้วัดที่เขียนไว้ ซึ่งเฉลี่ยได้ {computed} ตัวเลขใดตัวเลขหนึ่งผิด",
        f"The {code} score {own.value} is not the mean of the indicators printed with it, {computed}; one of the figures is wrong.",
        expected=str(computed) if low == high else f"{low}-{high}", resolve=SUGGEST if trusted else HUMAN,
        suggestion=str(computed) if trusted else "",
    )  # fmt: skip


def _total_trusts(reading: Reading, code: str, mean: Decimal) -> bool:
    """Whether the printed means, this one among them, close a printed total."""
    weights = reading.rules.weights
    if weights is None:
        return False
    said: dict[Key, set[Decimal]] = {}
    for fact in reading.present:
        said.setdefault(fact.key, set()).add(fact.value)
    means = {}
    for other in weights:
        if other == code:
            means[other] = mean
        elif len(said.get(other, ())) == 1:
            means[other] = next(iter(said[other]))
        else:
            return False
    exact = scoring.weighted(reading.rules, means)
    return exact is not None and any(abs(total - exact) <= TWO_HALVES for total in said.get(TOTAL, ()))


def _slip(value: Decimal, within: scoring.Interval) -> bool:
    """Whether one digit typed wrong, or two exchanged, makes the value of one that may be."""
    text = f"{value:.2f}"
    low, high = int(within.low * 100), int(within.high * 100)
    for cents in range(low, high + 1):
        other = f"{cents / 100:.2f}"
        if len(other) != len(text):
            continue
        apart = [n for n, (a, b) in enumerate(zip(text, other, strict=True)) if a != b]
        if len(apart) == 1 or (
            len(apart) == 2 and text[apart[0]] == other[apart[1]] and text[apart[1]] == other[apart[0]]
        ):
            return True
    return False


def _single_means(reading: Reading, resolved: Resolved, blamed: set[int], open_codes: set[str]) -> Iterator[Finding]:
    """A mean said apart from its indicators that is not their mean."""
    for fact in reading.present:
        code = fact.key
        if not isinstance(code, str) or code == TOTAL or id(fact) in blamed or code in open_codes:
            continue
        numbers = reading.rules.numbers_of.get(code, ())
        scores = [resolved.values[number] for number in numbers if number in resolved.values]
        if not numbers or len(scores) != len(numbers):
            continue
        exact = scoring.mean(scores)
        right = resolved.values.get(code)
        if fact.value != right and code in resolved.closed:
            yield _mean_wrong(reading, resolved, fact, code, scoring.rounded(exact, reading.rules.decimals))
        elif abs(fact.value - exact) > TWO_HALVES and code not in resolved.closed:
            computed = scoring.rounded(exact, reading.rules.decimals)
            yield _at(
                fact, "R02", HIGH,
                f"คะแนน {code} ที่เขียน {fact.value} ไม่ใช่ค่าเฉลี่ยของตัวชี้วัด ซึ่งเฉลี่ยได้ {computed}",
                f"The {code} score {fact.value} is not the mean of its indicators, {computed}.",
                expected=str(computed), resolve=HUMAN,
            )  # fmt: skip
            open_codes.add(code)


def totals(reading: Reading, resolved: Resolved) -> Iterator[Finding]:
    rules = reading.rules
    if rules.weights is None:
        return
    means = {code: resolved.values[code] for code in rules.weights if code in resolved.values}
    if len(means) < len(rules.weights):
        return
    exact = scoring.weighted(rules, means)
    assert exact is not None
    within = scoring.total_interval(rules, means).published()
    right = resolved.values.get(TOTAL)
    parts = " + ".join(f"{weight} × {means[code]}" for code, weight in rules.weights.items())
    for fact in reading.present:
        if fact.key != TOTAL or abs(fact.value - exact) <= TWO_HALVES:
            continue
        sure = right is not None and right != fact.value and all(code in resolved.closed for code in means)
        answer = str(right) if sure else f"{within.low}-{within.high}"
        yield _at(
            fact, "R03", HIGH,
            f"คะแนนรวม {fact.value} ไม่ตรงกับคะแนนของเครื่องมือ: {parts} = {exact.normalize()}",
            f"The total {fact.value} is not what the instruments give: {parts} = {exact.normalize()}.",
            expected=answer, resolve=SUGGEST if sure else HUMAN, suggestion=answer if sure else "",
        )  # fmt: skip


# R04


def levels(reading: Reading, resolved: Resolved) -> Iterator[Finding]:
    rules = reading.rules
    means = {code: resolved.values.get(code) for code in rules.by_code}
    said = list(reading.levels)
    for one in said:
        value = one.beside if one.beside is not None else resolved.values.get(one.key)
        if value is None:
            continue
        possible = scoring.levels_possible(rules, value, dict(means) if one.key == TOTAL else {})
        if one.level in possible:
            continue
        right = resolved.values.get(one.key)
        by_right = scoring.level_of(rules, right, dict(means)) if right is not None else None
        th, en = label(rules, one.key)
        expected = "/".join(sorted(possible))
        if by_right == one.level:
            yield finding(
                "R04", HIGH, one.flow, one.start, one.end,
                f"{th} {value} อยู่ในระดับ {expected} ไม่ใช่ {one.level} (ระดับ {one.level} ตรงกับคะแนน {right})",
                f"{_cap(en)} {value} is level {expected}, not {one.level} (level {one.level} fits {right}).",
                stated=f"{value} {one.level}", expected=f"{right} {one.level}", resolve=SUGGEST,
            )  # fmt: skip
            continue
        known = by_right or expected
        yield finding(
            "R04", HIGH, one.flow, one.start, one.end,
            f"{th} {right if right is not None else value} อยู่ในระดับ {known} ไม่ใช่ {one.level}",
            f"{_cap(en)} {right if right is not None else value} is level {known}, not {one.level}.",
            stated=one.level, expected=known, resolve=SUGGEST, suggestion=known if "/" not in known else "",
        )  # fmt: skip
    data = reading.document.scores
    if data is not None and data.level and resolved.level and data.level != resolved.level:
        yield at_data(
            "R04", HIGH, data.level_section, data.level_line,
            f"คะแนนรวม {resolved.total} อยู่ในระดับ {resolved.level} ไม่ใช่ {data.level}",
            f"The total {resolved.total} is level {resolved.level}, not {data.level}.",
            stated=data.level, expected=resolved.level, resolve=SUGGEST,
        )  # fmt: skip


# R05, R06


def _minimum(rules: Rules, code: str, values: dict[int, Decimal]) -> tuple[int, ...]:
    numbers = rules.numbers_of[code]
    known = {number: values[number] for number in numbers if number in values}
    if len(known) < len(numbers) or not known:
        return ()
    least = min(known.values())
    return tuple(number for number, value in known.items() if value == least)


def _lowest_of(reading: Reading, resolved: Resolved, code: str) -> tuple[int, ...]:
    values = {key: value for key, value in resolved.values.items() if isinstance(key, int)}
    return _minimum(reading.rules, code, values)


def lowest(reading: Reading, resolved: Resolved) -> Iterator[Finding]:
    for claim in reading.lowest:
        if claim.codes:
            yield from _lowest_instrument(reading, resolved, claim)
            continue
        right = _lowest_of(reading, resolved, claim.instrument)
        here: dict[int, Decimal] = {}
        facts: dict[int, Fact] = {}
        for fact in reading.present:
            if fact.flow is claim.flow and isinstance(fact.key, int) and not (fact.claim and fact.key in here):
                here[fact.key], facts[fact.key] = fact.value, fact
        local = _minimum(reading.rules, claim.instrument, here)
        said = ", ".join(map(str, claim.numbers))
        if right and not set(claim.numbers) <= set(right):
            yield _named_wrong(reading, resolved, claim, right, "R05")
        elif not right and local and not set(claim.numbers) <= set(local):
            yield _named_wrong(reading, resolved, claim, local, "R05", here)
        elif right and local and not set(claim.numbers) <= set(local) and len(right) == 1 and claim.numbers[0] in facts:
            fact = facts[claim.numbers[0]]
            low = local[0]
            yield _at(
                fact, "R05", HIGH,
                f"ตัวชี้วัดที่ {said} ถูกระบุว่าต่ำสุด แต่ตัวเลขในข้อความนี้ต่ำสุดคือตัวชี้วัดที่ {low} ({here[low]}) "
                f"คะแนนที่ลงตัวคือ {resolved.values.get(fact.key)}",
                f"Indicator {said} is called the lowest, but the figures of this passage make it indicator {low} ({here[low]}); "
                f"the score that closes is {resolved.values.get(fact.key)}.",
                expected=str(resolved.values.get(fact.key) or ""), resolve=SUGGEST,
            )  # fmt: skip


def _named_wrong(
    reading: Reading,
    resolved: Resolved,
    claim: Lowest,
    right: tuple[int, ...],
    rule: str,
    here: dict[int, Decimal] | None = None,
) -> Finding:
    rules = reading.rules
    values = here or {key: value for key, value in resolved.values.items() if isinstance(key, int)}
    said = ", ".join(f"{n} {rules.by_number[n].th} ({values[n]})" if n in values else str(n) for n in claim.numbers)
    names = ", ".join(f"{n} {rules.by_number[n].th} ({values[n]})" for n in right)
    english = ", ".join(f"{n} ({values[n]})" for n in right)
    one = ", ".join(map(str, claim.numbers))
    return finding(
        rule, HIGH, claim.flow, claim.start, claim.end,
        f"ระบุว่าตัวชี้วัดที่ {said} ต่ำที่สุดของ {claim.instrument} แต่ต่ำที่สุดคือตัวชี้วัดที่ {names}",
        f"Indicator {one} is called the lowest of {claim.instrument}, but the lowest is {english}.",
        stated=one, expected=", ".join(map(str, right)), resolve=HUMAN,
    )  # fmt: skip


def _lowest_instrument(reading: Reading, resolved: Resolved, claim: Lowest) -> Iterator[Finding]:
    means = {code: resolved.values.get(code, resolved.means.get(code)) for code in reading.rules.by_code}
    known = {code: mean for code, mean in means.items() if mean is not None}
    if len(known) < len(means):
        return
    least = min(known.values())
    right = [code for code, mean in known.items() if mean == least]
    if set(claim.codes) <= set(right):
        return
    yield finding(
        "R05", HIGH, claim.flow, claim.start, claim.end,
        f"ระบุว่า {', '.join(claim.codes)} ต่ำที่สุด แต่ต่ำที่สุดคือ {', '.join(right)} ({least})",
        f"{', '.join(claim.codes)} is called the lowest, but the lowest is {', '.join(right)} ({least}).",
        stated=", ".join(claim.codes), expected=", ".join(right), resolve=HUMAN,
    )  # fmt: skip


def claims(reading: Reading, resolved: Resolved) -> Iterator[Finding]:
    """R06: one lowest indicator per instrument in a document."""
    for code in reading.rules.by_code:
        mine = [one for one in reading.lowest if one.instrument == code]
        said = Counter(frozenset(one.numbers) for one in mine)
        right = set(_lowest_of(reading, resolved, code))
        if len(said) < 2 or (right and all(numbers <= right for numbers in said)):
            continue
        most = said.most_common()
        usual = None if len(most) > 1 and most[0][1] == most[1][1] else most[0][0]
        all_said = " / ".join(sorted({", ".join(map(str, sorted(numbers))) for numbers in said}))
        for claim in mine:
            numbers = set(claim.numbers)
            if numbers <= right if right else numbers == usual:
                continue
            expected = ", ".join(map(str, sorted(right or usual or ())))
            yield finding(
                "R06", HIGH, claim.flow, claim.start, claim.end,
                f"เอกสารเดียวกันระบุตัวชี้วัดต่ำสุดของ {code} ไม่ตรงกัน: {all_said}",
                f"The document names different lowest indicators of {code}: {all_said}.",
                stated=", ".join(map(str, claim.numbers)), expected=expected, resolve=HUMAN,
            )  # fmt: skip


# R07


def impossible(reading: Reading, resolved: Resolved) -> Iterator[Finding]:
    rules = reading.rules
    for fact in reading.present:
        key, value = fact.key, fact.value
        th, en = label(rules, key)
        if not 0 <= value <= 100:
            right = resolved.values.get(key)
            yield _at(
                fact, "R07", HIGH,
                f"{th} เขียน {value} ซึ่งเป็นไปไม่ได้ คะแนนต้องอยู่ระหว่าง 0 ถึง 100",
                f"{_cap(en)} is printed {value}, which cannot be: scores lie between 0 and 100.",
                expected=str(right) if right is not None and right != value else "0.00-100.00",
                resolve=SUGGEST if right is not None and right != value else HUMAN,
            )  # fmt: skip
            continue
        items = rules.lattice.get(key) if isinstance(key, int) else None
        if not items or value in scoring.lattice_of(items):
            continue
        right = resolved.values.get(key)
        lattice = sorted(scoring.lattice_of(items))
        below = [one for one in lattice if one < value][-1:]
        above = [one for one in lattice if one > value][:1]
        near = " / ".join(str(one) for one in (*below, *above))
        good = right is not None and right != value and right in scoring.lattice_of(items)
        yield _at(
            fact, "R07", HIGH,
            f"{th} เขียน {value} ซึ่งเป็นไปไม่ได้: ไม่มีจำนวนข้อใดที่ให้คะแนนนี้ (ใกล้ที่สุด {near})"
            + (f" ค่าที่ลงตัวคือ {right}" if good else ""),
            f"{_cap(en)} is printed {value}, which no count of items gives (nearest: {near})"
            + (f"; {right} closes." if good else "."),
            expected=str(right) if good else near, resolve=SUGGEST if good else HUMAN, suggestion=str(right) if good else "",
        )  # fmt: skip
