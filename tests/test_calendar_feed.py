"""A person's own deadlines at a secret address: theirs only, all of them, in few statements, until they end it."""

import threading
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from desk import feed
from measures import extensions, sharing, work
from measures.models import DivisionTask
from memo_flow.models import MemoKind
from notifications import invitations
from notifications.models import CalendarFeed, Letter
from organization import days_off
from organization.appointments import act_for
from organization.calendar import WorkingDays
from organization.models import User
from organization.refusals import NotNow
from tests.cast import DAY, Browse, Cast, at, days, open_step, set_clock
from tests.test_invitations import read, sound

pytestmark = pytest.mark.django_db
PAGE = "/account/calendar/"


def days_of(user: User, now: Any = None) -> dict[str, Any]:
    """UID -> event, read from the file that this person's calendar gets."""
    content = feed.written(user, now=now or at(hour=18))
    sound(content)
    return {str(one["uid"]): one for one in read(content).events}


def path_of(user: User) -> str:
    return f"/calendar/{feed.renew(user, now=at())}.ics"


# --- whose deadlines


def test_an_open_step_stands_in_the_calendar_of_who_may_answer_it(cast: Cast) -> None:
    memo = cast.submitted()
    step = open_step(memo)
    one = days_of(cast.permanent_secretary)[f"step-{step.pk}@memoflow"]
    assert one.decoded("dtstart") == step.due_on and memo.subject in str(one["summary"])
    assert str(one["url"]).endswith(f"/memos/{memo.pk}/")
    assert days_of(cast.mayor) == {}
    act_for(step.position, cast.deputy, starts_on=DAY, order_number="9/64")
    assert days_of(cast.deputy).keys() == {f"step-{step.pk}@memoflow"}
    cast.answer(memo, cast.permanent_secretary, "endorse")
    assert days_of(cast.permanent_secretary) == {}


def test_a_secret_memo_s_subject_stays_in_the_house(cast: Cast) -> None:
    MemoKind.objects.filter(pk=cast.plain.pk).update(secret=True)
    memo = cast.sent(cast.finance)
    content = feed.written(cast.permanent_secretary, now=at(hour=18)).replace(b"\r\n ", b"").decode()
    assert f"step-{open_step(memo).pk}@memoflow" in content and memo.subject not in content


def test_a_task_is_the_division_s_until_it_is_somebody_s(cast: Cast) -> None:
    task = cast.task("op")
    uid = f"task-{task.pk}@memoflow"
    colleague = cast.hire("colleague", "officer", "op")
    assert all(uid in days_of(one) for one in (cast.head_of_office, cast.office_staff, colleague))
    assert uid not in days_of(cast.finance) and uid not in days_of(cast.mayor)
    sharing.hand_over(task.pk, by=cast.head_of_office, to=colleague.pk, now=at(hour=17))
    assert uid in days_of(colleague) and uid in days_of(cast.head_of_office)
    assert uid not in days_of(cast.office_staff)
    step = task.steps.all()[0]
    sharing.share(task.pk, by=cast.head_of_office, officers={step.pk: cast.office_staff.pk}, now=at(hour=17))
    assert uid in days_of(cast.office_staff)
    sharing.share(task.pk, by=cast.head_of_office, officers={step.pk: None}, now=at(hour=17))
    colleague.appointments.update(ends_on=DAY)
    later = at(DAY + days(1))
    assert uid not in days_of(colleague, later) and uid in days_of(cast.office_staff, later)


def test_what_is_reported_or_cancelled_is_gone(cast: Cast) -> None:
    task = cast.started("fin")
    uid = f"task-{task.pk}@memoflow"
    assert uid in days_of(cast.finance)
    cast.finish(task)
    assert uid not in days_of(cast.finance)
    other = DivisionTask.objects.filter(division__code="op").first()
    assert other
    work.cancel(other.pk, by=cast.head_of_office, text="โอนงบ", now=at(hour=17))
    assert f"task-{other.pk}@memoflow" not in days_of(cast.head_of_office)


def test_a_request_stands_where_it_is_to_be_answered_and_its_task_where_it_moved(cast: Cast) -> None:
    task = cast.started("fin")
    asked = extensions.ask(task.pk, by=cast.finance, until=task.due_on + days(20), reason="ฝนตก", now=at(hour=15))
    request = days_of(cast.head_of_office)[f"extension-{asked.pk}@memoflow"]
    assert request.decoded("dtstart") == WorkingDays.of(cast.office.pk).after(DAY, 3)
    assert f"extension-{asked.pk}@memoflow" not in days_of(cast.finance)
    extensions.grant(
        task.pk, by=cast.head_of_office, extension=asked.pk, until=task.due_on + days(11), text="", now=at(hour=16)
    )
    assert f"extension-{asked.pk}@memoflow" not in days_of(cast.head_of_office)
    assert days_of(cast.finance)[f"task-{task.pk}@memoflow"].decoded("dtstart") == task.due_on + days(11)


def test_a_day_that_moves_has_a_higher_number_so_that_calendars_take_it(cast: Cast) -> None:
    task, step = cast.task("fin"), open_step(cast.sent(cast.finance))
    uids = {f"task-{task.pk}@memoflow": cast.finance, f"step-{step.pk}@memoflow": cast.permanent_secretary}
    for uid, person in uids.items():
        before = days_of(person)[uid]
        off = days_off.Day(before.decoded("dtstart"), "วันหยุดท้องถิ่น")
        days_off.put(cast.office.pk, [off], by=cast.head_of_office, now=at(hour=17))
        after = days_of(person)[uid]
        assert after.decoded("dtstart") > before.decoded("dtstart") and after["sequence"] > before["sequence"]
        assert after.decoded("last-modified") == at(hour=17)


def test_what_a_secret_memo_orders_stays_in_the_house(cast: Cast) -> None:
    task = cast.started("fin")
    asked = extensions.ask(task.pk, by=cast.finance, until=task.due_on + days(20), reason="ฝนตก", now=at(hour=15))
    MemoKind.objects.filter(pk=cast.kind.pk).update(secret=True)
    for person, uid in ((cast.finance, f"task-{task.pk}"), (cast.head_of_office, f"extension-{asked.pk}")):
        assert f"{uid}@memoflow" in days_of(person)
        content = feed.written(person, now=at(hour=18)).replace(b"\r\n ", b"").decode()
        assert task.measure.text not in content and "ฝนตก" not in content


def test_the_follow_ups_are_the_head_of_office_s(cast: Cast) -> None:
    memo = cast.approved()
    for kind in ("interim", "final"):
        assert f"followup-{memo.pk}-{kind}@memoflow" in days_of(cast.head_of_office), "as far ahead as the tasks"
    spring = at(date(2022, 4, 1))
    found = days_of(cast.head_of_office, spring)
    assert f"followup-{memo.pk}-interim@memoflow" in found
    assert not [uid for uid in days_of(cast.permanent_secretary, spring) if uid.startswith("followup")]


def test_the_same_task_has_one_name_in_mail_and_feed_and_the_same_number(cast: Cast) -> None:
    task = cast.started("fin")
    until = task.due_on + days(20)
    asked = extensions.ask(task.pk, by=cast.worker_of(task), until=until, reason="ฝนตก", now=at(hour=15))
    letter = Letter.objects.get(event="tasks_assigned", recipient=cast.finance)
    found = invitations.attachment(letter)
    assert found
    by_mail = {str(one["uid"]): one for one in Calendar.from_ical(found[1]).events}
    by_feed = days_of(cast.finance)
    assert by_mail.keys() <= by_feed.keys()
    assert by_mail[f"task-{task.pk}@memoflow"]["sequence"] == by_feed[f"task-{task.pk}@memoflow"]["sequence"]
    extensions.grant(
        task.pk, by=cast.head_of_office, extension=asked.pk, until=task.due_on + days(11), text="", now=at(hour=16)
    )
    granted = Letter.objects.filter(event="task_extension_granted").first()
    assert granted
    moved = invitations.attachment(granted)
    assert moved
    (by_mail_now,) = Calendar.from_ical(moved[1]).events
    assert by_mail_now["sequence"] == days_of(cast.finance)[f"task-{task.pk}@memoflow"]["sequence"]


def test_nothing_of_another_office_and_nothing_for_who_has_no_seat(cast: Cast) -> None:
    cast.approved()
    assert days_of(cast.outsider) == {}
    content = feed.written(cast.outsider, now=at())
    assert Calendar.from_ical(content)["x-wr-calname"]


def test_the_statements_do_not_grow_with_the_deadlines(cast: Cast) -> None:
    def count(user: User) -> int:
        with CaptureQueriesContext(connection) as asked:
            feed.written(user, now=at(hour=18))
        return len(asked)

    cast.approved()
    task = cast.started("fin")
    extensions.ask(task.pk, by=cast.finance, until=task.due_on + days(20), reason="ฝนตก", now=at(hour=15))
    cast.submitted()
    people = (cast.head_of_office, cast.permanent_secretary, cast.finance)
    few = [count(one) for one in people]
    for _n in range(3):
        cast.approved()
        cast.submitted()
        more = cast.started("fin")
        extensions.ask(more.pk, by=cast.finance, until=more.due_on + days(20), reason="ฝนตก", now=at(hour=15))
    assert [count(one) for one in people] == few
    assert max(few) <= 25, few


# --- the file


def test_a_calendar_program_is_told_whose_it_is_and_how_often_to_look(cast: Cast) -> None:
    cast.approved()
    calendar = Calendar.from_ical(feed.written(cast.finance, now=at(hour=18)))
    assert cast.finance.get_full_name() in str(calendar["x-wr-calname"])
    assert calendar["x-wr-timezone"] == "Asia/Bangkok" and calendar["x-published-ttl"] == "PT4H"
    assert calendar["refresh-interval"].params["VALUE"] == "DURATION"
    assert calendar.decoded("refresh-interval") == timedelta(hours=4)
    assert all(one["transp"] == "TRANSPARENT" for one in calendar.events)


def test_the_feed_needs_no_cookie_and_sets_none(cast: Cast, client: Client) -> None:
    cast.approved()
    path = path_of(cast.finance)
    set_clock(at(hour=18))
    answer = client.get(path)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert not answer.cookies and "private" in answer["Cache-Control"] and answer["X-Robots-Tag"] == "noindex"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer.content == feed.written(cast.finance, now=at(hour=18))
    head = client.head(path)
    assert (head.status_code, head.content, head["ETag"]) == (200, b"", answer["ETag"])
    assert client.post(path).status_code == 405
    kept = client.get(path, HTTP_IF_NONE_MATCH=answer["ETag"])
    assert (kept.status_code, kept.content, kept["ETag"]) == (304, b"", answer["ETag"])
    cast.submitted()
    assert client.get(path)["ETag"] == answer["ETag"]  # nothing of the finance division's has changed
    task = DivisionTask.objects.filter(division__code="fin").first()
    assert task
    work.cancel(task.pk, by=cast.head_of_office, text="โอนงบ", now=at(hour=17))
    assert client.get(path, HTTP_IF_NONE_MATCH=answer["ETag"]).status_code == 200


def test_an_unknown_address_is_nothing(cast: Cast, client: Client) -> None:
    feed.make(cast.finance, now=at())
    stored = CalendarFeed.objects.get().digest
    for path in ("a" * 43, stored[:43], "x", "", "ก" * 43, "a" * 44):
        assert client.get(f"/calendar/{path}.ics").status_code == 404, path


def test_the_secret_is_nowhere_stored_and_a_new_one_ends_the_old(cast: Cast, client: Client) -> None:
    first = feed.make(cast.finance, now=at())
    assert len(first) == 43
    kept = CalendarFeed.objects.get()
    assert first not in (kept.digest, str(kept.pk)) and len(kept.digest) == 64
    with pytest.raises(NotNow):
        feed.make(cast.finance, now=at())
    second = feed.renew(cast.finance, now=at())
    assert client.get(f"/calendar/{first}.ics").status_code == 404
    assert client.get(f"/calendar/{second}.ics").status_code == 200
    feed.revoke(cast.finance)
    feed.revoke(cast.finance)
    assert client.get(f"/calendar/{second}.ics").status_code == 404


def test_who_has_left_reads_nothing(cast: Cast, client: Client) -> None:
    path = path_of(cast.finance)
    User.objects.filter(pk=cast.finance.pk).update(is_active=False)
    assert client.get(path).status_code == 404


# --- the page


def test_the_address_is_made_shown_once_and_ended(cast: Cast, as_: Browse) -> None:
    browser = as_(cast.finance)
    assert browser.get(PAGE).context["standing"] is None
    made = browser.post(PAGE)
    address = made.context["address"]
    assert made.status_code == 200 and "no-store" in made["Cache-Control"]
    assert f'value="{address}"' in made.content.decode()
    assert browser.get(address).status_code == 200
    assert address.rsplit("/", 1)[1] not in browser.get(PAGE).content.decode()
    assert browser.post(PAGE).status_code == 409
    assert browser.get(f"{PAGE}renew/").status_code == 200 and browser.get(address).status_code == 200
    renewed = browser.post(f"{PAGE}renew/").context["address"]
    assert browser.get(address).status_code == 404 and browser.get(renewed).status_code == 200
    assert browser.get(f"{PAGE}revoke/").status_code == 200 and browser.get(renewed).status_code == 200
    assert browser.post(f"{PAGE}revoke/")["Location"] == PAGE
    assert browser.get(renewed).status_code == 404
    assert browser.get(f"{PAGE}renew/")["Location"] == PAGE


def test_the_page_is_for_who_is_signed_in_and_one_s_own(cast: Cast, as_: Browse, client: Client) -> None:
    for path in (PAGE, f"{PAGE}renew/", f"{PAGE}revoke/"):
        assert client.post(path)["Location"].startswith("/accounts/login/")
    as_(cast.works).post(PAGE)
    assert CalendarFeed.objects.get().user == cast.works
    assert f'href="{PAGE}"' in as_(cast.works).get("/account/").content.decode()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_make_one_address(cast: Cast) -> None:
    made: list[str] = []
    refused: list[int] = []
    start = threading.Barrier(4)

    def click() -> None:
        start.wait()
        try:
            made.append(feed.make(cast.finance, now=at()))
        except NotNow:
            refused.append(1)
        connection.close()

    clicks = [threading.Thread(target=click) for _n in range(4)]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join()
    assert (len(made), len(refused)) == (1, 3)
    assert feed.owner(made[0]) == cast.finance
