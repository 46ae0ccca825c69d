"""R08: indicators, instruments and divisions under their official names."""

import re
from collections.abc import Iterator
from itertools import pairwise

from assessments.checking.facts import Name, Reading
from assessments.checking.flows import Flow
from assessments.checking.places import at_data, finding
from assessments.checking.rows import Cell, Row
from assessments.document import AUTO, HIGH, LOW, MEDIUM, SUGGEST, Finding
from assessments.language import distance, either, nearest, squeezed
from assessments.rulebook import Instrument

#: Divisions as the standards of local personnel name them; a register of the office's own goes before.
DIVISIONS = (
    "สำนักปลัด", "สำนักงานปลัด", "สำนักปลัดเทศบาล", "สำนักปลัดองค์การบริหารส่วนตำบล", "สำนักปลัดองค์การบริหารส่วนจังหวัด",
    "สำนักงานปลัดองค์การบริหารส่วนตำบล", "สำนักงานปลัดเทศบาล", "สำนักปลัด อบต.", "สำนักปลัด อบจ.", "กองคลัง",
    "กองช่าง", "กองการศึกษา", "กองการศึกษา ศาสนาและวัฒนธรรม", "กองสาธารณสุข", "กองสาธารณสุขฯ",
    "กองสาธารณสุขและสิ่งแวดล้อม", "กองสวัสดิการสังคม", "กองสวัสดิการสังคมและสังคมสงเคราะห์", "กองส่งเสริมการเกษตร",
    "กองยุทธศาสตร์และงบประมาณ", "กองแผนและงบประมาณ", "กองวิชาการและแผนงาน", "กองการเจ้าหน้าที่", "กองการประปา",
    "กองพัสดุและทรัพย์สิน", "กองกิจการสภา", "กองการแพทย์", "กองป้องกันและบรรเทาสาธารณภัย", "กองผังเมือง",
    "กองช่างสุขาภิบาล", "กองนิติการ", "กองสารสนเทศภาษีและทะเบียนทรัพย์สิน", "กองการท่องเที่ยวและกีฬา", "กองสิ่งแวดล้อม",
    "กองส่งเสริมคุณภาพชีวิต", "กองทะเบียนราษฎรและบัตรประจำตัวประชาชน", "กองทุกกอง", "กองเทคโนโลยีสารสนเทศ",
    "กองวิเทศสัมพันธ์", "สำนักช่าง", "สำนักคลัง", "สำนักการศึกษา", "สำนักการช่าง", "สำนักสาธารณสุข",
    "สำนักยุทธศาสตร์และงบประมาณ", "สำนักงานเลขานุการ", "หน่วยตรวจสอบภายใน", "หน่วยงานตรวจสอบภายใน",
)  # fmt: skip
#: Whom an instrument asks.
_SIDES = {"ภายใน": "IIT", "ภายนอก": "EIT"}
_ASKED = {"IIT": ("ภายใน", "inside"), "EIT": ("ภายนอก", "outside")}
_SIDE = re.compile("ผู้มีส่วนได้(?:ส่วน)?เสีย(?:ฝ่าย)?(?P<side>ภายใน|ภายนอก)(?:หน่วยงาน)?[(]?(?P<code>IIT|EIT)(?![A-Za-z])")
#: แบบวัดการรับรู้ … (IIT), and IIT (แบบวัดการรับรู้ …)
_FORM = re.compile(
    r"(?P<name>แบบ(?:วัด|ตรวจ|สำรวจ|ประเมิน|สอบ)(?:การ|ความ)?[^\d\t()“”\"A-Za-z]{6,48}?)"
    "(?:[(](?P<code>[A-Z]{3})[)]|(?=(?P<bare>[A-Z]{3})(?![A-Za-z])))"
)
_FORM_BEHIND = re.compile(
    r"(?<![A-Za-z])(?P<code>IIT|EIT|OIT)(?![A-Za-z])[^\tA-Z]{0,25}\((?P<name>แบบ(?:วัด|ตรวจ)[^)]{6,60})\)"
)
_FORM_BEGINS = re.compile("แบบ(?:วัด|ตรวจ|สำรวจ)")
_CODE_FOLLOWS = re.compile(r"\([A-Z]{3}\)|[A-Z]{3}")
#: Short for an instrument's name, and right.
_SHORT = ("แบบวัดการรับรู้", "แบบตรวจ", "แบบวัด")
_NOT_SECRETARY = re.compile(r"สำนัก(?:งาน)?ปล(?!ัด)[ก-๙]{1,3}(?=เสนอ|ลง|ที่|\t|$|[,/ ])")
_BEGINS = re.compile(r"(?:กอง(?!ทุน|ทุก)|สำนัก(?!งาน(?:ป\.|คณะ))|หน่วย(?:งาน)?ตรวจ)")
_LETTERS = re.compile("[ก-๙.]+")
_ENDS = re.compile("และ$|/|ร่วมกับ|ระยะเวลา")
_SECRETARY = re.compile("สำนัก(?:งาน)?ปลัด")
#: What may follow a division's name in its column.
_TAIL = re.compile(
    either(
        *("และ", "องค์การ", "เทศบาล", "อบ[ตจ]", r"ท[ตมน]\.", "ฯ", "กอง", "หน่วย", "ร่วม", "เป็น", "ทุก", "ดำเนิน"),
        *("ฝ่าย", "งาน", "โดย", "รับผิด", "ระยะ", "กำหนด", "หลัก", "โทร", r"\.", "$"),
    )
)


def check(reading: Reading, rows: list[Row]) -> Iterator[Finding]:
    places: dict[tuple[int, int], Name] = {}
    for name in reading.names:
        places.setdefault((name.flow.order, name.start), name)
    for name in places.values():
        yield indicator(reading, name)
    for flow in reading.flows:
        if "IT" in flow.text or "OTI" in flow.text or "แบบ" in flow.text:
            yield from instruments(reading, flow)
    yield from divisions(reading, rows)


# Indicators


def indicator(reading: Reading, name: Name) -> Finding:
    """A name that stands in an indicator's place and is not its name."""
    rules = reading.rules
    one = rules.by_number[name.number]
    apart = min(distance(name.said, squeezed(known)) for known in one.names)
    owner = next((other.number for other in rules.indicators if name.said in map(squeezed, other.names)), None)
    if owner is not None:
        severity, what = HIGH, f"เป็นชื่อของตัวชี้วัดที่ {owner}"
    else:
        severity, what = (LOW if apart <= 4 else MEDIUM), "ไม่มีในรายชื่อตัวชี้วัด"
    return finding(
        "R08", severity, name.flow, name.start, name.end,
        f"“{name.said}” {what} ชื่อของตัวชี้วัดที่ {name.number} คือ “{one.th}” (ต่างกัน {apart} ตัวอักษร)",
        f"“{name.said}” is not the name of indicator {name.number}: it is “{one.th}” ({apart} letters apart).",
        stated=name.said, expected=one.th, resolve=SUGGEST, suggestion=one.th,
    )  # fmt: skip


# Instruments


def instruments(reading: Reading, flow: Flow) -> Iterator[Finding]:
    asked = [found for found in _SIDE.finditer(flow.text) if _wrong_side(reading, found)]
    for found in asked:
        right, english = _ASKED[found["code"]]
        yield finding(
            "R08", MEDIUM, flow, *found.span("side"),
            f"{found['code']} วัดการรับรู้ของผู้มีส่วนได้ส่วนเสีย{right} ไม่ใช่{found['side']}",
            f"{found['code']} asks stakeholders {english} the office.",
            stated=f"{found['side']}({found['code']})", expected=right, resolve=AUTO, suggestion=right,
        )  # fmt: skip
    yield from _before_its_code(reading, flow, {found.start("code") for found in asked})
    yield from _behind_its_code(reading, flow)
    yield from _near_instrument(reading, flow)
    at = flow.text.find("OTI")
    if at >= 0:
        yield finding(
            "R08", LOW, flow, at, at + 3, "ไม่มีเครื่องมือชื่อ OTI ที่ถูกคือ OIT", "There is no instrument OTI; it is OIT.",
            stated="OTI", expected="OIT", resolve=AUTO, suggestion="OIT",
        )  # fmt: skip


def _wrong_side(reading: Reading, found: re.Match[str]) -> bool:
    return _SIDES[found["side"]] != found["code"] and found["code"] in reading.rules.by_code


def _before_its_code(reading: Reading, flow: Flow, marked: set[int]) -> Iterator[Finding]:
    """A name before its code, some letters wrong; `marked` are codes that have a finding."""
    for found in _FORM.finditer(flow.text):
        code, said = found["code"] or found["bare"], found["name"]
        place = found.start("code") if found["code"] else found.end()
        if code not in reading.rules.by_code or place in marked or said in _SHORT:
            continue
        one = reading.rules.by_code[code]
        if 0 < min(distance(said, squeezed(name)) for name in one.names) <= 14:
            yield _misnamed(flow, found.span("name"), one, said)


def _behind_its_code(reading: Reading, flow: Flow) -> Iterator[Finding]:
    """A name behind a code that is another instrument's."""
    owners = {squeezed(name): one.code for one in reading.rules.instruments for name in one.names}
    for found in _FORM_BEHIND.finditer(flow.text):
        code, said = found["code"], found["name"]
        if owners.get(said, code) == code:
            continue
        one = reading.rules.by_code[code]
        as_long = (name for name in one.names if abs(len(squeezed(name)) - len(said)) <= 1)
        official = next(as_long, one.th)
        yield finding(
            "R08", MEDIUM, flow, *found.span("name"),
            f"{code} คือ “{official}” ไม่ใช่ “{said}”", f"{code} is “{official}”.",
            stated=said, expected=official, resolve=AUTO, suggestion=official,
        )  # fmt: skip


def _near_instrument(reading: Reading, flow: Flow) -> Iterator[Finding]:
    """An instrument's name a few letters wrong, where no code stands right behind it."""
    text = flow.text
    official = {squeezed(name): one for one in reading.rules.instruments for name in one.names}
    for begins in _FORM_BEGINS.finditer(text):
        place = begins.start()
        if text.startswith(tuple(official), place):
            continue
        options = [(text[place : place + len(one) + more], one) for one in official for more in (-1, 0, 1)]
        said, name = min(options, key=lambda pair: distance(*pair))
        end = place + len(said)
        if 0 < distance(said, name) <= 4 and "\t" not in said and not _CODE_FOLLOWS.match(text, end):
            yield _misnamed(flow, (place, end), official[name], said)


def _misnamed(flow: Flow, span: tuple[int, int], one: Instrument, said: str) -> Finding:
    return finding(
        "R08", LOW, flow, *span,
        f"ชื่อเครื่องมือ {one.code} คือ “{one.th}” ไม่ใช่ “{said}”",
        f"The instrument {one.code} is called “{one.th}”.",
        stated=said, expected=one.th, resolve=AUTO, suggestion=one.th,
    )  # fmt: skip


# Divisions


def divisions(reading: Reading, rows: list[Row]) -> Iterator[Finding]:
    """Who is responsible: divisions that are none, and one division written in two ways."""
    known = (*reading.document.divisions, *DIVISIONS)
    columns = [cell for row in rows if (cell := row.responsible)]
    said = [(cell, name, start) for cell in (*_letterhead(reading), *columns) for name, start in _pieces(cell)]
    for cell, name, start in said:
        near = _misspelt(name, known)
        if near is not None:
            apart = distance(name[: len(squeezed(near)) + 2], squeezed(near))
            yield finding(
                "R08", LOW, cell.flow, start, start + len(name), *_no_division(name, near),
                stated=name, expected=near, resolve=AUTO if apart <= 4 else SUGGEST, suggestion=near,
            )  # fmt: skip
    yield from _two_secretaries([one for one in said if one[0] in columns])
    if reading.document.divisions:
        for row in rows:
            yield from _unknown_to_register(reading.document.divisions, known, row)


def _letterhead(reading: Reading) -> Iterator[Cell]:
    """Where the memo names its own division, and other places that mean the office of the permanent secretary."""
    for flow in reading.flows:
        if flow.text.startswith("ส่วนราชการ") and len(flow.text) < 160:
            yield Cell(flow, len("ส่วนราชการ"), len(flow.text))
        else:
            for found in _NOT_SECRETARY.finditer(flow.text):
                yield Cell(flow, found.start(), found.end())


def _no_division(said: str, near: str) -> tuple[str, str]:
    return (
        f"ไม่มี “{said}” ในรายชื่อส่วนราชการ ใกล้ที่สุดคือ “{near}”",
        f"There is no division “{said}”; the nearest is “{near}”.",
    )


def _pieces(cell: Cell) -> Iterator[tuple[str, int]]:
    """The divisions a column names, one after the other even where only spaces stood between, with their places."""
    text = cell.flow.text[: cell.end]
    begins = [one.start() for one in _BEGINS.finditer(text, cell.start)]
    for start, end in pairwise([*begins, cell.end]):
        if found := _LETTERS.match(text[start:end]):
            said = _ENDS.split(found.group())[0].rstrip(".")
            yield said.removesuffix("และ"), start


def _misspelt(said: str, known: tuple[str, ...]) -> str | None:
    """The official name meant by one that is none; None where the name stands or nothing is near."""
    names = {squeezed(name): name for name in known}
    if said in names:
        return None
    heads = [name for name in names if said.startswith(name)]
    if any(_TAIL.match(said[len(name) :]) for name in heads):
        return None
    near = min(names, key=lambda name: distance(said[: len(name) + 2], name))
    apart = distance(said[: len(near) + 2], near)
    if (heads and apart > 3) or apart > 0.62 * len(near):
        return None
    return names[near]


def _two_secretaries(said: list[tuple[Cell, str, int]]) -> Iterator[Finding]:
    """สำนักปลัด and สำนักงานปลัด in one document: marked where the longer one first stands."""
    heads = [(cell, start, head.group()) for cell, name, start in said if (head := _SECRETARY.match(name))]
    if len({head for _, _, head in heads}) < 2:
        return
    cell, start, longer = next(one for one in heads if one[2] == "สำนักงานปลัด")
    yield finding(
        "R08", LOW, cell.flow, start, start + len(longer),
        "เอกสารเดียวกันเขียนทั้ง “สำนักงานปลัด” และ “สำนักปลัด”", "The document writes both สำนักงานปลัด and สำนักปลัด.",
        stated="สำนักงานปลัด", expected="สำนักปลัด", resolve=AUTO, suggestion="สำนักปลัด",
    )  # fmt: skip


def _unknown_to_register(register: tuple[str, ...], known: tuple[str, ...], row: Row) -> Iterator[Finding]:
    """A row given as data that names what is no division."""
    names = {squeezed(name) for name in known}
    for said in row.responsible_names:
        if squeezed(said) not in names:
            near, _ = nearest(said, register)
            yield at_data(
                "R08", LOW, row.section, row.line, *_no_division(said, near),
                stated=said, expected=near, resolve=SUGGEST,
            )  # fmt: skip
