"""The office's own calendar: who keeps it, what a change does to open work, files of days, half days and hours."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from io import StringIO
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from audit import chain
from measures import extensions, settling
from measures.models import DivisionTask
from memo_flow.models import RouteStep, Step
from notifications.models import Letter
from organization import calendar, day_files, days_off
from organization.appointments import act_for
from organization.calendar import NeverOpen, Span, WorkingDays, day_of
from organization.days_off import Day
from organization.models import DayOffRule, Holiday, Off, Organization
from organization.refusals import NotNow, Refused
from tests.cast import DAY, Cast, at, days

SPRING = date(2022, 3, 31)  # Thursday: the follow-up date of most tasks
some_days = st.dates(date(2020, 1, 1), date(2030, 12, 31))
sets = st.frozensets(some_days, max_size=30)


# --- days and hours, pure


@given(day=some_days, own=sets, rule=st.sampled_from(DayOffRule.values))
@how(max_examples=80, deadline=None)
def test_a_settled_day_is_worked_unless_it_stays(day: date, own: frozenset[date], rule: str) -> None:
    office = WorkingDays(own, rule=rule)
    settled = office.settled(day)
    if rule == "stay" or office.is_working(day):
        assert settled == day
    else:
        assert office.is_working(settled)
        between = range(1, abs((settled - day).days))
        step = 1 if rule == "after" else -1
        assert (settled > day) == (rule == "after")
        assert not any(office.is_working(day + timedelta(days=n * step)) for n in between)


def test_nothing_moves_past_its_last_day() -> None:
    """30 September 2023 is a Saturday, the last day of fiscal year 2566."""
    last = date(2023, 9, 30)
    assert WorkingDays(rule="after").settled(last) == date(2023, 10, 2)
    assert WorkingDays(rule="after").settled(last, latest=last) == date(2023, 9, 29)


@given(moment=st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), own=sets, halves=sets)
@how(max_examples=120, deadline=None)
def test_the_next_hours_are_hours_and_the_nearest_ones(
    moment: datetime, own: frozenset[date], halves: frozenset[date]
) -> None:
    office = WorkingDays(own, halves={day: "morning" if day.day % 2 else "afternoon" for day in halves})
    asked = moment.replace(tzinfo=calendar.local(at()).tzinfo)
    then = office.next_hours(asked)
    assert then >= asked and office.is_at_work(then)
    assert office.next_hours(then) == then
    if then > asked:
        assert not office.is_at_work(asked)
        quarter = timedelta(minutes=15)
        probes = int((then - asked) / quarter)
        assert not any(office.is_at_work(asked + n * quarter) for n in range(min(probes, 400)))


def test_half_days_are_worked_by_half() -> None:
    office = WorkingDays(halves={DAY: "morning", DAY + days(1): "afternoon"})
    assert [office.is_at_work(at(DAY, hour)) for hour in (9, 11, 12, 16)] == [False, False, True, True]
    assert [office.is_at_work(at(DAY + days(1), hour)) for hour in (9, 11, 12, 16)] == [True, True, False, False]
    assert office.is_working(DAY) and office.until(DAY - days(1), DAY + days(1)) == 2
    assert office.is_at_work(at(DAY, 16, 29)) and not office.is_at_work(at(DAY, 16, 30))


def test_a_half_day_that_leaves_no_hours_is_no_day_to_send_on() -> None:
    office = WorkingDays(halves={DAY: "morning"}, closes=time(12))
    assert office.hours(DAY) is None
    assert office.next_hours(at(DAY, 9)) == at(DAY + days(1), 8, 30)


def test_an_open_day_is_worked_though_it_is_a_saturday() -> None:
    saturday = date(2022, 4, 30)
    assert WorkingDays(open=frozenset({saturday})).is_working(saturday)


def test_spans_are_of_working_days_or_of_the_calendar() -> None:
    assert WorkingDays().add(date(2022, 4, 11), Span(3)) == date(2022, 4, 19)  # Songkran: 13th to 15th
    assert WorkingDays().add(date(2022, 4, 11), Span(10, working=False)) == date(2022, 4, 21)


def test_an_office_that_is_never_open_is_said_so() -> None:
    with pytest.raises(NeverOpen):
        WorkingDays(frozenset(DAY + days(n) for n in range(-500, 900))).next_hours(at())


def test_why_a_day_is_off_is_told_in_both_languages() -> None:
    from django.utils.translation import override

    with override("th"):
        assert days_off.why(date(2022, 4, 30), None) == "วันเสาร์"
        assert "สงกรานต์" in days_off.why(date(2022, 4, 13), None)
    with override("en"):
        assert days_off.why(date(2022, 4, 30), None) == "Saturday"
        assert "Songkran" in days_off.why(date(2022, 4, 13), None)
    own = Holiday(date=date(2022, 4, 13), name="วันปิดทำการ")
    assert days_off.why(own.date, own) == "วันปิดทำการ"


# --- keeping it


def put(cast: Cast, day: date, name: str = "วันหยุดพิเศษ", off: str = "day", now: datetime | None = None) -> int:
    return days_off.put(cast.office.pk, [Day(day, name, off)], by=cast.head_of_office, now=now or at())


@pytest.mark.django_db
def test_the_keepers_keep_it_and_nobody_else(cast: Cast) -> None:
    for person in (cast.mayor, cast.finance, cast.office_staff, cast.deputy):
        with pytest.raises(Refused):
            days_off.put(cast.office.pk, [Day(SPRING, "x")], by=person, now=at())
        with pytest.raises(Refused):
            days_off.remove(cast.office.pk, SPRING, by=person, now=at())
        with pytest.raises(Refused):
            days_off.set_hours(
                cast.office.pk, opens=time(8), closes=time(16), rule="stay", email="", by=person, now=at()
            )
    with pytest.raises(Organization.DoesNotExist):
        days_off.put(cast.office.pk, [Day(SPRING, "x")], by=cast.outsider, now=at())
    assert days_off.put(cast.office.pk, [Day(SPRING, "x")], by=cast.permanent_secretary, now=at()) == 1
    act_for(cast.position("head_of_office"), cast.finance, starts_on=DAY, ends_on=DAY, order_number="1/2564")
    assert days_off.put(cast.office.pk, [Day(SPRING, "y")], by=cast.finance, now=at()) == 1


@pytest.mark.django_db
def test_all_days_are_written_or_none(cast: Cast) -> None:
    with pytest.raises(ValidationError):
        days_off.put(cast.office.pk, [Day(SPRING, "ดี"), Day(SPRING + days(1), "  ")], by=cast.head_of_office, now=at())
    with pytest.raises(ValidationError):
        put(cast, date(2565, 4, 1))
    assert not Holiday.objects.exists()


@pytest.mark.django_db
def test_what_changes_nothing_writes_nothing(cast: Cast) -> None:
    assert put(cast, SPRING) == 1
    before = len(chain.history_of(cast.office))
    assert put(cast, SPRING) == 0
    assert len(chain.history_of(cast.office)) == before == 1


@pytest.mark.django_db
def test_an_office_cannot_close_for_good(cast: Cast) -> None:
    forever = [Day(DAY + days(n), "ปิด") for n in range(1, 500)]
    with pytest.raises(ValidationError):
        days_off.put(cast.office.pk, forever, by=cast.head_of_office, now=at())
    assert not Holiday.objects.exists()


@pytest.mark.django_db
def test_removing_what_is_gone_is_refused(cast: Cast) -> None:
    with pytest.raises(NotNow):
        days_off.remove(cast.office.pk, SPRING, by=cast.head_of_office, now=at())


# --- what a change does to open work


@pytest.mark.django_db
def test_a_task_due_on_a_new_day_off_moves_and_moves_back(cast: Cast) -> None:
    task = cast.started("fin")
    assert task.due_on == SPRING
    from notifications import scans

    scans.run(now=at(date(2022, 3, 28), 9))
    waiting = Letter.objects.filter(about=f"task:{task.pk}", event="task_due_soon", voided_at=None)
    assert waiting.exists()
    put(cast, SPRING, now=at(date(2022, 3, 28), 10))
    moved = DivisionTask.objects.get(pk=task.pk)
    assert moved.due_on == date(2022, 4, 1)
    assert not waiting.exists()  # they named the day before
    why = settling.moved(moved, [])
    assert why and (why.meant, why.why) == (SPRING, "วันหยุดพิเศษ")
    assert chain.history_of(moved)[-1].verb == "due_moved"
    scans.run(now=at(date(2022, 3, 28), 11))
    assert {x.context["due_on"] for x in waiting.all()} == {"2022-04-01"}
    days_off.remove(cast.office.pk, SPRING, by=cast.head_of_office, now=at(date(2022, 3, 28), 12))
    assert DivisionTask.objects.get(pk=task.pk).due_on == SPRING
    assert list(chain.verify()) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rule", "due_on"), [("after", date(2022, 4, 1)), ("before", date(2022, 3, 30)), ("stay", SPRING)]
)
def test_the_rule_of_the_office_says_where_it_goes(cast: Cast, rule: str, due_on: date) -> None:
    task = cast.started("fin")
    put(cast, SPRING)
    days_off.set_hours(
        cast.office.pk, opens=time(8), closes=time(16), rule=rule, email="", by=cast.head_of_office, now=at()
    )
    assert DivisionTask.objects.get(pk=task.pk).due_on == due_on


@pytest.mark.django_db
def test_new_tasks_and_granted_days_are_settled_from_the_start(cast: Cast) -> None:
    put(cast, SPRING)
    task = cast.started("fin")
    assert task.due_on == date(2022, 4, 1)
    asked = extensions.ask(task.pk, by=cast.finance, until=date(2022, 4, 30), reason="รอเอกสาร", now=at())
    extensions.grant(task.pk, by=cast.head_of_office, extension=asked.pk, now=at())
    task = DivisionTask.objects.get(pk=task.pk)
    assert task.due_on == date(2022, 5, 2)  # the 30th is a Saturday; offices work on Labour Day's substitute
    asked.refresh_from_db()
    assert asked.granted_until == date(2022, 4, 30)
    why = settling.moved(task, [asked])
    assert why and why.meant == date(2022, 4, 30)
    assert list(chain.verify()) == []


@pytest.mark.django_db
def test_a_deadline_that_was_moved_once_moves_again(cast: Cast) -> None:
    """Meant for a Saturday, due on Monday; on Sunday the Monday is given free."""
    task = cast.started("fin")
    asked = extensions.ask(task.pk, by=cast.finance, until=date(2022, 4, 30), reason="รอเอกสาร", now=at())
    extensions.grant(task.pk, by=cast.head_of_office, extension=asked.pk, now=at())
    put(cast, date(2022, 5, 2), now=at(date(2022, 5, 1)))
    assert DivisionTask.objects.get(pk=task.pk).due_on == date(2022, 5, 3)


@pytest.mark.django_db
def test_nothing_that_was_to_come_is_moved_into_the_past(cast: Cast) -> None:
    task = cast.started("fin")
    days_off.set_hours(
        cast.office.pk, opens=time(8), closes=time(16), rule="before", email="", by=cast.head_of_office, now=at()
    )
    put(cast, SPRING, now=at(SPRING))
    assert DivisionTask.objects.get(pk=task.pk).due_on == date(2022, 4, 1)


@pytest.mark.django_db
def test_past_deadlines_and_finished_work_stay(cast: Cast) -> None:
    task = cast.started("fin")
    put(cast, SPRING, now=at(date(2022, 4, 4)))
    assert DivisionTask.objects.get(pk=task.pk).due_on == SPRING


@pytest.mark.django_db
def test_another_office_s_work_stays(cast: Cast) -> None:
    task = cast.started("fin")
    other = Organization.objects.exclude(pk=cast.office.pk).first()
    assert other is not None
    Holiday.objects.create(organization=other, date=SPRING, name="ของเขา")
    assert DivisionTask.objects.get(pk=task.pk).due_on == SPRING


@pytest.mark.django_db
def test_the_statements_of_a_change_do_not_grow_with_the_tasks(cast: Cast) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            put(cast, SPRING)
        days_off.remove(cast.office.pk, SPRING, by=cast.head_of_office, now=at())
        return len(captured)

    cast.approved()
    few = cost()
    for _n in range(3):
        cast.approved()
    assert cost() == few


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_an_approval_and_a_change_of_the_calendar_do_not_wait_for_each_other_in_a_circle(cast: Cast) -> None:
    memo = cast.endorsed()
    barrier = Barrier(2)

    def approve() -> None:
        barrier.wait(5)
        cast.answer(memo, cast.mayor, "approve", now=at(hour=14))
        connection.close()

    def change() -> None:
        barrier.wait(5)
        put(cast, SPRING, now=at(hour=14))
        connection.close()

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(approve), pool.submit(change)]:
            done.result(30)
    assert {*DivisionTask.objects.filter(measure__row__follow_up_due=SPRING).values_list("due_on", flat=True)} == {
        date(2022, 4, 1)
    }
    assert list(chain.verify()) == []


@pytest.mark.django_db
def test_an_open_step_moves_with_the_calendar(cast: Cast) -> None:
    memo = cast.submitted()
    step = Step.objects.get(memo=memo, closed_at=None, opened_at__isnull=False)
    assert step.due_on is not None
    put(cast, step.due_on)
    after = Step.objects.get(pk=step.pk)
    assert after.due_on == step.due_on + days(1 if step.due_on.weekday() < 4 else 3)
    assert chain.history_of(memo)[-1].verb == "due_moved"


@pytest.mark.django_db
def test_a_step_may_be_due_in_days_of_the_calendar(cast: Cast) -> None:
    RouteStep.objects.update(days=10, working_days=False)
    memo = cast.submitted()
    step = Step.objects.get(memo=memo, closed_at=None, opened_at__isnull=False)
    office = WorkingDays.of(cast.office.pk)
    assert step.opened_at is not None
    assert step.due_on == office.settled(day_of(step.opened_at) + days(10))


# --- files


ICS = """BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//x//y//TH\r
BEGIN:VEVENT\r
UID:1\r
SUMMARY:วันหยุดพิเศษตามมติคณะรัฐมนตรี\r
DTSTART;VALUE=DATE:20220715\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:2\r
SUMMARY:งานประเพณี\r
DTSTART;VALUE=DATE:20220728\r
DTEND;VALUE=DATE:20220730\r
END:VEVENT\r
END:VCALENDAR\r
"""


def test_a_calendar_file_is_read() -> None:
    lines = day_files.read(ICS.encode(), today=DAY)
    assert [(one.day.date, one.day.name) for one in lines if one.day] == [
        (date(2022, 7, 15), "วันหยุดพิเศษตามมติคณะรัฐมนตรี"),
        (date(2022, 7, 28), "งานประเพณี"),
        (date(2022, 7, 29), "งานประเพณี"),
    ]


def test_a_rule_that_repeats_is_refused() -> None:
    text = ICS.replace("DTEND;VALUE=DATE:20220730", "RRULE:FREQ=DAILY")
    (_first, second) = day_files.read(text.encode(), today=DAY)
    assert second.error and second.day is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp874"])
def test_a_csv_file_is_read_in_the_encodings_of_thai_offices(encoding: str) -> None:
    text = "วันที่,ชื่อวัน,หยุด,ที่มา\r\n๑๕/๗/๒๕๖๕,วันหยุดพิเศษ,เช้า,ครม.\r\n2022-07-28,งานประเพณี,,\r\n"
    lines = day_files.read(text.encode(encoding), today=DAY)
    assert [one.day for one in lines] == [
        Day(date(2022, 7, 15), "วันหยุดพิเศษ", "morning", "cabinet"),
        Day(date(2022, 7, 28), "งานประเพณี", "day", "local"),
    ]


def test_each_line_that_is_wrong_says_so() -> None:
    text = "date,name,off\n31/2/2565,ก,\n1/3/2565,,\n2/3/2565,ข,noon\n3/3/2565,ค,\n3/3/2565,ค,\n"
    lines = day_files.read(text.encode(), today=DAY)
    assert [bool(one.error) for one in lines] == [True, True, True, False, True]
    assert [one.number for one in lines] == [2, 3, 4, 5, 6]


def test_a_day_that_cannot_be_is_said_of_its_line_while_the_file_is_read() -> None:
    (far,) = day_files.read("date,name\n1/5/2590,ไกล\n".encode(), today=DAY)
    assert far.day is None and far.number == 2 and "2047-05-01" in far.error


def test_the_days_of_a_calendar_file_are_whose_they_are_said_to_be() -> None:
    lines = day_files.read(ICS.encode(), today=DAY, source="cabinet")
    assert {one.day.source for one in lines if one.day} == {"cabinet"}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"   \n",
        b"\x89PNG\r\n\x1a\n\0\0",
        b"name\nx",
        b"date,name\n",
        b"BEGIN:VCALENDAR\r\nEND",
        b"x" * (day_files.BYTES + 1),
        b"date,name\n" + b"1/1/2565,x\n" * (day_files.LINES + 1),
        b'date,name\n"1/1/2565,x',
    ],
)
def test_what_is_no_file_of_days_is_refused(content: bytes) -> None:
    try:
        lines = day_files.read(content, today=DAY)
    except day_files.Unreadable:
        return
    assert all(one.error for one in lines)


@given(st.binary(max_size=300))
@how(max_examples=100, deadline=None)
def test_no_bytes_break_the_reader(content: bytes) -> None:
    for start in (b"", b"BEGIN:VCALENDAR\r\n", b"date,name\r\n"):
        with suppress(day_files.Unreadable):
            day_files.read(start + content, today=DAY)


# --- pages


@pytest.mark.django_db
def test_a_preview_shows_all_that_will_be_written_and_what_stood_there(cast: Cast, client: Client) -> None:
    client.force_login(cast.head_of_office)
    put(cast, SPRING, "ชื่อเดิม")
    text = f"date,name,off,source\n{SPRING},ชื่อใหม่,morning,cabinet\n2023-05-05,ปีหน้า,,\n"
    file = SimpleUploadedFile("d.csv", text.encode(), "text/csv")
    said = client.post("/organization/days/import/", {"file": file}, secure=True).content.decode()
    for words in ("ชื่อใหม่", "หยุดครึ่งเช้า", "คณะรัฐมนตรี", "ชื่อเดิม"):
        assert words in said, words
    form = {"date": ["2023-05-05"], "name": ["ปีหน้า"], "off": ["day"], "source": ["local"]}
    done = client.post("/organization/days/import/apply/", form, secure=True)
    assert done.headers["Location"].endswith("?year=2566")


@pytest.mark.django_db
def test_a_day_taken_out_twice_is_said_to_be_gone(cast: Cast, client: Client) -> None:
    client.force_login(cast.head_of_office)
    put(cast, SPRING, "x")
    path = f"/organization/days/{SPRING}/remove/"
    for _click in range(2):
        assert client.post(path, secure=True).status_code == 302
    assert not Holiday.objects.filter(date=SPRING).exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/organization/days/hours/", "/organization/days/import/", "/notices/read/", "/notices/failed/again/"]
)
def test_signing_in_between_a_form_and_its_address_is_explained(cast: Cast, client: Client, path: str) -> None:
    client.force_login(cast.head_of_office)
    answer = client.get(path, secure=True)
    above = path.rstrip("/").rsplit("/", 1)[0] + "/"
    assert answer.status_code == 405 and answer.headers["Allow"] == "POST"
    assert f'href="{above}"' in answer.content.decode() and "ยังไม่ได้ดำเนินการ" in answer.content.decode()


@pytest.mark.django_db
def test_the_pages_of_a_keeper_and_of_others(cast: Cast, client: Client) -> None:
    client.force_login(cast.finance)
    said = client.get("/organization/days/", secure=True).content.decode()
    assert "import" not in said and "วันสงกรานต์" in said
    client.force_login(cast.head_of_office)
    said = client.get("/organization/days/?year=2565", secure=True).content.decode()
    assert "/organization/days/import/" in said
    assert client.get("/organization/", secure=True).status_code == 200
    assert (
        client.post("/organization/days/hours/", {"opens": "8", "closes": "", "rule": "x"}, secure=True).status_code
        == 422
    )


@pytest.mark.django_db
def test_a_day_is_added_and_removed_by_its_forms(cast: Cast, client: Client) -> None:
    client.force_login(cast.head_of_office)
    form = {"date": "๑๕/๗/๒๕๖๕", "name": "วันหยุดพิเศษ", "off": "day", "source": "cabinet"}
    assert client.post("/organization/days/", form, secure=True).status_code == 302
    assert Holiday.objects.get().date == date(2022, 7, 15)
    wrong = client.post("/organization/days/", {**form, "date": "32/7/2565"}, secure=True)
    assert wrong.status_code == 422 and "วันหยุดพิเศษ" in wrong.content.decode()
    assert client.get("/organization/days/2022-07-15/remove/", secure=True).status_code == 200
    assert Holiday.objects.count() == 1
    client.post("/organization/days/2022-07-15/remove/", secure=True)
    assert not Holiday.objects.exists()
    assert client.get("/organization/days/2022-07-15/remove/", secure=True).status_code == 404
    assert client.get("/organization/days/nonsense/remove/", secure=True).status_code == 404


@pytest.mark.django_db
def test_a_file_is_shown_before_it_is_written(cast: Cast, client: Client) -> None:
    client.force_login(cast.head_of_office)
    put(cast, date(2022, 7, 28), "งานประเพณี")
    file = SimpleUploadedFile("วันหยุด.ics", ICS.encode())
    shown = client.post("/organization/days/import/", {"file": file}, secure=True)
    assert shown.status_code == 200 and Holiday.objects.count() == 1
    row = shown.context["rows"]
    assert [one["what"] for one in row] == ["new", "same", "new"]
    days_of_it = shown.context["days"]
    form = {
        "date": [one.date.isoformat() for one in days_of_it],
        "name": [one.name for one in days_of_it],
        "off": [one.off for one in days_of_it],
        "source": [one.source for one in days_of_it],
    }
    client.post("/organization/days/import/apply/", form, secure=True)
    assert Holiday.objects.count() == 3
    assert client.post("/organization/days/import/apply/", {**form, "off": ["x"] * 3}, secure=True).status_code == 404


@pytest.mark.django_db
def test_a_file_with_a_wrong_line_offers_nothing_to_write(cast: Cast, client: Client) -> None:
    client.force_login(cast.head_of_office)
    file = SimpleUploadedFile("x.csv", "date,name\n1/1/2566,ปีใหม่\n40/1/2566,ผิด\n".encode())
    shown = client.post("/organization/days/import/", {"file": file}, secure=True)
    assert shown.status_code == 422 and "apply" not in shown.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["finance", "mayor"])
def test_others_cannot_import(cast: Cast, client: Client, who: str) -> None:
    client.force_login(getattr(cast, who))
    file = SimpleUploadedFile("x.ics", ICS.encode())
    assert client.post("/organization/days/import/", {"file": file}, secure=True).status_code == 403
    form = {"date": "2022-07-15", "name": "x", "off": Off.DAY, "source": "local"}
    assert client.post("/organization/days/import/apply/", form, secure=True).status_code == 403
    assert client.post("/organization/days/", {**form, "date": "15/7/2565"}, secure=True).status_code == 403


@pytest.mark.django_db
def test_the_command_writes_all_or_nothing(cast: Cast, tmp_path: Path) -> None:
    file = tmp_path / "days.csv"
    file.write_text("date,name\n1/1/2566,ปีใหม่\n", encoding="utf-8")
    arguments: dict[str, Any] = {"organization": cast.office.code, "by": cast.head_of_office.username, "json": True}
    out = StringIO()
    call_command("import_days_off", str(file), stdout=out, **arguments)
    assert '"written": 1' in out.getvalue()
    file.write_text("date,name\n2/1/2566,ก\nx,ข\n", encoding="utf-8")
    with pytest.raises(CommandError):
        call_command("import_days_off", str(file), stdout=StringIO(), **arguments)
    assert Holiday.objects.count() == 1
