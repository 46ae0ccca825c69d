"""What the heading row of a table says of its columns."""

import re
from dataclasses import dataclass, field

from assessments.checking.facts import TOTAL, Key
from assessments.checking.flows import Flow
from assessments.checking.words import Token, grammar
from assessments.rulebook import Rules

_YEAR = re.compile(r"(?<!\d)25\d\d(?!\d|\.\d)")
_DIFFERENCE = re.compile(r"เพิ่ม|ลด|ต่าง|เปลี่ยนแปลง|\+/-")
_LOWEST = re.compile(r"(?:น้อย|ต่ำ)(?:ที่)?สุด")
_ASIDE = re.compile(r"^(?:ค่า)?น้ำหนัก|^คะแนนเต็ม|^เต็ม|เป้าหมาย|^จำนวน|ผู้ตอบ|ถ่วง")
_TOTAL = re.compile(r"รวม|ITA|ภาพรวม|^คะแนน(?:ที่ได้)?$|^ผลคะแนน$")
_BY_YEARS = re.compile(r"^(?:ที่|ลำดับ)?\t?(?:ปี|พ\.ศ)")
_MEAN = re.compile(r"^(?:คะแนน|ค่า)?(?:เฉลี่ย|รวม)")
_NUMBER = re.compile(r"^(?:ตัวชี้วัด)?(?:ที่)?\d{0,2}[.)]?")
#: A longer cell heads no column.
_LONGEST = 60


@dataclass(frozen=True)
class Columns:
    """By column: its year (0: a difference) and its key; which hold no score, and which names the lowest.

    `head` is the order of the row that sets indicators beside each other; its numbers are no scores.
    """

    years: dict[int, int] = field(default_factory=dict)
    aside: frozenset[int] = frozenset()
    keys: dict[int, Key] = field(default_factory=dict)
    lowest: int | None = None
    head: int = -1

    def under(self, flow: Flow, said: list[Token], rules: Rules) -> "Columns":
        """The columns from this row on: as it heads them; the same where it heads nothing."""
        if across := _across(flow, rules):
            keys = self.keys if across.items() <= self.keys.items() else across
            return Columns(keys=keys, head=flow.order)
        if any(token.kind == "value" for token in said):
            return self
        found = _headed(flow, rules)
        several = sum(year > 0 for year in found.years.values()) > 1
        by_years = _BY_YEARS.search(flow.text) is not None
        if not (several or found.lowest is not None or by_years or found.aside):
            return self
        return Columns(
            found.years if several else {},
            found.aside,
            found.keys if by_years and not several else {},
            found.lowest,
        )


def _across(flow: Flow, rules: Rules) -> dict[int, Key]:
    """A heading row of indicators beside each other, and of their mean: ตัวชี้วัดที่ | 6 | 7 | 8 | เฉลี่ย"""
    cells = [flow.text[start:end].strip("\t") for start, end in flow.cells]
    names = grammar(rules).names
    numbered = cells and cells[0].startswith("ตัวชี้วัด")
    found: dict[int, Key] = {}
    for column, cell in enumerate(cells[1:], 1):
        number = names.get(_NUMBER.sub("", cell))
        if number is None and numbered and cell.isdecimal() and int(cell) in rules.by_number:
            number = int(cell)
        if number is not None:
            found[column] = number
    codes = {rules.by_number[int(number)].instrument for number in found.values()}
    if len(set(found.values())) < 2:
        return {}
    if len(codes) == 1:
        found.update({n: next(iter(codes)) for n, cell in enumerate(cells) if n and _MEAN.search(cell)})
    return found


def _headed(flow: Flow, rules: Rules) -> Columns:
    years: dict[int, int] = {}
    keys: dict[int, Key] = {}
    lowest = None
    aside: set[int] = set()
    for column, (start, end) in enumerate(flow.cells):
        if end - start > _LONGEST:
            continue
        cell = flow.text[start:end]
        if _ASIDE.search(cell):
            aside.add(column)
            continue
        year = _year(cell)
        if year is not None:
            years[column] = year
        if lowest is None and column and _LOWEST.search(cell):
            lowest = column
            continue
        key = _key(cell, column, rules)
        if key is not None:
            keys[column] = key
    return Columns(years, frozenset(aside), keys, lowest)


def _year(cell: str) -> int | None:
    named = _YEAR.findall(cell)
    if len(named) == 1:
        return int(named[0])
    return 0 if _DIFFERENCE.search(cell) else None


def _key(cell: str, column: int, rules: Rules) -> Key | None:
    codes = {code for code in rules.by_code if re.search(rf"(?<![A-Za-z]){code}(?![A-Za-z])", cell)}
    if len(codes) == 1:
        return codes.pop()
    return TOTAL if column and _TOTAL.search(cell) else None
