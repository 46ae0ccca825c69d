"""What the memo page shows one reader: the paper, whose turn it is, what this reader may do, and why not."""

from datetime import date
from typing import Any

from documents import orders
from measures.queries import board_order, with_progress
from measures.queries import visible_to as visible_tasks
from memo_flow import attachments, follow_ups, manuscripts, paper, policies, shelves
from memo_flow.content import Content
from memo_flow.findings import panel
from memo_flow.forms import DecisionForm
from memo_flow.lifecycle import State
from memo_flow.models import OUTCOMES, Action, Memo, Outcome, Revision, Step
from memo_flow.queries import decisions_on, history_of, newest_revision, steps_of, visible_to, waiting_reason
from organization import calendar
from organization.models import User
from organization.refusals import Refused
from organization.seats import Seat, Seats, seats_of


def memo_page(memo: Memo, user: User, *, form: DecisionForm | None = None, refusal: str = "") -> dict[str, Any]:
    """The context of memo_flow/memo.html; a constant number of statements."""
    today = calendar.day_of(calendar.now())
    seats = seats_of(user, today)
    steps = steps_of(memo) if memo.round else []
    revision = newest_revision(memo)
    body = revision.content if revision and memo.state != State.DRAFT else None
    body = body or attachments.draft_of(memo)
    decided = list(decisions_on(memo)) if memo.round else []
    history = history_of(memo, decided) if memo.round else []
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
        "history": history,
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
        "may": {verb: policies.why_not(user, verb, memo, today, seats=seats) is None for verb in verbs},
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
