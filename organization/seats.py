"""Who may act for a position on a day: the ONLY place where an acting official is resolved.

A seat is a position with the person in it and, when that person acts for the holder, the order that says so.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, TypeAlias
from uuid import UUID

from django.db import connection
from django.db.models import Q

from organization.models import Acting, ActingKind, Appointment, Position, Role, User

#: The fields of an acting order that a seat carries, in the model's own order (from_db asks for it).
_Taken: TypeAlias = tuple[int, int, Acting | None]  # position id, user id, the order of who acts
_ACTING = ["id", "order_number", "position_id", "user_id", "kind", "memo_kinds"]


@dataclass(frozen=True)
class Seat:
    """A position as held by `user` on a day; `acting` is the order when the person acts for the holder."""

    position: Position
    user: User
    acting: Acting | None = None

    @property
    def position_id(self) -> int:
        return self.position.pk

    @property
    def acting_id(self) -> int | None:
        return self.acting.pk if self.acting else None

    @property
    def role(self) -> str:
        return self.position.role

    @property
    def division_id(self) -> int | None:
        return self.position.division_id

    def __str__(self) -> str:
        return f"{self.acting.get_kind_display()} {self.position}" if self.acting else str(self.position)


class Seats(tuple[Seat, ...]):
    """All seats of one person on one day."""

    def at(self, position_id: int, memo_kind: str | None = None) -> Seat | None:
        """The seat at this position; one's own chair before an acting one."""
        found = [s for s in self if s.position_id == position_id and (not s.acting or s.acting.covers(memo_kind))]
        return min(found, key=lambda s: s.acting is not None, default=None)

    def with_role(self, *roles: str, division_id: int | None = None) -> Seat | None:
        """The first seat with one of these roles (in this division, when given); one's own before an acting one."""
        found = [
            s
            for s in self
            if s.role in roles
            and (division_id is None or s.division_id == division_id)
            and (not s.acting or s.acting.covers(None))
        ]
        return min(found, key=lambda s: s.acting is not None, default=None)

    @cached_property
    def full(self) -> list[Seat]:
        """The seats with all their powers: without delegations, which cover some memo kinds only."""
        return [s for s in self if not s.acting or s.acting.covers(None)]

    @cached_property
    def delegated(self) -> list[Seat]:
        return [s for s in self if s.acting and not s.acting.covers(None)]

    @cached_property
    def position_ids(self) -> list[int]:
        return [s.position_id for s in self.full]

    @cached_property
    def division_ids(self) -> set[int]:
        return {s.division_id for s in self.full if s.division_id}


def on_day(day: date, prefix: str = "") -> Q:
    """Rows of Appointment or Acting in force on a day."""
    ends = f"{prefix}ends_on"
    return Q(**{f"{prefix}starts_on__lte": day}) & (Q(**{f"{ends}__isnull": True}) | Q(**{f"{ends}__gte": day}))


def seats_of(user: User, on: date) -> Seats:
    """Every seat `user` may act in on this day, their own first; a deactivated person has none. Two statements."""
    if not user.is_active:
        return Seats()
    taken = _taken(on, user=user)
    positions = {p.pk: p for p in Position.objects.filter(pk__in=[pk for pk, *_rest in taken])} if taken else {}
    return Seats(Seat(positions[pk], user, acting) for pk, _user, acting in taken)


def seat_at(user: User, position: Position, on: date, memo_kind: str | None = None) -> Seat | None:
    """This person's seat at one position, their own chair before an acting one. One statement."""
    if not user.is_active:
        return None
    seats = (Seat(position, user, acting) for _pk, _user, acting in _taken(on, user=user, positions=[position.pk]))
    return next((seat for seat in seats if not seat.acting or seat.acting.covers(memo_kind)), None)


def chair_of(user: User, on: date) -> Position | None:
    """The position a person was appointed to on a day: their own title, also when they act for somebody else."""
    held = Appointment.objects.filter(on_day(on), user=user).select_related("position").order_by("pk").first()
    return held.position if held else None


def holders_of(
    positions: Iterable[Position], on: date, *, memo_kind: str | None = None, any_kind: bool = False
) -> dict[int, list[Seat]]:
    """Position id -> everyone who may act there on this day, the holder first. One statement.

    Officials acting by delegation are named for the memo kinds they cover, or always with `any_kind`. The people
    are known by their ids; anything else about them is fetched when it is asked for.
    """
    chairs = {position.pk: position for position in positions}
    found: dict[int, list[Seat]] = defaultdict(list)
    for pk, user, acting in _taken(on, positions=list(chairs)):
        if acting is None or any_kind or acting.covers(memo_kind):
            found[pk].append(Seat(chairs[pk], User.from_db(None, ["id"], [user]), acting))
    return found


#: Written by hand: every decision asks this several times, and building it cost more than running it.
_TAKEN = """
SELECT seat.position_id, seat.user_id, seat.id, {acting}
FROM {seats} seat JOIN {people} person ON person.id = seat.user_id AND person.is_active
WHERE seat.starts_on <= %s AND (seat.ends_on IS NULL OR seat.ends_on >= %s) AND {wanted}
"""


def _taken(on: date, *, user: User | None = None, positions: Sequence[int] | None = None) -> list[_Taken]:
    """The appointments and acting orders of active people in force on a day, in one statement.

    Holders come before acting officials, each in the order they were recorded.
    """
    if positions is not None and not positions:
        return []
    wanted, given = ["TRUE"], []
    if user is not None:
        wanted.append("seat.user_id = %s")
        given.append(user.pk)
    if positions is not None:
        wanted.append(f"seat.position_id IN ({', '.join(['%s'] * len(positions))})")
        given += positions
    parts = [
        _TAKEN.format(
            acting=columns,
            seats=model._meta.db_table,
            people=User._meta.db_table,
            wanted=" AND ".join(wanted),
        )
        for model, columns in (
            (Appointment, "NULL, '', NULL"),
            (Acting, "seat.kind, seat.order_number, seat.memo_kinds"),
        )
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), [on, on, *given] * 2)
        rows = sorted(cursor.fetchall(), key=lambda row: (row[3] is not None, row[2]))
    return [(position, holder, _acting(pk, position, holder, *order)) for position, holder, pk, *order in rows]


def _acting(pk: int, position: int, user: int, kind: str | None, order: str, kinds: str) -> Acting | None:
    if kind is None:
        return None
    memo_kinds = json.loads(kinds) if isinstance(kinds, str) else kinds
    return Acting.from_db(None, _ACTING, [pk, order, position, user, kind, memo_kinds])


def holding(field: str, role: str, organization_id: Any, on: date) -> Q:
    """A condition for queries: the person in `field` may act today in the organization's position of this role.

    Delegations do not count: they cover kinds of memo, nothing else.
    """
    chairs = {"position__role": role, "position__organization": organization_id}
    held = Appointment.objects.filter(on_day(on), **chairs).values("user")
    acted = Acting.objects.filter(on_day(on), **chairs).exclude(kind=ActingKind.ON_BEHALF).values("user")
    return Q(**{f"{field}__in": held}) | Q(**{f"{field}__in": acted})


def holders_by_role(roles: Iterable[str], organization_id: Any, on: date) -> dict[str, list[int]]:
    """Role -> ids of those who may act today in the organization's positions of it, as in `holding`. One statement."""
    chairs: dict[str, Any] = {"position__role__in": list(roles), "position__organization": organization_id}
    held = Appointment.objects.filter(on_day(on), **chairs)
    acted = Acting.objects.filter(on_day(on), **chairs).exclude(kind=ActingKind.ON_BEHALF)
    found: dict[str, list[int]] = defaultdict(list)
    for role, user in held.values_list("position__role", "user").union(acted.values_list("position__role", "user")):
        found[role].append(user)
    return found


def holder_of(position: Position, on: date) -> Seat | None:
    """Who answers for the position today: its holder, else its acting official, else nobody (the seat is vacant)."""
    return next(iter(holders_of([position], on).get(position.pk, [])), None)


def overseers(organizations: Iterable[UUID], on: date) -> dict[UUID, list[Seat]]:
    """Organization -> its head of office and permanent secretary on a day. Two statements, or none for nobody."""
    ids = set(organizations)
    if not ids:
        return {}
    positions = Position.objects.filter(organization__in=ids, role__in=[Role.HEAD_OF_OFFICE, Role.PERMANENT_SECRETARY])
    found: dict[UUID, list[Seat]] = defaultdict(list)
    for seats in holders_of(positions, on).values():
        for seat in seats:
            found[seat.position.organization_id].append(seat)
    return found
