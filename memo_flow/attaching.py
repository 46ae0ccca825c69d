"""Pages of a memo's attachments: bringing and taking away while it is written; and the files themselves."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from files import pages, uploads
from files.models import Attachment
from files.receiving import Outcome
from memo_flow import attachments, policies
from memo_flow.models import Memo
from memo_flow.views import memo_for
from organization import calendar


@login_required
@require_http_methods(["GET", "POST"])
def memo_files(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What is attached to a memo that is being written. What is brought is kept one by one; the page says what not."""
    memo = memo_for(request, pk)
    policies.require(request.user, "edit", memo, on=calendar.day_of(calendar.now()))  # type: ignore[arg-type]
    received = _received(request, memo) if request.method == "POST" else Outcome()
    if received.kept and not received.refused:
        return pages.attached(request, len(received.kept), reverse("memo-files", args=[pk]))
    context = {"memo": memo, "attached": attachments.of(memo), "received": received}
    return render(request, "memo_flow/files.html", context)


def _received(request: HttpRequest, memo: Memo) -> Outcome:
    now, brought = calendar.now(), uploads.prepare(request)
    received = Outcome(refused=brought.refused)
    if not (brought.files or brought.refused):
        received.refused.append(_("Choose a file."))
    return received.take(brought.files, lambda file: attachments.attach(memo.pk, file, by=request.user, now=now))  # type: ignore[arg-type]


@login_required
@require_safe
def memo_file(request: HttpRequest, pk: UUID, file: UUID) -> HttpResponseBase:
    """A file as it was brought, to those who may see the memo."""
    return pages.file(request, _attached(request, pk, file), reverse("memo", args=[pk]))


@login_required
@require_safe
def memo_thumbnail(request: HttpRequest, pk: UUID, file: UUID) -> HttpResponseBase:
    return pages.thumbnail(request, _attached(request, pk, file))


def _attached(request: HttpRequest, pk: UUID, file: UUID) -> Attachment:
    return get_object_or_404(attachments.kept(memo_for(request, pk)), pk=file)


@login_required
@require_http_methods(["GET", "POST"])
def memo_file_remove(request: HttpRequest, pk: UUID, file: UUID) -> HttpResponse:
    """Ask, then take a file away."""
    memo, now = memo_for(request, pk), calendar.now()
    attachment = get_object_or_404(attachments.kept(memo), pk=file)
    policies.require(request.user, "edit", memo, on=calendar.day_of(now))  # type: ignore[arg-type]

    def act(why: str) -> None:
        attachments.remove(pk, file, by=request.user, why=why, now=now)  # type: ignore[arg-type]

    return pages.remove(request, attachment, act, reverse("memo-files", args=[pk]))
