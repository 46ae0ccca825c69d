"""R15-R17: the plan's rows, from data, from tables in the text, or from labelled lines: dates, evidence window, completeness."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from assessments.checking.facts import Reading
from assessments.checking.flows import HEADING, ROW, Flow
from assessments.checking.places import at_data, finding
from assessments.document import HIGH, HUMAN, MEDIUM, Finding, Step
from assessments.language import Day, days, period, thai_day, year_bounds
from assessments.rulebook import UnknownYear, Window, rules_for

MEASURES, STEPS, RESPONSIBLE, PERIOD, FOLLOW = "measures", "steps", "responsible", "period", "follow"
COLUMNS = {
    MEASURES: re.compile(r"มาตรการ|แนวทาง|กิจกรรม|โครงการ|ประเด็น"),
    STEPS: re.compile(r"ขั้นตอน|วิธีการ|วิธีดำเนิน"),
    RESPONSIBLE: re.compile(
        r"รับผิดชอบ|ส่วนราชการ$|ดำเนินการ$(?<!เวลาดำเนินการ)(?<!วิธีการดำเนินการ)(?<!ขั้นตอนการดำเนินการ)|มอบหมาย"
    ),
    PERIOD: re.compile(r"เวลา"),
    FOLLOW: re.compile(r"ติดตาม|รายงาน|กำกับ"),
}
_LABELS = re.compile(
    r"(?P<label>(?:หน่วยงาน|ส่วนราชการ)?ผู้รับผิดชอบ(?:หลัก|ดำเนินการ)?|หน่วย(?:งาน)?(?:ที่)?รับผิดชอบ|มอบหมาย(?:ให้)?|ผู้ดำเนินการ"
    r"|(?:ระยะ|กรอบ|ห้วง|ช่วง|กำหนด)?เวลา(?:ที่)?(?:ใน)?(?:การ)?(?:ดำเนิน(?:การ|งาน))?|ขั้นตอน(?:หรือวิธีการ|การ)?(?:ดำเนินการ|ดำเนินงาน)?|วิธี(?:การ)?ดำเนิน(?:การ|งาน)"
    r"|(?:การ)?(?:กำกับ)?ติดตาม(?:และรายงาน)?(?:ผล)?|การรายงาน(?:ผล)?|กำหนดรายงาน(?:ผล)?|รายงานผล|มาตรการ(?:/แนวทาง)?(?:ที่\d+)?|แนวทาง)(?::|คือ(?=[ก-ฮเแโใไ\d])|=)"
)
#: The same at the head of a line, where no colon follows.
_HEADED = re.compile(
    r"(?:[-•]|\(?\d{1,2}[.)]|\([ก-ฮ]\))?(?P<label>(?:หน่วยงาน|ส่วนราชการ)?ผู้รับผิดชอบ(?:หลัก|ดำเนินการ)?|หน่วย(?:งาน)?(?:ที่)?รับผิดชอบ"
    r"|(?:ระยะ|กรอบ|ห้วง|ช่วง|กำหนด)เวลา(?:ที่)?(?:ใน)?(?:การ)?(?:ดำเนิน(?:การ|งาน))?|(?:การ)?(?:กำกับ)?ติดตาม(?:และรายงาน)?ผล|การรายงานผล)(?=[ก-ฮเแโใไ\d]|$)"
)
_BARE = re.compile(
    r"(?P<label>(?:ระยะ|กรอบ|ห้วง|ช่วง|กำหนด)เวลา(?:ที่)?(?:ใน)?(?:การ)?(?:ดำเนิน(?:การ|งาน))?)"
    r"(?=ตั้งแต่|เดือน[มกพสตธ]|\d|$|การติดตาม"
    r"|(?:ม|ก|เม|พ|มิ|ส|ต|ธ|มกรา|กุมภา|มีนา|เมษา|พฤษภา|มิถุนา|กรกฎา|สิงหา|กันยา|ตุลา|พฤศจิกา|ธันวา)(?:คม|ยน|พันธ์|\.))"
    r"|(?P<follow>การติดตาม(?:และรายงาน)?ผล|การรายงานผล)(?=\d|ภายใน|ให้|รายงาน|$)"
)
_NUMBERED = re.compile(r"(?<![\d.])(?P<n>\d{1,2})[.)](?!\d)")
_INTERIM = re.compile(r"รอบ\d+เดือน|รอบที่|ครั้งที่|6เดือน|ระหว่างปี|ความก้าวหน้า|รายไตรมาส|ทุก(?:ไตรมาส|เดือน|\d+เดือน)|เบื้องต้น|ขั้นต้น")
_DITTO = re.compile(r"^[\"”″'\-–—〃]+$|เช่นเดียวกัน|ตามข้อ")


@dataclass(frozen=True, slots=True)
class Cell:
    flow: Flow
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.flow.text[self.start : self.end]


@dataclass(slots=True, eq=False)
class Row:
    """One row of a plan. Cells of text have a flow; a row given as data has names, steps and dates."""

    instrument: str = ""
    cells: dict[str, Cell] = field(default_factory=dict)
    columns: tuple[str, ...] = ()  # those its table has
    flow: Flow | None = None
    section: str = ""
    line: int = 0
    steps: tuple[Step, ...] = ()
    responsible_names: tuple[str, ...] = ()
    begins: date | None = None
    ends: date | None = None
    dues: tuple[date, ...] = ()
    words: str = ""  # measures and steps
    follow_up: str = ""
    data: bool = False
    follows: bool = False  # not the first row under its heading row
    due_line: int = 0
    period_line: int = 0

    @property
    def responsible(self) -> Cell | None:
        return self.cells.get(RESPONSIBLE)


def rows(reading: Reading) -> list[Row]:
    """All rows, those given as data first."""
    found = [_of_data(row) for row in reading.document.plan]
    found.extend(_tables(reading))
    found.extend(_labelled(reading))
    return found


def _of_data(row: object) -> Row:
    from assessments.document import PlanRow

    assert isinstance(row, PlanRow)
    said = " ".join((*row.measures, *(step.text for step in row.steps)))
    names = tuple(dict.fromkeys((*row.responsible, *(name for step in row.steps for name in step.responsible))))
    return Row(
        instrument=row.instrument, section=row.section, line=row.line, steps=row.steps, responsible_names=names,
        begins=row.period_start, ends=row.period_end, dues=(row.due,) if row.due else (), words=said,
        follow_up=row.follow_up, data=True, due_line=row.due_line or row.line, period_line=row.period_line or row.line,
    )  # fmt: skip


def _tables(reading: Reading) -> Iterator[Row]:
    columns: dict[int, str] = {}
    instrument = ""
    follows = False
    for flow in reading.flows:
        code = _instrument(reading, flow)
        if code:
            instrument = code
        if flow.kind != ROW:
            if (columns and flow.kind == HEADING) or len(flow.text) > 60:
                columns = {}
            continue
        headed = _columns(flow)
        if headed:
            columns, follows = headed, False
            continue
        if len(columns) >= 3 and len(flow.cells) >= 2:
            row = Row(instrument=_instrument(reading, flow) or instrument, columns=tuple(columns.values()), flow=flow)
            row.section = flow.passage.section
            row.line = flow.passage.line_at(flow.tight.at[0]) if flow.tight.at else 0
            for n, name in columns.items():
                if n < len(flow.cells):
                    start, end = flow.cells[n]
                    row.cells[name] = Cell(flow, start, end)
            row.follows = follows
            follows = True
            _dates(row)
            yield row


def _instrument(reading: Reading, flow: Flow) -> str:
    codes = set(re.findall(r"(?<![A-Za-z])(?:IIT|EIT|OIT)(?![A-Za-z])", flow.text))
    return codes.pop() if len(codes) == 1 else ""


def _columns(flow: Flow) -> dict[int, str]:
    found: dict[int, str] = {}
    for n, (start, end) in enumerate(flow.cells):
        cell = flow.text[start:end]
        if len(cell) > 45 or re.search(r"\d{3}", cell):
            return {}
        for name, pattern in COLUMNS.items():
            if name not in found.values() and pattern.search(cell):
                found[n] = name
                break
    return found if len(found) >= 3 else {}


def _labelled(reading: Reading) -> Iterator[Row]:
    """มาตรการ: … ผู้รับผิดชอบ: … ระยะเวลา: … as lines or in one sentence."""
    row: Row | None = None
    instrument = ""
    loose: list[Row] = []
    for flow in reading.flows:
        code = _instrument(reading, flow)
        if flow.kind == ROW and _columns(flow):
            row = None
        if flow.kind == ROW and len(flow.cells) > 2:
            if code and code != instrument:
                instrument, row = code, None
            continue
        labels = list(_LABELS.finditer(flow.text))
        head = _HEADED.match(flow.text)
        if head and not any(one.start() < head.end() for one in labels) and len(flow.text) < 400:
            labels.insert(0, head)
        if labels:
            # In a sentence the labels after the first go without a colon.
            taken = [one.span() for one in labels]
            labels += [one for one in _BARE.finditer(flow.text) if not any(a < one.end() and one.start() < b for a, b in taken)]
            labels.sort(key=lambda one: one.start())
        if code:
            if code != instrument and not labels:
                row = None
            instrument = code
        for n, label in enumerate(labels):
            name = next(
                (key for key in (RESPONSIBLE, PERIOD, STEPS, FOLLOW, MEASURES) if COLUMNS[key].search(label.group())),
                None,
            )
            if name is None:
                continue
            end = labels[n + 1].start() if n + 1 < len(labels) else len(flow.text)
            if row is None or name in row.cells or (name == MEASURES and len(row.cells) > 0):
                row = Row(instrument=instrument, flow=flow, section=flow.passage.section)
                row.line = flow.passage.line_at(flow.tight.at[0]) if flow.tight.at else 0
                loose.append(row)
            if n == 0 and label.start() > 20:
                row.words += flow.text[: label.start()]
            row.cells[name] = Cell(flow, label.end(), end)
        if not labels and flow.kind == HEADING and not code:
            row = row if row and len(row.cells) < 2 else None
        elif not labels and row is not None and flow.kind != HEADING:
            last = list(row.cells)[-1]
            cell = row.cells[last]
            if last in (STEPS, MEASURES) and flow.number:
                row.words += flow.text
            elif cell.start >= cell.end and flow.kind != ROW and _next_line(cell.flow, flow):
                row.cells[last] = Cell(flow, 0, len(flow.text))
    loose = [one for one in loose if RESPONSIBLE in one.cells or PERIOD in one.cells]
    usual = {name for name in (RESPONSIBLE, PERIOD, FOLLOW) if sum(name in one.cells for one in loose) * 2 > len(loose)}
    for one in loose:
        one.columns = tuple(usual | set(one.cells))
        _dates(one)
        yield one


def _next_line(label: Flow, flow: Flow) -> bool:
    """Whether a flow is what a label on the line before announces: right below it, and no new item."""
    if flow.passage is not label.passage or flow.order != label.order + 1 or flow.number or flow.text.startswith("ข้อ"):
        return False
    return "\n\n" not in re.sub(r"[ \r]", "", flow.passage.text[label.tight.at[-1] : flow.tight.at[0]])


def _dates(row: Row) -> None:
    if cell := row.cells.get(PERIOD):
        if said := period(cell.text):
            row.begins, row.ends = said
    if cell := row.cells.get(FOLLOW):
        row.dues = tuple(day.last for day in days(cell.text))
        row.follow_up = cell.text
    row.words += "".join(row.cells[name].text for name in (MEASURES, STEPS) if name in row.cells)


def check(reading: Reading, plan: list[Row]) -> Iterator[Finding]:
    window = _window(reading)
    for row in plan:
        yield from periods(reading, row)
        yield from reports(reading, row)
        yield from evidence(row, window)
        yield from complete(row)
        yield from counts(row)
    yield from judgements_missing(reading)


def _window(reading: Reading) -> Window | None:
    try:
        return rules_for(reading.document.year + 1).window
    except UnknownYear:
        return None


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
    row: Row, name: str, day: date | None, rule: str, severity: str, th: str, en: str, *, stated: str, expected: str
) -> Finding:
    place = None if row.data else _place(row, name, day)
    if place is None:
        line = (row.due_line if name == FOLLOW else row.period_line) if row.data else row.line
        return at_data(rule, severity, row.section, line, th, en, stated=stated, expected=expected, resolve=HUMAN)
    flow, start, end = place
    return finding(rule, severity, flow, start, end, th, en, stated=stated, expected=expected, resolve=HUMAN)


def periods(reading: Reading, row: Row) -> Iterator[Finding]:
    """R15: a period that ends before it begins, or leaves the fiscal year of the measures."""
    if row.begins is None or row.ends is None:
        return
    first, last = year_bounds(reading.document.year + 1)
    said = f"{thai_day(row.begins)} - {thai_day(row.ends)}"
    if row.ends < row.begins:
        yield _find(
            row, PERIOD, None, "R15", HIGH,
            f"ระยะเวลาดำเนินการสิ้นสุดก่อนเริ่ม: {said}", f"The period ends before it begins: {row.begins} to {row.ends}.",
            stated=said, expected="",
        )  # fmt: skip
    elif row.ends > last or row.begins < first - timedelta(days=92):
        yield _find(
            row, PERIOD, None, "R15", HIGH,
            f"ระยะเวลาดำเนินการ {said} อยู่นอกปีงบประมาณ {reading.document.year + 1} ({thai_day(first)} - {thai_day(last)})",
            f"The period {row.begins} to {row.ends} leaves the fiscal year {reading.document.year + 1} ({first} to {last}).",
            stated=said, expected=f"{thai_day(first)} - {thai_day(last)}",
        )  # fmt: skip


def reports(reading: Reading, row: Row) -> Iterator[Finding]:
    """R15: a report due before the work ends, where no interim report is declared; or before it begins."""
    if not row.dues or row.ends is None:
        return
    due = max(row.dues)
    if row.begins is not None and due < row.begins <= row.ends:
        yield _find(
            row, FOLLOW, due, "R15", HIGH,
            f"กำหนดรายงาน {thai_day(due)} อยู่ก่อนเริ่มดำเนินการ ({thai_day(row.begins)})",
            f"The report is due {due}, before the work begins ({row.begins}).",
            stated=thai_day(due), expected=f"≥ {thai_day(row.ends)}",
        )  # fmt: skip
    elif due < row.ends and (row.ends - due).days > 31 and not _INTERIM.search(row.follow_up.replace(" ", "")):
        yield _find(
            row, FOLLOW, due, "R15", HIGH,
            f"กำหนดรายงานผล {thai_day(due)} ก่อนงานสิ้นสุด ({thai_day(row.ends)}) "
            "ต้องระบุว่าเป็นรายงานรอบ 6 เดือน และกำหนดรายงานฉบับสุดท้าย",
            f"The report is due {due}, before the work ends ({row.ends}); declare an interim report and a final one.",
            stated=thai_day(due), expected=thai_day(row.ends),
        )  # fmt: skip
    elif (due - row.ends).days > 366:
        yield _find(
            row, FOLLOW, due, "R15", HIGH,
            f"กำหนดรายงานผล {thai_day(due)} ห่างจากวันสิ้นสุดงาน ({thai_day(row.ends)}) เกินหนึ่งปี",
            f"The report is due {due}, more than a year after the work ends ({row.ends}).",
            stated=thai_day(due), expected=thai_day(row.ends),
        )  # fmt: skip


def evidence(row: Row, window: Window | None) -> Iterator[Finding]:
    """R16: the first report comes after the disclosed items of the year have been looked at."""
    if window is None or not row.dues or min(row.dues) <= window.closes:
        return
    due = min(row.dues)
    yield _find(
        row, FOLLOW, due, "R16", HIGH,
        f"กำหนดรายงาน {thai_day(due)} หลังปิดรับข้อมูล OIT ({thai_day(window.closes)}) จึงใช้เป็นหลักฐานของปีนั้นไม่ได้",
        f"The report is due {due}, after the window for disclosed items closes ({window.closes}); it cannot serve that year.",
        stated=thai_day(due), expected=f"≤ {thai_day(window.closes)}",
    )  # fmt: skip


_COLUMN_NAMES = {
    RESPONSIBLE: ("ผู้รับผิดชอบ", "who is responsible"),
    PERIOD: ("ระยะเวลาดำเนินการ", "the period"),
    FOLLOW: ("การติดตามผล", "the follow-up"),
}


def complete(row: Row) -> Iterator[Finding]:
    """R17: every step has someone responsible, a period and a follow-up."""
    if row.data:
        for step in row.steps:
            if not step.responsible:
                yield at_data(
                    "R17", HIGH, step.section or row.section, step.line or row.line,
                    f"ขั้นตอน “{step.text[:60]}” ไม่มีผู้รับผิดชอบ", f"No one is responsible for the step “{step.text[:60]}”.",
                    stated="", expected="ผู้รับผิดชอบ", resolve=HUMAN,
                )  # fmt: skip
        return
    assert row.flow is not None
    if not any(row.cells[name].text for name in row.cells):
        return
    empty = [
        name for name in _COLUMN_NAMES
        if name in row.columns and (name not in row.cells or not re.sub(r"[.…\s_-]", "", row.cells[name].text))
        and not (name in row.cells and _DITTO.search(row.cells[name].text))
    ]  # fmt: skip
    merged_down = row.follows and row.flow.cells and not row.flow.cell(0) and len(empty) == len(_COLUMN_NAMES)
    if not empty or merged_down:
        return
    th = " ".join(_COLUMN_NAMES[name][0] for name in empty)
    en = ", ".join(_COLUMN_NAMES[name][1] for name in empty)
    first = row.cells.get(STEPS) or row.cells.get(MEASURES)
    flow = row.flow
    start, end = (first.start, min(first.end, first.start + 60)) if first and first.flow is flow else (0, 30)
    labelled = [row.cells[name] for name in empty if name in row.cells and row.cells[name].flow.kind != ROW]
    if labelled:
        flow, start, end = labelled[0].flow, max(labelled[0].start - 1, 0), labelled[0].start
    yield finding(
        "R17", HIGH, flow, start, end, f"แถวนี้ยังไม่ได้กรอก: {th}", f"This row lacks {en}.",
        stated="", expected=th, resolve=HUMAN,
    )  # fmt: skip


def counts(row: Row) -> Iterator[Finding]:
    """R17: numbered divisions that fit neither the steps nor the measures: who does which?"""
    cell = row.responsible
    if row.data or cell is None or row.flow is None or cell.flow is not row.flow:
        return
    parts = [part for part in _NUMBERED.split(cell.text) if part and not part.isdigit()]
    numbers = len(_NUMBERED.findall(cell.text))
    if numbers < 2:
        return
    measures = len(_NUMBERED.findall(row.cells[MEASURES].text)) if MEASURES in row.cells else 0
    steps = len(_NUMBERED.findall(row.cells[STEPS].text)) if STEPS in row.cells else 0
    repeated = len(set(parts)) < len(parts)
    if not repeated or numbers in (steps, measures):
        return
    yield finding(
        "R17", MEDIUM, row.flow, cell.start, cell.end,
        f"ผู้รับผิดชอบมีเลขลำดับ {numbers} ข้อ แต่มี {measures} มาตรการ {steps} ขั้นตอน ไม่ชัดว่าใครรับผิดชอบข้อใด",
        f"{numbers} numbered divisions for {measures} measures and {steps} steps: it is not clear who does which.",
        stated=str(numbers), expected="", resolve=HUMAN,
    )  # fmt: skip


_PROMISE = re.compile(r"(?:แก้ไข|ปรับปรุง|รักษา|พัฒนา)[^\t]{0,12}/[^\t]{0,20}(?:ปรับปรุง|รักษา|พัฒนา)|ข้อพิจารณา|ผลการพิจารณา")
_JUDGED = re.compile(r"แก้ไข|ปรับปรุง|รักษา|พัฒนา|คง|ส่งเสริม|ผ่าน")


def judgements_missing(reading: Reading) -> Iterator[Finding]:
    """R17: a column promises a judgement and holds none."""
    flows = reading.flows
    for n, flow in enumerate(flows):
        if flow.kind != ROW:
            continue
        column = next((c for c, (start, end) in enumerate(flow.cells) if _PROMISE.search(flow.text[start:end])), None)
        if column is None or any(fact.flow is flow for fact in reading.facts):
            continue
        body = []
        for row in flows[n + 1 :]:
            if row.kind != ROW or _columns(row):
                break
            if any(fact.flow is row and isinstance(fact.key, int) for fact in reading.facts):
                body.append(row)
        missing = [row for row in body if not _JUDGED.search(_without_names(row.cell(column)))]
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


def _without_names(cell: str) -> str:
    return re.sub(r"การปรับปรุง(?:ระบบ)?การทำงาน|การแก้ไขปัญหาการทุจริต", "", cell)


__all__ = ["Cell", "Day", "Row", "check", "rows"]
