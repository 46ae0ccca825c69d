"""What may be told outside the office of a letter's thing: its subject, where it is not secret.

Rooms above register how theirs are read. Of what nobody registered nothing is told.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping

#: `read(abouts)`: about -> subject, without those that are secret or no more.
Read = Callable[[Collection[str]], Mapping[str, str]]
_READ: dict[str, Read] = {}


def register(read: Read, *prefixes: str) -> None:
    """`prefixes` are what stands before the colon in the `about` of these letters."""
    _READ.update(dict.fromkeys(prefixes, read))


def subjects(abouts: Iterable[str]) -> dict[str, str]:
    """About -> subject; the statements do not grow with their number."""
    asked: dict[Read, set[str]] = defaultdict(set)
    for about in abouts:
        if read := _READ.get(about.partition(":")[0]):
            asked[read].add(about)
    return {about: subject for read, some in asked.items() for about, subject in read(some).items()}
