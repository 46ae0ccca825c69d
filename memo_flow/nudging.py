"""Reminding by hand whoever a memo waits for, beside all reminders and not more often than it helps."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from audit import chain
from memo_flow import letters, policies
from memo_flow.models import Memo, Step
from memo_flow.queries import locked, steps_of
from notifications import nudges, outbox
from notifications.models import Nudge
from organization import years
from organization.calendar import day_of
from organization.models import User
from organization.refusals import NotNow
from organization.seats import Seat, holders_of


@transaction.atomic
def nudge(memo_id: UUID, *, by: User, step: int, text: str = "", now: datetime) -> Nudge:
    """Ask whoever may answer an open step for the decision, with a sentence or without one. At once; it moves nothing.

    Raises Memo.DoesNotExist, Refused (not yours to remind, or it waits for you yourself), NotNow (answered, nobody
    there, asked already and the next working day has not come, often enough for one day), ValidationError {text}.
    """
    memo = locked(memo_id, by)
    years.hold(memo.organization_id)  # one at a time, so that the office's own number of a day is kept
    waiting = next((one for one in steps_of(memo) if one.pk == step), None)
    seat = policies.require(by, "nudge", memo, on=day_of(now), step=waiting)
    assert waiting is not None  # require() refused it
    told = holders(memo, waiting, by, now)
    if not told:
        raise NotNow(_("Nobody sits there today: pass the step on instead."))
    said = nudges.record(letters.about_step(waiting), memo.organization_id, by=by, seat=seat, text=text, now=now)
    chain.record(memo, "nudged", by=by, seat=seat, at=now, nudge=said.pk, step=waiting.pk, text=chain.digest(said.text))
    outbox.void(letters.about_step(waiting), at=now, events=[letters.NUDGED])
    outbox.post(letters.nudged(memo, waiting, said, told, seat), at=now)
    return said


def holders(memo: Memo, step: Step, by: User, now: datetime) -> list[Seat]:
    """Who may answer the step today; not who asks."""
    told = holders_of([step.position], day_of(now), memo_kind=memo.kind.code).get(step.position_id, [])
    return [one for one in told if one.user.pk != by.pk]
