"""Whose work a task is within its division: handed to a colleague, its steps shared out. Never a second task."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from audit import chain
from measures import letters
from measures.models import DivisionTask, TaskStep
from measures.queries import colleagues
from measures.work import locked
from notifications import outbox, scans
from notifications.ladders import Kind, Who
from organization import keepers
from organization.calendar import day_of
from organization.models import HEADS, User
from organization.refusals import NotNow, Refused
from organization.seats import seats_of


@transaction.atomic
def hand_over(task_id: UUID, *, by: User, to: int | None, now: datetime) -> DivisionTask:
    """The task is this colleague's now (a person's id), or nobody's in particular.

    Everybody of the division may still work on it; reminders go to whose it is. Raises ValidationError {to}.
    """
    task, seat = locked(task_id, "hand_over", by=by, now=now)
    people = {one.pk: one for one in colleagues(task.division_id, day_of(now))}
    if to is not None and to not in people:
        raise ValidationError({"to": _("Choose a colleague of the division.")})
    before = task.officer_id
    if to == before:
        return task
    task.officer = people[to] if to else None
    task.save(update_fields=["officer"])
    act = chain.record(task, "handed_over", by=by, seat=seat, at=now, officer=to)
    outbox.void(letters.about(task), at=now, events=[letters.HANDED_OVER])
    _hush(task, now)
    told = {person for person in (to, before) if person and person in people and person != by.pk}
    outbox.post(letters.handed_over(task, task.officer, sorted(told), seat, act), at=now)
    return task


@transaction.atomic
def share(task_id: UUID, *, by: User, officers: Mapping[int, int | None], now: datetime) -> DivisionTask:
    """Say whose each step is: TaskStep's id -> a colleague's id, or None for nobody; steps not named stay.

    Raises ValidationError when a step is not the task's, or a person no colleague of the division.
    """
    task, seat = locked(task_id, "share", by=by, now=now)
    steps = {step.pk: step for step in task.steps.select_related("step")}
    if officers.keys() - steps.keys():
        raise ValidationError(_("One of these steps does not belong to the task."))
    changed = [steps[pk] for pk, person in officers.items() if steps[pk].officer_id != person]
    known = {one.pk for one in colleagues(task.division_id, day_of(now))}
    if {officers[step.pk] for step in changed} - known - {None}:
        raise ValidationError(_("Choose a colleague of the division."))
    new: dict[int, list[str]] = defaultdict(list)
    for step in changed:
        step.officer_id = officers[step.pk]
        if step.officer_id and step.officer_id != by.pk and not step.ticked_at:
            new[step.officer_id].append(step.step.text)
    if changed:
        TaskStep.objects.bulk_update(changed, ["officer"])
        whose = {str(step.pk): step.officer_id for step in steps.values() if step.officer_id}
        act = chain.record(task, "shared", by=by, seat=seat, at=now, officers=whose)
        _hush(task, now)
        outbox.post(letters.shared(task, new, seat, act), at=now)
    return task


def _hush(task: DivisionTask, now: datetime) -> None:
    """Take back the reminders that have not left, of the colleagues whose deadline it no longer is."""
    today = day_of(now)
    staff = letters.people_of([task.division_id], today).get(task.division_id, [])
    sharing = set(task.steps.filter(ticked_at=None).values_list("officer", flat=True))
    told = {one.user.pk for one in letters.answering(staff, task.officer_id, sharing)}
    if Who.DIVISION_HEAD in scans.told_at(Kind.TASK, task.organization_id, task.due_on, now=now):
        told |= {one.user.pk for one in staff if one.role in HEADS}
    relieved = {one.user.pk for one in staff} - told
    outbox.void(letters.about(task), at=now, events=letters.PRESSING, to=relieved)


@transaction.atomic
def take_over(task_id: UUID, *, person: int, to: int | None, by: User, now: datetime) -> DivisionTask:
    """What of a task was one person's, who leaves, is a colleague's now, or nobody's in particular.

    By who keeps the office's people (organization.keepers), who need not work for the division. Raises
    DivisionTask.DoesNotExist, Refused, NotNow (closed, or nothing of it is the person's any more) or
    ValidationError {to}.
    """
    if refusal := keepers.why_not(by, day_of(now)):
        raise Refused(refusal)
    tasks = DivisionTask.objects.select_for_update(of=("self",))
    tasks = tasks.select_related("measure__row__memo__kind", "division", "organization")
    task = tasks.get(pk=task_id, organization=by.organization_id)
    steps = list(task.steps.filter(officer=person, ticked_at=None))
    if not task.at_work or (task.officer_id != person and not steps):
        raise NotNow(_("A task on the list is no longer this person's. Open the page again."))
    known = {one.pk: one for one in colleagues(task.division_id, day_of(now))}
    if to is not None and to not in known:
        raise ValidationError({"to": _("Choose a colleague of the division.")})
    seat = next(iter(seats_of(by, day_of(now))), None)
    if task.officer_id == person:
        task.officer_id = to
        task.save(update_fields=["officer"])
        act = chain.record(task, "handed_over", by=by, seat=seat, at=now, officer=to)
        told = [to] if to and to != by.pk else []
        outbox.post(letters.handed_over(task, known.get(to or 0), told, seat or by, act), at=now)
    if steps:
        for step in steps:
            step.officer_id = to
        TaskStep.objects.bulk_update(steps, ["officer"])
        whose = {str(pk): one for pk, one in task.steps.exclude(officer=None).values_list("pk", "officer")}
        chain.record(task, "shared", by=by, seat=seat, at=now, officers=whose)
    _hush(task, now)
    outbox.void(letters.about(task), at=now, to=[person])
    return task
