"""Pages of the office: what may be published of a year, its preview, the acts, the checklist."""

from contextlib import suppress
from datetime import date
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from disclosure import overview, pages, policies, publishing, queries, snapshots, visits
from disclosure.models import Page, Publication
from disclosure.snapshots import Snapshot
from documents import press, serving
from documents.typesetting import Unprinted
from organization import calendar
from organization.models import Organization, User
from organization.refusals import NotNow, Stale


@login_required
@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """The newest year there is anything to publish of."""
    years = overview.years(_office(request).pk)
    return redirect("disclosure-year", years[0]) if years else render(request, "disclosure/nothing.html", {})


@login_required
@require_GET
def year(request: HttpRequest, year: int) -> HttpResponse:
    """What may be published of a year, how each page stands, and the checklist of the assessment."""
    office, now = _office(request), calendar.now()
    published, years = queries.of_year(office.code, year), overview.years(office.pk)
    if year not in years:
        raise Http404
    context = {
        "office": office,
        "year": year,
        "years": years,
        "lines": overview.lines(office.pk, year, published, now=now),
        "items": visits.checklist(office, year, published),
        "published": published,
        "may": _may(request, calendar.day_of(now)),
    }
    return render(request, "disclosure/year.html", context)


@login_required
@require_GET
def memo(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Where an approved memo is published."""
    return redirect("disclosure-year", snapshots.year_of(snapshots.publishable(_office(request).pk).get(pk=pk)))


@login_required
@require_http_methods(["GET", "POST"])
def preview(request: HttpRequest, pk: UUID, page: str) -> HttpResponse:
    """The public page as it would be, with what is hidden; a POST publishes exactly what was shown."""
    user, now = _person(request), calendar.now()
    if request.method == "GET":
        return _preview(request, publishing.preview(pk, _page(page), by=user, now=now))
    try:
        done = publishing.publish(pk, _page(page), by=user, digest=request.POST.get("digest", ""), now=now)
    except Stale as stale:
        return _preview(request, stale.current, refusal=str(stale))
    messages.success(request, _("It is published."))
    return redirect("disclosure-year", done.fiscal_year)


@login_required
@require_GET
def preview_paper(request: HttpRequest, pk: UUID, page: str, form: str) -> HttpResponseBase:
    """A paper as the public would get it: the stored PDF of one that hides nothing, else as it would be printed."""
    sheet = publishing.sheet(pk, _page(page), form, by=_person(request), now=calendar.now())
    name = serving.file_name(str(sheet.paper.get_form_display()), sheet.paper.code if sheet.original else "")
    if sheet.original and hasattr(sheet.paper, "print"):
        with suppress(FileNotFoundError):
            return serving.stored(request, sheet.paper, name)
    try:
        return serving.fresh(request, press.print_paper(publishing.said_by(sheet)), name)
    except Unprinted as error:
        context = {"memo": {"pk": pk}, "why": str(error)}
        return render(request, "memo_flow/unprinted.html", context, status=503)


def _page(said: str) -> Page:
    if said not in Page.values:
        raise Http404
    return Page(said)


def _preview(request: HttpRequest, snapshot: Snapshot, refusal: str = "") -> HttpResponse:
    parts = [pages.content(snapshot.data)]
    if snapshot.data.get("scores"):
        parts.append(pages.content(snapshot.data, "scores"))
    context = {
        "snapshot": snapshot,
        "parts": parts,
        "title": pages.label(snapshot.page),
        "refusal": refusal,
        "may": _may(request, calendar.day_of(calendar.now())),
    }
    return render(request, "disclosure/preview.html", context, status=409 if refusal else 200)


@login_required
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    user, now = _person(request), calendar.now()
    publication = get_object_or_404(Publication, pk=pk, organization=user.organization_id)
    policies.require(user, "withdraw", publication.organization_id, on=calendar.day_of(now))
    if hasattr(publication, "withdrawal"):
        raise NotNow(_("This publication has been withdrawn or replaced already."))
    context = {"publication": publication, "title": pages.label(publication.page), "reason": ""}
    if request.method == "POST":
        context["reason"] = request.POST.get("reason", "")
        try:
            publishing.withdraw(pk, by=user, reason=str(context["reason"]), now=now)
        except ValidationError as error:
            return render(request, "disclosure/withdraw.html", context | {"errors": error.messages})
        messages.success(request, _("It is withdrawn. Its address says so."))
        return redirect("disclosure-year", publication.fiscal_year)
    return render(request, "disclosure/withdraw.html", context)


@login_required
@require_POST
def check(request: HttpRequest, year: int) -> HttpResponse:
    """Have every public address of the year opened now, by a worker."""
    visits.ask(_person(request), year, now=calendar.now())
    messages.info(request, _("The addresses are being opened. Look again in a moment."))
    return redirect("disclosure-year", year)


def _person(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User) or user.organization_id is None:
        raise Http404
    return user


def _office(request: HttpRequest) -> Organization:
    office = _person(request).organization
    assert office is not None
    return office


def _may(request: HttpRequest, today: date) -> bool:
    user = _person(request)
    return policies.why_not(user, "publish", user.organization_id, today) is None
