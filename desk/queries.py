"""One person's view over all rooms: what waits for me, what waits for others, what I decided."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from measures import progress
from measures.models import DivisionTask, Extension
from measures.queries import awaiting_answer, awaiting_time
from memo_flow import follow_ups
from memo_flow.lifecycle import State
from memo_flow.models import Circulation, Decision, Memo, Step
from organization.models import User
from organization.seats import Seats

BADGE = 100


def waiting_for(seats: Seats) -> QuerySet[Step]:
    """The open steps of every seat I may act in, my own and the acting ones; a delegation only its memo kinds."""
    mine = Q(position__in=seats.position_ids)
    for seat in seats.delegated:
        assert seat.acting is not None
        mine |= Q(position=seat.position_id, memo__kind__code__in=seat.acting.memo_kinds)
    steps = Step.objects.filter(mine, opened_at__isnull=False, closed_at=None)
    return steps.select_related("memo__division", "memo__entry", "position")


def acting_only(steps: QuerySet[Step], seats: Seats) -> QuerySet[Step]:
    """Of the waiting steps those I would answer for somebody else."""
    own = {s.position_id for s in seats if not s.acting}
    return steps.filter(position__in=[s.position_id for s in seats if s.acting and s.position_id not in own])


def waiting_for_others(user: User, seats: Seats) -> QuerySet[Step]:
    """The open steps of memos I wrote, or that I have decided on, whose turn is somebody else's."""
    mine = Exists(Memo.objects.filter(pk=OuterRef("memo"), author=user))
    decided = Exists(Decision.objects.filter(memo=OuterRef("memo"), user=user))
    steps = Step.objects.filter(
        opened_at__isnull=False, closed_at=None, memo__state=State.IN_REVIEW, memo__organization=user.organization_id
    ).exclude(position__in=seats.position_ids)
    return steps.filter(mine | decided).select_related("memo__division", "memo__entry", "position")


def to_revise(user: User, seats: Seats) -> QuerySet[Memo]:
    """Returned memos whose author's position is mine: they wait for me as well."""
    memos = Memo.objects.filter(state=State.RETURNED, organization=user.organization_id)
    return (
        memos.filter(author_position__in=seats.position_ids)
        .select_related("division", "entry")
        .order_by("-created_at", "-pk")
    )


def to_acknowledge(seats: Seats) -> QuerySet[Circulation]:
    """What was circulated to my seats and I have not acknowledged yet, the newest first."""
    rows = Circulation.objects.filter(position__in=seats.position_ids, acknowledged_at=None, memo__kind__secret=False)
    return rows.select_related("memo__division", "memo__entry").order_by("-at", "-pk")


def to_answer(user: User, seats: Seats, on: date) -> QuerySet[DivisionTask]:
    """Finished work that waits for my answer, the nearest deadline first."""
    return awaiting_answer(user, seats, on).select_related("measure", "division").order_by("due_on", "pk")


def to_give_time(user: User, seats: Seats, on: date) -> QuerySet[Extension]:
    """Requests for more time that wait for my answer, the oldest first."""
    asked = Extension.objects.filter(granted=None, task__in=awaiting_time(user, seats, on))
    return asked.select_related("task__measure", "task__division").order_by("at", "pk")


def being_written(user: User) -> QuerySet[Memo]:
    """My drafts that were never submitted, the newest first."""
    drafts = Memo.objects.filter(author=user, state=State.DRAFT)
    return drafts.select_related("kind", "division").order_by("-created_at", "-pk")


def decided_by(user: User) -> QuerySet[Decision]:
    return Decision.objects.filter(user=user).select_related("memo__division", "memo__entry", "position", "acting")


def badge(user: User, seats: Seats, on: date) -> str:
    """How much waits for me, for the menu: a number, or 99+; never a full count."""
    if not seats:
        return ""
    waiting: list[QuerySet[Any]] = [
        waiting_for(seats),
        to_revise(user, seats),
        to_acknowledge(seats),
        awaiting_answer(user, seats, on).values_list("pk").union(awaiting_time(user, seats, on).values_list("pk")),
        *follow_ups.asked_of(seats, on).values(),
    ]
    found = sum(len(rows.order_by().values_list("pk", flat=True)[:BADGE]) for rows in waiting)
    return "99+" if found >= BADGE else str(found or "")


def deadline_group(due_on: date, today: date) -> str:
    """The heading a deadline stands under: late, today, week or later."""
    if due_on < today:
        return "late"
    if due_on == today:
        return "today"
    return "week" if due_on <= today + timedelta(days=7) else "later"


def work_by_indicator(tasks: QuerySet[DivisionTask], today: date) -> dict[int | str, progress.Totals]:
    """Indicator's number, and instrument's code -> the totals of the tasks that answer it. Two statements."""
    found: dict[int | str, progress.Totals] = {}
    for key in ("measure__row__instrument", "measure__row__indicator"):
        found |= {answered: some for answered, some in progress.by(tasks, key, today).items() if answered is not None}
    return found
