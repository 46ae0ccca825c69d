"""Which letter each event sends to whom. Called within the act's transaction; the post office sends after commit."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse

from measures.letters import open_subject, signed
from memo_flow.models import Decision, FollowUp, Memo, Outcome, RegisterEntry, Step
from notifications import outbox
from notifications.models import Nudge
from notifications.outbox import Draft, both
from organization.calendar import day_of
from organization.models import Position, Role, User
from organization.seats import Seat, holders_of

DECIDED = {
    Outcome.ENDORSE: "memo_endorsed",
    Outcome.OBJECT: "memo_objected",
    Outcome.RETURN: "memo_returned",
    Outcome.REJECT: "memo_rejected",
    Outcome.APPROVE: "memo_approved",
}


NUDGED = "step_nudged"


def about(memo: Memo) -> str:
    return f"memo:{memo.pk}"


def about_step(step: Step) -> str:
    return f"step:{step.pk}"


def about_follow_up(memo_id: Any, kind: str) -> str:
    """The follow-up that a memo still has to get, for the letters that ask for it."""
    return f"follows:{memo_id}:{kind}"


def told_openly(abouts: Collection[str]) -> dict[str, str]:
    """The subjects of the memos that these letters speak of (notifications.openly); no secret one's."""
    steps = {int(about.partition(":")[2]) for about in abouts if about.startswith("step:")}
    memos = {about: about.split(":")[1] for about in abouts if not about.startswith("step:")}
    open_ones = Memo.objects.filter(kind__secret=False)
    subjects = {str(pk): said for pk, said in open_ones.filter(pk__in=memos.values()).values_list("pk", "subject")}
    of_steps = open_ones.filter(steps__in=steps).values_list("steps", "subject")
    found = {f"step:{pk}": said for pk, said in of_steps if pk in steps}
    return found | {about: subjects[pk] for about, pk in memos.items() if pk in subjects}


def facts(memo: Memo) -> dict[str, Any]:
    """What every letter about a memo states."""
    entry: RegisterEntry | None = getattr(memo, "entry", None)
    return {
        "subject": memo.subject,
        "number": entry.number if entry else "",
        "path": reverse("memo", args=[memo.pk]),
        "organization": both(memo.organization),
    }


def steps_opened(memo: Memo, steps: Iterable[Step], *, at: datetime) -> list[Draft]:
    """Tell everyone who may answer, holder and acting official; a vacant seat is told to the head of office."""
    steps = list(steps)
    holders = holders_of([s.position for s in steps], day_of(at), memo_kind=memo.kind.code)
    drafts = []
    for step in steps:
        told = holders.get(step.position_id, [])
        drafts += [_waits(memo, step, seat) for seat in told]
        if not told:
            drafts += _vacant(memo, step, at=at)
    return drafts


def _waits(memo: Memo, step: Step, seat: Seat) -> Draft:
    return Draft(
        memo.organization_id,
        seat.user.pk,
        "memo_waits",
        about_step(step),
        f"waits:{step.pk}:{seat.user.pk}",
        {
            **facts(memo),
            "from": both(memo.author_position),
            "action": step.action,
            "due_on": step.due_on.isoformat() if step.due_on else "",
            "acting_for": both(step.position) if seat.acting else "",
        },
    )


def _vacant(memo: Memo, step: Step, *, at: datetime) -> list[Draft]:
    office = Position.objects.filter(organization=memo.organization_id, role=Role.HEAD_OF_OFFICE)
    seats = holders_of(office, day_of(at))
    return [
        Draft(
            memo.organization_id,
            seat.user.pk,
            "seat_vacant",
            about_step(step),
            f"vacant:{step.pk}:{seat.user.pk}",
            {**_hidden(memo), "position": both(step.position)},
        )
        for told in seats.values()
        for seat in told
    ]


def _hidden(memo: Memo) -> dict[str, Any]:
    """The facts for someone who is not on the route: the subject of a secret memo is not told."""
    return {**facts(memo), "subject": open_subject(memo)}


def decided(memo: Memo, decision: Decision, seat: Seat) -> Draft:
    """Tell the author what was decided and why."""
    return Draft(
        memo.organization_id,
        memo.author_id,
        DECIDED[Outcome(decision.outcome)],
        about(memo),
        f"decided:{decision.pk}",
        {**facts(memo), "by": signed(seat), "comment": decision.comment, "order": decision.order},
    )


def circulated(memo: Memo, told: Iterable[Seat], decision: Decision, seat: Seat) -> list[Draft]:
    """Tell every division head what was approved; they acknowledge it."""
    return [
        Draft(
            memo.organization_id,
            person,
            "memo_circulated",
            about(memo),
            f"circulated:{memo.pk}:{person}",
            {**facts(memo), "by": signed(seat), "order": decision.order},
        )
        for person in dict.fromkeys(one.user.pk for one in told)
    ]


def withdrawn(memo: Memo, steps: Iterable[Step], decision: Decision, seat: Seat, *, at: datetime) -> None:
    """Tell those it waited for that it waits no more."""
    holders = holders_of([s.position for s in steps], day_of(at), memo_kind=memo.kind.code)
    people = {one.user.pk for told in holders.values() for one in told} - {decision.user_id}
    outbox.post(
        [
            Draft(
                memo.organization_id,
                person,
                "memo_withdrawn",
                about(memo),
                f"withdrawn:{memo.pk}:{person}",
                {**facts(memo), "by": signed(seat), "comment": decision.comment},
            )
            for person in people
        ],
        at=at,
    )


def reassigned(memo: Memo, old: Step, decision: Decision, seat: Seat, to: Position, *, at: datetime) -> list[Draft]:
    """Tell the author, and those it waited for, that the step was passed on; who passed it on knows it."""
    holders = holders_of([old.position], day_of(at), memo_kind=memo.kind.code)
    people = {memo.author_id, *(one.user.pk for told in holders.values() for one in told)} - {decision.user_id}
    said = {**facts(memo), "by": signed(seat), "to": both(to), "comment": decision.comment}
    return [
        Draft(memo.organization_id, person, "memo_reassigned", about(memo), f"reassigned:{decision.pk}:{person}", said)
        for person in sorted(people)
    ]


def nudged(memo: Memo, step: Step, said: Nudge, told: Iterable[Seat], seat: Seat) -> list[Draft]:
    """Ask everyone who may answer the step for the decision."""
    return [
        Draft(
            memo.organization_id,
            one.user.pk,
            NUDGED,
            about_step(step),
            f"nudged:{said.pk}:{one.user.pk}",
            {
                **facts(memo),
                "by": signed(seat),
                "comment": said.text,
                "due_on": step.due_on.isoformat() if step.due_on else "",
                "acting_for": both(step.position) if one.acting else "",
            },
        )
        for one in told
    ]


def abouts(memo: Memo) -> list[str]:
    """How letters name a memo, every step it had in any round, and the follow-ups it has to get. One statement."""
    steps = Step.objects.filter(memo=memo).order_by("pk")
    return [about(memo), *map(about_step, steps.only("pk")), *(about_follow_up(memo.pk, kind) for kind in FollowUp)]


def handed_over(memo: Memo, was: User, to: User, by: User, *, at: datetime) -> Draft:
    """Tell the new author of a memo whose author left. The subject is the draft's, where it was never submitted."""
    said = {
        "by": both(by),
        "was": both(was),
        "subject": memo.subject or both(memo.kind),
        "path": reverse("memo", args=[memo.pk]),
        "organization": both(memo.organization),
    }
    return Draft(
        memo.organization_id, to.pk, "memo_handed_over", about(memo), f"handed:{memo.pk}:{to.pk}:{at.isoformat()}", said
    )
