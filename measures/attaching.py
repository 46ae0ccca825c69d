"""Pages of a task's evidence: what is attached, attaching, taking away; and the files themselves."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from files import pages, uploads
from files.models import Attachment, Kind
from files.receiving import Outcome
from measures import evidence, policies
from measures.forms import EvidenceForm
from measures.models import DivisionTask
from measures.queries import about, visible_to
from organization import calendar


def task_for(request: HttpRequest, pk: UUID) -> DivisionTask:
    """The task, where this person may see it; else 404."""
    tasks = visible_to(request.user, calendar.day_of(calendar.now()))  # type: ignore[arg-type]
    return get_object_or_404(tasks.select_related("measure__row", "division", "organization"), pk=pk)


@login_required
@require_http_methods(["GET", "POST"])
def task_files(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A task's evidence. What is brought is kept one by one; the page says what was not, and why."""
    task = task_for(request, pk)
    steps = list(task.steps.select_related("step"))
    form = EvidenceForm(request.POST if request.method == "POST" else None, steps=steps)
    received = _received(request, task, form) if request.method == "POST" else Outcome()
    if received.kept and not received.refused and form.is_valid():
        return pages.attached(request, len(received.kept), _evidence_of(pk))
    today = calendar.day_of(calendar.now())
    context = {
        "task": task,
        "evidence": evidence.of_task(task, steps),
        "form": form,
        "received": received,
        "may_attach": policies.why_not(request.user, "attach", task, today) is None,  # type: ignore[arg-type]
    }
    return render(request, "measures/evidence.html", context)


def _received(request: HttpRequest, task: DivisionTask, form: EvidenceForm) -> Outcome:
    """Keep the files and the link of a form; what is wrong with the link or the place stands in the form afterwards."""
    now, brought = calendar.now(), uploads.prepare(request)
    received = Outcome(refused=brought.refused)
    policies.require(request.user, "attach", task, on=calendar.day_of(now))  # type: ignore[arg-type]
    if not form.is_valid():
        return received
    part, url, name = (form.cleaned_data[key] for key in ("part", "url", "name"))
    if not (brought.files or brought.refused or url):
        form.add_error(None, _("Choose a file, or enter the address of a link."))
    received.take(brought.files, lambda file: evidence.attach(task.pk, file, by=request.user, part=part, now=now))  # type: ignore[arg-type]
    if url:
        try:
            received.kept.append(evidence.link(task.pk, url, by=request.user, name=name, part=part, now=now))  # type: ignore[arg-type]
        except ValidationError as error:
            form.add_error("url", error.messages)
    return received


def _evidence_of(pk: UUID) -> str:
    return f"{reverse('task', args=[pk])}#evidence"


@login_required
@require_safe
def task_file(request: HttpRequest, pk: UUID, file: UUID) -> HttpResponseBase:
    """A file as it was brought, to those who may see the task; also a removed one that a follow-up names."""
    return pages.file(request, _attached(request, pk, file), _evidence_of(pk))


@login_required
@require_safe
def task_thumbnail(request: HttpRequest, pk: UUID, file: UUID) -> HttpResponseBase:
    return pages.thumbnail(request, _attached(request, pk, file))


def _attached(request: HttpRequest, pk: UUID, file: UUID) -> Attachment:
    return get_object_or_404(evidence.kept(task_for(request, pk)), pk=file, kind=Kind.FILE)


@login_required
@require_http_methods(["GET", "POST"])
def task_file_remove(request: HttpRequest, pk: UUID, file: UUID) -> HttpResponse:
    """Ask, then take a file or a link away."""
    task, now = task_for(request, pk), calendar.now()
    attachment = get_object_or_404(Attachment, pk=file, about=about(task))
    policies.require(request.user, "attach", task, on=calendar.day_of(now))  # type: ignore[arg-type]

    def act(why: str) -> None:
        evidence.remove(pk, file, by=request.user, why=why, now=now)  # type: ignore[arg-type]

    return pages.remove(request, attachment, act, _evidence_of(pk))
