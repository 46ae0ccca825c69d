"""Writing: a Draft exists while somebody writes; nothing of it is a truth until it is submitted."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from audit import chain
from memo_flow import content as text
from memo_flow import policies
from memo_flow.models import Draft, Memo, MemoKind
from memo_flow.queries import locked, newest_revision
from organization.calendar import day_of
from organization.models import HEADS, Position, Role, User
from organization.plain_text import words
from organization.refusals import Refused, Stale
from organization.seats import Seat, seats_of

_FROZEN_ONLY = ("subject", "reason", "attachments", "findings")


def writing_seat(by: User, *, now: datetime) -> Seat:
    """The seat someone writes memos in: their own chair in a division. Raises Refused when they have none."""
    seats = [s for s in seats_of(by, day_of(now)) if s.division_id]
    if not seats:
        raise Refused(_("Memos are written by people who have a seat in a division."))
    return min(seats, key=lambda s: (s.acting is not None, s.role not in HEADS))


@transaction.atomic
def create(*, kind: MemoKind, by: User, now: datetime, subject: str = "", content: text.Content | None = None) -> Memo:
    """A new draft of a kind; with `content` it starts from a text (e.g. an import), else from the kind's outline."""
    if kind.organization_id != by.organization_id:
        raise MemoKind.DoesNotExist
    seat = writing_seat(by, now=now)
    division = seat.position.division
    assert division is not None
    memo = Memo.objects.create(
        organization_id=by.organization_id,
        kind=kind,
        division=division,
        author=by,
        author_position=seat.position,
        subject=_subject(subject),
        created_at=now,
    )
    with override("th"):  # the paper is Thai whatever its writer reads
        start = content or text.blank(kind.outline, to=_addressee(memo), agency=f"{division} {memo.organization}")
    Draft.objects.create(memo=memo, content=text.cleaned(start), saved_at=now, saved_by=by)
    chain.record(memo, "created", by=by, seat=seat, at=now, state=memo.state, kind=kind.pk)
    return memo


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
def revise(memo_id: UUID, *, by: User, subject: str, content: dict[str, Any], version: int, now: datetime) -> Draft:
    """Keep what was written, half-finished or not. `version` is the one the writer started from (0: no draft yet).

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
    draft = draft or Draft(memo=memo, version=0)
    draft.content, draft.version, draft.saved_at, draft.saved_by = content, version + 1, now, by
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
    chain.record(memo, "discarded", by=by, seat=seat, at=now, state="discarded")
    memo.delete()


def _addressee(memo: Memo) -> str:
    mayor = Position.objects.filter(organization=memo.organization_id, role=Role.MAYOR).first()
    return str(mayor) if mayor else ""


def _subject(value: str) -> str:
    return words(" ".join(value.split()), "subject", most=text.LINE)
