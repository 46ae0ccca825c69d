"""Two at once: exactly one act counts, the other is told so. Real threads on real row locks."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, connections, transaction
from viewflow.workflow.models import Task

from audit import chain
from demo import document
from measures.models import DivisionTask
from memo_flow import decisions, drafts
from memo_flow.models import Decision, Memo, RegisterEntry, Revision
from notifications.models import Letter
from organization.appointments import act_for
from organization.refusals import NotNow, Stale
from tests.cast import DAY, Cast, at, digest, fresh, open_step

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

Act = Callable[[], Any]
TIMES = 1000


def outcome_of(act: Act) -> Any:
    """What the act returned, or the refusal it met; the thread's connection is closed."""
    try:
        return act()
    except (NotNow, Stale) as refusal:
        return refusal
    finally:
        connections.close_all()


def together(*acts: Act) -> list[Any]:
    """All start at the same moment."""
    start = Barrier(len(acts))

    def run(act: Act) -> Any:
        start.wait(10)
        return outcome_of(act)

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def overtaken(first: Act, second: Act) -> tuple[Any, Any]:
    """`second` comes while `first` has acted and not yet committed: it has to wait for first's locks."""
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            done = first()
            late = pool.submit(outcome_of, second)
            assert _waits_for_a_lock(late), "nothing held it back"
        return done, late.result(20)


def _waits_for_a_lock(late: "Future[Any]") -> bool:
    with connection.cursor() as cursor:
        for _ in range(TIMES):
            cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted")
            if cursor.fetchone():
                return True
            if late.done():
                return False
            cursor.execute("SELECT pg_sleep(0.005)")
    return False


def answering(cast: Cast, memo: Memo, who: str, outcome: str, comment: str = "") -> Act:
    """An answer to the step that is open now, whatever is open when it arrives."""
    step, text = open_step(memo).pk, digest(memo)
    return lambda: decisions.decide(
        memo.pk, by=cast.people[who], step=step, outcome=outcome, comment=comment, revision=text, now=at(hour=12)
    )


def names(results: list[Any]) -> Counter[str]:
    return Counter(type(one).__name__ for one in results)


def whole(memo: Memo) -> None:
    """State, open steps and viewflow's open tasks say the same, and the chains hold."""
    waiting = fresh(memo).state == "in_review"
    assert memo.steps.filter(opened_at__isnull=False, closed_at=None).count() == waiting
    assert Task.objects.filter(process__status="NEW", finished=None).count() == waiting
    assert not list(chain.verify())


def test_mayor_and_deputy_at_once_make_one_decision(cast: Cast) -> None:
    memo = cast.endorsed()
    results = together(answering(cast, memo, "mayor", "approve"), answering(cast, memo, "deputy", "reject", "ไม่"))
    assert names(results) == {"Decision": 1, "NotNow": 1}
    assert Decision.objects.filter(memo=memo, step__action="approve").count() == 1
    whole(memo)


def test_whoever_comes_second_waits_and_is_told(cast: Cast) -> None:
    memo = cast.endorsed()
    won, lost = overtaken(answering(cast, memo, "deputy", "approve"), answering(cast, memo, "mayor", "reject", "ไม่"))
    assert isinstance(won, Decision) and isinstance(lost, NotNow)
    assert fresh(memo).state == "approved"
    whole(memo)


def test_approving_at_once_spawns_the_tasks_once(cast: Cast) -> None:
    memo = cast.endorsed()
    results = together(*[answering(cast, memo, who, "approve") for who in ("mayor", "deputy", "mayor")])
    assert names(results) == {"Decision": 1, "NotNow": 2}
    assert DivisionTask.objects.count() == 15
    assert Letter.objects.filter(event="memo_circulated").count() == 5
    whole(memo)


def test_a_double_click_by_one_who_holds_both_seats_answers_one_step(cast: Cast) -> None:
    """The second click names the step that was read, so it does not fall through to the person's next seat."""
    act_for(cast.position("mayor"), cast.permanent_secretary, starts_on=DAY.replace(day=20), order_number="303/2564")
    memo = cast.submitted()
    step, text = open_step(memo).pk, digest(memo)

    def click() -> Decision:
        return decisions.decide(
            memo.pk,
            by=cast.permanent_secretary,
            step=step,
            outcome="endorse",
            revision=text,
            now=at(DAY.replace(day=21)),
        )

    assert names(together(click, click)) == {"Decision": 1, "NotNow": 1}
    assert open_step(memo).position == cast.position("mayor")
    whole(memo)


def submitting(cast: Cast, memo: Memo, hour: int = 10) -> Act:
    return lambda: decisions.submit(memo.pk, by=cast.head_of_office, reason=document.REASON, now=at(hour=hour))


def test_a_memo_submitted_twice_at_once_gets_one_number(cast: Cast) -> None:
    memo = cast.draft()
    assert names(together(submitting(cast, memo), submitting(cast, memo))) == {"Memo": 1, "NotNow": 1}
    assert RegisterEntry.objects.count() == Revision.objects.count() == 1
    whole(memo)


def test_two_memos_at_once_get_consecutive_numbers(cast: Cast) -> None:
    memos = [cast.written(cast.head_of_office) for _ in range(3)]
    together(*[submitting(cast, memo) for memo in memos])
    assert sorted(RegisterEntry.objects.values_list("running", flat=True)) == [1, 2, 3]


def test_the_next_number_waits_for_the_one_before_to_be_certain(cast: Cast) -> None:
    one, two = cast.written(cast.head_of_office), cast.written(cast.head_of_office)
    first, second = overtaken(submitting(cast, one), submitting(cast, two))
    assert (first.entry.running, second.entry.running) == (1, 2)


def withdrawing(cast: Cast, memo: Memo) -> Act:
    return lambda: decisions.withdraw(memo.pk, by=cast.head_of_office, reason="ถอน", now=at(hour=16))


def test_a_withdrawal_that_comes_first_leaves_nothing_to_decide(cast: Cast) -> None:
    memo = cast.submitted()
    won, lost = overtaken(withdrawing(cast, memo), answering(cast, memo, "permanent_secretary", "endorse"))
    assert won.state == "withdrawn" and isinstance(lost, NotNow)
    assert Decision.objects.get(memo=memo).outcome == "withdraw"
    whole(memo)


def test_a_withdrawal_after_an_endorsement_takes_the_next_step_back_too(cast: Cast) -> None:
    memo = cast.submitted()
    _endorsed, late = overtaken(answering(cast, memo, "permanent_secretary", "endorse"), withdrawing(cast, memo))
    assert late.state == "withdrawn"
    whole(memo)


def test_a_withdrawal_after_the_approval_is_too_late(cast: Cast) -> None:
    memo = cast.endorsed()
    _approved, late = overtaken(answering(cast, memo, "mayor", "approve"), withdrawing(cast, memo))
    assert isinstance(late, NotNow)
    assert fresh(memo).state == "approved"
    whole(memo)


@pytest.mark.parametrize("begun", ["draft", "returned"])
def test_a_withdrawal_overtaken_by_the_submission_closes_what_that_opened(cast: Cast, begun: str) -> None:
    memo = getattr(cast, begun)()
    _submitted, late = overtaken(submitting(cast, memo, hour=15), withdrawing(cast, memo))
    assert late.state == "withdrawn"
    letter = Letter.objects.filter(event="memo_withdrawn").get()
    assert letter.context["number"] == "นฐ 71201/1"
    whole(memo)


def test_two_writers_at_once_the_second_is_told_and_loses_nothing(cast: Cast) -> None:
    memo = cast.draft()
    body = drafts.working_text(memo)

    def saving(subject: str) -> Act:
        return lambda: drafts.revise(
            memo.pk, by=cast.head_of_office, subject=subject, content=body, version=1, now=at(hour=10)
        )

    assert names(together(saving("ฉบับหนึ่ง"), saving("ฉบับสอง"))) == {"Draft": 1, "Stale": 1}
    third, fourth = overtaken(
        lambda: drafts.revise(memo.pk, by=cast.head_of_office, subject="สาม", content=body, version=2, now=at(hour=11)),
        lambda: drafts.revise(memo.pk, by=cast.head_of_office, subject="สี่", content=body, version=2, now=at(hour=11)),
    )
    assert third.version == 3 and isinstance(fourth, Stale)
    assert fourth.current.version == 3 and fresh(memo).subject == "สาม"


def test_the_first_saves_of_a_returned_memo_do_not_collide(cast: Cast) -> None:
    memo = cast.returned()
    body = drafts.working_text(memo)

    def save() -> Any:
        return drafts.revise(memo.pk, by=cast.head_of_office, subject="แก้", content=body, version=0, now=at(hour=14))

    assert names(together(save, save)) == {"Draft": 1, "Stale": 1}


def test_a_save_that_comes_after_the_submission_changes_nothing(cast: Cast) -> None:
    memo = cast.draft()
    body = drafts.working_text(memo)
    _submitted, late = overtaken(
        submitting(cast, memo),
        lambda: drafts.revise(memo.pk, by=cast.head_of_office, subject="ช้า", content=body, version=1, now=at(hour=11)),
    )
    assert isinstance(late, NotNow)
    assert not drafts.Draft.objects.filter(memo=memo).exists()
    assert fresh(memo).subject != "ช้า"
