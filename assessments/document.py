"""What the checker reads: a memo's or report's passages as text, its scores, its plan; and what it says: Findings.

Pure; knows no file and no database. sources.py makes a Document of a file, memo_flow of a draft.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

SEVERITIES = HIGH, MEDIUM, LOW = "high", "medium", "low"  # the gravest first
AUTO, SUGGEST, HUMAN = "auto", "suggest", "human"


@dataclass(frozen=True)
class Passage:
    """A piece of text with a name of its own, e.g. a draft's field sections.0.text or a whole file.

    `line` is the file's line its text begins on, 0 where there is no file; `lines` gives for each line of the text
    its line in the file where they do not simply follow each other. `made`: the text was made of data; a finding in it
    has no characters.
    """

    section: str
    text: str
    heading: str = ""
    line: int = 0
    lines: tuple[int, ...] = ()
    made: bool = False

    def line_at(self, offset: int) -> int:
        if not self.line:
            return 0
        row = self.text.count("\n", 0, offset)
        return self.lines[min(row, len(self.lines) - 1)] if self.lines else self.line + row


@dataclass(frozen=True)
class Step:
    text: str
    responsible: tuple[str, ...]  # names of divisions; none: the column is empty
    section: str = ""
    line: int = 0


@dataclass(frozen=True)
class PlanRow:
    """One table of the plan, as data. `section` is its path, e.g. plan.0; dates are None where there are none."""

    instrument: str
    section: str
    indicator: int | None = None
    issue: str = ""
    measures: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    responsible: tuple[str, ...] = ()
    period_start: date | None = None
    period_end: date | None = None
    follow_up: str = ""
    due: date | None = None
    line: int = 0
    due_line: int = 0
    period_line: int = 0


@dataclass(frozen=True)
class Stated:
    """A figure given as data: the draft's score table, an assessment, a YAML file's scores."""

    value: Decimal
    section: str
    line: int = 0


@dataclass(frozen=True)
class Scores:
    """Figures given as data. Keys of `figures`: an indicator's number, an instrument's code, or "total"."""

    figures: Mapping[int | str, Stated] = field(default_factory=dict)
    level: str = ""
    level_section: str = ""
    level_line: int = 0


@dataclass(frozen=True)
class Document:
    """What is checked. `year` is the fiscal year analysed (Buddhist); the measures are for the year after it.

    `divisions`: the office's own register, official names; empty where it is not known. `dated`: the day the memo
    bears, None where the text itself says it or nothing does.
    """

    year: int
    passages: tuple[Passage, ...] = ()
    scores: Scores | None = None
    plan: tuple[PlanRow, ...] = ()
    divisions: tuple[str, ...] = ()
    dated: date | None = None


@dataclass(frozen=True)
class Finding:
    """One thing the checker found.

    Its place is `section` with the characters [start, end) of that section's text; `line` is the file's, 0 where there
    is none. `stated` is what stands there, `expected` what should or the interval it may lie in ("97.36-97.40"),
    empty where only a person can say. `suggestion` replaces the characters of the place, where `resolve` is auto or
    suggest and a replacement is known.
    """

    rule: str
    severity: str
    section: str
    start: int
    end: int
    line: int
    stated: str
    expected: str
    th: str
    en: str
    resolve: str
    suggestion: str = ""

    def as_data(self) -> dict[str, Any]:
        """As a Revision keeps it and check_figures prints it."""
        return {
            "rule": self.rule,
            "severity": self.severity,
            "where": {"section": self.section, "start": self.start, "end": self.end},
            "line": self.line,
            "stated": self.stated,
            "expected": self.expected,
            "message": self.th,
            "message_en": self.en,
            "resolve": self.resolve,
            "suggestion": self.suggestion,
        }


@dataclass(frozen=True)
class Report:
    """What came of a check.

    `resolved`: indicator number -> the printed value that closes means and total, where there is one. `computed`: what
    those values amount to (IIT, EIT, OIT, total, level). `proof`: by instrument and "total", the sum that closes, to be
    read aloud. `admissible`: indicator number -> the interval its score may lie in, given the rest.
    """

    findings: tuple[Finding, ...]
    resolved: dict[str, str]
    computed: dict[str, str | None]
    proof: dict[str, str]
    admissible: dict[str, list[str]]

    def count(self, severity: str) -> int:
        return sum(one.severity == severity for one in self.findings)

    def findings_as_data(self) -> list[dict[str, Any]]:
        return [one.as_data() for one in self.findings]

    def as_data(self) -> dict[str, Any]:
        return {
            "findings": self.findings_as_data(),
            "resolved": self.resolved,
            "computed": self.computed,
            "proof": self.proof,
            "admissible": self.admissible,
        }
