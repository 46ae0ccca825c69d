"""R12: the numbers of the items an office discloses (O1 to the year's last), and what each is for."""

import re
from collections.abc import Iterator

from assessments.checking.facts import Reading
from assessments.checking.flows import HEADING, Flow
from assessments.checking.places import finding
from assessments.document import HIGH, SUGGEST, Finding
from assessments.language import YEAR
from assessments.rulebook import Rules, UnknownYear, rules_for

#: O42, o 42, ๐๔๒ (a zero for the letter). A list goes on with commas.
_CODE = re.compile(r"(?<![A-Za-z0-9.])(?P<o>[Oo])[. -]?(?P<n>\d{1,2})(?![\d.]|[A-Za-z])")
_ZERO = re.compile(r"(?:ข้อ(?:ที่)?|OIT|รายการ(?:ที่)?|(?<=\d), ?|(?<=\d)และ(?:ข้อ)?|(?<=\d)-)(?P<o>0)(?P<n>\d{2})(?![\d.-])")
_ITEM = re.compile(r"OIT(?:ข้อ|รายการ)(?:ที่)?(?P<o>)(?P<n>\d{1,2})(?![\d.])")
_ALONE = re.compile(r"^\t?(?P<o>[Oo0])(?P<n>\d{2})(?=\t)")
_FOLLOW = re.compile(
    r"กำกับติดตาม|รายงานผลการดำเนินการ(?:เพื่อ|ตาม)|(?:สรุป)?ผลการดำเนิน(?:การ|งาน)(?:/การปฏิบัติ)?ตาม(?:ที่ได้กำหนด)?(?:มาตรการ)?|รายงานผล(?:การ(?:นำ)?|ตาม)มาตรการ|ผลการดำเนินการเพื่อส่งเสริมคุณธรรม"
    r"|การดำเนินการ(?:เพื่อส่งเสริมคุณธรรม|ตามมาตรการ)|ผลการปฏิบัติตามมาตรการ|รายงานการดำเนินการ(?:ตาม|เพื่อ)|ติดตามการ(?:ดำเนิน|ปฏิบัติ)"
)
_ANALYSE = re.compile(r"วิเคราะห์ผลการประเมิน|มาตรการส่งเสริมคุณธรรม|มาตรการภายในเพื่อกำหนด|จัดทำมาตรการ|กำหนดมาตรการ")
_BACK = re.compile(r"กำหนด(?:ไว้)?(?:ตาม|ใน)(?:ข้อ|รายการ)?(?:ที่)?$")
_NAMED_BEFORE = re.compile(r"(?:\t|คือ|อยู่ใน|อยู่ที่|เป็น|ได้แก่|ตาม|ใน)(?:ข้อ|รายการ|OITข้อ|OIT)*(?:ที่)?$")


def check(reading: Reading) -> Iterator[Finding]:
    years = _years(reading)
    last = max((rules.oit_items or 0 for rules in years), default=0)
    lead: int | None = None
    for flow in reading.flows:
        named = [int(one["year"]) for one in YEAR.finditer(flow.text)]
        if flow.kind == HEADING:
            lead = named[-1] if named and re.search(r"เปิดเผย|รายการ|OIT", flow.text) else None
        if named and flow.text.endswith("ดังนี้"):
            lead = named[-1]
        duty: int | None = None
        before: re.Match[str] | None = None
        place = 0
        for code in _codes(flow):
            twice = before is not None and before["n"] == code["n"] and re.fullmatch(
                r"[,/และกับ]*(?:ข้อ|รายการ)?(?:ที่)?(?:OITข้อ)?", flow.text[place : code.start()].replace(" ", "")
            )  # fmt: skip
            duty = _duty(flow.text, code, place, duty)
            place, before = code.end(), code
            if twice:
                yield from _repeated(flow, code, years)
                continue
            before_code = [int(one["year"]) for one in YEAR.finditer(flow.text, 0, code.start())]
            yield from _one(flow, code, years, last, duty, before_code[-1] if before_code else lead)


def _years(reading: Reading) -> list[Rules]:
    """The year analysed, whose items are told, and the year of the measures, whose items are to come."""
    found = [reading.rules]
    try:
        found.append(rules_for(reading.document.year + 1))
    except UnknownYear:
        pass
    return found


def _codes(flow: Flow) -> list["re.Match[str]"]:
    found = {one.start("n"): one for one in _CODE.finditer(flow.text)}
    if alone := _ALONE.match(flow.text):
        found[alone.start("n")] = alone
    found |= {one.start("n"): one for one in _ITEM.finditer(flow.text)}
    if re.search(r"(?:ข้อ(?:ที่)?|OIT|รายการ(?:ที่)?)0\d\d(?![\d.-])", flow.text):
        found |= {one.start("n"): one for one in _ZERO.finditer(flow.text)}
    return [found[start] for start in sorted(found)]


def _one(
    flow: Flow, code: "re.Match[str]", years: list[Rules], last: int, duty: int | None, year: int | None
) -> Iterator[Finding]:
    number = int(code["n"])
    start, end = code.start("o") if code["o"] else code.start("n"), code.end("n")
    stated = f"O{number}"
    of_year = [rules for rules in years if rules.fiscal_year == year and rules.measures_item]
    duties = [(rules.measures_item, rules.followup_item) for rules in of_year or years if rules.measures_item]
    expected = ""
    if duty is not None and duties:
        expected = str(duties[-1][duty] or "")
    if number == 0 or (last and number > last):
        yield finding(
            "R12", HIGH, flow, start, end,
            f"ไม่มีข้อ {stated} ในรายการที่ต้องเปิดเผยของปี {years[0].fiscal_year} และ {years[-1].fiscal_year} (สุดท้ายคือ O{last})"
            + (f" เรื่องนี้คือข้อ {expected}" if expected else ""),
            f"There is no item {stated} in {years[0].fiscal_year} and {years[-1].fiscal_year} (the last is O{last})"
            + (f"; this duty is {expected}." if expected else "."),
            stated=stated, expected=expected or f"O1-O{last}", resolve=SUGGEST, suggestion=_written(code, expected),
        )  # fmt: skip
        return
    allowed = {pair[duty] for pair in duties} if duty is not None else set()
    if duty is not None and expected and stated not in allowed:
        yield finding(
            "R12", HIGH, flow, start, end,
            f"เรื่องนี้คือข้อ {expected} ไม่ใช่ {stated}", f"This duty is item {expected}, not {stated}.",
            stated=stated, expected=expected, resolve=SUGGEST, suggestion=_written(code, expected),
        )  # fmt: skip


def _repeated(flow: Flow, code: "re.Match[str]", years: list[Rules]) -> Iterator[Finding]:
    """One item named twice in a pair."""
    stated, expected = f"O{int(code['n'])}", ""
    for rules in years:
        if stated == rules.measures_item and rules.followup_item:
            expected = rules.followup_item
    start, end = code.start("o") if code["o"] else code.start("n"), code.end("n")
    yield finding(
        "R12", HIGH, flow, start, end,
        f"ข้อ {stated} เขียนซ้ำสองครั้งติดกัน" + (f" ข้อหลังควรเป็น {expected}" if expected else ""),
        f"Item {stated} is named twice in a row" + (f"; the second should be {expected}." if expected else "."),
        stated=stated, expected=expected, resolve=SUGGEST, suggestion=_written(code, expected),
    )  # fmt: skip


def _written(code: "re.Match[str]", expected: str) -> str:
    """A code as the text writes it: with O, or with a zero."""
    return code["o"] + expected[1:] if expected else ""


def _duty(text: str, code: "re.Match[str]", since: int, last: int | None) -> int | None:
    """0: analyse and make measures; 1: follow them up; None: the text does not say.

    `since`: where the code before ends, whose duty was `last`.
    """
    before = text[max(since, code.start() - 130) : code.start()]
    after = text[code.end() : code.end() + 130]
    if _BACK.search(before) and _FOLLOW.search(text[: code.start()]):
        return 0
    if re.search(r"เปลี่ยนเป็น(?:ข้อ|รายการ)?$", before) and not _FOLLOW.search(before) and not _ANALYSE.search(before):
        return last
    heads = re.match(
        r"[:)]?(?:ของ(?:แบบตรวจ)?(?:การเปิดเผยข้อมูลสาธารณะ)?\(?(?:OIT)?\)?)?(?:หน่วยงาน)?(?:ต้อง|ให้|จะต้อง|คือ|เรื่อง|การ|เป็นการ|ว่าด้วย|ได้แก่|รายงาน|มาตรการ|กำหนดให้|สรุป|-|–|\t|\(|“)",
        after,
    )
    if heads:
        stop = re.search(r"(?<![A-Za-z0-9.])[Oo][. -]?\d{1,2}|(?:ข้อ|รายการ)0\d\d", after)
        said = _spoken(after[: stop.start()] if stop else after)
        if said is not None:
            return said
    return _spoken_last(before) if _NAMED_BEFORE.search(before) else None


def _spoken_last(text: str) -> int | None:
    """The duty named last; ผลการดำเนินการตามมาตรการส่งเสริมคุณธรรม is a follow-up."""
    follow = [found.start() for found in _FOLLOW.finditer(text)]
    analyse = [found.start() for found in _ANALYSE.finditer(text)]
    if follow and (not analyse or follow[-1] > analyse[-1] - 45):
        return 1
    return 0 if analyse else None


def _spoken(text: str) -> int | None:
    follow, analyse = _FOLLOW.search(text), _ANALYSE.search(text)
    if follow and (analyse is None or follow.start() <= analyse.start() + 2):
        return 1
    return 0 if analyse else None
