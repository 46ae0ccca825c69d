"""The acts on a division's task: what each writes, whom it tells, and what it refuses."""

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction

from audit import chain
from measures import work
from measures.models import DivisionTask, Report
from measures.queries import with_progress
from notifications.models import Letter
from organization import calendar
from organization.appointments import act_for, end
from organization.models import User
from organization.refusals import NotNow, Refused
from tests.cast import DAY, Cast, at, days

pytestmark = pytest.mark.django_db


def fresh(task: DivisionTask) -> DivisionTask:
    return DivisionTask.objects.get(pk=task.pk)


def step_ids(task: DivisionTask) -> list[int]:
    return list(task.steps.values_list("pk", flat=True))


def told(event: str) -> set[str]:
    """Who has a letter of this event that still stands."""
    return set(Letter.objects.filter(event=event, voided_at=None).values_list("recipient__username", flat=True))


def say(task: DivisionTask, by: User, **more: object) -> Report:
    arguments = {"percent": 40, "text": "ทำแล้วบางส่วน", "finished": False, "now": at(hour=15)}
    return work.report(task.pk, by=by, **(arguments | more))  # type: ignore[arg-type]


# --- start and tick


def test_a_started_task_says_who_started_it_and_when(cast: Cast) -> None:
    task = cast.started()
    said = task.reports.get()
    assert fresh(task).state == "in_progress"
    assert (said.kind, said.percent, said.by, said.position.role, said.at) == (
        "started",
        0,
        cast.finance,
        "division_head",
        at(hour=14),
    )


def test_a_started_task_does_not_start_again(cast: Cast) -> None:
    task = cast.started()
    with pytest.raises(NotNow):
        work.start(task.pk, by=cast.finance, now=at(hour=15))
    assert task.reports.count() == 1


def test_an_officer_works_for_the_division(cast: Cast) -> None:
    clerk = cast.hire("clerk", "officer", "fin")
    task = cast.task("fin")
    work.start(task.pk, by=clerk, now=at(hour=14))
    assert task.reports.get().position.role == "officer"


def test_who_acts_for_the_head_works_with_the_order_on_record(cast: Cast) -> None:
    order = act_for(cast.finance.appointments.get().position, cast.works, starts_on=DAY, order_number="301/2564")
    task = cast.task("fin")
    work.start(task.pk, by=cast.works, now=at(hour=14))
    assert task.reports.get().acting == order


def test_a_tick_keeps_the_day_and_the_person_of_the_first(cast: Cast) -> None:
    clerk = cast.hire("clerk", "officer", "fin")
    task = cast.started()
    first, second, third = step_ids(task)
    work.tick(task.pk, by=cast.finance, done=[first], now=at(hour=15))
    work.tick(task.pk, by=clerk, done=[first, second], now=at() + days(3))
    ticks = {s.pk: (s.ticked_at, s.ticked_by) for s in task.steps.all()}
    assert ticks == {first: (at(hour=15), cast.finance), second: (at() + days(3), clerk), third: (None, None)}


def test_a_tick_may_be_taken_back_and_set_anew(cast: Cast) -> None:
    task = cast.started()
    first = step_ids(task)[0]
    work.tick(task.pk, by=cast.finance, done=[first], now=at(hour=15))
    work.tick(task.pk, by=cast.finance, done=[], now=at(hour=16))
    assert not task.steps.filter(ticked_by__isnull=False).exists()
    work.tick(task.pk, by=cast.finance, done=[first], now=at(hour=17))
    assert task.steps.get(pk=first).ticked_at == at(hour=17)


def test_the_steps_of_another_task_are_refused(cast: Cast) -> None:
    task = cast.started("fin")
    foreign = DivisionTask.objects.filter(division__code="eng")[0]
    for act in (work.tick, lambda pk, **kw: say(task, **kw)):
        with pytest.raises(ValidationError):
            act(task.pk, by=cast.finance, done=[*step_ids(task), *step_ids(foreign)], now=at(hour=15))
    assert not task.steps.filter(ticked_at__isnull=False).exists()
    assert not foreign.steps.filter(ticked_at__isnull=False).exists()


def test_nothing_is_ticked_before_the_start_or_after_the_report(cast: Cast) -> None:
    assigned = cast.task("eng")
    with pytest.raises(NotNow):
        work.tick(assigned.pk, by=cast.works, done=step_ids(assigned), now=at(hour=15))
    reported = cast.reported("fin")
    with pytest.raises(NotNow):
        work.tick(reported.pk, by=cast.finance, done=[], now=at(hour=16))
    assert not reported.steps.filter(ticked_at=None).exists()


# --- report


def test_progress_is_said_in_percent_and_words_and_ticks_steps_in_the_same_act(cast: Cast) -> None:
    task = cast.started()
    first = step_ids(task)[0]
    said = say(task, cast.finance, percent=35, text=" จัดทำประกาศแล้ว\r\nรอเผยแพร่ ", done=[first])
    shown = with_progress(DivisionTask.objects.filter(pk=task.pk)).get()
    assert (said.kind, said.percent, said.text) == ("progress", 35, "จัดทำประกาศแล้ว\nรอเผยแพร่")
    assert (shown.state, shown.percent, shown.steps_done, shown.steps_all) == ("in_progress", 35, 1, 3)
    assert not Letter.objects.filter(event="task_reported").exists()


def test_progress_may_go_back(cast: Cast) -> None:
    task = cast.started()
    say(task, cast.finance, percent=80)
    assert say(task, cast.finance, percent=50).seq == 3
    assert with_progress(DivisionTask.objects.filter(pk=task.pk)).get().percent == 50


@pytest.mark.parametrize("percent", [-1, 101, 10**9])
def test_a_percent_is_from_0_to_100(cast: Cast, percent: int) -> None:
    task = cast.started()
    with pytest.raises(ValidationError) as refusal:
        say(task, cast.finance, percent=percent)
    assert list(refusal.value.message_dict) == ["percent"]


@pytest.mark.parametrize("text", ["", " \r\n\t ", "ก" * 4001, "ก" * 1_000_000, "a\x00b", "a\x1bb", "a\x85b", "\ud800"])
def test_words_that_say_nothing_or_cannot_be_kept_are_a_form_error(cast: Cast, text: str) -> None:
    task = cast.started()
    with pytest.raises(ValidationError) as refusal:
        say(task, cast.finance, text=text)
    assert list(refusal.value.message_dict) == ["text"]
    assert task.reports.count() == 1


def test_emoji_tabs_and_line_breaks_are_kept(cast: Cast) -> None:
    words = "เสร็จแล้ว 👍🏽\n\tดูที่เว็บไซต์ ก่ำ " + "ก" * 3000
    assert Report.objects.get(pk=say(cast.started(), cast.finance, text=words).pk).text == words


def test_a_report_says_what_hinders_and_the_chain_holds_it(cast: Cast) -> None:
    task = cast.started()
    said = say(task, cast.finance, obstacles=" ฝนตก\r\nถนนขาด ")
    assert Report.objects.get(pk=said.pk).obstacles == "ฝนตก\nถนนขาด"
    event = chain.history_of(task)[-1]
    assert event.data["obstacles"] == chain.digest("ฝนตก\nถนนขาด")
    assert not list(chain.verify())


@pytest.mark.parametrize("obstacles", ["ก" * 4001, "a\x00b", "a\x1bb", "\ud800"])
def test_obstacles_that_cannot_be_kept_are_a_form_error(cast: Cast, obstacles: str) -> None:
    task = cast.started()
    with pytest.raises(ValidationError) as refusal:
        say(task, cast.finance, obstacles=obstacles)
    assert list(refusal.value.message_dict) == ["obstacles"]
    assert task.reports.count() == 1


def test_finished_work_stands_at_100_percent(cast: Cast) -> None:
    task = cast.started()
    with pytest.raises(ValidationError) as refusal:
        say(task, cast.finance, percent=99, finished=True)
    assert list(refusal.value.message_dict) == ["percent"]
    assert fresh(task).state == "in_progress"


def test_a_hundred_percent_is_not_finished_until_it_is_said(cast: Cast) -> None:
    task = cast.started()
    say(task, cast.finance, percent=100)
    assert fresh(task).state == "in_progress"


def test_a_report_refused_ticks_nothing(cast: Cast) -> None:
    task = cast.started()
    with pytest.raises(ValidationError):
        say(task, cast.finance, text="", done=step_ids(task))
    assert not task.steps.filter(ticked_at__isnull=False).exists()


def test_work_is_not_reported_before_it_started(cast: Cast) -> None:
    task = cast.task()
    with pytest.raises(NotNow):
        say(task, cast.finance)


def test_what_is_reported_finished_is_not_reported_again(cast: Cast) -> None:
    task = cast.reported()
    with pytest.raises(NotNow):
        cast.finish(task)
    assert task.reports.filter(kind="finished").count() == 1


def test_finished_work_is_told_to_the_head_of_office(cast: Cast) -> None:
    cast.reported("fin")
    assert told("task_reported") == {"head_of_office"}


def test_finished_work_of_the_office_is_told_to_whoever_may_answer_it(cast: Cast) -> None:
    cast.reported("op")
    assert told("task_reported") == {"head_of_office", "permanent_secretary"}


def test_what_the_head_of_office_reports_himself_is_told_to_the_permanent_secretary(cast: Cast) -> None:
    task = cast.task("op")
    work.start(task.pk, by=cast.head_of_office, now=at(hour=14))
    work.report(task.pk, by=cast.head_of_office, percent=100, text="เสร็จ", finished=True, now=at(hour=15))
    assert told("task_reported") == {"permanent_secretary"}
    with pytest.raises(Refused):
        work.accept(task.pk, by=cast.head_of_office, now=at(hour=16))


def test_what_the_secretary_did_as_head_of_office_is_left_to_the_mayor(cast: Cast) -> None:
    task = cast.task("op")
    act_for(cast.position("head_of_office"), cast.permanent_secretary, starts_on=DAY, order_number="311/2564")
    work.start(task.pk, by=cast.permanent_secretary, now=at(hour=14))
    work.report(task.pk, by=cast.permanent_secretary, percent=100, text="เสร็จ", finished=True, now=at(hour=15))
    with pytest.raises(Refused):
        work.accept(task.pk, by=cast.permanent_secretary, now=at(hour=16))
    assert work.accept(task.pk, by=cast.mayor, now=at(hour=16)).state == "accepted"


# --- accept, send back, cancel


def test_the_head_of_office_accepts_the_work_of_a_division(cast: Cast) -> None:
    task = cast.reported("fin")
    work.accept(task.pk, by=cast.head_of_office, now=at(hour=16))
    task = fresh(task)
    assert (task.state, task.closed_at, task.is_open) == ("accepted", at(hour=16), False)
    assert told("task_accepted") == {"finance"}
    assert told("task_reported") == set()


def test_the_permanent_secretary_does_not_accept_for_the_head_of_office(cast: Cast) -> None:
    task = cast.reported("fin")
    with pytest.raises(Refused):
        work.accept(task.pk, by=cast.permanent_secretary, now=at(hour=16))


def test_the_head_of_office_does_not_accept_what_he_reported_himself(cast: Cast) -> None:
    task = cast.task("op")
    work.start(task.pk, by=cast.head_of_office, now=at(hour=14))
    cast.finish(task, by=cast.head_of_office)
    with pytest.raises(Refused):
        work.accept(task.pk, by=cast.head_of_office, now=at(hour=16))
    work.accept(task.pk, by=cast.permanent_secretary, now=at(hour=16))
    assert fresh(task).state == "accepted"
    assert told("task_accepted") == {"head_of_office", "office_staff"}


def test_a_single_step_ticked_by_the_head_of_office_is_his_own_work(cast: Cast) -> None:
    task = cast.started("op")
    work.tick(task.pk, by=cast.head_of_office, done=step_ids(task)[:1], now=at(hour=14))
    cast.finish(task)
    with pytest.raises(Refused):
        work.accept(task.pk, by=cast.head_of_office, now=at(hour=16))


@pytest.mark.parametrize("judge", ["head_of_office", "permanent_secretary"])
def test_what_his_officer_reported_either_of_the_two_accepts(cast: Cast, judge: str) -> None:
    task = cast.reported("op")
    work.accept(task.pk, by=cast.people[judge], now=at(hour=16))
    assert fresh(task).state == "accepted"


def test_nobody_accepts_what_they_reported_themselves_in_an_acting_seat(cast: Cast) -> None:
    """The head of office, acting for the vacant head of finance, does finance's work: the secretary answers it."""
    act_for(cast.finance.appointments.get().position, cast.head_of_office, starts_on=DAY, order_number="301/2564")
    task = cast.task("fin")
    work.start(task.pk, by=cast.head_of_office, now=at(hour=14))
    cast.finish(task, by=cast.head_of_office)
    assert told("task_reported") == {"permanent_secretary"}
    with pytest.raises(Refused):
        work.accept(task.pk, by=cast.head_of_office, now=at(hour=16))
    work.accept(task.pk, by=cast.permanent_secretary, now=at(hour=16))


def test_the_division_that_acts_for_the_head_of_office_does_not_accept_its_own_report(cast: Cast) -> None:
    act_for(cast.position("head_of_office"), cast.finance, starts_on=DAY, order_number="302/2564")
    task = cast.reported("fin")
    with pytest.raises(Refused):
        work.accept(task.pk, by=cast.finance, now=at(hour=16))
    work.accept(task.pk, by=cast.head_of_office, now=at(hour=16))


def test_work_is_accepted_only_once_it_is_reported_and_only_once(cast: Cast) -> None:
    task = cast.started("fin")
    with pytest.raises(NotNow):
        work.accept(task.pk, by=cast.head_of_office, now=at(hour=16))
    cast.finish(task)
    work.accept(task.pk, by=cast.head_of_office, text="เรียบร้อยดี", now=at(hour=16))
    with pytest.raises(NotNow):
        work.accept(task.pk, by=cast.head_of_office, now=at(hour=17))
    assert task.reports.filter(kind="accepted").get().text == "เรียบร้อยดี"


def test_work_sent_back_goes_on_with_its_reason_and_is_reported_again(cast: Cast) -> None:
    task = cast.reported("fin")
    work.send_back(task.pk, by=cast.head_of_office, text="ยังขาดหลักฐานการเผยแพร่", now=at(hour=16))
    assert fresh(task).state == "in_progress"
    assert told("task_sent_back") == {"finance"}
    assert told("task_reported") == set()
    letter = Letter.objects.get(event="task_sent_back")
    assert letter.context["comment"] == "ยังขาดหลักฐานการเผยแพร่"
    cast.finish(task, now=at(hour=17))
    assert fresh(task).state == "reported"
    assert told("task_reported") == {"head_of_office"}


@pytest.mark.parametrize("act", [work.send_back, work.cancel])
@pytest.mark.parametrize("text", ["", "  \n ", "ก" * 4001, "a\x07b"])
def test_a_no_needs_a_reason_that_can_be_kept(cast: Cast, act: object, text: str) -> None:
    task = cast.reported("fin")
    with pytest.raises(ValidationError) as refusal:
        act(task.pk, by=cast.head_of_office, text=text, now=at(hour=16))  # type: ignore[operator]
    assert list(refusal.value.message_dict) == ["text"]
    assert fresh(task).state == "reported"


def test_a_cancelled_task_is_closed_and_the_division_is_told_why(cast: Cast) -> None:
    task = cast.started("fin")
    say(task, cast.finance, percent=30)
    work.cancel(task.pk, by=cast.head_of_office, text="งบประมาณถูกโอนไป", now=at(hour=16))
    task = fresh(task)
    assert (task.state, task.closed_at) == ("cancelled", at(hour=16))
    assert task.reports.get(kind="cancelled").percent == 30
    assert told("task_cancelled") == {"finance"}


@pytest.mark.parametrize("final", ["accepted", "cancelled"])
def test_a_closed_task_takes_no_more_acts(cast: Cast, final: str) -> None:
    task = cast.reported("fin")
    if final == "accepted":
        work.accept(task.pk, by=cast.head_of_office, now=at(hour=16))
    else:
        work.cancel(task.pk, by=cast.head_of_office, text="ยกเลิก", now=at(hour=16))
    with pytest.raises(NotNow):
        work.start(task.pk, by=cast.finance, now=at(hour=17))
    with pytest.raises(NotNow):
        cast.finish(task, now=at(hour=17))
    for act in (work.accept, work.send_back, work.cancel):
        with pytest.raises(NotNow):
            act(task.pk, by=cast.head_of_office, text="ลอง", now=at(hour=17))
    assert fresh(task).state == final


# --- who sees it, and the record


def test_another_organization_has_no_such_task(cast: Cast) -> None:
    task = cast.reported("fin")
    for act in (work.accept, work.send_back, work.cancel):
        with pytest.raises(DivisionTask.DoesNotExist):
            act(task.pk, by=cast.outsider, text="ไม่", now=at(hour=16))
    with pytest.raises(DivisionTask.DoesNotExist):
        work.start(task.pk, by=cast.outsider, now=at(hour=16))
    with pytest.raises(DivisionTask.DoesNotExist):
        say(task, cast.outsider)


def test_the_head_of_another_division_has_no_such_task(cast: Cast) -> None:
    task = cast.task("fin")
    with pytest.raises(DivisionTask.DoesNotExist):
        work.start(task.pk, by=cast.works, now=at(hour=15))
    with pytest.raises(DivisionTask.DoesNotExist):
        work.cancel(task.pk, by=cast.works, text="ไม่", now=at(hour=15))


def test_who_sees_the_task_but_does_not_work_on_it_is_refused(cast: Cast) -> None:
    task = cast.task("fin")
    for person in (cast.head_of_office, cast.permanent_secretary, cast.mayor, cast.deputy):
        with pytest.raises(Refused):
            work.start(task.pk, by=person, now=at(hour=15))


def test_who_has_left_the_seat_has_left_its_tasks(cast: Cast) -> None:
    task = cast.started("fin")
    end(cast.finance.appointments.get(), on=DAY)
    with pytest.raises(DivisionTask.DoesNotExist):
        say(task, cast.finance, now=at() + days(1))


def test_reports_are_numbered_in_order_and_never_changed(cast: Cast) -> None:
    task = cast.reported("fin")
    work.send_back(task.pk, by=cast.head_of_office, text="แก้", now=at(hour=16))
    assert list(task.reports.values_list("seq", "kind")) == [(1, "started"), (2, "finished"), (3, "sent_back")]
    said = task.reports.get(seq=2)
    for change in (lambda: Report.objects.filter(pk=said.pk).update(percent=10), said.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert Report.objects.get(pk=said.pk).percent == 100
    if connection.vendor == "postgresql":
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("TRUNCATE measures_report")


def test_the_day_of_an_act_is_the_office_s_day(cast: Cast) -> None:
    """Half past eleven at night in Bangkok is still that day, whatever UTC says."""
    task = cast.started("fin")
    end(cast.finance.appointments.get(), on=DAY)
    assert say(task, cast.finance, now=at(hour=23, minute=30)).at == at(hour=23, minute=30)
    with pytest.raises(DivisionTask.DoesNotExist):
        say(task, cast.finance, now=at(DAY + days(1), hour=0, minute=1))
    assert calendar.day_of(at(hour=23, minute=30)) == DAY
