"""A leaver's open work in one act, and what waits where nobody sits."""

from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit import chain
from desk import handing, vacancies
from desk.handing import Handing
from measures import sharing
from measures.models import DivisionTask
from memo_flow.models import Memo, Step
from notifications.models import Letter
from organization import people, standing_in
from organization.models import Acting, ActingKind, Appointment, User
from organization.refusals import NotNow, Refused
from organization.standing_in import Order
from tests.cast import DAY, Browse, Cast, at, days, fresh, open_step

pytestmark = pytest.mark.django_db


def gone(cast: Cast, who: str) -> User:
    """Their last day was yesterday."""
    return people.deactivate(cast.people[who].pk, last_day=DAY - days(1), by=cast.head_of_office, now=at(hour=16))


def give(cast: Cast, person: User, by: User | None = None, **more: Any) -> int:
    return handing.hand_over(person.pk, Handing(**more), by=by or cast.head_of_office, now=at(hour=17))


def officer_s(cast: Cast) -> tuple[User, DivisionTask]:
    """An officer of the finance division with a task and a step of another one."""
    clerk = cast.hire("clerk", "officer", "fin")
    task, other = DivisionTask.objects.filter(measure__row__memo=cast.approved(), division__code="fin")[:2]
    sharing.hand_over(task.pk, by=cast.finance, to=clerk.pk, now=at(hour=13))
    step = other.steps.order_by("pk")[0]
    sharing.share(other.pk, by=cast.finance, officers={step.pk: clerk.pk}, now=at(hour=13))
    return clerk, DivisionTask.objects.get(pk=task.pk)


# --- what is open


def test_all_that_is_open_is_listed(cast: Cast) -> None:
    clerk, task = officer_s(cast)
    draft = cast.written(cast.finance)
    assert {one.pk for one in handing.open_of(clerk, DAY).tasks} >= {task.pk}
    assert len(handing.open_of(clerk, DAY).tasks) == 2
    assert [one.pk for one in handing.open_of(cast.finance, DAY).memos] == [draft.pk]
    memo = cast.submitted()
    assert [one.memo_id for one in handing.open_of(cast.permanent_secretary, DAY).steps] == [memo.pk]
    standing_in.order(
        Order(cast.position("permanent_secretary").pk, cast.works.pk, DAY, None, "1"), by=cast.head_of_office, now=at()
    )
    assert not handing.open_of(cast.permanent_secretary, DAY).steps, "somebody else answers there"


# --- one act


def test_all_of_it_changes_hands_each_with_its_record(cast: Cast, as_: Browse) -> None:
    clerk, task = officer_s(cast)
    memo = cast.written(clerk)
    gone(cast, "clerk")
    client = as_(cast.head_of_office)
    page = client.get(f"/organization/people/{clerk.pk}/hand-over/")
    work = page.context["work"]
    form = {"memo": [str(one.pk) for one in work.memos], "task": [str(one.pk) for one in work.tasks]}
    form |= {"author": cast.finance.pk, f"division-{task.division_id}": cast.finance.pk}
    answer = client.post(f"/organization/people/{clerk.pk}/hand-over/", form)
    assert answer.status_code == 302
    memo, task = fresh(memo), DivisionTask.objects.get(pk=task.pk)
    assert (memo.author, memo.author_position.role) == (cast.finance, "division_head")
    assert task.officer == cast.finance
    assert not handing.open_of(clerk, DAY)
    assert chain.history_of(memo)[-1].verb == "handed_over" and chain.history_of(task)[-1].verb == "handed_over"
    assert Letter.objects.filter(event="memo_handed_over", recipient=cast.finance).exists()
    assert Letter.objects.filter(event="task_handed_over", recipient=cast.finance).exists()
    assert not list(chain.verify())


def test_the_new_author_writes_on(cast: Cast, as_: Browse) -> None:
    memo = cast.written(cast.finance)
    gone(cast, "finance")
    give(cast, cast.finance, memos=[memo.pk], author=cast.works.pk)
    assert as_(cast.works).get(f"/memos/{memo.pk}/edit/").status_code == 200


def test_one_that_cannot_be_given_keeps_all(cast: Cast) -> None:
    clerk, task = officer_s(cast)
    memo = cast.written(clerk)
    for author, colleague in ((cast.mayor, cast.finance), (cast.finance, cast.works)):
        with pytest.raises(ValidationError):
            give(
                cast,
                clerk,
                memos=[memo.pk],
                author=author.pk,
                tasks=[task.pk],
                colleagues={task.division_id: colleague.pk},
            )
        assert fresh(memo).author == clerk and DivisionTask.objects.get(pk=task.pk).officer == clerk


def test_what_was_done_meanwhile_is_said_and_nothing_changes(cast: Cast, as_: Browse) -> None:
    clerk, task = officer_s(cast)
    memo = cast.written(clerk)
    sharing.hand_over(task.pk, by=cast.finance, to=None, now=at(hour=14))
    form = {"memo": [str(memo.pk)], "task": [str(task.pk)], "author": str(cast.finance.pk)}
    answer = as_(cast.head_of_office).post(f"/organization/people/{clerk.pk}/hand-over/", form)
    assert answer.status_code == 409
    assert fresh(memo).author == clerk


def test_a_step_is_passed_on_by_who_may(cast: Cast, as_: Browse) -> None:
    memo = cast.submitted()
    step = open_step(memo)
    leaver = gone(cast, "permanent_secretary")
    form = {f"step-{step.pk}": cast.position("deputy_mayor").pk, "reason": "ลาออก"}
    client = as_(cast.head_of_office)
    assert client.post(f"/organization/people/{leaver.pk}/hand-over/", form | {"reason": " "}).status_code == 422
    assert client.post(f"/organization/people/{leaver.pk}/hand-over/", form).status_code == 302
    assert open_step(memo).position == cast.position("deputy_mayor")


def test_an_administrator_passes_no_step_on_but_sees_it(cast: Cast, as_: Browse) -> None:
    cast.submitted()
    step = Step.objects.get(opened_at__isnull=False, closed_at=None)
    User.objects.filter(pk=cast.office_staff.pk).update(is_staff=True)
    it = User.objects.get(pk=cast.office_staff.pk)
    page = as_(it).get(f"/organization/people/{cast.permanent_secretary.pk}/hand-over/")
    assert page.context["others"] == [step] and f"step-{step.pk}" not in page.content.decode()
    with pytest.raises((Refused, Memo.DoesNotExist)):
        give(cast, cast.permanent_secretary, by=it, steps={step.pk: cast.position("mayor").pk}, reason="ก")


@pytest.mark.parametrize("who", ["mayor", "finance", "permanent_secretary"])
def test_others_hand_nothing_over(cast: Cast, as_: Browse, who: str) -> None:
    clerk, task = officer_s(cast)
    by = cast.people[who]
    with pytest.raises(Refused):
        give(cast, clerk, by=by, tasks=[task.pk])
    with pytest.raises(Refused):
        sharing.take_over(task.pk, person=clerk.pk, to=None, by=by, now=at())
    assert as_(by).post(f"/organization/people/{clerk.pk}/hand-over/", {"task": str(task.pk)}).status_code == 403
    assert DivisionTask.objects.get(pk=task.pk).officer == clerk


def test_another_office_s_work_does_not_exist(cast: Cast) -> None:
    memo = cast.written(cast.finance)
    with pytest.raises(User.DoesNotExist):
        give(cast, cast.finance, by=cast.outsider, memos=[memo.pk], author=cast.outsider.pk)
    with pytest.raises(ValidationError):
        give(cast, cast.finance, memos=[memo.pk], author=cast.outsider.pk)
    with pytest.raises(Memo.DoesNotExist):
        give(cast, cast.finance, memos=[uuid4()], author=cast.works.pk)
    with pytest.raises(NotNow):
        give(cast, cast.works, memos=[memo.pk], author=cast.health.pk)


def test_a_secret_draft_is_handed_over_without_its_title(cast: Cast, as_: Browse) -> None:
    secret = cast.kind_with({"group": 1, "position": cast.position("mayor"), "action": "approve"}, secret=True)
    cast.written(cast.finance, secret)
    page = as_(cast.head_of_office).get(f"/organization/people/{cast.finance.pk}/hand-over/")
    assert len(page.context["work"].memos) == 1 and "จัดซื้อกระดาษ" not in page.content.decode()


# --- vacant seats


def test_what_waits_at_a_vacant_seat_is_listed_until_somebody_sits(cast: Cast, as_: Browse) -> None:
    memo, client = cast.submitted(), as_(cast.head_of_office)
    assert client.get("/organization/vacant/").context["nothing"]
    gone(cast, "permanent_secretary")
    page = client.get("/organization/vacant/")
    assert [one.memo_id for one in page.context["steps"]] == [memo.pk]
    assert f"/memos/{memo.pk}/" in page.content.decode()
    standing_in.order(
        Order(cast.position("permanent_secretary").pk, cast.works.pk, DAY, None, "1"), by=cast.head_of_office, now=at()
    )
    assert client.get("/organization/vacant/").context["nothing"]


def test_a_delegate_fills_the_seat_for_his_kinds_alone(cast: Cast) -> None:
    cast.submitted()
    other = cast.sent(cast.finance)
    gone(cast, "permanent_secretary")
    Acting.objects.create(
        position=cast.position("permanent_secretary"),
        user=cast.works,
        kind=ActingKind.ON_BEHALF,
        memo_kinds=["plain"],
        starts_on=DAY,
        order_number="1",
    )
    found = vacancies.of_office(cast.office.pk, DAY).steps
    assert found.count() == 1 and other.pk not in {one.memo_id for one in found}


def test_drafts_and_tasks_of_who_left_are_listed(cast: Cast) -> None:
    clerk, task = officer_s(cast)
    memo = cast.written(clerk)
    assert not vacancies.of_office(cast.office.pk, DAY).tasks.exists()
    gone(cast, "clerk")
    found = vacancies.of_office(cast.office.pk, DAY)
    assert task in found.tasks and memo in found.memos
    Appointment.objects.filter(user=cast.finance).update(ends_on=DAY - days(1))
    assert found.tasks.count() < vacancies.of_office(cast.office.pk, DAY).tasks.count(), "a division without anybody"


def test_a_draft_stays_with_an_author_who_sits_elsewhere(cast: Cast) -> None:
    clerk, _task = officer_s(cast)
    memo = cast.written(clerk)
    Appointment.objects.filter(user=clerk).update(ends_on=DAY - days(1))
    assert memo in vacancies.of_office(cast.office.pk, DAY).memos
    chair = cast.hire("other", "officer", "eng").appointments.get().position
    Appointment.objects.create(user=clerk, position=chair, starts_on=DAY)
    assert memo not in vacancies.of_office(cast.office.pk, DAY).memos


def test_another_office_s_vacant_seats_are_not_listed(cast: Cast, as_: Browse) -> None:
    cast.submitted()
    gone(cast, "permanent_secretary")
    page = as_(cast.outsider).get("/organization/vacant/")
    assert page.context["nothing"]


def test_a_secret_memo_s_title_is_not_told_at_a_vacant_seat(cast: Cast, as_: Browse) -> None:
    secret = cast.kind_with(
        {"group": 1, "position": cast.position("permanent_secretary"), "action": "approve"}, secret=True
    )
    cast.sent(cast.finance, secret)
    gone(cast, "permanent_secretary")
    page = as_(cast.head_of_office).get("/organization/vacant/")
    assert len(page.context["steps"].rows) == 1 and "จัดซื้อกระดาษ" not in page.content.decode()


def test_the_page_takes_the_same_statements_for_one_and_for_many(cast: Cast, as_: Browse) -> None:
    gone(cast, "permanent_secretary")
    client, counts = as_(cast.head_of_office), []
    for many in (1, 12):
        for _n in range(many):
            cast.sent(cast.finance)
        client.get("/organization/vacant/")
        with CaptureQueriesContext(connection) as asked:
            client.get("/organization/vacant/")
        counts.append(len(asked))
    assert counts[0] == counts[1]
