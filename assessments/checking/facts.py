"""Who is said to have scored what: figures with their subject and year, levels, and who is called the lowest.

A flow is read from left to right: a subject (an indicator, an instrument, the total) takes the figures that follow it,
a year takes the figures to its year, and words such as target, average or difference take a figure away.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from assessments.checking.flows import HEADING, ROW, Flow, flows
from assessments.document import Document, Stated
from assessments.language import distance, squeezed
from assessments.rulebook import Rules

Key = int | str
TOTAL = "total"
FARTHEST = 170


@dataclass(slots=True, eq=False)
class Fact:
    """A figure said of a key (indicator's number, instrument's code, "total"); [start, end) in the flow's tight text."""

    key: Key
    value: Decimal
    year: int
    flow: Flow | None
    start: int
    end: int
    unit: str = ""
    stated: Stated | None = None
    named: str = ""  # the name the text gives an indicator whose number was guessed from it
    claim: bool = False  # said again beside "lowest"


@dataclass(slots=True, eq=False)
class Level:
    key: Key
    level: str
    year: int
    flow: Flow
    start: int
    end: int
    beside: Decimal | None = None  # the figure of the same key said just before it


@dataclass(slots=True, eq=False)
class Lowest:
    """Who is called the lowest: indicators of one instrument, or the instruments themselves."""

    numbers: tuple[int, ...]
    codes: tuple[str, ...]
    instrument: str
    flow: Flow
    start: int
    end: int


@dataclass(slots=True, eq=False)
class Name:
    """A name in the place of an indicator's, with the number the text or its nearest name gives."""

    number: int
    said: str
    flow: Flow
    start: int
    end: int
    certain: bool  # the text gives the number itself


@dataclass(slots=True, eq=False)
class Change:
    """A difference the text states: in a table's column, or after เพิ่มขึ้น or ลดลง; without sign in a sentence."""

    value: Decimal
    flow: Flow
    start: int
    end: int


#: Start, end and key of a word a figure can be about; None where it is of no rule's concern.
Subject = tuple[int, int, Key | None]


@dataclass
class Reading:
    document: Document
    rules: Rules
    flows: list[Flow]
    facts: list[Fact] = field(default_factory=list)
    levels: list[Level] = field(default_factory=list)
    lowest: list[Lowest] = field(default_factory=list)
    names: list[Name] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    subjects: dict[int, list["Subject"]] = field(default_factory=dict)  # by a flow's order

    @property
    def present(self) -> list[Fact]:
        """The facts of the year analysed."""
        return [one for one in self.facts if one.year == self.document.year]


@dataclass(slots=True)
class Token:
    kind: str
    start: int
    end: int
    value: str


_VALUE = (
    r"(?<![\d.,/])(?:\d{1,3}\.\d{1,2}|\d{1,3}(?=คะแนน|%|เปอร์เซ)|(?<=เท่ากับ)\d{1,3}|(?<=ร้อยละ)\d{1,3}|(?<=\t)\d{1,3}(?=\t|$))(?!\d|,\d{3}|/\d|\.\d)"
)
_KINDS = (
    ("sub", r"ตัวชี้วัดย่อย(?:ที่)?\d*(?:\.\d+)?"),
    ("indicator", r"ตัวชี้วัด(?:ที่|ข้อที่|ลำดับที่|ข้อ)?\d{1,2}(?![\d.]|ตัว|คะแนน)"),
    ("count", r"(?:ทั้ง|จำนวน|ประกอบด้วย)?\d{1,2}ตัวชี้วัด"),
    ("past", r"ปี(?:ที่แล้ว|ก่อน(?:หน้า)?|ที่ผ่านมา)"),
    ("year", r"(?:(?:ประจำ)?ปี(?:งบประมาณ)?(?:พ\.?ศ\.?)?|พ\.?ศ\.?|\() ?25\d\d(?!\d|\.\d)"),
    (
        "lowest",
        r"(?:น้อย|ต่ำ)(?:ที่)?สุด(?!\d{1,2}(?:อันดับ|ลำดับ|ตัว))"
        r"|(?:น้อย|ต่ำ)กว่า(?:ตัวชี้วัด(?:อื่น|ใด)|ทุกตัวชี้วัด|ด้านอื่น)|(?:อันดับ|ลำดับ)สุดท้าย|รั้งท้าย",
    ),
    (
        "other",
        r"เป้าหมาย|เกณฑ์|ค่าเฉลี่ย(?=ระดับ|ทั้ง|ประเทศ|จังหวัด|อำเภอ|กลุ่ม|ภาค|อปท|ของ(?!ตัวชี้วัด|หน่วยงาน|แบบ|เครื่องมือ|ด้าน))|คะแนนเฉลี่ย(?:ของ)?(?:ระดับ|ทั้ง|จังหวัด|ประเทศ|อำเภอ)|ระดับประเทศ|ระดับจังหวัด|คะแนนเต็ม|เต็ม|ไม่น้อยกว่า|ไม่ต่ำกว่า|ตั้งแต่"
        r"|ระหว่าง|น้ำหนัก|เกินกว่า|มากกว่า|น้อยกว่า(?!ปี)|ต่ำกว่า(?!ปี)|สูงกว่า(?!ปี)|ช่วงคะแนน|จากคะแนน|คูณ|คน\)?,?คิดเป็น|\*|×|x0\.",
    ),
    (
        "diff",
        r"(?:เพิ่มขึ้น|ลดลง|สูงขึ้น|ต่ำลง|ดีขึ้น|พัฒนาขึ้น|ผลต่าง|ส่วนต่าง|ต่างกัน|ขาดอีก|ห่างจาก|เปลี่ยนแปลง|[+\-±](?=\d))(?!เป็น|มาเป็น|มาอยู่ที่)",
    ),
    ("excess", r"(?<=[นต%\d])(?:อยู่|ไป|ถึง|อีก)(?=\d)"),
    ("rises", r"(?:เพิ่มขึ้น|ลดลง|สูงขึ้น|ต่ำลง|ดีขึ้น|พัฒนาขึ้น|เปลี่ยนแปลง)(?:มาอยู่ที่|มาเป็น|เป็น)"),
    ("highest", r"(?:มาก|สูง)(?:ที่)?สุด"),
    (
        "total",
        r"คะแนนรวม(?:ทั้งหมด|ทั้งสิ้น|เฉลี่ย)?|คะแนนเฉลี่ยรวม|(?:คะแนน)?(?:ใน)?ภาพรวม|(?:ค่า|ผล)?คะแนน(?:ผลการประเมิน|การประเมิน)?\(?ITA\)?|ผลการประเมินฯ|ผลการประเมิน\(?ITA\)?"
        r"|รวมทั้งสิ้น|รวมทั้งหมด|ผลคะแนนรวม|(?:^|\t)(?:ผล)?(?:คะแนน)?รวม(?=\t)|(?<![ก-๙])รวม(?:เป็น|เท่ากับ|ได้|=|:)*(?=\d)|(?<=คะแนน)รวม(?:เป็น|เท่ากับ|ได้|=|:)*(?=\d)|ระดับหน่วยงาน|คะแนนระดับองค์กร|ผลการประเมินระดับคุณธรรม",
    ),
    ("value", _VALUE),
)


@lru_cache(maxsize=16)
def _grammar(rules: Rules) -> tuple[re.Pattern[str], dict[str, int], dict[str, str]]:
    names = {squeezed(name): one.number for one in rules.indicators for name in one.names}
    instruments = {squeezed(name): one.code for one in rules.instruments for name in one.names}
    codes = "|".join(map(re.escape, rules.by_code))
    long = "|".join(sorted(map(re.escape, instruments), key=len, reverse=True))
    levels = sorted({band.level for band in rules.bands}, key=len, reverse=True)
    words = "|".join(re.escape(squeezed(level)) for level in levels)
    lettered = all(level.isascii() for level in levels)
    level = (
        r"(?:ระดับ(?:ผลการประเมิน|คะแนน|คุณธรรม(?:และความโปร่งใส)?|ผลคะแนน)?|เกรด|[Gg]rade ?|\t)(?:คือ|เป็น|:|=)?[“\"'(]*(?:[A-F]{1,2}|AA)(?![A-Za-z])[”\"')]*"
        if lettered
        else rf"(?:ระดับ(?:ผลการประเมิน|คะแนน)?|ผลการประเมิน|เกณฑ์|\t)(?:คือ|เป็น|:|=|อยู่ใน)?[“\"'(]*(?:{words})[”\"')]*"
    )
    kinds = [
        ("level", level),
        (
            "instrument",
            rf"{long}|(?:แบบวัด|แบบตรวจ)[^\d\t()]{{4,45}}\((?:{codes})\)|(?<![A-Za-z])(?:{codes}|OTI)(?![A-Za-z])",
        ),
        ("name", "|".join(sorted(map(re.escape, names), key=len, reverse=True))),
        *_KINDS,
    ]
    return re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in kinds)), names, instruments


def tokens(flow: Flow, rules: Rules) -> list[Token]:
    pattern, _, _ = _grammar(rules)
    return [Token(str(m.lastgroup), m.start(), m.end(), m.group()) for m in pattern.finditer(flow.text)]


def read(document: Document, rules: Rules) -> Reading:
    """All that is said in a document, in its order, data first."""
    reading = Reading(document, rules, flows(document))
    if document.scores is not None:
        for key, said in document.scores.figures.items():
            reading.facts.append(Fact(key, said.value, document.year, None, 0, 0, stated=said))
    table = _Table()
    instrument = ""
    years: Flow | None = None
    for flow in reading.flows:
        said = tokens(flow, rules)
        table = table.headed(flow, said, rules) if flow.kind == ROW else _Table()
        if flow.kind == HEADING:
            years = flow
        reader = _Reader(reading, flow, said, instrument, table, _year_of(years, document.year))
        reader.read()
        instrument = reader.instrument if flow.kind != HEADING or reader.instrument else instrument
    return reading


def _year_of(heading: Flow | None, year: int) -> int:
    """A heading that speaks of an earlier year alone gives its flows that year."""
    if heading is None:
        return year
    said = {int(one) for one in re.findall(r"(?<!\d)25\d\d(?!\d)", heading.text)}
    past = {one for one in said if one < year}
    return (
        past.pop()
        if len(past) == 1 and len(said) == 1 and re.search(r"^(?:.{0,6})ผล(?:คะแนน|การประเมิน)", heading.text)
        else year
    )


@dataclass(frozen=True)
class _Table:
    """What a table's heading row says of its columns: their year (0: a difference), key, and which names the lowest."""

    years: dict[int, int] = field(default_factory=dict)
    keys: dict[int, Key] = field(default_factory=dict)
    lowest: int | None = None

    def headed(self, flow: Flow, said: list[Token], rules: Rules) -> "_Table":
        """The table as this row heads it; itself where the row heads nothing."""
        if any(token.kind == "value" for token in said):
            return self
        years: dict[int, int] = {}
        keys: dict[int, Key] = {}
        lowest = None
        for column, (start, end) in enumerate(flow.cells):
            cell = flow.text[start:end]
            if end - start > 60:
                continue
            named = re.findall(r"(?<!\d)25\d\d(?!\d|\.\d)", cell)
            if len(named) == 1:
                years[column] = int(named[0])
            elif re.search(r"เพิ่ม|ลด|ต่าง|เปลี่ยนแปลง|\+/-", cell):
                years[column] = 0
            if lowest is None and column and re.search(r"(?:น้อย|ต่ำ)(?:ที่)?สุด", cell):
                lowest = column
                continue
            codes = {code for code in rules.by_code if re.search(rf"(?<![A-Za-z]){code}(?![A-Za-z])", cell)}
            if len(codes) == 1:
                keys[column] = codes.pop()
            elif column and re.search(r"รวม|ITA|ภาพรวม|^คะแนน(?:ที่ได้)?$|^ผลคะแนน$", cell):
                keys[column] = TOTAL
        several = sum(year > 0 for year in years.values()) > 1
        by_years = re.search(r"^(?:ที่|ลำดับ)?\t?(?:ปี|พ\.ศ)", flow.text) is not None
        if not (several or lowest is not None or by_years):
            return self
        return _Table(years if several else {}, keys if by_years and not several else {}, lowest)


_SLOT = re.compile(
    r"(?:ตัวชี้วัด(?:ที่\d{1,2})?(?:ด้าน|เรื่อง|ข้อ)?|ด้าน)(?P<slot>[^\d\t()]{5,50}?)"
    r"(?=มีค่า|มีผลคะแนน|มีคะแนน|ได้คะแนน|ได้รับคะแนน|ได้ค่าคะแนน|เท่ากับ|คะแนน|\()"
)
_AFTER_NUMBER = re.compile(
    r"(?:[:(\"“]|คือ|ด้าน|เรื่อง)*(?P<slot>[^\d\t()]{4,50}?)"
    r"(?=\(|\)|มีผล|มีค่า|มีคะแนน|ได้|คะแนน|เท่ากับ|ร้อยละ|เป็น|ซึ่ง|เรื่อง|โดย|เนื่องจาก|และ|หรือ|,|ในประเด็น|เพราะ|ยัง|พบ|ต่ำ|สูง|น้อย|มาก|อยู่|:|=|-|–|[\"”]|\d|\t|$)"
)
_ITEM = re.compile(
    r"\(?(?<![\d.])(?P<n>\d{1,2})[.)](?P<slot>[ก-ฮเแโใไ][^\d\t()]{4,45}?)(?=\(|ได้|มี(?:ผล|ค่า)?คะแนน|คะแนน|เท่ากับ|ร้อยละ|และ\(?\d|\d|$|โดย|มีผู้)"
)
_LISTED = re.compile(
    r"(?:คะแนน|ได้แก่|คือ|,|%)(?:และ)?(?P<slot>[ก-ฮ][^\d\t()]{6,34}?)(?=(?:ได้|มีคะแนน|เท่ากับ|ร้อยละ)?\d{1,3}\.\d)"
)
_BEHIND = re.compile(r"ในตัวชี้วัด(?:ที่\d+)?(?P<slot>[ก-ฮ][^\d\t()]{6,34}?)(?=ได้|และได้|สำหรับ|,|ซึ่ง|$|\d)")
_ROW_NAME = re.compile(
    r"[-•●▪]?(?:\(?(?:\d{1,2}|[ก-ฉ])[.)]?)?(?P<slot>[^\d\t()]{5,45}?)(?=\t|\(|ได้|มีคะแนน|มีผล|คะแนน|เท่ากับ|ร้อยละ|=|:|\d|$)"
)
#: What follows a name that a score or a rank is given.
_SCORED = re.compile(r"(?:\(|มี(?:ผล|ค่า|คะแนน)|ได้|คะแนน|เท่ากับ|ร้อยละ|ต่ำ|น้อย|=|:|-|–|\d|\t|$)")
_COMPARED = re.compile(
    r"(?:จาก|กว่า|กับ|เทียบ|เดิม|เมื่อ|ต่าง|ซึ่ง|\(|ของ|ขณะที่|ที่|โดย|,)(?:ผล(?:การประเมิน|คะแนน)?|คะแนน)?(?:ใน|ของ|เมื่อ)?$"
)
_LEVEL_FOLLOWS = re.compile(
    r"(?:คะแนน|%|เปอร์เซ็นต์|เปอร์เซนต์)?[(,]?(?:อยู่ใน|จัดอยู่ใน|ได้|ผลการประเมิน(?:อยู่ใน)?|ผล|คิดเป็น)*(?:ระดับ|เกรด)"
)
#: ได้ 94.86 คะแนน ในตัวชี้วัดการปฏิบัติหน้าที่: the subject follows.
_AHEAD = re.compile(r"(?:คะแนน|%)?(?:ใน|สำหรับ)(?:ตัวชี้วัด)?(?:ที่|ด้าน)?")
#: คะแนนต่ำสุด ได้ร้อยละ 93.98 ในตัวชี้วัด…
_FIGURE_THEN_NAME = re.compile(r"(?:คือ|ได้แก่|:)?(?:ได้|เท่ากับ|ร้อยละ|คะแนน)*\d{1,3}\.\d{1,2}(?:คะแนน|%)?(?:ใน|ของ)(?:ตัวชี้วัด)?(?:ที่|ด้าน)?")
_MONEY_OR_TIME = re.compile(r"(?:บาท|ล้าน|ชั่วโมง|นาที|น\.|กิโล|ตาราง|ไร่)")
_COUNTED = re.compile(r"(?:คน(?!แน)|ราย|วัน|ครั้ง|เรื่อง|โครงการ|แห่ง|ข้อ|ตัวชี้วัด|ด้าน|เดือน|ปี)")
_CHANGED = re.compile(r"เพิ่มขึ้น|ลดลง|สูงขึ้น|ต่ำลง|ดีขึ้น|ผลต่าง|ส่วนต่าง|[+\-±]")
_RANGE_AFTER = re.compile(r"(?:คะแนน)?(?:-|–|—|ถึง)\d|(?:คะแนน|%)?(?:ขึ้นไป|ลงมา)")
_RANGE_BEFORE = re.compile(r"\d(?:คะแนน)?(?:-|–|—|ถึง)$")


class _Reader:
    """Reads one flow."""

    def __init__(
        self, reading: Reading, flow: Flow, said: list[Token], instrument: str, table: _Table, year: int
    ) -> None:
        self.reading = reading
        self.rules = reading.rules
        self.flow = flow
        self.said = said
        self.instrument = instrument
        self.table = table
        self.home = year
        self.year = year
        self.once: int | None = None
        _, self.names, self.instruments = _grammar(reading.rules)

    def read(self) -> None:
        self._subjects()
        self._figures()
        self._lows()

    # Subjects

    def _subjects(self) -> None:
        """Gives tokens their keys; adds subjects of names that are not spelled as they should be."""
        text = self.flow.text
        self.subjects: list[Subject] = []
        taken: list[tuple[int, int]] = []
        instrument = self.instrument
        for n, token in enumerate(self.said):
            if token.kind == "instrument":
                code = self._code(token.value)
                instrument = code or instrument
                if code:
                    self.subjects.append((token.start, token.end, code))
                taken.append((token.start, token.end))
            elif token.kind == "name":
                self.subjects.append((token.start, token.end, self.names[token.value]))
                taken.append((token.start, token.end))
                if n and self.said[n - 1].kind == "indicator" and token.start - self.said[n - 1].end <= 8:
                    number = int(re.findall(r"\d+", self.said[n - 1].value)[0])
                    between = text[self.said[n - 1].end : token.start]
                    meant = not between.strip(":") or _SCORED.match(text, token.end)
                    if number in self.rules.by_number and number != self.names[token.value] and meant:
                        self._name(number, token.value, token.start, token.end, True)
                        self.subjects[-1] = (token.start, token.end, number)
            elif token.kind == "indicator":
                number = int(re.findall(r"\d+", token.value)[0])
                if number in self.rules.by_number:
                    self.subjects.append((token.start, token.end, number))
                    follows = self.said[n + 1] if n + 1 < len(self.said) else None
                    if follows is None or follows.kind != "name" or follows.start - token.end > 8:
                        slot = _AFTER_NUMBER.match(text, token.end)
                        if slot:
                            self._maybe_name(number, slot)
                            taken.append(slot.span("slot"))
                else:
                    self.subjects.append((token.start, token.end, None))
            elif token.kind in ("sub",):
                self.subjects.append((token.start, token.end, None))
            elif token.kind == "total":
                self.subjects.append((token.start, token.end, TOTAL))
        self.now = instrument
        self._items(taken)
        self._slots(taken)
        self.subjects.sort(key=lambda one: one[0])
        self.reading.subjects[self.flow.order] = self.subjects

    def _code(self, value: str) -> str:
        if value in self.rules.by_code:
            return value
        if value in self.instruments:
            return self.instruments[value]
        inside = re.search(r"\(([A-Z]{3})\)", value)
        if inside:
            return inside[1] if inside[1] in self.rules.by_code else ""
        return "OIT" if value == "OTI" else ""

    def _maybe_name(self, number: int, slot: "re.Match[str]") -> None:
        said = slot["slot"]
        official = [squeezed(name) for name in self.rules.by_number[number].names]
        if said in official or any(said.startswith(name) for name in official):
            return
        best = min(official, key=lambda name: distance(said, name))
        apart = distance(said, best)
        if not _SCORED.match(self.flow.text, slot.end("slot")) and apart > 0.2 * len(best):
            return
        if apart <= 0.5 * len(best) or self._nearest(said, tuple(self.rules.by_number))[1] <= 0.3:
            self._name(number, said, *slot.span("slot"), True)

    def _name(self, number: int, said: str, start: int, end: int, certain: bool) -> None:
        self.reading.names.append(Name(number, said, self.flow, start, end, certain))

    def _nearest(self, said: str, numbers: tuple[int, ...]) -> tuple[int, float]:
        """The number whose name is nearest, and how far in shares of the name's length."""
        best, far = 0, 9.0
        for number in numbers:
            for name in self.rules.by_number[number].names:
                known = squeezed(name)
                if abs(len(known) - len(said)) > 0.6 * len(known):
                    continue
                apart = distance(said, known) / len(known)
                if apart < far:
                    best, far = number, apart
        return best, far

    def _items(self, taken: list[tuple[int, int]]) -> None:
        """Indicators listed in a sentence by number: 1) … 2) … (3) …"""
        named = [token for token in self.said if token.kind == "name"]
        items = [
            (item, int(item["n"])) for item in _ITEM.finditer(self.flow.text) if int(item["n"]) in self.rules.by_number
        ]
        by_end = {token.start: self.names[token.value] for token in named}
        agree = sum(by_end.get(item.start("slot")) == number for item, number in items)
        numbers = {number for _, number in items}
        whole = any(numbers == set(mine) for mine in self.rules.numbers_of.values())
        if agree * 2 < len(items) or not agree or (agree < 2 and not whole):
            return
        for item, number in items:
            place = item.start("slot")
            other = by_end.get(place)
            if other == number:
                continue
            if other is not None:
                official = next(token for token in named if token.start == place)
                self._name(number, official.value, official.start, official.end, True)
                self.subjects = [one for one in self.subjects if one[0] != place] + [(place, official.end, number)]
                continue
            said = item["slot"]
            if self._nearest(said, (number,))[1] <= 0.45:
                taken.append(item.span("slot"))
                self.subjects.append((*item.span("slot"), number))
                self._name(number, said, *item.span("slot"), True)

    def _slots(self, taken: list[tuple[int, int]]) -> None:
        """Names in a name's place that are nobody's."""
        text = self.flow.text
        looked: list[tuple[re.Match[str], float]] = []
        if self.flow.kind == ROW or self.flow.number or len(text) < 120:
            value = next((one for one in self.said if one.kind == "value"), None)
            for start, _ in self.flow.cells[:3] or [(0, 0)]:
                head = _ROW_NAME.match(text, start)
                if head and value and start < value.start and value.start - head.end() < 60:
                    looked.append((head, 0.42))
        if sum(one.kind == "name" for one in self.said) > 1:
            looked.extend((listed, 0.35) for listed in _LISTED.finditer(text))
            looked.extend((behind, 0.35) for behind in _BEHIND.finditer(text))
        for slot in _SLOT.finditer(text):
            after = next(
                (one for one in self.said if one.start >= slot.end() and one.kind in ("value", "lowest")), None
            )
            if after and after.start - slot.end() <= 45:
                looked.append((slot, 0.62 if slot.group().startswith("ตัวชี้วัด") else 0.5))
        for slot, most in looked:
            start, end = slot.span("slot")
            if any(start < until and begun < end for begun, until in taken):
                continue
            said = re.sub(r"^(?:ด้าน|ตัวชี้วัด|เรื่อง|ข้อมูลด้าน|และ|คือ|ได้แก่|ว่า)+", "", slot["slot"])
            while "ด้าน" in said:
                said = said[said.index("ด้าน") + 4 :]
            start = end - len(said)
            code = self._instrument_at(start)
            numbers = self.rules.numbers_of[code] if code else tuple(self.rules.by_number)
            if len(said) < 5:
                continue
            number, far = self._nearest(said, tuple(self.rules.by_number))
            if far > 0.34 and code:
                number, far = self._nearest(said, numbers)
            if number and 0 < far <= most:
                taken.append((start, end))
                self.subjects.append((start, end, number))
                self._name(number, said, start, end, False)

    def _instrument_at(self, place: int) -> str:
        code = "" if self.flow.kind == ROW else self.instrument
        for start, _, key in self.subjects:
            if start < place and isinstance(key, str) and key in self.rules.by_code:
                code = key
        return code

    # Figures

    def _figures(self) -> None:
        text = self.flow.text
        bound: set[tuple[int, int]] = set()
        taken_away = -1
        marks = sorted(
            [
                (one.start, 1, one)
                for one in self.said
                if one.kind in ("value", "year", "past", "other", "diff", "excess", "rises", "level")
            ],
            key=lambda mark: mark[0],
        )
        last: Fact | None = None
        for _, _, token in marks:
            if token.kind == "year":
                self._turn(int(re.findall(r"25\d\d", token.value)[0]), token)
            elif token.kind == "past":
                self.once = self.reading.document.year - 1
            elif token.kind in ("other", "diff", "excess"):
                taken_away = token.end
            elif token.kind == "rises":
                taken_away = -1
            elif token.kind == "level":
                self._level(token, last)
            elif token.kind == "value":
                fact = self._bind(token, text, bound, taken_away)
                taken_away = -1
                if fact:
                    last = fact

    def _turn(self, year: int, token: Token) -> None:
        mine = self.reading.document.year
        if year >= mine:
            self.year, self.once = self.home if year > mine else mine, None
        elif _COMPARED.search(self.flow.text[max(0, token.start - 25) : token.start]) or token.value.startswith("("):
            self.once = year
        else:
            self.year = year

    def _bind(self, token: Token, text: str, bound: set[tuple[int, int]], taken_away: int) -> Fact | None:
        value = Decimal(re.findall(r"\d+(?:\.\d+)?", token.value)[0])
        before, after = text[max(0, token.start - 12) : token.start], text[token.end : token.end + 45]
        per_cent = before.rstrip("\t").endswith("ร้อยละ") or after.startswith(("%", "เปอร์เซ"))
        unit = "คะแนน" if after.startswith("คะแนน") else "ร้อยละ" if per_cent else ""
        if _RANGE_AFTER.match(after) or _RANGE_BEFORE.search(before) or _MONEY_OR_TIME.match(after):
            return None
        if _COUNTED.match(after) and "." not in token.value:
            return None
        if taken_away >= 0 and token.start - taken_away <= 40 and not _ends(text[taken_away : token.start]):
            if self.once is not None:
                self.once = None
            if _CHANGED.search(text[max(0, taken_away - 12) : taken_away]):
                self._change(token, value)
            return None
        year, self.once = (self.once or self.year), None
        column = self._column(token.start)
        if column in self.table.years:
            year = self.table.years[column]
            if year == 0:
                self._change(token, value)
                return None
        subject = self._subject(token.start, bound, year)
        if column in self.table.keys:
            subject = (-1 - column, token.start, self.table.keys[column])
            year = self._row_year() or year
        elif (subject is None or token.start - subject[1] > 60) and _LEVEL_FOLLOWS.match(after):
            subject = (token.start, token.start, TOTAL)
        if ahead := _AHEAD.match(after):
            named = [one for one in self.subjects if 0 <= one[0] - (token.end + ahead.end()) <= 12 and one[2] is not None]
            subject = (named[0][0], token.start, named[0][2]) if named and named[0][2] is not None else subject
        if subject is None:
            return None
        start, end, key = subject
        if token.start - end > FARTHEST or ("." not in token.value and not unit and not self._whole(token, before)):
            return None
        if (start, year) in bound:
            return None
        bound.add((start, year))
        fact = Fact(
            key, value, year, self.flow, token.start, token.start + len(re.findall(r"[\d.]+", token.value)[0]), unit
        )
        self.reading.facts.append(fact)
        return fact

    def _subject(self, place: int, bound: set[tuple[int, int]], year: int) -> tuple[int, int, Key] | None:
        before = [one for one in self.subjects if one[0] < place]
        if not before:
            return None
        start, end, key = before[-1]
        if key is None:
            return None
        if key == TOTAL and len(before) > 1:
            other = before[-2]
            free = isinstance(other[2], int) or other[2] in self.rules.by_code
            third = before[-3][2] if len(before) > 2 else None
            several = isinstance(third, str) and third in self.rules.by_code and third != other[2]
            if free and not several and (other[0], year) not in bound and start - other[1] <= 45:
                return (other[0], end, other[2])  # type: ignore[return-value]
            if self.flow.kind == ROW and free and (other[0], year) not in bound:
                return (other[0], end, other[2])  # type: ignore[return-value]
        if isinstance(key, str) and key in self.rules.by_code and len(before) > 1:
            # ผลคะแนนรวมของแบบวัด IIT: said twice, meant once
            earlier = before[-2]
            if earlier[2] == key and start - earlier[1] <= 3:
                return (earlier[0], end, key)
        return (start, end, key)

    def _whole(self, token: Token, before: str) -> bool:
        """Whether a whole number without a unit is a score: after เท่ากับ, or in the column of a table of scores."""
        if before.endswith("เท่ากับ"):
            return True
        last = self.reading.facts[-1].flow if self.reading.facts else None
        return (
            self.flow.kind == ROW
            and last is not None
            and last.kind == ROW
            and self.flow.order - last.order <= 2
            and not any("." in one.value for one in self.said if one.kind == "value")
        )

    def _change(self, token: Token, value: Decimal) -> None:
        end = token.start + len(re.findall(r"[\d.]+", token.value)[0])
        self.reading.changes.append(Change(value, self.flow, token.start, end))

    def _column(self, place: int) -> int:
        return next((n for n, (start, end) in enumerate(self.flow.cells) if start <= place < end), -1)

    def _row_year(self) -> int | None:
        """The year a row of a table by years is about."""
        found = re.match(r"\D{0,25}(25\d\d)(?!\d|\.\d)", self.flow.text)
        return int(found[1]) if found else None

    def _level(self, token: Token, beside: Fact | None) -> None:
        text = self.flow.text
        before = text[max(0, token.start - 45) : token.start]
        if re.search(r"เป้าหมาย|ให้อยู่|ไม่ต่ำกว่า|ยกระดับ|สู่$|มุ่ง|เพื่อให้|จาก$|อย่างน้อย|เกณฑ์", before):
            return
        if re.match(
            r"(?:\)|”|\")*(?:\(|\t|:|=|หมายถึง|คือ|มี)?(?:คะแนน|ช่วงคะแนน|ร้อยละ)?\d{1,3}(?:\.\d\d)?(?:-|–|ถึง|ขึ้น|คะแนนขึ้น)|ขึ้นไป|หมายถึง",
            text[token.end : token.end + 40],
        ):
            return
        if token.value.startswith("\t") and beside is None:
            return
        pattern = "|".join(
            sorted((re.escape(squeezed(band.level)) for band in self.rules.bands), key=len, reverse=True)
        )
        found = list(re.finditer(pattern, token.value))
        if not found:
            return
        level = found[-1]
        year = self.once or self.year
        key: Key = TOTAL
        value = None
        if beside is not None and token.start - beside.end <= 60 and not isinstance(beside.key, int):
            key, value, year = beside.key, beside.value, beside.year
        else:
            subject = [one for one in self.subjects if one[0] < token.start]
            if subject and subject[-1][2] is not None and token.start - subject[-1][1] <= 60:
                key = subject[-1][2]
        if isinstance(key, int):
            return
        if (
            any(one.start != token.start and one.kind == "level" and one.value != token.value for one in self.said)
            and value is None
        ):
            return
        if year == self.reading.document.year:
            self.reading.levels.append(
                Level(
                    key, level.group(), year, self.flow, token.start + level.start(), token.start + level.end(), value
                )
            )

    # Lowest

    def _lows(self) -> None:
        self._lowest_column()
        for token in self.said:
            if token.kind == "lowest":
                self._low(token)
        self.instrument = self.now

    def _low(self, token: Token) -> None:
        text = self.flow.text
        if self._of_another_year(token):
            return
        ahead = re.match(r"(?:เป็น(?:อันดับ|ลำดับ)\S{0,10})?.{0,60}?(?:คือ|ได้แก่|อยู่ที่|:)", text[token.end : token.end + 75])
        if (
            self.flow.kind == ROW
            and not self.flow.cells[-1][1] - self.flow.cells[-1][0] > 60
            and len(self.flow.cells) > 1
        ):
            chosen = [one for one in self.subjects if one[0] < token.start][-1:]
            if not chosen or not isinstance(chosen[0][2], int):
                # ตัวชี้วัดที่ได้คะแนนน้อยที่สุดของ IIT | 5. การแก้ไขปัญหาการทุจริต | 75.47
                named = [one for one in self.subjects if one[0] > token.end and isinstance(one[2], int)]
                chosen = self._joined(named[0], forward=True) if named else []
        else:
            chosen = []
            if figure := _FIGURE_THEN_NAME.match(text, token.end):
                named = [one for one in self.subjects if 0 <= one[0] - figure.end() <= 12 and isinstance(one[2], int)]
                chosen = self._joined(named[0], forward=True) if named else []
            if not chosen and ahead and not re.search(r"\d\.\d\d", ahead.group()):
                first = [one for one in self.subjects if one[0] >= token.end + ahead.end() - 1][:1]
                if first and first[0][0] - (token.end + ahead.end()) <= 40:
                    chosen = self._joined(first[0], forward=True)
            if not chosen:
                behind = [one for one in self.subjects if one[1] <= token.start and one[2] != TOTAL]
                if behind and token.start - behind[-1][1] <= 70 and not self._highest(behind[-1][1], token.start):
                    chosen = self._joined(behind[-1], forward=False)
        numbers = tuple(dict.fromkeys(one[2] for one in chosen if isinstance(one[2], int)))
        codes = tuple(dict.fromkeys(one[2] for one in chosen if isinstance(one[2], str) and one[2] != TOTAL))
        if self.year != self.reading.document.year or not (numbers or codes):
            return
        if numbers:
            instruments = {self.rules.by_number[number].instrument for number in numbers}
            start, end = chosen[0][0], chosen[-1][1]
            self._mark_claims(min(start, token.start), max(end, token.end), numbers)
            for instrument in sorted(instruments):
                mine = tuple(n for n in numbers if self.rules.by_number[n].instrument == instrument)
                self.reading.lowest.append(Lowest(mine, (), instrument, self.flow, start, end))
        elif re.search(r"(?:ด้าน|แบบ|เครื่องมือ|ส่วน).{0,40}$", text[max(0, token.start - 60) : token.start]):
            self.reading.lowest.append(Lowest((), codes, "", self.flow, chosen[0][0], chosen[-1][1]))

    def _lowest_column(self) -> None:
        """A table with a column of the lowest indicators."""
        column = self.table.lowest
        if column is None or column >= len(self.flow.cells):
            return
        begin, end = self.flow.cells[column]
        chosen = [one for one in self.subjects if begin <= one[0] < end and isinstance(one[2], int)]
        numbers = tuple(dict.fromkeys(one[2] for one in chosen if isinstance(one[2], int)))
        for code in dict.fromkeys(self.rules.by_number[number].instrument for number in numbers):
            mine = tuple(number for number in numbers if self.rules.by_number[number].instrument == code)
            self._mark_claims(begin, end, mine)
            self.reading.lowest.append(Lowest(mine, (), code, self.flow, chosen[0][0], chosen[-1][1]))

    def _of_another_year(self, token: Token) -> bool:
        """Whether the words just before say an earlier year: (ปี 2563 ตัวชี้วัดที่ต่ำสุดคือ …)."""
        before = [one for one in self.said if one.kind in ("year", "past") and one.end <= token.start]
        if not before or token.start - before[-1].end > 60:
            return False
        year = before[-1].value[-4:]
        return before[-1].kind == "past" or (year.isdigit() and int(year) < self.reading.document.year)

    def _highest(self, start: int, end: int) -> bool:
        return any(one.kind == "highest" and start <= one.start < end for one in self.said)

    def _joined(self, one: Subject, *, forward: bool) -> list[Subject]:
        """A subject with those it is listed with: the number and its name, and ties joined by และ."""
        at = self.subjects.index(one)
        chosen = [one]
        step = 1 if forward else -1
        while 0 <= at + step < len(self.subjects):
            at += step
            following = self.subjects[at]
            left, right = (chosen[-1], following) if forward else (following, chosen[0])
            between = self.flow.text[left[1] : right[0]]
            same = following[2] == one[2] and len(between) <= 8
            if not same and not re.fullmatch(
                r"(?:\(?(?:มี|ได้|ผล|ค่า|คะแนน|เท่ากับ|ร้อยละ)*[\d.]*(?:คะแนน)?\)?)(?:และ|กับ|,|รวมถึง|และด้าน|และตัวชี้วัด(?:ด้าน)?|,ด้าน)",
                between,
            ):
                break
            if not isinstance(following[2], int) and not same:
                break
            chosen.insert(len(chosen) if forward else 0, following)
        return chosen

    def _mark_claims(self, start: int, end: int, numbers: tuple[int, ...]) -> None:
        """The figures said beside "lowest"; where several share the place, the one figure is said of each."""
        marked: list[Fact] = []
        for fact in reversed(self.reading.facts):
            if fact.flow is not self.flow:
                break
            if start <= fact.start and fact.start - end <= 40:
                fact.claim = True
                marked.append(fact)
        if len(numbers) > 1 and len(marked) == 1 and marked[0].key in numbers:
            one = marked[0]
            for number in numbers:
                if number != one.key:
                    shared = Fact(number, one.value, one.year, self.flow, one.start, one.end, one.unit, claim=True)
                    self.reading.facts.append(shared)


def _ends(between: str) -> bool:
    """Whether a new thing begins between a word that takes a figure away and the figure."""
    return re.search(r"มีคะแนนรวม|ได้คะแนน|มีผลคะแนน|มีค่าคะแนน|โดยมีคะแนน|ซึ่งได้", between) is not None


def occurrences(facts: list[Fact]) -> Iterator[tuple[Key, list[Fact]]]:
    """Facts by key."""
    grouped: dict[Key, list[Fact]] = {}
    for fact in facts:
        grouped.setdefault(fact.key, []).append(fact)
    yield from grouped.items()
