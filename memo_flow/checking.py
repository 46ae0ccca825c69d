"""The checker before a draft: what it reads of a memo, and what it is told beside the memo itself.

The passages a checker sees are the draft's own fields, so a finding's place is a field and characters of it. Where the
office has recorded the year's result, that is the truth the text is held against; without it the draft's own table is.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from assessments import checks, results, rulebook
from assessments.document import (
    HIGH,
    SUGGEST,
    Document,
    Finding,
    Passage,
    PlanRow,
    Report,
    Scores,
    Stated,
    Step,
)
from memo_flow.content import Content
from memo_flow.models import Memo
from organization.calendar import day_of
from organization.models import Division

RESULT = "result"  # the section of figures that stand in no field: the recorded result's


def year_of(content: Content) -> int | None:
    """The fiscal year a memo analyses (Buddhist); None for a memo without a table of scores, which is not checked."""
    scores = content.get("scores") or {}
    year = scores.get("fiscal_year")
    return year if scores.get("indicators") and isinstance(year, int) else None


def result_of(memo: Memo, content: Content) -> results.YearResult | None:
    """The recorded result that a memo's text is held against; None where there is none. Two statements."""
    year = year_of(content)
    return results.of_year(memo.organization_id, year) if year in rulebook.years() else None


def report_on(memo: Memo, content: Content, *, subject: str, on: date) -> Report | None:
    """What the checker finds in a memo's text as it stands on a day, with all it has to be held against.

    None where nothing is checked: no analysis of a result, or a year without rules. Three statements.
    """
    if year_of(content) not in rulebook.years():
        return None
    divisions = Division.objects.filter(organization=memo.organization_id).values_list("code", "name_th")
    return checked(
        content,
        subject=subject,
        divisions=dict(divisions),
        result=result_of(memo, content),
        dated=dated(memo, on),
    )


def dated(memo: Memo, on: date) -> date:
    """The day a memo bears: of its first submission; a draft's is today's."""
    return day_of(memo.submitted_at) if memo.submitted_at else on


def checked(
    content: Content,
    *,
    subject: str,
    divisions: Mapping[str, str],
    result: results.YearResult | None,
    dated: date,
) -> Report | None:
    """The same of what the caller has at hand. `divisions`: code -> official name. Pure."""
    year = year_of(content)
    if year is None or year not in rulebook.years():
        return None
    recorded = results.scores_of(result) if result else None
    document = document_of(content, year, subject=subject, divisions=divisions, recorded=recorded, dated=dated)
    report = checks.check(document)
    if recorded is None:
        return report
    findings = (*differences(content, recorded, year), *report.findings)
    return Report(findings, report.resolved, report.computed, report.proof, report.admissible)


def document_of(
    content: Content,
    year: int,
    *,
    subject: str = "",
    divisions: Mapping[str, str],
    recorded: Scores | None = None,
    dated: date | None = None,
) -> Document:
    """A cleaned draft as the checker reads it. `divisions`: code -> official name; unknown codes stay as they are."""
    return Document(
        year=year,
        passages=tuple(_passages({**content, "subject": subject})),
        scores=recorded or scores_of(content),
        plan=tuple(_row(f"plan.{n}", row, divisions) for n, row in enumerate(content["plan"])),
        divisions=tuple(divisions.values()),
        dated=dated,
    )


def _passages(content: Content) -> Iterator[Passage]:
    """In the order of the paper. What the plan says is data of its rows; only its title and issue are read as text."""
    yield Passage("subject", content["subject"])
    for n, section in enumerate(content["sections"]):
        yield Passage(f"sections.{n}.text", section["text"], section["heading"])
    for n, proposal in enumerate(content["proposals"]):
        yield Passage(f"proposals.{n}.text", proposal["text"])
    for n, row in enumerate(content["plan"]):
        yield Passage(f"plan.{n}.title", row["title"])
        yield Passage(f"plan.{n}.issue", row["issue"], row["title"])


def _row(path: str, row: dict[str, Any], divisions: Mapping[str, str]) -> PlanRow:
    def named(codes: list[str]) -> tuple[str, ...]:
        return tuple(divisions.get(code, code) for code in codes)

    return PlanRow(
        instrument=row["instrument"],
        section=path,
        indicator=row["indicator"] or None,
        issue=row["issue"],
        measures=tuple(measure["text"] for measure in row["measures"]),
        steps=tuple(
            Step(step["text"], named(step["responsible"]), f"{path}.steps.{n}") for n, step in enumerate(row["steps"])
        ),
        responsible=named(row["responsible"]),
        period_start=_day(row["period_start"]),
        period_end=_day(row["period_end"]),
        follow_up=row["follow_up"],
        due=_day(row["follow_up_due"]),
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def scores_of(content: Content) -> Scores:
    """The draft's own table of scores; cells still empty are left out."""
    scores = content["scores"]
    figures: dict[int | str, Stated] = {
        one["seq"]: Stated(Decimal(one["score"]), f"scores.indicators.{n}.score")
        for n, one in enumerate(scores["indicators"])
        if one["seq"] and one["score"]
    }
    for code, mean in scores.get("means", {}).items():
        if mean:
            figures[code] = Stated(Decimal(mean), f"scores.means.{code}")
    if scores["total"]:
        figures["total"] = Stated(Decimal(scores["total"]), "scores.total")
    return Scores(figures, level=scores["level"], level_section="scores.level")


def differences(content: Content, recorded: Scores, year: int) -> Iterator[Finding]:
    """Where the draft's own table says something else than the recorded result of its year."""
    said = scores_of(content)
    for key, one in said.figures.items():
        truth = recorded.figures.get(key)
        if truth is not None and truth.value != one.value:
            yield _difference(_named(key), one.section, f"{one.value:.2f}", f"{truth.value:.2f}", year)
    if said.level and recorded.level and said.level != recorded.level:
        yield _difference(("ระดับ", "level"), said.level_section, said.level, recorded.level, year)


def _named(key: int | str) -> tuple[str, str]:
    if key == "total":
        return "คะแนนรวม", "total"
    if isinstance(key, str):
        return f"ค่าเฉลี่ย {key} ", f"mean of {key}"
    return f"คะแนนตัวชี้วัดที่ {key} ", f"score of indicator {key}"


def _difference(name: tuple[str, str], section: str, stated: str, expected: str, year: int) -> Finding:
    th, en = name
    return Finding(
        rule="R01",
        severity=HIGH,
        section=section,
        start=0,
        end=len(stated),
        line=0,
        stated=stated,
        expected=expected,
        th=f"ตารางคะแนนระบุ{th}เป็น {stated} แต่ผลการประเมินปีงบประมาณ {year} ที่บันทึกไว้คือ {expected}",
        en=f"The table gives the {en} as {stated}; the recorded result of fiscal year {year} says {expected}",
        resolve=SUGGEST,
        suggestion=expected,
    )


def high_of(findings: Collection[Mapping[str, Any]]) -> int:
    """How many of findings as data are high."""
    return sum(one["severity"] == HIGH for one in findings)
