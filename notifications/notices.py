"""What a person reads in the product: every letter to them is a notice as well, whatever becomes of its mail.

A notice is read when it is opened, or when the page of the thing it speaks of is. A digest is a mail and no notice;
a letter whose reason ended is one no more that waits to be read.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest

from notifications import composing, events, facts
from notifications.composing import DIGEST, Gone, Material
from notifications.models import Letter
from organization.calendar import day_of
from organization.models import User

logger = logging.getLogger(__name__)

MOST = 100  # unread ones are counted so far and no further


@dataclass(frozen=True)
class Notice:
    """A letter as the list shows it: its subject in its reader's language."""

    letter: Letter
    subject: str

    @property
    def day(self) -> date:
        return day_of(self.letter.at)

    @property
    def unread(self) -> bool:
        return self.letter.read_at is None and not self.void

    @property
    def void(self) -> bool:
        """Did its reason end before its mail went?"""
        return self.letter.voided_at is not None


def of(user: User) -> QuerySet[Letter]:
    """Every notice of this person."""
    return Letter.objects.filter(recipient=user).exclude(event=DIGEST)


def unread(user: User) -> QuerySet[Letter]:
    return of(user).filter(read_at=None, voided_at=None)


def badge(user: User) -> str:
    """How many are unread, for the bell: a number, 99+, or nothing. One statement."""
    found = len(unread(user).order_by("-at", "-pk").values_list("pk")[:MOST])
    return "99+" if found >= MOST else str(found or "")


def shown(letters: list[Letter], reader: User) -> list[Notice]:
    """These letters, all of one reader's, as notices; the statements do not grow with their number."""
    for one in letters:
        one.recipient = reader
    material = composing.gather(letters)
    return [Notice(one, _subject(one, material)) for one in letters]


def path_of(letter: Letter) -> str:
    """The address of what it speaks of; empty when that is no more."""
    path = str(letter.context.get("path") or facts.of([letter]).get(letter.about, {}).get("path", ""))
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else ""


def opened(user: User, letter_id: UUID, *, now: datetime) -> None:
    """This notice is read. Opened again, the first time stands."""
    of(user).filter(pk=letter_id, read_at=None).update(read_at=now)


def saw(user: User, abouts: Iterable[str], *, now: datetime) -> None:
    """The person has these things before their eyes: what they were told of them is read. One statement, or two."""
    seen = list(unread(user).filter(about__in=list(abouts)).values_list("pk", flat=True))
    if seen:
        Letter.objects.filter(pk__in=seen, read_at=None).update(read_at=now)


def read_all(user: User, *, until: datetime, now: datetime) -> int:
    """All that came until this moment is read; returns how many were not before."""
    return unread(user).filter(at__lte=until).update(read_at=now)


def by_a_person(request: HttpRequest) -> bool:
    """Is the page before somebody's eyes? A browser also fetches ahead, or asks for the head alone."""
    ahead = f"{request.headers.get('Sec-Purpose', '')} {request.headers.get('Purpose', '')}"
    return request.method == "GET" and "prefetch" not in ahead


def _subject(letter: Letter, material: Material) -> str:
    """As its mail has it, or would have it today. Nothing is stored: the mail's words are frozen by the post office."""
    try:
        return composing.subject(letter, material)
    except Gone:
        pass
    except Exception:  # one letter's fault must not hide the others
        logger.exception("The subject of letter %s cannot be rendered.", letter.pk)
    return events.label(letter.event)
