"""The way of a decision: the only code that fires an arrow of a memo or moves its flow.

Every act is one transaction: lock the memo row (which is also the load), ask, move, record, tell. viewflow's own
exceptions never leave this module.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from viewflow.workflow.exceptions import FlowRuntimeError

from audit import chain
from audit.models import Event
from files import shelf
from files.models import Attachment
from measures import follow_up, planning
from measures import letters as task_letters
from measures.queries import year_of_memo
from memo_flow import attachments, checking, drafts, flows, letters, manuscripts, policies, registry, settling
from memo_flow import content as text
from memo_flow.lifecycle import State
from memo_flow.models import (
    OUTCOMES,
    REASONED,
    Action,
    Circulation,
    Decision,
    Draft,
    Memo,
    OnObjection,
    Outcome,
    Revision,
    RouteStep,
    Step,
)
from memo_flow.queries import locked, newest_revision, steps_of
from notifications import outbox
from organization import years
from organization.calendar import WorkingDays, day_of
from organization.models import HEADS, Position, User
from organization.plain_text import says_something, words
from organization.refusals import NotNow, Stale
from organization.seats import Seat, seats_of

_ROUTE_FIELDS = ("group", "position", "action", "days", "working_days", "needed", "on_objection", "same_person")


@transaction.atomic
def submit(
    memo_id: UUID,
    *,
    by: User,
    reason: str = "",
    version: int | None = None,
    seen: str | None = None,
    attached: str | None = None,
    now: datetime,
) -> Memo:
    """Send the draft on its way: freeze its text, number it the first time, open the first group of steps.

    `version` is that of the draft that was looked at (0: the returned text, untouched), `seen` the digest of the
    findings that were shown with it (checking.digest_of), `attached` that of its files (attachments.digest_of); None
    asks for no comparison. What the checker finds and what is attached become part of the text; the evidence
    that a follow-up's figures name stays from now on.

    Raises Memo.DoesNotExist, Refused, NotNow, Stale (somebody saved or attached meanwhile, or other things are found),
    or ValidationError with {path: messages} of what is still missing; that of `reason` where it goes on with high
    findings and nobody says why.
    """
    memo = locked(memo_id, by)
    seat = policies.require(by, "submit", memo, on=day_of(now))
    reason = words(reason, "reason")
    if version is not None and version != drafts.version_of(memo):
        raise Stale(_("Somebody else has saved this draft while you were reading. Look at it again."), memo)
    body = drafts.working_text(memo)
    _require_complete(memo, body)
    _require_open_years(memo, body)
    findings = checking.findings_on(memo, body, on=day_of(now)) or []
    if seen is not None and seen != checking.digest_of(findings):
        raise Stale(_("The check finds something else than when you looked. Read the findings again."), memo)
    _require_reason(findings, reason)
    _keep_evidence(body, now=now)
    files = attachments.of(memo)
    if attached is not None and attached != attachments.digest_of(files):
        raise Stale(_("Other files are attached than when you looked. Look at them again."), memo)
    with _moving():
        memo.submit()
        memo.process, task = flows.begin()
    first = memo.round == 0
    memo.round += 1
    if first:
        memo.submitted_at = now
        memo.entry = registry.enter(memo, at=now)
    memo.save(update_fields=["state", "process", "round", "submitted_at"])
    revision = _freeze(memo, body, findings, files, reason=reason, by=by, seat=seat, now=now)
    Draft.objects.filter(memo=memo).delete()
    if memo.follows_id:
        outbox.void(letters.about_follow_up(memo.follows_id, memo.follow_up), at=now)
    _open_group(memo, _copy_route(memo), task, now=now)
    chain.record(
        memo,
        "submitted",
        by=by,
        seat=seat,
        at=now,
        state=memo.state,
        round=memo.round,
        number=memo.entry.running,
        digest=revision.digest,
    )
    return memo


@transaction.atomic
def decide(
    memo_id: UUID,
    *,
    by: User,
    step: int,
    outcome: str,
    comment: str = "",
    order: str = "",
    revision: str,
    now: datetime,
) -> Decision:
    """Answer one step of a memo. `revision` is the digest of the text that was read.

    Raises Memo.DoesNotExist, NotNow (this step has been answered), Refused (not your seat), Stale (the text has
    changed) or ValidationError (an outcome the step does not offer, a missing reason, words that cannot be kept).
    """
    memo = locked(memo_id, by)
    steps = steps_of(memo)
    mine = next((s for s in steps if s.pk == step), None)
    seat = policies.require(by, "decide", memo, on=day_of(now), step=mine)
    assert mine is not None  # require() refused it
    policies.one_person_one_step(by, mine, steps)
    if revision != mine.text_digest:  # type: ignore[attr-defined]
        raise Stale(_("The memo has been changed since you read it. Read it again before you decide."), memo)
    decision = Decision(
        memo=memo,
        step=mine,
        revision_id=mine.text_id,  # type: ignore[attr-defined]
        outcome=_outcome(mine, outcome),
        comment=words(comment, "comment"),
        order=words(order, "order") if outcome == Outcome.APPROVE else "",
        user=by,
        position=seat.position,
        acting=seat.acting,
        at=now,
    )
    if outcome in REASONED and not says_something(decision.comment):
        raise ValidationError({"comment": _("Give the reason.")})
    decision.save(force_insert=True)
    _settle(memo, steps, mine, decision, seat, now=now)
    return decision


@transaction.atomic
def withdraw(memo_id: UUID, *, by: User, reason: str, now: datetime) -> Memo:
    """Take a memo back before the last decision on it; its number stays in the register as cancelled.

    Raises Memo.DoesNotExist, Refused, NotNow or ValidationError (no reason given).
    """
    # Lock before loading: behind a submission the joined rows of one statement would be those from before it.
    list(Memo.objects.select_for_update().filter(pk=memo_id).values_list("pk"))
    memo = locked(memo_id, by)
    seat = policies.require(by, "withdraw", memo, on=day_of(now))
    reason = words(reason, "reason", needed=_("Give the reason."))
    waiting = [s for s in steps_of(memo) if s.is_open]
    with _moving():
        memo.withdraw()
        if memo.process:
            flows.close(memo.process)
    revision = newest_revision(memo)
    assert revision is not None
    memo.closed_at, memo.subject = now, revision.content["subject"]  # a revised subject was never submitted
    memo.save(update_fields=["state", "closed_at", "subject"])
    _close(waiting, now=now)
    registry.cancel(memo, at=now)
    Draft.objects.filter(memo=memo).delete()
    decision = _act(memo, Outcome.WITHDRAW, reason, by=by, seat=seat, now=now)
    _record(memo, decision, by=by, seat=seat, now=now)
    outbox.void(letters.about(memo), at=now)
    letters.withdrawn(memo, waiting, decision, seat, at=now)
    return memo


@transaction.atomic
def reassign(memo_id: UUID, *, by: User, step: int, to: int, reason: str, now: datetime) -> Step:
    """Pass an open step to another position of the office, with the reason; the step's history stays.

    Raises Memo.DoesNotExist, Refused, NotNow or ValidationError (no reason, no such position, already on it).
    """
    memo = locked(memo_id, by)
    seat = policies.require(by, "reassign", memo, on=day_of(now))
    steps = steps_of(memo)
    old = next((s for s in steps if s.pk == step and s.is_open), None)
    if old is None:
        raise NotNow(_("This step has been decided already, or the memo no longer waits for it."))
    reason = words(reason, "reason", needed=_("Give the reason."))
    position = Position.objects.filter(pk=to, organization=memo.organization_id, ended_on=None).first()
    if position is None:
        raise ValidationError({"to": _("Choose a position.")})
    if position.pk == memo.author_position_id or position.role not in policies.MAY_TAKE[Action(old.action)]:
        raise ValidationError({"to": _("This position may not answer in its place.")})
    if any(s.position_id == position.pk and s.group == old.group for s in steps):
        raise ValidationError({"to": _("This position is on the step already.")})
    decision = _act(memo, Outcome.REASSIGN, reason, by=by, seat=seat, now=now, step=old)
    _close([old], now=now)
    route = {name: getattr(old, name) for name in _ROUTE_FIELDS} | {"position": position}
    new = Step(memo=memo, round=memo.round, replaces=old, **route)
    new.save()
    _open([new], old.task, memo, now=now)
    _record(memo, decision, by=by, seat=seat, now=now, to=position.pk)
    told = letters.reassigned(memo, old, decision, seat, position, at=now)
    outbox.post([*letters.steps_opened(memo, [new], at=now), *told], at=now)
    return new


@transaction.atomic
def acknowledge(memo_id: UUID, *, by: User, now: datetime) -> list[Circulation]:
    """A division head has read what was circulated. Doing it twice changes nothing and is no error."""
    memo = locked(memo_id, by)
    policies.require(by, "acknowledge", memo, on=day_of(now))
    seats = seats_of(by, day_of(now))
    rows = [r for r in memo.circulations.filter(acknowledged_at=None) if seats.at(r.position_id, memo.kind.code)]
    for row in rows:
        seat = seats.at(row.position_id, memo.kind.code)
        assert seat is not None
        row.acknowledged_at, row.acknowledged_by, row.acting = now, by, seat.acting
        row.save(update_fields=["acknowledged_at", "acknowledged_by", "acting"])
        chain.record(memo, "acknowledged", by=by, seat=seat, at=now, circulation=row.pk)
    return rows


def _outcome(step: Step, outcome: str) -> Outcome:
    offered = OUTCOMES[Action(step.action)]
    if outcome not in offered:
        raise ValidationError({"outcome": _("Choose one of the answers this step offers.")})
    return Outcome(outcome)


def _settle(memo: Memo, steps: Sequence[Step], mine: Step, decision: Decision, seat: Seat, *, now: datetime) -> None:
    """What the answer does: the step closes; its group may settle; the memo goes on, back, or to its end."""
    outcome = Outcome(decision.outcome)
    back = outcome == Outcome.RETURN or (outcome == Outcome.OBJECT and mine.on_objection == OnObjection.RETURN)
    group = [s for s in steps if s.group == mine.group]
    settled = back or outcome == Outcome.REJECT or _enough(group, mine)
    _close([s for s in group if s.is_open and (settled or s == mine)], now=now)
    outgoing = [letters.decided(memo, decision, seat)]
    following = _following(steps, mine.group) if settled and not back and outcome != Outcome.REJECT else []
    if settled:
        assert mine.task is not None
        with _moving():
            next_task = flows.advance(mine.task, by=decision.user, more=bool(following))
            _arrow(memo, back=back, outcome=outcome, more=bool(following))
        if following:
            _open(following, next_task, memo, now=now)
            outgoing += letters.steps_opened(memo, following, at=now)
        else:
            memo.closed_at = None if back else now
            memo.save(update_fields=["state", "closed_at"])
    if memo.state == State.APPROVED:
        outgoing += _approved(memo, steps, decision, seat, now=now)
    last = _record(memo, decision, by=decision.user, seat=seat, now=now)
    if memo.state in (State.APPROVED, State.REJECTED):
        assert decision.revision is not None
        manuscripts.freeze(memo, decision.revision, steps=steps, last=last, by=decision.user, seat=seat, at=now)
    outbox.post(outgoing, at=now)


def _arrow(memo: Memo, *, back: bool, outcome: Outcome, more: bool) -> None:
    if back:
        memo.send_back()
    elif outcome == Outcome.REJECT:
        memo.reject()
    elif not more:
        memo.approve()


def _enough(group: list[Step], mine: Step) -> bool:
    """Is the group settled with this answer? All of it, or as many as the route needs."""
    answered = 1 + len([s for s in group if s.decided_by is not None and s.pk != mine.pk])  # type: ignore[attr-defined]
    still_open = [s for s in group if s.is_open and s.pk != mine.pk]
    return not still_open or (mine.needed is not None and answered >= mine.needed)


def _following(steps: Iterable[Step], group: int) -> list[Step]:
    later = [s for s in steps if s.group > group]
    return [s for s in later if s.group == min(one.group for one in later)]


def _approved(
    memo: Memo, steps: Sequence[Step], decision: Decision, seat: Seat, *, now: datetime
) -> list[outbox.Draft]:
    """What approval sets going: the divisions' tasks, and the circulation to their heads."""
    assert decision.revision is not None
    order = _orders(memo, steps, decision)
    tasks = planning.spawn(memo, decision.revision.content, order=order, by=decision.user, seat=seat, at=now)
    staff = task_letters.staff_of(memo.organization_id, day_of(now))
    heads = [] if memo.kind.secret else [position for position in staff if position.role in HEADS]
    Circulation.objects.bulk_create(Circulation(memo=memo, position=head, at=now) for head in heads)
    told = [one for head in heads for one in staff[head]]
    return [
        *task_letters.assigned(memo, tasks, staff, order=order),
        *letters.circulated(memo, told, decision, seat),
    ]


def _orders(memo: Memo, steps: Sequence[Step], last: Decision) -> str:
    """What the approvers of this round ordered, in the order they signed; usually there is one."""
    if len([s for s in steps if s.action == Action.APPROVE]) == 1:
        return last.order
    said = Decision.objects.filter(memo=memo, step__in=steps).exclude(order="").order_by("at", "pk")
    return "\n".join(said.values_list("order", flat=True))


def _close(steps: list[Step], *, now: datetime) -> None:
    """These steps wait no more, and neither do their letters."""
    for step in steps:
        step.closed_at = now
    Step.objects.filter(pk__in=[s.pk for s in steps]).update(closed_at=now)
    outbox.void(*[letters.about_step(s) for s in steps], at=now)


def _open(steps: list[Step], task: Any, memo: Memo, *, now: datetime) -> None:
    days, today = WorkingDays.of(memo.organization_id), day_of(now)
    for step in steps:
        step.opened_at, step.due_on, step.task = now, settling.due_on(step, today, days), task
    if len(steps) == 1:
        steps[0].save(update_fields=["opened_at", "due_on", "task"])
    else:
        Step.objects.bulk_update(steps, ["opened_at", "due_on", "task"])


def _open_group(memo: Memo, steps: list[Step], task: Any, *, now: datetime) -> None:
    first = _following(steps, -1)
    _open(first, task, memo, now=now)
    outbox.post(letters.steps_opened(memo, first, at=now), at=now)


def _copy_route(memo: Memo) -> list[Step]:
    """This round's steps: the kind's route as it is today, or the route the memo set out on."""
    source: Iterable[Any]
    if memo.round == 1:
        source = RouteStep.objects.filter(route=memo.kind.route_id).select_related("position")
    else:
        source = memo.steps.filter(round=1, replaces=None).select_related("position")
    steps = [
        Step(memo=memo, round=memo.round, **{name: getattr(one, name) for name in _ROUTE_FIELDS})
        for one in sorted(source, key=lambda one: (one.group, one.pk))
    ]
    last = max((s.group for s in steps), default=None)
    if last is None or any(s.group == last and s.action != Action.APPROVE for s in steps):
        raise ValidationError(_("This kind of memo has no route that ends with an approval."))
    return Step.objects.bulk_create(steps)


def _require_complete(memo: Memo, body: text.Content) -> None:
    codes = memo.organization.divisions_by_code.keys()
    missing = text.gaps({**body, "subject": memo.subject}, divisions=codes, outline=memo.kind.outline)
    if not memo.subject.strip():
        missing.insert(0, text.Gap("subject", _("Write the subject.")))
    if missing:
        errors: dict[str, list[str]] = {}
        for gap in missing:
            errors.setdefault(gap.path, []).append(gap.message)
        raise ValidationError(errors)


def _require_open_years(memo: Memo, body: text.Content) -> None:
    """Neither new work for a closed year nor a report on one's measures sets out any more."""
    planned = [text.year_of_plan(body)] if body["plan"] else []
    reported = [year] if (year := year_of_memo(memo.follows_id)) else []
    years.require_open(memo.organization_id, *planned, *reported)


def _keep_evidence(body: text.Content, *, now: datetime) -> None:
    """What a follow-up's figures name stays for good from now on."""
    if figures := body.get("follow_up"):
        try:
            follow_up.keep_evidence(figures, at=now)
        except NotNow as gone:
            said = _("Evidence that the figures name was removed meanwhile. Take the figures again.")
            raise ValidationError({"figures.name": [said]}) from gone


def _require_reason(findings: list[dict[str, Any]], reason: str) -> None:
    high = checking.high_of(findings)
    if high and not says_something(reason):
        message = ngettext(
            "The check has %(n)s high finding. Correct it, or say why the memo is submitted as it is.",
            "The check has %(n)s high findings. Correct them, or say why the memo is submitted as it is.",
            high,
        )
        raise ValidationError({"reason": message % {"n": high}})


def _freeze(
    memo: Memo,
    body: text.Content,
    findings: list[dict[str, Any]],
    files: list[Attachment],
    *,
    reason: str,
    by: User,
    seat: Seat,
    now: datetime,
) -> Revision:
    attached = attachments.as_data(files)
    content = text.frozen(body, subject=memo.subject, reason=reason, attachments=attached, findings=findings)
    if files:
        shelf.freeze(files, now=now)
    return Revision.objects.create(
        memo=memo,
        round=memo.round,
        content=content,
        digest=chain.digest(content),
        at=now,
        by=by,
        position=seat.position,
        acting=seat.acting,
    )


def _act(
    memo: Memo, outcome: Outcome, reason: str, *, by: User, seat: Seat, now: datetime, step: Step | None = None
) -> Decision:
    return Decision.objects.create(
        memo=memo,
        step=step,
        revision=newest_revision(memo),
        outcome=outcome,
        comment=reason,
        user=by,
        position=seat.position,
        acting=seat.acting,
        at=now,
    )


def _record(memo: Memo, decision: Decision, *, by: User, seat: Seat, now: datetime, **data: Any) -> Event:
    data |= {"state": memo.state, "decision": decision.pk, "step": decision.step_id, "words": decision.words}
    return chain.record(memo, Outcome(decision.outcome).verb, by=by, seat=seat, at=now, **data)


@contextmanager
def _moving() -> Iterator[None]:
    """viewflow refusing a move means that somebody was faster."""
    try:
        yield
    except FlowRuntimeError as error:
        raise NotNow(_("This step has been decided already, or the memo no longer waits for it.")) from error
