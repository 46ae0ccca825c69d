"""What the office's chairs mean to memos: why one cannot be ended yet, and which letters go with who leaves it."""

from datetime import date

from django.utils.translation import gettext as _

from memo_flow import letters
from memo_flow.lifecycle import State
from memo_flow.models import Memo, RouteStep, Step
from notifications import outbox
from organization.chairs import Chair
from organization.models import Position
from organization.news import Relieved, Seated

#: Steps that are told of at once; all of them stand in the inbox.
MOST = 50
UNDER_WAY = (State.DRAFT, State.RETURNED, State.IN_REVIEW)


def still_needed(chair: Chair, on: date) -> str | None:
    """A route that names the position, memos that wait for it, or memos of it that are not finished."""
    if isinstance(chair, Position):
        if routed := RouteStep.objects.filter(position=chair).select_related("route").order_by("pk").first():
            return _("The route “%(route)s” names this position. Change the route first.") % {"route": routed.route}
        waiting = Step.objects.filter(position=chair, closed_at=None, memo__state=State.IN_REVIEW, replaced_by=None)
        if waiting.exists():
            return _("Memos on their way still wait for this position. Pass them on first.")
        written = Memo.objects.filter(author_position=chair)
    else:
        written = Memo.objects.filter(division=chair)
    if written.filter(state__in=UNDER_WAY).exists():
        return _("Memos that were written here are not finished. Hand them over first.")
    return None


def take_back(left: Relieved) -> None:
    """The unsent letters to who left about steps that still wait for the chair."""
    waiting = Step.objects.filter(position=left.position, opened_at__isnull=False, closed_at=None).only("pk")
    if abouts := [letters.about_step(step) for step in waiting]:
        outbox.void(*abouts, at=left.at, to=left.people)


def tell_what_waits(taken: Seated) -> None:
    """Each open step of the chair is told to who may answer it now and was not told yet, the nearest deadline first."""
    waiting = Step.objects.filter(position=taken.position, opened_at__isnull=False, closed_at=None)
    waiting = waiting.select_related("position", "memo__kind", "memo__author_position", "memo__organization")
    drafts = []
    for step in waiting.order_by("due_on", "pk")[:MOST]:
        drafts += letters.steps_opened(step.memo, [step], at=taken.at)
    outbox.post(drafts, at=taken.at)
