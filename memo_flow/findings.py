"""Findings as a page shows them: how many of what weight, in which place, with the marked words and a way to apply.

Everything here works on findings as data (Finding.as_data()), so that what a Revision froze looks like what the draft
page shows. Pure.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from assessments.document import AUTO, HIGH, LOW, MEDIUM, SEVERITIES, SUGGEST
from memo_flow.changes import Change, Gone, value_at
from memo_flow.checking import RESULT
from memo_flow.content import Content

AROUND = 40  # characters shown on each side of the marked ones


@dataclass(frozen=True)
class Shown:
    """One finding. `before`, `marked`, `after`: the words of its place; `op`: the button that applies it, or ""."""

    number: int
    data: dict[str, Any]
    message: str
    place: str
    anchor: str
    before: str = ""
    marked: str = ""
    after: str = ""
    op: str = ""


@dataclass(frozen=True)
class Segment:
    """A run of a field's text, and the numbers of the findings that mark it."""

    text: str
    findings: tuple[Shown, ...] = ()
    opens: tuple[Shown, ...] = ()  # those whose mark begins here

    @property
    def severity(self) -> str:
        return next((one for one in SEVERITIES if any(f.data["severity"] == one for f in self.findings)), "")


@dataclass(frozen=True)
class Panel:
    """All findings on one text. `by_field`: path -> the field's whole text as segments, where something is marked."""

    findings: list[Shown] = field(default_factory=list)
    by_field: dict[str, list[Segment]] = field(default_factory=dict)
    proof: list[str] = field(default_factory=list)  # the sums that close, to be read aloud

    def of(self, severity: str) -> list[Shown]:
        return [one for one in self.findings if one.data["severity"] == severity]

    @property
    def high(self) -> list[Shown]:
        return self.of(HIGH)

    @property
    def medium(self) -> list[Shown]:
        return self.of(MEDIUM)

    @property
    def low(self) -> list[Shown]:
        return self.of(LOW)


def panel(
    findings: Iterable[dict[str, Any]],
    content: Content,
    *,
    subject: str = "",
    proof: Mapping[str, str] | None = None,
) -> Panel:
    """Findings as they are shown beside `content`, the heaviest first."""
    body = {**content, "subject": content.get("subject", subject)}
    ordered = sorted(findings, key=lambda one: SEVERITIES.index(one["severity"]))  # stable: the text's order stays
    shown = [_shown(number, one, body) for number, one in enumerate(ordered, 1)]
    return Panel(shown, _by_field(shown, body), list((proof or {}).values()))


def _shown(number: int, data: dict[str, Any], body: Content) -> Shown:
    path, start, end = _span(data)
    text = _text_at(body, path)
    before, marked, after = text[:start], text[start:end], text[end:]
    if not marked:
        before = after = ""
    return Shown(
        number=number,
        data=data,
        message=data["message"] if (get_language() or "th").startswith("th") else data["message_en"],
        place=place_of(path, body),
        anchor="" if path == RESULT else path,
        before=_cut(before, from_end=True),
        marked=marked,
        after=_cut(after),
        op=_op(data, path, start, marked),
    )


def _op(data: dict[str, Any], path: str, start: int, marked: str) -> str:
    suggestion = data["suggestion"]
    if data["resolve"] not in (AUTO, SUGGEST) or not suggestion or not marked or suggestion == marked:
        return ""
    return Change.put(path, start, marked, suggestion).op


def _span(data: dict[str, Any]) -> tuple[str, int, int]:
    where = data["where"]
    return where["section"], where["start"], where["end"]


def _text_at(body: Content, path: str) -> str:
    try:
        value = value_at(body, path)
    except Gone:
        return ""
    return value if isinstance(value, str) else ""


def _cut(text: str, *, from_end: bool = False) -> str:
    """The words next to a mark, on its own line, cut to what is shown."""
    line = text.rpartition("\n")[2] if from_end else text.partition("\n")[0]
    if len(line) <= AROUND:
        return line
    return f"… {_end(line, AROUND)}" if from_end else f"{_begin(line, AROUND)} …"


def _by_field(shown: list[Shown], body: Content) -> dict[str, list[Segment]]:
    fields: dict[str, list[Shown]] = {}
    for one in shown:
        if one.marked:
            fields.setdefault(one.anchor, []).append(one)
    return {path: condensed(list(segments(_text_at(body, path), found))) for path, found in fields.items()}


def condensed(parts: list[Segment]) -> list[Segment]:
    """Long runs without a mark cut to what stands next to one."""
    last = len(parts) - 1
    return [part if part.findings else Segment(_short(part.text, n == 0, n == last)) for n, part in enumerate(parts)]


def _short(text: str, is_first: bool, is_last: bool) -> str:
    head = "" if is_first else _begin(text, 2 * AROUND)
    tail = "" if is_last else _end(text, 2 * AROUND)
    return text if len(text) <= len(head) + len(tail) + 3 else f"{head} … {tail}"


def _begin(text: str, most: int) -> str:
    """The first characters, up to a space where there is one: Thai letters are not parted from their marks."""
    piece = text[:most]
    return piece.rstrip() if len(text) <= most else piece.rpartition(" ")[0] or piece


def _end(text: str, most: int) -> str:
    piece = text[-most:]
    return piece.lstrip() if len(text) <= most else piece.partition(" ")[2] or piece


def segments(text: str, found: Collection[Shown]) -> Iterator[Segment]:
    """The text cut where marks begin and end; their spans may overlap."""
    spans = [(*_span(one.data)[1:], one) for one in found]
    inside = (min(max(edge, 0), len(text)) for start, end, _one in spans for edge in (start, end))
    for start, end in pairwise(sorted({0, len(text), *inside})):
        marks = tuple(one for first, last, one in spans if first <= start and end <= last)
        yield Segment(text[start:end], marks, tuple(one for one in marks if _span(one.data)[1] == start))


_FIELDS = {
    "title": lambda: _("title"),
    "issue": lambda: _("what has to improve"),
    "follow_up": lambda: _("how the result is followed up"),
    "follow_up_due": lambda: _("followed up by"),
    "period_start": lambda: _("starts on"),
    "period_end": lambda: _("ends on"),
    "responsible": lambda: _("responsible divisions"),
    "indicator": lambda: _("indicator"),
    "instrument": lambda: _("instrument"),
}


def place_of(path: str, content: Content) -> str:
    """A path of the draft as a reader calls it: Section 1 เรื่องเดิม; Plan row 2 EIT, step 3."""
    parts = path.split(".")
    numbers = [int(part) + 1 for part in parts if part.isdecimal()]
    match parts[0]:
        case "subject":
            return _("Subject")
        case "sections" | "report" if numbers:
            heading = _text_at(content, f"{parts[0]}.{numbers[0] - 1}.heading")
            called = _("Report section %(n)s") if parts[0] == "report" else _("Section %(n)s")
            return called % {"n": numbers[0]} + (f" {heading}" if heading else "")
        case "proposals" if numbers:
            return _("Proposal %(n)s") % {"n": numbers[0]}
        case "scores":
            return _score_place(parts, numbers, content)
        case "plan" if numbers:
            return _plan_place(parts, numbers, content)
        case "result":
            return _("The recorded result")
    return _("The memo")


def _score_place(parts: list[str], numbers: list[int], content: Content) -> str:
    if not numbers:
        named = {"total": _("total"), "level": _("level")}.get(parts[-1])
        return _("Table of scores") + (f", {named}" if named else "")
    try:
        seq = content["scores"]["indicators"][numbers[0] - 1]["seq"]
    except (KeyError, IndexError):
        seq = numbers[0]
    return _("Table of scores, indicator %(seq)s") % {"seq": seq}


def _plan_place(parts: list[str], numbers: list[int], content: Content) -> str:
    instrument = _text_at(content, f"plan.{numbers[0] - 1}.instrument")
    row = _("Plan row %(n)s") % {"n": numbers[0]} + (f" {instrument}" if instrument else "")
    if len(numbers) > 1 and parts[2] == "measures":
        return row + ", " + _("measure %(n)s") % {"n": numbers[1]}
    if len(numbers) > 1 and parts[2] == "steps":
        return row + ", " + _("step %(n)s") % {"n": numbers[1]}
    if len(parts) > 2 and parts[2] in _FIELDS:
        return f"{row}, {_FIELDS[parts[2]]()}"
    return row
