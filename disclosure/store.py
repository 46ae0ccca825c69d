"""Pages of the public as they were last written, in this process's memory: few, for seconds, the oldest leave first.

What is published or withdrawn in this process empties it; other processes follow when their seconds are over.
"""

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass

from django.conf import settings

MOST, LARGEST = 500, 32_000_000  # pages, and bytes of all of them


@dataclass(frozen=True)
class Kept:
    """An answer ready to be given. `headers`: all that do not belong to the frame of every answer."""

    status: int
    content: bytes
    headers: tuple[tuple[str, str], ...]
    etag: str
    changed: int | None  # seconds since the epoch


_pages: OrderedDict[tuple[str, str], tuple[float, Kept]] = OrderedDict()
_size = _emptied = 0
_lock = threading.Lock()


def get(key: tuple[str, str]) -> Kept | None:
    found = _pages.get(key)
    return found[1] if found and found[0] > time.monotonic() else None


def age() -> int:
    """How often it was emptied: who writes a page asks before, and gives it to `put`."""
    return _emptied


def put(key: tuple[str, str], kept: Kept, since: int) -> None:
    """Keep an answer, unless something was published or withdrawn while it was being written."""
    global _size
    if settings.MEMOFLOW_PUBLIC_SECONDS <= 0 or len(kept.content) > LARGEST // 8:
        return
    with _lock:
        if since != _emptied:
            return
        _drop(key)
        _pages[key] = (time.monotonic() + settings.MEMOFLOW_PUBLIC_SECONDS, kept)
        _size += len(kept.content)
        while len(_pages) > MOST or _size > LARGEST:
            _drop(next(iter(_pages)))


def empty() -> None:
    global _size, _emptied
    with _lock:
        _emptied += 1
        _pages.clear()
        _size = 0


def _drop(key: tuple[str, str]) -> None:
    global _size
    old = _pages.pop(key, None)
    if old:
        _size -= len(old[1].content)
