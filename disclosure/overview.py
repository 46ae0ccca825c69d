"""What an office may publish of a year, and how each place stands."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from disclosure import pages, queries, snapshots
from disclosure.models import Page, Publication
from measures.models import PlanRow
from memo_flow.models import Memo

MOST = 100  # memos of a year that are offered; more approved analyses of one year than an office can write


@dataclass(frozen=True)
class Line:
    """A page that a memo may be published to. `state`: none, published, newer, other or withdrawn."""

    memo: Memo
    page: Page
    state: str
    publication: Publication | None

    @property
    def label(self) -> str:
        return pages.label(self.page)

    @property
    def said(self) -> str:
        return {
            "none": _("not published"),
            "published": _("published"),
            "newer": _("published; there is something newer"),
            "other": _("another memo is published here"),
            "withdrawn": _("withdrawn"),
        }[self.state]

    @property
    def look(self) -> str:
        return {"published": "ok", "newer": "warn", "withdrawn": "bad"}.get(self.state, "")

    @property
    def public(self) -> str:
        """The place that shows it, where it does."""
        place = "follow-up" if self.page in snapshots.REPORTS else str(self.page.value)
        return place if self.state in ("published", "newer") else ""


def lines(organization: Any, year: int, published: dict[str, Publication], *, now: datetime) -> list[Line]:
    """Everything the office may publish of a year's work, the newest memo first of each page."""
    found = [
        _line(memo, page, published.get(page), now)
        for memo in snapshots.publishable(organization, year)[:MOST]
        for page in snapshots.pages_of(memo)
    ]
    return sorted(found, key=lambda one: queries.ORDER.index(one.page))


def _line(memo: Memo, page: Page, there: Publication | None, now: datetime) -> Line:
    return Line(memo, page, _state(memo, page, there, now), there)


def _state(memo: Memo, page: Page, there: Publication | None, now: datetime) -> str:
    if there is None:
        return "none"
    if there.memo_id != memo.pk:
        return "none" if queries.withdrawn(there) else "other"
    if queries.withdrawn(there):
        return "withdrawn"
    same = snapshots.identity(there.data) == snapshots.taken(memo, page, at=now).digest
    return "published" if same else "newer"


def years(organization: Any) -> list[int]:
    """The fiscal years an office may publish of, or has, the newest first. Two statements."""
    analyses = snapshots.publishable(organization).filter(follows=None)  # a report is of its analysis' year
    rows = PlanRow.objects.filter(seq=1, memo__in=analyses).order_by()
    may = set(rows.values_list("fiscal_year", flat=True).distinct())
    has = Publication.objects.filter(organization=organization).order_by().values_list("fiscal_year", flat=True)
    return sorted(may | set(has.distinct()), reverse=True)
