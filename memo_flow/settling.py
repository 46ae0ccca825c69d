"""When a step is due: so many days after it opened, and where the office's rule puts that if it is a day off."""

from datetime import date
from uuid import UUID

from audit import chain
from memo_flow import letters
from memo_flow.models import Memo, Step
from notifications import outbox
from organization import days_off
from organization.calendar import Span, WorkingDays, day_of
from organization.days_off import Change

REMINDERS = ("step_due_soon", "step_due_today", "step_overdue")


def due_on(step: Step, opened: date, days: WorkingDays) -> date:
    """The day by which a step that opened on a day is to be answered."""
    return days.settled(days.add(opened, Span(step.days, working=step.working_days)))


@days_off.on_change
def settle_anew(change: Change) -> None:
    """After a change of the calendar: every open step whose day is still to come is due when the calendar says now.

    Reminders of the day before are taken back, and each move is in its memo's chain. The statements do not grow with
    the steps.
    """
    today = day_of(change.at)
    steps = Step.objects.filter(opened_at__isnull=False, closed_at=None, due_on__gte=today)
    # The memos first, as every act on one locks it.
    memos = Memo.objects.filter(organization=change.organization, steps__in=steps).values("pk")
    locked = {one.pk: one for one in Memo.objects.select_for_update(no_key=True).filter(pk__in=memos).order_by("pk")}
    moved = []
    for step in steps.filter(memo__in=locked).order_by("pk"):
        assert step.opened_at is not None
        day = due_on(step, day_of(step.opened_at), change.days)
        if day != step.due_on:
            step.due_on = day
            moved.append(step)
    if not moved:
        return
    Step.objects.bulk_update(moved, ["due_on"])
    days: dict[UUID, dict[str, str]] = {}
    for step in moved:
        assert step.due_on is not None
        days.setdefault(step.memo_id, {})[str(step.pk)] = step.due_on.isoformat()
    data = {pk: {"steps_due": said} for pk, said in days.items()}
    chain.record_all([locked[pk] for pk in days], "due_moved", by=change.by, seat=change.seat, at=change.at, data=data)
    outbox.void(*(letters.about_step(one) for one in moved), at=change.at, events=REMINDERS)
