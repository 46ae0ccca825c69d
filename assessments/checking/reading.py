"""Reads a document: from left to right a subject takes the figures that follow it.

A year takes the figures to its year, and words such as target, average or difference take a figure away.
"""

import re
from bisect import bisect_left, bisect_right
from decimal import Decimal
from operator import itemgetter

from assessments.checking.columns import Columns
from assessments.checking.facts import TOTAL, Change, Fact, Key, Level, Reading, Subject
from assessments.checking.flows import HEADING, ROW, Flow, flows
from assessments.checking.lows import Lows
from assessments.checking.subjects import Subjects
from assessments.checking.words import Token, grammar, tokens
from assessments.document import Document
from assessments.language import TO, any_of, either
from assessments.rulebook import Rules

#: Letters between a subject and its figure, a figure and its level, a word that takes away and what it takes.
FARTHEST = 170
_LEVEL_FARTHEST = 60
#: Below it a figure with one decimal is a place in a list: 1.1
LIST_NUMBERS = 20
_AWAY_FARTHEST = 40
_AMOUNT_FARTHEST = 25

_COMPARED = re.compile(
    either("จาก", "กว่า", "กับ", "เทียบ", "เดิม", "เมื่อ", "ต่าง", "ซึ่ง", r"\(", "ของ", "ขณะที่", "ที่", "โดย", ",")
    + "(?:ผล(?:การประเมิน|คะแนน)?|คะแนน)?(?:ใน|ของ|เมื่อ)?$"
)
_LEVEL_FOLLOWS = re.compile(
    r"(?:คะแนน|%|เปอร์เซ็นต์|เปอร์เซนต์)?(?:จาก(?:คะแนน)?เต็ม100(?:คะแนน)?)?[(,]?"
    r"(?:อยู่ใน|จัดอยู่ใน|จัดเป็น|ถือเป็น|ได้|ผล(?:การ)?ประเมิน(?:อยู่ใน)?|ผล|คิดเป็น|ซึ่ง|เทียบได้กับ|เข้าเกณฑ์)*(?:ระดับ|เกรด|(?:AA|[A-F])\)|ผ่าน\)|ผ่านดี|ต้องปรับปรุง)"
)
#: ได้ 94.86 คะแนน ในตัวชี้วัดการปฏิบัติหน้าที่: the subject follows.
_SUBJECT_FOLLOWS = re.compile(r"(?:คะแนน|%)?(?:ใน|สำหรับ)(?:ตัวชี้วัด)?(?:ที่|ด้าน)?")
_MONEY_OR_TIME = any_of("บาท", "ล้าน", "ชั่วโมง", "นาที", r"น\.", "กิโล", "ตาราง", "ไร่")
_COUNTED = any_of("คน(?!แน)", "ราย", "วัน", "ครั้ง", "เรื่อง", "โครงการ", "แห่ง", "ข้อ", "ตัวชี้วัด", "ด้าน", "เดือน", "ปี")
_CHANGED = any_of("เพิ่มขึ้น", "ลดลง", "สูงขึ้น", "ต่ำลง", "ดีขึ้น", "ผลต่าง", "ส่วนต่าง", r"[+\-±]")
_OF_GROUP = re.compile("(?:ใน|ของ)(?:กลุ่ม|แบบ(?:วัด|ตรวจ)?|เครื่องมือ|ด้าน)?$")
_RANGE_AFTER = any_of(rf"(?:คะแนน)?{TO}\d", "(?:คะแนน|%)?(?:ขึ้นไป|ลงมา)")
_RANGE_BEFORE = re.compile(rf"\d(?:คะแนน)?{TO}$")
#: Between a word that takes a figure away and a figure of something new.
_NEW = any_of("มีคะแนนรวม", "ได้คะแนน", "มีผลคะแนน", "มีค่าคะแนน", "โดยมีคะแนน", "ซึ่งได้")
#: Before a level that is wished for or only explained, not reached.
_WISHED = any_of("เป้าหมาย", "ให้อยู่", "ไม่ต่ำกว่า", "ยกระดับ", "สู่$", "มุ่ง", "เพื่อให้", "จาก$", "อย่างน้อย", "เกณฑ์")
_EXPLAINED = any_of(
    r"(?:\)|”|\")*(?:\(|\t|:|=|หมายถึง|คือ|มี)?(?:คะแนน|ช่วงคะแนน|ร้อยละ)?"
    r"\d{1,3}(?:\.\d\d)?(?:-|–|ถึง|ขึ้น|คะแนนขึ้น)",
    "ขึ้นไป",
    "หมายถึง",
)
_RESULTS = re.compile(r"^(?:.{0,6})ผล(?:คะแนน|การประเมิน)")
_OLD_RESULTS = re.compile(r"จากผล(?:การ)?ประเมิน(?:ของ)?(?:ประจำ)?ปี(?:งบประมาณ)?(?:พ\.?ศ\.?)? ?(25\d\d)")
_ANY_YEAR = re.compile(r"(?<!\d)25\d\d(?!\d)")
_ROW_YEAR = re.compile(r"\D{0,25}(25\d\d)(?!\d|\.\d)")
_BRACKETED = re.compile(r"\([^()]*\)")
_START = itemgetter(0)  # of a subject or a cell
_DIGITS = re.compile(r"[\d.]+")


def read(document: Document, rules: Rules) -> Reading:
    """All that is said in a document, in its order, data first."""
    reading = Reading(document, rules, flows(document))
    if document.scores is not None:
        for key, stated in document.scores.figures.items():
            reading.facts.append(Fact(key, stated.value, document.year, None, 0, 0, stated=stated))
    columns = Columns()
    instrument = ""
    year = table_year = document.year
    for flow in reading.flows:
        said = tokens(flow, rules)
        columns = columns.under(flow, said, rules) if flow.kind == ROW else Columns()
        if flow.kind == HEADING:
            year = _year_under(flow, document.year)
        if flow.kind != ROW:
            table_year = _year_before(flow, document.year) or year
        subjects = Subjects(reading, flow, said, instrument)
        reading.subjects[flow.order] = subjects.find()
        figures = _Figures(reading, flow, said, columns, table_year if flow.kind == ROW else year)
        figures.read()
        Lows(reading, flow, said, columns.lowest, figures.year).read()
        if flow.kind != HEADING or subjects.after:
            instrument = subjects.after
    return reading


def _year_under(heading: Flow, year: int) -> int:
    """A heading of results that speaks of an earlier year alone gives its flows that year."""
    said = {int(one) for one in _ANY_YEAR.findall(heading.text)}
    if len(said) == 1 and min(said) < year and _RESULTS.search(heading.text):
        return said.pop()
    return year


def _year_before(flow: Flow, year: int) -> int | None:
    """The earlier year whose results a flow leads into: มาตรการที่กำหนดไว้จากผลประเมินปี 2563 …"""
    found = _OLD_RESULTS.search(flow.text)
    return int(found[1]) if found and int(found[1]) < year else None


class _Figures:
    """Gives the figures and levels of one flow to their subjects and years.

    `home` is the year the flow stands under; `year` the one spoken of last; `once` one that holds for the next figure.
    """

    def __init__(self, reading: Reading, flow: Flow, said: list[Token], columns: Columns, year: int) -> None:
        self.reading = reading
        self.rules = reading.rules
        self.mine = reading.document.year
        self.flow = flow
        self.text = flow.text
        self.said = said
        self.subjects = reading.subjects[flow.order]
        self.columns = columns
        self.home = self.year = year
        self.once: int | None = None
        self.away = -1  # where a word that takes the next figure away ends
        self.moved: Token | None = None  # the last word of a difference
        self.closed = _closed(flow, self.subjects)
        self.last: Fact | None = None
        self.bound: set[tuple[int, int]] = set()  # a subject's place and a year: said

    def read(self) -> None:
        for token in self.said:
            match token.kind:
                case "year":
                    self._turn(token)
                case "past":
                    self.once = self.mine - 1
                case "other" | "diff" | "excess":
                    self.away = token.end
                    self.moved = token if token.kind == "diff" else self.moved
                case "rises":
                    self.away = -1
                case "level":
                    self._level(token)
                case "value":
                    self.last = self._figure(token) or self.last
                    self.away = -1

    def _turn(self, token: Token) -> None:
        """A year: for all that follows, or in a comparison for the next figure."""
        year = int(token.value[-4:])
        if year >= self.mine:
            self.year, self.once = self.home if year > self.mine else self.mine, None
        elif _COMPARED.search(self.text[max(0, token.start - 25) : token.start]) or token.value.startswith("("):
            self.once = year
        else:
            self.year = year

    # Figures

    def _figure(self, token: Token) -> Fact | None:
        figure = _DIGITS.search(token.value)
        assert figure is not None
        value, end = Decimal(figure.group()), token.start + len(figure.group())
        before, after = self.text[max(0, token.start - 12) : token.start], self.text[token.end : token.end + 45]
        if _no_score(token, before, after) or self.columns.head == self.flow.order:
            return None
        if self._taken_away(token):
            self.once = None
            if word := _CHANGED.search(self.text[max(0, self.away - 12) : self.away]):
                self.reading.changes.append(Change(value, self.flow, token.start, end, word.group()))
            return None
        if self.moved and self._amount_of(self.moved, token, before):
            self.reading.changes.append(Change(value, self.flow, token.start, end, self.moved.value))
            return None
        column = self._column(token.start)
        if column in self.columns.aside and not self._totals_row():
            return None
        year, self.once = self.columns.years.get(column, self.once or self.year), None
        if year == 0:
            self.reading.changes.append(Change(value, self.flow, token.start, end))
            return None
        if column in self.columns.keys:
            year = self._row_year() or year
        subject = self._ahead(token, after) or self._above(token, column) or self._subject(token, after, year)
        unit = _unit(before, after)
        if subject is None or subject.key is None or token.start - subject.end > FARTHEST:
            return None
        if not unit and not self._bare_score(token, value, before):
            return None
        if (subject.start, year) in self.bound:
            return None
        self.bound.add((subject.start, year))
        fact = Fact(subject.key, value, year, self.flow, token.start, end, unit)
        self.reading.facts.append(fact)
        return fact

    def _taken_away(self, token: Token) -> bool:
        near = self.away >= 0 and token.start - self.away <= _AWAY_FARTHEST
        return near and not _NEW.search(self.text[self.away : token.start])

    def _amount_of(self, moved: Token, token: Token, before: str) -> bool:
        """Whether a figure is a difference behind what it is reckoned from: เพิ่มขึ้นจากปี 2564 ซึ่งได้ 82.10 จำนวน 7.34"""
        base = self.last
        return (
            base is not None
            and base.year < self.mine
            and moved.end <= base.start
            and token.start - base.end <= _AMOUNT_FARTHEST
            and before.endswith(("จำนวน", "คิดเป็น"))
        )

    def _column(self, place: int) -> int:
        cells = self.flow.cells
        n = bisect_right(cells, place, key=_START) - 1
        return n if n >= 0 and place < cells[n][1] else -1

    def _totals_row(self) -> bool:
        return bool(self.subjects) and self.subjects[0].key == TOTAL

    def _row_year(self) -> int | None:
        """The year a row of a table by years is about."""
        found = _ROW_YEAR.match(self.text)
        return int(found[1]) if found else None

    def _ahead(self, token: Token, after: str) -> Subject | None:
        """The subject that follows its figure."""
        words = _SUBJECT_FOLLOWS.match(after)
        if words is None:
            return None
        place = token.end + words.end()
        named = next((one for one in self.subjects if one.key is not None and 0 <= one.start - place <= 12), None)
        return Subject(named.start, token.start, named.key) if named else None

    def _above(self, token: Token, column: int) -> Subject | None:
        """The subject that heads the figure's column; each column has its own place."""
        key = self.columns.keys.get(column)
        return None if key is None else Subject(-1 - column, token.start, key)

    def _subject(self, token: Token, after: str, year: int) -> Subject | None:
        """What stands before the figure; the total where nothing near does and its level follows."""
        subject = self._before(token.start, year)
        if (subject is None or token.start - subject.end > _LEVEL_FARTHEST) and _LEVEL_FOLLOWS.match(after):
            return Subject(token.start, token.start, TOTAL)
        return subject

    def _before(self, place: int, year: int) -> Subject | None:
        """The last subject before a place; total and instrument are often said beside what is meant."""
        before = self._heard(place)
        if not before or before[-1].key is None:
            return None
        last = before[-1]
        other = before[-2] if len(before) > 1 else None
        if other is None:
            return last
        if (
            last.key in self.rules.by_code
            and isinstance(other.key, int)
            and self._names_the_group(other.end, last.start)
        ):
            # ได้ต่ำสุดใน IIT (67.32 คะแนน)
            return Subject(other.start, last.end, other.key)
        if self._column_of_instruments(other, last, year):
            return Subject(other.start, last.end, other.key)
        if last.key == TOTAL and self._total_of(before, year):
            return Subject(other.start, last.end, other.key)
        if last.key in self.rules.by_code and other.key == last.key and last.start - other.end <= 3:
            # ผลคะแนนรวมของแบบวัด IIT: said twice, meant once
            return Subject(other.start, last.end, last.key)
        return last

    def _heard(self, place: int) -> list[Subject]:
        """The last three subjects before a place, without those of a list in brackets that is closed."""
        found: list[Subject] = []
        n = bisect_left(self.subjects, place, key=_START)
        while n and len(found) < 3:
            n -= 1
            if not self.closed.get(self.subjects[n].start, place + 1) <= place:
                found.insert(0, self.subjects[n])
        return found

    def _column_of_instruments(self, other: Subject, last: Subject, year: int) -> bool:
        """Whether a cell with nothing but an instrument stands behind the row's indicator: การใช้อำนาจ | IIT | 67.38"""
        column = self._column(last.start)
        if column < 1 or last.key not in self.rules.by_code or not isinstance(other.key, int):
            return False
        begin, end = self.flow.cells[column]
        return end - begin <= last.end - last.start + 1 and (other.start, year) not in self.bound

    def _names_the_group(self, start: int, end: int) -> bool:
        lowest = any(one.kind == "lowest" and start <= one.start < end for one in self.said)
        return lowest and _OF_GROUP.search(self.text[start:end]) is not None

    def _total_of(self, before: list[Subject], year: int) -> bool:
        """Whether "total" is that of the subject said just before it: IIT … คะแนนรวม …"""
        last, other = before[-1], before[-2]
        if not self._scored(other.key) or (other.start, year) in self.bound:
            return False
        third = before[-3].key if len(before) > 2 else None
        several = third in self.rules.by_code and third != other.key
        return self.flow.kind == ROW or (not several and last.start - other.end <= 45)

    def _scored(self, key: Key | None) -> bool:
        return isinstance(key, int) or key in self.rules.by_code

    def _bare_score(self, token: Token, value: Decimal, before: str) -> bool:
        """Whether a number without a unit is a score.

        Two decimals make it one; 1.1 may be a place in a list, and a whole number is one only after เท่ากับ or in the
        column of a table of scores.
        """
        decimals = -int(value.as_tuple().exponent)
        if decimals == 2 or before.endswith("เท่ากับ") or (decimals == 1 and value >= LIST_NUMBERS):
            return True
        if decimals == 1:
            return self.flow.kind == ROW
        last = self.reading.facts[-1].flow if self.reading.facts else None
        return (
            self.flow.kind == ROW
            and last is not None
            and last.kind == ROW
            and self.flow.order - last.order <= 2
            and not any("." in one.value for one in self.said if one.kind == "value")
        )

    # Levels

    def _level(self, token: Token) -> None:
        level = self._level_said(token)
        if level is None:
            return
        key, year, value = self._level_of(token)
        if isinstance(key, int) or year != self.mine or (value is None and self._other_level(token)):
            return
        start, end = token.start + level.start(), token.start + level.end()
        self.reading.levels.append(Level(key, level.group(), self.flow, start, end, value))

    def _level_said(self, token: Token) -> re.Match[str] | None:
        """The level in its words; None where it is not said to be reached."""
        if _WISHED.search(self.text[max(0, token.start - 45) : token.start]):
            return None
        if _EXPLAINED.match(self.text[token.end : token.end + 40]):
            return None
        if token.value.startswith("\t") and self.last is None:
            return None
        found = list(grammar(self.rules).levels.finditer(token.value))
        return found[-1] if found else None

    def _level_of(self, token: Token) -> tuple[Key, int, Decimal | None]:
        """Whose level it is, of which year, and the figure just before it."""
        beside = self.last
        if beside is not None and not isinstance(beside.key, int) and token.start - beside.end <= _LEVEL_FARTHEST:
            return beside.key, beside.year, beside.value
        year = self.once or self.year
        before = [one for one in self.subjects if one.start < token.start]
        if before and before[-1].key is not None and token.start - before[-1].end <= _LEVEL_FARTHEST:
            return before[-1].key, year, None
        return TOTAL, year, None

    def _other_level(self, token: Token) -> bool:
        """Whether the flow names another level too."""
        return any(one.kind == "level" and one.start != token.start and one.value != token.value for one in self.said)


def _closed(flow: Flow, subjects: list[Subject]) -> dict[int, int]:
    """Where a subject's bracket is closed, of those that list several: (IIT 88.00 / EIT 85.80). By its start."""
    found: dict[int, int] = {}
    for bracket in _BRACKETED.finditer(flow.text):
        first = bisect_left(subjects, bracket.start(), key=_START)
        inside = subjects[first : bisect_left(subjects, bracket.end(), key=_START)]
        if first and len({one.key for one in inside}) > 1:
            found.update((one.start, bracket.end()) for one in inside)
    return found


def _no_score(token: Token, before: str, after: str) -> bool:
    """Whether a figure is an end of a range, an amount, a time or a count."""
    if _RANGE_AFTER.match(after) or _RANGE_BEFORE.search(before) or _MONEY_OR_TIME.match(after):
        return True
    return "." not in token.value and _COUNTED.match(after) is not None


def _unit(before: str, after: str) -> str:
    if after.startswith("คะแนน"):
        return "คะแนน"
    per_cent = before.rstrip("\t").endswith("ร้อยละ") or after.startswith(("%", "เปอร์เซ"))
    return "ร้อยละ" if per_cent else ""
