"""R14: words of judgement must fit the score: below the target nothing is kept as it is."""

import re
from collections.abc import Iterator
from decimal import Decimal

from assessments.checking.facts import TOTAL, Key, Reading
from assessments.checking.flows import ROW, Flow
from assessments.checking.labels import label
from assessments.checking.places import finding
from assessments.checking.resolving import Resolved
from assessments.document import HIGH, HUMAN, Finding
from assessments.language import any_of, either

_KEEP = any_of(
    r"(?:^|(?<=\t)|(?<=:))รักษา(?:ไว้)?(?=\t|$)",
    "(?:คง)?รักษา(?:มาตรฐาน|ระดับ|คุณภาพ)(?:ไว้|เดิม|ให้คงอยู่)?",
    "คงมาตรฐาน",
    "คงระดับ",
)
_PASSES = any_of(
    "(?<!ไม่)ผ่านเกณฑ์",
    "(?:สูง|มาก)กว่า(?:ค่า)?(?:เกณฑ์)?(?:ค่า)?เป้าหมาย",
    "บรรลุ(?:ค่า)?เป้าหมาย",
    "เป็นไปตาม(?:ค่า)?เป้าหมาย",
)
_FAILS = any_of(
    "ไม่ผ่านเกณฑ์",
    "ต่ำกว่า(?:เกณฑ์)?(?:ค่า)?เป้าหมาย",
    "ไม่บรรลุ(?:ค่า)?เป้าหมาย",
    "ไม่ถึง(?:ค่า)?เป้าหมาย",
)
#: Before the words: not so, if so, or an explanation of when it is so.
_NEGATED = re.compile(
    either(
        *("ไม่", "มิ", "ยังไม่", "มากกว่า", "แทนที่จะ", "หาก", "เกณฑ์", "เกณฑ์การ"),
        r"ตั้งแต่[\d.]+(?:คะแนน)?(?:ขึ้นไป)?(?:ให้)?",
        "ขึ้นไป(?:ให้)?",
        r"ไม่น้อยกว่า[\d.]+(?:คะแนน)?",
    )
    + "$"
)
_EXPLAINED = ("/", "(", "ของ", "ร้อยละ", "85", "ปี")
_LABELLED = re.compile(either("แปลผล", "ความหมาย", "ผลการพิจารณา", "ข้อพิจารณา", "การดำเนินการ", "สรุป", "ระดับ") + ":?$")
_WIDE = any_of("ภาพรวม", "คะแนนรวม", "ผลการประเมินของหน่วยงาน", "ผลการประเมินฯ?", "IIT,EITและOIT")
_ONE = any_of("ตัวชี้วัด(?:ที่|ด้าน)", "ด้าน(?:IIT|EIT|OIT)")
_ANOTHER = any_of("ตัวชี้วัดที่มี", "ส่วนตัวชี้วัด", "ภาพรวม", "ตัวชี้วัดอื่น", "ปีงบประมาณ")


def check(reading: Reading, resolved: Resolved) -> Iterator[Finding]:
    for flow in reading.flows:
        if "รักษา" in flow.text or "คงมาตรฐาน" in flow.text or "คงระดับ" in flow.text:
            yield from _of(reading, resolved, flow, _KEEP, keeps=True)
        if "เกณฑ์" in flow.text or "เป้าหมาย" in flow.text:
            yield from _of(reading, resolved, flow, _PASSES, keeps=True)
            yield from _of(reading, resolved, flow, _FAILS, keeps=False)


def _of(reading: Reading, resolved: Resolved, flow: Flow, words: re.Pattern[str], *, keeps: bool) -> Iterator[Finding]:
    """Words that do not fit the score they are about; `keeps`: they are for scores that reach the target."""
    target = reading.rules.target
    for said in words.finditer(flow.text):
        subject = None if _is_told(flow, said) else _subject(reading, resolved, flow, said.start())
        if subject is None or (subject[1] >= target) == keeps:
            continue
        key, value = subject
        name = label(reading.rules, key)
        th, en = ("ต่ำกว่า", "below") if value < target else ("ไม่ต่ำกว่า", "not below")
        yield finding(
            "R14", HIGH, flow, said.start(), said.end(),
            f"เขียนว่า “{said.group()}” แต่{name.th} {value} {th}เป้าหมาย {target}"
            + (" ต้องเขียนว่าปรับปรุงหรือแก้ไข" if value < target else ""),
            f"It says “{said.group()}”, but {name.en} is {value}, {en} the target {target}.",
            stated=said.group(), expected="ปรับปรุง" if value < target else "", resolve=HUMAN,
        )  # fmt: skip


def _is_told(flow: Flow, said: re.Match[str]) -> bool:
    """Whether the words are denied, or explained rather than said of a score."""
    before = flow.text[max(0, said.start() - 40) : said.start()]
    return before.endswith("/") or _NEGATED.search(before) is not None or flow.text.startswith(_EXPLAINED, said.end())


def _subject(reading: Reading, resolved: Resolved, flow: Flow, place: int) -> tuple[Key, Decimal] | None:
    """Whose score the words are about: the figure before them, the row's, or the whole."""
    here = [fact for fact in reading.present if fact.flow is flow]
    before = [fact for fact in here if fact.start < place and not _ANOTHER.search(flow.text[fact.end : place])]
    if before:
        last = before[-1]
        farthest = 400 if _LABELLED.search(flow.text[max(0, place - 18) : place]) else 90
        if flow.kind == ROW or place - last.end <= farthest:
            return last.key, last.value
    total = resolved.values.get(TOTAL)
    if total is None or (flow.kind == ROW and here) or not _of_the_whole(flow.text[max(0, place - 120) : place]):
        return None
    return TOTAL, total


def _of_the_whole(before: str) -> bool:
    wide = list(_WIDE.finditer(before))
    return bool(wide) and not _ONE.search(before[wide[-1].end() :])
