"""Is what must be public really there? Each published address is opened as a citizen would; what was seen is kept."""

import html
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from disclosure import open_data, pages, policies, queries, snapshots
from disclosure.models import Page, Publication, Visit
from organization import doorbell
from organization.calendar import day_of
from organization.models import Organization, User

SECONDS, LARGEST = 5, 8_000_000
PATIENCE = 150  # seconds of one round, well within a worker's time limit
A_DAY = timedelta(hours=20)  # a round that comes a little early is not a day late
#: Required items of a year -> the place that shows each.
ITEMS = {
    "measures": "measures",
    "scores": "scores",
    "progress": "progress",
    "interim": "follow-up",
    "final": "follow-up",
    "data": "",
}
#: What may be wrong with an address, by the word it is kept under, each with a detail: "answers 404".
PROBLEMS = {
    "closed": gettext_lazy("The address cannot be opened: %(why)s"),
    "answers": gettext_lazy("The address answers %(status)s instead of the page."),
    "unread": gettext_lazy("The data cannot be read."),
    "lacks": gettext_lazy("The page does not show “%(words)s”."),
}
Fetch = Callable[[str], tuple[int, str]]


@dataclass(frozen=True)
class Item:
    """A required item of a year, and how it stands."""

    name: str
    label: str
    code: str  # of the assessment, where it is known
    path: str  # its public path; empty while nothing is published there
    visit: Visit | None
    missing: str  # what keeps it from being ready; empty when nothing does

    @property
    def ready(self) -> bool:
        return not self.missing

    @property
    def address(self) -> str:
        return f"{settings.SITE_URL}{self.path}" if self.path else ""


def checklist(organization: Organization, year: int, publications: dict[str, Publication]) -> list[Item]:
    """Ready for the assessment? `publications`: the year's (queries.of_year). One statement."""
    seen = {one.item: one for one in Visit.objects.filter(organization=organization, fiscal_year=year)}
    standing = queries.standing(publications)
    gone = publications.keys() - standing.keys()
    return [_item(organization.code, year, name, standing, seen.get(name), name in gone) for name in ITEMS]


def _item(
    code: str, year: int, name: str, standing: dict[str, Publication], visit: Visit | None, withdrawn: bool
) -> Item:
    path = _path(code, year, name, standing)
    return Item(name, label(name), _code(name, year), path, visit if path else None, _missing(path, visit, withdrawn))


def label(name: str) -> str:
    return _("Machine-readable data") if name == "data" else pages.label(name)


def _code(name: str, year: int) -> str:
    return snapshots.item_of(Page(name), year) if name in Page.values else ""


def _missing(path: str, visit: Visit | None, withdrawn: bool) -> str:
    if not path:
        return _("Withdrawn, and not published again.") if withdrawn else _("Not published.")
    if visit is None or visit.path != path:
        return _("Published, and not looked at yet.")
    return said(visit.problem)


def said(problem: str) -> str:
    """A kept problem as a sentence in the reader's language."""
    word, _space, detail = problem.partition(" ")
    return str(PROBLEMS[word]) % dict.fromkeys(("why", "status", "words"), detail) if problem else ""


def _path(code: str, year: int, name: str, standing: dict[str, Publication]) -> str:
    held = open_data.held(standing) if standing else []
    if name == "data":
        return reverse("public-year-json", args=[code, year]) if held else ""
    there = name in standing if name in Page.values else name in held
    return reverse("public-page", args=[code, year, ITEMS[name]]) if there else ""


@transaction.atomic
def ask(by: User, year: int, *, now: datetime) -> None:
    """Have a worker open every address of a year anew: until it has, nobody has looked. Raises Refused."""
    policies.require(by, "publish", by.organization_id, on=day_of(now))
    Visit.objects.filter(organization=by.organization_id, fiscal_year=year).delete()
    transaction.on_commit(lambda: doorbell.ring("disclosure.tasks.visit"))


def look(organization: Organization, year: int, *, now: datetime, fetch: "Fetch | None" = None) -> list[Visit]:
    """Open every address the office has published of a year, and keep what was seen."""
    standing = queries.standing(queries.of_year(organization.code, year))
    paths = {name: _path(organization.code, year, name, standing) for name in ITEMS}
    return [
        _kept(organization, year, name, path, problem(organization, name, path, fetch or opened), now)
        for name, path in paths.items()
        if path
    ]


def look_due(*, now: datetime) -> int:
    """The same for every year of every organization that nobody has looked at for a day, until the time is up; the
    next round goes on. Returns how many addresses were opened."""
    until, opened_now = time.monotonic() + PATIENCE, 0
    lately = Visit.objects.filter(
        organization=OuterRef("organization"), fiscal_year=OuterRef("fiscal_year"), at__gt=now - A_DAY
    )
    due = Publication.objects.filter(~Exists(lately), withdrawal=None).order_by("organization", "fiscal_year")
    for pk, year in due.values_list("organization", "fiscal_year").distinct():
        if time.monotonic() > until:
            break
        opened_now += len(look(Organization.objects.get(pk=pk), year, now=now))
    return opened_now


def _kept(organization: Organization, year: int, name: str, path: str, said: str, now: datetime) -> Visit:
    facts: dict[str, Any] = {"path": path, "at": now, "problem": said[:300]}
    return Visit.objects.update_or_create(defaults=facts, organization=organization, fiscal_year=year, item=name)[0]


def problem(organization: Organization, name: str, path: str, fetch: Fetch) -> str:
    """What is wrong with an address as a citizen sees it, a word of PROBLEMS and a detail; empty when the page is
    there and is the right one."""
    try:
        status, body = fetch(f"{settings.SITE_URL}{path}")
    except (OSError, ValueError) as error:
        return f"closed {error}"
    if status != 200:
        return f"answers {status}"
    if name == "data":
        return "" if _is_data(body, organization) else "unread"
    with override("th"):
        words = [organization.name_th, label(name)]
    text = html.unescape(body)
    absent = [one for one in words if one not in text]
    return f"lacks {absent[0]}" if absent else ""


def _is_data(body: str, organization: Organization) -> bool:
    try:
        return bool(json.loads(body)["organization"]["code"] == organization.code)
    except (ValueError, KeyError, TypeError):
        return False


def opened(address: str) -> tuple[int, str]:
    """Status and text of an address: no cookies, nothing followed elsewhere. Raises OSError or ValueError."""
    if not address.startswith(("http://", "https://")):
        raise ValueError(address)
    request = urllib.request.Request(address, headers={"User-Agent": "MemoFlow visit", "Accept-Language": "th"})
    try:
        with urllib.request.build_opener(_Stay).open(request, timeout=SECONDS) as answer:
            return answer.status, answer.read(LARGEST).decode(errors="replace")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, ""


class _Stay(urllib.request.HTTPRedirectHandler):
    """A page that leads elsewhere is not where it was promised."""

    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        return None
