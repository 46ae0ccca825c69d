"""The board by division, my tasks, and one task."""

from collections.abc import Callable, Container
from itertools import groupby
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from measures import policies, progress, work
from measures.forms import AnswerForm, ReportForm
from measures.lifecycle import OPEN, State
from measures.models import DivisionTask
from measures.queries import (
    BOARD_ORDER,
    DUE_ORDER,
    board_order,
    fiscal_years,
    in_open_years,
    overdue,
    sees_all,
    visible_to,
    with_progress,
)
from organization import calendar
from organization import years as closed_years
from organization.models import Division
from organization.paging import page_of
from organization.seats import seats_of

PAGE = 30
ON_BOARD = 100
REPORTS = 50
INDICATORS = range(1, 11)


@login_required
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """A fiscal year's tasks by division with totals; filters by division, state, indicator, overdue, words.

    The totals are of all tasks that match, also of those on other pages.
    """
    user, today = request.user, calendar.day_of(calendar.now())
    organization = user.organization_id  # type: ignore[union-attr]
    divisions = {d.pk: d for d in Division.objects.filter(organization=organization)}
    years = fiscal_years(organization)
    year = _year(request.GET.get("year", ""), years, calendar.fiscal_year(today))
    codes = {d.code: d.pk for d in divisions.values()}
    chosen, late = _asked(request, codes), request.GET.get("overdue") == "1"
    seats = seats_of(user, today)  # type: ignore[arg-type]
    seen = visible_to(user, today, seats).filter(measure__row__fiscal_year=year)  # type: ignore[arg-type]
    closing = closed_years.closing(organization, year)
    today = closed_years.as_of(closing, today)  # a closed year is shown as it stood
    tasks = _chosen(seen, chosen, codes)
    tasks = overdue(tasks, today) if late else tasks
    totals = progress.by_division(tasks, today)
    # The key first and what a row shows second: a database that sorts would else work out every row it sorts.
    page = page_of(
        tasks.select_related("division", "measure__row"),
        request,
        key=DUE_ORDER if chosen["division"] else BOARD_ORDER,
        size=ON_BOARD,
    )
    rows = board_order(with_progress(DivisionTask.objects.filter(pk__in=[t.pk for t in page])))
    context = {
        "groups": [
            {"division": divisions[pk], "tasks": list(some), "totals": totals.get(pk, progress.Totals())}
            for pk, some in groupby(rows, key=lambda t: t.division_id)
        ],
        "totals": progress.together(totals.values()),
        "page": page,
        "year": year,
        "years": years,
        "chosen": chosen,
        "late": late,
        "closing": closing,
        "sees_all": sees_all(seats),
        "divisions": divisions.values(),
        "states": State.choices,
        "indicators": INDICATORS,
        "today": today,
    }
    return render(request, "measures/board.html", context)


def _year(asked: str, years: list[int], this_year: int) -> int:
    """The year asked for, else this one, else the newest with work in it."""
    named = {str(year): year for year in years}
    newest = years[0] if years and this_year not in years else this_year
    return named.get(calendar.arabic_digits(asked), newest)


def _asked(request: HttpRequest, codes: Container[str]) -> dict[str, str]:
    """The filters of the address; what is not among the choices is no filter."""
    choices = {"division": codes, "state": State.values, "indicator": [str(number) for number in INDICATORS]}
    asked = {name: request.GET.get(name, "") for name in choices}
    words = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    return {name: value if value in choices[name] else "" for name, value in asked.items()} | {"q": words}


def _chosen(tasks: QuerySet[DivisionTask], chosen: dict[str, str], codes: dict[str, int]) -> QuerySet[DivisionTask]:
    if chosen["division"]:
        tasks = tasks.filter(division=codes[chosen["division"]])
    if chosen["state"]:
        tasks = tasks.filter(state=chosen["state"])
    if chosen["indicator"]:
        tasks = tasks.filter(measure__row__indicator=int(chosen["indicator"]))
    if chosen["q"]:
        tasks = tasks.filter(measure__text__icontains=chosen["q"])
    return tasks


@login_required
@require_GET
def my_tasks(request: HttpRequest) -> HttpResponse:
    """The open tasks of my divisions, the nearest deadline first."""
    user, today = request.user, calendar.day_of(calendar.now())
    seats = seats_of(user, today)  # type: ignore[arg-type]
    tasks = DivisionTask.objects.filter(
        organization=user.organization_id,  # type: ignore[union-attr]
        division__in=seats.division_ids,
        state__in=OPEN,
    )
    page = page_of(with_progress(in_open_years(tasks)), request, key=("due_on", "pk"), size=PAGE)
    return render(request, "measures/my_tasks.html", {"page": page, "today": today})


@login_required
@require_GET
def task(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _page(request, _task(request, pk))


def _task(request: HttpRequest, pk: UUID) -> DivisionTask:
    today = calendar.day_of(calendar.now())
    tasks = with_progress(visible_to(request.user, today)).select_related(  # type: ignore[arg-type]
        "measure__row__memo__entry", "measure__row__memo__kind", "division", "organization"
    )
    return get_object_or_404(tasks, pk=pk)


def _page(
    request: HttpRequest,
    task: DivisionTask,
    *,
    report_form: ReportForm | None = None,
    answer_form: AnswerForm | None = None,
) -> HttpResponse:
    today = calendar.day_of(calendar.now())
    seats = seats_of(request.user, today)  # type: ignore[arg-type]
    verbs = ("start", "tick", "report", "accept", "send_back", "cancel")
    ticked = request.POST.getlist("steps") if request.method == "POST" and report_form else None
    steps = list(task.steps.select_related("step", "ticked_by"))
    context = {
        "task": task,
        "row": task.measure.row,
        "closing": task.closing,
        "steps": [
            {"step": s, "ticked": s.ticked_at is not None if ticked is None else str(s.pk) in ticked} for s in steps
        ],
        "reports": page_of(
            task.reports.select_related("by", "position", "acting"), request, key=("-seq",), size=REPORTS, name="before"
        ),
        "may": {v: policies.why_not(request.user, v, task, today, seats) is None for v in verbs},  # type: ignore[arg-type]
        "report_form": report_form or ReportForm(initial={"percent": task.percent}),  # type: ignore[attr-defined]
        "answer_form": answer_form or AnswerForm(),
        "today": closed_years.as_of(task.closing, today),
    }
    return render(request, "measures/task.html", context)


@login_required
@require_POST
def start(request: HttpRequest, pk: UUID) -> HttpResponse:
    _task(request, pk)
    work.start(pk, by=request.user, now=calendar.now())  # type: ignore[arg-type]
    messages.success(request, _("The work has started."))
    return redirect("task", pk)


@login_required
@require_POST
def tick(request: HttpRequest, pk: UUID) -> HttpResponse:
    _task(request, pk)
    try:
        work.tick(pk, by=request.user, done=_steps(request), now=calendar.now())  # type: ignore[arg-type]
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, _("The steps are saved."))
    return redirect("task", pk)


@login_required
@require_POST
def report(request: HttpRequest, pk: UUID) -> HttpResponse:
    task, form = _task(request, pk), ReportForm(request.POST)
    if form.is_valid():
        try:
            work.report(
                pk,
                by=request.user,  # type: ignore[arg-type]
                done=_steps(request) if "with_steps" in request.POST else None,
                now=calendar.now(),
                **form.cleaned_data,
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            finished = form.cleaned_data["finished"]
            messages.success(request, _("Reported as finished.") if finished else _("The report is saved."))
            return redirect("task", pk)
    return _page(request, task, report_form=form)


def _answer(request: HttpRequest, pk: UUID, act: Callable[..., object], said: str) -> HttpResponse:
    task, form = _task(request, pk), AnswerForm(request.POST)
    if form.is_valid():
        try:
            act(pk, by=request.user, text=form.cleaned_data["text"], now=calendar.now())
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, said)
            return redirect("task", pk)
    return _page(request, task, answer_form=form)


@login_required
@require_POST
def accept(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _answer(request, pk, work.accept, _("The work is accepted."))


@login_required
@require_POST
def send_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _answer(request, pk, work.send_back, _("The work is sent back to the division."))


@login_required
@require_POST
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _answer(request, pk, work.cancel, _("The task is cancelled."))


def _steps(request: HttpRequest) -> list[int]:
    return [int(pk) for pk in request.POST.getlist("steps") if pk.isdecimal() and len(pk) < 19]
