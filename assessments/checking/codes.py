"""R12: the numbers of the items an office discloses (O1 to the year's last), and what each is for."""

import re
from collections.abc import Iterator

from assessments.checking.facts import Reading
from assessments.checking.flows import HEADING, Flow
from assessments.checking.places import finding
from assessments.document import HIGH, SUGGEST, Finding
from assessments.language import YEAR, any_of
from assessments.rulebook import Rules, following

#: The duties that have an item: to analyse and make measures, and to follow them up.
MAKE, FOLLOW = 0, 1

#: O42, o 42, ๐๔๒ (a zero for the letter). A list goes on with commas.
_CODE = re.compile(r"(?<![A-Za-z0-9.])(?P<o>[Oo])[. -]?(?P<n>\d{1,2})(?![\d.]|[A-Za-z])")
_ZERO = re.compile(r"(?:ข้อ(?:ที่)?|OIT|รายการ(?:ที่)?|(?<=\d), ?|(?<=\d)และ(?:ข้อ)?|(?<=\d)-)(?P<o>0)(?P<n>\d{2})(?![\d.-])")
_ZEROS = re.compile(r"(?:ข้อ(?:ที่)?|OIT|รายการ(?:ที่)?)0\d\d(?![\d.-])")
_ITEM = re.compile(r"OIT(?:ข้อ|รายการ)(?:ที่)?(?P<o>)(?P<n>\d{1,2})(?![\d.])")
_ALONE = re.compile(r"^\t?(?P<o>[Oo0])(?P<n>\d{2})(?=\t)")
_NEXT = any_of(r"(?<![A-Za-z0-9.])[Oo][. -]?\d{1,2}", r"(?:ข้อ|รายการ)0\d\d")
_FOLLOWED = any_of(
    "กำกับติดตาม",
    "รายงานผลการดำเนินการ(?:เพื่อ|ตาม)",
    "(?:สรุป)?ผลการดำเนิน(?:การ|งาน)(?:/การปฏิบัติ)?ตาม(?:ที่ได้กำหนด)?(?:มาตรการ)?",
    "รายงานผล(?:การ(?:นำ)?|ตาม)มาตรการ",
    "ผลการดำเนินการเพื่อส่งเสริมคุณธรรม",
    "การดำเนินการ(?:เพื่อส่งเสริมคุณธรรม|ตามมาตรการ)",
    "ผลการปฏิบัติตามมาตรการ",
    "รายงานการดำเนินการ(?:ตาม|เพื่อ)",
    "ติดตามการ(?:ดำเนิน|ปฏิบัติ)",
)
_ANALYSED = any_of(
    *("วิเคราะห์ผลการประเมิน", "มาตรการส่งเสริมคุณธรรม", "มาตรการภายในเพื่อกำหนด", "จัดทำมาตรการ", "กำหนดมาตรการ")
)
_BACK = re.compile("กำหนด(?:ไว้)?(?:ตาม|ใน)(?:ข้อ|รายการ)?(?:ที่)?$")
_BECOMES = re.compile("เปลี่ยนเป็น(?:ข้อ|รายการ)?$")
_NAMED_BEFORE = re.compile(r"(?:\t|คือ|อยู่ใน|อยู่ที่|เป็น|ได้แก่|ตาม|ใน)(?:ข้อ|รายการ|OITข้อ|OIT)*(?:ที่)?$")
#: A code with its title behind it: O43 (การดำเนินการตามมาตรการ…)
_TITLED = re.compile(r"(?:\(|“|เรื่อง)")
#: Between a code and the words that say what it is for.
_HEADS = re.compile(
    r"[:)]?(?:ของ(?:แบบตรวจ)?(?:การเปิดเผยข้อมูลสาธารณะ)?\(?(?:OIT)?\)?)?(?:หน่วยงาน)?"
    r"(?:ต้อง|ให้|จะต้อง|คือ|เรื่อง|การ|เป็นการ|ว่าด้วย|ได้แก่|รายงาน|มาตรการ|กำหนดให้|สรุป|-|–|\t|\(|“)"
)
_PAIRED = re.compile("[,/และกับ]*(?:ข้อ|รายการ)?(?:ที่)?(?:OITข้อ)?")
_OF_ITEMS = re.compile("เปิดเผย|รายการ|OIT")


#: มาตรการส่งเสริมคุณธรรม… อยู่ในข้อ O42: the duty stands before its code.
_STANDS_IN = re.compile(r"(?:อยู่ใน|ไว้ใน|ลงใน|เผยแพร่ใน|ได้ที่|คือ)(?:ข้อ|รายการ|หัวข้อ)?(?:ที่)?$")


def check(reading: Reading) -> Iterator[Finding]:
    after = following(reading.rules)
    items = _Items([reading.rules, after] if after else [reading.rules])
    for flow in reading.flows:
        yield from items.check(flow)


class _Items:
    """The items of the year analysed and of the year of the measures; `lead` is the year a list's heading names."""

    def __init__(self, years: list[Rules]) -> None:
        self.years = years
        self.last = max(rules.oit_items or 0 for rules in years)
        self.lead: int | None = None

    def check(self, flow: Flow) -> Iterator[Finding]:
        self._lead(flow)
        duty: int | None = None
        before: re.Match[str] | None = None
        for code in _codes(flow):
            place = before.end() if before else 0
            duty = _duty(flow.text, code, place, duty)
            if before is not None and before["n"] == code["n"] and _pairs(flow.text[place : code.start()]):
                yield self.repeated(flow, code)
            else:
                yield from self.one(flow, code, duty)
            before = code

    def _lead(self, flow: Flow) -> None:
        named = [int(one["year"]) for one in YEAR.finditer(flow.text)]
        if flow.kind == HEADING:
            self.lead = named[-1] if named and _OF_ITEMS.search(flow.text) else None
        if named and flow.text.endswith("ดังนี้"):
            self.lead = named[-1]

    def duties(self, flow: Flow, code: re.Match[str]) -> list[tuple[str | None, str | None]]:
        """The items for MAKE and FOLLOW: of the year named before the code, else of both years."""
        said = [int(one["year"]) for one in YEAR.finditer(flow.text, 0, code.start())]
        year = said[-1] if said else self.lead
        known = [rules for rules in self.years if rules.measures_item]
        of_year = [rules for rules in known if rules.fiscal_year == year]
        return [(rules.measures_item, rules.followup_item) for rules in of_year or known]

    def one(self, flow: Flow, code: re.Match[str], duty: int | None) -> Iterator[Finding]:
        """A code the years do not have, or one that is not for the duty beside it."""
        number = int(code["n"])
        stated = f"O{number}"
        fitting = [pair[duty] for pair in self.duties(flow, code)] if duty is not None else []
        expected = (fitting[-1] or "") if fitting else ""
        if number == 0 or (self.last and number > self.last):
            first, last = self.years[0].fiscal_year, self.years[-1].fiscal_year
            yield finding(
                "R12", HIGH, flow, *_span(code),
                f"ไม่มีข้อ {stated} ในรายการที่ต้องเปิดเผยของปี {first} และ {last} (สุดท้ายคือ O{self.last})"
                + (f" เรื่องนี้คือข้อ {expected}" if expected else ""),
                f"There is no item {stated} in {first} and {last} (the last is O{self.last})"
                + (f"; this duty is {expected}." if expected else "."),
                stated=stated, expected=expected or f"O1-O{self.last}",
                resolve=SUGGEST, suggestion=_written(code, expected),
            )  # fmt: skip
        elif expected and stated not in fitting:
            yield finding(
                "R12", HIGH, flow, *_span(code),
                f"เรื่องนี้คือข้อ {expected} ไม่ใช่ {stated}", f"This duty is item {expected}, not {stated}.",
                stated=stated, expected=expected, resolve=SUGGEST, suggestion=_written(code, expected),
            )  # fmt: skip

    def repeated(self, flow: Flow, code: re.Match[str]) -> Finding:
        """One item named twice in a pair."""
        stated = f"O{int(code['n'])}"
        pairs = {rules.measures_item: rules.followup_item for rules in self.years if rules.followup_item}
        expected = pairs.get(stated) or ""
        return finding(
            "R12", HIGH, flow, *_span(code),
            f"ข้อ {stated} เขียนซ้ำสองครั้งติดกัน" + (f" ข้อหลังควรเป็น {expected}" if expected else ""),
            f"Item {stated} is named twice in a row" + (f"; the second should be {expected}." if expected else "."),
            stated=stated, expected=expected, resolve=SUGGEST, suggestion=_written(code, expected),
        )  # fmt: skip


def _codes(flow: Flow) -> list[re.Match[str]]:
    """The codes of a flow, from left to right."""
    found = {one.start("n"): one for one in _CODE.finditer(flow.text)}
    if alone := _ALONE.match(flow.text):
        found[alone.start("n")] = alone
    found |= {one.start("n"): one for one in _ITEM.finditer(flow.text)}
    if _ZEROS.search(flow.text):
        found |= {one.start("n"): one for one in _ZERO.finditer(flow.text)}
    return [found[start] for start in sorted(found)]


def _pairs(between: str) -> bool:
    return _PAIRED.fullmatch(between.replace(" ", "")) is not None


def _span(code: re.Match[str]) -> tuple[int, int]:
    return code.start("o") if code["o"] else code.start("n"), code.end("n")


def _written(code: re.Match[str], expected: str) -> str:
    """A code as the text writes it: with O, or with a zero."""
    return code["o"] + expected[1:] if expected else ""


def _duty(text: str, code: re.Match[str], since: int, last: int | None) -> int | None:
    """MAKE, FOLLOW, or None where the text does not say.

    `since`: where the code before ends, whose duty was `last`.
    """
    before = text[max(since, code.start() - 130) : code.start()]
    after = text[code.end() : code.end() + 130]
    if _BACK.search(before) and _FOLLOWED.search(text[: code.start()]):
        return MAKE
    if _BECOMES.search(before) and not _FOLLOWED.search(before) and not _ANALYSED.search(before):
        return last
    if not _TITLED.match(after) and _STANDS_IN.search(before) and (said := _spoken_last(before)) is not None:
        return said
    if _HEADS.match(after):
        stop = _NEXT.search(after)
        said = _spoken(after[: stop.start()] if stop else after)
        if said is not None:
            return said
    return _spoken_last(before) if _NAMED_BEFORE.search(before) else None


def _spoken_last(text: str) -> int | None:
    """The duty named last; ผลการดำเนินการตามมาตรการส่งเสริมคุณธรรม is a follow-up."""
    follow = [found.start() for found in _FOLLOWED.finditer(text)]
    analyse = [found.start() for found in _ANALYSED.finditer(text)]
    if follow and (not analyse or follow[-1] > analyse[-1] - 45):
        return FOLLOW
    return MAKE if analyse else None


def _spoken(text: str) -> int | None:
    follow, analyse = _FOLLOWED.search(text), _ANALYSED.search(text)
    if follow and (analyse is None or follow.start() <= analyse.start() + 2):
        return FOLLOW
    return MAKE if analyse else None
