"""R19: contents that agree with the body."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from assessments.checking.facts import Reading
from assessments.checking.flows import HEADING, PROSE, ROW, Flow
from assessments.checking.places import finding
from assessments.document import HUMAN, LOW, Finding
from assessments.language import either

_YEAR = re.compile(r"25\d\d")
_PAGED = re.compile(r"(?:\.{3,}|…|หน้า)?\d{1,3}$|[กขคงจ]$")
_LEADERS = re.compile(r"(?:[.…]{2,}.*|\.{3,}|(?:หน้า)?\d{1,3})$")
_NUMBER = re.compile(r"^(?:(?:บท|ส่วน)ที่)?[\d.)(]+")
#: An entry that begins so goes on with the one before it.
_GOES_ON = ("ในการ", "ประจำปี", "และ", "ของ", "ตาม")
_PARTED = ("ส่วนที่", "บทที่")
#: What a part is called that contents name.
_PARTS = re.compile(
    r"(?:ส่วนที่|บทที่)?\d{0,2}\.?"
    + either("ความเป็นมา", "ผลการประเมิน", "การนำผล", "ภาคผนวก", "ข้อเสนอแนะ", "บทนำ", "การวิเคราะห์", "มาตรการ", "แผน")
)
#: Headings below the parts, which contents leave out.
_BELOW = re.compile(r"มาตรการที่\d|[IEO]IT")
_BELOW_NUMBERED = re.compile("ในภาพรวม|แต่ละตัวชี้วัด|ข้อเสนอแนะ")
#: Letters of a heading that an entry is compared with; an entry is no longer than a line.
_HEAD, _LONGEST = 170, 150
#: The share of an entry that its heading has.
_ALIKE = 0.55


@dataclass(frozen=True)
class Entry:
    """A line of the contents without its number, leaders and page."""

    text: str
    flow: Flow


def flows_of(reading: Reading) -> list[Flow]:
    """The flows of the contents page, without its heading; none where there is no such page."""
    flows = reading.flows
    begin = next((n for n, flow in enumerate(flows) if flow.text.startswith("สารบัญ") and len(flow.text) < 20), None)
    if begin is None:
        return []
    found: list[Flow] = []
    seen: set[str] = set()
    for flow in flows[begin + 1 :]:
        if len(flow.text) > _LONGEST or flow.passage is not flows[begin].passage:
            break
        entry = _entry(flow)
        paged = flow.kind == ROW or _PAGED.search(flow.text)
        if found and not paged and (_said_again(entry, seen) or _after_the_last(entry, found[-1])):
            break
        found.append(flow)
        if entry and not entry.isdigit() and entry != "หน้า":
            seen.add(entry)
    return found


def _said_again(entry: str, seen: set[str]) -> bool:
    """Whether the body begins: with a heading the contents have named."""
    return len(entry) > 3 and any(one.startswith(entry) or entry.startswith(one) for one in seen if len(one) > 3)


def _after_the_last(entry: str, last: Flow) -> bool:
    return _entry(last).startswith("ภาคผนวก") and not entry.isdigit()


def check(reading: Reading, contents: list[Flow]) -> Iterator[Finding]:
    """`contents` as `flows_of` gives them."""
    if not contents:
        return
    entries = _entries(contents)
    heads = list(_headings(reading, contents))
    found = [(entry, _heading_of(entry, heads, contents[-1].order)) for entry in entries]
    for entry, head in found:
        if head is None:
            yield _not_in_body(entry)
        else:
            yield from _years(entry, head)
    if any(head is not None for _, head in found):
        yield from left_out(reading, contents[-1].order, entries)


def _entry(flow: Flow) -> str:
    text = flow.text.split("\t")[0] if flow.kind == ROW else flow.text
    text = _LEADERS.sub("", text)
    text = text if text == "หน้า" else re.sub("หน้า$", "", text)
    return _NUMBER.sub("", text)


def _entries(contents: list[Flow]) -> list[Entry]:
    """Entries; one that goes on after its page number is put together again."""
    found: list[Entry] = []
    for flow in contents:
        text = _entry(flow)
        if len(text) < 4 or text == "หน้า" or text.isdigit():
            continue
        if found and text.startswith(_GOES_ON) and not flow.number:
            found[-1] = Entry(found[-1].text + text, found[-1].flow)
        else:
            found.append(Entry(text, flow))
    return found


@lru_cache(maxsize=512)
def _grams(text: str) -> frozenset[str]:
    """Runs of four letters, without years and numbers."""
    bare = re.sub(r"25\d\d|[\d.()\t]", "", text)
    return frozenset(bare[n : n + 4] for n in range(max(len(bare) - 3, 1)))


def _headings(reading: Reading, contents: list[Flow]) -> Iterator[Flow]:
    """What an entry may name: headings, and after the contents paragraphs too."""
    inside = {flow.order for flow in contents}
    for flow in reading.flows:
        if flow.order not in inside and (flow.kind == HEADING or (flow.kind == PROSE and flow.order > max(inside))):
            yield flow


def _heading_of(entry: Entry, heads: list[Flow], after: int) -> Flow | None:
    """The heading most like an entry, where one is like it; before the contents only a preface stands."""
    grams = _grams(entry.text)
    best, share = None, 0.0
    for head in heads:
        if head.order <= after and not entry.text.startswith("คำนำ"):
            continue
        common = len(grams & _grams(head.text[:_HEAD])) / len(grams)
        if common > share:
            best, share = head, common
    return best if share >= _ALIKE else None


def _not_in_body(entry: Entry) -> Finding:
    return finding(
        "R19", LOW, entry.flow, 0, len(entry.flow.text.split("\t")[0]),
        f"สารบัญมี “{entry.text[:60]}” แต่ไม่พบหัวข้อนี้ในเนื้อหา",
        f"The contents name “{entry.text[:60]}”; the body has no such heading.",
        stated=entry.text[:80], expected="", resolve=HUMAN,
    )  # fmt: skip


def _years(entry: Entry, head: Flow) -> Iterator[Finding]:
    """An entry and its heading name the same year: both places are marked."""
    mine, its = _YEAR.findall(entry.text), _YEAR.findall(head.text[:_HEAD])
    if not mine or not its:
        return
    if not (mine[-1] != its[0] and head.kind == HEADING) and not (len(mine) == 1 and mine[0] not in its):
        return
    at = head.text.index(its[0])
    yield finding(
        "R19", LOW, head, at, at + 4,
        f"หัวข้อนี้เขียนปี {its[0]} แต่สารบัญเขียน {mine[-1]}",
        f"This heading says {its[0]}, the contents say {mine[-1]}.",
        stated=its[0], expected=mine[-1], resolve=HUMAN,
    )  # fmt: skip
    at = entry.flow.text.rfind(mine[-1])
    if at >= 0:
        yield finding(
            "R19", LOW, entry.flow, at, at + 4,
            f"สารบัญเขียนปี {mine[-1]} แต่หัวข้อในเนื้อหาเขียน {its[0]}",
            f"The contents say {mine[-1]}, the heading says {its[0]}.",
            stated=mine[-1], expected=its[0], resolve=HUMAN,
        )  # fmt: skip


def left_out(reading: Reading, after: int, entries: list[Entry]) -> Iterator[Finding]:
    """A part of the body that the contents do not name, where they name its neighbours."""
    parted = any(entry.flow.text.startswith(_PARTED) for entry in entries)
    numbered = any(entry.flow.number for entry in entries)
    for flow in reading.flows[after + 1 :]:
        if not _is_part(flow, parted=parted, numbered=numbered) or any(_names(entry, flow) for entry in entries):
            continue
        yield finding(
            "R19", LOW, flow, 0, len(flow.text),
            f"สารบัญไม่มีหัวข้อ “{flow.text[:60]}”", f"The contents leave out “{flow.text[:60]}”.",
            stated=flow.text[:80], expected="", resolve=HUMAN,
        )  # fmt: skip


def _is_part(flow: Flow, *, parted: bool, numbered: bool) -> bool:
    """Whether contents that name parts, or numbered headings, would name this heading."""
    text = flow.text
    if flow.kind != HEADING or len(text) < 6 or flow.passage.heading or _BELOW.search(text):
        return False
    top = numbered and flow.number.isdigit() and "." in text[:3]
    if not (parted or top or _PARTS.match(text)):
        return False
    if parted != text.startswith(_PARTED) and not text.startswith("ภาคผนวก"):
        return False
    if flow.number and (not numbered or _BELOW_NUMBERED.search(text)):
        return False
    return not (text.startswith("ผลการประเมิน") and "." in flow.number)


def _names(entry: Entry, head: Flow) -> bool:
    mine, its = _grams(entry.text), _grams(head.text)
    return len(its & mine) / len(its) >= 0.5 or len(its & mine) / len(mine) >= 0.7
