"""The years' results, one year, entering it by hand or from a file."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from assessments import chart, importing, overview, policies, results, scoring
from assessments.forms import ImportForm, ResultForm, as_typed, otherwise
from assessments.models import Assessment
from assessments.results import YearResult
from assessments.rulebook import Rules, UnknownYear, rules_for, years
from organization import calendar
from organization import years as fiscal_years
from organization.refusals import NotNow, Stale
from organization.seats import seats_of

FORMS = {
    "xlsx": (importing.xlsx_to_fill_in, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "csv": (importing.csv_to_fill_in, "text/csv; charset=utf-8"),
}


@login_required
@require_GET
def results_list(request: HttpRequest) -> HttpResponse:
    """All recorded years, the newest first, and how the total moved."""
    user = request.user
    found = results.trend(user.organization_id)  # type: ignore[union-attr]
    before = {one.year + 1: one for one in found}
    context = {
        "rows": [_line(one, before.get(one.year)) for one in reversed(found)],
        "chart": chart.of_years(found) if found else None,
        "may_record": _may_record(request),
        "to_add": _without_result(found, calendar.day_of(calendar.now())),
    }
    return render(request, "assessments/list.html", context)


def _line(result: YearResult, previous: YearResult | None) -> dict[str, Any]:
    return {
        "result": result,
        "changes": result.changes(previous),
        "means": [(one, result.mean(one.code)) for one in result.rules.instruments],
    }


def _without_result(found: list[YearResult], today: date) -> list[int]:
    """The years to offer for entering, the newest first: those that have begun and have no result yet."""
    begun = {year for year in years() if year <= calendar.fiscal_year(today)}
    return sorted(begun - {one.year for one in found}, reverse=True)


@login_required
@require_GET
def result(request: HttpRequest, year: int) -> HttpResponse:
    """One year: scores by instrument, what was announced beside what is computed, and what changed."""
    user, today = request.user, calendar.day_of(calendar.now())
    found, previous = results.with_previous(user.organization_id, year)  # type: ignore[union-attr]
    if found is None:
        raise Assessment.DoesNotExist
    closing = fiscal_years.closing(user.organization_id, year)  # type: ignore[union-attr]
    seats = seats_of(user, today)  # type: ignore[arg-type]
    context = {
        "result": found,
        "previous": previous,
        "changes": found.changes(previous),
        "groups": overview.groups(found, previous),
        "below": overview.below_target(found),
        "differences": results.differences(found),
        "chart": chart.of_result(found, previous),
        "may_record": closing is None and policies.why_not(user, "record", user.organization_id, today, seats) is None,  # type: ignore[arg-type,union-attr]
        "closing": closing,
        "may_write": bool(seats.division_ids),
    }
    return render(request, "assessments/result.html", context)


@login_required
@require_GET
def result_new(request: HttpRequest) -> HttpResponse:
    """Choose the year to enter."""
    _require(request)
    found = results.trend(request.user.organization_id)  # type: ignore[union-attr]
    to_add = _without_result(found, calendar.day_of(calendar.now()))
    asked = calendar.arabic_digits(request.GET.get("year", ""))
    if asked in map(str, set(years()) - {one.year for one in found}):
        return redirect("result-edit", int(asked))
    return render(request, "assessments/new.html", {"to_add": to_add, "years": [one.year for one in found]})


@login_required
@require_http_methods(["GET", "POST"])
def result_edit(request: HttpRequest, year: int) -> HttpResponse:
    """Enter or change a year's figures. `op=compute` only shows what they amount to."""
    rules = _rules(year)
    _require(request)
    standing, previous = results.with_previous(request.user.organization_id, year)  # type: ignore[union-attr]
    if standing:
        fiscal_years.require_open(request.user.organization_id, year)  # type: ignore[union-attr]
    if request.method != "POST":
        return _form(request, ResultForm(rules, initial=as_typed(standing) if standing else {}), previous, standing)
    form = ResultForm(rules, request.POST)
    if request.POST.get("op") == "compute":
        form = ResultForm(rules, initial=request.POST.dict())
        return _form(request, form, previous, standing, unsaved=True)
    if not form.is_valid():
        return _form(request, form, previous, standing)
    return _save(request, form, previous)


def _save(request: HttpRequest, form: ResultForm, previous: YearResult | None) -> HttpResponse:
    user, said = request.user, form.figures()
    try:
        results.record(
            user.organization_id,  # type: ignore[union-attr,arg-type]
            said.year,
            user,  # type: ignore[arg-type]
            said.scores,
            said.announced,
            now=calendar.now(),
            version=form.cleaned_data["version"],
        )
    except ValidationError as error:
        form.add_error(None, error)
        return _form(request, form, previous, None)
    except Stale as stale:
        return _too_late(request, form, previous, str(stale))
    messages.success(request, _("The result of %(year)s is saved.") % {"year": said.year})
    return redirect("result", said.year)


def _too_late(request: HttpRequest, form: ResultForm, previous: YearResult | None, said: str) -> HttpResponse:
    """409 with everything as typed, and beside it what was saved meanwhile; saving again replaces that."""
    theirs = results.of_year(request.user.organization_id, form.rules.fiscal_year)  # type: ignore[union-attr]
    saved = as_typed(theirs) if theirs else {}
    again = ResultForm(form.rules, initial=request.POST.dict() | {"version": saved.get("version", "")})
    context = {"theirs": theirs, "otherwise": otherwise(form, saved), "too_late": said}
    return _form(request, again, previous, theirs, status=409, **context)


def _form(
    request: HttpRequest,
    form: ResultForm,
    previous: YearResult | None,
    standing: YearResult | None,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    context = {
        "form": form,
        "rules": form.rules,
        "year": form.rules.fiscal_year,
        "standing": standing,
        "previous": previous,
        **totals(form),
        **more,
    }
    return render(request, "assessments/edit.html", context, status=status)


@require_POST
def result_totals(request: HttpRequest, year: int) -> HttpResponse:
    """What the figures typed so far amount to: a fragment of the form's page.

    Whose session has ended gets 401, which htmx leaves alone: a sign-in page would be put in the totals' place.
    """
    if not request.user.is_authenticated:
        return HttpResponse(status=401)
    form = ResultForm(_rules(year), request.POST)
    return render(request, "assessments/_totals.html", {"year": year, **totals(form)})


def totals(form: ResultForm) -> dict[str, Any]:
    """Means, total and level of the scores typed so far, and how many are still to come."""
    scores = form.scores_so_far()
    computed = scoring.compute(form.rules, scores)
    return {
        "computed": computed,
        "means": [(one, computed.instruments[one.code]) for one in form.rules.instruments],
        "to_come": len(form.rules.indicators) - len(scores),
    }


@login_required
@require_http_methods(["GET", "POST"])
def result_import(request: HttpRequest) -> HttpResponse:
    """Years from a file: all of them, or what is wrong with it and none."""
    _require(request)
    form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
    if form.is_valid():
        user = request.user
        try:
            saved = results.record_all(
                user.organization_id,  # type: ignore[union-attr,arg-type]
                form.cleaned_data["file"],
                by=user,  # type: ignore[arg-type]
                now=calendar.now(),
                replace=form.cleaned_data["replace"],
            )
        except (ValidationError, NotNow, Stale) as error:
            form.add_error(None, error.messages if isinstance(error, ValidationError) else str(error))
        else:
            return _imported(request, saved)
    context = {
        "form": form,
        "years": sorted(years(), reverse=True),
        "this_year": _suggested(calendar.day_of(calendar.now())),
    }
    return render(request, "assessments/import.html", context)


def _imported(request: HttpRequest, saved: list[Assessment]) -> HttpResponse:
    if not saved:
        messages.info(request, _("Nothing has changed: the years of this file are closed, with the same figures."))
        return redirect("results")
    named = ", ".join(str(one.fiscal_year) for one in saved)
    text = ngettext("The result of %(years)s is saved.", "The results of %(years)s are saved.", len(saved))
    messages.success(request, text % {"years": named})
    return redirect("result", saved[0].fiscal_year) if len(saved) == 1 else redirect("results")


def _suggested(today: date) -> int:
    """The year whose result is the newest to expect: results come out at the end of their fiscal year."""
    return min(max(calendar.fiscal_year(today), min(years())), max(years()))


@login_required
@require_GET
def template(request: HttpRequest, year: int, form: str) -> HttpResponse:
    """An empty table of a year's indicators, to fill in and import."""
    if form not in FORMS:
        raise Http404
    make, kind = FORMS[form]
    answer = HttpResponse(make(_rules(year)), content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="ita-{year}.{form}"'
    return answer


def _rules(year: int) -> Rules:
    try:
        return rules_for(year)
    except UnknownYear:
        raise Http404 from None


def _require(request: HttpRequest) -> None:
    user, today = request.user, calendar.day_of(calendar.now())
    policies.require(user, "record", user.organization_id, on=today)  # type: ignore[arg-type,union-attr]


def _may_record(request: HttpRequest) -> bool:
    user, today = request.user, calendar.day_of(calendar.now())
    return policies.why_not(user, "record", user.organization_id, today) is None  # type: ignore[arg-type,union-attr]
