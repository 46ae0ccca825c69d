"""The checker of what a memo says: check(document) -> Report. Pure."""

from assessments import scoring
from assessments.checking import codes, figures, form, judgement, names, plans, topics, years
from assessments.checking.facts import Reading, read
from assessments.checking.resolving import Resolved, resolve
from assessments.document import Document, Finding, Report
from assessments.rulebook import rules_for


def check(document: Document) -> Report:
    """Everything the rules find in a document, in the order of its text. Raises UnknownYear."""
    reading = read(document, rules_for(document.year))
    resolved = resolve(reading)
    found: list[Finding] = []
    plan = plans.rows(reading)
    found.extend(figures.check(reading, resolved))
    found.extend(names.check(reading, plan))
    found.extend(years.check(reading))
    found.extend(codes.check(reading))
    found.extend(topics.check(reading, plan))
    found.extend(judgement.check(reading, resolved))
    found.extend(plans.check(reading, plan))
    found.extend(form.check(reading, plan))
    places = {passage.section: n for n, passage in enumerate(document.passages)}
    found.sort(key=lambda one: (places.get(one.section, -1), one.line, one.start, one.rule))
    return Report(
        tuple(dict.fromkeys(found)),
        _printed(reading, resolved),
        _computed(reading, resolved),
        resolved.proof,
        _within(resolved),
    )


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
    figures = {**result.instruments, "total": result.total}
    return {**{key: None if value is None else str(value) for key, value in figures.items()}, "level": result.level}


def _within(resolved: Resolved) -> dict[str, list[str]]:
    return {str(number): [str(one.low), str(one.high)] for number, one in resolved.admissible.items()}
