"""The draft editor: one form of plain fields, buttons that change it, and the checker's findings beside it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from assessments import rulebook
from assessments.models import Assessment
from assessments.results import YearResult
from measures import library
from memo_flow import analysis, attachments, checking, drafts, follow_up_words, follow_ups, policies
from memo_flow import content as text
from memo_flow.changes import Change, Gone
from memo_flow.findings import Panel, Segment, panel, place_of
from memo_flow.forms import changed, parsed
from memo_flow.lifecycle import State
from memo_flow.models import Draft, Memo
from memo_flow.queries import waiting_reason
from memo_flow.views import memo_for
from organization import calendar
from organization.models import Division
from organization.refusals import NotNow, Stale
from organization.seats import seats_of

MARKED = ("text", "title", "issue", "follow_up", "score")
REPLACES = ("put", "undo", "generate", "take")
FROZEN = "follow_up"  # a follow-up memo's figures: taken from the data, never from what was posted


@dataclass(frozen=True)
class _Act:
    """What a button made of the posted draft: the draft after it, how to take it back, and where to look then."""

    content: text.Content
    undo: Change | None = None
    anchor: str = ""
    told: str = ""


@login_required
@require_http_methods(["GET", "POST"])
def memo_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The draft editor: repeating blocks by plain buttons, saved half-written, safe with two writers."""
    memo = memo_for(request, pk)
    now = calendar.now()
    if request.method == "GET":
        policies.require(request.user, "edit", memo, on=calendar.day_of(now))  # type: ignore[arg-type]
        draft = Draft.objects.select_related("saved_by").filter(memo=memo).first()
        body = dict(draft.content) if draft else drafts.working_text(memo)
        return _editor(request, memo, memo.subject, body, version=draft.version if draft else 0, draft=draft)
    op = request.POST.get("op", "save")
    subject, body = request.POST.get("subject", ""), changed(parsed(request.POST), op)
    said = request.POST.get("version", "")
    version = int(said) if said.isdecimal() and len(said) < 10 else -1
    try:
        if op == "figures":
            return _figures_again(request, memo, subject, text.cleaned(body), version)
        act = _acted(request, memo, op, {**text.cleaned(body), **_frozen(memo), "subject": subject})
        subject, body = act.content.pop("subject"), act.content
        figures = body.pop(FROZEN, None) if op == "undo" else None
        drafts.revise(
            pk,
            by=request.user,  # type: ignore[arg-type]
            subject=subject,
            content=body,
            version=version,
            now=now,
            undo=act.undo,
            figures=figures,
        )
    except ValidationError as error:
        return _editor(request, memo, subject, body, version=version, errors=error.message_dict)
    except Stale as stale:
        return _editor(request, memo, subject, body, version=version, theirs=stale.current, status=409)
    except NotNow as refusal:
        if op != "figures":
            raise
        messages.error(request, str(refusal))
        return _editor(request, memo, subject, body, version=version, status=409)
    if op == "submit":
        return redirect("memo-submit", pk)
    if op == "files":
        return redirect("memo-files", pk)
    if op == "save":
        messages.success(request, _("The draft is saved."))
    if act.told:
        messages.warning(request, act.told)
    return redirect(reverse("memo-edit", args=[pk]) + (f"#{act.anchor}" if act.anchor else ""))


@login_required
@require_POST
def memo_check(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The findings on a draft as it is being typed; nothing is saved."""
    today = calendar.day_of(calendar.now())
    seats = seats_of(request.user, today)  # type: ignore[arg-type]
    memo = memo_for(request, pk, seats)
    policies.require(request.user, "edit", memo, on=today, seats=seats)  # type: ignore[arg-type]
    body, subject = text.legible(parsed(request.POST)) | _frozen(memo), request.POST.get("subject", "")
    found = _findings(memo, body, subject, memo.organization.names_of_divisions, checking.recorded_of(memo, body))
    marked = _marked(body, found) if found else []
    context = {"panel": found, "year": checking.year_of(body), "marked": marked, "live": True}
    return render(request, "memo_flow/_checked.html", context)


@login_required
@require_POST
def memo_from_result(request: HttpRequest, year: int) -> HttpResponse:
    """A new analysis memo, written from the recorded result of a year."""
    memo = drafts.from_result(year, by=request.user, now=calendar.now())  # type: ignore[arg-type]
    messages.success(request, _("The draft is written from the recorded result. Read it, and change what you like."))
    if count := drafts.left_out(memo, year):
        said = ngettext(
            "A plan cannot hold everything that %(year)s has left: %(count)s unfinished measure is not in it.",
            "A plan cannot hold everything that %(year)s has left: %(count)s unfinished measures are not in it.",
            count,
        )
        messages.warning(request, said % {"year": year, "count": count})
    return redirect("memo-edit", memo.pk)


@login_required
@require_POST
def memo_follow_up(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Draw up the interim or final follow-up memo, or go to the one that stands."""
    memo_for(request, pk)
    now = calendar.now()
    memo = follow_ups.draw_up(pk, kind=request.POST.get("kind", ""), by=request.user, now=now)  # type: ignore[arg-type]
    if memo.created_at == now:
        messages.success(request, _("The follow-up memo is drawn up. Read it, and change its words as you like."))
    else:
        messages.info(request, _("This follow-up memo has been drawn up already."))
    writable = policies.why_not(request.user, "edit", memo, calendar.day_of(now)) is None  # type: ignore[arg-type]
    return redirect("memo-edit" if writable else "memo", memo.pk)


def _figures_again(request: HttpRequest, memo: Memo, subject: str, content: text.Content, version: int) -> HttpResponse:
    """Save the words, take the figures as they stand, and say what has moved."""
    _draft, moved = follow_ups.take_again(
        memo.pk,
        by=request.user,  # type: ignore[arg-type]
        subject=subject,
        content=content,
        version=version,
        now=calendar.now(),
    )
    told = _("The figures are taken again. %(changes)s") % {
        "changes": "; ".join(moved) if moved else _("Nothing has changed.")
    }
    messages.success(request, told)
    return redirect("memo-edit", memo.pk)


def _frozen(memo: Memo) -> dict[str, Any]:
    """The stored figures of a follow-up memo, under their key; of any other memo nothing."""
    return {FROZEN: drafts.working_text(memo).get(FROZEN)} if memo.follows_id else {}


def _acted(request: HttpRequest, memo: Memo, op: str, content: text.Content) -> _Act:
    """A button's work on the cleaned draft and its subject. What does not fit any more changes nothing and says so."""
    verb, _colon, path = op.partition(":")
    if verb not in REPLACES:
        anchor = {"add": f"{path}.new", "remove": path.rpartition(".")[0], "check": "findings"}.get(verb, path)
        return _Act(content, anchor=anchor)  # edit.html has these ids
    try:
        change, anchor = _change(memo, verb, path, op, content)
        return _Act(change.on(content), None if verb == "undo" else change.undo, anchor)
    except Gone:
        told = _("The text has changed at this place meanwhile. Nothing was replaced; your words are saved.")
        return _Act(content, anchor="findings" if verb == "put" else "", told=told)
    except LookupError:
        return _Act(content, told=_("This cannot be written from the data any more. Your words are saved."))


def _change(memo: Memo, verb: str, path: str, op: str, content: text.Content) -> tuple[Change, str]:
    """What a button replaces, and where to look after it. Raises Gone or LookupError."""
    if verb == "put":
        change = Change.of(op)
        if change.path.partition(".")[0] == FROZEN:
            raise Gone
        return change, change.path
    if verb == "undo":
        draft = Draft.objects.filter(memo=memo).first()
        if draft is None or not draft.undo:
            raise Gone
        change = Change(**draft.undo)
        return change, change.path
    if verb == "generate" and content.get(FROZEN):
        facts_then = follow_ups.facts_of(memo, content[FROZEN])
        return Change.whole(content, path, follow_up_words.written(content, path, facts_then)), path
    year = checking.year_of(content)
    if year is None:
        raise LookupError
    on = calendar.day_of(calendar.now())
    try:
        facts, known = drafts.facts_of(memo.organization, memo.division, year, on=on)
    except Assessment.DoesNotExist as gone:
        raise LookupError from gone
    if verb == "generate":
        return Change.whole(content, path, analysis.written(content, path, facts)), path
    wanted = library.find(known, path)
    if wanted is None:
        raise LookupError(path)
    place, plan = analysis.taken(content, wanted, facts, on=on)
    return Change.whole(content, "plan", plan), f"plan.{place}.measures"


def _editor(
    request: HttpRequest,
    memo: Memo,
    subject: str,
    body: text.Content,
    *,
    version: int,
    draft: Draft | None = None,
    errors: dict[str, list[str]] | None = None,
    theirs: Draft | None = None,
    status: int = 200,
) -> HttpResponse:
    divisions = list(memo.organization.divisions_by_code.values())
    frozen = _frozen(memo)
    legible = text.legible(body) | frozen
    recorded = checking.recorded_of(memo, legible)
    result = recorded[0]
    found = _findings(memo, legible, subject, memo.organization.names_of_divisions, recorded)
    context = {
        "memo": memo,
        "attached": attachments.of(memo),
        "subject": subject,
        "body": body,
        "version": theirs.version if theirs else version,
        "draft": draft,
        "errors": errors or {},
        "theirs": theirs,
        "divisions": divisions,
        "instruments": text.INSTRUMENTS,
        "gaps": _gaps(memo, {**body, "subject": subject}, divisions) if status == 200 and not errors else [],
        "returned": waiting_reason(memo) if memo.state == State.RETURNED else None,
        "panel": found,
        "analysis": text.has_table(legible, memo.kind.outline),
        "incomplete_table": len(legible["scores"]["indicators"]) < len(memo.kind.outline.get("indicators", [])),
        "year": checking.year_of(legible),
        "years": rulebook.years(),
        "result": result,
        "written": _written(result, frozen),
        "figures": frozen.get(FROZEN),
        "undo": _undoable(draft, body),
        **(_library(memo, legible, result) if result else {}),
    }
    return render(request, "memo_flow/edit.html", context, status=status)


def _written(result: YearResult | None, frozen: dict[str, Any]) -> dict[str, Any]:
    """The ids of the sections that can be written from the data."""
    if frozen:
        return {"sections": tuple(follow_up_words.SECTIONS)}
    return {"sections": analysis.WRITTEN, "report": analysis.REPORTED} if result else {}


def _gaps(memo: Memo, body: text.Content, divisions: list[Division]) -> list[text.Gap]:
    return text.gaps(body, divisions={one.code for one in divisions}, outline=memo.kind.outline)


def _findings(
    memo: Memo, body: text.Content, subject: str, divisions: dict[str, str], recorded: checking.Recorded
) -> Panel | None:
    """None for a memo that is not checked."""
    dated = checking.dated(memo, calendar.day_of(calendar.now()))
    result, before = recorded
    report = checking.checked(body, subject=subject, divisions=divisions, result=result, before=before, dated=dated)
    if report is None:
        return None
    return panel(report.findings_as_data(), body, subject=subject, proof=report.proof)


def _marked(body: text.Content, found: Panel) -> list[tuple[str, list[Segment]]]:
    """Every field that can be marked, with its marked text or nothing: what an earlier check marked goes away."""
    return [(path, found.by_field.get(path, [])) for path in ("subject", *_fields(body))]


def _fields(node: Any, path: str = "") -> Iterator[str]:
    """The paths of the fields that edit.html shows marks under."""
    if isinstance(node, dict):
        for key, value in node.items():
            where = f"{path}.{key}" if path else key
            if isinstance(value, (dict, list)) and key not in ("before", FROZEN):  # no fields to be seen
                yield from _fields(value, where)
            elif key in MARKED and path:
                yield where
    elif isinstance(node, list):
        for n, value in enumerate(node):
            yield from _fields(value, f"{path}.{n}")


def _undoable(draft: Draft | None, body: text.Content) -> dict[str, Any] | None:
    """What the newest save's button did, for the words beside Undo."""
    if draft is None or not draft.undo:
        return None
    change = Change(**draft.undo)
    return {"change": change, "place": place_of(change.path, body)}


def _library(memo: Memo, body: text.Content, result: YearResult) -> dict[str, Any]:
    """Measures to choose from: for each plan row those of its indicator that it does not have, then all others.

    A row that has every one of them already gets an empty list, a row of an indicator without any gets none.
    """
    known = library.known(memo.organization_id, calendar.day_of(calendar.now()))
    rows = {}
    for n, row in enumerate(body["plan"]):
        taken = {library.bare(measure["text"]) for measure in row["measures"]}
        if fitting := library.for_indicators(known, {row["indicator"]}):
            rows[n] = [one for one in fitting if library.bare(one.text) not in taken]
    planned = {row["indicator"] for row in body["plan"]}
    others = [one for one in known if one.indicator not in planned and one.indicator in result.rules.by_number]
    return {"choices": rows, "others": others, "last": library.of_year(known, result.year), "rules": result.rules}
