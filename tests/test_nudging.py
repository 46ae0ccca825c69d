"""Reminding by hand: by the head of office, at once, once a working day for a thing, so often a day for an office."""

from datetime import date
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from audit import chain, guards
from measures import closing, nudging, sharing, work
from measures.models import DivisionTask
from memo_flow import decisions
from memo_flow import nudging as memo_nudging
from memo_flow.models import Memo, Step
from notifications.models import Letter, Nudge
from organization.appointments import act_for
from organization.models import Holiday
from organization.refusals import NotNow, Refused
from tests.cast import DAY, Browse, Cast, at, days, open_step

pytestmark = pytest.mark.django_db

FRIDAY = DAY + days(3)


def told(event: str) -> list[str]:
    return sorted(Letter.objects.filter(event=event, voided_at=None).values_list("recipient__username", flat=True))


# --- a task


def test_the_division_is_asked_at_once_in_the_words_given(cast: Cast) -> None:
    clerk = cast.hire("clerk", "officer", "fin")
    task = cast.started("fin")
    said = nudging.nudge(task.pk, by=cast.head_of_office, text=" ขอทราบภายในวันนี้ 🙏 ", now=at(hour=15))
    assert said.text == "ขอทราบภายในวันนี้ 🙏" and told("task_nudged") == ["clerk", "finance"]
    letter = Letter.objects.get(event="task_nudged", recipient=clerk)
    assert letter.context["comment"] == "ขอทราบภายในวันนี้ 🙏" and letter.about == f"task:{task.pk}"
    event = chain.history_of(task)[-1]
    assert (event.verb, event.by_id, event.data["nudge"]) == ("nudged", cast.head_of_office.pk, str(said.pk))
    assert DivisionTask.objects.get(pk=task.pk).state == "in_progress"


def test_a_task_that_is_somebodys_asks_that_one_and_who_shares_it(cast: Cast) -> None:
    clerk, helper = cast.hire("clerk", "officer", "fin"), cast.hire("second", "officer", "fin")
    cast.hire("third", "officer", "fin")
    task = cast.started("fin")
    sharing.hand_over(task.pk, by=cast.finance, to=clerk.pk, now=at(hour=15))
    step = task.steps.all()[0]
    sharing.share(task.pk, by=cast.finance, officers={step.pk: helper.pk}, now=at(hour=15))
    nudging.nudge(task.pk, by=cast.head_of_office, now=at(hour=16))
    assert told("task_nudged") == ["clerk", "second"]


def test_who_asks_is_not_told_and_nobody_else_means_not_now(cast: Cast) -> None:
    task = cast.task("op")
    nudging.nudge(task.pk, by=cast.head_of_office, now=at(hour=15))
    assert told("task_nudged") == ["office_staff"]
    sharing.hand_over(task.pk, by=cast.head_of_office, to=cast.head_of_office.pk, now=at(hour=15))
    with pytest.raises(NotNow):
        nudging.nudge(task.pk, by=cast.head_of_office, now=at(DAY + days(1)))
    assert Nudge.objects.count() == 1


def test_who_acts_for_the_head_of_office_reminds_in_that_seat(cast: Cast) -> None:
    task = cast.started("fin")
    with pytest.raises(Refused):
        nudging.nudge(task.pk, by=cast.permanent_secretary, now=at(hour=15))
    act_for(
        cast.position("head_of_office"), cast.permanent_secretary, starts_on=DAY, ends_on=DAY, order_number="1/2564"
    )
    said = nudging.nudge(task.pk, by=cast.permanent_secretary, now=at(hour=15))
    assert said.acting is not None and said.position == cast.position("head_of_office")
    assert "1/2564" in Letter.objects.filter(event="task_nudged")[0].context["by"]["th"]


def test_once_until_the_next_working_day(cast: Cast) -> None:
    task = cast.task("fin")
    other = DivisionTask.objects.exclude(division__code__in=["op", "fin"])[0]
    Holiday.objects.create(organization=cast.office, date=FRIDAY + days(3), name="วันหยุดของอำเภอ")  # a Monday
    nudging.nudge(task.pk, by=cast.head_of_office, now=at(FRIDAY, hour=15))
    for later in (at(FRIDAY, hour=16), at(FRIDAY + days(1)), at(FRIDAY + days(3))):
        with pytest.raises(NotNow, match="21 กันยายน 2564"):
            nudging.nudge(task.pk, by=cast.head_of_office, now=later)
    nudging.nudge(other.pk, by=cast.head_of_office, now=at(FRIDAY, hour=16))
    nudging.nudge(task.pk, by=cast.head_of_office, now=at(FRIDAY + days(4), hour=8))
    assert Nudge.objects.filter(about=f"task:{task.pk}").count() == 2
    # The older letter, which had not left, gives way: nobody is asked twice in one mail.
    assert Letter.objects.filter(event="task_nudged", about=f"task:{task.pk}", voided_at=None).count() == 1


def test_an_office_reminds_by_hand_so_often_a_day(cast: Cast, settings: Any) -> None:
    settings.MEMOFLOW_NUDGES_A_DAY = 2
    cast.approved()
    tasks = list(DivisionTask.objects.exclude(division__code="op").order_by("pk")[:3])
    for one in tasks[:2]:
        nudging.nudge(one.pk, by=cast.head_of_office, now=at(hour=15))
    with pytest.raises(NotNow, match="15 กันยายน 2564"):
        nudging.nudge(tasks[2].pk, by=cast.head_of_office, now=at(hour=23))
    assert Nudge.objects.count() == 2 and chain.history_of(tasks[2])[-1].verb != "nudged"
    nudging.nudge(tasks[2].pk, by=cast.head_of_office, now=at(DAY + days(1), hour=0))


def test_words_have_their_limits(cast: Cast) -> None:
    task = cast.task("fin")
    for text in ("ก" * 501, "a\x07b"):
        with pytest.raises(ValidationError):
            nudging.nudge(task.pk, by=cast.head_of_office, text=text, now=at(hour=15))
    assert not Nudge.objects.exists()


def test_neither_finished_work_nor_a_closed_year_is_reminded_of(cast: Cast) -> None:
    task = cast.reported("fin")
    with pytest.raises(NotNow):
        nudging.nudge(task.pk, by=cast.head_of_office, now=at(hour=16))
    open_task = DivisionTask.objects.filter(division__code="fin", state="assigned")[0]
    year = open_task.measure.row.fiscal_year
    nudging.nudge(open_task.pk, by=cast.head_of_office, now=at(hour=16))
    closing.close_year(year, by=cast.head_of_office, now=at(date(year - 543, 10, 3)))
    assert told("task_nudged") == []  # what had not left is taken back with the year
    with pytest.raises(NotNow):
        nudging.nudge(open_task.pk, by=cast.head_of_office, now=at(date(year - 543, 10, 4)))


@pytest.mark.parametrize("end", ["finish", "cancel", "hand over"])
def test_what_ends_its_reason_takes_it_back(cast: Cast, end: str) -> None:
    clerk = cast.hire("clerk", "officer", "fin")
    task = cast.started("fin")
    nudging.nudge(task.pk, by=cast.head_of_office, now=at(hour=15))
    if end == "finish":
        cast.finish(task, now=at(hour=16))
    elif end == "cancel":
        work.cancel(task.pk, by=cast.head_of_office, text="ไม่ต้องแล้ว", now=at(hour=16))
    else:
        sharing.hand_over(task.pk, by=cast.finance, to=clerk.pk, now=at(hour=16))
    assert told("task_nudged") == (["clerk"] if end == "hand over" else [])


def test_the_witnesses_agree_until_a_row_or_a_word_is_changed(cast: Cast) -> None:
    task, memo = cast.started("fin"), cast.submitted()
    nudging.nudge(task.pk, by=cast.head_of_office, text="ถึงไหนแล้ว", now=at(hour=15))
    memo_nudging.nudge(memo.pk, by=cast.head_of_office, step=open_step(memo).pk, text="ด่วน", now=at(hour=15))
    assert found() == []
    guards.remove_all()
    Nudge.objects.filter(about__startswith="task:").update(text="อื่น")
    Nudge.objects.filter(about__startswith="step:").delete()
    guards.install_all()
    assert len(found()) == 2


def found() -> list[str]:
    return [problem.message for check in chain._WITNESSES for problem in check()]


# --- a step


def test_whoever_the_memo_waits_for_is_asked(cast: Cast) -> None:
    memo = cast.submitted()
    act_for(cast.position("permanent_secretary"), cast.deputy, starts_on=DAY, ends_on=DAY, order_number="2/2564")
    said = memo_nudging.nudge(
        memo.pk, by=cast.head_of_office, step=open_step(memo).pk, text="ขอภายในเที่ยง", now=at(hour=11)
    )
    assert told("step_nudged") == ["deputy", "permanent_secretary"]
    assert Letter.objects.get(event="step_nudged", recipient=cast.deputy).context["acting_for"]
    event = chain.history_of(memo)[-1]
    assert (event.verb, event.data["nudge"], event.data["step"]) == ("nudged", str(said.pk), open_step(memo).pk)
    cast.answer(memo, cast.permanent_secretary, "endorse")
    assert told("step_nudged") == []


def test_only_the_head_of_office_and_never_of_his_own_step(cast: Cast) -> None:
    memo = cast.submitted()
    step = open_step(memo)
    for who in (cast.permanent_secretary, cast.mayor):
        with pytest.raises(Refused):
            memo_nudging.nudge(memo.pk, by=who, step=step.pk, now=at(hour=11))
    for who in (cast.outsider, cast.works):
        with pytest.raises(Memo.DoesNotExist):
            memo_nudging.nudge(memo.pk, by=who, step=step.pk, now=at(hour=11))
    act_for(step.position, cast.head_of_office, starts_on=DAY, ends_on=DAY, order_number="3/2564")
    with pytest.raises(Refused, match="ตัวท่านเอง"):
        memo_nudging.nudge(memo.pk, by=cast.head_of_office, step=step.pk, now=at(hour=11))
    assert not Nudge.objects.exists()


def test_a_secret_memo_is_not_there_for_a_head_of_office_off_its_route(cast: Cast) -> None:
    kind = cast.kind_with(
        {"group": 1, "position": cast.position("mayor"), "action": "approve"}, code="secret", secret=True
    )
    memo = cast.sent(cast.finance, kind)
    with pytest.raises(Memo.DoesNotExist):
        memo_nudging.nudge(memo.pk, by=cast.head_of_office, step=open_step(memo).pk, now=at(hour=11))


def test_a_step_that_was_answered_or_is_anothers_is_not_reminded_of(cast: Cast) -> None:
    memo, other = cast.endorsed(), cast.submitted()
    old = Step.objects.filter(memo=memo).order_by("pk")[0]
    for step in (old.pk, open_step(other).pk, 10**9):
        with pytest.raises(NotNow):
            memo_nudging.nudge(memo.pk, by=cast.head_of_office, step=step, now=at(hour=13))
    cast.answer(memo, cast.mayor, "reject", "ไม่")
    with pytest.raises(NotNow):
        memo_nudging.nudge(memo.pk, by=cast.head_of_office, step=old.pk, now=at(hour=14))


def test_where_nobody_sits_there_is_nobody_to_remind(cast: Cast) -> None:
    memo = cast.submitted()
    cast.permanent_secretary.is_active = False
    cast.permanent_secretary.save()
    with pytest.raises(NotNow):
        memo_nudging.nudge(memo.pk, by=cast.head_of_office, step=open_step(memo).pk, now=at(hour=11))


def test_a_step_passed_on_may_be_reminded_of_anew(cast: Cast) -> None:
    memo = cast.endorsed()
    memo_nudging.nudge(memo.pk, by=cast.head_of_office, step=open_step(memo).pk, now=at(hour=13))
    to = cast.position("deputy_mayor").pk
    decisions.reassign(memo.pk, by=cast.head_of_office, step=open_step(memo).pk, to=to, reason="ลา", now=at(hour=14))
    assert told("step_nudged") == []
    memo_nudging.nudge(memo.pk, by=cast.head_of_office, step=open_step(memo).pk, now=at(hour=15))
    assert told("step_nudged") == ["deputy"]


# --- the pages


def test_the_button_reminds_and_then_says_when_it_is_possible_again(cast: Cast, as_: Browse) -> None:
    task = cast.started("fin")
    client, url = as_(cast.head_of_office), f"/measures/tasks/{task.pk}/"
    assert f'action="{url}nudge/"' in client.get(url).content.decode()
    answer = client.post(url + "nudge/", {"nudge-text": "ถึงไหนแล้ว <b>"}, follow=True)
    page = answer.content.decode()
    assert answer.redirect_chain[0][0] == url and f'action="{url}nudge/"' not in page
    assert "15 กันยายน 2564" in page and "ถึงไหนแล้ว &lt;b&gt;" in page
    assert answer.context["history"][0].kind == "nudged"
    again = client.post(url + "nudge/", {"nudge-text": ""})
    assert again.status_code == 409 and "15 กันยายน 2564" in again.content.decode()


def test_a_sentence_too_long_comes_back(cast: Cast, as_: Browse) -> None:
    task = cast.started("fin")
    said = "ก" * 501
    answer = as_(cast.head_of_office).post(f"/measures/tasks/{task.pk}/nudge/", {"nudge-text": said})
    page = answer.content.decode()
    assert answer.status_code == 200 and said in page and '<details class="fold card pad" id="nudge" open>' in page


@pytest.mark.parametrize(("who", "status"), [("finance", 403), ("mayor", 403), ("works", 404), ("outsider", 404)])
def test_others_have_no_button_and_no_way(cast: Cast, as_: Browse, who: str, status: int) -> None:
    task = cast.started("fin")
    client = as_(cast.people[who])
    page = client.get(f"/measures/tasks/{task.pk}/")
    assert page.status_code == (404 if status == 404 else 200) and b"/nudge/" not in page.content
    assert client.post(f"/measures/tasks/{task.pk}/nudge/").status_code == status
    assert not Nudge.objects.exists()


def test_the_memos_page_leads_to_the_reminder_and_its_history_shows_it(cast: Cast, as_: Browse) -> None:
    memo = cast.submitted()
    client, url = as_(cast.head_of_office), f"/memos/{memo.pk}/"
    assert f'href="{url}nudge/"' in client.get(url).content.decode()
    form = client.get(url + "nudge/")
    step = open_step(memo).pk
    assert f'name="step" value="{step}"' in form.content.decode()
    wrong = client.post(url + "nudge/", {"step": step, "text": "ก" * 501})
    assert wrong.status_code == 200 and "ก" * 501 in wrong.content.decode()
    page = client.post(url + "nudge/", {"step": step, "text": "ด่วน"}, follow=True)
    assert page.context["history"][-1].kind == "nudged" and "ด่วน" in page.content.decode()
    assert "15 กันยายน 2564" in client.get(url + "nudge/").content.decode()
    assert client.post(url + "nudge/", {"step": step}).status_code == 409


@pytest.mark.parametrize(("who", "status"), [("permanent_secretary", 403), ("works", 404), ("outsider", 404)])
def test_others_do_not_get_to_the_memos_reminder(cast: Cast, as_: Browse, who: str, status: int) -> None:
    memo = cast.submitted()
    client = as_(cast.people[who])
    assert client.get(f"/memos/{memo.pk}/nudge/").status_code == status
    assert client.post(f"/memos/{memo.pk}/nudge/", {"step": open_step(memo).pk}).status_code == status


def test_the_page_of_a_memo_that_waits_for_nobody_says_not_now(cast: Cast, as_: Browse) -> None:
    memo = cast.rejected()
    assert as_(cast.head_of_office).get(f"/memos/{memo.pk}/nudge/").status_code == 409


# --- two at once


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_clicks_one_reminds_and_the_offices_number_holds(cast: Cast, settings: Any) -> None:
    settings.MEMOFLOW_NUDGES_A_DAY = 2
    cast.approved()
    tasks = list(DivisionTask.objects.exclude(division__code="op").order_by("pk")[:3])
    start, answers = Barrier(6), []

    def click(task: DivisionTask) -> None:
        start.wait()
        try:
            nudging.nudge(task.pk, by=cast.head_of_office, now=at(hour=15))
            answers.append("reminded")
        except NotNow:
            answers.append("not now")
        finally:
            connection.close()

    threads = [Thread(target=click, args=(one,)) for one in tasks for _click in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(answers) == ["not now"] * 4 + ["reminded"] * 2
    assert Nudge.objects.values("about").distinct().count() == Nudge.objects.count() == 2
