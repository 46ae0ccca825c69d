"""R13 and R20: every finding has its measure, and a cause belongs to the indicator it explains (topics.yaml)."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from assessments.checking.facts import Key, Reading
from assessments.checking.flows import HEADING, ROW, Flow
from assessments.checking.places import at_data, finding
from assessments.checking.plans import Row
from assessments.document import HIGH, HUMAN, MEDIUM, Finding

FILE = Path(__file__).parent.parent / "rules" / "topics.yaml"


@dataclass(frozen=True)
class Topic:
    """Something a memo may find wanting: how it says so, what answers it, whose indicator it is."""

    th: str
    en: str
    need: re.Pattern[str]
    answer: re.Pattern[str]
    indicators: tuple[int, ...]
    severity: str


@lru_cache(maxsize=1)
def topics() -> tuple[Topic, ...]:
    read: list[dict[str, Any]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))["topics"]
    return tuple(
        Topic(
            one["th"],
            one["en"],
            re.compile(one["need"]),
            re.compile(one["answer"]),
            tuple(one.get("indicators", ())),
            one["severity"],
        )
        for one in read
    )


def check(reading: Reading, plan: list[Row]) -> Iterator[Finding]:
    table = {id(row.flow) for row in plan if row.flow is not None}
    table |= {id(cell.flow) for row in plan for cell in row.cells.values()}
    body = [flow for flow in reading.flows if id(flow) not in table]
    measures = "".join(row.words for row in plan).replace(" ", "")
    if plan:
        yield from answered(body, measures)
        yield from lowest_answered(reading, plan)
        yield from audience(body, measures)
    yield from belongs(reading, body)
    yield from treated(reading)


def answered(body: list[Flow], measures: str) -> Iterator[Finding]:
    for topic in topics():
        if topic.answer.search(measures) or any(_does(topic, flow) for flow in body):
            continue
        for flow in body:
            found = topic.need.search(flow.text)
            if found is None:
                continue
            yield finding(
                "R13", topic.severity, flow, *found.span("what" if "what" in topic.need.groupindex and found["what"] else 0),
                f"{topic.th}เป็นข้อที่พบ แต่ไม่มีมาตรการหรือขั้นตอนใดในแผนที่ตอบเรื่องนี้",
                f"{topic.en} is found wanting, but no measure or step of the plan answers it.",
                stated=found.group()[:80], expected="", resolve=HUMAN,
            )  # fmt: skip
            break


def _does(topic: Topic, flow: Flow) -> bool:
    """Whether a sentence outside the plan's tables does it, rather than saying that it should be done."""
    return any(
        _DOES.search(flow.text[max(0, found.start() - 30) : found.end()])
        and not _SHOULD.search(flow.text[max(0, found.start() - 40) : found.start()])
        for found in topic.answer.finditer(flow.text)
    )


_DOES = re.compile(r"จัดให้มี|จัดทำ|จัดตั้ง|เปิด(?!เผย)|เพิ่ม|สร้าง|พัฒนา|จัดกิจกรรม|รณรงค์|ปลูกฝัง")
_SHOULD = re.compile(r"ควร|ต้อง|ยังไม่|ไม่มี|ขาด|ไม่ได้|ไม่ถูก|มิได้|ข้อเสนอแนะ|อยากให้|ขอให้")


def lowest_answered(reading: Reading, plan: list[Row]) -> Iterator[Finding]:
    """Each instrument's lowest indicator has measures, where the plan is by instrument."""
    have = {row.instrument for row in plan if row.instrument}
    if not have:
        return
    done: set[str] = set()
    for claim in reading.lowest:
        code = claim.instrument
        if not code or code in have or code in done:
            continue
        done.add(code)
        yield finding(
            "R13", HIGH, claim.flow, claim.start, claim.end,
            f"{code} มีตัวชี้วัดต่ำสุด แต่แผนไม่มีมาตรการของ {code}", f"{code} has a lowest indicator, but the plan has no measure for {code}.",
            stated=", ".join(map(str, claim.numbers)), expected="", resolve=HUMAN,
        )  # fmt: skip


_OUTSIDERS = re.compile(r"(?:ประกาศ|แจ้ง|ข้อปฏิบัติ|ข้อตกลง).{0,140}?ให้บุคคล(?:ภายนอก)(?:หน่วยงาน)?ทราบ")
_INSIDERS = re.compile(r"แจ้ง(?:เวียน|เรียน|ให้)?.{0,12}บุคลากร(?:ภายใน)?.{0,12}(?:รับ)?ทราบ")


def audience(body: list[Flow], measures: str) -> Iterator[Finding]:
    """The finding speaks to people outside, the step to the staff."""
    if not _INSIDERS.search(measures) or re.search(r"ให้บุคคลภายนอก", measures):
        return
    for flow in body:
        for found in _OUTSIDERS.finditer(flow.text):
            at = flow.text.index("ให้บุคคล", found.start())
            yield finding(
                "R13", MEDIUM, flow, at, found.end(),
                "ข้อที่พบให้แจ้งบุคคลภายนอก แต่ขั้นตอนในแผนแจ้งบุคลากรภายใน ควรระบุผู้รับให้ตรงกัน",
                "The finding is to inform people outside, the step of the plan informs the staff; name the same audience.",
                stated=flow.text[at : found.end()], expected="", resolve=HUMAN,
            )  # fmt: skip


_OPENS = re.compile(
    r"(?:\(?[\d.]+[.)]?)?[-•]?(?:เครื่องมือ(?:IIT|EIT|OIT))?(?:ตัวชี้วัดที่(?:ต้อง|ควร)?(?:ปรับปรุง|พัฒนา|แก้ไข):?|ปัญหาของ|จุดอ่อน(?:ของ)?|ประเด็น(?:ของ|ที่)?|มาตรการ(?:ที่\d+)?(?:แก้ไข|ปรับปรุง|พัฒนา)?|ด้าน|แก้ไข|ปรับปรุง)?(?:(?:IIT|EIT|OIT)[: ]?)?$"
)
_CLOSES = re.compile(r"(?::|\t|\(|คือ|$)")


def treated(reading: Reading) -> Iterator[Finding]:
    """A list that takes up one indicator of an instrument, and not the one the document calls its lowest."""
    lowest: dict[str, Counter[int]] = {}
    for claim in reading.lowest:
        lowest.setdefault(claim.instrument, Counter()).update(claim.numbers)
    lists: dict[tuple[int, str], list[tuple[int, Flow, int, int]]] = {}
    for flow in reading.flows:
        if any(fact.flow is flow for fact in reading.facts):
            continue
        for start, end, number in _openings(reading, flow):
            under = flow.above.order if flow.above is not None and flow.kind != HEADING else -1
            code = reading.rules.by_number[number].instrument
            lists.setdefault((under, code), []).append((number, flow, start, end))
    for (_, code), taken in lists.items():
        numbers = {number for number, *_ in taken}
        named = lowest.get(code)
        if not named or len(numbers) != 1 or numbers & set(named):
            continue
        number, flow, start, end = taken[0]
        expected = ", ".join(map(str, sorted(named)))
        yield finding(
            "R13", MEDIUM, flow, start, end,
            f"ตรงนี้ยกตัวชี้วัดที่ {number} มาแก้ไข แต่เอกสารระบุว่าตัวชี้วัดต่ำสุดของ {code} คือ {expected}",
            f"Indicator {number} is taken up here, but the document's lowest of {code} is {expected}.",
            stated=str(number), expected=expected, resolve=HUMAN,
        )  # fmt: skip


def _openings(reading: Reading, flow: Flow) -> Iterator[tuple[int, int, int]]:
    """Indicators that open the flow or one of its first cells."""
    subjects = [one for one in reading.subjects.get(flow.order, ()) if isinstance(one[2], int)]
    for begin, _ in flow.cells[:2] if flow.kind == ROW else [(0, 0)]:
        head = next((one for one in subjects if one[0] >= begin), None)
        if head is None or head[0] - begin > 60 or not _OPENS.fullmatch(flow.text[begin : head[0]]):
            continue
        last = head
        for one in subjects:
            if one[2] == head[2] and 0 <= one[0] - last[1] <= 3:
                last = one
        if _CLOSES.match(flow.text, last[1]) and isinstance(head[2], int):
            yield head[0], last[1], head[2]
            return


_INDICATOR = re.compile(r"ตัวชี้วัด(?:ที่)?(\d{1,2})(?![\d.])")
_CAUSE = re.compile(r"เนื่องจาก|เพราะ|สาเหตุ|ควร|ต้อง|ยังไม่|ไม่มี|ขาด|ข้อที่|จึง|ซึ่ง")


def belongs(reading: Reading, body: list[Flow]) -> Iterator[Finding]:
    """R20: the cause named beside a lowest indicator is one of its own."""
    for topic in topics():
        if not topic.indicators:
            continue
        for flow in body:
            if flow.kind == HEADING:
                continue
            found = topic.need.search(flow.text)
            if found is None:
                continue
            subjects = [
                one
                for one in reading.subjects.get(flow.order, ())
                if one[1] <= found.start() and isinstance(one[2], int)
            ]
            numbers = {subjects[-1][2]} if subjects else _just_named(reading, flow)
            since = subjects[-1][1] if subjects else 0
            if not numbers or found.start() - since > 900 or numbers & set(topic.indicators):
                continue
            between = flow.text[since : found.start()]
            if any(name in between for n in topic.indicators for name in _names(reading, n)):
                continue
            right = ", ".join(map(str, topic.indicators))
            said = ", ".join(sorted(map(str, numbers)))
            yield finding(
                "R20", MEDIUM, flow, *found.span("what" if "what" in topic.need.groupindex and found["what"] else 0),
                f"{topic.th}เป็นเรื่องของตัวชี้วัดที่ {right} ไม่ใช่ตัวชี้วัดที่ {said} ที่กำลังอธิบาย",
                f"{topic.en} belongs to indicator {right}, not to indicator {said}, which it explains here.",
                stated=said, expected=right, resolve=HUMAN,
            )  # fmt: skip


def _just_named(reading: Reading, flow: Flow) -> set[Key | None]:
    """The lowest indicator the flow before names, where this one names none."""
    found: set[Key | None] = set()
    for claim in reading.lowest:
        if 0 < flow.order - claim.flow.order <= 2:
            found = set(claim.numbers)
    return found


def _names(reading: Reading, number: int) -> list[str]:
    one = reading.rules.by_number.get(number)
    return [f"ตัวชี้วัดที่{number}", *(one.names if one else ())]


__all__ = ["at_data", "check", "topics"]
