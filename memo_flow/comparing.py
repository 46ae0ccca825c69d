"""What was changed from one text of a memo to another: passage by passage, and within a passage word by word. Pure.

A passage is a line as a reader sees it: a paragraph, a measure, a figure. Passages are matched by what they say, not
by their place, so that one put in before leaves the others as they were.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from django.utils.translation import gettext as _
from rapidfuzz.distance import Indel

from memo_flow.content import Content
from organization.calendar import thai_digits
from organization.templatetags.office import paper_day
from organization.thai_words import words

How = Literal["same", "added", "removed"]
#: Two passages with less in common than this are not one that was changed.
ALIKE = 0.4
#: Beside what was changed, so many passages that were not are shown.
AROUND = 1


@dataclass(frozen=True)
class Piece:
    """Some words, and what became of them."""

    how: How
    text: str


@dataclass(frozen=True)
class Passage:
    """`how` is changed where some of its pieces stayed and others did not. `left_out`: unchanged passages before it."""

    how: Literal["same", "added", "removed", "changed"]
    pieces: tuple[Piece, ...]
    left_out: int = 0


@dataclass(frozen=True)
class Part:
    """A part of the memo in which something was changed."""

    name: str
    passages: tuple[Passage, ...]
    left_out: int  # unchanged passages after the last one shown


def compare(before: Content, after: Content, *, divisions: Mapping[str, str]) -> list[Part]:
    """The parts that differ, in the order of the paper. `divisions`: code -> name. Texts as in content.py."""
    old, new = dict(_parts(before, divisions)), dict(_parts(after, divisions))
    return [_shown(name, _passages(old[name], said)) for name, said in new.items() if said != old[name]]


def _passages(old: list[str], new: list[str]) -> list[Passage]:
    found = list[Passage]()
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found += [Passage("same", (Piece("same", text),)) for text in new[c:d]]
        else:
            found += _replaced(old[a:b], new[c:d])
    return found


def _replaced(old: list[str], new: list[str]) -> Iterator[Passage]:
    """Each new passage beside the next old one that it resembles; what resembles none was added or removed."""
    before, after = [words(one) for one in old], [words(one) for one in new]
    place = 0
    for text, said in zip(new, after, strict=True):
        alike = (n for n in range(place, len(old)) if Indel.normalized_similarity(before[n], said) >= ALIKE)
        match = next(alike, None)
        if match is None:
            yield Passage("added", (Piece("added", text),))
            continue
        yield from (Passage("removed", (Piece("removed", one),)) for one in old[place:match])
        yield Passage("changed", tuple(_joined(_words(before[match], said))))
        place = match + 1
    yield from (Passage("removed", (Piece("removed", one),)) for one in old[place:])


def _words(old: list[str], new: list[str]) -> list[Piece]:
    pieces = list[Piece]()
    for step in Indel.opcodes(old, new):
        if step.tag == "equal":
            pieces.append(Piece("same", "".join(old[step.src_start : step.src_end])))
        elif step.tag == "delete":
            pieces.append(Piece("removed", "".join(old[step.src_start : step.src_end])))
        else:
            pieces.append(Piece("added", "".join(new[step.dest_start : step.dest_end])))
    return pieces


def _joined(pieces: list[Piece]) -> Iterator[Piece]:
    """A space that stayed between two changes belongs to both: phrases are read, not confetti."""
    removed = added = ""
    for place, one in enumerate(pieces):
        between = one.how == "same" and not one.text.strip() and 0 < place < len(pieces) - 1 and (removed or added)
        if one.how == "same" and not between:
            yield from _pair(removed, added)
            removed = added = ""
            yield one
        else:
            removed += one.text if one.how != "added" else ""
            added += one.text if one.how != "removed" else ""
    yield from _pair(removed, added)


def _pair(removed: str, added: str) -> Iterator[Piece]:
    if removed:
        yield Piece("removed", removed)
    if added:
        yield Piece("added", added)


def _shown(name: str, passages: list[Passage]) -> Part:
    """What was changed with a passage around it; the others are counted."""
    near = {
        place + away for place, one in enumerate(passages) if one.how != "same" for away in range(-AROUND, AROUND + 1)
    }
    shown, left_out = list[Passage](), 0
    for place, one in enumerate(passages):
        if place in near:
            shown.append(Passage(one.how, one.pieces, left_out))
            left_out = 0
        else:
            left_out += 1
    return Part(name, tuple(shown), left_out)


# The passages of a text, as the paper prints them


def _parts(content: Content, divisions: Mapping[str, str]) -> Iterator[tuple[str, list[str]]]:
    """Every part of a memo by its name, whether there is anything in it or not."""
    yield _("Head"), _lines(content.get("subject"), content.get("to"), content.get("agency"), _urgency(content))
    yield _("Text"), [*_sections(content, "sections")]
    yield _("Proposals"), _lines(*(one["text"] for one in content.get("proposals", [])), content.get("closing"))
    yield _("Report"), [*_sections(content, "report")]
    yield _("Scores"), [*_scores(content.get("scores") or {})]
    yield _("Plan"), [line for row in content.get("plan", []) for line in _plan(row, divisions)]
    yield _("Attachments"), [one["name"] for one in content.get("attachments", [])]


def _lines(*texts: Any) -> list[str]:
    return [line.strip() for text in texts for line in str(text or "").splitlines() if line.strip()]


def _urgency(content: Content) -> str:
    said = {"urgent": _("Urgent"), "very_urgent": _("Very urgent"), "most_urgent": _("Most urgent")}
    return said.get(content.get("urgency", ""), "")


def _sections(content: Content, group: str) -> Iterator[str]:
    for section in content.get(group, []):
        yield from _lines(section["heading"], section["text"])


def _scores(scores: Mapping[str, Any]) -> Iterator[str]:
    for name, value in (scores.get("means") or {}).items():
        if value:
            yield f"{name} {value}"
    for one in scores.get("indicators", []):
        if one["score"]:
            yield f"{one['seq']}. {one['name']} {one['score']}"
    if scores.get("total"):
        yield f"{_('Total')} {scores['total']} {scores.get('level', '')}".strip()


def _plan(row: Mapping[str, Any], divisions: Mapping[str, str]) -> Iterator[str]:
    """One table of the plan, in the words of the paper, which is Thai."""
    yield from _lines(row["title"] or row["instrument"])
    yield from _lines(row["issue"])
    for place, measure in enumerate(row["measures"], 1):
        yield from _lines(f"มาตรการที่ {thai_digits(place)} {measure['text']}")
    for place, step in enumerate(row["steps"], 1):
        yield from _lines(f"ขั้นตอนที่ {thai_digits(place)} {step['text']} {_named(step['responsible'], divisions)}")
    yield from _lines(f"ผู้รับผิดชอบ {_named(row['responsible'], divisions)}" if row["responsible"] else "")
    if row["period_start"] and row["period_end"]:
        yield f"ระยะเวลาดำเนินการ {paper_day(row['period_start'])} – {paper_day(row['period_end'])}"
    yield from _lines(row["follow_up"])
    if row["follow_up_due"]:
        yield f"กำหนดติดตามผล {paper_day(row['follow_up_due'])}"


def _named(codes: list[str], divisions: Mapping[str, str]) -> str:
    return ", ".join(divisions.get(code, code) for code in codes)
