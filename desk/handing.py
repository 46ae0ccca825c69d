"""What a person who leaves still has open, and handing it over in one act."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from measures import sharing
from measures.lifecycle import AT_WORK
from measures.models import DivisionTask
from measures.queries import held_by
from memo_flow import decisions, drafts
from memo_flow.models import Memo, Step
from memo_flow.seating import UNDER_WAY
from organization import keepers
from organization.calendar import day_of
from organization.models import Appointment, User
from organization.refusals import Refused
from organization.seats import holders_of


@dataclass(frozen=True)
class Open:
    """What somebody still has open: memos they wrote, tasks that are theirs, steps that only they answer."""

    memos: list[Memo]
    tasks: list[DivisionTask]
    steps: list[Step]

    def __bool__(self) -> bool:
        return bool(self.memos or self.tasks or self.steps)


@dataclass(frozen=True)
class Handing:
    """Who takes what: the memos' new author; division -> the colleague for its tasks, or nobody in particular;
    step -> the position that answers it instead, with the reason why."""

    memos: list[UUID] = field(default_factory=list)
    author: int | None = None
    tasks: list[UUID] = field(default_factory=list)
    colleagues: Mapping[int, int | None] = field(default_factory=dict)
    steps: Mapping[int, int] = field(default_factory=dict)
    reason: str = ""


def open_of(person: User, on: date) -> Open:
    """In statements that do not grow with the work."""
    memos = Memo.objects.filter(author=person, state__in=UNDER_WAY).select_related("kind", "division", "entry")
    tasks = DivisionTask.objects.filter(held_by(person), state__in=AT_WORK).select_related("measure", "division")
    steps = _steps_of(person, on).select_related("memo__kind", "memo__entry", "position")
    return Open(
        list(memos.order_by("-created_at", "-pk")),
        list(tasks.order_by("division__order", "division", "due_on", "pk")),
        list(steps.order_by("due_on", "pk")),
    )


def _steps_of(person: User, on: date) -> QuerySet[Step]:
    """The open steps of the chairs where this person sits or sat last, and where nobody else answers today."""
    held = Appointment.objects.filter(user=person).select_related("position")
    chairs = {one.position_id: one.position for one in held}
    answered = {
        pk for pk, seats in holders_of(chairs.values(), on).items() if any(one.user.pk != person.pk for one in seats)
    }
    return Step.objects.filter(position__in=chairs.keys() - answered, opened_at__isnull=False, closed_at=None)


@transaction.atomic
def hand_over(person: int, given: Handing, *, by: User, now: datetime) -> int:
    """All of it or nothing, each with its own record; returns how many things changed hands.

    Raises User.DoesNotExist, Refused, NotNow (something is no longer this person's) or ValidationError with a
    sentence for the screen.
    """
    if refusal := keepers.why_not(by, day_of(now)):
        raise Refused(refusal)
    who = User.objects.get(pk=person, organization=by.organization_id)
    if given.memos:
        author = _colleague(given.author, by)
        for memo in sorted(given.memos):
            drafts.hand_over(memo, person=who.pk, to=author, by=by, now=now)
    for step, position in sorted(_memos_of(given.steps, by).items()):
        memo_id, pk = step
        decisions.reassign(memo_id, by=by, step=pk, to=position, reason=given.reason, now=now)
    divisions = dict(DivisionTask.objects.filter(pk__in=given.tasks).values_list("pk", "division"))
    for task in sorted(given.tasks):
        sharing.take_over(task, person=who.pk, to=given.colleagues.get(divisions.get(task, 0)), by=by, now=now)
    return len(given.memos) + len(given.steps) + len(given.tasks)


def _colleague(pk: int | None, by: User) -> User:
    found = User.objects.filter(pk=pk or 0, organization=by.organization_id, is_active=True).first()
    if found is None:
        raise ValidationError({"author": _("Choose who takes the memos.")})
    return found


def _memos_of(steps: Mapping[int, int], by: User) -> dict[tuple[UUID, int], int]:
    """(memo, step) -> position, so that memos are locked in one order; another office's steps are left out."""
    rows: Any = Step.objects.filter(pk__in=steps, memo__organization=by.organization_id).values_list("memo", "pk")
    return {(memo, pk): steps[pk] for memo, pk in rows}
