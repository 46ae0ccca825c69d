"""What letters there are, by the name of their event. Rooms above register their own; this room knows the natures."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise


class Nature(StrEnum):
    """Why somebody is told, which says when it may be sent and whether it may be stopped."""

    TURN = "turn"  # something waits for the reader: at once
    DECISION = "decision"  # what others decided on the reader's own: at once
    NEWS = "news"  # to know, nothing to do: at once
    REMINDER = "reminder"  # of a deadline: in working hours, many in one mail
    SERVICE = "service"  # of the post office itself: the digest that encloses others, an address that bounces


@dataclass(frozen=True)
class Event:
    """`name` is also the name of its templates in templates/mails. `stoppable`: the reader may stop its mails."""

    name: str
    nature: Nature
    label: str | Promise
    stoppable: bool = False


_EVENTS: dict[str, Event] = {}


def register(*events: Event) -> None:
    """Make events known; called when a room is ready."""
    _EVENTS.update({one.name: one for one in events})


def of(name: str) -> Event:
    """The event of a letter. Raises KeyError for one that no room has registered."""
    return _EVENTS[name]


def known(name: str) -> bool:
    """Does a room write this event today? Old letters may be of others."""
    return name in _EVENTS


def label(name: str) -> str:
    """What a person reads for it; of an event that is written no more, its name."""
    return str(_EVENTS[name].label) if name in _EVENTS else name


def stoppable(name: str) -> bool:
    """May a reader stop its mails?"""
    return name in _EVENTS and _EVENTS[name].stoppable


def every() -> Iterable[Event]:
    return _EVENTS.values()


def named(*natures: Nature) -> list[str]:
    """The names of all events of these natures."""
    return [one.name for one in _EVENTS.values() if one.nature in natures]
