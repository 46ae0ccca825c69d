"""R15-R17: the plan's rows: dates, the window for evidence, completeness."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from assessments.checking.facts import Reading
from assessments.checking.flows import ROW, Flow
from assessments.checking.places import at_data, finding
from assessments.checking.rows import FOLLOW, MEASURES, PERIOD, RESPONSIBLE, STEPS, Row, heads
from assessments.document import HIGH, HUMAN, MEDIUM, Finding
from assessments.language import any_of, days, thai_day, year_bounds
from assessments.rulebook import Window, following

_NUMBERED = re.compile(r"(?<![\d.])(?P<n>\d{1,2})[.)](?!\d)")
_INTERIM = any_of(
    *(r"รอบ\d+เดือน", "รอบที่", "ครั้งที่", "6เดือน", "ระหว่างปี", "ความก้าวหน้า", "รายไตรมาส"),
    *(r"ทุก(?:ไตรมาส|เดือน|\d+เดือน)", "เบื้องต้น", "ขั้นต้น"),
)
_DITTO = any_of(r"^[\"”″'\-–—〃]+$", "เช่นเดียวกัน", "ตามข้อ")
_BLANK = re.compile(r"[.…\s_-]")


def check(reading: Reading, plan: list[Row]) -> Iterator[Finding]:
    after = following(reading.rules)
    window = after.window if after else None
    for row in plan:
        yield from periods(reading, row)
        yield from reports(reading, row)
        yield from evidence(row, window)
        yield from complete(row)
        yield from counts(row)
    yield from judgements_missing(reading)


def _place(row: Row, name: str, day: date | None = None) -> tuple[Flow, int, int] | None:
    """Where a column of a row stands; where `day` is said in it."""
    cell = row.cells.get(name)
    if cell is None:
        return None if row.flow is None else (row.flow, 0, min(len(row.flow.text), 30))
    if day is not None:
        for one in days(cell.text):
            if one.last == day or one.day == day:
                return cell.flow, cell.start + one.start, cell.start + one.end
    return cell.flow, cell.start, max(cell.end, cell.start + 1)


def _find(
    row: Row, name: str, rule: str, th: str, en: str, *, stated: str, expected: str, day: date | None = None
) -> Finding:
    """A finding at a column of a row, at `day` where it is said there."""
    place = _place(row, name, day)
    if place is None:
        line = row.due_line if name == FOLLOW else row.period_line
        return at_data(rule, HIGH, row.section, line, th, en, stated=stated, expected=expected, resolve=HUMAN)
    return finding(rule, HIGH, *place, th, en, stated=stated, expected=expected, resolve=HUMAN)


def periods(reading: Reading, row: Row) -> Iterator[Finding]:
    """R15: a period that ends before it begins, or leaves the fiscal year of the measures."""
    if row.begins is None or row.ends is None:
        return
    year = reading.document.year + 1
    first, last = year_bounds(year)
    bounds = f"{thai_day(first)} - {thai_day(last)}"
    said = f"{thai_day(row.begins)} - {thai_day(row.ends)}"
    if row.ends < row.begins:
        yield _find(
            row, PERIOD, "R15",
            f"ระยะเวลาดำเนินการสิ้นสุดก่อนเริ่ม: {said}", f"The period ends before it begins: {row.begins} to {row.ends}.",
            stated=said, expected="",
        )  # fmt: skip
    elif row.ends > last or row.begins < first - timedelta(days=92):
        yield _find(
            row, PERIOD, "R15",
            f"ระยะเวลาดำเนินการ {said} อยู่นอกปีงบประมาณ {year} ({bounds})",
            f"The period {row.begins} to {row.ends} leaves the fiscal year {year} ({first} to {last}).",
            stated=said, expected=bounds,
        )  # fmt: skip


def reports(reading: Reading, row: Row) -> Iterator[Finding]:
    """R15: a report due before the work ends, where no interim report is declared; or before it begins."""
    if not row.dues or row.ends is None:
        return
    due = max(row.dues)
    if row.begins is not None and due < row.begins <= row.ends:
        yield _find(
            row, FOLLOW, "R15",
            f"กำหนดรายงาน {thai_day(due)} อยู่ก่อนเริ่มดำเนินการ ({thai_day(row.begins)})",
            f"The report is due {due}, before the work begins ({row.begins}).",
            stated=thai_day(due), expected=f"≥ {thai_day(row.ends)}", day=due,
        )  # fmt: skip
    elif due < row.ends and (row.ends - due).days > 31 and not _INTERIM.search(row.follow_up.replace(" ", "")):
        yield _find(
            row, FOLLOW, "R15",
            f"กำหนดรายงานผล {thai_day(due)} ก่อนงานสิ้นสุด ({thai_day(row.ends)}) "
            "ต้องระบุว่าเป็นรายงานรอบ 6 เดือน และกำหนดรายงานฉบับสุดท้าย",
            f"The report is due {due}, before the work ends ({row.ends}); declare an interim report and a final one.",
            stated=thai_day(due), expected=thai_day(row.ends), day=due,
        )  # fmt: skip
    elif (due - row.ends).days > 366:
        yield _find(
            row, FOLLOW, "R15",
            f"กำหนดรายงานผล {thai_day(due)} ห่างจากวันสิ้นสุดงาน ({thai_day(row.ends)}) เกินหนึ่งปี",
            f"The report is due {due}, more than a year after the work ends ({row.ends}).",
            stated=thai_day(due), expected=thai_day(row.ends), day=due,
        )  # fmt: skip


def evidence(row: Row, window: Window | None) -> Iterator[Finding]:
    """R16: the first report comes after the disclosed items of the year have been looked at."""
    if window is None or not row.dues or min(row.dues) <= window.closes:
        return
    due = min(row.dues)
    yield _find(
        row, FOLLOW, "R16",
        f"กำหนดรายงาน {thai_day(due)} หลังปิดรับข้อมูล OIT ({thai_day(window.closes)}) จึงใช้เป็นหลักฐานของปีนั้นไม่ได้",
        f"The report is due {due}, after the window for disclosed items closes ({window.closes}); "
        "it cannot serve that year.",
        stated=thai_day(due), expected=f"≤ {thai_day(window.closes)}", day=due,
    )  # fmt: skip


_COLUMN_NAMES = {
    RESPONSIBLE: ("ผู้รับผิดชอบ", "who is responsible"),
    PERIOD: ("ระยะเวลาดำเนินการ", "the period"),
    FOLLOW: ("การติดตามผล", "the follow-up"),
}


def complete(row: Row) -> Iterator[Finding]:
    """R17: every step has someone responsible, a period and a follow-up."""
    if row.flow is None:
        for step in row.steps:
            if not step.responsible:
                yield at_data(
                    "R17", HIGH, step.section or row.section, step.line or row.line,
                    f"ขั้นตอน “{step.text[:60]}” ไม่มีผู้รับผิดชอบ",
                    f"No one is responsible for the step “{step.text[:60]}”.",
                    stated="", expected="ผู้รับผิดชอบ", resolve=HUMAN,
                )  # fmt: skip
        return
    empty = [name for name in _COLUMN_NAMES if name in row.columns and _is_empty(row, name)]
    merged_down = row.follows and row.flow.cells and not row.flow.cell(0) and len(empty) == len(_COLUMN_NAMES)
    if not empty or merged_down or not any(cell.text for cell in row.cells.values()):
        return
    th = " ".join(_COLUMN_NAMES[name][0] for name in empty)
    en = ", ".join(_COLUMN_NAMES[name][1] for name in empty)
    yield finding(
        "R17", HIGH, *_lacking(row, row.flow, empty), f"แถวนี้ยังไม่ได้กรอก: {th}", f"This row lacks {en}.",
        stated="", expected=th, resolve=HUMAN,
    )  # fmt: skip


def _is_empty(row: Row, name: str) -> bool:
    """Whether a column is left out, or holds neither words nor a mark for "as above"."""
    cell = row.cells.get(name)
    return cell is None or (not _BLANK.sub("", cell.text) and not _DITTO.search(cell.text))


def _lacking(row: Row, flow: Flow, empty: list[str]) -> tuple[Flow, int, int]:
    """Where a row lacks something: at the label without a text, else at its step or measure."""
    for name in empty:
        cell = row.cells.get(name)
        if cell is not None and (cell.flow.kind != ROW or cell.flow is not flow):
            return cell.flow, max(cell.start - 1, 0), max(cell.start, 1)
    first = row.cells.get(STEPS) or row.cells.get(MEASURES)
    if first is not None and first.flow is flow:
        return flow, first.start, min(first.end, first.start + 60)
    return flow, 0, 30


def counts(row: Row) -> Iterator[Finding]:
    """R17: numbered divisions, some named twice, that fit neither the steps nor the measures: who does which?"""
    cell = row.responsible
    if row.flow is None or cell is None or cell.flow is not row.flow:
        return
    numbers = _count(row, RESPONSIBLE)
    if numbers < 2:
        return
    measures, steps = _count(row, MEASURES), _count(row, STEPS)
    parts = [part for part in _NUMBERED.split(cell.text) if part and not part.isdigit()]
    if len(set(parts)) == len(parts) or numbers in (steps, measures):
        return
    yield finding(
        "R17", MEDIUM, row.flow, cell.start, cell.end,
        f"ผู้รับผิดชอบมีเลขลำดับ {numbers} ข้อ แต่มี {measures} มาตรการ {steps} ขั้นตอน ไม่ชัดว่าใครรับผิดชอบข้อใด",
        f"{numbers} numbered divisions for {measures} measures and {steps} steps: it is not clear who does which.",
        stated=str(numbers), expected="", resolve=HUMAN,
    )  # fmt: skip


def _count(row: Row, name: str) -> int:
    """How many numbers a column has."""
    return len(_NUMBERED.findall(row.cells[name].text)) if name in row.cells else 0


_PROMISE = any_of(
    r"(?:แก้ไข|ปรับปรุง|รักษา|พัฒนา)[^\t]{0,12}/[^\t]{0,20}(?:ปรับปรุง|รักษา|พัฒนา)",
    "ข้อพิจารณา",
    "ผลการพิจารณา",
)
_JUDGED = any_of("แก้ไข", "ปรับปรุง", "รักษา", "พัฒนา", "คง", "ส่งเสริม", "ผ่าน")
#: Names of indicators that hold such a word.
_NAMES = re.compile("การปรับปรุง(?:ระบบ)?การทำงาน|การแก้ไขปัญหาการทุจริต")


def judgements_missing(reading: Reading) -> Iterator[Finding]:
    """R17: a column promises a judgement and holds none."""
    for flow in reading.flows:
        column = _promised(flow) if flow.kind == ROW and flow.order not in reading.scored else None
        if column is None:
            continue
        body = _scored_below(reading, flow)
        missing = [row for row in body if not _JUDGED.search(_NAMES.sub("", row.cell(column)))]
        if len(body) < 2 or not missing:
            continue
        at = flow if len(missing) == len(body) else missing[0]
        start, end = at.cells[column] if column < len(at.cells) else (0, len(at.text))
        yield finding(
            "R17", MEDIUM, at, start, max(end, start + 1),
            f"คอลัมน์ “{flow.cell(column)}” ยังไม่มีคำวินิจฉัยใน {len(missing)} จาก {len(body)} แถว",
            f"The column “{flow.cell(column)}” holds no judgement in {len(missing)} of {len(body)} rows.",
            stated=at.cell(column)[:40], expected="แก้ไข/ปรับปรุง/รักษาระดับ", resolve=HUMAN,
        )  # fmt: skip


def _promised(flow: Flow) -> int | None:
    """The column that promises a judgement."""
    return next((n for n in range(len(flow.cells)) if _PROMISE.search(flow.cell(n))), None)


def _scored_below(reading: Reading, head: Flow) -> list[Flow]:
    """The rows under a heading row that hold an indicator's figure."""
    scored = {fact.flow.order for fact in reading.facts if fact.flow is not None and isinstance(fact.key, int)}
    found: list[Flow] = []
    for row in reading.flows[head.order + 1 :]:
        if row.kind != ROW or heads(row):
            break
        if row.order in scored:
            found.append(row)
    return found
