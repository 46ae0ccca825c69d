"""My tasks, and one task."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from measures import policies, work
from measures.forms import AnswerForm, ReportForm
from measures.lifecycle import OPEN
from measures.models import DivisionTask
from measures.queries import visible_to, with_progress
from organization import calendar
from organization.paging import page_of
from organization.seats import seats_of

PAGE = 30
REPORTS = 50


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
    page = page_of(with_progress(tasks), request, key=("due_on", "pk"), size=PAGE)
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
        "steps": [
            {"step": s, "ticked": s.ticked_at is not None if ticked is None else str(s.pk) in ticked} for s in steps
        ],
        "reports": page_of(
            task.reports.select_related("by", "position", "acting"), request, key=("-seq",), size=REPORTS, name="before"
        ),
        "may": {v: policies.why_not(request.user, v, task, today, seats) is None for v in verbs},  # type: ignore[arg-type]
        "report_form": report_form or ReportForm(initial={"percent": task.percent}),
        "answer_form": answer_form or AnswerForm(),
        "today": today,
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
