"""A passage's text as flows: paragraphs (wrapped lines joined), table rows, headings."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from assessments.document import Document, Passage
from assessments.language import Tight, either, tight

PROSE, ROW, HEADING = "prose", "row", "heading"

#: A score at the head of a line, which is no number of a list: 97.36, 97 คะแนน, 97%. Lines are not tight.
_DIGIT = "[0-9๐-๙]"
_FIGURES_HEAD = (
    rf"(?!\s*{_DIGIT}{{2,3}}[.]{_DIGIT}{{2}}(?!{_DIGIT}))"
    rf"(?!\s*{_DIGIT}{{1,3}}(?:[.]{_DIGIT}{{1,2}})?\s*"
    r"(?:คะแนน(?![ก-๙])|%|เปอร์เซ))"
)
_NO_FIGURE = re.compile(_FIGURES_HEAD)
#: A line that begins so begins something new.
MARKER = re.compile(
    rf"{_FIGURES_HEAD}\s*"
    + either(
        r"[-•●▪–*]\s+",
        rf"\(?{_DIGIT}{{1,2}}(?:[.]{_DIGIT}{{1,2}}){{0,3}}[.)](?!{_DIGIT})",
        rf"{_DIGIT}{{1,2}}(?:[.]{_DIGIT}{{1,2}}){{1,3}}\s",
        r"\(?[ก-ฮ][.)]\s",
        r"ข้อ\s*[Oo0-9๐-๙]",
    )
)
#: The number at the head of a flow: 1. 2) (3) 3.1 5.6
NUMBER = re.compile(
    r"(?!\d{2,3}\.\d{2}(?!\d))"
    r"\(?(?P<number>\d{1,2}(?:\.\d{1,2}){0,3})(?:[.)](?!\d)|(?=[^\d.)\t]))"
)
_LABEL = re.compile(
    r"\s*"
    + either(
        *("ส่วนราชการ", r"ที่\s", r"วันที่\s", r"เรื่อง\s", r"เรียน\s", "อ้างถึง", "สิ่งที่ส่งมาด้วย", "จึงเรียนมา"),
        r"ตัวชี้วัดที่\s*[0-9๐-๙]+\s+\S+\s+[0-9๐-๙]+[.]",
        r"แบบ(?:วัด|ตรวจ)\S+\s*\(",
        "(?:หน่วยงาน|ส่วนราชการ)?ผู้รับผิดชอบ",
        "หน่วย(?:งาน)?(?:ที่)?รับผิดชอบ",
        r"มอบหมาย\s*:",
        "(?:ระยะ|ช่วง|กรอบ|ห้วง|กำหนด)เวลา",
        *("(?:การ)?(?:ประเมินและ)?ติดตามผล", "การติดตาม", "การรายงาน(?:ผล)?"),
        *("เจ้าภาพ", "ใครรับผิดชอบ", "ทำอะไร", "ทำอย่างไร", "ทำเมื่อไร"),
        r"(?:ชุดกิจกรรม|กิจกรรม|กล่อง|ประการ)ที่\s*[0-9๐-๙]",
        r"มาตรการ(?:ที่\s*[0-9๐-๙]+|\s*:)",
        r"ตัวชี้วัด\s*:",
        "(?:คะแนน|ผล)รวม",
    )
)
#: What a memo's and a report's parts are called.
_HEADS = re.compile(
    "(?:[0-9.()]*)"
    + either(
        *("บันทึกข้อความ", "เรื่องเดิม", "ข้อเท็จจริง", "ข้อ?กฎหมาย", "ข้อระเบียบ", "ข้อพิจารณา", "ข้อเสนอ"),
        *("คำนำ", "สารบัญ", "ภาคผนวก", "ความเป็นมา", "บทที่", "บทนำ", "บทสรุป", "ส่วนที่", "หลักการและเหตุผล"),
        *("วัตถุประสงค์", "ผลการประเมิน", "ผลการวิเคราะห์", "การวิเคราะห์", "การนำผล", "แผน", "มาตรการ", "แนวทาง"),
        *("สรุป", "เกณฑ์", "ระดับผล", "รายงานการวิเคราะห์", "ตารางที่"),
    )
)
#: A line that ends so goes on after a blank one.
_UNFINISHED = re.compile(
    either(
        *("การ", "ความ", "ที่", "และ", "หรือ", "ของ", "ใน", "โดย", "ตาม", "กับ", "จาก", "เพื่อ", "ให้", "ได้แก่", "คือ"),
        *("ด้าน", "แต่ละ", "ทาง", "ต่อ", "ไม่", r"พ\.ศ\."),
    )
    + "$"
)
#: A line that ends so goes on even where the next one looks like something new.
_HANGING = re.compile(
    either("ลง", "เมื่อ", "ภายใน", "ถึง", "ตั้งแต่", "ระหว่าง", "ตาม", "และ", "หรือ", "ของ", "การ", "โดย") + "$"
)
_BOX_BARS = str.maketrans("│┃｜", "|||")
_GAP = re.compile(r"(?<=\S) {3,}(?=\S)")
_FIGURE = re.compile(r"\d[.]\d\d")
HEADING_LENGTH = 150


@dataclass(slots=True, eq=False)
class Flow:
    """A run of text read as one.

    `tight` is what rules look at, `above` the heading it stands under, `order` its place among the document's flows,
    `cells` the places of a row's cells in the tight text.
    """

    passage: Passage
    tight: Tight
    kind: str
    number: str = ""  # 1, 3.1, "" without one
    above: "Flow | None" = None
    order: int = 0
    cells: list[tuple[int, int]] = field(default_factory=list)

    @property
    def text(self) -> str:
        return self.tight.text

    def cell(self, column: int) -> str:
        """The text of a column; "" where the row has none."""
        if column >= len(self.cells):
            return ""
        start, end = self.cells[column]
        return self.text[start:end]


class Line(NamedTuple):
    """Characters [start, end) of a passage; the kind is blank, row, begins or goes on."""

    start: int
    end: int
    kind: str


def flows(document: Document) -> list[Flow]:
    """All flows of a document, in order."""
    found: list[Flow] = []
    for passage in document.passages:
        above = _above(passage, len(found))
        for flow in _of(passage):
            flow.order = len(found)
            flow.above = above
            if flow.kind == HEADING:
                above = flow
            found.append(flow)
    return found


def _above(passage: Passage, order: int) -> Flow | None:
    """The heading a draft's field stands under; not itself a place of findings."""
    if not passage.heading:
        return None
    return Flow(passage, tight(passage.heading), HEADING, order=order)


def _of(passage: Passage) -> Iterator[Flow]:
    # A wide gap stands between cells; the text keeps its length.
    text = _GAP.sub(lambda gap: "\t" + " " * (len(gap.group()) - 1), passage.text.translate(_BOX_BARS))
    lines = list(_lines(text))
    at = 0
    while at < len(lines):
        first, at = at, at + 1
        line = lines[first]
        if line.kind == "blank":
            continue
        end = line.end
        if line.kind != ROW:
            at, end = _last(text, lines, at, end)
        piece = tight(text, line.start, end)
        if piece.text.strip("\t-: "):
            yield _flow(passage, piece, lines, first, at)


def _lines(text: str) -> Iterator[Line]:
    start = 0
    for line in text.split("\n"):
        end = start + len(line)
        bare = line.strip()
        if not bare:
            kind = "blank"
        elif "\t" in line or bare.count("|") > 1:
            kind = ROW
        elif MARKER.match(line) or _LABEL.match(line):
            kind = "begins"
        else:
            kind = "goes on"
        yield Line(start, end, kind)
        start = end + 1


def _last(text: str, lines: list[Line], at: int, end: int) -> tuple[int, int]:
    """Where the paragraph that reached `end` ends: the next line's index, and the place in the text."""
    while at < len(lines):
        after = _goes_on(text, lines, at, end)
        if after is None:
            break
        at, end = after + 1, lines[after].end
    return at, end


def _goes_on(text: str, lines: list[Line], at: int, end: int) -> int | None:
    """The line a paragraph that reached `end` goes on with, from the line `at`; None where it is over."""
    line = lines[at]
    here = text[line.start : line.end]
    last = text[max(0, end - 12) : end].rstrip()
    if line.kind == "goes on":
        before = text[text.rfind("\n", 0, end) + 1 : end].strip()
        new = _heads(before) or _heads(here.strip())
        return None if new and not _UNFINISHED.search(before) else at
    if line.kind == "begins":
        return at if _HANGING.search(last) and not MARKER.match(here) else None
    if line.kind == "blank" and _UNFINISHED.search(last) and end - text.rfind("\n", 0, end) > 40:
        after = next((n for n in range(at, len(lines)) if lines[n].kind != "blank"), None)
        return after if after is not None and lines[after].kind == "goes on" else None
    return None


def _heads(line: str) -> bool:
    return len(line) < 60 and _HEADS.match(tight(line).text) is not None


def _flow(passage: Passage, piece: Tight, lines: list[Line], first: int, after: int) -> Flow:
    """The flow of the lines from `first` up to `after`."""
    raw = passage.text[lines[first].start : lines[first].end]
    number = NUMBER.match(piece.text) if _NO_FIGURE.match(raw) else None
    flow = Flow(passage, piece, PROSE, number=number["number"] if number else "")
    if lines[first].kind == ROW:
        flow.kind = ROW
        flow.cells = _cells(piece.text, piped=passage.text[piece.at[0]] in "|│┃｜")
    elif _is_heading(flow, lines, first, after):
        flow.kind = HEADING
    return flow


def _is_heading(flow: Flow, lines: list[Line], first: int, after: int) -> bool:
    """By its words, its number, or because it stands alone; the less there is to tell by, the shorter it must be."""
    length = len(flow.text)
    if length > HEADING_LENGTH or _FIGURE.search(flow.text):
        return False
    alone = first == 0 or lines[first - 1].kind == "blank"
    if _HEADS.match(flow.text) and (alone or length <= 60):
        return True
    open_below = after >= len(lines) or lines[after].kind != "goes on"
    return alone and ((flow.number != "" and length <= 110) or (open_below and length <= 90))


def _cells(text: str, *, piped: bool) -> list[tuple[int, int]]:
    """The cells' places; the bars around a row of a piped table are no cells."""
    found = []
    start = 0
    for piece in text.split("\t"):
        found.append((start, start + len(piece)))
        start += len(piece) + 1
    return found[1:-1] if piped and text.endswith("\t") else found[1:] if piped else found
