"""R08: indicators, instruments and divisions under their official names."""

import re
from collections.abc import Iterator
from itertools import pairwise

from assessments.checking.facts import Reading
from assessments.checking.flows import Flow
from assessments.checking.places import at_data, finding
from assessments.checking.plans import Cell, Row
from assessments.document import AUTO, HIGH, LOW, MEDIUM, SUGGEST, Finding
from assessments.language import distance, nearest, squeezed

#: Divisions as the standards of local personnel name them; a register of the office's own goes before.
DIVISIONS = (
    "สำนักปลัด", "สำนักงานปลัด", "สำนักปลัดเทศบาล", "สำนักปลัดองค์การบริหารส่วนตำบล", "สำนักปลัดองค์การบริหารส่วนจังหวัด",
    "สำนักงานปลัดองค์การบริหารส่วนตำบล", "สำนักงานปลัดเทศบาล", "สำนักปลัด อบต.", "สำนักปลัด อบจ.", "กองคลัง", "กองช่าง", "กองการศึกษา",
    "กองการศึกษา ศาสนาและวัฒนธรรม", "กองสาธารณสุข", "กองสาธารณสุขฯ", "กองสาธารณสุขและสิ่งแวดล้อม", "กองสวัสดิการสังคม",
    "กองสวัสดิการสังคมและสังคมสงเคราะห์", "กองส่งเสริมการเกษตร", "กองยุทธศาสตร์และงบประมาณ", "กองแผนและงบประมาณ", "กองวิชาการและแผนงาน",
    "กองการเจ้าหน้าที่", "กองการประปา", "กองพัสดุและทรัพย์สิน", "กองกิจการสภา", "กองการแพทย์", "กองป้องกันและบรรเทาสาธารณภัย",
    "กองผังเมือง", "กองช่างสุขาภิบาล", "กองนิติการ", "กองสารสนเทศภาษีและทะเบียนทรัพย์สิน", "กองการท่องเที่ยวและกีฬา", "กองสิ่งแวดล้อม",
    "กองส่งเสริมคุณภาพชีวิต", "กองทะเบียนราษฎรและบัตรประจำตัวประชาชน", "กองทุกกอง", "กองเทคโนโลยีสารสนเทศ", "กองวิเทศสัมพันธ์", "สำนักช่าง",
    "สำนักคลัง", "สำนักการศึกษา", "สำนักการช่าง", "สำนักสาธารณสุข", "สำนักยุทธศาสตร์และงบประมาณ", "สำนักงานเลขานุการ",
    "หน่วยตรวจสอบภายใน", "หน่วยงานตรวจสอบภายใน",
)  # fmt: skip
_SIDES = {"ภายใน": "IIT", "ภายนอก": "EIT"}
_SIDE = re.compile(r"ผู้มีส่วนได้(?:ส่วน)?เสีย(?:ฝ่าย)?(?P<side>ภายใน|ภายนอก)(?:หน่วยงาน)?[(]?(?P<code>IIT|EIT)(?![A-Za-z])")
_FORM = re.compile(
    r"(?P<name>แบบ(?:วัด|ตรวจ|สำรวจ|ประเมิน|สอบ)(?:การ|ความ)?[^\d\t()“”\"A-Za-z]{6,48}?)(?:[(](?P<code>[A-Z]{3})[)]|(?=(?P<bare>[A-Z]{3})(?![A-Za-z])))"
)

_NAMED = re.compile(
    r"(?<![A-Za-z])(?P<code>IIT|EIT|OIT)(?![A-Za-z])[^\tA-Z]{0,25}\((?P<name>แบบ(?:วัด|ตรวจ)[^)]{6,60})\)"
)


def check(reading: Reading, rows: list[Row]) -> Iterator[Finding]:
    yield from indicators(reading)
    for flow in reading.flows:
        yield from instruments(reading, flow)
    yield from divisions(reading, rows)


def indicators(reading: Reading) -> Iterator[Finding]:
    rules = reading.rules
    every = {squeezed(name): one.number for one in rules.indicators for name in one.names}
    seen: set[tuple[int, int]] = set()
    for name in reading.names:
        place = (id(name.flow), name.start)
        if place in seen:
            continue
        seen.add(place)
        official = rules.by_number[name.number].th
        apart = min(distance(name.said, squeezed(one)) for one in rules.by_number[name.number].names)
        if name.said in every:
            severity, what = HIGH, "เป็นชื่อของตัวชี้วัดที่ " + str(every[name.said])
        else:
            severity, what = (LOW if apart <= 4 else MEDIUM), "ไม่มีในรายชื่อตัวชี้วัด"
        yield finding(
            "R08", severity, name.flow, name.start, name.end,
            f"“{name.said}” {what} ชื่อของตัวชี้วัดที่ {name.number} คือ “{official}” (ต่างกัน {apart} ตัวอักษร)",
            f"“{name.said}” is not the name of indicator {name.number}: it is “{official}” ({apart} letters apart).",
            stated=name.said, expected=official, resolve=SUGGEST, suggestion=official,
        )  # fmt: skip


def instruments(reading: Reading, flow: Flow) -> Iterator[Finding]:
    rules = reading.rules
    text = flow.text
    if not re.search(r"IT\b|IT(?![A-Za-z])|OTI|แบบ", text):
        return
    sides: set[int] = set()
    for found in _SIDE.finditer(text):
        if _SIDES[found["side"]] != found["code"] and found["code"] in rules.by_code:
            right = next(side for side, code in _SIDES.items() if code == found["code"])
            sides.add(found.start("code"))
            yield finding(
                "R08", MEDIUM, flow, *found.span("side"),
                f"{found['code']} วัดการรับรู้ของผู้มีส่วนได้ส่วนเสีย{right} ไม่ใช่{found['side']}",
                f"{found['code']} asks stakeholders {'inside' if right == 'ภายใน' else 'outside'} the office.",
                stated=f"{found['side']}({found['code']})", expected=right, resolve=AUTO, suggestion=right,
            )  # fmt: skip
    for found in _FORM.finditer(text):
        code = found["code"] or found["bare"]
        if code not in rules.by_code:
            continue
        at = found.start("code") if found["code"] else found.end()
        names = [squeezed(name) for name in rules.by_code[code].names]
        said = found["name"]
        apart = min(distance(said, name) for name in names)
        if apart == 0 or at in sides or said in ("แบบวัดการรับรู้", "แบบตรวจ", "แบบวัด"):
            continue
        if apart > 14:
            continue
        official = rules.by_code[code].th
        yield finding(
            "R08", LOW, flow, *found.span("name"),
            f"ชื่อเครื่องมือ {code} คือ “{official}” ไม่ใช่ “{said}”",
            f"The instrument {code} is called “{official}”.",
            stated=said, expected=official, resolve=AUTO, suggestion=official,
        )  # fmt: skip
    for found in _NAMED.finditer(text):
        code = found["code"]
        others = {squeezed(name): one.code for one in rules.instruments for name in one.names}
        if others.get(found["name"], code) != code:
            official = next(
                (name for name in rules.by_code[code].names if len(squeezed(name)) - len(found["name"]) in (0, 1, -1)),
                rules.by_code[code].th,
            )
            yield finding(
                "R08", MEDIUM, flow, *found.span("name"),
                f"{code} คือ “{official}” ไม่ใช่ “{found['name']}”", f"{code} is “{official}”.",
                stated=found["name"], expected=official, resolve=AUTO, suggestion=official,
            )  # fmt: skip
    yield from _near_instrument(reading, flow)
    if "OTI" in text:
        at = text.index("OTI")
        yield finding(
            "R08", LOW, flow, at, at + 3, "ไม่มีเครื่องมือชื่อ OTI ที่ถูกคือ OIT", "There is no instrument OTI; it is OIT.",
            stated="OTI", expected="OIT", resolve=AUTO, suggestion="OIT",
        )  # fmt: skip


def _near_instrument(reading: Reading, flow: Flow) -> Iterator[Finding]:
    """An instrument's name a few letters wrong, where no code stands right behind it."""
    text = flow.text
    official = {squeezed(name): one for one in reading.rules.instruments for name in one.names}
    for begins in re.finditer(r"แบบ(?:วัด|ตรวจ|สำรวจ)", text):
        place = begins.start()
        if any(text.startswith(name, place) for name in official):
            continue
        options = [(text[place : place + len(one) + more], one) for one in official for more in (-1, 0, 1)]
        said, name = min(options, key=lambda pair: distance(*pair))
        if (
            not 0 < distance(said, name) <= 4
            or "\t" in said
            or re.match(r"\([A-Z]{3}\)|[A-Z]{3}", text[place + len(said) :])
        ):
            continue
        right = official[name].th
        yield finding(
            "R08", LOW, flow, place, place + len(said), f"ชื่อเครื่องมือ {official[name].code} คือ “{right}” ไม่ใช่ “{said}”",
            f"The instrument {official[name].code} is called “{right}”.", stated=said, expected=right, resolve=AUTO, suggestion=right,
        )  # fmt: skip


_BEGINS = re.compile(r"(?:กอง(?!ทุน|ทุก)|สำนัก(?!งาน(?:ป\.|คณะ))|หน่วย(?:งาน)?ตรวจ)")
_SECRETARY = re.compile(r"สำนัก(?:งาน)?ปลัด")
#: What may follow a division's name in its column.
_TAIL = re.compile(r"(?:และ|องค์การ|เทศบาล|อบ[ตจ]|ท[ตมน]\.|ฯ|กอง|หน่วย|ร่วม|เป็น|ทุก|ดำเนิน|ฝ่าย|งาน|โดย|รับผิด|ระยะ|กำหนด|หลัก|\.|$)")


def _pieces(cell: Cell) -> Iterator[tuple[str, int]]:
    """The divisions a column names, one after the other even where only spaces stood between, with their places."""
    text = cell.flow.text[: cell.end]
    begins = [one.start() for one in _BEGINS.finditer(text, cell.start)]
    for start, end in pairwise([*begins, cell.end]):
        if found := re.match(r"[ก-๙.]+", text[start:end]):
            said = re.split(r"และ$|/|ร่วมกับ|ระยะเวลา", found.group())[0].rstrip(".")
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


def divisions(reading: Reading, rows: list[Row]) -> Iterator[Finding]:
    known = tuple(reading.document.divisions) + DIVISIONS
    squeezed_known = {squeezed(name) for name in known}
    spelled: dict[str, list[tuple[Cell, int, int]]] = {}
    for row in rows:
        cell = row.responsible
        if cell is None or cell.flow is None:
            continue
        for said, start in _pieces(cell):
            if head := _SECRETARY.match(said):
                spelled.setdefault(head.group(), []).append((cell, start, start + len(head.group())))
            near = _misspelt(said, known)
            if near is None:
                continue
            apart = distance(said[: len(squeezed(near)) + 2], squeezed(near))
            yield finding(
                "R08", LOW, cell.flow, start, start + len(said),
                f"ไม่มี “{said}” ในรายชื่อส่วนราชการ ใกล้ที่สุดคือ “{near}”",
                f"There is no division “{said}”; the nearest is “{near}”.",
                stated=said, expected=near, resolve=AUTO if apart <= 4 else SUGGEST, suggestion=near,
            )  # fmt: skip
    if len(spelled) == 2:
        for cell, start, end in spelled["สำนักงานปลัด"][:1]:
            assert cell.flow is not None
            yield finding(
                "R08", LOW, cell.flow, start, end,
                "เอกสารเดียวกันเขียนทั้ง “สำนักงานปลัด” และ “สำนักปลัด”",
                "The document writes both สำนักงานปลัด and สำนักปลัด.",
                stated="สำนักงานปลัด", expected="สำนักปลัด", resolve=AUTO, suggestion="สำนักปลัด",
            )  # fmt: skip
    for row in rows:
        for said in row.responsible_names:
            if row.responsible is None and squeezed(said) not in squeezed_known and reading.document.divisions:
                near, apart = nearest(said, reading.document.divisions)
                yield at_data(
                    "R08", LOW, row.section, row.line,
                    f"ไม่มี “{said}” ในรายชื่อส่วนราชการ ใกล้ที่สุดคือ “{near}”",
                    f"There is no division “{said}”; the nearest is “{near}”.", stated=said, expected=near, resolve=SUGGEST,
                )  # fmt: skip
