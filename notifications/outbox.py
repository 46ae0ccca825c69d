"""Letters are written in the transaction of the act they speak of, and leave only after it has committed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone, translation

from notifications.models import Letter
from organization import doorbell

BATCH = 1000


@dataclass(frozen=True)
class Draft:
    """A letter to be: who is told which event about what, with the facts it will state (JSON)."""

    organization_id: UUID
    recipient_id: int
    event: str
    about: str
    key: str
    context: dict[str, Any]


def both(named: object) -> dict[str, str]:
    """A name in both languages, frozen; the letter shows the one its reader reads."""
    result = {}
    for language in ("th", "en"):
        with translation.override(language):
            result[language] = str(named)
    return result


def post(drafts: Iterable[Draft], *, at: datetime) -> list[UUID]:
    """Write letters and ring the post office; one whose key exists is left out. Returns the ids of all asked for."""
    letters = [
        Letter(
            organization_id=d.organization_id,
            recipient_id=d.recipient_id,
            event=d.event,
            about=d.about,
            key=d.key,
            context=d.context,
            at=at,
            next_at=timezone.now(),
        )
        for d in drafts
    ]
    if letters:
        Letter.objects.bulk_create(letters, ignore_conflicts=True, batch_size=BATCH)
        transaction.on_commit(ring)
    return [letter.pk for letter in letters]


def known(keys: Iterable[str]) -> set[str]:
    """Those of the keys under which a letter was written before: one statement a batch."""
    asked, found = list(keys), set[str]()
    for start in range(0, len(asked), BATCH):
        found.update(Letter.objects.filter(key__in=asked[start : start + BATCH]).values_list("key", flat=True))
    return found


def post_counted(drafts: Iterable[Draft], *, at: datetime) -> int:
    """As `post`, and returns exactly how many were new, also beside another scan: one statement more a batch."""
    ids = post(drafts, at=at)
    return sum(Letter.objects.filter(pk__in=ids[n : n + BATCH]).count() for n in range(0, len(ids), BATCH))


def void(*about: str, at: datetime, events: Iterable[str] | None = None, to: Iterable[int] | None = None) -> int:
    """What ended the reason for these letters takes back the unsent ones, in the same transaction.

    `events` and `to` (people) limit which ones.
    """
    letters = Letter.objects.filter(about__in=about, sent_at=None, voided_at=None, failed_at=None)
    if events is not None:
        letters = letters.filter(event__in=list(events))
    if to is not None:
        letters = letters.filter(recipient__in=list(to))
    return letters.update(voided_at=at)


def ring() -> None:
    """Wake the post office."""
    doorbell.ring("notifications.tasks.deliver")
