"""Which ladder an office reminds by: its newest policy of a kind, else the default. Changed from then on, audited."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from notifications.ladders import DEFAULTS, Kind, Ladder
from notifications.models import Policy


def in_force(organization_id: Any, kind: Kind, at: datetime) -> Ladder:
    """The ladder that holds at a moment. One statement."""
    return of_all([organization_id], kind, at)[organization_id]


def of_all(organizations: Iterable[Any], kind: Kind, at: datetime) -> dict[Any, Ladder]:
    """Organization -> the ladder that holds there at a moment. One statement, however many there are."""
    found: dict[Any, Ladder] = dict.fromkeys(organizations, DEFAULTS[kind])
    rows = Policy.objects.filter(organization__in=found, kind=kind, at__lte=at).order_by("at", "pk")
    for pk, data in rows.values_list("organization", "ladder"):
        found[pk] = Ladder.of_data(data)
    return found


def history(organization_id: UUID, kind: Kind) -> list[Policy]:
    """An office's policies of a kind, the first one first, for whoever asks what held when. One statement."""
    return list(Policy.objects.filter(organization=organization_id, kind=kind).order_by("at", "pk"))
