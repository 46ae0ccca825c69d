"""Reminding a division by hand: how does it stand? Beside all reminders, and not more often than it helps."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from audit import chain
from measures import letters
from measures.models import DivisionTask
from measures.work import locked
from notifications import nudges, outbox
from notifications.models import Nudge
from organization import years
from organization.calendar import day_of
from organization.models import User
from organization.refusals import NotNow
from organization.seats import Seat


@transaction.atomic
def nudge(task_id: UUID, *, by: User, text: str = "", now: datetime) -> Nudge:
    """Ask who answers for a task how it stands, with a sentence or without one. At once; it moves nothing.

    Raises NotNow where nobody is there to ask, where it was asked already and the next working day has not come, or
    where the office has asked often enough for one day; ValidationError {text}.
    """
    years.hold(by.organization_id)  # one at a time, so that the office's own number of a day is kept
    task, seat = locked(task_id, "nudge", by=by, now=now)
    told = _answering(task, by, now)
    if not told:
        raise NotNow(_("Nobody but you answers for this today: there is nobody to remind."))
    said = nudges.record(letters.about(task), task.organization_id, by=by, seat=seat, text=text, now=now)
    chain.record(task, "nudged", by=by, seat=seat, at=now, nudge=said.pk, text=chain.digest(said.text))
    outbox.void(letters.about(task), at=now, events=[letters.NUDGED])
    outbox.post(letters.nudged(task, said, told, seat), at=now)
    return said


def _answering(task: DivisionTask, by: User, now: datetime) -> list[Seat]:
    """Whose it is and who has an open step of it, else all of the division; not who asks."""
    staff = letters.people_of([task.division_id], day_of(now)).get(task.division_id, [])
    sharing = set(task.steps.filter(ticked_at=None).values_list("officer", flat=True))
    told = letters.answering(staff, task.officer_id, sharing)
    return [one for one in told if one.user.pk != by.pk]
