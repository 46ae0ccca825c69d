"""My tasks, and one task."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import BooleanField, ExpressionWrapper
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from files import pages, uploads
from measures import comments, evidence, extensions, nudging, sharing, showing, work
from measures.forms import (
    AnswerForm,
    AnswerTimeForm,
    AskTimeForm,
    CommentForm,
    HandOverForm,
    NudgeForm,
    ReportForm,
    ShareForm,
)
from measures.lifecycle import OPEN
from measures.models import DivisionTask
from measures.queries import (
    colleagues,
    held_by,
    in_open_years,
    visible_to,
    with_progress,
)
from organization import calendar
from organization.models import User
from organization.paging import page_of
from organization.seats import seats_of

PAGE = 30


@login_required
@require_GET
def my_tasks(request: HttpRequest) -> HttpResponse:
    """The open tasks of my divisions, the nearest deadline first, mine marked; `?mine=1`: only those."""
    user, today = request.user, calendar.day_of(calendar.now())
    seats = seats_of(user, today)  # type: ignore[arg-type]
    only, held = request.GET.get("mine") == "1", held_by(user)  # type: ignore[arg-type]
    tasks = DivisionTask.objects.filter(
        organization=user.organization_id,  # type: ignore[union-attr]
        division__in=seats.division_ids,
        state__in=OPEN,
    ).annotate(mine=ExpressionWrapper(held, BooleanField()))
    tasks = tasks.filter(mine=True) if only else tasks
    page = page_of(with_progress(in_open_years(tasks)), request, key=("due_on", "pk"), size=PAGE)
    evidence.counted(page.rows)
    return render(request, "measures/my_tasks.html", {"page": page, "today": today, "only": only})


@login_required
@require_GET
def task(request: HttpRequest, pk: UUID) -> HttpResponse:
    return showing.page(request, _task(request, pk))


def _task(request: HttpRequest, pk: UUID) -> DivisionTask:
    today = calendar.day_of(calendar.now())
    tasks = with_progress(visible_to(request.user, today)).select_related(  # type: ignore[arg-type]
        "measure__row__memo__entry", "measure__row__memo__kind", "division", "organization", "officer"
    )
    return get_object_or_404(tasks, pk=pk)


def _done(
    request: HttpRequest, task: DivisionTask, name: str, form: Form, act: Callable[..., object], said: str
) -> HttpResponse:
    """Do what was posted; a form that is refused comes back on the task's page with its errors."""
    if form.is_valid():
        try:
            act(task.pk, by=request.user, now=calendar.now(), **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, said)
            return pages.gone_to(request, reverse("task", args=[task.pk]))
    return showing.page(request, task, **{name: form})


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
    task, form, brought = _task(request, pk), ReportForm(request.POST), uploads.prepare(request)
    for why in brought.refused:
        form.add_error(None, why)
    done = _steps(request) if "with_steps" in request.POST else None
    said = _("Reported as finished.") if "finished" in request.POST else _("The report is saved.")
    return _done(request, task, "report", form, partial(work.report, done=done, files=brought.files), said)


@login_required
@require_POST
def accept(request: HttpRequest, pk: UUID) -> HttpResponse:
    form = AnswerForm(request.POST)
    return _done(request, _task(request, pk), "answer", form, work.accept, _("The work is accepted."))


@login_required
@require_POST
def send_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    form, said = AnswerForm(request.POST), _("The work is sent back to the division.")
    return _done(request, _task(request, pk), "answer", form, work.send_back, said)


@login_required
@require_POST
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    form = AnswerForm(request.POST)
    return _done(request, _task(request, pk), "answer", form, work.cancel, _("The task is cancelled."))


@login_required
@require_POST
def comment(request: HttpRequest, pk: UUID) -> HttpResponse:
    task = _task(request, pk)
    form = CommentForm(request.POST, divisions=showing.others(task))
    return _done(request, task, "comment", form, comments.comment, _("The comment is saved."))


@login_required
@require_GET
def told(request: HttpRequest, pk: UUID) -> HttpResponse:
    return showing.told(request, _task(request, pk))


@login_required
@require_POST
def nudge(request: HttpRequest, pk: UUID) -> HttpResponse:
    form = NudgeForm(request.POST)
    return _done(request, _task(request, pk), "nudge", form, nudging.nudge, _("They are being reminded now."))


@login_required
@require_POST
def hand_over(request: HttpRequest, pk: UUID) -> HttpResponse:
    task = _task(request, pk)
    form = HandOverForm(request.POST, people=_colleagues(task))
    return _done(request, task, "hand_over", form, sharing.hand_over, _("It is noted whose task this is."))


@login_required
@require_POST
def share(request: HttpRequest, pk: UUID) -> HttpResponse:
    task = _task(request, pk)
    form = ShareForm(request.POST, people=_colleagues(task), steps=task.steps.select_related("step", "officer"))
    return _done(request, task, "share", form, sharing.share, _("It is noted whose each step is."))


@login_required
@require_POST
def ask_time(request: HttpRequest, pk: UUID) -> HttpResponse:
    form, said = AskTimeForm(request.POST), _("The request for more time is sent.")
    return _done(request, _task(request, pk), "ask_time", form, extensions.ask, said)


@login_required
@require_POST
def grant_time(request: HttpRequest, pk: UUID) -> HttpResponse:
    form = AnswerTimeForm(request.POST)
    return _done(request, _task(request, pk), "answer_time", form, extensions.grant, _("More time is granted."))


@login_required
@require_POST
def refuse_time(request: HttpRequest, pk: UUID) -> HttpResponse:
    def refuse(pk: UUID, *, until: object, **said: Any) -> object:
        return extensions.refuse(pk, **said)

    form = AnswerTimeForm(request.POST)
    return _done(request, _task(request, pk), "answer_time", form, refuse, _("The request is refused."))


def _colleagues(task: DivisionTask) -> list[User]:
    return colleagues(task.division_id, calendar.day_of(calendar.now()))


def _steps(request: HttpRequest) -> list[int]:
    return [int(pk) for pk in request.POST.getlist("steps") if pk.isdecimal() and len(pk) < 19]
