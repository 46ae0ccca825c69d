"""The shape of a memo's text: what a draft may hold and what a submitted one must. Pure; no database.

{
  "to": "นายก…",  "agency": "สำนักปลัด …",  "urgency": "" | urgent | very_urgent | most_urgent,
  "sections":  [{"id", "heading", "text"}],              text: paragraphs parted by line breaks
  "report":    [{"id", "heading", "text"}],              the printed report's own words; without any, the memo's
  "proposals": [{"text"}],
  "closing":   "จึงเรียนมาเพื่อโปรดพิจารณา",
  "scores":    {"fiscal_year": 2564, "total": "82.14", "level": "B",
                "means": {"IIT": "90.05", "EIT", "OIT"},
                "indicators": [{"seq": 1, "name", "score": "94.86"}],
                "before": [{"seq": 1, "score": "91.20"}]}              of the year before, where they are known
  "plan":      [{"instrument", "title", "indicator": 4, "issue",
                 "measures": [{"text"}],
                 "steps": [{"text", "measures": [1, 2], "responsible": ["op"]}],   measures by place, from 1;
                                                                                    of a row's only one always [1]
                 "responsible": ["op", "fin"], "period_start": ISO, "period_end": ISO,
                 "follow_up", "follow_up_due": ISO}],
  "follow_up": {"taken_at": ISO moment, "fiscal_year": 2565, "topic": "มาตรการส่งเสริม…",
                "memo": {"number", "date": ISO, "subject"},                     whose measures these are
                "totals", "divisions", "rows"}                                  measures.follow_up.of_memo
}
Half-written drafts hold "" where a value is not there yet; a text of before the reports has no key "report".
"follow_up" stands in a follow-up memo alone: figures as they were taken. Nothing that is typed becomes part of them:
cleaned() and legible() leave the key out, and drafts.py puts back what is stored.
Submission adds "subject", "reason", "findings", what the checker found, and "attachments" (`frozen`):
  [{"id": of the Attachment, "name", "sha256", "size": bytes}]
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from assessments import rulebook
from documents.letters import name_of, unprintable
from organization.calendar import arabic_digits, fiscal_year
from organization.plain_text import validate_plain_text

Content = dict[str, Any]

URGENCIES = ("", "urgent", "very_urgent", "most_urgent")
INSTRUMENTS = ("IIT", "EIT", "OIT")
LONG, LINE = 20_000, 500
YEARS = range(1950, 2200)  # Gregorian; a year typed in the Buddhist era lies outside
MOST = {
    "sections": 20,
    "report": 20,
    "proposals": 30,
    "plan": 20,
    "measures": 30,
    "steps": 60,
    "indicators": 30,
    "before": 30,
}
BLANK: dict[str, Any] = {
    "sections": {"id": "", "heading": "", "text": ""},
    "report": {"id": "", "heading": "", "text": ""},
    "proposals": {"text": ""},
    "plan": {
        "instrument": "",
        "title": "",
        "indicator": "",
        "issue": "",
        "measures": [{"text": ""}],
        "steps": [{"text": "", "measures": [1], "responsible": []}],
        "responsible": [],
        "period_start": "",
        "period_end": "",
        "follow_up": "",
        "follow_up_due": "",
    },
    "measures": {"text": ""},
    "steps": {"text": "", "measures": [], "responsible": []},
    "indicators": {"seq": "", "name": "", "score": ""},
}


@dataclass(frozen=True)
class Gap:
    """What keeps a draft from being submitted: where (a dotted path, e.g. plan.0.steps.2) and why, for the screen."""

    path: str
    message: str


def blank(outline: dict[str, Any], *, to: str, agency: str) -> Content:
    """A new draft of a kind: its headings, and what else the kind has, still empty."""
    return {
        "to": to,
        "agency": agency,
        "urgency": "",
        **{
            group: [{"id": s["id"], "heading": s["heading"], "text": ""} for s in outline.get(group, [])]
            for group in ("sections", "report")
        },
        "proposals": [],
        "closing": outline.get("closing", "จึงเรียนมาเพื่อโปรดพิจารณา"),
        "scores": {
            "fiscal_year": "",
            "total": "",
            "level": "",
            "means": dict.fromkeys(INSTRUMENTS, ""),
            "indicators": [{"seq": i["seq"], "name": i["name"], "score": ""} for i in outline.get("indicators", [])],
            "before": [],
        },
        "plan": [],
    }


def cleaned(raw: Content) -> Content:
    """The draft as it is kept: known keys only, trimmed, digits of figures Arabic.

    Raises ValidationError with {path: message} for what cannot be kept even half-written: too long, too many,
    control characters, a date that is no date.
    """
    cleaner = _Cleaner()
    content = cleaner.content(raw if isinstance(raw, dict) else {})
    if cleaner.errors:
        raise ValidationError(cleaner.errors)
    return content


def legible(raw: Content) -> Content:
    """What can be read of a draft that may hold values which cannot be kept: those are "", too much is cut off."""
    return _Cleaner().content(raw if isinstance(raw, dict) else {})


def frozen(
    content: Content,
    *,
    subject: str,
    reason: str,
    attachments: Collection[dict[str, Any]] = (),
    findings: Collection[dict[str, Any]] = (),
) -> Content:
    """The text of a Revision: the draft with what belongs to its submission. `findings`: assessments.document's,
    `attachments`: attachments.as_data."""
    return {
        **deepcopy(content),
        "subject": subject,
        "reason": reason,
        "attachments": list(attachments),
        "findings": list(findings),
    }


def has_table(content: Content, outline: Mapping[str, Any]) -> bool:
    """Must the memo have a table of scores? Its kind says so; a text that has one must have it whole."""
    return bool(outline.get("indicators") or content["scores"]["indicators"])


def gaps(content: Content, *, divisions: Collection[str], outline: Mapping[str, Any]) -> list[Gap]:
    """What is still missing before submission; empty when the draft may go its way. `outline`: its kind's.

    A `subject` beside the draft's own fields is read for what no paper can print.
    """
    return list(_gaps(content, divisions, outline))


def _gaps(content: Content, divisions: Collection[str], outline: Mapping[str, Any]) -> Iterator[Gap]:
    if not content["to"]:
        yield Gap("to", _("Say to whom the memo is addressed."))
    if not any(s["text"] for s in content["sections"]):
        yield Gap("sections", _("Write at least one section."))
    if has_table(content, outline):
        yield from _table_gaps(content["scores"])
    for n, indicator in enumerate(content["scores"]["indicators"]):
        if indicator["score"] == "":
            yield Gap(
                f"scores.indicators.{n}.score",
                _("Enter the score of indicator %(seq)s, %(name)s.") % indicator,
            )
    for n, row in enumerate(content["plan"]):
        yield from _row_gaps(f"plan.{n}", n + 1, row, divisions)
    yield from _year_gaps(content["plan"])
    for path, words in _texts({key: value for key, value in content.items() if key != "follow_up"}):
        if missing := unprintable(words):
            named = ", ".join(f"“{one}” ({name_of(one)})" for one in missing[:10])
            yield Gap(path, _("No paper can print %(letters)s. Remove it, or write it in words.") % {"letters": named})


def _texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a content with its dotted path."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict | list):
        inside = value.items() if isinstance(value, dict) else enumerate(value)
        for key, one in inside:
            yield from _texts(one, f"{path}.{key}" if path else str(key))


def _table_gaps(scores: dict[str, Any]) -> Iterator[Gap]:
    """What keeps a table from being checked: no year, a year without rules, rows that are not there."""
    year = scores.get("fiscal_year")
    if not year:
        yield Gap("scores.fiscal_year", _("Enter the fiscal year of the scores."))
    elif year not in rulebook.years():
        said = _("No rules for fiscal year %(year)s are known, so its scores cannot be checked.")
        yield Gap("scores.fiscal_year", said % {"year": year})
    elif missing := _numbers_missing(scores, rulebook.rules_for(year)):
        said = _("The table of scores has no row for these indicators of the year: %(numbers)s.")
        yield Gap("scores", said % {"numbers": ", ".join(map(str, missing))})


def _numbers_missing(scores: dict[str, Any], rules: rulebook.Rules) -> list[int]:
    there = {one["seq"] for one in scores["indicators"]}
    return [one.number for one in rules.indicators if one.number not in there]


def _year_gaps(plan: list[dict[str, Any]]) -> Iterator[Gap]:
    """All its rows are of one fiscal year, the plan's: that one is reported on, published and closed as a whole."""
    starts = [(n, date.fromisoformat(row["period_start"])) for n, row in enumerate(plan) if row["period_start"]]
    for n, start in starts[1:]:
        first, year = fiscal_year(starts[0][1]), fiscal_year(start)
        if year != first:
            said = _(
                "Plan row %(row)s starts in fiscal year %(year)s, the plan in %(first)s. "
                "A memo orders the work of one fiscal year: write another memo for the other."
            )
            yield Gap(f"plan.{n}.period_start", said % {"row": n + 1, "year": year, "first": first})


def year_of_plan(content: Content) -> int:
    """The fiscal year that a complete plan is for: its first row's, which is every row's (`gaps`)."""
    return fiscal_year(date.fromisoformat(content["plan"][0]["period_start"]))


def _row_gaps(path: str, place: int, row: dict[str, Any], divisions: Collection[str]) -> Iterator[Gap]:
    name = {"row": row["instrument"] or place}
    if not row["measures"] or not all(m["text"] for m in row["measures"]):
        yield Gap(f"{path}.measures", _("Plan row %(row)s: write every measure, or remove the empty one.") % name)
    if not row["responsible"]:
        yield Gap(f"{path}.responsible", _("Plan row %(row)s has no responsible division.") % name)
    elif unknown := set(row["responsible"]) - set(divisions):
        yield Gap(f"{path}.responsible", _("There is no division “%(code)s”.") % {"code": sorted(unknown)[0]})
    for key, message in (
        ("period_start", _("Plan row %(row)s: say when the work starts.")),
        ("period_end", _("Plan row %(row)s: say when the work ends.")),
        ("follow_up_due", _("Plan row %(row)s: say by when the result is followed up.")),
    ):
        if not row[key]:
            yield Gap(f"{path}.{key}", message % name)
    if row["period_start"] and row["period_end"] and row["period_end"] < row["period_start"]:
        yield Gap(f"{path}.period_end", _("Plan row %(row)s: the period ends before it starts.") % name)
    if row["period_start"] and row["follow_up_due"] and row["follow_up_due"] < row["period_start"]:
        yield Gap(f"{path}.follow_up_due", _("Plan row %(row)s: the follow-up lies before the work starts.") % name)
    for m, step in enumerate(row["steps"]):
        where = {**name, "step": m + 1, "text": step["text"][:60]}
        if not step["text"]:
            yield Gap(f"{path}.steps.{m}", _("Plan row %(row)s: write step %(step)s, or remove it.") % where)
        elif not step["measures"]:
            yield Gap(
                f"{path}.steps.{m}.measures",
                _("Plan row %(row)s, step %(step)s “%(text)s” serves no measure.") % where,
            )
        elif not step["responsible"]:
            yield Gap(
                f"{path}.steps.{m}.responsible",
                _("Plan row %(row)s, step %(step)s “%(text)s” has no responsible division.") % where,
            )
        elif not set(step["responsible"]) <= set(row["responsible"]):
            yield Gap(
                f"{path}.steps.{m}.responsible",
                _("Plan row %(row)s, step %(step)s “%(text)s”: its division is not one of the row's.") % where,
            )


class _Cleaner:
    def __init__(self) -> None:
        self.errors: dict[str, list[str]] = {}

    def content(self, raw: Content) -> Content:
        stated = raw.get("scores")
        scores: dict[str, Any] = stated if isinstance(stated, dict) else {}
        means: dict[str, Any] = scores["means"] if isinstance(scores.get("means"), dict) else {}
        return {
            "to": self.line(raw, "to"),
            "agency": self.line(raw, "agency"),
            "urgency": raw.get("urgency") if raw.get("urgency") in URGENCIES else "",
            "sections": self.sections(raw, "sections"),
            "report": self.sections(raw, "report"),
            "proposals": [{"text": self.text(s, "text", p)} for p, s in self.many(raw, "proposals")],
            "closing": self.line(raw, "closing"),
            "scores": {
                "fiscal_year": self.number(scores, "fiscal_year", "scores", 2500, 2700),
                "total": self.score(scores, "total", "scores"),
                "level": self.line(scores, "level", "scores"),
                "means": {code: self.score(means, code, "scores.means") for code in INSTRUMENTS},
                "indicators": [
                    {
                        "seq": self.number(s, "seq", p, 1, 99),
                        "name": self.line(s, "name", p),
                        "score": self.score(s, "score", p),
                    }
                    for p, s in self.many(scores, "indicators", "scores")
                ],
                "before": [
                    {"seq": self.number(s, "seq", p, 1, 99), "score": self.score(s, "score", p)}
                    for p, s in self.many(scores, "before", "scores")
                ],
            },
            "plan": [self.row(p, s) for p, s in self.many(raw, "plan")],
        }

    def sections(self, raw: dict[str, Any], key: str) -> list[dict[str, str]]:
        return [
            {
                "id": self.line(s, "id", p)[:40].strip(),
                "heading": self.line(s, "heading", p),
                "text": self.text(s, "text", p),
            }
            for p, s in self.many(raw, key)
        ]

    def row(self, path: str, raw: dict[str, Any]) -> dict[str, Any]:
        measures = [{"text": self.text(m, "text", p)} for p, m in self.many(raw, "measures", path)]
        only = [1] if len(measures) == 1 else []  # nothing is to be chosen, and the page asks nothing
        return {
            "instrument": self.line(raw, "instrument", path)[:10].strip(),
            "title": self.line(raw, "title", path),
            "indicator": self.number(raw, "indicator", path, 1, 99),
            "issue": self.text(raw, "issue", path),
            "measures": measures,
            "steps": [
                {
                    "text": self.text(s, "text", p),
                    "measures": only
                    or sorted(
                        {int(n) for n in s.get("measures", []) if str(n).isdecimal() and len(str(n)) < 4}
                        & set(range(1, len(measures) + 1))
                    ),
                    "responsible": self.codes(s),
                }
                for p, s in self.many(raw, "steps", path)
            ],
            "responsible": self.codes(raw),
            "period_start": self.day(raw, "period_start", path),
            "period_end": self.day(raw, "period_end", path),
            "follow_up": self.text(raw, "follow_up", path),
            "follow_up_due": self.day(raw, "follow_up_due", path),
        }

    def many(self, raw: dict[str, Any], key: str, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
        value = raw.get(key)
        items: list[Any] = value if isinstance(value, list) else []
        where = f"{path}.{key}" if path else key
        if len(items) > MOST[key]:
            self.wrong(where, _("No more than %(most)s of these.") % {"most": MOST[key]})
            items = items[: MOST[key]]
        for n, item in enumerate(items):
            if isinstance(item, dict):
                yield f"{where}.{n}", item

    def line(self, raw: dict[str, Any], key: str, path: str = "") -> str:
        return " ".join(self.text(raw, key, path, LINE).split())

    def text(self, raw: dict[str, Any], key: str, path: str = "", most: int = LONG) -> str:
        value = str(raw.get(key) or "").replace("\r\n", "\n").replace("\r", "\n").strip()
        where = f"{path}.{key}" if path else key
        if len(value) > most:
            self.wrong(
                where, _("No more than %(most)s characters; this has %(have)s.") % {"most": most, "have": len(value)}
            )
        try:
            validate_plain_text(value)
        except ValidationError as error:
            self.wrong(where, error.messages[0])
        return value

    def codes(self, raw: dict[str, Any]) -> list[str]:
        return list(
            dict.fromkeys(c for c in map(str, raw.get("responsible") or []) if re.fullmatch(r"[-a-zA-Z0-9_]{1,50}", c))
        )

    def number(self, raw: dict[str, Any], key: str, path: str, least: int, most: int) -> int | str:
        value = arabic_digits(raw.get(key) or "").strip()
        if not value:
            return ""
        if value.isascii() and value.isdigit() and len(value) < 5 and least <= int(value) <= most:
            return int(value)
        self.wrong(
            f"{path}.{key}", _("Enter a whole number from %(least)s to %(most)s.") % {"least": least, "most": most}
        )
        return ""

    def score(self, raw: dict[str, Any], key: str, path: str) -> str:
        value = arabic_digits(raw.get(key) or "").strip()
        if not value:
            return ""
        try:
            number = Decimal(value)
            if not (number.is_finite() and 0 <= number <= 100 and re.fullmatch(r"\d{1,3}(\.\d{1,2})?", value)):
                raise InvalidOperation
        except InvalidOperation:
            self.wrong(f"{path}.{key}", _("Enter a score from 0 to 100 with at most two decimals."))
            return ""
        return f"{number:.2f}"

    def day(self, raw: dict[str, Any], key: str, path: str) -> str:
        value = arabic_digits(raw.get(key) or "").strip()
        if not value:
            return ""
        try:
            said = date.fromisoformat(value)
        except ValueError:
            self.wrong(f"{path}.{key}", _("This is not a date."))
            return ""
        if said.year not in YEARS:
            self.wrong(f"{path}.{key}", _("The year is out of range: a date field counts 2022, not 2565."))
            return ""
        return said.isoformat()

    def wrong(self, path: str, message: str) -> None:
        self.errors.setdefault(path, []).append(message)
