"""What is published, and where: bounded, in a constant number of statements."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from disclosure.models import Page, Publication
from organization.models import Organization

#: Of a year's publications, in the order they are read.
ORDER = [page.value for page in Page]
MOST = 200  # publications of a year that are searched for an old paper


def offices() -> QuerySet[Organization]:
    """The organizations that have ever published."""
    return Organization.objects.filter(Exists(Publication.objects.filter(organization=OuterRef("pk"))))


def current(**which: Any) -> QuerySet[Publication]:
    """The newest publication of each place, withdrawn or not, with its withdrawal."""
    place = {"organization": OuterRef("organization"), "fiscal_year": OuterRef("fiscal_year"), "page": OuterRef("page")}
    newer = Publication.objects.filter(**place, seq__gt=OuterRef("seq"))
    found = Publication.objects.filter(**which).filter(~Exists(newer))
    return found.select_related("organization", "by", "withdrawal__by", "withdrawal__position", "withdrawal__acting")


def of_year(code: str, year: int) -> dict[str, Publication]:
    """Page -> its newest publication, of one fiscal year of the organization with this code. One statement."""
    found = current(organization__code=code, fiscal_year=year)
    return {one.page: one for one in sorted(found, key=lambda one: ORDER.index(one.page))}


def of_office(code: str) -> list[Publication]:
    """All places of an organization without their data (`unscored`: measures without a table of scores), the newest
    year first. One statement."""
    found = current(organization__code=code).defer("data").annotate(unscored=Q(data__scores=None))
    found = found.order_by("-fiscal_year")
    return sorted(found, key=lambda one: (-one.fiscal_year, ORDER.index(one.page)))


def scored(publication: Publication) -> bool:
    """Has a publication of of_office's a table of scores, if it is one of the measures?"""
    return not getattr(publication, "unscored", False)


def once_naming(code: str, year: int, paper: str) -> str | None:
    """The page of a year that has ever named the paper with this code, newest first. One statement."""
    found = Publication.objects.filter(organization__code=code, fiscal_year=year).exclude(page=Page.PROGRESS)
    pages = found.order_by("-at", "-seq").values_list("page", "data__papers")[:MOST]
    return next((page for page, papers in pages if any(one["code"] == paper for one in papers)), None)


def withdrawn(publication: Publication) -> bool:
    return hasattr(publication, "withdrawal")


def standing(publications: Mapping[str, Publication]) -> dict[str, Publication]:
    """Those that were not withdrawn."""
    return {page: one for page, one in publications.items() if not withdrawn(one)}
