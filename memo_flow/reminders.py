"""A decision that waits reminds as well: the open steps near their deadline or past it."""

from collections.abc import Iterator
from datetime import date, datetime

from measures.reminders import CHUNK, REACH, chunks, overseers
from memo_flow import letters
from memo_flow.models import Step
from notifications import outbox, policy
from notifications.outbox import Draft, both
from organization.calendar import WorkingDays, day_of
from organization.seats import holders_of

REMINDERS = ("step_due_soon", "step_due_today", "step_overdue")


def scan(now: datetime) -> tuple[int, int]:
    """Write the letters due at this moment: (created, skipped because written before)."""
    today = day_of(now)
    steps = Step.objects.filter(opened_at__isnull=False, closed_at=None, due_on__lte=today + REACH).select_related(
        "memo__organization", "memo__kind", "memo__entry", "position"
    )
    created = wanted = 0
    for some in chunks(steps.order_by("memo__organization_id", "pk").iterator(chunk_size=CHUNK), CHUNK):
        drafts = list(_drafts(some, today))
        wanted += len(drafts)
        created += outbox.post_counted(drafts, at=now)
    return created, wanted - created


def _drafts(steps: list[Step], today: date) -> Iterator[Draft]:
    days = WorkingDays.of_all({s.memo.organization_id for s in steps})
    stages = {s.pk: _stage(s, today, days[s.memo.organization_id]) for s in steps}
    near = [s for s in steps if stages[s.pk]]
    people = holders_of([s.position for s in near], today, any_kind=True)
    above = overseers({s.memo.organization_id for s in near if stages[s.pk].escalates}, today)  # type: ignore[union-attr]
    for step in near:
        stage, memo = stages[step.pk], step.memo
        assert stage is not None
        told = {
            seat.user.pk: False
            for seat in people.get(step.position_id, [])
            if not seat.acting or seat.acting.covers(memo.kind.code)
        }
        if stage.escalates and not memo.kind.secret:
            told = {seat.user.pk: True for seat in above.get(memo.organization_id, [])} | told
        for person, escalated in told.items():
            yield Draft(
                memo.organization_id,
                person,
                f"step_{stage.kind}",
                letters.about_step(step),
                f"remind:step:{step.pk}:{stage.offset}:{step.due_on}:{person}",
                {
                    **letters.facts(memo),
                    "due_on": step.due_on.isoformat() if step.due_on else "",
                    "action": step.action,
                    "position": both(step.position),
                    "working_days": stage.working_days,
                    "days_late": stage.days_late,
                    "escalated": escalated,
                },
            )


def _stage(step: Step, today: date, days: WorkingDays) -> policy.Stage | None:
    """As for every deadline, but not on the day the step opened: the letter that it waits has just gone."""
    assert step.due_on is not None and step.opened_at is not None
    if day_of(step.opened_at) == today:
        return None
    return policy.stage(step.due_on, today, days)
