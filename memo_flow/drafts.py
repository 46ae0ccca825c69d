"""Writing: a Draft exists while somebody writes; nothing of it is a truth until it is submitted."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from assessments import results
from assessments.models import Assessment
from audit import chain
from files import shelf
from measures import library
from memo_flow import analysis, policies
from memo_flow import content as text
from memo_flow.changes import Change
from memo_flow.letters import about, handed_over
from memo_flow.lifecycle import State
from memo_flow.models import Draft, Memo, MemoKind
from memo_flow.queries import locked, newest_revision
from notifications import outbox
from organization import keepers
from organization.calendar import day_of
from organization.models import HEADS, Division, Organization, Position, Role, User
from organization.plain_text import words
from organization.refusals import NotNow, Refused, Stale
from organization.seats import Seat, seats_of

_FROZEN_ONLY = ("subject", "reason", "attachments", "findings")


@dataclass(frozen=True)
class Following:
    """What makes a new memo a follow-up: whose measures it reports, which report it is, its figures, the seat."""

    memo: Memo
    kind: str
    figures: dict[str, Any]
    seat: Seat


def writing_seat(by: User, *, now: datetime) -> Seat:
    """The seat someone writes memos in: their own chair in a division. Raises Refused when they have none."""
    seats = [s for s in seats_of(by, day_of(now)) if s.division_id]
    if not seats:
        raise Refused(_("Memos are written by people who have a seat in a division."))
    return min(seats, key=lambda s: (s.acting is not None, s.role not in HEADS))


@transaction.atomic
def create(
    *,
    kind: MemoKind,
    by: User,
    now: datetime,
    subject: str = "",
    content: text.Content | None = None,
    following: Following | None = None,
) -> Memo:
    """A new draft of a kind; with `content` it starts from a text (e.g. an import), else from the kind's outline.

    A follow-up memo (follow_ups.draw_up) is written in the seat that was found to be entitled to it.
    """
    if kind.organization_id != by.organization_id:
        raise MemoKind.DoesNotExist
    seat = following.seat if following else writing_seat(by, now=now)
    division = seat.position.division
    assert division is not None
    memo = Memo.objects.create(
        organization_id=by.organization_id,
        kind=kind,
        division=division,
        author=by,
        author_position=seat.position,
        subject=_subject(subject),
        follows=following.memo if following else None,
        follow_up=following.kind if following else "",
        created_at=now,
    )
    with override("th"):  # the paper is Thai whatever its writer reads
        start = content or text.blank(
            kind.outline, to=addressee(memo.organization_id), agency=f"{division} {memo.organization}"
        )
    figures = {"follow_up": following.figures} if following else {}
    Draft.objects.create(memo=memo, content=text.cleaned(start) | figures, saved_at=now, saved_by=by)
    about = {"follows": following.memo.pk, "follow_up": following.kind} if following else {}
    chain.record(memo, "created", by=by, seat=seat, at=now, state=memo.state, kind=kind.pk, **about)
    return memo


@transaction.atomic
def from_result(year: int, *, by: User, now: datetime) -> Memo:
    """A new analysis memo, written from the organization's recorded result of a year.

    Raises Assessment.DoesNotExist (no such result: 404), Refused (no seat to write in) or NotNow (the office has no
    kind of memo for it).
    """
    on = day_of(now)
    seat = writing_seat(by, now=now)
    kind = (
        MemoKind.objects.filter(organization=by.organization_id, outline__has_key="indicators").order_by("pk").first()
    )
    if kind is None:
        raise NotNow(_("Your office has no kind of memo with a table of scores. Ask the administrator to set one up."))
    organization, division = kind.organization, seat.position.division
    assert division is not None
    facts, known = facts_of(organization, division, year, on=on)
    with override("th"):
        blank = text.blank(kind.outline, to=addressee(organization.pk), agency=f"{division} {organization}")
        content = analysis.draft(facts, blank, known, on=on)
    return create(kind=kind, by=by, now=now, subject=analysis.subject(year), content=content)


def left_out(memo: Memo, year: int) -> int:
    """How many measures that a year has left unfinished a new draft's plan could not hold."""
    planned = {library.bare(one["text"]) for row in working_text(memo)["plan"] for one in row["measures"]}
    return len(library.left(memo.organization_id, year) - planned)


def facts_of(
    organization: Organization, division: Division, year: int, *, on: date
) -> tuple[analysis.Facts, list[library.Known]]:
    """What an analysis is written from, and the measures it may take. Eleven statements, however many there are.

    Raises Assessment.DoesNotExist where the organization has no result of that year.
    """
    years = {one.year: one for one in results.trend(organization)}
    if year not in years:
        raise Assessment.DoesNotExist
    known = library.known(organization.pk, on)
    with override("th"):
        facts = analysis.Facts(
            result=years[year],
            before=years.get(year - 1),
            office=str(organization),
            division=str(division),
            website=organization.website,
            divisions=tuple(organization.divisions_by_code),
            home=division.code,
            last=tuple(library.ordered(organization.pk, year, on)),
            unfinished=tuple(library.unfinished(organization.pk, year)),
        )
    return facts, known


def working_text(memo: Memo) -> text.Content:
    """What the author is writing: the draft, or, when nothing was touched since it came back, the newest text."""
    draft = Draft.objects.filter(memo=memo).first()
    if draft:
        return dict(draft.content)
    revision = newest_revision(memo)
    if revision is None:
        raise Draft.DoesNotExist
    return {key: value for key, value in revision.content.items() if key not in _FROZEN_ONLY}


def version_of(memo: Memo) -> int:
    """The version of the text being written; 0 when nobody has saved one since the last submission."""
    return Draft.objects.filter(memo=memo).values_list("version", flat=True).first() or 0


@transaction.atomic
def revise(
    memo_id: UUID,
    *,
    by: User,
    subject: str,
    content: dict[str, Any],
    version: int,
    now: datetime,
    undo: Change | None = None,
    figures: dict[str, Any] | None = None,
) -> Draft:
    """Keep what was written, half-finished or not. `version` is the one the writer started from (0: no draft yet).

    `undo` puts back what a button has replaced; the next save forgets it. A follow-up memo orders nothing, and keeps
    its frozen figures unless `figures` takes their place; those in `content` are never looked at.

    Raises Memo.DoesNotExist, Refused, NotNow, ValidationError with {path: messages}, or Stale when somebody else
    saved meanwhile: `current` is their Draft, and nothing of either text is lost.
    """
    memo = locked(memo_id, by)
    policies.require(by, "edit", memo, on=day_of(now))
    subject, content = _subject(subject), text.cleaned(content)
    draft = Draft.objects.select_related("saved_by").filter(memo=memo).first()
    if (draft.version if draft else 0) != version:
        raise Stale(_("Somebody else has saved this draft while you were writing."), draft or _unsaved(memo))
    if memo.subject != subject:
        memo.subject = subject
        memo.save(update_fields=["subject"])
    if memo.follows_id:
        stored = draft.content if draft else working_text(memo)
        content |= {"plan": [], "follow_up": figures or stored.get("follow_up")}
    draft = draft or Draft(memo=memo, version=0)
    draft.content, draft.version, draft.saved_at, draft.saved_by = content, version + 1, now, by
    draft.undo = undo.as_data() if undo else None
    draft.save()
    return draft


def _unsaved(memo: Memo) -> Draft:
    """The text that stands when nobody has saved a draft since it was submitted, as a draft of its submitter."""
    revision = newest_revision(memo)
    assert revision is not None
    return Draft(memo=memo, content=working_text(memo), version=0, saved_at=revision.at, saved_by=revision.by)


@transaction.atomic
def discard(memo_id: UUID, *, by: User, now: datetime) -> None:
    """Throw away a draft that was never submitted; its chain keeps that there was one."""
    memo = locked(memo_id, by)
    seat = policies.require(by, "discard", memo, on=day_of(now))
    for one in shelf.attached_to(about(memo)):
        shelf.remove(one, by=by, seat=seat, now=now)
    chain.record(memo, "discarded", by=by, seat=seat, at=now, state="discarded")
    memo.delete()


def addressee(organization_id: UUID) -> str:
    """To whom a memo of the office is addressed: its mayor, in the language that is switched on."""
    mayor = Position.objects.filter(organization=organization_id, role=Role.MAYOR).first()
    return str(mayor) if mayor else ""


def _subject(value: str) -> str:
    return words(" ".join(value.split()), "subject", most=text.LINE)


@transaction.atomic
def hand_over(memo_id: UUID, *, person: int, to: User, by: User, now: datetime) -> Memo:
    """A memo that its author, who leaves, has not brought to its end is another one's: to write, submit or withdraw.

    By who keeps the office's people. What was submitted keeps who signed it. The new author writes in the chair the
    memo was begun in where they hold it, else in their own. Raises Memo.DoesNotExist, Refused, NotNow (it is no
    longer this person's) or ValidationError {to}.
    """
    if refusal := keepers.why_not(by, day_of(now)):
        raise Refused(refusal)
    memo = locked(memo_id, by)
    if memo.author_id != person or memo.state not in (State.DRAFT, State.RETURNED, State.IN_REVIEW):
        raise NotNow(_("A memo on the list is no longer this person's to finish. Open the page again."))
    if to.organization_id != memo.organization_id or to.pk == person:
        raise ValidationError({"to": _("Choose another person of the office.")})
    if seats_of(to, day_of(now)).at(memo.author_position_id) is None:
        try:
            memo.author_position = writing_seat(to, now=now).position
        except Refused as error:
            raise ValidationError({"to": str(error)}) from error
    was, memo.author = memo.author, to
    memo.save(update_fields=["author", "author_position"])
    seat = next(iter(seats_of(by, day_of(now))), None)
    chain.record(memo, "handed_over", by=by, seat=seat, at=now, author=to.pk, position=memo.author_position_id)
    outbox.void(about(memo), at=now, to=[person])
    if to.pk != by.pk:
        outbox.post([handed_over(memo, was, to, by, at=now)], at=now)
    return memo
