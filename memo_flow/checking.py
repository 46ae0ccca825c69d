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
    HUMAN,
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
from assessments.language import squeezed
from audit import chain
from memo_flow import follow_up_words
from memo_flow.content import Content
from memo_flow.models import Memo
from organization.calendar import day_of

RESULT = "result"  # the section of figures that stand in no field: the recorded result's


Recorded = tuple[results.YearResult | None, results.YearResult | None]  # of the year, and of the year before


def year_of(content: Content) -> int | None:
    """The fiscal year a memo analyses (Buddhist); None for a memo that analyses none."""
    if content.get("follow_up"):
        return None
    year = (content.get("scores") or {}).get("fiscal_year")
    return year if isinstance(year, int) else None


def recorded_of(memo: Memo, content: Content) -> Recorded:
    """The recorded results that a memo's text is held against; None where there is none. Two statements."""
    year = year_of(content)
    return results.with_previous(memo.organization_id, year) if year in rulebook.years() else (None, None)


def report_on(memo: Memo, content: Content, *, subject: str, on: date) -> Report | None:
    """What the checker finds in a memo's text as it stands on a day, with all it has to be held against.

    None where nothing is checked: no year, or a year without rules. Three statements.
    """
    if content.get("follow_up"):
        return _of_follow_up(content, subject)
    if year_of(content) not in rulebook.years():
        return None
    result, before = recorded_of(memo, content)
    return checked(
        content,
        subject=subject,
        divisions=memo.organization.names_of_divisions,
        result=result,
        before=before,
        dated=dated(memo, on),
    )


def findings_on(memo: Memo, content: Content, *, on: date) -> list[dict[str, Any]] | None:
    """The findings of `report_on` as data, under the memo's own subject; None where nothing is checked."""
    report = report_on(memo, content, subject=memo.subject, on=on)
    return None if report is None else report.findings_as_data()


def dated(memo: Memo, on: date) -> date:
    """The day a memo bears: of its first submission; a draft's is today's."""
    return day_of(memo.submitted_at) if memo.submitted_at else on


def checked(
    content: Content,
    *,
    subject: str,
    divisions: Mapping[str, str],
    result: results.YearResult | None,
    before: results.YearResult | None = None,
    dated: date,
) -> Report | None:
    """The same of what the caller has at hand. `divisions`: code -> official name. Pure."""
    if content.get("follow_up"):
        return _of_follow_up(content, subject)
    year = year_of(content)
    if year is None or year not in rulebook.years():
        return None
    recorded = results.scores_of(result) if result else None
    document = document_of(content, year, subject=subject, divisions=divisions, recorded=recorded, dated=dated)
    report = checks.check(document)
    findings = (*differences(content, recorded, year, before), *report.findings)
    return Report(findings, report.resolved, report.computed, report.proof, report.admissible)


def _of_follow_up(content: Content, subject: str) -> Report:
    """A follow-up memo has neither scores nor a plan: only its words are held against its own frozen figures."""
    passages = ((one.section, one.text) for one in _passages({**content, "subject": subject}))
    return Report(tuple(follow_up_words.contradictions(passages, content["follow_up"])), {}, {}, {}, {})


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
        scores=recorded or _known_scores(content, year),
        plan=tuple(_row(f"plan.{n}", row, divisions) for n, row in enumerate(content["plan"])),
        divisions=tuple(divisions.values()),
        dated=dated,
    )


def _passages(content: Content) -> Iterator[Passage]:
    """In the order of the editor. What the plan says is data of its rows; only its title and issue are read as text."""
    yield Passage("subject", content["subject"])
    yield from _sections(content, "sections")
    for n, proposal in enumerate(content["proposals"]):
        yield Passage(f"proposals.{n}.text", proposal["text"])
    for n, row in enumerate(content["plan"]):
        yield Passage(f"plan.{n}.title", row["title"])
        yield Passage(f"plan.{n}.issue", row["issue"], row["title"])
    yield from _sections(content, "report")


def _sections(content: Content, group: str) -> Iterator[Passage]:
    for n, section in enumerate(content.get(group, [])):
        yield Passage(f"{group}.{n}.text", section["text"], section["heading"])


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
    figures: dict[int | str, Stated] = dict(_rows(content))
    for code, mean in scores.get("means", {}).items():
        if mean:
            figures[code] = Stated(Decimal(mean), f"scores.means.{code}")
    if scores["total"]:
        figures["total"] = Stated(Decimal(scores["total"]), "scores.total")
    return Scores(figures, level=scores["level"], level_section="scores.level")


def _known_scores(content: Content, year: int) -> Scores:
    """The draft's own table without numbers that its year does not have: the rules know nothing of those."""
    said, numbers = scores_of(content), rulebook.rules_for(year).by_number
    known = {key: one for key, one in said.figures.items() if isinstance(key, str) or key in numbers}
    return Scores(known, level=said.level, level_section=said.level_section)


def _rows(content: Content) -> Iterator[tuple[int, Stated]]:
    """The table's rows that have a number and a score, as they stand: a number may come twice."""
    for n, one in enumerate(content["scores"]["indicators"]):
        if one["seq"] and one["score"]:
            yield one["seq"], Stated(Decimal(one["score"]), f"scores.indicators.{n}.score")


def differences(
    content: Content, recorded: Scores | None, year: int, before: results.YearResult | None = None
) -> Iterator[Finding]:
    """Where the draft's own table is not that of its year: not the year's rows, or not the recorded figures.

    `recorded`: the result of the year, `before` that of the year before; None where there is none.
    """
    rules = rulebook.rules_for(year)
    yield from _strange_rows(content, rules)
    yield from _other_before(content, before, rules)
    if recorded:
        yield from _otherwise(content, recorded, year)
        yield from _left_out(content, recorded, year)


def _strange_rows(content: Content, rules: rulebook.Rules) -> Iterator[Finding]:
    """Rows that the year does not have, that come twice, or under another indicator's name."""
    seen: set[Any] = set()
    for n, row in enumerate(content["scores"]["indicators"]):
        seq, path, score = row["seq"], f"scores.indicators.{n}.score", row["score"]
        known = rules.by_number.get(seq)
        if known is None:
            said = seq or "–"
            th = f"ตารางคะแนนมีตัวชี้วัดที่ {said} แต่ปีงบประมาณ {rules.fiscal_year} ไม่มีตัวชี้วัดนี้"
            en = f"The table has an indicator {said}; fiscal year {rules.fiscal_year} has none of this number"
            yield _high("R01", path, score, "", th, en)
            continue
        if seq in seen:
            th = f"ตารางคะแนนมีตัวชี้วัดที่ {seq} มากกว่าหนึ่งแถว แถวนี้ระบุ {score or '–'}"
            en = f"The table has more than one row of indicator {seq}; this one says {score or '–'}"
            yield _high("R01", path, score, "", th, en)
        seen.add(seq)
        if row["name"] and squeezed(row["name"]) not in map(squeezed, known.names):
            th = f"ตารางคะแนนเรียกตัวชี้วัดที่ {seq} ว่า {row['name']} ชื่อในปีงบประมาณ {rules.fiscal_year} คือ {known.th}"
            en = f"The table calls indicator {seq} {row['name']}; in fiscal year {rules.fiscal_year} it is {known.th}"
            yield _high("R08", f"scores.indicators.{n}.name", row["name"], known.th, th, en)


def _other_before(content: Content, before: results.YearResult | None, rules: rulebook.Rules) -> Iterator[Finding]:
    """Last year's scores that stand in the table and are not those recorded for an indicator that asks the same."""
    year, truths = rules.fiscal_year - 1, results.comparable(before, rules)
    for row in content["scores"].get("before", []):
        truth = truths.get(row["seq"])
        if not row["score"] or (truth is not None and truth == Decimal(row["score"])):
            continue
        name = _named(row["seq"] or "–")
        if truth is not None:
            yield _difference(name, "scores", row["score"], f"{truth:.2f}", year)
            continue
        th = f"ตารางคะแนนระบุ{name[0]}ของปีงบประมาณ {year} เป็น {row['score']} แต่ไม่มีคะแนนที่บันทึกไว้ให้เปรียบเทียบ"
        en = f"The table gives the {name[1]} of fiscal year {year} as {row['score']}; none is recorded to compare with"
        yield _high("R01", "scores", row["score"], "", th, en)


def _otherwise(content: Content, recorded: Scores, year: int) -> Iterator[Finding]:
    """Every figure of the draft's table, twice given or not, that is not the recorded one."""
    said = scores_of(content)
    figures: list[tuple[int | str, Stated]] = [*_rows(content)]
    figures += [(key, one) for key, one in said.figures.items() if isinstance(key, str)]
    for key, one in figures:
        truth = recorded.figures.get(key)
        if truth is not None and truth.value != one.value:
            yield _difference(_named(key), one.section, f"{one.value:.2f}", f"{truth.value:.2f}", year)
    if said.level and recorded.level and said.level != recorded.level:
        yield _difference(("ระดับ", "level"), said.level_section, said.level, recorded.level, year)


def _left_out(content: Content, recorded: Scores, year: int) -> Iterator[Finding]:
    """Recorded figures that the draft's table does not give."""
    said = scores_of(content)
    for key, truth in recorded.figures.items():
        if key not in said.figures:
            section = "scores.total" if key == "total" else f"scores.means.{key}" if isinstance(key, str) else "scores"
            yield _absent(_named(key), section, f"{truth.value:.2f}", year)
    if recorded.level and not said.level:
        yield _absent(("ระดับ", "level"), "scores.level", recorded.level, year)


def _named(key: int | str) -> tuple[str, str]:
    if key == "total":
        return "คะแนนรวม", "total"
    if key in rulebook.INSTRUMENTS:
        return f"ค่าเฉลี่ย {key} ", f"mean of {key}"
    return f"คะแนนตัวชี้วัดที่ {key} ", f"score of indicator {key}"


def _difference(name: tuple[str, str], section: str, stated: str, expected: str, year: int) -> Finding:
    th = f"ตารางคะแนนระบุ{name[0]}เป็น {stated} แต่ผลการประเมินปีงบประมาณ {year} ที่บันทึกไว้คือ {expected}"
    en = f"The table gives the {name[1]} as {stated}; the recorded result of fiscal year {year} says {expected}"
    return _high("R01", section, stated, expected, th, en)


def _absent(name: tuple[str, str], section: str, expected: str, year: int) -> Finding:
    th = f"ตารางคะแนนไม่มี{name[0].strip()} แต่ผลการประเมินปีงบประมาณ {year} ที่บันทึกไว้คือ {expected}"
    en = f"The table does not give the {name[1]}; the recorded result of fiscal year {year} says {expected}"
    return _high("R01", section, "", expected, th, en)


def _high(rule: str, section: str, stated: str, expected: str, th: str, en: str) -> Finding:
    """A high finding about a whole field; what is expected, where that is known, is what to put there."""
    return Finding(
        rule=rule,
        severity=HIGH,
        section=section,
        start=0,
        end=0 if section == "scores" else len(stated),
        line=0,
        stated=stated,
        expected=expected,
        th=th,
        en=en,
        resolve=SUGGEST if expected else HUMAN,
        suggestion=expected,
    )


def digest_of(findings: Collection[Mapping[str, Any]]) -> str:
    """What tells one set of findings as data from another: their rules, places and figures."""
    said = [[one["rule"], one["where"], one["stated"], one["expected"]] for one in findings]
    return chain.digest(said)


def high_of(findings: Collection[Mapping[str, Any]]) -> int:
    """How many of findings as data are high."""
    return sum(one["severity"] == HIGH for one in findings)
