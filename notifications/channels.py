"""A channel brings what waits in a table to somebody outside: mail, an office's own hook, one day LINE.

The table is the memory (`Letter`, `Call`): `next_at`, `lease`, `attempts`, `error`, `sent_at`, `failed_at`. A channel
keeps nothing. It opens one connection for a batch, sends one thing at a time over it, and says by its own exceptions
what became of one; whoever carries (`carry`) knows what that means for the row.

At least once: killed between the far side's yes and our mark, one thing is brought again, under the same id, which a
channel therefore passes on (a Message-ID, a MemoFlow-Id), so that the far side can drop the repeat.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Protocol, TypeVar

T = TypeVar("T", contravariant=True)

LEASE = timedelta(seconds=180)
MARGIN = timedelta(seconds=30)  # of the lease, kept for the last thing on the wire
PATIENCE = LEASE - MARGIN  # of one call, and so of one batch
ATTEMPTS = 12
DOWN_WAIT = timedelta(seconds=60)
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)


class Down(Exception):
    """The far side does not answer, or not us: all that goes the same way waits, and no attempt is counted.

    `stumbled`: it fell silent over this very thing, which may be the cause: that one counts an attempt and goes
    behind the others, so that it never holds them up for good.
    """

    def __init__(self, cause: object, *, stumbled: bool = False) -> None:
        super().__init__(cause)
        self.stumbled = stumbled


class Later(Exception):
    """This one is not taken now: it waits, longer each time, up to the last attempt."""


class Never(Exception):
    """This one will never be taken: it fails for good, and nothing else waits for it.

    `address`: it was the reader's address that was refused, not what was sent; `code` is the far side's, 0 for none.
    """

    def __init__(self, cause: object, *, code: int = 0, address: bool = False) -> None:
        super().__init__(cause)
        self.code = code
        self.address = address


class Channel(Protocol[T]):
    """`name` is a word for the ledger: mail, hook, line."""

    name: str

    def opened(self) -> AbstractContextManager[Callable[[T], None]]:
        """One connection for a batch: `with channel.opened() as send`, then `send(thing)` for each.

        Opening raises Down. `send` returns when the far side has said yes; else Down, Later or Never, each with the
        cause in words. What cannot be put into words for the far side is Never, too: it holds up nothing else.
        """


def wait_after(attempts: int) -> timedelta:
    """How long a thing waits that was refused for now, this many times before."""
    return min(FIRST_WAIT * (1 << attempts), LONGEST_WAIT)
