"""Tasks as they stand against their chains, so that a chain whose tail was cut is found."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from audit import chain
from audit.chain import Problem
from measures.closing import frozen, result_of
from measures.models import Comment, DivisionTask, Extension, Mention, Report, TaskStep
from notifications.models import Nudge
from organization.calendar import day_of
from organization.models import ClosedYear


@chain.witness
def tasks_agree() -> Iterator[Problem]:
    """Every task's state, percent, date, officers, reports, ticks, comments and requests are what its chain says."""
    kind = chain.subject_type(DivisionTask)
    states = chain.newest(kind, "state")
    dates, percents = chain.newest(kind, "due_on"), chain.newest(kind, "percent")
    tasks = DivisionTask.objects.values_list("pk", "state", "due_on", "percent")
    for pk, state, due_on, percent in tasks.iterator(chunk_size=2000):
        if states.get(pk) != state:
            yield Problem(kind, str(pk), f"its state {state} is not what the chain ends with")
        if dates.get(pk) != due_on.isoformat():
            yield Problem(kind, str(pk), f"its due date {due_on} is not what the chain says")
        if percents.get(pk, 0) != percent:
            yield Problem(kind, str(pk), f"its {percent} percent are not what the chain's newest report says")
    yield from _differ(kind, "its reports are not what the chain says", _reports(), _told(kind, "report", _words))
    done = {pk: steps for pk, steps in chain.newest(kind, "done").items() if steps}
    yield from _differ(kind, "its ticked steps are not what the chain says", _ticks(), done)
    yield from _differ(kind, "its comments are not what the chain says", _comments(), _told(kind, "comment", _named))
    asked = _told(kind, "extension", lambda data: data["request"])
    yield from _differ(kind, "its requests for more time are not what the chain says", _requests(), asked)
    officer = {pk: person for pk, person in chain.newest(kind, "officer").items() if person}
    held = dict(DivisionTask.objects.exclude(officer=None).values_list("pk", "officer"))
    yield from _differ(kind, "whose it is, is not what the chain says", held, officer)
    officers = {pk: whose for pk, whose in chain.newest(kind, "officers").items() if whose}
    yield from _differ(kind, "whose its steps are, is not what the chain says", _officers(), officers)


@chain.witness
def nudges_agree() -> Iterator[Problem]:
    """Every reminder by hand of a task is one its chain tells of, in the same words, and the reverse."""
    kind = chain.subject_type(DivisionTask)
    told = _told(kind, "nudge", lambda data: data["text"])
    yield from _differ(kind, "its reminders by hand are not what the chain says", _nudges(), told)


def _differ(kind: str, message: str, kept: dict[UUID, Any], told: dict[UUID, Any]) -> Iterator[Problem]:
    """What the rows say of each task against what its chain says."""
    for pk in kept.keys() | told.keys():
        if kept.get(pk) != told.get(pk):
            yield Problem(kind, str(pk), message)


def _told(kind: str, fact: str, digest: Callable[[dict[str, Any]], Any]) -> dict[UUID, dict[str, Any]]:
    """Task -> what its chain says last of each of its reports, comments or requests."""
    told: dict[UUID, dict[str, Any]] = defaultdict(dict)
    for event in chain.telling(kind, fact):
        told[event.subject_id][event.data[fact]] = digest(event.data)
    return told


def _words(data: dict[str, Any]) -> list[Any]:
    """A report's; before obstacles were asked for, an event said nothing of them."""
    return [data["percent"], data["text"], data.get("obstacles", chain.digest(""))]


def _named(data: dict[str, Any]) -> list[Any]:
    return [data["text"], data["divisions"]]


def _reports() -> dict[UUID, dict[str, Any]]:
    kept: dict[UUID, dict[str, Any]] = defaultdict(dict)
    reports = Report.objects.values_list("task_id", "pk", "percent", "text", "obstacles")
    for task, pk, percent, *said in reports.iterator(chunk_size=2000):
        kept[task][str(pk)] = [percent, *map(chain.digest, said)]
    return kept


def _ticks() -> dict[UUID, list[int]]:
    ticks: dict[UUID, list[int]] = defaultdict(list)
    for task, step in TaskStep.objects.exclude(ticked_at=None).order_by("pk").values_list("task_id", "pk"):
        ticks[task].append(step)
    return ticks


def _comments() -> dict[UUID, dict[str, Any]]:
    named: dict[UUID, list[int]] = defaultdict(list)
    for pk, division in Mention.objects.order_by("division_id").values_list("comment_id", "division_id"):
        named[pk].append(division)
    kept: dict[UUID, dict[str, Any]] = defaultdict(dict)
    for task, pk, text in Comment.objects.order_by().values_list("task_id", "pk", "text").iterator(chunk_size=2000):
        kept[task][str(pk)] = [chain.digest(text), named.get(pk, [])]
    return kept


def _requests() -> dict[UUID, dict[str, Any]]:
    kept: dict[UUID, dict[str, Any]] = defaultdict(dict)
    for one in Extension.objects.order_by().iterator(chunk_size=2000):
        kept[one.task_id][str(one.pk)] = chain.digest(one.said())
    return kept


def _nudges() -> dict[UUID, dict[str, Any]]:
    kept: dict[UUID, dict[str, Any]] = defaultdict(dict)
    said = Nudge.objects.filter(about__startswith="task:").values_list("about", "pk", "text")
    for about, pk, text in said.iterator(chunk_size=2000):
        kept[UUID(about.partition(":")[2])][str(pk)] = chain.digest(text)
    return kept


def _officers() -> dict[UUID, dict[str, int]]:
    kept: dict[UUID, dict[str, int]] = defaultdict(dict)
    for task, step, person in TaskStep.objects.exclude(officer=None).order_by().values_list("task_id", "pk", "officer"):
        kept[task][str(step)] = person
    return kept


@chain.witness
def closed_years_agree() -> Iterator[Problem]:
    """Every closed year is one its chain tells of, and its tasks still stand as they stood when it was closed."""
    kind = chain.subject_type(ClosedYear)
    told = {event.subject_id: event.data for event in chain.telling(kind, "digest")}
    for row in ClosedYear.objects.order_by("pk"):
        said = told.pop(row.pk, {})
        if (said.get("year"), said.get("note")) != (row.fiscal_year, chain.digest(row.note)):
            yield Problem(kind, str(row.pk), f"the closing of {row.fiscal_year} is not what the chain says")
        elif said["result"] and said["result"] != result_of(row):
            yield Problem(kind, str(row.pk), f"the result of {row.fiscal_year} is not as it was when it was closed")
        elif said["digest"] != frozen(row.organization_id, row.fiscal_year, on=day_of(row.at)).digest:
            yield Problem(kind, str(row.pk), f"the work of {row.fiscal_year} is not as it was when it was closed")
    for pk in told:
        yield Problem(kind, str(pk), "the closed year of this chain is gone")
