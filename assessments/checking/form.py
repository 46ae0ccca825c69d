"""R18 and R19: numbers that follow each other, and contents that agree with the body."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assessments.checking.facts import Reading
from assessments.checking.flows import HEADING, PROSE, ROW, Flow
from assessments.checking.places import finding
from assessments.checking.plans import MEASURES, RESPONSIBLE, STEPS, Row
from assessments.document import AUTO, HUMAN, LOW, MEDIUM, Finding

_IN_CELL = re.compile(r"(?<![\d.ก-ฮ])(?P<n>\d{1,2})(?P<sub>\.\d{1,2})?(?P<style>[.)])?(?=[ก-๙A-Za-z(“\"])")
_AFTER_TEXT = re.compile(
    r"(?<=[ก-๙a-zA-Z/)”\" ])(?P<n>\d{1,2})(?:(?P<sub>\.\d{1,2})\.?|(?P<style>[.)]))(?=[ก-๙A-Za-z(“\"])"
)


def check(reading: Reading, plan: list[Row]) -> Iterator[Finding]:
    contents = _contents(reading)
    inside = {id(flow) for flow in contents}
    yield from _sequences([flow for flow in reading.flows if id(flow) not in inside])
    for row in plan:
        yield from cells(row)
    if contents:
        yield from against_body(reading, contents)


# R18

_LETTERS = "กขคงจฉชซ"
_PART = re.compile(r"(?P<word>ส่วนที่|ตอนที่|ระเบียบวาระที่|บทที่|มาตรการที่|ภาพที่|ตารางที่)(?P<n>\d{1,2})(?![\d.]|ตาม)")


@dataclass(slots=True)
class _Open:
    style: str
    prefix: str
    last: int
    order: int
    heading: bool


def _numbered(flow: Flow) -> tuple[str, str, int] | None:
    """Style, prefix and number at the head of a flow: ("." , "3", 2) for 3.2, ("ส่วนที่", "", 1) for a part."""
    if part := _PART.match(flow.text):
        return part["word"], "", int(part["n"])
    if letter := re.match(rf"\(?([{_LETTERS}])[.)]", flow.text):
        return "ก", "", _LETTERS.index(letter[1]) + 1
    if clause := re.match(r"ข้อ([1-9]|1\d)(?=[ก-ฮเแโใไ])", flow.text):
        return "ข้อ", "", int(clause[1])
    if not flow.number:
        return None
    parts = flow.number.split(".")
    rest = flow.text[flow.text.index(flow.number) + len(flow.number) :]
    style = "(" if flow.text.startswith("(") else rest[:1] if rest[:1] in ".)" else " "
    if len(parts) == 1 and style == " ":
        return None
    if len(parts) > 1:
        style = "."
    return style, ".".join(parts[:-1]), int(parts[-1])


def _sequences(flows: list[Flow]) -> Iterator[Finding]:
    """Numbers of headings and list items: each is one more than the one before, or begins a list."""
    pools: dict[bool, list[_Open]] = {True: [], False: []}
    passage = None
    latest: tuple[str, str, int] | None = None
    earlier: Flow | None = None
    for flow in flows:
        if flow.passage is not passage and flow.kind != HEADING:
            pools[False] = []
        passage = flow.passage
        said = _numbered(flow)
        heading = flow.kind == HEADING
        if (
            heading
            and not said
            and re.match(
                r"บันทึกข้อความ|คำนำ|สารบัญ|ส่วนที่|บทที่|ภาคผนวก|เรื่องเดิม|ข้อเท็จจริง|ข้อพิจารณา|ข้อเสนอ|ข้อกฎหมาย|ข้อระเบียบ", flow.text
            )
        ):
            pools[False] = []
            continue
        if said is None:
            latest, earlier = None, flow
            continue
        style, prefix, number = said
        if prefix == "0" or number == 0 or number > 40 or (prefix and (int(prefix.split(".")[0]) > 20 or number > 20)):
            continue
        pool, other = pools[heading], pools[not heading]
        goes_on = _goes_on(pool, style, prefix, number, flow.order) or _goes_on(
            other, style, prefix, number, flow.order
        )
        before, latest = latest, (style, prefix, number)
        if goes_on is None and not prefix and _said_before(earlier, style, number):
            pool.append(_Open(style, prefix, number, flow.order, heading))
            earlier = flow
            continue
        earlier = flow
        if heading and not prefix and goes_on is None:
            pools[False] = []
        if goes_on:
            if heading and goes_on in other:
                other.remove(goes_on)
                pool.append(goes_on)
                if not prefix:
                    pools[False] = []
            continue
        twice = before is not None and before == (style, prefix, number) and flow.kind == PROSE and style in ".)"
        if number == 1 and not twice:
            pool.append(_Open(style, prefix, 1, flow.order, heading))
            continue
        last = next(
            (one for one in (*reversed(pool), *reversed(other)) if one.style == style and one.prefix == prefix), None
        )
        pool.append(_Open(style, prefix, number, flow.order, heading))
        if flow.passage.line == 0 and last is None and not prefix:
            continue  # one field of a draft may hold one item of a list
        expected = 1 if last is None else last.last + 1
        dotted = f"{prefix}." if prefix else ""
        begins = flow.text.index(_mark(style, number) if style not in "(.) " else flow.number)
        yield finding(
            "R18", LOW, flow, begins, begins + len(f"{dotted}{number}"),
            f"เลขลำดับ {dotted}{number} ไม่ต่อเนื่อง ควรเป็น {dotted}{expected}",
            f"The number {dotted}{number} does not follow; {dotted}{expected} was expected.",
            stated=f"{dotted}{number}", expected=f"{dotted}{expected}", resolve=AUTO, suggestion=f"{dotted}{expected}",
        )  # fmt: skip


def _mark(style: str, number: int) -> str:
    return _LETTERS[number - 1] if style == "ก" else str(number)


def _said_before(flow: Flow | None, style: str, number: int) -> bool:
    """Whether the flow before holds the number before, in a sentence that was broken at this one."""
    if flow is None or style not in ".)(" or number == 1:
        return False
    return re.search(rf"(?<!\d){number - 1}[.)]" if style != "(" else rf"\({number - 1}\)", flow.text) is not None


def _goes_on(pool: list[_Open], style: str, prefix: str, number: int, order: int) -> _Open | None:
    for n in range(len(pool) - 1, -1, -1):
        one = pool[n]
        if one.style == style and one.prefix == prefix and one.last == number - 1:
            one.last, one.order = number, order
            del pool[n + 1 :]
            return one
    return None


def cells(row: Row) -> Iterator[Finding]:
    """Numbers inside a plan's cell: from 1, none twice, none left out, one scheme."""
    if row.data or row.flow is None:
        return
    for name in (MEASURES, STEPS, RESPONSIBLE):
        cell = row.cells.get(name)
        if cell is None:
            continue
        text = cell.flow.text[cell.start : cell.end]
        marks = {one.start(): one for one in _AFTER_TEXT.finditer(text)}
        head = _IN_CELL.match(text)
        if head and (head["style"] or head["sub"]):
            marks[0] = head
        said = [marks[start] for start in sorted(marks)]
        said = [one for one in said if not _is_date(text, one)]
        if len(said) < 2:
            continue
        numbers = [(int(one["n"]), int(one["sub"][1:]) if one["sub"] else None) for one in said]
        wrong = _first_wrong(numbers)
        if wrong is None:
            continue
        at = said[wrong]
        shown = ", ".join(str(n) if sub is None else f"{n}.{sub}" for n, sub in numbers)
        yield finding(
            "R18", MEDIUM, cell.flow, cell.start + at.start("n"), cell.start + (at.end("sub") if at["sub"] else at.end("n")),
            f"เลขลำดับในช่องนี้ไม่ต่อเนื่อง: {shown}", f"The numbers in this cell do not follow each other: {shown}.",
            stated=shown, expected="1, 2, 3 …", resolve=HUMAN,
        )  # fmt: skip


def _is_date(text: str, one: "re.Match[str]") -> bool:
    return (
        re.match(r"(?:ม\.ค|ก\.พ|มี\.ค|เม\.ย|พ\.ค|มิ\.ย|ก\.ค|ส\.ค|ก\.ย|ต\.ค|พ\.ย|ธ\.ค)", text[one.end() : one.end() + 5])
        is not None
    )


def _first_wrong(numbers: list[tuple[int, int | None]]) -> int | None:
    """The first number that neither follows nor begins a scheme."""
    top = 0
    subs: dict[int, int] = {}
    for n, (number, sub) in enumerate(numbers):
        if sub is not None:
            if sub != subs.get(number, 0) + 1:
                return n
            subs[number] = sub
            top = max(top, number)
        else:
            if number != top + 1:
                return n
            top = number
    return None


# R19


def _contents(reading: Reading) -> list[Flow]:
    """The flows of the contents page, without its heading."""
    flows = reading.flows
    begin = next((n for n, flow in enumerate(flows) if flow.text.startswith("สารบัญ") and len(flow.text) < 20), None)
    if begin is None:
        return []
    found: list[Flow] = []
    seen: set[str] = set()
    for flow in flows[begin + 1 :]:
        entry = _entry(flow)
        if len(flow.text) > 150 or flow.passage is not flows[begin].passage:
            break
        paged = flow.kind == ROW or re.search(r"(?:\.{3,}|…|หน้า)?\d{1,3}$|[กขคงจ]$", flow.text)
        if (
            found
            and not paged
            and any(one.startswith(entry) or entry.startswith(one) for one in seen if len(one) > 3 and len(entry) > 3)
        ):
            break
        if found and _entry(found[-1]).startswith("ภาคผนวก") and not entry.isdigit() and not paged:
            break
        found.append(flow)
        if entry and not entry.isdigit() and entry != "หน้า":
            seen.add(entry)
    return found


def _entry(flow: Flow) -> str:
    """An entry without its number, leaders and page."""
    text = flow.text.split("\t")[0] if flow.kind == ROW else flow.text
    text = re.sub(r"(?:[.…]{2,}.*|\.{3,}|(?:หน้า)?\d{1,3})$", "", text)
    text = re.sub(r"(?:หน้า)$", "", text) if text != "หน้า" else text
    return re.sub(r"^(?:(?:บท|ส่วน)ที่)?[\d.)(]+", "", text)


def _entries(contents: list[Flow]) -> list[tuple[str, Flow]]:
    """Entries; one that goes on after its page number is put together again."""
    found: list[tuple[str, Flow]] = []
    for flow in contents:
        entry = _entry(flow)
        if len(entry) < 4 or entry == "หน้า" or entry.isdigit():
            continue
        if found and entry.startswith(("ในการ", "ประจำปี", "และ", "ของ", "ตาม")) and not flow.number:
            found[-1] = (found[-1][0] + entry, found[-1][1])
            continue
        found.append((entry, flow))
    return found


def _grams(text: str) -> set[str]:
    bare = re.sub(r"25\d\d|[\d.()\t]", "", text)
    return {bare[n : n + 4] for n in range(max(len(bare) - 3, 1))}


def against_body(reading: Reading, contents: list[Flow]) -> Iterator[Finding]:
    inside = {id(flow) for flow in contents}
    after = contents[-1].order
    body = [flow for flow in reading.flows if id(flow) not in inside]
    heads = [
        (flow, _grams(flow.text[:170]))
        for flow in body
        if flow.kind == HEADING or (flow.order > after and (flow.kind == PROSE))
    ]
    entries = _entries(contents)
    listed = False
    for entry, flow in entries:
        grams = _grams(entry)
        best, share = None, 0.0
        for head, its in heads:
            if head.order <= after and not entry.startswith("คำนำ"):
                continue
            common = len(grams & its) / len(grams)
            if common > share:
                best, share = head, common
        if best is None or share < 0.55:
            yield finding(
                "R19", LOW, flow, 0, len(flow.text.split("\t")[0]),
                f"สารบัญมี “{entry[:60]}” แต่ไม่พบหัวข้อนี้ในเนื้อหา", f"The contents name “{entry[:60]}”; the body has no such heading.",
                stated=entry[:80], expected="", resolve=HUMAN,
            )  # fmt: skip
            continue
        listed = True
        mine, its_years = re.findall(r"25\d\d", entry), re.findall(r"25\d\d", best.text[:170])
        if (
            (mine
            and its_years
            and mine[-1] != its_years[0]
            and best.kind == HEADING)
            or (len(mine) == 1 and its_years and mine[0] not in its_years)
        ):
            at = best.text.index(its_years[0])
            yield finding(
                "R19", LOW, best, at, at + 4,
                f"หัวข้อนี้เขียนปี {its_years[0]} แต่สารบัญเขียน {mine[-1]}",
                f"This heading says {its_years[0]}, the contents say {mine[-1]}.",
                stated=its_years[0], expected=mine[-1], resolve=HUMAN,
            )  # fmt: skip
            start = flow.text.rfind(mine[-1])
            if start >= 0:
                yield finding(
                    "R19", LOW, flow, start, start + 4,
                    f"สารบัญเขียนปี {mine[-1]} แต่หัวข้อในเนื้อหาเขียน {its_years[0]}",
                    f"The contents say {mine[-1]}, the heading says {its_years[0]}.",
                    stated=mine[-1], expected=its_years[0], resolve=HUMAN,
                )  # fmt: skip
    if listed:
        yield from _left_out(reading, contents, entries)


_PARTS = re.compile(
    r"(?:ส่วนที่|บทที่)?\d{0,2}\.?(?:ความเป็นมา|ผลการประเมิน|การนำผล|ภาคผนวก|ข้อเสนอแนะ|บทนำ|การวิเคราะห์|มาตรการ|แผน)"
)


def _left_out(reading: Reading, contents: list[Flow], entries: list[tuple[str, Flow]]) -> Iterator[Finding]:
    """A part of the body that the contents do not name, where they name its neighbours."""
    after = contents[-1].order
    known = [_grams(entry) for entry, _ in entries]
    parted = any(flow.text.startswith(("ส่วนที่", "บทที่")) for _, flow in entries)
    numbered = any(flow.number for _, flow in entries)
    for flow in reading.flows[after + 1 :]:
        top = numbered and flow.number.isdigit() and "." in flow.text[:3]
        if flow.kind != HEADING or len(flow.text) < 6 or not (parted or top or _PARTS.match(flow.text)):
            continue
        if parted != flow.text.startswith(("ส่วนที่", "บทที่")) and not flow.text.startswith("ภาคผนวก"):
            continue
        if re.search(r"มาตรการที่\d|[IEO]IT", flow.text) or flow.passage.heading:
            continue
        if (flow.number and not numbered) or (flow.text.startswith("ผลการประเมิน") and flow.number.count(".")):
            continue
        its = _grams(flow.text)
        if any(len(its & one) / len(its) >= 0.5 or len(its & one) / max(len(one), 1) >= 0.7 for one in known):
            continue
        if flow.number and re.search(r"ในภาพรวม|แต่ละตัวชี้วัด|ข้อเสนอแนะ", flow.text):
            continue
        yield finding(
            "R19", LOW, flow, 0, len(flow.text), f"สารบัญไม่มีหัวข้อ “{flow.text[:60]}”", f"The contents leave out “{flow.text[:60]}”.",
            stated=flow.text[:80], expected="", resolve=HUMAN,
        )  # fmt: skip
