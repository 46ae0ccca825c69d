"""Closed fiscal years: what belongs to one is no longer changed."""

from typing import Any

from django.utils.translation import gettext as _

from organization.models import ClosedYear
from organization.refusals import NotNow


def closed(organization_id: Any) -> set[int]:
    """The fiscal years (Buddhist) an organization has closed. One statement."""
    return set(ClosedYear.objects.filter(organization=organization_id).values_list("fiscal_year", flat=True))


def require_open(organization_id: Any, year: int) -> None:
    """Raises NotNow when the organization has closed this year. One statement."""
    if ClosedYear.objects.filter(organization=organization_id, fiscal_year=year).exists():
        raise NotNow(_("Fiscal year %(year)s is closed: nothing of it is changed any more.") % {"year": year})
