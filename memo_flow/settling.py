"""When a step is due: so many days after it opened, and where the office's rule puts that if it is a day off."""

from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from audit import chain
from memo_flow import due, letters
from memo_flow.models import Memo, Step
from notifications import outbox
from notifications.models import Letter
from organization import days_off
from organization.calendar import Span, WorkingDays, day_of, fiscal_year
from organization.days_off import Change

REMINDERS = ("step_due_soon", "step_due_today", "step_overdue")
FOLLOW_UPS = ("followup_due_soon", "followup_due_today", "followup_overdue")


def due_on(step: Step, opened: date, days: WorkingDays) -> date:
    """The day by which a step that opened on a day is to be answered."""
    return days.settled(days.add(opened, Span(step.days, working=step.working_days)))


def _waiting(organization_id: UUID) -> QuerySet[Memo]:
    """The memos with an open step, locked in the order of their keys."""
    open_steps = Step.objects.filter(memo=OuterRef("pk"), opened_at__isnull=False, closed_at=None)
    memos = Memo.objects.filter(Exists(open_steps), organization=organization_id)
    return memos.select_for_update(no_key=True).order_by("pk")


@days_off.before_change
def hold(organization_id: UUID) -> None:
    """An approval locks its memo, then the office: so does a change of the calendar."""
    list(_waiting(organization_id).values_list("pk"))


@days_off.on_change
def settle_anew(change: Change) -> None:
    """After a change of the calendar: every open step whose day is still to come is due when the calendar says now.

    Reminders of the day before are taken back, and each move is in its memo's chain. The statements do not grow with
    the steps.
    """
    today = day_of(change.at)
    locked = {one.pk: one for one in _waiting(change.organization.pk)}
    steps = Step.objects.filter(memo__in=locked, opened_at__isnull=False, closed_at=None, due_on__gte=today)
    moved = []
    for step in steps.order_by("pk"):
        assert step.opened_at is not None
        day = days_off.not_past(due_on(step, day_of(step.opened_at), change.days), today, change.days)
        if day != step.due_on:
            step.due_on = day
            moved.append(step)
    if not moved:
        return
    Step.objects.bulk_update(moved, ["due_on"])
    said: dict[UUID, dict[str, str]] = {}
    for step in moved:
        assert step.due_on is not None
        said.setdefault(step.memo_id, {})[str(step.pk)] = step.due_on.isoformat()
    data = {pk: {"steps_due": days} for pk, days in said.items()}
    memos = [locked[pk] for pk in said]
    chain.record_all(memos, "due_moved", by=change.by, seat=change.seat, at=change.at, data=data)
    outbox.void(*(letters.about_step(one) for one in moved), at=change.at, events=REMINDERS)


@days_off.on_change
def take_back_follow_ups(change: Change) -> None:
    """Reminders of follow-ups that have not left and name another day than the calendar now does are taken back."""
    waiting = Letter.objects.filter(
        organization=change.organization, event__in=FOLLOW_UPS, sent_at=None, voided_at=None, failed_at=None
    )
    wrong = []
    for pk, about, context in waiting.values_list("pk", "about", "context"):
        kind = about.rpartition(":")[2]
        days = {due.settled(kind, year, change.days) for year in _years_of(context["due_on"])}
        if date.fromisoformat(context["due_on"]) not in days:
            wrong.append(pk)
    Letter.objects.filter(pk__in=wrong).update(voided_at=change.at)


def _years_of(due_on: str) -> tuple[int, int]:
    """The fiscal years whose follow-up may be due about a day: its own, or the one before."""
    year = fiscal_year(date.fromisoformat(due_on))
    return year - 1, year
