"""The acts on a division's task. Each locks the task, asks, moves, records, tells: one transaction."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from audit import chain
from measures import evidence, letters, policies
from measures.lapsing import lapse
from measures.models import DivisionTask, Report, ReportKind, TaskStep
from notifications import outbox
from organization.calendar import day_of
from organization.models import User
from organization.plain_text import words
from organization.seats import Seat


@transaction.atomic
def start(task_id: UUID, *, by: User, now: datetime) -> DivisionTask:
    """The division takes up the work."""
    task, seat = locked(task_id, "start", by=by, now=now)
    task.start()
    _say(task, ReportKind.STARTED, percent=0, text="", by=by, seat=seat, now=now)
    return task


@transaction.atomic
def tick(task_id: UUID, *, by: User, done: Iterable[int], now: datetime) -> DivisionTask:
    """Set which steps are done (ids of TaskSteps); a step keeps the day and the person of its first tick."""
    task, seat = locked(task_id, "tick", by=by, now=now)
    _tick(task, by=by, seat=seat, done=done, now=now)
    return task


@transaction.atomic
def report(
    task_id: UUID,
    *,
    by: User,
    percent: int,
    text: str,
    finished: bool,
    now: datetime,
    done: Iterable[int] | None = None,
    files: Sequence["File[bytes]"] = (),
    obstacles: str = "",
) -> Report:
    """Say how far the work is; `finished` hands it to the one who accepts it. `done` ticks steps in the same act,
    `files` come with the report.

    `obstacles`: what hinders it, or hindered it (ปัญหา อุปสรรค). A finished report ends a request for more time.
    Raises ValidationError when nothing is said, the percent is not 0-100, finished work is not at 100, or one of the
    files is not taken.
    """
    task, seat = locked(task_id, "report", by=by, now=now)
    text = words(text, "text", needed=_("Say in words what has been done."))
    obstacles = words(obstacles, "obstacles")
    if not 0 <= percent <= 100:
        raise ValidationError({"percent": _("Enter a whole number from 0 to 100.")})
    if finished and percent != 100:
        raise ValidationError({"percent": _("Finished work stands at 100 percent.")})
    if done is not None:
        _tick(task, by=by, seat=seat, done=done, now=now)
    kind = ReportKind.FINISHED if finished else ReportKind.PROGRESS
    if finished:
        task.report()
    said = _say(task, kind, percent=percent, text=text, obstacles=obstacles, by=by, seat=seat, now=now)
    evidence.with_report(task, said, files, by=by, seat=seat, now=now)
    if not finished:
        return said
    _lapse(task, by=by, seat=seat, now=now)
    outbox.void(letters.about(task), at=now, events=letters.PRESSING)
    outbox.post(letters.reported(task, said, policies.judges_of(task, day_of(now))), at=now)
    return said


@transaction.atomic
def accept(task_id: UUID, *, by: User, text: str = "", now: datetime) -> DivisionTask:
    """The work is done."""
    task, seat = locked(task_id, "accept", by=by, now=now)
    text = words(text, "text")
    task.accept()
    task.closed_at = now
    said = _say(task, ReportKind.ACCEPTED, percent=100, text=text, by=by, seat=seat, now=now)
    outbox.void(letters.about(task), at=now)
    outbox.post(letters.answered(task, "task_accepted", said, seat, at=now), at=now)
    return task


@transaction.atomic
def send_back(task_id: UUID, *, by: User, text: str, now: datetime) -> DivisionTask:
    """The work is not done yet, with the reason."""
    task, seat = locked(task_id, "send_back", by=by, now=now)
    text = words(text, "text", needed=_("Give the reason."))
    task.send_back()
    percent = _percent(task, before=ReportKind.FINISHED)
    said = _say(task, ReportKind.SENT_BACK, percent=percent, text=text, by=by, seat=seat, now=now)
    outbox.void(letters.about(task), at=now, events=["task_reported"])
    outbox.post(letters.answered(task, "task_sent_back", said, seat, at=now), at=now)
    return task


@transaction.atomic
def cancel(task_id: UUID, *, by: User, text: str, now: datetime) -> DivisionTask:
    """The work is no longer wanted, with the reason."""
    task, seat = locked(task_id, "cancel", by=by, now=now)
    text = words(text, "text", needed=_("Give the reason."))
    task.cancel()
    task.closed_at = now
    said = _say(task, ReportKind.CANCELLED, percent=_percent(task), text=text, by=by, seat=seat, now=now)
    _lapse(task, by=by, seat=seat, now=now)
    outbox.void(letters.about(task), at=now)
    outbox.post(letters.answered(task, "task_cancelled", said, seat, at=now), at=now)
    return task


def locked(task_id: UUID, verb: str, *, by: User, now: datetime) -> tuple[DivisionTask, Seat]:
    """The task, locked, and the seat in which this person may do this to it now; raises as policies.require."""
    task = (
        DivisionTask.objects.select_for_update(of=("self",))
        .select_related("measure__row__memo__kind", "division", "organization")
        .get(pk=task_id, organization=by.organization_id)
    )
    return task, policies.require(by, verb, task, on=day_of(now))


def _tick(task: DivisionTask, *, by: User, seat: Seat, done: Iterable[int], now: datetime) -> None:
    steps = {step.pk: step for step in task.steps.all()}
    wanted = set(done)
    if wanted - steps.keys():
        raise ValidationError(_("One of these steps does not belong to the task."))
    changed = [s for s in steps.values() if (s.ticked_at is not None) != (s.pk in wanted)]
    for step in changed:
        step.ticked_at, step.ticked_by = (now, by) if step.pk in wanted else (None, None)
    if changed:
        TaskStep.objects.bulk_update(changed, ["ticked_at", "ticked_by"])
        chain.record(task, "ticked", by=by, seat=seat, at=now, done=sorted(wanted))


def _percent(task: DivisionTask, *, before: ReportKind | None = None) -> int:
    """How far the work is; with `before`, how far it stood without reports of that kind: as said, or as ticked."""
    said = task.reports.exclude(kind=before).order_by("-seq").values_list("percent", flat=True).first() or 0
    if before is None:
        return said
    ticks = list(task.steps.values_list("ticked_at", flat=True))
    ticked = len([at for at in ticks if at]) * 100 // len(ticks) if ticks else 0
    return min(99, max(said, ticked))


def _lapse(task: DivisionTask, *, by: User, seat: Seat, now: datetime) -> None:
    """The request for more time that nobody answered is no longer needed."""
    if lapse(task.extensions.filter(granted=None), by=by, seat=seat, now=now):
        outbox.void(letters.about(task), at=now, events=[letters.MORE_TIME])


def _say(
    task: DivisionTask,
    kind: ReportKind,
    *,
    percent: int,
    text: str,
    by: User,
    seat: Seat,
    now: datetime,
    obstacles: str = "",
) -> Report:
    task.percent = percent
    task.save(update_fields=["state", "closed_at", "percent"])
    said = Report.objects.create(
        task=task,
        seq=(task.reports.aggregate(last=Max("seq"))["last"] or 0) + 1,
        kind=kind,
        percent=percent,
        text=text,
        obstacles=obstacles,
        by=by,
        position=seat.position,
        acting=seat.acting,
        at=now,
    )
    chain.record(
        task,
        str(kind),
        by=by,
        seat=seat,
        at=now,
        state=task.state,
        percent=percent,
        report=said.pk,
        text=chain.digest(text),
        obstacles=chain.digest(obstacles),
    )
    return said
