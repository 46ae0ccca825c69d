"""What a reminder states of its thing, read when its mail is written. Rooms above register how theirs are read.

Other letters froze all they say when they were posted; a reminder freezes its deadline alone, so that a scan writes
a million of them without reading a million things, and a mail that waited states the progress of its own day.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from notifications.models import Letter

#: `read(abouts)`: about -> facts as JSON, with names in both languages (outbox.both). What is no more is left out.
Read = Callable[[Collection[str]], Mapping[str, Mapping[str, Any]]]
_READ: dict[str, Read] = {}


def register(prefix: str, read: Read) -> None:
    """`prefix` is what stands before the colon in the `about` of these letters."""
    _READ[prefix] = read


def of(letters: Iterable[Letter]) -> dict[str, Mapping[str, Any]]:
    """About -> facts, for these letters; the statements do not grow with their number."""
    asked: dict[str, set[str]] = defaultdict(set)
    for letter in letters:
        asked[letter.about.partition(":")[0]].add(letter.about)
    found: dict[str, Mapping[str, Any]] = {}
    for prefix, abouts in asked.items():
        if prefix in _READ:
            found.update(_READ[prefix](abouts))
    return found


def knows(about: str) -> bool:
    """Is there a reader for things of this kind? Then one it does not find is no more."""
    return about.partition(":")[0] in _READ
