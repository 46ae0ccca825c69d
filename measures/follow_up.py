"""The follow-up report's figures: per measure and division what was ordered, what was done, how far, and how late."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from files import shelf
from files.models import Attachment
from measures.lifecycle import State
from measures.models import DivisionTask, Report, ReportKind
from measures.queries import about, with_progress
from organization.calendar import day_of

#: What a division says of its own work.
SAID = (ReportKind.PROGRESS, ReportKind.FINISHED)


def of_memo(memo_id: UUID, *, titles: Sequence[str], on: date) -> dict[str, Any]:
    """The state of everything a memo ordered, as it stands on a day: `totals`, `divisions` and `rows` of the paper
    (documents/typesetting.py, follow_up), what is attached with its `id` besides. `titles`: of the
    plan's rows in their order. Three statements, whatever the number of tasks."""
    tasks = with_progress(DivisionTask.objects.filter(measure__row__memo=memo_id)).order_by(
        "measure__row__seq", "measure__seq", "division__order", "division_id"
    )
    told, shown = _said([task.pk for task in tasks]), _evidence(tasks)
    lines = [(task, _line(task, told[task.pk], shown[about(task)], on)) for task in tasks]
    return {
        "totals": totals(line for _task, line in lines),
        "divisions": _by_division(lines),
        "rows": _rows(lines, titles),
    }


def _said(tasks: list[UUID]) -> dict[UUID, list[Report]]:
    """Task -> what its division reported, oldest first."""
    found: dict[UUID, list[Report]] = defaultdict(list)
    for report in Report.objects.filter(task__in=tasks, kind__in=SAID).order_by("seq"):
        found[report.task_id].append(report)
    return found


def _evidence(tasks: Iterable[DivisionTask]) -> dict[str, list[Attachment]]:
    """Task (queries.about) -> what its division has attached, oldest first."""
    found: dict[str, list[Attachment]] = defaultdict(list)
    rows = Attachment.objects.filter(about__in=[about(task) for task in tasks], removed_at=None)
    for one in rows.order_by("at", "name", "pk"):
        found[one.about].append(one)
    return found


def keep_evidence(figures: Mapping[str, Any], *, at: datetime) -> None:
    """A frozen text holds these figures (of_memo): the bytes they name, and no others, stay for good. Two statements.

    Raises NotNow where something they name was removed since they were taken.
    """
    lines = (line for row in figures["rows"] for measure in row["measures"] for line in measure["tasks"])
    shelf.freeze(Attachment.objects.filter(pk__in=[one["id"] for line in lines for one in line["evidence"]]), now=at)


def _line(task: DivisionTask, reports: list[Report], evidence: list[Attachment], on: date) -> dict[str, Any]:
    done_on = _done_on(task, reports)
    return {
        "division": task.division.name_th,
        "state": str(task.state),
        "percent": task.percent,
        "ordered_due_on": task.measure.row.follow_up_due.isoformat(),
        "due_on": task.due_on.isoformat(),
        "closed_on": done_on.isoformat() if done_on else "",
        "late": is_late(task, done_on, on),
        "steps_done": task.steps_done,  # type: ignore[attr-defined]
        "steps_all": task.steps_all,  # type: ignore[attr-defined]
        "reported": reports[-1].text if reports else "",
        "obstacles": next((report.obstacles for report in reversed(reports) if report.obstacles), ""),
        "evidence": [_named(one) for one in evidence],
    }


def _named(one: Attachment) -> dict[str, Any]:
    return {"id": str(one.pk), "name": one.name, "sha256": one.sha256, "size": one.size, "url": one.url}


def is_late(task: DivisionTask, finished: date | None, on: date) -> bool:
    """Finished after its day, or not finished and its day is past; cancelled work is never late."""
    return task.state != State.CANCELLED and (finished or on) > task.due_on


def finished_on(task: DivisionTask, said_at: datetime | None) -> date | None:
    """The day the division said it was finished, where that still stands; an answer that came later makes none late."""
    stands = task.state in (State.REPORTED, State.ACCEPTED)
    return day_of(said_at) if stands and said_at else None


def _done_on(task: DivisionTask, reports: list[Report]) -> date | None:
    finished = [report.at for report in reports if report.kind == ReportKind.FINISHED]
    return finished_on(task, finished[-1] if finished else None)


def totals(lines: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Of lines as `of_memo` gives them. Cancelled tasks do not count; what is late was finished late or is overdue."""
    counted = [line for line in lines if line["state"] != State.CANCELLED]
    points = sum(line["percent"] for line in counted)
    return {
        "tasks": len(counted),
        "done": sum(line["state"] == State.ACCEPTED for line in counted),
        "late": sum(line["late"] for line in counted),
        "finished_late": sum(line["late"] and bool(line.get("closed_on")) for line in counted),
        "overdue": sum(line["late"] and not line.get("closed_on") for line in counted),
        "percent": round(points / len(counted)) if counted else 0,
    }


def _by_division(lines: list[tuple[DivisionTask, dict[str, Any]]]) -> list[dict[str, Any]]:
    """The same of each division, in the office's own order."""
    theirs: dict[tuple[int, int, str], list[dict[str, Any]]] = defaultdict(list)
    for task, line in lines:
        theirs[task.division.order, task.division_id, task.division.name_th].append(line)
    return [{"name": name, **totals(theirs[order, pk, name])} for order, pk, name in sorted(theirs)]


def _rows(lines: list[tuple[DivisionTask, dict[str, Any]]], titles: Sequence[str]) -> list[dict[str, Any]]:
    """Plan row by plan row its measures, and under each what became of it in every division."""
    rows: dict[int, dict[str, Any]] = {}
    for task, line in lines:
        plan = task.measure.row
        row = rows.setdefault(
            plan.pk,
            {
                "instrument": plan.instrument,
                "indicator": plan.indicator,
                "title": titles[plan.seq - 1],
                "issue": plan.issue,
                "follow_up_due": plan.follow_up_due.isoformat(),
                "measures": {},
            },
        )
        measure = row["measures"].setdefault(task.measure_id, {"text": task.measure.text, "tasks": []})
        measure["tasks"].append(line)
    return [{**row, "measures": list(row["measures"].values())} for row in rows.values()]
