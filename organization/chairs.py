"""The divisions, the positions in them and who sits there: the acts of who keeps them (organization.keepers).

A chair that was ever used is ended and kept, because memos and papers name it; one that never was is deleted.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from audit import chain
from organization import appointments, keepers, news
from organization.calendar import day_of
from organization.keepers import Keeper
from organization.models import Acting, Appointment, Division, Position, Role, User
from organization.plain_text import words
from organization.refusals import NotNow
from organization.seats import holders_of

#: Roles of the whole office: their chairs stand in no division.
OF_THE_OFFICE = (
    Role.MAYOR,
    Role.DEPUTY_MAYOR,
    Role.PERMANENT_SECRETARY,
    Role.DEPUTY_PERMANENT_SECRETARY,
    Role.AUDITOR,
)

Chair = Position | Division
#: `hold(chair, today)`: a sentence that says what still needs it, or none.
Hold = Callable[[Chair, date], str | None]
_HOLDS: list[Hold] = []


def before_end(hold: Hold) -> Hold:
    """Register what keeps a position or a division from being ended."""
    _HOLDS.append(hold)
    return hold


# Divisions


@transaction.atomic
def put_division(
    pk: int | None, *, name_th: str, name_en: str, code: str, book_code: str, order: int, by: User, now: datetime
) -> Division:
    """A new division, or another name, number or place of one. `code` is for data, and stays once it is given.

    Raises Division.DoesNotExist, Refused or ValidationError {name_th, name_en, code, book_code}.
    """
    keeper = keepers.locked(by, now)
    one = Division(organization=keeper.office, code=code) if pk is None else keeper.office.divisions.get(pk=pk)
    one.name_th = words(name_th, "name_th", most=200, needed=_("Write the name."))
    one.name_en = words(name_en, "name_en", most=200)
    one.book_code = words(book_code, "book_code", most=40, needed=_("Give the number that its memos begin with."))
    one.order = order
    others = keeper.office.divisions.exclude(pk=one.pk)
    if others.filter(code=one.code).exists():
        raise ValidationError({"code": _("Another division has this code.")})
    if others.filter(book_code=one.book_code).exists():
        raise ValidationError({"book_code": _("Another division's memos have this number.")})
    one.save()
    verb = "division_added" if pk is None else "division_changed"
    keeper.record(verb, division=one.pk, digest=chain.digest([one.name_th, one.name_en, one.book_code, one.order]))
    return one


# Positions


@transaction.atomic
def add_position(*, role: str, division: int | None, title_th: str, title_en: str, by: User, now: datetime) -> Position:
    """A new chair. Raises Refused or ValidationError {role, division, title_th, title_en}."""
    keeper = keepers.locked(by, now)
    if role not in Role.values:
        raise ValidationError({"role": _("Choose what the position is.")})
    if (role in OF_THE_OFFICE) != (division is None):
        raise ValidationError({"division": _in_a_division(role)})
    where = None if division is None else keeper.office.divisions.filter(pk=division, ended_on=None).first()
    if division is not None and where is None:
        raise ValidationError({"division": _("Choose a division.")})
    one = Position(organization=keeper.office, role=role, division=where, **_titles(title_th, title_en))
    try:
        with transaction.atomic():
            one.save(force_insert=True)
    except IntegrityError as error:
        raise ValidationError({"role": _("There is such a position already; each of these is there once.")}) from error
    keeper.record("position_added", position=one.pk, role=role, digest=chain.digest([one.title_th, one.title_en]))
    return one


def _in_a_division(role: str) -> str:
    if role in OF_THE_OFFICE:
        return _("This position belongs to the whole office, not to a division.")
    return _("Choose the division it belongs to.")


def _titles(title_th: str, title_en: str) -> dict[str, str]:
    needed = _("Write the title as it is printed under a signature.")
    return {
        "title_th": words(title_th, "title_th", most=200, needed=needed),
        "title_en": words(title_en, "title_en", most=200),
    }


@transaction.atomic
def rename_position(pk: int, *, title_th: str, title_en: str, by: User, now: datetime) -> Position:
    """Another title; papers that are sealed keep the one they were printed with.

    Raises Position.DoesNotExist, Refused or ValidationError {title_th, title_en}.
    """
    keeper = keepers.locked(by, now)
    one = keeper.office.positions.get(pk=pk)
    for name, value in _titles(title_th, title_en).items():
        setattr(one, name, value)
    one.save(update_fields=["title_th", "title_en"])
    keeper.record("position_renamed", position=one.pk, digest=chain.digest([one.title_th, one.title_en]))
    return one


@transaction.atomic
def end(model: type[Chair], pk: int, *, by: User, now: datetime) -> bool:
    """A position or a division that the office has no more; True when it was never used and is gone altogether.

    Raises DoesNotExist, Refused or NotNow: somebody sits there, a route names it, memos or tasks wait for it.
    """
    keeper = keepers.locked(by, now)
    one: Any = model._default_manager.select_for_update().get(pk=pk, organization=keeper.office)
    if one.ended_on:
        raise NotNow(_("This has ended already."))
    for hold in _HOLDS:
        if why := hold(one, keeper.today):
            raise NotNow(why)
    kind = model.__name__.lower()
    try:
        with transaction.atomic():
            one.delete()
        keeper.record(f"{kind}_deleted", **{kind: pk})
        return True
    except ProtectedError:
        one.ended_on = keeper.today
        one.save(update_fields=["ended_on"])
        keeper.record(f"{kind}_ended", **{kind: pk})
        return False


@transaction.atomic
def reopen(model: type[Chair], pk: int, *, by: User, now: datetime) -> Any:
    """What was ended is used again. Raises DoesNotExist, Refused or NotNow."""
    keeper = keepers.locked(by, now)
    one: Any = model._default_manager.get(pk=pk, organization=keeper.office)
    if not one.ended_on:
        raise NotNow(_("This is in use."))
    if isinstance(one, Position) and one.division and one.division.ended_on:
        raise NotNow(_("Its division has ended. Reopen the division first."))
    one.ended_on = None
    one.save(update_fields=["ended_on"])
    kind = model.__name__.lower()
    keeper.record(f"{kind}_reopened", **{kind: pk})
    return one


@before_end
def _somebody_sits(chair: Chair, today: date) -> str | None:
    """Who sits there today or later, or a chair that still stands in the division."""
    if isinstance(chair, Division):
        if chair.positions.filter(ended_on=None).exists():
            return _("Positions still stand in this division. End them first.")
        return None
    rows = appointments.lasting(Appointment.objects.filter(position=chair), today)
    orders = appointments.lasting(Acting.objects.filter(position=chair), today)
    if rows.exists() or orders.exists():
        return _("Somebody sits in this position, or is appointed to it. End the appointment first.")
    return None


# Who sits there


@transaction.atomic
def appoint(
    position: int,
    person: int,
    *,
    starts_on: date,
    ends_on: date | None,
    order_number: str,
    by: User,
    now: datetime,
) -> Appointment:
    """Seat a person. Raises Position.DoesNotExist, Refused or ValidationError {person, starts_on, ends_on}."""
    keeper = keepers.locked(by, now)
    chair = keeper.office.positions.get(pk=position)
    if chair.ended_on:
        raise ValidationError(_("This position has ended. Reopen it first."))
    user = User.objects.filter(pk=person, organization=keeper.office, is_active=True).first()
    if user is None:
        raise ValidationError({"person": _("Choose a person who works in the office.")})
    order = words(order_number, "order_number", most=100)
    made = appointments.appoint(user, chair, starts_on=starts_on, ends_on=ends_on, order_number=order)
    keeper.record("appointed", **said(made))
    seat(made, keeper)
    return made


def seat(row: Any, keeper: Keeper) -> None:
    """Who sits there as of today, by appointment or order, is told what waits."""
    if row.starts_on <= keeper.today and (row.ends_on is None or row.ends_on >= keeper.today):
        news.seat(row.position, keeper.at)


@transaction.atomic
def dismiss(pk: int, *, last_day: date, by: User, now: datetime) -> Appointment | None:
    """The last day of an appointment; one that would end before it begins is cancelled (then None).

    Raises Appointment.DoesNotExist, Refused or ValidationError {last_day}.
    """
    keeper = keepers.locked(by, now)
    rows = Appointment.objects.select_for_update(of=("self",)).select_related("position")
    ended: Appointment | None = end_row(rows.get(pk=pk, position__organization=keeper.office), last_day, keeper)
    return ended


def leave(user: User, last_day: date, keeper: Keeper) -> None:
    """All that a person holds ends with this day; what was to begin later is cancelled."""
    for model in (Appointment, Acting):
        rows: Any = model._default_manager.filter(user=user).exclude(ends_on__lte=last_day)
        for row in rows.select_related("position"):
            end_row(row, last_day, keeper)


def end_row(row: Any, last_day: date, keeper: Keeper) -> Any:
    """The row with its last day, or None for one that would end before it begins: it is deleted."""
    what = "appointment" if isinstance(row, Appointment) else "acting"
    facts, position, person = said(row), row.position, row.user_id
    if last_day < row.starts_on and row.starts_on > keeper.today:
        row.delete()
        keeper.record(f"{what}_cancelled", **facts)
        return None
    try:
        appointments.end(row, on=last_day)
    except ValidationError as error:
        raise ValidationError({"last_day": error.messages}) from error
    keeper.record(f"{what}_ended", **facts, last_day=last_day.isoformat())
    relieve(position, person, keeper.at)
    return row


def relieve(position: Position, person: int, at: datetime) -> None:
    """Who sits here no more, in no other way either, gets no letters about what waits here."""
    still = {seat.user.pk for seat in holders_of([position], day_of(at), any_kind=True).get(position.pk, [])}
    if person not in still:
        news.relieve(position, [person], at)


def said(row: Any) -> dict[str, Any]:
    return {
        "row": row.pk,
        "position": row.position_id,
        "person": row.user_id,
        "starts_on": row.starts_on.isoformat(),
        "ends_on": row.ends_on.isoformat() if row.ends_on else "",
        "order": row.order_number,
    }
