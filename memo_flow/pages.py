"""What the memo page shows one reader: the paper, whose turn it is, what this reader may do, and why not."""

from datetime import date, datetime
from functools import partial
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from documents import orders
from measures.queries import board_order, with_progress
from measures.queries import visible_to as visible_tasks
from memo_flow import attachments, follow_ups, letters, manuscripts, nudging, paper, policies, shelves
from memo_flow.content import Content
from memo_flow.findings import panel
from memo_flow.forms import DecisionForm
from memo_flow.lifecycle import State
from memo_flow.models import OUTCOMES, Action, Memo, Outcome, Revision, Step
from memo_flow.queries import (
    decisions_on,
    history_of,
    newest_revision,
    nudges_on,
    steps_of,
    visible_to,
    waiting_reason,
)
from notifications import ledger, notices, nudges
from organization import calendar
from organization.models import Role, User
from organization.paging import page_of
from organization.refusals import Refused
from organization.seats import Seat, Seats, seats_of


def memo_page(
    memo: Memo, user: User, *, form: DecisionForm | None = None, refusal: str = "", seen: bool = False
) -> dict[str, Any]:
    """The context of memo_flow/memo.html, in constant statements. `seen`: its notices are read by this look."""
    now = calendar.now()
    today = calendar.day_of(now)
    seats = seats_of(user, today)
    steps = steps_of(memo) if memo.round else []
    revision = newest_revision(memo)
    body = revision.content if revision and memo.state != State.DRAFT else None
    body = body or attachments.draft_of(memo)
    decided = list(decisions_on(memo)) if memo.round else []
    history = history_of(memo, decided) if memo.round else []
    abouts = letters.abouts(memo) if memo.round else []
    if seen and abouts:
        notices.saw(user, abouts, now=now)
    step, seat = turn_of(user, seats, memo, steps)
    circulations = (
        list(memo.circulations.select_related("position", "acknowledged_by").order_by("pk")) if memo.round else []
    )
    source = memo_follows(memo, user, today, seats)
    verbs = ("edit", "submit", "withdraw", "discard", "reassign")
    return {
        "memo": memo,
        "body": body,
        "panel": panel(body.get("findings", []), body),
        **paper.annex(body),
        "divisions": memo.organization.names_of_divisions,
        "revision": revision,
        "blocks": paper.blocks(steps, decided),
        "author_signature": _author_signature(memo, revision),
        "timeline": paper.timeline(memo, steps, history, decided),
        "history": sorted([*history, *(nudges_on(abouts) if abouts else [])], key=lambda moment: moment.at),
        **_told(user, abouts, seats, now),
        "objections": [d for d in decided if d.outcome == Outcome.OBJECT and revision and d.revision_id == revision.pk],
        "rejection": next((d for d in decided if d.outcome == Outcome.REJECT), None),
        "step": step,
        "seat": seat,
        "outcomes": [(o.value, o) for o in OUTCOMES[Action(step.action)]] if step else [],
        "form": form or DecisionForm(initial={"step": step.pk if step else None}),
        "refusal": refusal,
        "returned": waiting_reason(memo) if memo.state == State.RETURNED else None,
        "circulations": circulations,
        "to_acknowledge": [
            c for c in circulations if c.acknowledged_at is None and seats.at(c.position_id, memo.kind.code)
        ],
        "tasks": list(board_order(with_progress(visible_tasks(user, today, seats).filter(measure__row__memo=memo))))
        if memo.state == State.APPROVED
        else [],
        "shelf": shelves.of(orders.papers_about(manuscripts.about(memo)) if memo.round else [], body),
        "follows": source,
        "publishable": publishable(memo, body),
        "follow_ups": follow_ups.places(memo, body, user, today, seats),
        "may": {verb: policies.why_not(user, verb, memo, today, seats=seats) is None for verb in verbs}
        | {"nudge": bool(to_nudge(user, memo, steps, today, seats))},
    }


def memo_follows(memo: Memo, user: User, today: date, seats: Seats) -> Memo | None:
    """The memo whose measures a follow-up reports, where this reader may see it."""
    if memo.follows_id is None:
        return None
    return visible_to(user, today, seats).select_related("entry").filter(pk=memo.follows_id).first()


def publishable(memo: Memo, body: Content) -> bool:
    """May anything of it be published: an approved analysis that orders measures, or a report on one, never a secret
    one (disclosure.snapshots.publishable says the same of all memos)? One statement at most."""
    if memo.state != State.APPROVED:
        return False
    order = Memo.objects.select_related("kind").get(pk=memo.follows_id) if memo.follows_id else memo
    secret = memo.kind.secret or order.kind.secret
    return not secret and "indicators" in order.kind.outline and bool(memo.follows_id or body["plan"])


def _told(user: User, abouts: list[str], seats: Seats, now: datetime) -> dict[str, Any]:
    """The newest of who was told what, and whether there is more."""
    if not abouts:
        return {"told": None}
    of_office = seats.with_role(Role.HEAD_OF_OFFICE) is not None
    told, more = ledger.newest(Q(about__in=abouts), reader=user, of_office=of_office, now=now)
    return {"told": told, "told_more": more}


def told_page(request: HttpRequest, memo: Memo) -> dict[str, Any]:
    """The context of notifications/ledger.html: all that anybody was told of the memo."""
    now = calendar.now()
    seats = seats_of(request.user, calendar.day_of(now))  # type: ignore[arg-type]
    of_office = seats.with_role(Role.HEAD_OF_OFFICE) is not None
    which = ledger.about(Q(about__in=letters.abouts(memo)))
    page = page_of(which, request, key=("-at", "-pk"), size=ledger.NEWEST)
    return {
        "title": memo.subject,
        "back_url": reverse("memo", args=[memo.pk]),
        "back": _("To the memo"),
        "page": page,
        "lines": ledger.lines(page.rows, reader=request.user, of_office=of_office, now=now),  # type: ignore[arg-type]
    }


def to_nudge(user: User, memo: Memo, steps: list[Step], today: date, seats: Seats) -> list[Step]:
    """The open steps that this person may remind of, whoever sits there."""
    may = partial(policies.why_not, user, "nudge", memo, today, seats=seats)
    return [one for one in steps if one.is_open and may(step=one) is None]


def nudge_page(memo: Memo, user: User) -> dict[str, Any]:
    """What may be reminded of now: each open step, whom it would tell, the day it is possible again."""
    now = calendar.now()
    today = calendar.day_of(now)
    steps = []
    for step in to_nudge(user, memo, steps_of(memo), today, seats_of(user, today)):
        last = nudges.newest(letters.about_step(step))
        told = nudging.holders(memo, step, user, now)
        steps.append({"step": step, "told": told, "last": last, "again": nudges.again(last, today)})
    return {"memo": memo, "steps": steps, "open": [one for one in steps if one["told"] and not one["again"]]}


def turn_of(user: User, seats: Seats, memo: Memo, steps: list[Step]) -> tuple[Step | None, Seat | None]:
    """The open step that this reader may answer, and the seat they would answer in."""
    for step in steps:
        if step.is_open and (seat := seats.at(step.position_id, memo.kind.code)):
            try:
                policies.one_person_one_step(user, step, steps)
            except Refused:
                continue
            return step, seat
    return None, None


def _author_signature(memo: Memo, revision: Revision | None) -> list[str]:
    if revision is None:
        return paper.signature(memo.author, memo.author_position, None, memo.created_at)
    return paper.signature(revision.by, revision.position, revision.acting, revision.at)
