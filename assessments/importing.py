"""Results from a file: XLSX, CSV or YAML in, figures of one or more years out, or sentences that name row and column.

A table has one figure a row: fiscal year, indicator (its number, or IIT, EIT, OIT, total, level, announced on for
what was announced), and the score. YAML says the same as `ita-results/1`; an `ita_memo_report/1` is read as well.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import yaml
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from openpyxl.utils import get_column_letter

from assessments import sheets
from assessments.figures import day_of, score_of, shown, typed, why_no_announcement
from assessments.language import squeezed
from assessments.results import Announced, Figures, missing, unknown_year
from assessments.rulebook import INSTRUMENTS, Rules, UnknownYear, rules_for, years
from assessments.untrusted import text_of, yaml_of
from organization.calendar import BUDDHIST_ERA
from organization.models import bilingual

RESULTS, REPORT = "ita-results/1", "ita_memo_report/1"
MOST_ERRORS = 30
#: The columns of a table, in order: Thai, English, and other words for them.
COLUMNS = {
    "year": ("ปีงบประมาณ", "Fiscal year", "ปี", "year"),
    "key": ("ตัวชี้วัดที่", "Indicator", "ตัวชี้วัด", "indicator number", "no."),
    "name": ("ชื่อตัวชี้วัด", "Name", "รายการ", "indicator name"),
    "score": ("คะแนน", "Score", "ค่า", "value"),
}
#: What was announced, in the column of the indicator: Thai, English, and other words for it.
ANNOUNCED = {
    **{code: (code, code) for code in INSTRUMENTS},
    "total": ("คะแนนรวม", "Total", "รวม", "คะแนนรวมที่ประกาศ"),
    "level": ("ระดับ", "Level", "ระดับผลการประเมิน", "ระดับที่ประกาศ"),
    "day": ("วันที่ประกาศ", "Announced on", "date", "day"),
}
_INDICATOR = re.compile(r"(?:ตัวชี้วัด(?:ที่)?|indicator|i)?\s*(\d{1,2})(?:\.0?)?", re.IGNORECASE)


@dataclass(frozen=True)
class Said:
    """A value and where the file says it, as a sentence names it (a cell, a row and column, a line)."""

    value: Any
    place: str

    @property
    def text(self) -> str:
        return typed(self.value)


@dataclass(frozen=True)
class Row:
    """One figure: the year and what it is of, and the name beside it where there is one.

    `beside`: a sentence about a cell of the row that stands in no column; empty when there is none.
    """

    year: Said
    key: Said
    score: Said
    name: str = ""
    beside: str = ""


def read(name: str, data: bytes) -> list[Figures]:
    """The years of a file, the oldest first; of a file that is wrong in any place, none.

    Raises ValidationError with all that is wrong (at most MOST_ERRORS sentences).
    """
    ending = name.rpartition(".")[2].lower()
    if data[:4] == b"PK\x03\x04":
        return _figures(_of_table(_sheet(data)))
    if data[:4] == b"\xd0\xcf\x11\xe0":
        raise ValidationError(_("This is an old Excel file, or one with a password. Save it as .xlsx without one."))
    if ending in ("yaml", "yml"):
        return _figures(_of_yaml(yaml_of(text_of(data))))
    if ending in ("csv", "tsv", "txt"):
        return _figures(_of_table(_csv(text_of(data))))
    text_of(data)  # an empty file is called empty, whatever its name
    raise ValidationError(_("Choose a file that ends in .xlsx, .csv or .yaml."))


# Tables


def _sheet(data: bytes) -> Iterator[list[Said]]:
    for number, row in enumerate(sheets.rows_of(data), 1):
        cells = []
        for column, cell in enumerate(row):
            place = cell.place if cell else f"{get_column_letter(column + 1)}{number}"
            where = _("Cell %(place)s") % {"place": place}
            if cell and cell.formula:
                raise ValidationError(_("%(where)s: holds a formula. Put in its value.") % {"where": where})
            if cell and cell.percent:
                raise ValidationError(
                    _("%(where)s: is a percentage. Put in the plain number, e.g. 94.86.") % {"where": where}
                )
            cells.append(Said(cell.value if cell else None, where))
        yield cells


def _csv(text: str) -> Iterator[list[Said]]:
    head = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=head.count)
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text), delimiter=delimiter, strict=True), 1):
            if number > sheets.MOST_ROWS:
                raise ValidationError(_("The file has more than %(most)s rows.") % {"most": sheets.MOST_ROWS})
            if len(row) > sheets.MOST_COLUMNS:
                raise ValidationError(
                    _("Row %(row)s has more than %(most)s columns.") % {"row": number, "most": sheets.MOST_COLUMNS}
                )
            yield [
                Said(value, _("Row %(row)s, column %(column)s") % {"row": number, "column": column})
                for column, value in enumerate(row, 1)
            ]
    except csv.Error as error:
        raise ValidationError(_("This is not a table of text (%(problem)s).") % {"problem": error}) from None


def _of_table(rows: Iterable[list[Said]]) -> Iterator[Row]:
    """The figures of a table whose first row that is not empty has the headings."""
    filled = (row for row in rows if any(cell.text for cell in row))
    head = next(filled, None)
    if head is None:
        raise ValidationError(_("The file is empty."))
    columns = _columns(head)
    for row in filled:
        said = {name: row[at] if at < len(row) else Said(None, head[at].place) for name, at in columns.items()}
        if any(cell.text for cell in row):
            name = said["name"].text if "name" in said else ""
            yield Row(said["year"], said["key"], said["score"], name, _beside(row, columns))


def _beside(row: list[Said], columns: dict[str, int]) -> str:
    """A sentence about the row's first filled cell outside the columns; most often the rest of 94,86 without quotes."""
    at = next((at for at, cell in enumerate(row) if cell.text and at not in columns.values()), None)
    if at is None:
        return ""
    said = {"where": row[at].place, "value": shown(row[at].value)}
    whole = row[columns["score"]].text
    if at == columns["score"] + 1 and re.fullmatch(r"\d{1,3}", whole) and re.fullmatch(r"\d{1,2}", row[at].text):
        return _(
            "%(where)s: “%(value)s” stands in no column. "
            "Did you mean %(number)s? Write the decimals after a point, not a comma."
        ) % (said | {"number": f"{whole}.{row[at].text}"})
    return _("%(where)s: “%(value)s” stands in no column. Take it out, or give the column its heading.") % said


def _columns(head: list[Said]) -> dict[str, int]:
    """Column -> its place. Raises ValidationError for one that is missing, stands twice or is not known."""
    words = {squeezed(word).casefold(): name for name, known in COLUMNS.items() for word in known}
    found: dict[str, int] = {}
    wrong = []
    for at, cell in enumerate(head):
        name = words.get(squeezed(cell.text).casefold())
        if not cell.text:
            continue
        if name is None:
            wrong.append(
                _("%(where)s: nobody knows the column “%(name)s”. Columns: %(known)s.")
                % {"where": cell.place, "name": shown(cell.value), "known": ", ".join(map(_heading, COLUMNS))}
            )
        elif name in found:
            wrong.append(
                _("%(where)s: the column “%(name)s” stands twice.") % {"where": cell.place, "name": shown(cell.value)}
            )
        else:
            found[name] = at
    for name in ("year", "key", "score"):
        if name not in found:
            wrong.append(_("The column “%(name)s” is missing.") % {"name": _heading(name)})
    if wrong:
        raise _all(wrong)
    return found


def _heading(name: str) -> str:
    return bilingual(*COLUMNS[name][:2])


# YAML


def _of_yaml(root: yaml.Node) -> Iterator[Row]:
    facts = _facts(root)
    schema = facts["schema"].text if "schema" in facts else ""
    if schema == RESULTS:
        yield from _of_results(facts)
    elif schema == REPORT:
        yield from _of_report(facts)
    else:
        known = f"{RESULTS}, {REPORT}"
        raise ValidationError(_("schema: must be one of %(known)s.") % {"known": known})


def _of_results(facts: dict[str, Said]) -> Iterator[Row]:
    _known(facts, "schema", "results")
    for item in _items(facts.get("results"), "results"):
        year = _facts(item)
        _known(year, "year", "scores", "announced")
        said = year.get("year", Said(None, _line(item)))
        for part in ("scores", "announced"):
            if part in year:
                for key, value in _pairs(_mapping(year[part])):
                    yield Row(said, key, _scalar(value))


def _of_report(facts: dict[str, Said]) -> Iterator[Row]:
    """The scores of an analysis memo: what the assessor gave, and the total and level it reports."""
    if "scores" not in facts:
        raise ValidationError(_("scores: is missing."))
    scores = _facts(_mapping(facts["scores"]))
    year = scores.get("fiscal_year", Said(None, facts["scores"].place))
    for item in _items(scores.get("instruments"), "scores.instruments"):
        instrument = _facts(item)
        for one in _items(instrument.get("indicators"), "indicators"):
            said = _facts(one)
            empty = Said(None, _line(one))
            yield Row(year, said.get("seq", empty), said.get("score", empty), said.get("name_th", empty).text)
        if "id" in instrument and "score" in instrument:
            yield Row(year, instrument["id"], instrument["score"])
    total = _facts(_mapping(scores["total"])) if "total" in scores else {}
    for key, name in (("total", "reported"), ("level", "level")):
        if name in total:
            yield Row(year, Said(key, total[name].place), total[name])


def _line(node: yaml.Node) -> str:
    return _("Line %(line)s") % {"line": node.start_mark.line + 1}


def _mapping(said: Said) -> yaml.MappingNode:
    if not isinstance(said.value, yaml.MappingNode):
        raise ValidationError(_("%(where)s: must be a mapping of names to values.") % {"where": said.place})
    return said.value


def _pairs(node: yaml.Node) -> Iterator[tuple[Said, yaml.Node]]:
    if not isinstance(node, yaml.MappingNode):
        raise ValidationError(_("%(where)s: must be a mapping of names to values.") % {"where": _line(node)})
    for key, value in node.value:
        yield _scalar(key), value


def _facts(node: yaml.Node) -> dict[str, Said]:
    """Name -> value of a mapping; a value that is itself a mapping or a list stays a node."""
    found: dict[str, Said] = {}
    for key, value in _pairs(node):
        if key.text in found:
            raise ValidationError(_("%(where)s: “%(name)s” stands twice.") % {"where": key.place, "name": key.text})
        plain = isinstance(value, yaml.ScalarNode)
        found[key.text] = _scalar(value) if plain else Said(value, _line(value))
    return found


def _items(said: Said | None, name: str) -> list[yaml.Node]:
    if said is None:
        raise ValidationError(_("%(name)s: is missing.") % {"name": name})
    if not isinstance(said.value, yaml.SequenceNode):
        raise ValidationError(_("%(where)s: must be a list.") % {"where": said.place})
    return list(said.value.value)


def _scalar(node: yaml.Node) -> Said:
    """As it is written: 94.860 and "๙๔.๘๖" are read like a cell's text; null is empty."""
    if not isinstance(node, yaml.ScalarNode):
        raise ValidationError(_("%(where)s: must be a single value.") % {"where": _line(node)})
    return Said(None if node.tag.endswith(":null") else node.value, _line(node))


def _known(facts: dict[str, Said], *names: str) -> None:
    for name, said in facts.items():
        if name not in names:
            raise ValidationError(
                _("%(where)s: nobody knows “%(name)s”. Known: %(known)s.")
                % {"where": said.place, "name": shown(name), "known": ", ".join(names)}
            )


# Figures


@dataclass
class _Year:
    rules: Rules
    scores: dict[int, Decimal] = field(default_factory=dict)
    announced: dict[str, Any] = field(default_factory=dict)
    seen: dict[int | str, str] = field(default_factory=dict)  # what was said of the year -> where

    def figures(self) -> Figures:
        means = {code: value for code, value in self.announced.items() if code in INSTRUMENTS}
        total, level, day = (self.announced.get(key) for key in ("total", "level", "day"))
        return Figures(self.rules.fiscal_year, self.scores, Announced(total, level or "", means, day))


def _figures(rows: Iterable[Row]) -> list[Figures]:
    found: dict[int, _Year] = {}
    strange: set[str] = set()
    wrong: list[str] = []
    empty = True
    for row in rows:
        empty = False
        if row.beside:
            wrong.append(row.beside)
        try:
            if year := _year_for(row.year, found, strange):
                _take(row, year)
        except ValidationError as error:
            wrong += error.messages
    for number, year in sorted(found.items()):
        for indicator in year.rules.indicators:
            if indicator.number not in year.seen:
                wrong.append(_("%(year)s: %(sentence)s") % {"year": number, "sentence": missing(indicator)})
    if empty:
        wrong.append(_("The file has no figures."))
    if wrong:
        raise _all(wrong)
    return [year.figures() for _number, year in sorted(found.items())]


def _all(wrong: list[str]) -> ValidationError:
    """All that is wrong, MOST_ERRORS sentences of it."""
    more = len(wrong) - MOST_ERRORS
    return ValidationError(wrong[:MOST_ERRORS] + [_("And %(more)s more.") % {"more": more}] * (more > 0))


def _year_for(said: Said, found: dict[int, _Year], strange: set[str]) -> _Year | None:
    """The year a row belongs to; None when `strange` has it: what is wrong with a year is said once.

    Raises ValidationError naming the place.
    """
    if said.text and said.text in strange:
        return None
    strange.add(said.text)
    number = _year_of(said)
    try:
        year = found.setdefault(number, _Year(rules_for(number)))
    except UnknownYear:
        raise _wrong(said, _no_rules(number)) from None
    strange.discard(said.text)
    return year


def _no_rules(number: int) -> str:
    sentence, buddhist = unknown_year(number), number + BUDDHIST_ERA
    if buddhist not in years():
        return sentence
    return _("%(sentence)s Use the Buddhist era, e.g. %(year)s.") % {"sentence": sentence, "year": buddhist}


def _take(row: Row, year: _Year) -> None:
    """Put one row's figure into its year. Raises ValidationError naming the place."""
    key = _key_of(row.key, year.rules)
    if key in year.seen:
        raise _wrong(
            row.key,
            _("“%(key)s” of %(year)s stands twice, also at: %(other)s.")
            % {"key": shown(row.key.value), "year": year.rules.fiscal_year, "other": year.seen[key]},
        )
    year.seen[key] = row.key.place
    if isinstance(key, int):
        _check_name(row, key, year.rules)
        if not row.score.text:
            raise _wrong(row.score, missing(year.rules.by_number[key]))
        year.scores[key] = _score(row.score)
    elif row.score.text:
        year.announced[key] = _announced(key, row.score, year.rules)


def _year_of(said: Said) -> int:
    text = said.text.removesuffix(".0")
    if not text:
        raise _wrong(said, _("The fiscal year is missing."))
    if not re.fullmatch(r"\d{4}", text):
        raise _wrong(said, _("“%(value)s” is not a fiscal year. Write it as 2564.") % {"value": shown(said.value)})
    return int(text)


def _key_of(said: Said, rules: Rules) -> int | str:
    if not said.text:
        raise _wrong(said, _("The indicator is missing."))
    words = {squeezed(word).casefold(): key for key, known in ANNOUNCED.items() for word in known}
    if key := words.get(squeezed(said.text).casefold()):
        return key
    number = _INDICATOR.fullmatch(said.text)
    if number is None:
        raise _wrong(
            said,
            _("“%(value)s” is no indicator. Write its number, or one of %(known)s.")
            % {"value": shown(said.value), "known": ", ".join(bilingual(*words[:2]) for words in ANNOUNCED.values())},
        )
    if int(number[1]) not in rules.by_number:
        raise _wrong(
            said,
            _("The assessment of %(year)s has no indicator %(number)s.")
            % {"year": rules.fiscal_year, "number": int(number[1])},
        )
    return int(number[1])


def _check_name(row: Row, number: int, rules: Rules) -> None:
    """A name that is another indicator's: the rows have slipped against their numbers."""
    name = squeezed(row.name).casefold()
    for other in rules.indicators:
        names = {squeezed(one).casefold() for one in (*other.names, other.en)}
        if other.number != number and name in names:
            raise _wrong(
                row.key,
                _("“%(name)s” is indicator %(other)s of %(year)s, not %(number)s.")
                % {"name": shown(row.name), "other": other.number, "year": rules.fiscal_year, "number": number},
            )


def _announced(key: str, said: Said, rules: Rules) -> Decimal | str | date:
    if key == "day":
        return _announced_on(said, rules)
    if key == "level":
        if said.text not in rules.levels:
            raise _wrong(
                said,
                _("“%(level)s” is no level of %(year)s. Levels: %(levels)s.")
                % {"level": shown(said.value), "year": rules.fiscal_year, "levels": ", ".join(rules.levels)},
            )
        return said.text
    return _score(said)


def _announced_on(said: Said, rules: Rules) -> date:
    try:
        day = day_of(said.value)
    except ValidationError as error:
        raise _wrong(said, error.messages[0]) from None
    if sentence := why_no_announcement(day, rules.fiscal_year):
        raise _wrong(said, sentence)
    return day


def _score(said: Said) -> Decimal:
    try:
        return score_of(said.value)
    except ValidationError as error:
        raise _wrong(said, error.messages[0]) from None


def _wrong(said: Said, sentence: str) -> ValidationError:
    return ValidationError(_("%(where)s: %(sentence)s") % {"where": said.place, "sentence": sentence})


# The table to fill in


def to_fill_in(rules: Rules) -> list[list[str | int]]:
    """The rows of a year's empty table, headings first: its indicators, then what is announced."""
    year = rules.fiscal_year
    rows: list[list[str | int]] = [[_heading(name) for name in COLUMNS]]
    rows += [[year, one.number, bilingual(one.th, one.en), ""] for one in rules.indicators]
    for key, words in ANNOUNCED.items():
        named = rules.by_code.get(key)
        name = bilingual(named.th, named.en) if named else ""
        rows.append([year, bilingual(*words[:2]), name or _("as announced"), ""])
    return rows


def xlsx_to_fill_in(rules: Rules) -> bytes:
    head, *rows = to_fill_in(rules)
    blank = [[value if value != "" else None for value in row] for row in rows]
    return sheets.workbook(f"ITA {rules.fiscal_year}", [str(one) for one in head], blank, scores=len(rules.indicators))


def csv_to_fill_in(rules: Rules) -> bytes:
    """With the mark that makes Excel read it as UTF-8."""
    kept = io.StringIO()
    csv.writer(kept).writerows(to_fill_in(rules))
    return b"\xef\xbb\xbf" + kept.getvalue().encode()
