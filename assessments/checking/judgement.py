"""R14: words of judgement must fit the score: below the target nothing is kept as it is."""

import re
from collections.abc import Iterator
from decimal import Decimal

from assessments.checking.facts import TOTAL, Reading
from assessments.checking.figures import label
from assessments.checking.flows import ROW, Flow
from assessments.checking.places import finding
from assessments.checking.resolving import Resolved
from assessments.document import HIGH, HUMAN, Finding

_KEEP = re.compile(r"(?:^|(?<=\t)|(?<=:))รักษา(?:ไว้)?(?=\t|$)|(?:คง)?รักษา(?:มาตรฐาน|ระดับ|คุณภาพ)(?:ไว้|เดิม|ให้คงอยู่)?|คงมาตรฐาน|คงระดับ")
_PASSES = re.compile(
    r"(?<!ไม่)ผ่านเกณฑ์|(?:สูง|มาก)กว่า(?:ค่า)?(?:เกณฑ์)?(?:ค่า)?เป้าหมาย|บรรลุ(?:ค่า)?เป้าหมาย|เป็นไปตาม(?:ค่า)?เป้าหมาย"
)
_FAILS = re.compile(r"ไม่ผ่านเกณฑ์|ต่ำกว่า(?:เกณฑ์)?(?:ค่า)?เป้าหมาย|ไม่บรรลุ(?:ค่า)?เป้าหมาย|ไม่ถึง(?:ค่า)?เป้าหมาย")
_NEGATED = re.compile(
    r"(?:ไม่|มิ|ยังไม่|มากกว่า|แทนที่จะ|หาก|เกณฑ์|เกณฑ์การ|ตั้งแต่[\d.]+(?:คะแนน)?(?:ขึ้นไป)?(?:ให้)?|ขึ้นไป(?:ให้)?|ไม่น้อยกว่า[\d.]+(?:คะแนน)?)$"
)
_WIDE = re.compile(r"(?:ภาพรวม|คะแนนรวม|ผลการประเมินของหน่วยงาน|ผลการประเมินฯ?|IIT,EITและOIT)")


def check(reading: Reading, resolved: Resolved) -> Iterator[Finding]:
    for flow in reading.flows:
        if "รักษา" in flow.text or "คงมาตรฐาน" in flow.text or "คงระดับ" in flow.text:
            yield from _of(reading, resolved, flow, _KEEP, keeps=True)
        if "เกณฑ์" in flow.text or "เป้าหมาย" in flow.text:
            yield from _of(reading, resolved, flow, _PASSES, keeps=True)
            yield from _of(reading, resolved, flow, _FAILS, keeps=False)


def _of(
    reading: Reading, resolved: Resolved, flow: Flow, words: "re.Pattern[str]", *, keeps: bool
) -> Iterator[Finding]:
    target = reading.rules.target
    for said in words.finditer(flow.text):
        before = flow.text[max(0, said.start() - 40) : said.start()]
        after = flow.text[said.end() : said.end() + 12]
        if _NEGATED.search(before) or before.endswith("/") or after.startswith(("/", "(", "ของ", "ร้อยละ", "85", "ปี")):
            continue
        subject = _subject(reading, resolved, flow, said.start())
        if subject is None:
            continue
        key, value = subject
        if (value >= target) == keeps:
            continue
        th, en = label(reading.rules, key)
        relation = ("ต่ำกว่า", "below") if value < target else ("ไม่ต่ำกว่า", "not below")
        yield finding(
            "R14", HIGH, flow, said.start(), said.end(),
            f"เขียนว่า “{said.group()}” แต่{th} {value} {relation[0]}เป้าหมาย {target}"
            + (" ต้องเขียนว่าปรับปรุงหรือแก้ไข" if value < target else ""),
            f"It says “{said.group()}”, but {en} is {value}, {relation[1]} the target {target}.",
            stated=said.group(), expected="ปรับปรุง" if value < target else "", resolve=HUMAN,
        )  # fmt: skip


def _subject(reading: Reading, resolved: Resolved, flow: Flow, place: int) -> tuple[int | str, Decimal] | None:
    """Whose score the words are about: the figure before them, the row's, or the whole."""
    here = [fact for fact in reading.present if fact.flow is flow]
    before = [fact for fact in here if fact.start < place and not _another(flow, fact.end, place)]
    if flow.kind == ROW and before:
        return before[-1].key, before[-1].value
    labelled = re.search(r"(?:แปลผล|ความหมาย|ผลการพิจารณา|ข้อพิจารณา|การดำเนินการ|สรุป|ระดับ):?$", flow.text[max(0, place - 18) : place])
    if before and place - before[-1].end <= (400 if labelled else 90):
        return before[-1].key, before[-1].value
    wide = list(_WIDE.finditer(flow.text[max(0, place - 120) : place]))
    if (
        (flow.kind != ROW or not here)
        and wide
        and not re.search(
            r"ตัวชี้วัด(?:ที่|ด้าน)|ด้าน(?:IIT|EIT|OIT)", flow.text[max(0, place - 120) : place][wide[-1].end() :]
        )
    ):
        total = resolved.values.get(TOTAL)
        return (TOTAL, total) if total is not None else None
    return None


def _another(flow: Flow, start: int, end: int) -> bool:
    """Whether the text has turned to something else between a figure and the words."""
    return re.search(r"ตัวชี้วัดที่มี|ส่วนตัวชี้วัด|ภาพรวม|ตัวชี้วัดอื่น|ปีงบประมาณ", flow.text[start:end]) is not None
