"""The checker of what a memo says: check(document) -> Report. Pure."""

from collections.abc import Iterator
from dataclasses import replace

from assessments import scoring
from assessments.checking import (
    citations,
    codes,
    contents,
    judgement,
    names,
    numbering,
    plans,
    standing,
    sums,
    topics,
    values,
    years,
)
from assessments.checking.facts import Reading
from assessments.checking.reading import read
from assessments.checking.resolving import Resolved, resolve
from assessments.checking.rows import rows
from assessments.document import HUMAN, SEVERITIES, Document, Finding, Report
from assessments.rulebook import rules_for

#: Findings told of one document; a memo of an office has few, a text made to have many fills no page and no revision.
MOST = 200


def check(document: Document) -> Report:
    """Everything the rules find in a document, in the order of its text. Raises UnknownYear."""
    reading = read(document, rules_for(document.year))
    resolved = resolve(reading)
    found = list(_findings(reading, resolved))
    places = {passage.section: n for n, passage in enumerate(document.passages)}
    found.sort(key=lambda one: (places.get(one.section, -1), one.line, one.start, one.rule))
    return Report(
        _told(list(dict.fromkeys(found))),
        _printed(reading, resolved),
        _computed(reading, resolved),
        resolved.proof,
        _within(resolved),
    )


def _told(found: list[Finding]) -> tuple[Finding, ...]:
    """The findings, of too many the gravest; one more then says how many are left out, as grave as their worst."""
    if len(found) <= MOST:
        return tuple(found)
    ranked = sorted(range(len(found)), key=lambda n: SEVERITIES.index(found[n].severity))
    first = found[ranked[MOST]]
    rest = len(found) - MOST
    more = replace(
        first, stated="", expected="", suggestion="", resolve=HUMAN,
        th=f"ยังมีข้อสังเกตอีก {rest} ข้อที่ไม่ได้แสดง แก้ข้อที่แสดงแล้วตรวจใหม่",
        en=f"{rest} more findings are not shown; correct those shown and check again.",
    )  # fmt: skip
    return (*(found[n] for n in sorted(ranked[:MOST])), more)


def _findings(reading: Reading, resolved: Resolved) -> Iterator[Finding]:
    plan = rows(reading)
    page = contents.flows_of(reading)
    body = [flow for flow in reading.flows if flow not in page]
    yield from values.check(reading, resolved)
    yield from sums.check(reading, resolved)
    yield from standing.check(reading, resolved)
    yield from names.check(reading, plan)
    yield from years.check(reading)
    yield from citations.check(reading)
    yield from codes.check(reading)
    yield from topics.check(reading, plan)
    yield from judgement.check(reading, resolved)
    yield from plans.check(reading, plan)
    yield from numbering.check(body, plan)
    yield from contents.check(reading, page)


def _printed(reading: Reading, resolved: Resolved) -> dict[str, str]:
    """The settled values; none of an instrument whose printed mean they do not make."""
    return {
        str(key): str(value)
        for key, value in sorted(resolved.values.items(), key=lambda pair: str(pair[0]).zfill(2))
        if isinstance(key, int) and reading.rules.by_number[key].instrument not in resolved.open
    }


def _computed(reading: Reading, resolved: Resolved) -> dict[str, str | None]:
    scores = {key: value for key, value in resolved.values.items() if isinstance(key, int)}
    result = scoring.compute(reading.rules, scores)
    said = {**result.instruments, "total": result.total}
    return {**{key: None if value is None else str(value) for key, value in said.items()}, "level": result.level}


def _within(resolved: Resolved) -> dict[str, list[str]]:
    return {str(number): [str(one.low), str(one.high)] for number, one in resolved.admissible.items()}
