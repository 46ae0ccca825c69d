"""The pages of a fiscal year: closing it, and which measures answered which indicator."""

from collections import defaultdict

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import Count, F, QuerySet, Window
from django.db.models.functions import RowNumber
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from assessments import results
from measures import closing, effects, evidence, progress
from measures.forms import ClosingForm
from measures.lifecycle import OPEN, State
from measures.models import DivisionTask, Measure
from measures.queries import board_order, sees_all, visible_to, with_progress
from organization import calendar
from organization import years as closed_years
from organization.refusals import Refused, Stale
from organization.seats import seats_of

LISTED = 50  # unfinished tasks that the closing page names
SHOWN = 20  # measures of one indicator
YEARS = range(2500, 2701)  # Buddhist; beyond them lies nothing


@login_required
@require_http_methods(["GET", "POST"])
def year_closing(request: HttpRequest, year: int) -> HttpResponse:
    """How a year stands, what closing it freezes, and the act."""
    _require_possible(year)
    looked = _look(request, year)
    form = ClosingForm(request.POST or None, unreported=bool(looked.unreported))
    if request.method != "POST" or not form.is_valid():
        return _closing(request, year, form, looked)
    said = form.cleaned_data
    try:
        closing.close_year(year, by=request.user, note=said["note"], seen=said["seen"], now=calendar.now())  # type: ignore[arg-type]
    except ValidationError as error:
        form.add_error(None, error)
        return _closing(request, year, form, looked)
    except Stale as stale:
        form.add_error(None, str(stale))
        return _closing(request, year, form, looked, status=409)
    messages.success(request, _("Fiscal year %(year)s is closed.") % {"year": year})
    return redirect("year-closing", year)


def _look(request: HttpRequest, year: int) -> closing.Look:
    """What the page shows; who posts must be one who may close the year now."""
    user, today = request.user, calendar.day_of(calendar.now())
    if request.method == "POST":
        closing.require(user, year, on=today)  # type: ignore[arg-type]
    return closing.look(user.organization_id, year, on=today)  # type: ignore[union-attr]


def _closing(
    request: HttpRequest, year: int, form: ClosingForm, looked: closing.Look, *, status: int = 200
) -> HttpResponse:
    user, today = request.user, calendar.day_of(calendar.now())
    organization, seats = user.organization_id, seats_of(user, today)  # type: ignore[union-attr,arg-type]
    if not closing.may_see(user, seats):  # type: ignore[arg-type]
        raise Refused(_("The head of office and those above see how a year stands as a whole."))
    shut = closed_years.closing(organization, year)
    day = closed_years.as_of(shut, today)
    stood = looked.stood if shut is None else closing.frozen(organization, year, on=day)
    result = results.of_year(organization, year)
    if not stood.tasks and result is None:
        raise Http404
    unfinished = closing.of_year(organization, year).filter(state__in=OPEN)
    context = {
        "year": year,
        "next_year": year + 1,
        "stood": stood,
        "states": [(State(state), count) for state, count in _in_order(stood)],
        "unfinished": evidence.counted(board_order(with_progress(unfinished))[:LISTED]),
        "listed": LISTED,
        "result": result,
        "memos": closing.reports_on(organization, year),
        "look": looked,
        "requests": looked.requests,
        "closing": shut,
        "refusal": closing.why_not(user, year, on=today, seats=seats),  # type: ignore[arg-type]
        "form": form,
        "today": day,
    }
    return render(request, "measures/year_closing.html", context, status=status)


def _require_possible(year: int) -> None:
    if year not in YEARS:
        raise Http404


def _in_order(stood: closing.Frozen) -> list[tuple[str, int]]:
    return [(state, stood.states[state]) for state in State.values if stood.states[state]]


@login_required
@require_GET
def year_effects(request: HttpRequest, year: int) -> HttpResponse:
    """Each indicator that a year's measures answered: how they went, and its score before and after."""
    _require_possible(year)
    user, today = request.user, calendar.day_of(calendar.now())
    organization, seats = user.organization_id, seats_of(user, today)  # type: ignore[union-attr,arg-type]
    tasks = visible_to(user, today, seats, mentioned=False).filter(measure__row__fiscal_year=year)  # type: ignore[arg-type]
    found, previous = results.with_previous(organization, year)
    shut = closed_years.closing(organization, year)
    day = closed_years.as_of(shut, today)
    work = progress.by(tasks.filter(measure__row__indicator__isnull=False), "measure__row__indicator", day)
    if not work and found is None:
        raise Http404
    shown, counts = _measures(tasks)
    listed = effects.of_year(year, found, previous, work, shown, counts)
    title = _("Scores of the indicators with measures, %(before)s and %(year)s") % {"before": year - 1, "year": year}
    context = {
        "year": year,
        "before": year - 1,
        "effects": listed,
        "found": found,
        "chart": effects.chart(year, listed, found.rules.target, title) if found else None,
        "closing": shut,
        "today": day,
        "sees_all": sees_all(seats),
    }
    return render(request, "measures/effects.html", context)


def _measures(tasks: QuerySet[DivisionTask]) -> tuple[dict[int, list[list[DivisionTask]]], dict[int, int]]:
    """Indicator -> the tasks of its first measures, measure by measure; how many measures it has. Three statements."""
    ours = Measure.objects.filter(pk__in=tasks.order_by().values("measure"), row__indicator__isnull=False).order_by()
    counts = dict(ours.values_list("row__indicator").annotate(count=Count("pk")))
    place = Window(
        RowNumber(),
        partition_by=F("row__indicator"),
        order_by=[F("row__memo__created_at").asc(), F("row__seq").asc(), F("seq").asc(), F("pk").asc()],
    )
    first = list(ours.annotate(place=place).filter(place__lte=SHOWN).values_list("pk", flat=True))
    rows = with_progress(tasks.filter(measure__in=first)).order_by(
        "measure__row__memo__created_at", "measure__row__seq", "measure__seq", "measure_id", "division__order", "pk"
    )
    found: dict[int, dict[int, list[DivisionTask]]] = defaultdict(lambda: defaultdict(list))
    for task in rows:
        found[task.measure.row.indicator or 0][task.measure_id].append(task)
    return {number: list(by_measure.values()) for number, by_measure in found.items()}, counts
