"""The plan's rows: given as data, in tables of the text, or in labelled lines."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from assessments.checking.facts import Reading
from assessments.checking.flows import HEADING, ROW, Flow
from assessments.document import PlanRow, Step
from assessments.language import any_of, days, either, period

MEASURES, STEPS, RESPONSIBLE, PERIOD, FOLLOW = "measures", "steps", "responsible", "period", "follow"
COLUMNS = {
    MEASURES: any_of("มาตรการ", "แนวทาง", "กิจกรรม", "โครงการ", "ประเด็น", "ทำอะไร"),
    STEPS: any_of("ขั้นตอน", "วิธีการ", "วิธีดำเนิน", "ทำอย่างไร"),
    RESPONSIBLE: any_of(
        "รับผิดชอบ",
        "เจ้าภาพ",
        "ส่วนราชการ$",
        "ดำเนินการ$(?<!ให้ดำเนินการ)(?<!เวลาดำเนินการ)(?<!วิธีการดำเนินการ)(?<!ขั้นตอนการดำเนินการ)",
        "มอบหมาย",
    ),
    PERIOD: any_of("เวลา", "เมื่อไร", "^ให้ดำเนินการ"),
    FOLLOW: any_of("ติดตาม", "รายงาน", "กำกับ"),
}
#: Which column a label is for, where it could be several.
_LABEL_ORDER = (RESPONSIBLE, PERIOD, STEPS, FOLLOW, MEASURES)
_ANSWERABLE = "(?:หน่วย(?:งาน)?|ส่วนราชการ)(?:ที่)?รับผิดชอบ"
_TIME = "เวลา(?:ที่)?(?:ใน)?(?:การ)?(?:ดำเนิน(?:การ|งาน))?"
_TIMES = rf"(?:ระยะ|กรอบ|ห้วง|ช่วง|กำหนด){_TIME}"
_LABELS = (
    "(?:หน่วยงาน|ส่วนราชการ)?ผู้รับผิดชอบ(?:กิจกรรม|โครงการ|มาตรการ|หลัก(?:/ร่วม)?|ดำเนินการ)?",
    _ANSWERABLE,
    "มอบหมาย(?:ให้)?",
    "(?:หน่วยงาน|ส่วนราชการ)?เจ้าภาพ(?:หลัก)?",
    "ให้(?:ดำเนินการ|รายงาน)",
    "ใครรับผิดชอบ",
    *("ทำอะไร", "ทำอย่างไร", r"ทำเมื่อไร(?:\(ระยะเวลา\))?"),
    "ผู้ดำเนินการ",
    rf"(?:ระยะ|กรอบ|ห้วง|ช่วง|กำหนด)?{_TIME}",
    "ขั้นตอน(?:หรือวิธีการ|การ)?(?:ดำเนินการ|ดำเนินงาน)?",
    "วิธี(?:การ)?ดำเนิน(?:การ|งาน)",
    "(?:การ)?(?:กำกับ|ประเมินและ)?ติดตาม(?:และรายงาน)?(?:ผล)?(?:อย่างไร)?",
    "การรายงาน(?:ผล)?",
    "กำหนดรายงาน(?:ผล)?",
    "รายงานผล",
    r"มาตรการ(?:/แนวทาง)?(?:ที่\d+)?",
    "แนวทาง",
)
_LABEL = re.compile(rf"{either(*_LABELS)}(?::|คือ(?=[ก-ฮเแโใไ\d])|=|▸|►|»|(?<=รับผิดชอบ)ได้แก่)")
#: The same at the head of a line, where no colon follows.
_HEADS = (
    *(_LABELS[0], _ANSWERABLE, rf"{_TIMES}(?!มาตรฐาน)"),
    *("(?:การ)?(?:กำกับ|ประเมินและ)?ติดตาม(?:และรายงาน)?ผล", "การรายงาน(?:ผล)?", "กำหนดรายงานผล"),
)
_HEADED = re.compile(rf"(?:[-•]|\(?\d{{1,2}}[.)]|\([ก-ฮ]\))?{either(*_HEADS)}(?=[ก-ฮเแโใไ\d\t]|$)")
_MONTH_BEGINS = (
    *("ม", "ก", "เม", "พ", "มิ", "ส", "ต", "ธ"),
    *("มกรา", "กุมภา", "มีนา", "เมษา", "พฤษภา", "มิถุนา", "กรกฎา", "สิงหา", "กันยา", "ตุลา", "พฤศจิกา", "ธันวา"),
)
#: In a sentence the labels after the first go without a colon.
_BARE = any_of(
    rf"{_TIMES}(?=ตั้งแต่|เดือน[มกพสตธ]|\d|$|การติดตาม|ไตรมาส|ตลอด|{either(*_MONTH_BEGINS)}(?:คม|ยน|พันธ์|\.))",
    r"(?:การ(?:ประเมินและ)?ติดตาม(?:และรายงาน)?ผล|การรายงานผล)(?=\d|ภายใน|ให้|รายงาน|$)",
)
_CODE = re.compile(r"(?<![A-Za-z])(?:IIT|EIT|OIT)(?![A-Za-z])")
#: A longer cell heads no column, a longer paragraph between rows ends a table.
_HEAD_LENGTH, _BETWEEN = 45, 60


@dataclass(frozen=True, slots=True)
class Cell:
    """The characters [start, end) of a flow's tight text."""

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
    follows: bool = False  # not the first row under its heading row
    due_line: int = 0
    period_line: int = 0

    @property
    def data(self) -> bool:
        return self.flow is None

    @property
    def responsible(self) -> Cell | None:
        return self.cells.get(RESPONSIBLE)


def rows(reading: Reading) -> list[Row]:
    """All rows, those given as data first."""
    codes = {flow.order: _instrument(flow) for flow in reading.flows}
    found = [_of_data(row) for row in reading.document.plan]
    found.extend(_tables(reading, codes))
    found.extend(_Labelled(codes).rows(reading))
    return found


def heads(flow: Flow) -> dict[int, str]:
    """The columns a heading row of a plan names; empty where it is none."""
    found: dict[int, str] = {}
    for n, (start, end) in enumerate(flow.cells):
        cell = flow.text[start:end]
        if len(cell) > _HEAD_LENGTH or re.search(r"\d{3}", cell):
            return {}
        for name, pattern in COLUMNS.items():
            if name not in found.values() and pattern.search(cell):
                found[n] = name
                break
    return found if len(found) >= 3 else {}


def _instrument(flow: Flow) -> str:
    """The one instrument a flow names by its code; "" where it names none or several."""
    codes = set(_CODE.findall(flow.text)) if "IT" in flow.text else set()
    return codes.pop() if len(codes) == 1 else ""


def _of_data(row: PlanRow) -> Row:
    said = " ".join((*row.measures, *(step.text for step in row.steps)))
    names = tuple(dict.fromkeys((*row.responsible, *(name for step in row.steps for name in step.responsible))))
    return Row(
        instrument=row.instrument,
        section=row.section,
        line=row.line,
        steps=row.steps,
        responsible_names=names,
        begins=row.period_start,
        ends=row.period_end,
        dues=(row.due,) if row.due else (),
        words=said,
        follow_up=row.follow_up,
        due_line=row.due_line or row.line,
        period_line=row.period_line or row.line,
    )


def _begun(flow: Flow, instrument: str) -> Row:
    line = flow.passage.line_at(flow.tight.at[0]) if flow.tight.at else 0
    return Row(instrument=instrument, flow=flow, section=flow.passage.section, line=line)


# Tables


def _tables(reading: Reading, codes: dict[int, str]) -> Iterator[Row]:
    columns: dict[int, str] = {}
    instrument = ""
    follows = False
    for flow in reading.flows:
        instrument = codes[flow.order] or instrument
        if flow.kind != ROW:
            if flow.kind == HEADING or len(flow.text) > _BETWEEN:
                columns = {}
        elif headed := heads(flow):
            columns, follows = headed, False
        elif len(columns) >= 3 and len(flow.cells) >= 2:
            row = _begun(flow, instrument)
            row.columns, row.follows, follows = tuple(columns.values()), follows, True
            row.cells = {name: Cell(flow, *flow.cells[n]) for n, name in columns.items() if n < len(flow.cells)}
            _dates(row)
            yield row


# Labelled lines


class _Labelled:
    """มาตรการ: … ผู้รับผิดชอบ: … ระยะเวลา: … as lines or in one sentence. `row` is the one being filled."""

    def __init__(self, codes: dict[int, str]) -> None:
        self.codes = codes
        self.row: Row | None = None
        self.instrument = ""
        self.begun: list[Row] = []

    def rows(self, reading: Reading) -> Iterator[Row]:
        for flow in reading.flows:
            self.flow(flow)
        real = [one for one in self.begun if RESPONSIBLE in one.cells or PERIOD in one.cells]
        usual = {
            name for name in (RESPONSIBLE, PERIOD, FOLLOW) if sum(name in one.cells for one in real) * 2 > len(real)
        }
        for one in real:
            one.columns = tuple(usual | set(one.cells))
            _dates(one)
            yield one

    def flow(self, flow: Flow) -> None:
        code = self.codes[flow.order]
        if flow.kind == ROW and heads(flow):
            self.row = None
        labels = _labels(flow)
        wide = flow.kind == ROW and len(flow.cells) > 2 and len(labels) < 2
        labels = [] if wide else labels
        if code:
            if code != self.instrument and not labels:
                self.row = None
            self.instrument = code
        if wide:
            return
        if labels:
            self.fill(flow, labels)
        elif flow.kind == HEADING:
            if not code and self.row is not None and len(self.row.cells) >= 2:
                self.row = None
        elif self.row is not None:
            self.go_on(self.row, flow)

    def fill(self, flow: Flow, labels: list[re.Match[str]]) -> None:
        """Each label's text up to the next one; a label that comes again begins a new row."""
        ends = [*(label.start() for label in labels[1:]), len(flow.text)]
        for n, (label, end) in enumerate(zip(labels, ends, strict=True)):
            name = next((name for name in _LABEL_ORDER if COLUMNS[name].search(label.group())), None)
            if name is None:
                continue
            row = self.row
            if row is None or name in row.cells or (name == MEASURES and row.cells):
                row = self.row = _begun(flow, self.instrument)
                self.begun.append(row)
            if n == 0 and label.start() > 20:
                row.words += flow.text[: label.start()]
            row.cells[name] = Cell(flow, label.end(), end)

    @staticmethod
    def go_on(row: Row, flow: Flow) -> None:
        """A flow without labels: one more step or measure, or what a label on the line before announced."""
        last = list(row.cells)[-1]
        cell = row.cells[last]
        if last in (STEPS, MEASURES) and flow.number:
            row.words += flow.text
        elif cell.start >= cell.end and flow.kind != ROW and _next_line(cell.flow, flow):
            row.cells[last] = Cell(flow, 0, len(flow.text))


def _labels(flow: Flow) -> list[re.Match[str]]:
    labels = list(_LABEL.finditer(flow.text))
    head = _HEADED.match(flow.text)
    if head and not any(one.start() < head.end() for one in labels) and len(flow.text) < 900:
        labels.insert(0, head)
    if not labels:
        return []
    taken = [one.span() for one in labels]
    bare = (one for one in _BARE.finditer(flow.text) if not any(a < one.end() and one.start() < b for a, b in taken))
    return sorted((*labels, *bare), key=lambda one: one.start())


def _next_line(label: Flow, flow: Flow) -> bool:
    """Whether a flow is what a label on the line before announces: right below it, and no new item."""
    if flow.passage is not label.passage or flow.order != label.order + 1 or flow.number or flow.text.startswith("ข้อ"):
        return False
    return "\n\n" not in re.sub(r"[ \r]", "", flow.passage.text[label.tight.at[-1] : flow.tight.at[0]])


def _dates(row: Row) -> None:
    """Reads the dates of a row's cells, and its measures and steps."""
    if (cell := row.cells.get(PERIOD)) and (said := period(cell.text)):
        row.begins, row.ends = said
    if cell := row.cells.get(FOLLOW):
        row.dues = tuple(day.last for day in days(cell.text))
        row.follow_up = cell.text
    row.words += "".join(row.cells[name].text for name in (MEASURES, STEPS) if name in row.cells)
