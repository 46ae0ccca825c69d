"""A request for more time that ends without an answer: its work is finished, cancelled, or its year is over."""

from collections.abc import Iterable
from datetime import datetime

from audit import chain
from measures.models import Extension
from measures.queries import about_extension
from notifications import outbox
from organization.models import User
from organization.seats import Seat

FIELDS = ("granted", "answered_at", "answered_by", "answered_position", "answered_acting")


def lapse(waiting: Iterable[Extension], *, by: User, seat: Seat, now: datetime) -> list[Extension]:
    """End these open requests, each told by its task's chain. The caller holds the tasks' row locks."""
    lapsed = list(waiting)
    for one in lapsed:
        one.granted, one.answered_at = False, now
        one.answered_by, one.answered_position, one.answered_acting = by, seat.position, seat.acting
        said = chain.digest(one.said())
        chain.record(one.task, "extension_lapsed", by=by, seat=seat, at=now, extension=one.pk, request=said)
    Extension.objects.bulk_update(lapsed, FIELDS)
    if lapsed:
        outbox.void(*(about_extension(one.pk) for one in lapsed), at=now)
    return lapsed
