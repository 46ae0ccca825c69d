"""R13 and R20: every finding has its measure, and a cause belongs to the indicator it explains (topics.yaml)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from assessments.checking.facts import Reading, Subject
from assessments.checking.flows import HEADING, ROW, Flow
from assessments.checking.places import finding
from assessments.checking.rows import Row
from assessments.document import HIGH, HUMAN, MEDIUM, Finding
from assessments.language import any_of, either

FILE = Path(__file__).parent.parent / "rules" / "topics.yaml"


_DOES = any_of("จัดให้มี", "จัดทำ", "จัดตั้ง", "เปิด(?!เผย)", "เพิ่ม", "สร้าง", "พัฒนา", "จัดกิจกรรม", "รณรงค์", "ปลูกฝัง")
_SHOULD = any_of("ควร", "ต้อง", "ยังไม่", "ไม่มี", "ขาด", "ไม่ได้", "ไม่ถูก", "มิได้", "ข้อเสนอแนะ", "อยากให้", "ขอให้")
_OUTSIDERS = re.compile("(?:ประกาศ|แจ้ง|ข้อปฏิบัติ|ข้อตกลง).{0,140}?ให้บุคคลภายนอก(?:หน่วยงาน)?ทราบ")
_INSIDERS = re.compile("แจ้ง(?:เวียน|เรียน|ให้)?.{0,12}บุคลากร(?:ภายใน)?.{0,12}(?:รับ)?ทราบ")
#: Before an indicator that a list takes up.
_TAKES_UP = either(
    *("แก้(?:ไข)?", "ปรับปรุง", "พัฒนา", "ยก(?:ระดับ)?(?:คะแนน)?", "ปัญหาของ", "จุดอ่อน(?:ของ)?", "ประเด็น(?:ของ|ที่)?"),
    *(r"มาตรการ(?:ชุดที่|ที่)?\d*", r"(?:ชุด)?กิจกรรมที่\d+", r"กล่องที่\d+", r"ประการที่\d+", "สำหรับ", "เรื่อง", "ด้าน", "ตัวชี้วัด(?:ที่)?"),
    *(
        "กลุ่ม",
        "เครื่องมือ",
        "แบบ",
        "ของ",
        "ใน",
        "เพื่อ",
        "ต้อง",
        "ควร",
        "การจัดการความเสี่ยง",
        "(?:IIT|EIT|OIT)",
        r"[:(▸|\t ]",
        r"ที่\d+",
    ),
)
_OPENS = re.compile(rf"(?:\(?[\d.ก-ฉ]{{1,5}}[.)]+)?[-•]?(?:{_TAKES_UP})*$")
_CLOSES = re.compile(r"(?::|\t|\(|\)|คือ|ของแบบ|จะดำเนินการ|ให้ดำเนินการ|$)")


@dataclass(frozen=True)
class Topic:
    """Something a memo may find wanting: how it says so, what answers it, whose indicator it is."""

    th: str
    en: str
    need: re.Pattern[str]
    answer: re.Pattern[str]
    indicators: tuple[int, ...]
    severity: str

    def place(self, found: re.Match[str]) -> tuple[int, int]:
        """The words to mark: the group "what" where `need` has it."""
        return found.span("what" if "what" in self.need.groupindex and found["what"] else 0)


@lru_cache(maxsize=1)
def topics() -> tuple[Topic, ...]:
    """The topics of topics.yaml, in its order."""
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
    """R13: what is found wanting and nothing answers, marked where it is first said."""
    for topic in topics():
        if topic.answer.search(measures) or any(_does(topic, flow) for flow in body):
            continue
        for flow in body:
            found = topic.need.search(flow.text)
            if found is None:
                continue
            yield finding(
                "R13", topic.severity, flow, *topic.place(found),
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
            f"{code} มีตัวชี้วัดต่ำสุด แต่แผนไม่มีมาตรการของ {code}",
            f"{code} has a lowest indicator, but the plan has no measure for {code}.",
            stated=", ".join(map(str, claim.numbers)), expected="", resolve=HUMAN,
        )  # fmt: skip


def audience(body: list[Flow], measures: str) -> Iterator[Finding]:
    """The finding speaks to people outside, the step to the staff."""
    if not _INSIDERS.search(measures) or "ให้บุคคลภายนอก" in measures:
        return
    for flow in body:
        for found in _OUTSIDERS.finditer(flow.text):
            at = flow.text.index("ให้บุคคล", found.start())
            yield finding(
                "R13", MEDIUM, flow, at, found.end(),
                "ข้อที่พบให้แจ้งบุคคลภายนอก แต่ขั้นตอนในแผนแจ้งบุคลากรภายใน ควรระบุผู้รับให้ตรงกัน",
                "The finding is to inform people outside, the step of the plan informs the staff; "
                "name the same audience.",
                stated=flow.text[at : found.end()], expected="", resolve=HUMAN,
            )  # fmt: skip


def treated(reading: Reading) -> Iterator[Finding]:
    """R13: a list that takes up one indicator of an instrument, and not the one the document calls its lowest."""
    lowest: dict[str, set[int]] = {}
    for claim in reading.lowest:
        lowest.setdefault(claim.instrument, set()).update(claim.numbers)
    for code, taken in _lists(reading):
        named = lowest.get(code)
        number, flow, start, end = taken[0]
        if not named or number in named or any(other != number for other, *_ in taken):
            continue
        expected = ", ".join(map(str, sorted(named)))
        yield finding(
            "R13", MEDIUM, flow, start, end,
            f"ตรงนี้ยกตัวชี้วัดที่ {number} มาแก้ไข แต่เอกสารระบุว่าตัวชี้วัดต่ำสุดของ {code} คือ {expected}",
            f"Indicator {number} is taken up here, but the document's lowest of {code} is {expected}.",
            stated=str(number), expected=expected, resolve=HUMAN,
        )  # fmt: skip


#: An indicator that opens a flow, and where it stands.
Opening = tuple[int, Flow, int, int]


def _lists(reading: Reading) -> list[tuple[str, list[Opening]]]:
    """The indicators of each instrument that are taken up, without a score, under one heading."""
    lists: dict[tuple[int, str], list[Opening]] = {}
    for flow in reading.flows:
        opening = None if flow.order in reading.scored else _opening(reading, flow)
        if opening is not None:
            under = flow.above.order if flow.above is not None and flow.kind != HEADING else -1
            code = reading.rules.by_number[opening[0]].instrument
            lists.setdefault((under, code), []).append(opening)
    return [(code, taken) for (_, code), taken in lists.items()]


def _opening(reading: Reading, flow: Flow) -> Opening | None:
    """The indicator that opens the flow or one of its first cells."""
    subjects = [one for one in reading.subjects.get(flow.order, ()) if isinstance(one.key, int)]
    if flow.kind == ROW and len({one.key for one in subjects}) > 1 and _beside(flow, subjects):
        return None
    for begin, _ in flow.cells[:3] if flow.kind == ROW else [(0, 0)]:
        head = next((one for one in subjects if one.start >= begin), None)
        if head is None or head.start - begin > 60 or not _OPENS.fullmatch(flow.text[begin : head.start]):
            continue
        end = head.end
        for one in subjects:
            if one.key == head.key and 0 <= one.start - end <= 3:
                end = one.end
        if _CLOSES.match(flow.text, end) and isinstance(head.key, int):
            return head.key, flow, head.start, end
    return None


def _beside(flow: Flow, subjects: list[Subject]) -> bool:
    """Whether the cells of a row name one indicator each: the head of a table that goes across."""
    return sum(any(begin <= one.start < end for one in subjects) for begin, end in flow.cells) >= len(flow.cells) - 2


def belongs(reading: Reading, body: list[Flow]) -> Iterator[Finding]:
    """R20: the cause named beside a lowest indicator is one of its own."""
    for topic in topics():
        for flow in body if topic.indicators else ():
            found = topic.need.search(flow.text) if flow.kind != HEADING else None
            if found is None:
                continue
            explained = _explained(reading, topic, flow, found.start())
            if not explained:
                continue
            right = ", ".join(map(str, topic.indicators))
            said = ", ".join(sorted(map(str, explained)))
            yield finding(
                "R20", MEDIUM, flow, *topic.place(found),
                f"{topic.th}เป็นเรื่องของตัวชี้วัดที่ {right} ไม่ใช่ตัวชี้วัดที่ {said} ที่กำลังอธิบาย",
                f"{topic.en} belongs to indicator {right}, not to indicator {said}, which it explains here.",
                stated=said, expected=right, resolve=HUMAN,
            )  # fmt: skip


def _explained(reading: Reading, topic: Topic, flow: Flow, place: int) -> set[int]:
    """The indicators explained at a place, where none of them, nor a name since then, is the topic's own."""
    before: list[Subject] = [
        one for one in reading.subjects.get(flow.order, ()) if one.end <= place and isinstance(one.key, int)
    ]
    last = before[-1] if before else None
    numbers = {last.key} if last is not None and isinstance(last.key, int) else _just_named(reading, flow)
    since = last.end if last is not None else 0
    if place - since > 900 or numbers & set(topic.indicators):
        return set()
    between = flow.text[since:place]
    named = any(name in between for number in topic.indicators for name in _names(reading, number))
    return set() if named else numbers


def _just_named(reading: Reading, flow: Flow) -> set[int]:
    """The lowest indicator the flow before names, where this one names none."""
    found: set[int] = set()
    for claim in reading.lowest:
        if 0 < flow.order - claim.flow.order <= 2:
            found = set(claim.numbers)
    return found


def _names(reading: Reading, number: int) -> list[str]:
    one = reading.rules.by_number.get(number)
    return [f"ตัวชี้วัดที่{number}", *(one.names if one else ())]
