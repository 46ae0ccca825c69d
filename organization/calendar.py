"""Time as the office counts it: the one clock, working days, fiscal years, the Buddhist era, Thai digits."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

import holidays
from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

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
def national_holidays(year: int) -> frozenset[date]:
    """Days off of Thai government offices in a Gregorian year.

    The national calendar without Labour Day and its substitute, on which offices are open (FINDINGS of `holidays`:
    categories public and government).
    """
    thai = holidays.country_holidays("TH", years=year, categories=("public", "government"), language="en_US")
    return frozenset(day for day, name in thai.items() if "Labor Day" not in name and "Labour Day" not in name)


@dataclass(frozen=True)
class WorkingDays:
    """The working days of one office: weekdays, less the national holidays and its own."""

    own: frozenset[date] = field(default_factory=frozenset)

    @classmethod
    def of(cls, organization_id: Any) -> WorkingDays:
        """One statement."""
        from organization.models import Holiday

        return cls(frozenset(Holiday.objects.filter(organization_id=organization_id).values_list("date", flat=True)))

    @classmethod
    def of_all(cls, organizations: Iterable[Any]) -> dict[Any, WorkingDays]:
        """Of several organizations, in one statement."""
        from organization.models import Holiday

        own: dict[Any, set[date]] = {pk: set() for pk in organizations}
        for pk, day in Holiday.objects.filter(organization__in=own).values_list("organization_id", "date"):
            own[pk].add(day)
        return {pk: cls(frozenset(days)) for pk, days in own.items()}

    def is_working(self, day: date) -> bool:
        return day.weekday() < 5 and day not in self.own and day not in national_holidays(day.year)

    def after(self, day: date, count: int) -> date:
        """The count-th working day after `day`; count 0 is the day itself."""
        while count > 0:
            day += timedelta(days=1)
            count -= self.is_working(day)
        return day

    def until(self, today: date, due: date) -> int:
        """Working days from tomorrow to `due`, both included; 0 when due is today or past."""
        return sum(self.is_working(today + timedelta(days=n)) for n in range(1, (due - today).days + 1))
