"""A follow-up memo in official Thai, compiled from its frozen figures, and those words held against them. Pure.

Figures are content.py's "follow_up". What is compiled here the author may change; what he then says of the figures
is compared with them, and never changed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from assessments import rulebook
from assessments.document import HIGH, HUMAN, SUGGEST, Finding
from measures.follow_up import totals
from organization.calendar import arabic_digits, day_of, thai_date, thai_digits

Figures = dict[str, Any]

ITA = "มาตรการส่งเสริมคุณธรรมและความโปร่งใส"
ROUNDS = {"interim": "รอบระหว่างปี", "final": "รอบสิ้นปี"}
SECTIONS = {
    "original_matter": "เรื่องเดิม",
    "facts": "ข้อเท็จจริง",
    "rules_and_laws": "ข้อระเบียบและกฎหมาย",
    "proposal": "ข้อเสนอเพื่อพิจารณา",
}
#: The outline of the kind of memo.
OUTLINE: dict[str, Any] = {
    "sections": [{"id": key, "heading": heading} for key, heading in SECTIONS.items()],
    "closing": "จึงเรียนมาเพื่อโปรดพิจารณา",
}
MOST = 10  # late tasks and obstacles that the words name; the table has them all
LONGEST = 180  # characters of a text that is quoted


@dataclass(frozen=True)
class Facts:
    """What the words are written from: which report, its figures, the office and its division by their Thai names."""

    kind: str
    figures: Figures
    office: str
    division: str

    @property
    def year(self) -> int:
        return int(self.figures["fiscal_year"])

    @property
    def named(self) -> str:
        """มาตรการ… ประจำปีงบประมาณ พ.ศ. ๒๕๖๕"""
        return f"{self.figures['topic']} ประจำปีงบประมาณ พ.ศ. {thai_digits(self.year)}"

    @property
    def item(self) -> str:
        """The item of the year's disclosure that asks for this report; "" where its rules are not known."""
        known = self.year in rulebook.years() and self.figures["topic"] == ITA
        return (rulebook.rules_for(self.year).followup_item or "") if known else ""


def topic(subject: str, *, ita: bool) -> str:
    """What the measures are called."""
    return ITA if ita else f"มาตรการตามบันทึกข้อความ เรื่อง {_short(subject)}"


def subject(facts: Facts) -> str:
    """รายงานผลการดำเนินการตามมาตรการ… รอบระหว่างปี ประจำปีงบประมาณ พ.ศ. ๒๕๖๕"""
    year = thai_digits(facts.year)
    return f"รายงานผลการดำเนินการตาม{facts.figures['topic']} {ROUNDS[facts.kind]} ประจำปีงบประมาณ พ.ศ. {year}"


def sections(facts: Facts) -> dict[str, str]:
    """Section id -> its text, a line a paragraph."""
    return {
        "original_matter": _original_matter(facts),
        "facts": "\n".join(_facts(facts)),
        "rules_and_laws": _rules(facts),
        "proposal": _proposal(facts),
    }


def proposals(facts: Facts) -> list[dict[str, str]]:
    return [{"text": text} for text in _proposals(facts)]


def written(content: dict[str, Any], path: str, facts: Facts) -> str:
    """One section's text anew (path: sections.<n>.text). Raises LookupError for what is not written from the data."""
    match path.split("."):
        case ["sections", place, "text"] if place.isdecimal() and len(place) < 4:
            return sections(facts)[content["sections"][int(place)]["id"]]
    raise LookupError(path)


def _original_matter(facts: Facts) -> str:
    memo = facts.figures["memo"]
    number = f" ที่ {thai_digits(memo['number'])}" if memo["number"] else ""
    dated = f" ลงวันที่ {_day(date.fromisoformat(memo['date']))}" if memo["date"] else ""
    return (
        f"ตามบันทึกข้อความ{number}{dated} เรื่อง {memo['subject']} ซึ่งได้รับอนุมัติแล้ว {facts.office} "
        f"ได้กำหนด{facts.named} และมอบหมายให้สำนัก/กองที่เกี่ยวข้องดำเนินการ นั้น"
    )


def _facts(facts: Facts) -> Iterator[str]:
    figures, tasks = facts.figures, list(tasks_of(facts.figures))
    measures = sum(len(row["measures"]) for row in figures["rows"])
    cancelled = sum(task["state"] == "cancelled" for _measure, task in tasks)
    taken = day_of(datetime.fromisoformat(figures["taken_at"]))
    yield (
        f"{facts.division} ได้ติดตามผลการดำเนินการตาม{facts.named} ณ วันที่ {_day(taken)} "
        f"พบว่ามี {thai_digits(measures)} มาตรการ มอบหมายเป็นงานของสำนัก/กองทั้งหมด {_totals(figures['totals'])}"
        + (f" และยกเลิก {thai_digits(cancelled)} งาน" if cancelled else "")
    )
    yield "ผลการดำเนินการจำแนกตามสำนัก/กอง ดังนี้"
    for n, one in enumerate(figures["divisions"], 1):
        yield f"{thai_digits(n)}. {one['name']} จำนวน {_totals(one)}"
    yield "ผลการดำเนินการจำแนกตามแผน ดังนี้"
    for n, row in enumerate(figures["rows"], 1):
        named = _short(row["title"]) or f"ด้าน {row['instrument']}"
        yield f"{thai_digits(n)}. {named} จำนวน {_totals(totals_of(row))}"
    late = [(f"{task['division']} {_short(measure)}", task) for measure, task in tasks if task["late"]]
    yield from _quoted("งานที่เกินกำหนดและยังไม่เสร็จ", [said for said, task in late if not task.get("closed_on")])
    yield from _quoted("งานที่เสร็จหลังกำหนด", [said for said, task in late if task.get("closed_on")])
    yield from _quoted(
        "งานที่ได้ขยายกำหนดเวลา", [f"{t['division']} {_short(m)} {_moved(t)}" for m, t in tasks if moved(t)]
    )
    met = [f"{t['division']} {_short(t['obstacles'])}" for _m, t in tasks if t.get("obstacles")]
    yield from _quoted("ปัญหาและอุปสรรคที่สำนัก/กองรายงาน", met)


def _totals(of: dict[str, int]) -> str:
    """What was finished late is part of what was finished, so it is told by itself."""
    late = of.get("finished_late", 0)
    return (
        f"{thai_digits(of['tasks'])} งาน ดำเนินการแล้วเสร็จ {thai_digits(of['done'])} งาน "
        f"{_overdue(of)} งาน ความก้าวหน้าเฉลี่ยร้อยละ {thai_digits(of['percent'])}"
        + (f" ทั้งนี้ มีงานที่เสร็จหลังกำหนด {thai_digits(late)} งาน" if late else "")
    )


def _overdue(of: dict[str, int]) -> str:
    """Figures of before did not tell the two kinds of late work apart."""
    return f"เกินกำหนดและยังไม่เสร็จ {thai_digits(of['overdue'])}" if "overdue" in of else f"ล่าช้า {thai_digits(of['late'])}"


def moved(task: dict[str, Any]) -> bool:
    """Is its date another than was ordered? Figures of before do not say."""
    return task.get("ordered_due_on", "") not in ("", task.get("due_on"))


def _moved(task: dict[str, Any]) -> str:
    before, after = (_day(date.fromisoformat(task[key])) for key in ("ordered_due_on", "due_on"))
    return f"จากวันที่ {before} เป็นวันที่ {after}"


def _quoted(lead: str, said: list[str]) -> Iterator[str]:
    """A heading and what it leads; nothing for nothing."""
    said = list(dict.fromkeys(said))
    if not said:
        return
    yield f"{lead} ดังนี้"
    for n, one in enumerate(said[:MOST], 1):
        yield f"{thai_digits(n)}. {one}"
    if (more := len(said) - MOST) > 0:
        yield f"และอีก {thai_digits(more)} รายการ ตามรายงานแนบ"


def _rules(facts: Facts) -> str:
    if not facts.item:
        return ""
    return (
        f"การประเมินคุณธรรมและความโปร่งใสในการดำเนินงานของหน่วยงานภาครัฐ ประจำปีงบประมาณ พ.ศ. {thai_digits(facts.year)} "
        f"ข้อ {facts.item} กำหนดให้หน่วยงานกำกับติดตาม และเปิดเผยสรุปผลการดำเนินการตาม{ITA}ภายในหน่วยงาน"
    )


def _proposal(facts: Facts) -> str:
    asked = f" และให้เป็นไปตามข้อ {facts.item} ของการเปิดเผยข้อมูลสาธารณะ" if facts.item else ""
    return f"เพื่อให้การดำเนินการตาม{facts.named} เป็นไปตามวัตถุประสงค์{asked} เห็นสมควร"


def _proposals(facts: Facts) -> Iterator[str]:
    totals = facts.figures["totals"]
    yield f"รับทราบผลการดำเนินการตาม{facts.named} {ROUNDS[facts.kind]} ตามรายงานแนบ"
    if totals["done"] < totals["tasks"] and facts.kind == "interim":
        yield "ให้สำนัก/กองที่มีงานยังไม่แล้วเสร็จเร่งดำเนินการให้แล้วเสร็จภายในกำหนด และรายงานปัญหาและอุปสรรคให้ทราบ"
    elif totals["done"] < totals["tasks"]:
        yield f"ให้นำมาตรการที่ยังไม่แล้วเสร็จไปพิจารณากำหนดเป็นมาตรการของปีงบประมาณ พ.ศ. {thai_digits(facts.year + 1)}"
    yield "ให้เผยแพร่รายงานผลการดำเนินการบนเว็บไซต์ของหน่วยงาน" + (f" ตามข้อ {facts.item}" if facts.item else "")


def tasks_of(figures: Figures) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every task's line, with the measure it is of."""
    for row in figures["rows"]:
        for measure in row["measures"]:
            for task in measure["tasks"]:
                yield measure["text"], task


def totals_of(row: dict[str, Any]) -> dict[str, int]:
    """A plan row's totals, counted as the paper counts: without cancelled tasks."""
    return totals(task for one in row["measures"] for task in one["tasks"])


def _day(day: date) -> str:
    return thai_digits(thai_date(day))


def _short(text: str) -> str:
    """A text of one line, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1].rpartition(' ')[0] or line[: LONGEST - 1]}…"


# What the words say of the figures

_STATED = (
    (
        "tasks",
        re.compile(r"(?:ทั้งหมด|รับผิดชอบ)\s*(?:จำนวน\s*)?(?P<n>\d{1,5})\s*งาน"),
        ("งานทั้งหมด", "the number of tasks"),
    ),
    (
        "done",
        re.compile(r"(?<!ไม่)แล้วเสร็จ\s*(?:จำนวน\s*)?(?P<n>\d{1,5})\s*(?:งาน|จาก)"),
        ("งานที่แล้วเสร็จ", "the tasks done"),
    ),
    (
        "tasks",
        re.compile(r"แล้วเสร็จ\s*(?:จำนวน\s*)?\d{1,5}\s*(?:งาน)?\s*จาก(?:ทั้งหมด)?\s*(?:จำนวน\s*)?(?P<n>\d{1,5})"),
        ("งานทั้งหมด", "the number of tasks"),
    ),
    (
        "late",
        re.compile(r"(?<!เสร็จ)ล่าช้า(?:กว่ากำหนด)?\s*(?:จำนวน\s*)?(?P<n>\d{1,5})\s*งาน"),
        ("งานที่ล่าช้า", "the late tasks"),
    ),
    (
        "finished_late",
        re.compile(r"เสร็จ(?:หลังกำหนด|ล่าช้า(?:กว่ากำหนด)?)\s*(?:จำนวน\s*)?(?P<n>\d{1,5})\s*งาน"),
        ("งานที่เสร็จหลังกำหนด", "the tasks finished late"),
    ),
    (
        "overdue",
        re.compile(r"เกินกำหนด(?:(?:และ)?ยังไม่(?:แล้ว)?เสร็จ)?\s*(?:จำนวน\s*)?(?P<n>\d{1,5})\s*งาน"),
        ("งานที่เกินกำหนดและยังไม่เสร็จ", "the overdue tasks"),
    ),
    ("percent", re.compile(r"เฉลี่ยร้อยละ\s*(?P<n>\d{1,3})(?![\d.])"), ("ความก้าวหน้าเฉลี่ย", "the mean progress")),
)


def contradictions(passages: Iterator[tuple[str, str]], figures: Figures) -> Iterator[Finding]:
    """Where the words state a count that the frozen table does not have. `passages`: path and text.

    A line that names one division is held against that division's figures, any other against those of the whole and
    of every row: what agrees with one of them is right.
    """
    for path, text in passages:
        start = 0
        for line in text.split("\n"):
            truths, whose = _truths(line, figures)
            for key, pattern, name in _STATED:
                for found in pattern.finditer(arabic_digits(line)):
                    if key in truths[0] and int(found["n"]) not in {one.get(key) for one in truths}:
                        at = start + found.start("n"), start + found.end("n")
                        yield _contradiction(path, at, text[slice(*at)], str(truths[0][key]), name, whose)
            start += len(line) + 1


def _truths(line: str, figures: Figures) -> tuple[list[dict[str, int]], str]:
    named = [one for one in figures["divisions"] if one["name"] in line]
    if len(named) == 1 and "ทั้งหมด" not in line:  # who tells of the whole may name himself
        return named, named[0]["name"]
    return [figures["totals"], *map(totals_of, figures["rows"]), *named], ""


def _contradiction(
    path: str, at: tuple[int, int], stated: str, expected: str, name: tuple[str, str], whose: str
) -> Finding:
    shown = thai_digits(expected) if stated != arabic_digits(stated) else expected
    th = f"ข้อความระบุ{name[0]}{f'ของ{whose}' if whose else ''}เป็น {stated} แต่ตารางตัวเลขที่ตรึงไว้คือ {shown}"
    en = f"The text gives {name[1]}{f' of {whose}' if whose else ''} as {stated}; the frozen table says {shown}"
    return Finding(
        rule="F01",
        severity=HIGH,
        section=path,
        start=at[0],
        end=at[1],
        line=0,
        stated=stated,
        expected=shown,
        th=th,
        en=en,
        resolve=SUGGEST if whose else HUMAN,
        suggestion=shown,
    )
