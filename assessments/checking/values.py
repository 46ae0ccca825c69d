"""R01 and R07: one fact one value, and values that cannot be."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from assessments import scoring
from assessments.checking.facts import Change, Fact, Key, Reading
from assessments.checking.labels import Label, label
from assessments.checking.places import at_fact, finding
from assessments.checking.resolving import Resolved
from assessments.checking.words import FELL, ROSE
from assessments.document import AUTO, HIGH, HUMAN, LOW, MEDIUM, SUGGEST, Finding

#: What lost text begins with that is no loss: a sentence may go on so.
_JOINS = (
    *("ซึ่ง", "จึง", "โดย", "เนื่องจาก", "ทั้งนี้", "และ", "คะแนน", "ดังนั้น", "แสดงว่า"),
    *("อยู่ใน", "ตามลำดับ", "เพราะ", "มี", "หน่วยงาน", ")", "แต่"),
)
#: Letters of a passage's tail that are looked for in its twin.
_TAIL = 18
#: Letters between the figures compared and their difference.
_NEAR = 60


def check(reading: Reading, resolved: Resolved) -> Iterator[Finding]:
    for key in reading.by_key:
        yield from several_values(reading, resolved, key)
    yield from units(reading)
    yield from lost_text(reading)
    for change in reading.changes:
        yield from changes(reading, resolved, change)
    for fact in reading.present:
        yield from impossible(reading, resolved, fact)


# R01


def several_values(reading: Reading, resolved: Resolved, key: Key) -> Iterator[Finding]:
    """Every place that says another value than the one that closes; without one, every place of a minority."""
    facts = reading.by_key[key]
    values = Counter(fact.value for fact in facts)
    if len(values) < 2:
        return
    name = label(reading.rules, key)
    said = ", ".join(str(value) for value in sorted(values))
    right = resolved.values.get(key)
    within = _doubtful(resolved, key, values)
    for fact in facts:
        if fact.value == right or (within is not None and fact.value in within):
            continue
        if right is None:
            yield _unsettled(fact, name, said)
        elif within is not None:
            yield _admissible(fact, name, said, right, within)
        else:
            yield _settled(fact, name, said, right, closes=_closes(reading, resolved, key))


def _doubtful(resolved: Resolved, key: Key, values: Counter[Decimal]) -> scoring.Interval | None:
    """Where an indicator's score may lie, if its value is one that only rounding admits, against most of the places.

    Then only the announced result can say.
    """
    right = resolved.values.get(key)
    if not isinstance(key, int) or right is None or key not in resolved.rounding_only:
        return None
    return resolved.admissible.get(key) if values[right] < max(values.values()) else None


def _closes(reading: Reading, resolved: Resolved, key: Key) -> bool:
    if isinstance(key, int):
        return reading.rules.by_number[key].instrument in resolved.closed
    return key in resolved.closed


def _unsettled(fact: Fact, name: Label, said: str) -> Finding:
    return at_fact(
        fact, "R01", HIGH,
        f"{name.th} มีหลายค่าในเอกสารเดียวกัน: {said} "
        "ไม่มีชุดใดลงตัวกับคะแนนเฉลี่ยและคะแนนรวม ให้ตรวจกับผลที่ประกาศ",
        f"{name.opening} has several values in this document: {said}. None closes the means and the total; "
        "look it up in the announced result.",
        expected="", resolve=HUMAN,
    )  # fmt: skip


def _admissible(fact: Fact, name: Label, said: str, right: Decimal, within: scoring.Interval) -> Finding:
    return at_fact(
        fact, "R01", HIGH,
        f"{name.th} มีหลายค่า: {said} ค่าที่เป็นไปได้คือ {within.low}-{within.high} "
        f"ในเอกสารมีเพียง {right} ที่อยู่ในช่วงนี้ ให้ตรวจกับผลที่ประกาศ",
        f"{name.opening} has several values: {said}. It may lie in {within.low}-{within.high}; only {right} of the "
        "printed ones does. Look it up in the announced result.",
        expected=f"{within.low}-{within.high}", resolve=HUMAN,
    )  # fmt: skip


def _settled(fact: Fact, name: Label, said: str, right: Decimal, *, closes: bool) -> Finding:
    why_th = "เป็นค่าที่ทำให้ค่าเฉลี่ยและคะแนนรวมลงตัว" if closes else "เป็นค่าที่ปรากฏมากที่สุด"
    why_en = "closes the mean and the total" if closes else "is said most often"
    return at_fact(
        fact, "R01", HIGH,
        f"{name.th} มีหลายค่า: {said} ที่นี่เขียน {fact.value} แต่ {right} {why_th}",
        f"{name.opening} has several values: {said}. Here it is {fact.value}, but {right} {why_en}.",
        expected=str(right), resolve=SUGGEST if closes else HUMAN, suggestion=str(right) if closes else "",
    )  # fmt: skip


def units(reading: Reading) -> Iterator[Finding]:
    """The same figures as points here and per cent there: said once."""
    points = {fact.key for fact in reading.present if fact.unit == "คะแนน"}
    for fact in reading.present:
        if fact.unit == "ร้อยละ" and fact.key in points and fact.flow is not None:
            at = fact.flow.text.rfind("ร้อยละ", 0, fact.start)
            yield finding(
                "R01", LOW, fact.flow, fact.start if at < 0 else at, fact.end,
                "คะแนนเดียวกันเขียนเป็น “ร้อยละ” ที่นี่ แต่เป็น “คะแนน” ในที่อื่น ควรใช้ “คะแนน” ทั้งเอกสาร",
                "The same scores are per cent here and points elsewhere; the assessment gives points.",
                stated="ร้อยละ", expected="คะแนน", resolve=AUTO,
            )  # fmt: skip
            return


def changes(reading: Reading, resolved: Resolved, change: Change) -> Iterator[Finding]:
    """A stated difference that is not the difference of the figures it stands behind, in size or direction."""
    pair = _compared(reading, resolved, change)
    if pair is None:
        return
    key, now, before = pair
    right = now - before
    settled = resolved.values.get(key, now) - before
    same = next((one for one in (right, settled) if abs(abs(one) - abs(change.value)) <= scoring.CENT), None)
    name = label(reading.rules, key)
    if same is None:
        yield finding(
            "R01", HIGH, change.flow, change.start, change.end,
            f"{name.th} เปลี่ยนจาก {before} เป็น {now} คือ {right:+} ไม่ใช่ {change.value}",
            f"{name.opening} went from {before} to {now}, which is {right:+}, not {change.value}.",
            stated=str(change.value), expected=str(abs(right)), resolve=HUMAN,
        )  # fmt: skip
    elif _turned_round(change.word, same):
        rose = same > 0
        at = change.flow.text.rfind(change.word, 0, change.start)
        yield finding(
            "R01", HIGH, change.flow, at, change.end,
            f"{name.th} เปลี่ยนจาก {before} เป็น {now} คือ{'เพิ่มขึ้น' if rose else 'ลดลง'} ไม่ใช่{change.word}",
            f"{name.opening} went from {before} to {now}: it {'rose' if rose else 'fell'}.",
            stated=change.word, expected="เพิ่มขึ้น" if rose else "ลดลง", resolve=HUMAN,
        )  # fmt: skip


def _turned_round(word: str, gained: Decimal) -> bool:
    return (word in ROSE and gained < 0) or (word in FELL and gained > 0)


def _compared(reading: Reading, resolved: Resolved, change: Change) -> tuple[Key, Decimal, Decimal] | None:
    """Of whom a difference is, the figure of the year, said here or settled, and of an earlier year just before it."""
    year = reading.document.year
    here = [fact for fact in reversed(reading.facts) if fact.flow is change.flow and fact.start < change.start]
    before = next((fact for fact in here if fact.year < year), None)
    if before is None or any(fact.key != before.key for fact in here[: here.index(before)]):
        return None
    now = next((fact for fact in here if fact.year == year and fact.key == before.key), None)
    if change.start - max(now.end if now else 0, before.end) > _NEAR:
        return None
    value = now.value if now else resolved.values.get(before.key)
    return None if value is None else (before.key, value, before.value)


def lost_text(reading: Reading) -> Iterator[Finding]:
    """After a figure the text goes on in the middle of what its twin passage says there: a line is lost."""
    tails: dict[Key, list[tuple[Fact, str]]] = {}
    for fact in reading.present:
        if isinstance(fact.key, int) and fact.claim and fact.flow is not None:
            tails.setdefault(fact.key, []).append((fact, fact.flow.text[fact.end :].removeprefix("คะแนน")))
    for twins in tails.values():
        for fact, tail in twins:
            whole = _twin(tail[:_TAIL], [other for twin, other in twins if twin is not fact])
            if whole is not None:
                yield _lost(fact, tail[:_TAIL], whole)


def _twin(begins: str, others: list[str]) -> str | None:
    """The tail that says the same words, later."""
    if len(begins) < _TAIL or begins.startswith(_JOINS):
        return None
    return next((whole for whole in others if whole.find(begins) >= 20), None)


def _lost(fact: Fact, begins: str, whole: str) -> Finding:
    assert fact.flow is not None
    return finding(
        "R01", MEDIUM, fact.flow, fact.end, fact.end + _TAIL,
        f"ข้อความหลัง {fact.value} ขาดหายไป: อีกที่หนึ่งเขียน “{whole[:40]}…” ก่อนถึงคำนี้",
        f"Text is lost after {fact.value}: its twin passage has “{whole[:40]}…” before these words.",
        stated=begins, expected=whole[: whole.find(begins) + _TAIL][:120], resolve=SUGGEST,
    )  # fmt: skip


# R07


def impossible(reading: Reading, resolved: Resolved, fact: Fact) -> Iterator[Finding]:
    """A score outside 0 to 100, or one that no count of items gives."""
    name = label(reading.rules, fact.key)
    right = resolved.values.get(fact.key)
    right = None if right == fact.value else right
    items = reading.rules.lattice.get(fact.key) if isinstance(fact.key, int) else None
    if not 0 <= fact.value <= 100:
        yield at_fact(
            fact, "R07", HIGH,
            f"{name.th} เขียน {fact.value} ซึ่งเป็นไปไม่ได้ คะแนนต้องอยู่ระหว่าง 0 ถึง 100",
            f"{name.opening} is printed {fact.value}, which cannot be: scores lie between 0 and 100.",
            expected="0.00-100.00" if right is None else str(right), resolve=HUMAN if right is None else SUGGEST,
        )  # fmt: skip
    elif items and fact.value not in scoring.lattice_of(items):
        near = " / ".join(map(str, scoring.beside(items, fact.value)))
        good = right is not None and right in scoring.lattice_of(items)
        yield at_fact(
            fact, "R07", HIGH,
            f"{name.th} เขียน {fact.value} ซึ่งเป็นไปไม่ได้: ไม่มีจำนวนข้อใดที่ให้คะแนนนี้ (ใกล้ที่สุด {near})"
            + (f" ค่าที่ลงตัวคือ {right}" if good else ""),
            f"{name.opening} is printed {fact.value}, which no count of items gives (nearest: {near})"
            + (f"; {right} closes." if good else "."),
            expected=str(right) if good else near, resolve=SUGGEST if good else HUMAN,
            suggestion=str(right) if good else "",
        )  # fmt: skip
