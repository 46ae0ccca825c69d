"""Time as the office counts it: the one clock, working days, fiscal years, the Buddhist era, Thai digits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

import holidays
from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import get_language, pgettext_lazy

BUDDHIST_ERA = 543
_THAI = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
_ARABIC = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
MONTHS_TH = [
    "มกราคม",
    "กุมภาพันธ์",
    "มีนาคม",
    "เมษายน",
    "พฤษภาคม",
    "มิถุนายน",
    "กรกฎาคม",
    "สิงหาคม",
    "กันยายน",
    "ตุลาคม",
    "พฤศจิกายน",
    "ธันวาคม",
]
WEEKDAYS = [
    pgettext_lazy("day of the week", "Monday"),
    pgettext_lazy("day of the week", "Tuesday"),
    pgettext_lazy("day of the week", "Wednesday"),
    pgettext_lazy("day of the week", "Thursday"),
    pgettext_lazy("day of the week", "Friday"),
    pgettext_lazy("day of the week", "Saturday"),
    pgettext_lazy("day of the week", "Sunday"),
]
WEEKDAYS_SHORT = [
    pgettext_lazy("day of the week", "Mo"),
    pgettext_lazy("day of the week", "Tu"),
    pgettext_lazy("day of the week", "We"),
    pgettext_lazy("day of the week", "Th"),
    pgettext_lazy("day of the week", "Fr"),
    pgettext_lazy("day of the week", "Sa"),
    pgettext_lazy("day of the week", "Su"),
]
MONTHS_TH_SHORT = ["ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค."]


def now() -> datetime:
    """The moment it is, from the one clock (settings.MEMOFLOW_CLOCK). Asked at the edge: view, task, command."""
    clock: Callable[[], datetime] = import_string(settings.MEMOFLOW_CLOCK)
    return clock()


def local(moment: datetime) -> datetime:
    """The moment on the office's own clock (Asia/Bangkok)."""
    return timezone.localtime(moment, timezone.get_default_timezone())


def day_of(moment: datetime) -> date:
    """The office's calendar day at a moment."""
    return local(moment).date()


def buddhist_year(day: date) -> int:
    return day.year + BUDDHIST_ERA


def fiscal_year(day: date) -> int:
    """Buddhist fiscal year: 1 October 2021 to 30 September 2022 is 2565."""
    return day.year + BUDDHIST_ERA + (day.month >= 10)


def last_day(fiscal_year: int) -> date:
    """The last day of a Buddhist fiscal year: 30 September 2022 for 2565."""
    return date(fiscal_year - BUDDHIST_ERA, 9, 30)


def thai_digits(text: object) -> str:
    return str(text).translate(_THAI)


def arabic_digits(text: object) -> str:
    return str(text).translate(_ARABIC)


def thai_date(day: date, *, short: bool = False) -> str:
    """14 กันยายน 2564, or 14 ก.ย. 64 in short; digits are Arabic, `thai_digits` makes them Thai."""
    if short:
        return f"{day.day} {MONTHS_TH_SHORT[day.month - 1]} {buddhist_year(day)}"
    return f"{day.day} {MONTHS_TH[day.month - 1]} {buddhist_year(day)}"


@lru_cache(maxsize=64)
def national_holidays(year: int) -> Mapping[date, str]:
    """Days off of Thai government offices in a Gregorian year, with their names in English.

    The national calendar without Labour Day and its substitute, on which offices are open (FINDINGS of `holidays`:
    categories public and government).
    """
    thai = _national("en_US", year)
    return {day: name for day, name in thai.items() if "Labor Day" not in name and "Labour Day" not in name}


@lru_cache(maxsize=64)
def _national(language: str, year: int) -> Mapping[date, str]:
    days = holidays.country_holidays("TH", years=year, categories=("public", "government"), language=language)
    return dict(days.items())


def name_of_holiday(day: date) -> str:
    """The national holiday on a day in the reader's language; empty when there is none."""
    if day not in national_holidays(day.year):
        return ""
    return _national("en_US" if (get_language() or "th").startswith("en") else "th", day.year)[day]


def weekday(day: date) -> str:
    """The day of the week in the reader's language: วันเสาร์, Saturday."""
    return str(WEEKDAYS[day.weekday()])


NOON = time(12)
#: Calendar days in which an office works at least once; one that does not has no working day at all.
FAR = 400


class NeverOpen(Exception):
    """An office whose calendar has no working day for more than a year. The argument is the day that was reached."""


@dataclass(frozen=True)
class Span:
    """A number of days, of working days or of days of the calendar: "in 3 working days", "in 10 days"."""

    count: int
    working: bool = True


@dataclass(frozen=True)
class WorkingDays:
    """One office's days and hours: weekdays, less the national holidays and its own days off.

    `own`: its days off. `halves`: day -> "morning" or "afternoon", the half that is off; still a working day.
    `open`: worked, though the calendar has them off. `opens`, `closes`: hours on the office's clock.
    `rule`: where a deadline goes that falls on a day off (organization.models.DayOffRule).
    """

    own: frozenset[date] = field(default_factory=frozenset)
    halves: Mapping[date, str] = field(default_factory=dict, hash=False)
    open: frozenset[date] = field(default_factory=frozenset)
    opens: time = time(8, 30)
    closes: time = time(16, 30)
    rule: str = "after"

    @classmethod
    def of(cls, organization_id: Any) -> WorkingDays:
        """One statement."""
        return cls.of_all([organization_id])[organization_id]

    @classmethod
    def of_all(cls, organizations: Iterable[Any]) -> dict[Any, WorkingDays]:
        """Of several organizations, in one statement."""
        from organization.models import Organization

        asked = list(organizations)
        if not asked:
            return {}
        days: dict[Any, list[tuple[date, str]]] = {pk: [] for pk in asked}
        hours: dict[Any, tuple[time, time, str]] = {}
        rows = Organization.objects.filter(pk__in=asked).values_list(
            "pk", "opens", "closes", "day_off_rule", "holidays__date", "holidays__off"
        )
        for pk, opens, closes, rule, day, off in rows:
            hours[pk] = (opens, closes, rule)
            if day:
                days[pk].append((day, off))
        return {pk: cls.of_rows(days[pk], *hours.get(pk, (cls.opens, cls.closes, cls.rule))) for pk in days}

    @classmethod
    def of_rows(cls, rows: list[tuple[date, str]], opens: time, closes: time, rule: str) -> WorkingDays:
        return cls(
            own=frozenset(day for day, off in rows if off == "day"),
            halves={day: off for day, off in rows if off in ("morning", "afternoon")},
            open=frozenset(day for day, off in rows if off == "open"),
            opens=opens,
            closes=closes,
            rule=rule,
        )

    def is_working(self, day: date) -> bool:
        if day in self.open:
            return True
        return day.weekday() < 5 and day not in self.own and day not in national_holidays(day.year)

    def after(self, day: date, count: int) -> date:
        """The count-th working day after `day`; count 0 is the day itself."""
        return self._step(day, count, timedelta(days=1))

    def before(self, day: date, count: int) -> date:
        """The count-th working day before `day`; count 0 is the day itself."""
        return self._step(day, count, timedelta(days=-1))

    def _step(self, day: date, count: int, step: timedelta) -> date:
        idle = 0
        while count > 0:
            day += step
            worked = self.is_working(day)
            count, idle = count - worked, 0 if worked else idle + 1
            if idle > FAR:
                raise NeverOpen(day)
        return day

    def until(self, today: date, due: date) -> int:
        """Working days from tomorrow to `due`, both included; 0 when due is today or past."""
        return sum(self.is_working(today + timedelta(days=n)) for n in range(1, (due - today).days + 1))

    def add(self, day: date, span: Span) -> date:
        """The day that lies a span after `day`."""
        return self.after(day, span.count) if span.working else day + timedelta(days=span.count)

    def settled(self, day: date, *, latest: date | None = None) -> date:
        """Where a deadline on `day` falls by the office's rule. What would go past `latest` goes before instead."""
        if self.rule == "stay" or self.is_working(day):
            return day
        if self.rule == "before":
            return self.before(day, 1)
        later = self.after(day, 1)
        return later if latest is None or later <= latest else self.before(day, 1)

    def hours(self, day: date) -> tuple[datetime, datetime] | None:
        """From when until when the office works on a day, as moments; None where it does not.

        A half day that is off may leave nothing: of an office that closes at noon, a free morning is a free day.
        """
        if not self.is_working(day):
            return None
        off = self.halves.get(day)
        opens = NOON if off == "morning" and self.opens < NOON else self.opens
        closes = NOON if off == "afternoon" and self.closes > NOON else self.closes
        if opens >= closes:
            return None
        zone = timezone.get_default_timezone()
        return datetime.combine(day, opens, zone), datetime.combine(day, closes, zone)

    def is_at_work(self, moment: datetime) -> bool:
        """Is the office open at this moment? It opens with its first minute and is closed with its last."""
        hours = self.hours(day_of(moment))
        return hours is not None and hours[0] <= moment < hours[1]

    def next_hours(self, moment: datetime) -> datetime:
        """The moment itself while the office works, else when it opens next."""
        first = day_of(moment)
        for n in range(FAR):
            hours = self.hours(first + timedelta(days=n))
            if hours and moment < hours[1]:
                return max(moment, hours[0])
        raise NeverOpen(first)
