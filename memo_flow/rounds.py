"""Which texts of a memo are held against each other: of the rounds it was submitted in, and what is being written."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from memo_flow import attachments, policies
from memo_flow.comparing import compare
from memo_flow.models import Decision, Memo
from memo_flow.queries import decisions_on
from organization import calendar
from organization.models import User
from organization.templatetags.office import day_short

WRITTEN = 0  # stands for the text that is being written, which has no round yet


@dataclass(frozen=True)
class Text:
    """A text by its round, and how a list names it."""

    round: int
    name: str


def changes_page(memo: Memo, user: User, asked: Mapping[str, str]) -> dict[str, Any]:
    """The context of memo_flow/changes.html. `asked`: from and to, rounds; what cannot be is taken as not asked.

    Without them: what was changed since this reader last decided, else since the round before. What is being written
    is for who may edit it alone. Constant statements.
    """
    texts = _texts(memo, user)
    places = {one.round: place for place, one in enumerate(texts)}
    after = _chosen(asked.get("to"), places) or len(texts) - 1
    before = _chosen(asked.get("from"), places)
    if before is None or before >= after:
        before = max(0, min(places.get(_last_decided(memo, user), after - 1), after - 1))
    old, new = (texts[before], texts[after]) if len(texts) > 1 else (None, None)
    return {
        "memo": memo,
        "texts": texts,
        "old": old,
        "new": new,
        "parts": _compared(memo, old, new) if old and new else [],
        "said": _said(memo, old, new) if old and new else [],
    }


def _texts(memo: Memo, user: User) -> list[Text]:
    """The oldest first."""
    rounds = memo.revisions.order_by("round").values_list("round", "at")
    found = [Text(n, _("Round %(n)s, submitted %(day)s") % {"n": n, "day": day_short(at)}) for n, at in rounds]
    if policies.why_not(user, "edit", memo, calendar.day_of(calendar.now())) is None:
        found.append(Text(WRITTEN, _("What is being written now")))
    return found


def _chosen(said: str | None, places: Mapping[int, int]) -> int | None:
    return places.get(int(said)) if said and said.isascii() and said.isdigit() and len(said) < 6 else None


def _last_decided(memo: Memo, user: User) -> int:
    """The round that this reader last decided on; -1 for none."""
    own = memo.decisions.filter(user=user, revision__isnull=False).order_by("-at", "-pk")
    return own.values_list("revision__round", flat=True).first() or -1


def _compared(memo: Memo, old: Text, new: Text) -> list[Any]:
    stored = {one.round: one.content for one in memo.revisions.filter(round__in={old.round, new.round} - {WRITTEN})}
    after = attachments.draft_of(memo) if new.round == WRITTEN else stored[new.round]
    return compare(stored[old.round], after, divisions=memo.organization.names_of_divisions)


def _said(memo: Memo, old: Text, new: Text) -> list[Decision]:
    """The words that were written to the texts from the old one on, before the new one."""
    decided = decisions_on(memo).filter(revision__round__gte=old.round).exclude(comment="")
    return list(decided if new.round == WRITTEN else decided.filter(revision__round__lt=new.round))
