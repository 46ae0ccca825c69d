"""The calendar file that comes with a letter about a task: valid, in the reader's words, moved and taken back."""

from datetime import UTC, date, timedelta
from email import message_from_bytes, policy

import pytest
from django.conf import settings
from django.core import mail
from icalendar import Calendar

from measures import extensions, sharing, work
from measures.models import DivisionTask
from notifications import delivery, invitations
from notifications.models import Letter
from tests.cast import Cast, at, days

pytestmark = pytest.mark.django_db


def file_of(event: str, recipient: object, **more: object) -> tuple[str, bytes, str]:
    letter = Letter.objects.filter(event=event, recipient=recipient, **more).latest("at")  # type: ignore[misc]
    found = invitations.attachment(letter)
    assert found
    return found


def read(content: bytes) -> Calendar:
    """Parsed, and the same after it was written and parsed again."""
    calendar = Calendar.from_ical(content)
    assert not calendar.errors and all(not one.errors for one in calendar.events)
    assert Calendar.from_ical(calendar.to_ical()) == calendar
    return calendar


def sound(content: bytes) -> None:
    """RFC 5545: every line ends in CR LF, has at most 75 octets and is folded between characters."""
    assert content.endswith(b"\r\n") and content.count(b"\n") == content.count(b"\r\n")
    for line in content.split(b"\r\n"):
        assert len(line) <= 75, line
        line.decode()


def test_new_tasks_come_with_all_their_days(cast: Cast) -> None:
    memo = cast.approved()
    tasks = DivisionTask.objects.filter(measure__row__memo=memo, division__code="op").select_related("measure")
    assert len(tasks) > 2
    name, content, kind = file_of("tasks_assigned", cast.head_of_office)
    assert name == "deadline.ics" and kind == "text/calendar; method=PUBLISH; charset=utf-8"
    sound(content)
    calendar = read(content)
    assert calendar["method"] == "PUBLISH" and calendar["version"] == "2.0" and calendar["prodid"]
    found = {str(one["uid"]): one for one in calendar.events}
    assert found.keys() == {f"task-{one.pk}@memoflow" for one in tasks}
    letter = Letter.objects.get(event="tasks_assigned", recipient=cast.head_of_office)
    for task in tasks:
        one = found[f"task-{task.pk}@memoflow"]
        assert one.decoded("dtstart") == task.due_on and one.decoded("dtend") == task.due_on + timedelta(days=1)
        assert one["dtstart"].params["VALUE"] == "DATE"
        assert task.measure.text in str(one["summary"]) and task.measure.text in str(one["description"])
        assert str(one["url"]) == f"{settings.SITE_URL}/measures/tasks/{task.pk}/"
        assert one.decoded("dtstamp") == letter.at.astimezone(UTC).replace(microsecond=0)
        assert one["transp"] == "TRANSPARENT" and one["status"] == "CONFIRMED"
        assert not one.walk("VALARM") and "attendee" not in one and str(one["organizer"]).startswith("mailto:")


def test_more_time_moves_the_same_day_and_a_cancelled_task_takes_it_back(cast: Cast) -> None:
    task = cast.started("fin")
    _name, first, _kind = file_of("tasks_assigned", cast.finance)
    assigned = next(one for one in read(first).events if one["uid"] == f"task-{task.pk}@memoflow")
    asked = extensions.ask(
        task.pk, by=cast.worker_of(task), until=task.due_on + days(20), reason="ฝนตก", now=at(hour=15)
    )
    extensions.grant(
        task.pk, by=cast.head_of_office, extension=asked.pk, until=task.due_on + days(11), text="", now=at(hour=16)
    )
    other = next(
        one.recipient for one in Letter.objects.filter(event="task_extension_granted").select_related("recipient")
    )
    _name, moved, kind = file_of("task_extension_granted", other)
    (later,) = read(moved).events
    sound(moved)
    assert "PUBLISH" in kind and later["uid"] == assigned["uid"]
    assert later.decoded("dtstart") == task.due_on + days(11)
    assert later["sequence"] > assigned["sequence"]
    work.cancel(task.pk, by=cast.head_of_office, text="โอนงบ", now=at(hour=17))
    _name, gone, kind = file_of("task_cancelled", other)
    (taken,) = read(gone).events
    assert kind == "text/calendar; method=CANCEL; charset=utf-8" and read(gone)["method"] == "CANCEL"
    assert taken["uid"] == assigned["uid"] and taken["status"] == "CANCELLED"
    assert taken["sequence"] > later["sequence"]


def test_a_task_that_is_handed_on_goes_from_one_calendar_to_another(cast: Cast) -> None:
    task = cast.task("op")
    colleague = cast.hire("colleague", "officer", "op")
    for to, hour in ((cast.office_staff, 14), (colleague, 15)):
        sharing.hand_over(task.pk, by=cast.head_of_office, to=to.pk, now=at(hour=hour))
    _name, mine, kind = file_of("task_handed_over", colleague)
    assert "PUBLISH" in kind and read(mine).events[0]["uid"] == f"task-{task.pk}@memoflow"
    _name, gone, kind = file_of("task_handed_over", cast.office_staff, context__mine=False)
    assert "CANCEL" in kind and read(gone).events[0]["status"] == "CANCELLED"
    sharing.hand_over(task.pk, by=cast.head_of_office, to=None, now=at(hour=16))
    back = Letter.objects.filter(event="task_handed_over", recipient=colleague).latest("at")
    assert invitations.attachment(back) is None  # it is the whole division's again: still theirs


def test_other_letters_bring_no_file(cast: Cast) -> None:
    cast.reported("fin")
    for letter in Letter.objects.exclude(event="tasks_assigned"):
        assert invitations.attachment(letter) is None, letter.event


def test_odd_words_are_kept_and_break_nothing(cast: Cast) -> None:
    odd = 'ก, ข; ค\\ง "จ" 👩‍👧‍👦\nBEGIN:VALARM\r\nฝ\x07\x0b' + "น้ำผึ้งที่ใต้ต้นไม้" * 40
    cast.approved()
    letter = Letter.objects.filter(event="tasks_assigned", recipient=cast.finance).latest("at")
    letter.context["tasks"][0]["text"] = odd
    found = invitations.attachment(letter)
    assert found
    sound(found[1])
    one = next(e for e in read(found[1]).events if "👩‍👧‍👦" in str(e["summary"]))
    assert "BEGIN:VALARM" in str(one["summary"]) and not one.walk("VALARM")
    assert str(one["summary"]).endswith("น้ำผึ้งที่ใต้ต้นไม้" * 40) and "\x07" not in str(one["summary"])


def test_the_words_are_the_reader_s(cast: Cast) -> None:
    cast.approved()
    letter = Letter.objects.filter(event="tasks_assigned", recipient=cast.finance).latest("at")
    said = {}
    for language in ("th", "en"):
        letter.recipient.language = language
        found = invitations.attachment(letter)
        assert found
        said[language] = str(read(found[1]).events[0]["summary"])
    assert said["th"].startswith("ครบกำหนด: ") and said["en"].startswith("Due: ")


def test_the_organizer_is_the_office_where_it_has_an_address(cast: Cast) -> None:
    cast.approved()
    letter = Letter.objects.filter(event="tasks_assigned").latest("at")
    letter.organization.email = "saraban@kps-sao.example"
    found = invitations.attachment(letter)
    assert found
    organizer = read(found[1]).events[0]["organizer"]
    assert str(organizer) == "mailto:saraban@kps-sao.example"
    assert organizer.params["CN"] == str(letter.organization)


def test_the_file_goes_with_the_mail_and_is_read_again_from_its_bytes(cast: Cast) -> None:
    cast.approved()
    delivery.send_due(now=at(hour=17))
    letter = Letter.objects.filter(event="tasks_assigned", recipient=cast.finance).get()
    (message,) = [one for one in mail.outbox if one.extra_headers["Message-ID"] == letter.message_id]
    parsed = message_from_bytes(message.message().as_bytes(), policy=policy.default)
    (part,) = [one for one in parsed.walk() if one.get_content_type() == "text/calendar"]
    assert part.get_param("method") == "PUBLISH" and part.get_filename() == "deadline.ics"
    expected = invitations.attachment(letter)
    assert expected
    assert read(part.get_content().encode()) == read(expected[1])


def test_a_later_change_has_the_higher_number_until_2088() -> None:
    moments = [at(date(2021, 9, 14)), at(date(2021, 9, 14)) + timedelta(seconds=1), at(date(2087, 1, 1))]
    numbers = [invitations.sequence(one) for one in moments]
    assert numbers == sorted(set(numbers)) and numbers[-1] < 2**31 and invitations.sequence(at(date(2019, 1, 1))) == 0
