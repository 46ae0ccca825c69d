"""The analysis of a year's result in official Thai, written from the recorded figures. Pure; Thai digits.

One fact is stored once, in the result: what stands in a draft's section or table was written from it and can be
written again. Words the author changes afterwards are the checker's to watch.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from assessments import results, rulebook, scoring
from assessments.language import year_bounds
from assessments.results import Judgement, YearResult
from assessments.rulebook import Basis, Indicator, Rules
from measures.library import Known, Ordered, Unfinished, bare, marked
from memo_flow.content import MOST, Content
from organization.calendar import thai_date, thai_digits

_WORDS = {Judgement.FIX: "แก้ไข", Judgement.IMPROVE: "ปรับปรุง", Judgement.KEEP: "รักษาระดับ"}
ITA = "การประเมินคุณธรรมและความโปร่งใสในการดำเนินงานของหน่วยงานภาครัฐ"
#: The sections that are written from the data.
WRITTEN = ("original_matter", "facts", "rules_and_laws", "proposal")
#: And those of the report; suggestions_1 to 3 are of the whole, of those outside, and of each instrument.
REPORTED = ("foreword", "background", "overall", "indicators", "suggestions_1", "suggestions_2", "suggestions_3")
_SHORT = "การประเมินคุณธรรมและความโปร่งใสในการดำเนินงาน (Integrity and Transparency Assessment)"


@dataclass(frozen=True)
class Facts:
    """What the words are written from. `office`, `division`: names in Thai; `divisions`: codes that may be responsible,
    `home` the author's own; `last`: every measure ordered for the year assessed; `unfinished`: what they have left."""

    result: YearResult
    before: YearResult | None
    office: str
    division: str
    website: str = ""
    divisions: tuple[str, ...] = ()
    home: str = ""
    last: tuple[Ordered, ...] = field(default_factory=tuple)
    unfinished: tuple[Unfinished, ...] = field(default_factory=tuple)

    @property
    def year(self) -> int:
        return self.result.year

    @property
    def next(self) -> int:
        return self.result.year + 1

    @property
    def next_rules(self) -> Rules | None:
        return rulebook.rules_for(self.next) if self.next in rulebook.years() else None


def judgement(score: Decimal, rules: Rules) -> str:
    """What an indicator's score calls for, as a memo says it."""
    return _WORDS[results.judgement(score, rules)]


def subject(year: int) -> str:
    return f"รายงานการวิเคราะห์ผล{ITA} ประจำปีงบประมาณ พ.ศ. {thai_digits(year)}"


# The sections


def sections(facts: Facts) -> dict[str, str]:
    """Section id -> its text, for those of WRITTEN."""
    return {
        "original_matter": "\n".join(_original_matter(facts)),
        "facts": "\n".join(_facts(facts)),
        "rules_and_laws": _law(facts),
        "proposal": _proposal(facts),
    }


def _original_matter(facts: Facts) -> Iterator[str]:
    yield (
        f"ตามที่ สำนักงาน ป.ป.ช. ได้มี{_SHORT} ขององค์กรปกครองส่วนท้องถิ่น ประจำปีงบประมาณ พ.ศ. {thai_digits(facts.year)} "
        f"ปรากฏผลการประเมินระดับคุณธรรมและความโปร่งใส (ITA) ของ{facts.office} {overall(facts.result)} มีรายละเอียด ดังนี้"
    )
    passages = [instrument_passage(facts.result, one.code) for one in facts.result.rules.instruments]
    passages += [_judged(facts.result), _comparison(facts)]
    for place, passage in enumerate(filter(None, passages), 1):
        yield f"{thai_digits(place)}. {passage}"


def overall(result: YearResult) -> str:
    """มีคะแนนรวม ๘๒.๑๔ อยู่ในระดับ B"""
    total = "ยังไม่มีคะแนนรวม" if result.total is None else f"มีคะแนนรวม {_points(result.total)} คะแนน"
    return f"{total} อยู่ในระดับ {result.level}" if result.level else total


def instrument_passage(result: YearResult, code: str) -> str:
    """One instrument: its mean, its indicators, and which of them is the lowest."""
    rules, numbers = result.rules, result.rules.numbers_of[code]
    mean = result.mean(code)
    said = f"มีค่าคะแนนเท่ากับ {_points(mean)} คะแนน " if mean is not None else ""
    scores = " ".join(
        f"{_named(rules.by_number[n])} {_points(result.scores[n])} คะแนน" for n in numbers if n in result.scores
    )
    return (
        f"ด้าน{rules.by_code[code].th} ({code}) {said}ประกอบด้วย {thai_digits(len(numbers))} ตัวชี้วัด ดังนี้ {scores} "
        f"จากลำดับคะแนนพบว่า{lowest(result, code)}"
    )


def lowest(result: YearResult, code: str) -> str:
    """Which indicator of an instrument is the lowest; ties are all named."""
    numbers = result.computed.lowest.get(code, ())
    names = [_named(result.rules.by_number[n]) for n in numbers]
    if len(names) == len(result.rules.numbers_of[code]) > 1:
        return "ทุกตัวชี้วัดมีค่าคะแนนเท่ากัน"
    if len(names) == 1:
        return f"{names[0]} มีค่าคะแนนน้อยที่สุด"
    return f"{_listed(names)} มีค่าคะแนนน้อยที่สุดเท่ากัน"


def _judged(result: YearResult) -> str:
    """Every indicator under what its score calls for."""
    groups: dict[str, list[str]] = {"ต้องแก้ไข": [], "ต้องปรับปรุง": [], "ควรรักษาระดับ": []}
    for number, score in sorted(result.scores.items()):
        groups[_called_for(score, result.rules)].append(_named(result.rules.by_number[number]))
    said = [f"ตัวชี้วัดที่{word} ได้แก่ {_listed(names)}" for word, names in groups.items() if names]
    return f"ผลการพิจารณารายตัวชี้วัด {' '.join(said)}"


def _called_for(score: Decimal, rules: Rules) -> str:
    kept = results.judgement(score, rules) == Judgement.KEEP
    return f"{'ควร' if kept else 'ต้อง'}{judgement(score, rules)}"


def _comparison(facts: Facts) -> str:
    before = facts.before
    gained = facts.result.changes(before).total
    if before is None or before.total is None or gained is None:
        return ""
    moved = "เท่าเดิม" if gained == 0 else f"{'เพิ่มขึ้น' if gained > 0 else 'ลดลง'} {_points(abs(gained))} คะแนน"
    return (
        f"เมื่อเทียบกับผลการประเมินของปีงบประมาณ พ.ศ. {thai_digits(before.year)} "
        f"ซึ่งได้คะแนนรวม {_points(before.total)} คะแนน คะแนนรวม{moved}"
    )


def _facts(facts: Facts) -> Iterator[str]:
    rules = facts.next_rules
    lead = f"{_SHORT} ขององค์กรปกครองส่วนท้องถิ่นนั้น มีการประเมินในทุก ๆ ปีงบประมาณ"
    if rules and rules.measures_item and rules.followup_item:
        yield f"{lead} และในปีงบประมาณ พ.ศ. {thai_digits(facts.next)} หน่วยงานต้องเปิดเผยข้อมูล ดังนี้"
        yield (
            f"ข้อ {rules.measures_item} หน่วยงานต้องจัดทำสรุปผลการวิเคราะห์ผลการประเมินในปีที่ผ่านมา "
            "และต้องจัดทำมาตรการภายในเพื่อส่งเสริมคุณธรรมและความโปร่งใสของหน่วยงานให้ดียิ่งขึ้น และเปิดเผยผ่านทางเว็บไซต์"
        )
        yield (
            f"ข้อ {rules.followup_item} หน่วยงานต้องกำกับติดตามการดำเนินงานตามมาตรการส่งเสริมคุณธรรมและความโปร่งใสภายในหน่วยงาน "
            f"โดยจัดทำสรุปผลการดำเนินงานตามมาตรการที่ได้กำหนดไว้ตามข้อ {rules.measures_item}"
        )
    else:
        yield lead
    if any(one.went.tasks for one in facts.last):
        yield _progress(facts)
    if moved := _moved(facts):
        yield moved
    yield (
        f"{facts.division} ได้ดำเนินการวิเคราะห์ผล{ITA} ประจำปีงบประมาณ พ.ศ. {thai_digits(facts.year)} "
        f"เพื่อนำมาสู่ขั้นตอนหรือวิธีการที่จะดำเนินการในปีงบประมาณ พ.ศ. {thai_digits(facts.next)} ตามเอกสารแนบ"
    )


def _progress(facts: Facts) -> str:
    """How the measures of the year assessed went."""
    went = [one.went for one in facts.last if one.went.tasks]
    done = sum(one.done == one.tasks for one in went)
    late = sum(one.overdue > 0 for one in went)
    said = f"แล้วเสร็จ {thai_digits(done)} มาตรการ"
    if open_ := len(went) - done:
        said += f" ยังไม่แล้วเสร็จ {thai_digits(open_)} มาตรการ"
    if late:
        said += f" ในจำนวนนี้เกินกำหนด {thai_digits(late)} มาตรการ"
    return (
        f"ในปีงบประมาณ พ.ศ. {thai_digits(facts.year)} {facts.office} ได้กำหนดมาตรการส่งเสริมคุณธรรมและความโปร่งใส "
        f"{thai_digits(len(went))} มาตรการ {said}"
    )


def _moved(facts: Facts) -> str:
    """The indicators that measures of the year answered, by how their scores moved; no word of what moved them."""
    changes = facts.result.changes(facts.before).indicators
    groups: dict[str, list[str]] = {"เพิ่มขึ้น": [], "ลดลง": [], "เท่าเดิม": []}
    for number in sorted({one.indicator for one in facts.last if one.indicator}):
        gained = changes.get(number)
        if gained is not None:
            word = "เท่าเดิม" if gained == 0 else "เพิ่มขึ้น" if gained > 0 else "ลดลง"
            groups[word].append(_moved_by(facts, number, word, gained))
    said = [f"ที่มีคะแนน{word} ได้แก่ {_listed(names)}" for word, names in groups.items() if names]
    if not said:
        return ""
    return (
        f"เมื่อเทียบกับคะแนนของปีก่อนหน้า ตัวชี้วัดซึ่งมีมาตรการดังกล่าว {' '.join(said)} "
        "ทั้งนี้ เป็นการเทียบคะแนนเท่านั้น คะแนนอาจเปลี่ยนแปลงด้วยเหตุอื่น"
    )


def _moved_by(facts: Facts, number: int, word: str, gained: Decimal) -> str:
    went = [one.went for one in facts.last if one.indicator == number and one.went.tasks]
    done = sum(one.done == one.tasks for one in went)
    points = f"{word} {_points(abs(gained))} คะแนน " if gained else ""
    measures = f"มาตรการแล้วเสร็จ {thai_digits(done)} จาก {thai_digits(len(went))}" if went else "มาตรการยกเลิก"
    return f"{_named(facts.result.rules.by_number[number])} ({points}{measures})"


def _law(facts: Facts) -> str:
    basis = next((one for one in facts.result.rules.bases if facts.year in one.fiscal_years), None)
    by = f"ซึ่งเป็นไปตาม{_cited(basis)} " if basis else ""
    return (
        f"{ITA} (Integrity and Transparency Assessment: ITA) เป็นการประเมินที่มีจุดมุ่งหมายที่จะก่อให้เกิดการปรับปรุงพัฒนา"
        f"ด้านคุณธรรมและความโปร่งใสในหน่วยงานภาครัฐ โดยครอบคลุมหน่วยงานภาครัฐทั่วประเทศ {by}"
        "โดยใช้แนวทางและเครื่องมือการประเมินตามที่สำนักงานคณะกรรมการป้องกันและปราบปรามการทุจริตแห่งชาติ หรือสำนักงาน ป.ป.ช. กำหนด"
    )


def _cited(basis: Basis) -> str:
    return thai_digits(basis.th)


def _proposal(facts: Facts) -> str:
    rules = facts.next_rules
    items = [item for item in (rules.measures_item, rules.followup_item) if item] if rules else []
    named = f" และสอดคล้องกับข้อมูลที่หน่วยงานต้องเปิดเผยข้อ {', '.join(items)}" if items else ""
    return (
        f"เพื่อให้{_SHORT} ขององค์กรปกครองส่วนท้องถิ่น ประจำปีงบประมาณ พ.ศ. {thai_digits(facts.next)} "
        f"เป็นไปตามแนวทางที่สำนักงาน ป.ป.ช. กำหนด{named} เห็นสมควร"
    )


def proposals(facts: Facts) -> list[dict[str, str]]:
    return [
        {"text": f"นำขั้นตอนหรือวิธีการไปปฏิบัติเพื่อรองรับการประเมินฯ ในปีงบประมาณ พ.ศ. {thai_digits(facts.next)}"},
        {"text": "แจ้งทุกสำนัก, กอง ให้ทราบโดยทั่วกัน เพื่อดำเนินการในส่วนที่เกี่ยวข้องต่อไป"},
    ]


# The report


def report(facts: Facts) -> dict[str, str]:
    """Section id of the report -> its text, for those of REPORTED."""
    return {
        "foreword": "\n".join(_foreword(facts)),
        "background": "\n".join(_background(facts)),
        "overall": "\n".join(_overall(facts)),
        "indicators": _judged(facts.result),
        "suggestions_1": "\n".join(_on_the_whole(facts.result)),
        "suggestions_2": _from_outside(facts.result),
        "suggestions_3": "\n".join(_to_improve(facts)),
    }


def _foreword(facts: Facts) -> Iterator[str]:
    yield (
        f"ตามที่ สำนักงาน ป.ป.ช. ได้ประกาศผล{ITA} ประจำปีงบประมาณ พ.ศ. {thai_digits(facts.year)} แล้ว "
        f"{facts.office} ในฐานะหน่วยงานผู้รับการประเมิน จึงนำผลการประเมินมาพิจารณาถึงสิ่งที่ควรได้รับการปรับปรุงและพัฒนา"
    )
    yield (
        f"รายงานฉบับนี้ {facts.division} จัดทำขึ้นเพื่อวิเคราะห์ผลการประเมินในภาพรวมและรายตัวชี้วัด "
        f"และเสนอมาตรการส่งเสริมคุณธรรมและความโปร่งใสของหน่วยงานสำหรับปีงบประมาณ พ.ศ. {thai_digits(facts.next)}"
    )


def _background(facts: Facts) -> Iterator[str]:
    rules = facts.result.rules
    yield _law(facts)
    yield (
        f"การประเมินประจำปีงบประมาณ พ.ศ. {thai_digits(facts.year)} ใช้เครื่องมือ {thai_digits(len(rules.instruments))} แบบ "
        f"รวม {thai_digits(len(rules.indicators))} ตัวชี้วัด ดังนี้"
    )
    for place, one in enumerate(rules.instruments, 1):
        numbers = rules.numbers_of[one.code]
        yield (
            f"{thai_digits(place)}. {one.th} ({one.code}) จำนวน {thai_digits(len(numbers))} ตัวชี้วัด "
            f"ได้แก่ {_listed([_named(rules.by_number[number]) for number in numbers])}"
        )


def _overall(facts: Facts) -> Iterator[str]:
    result = facts.result
    yield f"ผล{ITA} ประจำปีงบประมาณ พ.ศ. {thai_digits(facts.year)} โดยภาพรวม{facts.office} {overall(result)}"
    means = [(one, result.mean(one.code)) for one in result.rules.instruments]
    said = [f"{one.th} ({one.code}) {_points(mean)} คะแนน" for one, mean in means if mean is not None]
    if said:
        yield f"ค่าคะแนนรายเครื่องมือ ได้แก่ {_listed(said)}"
    if compared := _comparison(facts):
        yield compared


def _on_the_whole(result: YearResult) -> Iterator[str]:
    """Whether the total reaches the target, and which indicators do not."""
    target = f"เป้าหมาย {_points(result.rules.target)} คะแนน"
    if result.total is None:
        yield f"ผลการประเมินในภาพรวม{overall(result)} จึงยังเทียบกับ{target} ไม่ได้"
    elif result.total < result.rules.target:
        yield (
            f"ผลการประเมินในภาพรวม{overall(result)} ต่ำกว่า{target} "
            f"หน่วยงาน{_called_for(result.total, result.rules)}การดำเนินงานด้านคุณธรรมและความโปร่งใส"
        )
    else:
        yield f"ผลการประเมินในภาพรวม{overall(result)} ไม่ต่ำกว่า{target} หน่วยงานควรรักษาระดับและพัฒนาการดำเนินงานอย่างต่อเนื่อง"
    names = [_named(result.rules.by_number[number]) for number in _below(result)]
    yield f"ตัวชี้วัดที่ยังไม่ถึงเป้าหมาย ได้แก่ {_listed(names)}" if names else "ทุกตัวชี้วัดถึงเป้าหมาย"


def _below(result: YearResult) -> list[int]:
    return [number for number, score in sorted(result.scores.items()) if score < result.rules.target]


def _from_outside(result: YearResult) -> str:
    """What those outside see least of; what they wrote is no figure, and for the author to add."""
    mean = result.mean("EIT")
    said = f" มีค่าคะแนนเท่ากับ {_points(mean)} คะแนน" if mean is not None else ""
    return (
        f"{result.rules.by_code['EIT'].th} (EIT){said} จากลำดับคะแนนพบว่า{lowest(result, 'EIT')} "
        "หน่วยงานควรรับฟังความคิดเห็นและข้อเสนอแนะของผู้รับบริการ และนำมาพัฒนาการดำเนินงานในเรื่องดังกล่าว"
    )


def _to_improve(facts: Facts) -> Iterator[str]:
    """Of every instrument its lowest indicators and those below the target."""
    result = facts.result
    for place, one in enumerate(result.rules.instruments, 1):
        numbers = sorted({*result.computed.lowest[one.code], *_below(result)} & {*result.rules.numbers_of[one.code]})
        said = _listed([issue(result, number) for number in numbers])
        yield f"{thai_digits(place)}. ด้าน {one.code} พบว่า {said}"
    yield (
        f"แนวทางการปรับปรุงและพัฒนาปรากฏตามตารางการนำผลการประเมินเพื่อปรับปรุงและพัฒนาในปีงบประมาณ พ.ศ. {thai_digits(facts.next)}"
    )


# The table and the plan


def scores(result: YearResult, before: YearResult | None) -> dict[str, Any]:
    """The draft's table of scores, and last year's beside it."""
    return {
        "fiscal_year": result.year,
        "total": _figure(result.total),
        "level": result.level or "",
        "means": {one.code: _figure(result.mean(one.code)) for one in result.rules.instruments},
        "indicators": [
            {"seq": one.number, "name": one.th, "score": f"{result.scores[one.number]:.2f}"}
            for one in result.rules.indicators
            if one.number in result.scores
        ],
        "before": [
            {"seq": number, "score": f"{before.scores[number]:.2f}"}
            for number, gained in result.changes(before).indicators.items()
            if before is not None and gained is not None
        ],
    }


def plan(facts: Facts, library: Collection[Known], *, on: date) -> list[dict[str, Any]]:
    """A row for each instrument's lowest indicator (each of several equal ones), with the measures known for it; then
    those that go on with what the year before has left, which is not proposed a second time.

    Where a plan cannot hold them all, what goes on is kept before what is new.
    """
    going_on = {(one.indicator, bare(one.text)) for left in facts.unfinished for one in left.measures}
    rows = []
    for instrument in facts.result.rules.instruments:
        for number in facts.result.computed.lowest[instrument.code]:
            proposed = _proposed(library, number)
            new = [known for known in proposed if (number, bare(known.text)) not in going_on]
            if proposed and not new:
                continue  # the row that goes on answers the indicator
            row = row_for(facts, number, on=on)
            for known in new:
                row = with_measure(row, replace(known, text=bare(known.text)), facts.divisions, facts.home)
            rows.append(row)
    going = [continued(facts, left, on=on) for left in facts.unfinished][: MOST["plan"]]
    return [*rows[: MOST["plan"] - len(going)], *going]


def continued(facts: Facts, left: Unfinished, *, on: date) -> dict[str, Any]:
    """The plan row that goes on with what was left, on the same days of the year, one year later."""
    plan, later = left.row, facts.next - left.row.fiscal_year
    start, end, due = (
        _within(facts.next, _years_on(day, later)) for day in (plan.period_start, plan.period_end, plan.follow_up_due)
    )
    start = on if start < on < end else start
    due = due if due >= start else end  # written after the day of the report: the next one is at the end
    row = _answering(facts, left, on=on) | {
        "period_start": start.isoformat(),
        "period_end": end.isoformat(),
        "follow_up": _follow_up(facts, due, end),
        "follow_up_due": due.isoformat(),
    }
    for known in left.measures:
        named = replace(known, text=marked(known.text, known.fiscal_year))
        row = with_measure(row, named, facts.divisions, facts.home)
    return row


def _years_on(day: date, count: int) -> date:
    """The same day so many years later; the 28th for a 29 February that is not there."""
    return day.replace(year=day.year + count, day=28 if (day.month, day.day) == (2, 29) else day.day)


def _within(year: int, day: date) -> date:
    first, last = year_bounds(year)
    return min(max(day, first), last)


def _answering(facts: Facts, left: Unfinished, *, on: date) -> dict[str, Any]:
    """The row of the same indicator; where this year asks another one by that number, of its own words."""
    rules, number = facts.result.rules, left.row.indicator
    known = rules.by_number.get(number) if number else None
    if known and number in facts.result.scores and known.instrument == left.row.instrument:
        return row_for(facts, number, on=on)
    lowest = facts.result.computed.lowest.get(left.row.instrument) or next(iter(facts.result.computed.lowest.values()))
    blank = row_for(facts, lowest[0], on=on)
    return blank | {"instrument": left.row.instrument, "indicator": "", "issue": left.row.issue}


def _proposed(library: Collection[Known], number: int) -> list[Known]:
    """The newest year's measures for an indicator, or the published ones where the office has none of its own."""
    fitting = [one for one in library if one.indicator == number]
    own = [one for one in fitting if one.went is not None and one.went.tasks]  # not what was cancelled
    newest = max((one.fiscal_year for one in own), default=0)
    return [one for one in own if one.fiscal_year == newest] or [one for one in fitting if one.went is None]


def row_for(facts: Facts, number: int, *, on: date) -> dict[str, Any]:
    """An empty plan row that answers an indicator, its dates within the year after and before its window closes."""
    indicator = facts.result.rules.by_number[number]
    instrument = facts.result.rules.by_code[indicator.instrument]
    start, end = period(facts.next, on)
    return {
        "instrument": indicator.instrument,
        "title": (
            f"ตารางการนำผลการประเมิน{instrument.th} ({instrument.code}) ประจำปีงบประมาณ พ.ศ. {thai_digits(facts.year)} "
            f"เพื่อปรับปรุงและพัฒนาในปีงบประมาณ พ.ศ. {thai_digits(facts.next)}"
        ),
        "indicator": number,
        "issue": issue(facts.result, number),
        "measures": [],
        "steps": [],
        "responsible": [],
        "period_start": start.isoformat(),
        "period_end": end.isoformat(),
        "follow_up": _follow_up(facts, end, end),
        "follow_up_due": end.isoformat(),
    }


def _follow_up(facts: Facts, due: date, end: date) -> str:
    """Where and by when it is reported; a report long before the work ends is an interim one, and says so."""
    site = f"ผ่านเว็บไซต์ {facts.website} " if facts.website else "ผ่านเว็บไซต์ของหน่วยงาน "
    if end - due <= timedelta(days=31):
        return f"รายงานผลการดำเนินการ{site}ภายในวันที่ {thai_digits(thai_date(due))}"
    return (
        f"รายงานผลการดำเนินการระหว่างปี{site}ภายในวันที่ {thai_digits(thai_date(due))} "
        f"และรายงานผลฉบับสุดท้ายเมื่อสิ้นสุดระยะเวลาดำเนินการ"
    )


def issue(result: YearResult, number: int) -> str:
    """What a plan row answers: the indicator and its score."""
    indicator = result.rules.by_number[number]
    score = result.scores[number]
    place = "มีค่าต่ำสุด " if number in result.computed.lowest[indicator.instrument] else ""
    need = _called_for(score, result.rules)
    return f"ผลคะแนนของตัวชี้วัดด้าน{indicator.th} {place}เท่ากับ {_points(score)} คะแนน อยู่ในเกณฑ์{need}"


def period(year: int, on: date) -> tuple[date, date]:
    """The days of a year's work: from its first day, or today, to the last day before its evidence is collected."""
    first, last = year_bounds(year)
    window = rulebook.rules_for(year).window if year in rulebook.years() else None
    end = window.closes.replace(day=1) - timedelta(days=1) if window else last
    start = max(first, on)
    return (start, end) if start < end else (first, last)


def with_measure(row: dict[str, Any], known: Known, divisions: Collection[str], home: str) -> dict[str, Any]:
    """The row with one more measure and its steps; divisions the office does not have become the author's own.

    A measure that stands there already changes nothing; a step that does only serves the new measure as well.
    """
    if any(bare(measure["text"]) == bare(known.text) for measure in row["measures"]):
        return row
    measures = [measure for measure in row["measures"] if measure["text"]]
    place = len(measures) + 1
    responsible = _office(known.responsible, divisions, home)
    steps = [dict(step) for step in row["steps"] if step["text"]]
    for text, codes in known.steps:
        same = next((step for step in steps if step["text"] == text), None)
        if same:
            same["measures"] = sorted({*same["measures"], place})
        else:
            steps.append({"text": text, "measures": [place], "responsible": _office(codes, divisions, home)})
    everyone = [*row["responsible"], *responsible, *(code for step in steps for code in step["responsible"])]
    return {
        **row,
        "measures": [*measures, {"text": known.text}],
        "steps": steps,
        "responsible": list(dict.fromkeys(everyone)),
    }


def _office(codes: Collection[str], divisions: Collection[str], home: str) -> list[str]:
    return [code for code in codes if code in divisions] or [home]


def draft(facts: Facts, blank: Content, library: Collection[Known], *, on: date) -> Content:
    """A whole draft written from the data; `blank` gives the headings and the frame of its kind."""
    return {
        **blank,
        "sections": _filled(blank["sections"], sections(facts)),
        "report": _filled(blank["report"], report(facts)),
        "proposals": proposals(facts),
        "scores": scores(facts.result, facts.before),
        "plan": plan(facts, library, on=on),
    }


def _filled(blank: list[dict[str, str]], written: Mapping[str, str]) -> list[dict[str, str]]:
    return [one | {"text": written.get(one["id"], "")} for one in blank]


def _named(indicator: Indicator) -> str:
    return f"ตัวชี้วัดที่ {thai_digits(indicator.number)} {indicator.th}"


def _points(value: Decimal) -> str:
    return thai_digits(f"{value:.2f}")


def _figure(value: Decimal | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _listed(names: list[str]) -> str:
    """ก, ข และ ค"""
    return f"{' '.join(names[:-1])} และ{names[-1]}" if len(names) > 1 else "".join(names)


def table(scores: Mapping[str, Any]) -> dict[str, Any] | None:
    """A memo's own table as the paper shows it: each indicator judged, each instrument's mean and the total computed.

    Every row of the content is in it; those of no instrument of the year stand under `others`. None where its year has
    no rules or no figure is given: nothing can be computed then.
    """
    year = scores.get("fiscal_year")
    said = {one["seq"]: Decimal(one["score"]) for one in scores["indicators"] if one["seq"] and one["score"]}
    if year not in rulebook.years() or not said:
        return None
    rules = rulebook.rules_for(year)
    known = {number: score for number, score in said.items() if number in rules.by_number}
    computed = scoring.compute(rules, known)
    before = {one["seq"]: Decimal(one["score"]) for one in scores.get("before", []) if one["seq"] and one["score"]}
    rows = [_table_row(one, before, computed, rules) for one in scores["indicators"]]
    return {
        "year": year,
        "instruments": [
            {
                "code": one.code,
                "name": one.th,
                "mean": (scores.get("means") or {}).get(one.code, ""),
                "computed": computed.instruments[one.code],
                "shown": _figure(computed.instruments[one.code]),
                "rows": sorted((row for row in rows if row["instrument"] == one.code), key=lambda row: row["number"]),
            }
            for one in rules.instruments
        ],
        "others": [row for row in rows if not row["instrument"]],
        "computed": computed,
        "before": bool(before),
        "stated": {"total": scores.get("total", ""), "level": scores.get("level", "")},
        "agrees": _agrees(rules, computed, scores),
        "rules": rules,
    }


def _table_row(
    one: Mapping[str, Any], before: Mapping[int, Decimal], computed: scoring.Result, rules: Rules
) -> dict[str, Any]:
    """A row as it stands in the content; a number that the year does not have belongs to no instrument."""
    known, score = rules.by_number.get(one["seq"]), Decimal(one["score"]) if one["score"] else None
    last = before.get(one["seq"])
    return {
        "number": one["seq"],
        "name": one["name"] or (known.th if known else ""),
        "instrument": known.instrument if known else "",
        "score": score,
        "before": last,
        "change": None if score is None else scoring.change(score, last),
        "judgement": judgement(score, rules) if known and score is not None else "",
        "lowest": bool(known and score is not None and one["seq"] in computed.lowest[known.instrument]),
    }


def _agrees(rules: Rules, computed: scoring.Result, scores: Mapping[str, Any]) -> bool | None:
    """Can the stated total come of the scores, each rounded? None where one of the two is missing."""
    stated = scores.get("means") or {}
    means = {code: Decimal(stated.get(code) or mean) for code, mean in computed.instruments.items() if mean is not None}
    if not scores.get("total") or computed.total is None:
        return None
    return Decimal(scores["total"]) in scoring.total_interval(rules, means)


# One passage again


def written(content: Content, path: str, facts: Facts) -> Any:
    """What the data says at a draft's path: a known section's text (of the memo or the report), a plan row's issue,
    or the table of scores.

    Raises LookupError for a path that is not written from the data.
    """
    match path.split("."):
        case ["scores"]:
            return scores(facts.result, facts.before)
        case ["sections", place, "text"]:
            return sections(facts)[content["sections"][_place(place)]["id"]]
        case ["report", place, "text"]:
            return report(facts)[content["report"][_place(place)]["id"]]
        case ["plan", place, "issue"]:
            number = content["plan"][_place(place)]["indicator"]
            if number in facts.result.scores:
                return issue(facts.result, number)
    raise LookupError(path)


def _place(said: str) -> int:
    if not (said.isascii() and said.isdecimal() and len(said) < 4):
        raise LookupError(said)
    return int(said)


def taken(content: Content, known: Known, facts: Facts, *, on: date) -> tuple[int, list[dict[str, Any]]]:
    """The plan with one more measure, and the place of its row: that of its indicator, or a new one at the end."""
    plan = list(content["plan"])
    place = next((n for n, row in enumerate(plan) if row["indicator"] == known.indicator), len(plan))
    if place == len(plan):
        plan.append(row_for(facts, known.indicator, on=on))
    named = replace(known, text=bare(known.text))
    plan[place] = with_measure(plan[place], named, facts.divisions, facts.home)
    return place, plan
