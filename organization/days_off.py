"""The office's own calendar: days off, half days, hours, and the rule for deadlines that fall on a day off.

What a change does to open work is for the rooms above: each registers with `on_change` and is called in the same
transaction.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from audit import chain
from organization.calendar import NeverOpen, WorkingDays, day_of, name_of_holiday, weekday
from organization.models import DayOffRule, Holiday, HolidaySource, Off, Organization, Role, User
from organization.refusals import NotNow, Refused
from organization.seats import Seat, Seats, seats_of

#: Who keeps the office's calendar.
KEEPERS = (Role.HEAD_OF_OFFICE, Role.PERMANENT_SECRETARY)
#: Days a calendar reaches back and ahead: what lies farther is a slip of the pen.
YEARS_BACK, YEARS_AHEAD = 2, 6


@dataclass(frozen=True)
class Change:
    """A calendar that has just changed: whose, what holds now, and who changed it."""

    organization: Organization
    days: WorkingDays
    by: User
    seat: Seat
    at: datetime


@dataclass(frozen=True)
class Day:
    """A day as it is to stand in the office's calendar."""

    date: date
    name: str
    off: str = Off.DAY
    source: str = HolidaySource.LOCAL


OnChange = Callable[[Change], object]
Hold = Callable[[Any], object]
_CALLED: list[OnChange] = []
_HELD: list[Hold] = []


def on_change(call: OnChange) -> OnChange:
    """Register what follows a change of the calendar, in its transaction."""
    _CALLED.append(call)
    return call


def before_change(hold: Hold) -> Hold:
    """Register what must be locked before the organization is: called with its id, in the same transaction."""
    _HELD.append(hold)
    return hold


def not_past(day: date, today: date, days: WorkingDays) -> date:
    """A deadline that was still to come is never moved into the past: today then, or the next working day."""
    return day if day >= today else today if days.is_working(today) else days.after(today, 1)


def why_not(user: User, on: date, seats: Seats | None = None) -> str | None:
    """Why this person does not keep the office's calendar; None when they do."""
    seats = seats_of(user, on) if seats is None else seats
    if seats.with_role(*KEEPERS):
        return None
    return _("The head of office or the permanent secretary keeps the office's days and hours.")


def why(day: date, own: Holiday | None) -> str:
    """Why a day is off, in the reader's language: its own name, the national holiday, or the weekday."""
    if own and own.off == Off.DAY:
        return own.name
    return name_of_holiday(day) or weekday(day)


@transaction.atomic
def put(organization_id: Any, days: Iterable[Day], *, by: User, now: datetime) -> int:
    """Write days into the office's calendar; one that stands there is written over. Returns how many changed.

    All or none: raises ValidationError {date, name} for a day that cannot be, Refused for the wrong person.
    """
    office, seat = _locked(organization_id, by=by, now=now)
    wanted = {one.date: one for one in days}
    for one in wanted.values():
        check(one, day_of(now))
    standing = {one.date: one for one in Holiday.objects.filter(organization=office, date__in=wanted)}
    changed = [one for one in wanted.values() if not _same(one, standing.get(one.date))]
    if not changed:
        return 0
    rows = [
        Holiday(organization=office, date=one.date, name=one.name, off=one.off, source=one.source) for one in changed
    ]
    Holiday.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["organization", "date"], update_fields=["name", "off", "source"]
    )
    said = [[one.date.isoformat(), one.name, one.off, one.source] for one in changed]
    _changed(
        office, "days_put", by=by, seat=seat, now=now, days={one[0]: one[2] for one in said}, digest=chain.digest(said)
    )
    return len(changed)


@transaction.atomic
def remove(organization_id: Any, day: date, *, by: User, now: datetime) -> None:
    """Take a day out of the office's calendar. Raises NotNow when it is not there any more."""
    office, seat = _locked(organization_id, by=by, now=now)
    gone, _rows = Holiday.objects.filter(organization=office, date=day).delete()
    if not gone:
        raise NotNow(_("This day was taken out of the calendar meanwhile."))
    _changed(office, "day_removed", by=by, seat=seat, now=now, days=[day.isoformat()])


@transaction.atomic
def set_hours(
    organization_id: Any, *, opens: time, closes: time, rule: str, email: str, by: User, now: datetime
) -> None:
    """The office's hours, its rule for deadlines on days off, and where replies to its letters go.

    Raises ValidationError {opens, closes, rule, email}.
    """
    office, seat = _locked(organization_id, by=by, now=now)
    if opens >= closes:
        raise ValidationError({"closes": _("The office closes after it opens.")})
    if rule not in DayOffRule.values:
        raise ValidationError({"rule": _("Choose one of the rules.")})
    if email:
        try:
            validate_email(email)
        except ValidationError as error:
            raise ValidationError({"email": error.messages}) from error
    office.opens, office.closes, office.day_off_rule, office.email = opens, closes, rule, email
    office.save(update_fields=["opens", "closes", "day_off_rule", "email"])
    said = {"opens": opens.isoformat(), "closes": closes.isoformat(), "rule": rule, "email": chain.digest(email)}
    _changed(office, "hours_set", by=by, seat=seat, now=now, **said)


def _locked(organization_id: Any, *, by: User, now: datetime) -> tuple[Organization, Seat]:
    """Of the person's own office only; another one does not exist for them. Memos are locked before the office, as an
    approval locks them."""
    for hold in _HELD:
        hold(organization_id)
    office = Organization.objects.select_for_update(no_key=True).get(pk=organization_id, people=by)
    seat = seats_of(by, day_of(now)).with_role(*KEEPERS)
    if seat is None:
        raise Refused(_("The head of office or the permanent secretary keeps the office's days and hours."))
    return office, seat


def check(one: Day, today: date) -> None:
    """Raises ValidationError {date, name} for a day that cannot be."""
    if not one.name.strip():
        raise ValidationError({"name": _("Say what day it is.")})
    if len(one.name) > 200:
        raise ValidationError({"name": _("At most 200 characters.")})
    if not today.year - YEARS_BACK <= one.date.year <= today.year + YEARS_AHEAD:
        raise ValidationError({"date": _("This day lies too far away. Is the year right?")})


def _same(one: Day, standing: Holiday | None) -> bool:
    return standing is not None and (one.name, one.off, one.source) == (standing.name, standing.off, standing.source)


def _changed(office: Organization, verb: str, *, by: User, seat: Seat, now: datetime, **said: Any) -> None:
    days = WorkingDays.of(office.pk)
    try:
        days.after(day_of(now), 1)
    except NeverOpen as error:
        raise ValidationError(_("With this the office would not be open for more than a year.")) from error
    chain.record(office, verb, by=by, seat=seat, at=now, **said)
    change = Change(office, days, by, seat, now)
    for call in _CALLED:
        call(change)
