"""Tasks as they stand against their chains, so that a chain whose tail was cut is found."""

from collections.abc import Iterator
from uuid import UUID

from audit import chain
from audit.chain import Problem
from measures.closing import frozen
from measures.models import DivisionTask, Report, TaskStep
from organization.calendar import day_of
from organization.models import ClosedYear


@chain.witness
def tasks_agree() -> Iterator[Problem]:
    """Every task's state and newest report are those of its last event that moved it."""
    kind = chain.subject_type(DivisionTask)
    states = chain.newest(kind, "state")
    dates = chain.newest(kind, "due_on")
    tasks = DivisionTask.objects.values_list("pk", "state", "due_on")
    for pk, state, due_on in tasks.iterator(chunk_size=2000):
        if states.get(pk) != state:
            yield Problem(kind, str(pk), f"its state {state} is not what the chain ends with")
        if dates.get(pk) != due_on.isoformat():
            yield Problem(kind, str(pk), f"its due date {due_on} is not what the chain says")
    reports: dict[UUID, dict[str, str]] = {}
    for task, pk, text in Report.objects.values_list("task_id", "pk", "text").iterator(chunk_size=2000):
        reports.setdefault(task, {})[str(pk)] = chain.digest(text)
    said: dict[UUID, dict[str, str]] = {}
    for event in chain.telling(kind, "report"):
        said.setdefault(event.subject_id, {})[event.data["report"]] = event.data["text"]
    for pk in reports.keys() | said.keys():
        if reports.get(pk) != said.get(pk):
            yield Problem(kind, str(pk), "its reports are not what the chain says")
    ticks: dict[UUID, list[int]] = {}
    for task, step in TaskStep.objects.exclude(ticked_at=None).order_by("pk").values_list("task_id", "pk"):
        ticks.setdefault(task, []).append(step)
    done = chain.newest(kind, "done")
    for pk in ticks.keys() | done.keys():
        if ticks.get(pk, []) != done.get(pk, []):
            yield Problem(kind, str(pk), "its ticked steps are not what the chain says")


@chain.witness
def closed_years_agree() -> Iterator[Problem]:
    """Every closed year is one its chain tells of, and its tasks still stand as they stood when it was closed."""
    kind = chain.subject_type(ClosedYear)
    told = {event.subject_id: event.data for event in chain.telling(kind, "digest")}
    for row in ClosedYear.objects.order_by("pk"):
        said = told.pop(row.pk, {})
        if (said.get("year"), said.get("note")) != (row.fiscal_year, chain.digest(row.note)):
            yield Problem(kind, str(row.pk), f"the closing of {row.fiscal_year} is not what the chain says")
        elif said["digest"] != frozen(row.organization_id, row.fiscal_year, on=day_of(row.at)).digest:
            yield Problem(kind, str(row.pk), f"the work of {row.fiscal_year} is not as it was when it was closed")
    for pk in told:
        yield Problem(kind, str(pk), "the closed year of this chain is gone")
