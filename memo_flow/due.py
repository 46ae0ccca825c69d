"""When a follow-up memo is due: the interim one before the year's disclosure closes, the final one after the year.

Pure. A kind is "interim" or "final", a year a Buddhist fiscal year.
"""

from datetime import date

from assessments import rulebook
from organization.calendar import BUDDHIST_ERA, WorkingDays, fiscal_year

#: Month and day where the year's rules do not know their window; the final report has a month after 30 September.
#: Assumed: no rule of the assessment that we have opened says them (docs/adr/0011).
INTERIM, FINAL = (4, 30), (10, 31)


def of(kind: str, year: int) -> date:
    """The day by which the follow-up of a year's measures is to be on its way."""
    if kind == "final":
        return date(year - BUDDHIST_ERA, *FINAL)
    window = rulebook.rules_for(year).window if year in rulebook.years() else None
    return window.closes if window else date(year - BUDDHIST_ERA, *INTERIM)


def settled(kind: str, year: int, days: WorkingDays) -> date:
    """The same where that day is a day off: by the office's rule, but never after the window has closed."""
    day = of(kind, year)
    if kind == "final" or days.rule == "stay" or days.is_working(day):
        return days.settled(day)
    return days.before(day, 1)


def years(kind: str, *, today: date, until: date) -> list[int]:
    """The years whose follow-up is due by `until` and still asked for: up to the end of the year it is due in."""
    this = fiscal_year(today)
    due = {year: of(kind, year) for year in range(this - 1, fiscal_year(until) + 1)}
    return [year for year, day in due.items() if day <= until and fiscal_year(day) >= this]
