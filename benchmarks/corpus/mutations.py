"""One fact changed in one clean document, with the rules that see it and the lines where they may say so."""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random
from typing import Any

from assessments import scoring
from benchmarks.corpus.facts import said_date
from benchmarks.corpus.page import Finished, Span, dressed, printed
from benchmarks.corpus.wording import DIVISION_SLIPS, SLIPS
from organization.calendar import MONTHS_TH, MONTHS_TH_SHORT, thai_date, thai_digits

HIGH, MEDIUM, LOW = "high", "medium", "low"
LETTERS = "กขคงจฉช"
IN_FULL = ("long", "days", "since", "between")  # periods with the months' full names
# What one place of a transcription can change: the rest it says twice, as a text and as a date.
OF_DATA = {
    "score", "mean", "total", "level", "impossible", "over_100", "lowest", "lowest_everywhere", "name_garbled",
    "instrument", "year_analysed", "year_measures", "item_unknown", "item_swapped", "no_answer", "cell_empty",
}  # fmt: skip


@dataclass(frozen=True)
class Edit:
    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Mutation:
    """`lines`: where a finding counts, 1-based, in `text`; `rules`: any of them counts; `kind`: the sort of change."""

    kind: str
    text: str
    rules: tuple[str, ...]
    lines: tuple[int, ...]
    severity: str
    what: str


class Changes:
    """All changes one clean document lends itself to."""

    def __init__(self, base: Finished, rng: Random) -> None:
        self.base, self.rng = base, rng
        self.facts, self.rules = base.facts, base.facts.rules

    def all(self) -> Iterator[Mutation]:
        for name in sorted(dir(self)):
            if name.startswith("by_"):
                for change in getattr(self, name)():
                    if self.base.template != "transcript" or change.kind in OF_DATA:
                        yield change

    def made(
        self, kind: str, edits: list[Edit], rules: str, severity: str, what: str, also: list[int] | None = None
    ) -> Mutation:
        """`also`: offsets in the clean text of further places where the same finding may stand."""
        base = self.base.text
        edits = sorted(edits, key=lambda e: e.start)
        assert edits and all(a.end <= b.start for a, b in pairwise(edits))
        text, at = [], 0
        for edit in edits:
            text += [base[at : edit.start], edit.text]
            at = edit.end
        text.append(base[at:])
        changed = "".join(text)
        assert changed != base, what
        lines: set[int] = set()
        for edit in edits:
            start = edit.start + shift(edits, edit.start)
            lines |= set(range(line_of(changed, start), line_of(changed, start + len(edit.text)) + 1))
            lines |= self.same_paragraph(changed, start)
        for offset in also or []:
            lines.add(line_of(changed, offset + shift(edits, offset)))
        return Mutation(kind, changed, tuple(rules.split()), tuple(sorted(lines)), severity, what)

    def same_paragraph(self, text: str, offset: int) -> set[int]:
        """Where lines are broken by the page's width, the sentence may begin one line earlier."""
        line = line_of(text, offset)
        if not self.base.style.width or line == 1:
            return set()
        before = text.split("\n")[line - 2]
        return {line - 1} if len(before) >= self.base.style.width * 0.9 else set()

    def say(self, span: Span, text: str) -> Edit:
        return Edit(span.start, span.end, dressed(text, span.style))

    def own(self, span: Span) -> str:
        return self.base.text[span.start : span.end]

    def figure(self, span: Span, value: Decimal) -> Edit:
        return self.say(span, printed(value, span.style))

    def whole(self, spans: list[Span]) -> list[Span]:
        return [s for s in spans if "\n" not in self.own(s)]

    # Figures

    def by_score(self) -> Iterator[Mutation]:
        for n, value in self.facts.scores.items():
            spans = self.base.of("score", n=n)
            for span in spans:
                new = self.other_figure(value, self.admissible(n))
                if new is None:
                    continue
                code = self.rules.by_number[n].instrument
                also = [] if len(spans) > 2 else [s.start for s in self.base.of("mean", code=code)]
                rules = "R02 R01 R05 R07" if len(spans) == 1 else "R01 R02 R05 R07"
                what = f"indicator {n}: {value} printed as {new} in one of {len(spans)} places"
                yield self.made("score", [self.figure(span, new)], rules, HIGH, what, also)

    def admissible(self, n: int) -> scoring.Interval:
        code = self.rules.by_number[n].instrument
        others = [self.facts.scores[k] for k in self.rules.numbers_of[code] if k != n]
        return scoring.admissible(self.facts.means[code], others)

    def other_figure(self, value: Decimal, closed: scoring.Interval) -> Decimal | None:
        """A slip of one digit, two digits swapped, or another figure; never one that would close too."""
        said = f"{value:.2f}"
        digits = [k for k, char in enumerate(said) if char.isdigit()]
        for _ in range(40):
            way = self.rng.choice(("digit", "digit", "swap", "other"))
            chars = list(said)
            if way == "digit":
                chars[self.rng.choice(digits)] = str(self.rng.randint(0, 9))
            elif way == "swap":
                a, b = self.rng.sample(digits, 2)
                chars[a], chars[b] = chars[b], chars[a]
            new = Decimal("".join(chars)) if way != "other" else Decimal(self.rng.randint(4000, 9999)) / 100
            if new != value and new not in closed and new >= 10 and abs(new - value) >= Decimal("0.05"):
                return new
        return None

    def by_mean(self) -> Iterator[Mutation]:
        for code, value in self.facts.means.items():
            scores = [self.facts.scores[k] for k in self.rules.numbers_of[code]]
            for span in self.base.of("mean", code=code):
                new = self.other_figure(value, scoring.mean_interval(scores))
                if new is not None:
                    yield self.made(
                        "mean",
                        [self.figure(span, new)],
                        "R02 R01 R03",
                        HIGH,
                        f"mean of {code}: {value} printed as {new}",
                    )

    def by_total(self) -> Iterator[Mutation]:
        for span in self.base.of("total"):
            new = self.other_figure(self.facts.total, scoring.total_interval(self.rules, self.facts.means))
            if new is not None:
                yield self.made(
                    "total",
                    [self.figure(span, new)],
                    "R03 R01 R04",
                    HIGH,
                    f"total: {self.facts.total} printed as {new}",
                )

    def by_level(self) -> Iterator[Mutation]:
        for span in self.base.of("level"):
            new = self.rng.choice([one for one in self.rules.levels if one != self.facts.level])
            yield self.made(
                "level", [self.say(span, new)], "R04 R01", HIGH, f"level: {self.facts.level} printed as {new}"
            )

    def by_impossible(self) -> Iterator[Mutation]:
        """A figure no assessment gives, the same in every place: nothing contradicts it but the rules."""
        for n, items in self.rules.lattice.items():
            grid, value = scoring.lattice_of(items), self.facts.scores[n]
            near = [Decimal(k) / 100 for k in range(int(value * 100) - 2, int(value * 100) + 3)]
            near = [v for v in near if v not in grid and v in self.admissible(n)]
            if near:
                new = self.rng.choice(near)
                edits = [self.figure(s, new) for s in self.base.of("score", n=n)]
                yield self.made(
                    "impossible", edits, "R07", HIGH, f"indicator {n}: {new} everywhere, on no lattice (was {value})"
                )
        n = self.rng.randint(1, 10)
        for span in self.base.of("score", n=n)[:1]:
            new = (
                self.facts.scores[n] + 100 if self.facts.scores[n] < 50 else Decimal("100") + self.facts.scores[n] / 10
            )
            new = scoring.rounded(new)
            yield self.made("over_100", [self.figure(span, new)], "R07", HIGH, f"indicator {n}: {new}, over 100")

    # Lowest

    def by_lowest(self) -> Iterator[Mutation]:
        for code, numbers in self.facts.lowest.items():
            others = [n for n in self.rules.numbers_of[code] if n not in numbers]
            for span in self.whole(self.base.of("low", code=code)):
                n = self.rng.choice(others)
                said = span.about["form"].format(n=n, name=self.rules.by_number[n].th)
                named = f"indicator {n} named instead of {', '.join(map(str, numbers))}"
                if self.called_lowest(span):
                    yield self.made("lowest", [self.say(span, said)], "R05 R06 R01", HIGH, f"lowest of {code}: {named}")
                else:
                    yield self.made(
                        "treated",
                        [self.say(span, said)],
                        "R13 R06 R05 R20",
                        MEDIUM,
                        f"treated as weak in {code}: {named}",
                    )
                beside = [s for s in self.base.of("score", low=code) if self.belongs(s, span)]
                if beside and not self.only(beside[:1]):
                    edits = [self.say(span, said), self.figure(beside[0], self.facts.scores[n])]
                    yield self.made(
                        "lowest_with_score",
                        edits,
                        "R06 R05",
                        HIGH,
                        f"lowest of {code}: indicator {n} named, with its own right score",
                    )

    def by_lowest_everywhere(self) -> Iterator[Mutation]:
        """The same wrong one throughout, with its own right figure: only the minimum tells."""
        for code, numbers in self.facts.lowest.items():
            spans, figures = self.base.of("low", code=code), self.base.of("score", low=code)
            if len(self.whole(spans)) < len(spans) or self.only(figures):
                continue
            if not any(self.called_lowest(s) for s in spans):
                continue
            n = self.rng.choice([n for n in self.rules.numbers_of[code] if n not in numbers])
            edits = [self.say(s, s.about["form"].format(n=n, name=self.rules.by_number[n].th)) for s in spans]
            edits += [self.say(s, str(n)) for s in self.base.of("low_number", code=code)]
            edits += [self.figure(s, self.facts.scores[n]) for s in figures]
            what = f"lowest of {code}: indicator {n} named throughout, with its own right score"
            yield self.made("lowest_everywhere", edits, "R05", HIGH, what)

    def only(self, figures: list[Span]) -> bool:
        """These are the only places that give the figure: without them nothing contradicts."""
        return any(len(self.base.of("score", n=s.about["n"])) <= len(figures) for s in figures)

    def belongs(self, figure: Span, name: Span) -> bool:
        """The figure stands beside the name: after it, or before it where the writer turns them round."""
        if name.about.get("turned"):
            return 0 <= name.start - figure.end < 40
        return 0 <= figure.start - name.end < 120

    def called_lowest(self, span: Span) -> bool:
        """The words say so; a plan only says what it mends."""
        if "called" in span.about:
            return bool(span.about["called"])
        said = self.base.text[max(0, span.start - 70) : span.end + 50]
        return bool(re.search(r"(ต่ํ?า|ต่ำ|น้อย)\s*(ที่)?\s*สุด", re.sub(r"\n", "", said)))

    def by_low_number(self) -> Iterator[Mutation]:
        for span in self.base.of("low_number"):
            code = span.about["code"]
            n = self.rng.choice([n for n in self.rules.numbers_of[code] if n not in self.facts.lowest[code]])
            yield self.made(
                "lowest", [self.say(span, str(n))], "R05 R06", HIGH, f"lowest of {code}: indicator {n} given"
            )

    # Names

    def by_name(self) -> Iterator[Mutation]:
        for span in self.whole(self.base.of("name")):
            n = span.about["n"]
            name = self.own(span)
            if not any(a in name for a, _b in SLIPS):
                continue  # a blank stands in the word that would slip
            garbled = self.garble(name)
            yield self.made(
                "name_garbled",
                [Edit(span.start, span.end, garbled)],
                "R08",
                MEDIUM,
                f"indicator {n}: name printed as {garbled}",
            )
            before = self.base.text[max(0, span.start - 14) : span.start]
            if "ตัวชี้วัดที่" in before or re.search(r"(^|\n|\s|\|)\s*[0-9๐-๙]+[.)|]?\s*\|?\s*$", before):
                if self.ranked(span):
                    continue
                other = self.rng.choice([k for k in range(1, 11) if k != n])
                yield self.made(
                    "name_of_another",
                    [self.say(span, self.rules.by_number[other].th)],
                    "R08 R01",
                    MEDIUM,
                    f"indicator {n} carries the name of {other}",
                )

    def ranked(self, span: Span) -> bool:
        """Its number is a place in a ranking, not the indicator's."""
        line = self.base.line(span.start)
        return any(self.base.line(s.start) == line for s in self.base.of("num", group="ranked"))

    def garble(self, name: str) -> str:
        fits = [(a, b) for a, b in SLIPS if a in name]
        a, b = self.rng.choice(fits)
        return name.replace(a, b, 1)

    def by_instrument(self) -> Iterator[Mutation]:
        for span in self.whole(self.base.of("instrument")):
            name, code = self.own(span), span.about["code"]
            if code == "OIT" and "แบบตรวจ" in name:
                yield self.made(
                    "instrument",
                    [Edit(span.start, span.end, name.replace("แบบตรวจ", "แบบวัด", 1))],
                    "R08",
                    LOW,
                    "OIT called แบบวัด",
                )
            elif (inside := ("ภายใน", "ภายนอก") if code == "IIT" else ("ภายนอก", "ภายใน"))[0] in name:
                a, b = inside
                yield self.made(
                    "instrument",
                    [Edit(span.start, span.end, name.replace(a, b, 1))],
                    "R08",
                    MEDIUM,
                    f"{code} called {b}",
                )

    def by_division(self) -> Iterator[Mutation]:
        for span in self.whole(self.base.of("division")):
            name = self.own(span).replace("ํา", "ำ").replace(" า", "ำ")
            if name not in DIVISION_SLIPS:
                continue  # a blank stands in it
            new = self.rng.choice(DIVISION_SLIPS[name])
            yield self.made("division", [self.say(span, new)], "R08", LOW, f"division {name} printed as {new}")

    # Years, dates, items

    def by_year(self) -> Iterator[Mutation]:
        for span in self.base.of("year"):
            role = span.about["role"]
            right = self.facts.year + (role == "measures")
            new = right + (self.rng.choice((1, 1, 2)) if role == "analysed" else self.rng.choice((-1, 1)))
            yield self.made(
                f"year_{role}", [self.say(span, str(new))], "R09 R19", HIGH, f"year {role}: {right} printed as {new}"
            )

    def by_basis_date(self) -> Iterator[Mutation]:
        for span in self.base.of("date"):
            if span.about.get("act") not in ("basis", "letter", "order"):
                continue
            day = span.about.get("day", date(2018, 1, 23))
            later = self.facts.memo + timedelta(days=self.rng.randint(20, 400))
            if span.about["act"] == "basis":
                later = date(self.facts.memo.year + self.rng.choice((1, 2)), day.month, day.day)
            if not self.base.of("memo_date"):
                continue
            yield self.made(
                "basis_later",
                [self.say(span, thai_date(later))],
                "R10",
                HIGH,
                f"decision of {day} dated {later}, after the memo of {self.facts.memo}",
            )

    def by_basis(self) -> Iterator[Mutation]:
        for span in self.base.of("basis"):
            yield self.made(
                "basis_scope", [self.say(span, "มติคณะรัฐมนตรี ในการประชุมเมื่อวันที่ 23 มกราคม 2561")], "R11", MEDIUM,
                f"resolution of 23 January 2561 (fiscal years 2561-2564) cited for {self.facts.year}",
            )  # fmt: skip

    def by_item(self) -> Iterator[Mutation]:
        rules = self.facts.next_rules
        count, mine = (
            rules.oit_items or 43,
            {"measures": rules.measures_item or "", "followup": rules.followup_item or ""},
        )
        for span in self.whole(self.base.of("code")):
            role = span.about["role"]
            said = self.own(span)
            strange = f"{self.rng.randint(count + 1, count + 9):02d}"
            other = mine["followup" if role == "measures" else "measures"][1:].zfill(2)
            for kind, digits in (("item_unknown", strange), ("item_swapped", other)):
                thai = any("๐" <= c <= "๙" for c in said)
                head = re.sub(r"[0-9๐-๙]+$", "", said)
                zero = "0" if re.fullmatch(r"[0๐][0-9๐-๙]{2}", said) else ""
                new = head + (dressed(zero + digits, span.style) if thai else zero + digits)
                yield self.made(
                    kind, [Edit(span.start, span.end, new)], "R12", HIGH, f"item of the {role}: {said} printed as {new}"
                )

    # Measures

    def by_plan(self) -> Iterator[Mutation]:
        for span in self.base.of("row"):
            code = span.about["code"]
            end = span.end + 1 if self.base.text[span.end : span.end + 1] == "\n" else span.end
            mentions = [
                s.start
                for s in (
                    *self.base.of("low", code=code),
                    *self.base.of("issue", code=code),
                    *self.base.of("plan_title", code=code),
                )
                if not span.start <= s.start < span.end
            ]
            if mentions:
                yield self.made(
                    "no_measure",
                    [Edit(span.start, end, "")],
                    "R13",
                    HIGH,
                    f"the measures for the lowest of {code} are gone",
                    mentions,
                )

    def by_answer(self) -> Iterator[Mutation]:
        """A finding whose only measure is taken out of the plan."""
        if self.facts.complaint:
            spans = self.base.of("item", answers="complaint")
            issues = self.base.of("issue", code="OIT")
            places = [k for s in issues for k in range(s.start, s.end) if k == s.start or self.base.text[k - 1] == "\n"]
            if spans:
                yield self.made(
                    "no_answer",
                    self.cut(spans),
                    "R13",
                    HIGH,
                    "no measure opens the complaint channel that is missing",
                    self.find(self.facts.words.complaint.issue) or places,
                )

    def cut(self, spans: list[Span]) -> list[Edit]:
        """Without the blank or the line they leave behind."""
        edits = []
        for span in spans:
            start, end = span.start, span.end
            if self.base.text[start - 1] == " ":
                start -= 1
            elif self.base.text[start - 1] == "\n" and self.base.text[end] == "\n":
                end += 1
            edits.append(Edit(start, end, ""))
        return edits

    def find(self, text: str) -> list[int]:
        return [m.start() for m in re.finditer(re.escape(dressed(text, self.base.style)), self.base.text)]

    def by_finding(self) -> Iterator[Mutation]:
        """A finding nobody answers."""
        if self.facts.complaint:
            return
        for code in ("IIT", "EIT", "OIT"):
            for span in self.base.of("issue", code=code)[:1]:
                if code == "OIT" and 9 in self.facts.lowest["OIT"]:
                    edit = Edit(span.end, span.end, dressed(" อีกทั้ง" + self.facts.words.complaint.issue, span.style))
                    yield self.made(
                        "finding_unanswered",
                        [edit],
                        "R13",
                        HIGH,
                        "a missing complaint channel is found, no measure opens one",
                    )

    def by_cause(self) -> Iterator[Mutation]:
        if self.facts.lowest["OIT"] != (10,):
            return
        for span in self.base.of("issue", code="OIT"):
            edit = Edit(span.end, span.end, dressed(" และ" + self.facts.words.complaint.issue, span.style))
            yield self.made("cause", [edit], "R20", MEDIUM, "the complaint channel (indicator 9) explains indicator 10")

    # Judgement

    def by_judgement(self) -> Iterator[Mutation]:
        if self.facts.total < 85:
            for span in self.base.of("overall"):
                said = self.rng.choice((
                    "ผลการประเมินในภาพรวมอยู่ในระดับที่หน่วยงานควรรักษามาตรฐานไว้", "ผลการประเมินในภาพรวมอยู่ในเกณฑ์ดี ควรรักษาระดับไว้",
                    "คะแนนภาพรวมเป็นที่น่าพอใจ ให้รักษามาตรฐานเดิมต่อไป",
                ))  # fmt: skip
                yield self.made(
                    "judgement",
                    [self.say(span, said)],
                    "R14",
                    HIGH,
                    f"keep the standard, at a total of {self.facts.total}",
                )
        for span in self.base.of("judge"):
            if self.facts.scores[span.about["n"]] < 85:
                yield self.made(
                    "judgement_row",
                    [self.say(span, span.about.get("keep", "รักษาระดับ"))],
                    "R14",
                    HIGH,
                    f"keep the level, at {self.facts.scores[span.about['n']]}",
                )

    # The plan's dates and cells

    def by_interim(self) -> Iterator[Mutation]:
        for code, plan in self.facts.plans.items():
            for span in self.base.of("interim", code=code):
                final = next(s for s in self.base.of("final", code=code) if s.start > span.start)
                days = [s for s in self.base.of("due", code=code) if span.start <= s.start < span.end]
                assert plan.interim is not None
                said = said_date(plan.interim, days[0].about["form"])
                joint = [s for s in self.base.of("joint", code=code) if span.end <= s.start <= final.start]
                lead = "ภายในเดือน" if days[0].about["form"] == "month" else "ภายในวันที่ "
                edits = [Edit(span.start, final.end, dressed(lead + said, span.style))]
                yield self.made(
                    "due_early",
                    edits,
                    "R15",
                    HIGH,
                    f"{code}: due {plan.interim}, the work ends {plan.end}, no interim report declared",
                )
                if self.facts.next_rules.window:
                    end = joint[0].end if joint else final.start
                    yield self.made(
                        "due_late",
                        [Edit(span.start, end, "")],
                        "R16",
                        HIGH,
                        f"{code}: only report due {plan.due}, the window is closed by then",
                    )
            if plan.interim is None and self.facts.next_rules.window:
                for span in self.base.of("due", code=code):
                    late = date(plan.due.year, self.rng.choice((5, 6, 7)), plan.due.day)
                    said = said_date(late, span.about["form"])
                    yield self.made(
                        "due_late",
                        [self.say(span, said)],
                        "R16",
                        HIGH,
                        f"{code}: due {late}, the window is closed by then",
                    )

    def by_period(self) -> Iterator[Mutation]:
        for span in self.whole(self.base.of("period")):
            plan, said = self.facts.plans[span.about["code"]], self.own(span)
            pair = [
                MONTHS_TH[d.month - 1] if span.about["form"] in IN_FULL else MONTHS_TH_SHORT[d.month - 1]
                for d in (plan.start, plan.end)
            ]
            years = re.findall(r"[0-9๐-๙]{2,4}(?=\s|$|-)", said)
            if plan.start.year == plan.end.year:
                backwards = said.replace(pair[0], "\0", 1).replace(pair[1], pair[0], 1).replace("\0", pair[1], 1)
                yield self.made(
                    "period_reversed",
                    [Edit(span.start, span.end, backwards)],
                    "R15",
                    HIGH,
                    f"{plan.code}: the period runs backwards: {backwards}",
                )
            cut = said.rindex(years[-1])
            digits = 4 if len(years[-1]) == 4 else 2
            new = str((plan.end.year + 543 + self.rng.choice((1, 2))) % (10**digits)).zfill(digits)
            later = said[:cut] + dressed(new, span.style) + said[cut + len(years[-1]) :]
            yield self.made(
                "period_outside",
                [Edit(span.start, span.end, later)],
                "R15",
                HIGH,
                f"{plan.code}: the period leaves the fiscal year: {later}",
            )

    def by_cell(self) -> Iterator[Mutation]:
        for span in self.whole(self.base.of("cell")):
            if self.base.template == "transcript" and span.about["column"] != "responsible":
                continue  # its dates stand beside it
            yield self.made(
                "cell_empty",
                [Edit(span.start, span.end, "")],
                "R17",
                MEDIUM,
                f"{span.about['code']}: nothing in the column {span.about['column']}",
                self.merged_lines(span),
            )

    def merged_lines(self, cell: Span) -> list[int]:
        """Where a cell stands for several lines of a table, each of them may be told."""
        rows = [s for s in self.base.of("row", merged=True) if s.start <= cell.start < s.end]
        return [k for s in rows for k in range(s.start, s.end) if k == s.start or self.base.text[k - 1] == "\n"]

    # Form

    def by_number(self) -> Iterator[Mutation]:
        groups: dict[str, list[Span]] = {}
        for span in self.base.of("num"):
            groups.setdefault(span.about["group"], []).append(span)
        for name, spans in groups.items():
            if len(spans) < 2:
                continue
            k = self.rng.randint(1, len(spans) - 1)
            for kind, wrong in (
                ("number_twice", self.own(spans[k - 1])),
                ("number_gap", self.stepped(self.own(spans[k]))),
            ):
                nearby = [s.start for s in spans[max(0, k - 1) : k + 2]]
                rules = "R18 R19" if name in ("chapter", "part", "section") else "R18"
                yield self.made(
                    kind,
                    [Edit(spans[k].start, spans[k].end, wrong)],
                    rules,
                    LOW,
                    f"numbers of {name}: {self.own(spans[k])} printed as {wrong}",
                    nearby,
                )

    def stepped(self, said: str) -> str:
        if said in LETTERS:
            return LETTERS[LETTERS.index(said) + 1]
        last = re.findall(r"[0-9๐-๙]+", said)[-1]
        value = str(int(last) + 1)
        if any("๐" <= c <= "๙" for c in last):
            value = thai_digits(value)
        at = said.rindex(last)
        return said[:at] + value + said[at + len(last) :]

    def by_contents(self) -> Iterator[Mutation]:
        spans = self.base.of("toc")
        for span in self.base.of("toc_year"):
            said = self.own(span)
            year = re.search(r"[0-9๐-๙]{4}", said)
            assert year is not None
            new = said.replace(year[0], dressed(str(int(year[0]) + self.rng.choice((-1, 1))), span.style))
            yield self.made("contents_year", [Edit(span.start, span.end, new)], "R19 R09", LOW, f"contents say {new}")
        for span in self.base.of("appendix"):
            yield self.made(
                "contents_lost",
                [Edit(span.start, span.end + 1, "")],
                "R19",
                LOW,
                "the contents name an appendix, there is none",
                [s.start for s in spans[-1:]],
            )
        for span in spans[1:-1]:
            words = re.sub(r"[\s.0-9๐-๙]+$", "", self.own(span))
            if not re.match(r"(ส่วนที่ )?[0-9๐-๙]", words):
                continue  # without a number nobody can say which headings belong in it
            key = re.sub(r"^[\s.0-9๐-๙]+", "", words)[:14]
            bodies = [m.start() for m in re.finditer(re.escape(key), self.base.text) if m.start() > spans[-1].end]
            yield self.made(
                "contents_gap",
                [Edit(span.start, span.end + 1, "")],
                "R19 R18",
                LOW,
                f"the contents leave out: {words}",
                [*[s.start for s in spans if s != span], *bodies[:1]],
            )


def shift(edits: list[Edit], offset: int) -> int:
    """How far an offset of the clean text moves."""
    return sum(len(e.text) - (e.end - e.start) for e in edits if e.start < offset and e.end <= offset)


def line_of(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


def changed_lines(before: str, after: str) -> int:
    """How many runs of lines differ."""
    pairs = difflib.SequenceMatcher(None, before.split("\n"), after.split("\n"), autojunk=False).get_opcodes()
    return sum(tag != "equal" for tag, *_ in pairs)


def chosen(
    candidates: list[tuple[str, Any, Mutation]], rng: Random, each: dict[str, int]
) -> list[tuple[Any, Mutation]]:
    """So many of every kind, spread over the documents: no document gives a second before every one gave a first."""
    picked: list[tuple[Any, Mutation]] = []
    for kind, wanted in each.items():
        pool = [one for one in candidates if one[2].kind == kind]
        rng.shuffle(pool)
        turns: dict[str, int] = {}
        ranked = []
        for k, (name, base, change) in enumerate(pool):
            turns[name] = turns.get(name, 0) + 1
            ranked.append((turns[name], k, base, change))
        ranked.sort(key=lambda one: one[:2])
        picked += [(base, change) for _turn, _k, base, change in ranked[:wanted]]
    return picked
