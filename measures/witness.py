"""Tasks as they stand against their chains, so that a chain whose tail was cut is found."""

from collections.abc import Iterator
from uuid import UUID

from audit import chain
from audit.chain import Problem
from measures.models import DivisionTask, Report, TaskStep


@chain.witness
def tasks_agree() -> Iterator[Problem]:
    """Every task's state, percent and newest report are those of its last event that moved it."""
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
