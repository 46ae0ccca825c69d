"""What an act of this room sets going in the rooms above, in the act's own transaction."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from organization.models import Organization, Position, User


@dataclass(frozen=True)
class News:
    """Something people are told. `event` names its letter; `facts` are JSON, or things with a name in two languages.

    `about` names the thing, `place` what makes this telling one of its own.
    """

    event: str
    office: Organization
    to: Collection[int]  # people
    about: str
    place: str
    path: str
    at: datetime
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Relieved:
    """These people answer for this position no more, from this moment on."""

    position: Position
    people: Collection[int]
    at: datetime


@dataclass(frozen=True)
class Seated:
    """Somebody answers for this position from this moment on, and may not know what waits there."""

    position: Position
    at: datetime


_TELL: list[Callable[[News], object]] = []
_RELIEVE: list[Callable[[Relieved], object]] = []
_SEAT: list[Callable[[Seated], object]] = []
_VOID: list[Callable[[str, datetime], object]] = []


def on_news(call: Callable[[News], object]) -> None:
    """Register who tells people."""
    _TELL.append(call)


def on_relieved(call: Callable[[Relieved], object]) -> None:
    """Register what follows when a chair is left: waiting letters are taken back."""
    _RELIEVE.append(call)


def on_seated(call: Callable[[Seated], object]) -> None:
    """Register what follows when somebody takes a chair: what waits there is told."""
    _SEAT.append(call)


def on_void(call: Callable[[str, datetime], object]) -> None:
    """Register who takes back what was told about a thing and has not left: called with `about` and the moment."""
    _VOID.append(call)


def tell(news: News) -> None:
    for call in _TELL:
        call(news)


def relieve(position: Position, people: Collection[int], at: datetime) -> None:
    for call in _RELIEVE:
        call(Relieved(position, people, at))


def seat(position: Position, at: datetime) -> None:
    for call in _SEAT:
        call(Seated(position, at))


def void(about: str, at: datetime) -> None:
    for call in _VOID:
        call(about, at)


def about_person(person: User) -> str:
    return f"person:{person.pk}"
