"""Pages of a memo's papers: how they would look now, what was printed, and what may be drawn up about it."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from documents import orders, press, serving
from documents.models import Form, Paper
from documents.typesetting import Unprinted
from memo_flow import attachments, follow_ups, manuscripts, policies, shelves, yearbook
from memo_flow.content import Content
from memo_flow.lifecycle import WRITABLE
from memo_flow.models import Memo, Revision
from memo_flow.queries import newest_revision, visible_to
from memo_flow.views import memo_for
from organization import calendar
from organization.seats import seats_of


@login_required
@require_GET
def memo_papers(request: HttpRequest, pk: UUID) -> HttpResponse:
    """All papers of a memo; for htmx the short list of the memo's own page, while something is being printed."""
    memo = memo_for(request, pk)
    papers, body = orders.papers_about(manuscripts.about(memo)), _text_of(memo)
    context = {"memo": memo, "shelf": shelves.of(papers, body)}
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "memo_flow/_shelf.html", context)
    today = calendar.day_of(calendar.now())
    seats = seats_of(request.user, today)  # type: ignore[arg-type]
    context["draw_up"] = body["plan"] and not memo.kind.secret and _may_draw_up(request, memo)
    context["follow_ups"] = follow_ups.places(memo, body, request.user, today, seats)  # type: ignore[arg-type]
    texts = memo.revisions.select_related("by").defer("content").order_by("-round")
    context |= {"papers": papers, "all": shelves.listed(papers), "texts": texts}
    return render(request, "memo_flow/papers.html", context)


@login_required
@require_GET
def memo_preview(request: HttpRequest, pk: UUID, form: str) -> HttpResponseBase:
    """A memo, its report or its follow-up's as it would be printed now; with ?round= an earlier text of it."""
    memo = memo_for(request, pk)
    now = calendar.now()
    revision = _text(request, memo)
    body = revision.content if revision else _text_of(memo)
    if form == Form.FOLLOW_UP and not body.get("follow_up"):
        raise Http404
    data = manuscripts.preview(memo, Form(form), body, revision=revision, at=now)
    try:
        pdf = press.print_paper(data)
    except Unprinted as error:
        return render(request, "memo_flow/unprinted.html", {"memo": memo, "why": str(error)}, status=503)
    return serving.fresh(request, pdf, serving.file_name(str(Form(form).label), _number(memo)))


def _text(request: HttpRequest, memo: Memo) -> Revision | None:
    """The text that was asked for: the newest submitted one, that of a round, or None while it is being written."""
    if asked := request.GET.get("round"):
        return get_object_or_404(memo.revisions.select_related("by", "position", "acting"), round=_whole(asked))
    return newest_revision(memo) if memo.state not in WRITABLE else None


def _text_of(memo: Memo) -> Content:
    """What the memo says now: its newest submitted text, or the draft's."""
    revision = newest_revision(memo) if memo.state not in WRITABLE else None
    return revision.content if revision else attachments.draft_of(memo)


def _whole(said: str) -> int:
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 5 else 0


@login_required
@require_GET
def memo_paper(request: HttpRequest, pk: UUID, paper: UUID) -> HttpResponseBase:
    """A printed paper, as stored; while it is not there yet, the list that says why."""
    memo = memo_for(request, pk)
    wanted = _paper(memo, paper)
    if not hasattr(wanted, "print"):
        return redirect("memo-papers", pk)
    try:
        return serving.stored(request, wanted, serving.file_name(shelves.label(wanted), _number(memo), wanted.code))
    except FileNotFoundError:
        why = _("The stored file is missing. Tell whoever runs the system to put it back from the backup.")
        return render(request, "memo_flow/unprinted.html", {"memo": memo, "why": why}, status=503)


@login_required
@require_POST
def memo_paper_again(request: HttpRequest, pk: UUID, paper: UUID) -> HttpResponse:
    """Try a paper again that could not be printed."""
    orders.again(_paper(memo_for(request, pk), paper))
    messages.success(request, _("The paper is being printed."))
    return redirect("memo-papers", pk)


@login_required
@require_POST
def memo_draw_up(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Draw up the notice as things stand now."""
    memo_for(request, pk)
    form = request.POST.get("paper", "")
    try:
        paper = manuscripts.draw_up(pk, form=form, by=request.user, now=calendar.now())  # type: ignore[arg-type]
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect("memo-papers", pk)
    if hasattr(paper, "print"):
        messages.info(request, _("Nothing has changed since this paper was last drawn up."))
    else:
        messages.success(request, _("The paper is being printed."))
    return redirect("memo-papers", pk)


@login_required
@require_GET
def memo_years(request: HttpRequest) -> HttpResponse:
    """The years of the register that this person may take home, newest first."""
    memos = visible_to(request.user, calendar.day_of(calendar.now()))  # type: ignore[arg-type]
    return render(request, "memo_flow/years.html", {"years": yearbook.years(memos)})


@login_required
@require_GET
def memo_year_zip(request: HttpRequest, year: int) -> HttpResponseBase:
    """Every printed paper of a year's memos in one ZIP with an index, sent as it is put together."""
    memos = visible_to(request.user, calendar.day_of(calendar.now()))  # type: ignore[arg-type]
    if not memos.filter(entry__year=year).exists():
        raise Http404
    response = StreamingHttpResponse(yearbook.packed(memos, year), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="memoflow-{year}.zip"'
    response["Cache-Control"] = "no-store"
    return response


def _paper(memo: Memo, pk: UUID) -> Paper:
    papers = Paper.objects.filter(about=manuscripts.about(memo)).select_related("print", "job")
    return get_object_or_404(papers, pk=pk)


def _may_draw_up(request: HttpRequest, memo: Memo) -> bool:
    today = calendar.day_of(calendar.now())
    return policies.why_not(request.user, "draw_up", memo, today) is None  # type: ignore[arg-type]


def _number(memo: Memo) -> str:
    entry = getattr(memo, "entry", None)
    return entry.number if entry else ""
