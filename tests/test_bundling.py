"""When a mail goes: at once, in working hours, after quiet hours, or in one with others; deferred, never dropped."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from notifications import bundling, delivery, outbox
from notifications.models import Bundling, Letter, Preference, ScanRun
from organization.models import Holiday, User
from tests.cast import DAY, Cast, at, days

pytestmark = pytest.mark.django_db

Quiet = tuple[time, time]
FRIDAY, SATURDAY, MONDAY = date(2021, 9, 17), date(2021, 9, 18), date(2021, 9, 20)
MORNING = at(hour=8, minute=31)
OPENS = at(hour=8, minute=30)
FACTS = {
    "subject": "กระดาษ",
    "number": "นฐ 1/1",
    "path": "/memos/",
    "organization": "อบต.",
    "by": "นายก",
    "position": "นายก",
}
DEADLINE = {"due_on": "2021-09-17", "working_days": 3, "days_late": 0, "escalated": False}


def post(
    cast: Cast, person: User, event: str = "step_due_soon", count: int = 1, now: datetime = MORNING
) -> list[Letter]:
    """That many letters of one event to one person, about things of their own."""
    start = Letter.objects.count()
    drafts = [
        outbox.Draft(cast.office.pk, person.pk, event, f"thing:{n}", f"{event}:{person.pk}:{n}", {**FACTS, **DEADLINE})
        for n in range(start, start + count)
    ]
    ids = outbox.post(drafts, at=now)
    return list(Letter.objects.filter(pk__in=ids).order_by("key"))


def wants(person: User, **fields: Any) -> None:
    Preference.objects.update_or_create(user=person, defaults=fields)


def again(letters: Iterable[Letter]) -> list[Letter]:
    return list(Letter.objects.filter(pk__in=[one.pk for one in letters]).order_by("key"))


def moments(letters: Iterable[Letter]) -> set[datetime | None]:
    return {one.not_before for one in again(letters)}


def digests() -> list[Letter]:
    return list(Letter.objects.filter(event="digest").order_by("at", "pk"))


# --- what goes at once


@pytest.mark.parametrize("event", ["memo_waits", "memo_approved", "memo_circulated", "no_such_event"])
def test_what_others_did_is_told_as_soon_as_it_happens_also_at_night(cast: Cast, event: str) -> None:
    night = at(SATURDAY, 23)
    letters = post(cast, cast.works, event, 5, night)
    assert bundling.settle(now=night) == 5
    assert moments(letters) == {night} and digests() == []


# --- reminders, in the hours of a working day


@pytest.mark.parametrize(
    ("now", "goes"),
    [
        (at(hour=7), OPENS),
        (OPENS, OPENS),
        (at(hour=16, minute=29), at(hour=16, minute=29)),
        (at(hour=16, minute=30), at(DAY + days(1), 8, 30)),
        (at(FRIDAY, 17), at(MONDAY, 8, 30)),
        (at(SATURDAY, 10), at(MONDAY, 8, 30)),
    ],
)
def test_a_reminder_goes_in_the_hours_of_a_working_day(cast: Cast, now: datetime, goes: datetime) -> None:
    letters = post(cast, cast.works, now=now)
    bundling.settle(now=now)
    assert moments(letters) == {goes}


def test_a_holiday_and_a_half_day_are_the_office_s_own(cast: Cast) -> None:
    Holiday.objects.create(organization=cast.office, date=DAY)
    Holiday.objects.create(organization=cast.office, date=DAY + days(1), off="morning")
    letters = post(cast, cast.works)
    bundling.settle(now=MORNING)
    assert moments(letters) == {at(DAY + days(1), 12)}


def test_closing_time_between_settling_and_sending_puts_off_and_counts_no_attempt(cast: Cast) -> None:
    late = at(hour=16, minute=29)
    (letter,) = post(cast, cast.works, now=late)
    bundling.settle(now=late)
    assert delivery.send_due(now=at(hour=16, minute=31)) == 0
    letter.refresh_from_db()
    assert (letter.not_before, letter.attempts, letter.lease, letter.error) == (at(DAY + days(1), 8, 30), 0, None, "")
    assert delivery.send_due(now=at(DAY + days(1), 8, 29)) == 0
    assert delivery.send_due(now=at(DAY + days(1), 8, 30)) == 1


def test_a_holiday_that_is_declared_while_a_reminder_waits_holds_it_back(cast: Cast) -> None:
    (letter,) = post(cast, cast.works, now=at(hour=18))
    bundling.settle(now=at(hour=18))
    Holiday.objects.create(organization=cast.office, date=DAY + days(1))
    assert delivery.send_due(now=at(DAY + days(1), 9)) == 0
    assert moments([letter]) == {at(DAY + days(2), 8, 30)}


# --- quiet hours


@pytest.mark.parametrize(
    ("quiet", "now", "goes"),
    [
        ((time(20), time(6)), at(hour=23), at(DAY + days(1), 6)),
        ((time(20), time(6)), at(hour=5, minute=59), at(hour=6)),
        ((time(20), time(6)), at(hour=6), at(hour=6)),
        ((time(20), time(6)), at(hour=20), at(DAY + days(1), 6)),
        ((time(12), time(13)), at(hour=12, minute=30), at(hour=13)),
        ((time(12), time(12)), at(hour=12), at(hour=12)),
        ((time(0), time(6)), at(hour=0), at(hour=6)),
        ((time(22), time(0)), at(hour=23), at(DAY + days(1), 0)),
    ],
)
def test_no_mail_in_a_person_s_quiet_hours(cast: Cast, quiet: Quiet, now: datetime, goes: datetime) -> None:
    wants(cast.works, quiet_from=quiet[0], quiet_until=quiet[1])
    letters = post(cast, cast.works, "memo_waits", now=now)
    others = post(cast, cast.finance, "memo_waits", now=now)
    bundling.settle(now=now)
    assert (moments(letters), moments(others)) == ({goes}, {now})


@pytest.mark.parametrize(
    ("quiet", "goes"),
    [
        ((time(17), time(9)), at(hour=9)),
        ((time(8), time(18)), OPENS),  # the whole of the office's day: told all the same
        ((time(16), time(8, 45)), at(hour=8, minute=45)),
    ],
)
def test_a_reminder_goes_in_working_hours_that_are_not_quiet(
    cast: Cast, quiet: tuple[time, time], goes: datetime
) -> None:
    wants(cast.works, quiet_from=quiet[0], quiet_until=quiet[1])
    letters = post(cast, cast.works, now=at(hour=7))
    bundling.settle(now=at(hour=7))
    assert moments(letters) == {goes}


def test_quiet_hours_that_begin_while_a_letter_waits_are_kept(cast: Cast) -> None:
    wants(cast.works, quiet_from=time(20), quiet_until=time(6))
    (letter,) = post(cast, cast.works, "memo_waits", now=at(hour=19))
    bundling.settle(now=at(hour=19))
    assert delivery.send_due(now=at(hour=21)) == 0
    assert moments([letter]) == {at(DAY + days(1), 6)}
    assert delivery.send_due(now=at(DAY + days(1), 6)) == 1


# --- many in one mail


@pytest.mark.parametrize(("count", "mails"), [(1, 1), (2, 2), (3, 1), (30, 1)])
def test_more_than_two_reminders_come_in_one_mail(cast: Cast, count: int, mails: int) -> None:
    letters = post(cast, cast.works, count=count)
    assert delivery.send_due(now=MORNING) == mails
    assert len(mail.outbox) == mails
    assert {one.sent_at for one in again(letters)} == {MORNING}
    assert {one.sent_to for one in again(letters)} == {cast.works.email}
    assert delivery.send_due(now=MORNING) == 0


def test_each_by_itself_for_who_wants_it_so(cast: Cast) -> None:
    wants(cast.works, bundling=Bundling.EACH)
    post(cast, cast.works, count=4)
    assert delivery.send_due(now=MORNING) == 4 and digests() == []


def test_reminders_of_different_people_never_share_a_mail(cast: Cast) -> None:
    for person in (cast.works, cast.finance):
        post(cast, person, count=2)
    assert delivery.send_due(now=MORNING) == 4
    post(cast, cast.works, count=3)
    post(cast, cast.finance, count=3)
    assert delivery.send_due(now=MORNING + timedelta(minutes=15)) == 2
    for digest in digests():
        assert set(digest.enclosed.values_list("recipient", flat=True)) == {digest.recipient_id}


def test_two_at_first_and_three_later_are_two_mails_and_a_third(cast: Cast) -> None:
    post(cast, cast.works, count=2)
    assert delivery.send_due(now=MORNING) == 2
    post(cast, cast.works, count=3, now=MORNING + timedelta(minutes=15))
    assert delivery.send_due(now=MORNING + timedelta(minutes=15)) == 1


def test_what_waited_since_yesterday_comes_along(cast: Cast) -> None:
    """A mail server that was down: yesterday's two and today's one are one mail."""
    old = post(cast, cast.works, count=2)
    bundling.settle(now=MORNING)
    new = post(cast, cast.works, now=MORNING + days(1))
    assert delivery.send_due(now=MORNING + days(1)) == 1
    assert {one.digest_id for one in again([*old, *new])} == {digests()[0].pk}


def test_what_a_post_office_holds_is_not_taken_out_of_its_bag(cast: Cast) -> None:
    old = post(cast, cast.works, count=2)
    bundling.settle(now=MORNING)
    assert len(delivery.claim(10, now=MORNING)) == 2
    post(cast, cast.works, now=MORNING)
    bundling.settle(now=MORNING)
    assert digests() == [] and {one.digest_id for one in again(old)} == {None}


def test_reminders_wait_while_the_deadlines_are_being_looked_at(cast: Cast) -> None:
    run = ScanRun.objects.create(at=MORNING, started_at=timezone.now())
    post(cast, cast.works, count=2)
    (turn,) = post(cast, cast.works, "memo_waits")
    assert delivery.send_due(now=MORNING) == 1
    assert moments([turn]) == {MORNING}
    post(cast, cast.works, count=2)
    run.finished_at = timezone.now()
    run.save()
    assert delivery.send_due(now=MORNING) == 1, "all four in one"


def test_a_look_that_was_cut_off_holds_nothing_up(cast: Cast) -> None:
    ScanRun.objects.create(at=MORNING, started_at=timezone.now() - bundling.SCAN)
    post(cast, cast.works)
    assert delivery.send_due(now=MORNING) == 1


# --- all in one mail in the morning


def test_who_wants_all_in_one_gets_news_the_next_morning_and_what_is_theirs_at_once(cast: Cast) -> None:
    wants(cast.works, bundling=Bundling.ALL)
    ten = at(FRIDAY, 10)
    news = post(cast, cast.works, "memo_circulated", 2, ten)
    turn = post(cast, cast.works, "memo_waits", now=ten)
    decision = post(cast, cast.works, "memo_approved", now=ten)
    assert delivery.send_due(now=ten) == 2
    assert moments([*turn, *decision]) == {ten}
    later = post(cast, cast.works, "memo_circulated", 1, at(FRIDAY, 15))
    assert delivery.send_due(now=at(FRIDAY, 15)) == 0
    (digest,) = digests()
    assert digest.not_before == at(MONDAY, 8, 30) + bundling.GATHER
    reminders = post(cast, cast.works, count=1, now=at(MONDAY, 8, 31))
    assert delivery.send_due(now=at(MONDAY, 8, 31)) == 0
    assert delivery.send_due(now=at(MONDAY, 8, 50)) == 1
    assert {one.digest_id for one in again([*news, *later, *reminders])} == {digest.pk}
    assert {one.sent_at for one in again([*news, *later, *reminders])} == {at(MONDAY, 8, 50)}


def test_news_before_the_morning_s_mail_come_with_it_and_after_it_with_the_next(cast: Cast) -> None:
    wants(cast.works, bundling=Bundling.ALL)
    early = post(cast, cast.works, "memo_circulated", 1, at(hour=7))
    bundling.settle(now=at(hour=7))
    assert delivery.send_due(now=at(hour=8, minute=50)) == 1
    late = post(cast, cast.works, "memo_circulated", 1, at(hour=9))
    assert delivery.send_due(now=at(hour=9)) == 0
    assert delivery.send_due(now=at(DAY + days(1), 8, 50)) == 1
    assert [one.sent_at for one in again([*early, *late])] == [at(hour=8, minute=50), at(DAY + days(1), 8, 50)]


def test_a_reminder_of_today_never_waits_for_tomorrow_s_mail(cast: Cast) -> None:
    wants(cast.works, bundling=Bundling.ALL)
    post(cast, cast.works, "memo_circulated", 1, at(hour=10))
    bundling.settle(now=at(hour=10))
    post(cast, cast.works, count=1, now=at(hour=11))
    assert delivery.send_due(now=at(hour=11)) == 1


# --- what is not sent


def test_what_the_reader_stopped_stays_a_notice_without_a_mail(cast: Cast) -> None:
    wants(cast.works, stopped=["step_due_soon", "memo_circulated"])
    letters = post(cast, cast.works, count=3) + post(cast, cast.works, "memo_circulated")
    others = post(cast, cast.finance)
    assert delivery.send_due(now=MORNING) == 1
    assert {(one.unmailed, one.sent_at, one.voided_at) for one in again(letters)} == {("stopped", None, None)}
    assert {one.unmailed for one in again(others)} == {""}


@pytest.mark.parametrize("event", ["memo_waits", "memo_approved", "step_due_today", "step_overdue", "no_such_event"])
def test_what_may_not_be_stopped_is_sent_whatever_a_row_says(cast: Cast, event: str) -> None:
    wants(cast.works, stopped=[event])
    (letter,) = post(cast, cast.works, event)
    bundling.settle(now=MORNING)
    letter.refresh_from_db()
    assert (letter.unmailed, letter.not_before) == ("", MORNING)


@pytest.mark.parametrize("settled", [False, True])
def test_who_has_left_is_sent_nothing(cast: Cast, settled: bool) -> None:
    letters = post(cast, cast.works, "memo_waits") + post(cast, cast.works)
    if settled:
        bundling.settle(now=MORNING)
    cast.works.is_active = False
    cast.works.save()
    assert delivery.send_due(now=MORNING) == 0
    assert {one.voided_at for one in again(letters)} == {MORNING}


def test_age_voids_nothing(cast: Cast) -> None:
    """A mail server that was down for days: the letter still goes."""
    letters = post(cast, cast.works)
    bundling.settle(now=MORNING)
    assert delivery.send_due(now=MORNING + days(7)) == 1
    assert again(letters)[0].voided_at is None


# --- two at once, and many


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_post_offices_that_settle_at_once_make_one_digest_for_each(cast: Cast) -> None:
    people = [one for one in cast.people.values() if one.organization_id == cast.office.pk]
    for person in people:
        post(cast, person, count=4)
    ready = Barrier(4)

    def one(_: int) -> int:
        try:
            ready.wait(10)
            return bundling.settle(now=MORNING)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        settled = list(pool.map(one, range(4)))
    assert sum(settled) == 4 * len(people)
    assert sorted(one.recipient_id for one in digests()) == sorted(one.pk for one in people)
    assert not Letter.objects.filter(not_before=None).exists()
    assert {digest.enclosed.count() for digest in digests()} == {4}


def test_the_statements_do_not_grow_with_the_letters_or_the_people(cast: Cast) -> None:
    people = [one for one in cast.people.values() if one.organization_id == cast.office.pk]

    def counted(some: list[User], each: int) -> int:
        for person in some:
            post(cast, person, count=each)
            post(cast, person, "memo_waits")
        with CaptureQueriesContext(connection) as asked:
            bundling.settle(now=MORNING)
        Letter.objects.update(sent_at=MORNING)
        return len(asked)

    assert counted(people[:1], 3) == counted(people, 12)


def test_a_person_of_another_office_is_under_its_own_calendar(cast: Cast) -> None:
    Holiday.objects.create(organization=cast.office, date=DAY)
    theirs = outbox.Draft(cast.outsider.organization_id, cast.outsider.pk, "step_due_soon", "thing:x", "x", DEADLINE)  # type: ignore[arg-type]
    outbox.post([theirs], at=MORNING)
    mine = post(cast, cast.works)
    bundling.settle(now=MORNING)
    assert Letter.objects.get(key="x").not_before == MORNING
    assert moments(mine) == {at(DAY + days(1), 8, 30)}
