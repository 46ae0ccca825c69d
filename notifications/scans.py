"""The periodic look at every deadline. Rooms above register how their own things are scanned."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

Scan = Callable[[datetime], tuple[int, int]]
_SCANS: dict[str, Scan] = {}


def register(kind: str, scan: Scan) -> None:
    """`scan(now)` writes the letters of one kind of thing and returns (created, skipped)."""
    _SCANS[kind] = scan


def run(*, now: datetime) -> dict[str, dict[str, int]]:
    """Scan every kind for this moment: {kind: {created, skipped}}. Running it again creates nothing."""
    result = {}
    for kind, scan in _SCANS.items():
        with transaction.atomic():
            created, skipped = scan(now)
        result[kind] = {"created": created, "skipped": skipped}
    return result
