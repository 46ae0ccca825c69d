"""A passage's text as flows: paragraphs (wrapped lines joined), table rows, headings."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from assessments.document import Document, Passage
from assessments.language import Tight, tight

PROSE, ROW, HEADING = "prose", "row", "heading"

#: A line that begins so begins something new; a figure at its head does not.
MARKER = re.compile(
    r"(?!\s*[0-9๐-๙]{2,3}[.][0-9๐-๙]{2}(?![0-9๐-๙]))(?!\s*[0-9๐-๙]{1,3}(?:[.][0-9๐-๙]{1,2})?\s*(?:คะแนน(?!\s*(?:รวม|เฉลี่ย|ของ|ภาพ|ตัวชี้|ที่|[IEO]IT))|%|เปอร์เซ))\s*"
    r"(?:[-•●▪–*]\s+|\(?[0-9๐-๙]{1,2}(?:[.][0-9๐-๙]{1,2}){0,3}[.)](?![0-9๐-๙])|[0-9๐-๙]{1,2}(?:[.][0-9๐-๙]{1,2}){1,3}\s"
    r"|\(?[ก-ฮ][.)]\s|ข้อ\s*[Oo0-9๐-๙])"
)
#: The number at the head of a flow: 1. 2) (3) 3.1 5.6
NUMBER = re.compile(r"(?!\d{2,3}\.\d{2}(?!\d))(?!\d{1,3}(?:\.\d{1,2})?(?:คะแนน(?!รวม|เฉลี่ย|ของ|ภาพ|ตัวชี้|ที่|[IEO]IT)|%|เปอร์เซ))\(?(?P<number>\d{1,2}(?:\.\d{1,2}){0,3})(?:[.)](?!\d)|(?=[^\d.)\t]))")
_LABEL = re.compile(
    r"\s*(?:ส่วนราชการ|ที่\s|วันที่\s|เรื่อง\s|เรียน\s|อ้างถึง|สิ่งที่ส่งมาด้วย|จึงเรียนมา|ตัวชี้วัดที่\s*[0-9๐-๙]+\s+\S+\s+[0-9๐-๙]+[.]"
    r"|แบบ(?:วัด|ตรวจ)\S+\s*\(|(?:หน่วยงาน|ส่วนราชการ)?ผู้รับผิดชอบ|หน่วย(?:งาน)?(?:ที่)?รับผิดชอบ|มอบหมาย\s*:"
    r"|(?:ระยะ|ช่วง|กรอบ|ห้วง|กำหนด)เวลา|(?:การ)?ติดตามผล|การติดตาม|การรายงานผล|มาตรการ(?:ที่\s*[0-9๐-๙]+|\s*:)|ตัวชี้วัด\s*:|(?:คะแนน|ผล)รวม)"
)
#: What a memo's and a report's parts are called.
_HEADS = re.compile(
    r"(?:[0-9.()]*)(?:บันทึกข้อความ|เรื่องเดิม|ข้อเท็จจริง|ข้อ?กฎหมาย|ข้อระเบียบ|ข้อพิจารณา|ข้อเสนอ|คำนำ|สารบัญ|ภาคผนวก|ความเป็นมา|บทที่"
    r"|บทนำ|บทสรุป|ส่วนที่|หลักการและเหตุผล|วัตถุประสงค์|ผลการประเมิน|ผลการวิเคราะห์|การวิเคราะห์|การนำผล|แผน|มาตรการ|แนวทาง|สรุป|เกณฑ์|ระดับผล"
    r"|รายงานการวิเคราะห์|ตารางที่)"
)
#: A line that ends so goes on after a blank one.
_UNFINISHED = re.compile(r"(?:การ|ความ|ที่|และ|หรือ|ของ|ใน|โดย|ตาม|กับ|จาก|เพื่อ|ให้|ได้แก่|คือ|ด้าน|แต่ละ|ทาง|ต่อ|ไม่|พ\.ศ\.)$")
_HANGING = re.compile(r"(?:ลง|เมื่อ|ภายใน|ถึง|ตั้งแต่|ระหว่าง|ตาม|และ|หรือ|ของ|การ|โดย)$")
_GAP = re.compile(r"(?<=\S) {3,}(?=\S)")
_FIGURE = re.compile(r"\d[.]\d\d")
HEADING_LENGTH = 150


@dataclass(slots=True, eq=False)
class Flow:
    """A run of text read as one; `tight` is what rules look at, `above` the headings it stands under, outermost first."""

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
        if column >= len(self.cells):
            return ""
        start, end = self.cells[column]
        return self.text[start:end]


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
    text = _GAP.sub(lambda gap: "\t" + " " * (len(gap.group()) - 1), passage.text)
    lines = list(_lines(text))
    at = 0
    while at < len(lines):
        start, end, kind = lines[at]
        if kind == "blank":
            at += 1
            continue
        first = at
        at += 1
        if kind != ROW:
            at, end = _last(text, lines, at, end)
        piece = tight(text, start, end)
        if not piece.text.strip("\t-: "):
            continue
        yield _flow(passage, piece, kind, lines, first, at)


def _lines(text: str) -> Iterator[tuple[int, int, str]]:
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
        yield start, end, kind
        start = end + 1


def _last(text: str, lines: list[tuple[int, int, str]], at: int, end: int) -> tuple[int, int]:
    """Where the paragraph that reached `end` ends: the next line's index, and the place in the text."""
    while at < len(lines):
        begun, until, kind = lines[at]
        if (
            kind == "begins"
            and _HANGING.search(text[max(0, end - 12) : end].rstrip())
            and not MARKER.match(text[begun:until])
        ):
            end, at = until, at + 1
            continue
        if kind == "goes on":
            before = text[text.rfind("\n", 0, end) + 1 : end].strip()
            here = text[begun:until].strip()
            if (_heads(before) or _heads(here)) and not _UNFINISHED.search(before):
                return at, end
            end, at = until, at + 1
            continue
        if kind == "blank" and _UNFINISHED.search(text[max(0, end - 12) : end].rstrip()):
            after = at
            while after < len(lines) and lines[after][2] == "blank":
                after += 1
            if after < len(lines) and lines[after][2] == "goes on" and end - text.rfind("\n", 0, end) > 40:
                end, at = lines[after][1], after + 1
                continue
        return at, end
    return at, end


def _heads(line: str) -> bool:
    return len(line) < 60 and _HEADS.match(tight(line).text) is not None


def _flow(passage: Passage, piece: Tight, kind: str, lines: list[tuple[int, int, str]], first: int, after: int) -> Flow:
    text = piece.text
    number = NUMBER.match(text)
    flow = Flow(passage, piece, ROW if kind == ROW else PROSE, number=number["number"] if number else "")
    if kind == ROW:
        flow.cells = _cells(text, piped=passage.text[piece.at[0]] == "|")
    elif len(text) <= HEADING_LENGTH and not _FIGURE.search(text):
        alone = first == 0 or lines[first - 1][2] == "blank"
        open_below = after >= len(lines) or lines[after][2] in ("blank", "begins", ROW)
        named = _HEADS.match(text) is not None
        if (
            (named
            and (alone or len(text) <= 60))
            or (flow.number and alone and len(text) <= 110)
            or (alone and open_below and len(text) <= 90)
        ):
            flow.kind = HEADING
    return flow


def _cells(text: str, *, piped: bool) -> list[tuple[int, int]]:
    """The cells' places; the bars around a row of a piped table are no cells."""
    found = []
    start = 0
    for piece in text.split("\t"):
        found.append((start, start + len(piece)))
        start += len(piece) + 1
    return found[1:-1] if piped and text.endswith("\t") else found[1:] if piped else found
