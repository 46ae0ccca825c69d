"""R10 and R11: the memo's own day, decisions that are cited, and what they are cited for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from assessments.checking.facts import Reading
from assessments.checking.flows import ROW, Flow
from assessments.checking.places import finding
from assessments.checking.years import OF_MEASURES
from assessments.document import HIGH, HUMAN, MEDIUM, Finding
from assessments.language import YEAR, Day, any_of, days, either, thai_day, year_bounds
from assessments.rulebook import Basis, following

#: How many flows from the top a memo's day may stand.
_HEAD = 14
_DATED = any_of(
    r"^[^\d]{0,30}(?:จัดทำ|เสนอ|รายงาน|ข้อมูล)[^\d]{0,40}(?:เมื่อ|ณ)(?:วันที่)?(?=\d)",
    r"^(?:ที่[^\t]{0,30}|ประชุม)?\t?(?:ลง)?วันที่",
    r"\tวันที่",
    r"(?:ประชุม|ข้อมูลณ|(?:จัดทำ|เสนอ)(?:เมื่อ|ณ))วันที่(?=\d)",
)
_DECISION = any_of(
    *("มติ", "คำสั่ง", "ประกาศ(?!ผล|ข้อ|นโยบาย|ใช้|เจตน|แล้ว|ให้)", "หนังสือ", "ระเบียบ", "ลงวันที่", "ที่ประชุม"),
    *("การประชุม", "ข้อตกลง(?:ความ)?ร่วมมือ", "บันทึกข้อตกลง", "ข้อบัญญัติ", "เทศบัญญัติ"),
)
_FUTURE = any_of(
    *("ภายใน", "ให้แล้วเสร็จ", "กำหนดส่ง", "จะ", "ครบกำหนด", "ระหว่างวันที่", "ถึง", "ไม่เกิน", "สิ้นสุด", "รายงานผล"),
    *("ติดตาม", "รอบ", "ก่อนวันที่", "เปิดระบบ", r"ครั้งที่\d+(?:ภายใน)?วันที่$"),
)
_UNTIL = re.compile(either("ภายใน(?:วันที่)?", "ถึง(?:วันที่)?", "ก่อนวันที่") + "$")


@dataclass(frozen=True)
class Dated:
    """The day a memo bears, and where it says so; without a flow where it is given as data."""

    day: date
    flow: Flow | None = None
    start: int = 0
    end: int = 0


def check(reading: Reading) -> Iterator[Finding]:
    dated = memo_day(reading)
    bases = _bases(reading)
    for flow in reading.flows:
        said = [day for day in days(flow.text) if day.exact]
        if dated and flow is not dated.flow and len(flow.cells) <= 3:
            yield from decisions(flow, said, dated.day)
        for day in said:
            if day.day in bases:
                yield from scope(reading, flow, day, bases[day.day])
    if dated:
        yield from memo_date(reading, dated)


# R10


def memo_day(reading: Reading) -> Dated | None:
    """The day beside วันที่ in the memo's head, or one that stands there alone; else the one given as data."""
    for flow in reading.flows[:_HEAD]:
        found = _DATED.search(flow.text[:80])
        if found and (flow.kind != ROW or len(flow.text) < 90):
            day = next(days(flow.text[found.end() : found.end() + 40]), None)
            if day is not None:
                return Dated(day.day, flow, found.end() + day.start, found.end() + day.end)
        short = flow.text.lstrip("-")
        if len(short) < 40 and (day := next(days(short), None)) and day.exact and day.start <= 12:
            begins = len(flow.text) - len(short)
            return Dated(day.day, flow, begins + day.start, begins + day.end)
    return Dated(reading.document.dated) if reading.document.dated else None


def decisions(flow: Flow, said: list[Day], dated: date) -> Iterator[Finding]:
    """A decision cited that is later than the memo."""
    for day in said:
        if day.day <= dated:
            continue
        before = flow.text[max(0, day.start - 75) : day.start]
        cues = list(_DECISION.finditer(before))
        if not cues or _FUTURE.search(before[cues[-1].end() :]) or _UNTIL.search(before):
            continue
        yield finding(
            "R10", HIGH, flow, day.start, day.end,
            f"อ้างถึงการตัดสินใจเมื่อ {thai_day(day.day)} ซึ่งเป็นเวลาหลังวันที่ของบันทึก ({thai_day(dated)})",
            f"A decision of {day.day} is cited, later than the memo itself ({dated}).",
            stated=thai_day(day.day), expected=f"≤ {thai_day(dated)}", resolve=HUMAN,
        )  # fmt: skip


def memo_date(reading: Reading, dated: Dated) -> Iterator[Finding]:
    """The memo cannot be older than the year's results, nor come after the year of the measures."""
    year = reading.document.year
    first, _ = year_bounds(year)
    _, last = year_bounds(year + 1)
    if dated.flow is None or date(first.year + 1, 3, 1) <= dated.day <= last:
        return
    said = thai_day(dated.day)
    yield finding(
        "R10", MEDIUM, dated.flow, dated.start, dated.end,
        f"วันที่ของบันทึก {said} ไม่อยู่ระหว่างการประกาศผลปี {year} กับสิ้นปีของมาตรการ",
        f"The memo's date {dated.day} does not lie between the results of {year} and the end of the measures' year.",
        stated=said, expected="", resolve=HUMAN,
    )  # fmt: skip


# R11


def _bases(reading: Reading) -> dict[date, Basis]:
    """The decisions of the year analysed and of the year after that speak of certain years, by day."""
    after = following(reading.rules)
    every = (*reading.rules.bases, *(after.bases if after else ()))
    return {basis.date: basis for basis in every}


def scope(reading: Reading, flow: Flow, day: Day, basis: Basis) -> Iterator[Finding]:
    """A decision cited for a fiscal year it does not speak of."""
    if "มติ" not in flow.text[max(0, day.start - 80) : day.start]:
        return
    year = _assessed(flow, day) or reading.document.year
    if year in basis.fiscal_years or not basis.fiscal_years:
        return
    covers = f"{min(basis.fiscal_years)}-{max(basis.fiscal_years)}"
    yield finding(
        "R11", MEDIUM, flow, day.start, day.end,
        f"{basis.th} ใช้กับการประเมินปี {covers} เท่านั้น ไม่ใช่ปี {year} ต้องอ้างมติหรือหลักเกณฑ์ของปีนั้น",
        f"The resolution of {basis.date} covers the assessments of {covers}, not {year}; cite the basis of that year.",
        stated=str(year), expected=covers, resolve=HUMAN,
    )  # fmt: skip


def _assessed(flow: Flow, day: Day) -> int | None:
    """The year of the assessment a decision is cited for: the last one before its day, else the first after it."""
    text = flow.text
    years = list(YEAR.finditer(text))
    before = [
        one for one in years if one.end() <= day.start and "ประเมิน" in text[max(0, one.start() - 110) : one.start()]
    ]
    if before:
        return int(before[-1]["year"])
    for one in YEAR.finditer(text, day.end):
        between = text[day.end : one.start()]
        if "ประเมิน" in between and not OF_MEASURES.search(between):
            return int(one["year"])
    return None
