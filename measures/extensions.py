"""More time for a task: the division asks, the head of office grants or refuses. The date first ordered stays."""

from datetime import date, datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from audit import chain
from measures import letters, policies, settling
from measures.models import DivisionTask, Extension
from measures.queries import about_extension
from measures.work import locked
from notifications import outbox
from organization.calendar import day_of, last_day
from organization.models import User
from organization.plain_text import words
from organization.refusals import NotNow
from organization.seats import Seat


@transaction.atomic
def ask(task_id: UUID, *, by: User, until: date, reason: str, now: datetime) -> Extension:
    """The division asks for time until a later day of the fiscal year, with the reason.

    Raises NotNow while an earlier request waits, ValidationError {until, reason}.
    """
    task, seat = locked(task_id, "ask_extension", by=by, now=now)
    reason = words(reason, "reason", needed=_("Give the reason."))
    _check(task, until, day_of(now))
    asked = Extension.objects.create(
        task=task,
        due_before=task.due_on,
        asked_for=until,
        reason=reason,
        by=by,
        position=seat.position,
        acting=seat.acting,
        at=now,
    )
    _record(task, "extension_asked", asked, by=by, seat=seat, now=now)
    outbox.post(letters.asked_for_time(task, asked, policies.grantors_of(task, day_of(now)), seat), at=now)
    return asked


@transaction.atomic
def grant(
    task_id: UUID, *, by: User, extension: UUID, now: datetime, until: date | None = None, text: str = ""
) -> Extension:
    """The task is due later: on the day asked for, or on another one. Reminders start anew.

    What was granted stays on the request; a day off is settled by the office's rule, as for the date first ordered.
    `extension` is the request that was read; raises NotNow when it is not the one that waits, ValidationError {until}.
    """
    task, seat, asked = _waiting(task_id, extension, by=by, now=now)
    text = words(text, "text")
    asked.granted, asked.granted_until = True, until or asked.asked_for
    _check(task, asked.granted_until, day_of(now))
    task.due_on = settling.settled(task, asked.granted_until)
    task.save(update_fields=["due_on"])
    outbox.void(letters.about(task), at=now, events=letters.REMINDERS)
    return _answer(task, asked, "extension_granted", text, by=by, seat=seat, now=now)


@transaction.atomic
def refuse(task_id: UUID, *, by: User, extension: UUID, text: str, now: datetime) -> Extension:
    """The date stands, with the reason; the division may ask again."""
    task, seat, asked = _waiting(task_id, extension, by=by, now=now)
    text = words(text, "text", needed=_("Give the reason."))
    asked.granted = False
    return _answer(task, asked, "extension_refused", text, by=by, seat=seat, now=now)


def latest(task: DivisionTask) -> date:
    """The last day a task may be extended to: its work belongs to one fiscal year."""
    return last_day(task.measure.row.fiscal_year)


def _check(task: DivisionTask, until: date, today: date) -> None:
    if min(until, settling.settled(task, until)) <= task.due_on:
        raise ValidationError({"until": _("Choose a day after the one the task is due on.")})
    if until < today:
        raise ValidationError({"until": _("Choose a day that has not passed.")})
    if until > latest(task):
        year = task.measure.row.fiscal_year
        raise ValidationError(
            {"until": _("Choose a day of fiscal year %(year)s, which ends on 30 September.") % {"year": year}}
        )


def _waiting(task_id: UUID, extension: UUID, *, by: User, now: datetime) -> tuple[DivisionTask, Seat, Extension]:
    task, seat = locked(task_id, "answer_extension", by=by, now=now)
    asked = task.extensions.filter(pk=extension, granted=None).first()
    if asked is None:
        raise NotNow(_("This request was answered meanwhile, and a new one waits. Open the page again."))
    return task, seat, asked


def _answer(
    task: DivisionTask, asked: Extension, verb: str, text: str, *, by: User, seat: Seat, now: datetime
) -> Extension:
    asked.answer, asked.answered_by, asked.answered_at = text, by, now
    asked.answered_position, asked.answered_acting = seat.position, seat.acting
    asked.save()
    moved = {"due_on": task.due_on} if asked.granted else {}
    _record(task, verb, asked, by=by, seat=seat, now=now, **moved)
    outbox.void(letters.about(task), at=now, events=[letters.MORE_TIME])
    outbox.void(about_extension(asked.pk), at=now)
    outbox.post(letters.answered_time(task, asked, seat, at=now), at=now)
    return asked


def _record(
    task: DivisionTask, verb: str, asked: Extension, *, by: User, seat: Seat, now: datetime, **moved: date
) -> None:
    said = chain.digest(asked.said())
    chain.record(task, verb, by=by, seat=seat, at=now, extension=asked.pk, request=said, **moved)
