"""Comments on a task. Whoever sees it may speak; a division named with @ may read it from then on, and speak too."""

import re
from collections.abc import Iterable
from datetime import datetime
from unicodedata import category, normalize
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from audit import chain
from measures import letters
from measures.models import Comment, Mention
from measures.work import locked
from notifications import outbox
from organization.models import Division, User
from organization.plain_text import words

_UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))  # what Thai keyboards put between words
_SARA_AM = re.compile("\u0e4d([\u0e48-\u0e4b])")  # typed in pieces, the tone mark may come after the circle
_ADDRESS = re.compile(r"[a-z0-9._%+-]")


@transaction.atomic
def comment(task_id: UUID, *, by: User, text: str, now: datetime, divisions: Iterable[str] = ()) -> Comment:
    """Say something about a task, to the divisions named in it (@กองคลัง, @fin) and those chosen (codes).

    Raises ValidationError {text, divisions}; a confidential memo's task is opened to no other division.
    """
    task, seat = locked(task_id, "comment", by=by, now=now)
    text = words(text, "text", needed=_("Write what you want to say."))
    ours = list(task.organization.divisions_by_code.values())
    chosen, known = set(divisions), {one.code: one for one in ours}
    if chosen - known.keys():
        raise ValidationError({"divisions": _("One of these divisions does not exist.")})
    named = {one.pk: one for one in [*mentioned(text, ours), *map(known.__getitem__, chosen)]}
    named.pop(task.division_id, None)
    if named and task.measure.row.memo.kind.secret:
        raise ValidationError({"divisions": _("The memo is confidential: no other division may be named here.")})
    said = Comment.objects.create(task=task, text=text, by=by, position=seat.position, acting=seat.acting, at=now)
    Mention.objects.bulk_create(Mention(comment=said, task=task, division=named[pk]) for pk in sorted(named))
    chain.record(
        task, "commented", by=by, seat=seat, at=now, comment=said.pk, text=chain.digest(text), divisions=sorted(named)
    )
    outbox.post(letters.commented(task, said, sorted(named), seat, at=now), at=now)
    return said


def mentioned(text: str, divisions: Iterable[Division]) -> list[Division]:
    """The divisions a text names with @, by Thai name, English name or code; the longest name that fits wins.

    Thai is written without spaces, so a Thai name ends where it ends; a Latin one ends with its word. What stands
    before the @ must not make it an address of mail.
    """
    called = [(_plain(name), one) for one in divisions for name in (one.name_th, one.name_en, one.code) if name]
    called = sorted(((name, one) for name, one in called if name), key=lambda pair: -len(pair[0]))
    said, found = _plain(text), dict[int, Division]()
    for at in (place for place, sign in enumerate(said) if sign == "@"):
        if at and _ADDRESS.match(said[at - 1]):
            continue
        one = next((one for name, one in called if _stands(said, name, at + 1)), None)
        if one:
            found[one.pk] = one
    return list(found.values())


def _plain(text: str) -> str:
    """One spelling of what looks the same: width, marks, case and spaces."""
    text = normalize("NFKC", text.translate(_UNSEEN)).casefold()
    return " ".join(_SARA_AM.sub("\\1\u0e4d", text).split())


def _stands(text: str, name: str, start: int) -> bool:
    end = start + len(name)
    if not text.startswith(name, start):
        return False
    after = text[end : end + 1]
    if not after or category(after) == "Mn":
        return not after
    return not (name[-1].isascii() and after.isascii() and (after.isalnum() or after in "_-@"))
