"""What a checker makes of the corpus: found, missed, false alarms and noise, rule by rule; and of the real document."""

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from assessments.checks import check
from assessments.document import HIGH, Document, Finding, Report
from assessments.sources import document
from benchmarks.corpus.library import Corpus

DATA = Path(__file__).resolve().parent.parent / "data"
PRINTED = DATA / "as_printed.txt"
CORRECTED = Path(__file__).resolve().parent.parent.parent / "demo" / "data" / "kamphaeng_saen_2564.yaml"
RULES = tuple(f"R{n:02d}" for n in range(1, 21))
# What the corrected document really has: measures that are missing, words too kind, and dates and cells of the plan.
REAL_FAULTS = {"R13", "R14", "R15", "R16", "R17"}
# The same facts written without a slip: their rounding must not look like one.
ROUNDED = (
    "ผลการประเมิน ITA ประจำปีงบประมาณ พ.ศ. 2564 มีคะแนนรวม 82.14 คะแนน อยู่ในระดับ B\n\n"
    "แบบวัดการรับรู้ของผู้มีส่วนได้ส่วนเสียภายใน (IIT) มีค่าคะแนนเท่ากับ 90.05 คะแนน ดังนี้ ตัวชี้วัดที่ 1 การปฏิบัติหน้าที่ 94.86 คะแนน "
    "ตัวชี้วัดที่ 2 การใช้งบประมาณ 88.01 คะแนน ตัวชี้วัดที่ 3 การใช้อำนาจ 92.16 คะแนน "
    "ตัวชี้วัดที่ 4 การใช้ทรัพย์สินของทางราชการ 86.95 คะแนน ตัวชี้วัดที่ 5 การแก้ไขปัญหาการทุจริต 88.27 คะแนน\n\n"
    "แบบวัดการรับรู้ของผู้มีส่วนได้ส่วนเสียภายนอก (EIT) มีค่าคะแนนเท่ากับ 97.49 คะแนน ดังนี้ ตัวชี้วัดที่ 6 คุณภาพการดำเนินงาน 97.26 คะแนน "
    "ตัวชี้วัดที่ 7 ประสิทธิภาพการสื่อสาร 97.83 คะแนน ตัวชี้วัดที่ 8 การปรับปรุงระบบการทำงาน 97.36 คะแนน\n\n"
    "แบบตรวจการเปิดเผยข้อมูลสาธารณะ (OIT) มีค่าคะแนนเท่ากับ 64.71 คะแนน ดังนี้ ตัวชี้วัดที่ 9 การเปิดเผยข้อมูล 79.42 คะแนน "
    "ตัวชี้วัดที่ 10 การป้องกันการทุจริต 50.00 คะแนน\n"
)
CODES = "ใน{measures} มาตรการส่งเสริมคุณธรรมและความโปร่งใสอยู่ในข้อ {one} และการรายงานผลตามมาตรการอยู่ในข้อ {two}\n"


@dataclass
class Row:
    """One rule's share. A change counts for the first rule that should see it; an alarm for the rule that gave it."""

    found: int = 0
    missed: int = 0
    false: int = 0
    noise: int = 0


@dataclass
class Outcome:
    rows: dict[str, Row] = field(default_factory=lambda: {rule: Row() for rule in RULES})
    high: list[bool] = field(default_factory=list)
    every: list[bool] = field(default_factory=list)
    clean: int = 0
    alarms: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    kinds: dict[str, list[bool]] = field(default_factory=dict)

    @property
    def recall_high(self) -> float:
        return sum(self.high) / len(self.high)

    @property
    def recall(self) -> float:
        return sum(self.every) / len(self.every)

    @property
    def false_alarms(self) -> float:
        """A clean document's false alarms, on average."""
        return len(self.alarms) / self.clean


def read(text: str, year: int, suffix: str = ".txt") -> Document:
    return document(f"memo{suffix}", text.encode(), year)


def judged(corpus: Corpus) -> Outcome:
    outcome = Outcome(clean=len(corpus.clean))
    known: dict[str, Counter[tuple[str, str]]] = {}
    for one in corpus.clean:
        report = check(read(one.page.text, one.year, one.suffix))
        known[one.name] = Counter((f.rule, f.th) for f in report.findings)
        for finding in report.findings:
            outcome.rows[finding.rule].false += 1
            outcome.alarms.append(f"{one.name} l.{finding.line} {finding.rule} {finding.severity}: {finding.en}")
    for k, (base, change) in enumerate(corpus.mutated, 1):
        doc = read(change.text, base.year, base.suffix)
        report = check(doc)
        hit = [f for f in report.findings if f.rule in change.rules and lines_of(doc, f) & set(change.lines)]
        seen = any(f.severity == HIGH or change.severity != HIGH for f in hit)
        row = outcome.rows[change.rules[0]]
        row.found, row.missed = row.found + seen, row.missed + (not seen)
        outcome.every.append(seen)
        outcome.kinds.setdefault(change.kind, []).append(seen)
        if change.severity == HIGH:
            outcome.high.append(seen)
        if not seen:
            outcome.missed.append(f"{k:03d} of {base.name}, {change.kind}, l.{change.lines[0]}: {change.what}")
        left = known[base.name].copy()
        for finding in report.findings:
            key = (finding.rule, finding.th)
            if left[key]:
                left[key] -= 1
            elif finding.rule not in change.rules and not lines_of(doc, finding) & set(change.lines):
                outcome.rows[finding.rule].noise += 1
    return outcome


def lines_of(doc: Document, finding: Finding) -> set[int]:
    """The lines a finding's place covers."""
    for passage in doc.passages:
        if passage.section == finding.section and finding.end > finding.start:
            last = passage.line_at(max(finding.start, finding.end - 1))
            return set(range(finding.line, max(last, finding.line) + 1))
    return {finding.line}


# The real document


@dataclass
class Real:
    """`missed`: not found; `flagged`: right, and flagged all the same; `strange`: high, in the corrected one."""

    found: list[str]
    missed: list[str]
    flagged: list[str]
    strange: list[str]


def printed() -> Document:
    return document(PRINTED.name, PRINTED.read_bytes(), 2564)


def corrected() -> Document:
    return document(CORRECTED.name, CORRECTED.read_bytes(), 2564)


def real() -> Real:
    doc = printed()
    report, last = check(doc), len(PRINTED.read_text(encoding="utf-8").split("\n"))
    listed = yaml.safe_load((DATA / "contradictions.yaml").read_text(encoding="utf-8"))
    found: list[str] = []
    missed: list[str] = []
    for one in listed["contradictions"]:
        lines = set().union(*(lines_in(said, last) for said in one["where"]))
        hit = any(f.rule in one["detect"] and lines_of(doc, f) & lines for f in report.findings)
        (found if hit else missed).append(one["id"])
    strange = [
        f"l.{f.line} {f.rule}: {f.en}"
        for f in check(corrected()).findings
        if f.severity == HIGH and f.rule not in REAL_FAULTS
    ]
    return Real(found, missed, wrongly_flagged(report), strange)


def lines_in(said: str, last: int) -> set[int]:
    """The lines that "memo l.19" or "list l.150-159" speaks of; "end of file" is the last one."""
    if said == "end of file":
        return {last, last - 1}
    match = re.search(r"l\.(\d+)(?:-(\d+))?", said)
    assert match, said
    return set(range(int(match[1]), int(match[2] or match[1]) + 1))


def wrongly_flagged(report: Report) -> list[str]:
    """The ids of must_not_flag whose right statement is flagged all the same."""
    wrong = []
    sums = {"R01", "R02", "R03", "R04", "R07"}
    exact = [f for f in check(read(ROUNDED, 2564)).findings if f.rule in sums]
    if any("82.1" in f.stated for f in exact) or any(f.rule == "R03" and "82.14" in f.stated for f in report.findings):
        wrong.append("N1")
    if any("97." in f.stated for f in exact):
        wrong.append("N2")
    if any("92.16" in f.stated for f in (*exact, *report.findings)):
        wrong.append("N3")
    for year, codes in ((2564, ("O42", "O43")), (2566, ("O34", "O35"))):
        text = CODES.format(measures=f"ปีงบประมาณ พ.ศ. {year + 1} ", one=codes[0], two=codes[1])
        if any(f.rule == "R12" for f in check(read(text, year)).findings):
            wrong.append("N4")
    return wrong
