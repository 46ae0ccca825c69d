"""R18: numbers that follow each other."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from assessments.checking.flows import HEADING, PROSE, ROW, Flow
from assessments.checking.places import finding
from assessments.checking.rows import MEASURES, RESPONSIBLE, STEPS, Cell, Row
from assessments.document import AUTO, HUMAN, LOW, MEDIUM, Finding
from assessments.language import any_of, either

_LETTERS = "กขคงจฉชซ"
_PART = re.compile(
    r"(?P<word>(?:ส่วน|ตอน|ระเบียบวาระ|บท|มาตรการ|ภาพ|ตาราง|กล่อง|ชุดกิจกรรม|ประการ)ที่)"
    r"(?P<n>\d{1,2})(?![\d.]|ตาม)"
)
_LETTERED = re.compile(rf"\(?([{_LETTERS}])[.)]")
_CLAUSE = re.compile(r"ข้อ([1-9]|1\d)(?=[ก-ฮเแโใไ])")
#: Headings without a number under which lists begin anew.
_PARTS = any_of(
    *("บันทึกข้อความ", "คำนำ", "สารบัญ", "ส่วนที่", "บทที่", "ภาคผนวก", "เรื่องเดิม", "ข้อเท็จจริง"),
    *("ข้อพิจารณา", "ข้อเสนอ", "ข้อกฎหมาย", "ข้อระเบียบ"),
)
_IN_CELL = re.compile(r"(?<![\d.ก-ฮ])(?P<n>\d{1,2})(?P<sub>\.\d{1,2})?(?P<style>[.)])?(?=[ก-๙A-Za-z(“\"])")
_AFTER_TEXT = re.compile(
    r"(?<=[ก-๙a-zA-Z/)”\" ])(?P<n>\d{1,2})(?:(?P<sub>\.\d{1,2})\.?|(?P<style>[.)]))(?=[ก-๙A-Za-z(“\"])"
)
_MONTH = re.compile(
    either(
        *(r"ม\.ค", r"ก\.พ", r"มี\.ค", r"เม\.ย", r"พ\.ค", r"มิ\.ย", r"ก\.ค", r"ส\.ค", r"ก\.ย", r"ต\.ค", r"พ\.ย", r"ธ\.ค")
    )
)


class Mark(NamedTuple):
    """A number at the head of a flow: (".", "3", 2) for 3.2, ("ส่วนที่", "", 1) for a part."""

    style: str
    prefix: str
    number: int

    @property
    def dotted(self) -> str:
        return f"{self.prefix}." if self.prefix else ""


#: Lists one inside another; a text of beginnings alone is not searched for them all.
_MOST_OPEN = 40


@dataclass(slots=True, eq=False)
class _Open:
    """A list that may go on; `last` is its last number."""

    style: str
    prefix: str
    last: int

    def takes(self, mark: Mark) -> bool:
        return (self.style, self.prefix, self.last) == (mark.style, mark.prefix, mark.number - 1)


def check(flows: list[Flow], plan: list[Row]) -> Iterator[Finding]:
    """Over the flows but those of a contents page, and inside the plan's cells."""
    sequences = _Sequences()
    for flow in flows:
        yield from sequences.take(flow)
    for row in plan:
        for name in (MEASURES, STEPS, RESPONSIBLE):
            if name in row.cells:
                yield from cells(row.cells[name])


def _mark(flow: Flow) -> Mark | None:
    if part := _PART.match(flow.text):
        return Mark(part["word"], "", int(part["n"]))
    if letter := _LETTERED.match(flow.text):
        return Mark("ก", "", _LETTERS.index(letter[1]) + 1)
    if clause := _CLAUSE.match(flow.text):
        return Mark("ข้อ", "", int(clause[1]))
    if flow.kind == ROW and (cell := flow.cell(0)).isdigit() and len(cell) < 3:
        return Mark("row", "", int(cell))
    if not flow.number:
        return None
    prefix, _, number = flow.number.rpartition(".")
    follows = flow.text[flow.text.index(flow.number) + len(flow.number) :][:1]
    if prefix:
        return Mark(".", prefix, int(number))
    if flow.text.startswith("("):
        return Mark("(", "", int(number))
    return Mark(follows, "", int(number)) if follows in (".", ")") else None


class _Sequences:
    """Numbers of headings and list items: each is one more than the one before, or begins a list."""

    def __init__(self) -> None:
        self.headings: list[_Open] = []
        self.items: list[_Open] = []
        self.passage: object = None
        self.latest: Mark | None = None
        self.earlier: Flow | None = None

    def take(self, flow: Flow) -> Iterator[Finding]:
        heading = flow.kind == HEADING
        if flow.passage is not self.passage and not heading:
            self.items = []
        self.passage = flow.passage
        mark = _mark(flow)
        if mark is None:
            if heading and _PARTS.match(flow.text):
                self.items = []
            else:
                self.latest, self.earlier = None, flow
            return
        if _no_list(mark):
            return
        before, self.latest = self.latest, mark
        earlier, self.earlier = self.earlier, flow
        if self._goes_on(mark, heading):
            return
        if not mark.prefix and _said_before(earlier, mark):
            self._begin(mark, heading)
            return
        twice = before == mark and flow.kind == PROSE and mark.style in ".)"
        last = self._last(mark, heading)
        if heading and not mark.prefix:
            self.items = []
        self._begin(mark, heading)
        if mark.number == 1 and not twice:
            return
        # One field of a draft may hold one item of a list.
        if flow.passage.line or last is not None or mark.prefix:
            yield _broken(flow, mark, 1 if last is None else last.last + 1)

    def _pools(self, heading: bool) -> tuple[list[_Open], list[_Open]]:
        """The lists of the flow's own kind, then the others."""
        return (self.headings, self.items) if heading else (self.items, self.headings)

    def _begin(self, mark: Mark, heading: bool) -> None:
        pool = self._pools(heading)[0]
        pool.append(_Open(*mark))
        del pool[:-_MOST_OPEN]

    def _last(self, mark: Mark, heading: bool) -> _Open | None:
        """The last list of the same style and prefix."""
        own, other = self._pools(heading)
        same = (one for one in (*reversed(own), *reversed(other)) if (one.style, one.prefix) == mark[:2])
        return next(same, None)

    def _goes_on(self, mark: Mark, heading: bool) -> bool:
        """Whether the number goes on with an open list; the lists begun since then are closed."""
        own, other = self._pools(heading)
        if _continued(own, mark):
            return True
        one = _continued(other, mark)
        if one is not None and heading:
            other.remove(one)
            own.append(one)
            if not mark.prefix:
                self.items = []
        return one is not None


def _no_list(mark: Mark) -> bool:
    """Whether a number is too large to be an item's, or a decimal's."""
    if mark.prefix == "0" or mark.number == 0 or mark.number > 40:
        return True
    return mark.prefix != "" and (int(mark.prefix.split(".")[0]) > 20 or mark.number > 20)


def _continued(pool: list[_Open], mark: Mark) -> _Open | None:
    for n in range(len(pool) - 1, -1, -1):
        if pool[n].takes(mark):
            pool[n].last = mark.number
            del pool[n + 1 :]
            return pool[n]
    return None


def _said_before(flow: Flow | None, mark: Mark) -> bool:
    """Whether the flow before holds the number before, in a sentence that was broken at this one."""
    if flow is None or mark.style not in ".)(" or mark.number == 1:
        return False
    before = mark.number - 1
    pattern = rf"\({before}\)" if mark.style == "(" else rf"(?<!\d){before}[.)]"
    return re.search(pattern, flow.text) is not None


def _broken(flow: Flow, mark: Mark, expected: int) -> Finding:
    said, right = f"{mark.dotted}{mark.number}", f"{mark.dotted}{expected}"
    written = _LETTERS[mark.number - 1] if mark.style == "ก" else str(mark.number)
    begins = flow.text.index(flow.number if mark.style in "(.)" else written)
    return finding(
        "R18", LOW, flow, begins, begins + len(said),
        f"เลขลำดับ {said} ไม่ต่อเนื่อง ควรเป็น {right}",
        f"The number {said} does not follow; {right} was expected.",
        stated=said, expected=right, resolve=AUTO, suggestion=right,
    )  # fmt: skip


def cells(cell: Cell) -> Iterator[Finding]:
    """Numbers inside a plan's cell: from 1, none twice, none left out, one scheme."""
    said = _marks(cell.text)
    numbers = [(int(one["n"]), int(one["sub"][1:]) if one["sub"] else None) for one in said]
    wrong = _first_wrong(numbers)
    if len(said) < 2 or wrong is None:
        return
    at = said[wrong]
    end = at.end("sub") if at["sub"] else at.end("n")
    shown = ", ".join(str(n) if sub is None else f"{n}.{sub}" for n, sub in numbers)
    yield finding(
        "R18", MEDIUM, cell.flow, cell.start + at.start("n"), cell.start + end,
        f"เลขลำดับในช่องนี้ไม่ต่อเนื่อง: {shown}",
        f"The numbers in this cell do not follow each other: {shown}.",
        stated=shown, expected="1, 2, 3 …", resolve=HUMAN,
    )  # fmt: skip


def _marks(text: str) -> list[re.Match[str]]:
    """The numbers of a cell's items, from left to right; the days of dates are none."""
    marks = {one.start(): one for one in _AFTER_TEXT.finditer(text)}
    head = _IN_CELL.match(text)
    if head and (head["style"] or head["sub"]):
        marks[0] = head
    return [marks[start] for start in sorted(marks) if not _MONTH.match(text, marks[start].end())]


def _first_wrong(numbers: list[tuple[int, int | None]]) -> int | None:
    """The first number that neither follows nor begins a scheme."""
    top = 0
    subs: dict[int, int] = {}
    for n, (number, sub) in enumerate(numbers):
        if sub is not None:
            if sub != subs.get(number, 0) + 1:
                return n
            subs[number] = sub
            top = max(top, number)
        else:
            if number != top + 1:
                return n
            top = number
    return None
