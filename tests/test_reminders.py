"""The scans of deadlines: who is told, once each, in the office's hours, and what a scan costs."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from io import StringIO
from threading import Barrier
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from measures import letters as task_letters
from measures import work
from measures.models import DivisionTask
from memo_flow import decisions
from notifications import delivery, outbox, scans
from notifications.models import Letter
from organization.appointments import act_for, end
from organization.calendar import national_holidays
from organization.models import Holiday, User
from tests.cast import DAY, Cast, at, days, open_step

SPRING = date(2022, 3, 31)  # Thursday: the follow-up date of 13 of the 15 tasks
TASK_REMINDERS = ("task_due_soon", "task_due_today", "task_overdue")


def scan(day: date, hour: int = 9) -> dict[str, dict[str, int]]:
    return scans.run(now=at(day, hour))


def morning(day: date) -> dict[str, dict[str, int]]:
    """A scan, and its letters have gone."""
    found = scan(day)
    Letter.objects.filter(sent_at=None, voided_at=None).update(sent_at=at(day))
    return found


def told(task: DivisionTask) -> list[tuple[str, int, str]]:
    """(event, working days left or minus days late, person) of the standing letters about a task, as they came."""
    letters = Letter.objects.filter(about=f"task:{task.pk}", event__in=TASK_REMINDERS, voided_at=None)
    return [
        (x.event, x.context["working_days"] or -x.context["days_late"], x.recipient.username)
        for x in letters.select_related("recipient").order_by("at", "recipient__username")
    ]


def kinds(task: DivisionTask, person: str) -> list[tuple[str, int]]:
    return [(event, left) for event, left, who in told(task) if who == person]


# --- the scan of tasks


@pytest.mark.django_db
def test_a_deadline_is_told_five_times_before_it_and_weekly_after_it(cast: Cast) -> None:
    task = cast.started("fin")
    day = date(2022, 3, 1)
    while day <= date(2022, 4, 24):
        morning(day)
        day += days(1)
    assert kinds(task, "finance") == [
        ("task_due_soon", 14),
        ("task_due_soon", 7),
        ("task_due_soon", 3),
        ("task_due_soon", 1),
        ("task_due_today", 0),
        ("task_overdue", -1),
        ("task_overdue", -8),
        ("task_overdue", -18),  # the 15th day is of Songkran, and a weekend follows
        ("task_overdue", -22),
    ]
    above = [("task_overdue", -8), ("task_overdue", -18), ("task_overdue", -22)]
    assert kinds(task, "head_of_office") == kinds(task, "permanent_secretary") == above
    assert {x[2] for x in told(task)} == {"finance", "head_of_office", "permanent_secretary"}


@pytest.mark.django_db
def test_those_above_are_told_that_it_is_not_theirs_but_late(cast: Cast) -> None:
    task = cast.started("fin")
    scan(SPRING + days(8))
    escalated = dict(
        Letter.objects.filter(about=f"task:{task.pk}", event="task_overdue").values_list(
            "recipient__username", "context__escalated"
        )
    )
    assert escalated == {"finance": False, "head_of_office": True, "permanent_secretary": True}


@pytest.mark.django_db
def test_the_head_of_office_is_told_of_his_own_late_work_once_and_as_his_own(cast: Cast) -> None:
    task = cast.started("op")
    scan(task.due_on + days(8))
    letters = Letter.objects.filter(about=f"task:{task.pk}", event="task_overdue", recipient=cast.head_of_office)
    assert [x.context["escalated"] for x in letters] == [False]


@pytest.mark.django_db
def test_the_same_moment_twice_creates_nothing_new(cast: Cast) -> None:
    cast.approved()
    first = scan(date(2022, 3, 29))["tasks"]
    assert first == {"created": 18, "skipped": 0}  # 5 tasks of the office with two people, 8 of others with one
    assert scan(date(2022, 3, 29))["tasks"] == {"created": 0, "skipped": 18}
    assert scan(date(2022, 3, 28), hour=16)["tasks"] == {"created": 0, "skipped": 18}  # the same stage


@pytest.mark.django_db
def test_days_of_downtime_lose_nothing_and_flood_nobody(cast: Cast) -> None:
    task = cast.started("fin")
    morning(date(2022, 3, 10))
    morning(date(2022, 3, 29))
    morning(date(2022, 4, 20))
    assert kinds(task, "finance") == [("task_due_soon", 2), ("task_overdue", -20)]


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["reported", "accepted", "cancelled"])
def test_work_that_waits_for_nobody_in_the_division_is_not_reminded(cast: Cast, state: str) -> None:
    task = cast.reported("fin")
    if state == "accepted":
        work.accept(task.pk, by=cast.head_of_office, now=at(hour=16))
    if state == "cancelled":
        work.cancel(task.pk, by=cast.head_of_office, text="ยกเลิก", now=at(hour=16))
    scan(date(2022, 3, 29))
    scan(SPRING + days(9))
    assert told(task) == []


@pytest.mark.django_db
def test_a_report_takes_back_the_reminders_that_have_not_left(cast: Cast) -> None:
    task = cast.started("fin")
    scan(date(2022, 3, 29))
    assert len(told(task)) == 1
    cast.finish(task, now=at(date(2022, 3, 29), 15))
    assert told(task) == []


@pytest.mark.django_db
def test_work_sent_back_is_reminded_again(cast: Cast) -> None:
    task = cast.reported("fin")
    work.send_back(task.pk, by=cast.head_of_office, text="ยังไม่ครบ", now=at(date(2022, 3, 29), 16))
    scan(date(2022, 3, 30))
    assert kinds(task, "finance") == [("task_due_soon", 1)]


@pytest.mark.django_db
def test_a_moved_deadline_reminds_anew(cast: Cast) -> None:
    task = cast.started("fin")
    morning(date(2022, 3, 29))
    DivisionTask.objects.filter(pk=task.pk).update(due_on=date(2022, 4, 29))  # no service moves it yet
    assert morning(date(2022, 3, 30))["tasks"]["created"] == 17  # the others at 1; this one is far away again
    morning(date(2022, 4, 27))
    assert kinds(task, "finance") == [("task_due_soon", 2), ("task_due_soon", 2)]


@pytest.mark.django_db
def test_who_holds_or_acts_for_the_seat_that_day_is_told(cast: Cast) -> None:
    task = cast.started("fin")
    seat = cast.finance.appointments.get()
    clerk = cast.hire("clerk", "officer", "fin")
    act_for(seat.position, cast.works, starts_on=date(2022, 3, 30), ends_on=date(2022, 3, 30), order_number="5/2565")
    morning(date(2022, 3, 29))
    end(seat, on=date(2022, 3, 29))
    morning(date(2022, 3, 30))
    clerk.is_active = False
    clerk.save()
    morning(SPRING)
    assert [(left, who) for _, left, who in told(task)] == [(2, "clerk"), (2, "finance"), (1, "clerk"), (1, "works")]


@pytest.mark.django_db
def test_the_neighbour_is_told_nothing(cast: Cast) -> None:
    cast.approved()
    Holiday.objects.create(organization=cast.outsider.organization, date=date(2022, 3, 30), name="ของเพื่อนบ้าน")
    scan(date(2022, 3, 29))
    assert not Letter.objects.filter(recipient=cast.outsider).exists()
    assert set(Letter.objects.filter(event="task_due_soon").values_list("context__working_days", flat=True)) == {2}


@pytest.mark.django_db
def test_a_holiday_of_the_office_changes_the_stage(cast: Cast) -> None:
    task = cast.started("fin")
    Holiday.objects.create(organization=cast.office, date=date(2022, 3, 30), name="วันหยุดพิเศษ")
    scan(date(2022, 3, 29))
    assert kinds(task, "finance") == [("task_due_soon", 1)]


# --- the scan of decisions that wait


def waits(person: str) -> list[tuple[str, int, bool]]:
    letters = Letter.objects.filter(event__startswith="step_", recipient__username=person, voided_at=None)
    return [
        (x.event, x.context["working_days"] or -x.context["days_late"], x.context["escalated"])
        for x in letters.order_by("at")
    ]


@pytest.mark.django_db
def test_a_decision_that_waits_reminds_in_working_days_and_after_a_week_those_above(cast: Cast) -> None:
    memo = cast.endorsed()
    assert open_step(memo).due_on == date(2021, 9, 17)  # three working days from Tuesday
    for n in range(0, 14):
        morning(DAY + days(n))
    assert waits("mayor") == [
        ("step_due_soon", 2, False),
        ("step_due_soon", 1, False),
        ("step_due_today", 0, False),
        ("step_overdue", -3, False),  # on Monday: the first day late was a Saturday
        ("step_overdue", -10, False),
    ]
    assert waits("deputy") == waits("mayor")[:3]  # his week ends on Sunday the 19th
    assert waits("head_of_office") == waits("permanent_secretary") == [("step_overdue", -10, True)]


@pytest.mark.django_db
def test_nobody_is_reminded_on_the_day_the_step_opened(cast: Cast) -> None:
    cast.submitted()
    assert scan(DAY, hour=16)["decisions"] == {"created": 0, "skipped": 0}
    assert scan(DAY + days(1))["decisions"]["created"] == 1


@pytest.mark.django_db
def test_a_step_s_deadline_skips_weekends_and_the_office_s_holidays(cast: Cast) -> None:
    Holiday.objects.create(organization=cast.office, date=date(2021, 9, 16), name="วันหยุดพิเศษ")
    assert open_step(cast.submitted()).due_on == date(2021, 9, 20)


@pytest.mark.django_db
def test_a_decided_step_is_not_reminded_and_takes_its_reminders_back(cast: Cast) -> None:
    memo = cast.submitted()
    scan(DAY + days(1))
    assert waits("permanent_secretary")
    cast.answer(memo, cast.permanent_secretary, "endorse", now=at(DAY + days(1), 10))
    assert not waits("permanent_secretary")
    scan(DAY + days(2))
    assert not waits("permanent_secretary")
    assert waits("mayor")


@pytest.mark.django_db
def test_a_withdrawn_memo_reminds_nobody(cast: Cast) -> None:
    memo = cast.submitted()
    scan(DAY + days(1))
    decisions.withdraw(memo.pk, by=cast.head_of_office, reason="เสนอผิดฉบับ", now=at(DAY + days(1), 10))
    scan(DAY + days(3))
    assert not Letter.objects.filter(event__startswith="step_", voided_at=None).exists()


@pytest.mark.django_db
def test_a_delegate_is_reminded_only_of_the_kinds_he_covers(cast: Cast) -> None:
    secretary = cast.position("permanent_secretary")
    act_for(secretary, cast.finance, starts_on=DAY, order_number="1/64", kind="on_behalf", memo_kinds=["ita-analysis"])
    act_for(secretary, cast.works, starts_on=DAY, order_number="2/64", kind="on_behalf", memo_kinds=["leave"])
    cast.submitted()
    scan(DAY + days(1))
    assert waits("finance") == waits("permanent_secretary") == [("step_due_soon", 2, False)]
    assert waits("works") == []


@pytest.mark.django_db
def test_a_late_decision_on_a_secret_memo_is_not_told_to_those_above(cast: Cast) -> None:
    cast.kind.secret = True
    cast.kind.save()
    cast.endorsed()
    scan(DAY + days(13))
    assert waits("mayor") == [("step_overdue", -10, False)]
    assert waits("head_of_office") == waits("permanent_secretary") == []


# --- what it costs, and the command


@pytest.mark.django_db
@pytest.mark.postgres
def test_a_scan_of_ten_times_the_tasks_takes_the_same_statements(
    cast: Cast, django_assert_max_num_queries: Any
) -> None:
    counts = []
    for memos, late in ((1, 8), (9, 19)):
        for _ in range(memos):
            cast.approved()
        with django_assert_max_num_queries(40) as statements:
            scan(SPRING + days(late))
        Letter.objects.filter(sent_at=None).update(sent_at=at(SPRING))
        counts.append(len(statements))
    assert DivisionTask.objects.count() == 150
    assert Letter.objects.filter(event="task_overdue").count() == (1 + 10) * (5 * 3 + 8 * 3)
    assert counts[0] == counts[1]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_three_scans_at_once_write_each_letter_once(cast: Cast) -> None:
    for _ in range(3):
        cast.approved()
    ready = Barrier(3)

    def one(_: int) -> int:
        try:
            ready.wait(10)
            return scan(date(2022, 3, 29))["tasks"]["created"]
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        created = list(pool.map(one, range(3)))
    assert Letter.objects.filter(event="task_due_soon").count() == 3 * 18
    assert sum(created) == 3 * 18, "what each scan says it created is exact as well"


@pytest.mark.django_db
def test_what_was_told_before_takes_no_lock(cast: Cast, django_assert_max_num_queries: Any) -> None:
    for _ in range(4):
        cast.approved()
        cast.submitted()
    first = scan(date(2022, 3, 29))
    assert (first["tasks"]["created"], first["decisions"]["created"]) == (4 * 18, 4 * 2)

    with django_assert_max_num_queries(25) as statements:
        again = scan(date(2022, 3, 29))
    assert again == {
        "tasks": {"created": 0, "skipped": 4 * 18},
        "extensions": {"created": 0, "skipped": 0},
        "decisions": {"created": 0, "skipped": 4 * 2},
        "follow_ups": {"created": 0, "skipped": 0},
    }
    begun = [one["sql"] for one in statements.captured_queries if one["sql"].startswith("SAVEPOINT")]
    assert begun == [], "no transaction, so that nobody waits for a lock"


@pytest.mark.django_db
def test_in_small_chunks_the_same_letters_go_to_the_same_people(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):
        cast.approved()
        cast.submitted()
    monkeypatch.setattr(scans, "CHUNK", 4)
    first = scan(SPRING + days(8))
    assert (first["tasks"]["created"], first["decisions"]["created"]) == (2 * (5 * 3 + 8 * 3), 2 * 2)
    assert not any(kind["created"] for kind in scan(SPRING + days(8)).values())


@pytest.mark.django_db(transaction=True)
def test_a_scan_cut_off_keeps_its_chunks_and_the_next_one_ends_the_work(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    class PowerCut(Exception):
        pass

    def cut_off(drafts: Any, **more: Any) -> int:
        if len(done) == 2:
            raise PowerCut
        done.append(write(drafts, **more))
        return done[-1]

    cast.approved()
    done: list[int] = []
    write = outbox.write
    rung: list[int] = []
    monkeypatch.setattr(outbox, "ring", lambda: rung.append(Letter.objects.count()))
    monkeypatch.setattr(scans, "CHUNK", 4)
    with monkeypatch.context() as cut:
        cut.setattr(outbox, "write", cut_off)
        with pytest.raises(PowerCut):
            scan(date(2022, 3, 29))
    kept = Letter.objects.filter(event="task_due_soon")
    assert kept.values("about").distinct().count() == 8
    assert len(rung) == 2, "the post office is rung once a chunk"
    before = kept.count()
    assert scan(date(2022, 3, 29))["tasks"] == {"created": 18 - before, "skipped": before}


@pytest.mark.django_db(transaction=True)
def test_others_write_while_a_scan_goes_on(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two chunks nothing is locked; and SQLite does not mistake the scan's own reading for a stale one."""

    def other(name: str) -> None:
        try:
            Holiday.objects.create(organization=cast.office, date=date(2030, 1, 1) + days(len(wrote)), name=name)
            wrote.append(name)
        finally:
            connection.close()

    def people_of(*arguments: Any) -> Any:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(other, "อีกคน").result(5)
        return ask(*arguments)

    cast.approved()
    wrote: list[str] = []
    ask = task_letters.people_of
    monkeypatch.setattr(task_letters, "people_of", people_of)
    monkeypatch.setattr(scans, "CHUNK", 4)
    assert scan(date(2022, 3, 29))["tasks"]["created"] == 18
    assert len(wrote) == 4


@pytest.mark.django_db
def test_work_reported_while_its_reminder_is_prepared_is_not_reminded(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(keys: Any) -> list[str]:
        if not done:
            done.append(mine.pk)
            cast.finish(mine, now=at(date(2022, 3, 29), 8))
        return ask(keys)

    mine = cast.started("fin")
    done: list[Any] = []
    ask = outbox.unknown
    monkeypatch.setattr(outbox, "unknown", unknown)
    assert scan(date(2022, 3, 29))["tasks"] == {"created": 17, "skipped": 0}
    assert done and told(mine) == []


def command(*arguments: str) -> str:
    out = StringIO()
    call_command("scan_deadlines", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_the_command_scans_for_a_given_moment_and_says_what_it_did(cast: Cast) -> None:
    cast.approved()
    cast.submitted()  # late: its secretary, and the head of office as the one above
    first = json.loads(command("--now", "2022-03-29T09:00", "--json"))
    assert first == {
        "now": "2022-03-29T09:00:00+07:00",
        "created": 18 + 2,
        "skipped": 0,
        "by_kind": {
            "tasks": {"created": 18, "skipped": 0},
            "extensions": {"created": 0, "skipped": 0},
            "decisions": {"created": 2, "skipped": 0},
            "follow_ups": {"created": 0, "skipped": 0},
        },
    }
    again = json.loads(command("--now", "2022-03-29T02:00:00Z", "--json"))  # the same moment in UTC
    assert (again["created"], again["skipped"]) == (0, 20)
    assert datetime.fromisoformat(again["now"]) - datetime.fromisoformat(first["now"]) == timedelta(0)
    assert "created 0, skipped 20" in command("--now", "2022-03-29T16:29")
    assert "created 0, skipped 0" in command("--now", "2022-03-29"), "at midnight nobody is at work"


@pytest.mark.django_db
def test_without_a_moment_the_command_asks_the_one_clock(cast: Cast) -> None:
    cast.clock(at(SPRING, 7))
    assert json.loads(command("--json"))["now"].startswith("2022-03-31T")


@pytest.mark.django_db
@pytest.mark.parametrize("moment", ["tomorrow", "2022-02-30", "31/3/2565", "2022-03-31T25:00"])
def test_a_moment_that_is_none_is_said_in_one_sentence(moment: str) -> None:
    with pytest.raises(CommandError, match="not an ISO moment"):
        command("--now", moment, "--json")


def test_the_days_the_stages_speak_of_are_the_office_s() -> None:
    assert {date(2022, 4, day) for day in (13, 14, 15)} <= national_holidays(2022).keys()


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "words"), [("th", "วันทำการสุดท้าย"), ("en", "the last working day")])
def test_a_deadline_on_a_sunday_is_told_on_the_friday_as_the_last_working_day(
    cast: Cast, language: str, words: str
) -> None:
    task = cast.task("fin")
    sunday = date(2021, 10, 3)
    DivisionTask.objects.filter(pk=task.pk).update(due_on=sunday)
    User.objects.filter(pk=cast.finance.pk).update(language=language)
    scan(date(2021, 10, 1))
    letter = Letter.objects.get(event="task_due_soon", recipient=cast.finance, about=f"task:{task.pk}")
    delivery.compose(letter)
    assert words in letter.subject and words in letter.text
    scan(sunday)
    assert not Letter.objects.filter(event="task_due_today", about=f"task:{task.pk}").exists()
