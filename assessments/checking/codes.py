"""R12: the numbers of the items an office discloses (O1 to the year's last), and what each is for."""

import re
from collections.abc import Iterator

from assessments.checking.facts import Reading
from assessments.checking.flows import Flow
from assessments.checking.places import finding
from assessments.document import HIGH, SUGGEST, Finding
from assessments.rulebook import Rules, UnknownYear, rules_for

#: O42, o 42, ๐๔๒ (a zero for the letter). A list goes on with commas.
_CODE = re.compile(r"(?<![A-Za-z0-9.])(?P<o>[Oo])[. -]?(?P<n>\d{1,2})(?![\d.]|[A-Za-z])")
_ZERO = re.compile(r"(?:ข้อ(?:ที่)?|OIT|รายการ(?:ที่)?|(?<=\d), ?|(?<=\d)และ(?:ข้อ)?|(?<=\d)-)(?P<o>0)(?P<n>\d{2})(?![\d.-])")
_ITEM = re.compile(r"OIT(?:ข้อ|รายการ)(?:ที่)?(?P<o>)(?P<n>\d{1,2})(?![\d.])")
_FOLLOW = re.compile(
    r"กำกับติดตาม|รายงานผลการดำเนินการ(?:เพื่อ|ตาม)|(?:สรุป)?ผลการดำเนิน(?:การ|งาน)(?:/การปฏิบัติ)?ตาม(?:ที่ได้กำหนด)?(?:มาตรการ)?|รายงานผลการ(?:นำ)?มาตรการ|ผลการดำเนินการเพื่อส่งเสริมคุณธรรม"
    r"|การดำเนินการ(?:เพื่อส่งเสริมคุณธรรม|ตามมาตรการ)|ผลการปฏิบัติตามมาตรการ|ติดตามการ(?:ดำเนิน|ปฏิบัติ)"
)
_ANALYSE = re.compile(r"วิเคราะห์ผลการประเมิน|มาตรการส่งเสริมคุณธรรม|มาตรการภายในเพื่อกำหนด|จัดทำมาตรการ|กำหนดมาตรการ")
_BACK = re.compile(r"(?:ตาม|ใน|จาก)(?:ที่(?:ได้)?กำหนดไว้(?:ใน|ตาม)?|มาตรการที่ได้กำหนดไว้ตาม)?(?:ข้อ)?$")


def check(reading: Reading) -> Iterator[Finding]:
    years = _years(reading)
    last = max((rules.oit_items or 0 for rules in years), default=0)
    for flow in reading.flows:
        for code in _codes(flow):
            yield from _one(flow, code, years, last)


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
    found |= {one.start("n"): one for one in _ITEM.finditer(flow.text)}
    if re.search(r"(?:ข้อ(?:ที่)?|OIT|รายการ(?:ที่)?)0\d\d(?![\d.-])", flow.text):
        found |= {one.start("n"): one for one in _ZERO.finditer(flow.text)}
    return [found[start] for start in sorted(found)]


def _one(flow: Flow, code: "re.Match[str]", years: list[Rules], last: int) -> Iterator[Finding]:
    number = int(code["n"])
    start, end = code.start("o") if code["o"] else code.start("n"), code.end("n")
    stated = f"O{number}"
    duty = _duty(flow.text, code)
    duties = [(rules.measures_item, rules.followup_item) for rules in years if rules.measures_item]
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


def _written(code: "re.Match[str]", expected: str) -> str:
    """A code as the text writes it: with O, or with a zero."""
    return code["o"] + expected[1:] if expected else ""


def _duty(text: str, code: "re.Match[str]") -> int | None:
    """0: analyse and make measures; 1: follow them up; None: the text does not say."""
    before = text[max(0, code.start() - 45) : code.start()]
    after = text[code.end() : code.end() + 130]
    if _BACK.search(before) and _FOLLOW.search(text[: code.start()]):
        return 0
    heads = re.match(r"[:)]?(?:หน่วยงาน)?(?:ต้อง|ให้|จะต้อง|คือ|เรื่อง|การ|เป็นการ|ว่าด้วย|ได้แก่|รายงาน|มาตรการ|กำหนดให้|สรุป|-|–|\t|\(|“)", after)
    if not heads:
        return None
    stop = re.search(r"(?<![A-Za-z0-9.])[Oo][. -]?\d{1,2}|ข้อ0\d\d", after)
    after = after[: stop.start()] if stop else after
    follow, analyse = _FOLLOW.search(after), _ANALYSE.search(after)
    if follow and (analyse is None or follow.start() <= analyse.start() + 2):
        return 1
    if analyse:
        return 0
    return None
