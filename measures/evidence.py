"""Evidence: what a division shows of its work. Files and links on a task, on one of its steps, or with a report.

A file that comes with a report belongs to it for good or ill: a refused file refuses the report. Beside reports each
file and link stands alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import transaction
from django.db.models import Count, F, Q, QuerySet, Window
from django.utils.translation import gettext as _

from files import inspection, shelf
from files.models import Attachment
from files.receiving import naming
from measures import policies
from measures.models import DivisionTask, Report, TaskStep
from measures.queries import about
from organization.calendar import day_of
from organization.models import User
from organization.plain_text import words
from organization.seats import Seat

WHY = 500  # characters of why something was removed
REMOVED = 50  # removed things that a page names


@transaction.atomic
def attach(task_id: UUID, file: "File[bytes]", *, by: User, part: str = "", now: datetime) -> Attachment:
    """Attach a file to a task, or to one of its steps (`part`: "step:<id>").

    Raises DivisionTask.DoesNotExist, Refused, NotNow, or ValidationError with a sentence on what is wrong with it.
    """
    task, seat = _locked(task_id, by=by, now=now)
    return _keep(task, file, _place(task, part), by=by, seat=seat, now=now)


@transaction.atomic
def link(task_id: UUID, url: str, *, by: User, name: str = "", part: str = "", now: datetime) -> Attachment:
    """Attach a link to something elsewhere, e.g. a film; it is looked at later. Raises what `attach` does."""
    task, seat = _locked(task_id, by=by, now=now)
    name = words(name, "name", most=255)
    where = {"organization": task.organization, "about": about(task), "part": _place(task, part)}
    return shelf.link(url.strip(), name=name, by=by, seat=seat, now=now, **where)  # type: ignore[arg-type]


@transaction.atomic
def remove(task_id: UUID, attachment_id: UUID, *, by: User, why: str = "", now: datetime) -> Attachment:
    """Take a file or a link away, for good; that it was there stays.

    Raises DivisionTask.DoesNotExist, Attachment.DoesNotExist, Refused, NotNow (also where it is gone already) or
    ValidationError.
    """
    task, seat = _locked(task_id, by=by, now=now)
    attachment = Attachment.objects.get(pk=attachment_id, about=about(task))
    shelf.remove(attachment, by=by, seat=seat, why=words(why, "why", most=WHY), now=now)
    return attachment


def with_report(
    task: DivisionTask, said: Report, files: Sequence["File[bytes]"], *, by: User, seat: Seat, now: datetime
) -> None:
    """Attach what comes with a report, within the report's own transaction: all of it, or the report is refused.

    Raises ValidationError with a sentence for each file that is not taken.
    """
    if len(files) > 1 and (wrong := list(_unfit(files))):
        raise ValidationError(wrong)
    for file in files:
        _keep(task, file, f"report:{said.pk}", by=by, seat=seat, now=now)


def _unfit(files: Iterable["File[bytes]"]) -> Iterable[str]:
    """All that is wrong, before any of it is stored."""
    for file in files:
        try:
            with naming(file.name or ""):
                inspection.inspect(file, file.name or "")
        except ValidationError as error:
            yield error.messages[0]


def _keep(task: DivisionTask, file: "File[bytes]", part: str, *, by: User, seat: Seat, now: datetime) -> Attachment:
    where = {"organization": task.organization, "about": about(task), "part": part}
    with naming(file.name or ""):
        return shelf.keep(file, name=file.name or "", by=by, seat=seat, now=now, **where)  # type: ignore[arg-type]


def _locked(task_id: UUID, *, by: User, now: datetime) -> tuple[DivisionTask, Seat]:
    tasks = DivisionTask.objects.select_for_update(of=("self",)).select_related("organization")
    task = tasks.get(pk=task_id, organization=by.organization_id)
    return task, policies.require(by, "attach", task, on=day_of(now))


def _place(task: DivisionTask, part: str) -> str:
    """The place as it is kept: the whole task, or one of its steps."""
    if part and part not in {of_step(step) for step in task.steps.all()}:
        raise ValidationError(_("One of these steps does not belong to the task."))
    return part


def of_step(step: TaskStep) -> str:
    return f"step:{step.pk}"


def of_report(report: Report) -> str:
    return f"report:{report.pk}"


# What a task's page and its row in a list show.


def counted(tasks: Iterable[DivisionTask]) -> list[DivisionTask]:
    """The tasks with `files`, how much is attached to each. One statement, however many there are."""
    shown = list(tasks)
    counts = shelf.counts(about(task) for task in shown)
    for task in shown:
        task.files = counts.get(about(task), 0)  # type: ignore[attr-defined]
    return shown


@dataclass(frozen=True)
class Group:
    """What is attached at one place. `step` or `report` where it is not the task itself."""

    items: list[Attachment] = field(default_factory=list)
    step: TaskStep | None = None
    report: Report | None = None


@dataclass(frozen=True)
class Evidence:
    """All that is attached to a task, and what was: of `removed_count` things the newest, first those that a frozen
    text keeps."""

    groups: list[Group]
    removed: list[Attachment]
    removed_count: int

    @property
    def count(self) -> int:
        return sum(len(group.items) for group in self.groups)

    @property
    def not_shown(self) -> int:
        """How many removed things are not among `removed`."""
        return self.removed_count - len(self.removed)

    @property
    def by_report(self) -> dict[UUID, list[Attachment]]:
        return {group.report.pk: group.items for group in self.groups if group.report}


def of_task(task: DivisionTask, steps: Iterable[TaskStep]) -> Evidence:
    """What is attached to a task by place: the task, its steps (`steps`, with their `step`) in order, its reports, the
    newest first. Three statements, however much there is."""
    places: dict[str, list[Attachment]] = {}
    for one in shelf.attached_to(about(task)):
        places.setdefault(one.part, []).append(one)
    groups = [Group(places[""])] if "" in places else []
    groups += [Group(places[of_step(step)], step=step) for step in steps if of_step(step) in places]
    told = [part.removeprefix("report:") for part in places if part.startswith("report:")]
    reports = Report.objects.filter(pk__in=told, task=task).order_by("-seq") if told else []
    groups += [Group(places[of_report(report)], report=report) for report in reports]
    removed = _removed_from(task)
    return Evidence(groups, removed, removed[0].count if removed else 0)  # type: ignore[attr-defined]


def _removed_from(task: DivisionTask) -> list[Attachment]:
    """The newest things that were removed from a task, first those that a frozen text keeps, each with the `count`
    of all."""
    rows = Attachment.objects.filter(about=about(task), removed_at__isnull=False).annotate(count=Window(Count("pk")))
    ordered = rows.order_by(F("frozen_at").asc(nulls_last=True), "-removed_at", "name", "pk")
    return list(ordered.select_related("removed_by")[:REMOVED])


def kept(task: DivisionTask) -> QuerySet[Attachment]:
    """What may be read: what is attached to a task now, and what a frozen text names."""
    return Attachment.objects.filter(Q(removed_at=None) | Q(frozen_at__isnull=False), about=about(task))
