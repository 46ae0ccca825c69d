"""R09-R11: which year a sentence speaks of, decisions that are cited, and what they are cited for."""

import re
from collections.abc import Iterator
from datetime import date

from assessments.checking.facts import Reading
from assessments.checking.flows import HEADING, ROW, Flow
from assessments.checking.places import finding
from assessments.document import HIGH, HUMAN, LOW, MEDIUM, SUGGEST, Finding
from assessments.language import YEAR, days, thai_day, year_bounds
from assessments.rulebook import UnknownYear, rules_for

ANALYSED, MEASURES = "analysed", "measures"

def _any(*patterns: str) -> "re.Pattern[str]":
    return re.compile("|".join(patterns))


#: Words before a year that make it the year whose results are told,
_ANALYSED = _any(
    "วิเคราะห์ผล",
    "ผล(?:การ)?ประเมิน",
    "ผลคะแนน",
    "ผลการวิเคราะห์",
    "(?:ผล(?:คะแนน)?|สรุป)ITA",
    "ทะเบียนผล",
    "คะแนนการประเมิน",
    "(?:ได้|เข้า)รับการประเมิน",
    "มีคะแนน",
    "ได้คะแนน",
    r"ป\.ป\.ช\.ได้(?:มีการ|ดำเนินการ)?(?:ประเมิน|ประกาศ)",
)
#: that make it the year something is to be done in,
_MEASURES = _any(
    "(?:เพื่อ(?:การ)?|ไป|จะ|ไปสู่การ|นำมา|นำไป)(?:ปรับปรุง|พัฒนา|แก้ไข|ดำเนินการ|ใช้|กำหนด|ขับเคลื่อน|ปฏิบัติ|ยกระดับ|ทำ)",
    "เพื่อให้การ(?:ดำเนินการ)?ประเมิน",
    "ร้?อ?งรับการประเมิน",
    "เตรียมความพร้อม",
    "มาตรการ(?:ส่งเสริมคุณธรรมและความโปร่งใส(?:ภายในหน่วยงาน)?)?(?!ภายในเพื่อป้องกัน)",
    "แนวทางการ(?:ดำเนิน|พัฒนา|ปรับปรุง|แก้ไข)",
    "(?:ยกระดับ|พัฒนา|เพิ่ม|เตรียม(?:ความพร้อม)?(?:รับ|เข้ารับ|สำหรับ)?)(?:ผล)?(?:คะแนน|การประเมิน)",
    "แผนการ(?!ใช้จ่าย)",
    "แผน(?:ปฏิบัติ|พัฒนา|ปรับปรุง|ยกระดับ)",
    "ดำเนินการปรับปรุง",
    "การนำผล",
    "กำหนดให้ดำเนินการ",
    "ในการดำเนินการใน",
)
#: or that make it neither.
_NEITHER = _any(
    "รายการ", "ตัวชี้วัดย่อย", "แบบต่อเนื่อง", "ตั้งแต่", "ระหว่าง", "ย้อนหลัง", "ยุทธศาสตร์", "งบประมาณรายจ่าย", "ข้อบัญญัติ", "เทศบัญญัติ", "เริ่ม",
    "พระราชบัญญัติ", "ระเบียบ", "มติ", "คำสั่ง", "ประกาศ", "คู่มือ", "ปฏิทิน", "(?:เกณฑ์|รายละเอียด|กรอบ)การประเมิน",
    "แผนพัฒนา(?:ท้องถิ่น|สี่ปี|ห้าปี|[345]ปี|เศรษฐกิจ)",
    "ผลการ(?:ดำเนินการ|ดำเนินงาน|ปฏิบัติ)ตาม(?:มาตรการ)?(?:ของปี(?:ที่ผ่านมา|ก่อน)?)?",
    "รายงานผลการดำเนิน", "ติดตาม(?:ผล)?",
)  # fmt: skip
_ALREADY = re.compile(r"ได้(?:กำหนด|จัดทำ|ดำเนิน|ประกาศ|ออก)[^\t]{0,40}$")
_SCORES = re.compile(r"[^\t]{0,70}?(?:ได้รับ|ได้|มี)(?:ผล|ค่า)?(?:การประเมิน)?คะแนน")
_MONTHS = re.compile(
    r"(?:ม\.ค|ก\.พ|มี\.ค|เม\.ย|พ\.ค|มิ\.ย|ก\.ค|ส\.ค|ก\.ย|ต\.ค|พ\.ย|ธ\.ค|มกรา|กุมภา|มีนา|เมษา|พฤษภา|มิถุนา|กรกฎา|สิงหา|กันยา|ตุลา|พฤศจิกา|ธันวา)"
)
_PURPOSE = re.compile(r"(?:ที่ผ่านมา)?มี(?:วัตถุประสงค์|เจตนา|จุดมุ่งหมาย)")
_COMPARED = re.compile(
    r"(?:เทียบกับ|เปรียบเทียบ|เมื่อเทียบ|กว่า|จาก|กับ|และ|,|ถึง|ระหว่าง|เดิม|หรือ|รวมถึง|ตลอดจน|ที่ผ่านมา)(?:ผลการประเมิน|ผลคะแนน|คะแนน|ผล)?(?:ใน|ของ|เมื่อ)?$"
)
_PAST_BEFORE = re.compile(r"(?:เทียบกับ|เปรียบเทียบ|เมื่อเทียบ|กว่า|จากปี|จากเดิม|ลดลงจาก|เพิ่มขึ้นจาก|สูงขึ้นจาก|ต่างจาก)[^\d]{0,40}$")
_DECISION = re.compile(
    r"มติ|คำสั่ง|ประกาศ(?!ผล|ข้อ|นโยบาย|ใช้|เจตน|แล้ว|ให้)|หนังสือ|ระเบียบ|ลงวันที่|ที่ประชุม|การประชุม|ข้อตกลง(?:ความ)?ร่วมมือ|บันทึกข้อตกลง|ข้อบัญญัติ|เทศบัญญัติ"
)
_FUTURE = re.compile(
    r"ภายใน|ให้แล้วเสร็จ|กำหนดส่ง|จะ|ครบกำหนด|ระหว่างวันที่|ถึง|ไม่เกิน|สิ้นสุด|รายงานผล|ติดตาม|รอบ|ก่อนวันที่|เปิดระบบ|ครั้งที่\d+(?:ภายใน)?วันที่$"
)
_STRATEGY = re.compile(
    r"ยุทธศาสตร์[^\d]{0,80}(?:ระยะที่\d+)?[^\d]{0,6}\(?(?:พ\.ศ\.)?(?P<from>25\d\d)(?:-|–|—|ถึง)(?:พ\.ศ\.)?(?P<to>25\d\d)"
)
_PLAN = re.compile(
    r"แผนปฏิบัติ[^\d]{0,30}(?:\d{1,2}ปี|ประจำปี)[^()]{0,80}?\((?:พ\.ศ\.)?(?P<from>25\d\d)(?:-|–|—|ถึง)(?:พ\.ศ\.)?(?P<to>25\d\d)\)"
)


def check(reading: Reading) -> Iterator[Finding]:
    contents = False
    dated = memo_day(reading)
    strategy: tuple[int, int] | None = None
    for flow in reading.flows:
        if flow.kind == HEADING and flow.text.startswith("สารบัญ"):
            contents = True
        yield from roles(reading, flow, contents)
        if dated:
            yield from decisions(flow, dated)
        yield from scope(reading, flow)
        for found in _STRATEGY.finditer(flow.text):
            strategy = (int(found["from"]), int(found["to"]))
        if strategy:
            yield from plan_range(flow, strategy)
    if dated:
        yield from memo_date(reading, dated)


# R09


def roles(reading: Reading, flow: Flow, contents: bool) -> Iterator[Finding]:
    year = reading.document.year
    text = flow.text
    if flow.kind == ROW and len(flow.cells) > 2 and re.search(r"25\d\d[^\t]*\t[^\t]*25\d\d", text):
        yield from _columns(flow, year)
        return
    said = list(YEAR.finditer(text))
    distinct = {int(one["year"]) for one in said}
    past_facts = {fact.year for fact in reading.facts if fact.flow is flow and fact.year < year}
    before = 0
    flagged = False
    for n, one in enumerate(said):
        stated = int(one["year"])
        context = text[max(before, one.start() - 170) : one.start()]
        if not context and flow.above is not None and flow.above.order == flow.order - 1 and n == 0:
            context = flow.above.text[-120:]
        before = one.end()
        following = text[one.end() : one.end() + 200]
        role = _role(context, following, settled=text.endswith("นั้น"))
        if role is None or re.match(r"(?:คือ|เป็น|ได้แก่)?(?:ข้อ|รายการ)?[Oo0]\d", following):
            continue
        expected = year if role == ANALYSED else year + 1
        if stated == expected:
            continue
        if role == ANALYSED and stated < year and (
            stated in past_facts or _COMPARED.search(context) or _PAST_BEFORE.search(context) or len(distinct) > 2
            or re.match(r"(?:ที่ผ่านมา)?(?:ซึ่ง|ที่)?(?:ได้|มี)(?:รับ)?คะแนน", following) or following.startswith(("-", "–", "กับ", "และ", ",", "ถึง"))
        ):  # fmt: skip
            continue
        if role == MEASURES and stated <= year and (_ALREADY.search(context) or (stated < year and not _nearer(context))):
            continue
        if role == ANALYSED and stated > year and re.search(r"เป้าหมาย|รองรับ|คาด", context):
            continue
        if re.match(r"(?:-|–|—|ถึง)(?:พ\.ศ\.)?25\d\d", following) or re.search(
            r"25\d\d(?:-|–|—|ถึง)(?:พ\.ศ\.)?$", text[: one.start()]
        ):
            continue
        if role == MEASURES and stated == year and n + 1 < len(said) and int(said[n + 1]["year"]) == year + 1 and _MEASURES.search(
            text[one.end() : said[n + 1].start()]
        ):  # fmt: skip
            continue
        if (
            role == MEASURES
            and stated == year
            and re.search(r"ผลการประเมิน[^\d]*$|วิเคราะห์ผล[^\d]*$|ประจำ$", context)
            and not _nearer(context)
        ):
            continue
        flagged = True
        th = "ปีที่วิเคราะห์" if role == ANALYSED else "ปีของมาตรการ"
        en = "The year analysed" if role == ANALYSED else "The year of the measures"
        start, end = one.span("year")
        yield finding(
            "R09", HIGH, flow, start, end,
            f"{th}ควรเป็น พ.ศ. {expected} แต่ที่นี่เขียน {stated}",
            f"{en} should be {expected}; here it is {stated}.",
            stated=str(stated), expected=str(expected), resolve=SUGGEST, suggestion=str(expected),
        )  # fmt: skip
    if not flagged:
        yield from _background(reading, flow, said)


def _columns(flow: Flow, year: int) -> Iterator[Finding]:
    """A table of several years ends with the year analysed."""
    said = [
        (found, int(found.group()))
        for found in re.finditer(r"(?<!\d)25\d\d(?!\d|\.\d)", flow.text)
        if not re.search(r"\d\.\d\d", flow.text)
    ]
    years = [stated for _, stated in said]
    if _MONTHS.search(flow.text) or any(
        end - start > 30 for start, end in flow.cells if re.search(r"25\d\d", flow.text[start:end])
    ):
        return
    if len(years) < 2 or year in years or max(years) > year + 5 or min(years) < year - 8:
        return
    place, stated = min(said, key=lambda one: abs(one[1] - year))
    if max(years) > year:
        place, stated = max(said, key=lambda one: one[1])
    yield finding(
        "R09", HIGH, flow, place.start(), place.end(),
        f"ตารางนี้ไม่มีปี {year} ที่วิเคราะห์ แต่มีปี {stated}", f"The table lacks the year analysed, {year}, and has {stated}.",
        stated=str(stated), expected=str(year), resolve=SUGGEST, suggestion=str(year),
    )  # fmt: skip


def _role(context: str, following: str, *, settled: bool = False) -> str | None:
    """Whose year stands between these words; `settled`: the sentence tells what has been (ตามที่ … นั้น)."""
    if _PURPOSE.match(following) and re.search(r"การประเมิน[^\t]{0,110}$", context):
        return ANALYSED
    if re.match(r"[^\t]{0,60}?(?:เสร็จสิ้น|สิ้นสุด)(?:ลง)?แล้ว", following) and re.search(r"การประเมิน[^\t]{0,40}$", context):
        return ANALYSED
    if re.match(r"การประเมิน[^\t]{0,40}ตัวชี้วัด(?:ที่)?10[^\t]{0,140}(?:ต้องเปิดเผย|เปลี่ยนแปลง)", following):
        return MEASURES
    if following.startswith("มาตรการส่งเสริมคุณธรรม"):
        return MEASURES
    if (
        (scored := _SCORES.match(following))
        and not _MEASURES.search(context + scored.group())
        and not YEAR.search(scored.group())
    ):
        return ANALYSED
    if (
        settled
        and re.search(r"(?:การประเมินITA|การประเมินคุณธรรม[^\t]{0,90})$", context)
        and not _MEASURES.search(context)
    ):
        return ANALYSED
    analysed = [found.end() for found in _ANALYSED.finditer(context)]
    measures = [found.end() for found in _MEASURES.finditer(context)]
    neither = [found.end() for found in _NEITHER.finditer(context)]
    last = max([*analysed, *measures, *neither], default=-1)
    if last < 0:
        return None
    if neither and neither[-1] == last:
        return None
    if measures and measures[-1] >= max(analysed, default=-1):
        return MEASURES
    return ANALYSED


def _nearer(context: str) -> bool:
    """Whether the measures' word stands next to the year."""
    found = list(_MEASURES.finditer(context))
    return bool(found) and len(context) - found[-1].end() <= 40


def _background(reading: Reading, flow: Flow, said: list["re.Match[str]"]) -> Iterator[Finding]:
    """การประเมิน … ประจำปีงบประมาณ … ที่ผ่านมา … สรุปได้ดังนี้: the year whose results follow."""
    year = reading.document.year
    if len(said) != 1 or not re.search(r"(?:สรุป(?:ผล)?(?:ได้)?|รายละเอียด|ปรากฏผล|มีผล)ดังนี้$", flow.text):
        return
    stated = int(said[0]["year"])
    context = flow.text[max(0, said[0].start() - 170) : said[0].start()]
    if stated == year or _role(context, "") is not None or "การประเมินคุณธรรม" not in context:
        return
    start, end = said[0].span("year")
    yield finding(
        "R09", MEDIUM, flow, start, end,
        f"ข้อความนี้นำเข้าสู่ผลของปี {year} แต่เขียนปี {stated}",
        f"This leads into the results of {year} but says {stated}.",
        stated=str(stated), expected=str(year), resolve=SUGGEST, suggestion=str(year),
    )  # fmt: skip


def plan_range(flow: Flow, strategy: tuple[int, int]) -> Iterator[Finding]:
    for found in _PLAN.finditer(flow.text):
        begins, ends = int(found["from"]), int(found["to"])
        if ends > strategy[1] and begins <= strategy[1] and re.search(r"ประจำปี", found.group()):
            yield finding(
                "R09", LOW, flow, found.start("from"), found.end("to"),
                f"แผนปฏิบัติราชการประจำปีเขียนเป็นช่วง {begins}-{ends} ซึ่งเลยยุทธศาสตร์ที่รองรับ ({strategy[0]}-{strategy[1]})",
                f"An annual plan with the range {begins}-{ends} goes beyond the strategy it serves ({strategy[0]}-{strategy[1]}).",
                stated=f"{begins}-{ends}", expected=f"{strategy[0]}-{strategy[1]}", resolve=HUMAN,
            )  # fmt: skip


# R10


def memo_day(reading: Reading) -> tuple[date, Flow | None, int, int] | None:
    """The day the memo bears and where it says so."""
    for flow in reading.flows[:14]:
        found = re.search(r"^จัดทำ(?:โดย)?[^\d]{0,40}(?:เมื่อ|ณ)วันที่|^(?:ที่[^\t]{0,30})?\t?(?:ลง)?วันที่|\tวันที่", flow.text[:80])
        if (found and flow.kind != ROW) or (found and len(flow.text) < 90):
            for day in days(flow.text[found.end() : found.end() + 40]):
                return day.day, flow, found.end() + day.start, found.end() + day.end
        short = flow.text.lstrip("-")
        if len(short) < 40 and (day := next(days(short), None)) and day.exact and day.start <= 12:
            return day.day, flow, flow.text.index(short) + day.start, flow.text.index(short) + day.end
    if reading.document.dated:
        return reading.document.dated, None, 0, 0
    return None


def decisions(flow: Flow, dated: tuple[date, Flow | None, int, int]) -> Iterator[Finding]:
    if flow is dated[1]:
        return
    if len(flow.cells) > 3:
        return
    for day in days(flow.text):
        context = flow.text[max(0, day.start - 75) : day.start]
        cue = list(_DECISION.finditer(context))
        if not cue or day.day <= dated[0] or not day.exact:
            continue
        if _FUTURE.search(context[cue[-1].end() :]) or re.search(r"ภายใน(?:วันที่)?$|ถึง(?:วันที่)?$|ก่อนวันที่$", context):
            continue
        yield finding(
            "R10", HIGH, flow, day.start, day.end,
            f"อ้างถึงการตัดสินใจเมื่อ {thai_day(day.day)} ซึ่งเป็นเวลาหลังวันที่ของบันทึก ({thai_day(dated[0])})",
            f"A decision of {day.day} is cited, later than the memo itself ({dated[0]}).",
            stated=thai_day(day.day), expected=f"≤ {thai_day(dated[0])}", resolve=HUMAN,
        )  # fmt: skip


def memo_date(reading: Reading, dated: tuple[date, Flow | None, int, int]) -> Iterator[Finding]:
    """The memo cannot be older than the year's results, nor come after the year of the measures."""
    day, flow, start, end = dated
    if flow is None:
        return
    first, _ = year_bounds(reading.document.year)
    _, last = year_bounds(reading.document.year + 1)
    if date(first.year + 1, 3, 1) <= day <= last:
        return
    yield finding(
        "R10", MEDIUM, flow, start, end,
        f"วันที่ของบันทึก {thai_day(day)} ไม่อยู่ระหว่างการประกาศผลปี {reading.document.year} กับสิ้นปีของมาตรการ",
        f"The memo's date {day} does not lie between the results of {reading.document.year} and the end of the measures' year.",
        stated=thai_day(day), expected="", resolve=HUMAN,
    )  # fmt: skip


# R11


def scope(reading: Reading, flow: Flow) -> Iterator[Finding]:
    """A decision cited for a fiscal year it does not speak of."""
    bases = {basis.date: basis for basis in reading.rules.bases}
    try:
        bases |= {basis.date: basis for basis in rules_for(reading.document.year + 1).bases}
    except UnknownYear:
        pass
    if not bases:
        return
    for day in days(flow.text):
        basis = bases.get(day.day)
        if basis is None or not day.exact or "มติ" not in flow.text[max(0, day.start - 80) : day.start]:
            continue
        spoken = [
            int(one["year"])
            for one in YEAR.finditer(flow.text)
            if re.search(r"ประเมิน", flow.text[max(0, one.start() - 110) : one.start()]) and one.end() <= day.start
        ]
        after = [
            int(one["year"]) for one in YEAR.finditer(flow.text, day.end)
            if re.search(r"ประเมิน", flow.text[day.end : one.start()]) and not _MEASURES.search(flow.text[day.end : one.start()])
        ]  # fmt: skip
        year = spoken[-1] if spoken else after[0] if after else reading.document.year
        if year in basis.fiscal_years or not basis.fiscal_years:
            continue
        covers = f"{min(basis.fiscal_years)}-{max(basis.fiscal_years)}"
        yield finding(
            "R11", MEDIUM, flow, day.start, day.end,
            f"{basis.th} ใช้กับการประเมินปี {covers} เท่านั้น ไม่ใช่ปี {year} ต้องอ้างมติหรือหลักเกณฑ์ของปีนั้น",
            f"The resolution of {basis.date} covers the assessments of {covers}, not {year}; cite the basis of that year.",
            stated=str(year), expected=covers, resolve=HUMAN,
        )  # fmt: skip
