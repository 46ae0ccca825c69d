"""What the office's chairs mean to its tasks: why a division cannot be ended, and which letters go with a leaver."""

from datetime import date

from django.utils.translation import gettext as _

from measures import letters
from measures.lifecycle import OPEN
from measures.models import DivisionTask
from measures.queries import STAFF, colleagues
from notifications import outbox
from organization.calendar import day_of
from organization.chairs import Chair
from organization.models import Division
from organization.news import Relieved


def still_needed(chair: Chair, on: date) -> str | None:
    """Tasks of the division that are open."""
    if isinstance(chair, Division) and DivisionTask.objects.filter(division=chair, state__in=OPEN).exists():
        return _("This division still has open tasks.")
    return None


def take_back(left: Relieved) -> None:
    """The unsent letters about a division's open tasks to who works there no more."""
    division = left.position.division_id
    if division is None or left.position.role not in STAFF:
        return
    gone = set(left.people) - {one.pk for one in colleagues(division, day_of(left.at))}
    tasks = DivisionTask.objects.filter(division=division, state__in=OPEN).only("pk")
    if gone and (abouts := [letters.about(one) for one in tasks]):
        outbox.void(*abouts, at=left.at, to=gone)
