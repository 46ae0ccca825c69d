"""Moving the demo's clock: every morning passed on the way has its reminders and mails, as if the days had gone by."""

from datetime import datetime, time, timedelta

from django.db.models import Min
from django.utils import timezone

from demo import clock
from measures.lifecycle import State
from measures.models import DivisionTask
from memo_flow.models import Step
from notifications import delivery, scans
from organization.calendar import day_of, local

MORNING = time(8, 30)
LONGEST = timedelta(days=400)


def pass_to(moment: datetime) -> int:
    """Let the days pass until `moment`; returns how many reminders were written on the way."""
    start = clock.now()
    moment = min(moment, start + LONGEST)
    written = 0
    day = day_of(start)
    while (day := day + timedelta(days=1)) <= day_of(moment):
        morning = timezone.make_aware(datetime.combine(day, MORNING))
        created = sum(kind["created"] for kind in scans.run(now=morning).values())
        if created:  # that morning's mails leave that morning: a later reminder would take an unsent one back
            delivery.send_due(now=morning)
        written += created
    clock.set_to(moment)
    return written


def later(days: int) -> datetime:
    return clock.now() + timedelta(days=days)


def next_deadline() -> datetime | None:
    """The morning of the next day on which a decision or a task is due; None when nothing waits."""
    now = clock.now()
    today = day_of(now)
    tasks = DivisionTask.objects.filter(state__in=[State.ASSIGNED, State.IN_PROGRESS], due_on__gt=today)
    steps = Step.objects.filter(opened_at__isnull=False, closed_at=None, due_on__gt=today)
    days = [rows.aggregate(first=Min("due_on"))["first"] for rows in (tasks, steps)]
    first = min((day for day in days if day), default=None)
    if first is None:
        return None
    return timezone.make_aware(datetime.combine(first, local(now).time().replace(tzinfo=None)))
