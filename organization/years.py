"""Closed fiscal years: what belongs to one is no longer changed."""

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Subquery
from django.utils.translation import gettext as _

from organization.calendar import WorkingDays, day_of
from organization.models import ClosedYear, Organization
from organization.refusals import NotNow


def closed(organization_id: Any) -> set[int]:
    """The fiscal years (Buddhist) an organization has closed. One statement."""
    return set(ClosedYear.objects.filter(organization=organization_id).values_list("fiscal_year", flat=True))


def closing(organization_id: Any, year: int) -> ClosedYear | None:
    """Who closed a year and when; None while it is open. One statement."""
    rows = ClosedYear.objects.filter(organization=organization_id, fiscal_year=year)
    return rows.select_related("by", "position", "acting").first()


def as_of(closed_by: ClosedYear | None, today: date) -> date:
    """The day on which a year's work is looked at: the day it was closed, else today."""
    return day_of(closed_by.at) if closed_by else today


def is_closed(organization: str, year: str) -> Exists:
    """A condition for queries: the year in this field of this organization is closed."""
    return Exists(ClosedYear.objects.filter(organization=OuterRef(organization), fiscal_year=OuterRef(year)))


def require_open(organization_id: Any, *years: int) -> None:
    """Raises NotNow when the organization has closed one of these years. One statement, or none for no year."""
    if years and (shut := closed(organization_id) & {*years}):
        raise NotNow(refusal(min(shut)))


def days_of_open(organization_id: Any, *years: int) -> WorkingDays:
    """The office's days, as `require_open` asks for years that are open. One statement for both."""
    shut = ClosedYear.objects.filter(organization=OuterRef("pk"), fiscal_year__in=years).order_by("fiscal_year")
    rows = Organization.objects.filter(pk=organization_id).annotate(shut=Subquery(shut.values("fiscal_year")[:1]))
    found = list(rows.values_list("shut", "opens", "closes", "day_off_rule", "holidays__date", "holidays__off"))
    shut_year, opens, closes, rule = found[0][:4]
    if shut_year:
        raise NotNow(refusal(shut_year))
    return WorkingDays.of_rows([(day, off) for *_same, day, off in found if day], opens, closes, rule)


def refusal(year: int) -> str:
    return _("Fiscal year %(year)s is closed: nothing of it is changed any more.") % {"year": year}


def hold(organization_id: Any) -> None:
    """Lock the organization until the transaction ends: nobody closes a year while something of it is made.

    Lock it after the memo and before the tasks, as the closing of a year does.
    """
    list(Organization.objects.select_for_update(no_key=True).filter(pk=organization_id).values_list("pk"))
