"""Letters are written in the transaction of the act they speak of, and leave only after it has committed."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone, translation

from notifications.models import Letter
from organization import doorbell

BATCH = 1000
#: What one letter of many has for itself; all else is the same in all of them.
DIFFERENT = ("organization_id", "recipient_id", "event", "about", "key", "context")
#: In the order in which they were asked.
UNKNOWN = f"""
SELECT asked.key FROM json_array_elements_text(%s::json) WITH ORDINALITY AS asked(key, place)
LEFT JOIN "{Letter._meta.db_table}" letter ON letter.key = asked.key WHERE letter.key IS NULL ORDER BY asked.place
"""


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


def unknown(keys: Iterable[str]) -> list[str]:
    """Those of the keys under which no letter was written yet, in their order. One statement a batch."""
    asked = list(keys)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(UNKNOWN, [json.dumps(asked)])
            return [key for (key,) in cursor]
    known = set[str]()
    for start in range(0, len(asked), BATCH):
        known.update(Letter.objects.filter(key__in=asked[start : start + BATCH]).values_list("key", flat=True))
    return [key for key in asked if key not in known]


def write(drafts: Sequence[Draft], *, at: datetime) -> int:
    """As `post`, for very many that freeze little; returns exactly how many were new, also beside another scan."""
    if not drafts:
        return 0
    if connection.vendor != "postgresql":
        ids = post(drafts, at=at)
        return sum(Letter.objects.filter(pk__in=ids[n : n + BATCH]).count() for n in range(0, len(ids), BATCH))
    statement, values = _insert(drafts, at=at)
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        new: int = cursor.rowcount
    transaction.on_commit(ring)
    return new


def _insert(drafts: Sequence[Draft], *, at: datetime) -> tuple[str, list[Any]]:
    """One INSERT for all drafts: what differs comes as one JSON, the rest is what a new Letter has.

    Built by hand: making a Letter of each draft, and a placeholder of each of its fields, costs several times what
    the database takes to write them.
    """
    given = {"at": at, "next_at": timezone.now()}
    columns, chosen, asked, values = [], [], [], []
    for one in Letter._meta.concrete_fields:
        kind = one.cast_db_type(connection)
        columns.append(f'"{one.column}"')
        if one.attname in DIFFERENT:
            chosen.append(f"asked.{one.attname}")
            asked.append(f"{one.attname} {kind}")
        elif one.primary_key:
            chosen.append("gen_random_uuid()")
        else:
            chosen.append(f"%s::{kind}")
            value = given[one.attname] if one.attname in given else one.get_default()
            values.append(one.get_db_prep_save(value, connection))
    rows = [dict(zip(DIFFERENT, _fields(one), strict=True)) for one in drafts]
    statement = f"""
        INSERT INTO "{Letter._meta.db_table}" ({", ".join(columns)})
        SELECT {", ".join(chosen)} FROM json_to_recordset(%s::json) AS asked({", ".join(asked)}) ON CONFLICT DO NOTHING
    """
    return statement, [*values, json.dumps(rows)]


def _fields(draft: Draft) -> tuple[Any, ...]:
    return (str(draft.organization_id), draft.recipient_id, draft.event, draft.about, draft.key, draft.context)


def supersede(drafts: Iterable[Draft], events: Collection[str], *, at: datetime) -> int:
    """A newer reminder of the same thing to the same person takes back the ones that have not left.

    One statement, and one more where there are any.
    """
    newer = {(one.about, one.recipient_id): one.key for one in drafts}
    waiting = _unsent().filter(about__any={about for about, _person in newer}, event__in=events)
    locked = waiting.select_for_update(no_key=True).order_by("pk").values_list("pk", "about", "recipient", "key")
    old = [pk for pk, about, person, key in locked if newer.get((about, person), key) != key]
    return _unsent().filter(pk__in=old).update(voided_at=at) if old else 0


def void(*about: str, at: datetime, events: Iterable[str] | None = None, to: Iterable[int] | None = None) -> int:
    """What ended the reason for these letters takes back the unsent ones, in the same transaction.

    `events` and `to` (people) limit which ones.
    """
    letters = _unsent().filter(about__in=about)
    if events is not None:
        letters = letters.filter(event__in=list(events))
    if to is not None:
        letters = letters.filter(recipient__in=list(to))
    return letters.update(voided_at=at)


def _unsent() -> QuerySet[Letter]:
    return Letter.objects.filter(sent_at=None, voided_at=None, failed_at=None)


def ring() -> None:
    """Wake the post office."""
    doorbell.ring("notifications.tasks.deliver")
