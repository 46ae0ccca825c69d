"""Memos as they stand against their chains, so that a changed row or a cut tail is found."""

from collections.abc import Iterator
from uuid import UUID

from django.db.models.fields.json import KT

from audit import chain
from audit.chain import Problem
from memo_flow.lifecycle import WRITABLE
from memo_flow.models import Circulation, Decision, Memo, Outcome, RegisterEntry, Revision, Step
from notifications.models import Nudge

KIND = chain.subject_type(Memo)


@chain.witness
def states_agree() -> Iterator[Problem]:
    """Every memo's state is the one its chain ends with; a chain without a memo ends with its draft thrown away."""
    states = chain.newest(KIND, "state")
    for pk, state in Memo.objects.values_list("pk", "state").iterator(chunk_size=2000):
        if states.pop(pk, None) != state:
            yield Problem(KIND, str(pk), f"its state {state} is not what the chain ends with")
    for pk, state in states.items():
        if state != "discarded":
            yield Problem(KIND, str(pk), "the memo of this chain is gone")


@chain.witness
def heads_agree() -> Iterator[Problem]:
    """A submitted memo's subject is its newest text's, and its number the one its chain gave."""
    subjects = dict(Revision.objects.order_by("memo_id", "round").values_list("memo_id", KT("content__subject")))
    submitted = Memo.objects.exclude(state__in=WRITABLE).values_list("pk", "subject")
    for pk, subject in submitted.iterator(chunk_size=2000):
        if subjects.get(pk) != subject:
            yield Problem(KIND, str(pk), "its subject is not that of its text")
    numbers = chain.newest(KIND, "number")
    for memo, running in RegisterEntry.objects.values_list("memo_id", "running").iterator(chunk_size=2000):
        if numbers.get(memo) != running:
            yield Problem(KIND, str(memo), "its number is not what the chain says")


@chain.witness
def follow_ups_agree() -> Iterator[Problem]:
    """A follow-up still reports on the memo it was drawn up from, as the report it was begun as."""
    sources, kinds = chain.newest(KIND, "follows"), chain.newest(KIND, "follow_up")
    for pk, source, kind in Memo.objects.values_list("pk", "follows", "follow_up").iterator(chunk_size=2000):
        if sources.get(pk) != (str(source) if source else None) or kinds.get(pk, "") != kind:
            yield Problem(KIND, str(pk), "what it follows is not what the chain says")


@chain.witness
def decisions_agree() -> Iterator[Problem]:
    """Every decision stands in the chain with its outcome and the digest of its words, and the reverse."""
    told = {e.data["decision"]: (e.subject_id, e.verb, e.data["words"]) for e in chain.telling(KIND, "decision")}
    for decision in Decision.objects.iterator(chunk_size=2000):
        said = (decision.memo_id, Outcome(decision.outcome).verb, decision.words)
        if told.pop(str(decision.pk), None) != said:
            yield Problem(KIND, str(decision.memo_id), f"its decision {decision.pk} is not what the chain says")
    for pk, (memo, *_rest) in told.items():
        yield Problem(KIND, str(memo), f"its decision {pk} is gone")


@chain.witness
def texts_agree() -> Iterator[Problem]:
    """Every submitted text is as it was frozen, and stands in the chain."""
    told: dict[tuple[UUID, int], str] = {
        (e.subject_id, e.data["round"]): e.data["digest"] for e in chain.telling(KIND, "digest")
    }
    for revision in Revision.objects.iterator(chunk_size=200):
        digest = told.pop((revision.memo_id, revision.round), None)
        if not digest == revision.digest == chain.digest(revision.content):
            yield Problem(KIND, str(revision.memo_id), f"the text of round {revision.round} is not what was submitted")
    for memo, number in told:
        yield Problem(KIND, str(memo), f"the text of round {number} is gone")


@chain.witness
def acknowledgements_agree() -> Iterator[Problem]:
    """Every acknowledgement stands in the chain, and the reverse."""
    told = {event.data["circulation"]: event.subject_id for event in chain.telling(KIND, "circulation")}
    for pk, memo in Circulation.objects.exclude(acknowledged_at=None).values_list("pk", "memo_id"):
        if told.pop(pk, None) != memo:
            yield Problem(KIND, str(memo), "an acknowledgement is not in the chain")
    for memo in told.values():
        yield Problem(KIND, str(memo), "an acknowledgement is gone")


@chain.witness
def nudges_agree() -> Iterator[Problem]:
    """Every reminder by hand of a step is one its memo's chain tells of, in the same words, and the reverse."""
    told = {
        event.data["nudge"]: (event.subject_id, f"step:{event.data['step']}", event.data["text"])
        for event in chain.telling(KIND, "nudge")
    }
    memos = {f"step:{pk}": memo for pk, memo in _steps_reminded_of()}
    for pk, about, text in Nudge.objects.filter(about__startswith="step:").values_list("pk", "about", "text"):
        if told.pop(str(pk), None) != (memos.get(about), about, chain.digest(text)):
            yield Problem(KIND, str(memos.get(about)), "a reminder by hand is not what the chain says")
    for memo, *_said in told.values():
        yield Problem(KIND, str(memo), "a reminder by hand that the chain tells of is gone")


def _steps_reminded_of() -> list[tuple[int, UUID]]:
    abouts = Nudge.objects.filter(about__startswith="step:").values_list("about", flat=True)
    steps = {int(about.partition(":")[2]) for about in abouts}
    return list(Step.objects.filter(pk__in=steps).values_list("pk", "memo"))
