"""The record of every act: one chain of hashes per subject, written in the act's own transaction.

`record` for one subject, `begin` for many new ones in one statement, `verify` to walk them all.
A room above registers a `witness`: it compares its own rows with the end of their chains, so that a chain whose
tail was cut is found as well.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, ClassVar, Protocol
from uuid import UUID

from audit import guards
from audit.models import Event


class Subject(Protocol):
    """A row with a UUID and an organization; its chain is named after its table."""

    pk: Any
    _meta: ClassVar[Any]

    @property
    def organization_id(self) -> Any: ...


class Actor(Protocol):
    pk: Any


class Chair(Protocol):
    """What the chain keeps of the seat someone acted in."""

    @property
    def position_id(self) -> int | None: ...
    @property
    def acting_id(self) -> int | None: ...


@dataclass(frozen=True)
class Problem:
    subject_type: str
    subject_id: str
    message: str


_START = (0, "")  # place and hash before the first event
Witness = Callable[[], Iterable[Problem]]
_WITNESSES: list[Witness] = []


def witness(check: Witness) -> Witness:
    """Register a room's own comparison of its rows with their chains."""
    _WITNESSES.append(check)
    return check


def canonical(value: Any) -> str:
    """The one JSON text of a value: sorted keys, no spaces, Unicode kept. Raises TypeError for what is not JSON."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(value: Any) -> str:
    """sha256 of the canonical JSON, in hex."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def subject_type(model: Any) -> str:
    return str(model._meta.label_lower)


def record(
    subject: Subject, verb: str, *, by: Actor | None, at: datetime, seat: Chair | None = None, **data: Any
) -> Event:
    """Append one event to the subject's chain. The caller holds the subject's row lock."""
    chain = Event.objects.filter(subject_type=subject_type(subject), subject_id=subject.pk)
    last = chain.order_by("-seq").values_list("seq", "hash").first()
    event = _event(subject, verb, by=by, at=at, seat=seat, data=data, after=last or _START)
    event.save(force_insert=True)
    return event


def begin(
    subjects: Iterable[Any],
    verb: str,
    *,
    by: Actor | None,
    at: datetime,
    seat: Chair | None = None,
    data: Mapping[Any, dict[str, Any]] | None = None,
) -> None:
    """The first event of many new subjects, in one statement; `data` by primary key."""
    Event.objects.bulk_create(
        _event(s, verb, by=by, at=at, seat=seat, data=(data or {}).get(s.pk, {}), after=_START) for s in subjects
    )


def record_all(
    subjects: Iterable[Any],
    verb: str,
    *,
    by: Actor | None,
    at: datetime,
    seat: Chair | None = None,
    data: Mapping[Any, dict[str, Any]] | None = None,
) -> None:
    """One event on each chain of these subjects of one kind, in two statements. The caller holds their row locks."""
    all_of_them = list(subjects)
    if not all_of_them:
        return
    kind, ends = subject_type(all_of_them[0]), dict[Any, tuple[int, str]]()
    events = Event.objects.filter(subject_type=kind, subject_id__in=[one.pk for one in all_of_them]).order_by("seq")
    for pk, seq, hash_ in events.values_list("subject_id", "seq", "hash"):
        ends[pk] = (seq, hash_)
    Event.objects.bulk_create(
        _event(s, verb, by=by, at=at, seat=seat, data=(data or {}).get(s.pk, {}), after=ends.get(s.pk, _START))
        for s in all_of_them
    )


def history_of(subject: Subject) -> list[Event]:
    return list(Event.objects.filter(subject_type=subject_type(subject), subject_id=subject.pk).order_by("seq"))


def verify() -> Iterator[Problem]:
    """Walk every chain, oldest first, then ask each witness. Yields what is wrong; nothing when all is well."""
    for name in guards.missing():
        yield Problem("guard", name, "the append-only guard is missing")
    events = Event.objects.order_by("subject_type", "subject_id", "seq").iterator(chunk_size=2000)
    for (kind, pk), chain in groupby(events, key=lambda e: (e.subject_type, e.subject_id)):
        yield from _broken(kind, pk, chain)
    for check in _WITNESSES:
        yield from check()


def newest(kind: str, fact: str) -> dict[UUID, Any]:
    """Subject -> the last value its chain gives for one fact (a key of `data`), for a witness."""
    return {event.subject_id: event.data[fact] for event in telling(kind, fact)}


def telling(kind: str, fact: str) -> Iterator[Event]:
    """The events of one kind of subject that state a fact, each chain in its order."""
    events = Event.objects.filter(subject_type=kind, data__has_key=fact).order_by("subject_id", "seq")
    return events.iterator(chunk_size=2000)


def _event(
    subject: Subject,
    verb: str,
    *,
    by: Actor | None,
    at: datetime,
    seat: Chair | None,
    data: dict[str, Any],
    after: tuple[int, str],
) -> Event:
    event = Event(
        organization_id=subject.organization_id,
        subject_type=subject_type(subject),
        subject_id=subject.pk,
        seq=after[0] + 1,
        verb=verb,
        by_id=by.pk if by else None,
        position_id=seat.position_id if seat else None,
        acting_id=seat.acting_id if seat else None,
        at=at,
        data=json.loads(json.dumps(data, default=str)),
        previous=after[1],
    )
    event.hash = _hash(event)
    return event


def _hash(event: Event) -> str:
    return digest(
        {
            "organization": str(event.organization_id),
            "subject": [event.subject_type, str(event.subject_id), event.seq],
            "verb": event.verb,
            "by": event.by_id,
            "seat": [event.position_id, event.acting_id],
            "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "data": event.data,
            "previous": event.previous,
        }
    )


def _broken(kind: str, pk: UUID, chain: Iterable[Event]) -> Iterator[Problem]:
    previous, place = "", 1
    for event in chain:
        if event.seq != place:
            yield Problem(kind, str(pk), f"event {place} is missing")
            return
        if event.previous != previous:
            yield Problem(kind, str(pk), f"event {place} does not follow the one before it")
            return
        if _hash(event) != event.hash:
            yield Problem(kind, str(pk), f"event {place} is not as it was written")
            return
        previous, place = event.hash, place + 1
