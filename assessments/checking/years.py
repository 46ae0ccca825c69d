"""R09: which year a sentence speaks of: the one whose results it tells, or the one its measures are for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assessments.checking.facts import Reading
from assessments.checking.flows import ROW, Flow
from assessments.checking.places import finding
from assessments.document import HIGH, HUMAN, LOW, MEDIUM, SUGGEST, Finding
from assessments.language import TO, YEAR, any_of, either

ANALYSED, MEASURES = "analysed", "measures"
ROLES = {ANALYSED: ("ปีที่วิเคราะห์", "The year analysed"), MEASURES: ("ปีของมาตรการ", "The year of the measures")}

#: Words before a year that make it the year whose results are told,
_ANALYSED = any_of(
    "วิเคราะห์ผล",
    "ผล(?:การ)?ประเมิน",
    "ผลคะแนน",
    "ผลการวิเคราะห์",
    "(?:ผล(?:คะแนน)?|สรุป)ITA",
    "(?:ทะเบียน|รายงาน|วิเคราะห์|แนวโน้ม|แจ้ง|ส่ง)ผล",
    "คะแนนการประเมิน",
    "(?:ได้|เข้า)รับการประเมิน",
    "มีคะแนน",
    "ได้คะแนน",
    r"ป\.ป\.ช\.ได้(?:มีการ|ดำเนินการ)?(?:ประเมิน|ประกาศ)",
)
#: that make it the year something is to be done in,
OF_MEASURES = any_of(
    "(?:เพื่อ(?:การ)?|ไป|จะ|ไปสู่การ|นำมา|นำไป)(?:ปรับปรุง|พัฒนา|แก้ไข|ดำเนินการ|ใช้|กำหนด|ขับเคลื่อน|ปฏิบัติ|ยกระดับ|ทำ)",
    "เพื่อให้การ(?:ดำเนินการ)?ประเมิน",
    "ร้?อ?งรับการประเมิน",
    "เตรียมความพร้อม",
    "มาตรการ(?:ส่งเสริมคุณธรรมและความโปร่งใส(?:ภายในหน่วยงาน)?)?(?!ภายในเพื่อป้องกัน)",
    "แนวทางการ(?:ดำเนิน|พัฒนา|ปรับปรุง|แก้ไข)",
    "(?:ยกระดับ|พัฒนา|เพิ่ม|เตรียม(?:ความพร้อม)?(?:รับ|เข้ารับ|สำหรับ)?)(?:ผล)?(?:คะแนน|การประเมิน)",
    "แผนการ(?!ใช้จ่าย|ปฏิรูป)",
    "แผน(?:ปฏิบัติ|พัฒนา|ปรับปรุง|ยกระดับ)",
    "ดำเนินการปรับปรุง",
    "การนำผล",
    "กำหนดให้ดำเนินการ",
    "ในการดำเนินการใน",
)
#: or that make it neither.
_NEITHER = any_of(
    *("รายการ", "ตัวชี้วัดย่อย", "แบบต่อเนื่อง", "ตั้งแต่", "ระหว่าง", "ย้อนหลัง", "ยุทธศาสตร์", "งบประมาณรายจ่าย"),
    *("ข้อบัญญัติ", "เทศบัญญัติ", "เริ่ม", "พระราชบัญญัติ", "ระเบียบ", "มติ", "คำสั่ง", "ประกาศ", "คู่มือ", "ปฏิทิน"),
    "(?:เกณฑ์|รายละเอียด|กรอบ)การประเมิน",
    "แผนพัฒนา(?:ท้องถิ่น|สี่ปี|ห้าปี|[345]ปี|เศรษฐกิจ)",
    "ผลการ(?:ดำเนินการ|ดำเนินงาน|ปฏิบัติ)ตาม(?:มาตรการ)?(?:ของปี(?:ที่ผ่านมา|ก่อน)?)?",
    "รายงานผลการดำเนิน",
    "ติดตาม(?:ผล)?",
)
_ALREADY = re.compile(r"ได้(?:กำหนด|จัดทำ|ดำเนิน|ประกาศ|ออก)[^\t]{0,40}$")
_SCORES = any_of(r"[^\t]{0,70}?(?:ได้รับ|ได้|มี)(?:ผล|ค่า)?(?:การประเมิน)?คะแนน", r"(?:ได้)?ร้อยละ\d")
_SETS_MEASURES = re.compile(r"[^\t]{0,60}?กำหนดมาตรการ(?:ไว้)?ดัง(?:ต่อไป)?นี้")
_MONTHS = any_of(
    *(r"ม\.ค", r"ก\.พ", r"มี\.ค", r"เม\.ย", r"พ\.ค", r"มิ\.ย", r"ก\.ค", r"ส\.ค", r"ก\.ย", r"ต\.ค", r"พ\.ย", r"ธ\.ค"),
    *("มกรา", "กุมภา", "มีนา", "เมษา", "พฤษภา", "มิถุนา", "กรกฎา", "สิงหา", "กันยา", "ตุลา", "พฤศจิกา", "ธันวา"),
)
_PURPOSE = re.compile("(?:ที่ผ่านมา)?มี(?:วัตถุประสงค์|เจตนา|จุดมุ่งหมาย)")
_COMPARED = re.compile(
    either(
        "เทียบกับ",
        "เปรียบเทียบ",
        "เมื่อเทียบ",
        "กว่า",
        "จาก",
        "กับ",
        "และ",
        ",",
        "ถึง",
        "ระหว่าง",
        "เดิม",
        "หรือ",
        "รวมถึง",
        "ตลอดจน",
        "ที่ผ่านมา",
    )
    + "(?:ผล(?:การ)?ประเมิน|ผลคะแนน|คะแนน|ผล)?(?:ใน|ของ|เมื่อ)?$"
)
_PAST_BEFORE = re.compile(
    either("เทียบกับ", "เปรียบเทียบ", "เมื่อเทียบ", "กว่า", "จากปี", "จากเดิม", "ลดลงจาก", "เพิ่มขึ้นจาก", "สูงขึ้นจาก", "ต่างจาก")
    + r"[^\d]{0,40}$"
)
_PAST_AFTER = re.compile(r"\(?(?:ที่ผ่านมา)?(?:ซึ่ง|ที่)?(?:(?:ได้|มี)(?:รับ)?(?:คะแนน|ร้อยละ|\d)|(?:เป็น|คือ|เท่ากับ)(?:คะแนน)?\d)")
_GOES_ON = ("-", "–", "กับ", "และ", ",", "ถึง")
_HOPED = any_of("เป้าหมาย", "รองรับ", "คาด")
_OF_RESULTS = any_of(r"ผลการประเมิน[^\d]*$", r"วิเคราะห์ผล[^\d]*$", "ประจำ$")
_ITEM = re.compile(r"(?:คือ|เป็น|ได้แก่)?(?:ข้อ|รายการ)?[Oo0]\d")
_RANGE_AFTER = re.compile(rf"{TO}(?:พ\.ศ\.)?25\d\d")
_RANGE_BEFORE = re.compile(rf"25\d\d{TO}(?:พ\.ศ\.)?$")
_ASSESSMENT_FAR = re.compile(r"การประเมิน[^\t]{0,110}$")
_ASSESSMENT_NEAR = re.compile(r"การประเมิน[^\t]{0,40}$")
_ASSESSMENT = re.compile(r"(?:การประเมินITA|การประเมินคุณธรรม[^\t]{0,90})$")
_OVER = re.compile(r"[^\t]{0,60}?(?:เสร็จสิ้น|สิ้นสุด)(?:ลง)?แล้ว")
#: What indicator 10 asks to be disclosed in the coming year.
_TO_DISCLOSE = re.compile(r"การประเมิน[^\t]{0,40}ตัวชี้วัด(?:ที่)?10[^\t]{0,140}(?:ต้องเปิดเผย|เปลี่ยนแปลง)")
_LEADS_IN = re.compile("(?:สรุป(?:ผล)?(?:ได้)?|รายละเอียด|ปรากฏผล|มีผล)ดังนี้$")
#: ITA 2564, without the word ปี
_ITA_YEAR = re.compile(r"(?<![ก-๙A-Za-z])ITA ?(?P<year>25\d\d)(?![\d.]|[-–])")
_ANY = re.compile(r"25\d\d")
_IN_TABLE = re.compile(r"(?<!\d)25\d\d(?!\d|\.\d)")
_SEVERAL_COLUMNS = re.compile(r"25\d\d[^\t]*\t[^\t]*25\d\d")
_FIGURE = re.compile(r"\d\.\d\d")
_SPAN = rf"(?:พ\.ศ\.)?(?P<from>25\d\d){TO}(?:พ\.ศ\.)?(?P<to>25\d\d)"
_STRATEGY = re.compile(rf"ยุทธศาสตร์[^\d]{{0,80}}(?:ระยะที่\d+)?[^\d]{{0,6}}\(?{_SPAN}")
_PLAN = re.compile(rf"แผนปฏิบัติ[^\d]{{0,30}}(?:\d{{1,2}}ปี|ประจำปี)[^()]{{0,80}}?\({_SPAN}\)")
#: Letters before and after a year in which its role is looked for.
_BEFORE, _AFTER = 170, 200


@dataclass(frozen=True)
class _Year:
    """A year in a sentence: `before` are the words since the year before it, `after` those that follow."""

    year: int
    span: tuple[int, int]
    before: str
    after: str
    role: str


def check(reading: Reading) -> Iterator[Finding]:
    strategy: tuple[int, int] | None = None
    for flow in reading.flows:
        if flow.kind == ROW and len(flow.cells) > 2 and _SEVERAL_COLUMNS.search(flow.text):
            yield from columns(flow, reading.document.year)
        else:
            yield from roles(reading, flow)
        for found in _STRATEGY.finditer(flow.text):
            strategy = (int(found["from"]), int(found["to"]))
        if strategy:
            yield from plan_range(flow, strategy)


def roles(reading: Reading, flow: Flow) -> Iterator[Finding]:
    """Every year that is not the one its sentence speaks of."""
    said = list(YEAR.finditer(flow.text))
    wrong = [one for one in _years(flow, said) if _is_wrong(reading, flow, one, said)]
    for one in wrong:
        th, en = ROLES[one.role]
        expected = _expected(reading, one)
        yield finding(
            "R09", HIGH, flow, *one.span,
            f"{th}ควรเป็น พ.ศ. {expected} แต่ที่นี่เขียน {one.year}",
            f"{en} should be {expected}; here it is {one.year}.",
            stated=str(one.year), expected=str(expected), resolve=SUGGEST, suggestion=str(expected),
        )  # fmt: skip
    if not wrong:
        yield from _background(reading, flow, said)


def _years(flow: Flow, said: list[re.Match[str]]) -> Iterator[_Year]:
    """The years of a flow that have a role."""
    text = flow.text
    since = 0
    for n, one in enumerate(said):
        before = text[max(since, one.start() - _BEFORE) : one.start()]
        if not before and n == 0 and flow.above is not None and flow.above.order == flow.order - 1:
            before = flow.above.text[-120:]
        since = one.end()
        after = text[one.end() : one.end() + _AFTER]
        role = _role(before, after, settled=text.endswith("นั้น"))
        if role is not None and not _ITEM.match(after):
            yield _Year(int(one["year"]), one.span("year"), before, after, role)
    for one in _ITA_YEAR.finditer(text):
        before, after = text[: one.start()][-_BEFORE:], text[one.end() :][:_AFTER]
        yield _Year(int(one["year"]), one.span("year"), before, after, ANALYSED)


def _expected(reading: Reading, one: _Year) -> int:
    return reading.document.year if one.role == ANALYSED else reading.document.year + 1


def _is_wrong(reading: Reading, flow: Flow, one: _Year, said: list[re.Match[str]]) -> bool:
    if one.year == _expected(reading, one):
        return False
    if _RANGE_AFTER.match(one.after) or _RANGE_BEFORE.search(flow.text[: one.span[1] - 4]):
        return False
    if one.role == ANALYSED:
        return not _other_results(reading, flow, one, said)
    return not _other_measures(reading.document.year, flow, one, said)


def _other_results(reading: Reading, flow: Flow, one: _Year, said: list[re.Match[str]]) -> bool:
    """Whether another year's results are meant: compared with, scored in this sentence, or hoped for."""
    if one.year > reading.document.year:
        return _HOPED.search(one.before) is not None
    scored = {fact.year for fact in reading.facts if fact.flow is flow}
    return bool(
        one.year in scored
        or len({year["year"] for year in said}) > 2
        or _COMPARED.search(one.before)
        or _PAST_BEFORE.search(one.before)
        or _PAST_AFTER.match(one.after)
        or one.after.startswith(_GOES_ON)
    )


def _other_measures(mine: int, flow: Flow, one: _Year, said: list[re.Match[str]]) -> bool:
    """Whether measures of a year before are told: taken already, or of the year whose results they follow from."""
    if one.year > mine:
        return False
    if _ALREADY.search(one.before):
        return True
    if one.year < mine:
        return not _nearer(one.before)
    following = next((year for year in said if year.start() >= one.span[1]), None)
    if (
        following
        and int(following["year"]) == mine + 1
        and OF_MEASURES.search(flow.text[one.span[1] : following.start()])
    ):
        return True
    return _OF_RESULTS.search(one.before) is not None and not _nearer(one.before)


def _nearer(before: str) -> bool:
    """Whether the measures' word stands next to the year."""
    found = list(OF_MEASURES.finditer(before))
    return bool(found) and len(before) - found[-1].end() <= 40


def _role(before: str, after: str, *, settled: bool = False) -> str | None:
    """Whose year stands between these words; `settled`: the sentence tells what has been (ตามที่ … นั้น)."""
    if (_PURPOSE.match(after) and _ASSESSMENT_FAR.search(before)) or (
        _OVER.match(after) and _ASSESSMENT_NEAR.search(before)
    ):
        return ANALYSED
    if _TO_DISCLOSE.match(after) or _SETS_MEASURES.match(after) or after.startswith("มาตรการส่งเสริมคุณธรรม"):
        return MEASURES
    scored = _SCORES.match(after)
    if scored and not OF_MEASURES.search(before + scored.group()) and not YEAR.search(scored.group()):
        return ANALYSED
    if settled and _ASSESSMENT.search(before) and not OF_MEASURES.search(before):
        return ANALYSED
    return _role_of_words(before)


def _role_of_words(before: str) -> str | None:
    """By the word that ends last; of two that end together, neither goes before measures before analysed."""
    ends = [
        (max((found.end() for found in pattern.finditer(before)), default=-1), -n, role)
        for n, (pattern, role) in enumerate(((_NEITHER, None), (OF_MEASURES, MEASURES), (_ANALYSED, ANALYSED)))
    ]
    last, _, role = max(ends, key=lambda one: one[:2])
    return role if last >= 0 else None


def _background(reading: Reading, flow: Flow, said: list[re.Match[str]]) -> Iterator[Finding]:
    """การประเมิน … ประจำปีงบประมาณ … ที่ผ่านมา … สรุปได้ดังนี้: the year whose results follow."""
    year = reading.document.year
    if len(said) != 1 or int(said[0]["year"]) == year or not _LEADS_IN.search(flow.text):
        return
    stated = said[0]["year"]
    before = flow.text[max(0, said[0].start() - _BEFORE) : said[0].start()]
    if "การประเมินคุณธรรม" not in before or _role(before, "") is not None:
        return
    yield finding(
        "R09", MEDIUM, flow, *said[0].span("year"),
        f"ข้อความนี้นำเข้าสู่ผลของปี {year} แต่เขียนปี {stated}",
        f"This leads into the results of {year} but says {stated}.",
        stated=stated, expected=str(year), resolve=SUGGEST, suggestion=str(year),
    )  # fmt: skip


def columns(flow: Flow, year: int) -> Iterator[Finding]:
    """A table of several years ends with the year analysed."""
    long = any(end - start > 30 and _ANY.search(flow.text, start, end) for start, end in flow.cells)
    if long or _MONTHS.search(flow.text) or _FIGURE.search(flow.text):
        return
    said = {int(found.group()): found for found in reversed(list(_IN_TABLE.finditer(flow.text)))}
    count = len(_IN_TABLE.findall(flow.text))
    if count < 2 or year in said or max(said) > year + 5 or min(said) < year - 8:
        return
    # Without a later year all are earlier, and the last of them is nearest.
    stated = max(said)
    yield finding(
        "R09", HIGH, flow, *said[stated].span(),
        f"ตารางนี้ไม่มีปี {year} ที่วิเคราะห์ แต่มีปี {stated}",
        f"The table lacks the year analysed, {year}, and has {stated}.",
        stated=str(stated), expected=str(year), resolve=SUGGEST, suggestion=str(year),
    )  # fmt: skip


def plan_range(flow: Flow, strategy: tuple[int, int]) -> Iterator[Finding]:
    """An annual plan whose years go beyond those of the strategy it serves."""
    first, last = strategy
    for found in _PLAN.finditer(flow.text):
        begins, ends = int(found["from"]), int(found["to"])
        if begins <= last < ends and "ประจำปี" in found.group():
            yield finding(
                "R09", LOW, flow, found.start("from"), found.end("to"),
                f"แผนปฏิบัติราชการประจำปีเขียนเป็นช่วง {begins}-{ends} ซึ่งเลยยุทธศาสตร์ที่รองรับ ({first}-{last})",
                f"An annual plan with the range {begins}-{ends} goes beyond the strategy it serves ({first}-{last}).",
                stated=f"{begins}-{ends}", expected=f"{first}-{last}", resolve=HUMAN,
            )  # fmt: skip
