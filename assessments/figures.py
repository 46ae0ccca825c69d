"""Figures and days as people type them, or as a sheet's cell holds them. Pure."""

import re
from datetime import date, datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from assessments.language import days, tight, year_bounds
from organization.calendar import BUDDHIST_ERA, arabic_digits, buddhist_year

DECIMALS = 2
HIGHEST = Decimal(100)
SHOWN = 40  # characters of what somebody typed, in a sentence about it
_NUMBER = re.compile(r"[-+−]?\d{1,12}(?:\.\d{1,20})?")
_SHORT_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_ISO_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_UNSEEN = re.compile("[\u00a0\u200b-\u200d\u2060\ufeff]")


def typed(value: object) -> str:
    """What a cell or a field holds, as text: Arabic digits, no spaces around it, nothing for an empty one."""
    return "" if value is None else arabic_digits(_UNSEEN.sub(" ", str(value))).strip()


def shown(value: object) -> str:
    text = typed(value)
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def score_of(value: object) -> Decimal:
    """A score of 0 to 100 with at most two decimals, from text in Thai or Arabic digits or from a sheet's number.

    Raises ValidationError with a sentence for the screen.
    """
    text = typed(repr(value) if isinstance(value, float) else value)
    if not _NUMBER.fullmatch(text):
        if re.fullmatch(r"\d{1,3},\d{1,2}", text):
            raise ValidationError(_("“%(value)s”: write the decimals after a point, not a comma.") % {"value": text})
        raise ValidationError(_("“%(value)s” is not a number.") % {"value": shown(value)})
    score = Decimal(text.replace("−", "-"))
    if said := why_no_score(score):
        raise ValidationError(said)
    return score.quantize(Decimal("0.01"))


def why_no_score(value: Decimal) -> str | None:
    """A sentence saying why this is no published score; None when it is one."""
    if not value.is_finite():
        return _("Enter a number.")
    # A signed zero is equal to 0 but is not the zero the database gives back.
    if value.is_signed() or value > HIGHEST:
        return _("%(value)s is not between 0 and 100.") % {"value": f"{value:f}"}
    exponent = value.normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > DECIMALS:
        return _("%(value)s has more than two decimals.") % {"value": f"{value:f}"}
    return None


def day_of(value: object) -> date:
    """A day: a sheet's date, 2021-08-31, 31/8/2564 or 31 สิงหาคม 2564; a year after 2400 is Buddhist.

    Raises ValidationError with a sentence for the screen.
    """
    try:
        if isinstance(value, date):
            on = value.date() if isinstance(value, datetime) else value
            return _day(on.year, on.month, on.day)
        text = typed(value)
        if iso := _ISO_DAY.fullmatch(text):
            return _day(*map(int, iso.groups()))
        if short := _SHORT_DAY.fullmatch(text):
            return _day(*map(int, reversed(short.groups())))
        said = list(days(tight(text).text))
        if len(said) == 1 and said[0].exact:
            return said[0].day
    except ValueError:
        pass
    raise ValidationError(_("“%(value)s” is not a day. Write it as 31/8/2564.") % {"value": shown(value)})


def why_no_announcement(day: date, year: int) -> str | None:
    """A sentence saying why the result of a fiscal year cannot have been announced on this day; None when it can."""
    first, last = year_bounds(year - 1)[0], year_bounds(year + 2)[1]
    if first <= day <= last:
        return None
    return _("%(day)s is too far from fiscal year %(year)s. The day lies between %(first)s and %(last)s.") % {
        "day": _as_written(day),
        "year": year,
        "first": _as_written(first),
        "last": _as_written(last),
    }


def _as_written(day: date) -> str:
    return f"{day.day}/{day.month}/{buddhist_year(day)}"


def _day(year: int, month: int, day: int) -> date:
    return date(year - BUDDHIST_ERA if year > 2400 else year, month, day)
