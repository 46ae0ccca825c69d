"""Findings with their place: characters of a flow as characters of its passage, in the digits the passage writes."""

import re

from assessments.checking.facts import Fact
from assessments.checking.flows import Flow
from assessments.document import SUGGEST, Finding
from organization.calendar import thai_digits


def finding(
    rule: str,
    severity: str,
    flow: Flow,
    start: int,
    end: int,
    th: str,
    en: str,
    *,
    stated: str = "",
    expected: str = "",
    resolve: str = SUGGEST,
    suggestion: str = "",
) -> Finding:
    """A finding at [start, end) of a flow's tight text. `suggestion` is given in Arabic digits."""
    begins, ends = flow.tight.span(start, max(end, start + 1))
    raw = flow.passage.text[begins:ends]
    line = flow.passage.line_at(begins)
    if flow.passage.made:
        begins = ends = 0
        suggestion = ""
    return Finding(
        rule=rule,
        severity=severity,
        section=flow.passage.section,
        start=begins,
        end=ends,
        line=line,
        stated=stated,
        expected=expected,
        th=th,
        en=en,
        resolve=resolve,
        suggestion=in_script(raw, suggestion, flow.passage.text) if suggestion else "",
    )


def at_fact(
    fact: Fact,
    rule: str,
    severity: str,
    th: str,
    en: str,
    *,
    expected: str,
    resolve: str,
    stated: str = "",
    suggestion: str = "",
) -> Finding:
    """A finding about a figure, in the text or given as data; `stated` is the figure where nothing else is given."""
    stated = stated or str(fact.value)
    if fact.flow is None:
        assert fact.stated is not None
        place = fact.stated
        return at_data(
            rule, severity, place.section, place.line, th, en, stated=stated, expected=expected, resolve=resolve
        )
    return finding(
        rule, severity, fact.flow, fact.start, fact.end, th, en,
        stated=stated, expected=expected, resolve=resolve, suggestion=suggestion,
    )  # fmt: skip


def in_script(raw: str, new: str, around: str = "") -> str:
    """`new` in Thai digits where the text it replaces, or else the text around it, has them."""
    sample = raw if re.search(r"[0-9๐-๙]", raw) else around
    thai = len(re.findall(r"[๐-๙]", sample))
    return thai_digits(new) if thai > len(re.findall(r"[0-9]", sample)) else new


def at_data(
    rule: str,
    severity: str,
    section: str,
    line: int,
    th: str,
    en: str,
    *,
    stated: str = "",
    expected: str = "",
    resolve: str,
) -> Finding:
    """A finding about something given as data; it has no characters."""
    return Finding(rule, severity, section, 0, 0, line, stated, expected, th, en, resolve)
