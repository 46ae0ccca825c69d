"""What may be seen, and how it is read. Every list is bounded and pages by key."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.fields.json import KT

from measures.models import DivisionTask
from memo_flow.lifecycle import State
from memo_flow.models import Circulation, Decision, Memo, Outcome, Revision, Step
from notifications.models import Nudge
from organization.calendar import arabic_digits, thai_digits
from organization.models import HEADS, OVERSEERS, Role, User
from organization.seats import Seats, seats_of


def visible_to(user: User, on: date, seats: Seats | None = None) -> QuerySet[Memo]:
    """The memos that exist for this person today; everything else is 404.

    Author and holder of the author's position; head of the author's division; positions on the route; the
    permanent secretary, the mayor and auditors; while it is in review the head of office, who is told of vacant seats
    and passes steps on; after approval the divisions with a task or a circulation. A
    secret kind is for the author and the route alone.
    """
    seats = seats_of(user, on) if seats is None else seats
    positions = seats.position_ids
    heads = [s.division_id for s in seats.full if s.role in HEADS]
    own = Q(author=user) | Q(author_position__in=positions) | _on_route(positions)
    for seat in seats.delegated:
        assert seat.acting is not None
        own |= Q(kind__code__in=seat.acting.memo_kinds) & _on_route([seat.position_id])
    anyone = ~Q(pk=None) if seats.with_role(*OVERSEERS) else Q(division__in=heads)
    if seats.with_role(Role.HEAD_OF_OFFICE):
        anyone |= Q(state=State.IN_REVIEW)
    touched = Exists(
        DivisionTask.objects.filter(measure__row__memo=OuterRef("pk"), division__in=seats.division_ids)
    ) | Exists(Circulation.objects.filter(memo=OuterRef("pk"), position__division__in=seats.division_ids))
    after = Q(state=State.APPROVED) & touched
    return Memo.objects.filter(organization=user.organization_id).filter(
        own | (Q(kind__secret=False) & (anyone | after))
    )


def locked(memo_id: UUID, by: User) -> Memo:
    """The memo, loaded and locked in one statement; another organization's does not exist (Memo.DoesNotExist)."""
    memos = Memo.objects.select_for_update(of=("self",))
    memos = memos.select_related("kind", "author_position", "organization", "entry")
    return memos.get(pk=memo_id, organization=by.organization_id)


def _on_route(positions: list[int]) -> Q:
    return Q(Exists(Step.objects.filter(memo=OuterRef("pk"), position__in=positions)))


def text_of_round(field: str) -> Subquery:
    """A field of the Revision that a Step's round judges, to annotate Steps with."""
    return Subquery(Revision.objects.filter(memo=OuterRef("memo"), round=OuterRef("round")).values(field))


def newest_revision(memo: Memo) -> Revision | None:
    """What the memo says; None while it is a first draft."""
    return memo.revisions.select_related("by", "position", "acting").order_by("-round").first()


def steps_of(memo: Memo) -> list[Step]:
    """The steps of this round in route order, each with who decided it (`decided_by`); passed-on steps are none.

    `text_id` and `text_digest` say which text the round is about. One statement.
    """
    steps = (
        memo.steps.filter(round=memo.round, replaced_by=None)
        .select_related("position", "task__process")
        .annotate(decided_by=F("decision__user"), text_id=text_of_round("pk"), text_digest=text_of_round("digest"))
    )
    return sorted(steps, key=lambda s: (s.group, s.pk))


def decisions_on(memo: Memo) -> QuerySet[Decision]:
    """The decisions on a memo, oldest first, with who decided; their texts are not loaded."""
    decisions = memo.decisions.select_related("user", "position", "acting", "step__position", "revision")
    return decisions.defer("revision__content").order_by("at", "pk")


@dataclass(frozen=True)
class Moment:
    """One line of a memo's history."""

    at: datetime
    kind: str  # submitted, a Decision's outcome, or nudged
    who: User
    position: Any
    acting: Any
    text: str = ""
    order: str = ""
    round: int = 0


def history_of(memo: Memo, decided: Iterable[Decision]) -> list[Moment]:
    """Who did what when: submissions and decisions (`decisions_on`), oldest first. One statement."""
    texts = memo.revisions.select_related("by", "position", "acting").defer("content")
    submitted = [
        Moment(r.at, "submitted", r.by, r.position, r.acting, r.reason or "", round=r.round)
        for r in texts.annotate(reason=KT("content__reason"))
    ]
    answered = [
        Moment(d.at, d.outcome, d.user, d.position, d.acting, d.comment, d.order, d.revision.round if d.revision else 0)
        for d in decided
    ]
    return sorted([*submitted, *answered], key=lambda m: (m.at, m.kind != "submitted"))


def nudges_on(abouts: Iterable[str]) -> list[Moment]:
    """Every reminder by hand of these steps, as lines of the history. One statement."""
    said = Nudge.objects.filter(about__in=abouts).select_related("by", "position", "acting").order_by("at", "pk")
    return [Moment(one.at, "nudged", one.by, one.position, one.acting, one.text) for one in said]


def waiting_reason(memo: Memo) -> Decision | None:
    """Why a returned memo came back: the newest decision that returned it."""
    returned = Q(outcome=Outcome.RETURN) | Q(outcome=Outcome.OBJECT, step__on_objection="return")
    return decisions_on(memo).filter(returned).order_by("-at", "-pk").first()


def search(memos: QuerySet[Memo], words: str) -> QuerySet[Memo]:
    """Subject or number contains the words, whichever digits they were typed in."""
    words = words.strip()[:200]
    if not words or "\x00" in words:
        return memos.none() if "\x00" in words else memos
    wanted = Q(entry__number__icontains=arabic_digits(words))
    for form in {words, arabic_digits(words), thai_digits(words)}:
        wanted |= Q(subject__icontains=form)
    return memos.filter(wanted)
