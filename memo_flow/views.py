"""Pages of memos. Each fetches through a query that filters by user, then form, service, answer."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from memo_flow import attachments, checking, decisions, drafts, follow_ups, nudging, paper, policies, rounds
from memo_flow import content as text
from memo_flow.findings import panel
from memo_flow.forms import DecisionForm, NudgeForm, ReasonForm, ReassignForm, SubmitForm
from memo_flow.lifecycle import State
from memo_flow.models import Action, Memo, MemoKind
from memo_flow.pages import memo_page, nudge_page, told_page
from memo_flow.queries import search, steps_of, visible_to
from notifications import notices
from organization import calendar
from organization.models import Position
from organization.paging import page_of
from organization.refusals import NotNow, Refused, Stale
from organization.seats import Seats

PAGE = 30


def memo_for(request: HttpRequest, pk: UUID, seats: Seats | None = None) -> Memo:
    """The memo, where this person may see it; else 404. `seats`: the reader's of today, where the caller has them."""
    today = calendar.day_of(calendar.now())
    memos = visible_to(request.user, today, seats).select_related(  # type: ignore[arg-type]
        "kind", "division", "organization", "author", "author_position", "entry"
    )
    return get_object_or_404(memos, pk=pk)


@login_required
@require_GET
def memo_list(request: HttpRequest) -> HttpResponse:
    """Every memo this person may see, newest first, by key."""
    today = calendar.day_of(calendar.now())
    memos = visible_to(request.user, today).select_related("kind", "division", "author", "entry")  # type: ignore[arg-type]
    state, words = request.GET.get("state", ""), request.GET.get("q", "")
    if state in State.values:
        memos = memos.filter(state=state)
    page = page_of(search(memos, words), request, key=("-created_at", "-pk"), size=PAGE)
    kinds = kinds_to_write(request.user.organization_id)  # type: ignore[union-attr]
    context = {"page": page, "states": State.choices, "state": state, "q": words, "kinds": kinds}
    return render(request, "memo_flow/list.html", context)


def kinds_to_write(organization_id: UUID | None) -> QuerySet[MemoKind]:
    """The kinds somebody can begin from nothing; a follow-up is drawn up from the memo it follows."""
    return MemoKind.objects.filter(organization=organization_id).exclude(code=follow_ups.KIND)


@login_required
@require_http_methods(["GET", "POST"])
def memo_new(request: HttpRequest) -> HttpResponse:
    kinds = kinds_to_write(request.user.organization_id).order_by("pk")  # type: ignore[union-attr]
    subject, chosen, errors = request.POST.get("subject", ""), request.POST.get("kind", ""), []
    if request.method == "POST":
        kind = get_object_or_404(kinds, code=chosen)
        try:
            memo = drafts.create(kind=kind, by=request.user, subject=subject, now=calendar.now())  # type: ignore[arg-type]
        except ValidationError as error:
            errors = error.messages
        else:
            return redirect("memo-edit", memo.pk)
    context = {"kinds": kinds, "subject": subject, "chosen": chosen, "errors": errors}
    return render(request, "memo_flow/new.html", context)


@login_required
@require_GET
def memo(request: HttpRequest, pk: UUID) -> HttpResponse:
    page = memo_page(memo_for(request, pk), request.user, seen=notices.by_a_person(request))  # type: ignore[arg-type]
    return render(request, "memo_flow/memo.html", page)


@login_required
@require_GET
def memo_told(request: HttpRequest, pk: UUID) -> HttpResponse:
    return render(request, "notifications/ledger.html", told_page(request, memo_for(request, pk)))


@login_required
@require_GET
def memo_changes(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What was changed between two texts, word by word."""
    context = rounds.changes_page(memo_for(request, pk), request.user, request.GET)  # type: ignore[arg-type]
    return render(request, "memo_flow/changes.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def memo_submit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A last look at the paper, then submit it."""
    version = drafts.version_of(Memo(pk=pk))  # before the text: a save in between is then noticed, never missed
    memo = memo_for(request, pk)
    now = calendar.now()
    errors: dict[str, list[str]] = {}
    status = 200
    form = SubmitForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            memo = decisions.submit(pk, by=request.user, now=now, **form.cleaned_data)  # type: ignore[arg-type]
        except ValidationError as error:
            errors = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        except Stale as stale:
            errors, status = {"": [str(stale)]}, 409
            version, memo = drafts.version_of(memo), memo_for(request, pk)
        else:
            messages.success(
                request, _("The memo is on its way. Its number is %(number)s.") % {"number": memo.entry.number}
            )
            return redirect("memo", pk)
    policies.require(request.user, "submit", memo, on=calendar.day_of(now))  # type: ignore[arg-type]
    body, attached = drafts.working_text(memo), attachments.of(memo)
    divisions = memo.organization.names_of_divisions
    findings = checking.findings_on(memo, body, on=calendar.day_of(now))
    found = None if findings is None else panel(findings, body, subject=memo.subject)
    gaps = [text.Gap(path, m) for path, said in errors.items() for m in said]
    gaps = gaps or text.gaps({**body, "subject": memo.subject}, divisions=divisions, outline=memo.kind.outline)
    if not memo.subject and not errors:
        gaps.insert(0, text.Gap("subject", _("Write the subject.")))
    route = steps_of(memo) if memo.round else memo.kind.route.steps.select_related("position").order_by("group", "pk")
    context = {
        "memo": memo,
        "body": {**body, "subject": memo.subject, "attachments": attachments.as_data(attached)},
        "attached": attachments.digest_of(attached),
        "divisions": divisions,
        "gaps": gaps,
        "incomplete": any(gap.path not in ("reason", "") for gap in gaps),
        "form": form,
        "version": version,
        "seen": checking.digest_of(findings or []),
        "route": route,
        "panel": found,
        "asks_reason": bool(memo.round or (found and found.high) or form.data.get("reason")),
        **paper.annex(body),
    }
    return render(request, "memo_flow/submit.html", context, status=status)


@login_required
@require_POST
def memo_decide(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Answer a step. What was typed is never lost: every refusal shows it again."""
    memo = memo_for(request, pk)
    form = DecisionForm(request.POST)
    status, refusal, now = 200, "", calendar.now()
    try:
        if form.is_valid():
            decision = decisions.decide(pk, by=request.user, now=now, **form.cleaned_data)  # type: ignore[arg-type]
            messages.success(request, _("Recorded: %(outcome)s.") % {"outcome": decision.get_outcome_display()})
            return redirect("memo", pk)
        step = next((s for s in steps_of(memo) if str(s.pk) == request.POST.get("step")), None)
        policies.require(request.user, "decide", memo, on=calendar.day_of(now), step=step)  # type: ignore[arg-type]
    except ValidationError as error:
        form.add_error(None, error)
    except Refused as no:
        status, refusal = 403, str(no)
    except (NotNow, Stale) as late:
        status, refusal, memo = 409, str(late), memo_for(request, pk)
    page = memo_page(memo, request.user, form=form, refusal=refusal)  # type: ignore[arg-type]
    return render(request, "memo_flow/memo.html", page, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def memo_withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    memo = memo_for(request, pk)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            decisions.withdraw(pk, by=request.user, reason=form.cleaned_data["reason"], now=calendar.now())  # type: ignore[arg-type]
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The memo is withdrawn; its number stays in the register as cancelled."))
            return redirect("memo", pk)
    policies.require(request.user, "withdraw", memo, on=calendar.day_of(calendar.now()))  # type: ignore[arg-type]
    return render(request, "memo_flow/withdraw.html", {"memo": memo, "form": form})


@login_required
@require_http_methods(["GET", "POST"])
def memo_reassign(request: HttpRequest, pk: UUID) -> HttpResponse:
    memo = memo_for(request, pk)
    form = ReassignForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            new = decisions.reassign(pk, by=request.user, now=calendar.now(), **form.cleaned_data)  # type: ignore[arg-type]
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The step now waits for %(position)s.") % {"position": new.position})
            return redirect("memo", pk)
    policies.require(request.user, "reassign", memo, on=calendar.day_of(calendar.now()))  # type: ignore[arg-type]
    waiting = [s for s in steps_of(memo) if s.is_open]
    roles = {role for step in waiting for role in policies.MAY_TAKE[Action(step.action)]}
    chairs = Position.objects.filter(organization=memo.organization_id, ended_on=None)
    positions = chairs.filter(role__in=roles).order_by("pk")
    positions = positions.exclude(pk__in=[memo.author_position_id, *(step.position_id for step in waiting)])
    context = {"memo": memo, "form": form, "steps": waiting, "positions": positions}
    return render(request, "memo_flow/reassign.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def memo_nudge(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Remind whoever the memo waits for, now."""
    memo, user = memo_for(request, pk), request.user
    form = NudgeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            nudging.nudge(pk, by=user, now=calendar.now(), **form.cleaned_data)  # type: ignore[arg-type]
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("They are being reminded now."))
            return redirect("memo", pk)
    context = nudge_page(memo, user)  # type: ignore[arg-type]
    if not context["steps"]:
        waiting = next((one for one in steps_of(memo) if one.is_open), None)
        policies.require(user, "nudge", memo, on=calendar.day_of(calendar.now()), step=waiting)  # type: ignore[arg-type]
    return render(request, "memo_flow/nudge.html", {**context, "form": form})


@login_required
@require_http_methods(["GET", "POST"])
def memo_discard(request: HttpRequest, pk: UUID) -> HttpResponse:
    memo = memo_for(request, pk)
    if request.method == "POST":
        drafts.discard(pk, by=request.user, now=calendar.now())  # type: ignore[arg-type]
        messages.success(request, _("The draft is thrown away."))
        return redirect("memo-list")
    policies.require(request.user, "discard", memo, on=calendar.day_of(calendar.now()))  # type: ignore[arg-type]
    return render(request, "memo_flow/discard.html", {"memo": memo})


@login_required
@require_POST
def memo_acknowledge(request: HttpRequest, pk: UUID) -> HttpResponse:
    memo_for(request, pk)
    decisions.acknowledge(pk, by=request.user, now=calendar.now())  # type: ignore[arg-type]
    messages.success(request, _("Acknowledged."))
    return redirect("memo", pk)
