"""Files as documents for the checker: plain text, or YAML of schema ita_memo_report/1."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import yaml
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from assessments.document import Document, Passage, PlanRow, Scores, Stated, Step
from assessments.language import days, period, tight
from assessments.untrusted import plain, text_of, yaml_of

SCHEMA = "ita_memo_report/1"
YAML_NAMES = (".yaml", ".yml")
#: The keys that hold what the paper says; the rest is data.
PROSE = ("subject_th", "heading_th", "title_th", "intro_th", "text_th", "issue_th", "steps_lead_th", "closing_th")
HEADINGS = ("heading_th", "title_th")
APART = (
    "organization",
    "organization_th",
    "divisions",
    "signature_blocks",
    "contact",
    "counts",
    "calendar",
    "scores",
    "figures",
)


def document(name: str, data: bytes, year: int) -> Document:
    """The document a file holds; YAML by the file's name or its schema line, else plain text.

    Plain text is one passage, "text". Raises ValidationError with a sentence: see untrusted.py; for YAML also another
    schema, or a field that is not what it should be, with its line.
    """
    text = text_of(data)
    if name.lower().endswith(YAML_NAMES) or text.lstrip().startswith("schema:"):
        return _Transcript(yaml_of(text), text.split("\n")).document(year)
    return Document(year, (Passage("text", text, line=1),))


@dataclass(frozen=True)
class _At:
    """A node with its place in the file; missing parts are empty."""

    node: yaml.Node | None
    path: str = ""

    @property
    def line(self) -> int:
        return self.node.start_mark.line + 1 if self.node is not None else 0

    def __getitem__(self, key: str) -> "_At":
        for name, value in self.pairs():
            if name == key:
                return value
        return _At(None, f"{self.path}.{key}".lstrip("."))

    def pairs(self) -> Iterator[tuple[str, "_At"]]:
        if isinstance(self.node, yaml.MappingNode):
            for key, value in self.node.value:
                name = str(getattr(key, "value", ""))
                yield name, _At(value, f"{self.path}.{name}".lstrip("."))

    def items(self) -> list["_At"]:
        if not isinstance(self.node, yaml.SequenceNode):
            return []
        return [_At(value, f"{self.path}.{n}") for n, value in enumerate(self.node.value)]

    @property
    def is_list(self) -> bool:
        return isinstance(self.node, yaml.SequenceNode)

    @property
    def is_text(self) -> bool:
        return isinstance(self.node, yaml.ScalarNode)

    @property
    def text(self) -> str:
        return str(self.node.value).strip() if isinstance(self.node, yaml.ScalarNode) and not self.null else ""

    @property
    def null(self) -> bool:
        return self.node is None or self.node.tag == "tag:yaml.org,2002:null"

    def refuse(self, what: str) -> ValidationError:
        return ValidationError(
            _("Line %(line)s: %(field)s is not %(what)s.") % {"line": self.line, "field": self.path, "what": what}
        )

    def number(self) -> Decimal:
        try:
            value = Decimal(tight(self.text).text)
        except InvalidOperation:
            raise self.refuse(_("a number")) from None
        if not value.is_finite():
            raise self.refuse(_("a number"))
        return value

    def whole(self) -> int:
        said = tight(self.text).text
        if not said.isascii() or not said.isdigit() or len(said) > 6:
            raise self.refuse(_("a whole number"))
        return int(said)

    def day(self) -> date | None:
        if self.null:
            return None
        value: Any = plain(self.node) if self.node is not None else None
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(self.text)
        except ValueError:
            said = next(days(tight(self.text).text), None)
            if said is None:
                raise self.refuse(_("a date")) from None
            return said.last


class _Transcript:
    """A file of schema ita_memo_report/1, read into a Document."""

    def __init__(self, root: yaml.Node, lines: list[str]) -> None:
        self.root = _At(root)
        self.source = lines
        if not isinstance(root, yaml.MappingNode):
            raise ValidationError(_("This YAML is no document of schema %(schema)s.") % {"schema": SCHEMA})
        if self.root["schema"].text != SCHEMA:
            raise ValidationError(
                _("The schema is %(given)s; %(schema)s is read here.")
                % {"given": self.root["schema"].text or "—", "schema": SCHEMA}
            )
        self.names = {one["id"].text: one["name_th"].text for one in self.root["divisions"].items()}
        self.indicators: dict[int, str] = {}

    def document(self, year: int) -> Document:
        scores = self.scores()
        passages = [*self.years(), *self.lows(), *self.passages(self.root, "")]
        return Document(
            year,
            tuple(passages),
            scores,
            tuple(self.plan()),
            tuple(self.names.values()),
            self.root["memo"]["header"]["date"]["iso"].day(),
        )

    # Data

    def scores(self) -> Scores | None:
        said = self.root["scores"]
        figures: dict[int | str, Stated] = {}
        for instrument in said["instruments"].items():
            if not instrument["score"].null:
                figures[instrument["id"].text] = self.stated(instrument["score"])
            for indicator in instrument["indicators"].items():
                number = indicator["seq"].whole()
                self.indicators[number] = indicator["name_th"].text
                if not indicator["score"].null:
                    figures[number] = self.stated(indicator["score"])
        total = said["total"]
        if not total["reported"].null:
            figures["total"] = self.stated(total["reported"])
        level = total["level"]
        return Scores(figures, level.text, level.path, level.line) if figures else None

    def stated(self, at: _At) -> Stated:
        return Stated(at.number(), at.path, at.line)

    def years(self) -> Iterator[Passage]:
        """The years the data names, as sentences."""
        assessed = self.root["scores"]["fiscal_year"]
        for at, sentence in (
            (assessed, "ผลการประเมิน ประจำปีงบประมาณ พ.ศ. {}"),
            (self.root["calendar"]["fiscal_year_assessed"], "ผลการประเมิน ประจำปีงบประมาณ พ.ศ. {}"),
            (self.root["calendar"]["fiscal_year_of_measures"], "แนวทางการดำเนินการ ในปีงบประมาณ พ.ศ. {}"),
        ):
            if not at.null:
                yield Passage(at.path, sentence.format(at.whole()), line=at.line, made=True)

    def lows(self) -> Iterator[Passage]:
        """Who the data calls the lowest, as sentences."""
        for instrument in self.root["scores"]["instruments"].items():
            yield from self.low(instrument, instrument["id"].text)

    def low(self, at: _At, code: str) -> Iterator[Passage]:
        number, score = at["lowest_indicator"], at["score"]
        if number.null:
            return
        said = f"ด้าน {code} ตัวชี้วัดที่ {number.whole()} มีคะแนนต่ำสุด"
        if not score.null and at["indicators"].null:
            yield Passage(score.path, f"{said} เท่ากับ {score.number()} คะแนน", line=score.line, made=True)
        else:
            yield Passage(number.path, said, line=number.line, made=True)

    def plan(self) -> Iterator[PlanRow]:
        for section in self.root["report"]["sections"].items():
            for row in section["plans"].items():
                yield self.row(row)

    def row(self, at: _At) -> PlanRow:
        responsible = self.responsible(at["responsible"])
        span = period(tight(at["period"]["text_th"].text).text)
        follow = at["follow_up"]
        number = at["lowest_indicator"]
        return PlanRow(
            instrument=at["id"].text,
            section=at.path,
            indicator=None if number.null else number.whole(),
            issue=at["issue_th"].text,
            measures=tuple(one["text_th"].text for one in at["measures"].items()),
            steps=tuple(self.step(one, responsible) for one in at["steps"].items()),
            responsible=responsible,
            period_start=at["period"]["start"].day() or (span[0] if span else None),
            period_end=at["period"]["end"].day() or (span[1] if span else None),
            follow_up=follow["text_th"].text,
            due=follow["due"].day(),
            line=at.line,
            due_line=follow["due"].line or follow.line,
            period_line=at["period"].line,
        )

    def step(self, at: _At, responsible: tuple[str, ...]) -> Step:
        """A step that leaves the column out has its row's; an empty column is empty."""
        own = at["responsible"]
        mine = self.responsible(own) if own.node is not None else responsible
        return Step(at["text_th"].text, mine, at.path, at.line)

    def responsible(self, at: _At) -> tuple[str, ...]:
        said = at.items() if at.is_list else [at] if at.text else []
        return tuple(self.names.get(one.text, one.text) for one in said)

    # What the paper says

    def passages(self, at: _At, heading: str) -> Iterator[Passage]:
        """In the order of the file; tables become rows, contents a contents page."""
        own = at["heading_th"].text or heading
        code = at["item_code"]
        for name, value in at.pairs():
            if name in APART:
                continue
            if name in PROSE and value.is_text and value.text:
                above = heading if name in HEADINGS else own
                yield self.prose(value, above, code if name == "text_th" else None)
            elif name == "paragraphs_th":
                yield from (self.prose(one, own) for one in value.items() if one.text)
            elif name == "table_of_contents":
                yield self.contents(value)
            elif name == "list":
                yield from self.listed(value, own)
            elif name == "table":
                yield from self.table(value, own)
            elif name == "plans":
                yield from self.planned(value, own)
            elif value.is_list:
                for one in value.items():
                    if not one["instrument"].null and not one["lowest_indicator"].null:
                        yield from self.low(one, one["instrument"].text)
                    yield from self.passages(one, own)
            elif not value.is_text:
                yield from self.passages(value, own)

    def planned(self, at: _At, heading: str) -> Iterator[Passage]:
        """What the rows of a plan say besides their steps."""
        for row in at.items():
            yield from self.low(row, row["id"].text)
            yield from (self.prose(row[key], heading) for key in ("title_th", "issue_th") if row[key].text)

    def prose(self, at: _At, heading: str, code: _At | None = None) -> Passage:
        """A text with the lines it is written on; an item's code goes before it."""
        text, line = self.written(at)
        if code is None or code.null:
            return Passage(at.path, text, heading, line)
        lines = (code.line, *range(line, line + text.count("\n") + 1))
        return Passage(at.path, f"ข้อ {code.text}\n{text}", heading, code.line, lines, made=True)

    def written(self, at: _At) -> tuple[str, int]:
        """A text as it stands in the file, broken into the same lines, and the line it begins on."""
        node = at.node
        assert isinstance(node, yaml.ScalarNode)
        if node.style not in (">", "|"):
            return str(node.value), at.line
        first = node.start_mark.line + 1
        rows = [row.strip() for row in self.source[first : max(node.end_mark.line, first + 1)]]
        while rows and not rows[-1]:
            rows.pop()
        return "\n".join(rows), first + 1

    def contents(self, at: _At) -> Passage:
        entries = at.items()
        rows = [f"{one['title_th'].text}\t{one['page'].text}" for one in entries]
        lines = (at.line, *(one["title_th"].line or one.line for one in entries))
        return Passage(at.path, "\n".join(("สารบัญ", *rows)), line=at.line, lines=lines, made=True)

    def listed(self, at: _At, heading: str) -> Iterator[Passage]:
        """A list of scores: its columns say where number, name and score stand."""
        columns = [one.text for one in at["columns"].items()]
        rows = at["rows"].items()
        cells = [dict(zip(columns, row.items(), strict=False)) for row in rows]
        said = [
            f"{one['list_no'].text if 'list_no' in one else n}) {self.name(one)}\t{self.score(one)}"
            for n, one in enumerate(cells, 1)
        ]
        if said:
            yield Passage(at.path, "\n".join(said), heading, at.line, tuple(row.line for row in rows), made=True)

    def name(self, cells: dict[str, _At]) -> str:
        if name := cells.get("name_th"):
            return name.text
        return self.indicators.get(cells["indicator_no"].whole(), "") if "indicator_no" in cells else ""

    @staticmethod
    def score(cells: dict[str, _At]) -> str:
        said = cells.get("percent") or cells.get("score")
        return f"{said.number()} คะแนน" if said is not None and not said.null else ""

    def table(self, at: _At, heading: str) -> Iterator[Passage]:
        """Scores by instrument: rows of number, score and perhaps a judgement."""
        head = at["columns_th"]
        said = [row for group in at["groups"].items() for row in self.grouped(group)]
        judged = any(len(row.items()) > 2 for group in at["groups"].items() for row in group["rows"].items())
        # A transcription without the column of judgements says nothing about them.
        rows = [(head.line, "\t".join(one.text for one in head.items())), *said] if judged else said
        if rows:
            lines = tuple(line for line, _text in rows)
            yield Passage(at.path, "\n".join(text for _line, text in rows), heading, at.line, lines, made=True)

    def grouped(self, group: _At) -> Iterator[tuple[int, str]]:
        """The lines of one instrument in a table, each with its line in the file."""
        yield group["group_th"].line or group.line, f"{group['group_th'].text}\t"
        for row in group["rows"].items():
            cells = row.items()
            if len(cells) < 2:
                raise row.refuse(_("a row of number and score"))
            number = cells[0].whole()
            words = "\t".join(one.text for one in cells[2:])
            text = f"{number}. {self.indicators.get(number, '')}\t{cells[1].number()} คะแนน {words}"
            yield row.line, text.rstrip()
