"""Text with marks: a page knows where every stated fact stands, so that one can be changed and its line told.

While a page is written, a mark is a pair of private-use characters around its text; `finish` takes them out again.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

from benchmarks.corpus.facts import Facts, Plan, said_date
from organization.calendar import MONTHS_TH, MONTHS_TH_SHORT, thai_date, thai_digits

FIRST, CLOSE = 0xE000, "\uf8ff"
ENGLISH = {
    "AA": "Excellence", "A": "Very Good", "B": "Good", "C": "Fair", "D": "Poor", "E": "Extremely Poor", "F": "Fail",
}  # fmt: skip
SOLID = {
    "score",
    "mean",
    "total",
    "level",
    "date",
    "raw",
    "year",
    "num",
    "code",
    "before",
    "figure",
}  # never broken over lines
CLEAN = SOLID | {"period", "due", "toc_year", "judge"}  # never broken by a scanner's blank


@dataclass(frozen=True)
class Style:
    """How one writer writes: digits thai|arabic, codes O|o|zero|item, am one|two|lost (ำ, ํา, a blank and า).

    width 0: no wrapping; trim: figures without the zeros at their end; blanks: one in so many places inside words
    has a scanner's blank, 0: none.
    """

    digits: str = "thai"
    codes: str = "O"
    am: str = "one"
    width: int = 0
    hard: bool = False
    unit: str = "คะแนน"
    trim: bool = False
    blanks: int = 0


@dataclass(frozen=True)
class Span:
    """A marked piece of the finished text."""

    kind: str
    start: int
    end: int
    about: dict[str, Any]
    style: Style


@dataclass(frozen=True)
class Finished:
    text: str
    spans: tuple[Span, ...]
    facts: Facts
    template: str
    style: Style

    def of(self, kind: str, **about: Any) -> list[Span]:
        return [s for s in self.spans if s.kind == kind and all(s.about.get(k) == v for k, v in about.items())]

    def line(self, offset: int) -> int:
        return self.text.count("\n", 0, offset) + 1


def dressed(text: str, style: Style) -> str:
    """In the writer's digits and spelling of sara am; what is marked raw keeps its digits."""
    out: list[str] = []
    raw: list[str] = []
    for char in text:
        if FIRST <= ord(char) < ord(CLOSE):
            raw.append(char)
        elif char == CLOSE and raw:
            raw.pop()
        elif style.digits == "thai" and not any(ord(one) == FIRST for one in raw):
            char = thai_digits(char)
        out.append(char)
    text = "".join(out)
    return text.replace("ำ", {"one": "ำ", "two": "ํา", "lost": " า"}[style.am])


def printed(value: Decimal, style: Style) -> str:
    said = f"{value:.2f}"
    return said.rstrip("0").rstrip(".") if style.trim else said


@dataclass
class Page:
    facts: Facts
    style: Style
    rng: Random
    lines: list[str] = field(default_factory=list)
    marks: list[tuple[str, dict[str, Any], Style]] = field(default_factory=lambda: [("raw", {}, Style())])

    # Marks

    def mark(self, kind: str, text: str, **about: Any) -> str:
        self.marks.append((kind, about, self.style))
        return f"{chr(FIRST + len(self.marks) - 1)}{text}{CLOSE}"

    def raw(self, text: str) -> str:
        return f"{chr(FIRST)}{text}{CLOSE}"

    def number(self, value: Decimal) -> str:
        return printed(value, self.style)

    def score(self, n: int, **about: Any) -> str:
        return self.mark("score", self.number(self.facts.scores[n]), n=n, **about)

    def mean(self, code: str) -> str:
        return self.mark("mean", self.number(self.facts.means[code]), code=code)

    def total(self) -> str:
        return self.mark("total", self.number(self.facts.total))

    def level(self) -> str:
        return self.mark("level", self.facts.level)

    def before(self, n: int) -> str:
        return self.mark("before", self.number(self.facts.before[n]))

    def figure(self, value: Decimal | int | str) -> str:
        return self.mark(
            "figure",
            f"{value:,}" if isinstance(value, int) else self.number(value) if isinstance(value, Decimal) else value,
        )

    def name(self, n: int, also: int = 0) -> str:
        """An indicator's name; `also` 1.. takes another name in official use where there is one."""
        names = self.facts.rules.by_number[n].names
        return self.mark("name", names[min(also, len(names) - 1)], n=n)

    def instrument(self, code: str, also: int = 0, bracket: str = " ({})") -> str:
        names = self.facts.rules.by_code[code].names
        return self.mark("instrument", names[min(also, len(names) - 1)] + bracket.format(code), code=code)

    def low(self, code: str, form: str = "ตัวชี้วัดที่ {n} {name}", joint: str = " และ", **about: Any) -> str:
        """The indicators named lowest, in one mark.

        about: called=True|False, whether these words call them lowest; turned=True, their figure stands before them.
        """
        said = joint.join(form.format(n=n, name=self.facts.rules.by_number[n].th) for n in self.facts.lowest[code])
        return self.mark("low", said, code=code, form=form, **about)

    def low_score(self, code: str) -> str:
        return self.score(self.facts.lowest[code][0], low=code)

    def tied(self, code: str) -> bool:
        return len(self.facts.lowest[code]) > 1

    def year(self, role: str = "analysed") -> str:
        """analysed: the year assessed; measures: the year after it."""
        return self.mark("year", str(self.facts.year + (role == "measures")), role=role)

    def fy(self, role: str = "analysed", lead: str = "ปีงบประมาณ พ.ศ. ") -> str:
        return lead + self.year(role)

    def fy_before(self) -> str:
        return "ปีงบประมาณ พ.ศ. " + self.mark("figure", str(self.facts.year - 1))

    def code(self, role: str) -> str:
        """The item's code for the measures, or for their follow-up, in the list of the year of the measures."""
        rules = self.facts.next_rules
        item = rules.measures_item if role == "measures" else rules.followup_item
        assert item is not None
        return self.mark("code", self.coded(item), role=role)

    def coded(self, item: str) -> str:
        digits = item[1:].zfill(2)
        said = {"O": f"O{digits}", "o": f"o{digits}", "zero": f"0{digits}", "item": f"OIT ข้อ {digits}"}[
            self.style.codes
        ]
        return said if self.style.codes in ("zero", "item") else self.raw(said)

    def date(self, day: date, kind: str = "date", **about: Any) -> str:
        return self.mark(kind, thai_date(day), day=day, **about)

    def num(self, group: str, said: str) -> str:
        """A number of a list or heading; `group` names the sequence it belongs to."""
        return self.mark("num", said, group=group)

    def division(self, name: str) -> str:
        return self.mark("division", name)

    def responsible(self, plan: Plan, joint: str = " ", numbered: bool = True) -> str:
        said = [
            f"{k}.{self.division(one)}" if numbered and len(plan.responsible) > 1 else self.division(one)
            for k, one in enumerate(plan.responsible, 1)
        ]
        return self.mark("cell", joint.join(said), code=plan.code, column="responsible")

    def period(self, plan: Plan, form: str = "short") -> str:
        a, b = plan.start, plan.end
        ya, yb = a.year + 543, b.year + 543
        last = b.day
        said = {
            "short": f"{MONTHS_TH_SHORT[a.month - 1]} {ya % 100} – {MONTHS_TH_SHORT[b.month - 1]} {yb % 100}",
            "tight": f"{MONTHS_TH_SHORT[a.month - 1]}{ya % 100}-{MONTHS_TH_SHORT[b.month - 1]}{yb % 100}",
            "long": f"{MONTHS_TH[a.month - 1]} {ya} – {MONTHS_TH[b.month - 1]} {yb}",
            "days": f"1 {MONTHS_TH[a.month - 1]} {ya} ถึง {last} {MONTHS_TH[b.month - 1]} {yb}",
            "full": f"{MONTHS_TH_SHORT[a.month - 1]} {ya} - {MONTHS_TH_SHORT[b.month - 1]} {yb}",
            "between": f"ระหว่างวันที่ 1 {MONTHS_TH[a.month - 1]} {ya} ถึงวันที่ {last} {MONTHS_TH[b.month - 1]} {yb}",
            "dash": f"1 {MONTHS_TH_SHORT[a.month - 1]} {ya} - {last} {MONTHS_TH_SHORT[b.month - 1]} {yb}",
            "since": f"ตั้งแต่เดือน{MONTHS_TH[a.month - 1]} {ya} ถึงเดือน{MONTHS_TH[b.month - 1]} {yb}",
        }[form]
        return self.mark("cell", self.mark("period", said, code=plan.code, form=form), code=plan.code, column="period")

    def due(self, plan: Plan, day: date, form: str = "long") -> str:
        said = said_date(day, form)
        return self.mark("due", said, code=plan.code, day=day, form=form)

    def reporting(self, plan: Plan, first: str, last: str, only: str, form: str = "long", joint: str = "") -> str:
        """When reports are due: an interim one and the last, or only one. {} stands for the day."""
        if plan.interim:
            text = self.mark("interim", first.format(self.due(plan, plan.interim, form)), code=plan.code)
            text += self.mark("joint", joint, code=plan.code) if joint else ""
            text += self.mark("final", last.format(self.due(plan, plan.due, form)), code=plan.code)
        else:
            text = only.format(self.due(plan, plan.due, form))
        return self.mark("cell", text, code=plan.code, column="follow")

    def rated(self) -> str:
        """The level with the English word of the years that have letters."""
        word = ENGLISH.get(self.facts.level)
        return f"{self.level()} ({word})" if word else self.level()

    def digits(self, digits: str) -> None:
        """From here on the writer, or the scanner, has other digits."""
        self.style = replace(self.style, digits=digits)

    def issue_mark(self, plan: Plan, text: str) -> str:
        return self.mark("issue", text, code=plan.code)

    # Lines

    def put(self, *lines: str) -> None:
        """Lines as they are, in the writer's digits."""
        self.lines += [self.typed(line) for line in (lines or ("",))]

    def para(self, text: str, indent: str = "") -> None:
        """A paragraph, wrapped where the writer's page is narrow, and a blank line."""
        self.lines += wrapped(indent + self.typed(text), self.style, self.solid)
        self.lines.append("")

    def typed(self, text: str) -> str:
        """In the writer's digits and spelling, and with the blanks a scanner saw inside words."""
        said = dressed(text, self.style)
        if not self.style.blanks or not said:
            return said
        out: list[str] = []
        clean: list[bool] = []
        for before, after in zip(said, [*said[1:], ""], strict=True):
            out.append(before)
            if FIRST <= ord(before) < ord(CLOSE):
                clean.append(self.marks[ord(before) - FIRST][0] in CLEAN)
            elif before == CLOSE:
                clean.pop()
            elif is_letter(before) and is_letter(after) and can_break(before, after) and not any(clean):
                out.append(" " if self.rng.randrange(self.style.blanks) == 0 else "")
        return "".join(out)

    def solid(self, char: str) -> bool:
        return self.marks[ord(char) - FIRST][0] in SOLID

    def finish(self, template: str) -> Finished:
        text: list[str] = []
        spans: list[Span] = []
        stack: list[tuple[int, int]] = []
        for char in "\n".join(self.lines) + "\n":
            if FIRST <= ord(char) < ord(CLOSE):
                stack.append((ord(char) - FIRST, len(text)))
            elif char == CLOSE:
                index, start = stack.pop()
                if index:
                    kind, about, style = self.marks[index]
                    spans.append(Span(kind, start, len(text), about, style))
            else:
                text.append(char)
        assert not stack
        spans.sort(key=lambda s: (s.start, -s.end))
        return Finished("".join(text), tuple(spans), self.facts, template, self.style)


def wrapped(text: str, style: Style, solid: Any) -> list[str]:
    """Broken at the page's width: at a space, or, where the writer's program knows no words, anywhere."""
    if not style.width:
        return [text]
    lines: list[str] = []
    line: list[str] = []
    seen, space, depth = 0, -1, 0
    open_marks: list[str] = []
    for k, char in enumerate(text):
        if FIRST <= ord(char) < ord(CLOSE):
            open_marks.append(char)
            depth += solid(char)
        elif char == CLOSE:
            depth -= solid(open_marks.pop())
        elif unicodedata.category(char) not in ("Mn", "Cf"):
            seen += 1
        if char == " " and not depth:
            space = len(line)
        line.append(char)
        if seen < style.width or depth:
            continue
        following = text[k + 1] if k + 1 < len(text) else ""
        if style.hard and following and can_break(char, following):
            lines.append("".join(line).rstrip(" "))
            line, seen, space = [], 0, -1
        elif not style.hard and space > 0 and seen >= style.width:
            lines.append("".join(line[:space]))
            line = line[space + 1 :]
            seen, space = sum(unicodedata.category(c) not in ("Mn", "Cf", "Co") for c in line), -1
    lines.append("".join(line))
    return lines


def is_letter(char: str) -> bool:
    return "ก" <= char <= "ฮ" or (char != "" and char in "เแโใไะาำ")


def can_break(before: str, after: str) -> bool:
    """Not inside a number, not before a vowel or tone that hangs on the letter, not around a mark."""
    if unicodedata.category(after) in ("Mn", "Co") or before == CLOSE or unicodedata.category(before) == "Co":
        return False
    if after in "ะาำๅๆฯ" or before in "เแโใไ":
        return False
    return not (before.isascii() and before != " ") and not (before.isdigit() or after.isdigit() or after.isascii())


def listed(words: Sequence[str], last: str = " และ") -> str:
    return words[0] if len(words) == 1 else " ".join(words[:-1]) + last + words[-1]
