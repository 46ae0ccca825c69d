"""When a scan writes and for whom: the office's hours and ladder, what gives way, requests, and the runs it keeps."""

import os
import signal
import subprocess
import sys
from datetime import date, time, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override

from measures import closing, extensions, letters, policies, sharing, work
from measures.models import DivisionTask, Extension, TaskStep
from measures.queries import about_extension
from memo_flow.models import Step
from memo_flow.queries import visible_to
from notifications import delivery, facts, outbox, scans
from notifications.ladders import DEFAULTS, Kind, Ladder, Rung, Who
from notifications.models import Letter, Policy, ScanRun
from notifications.outbox import Draft
from organization.appointments import act_for, end
from organization.models import Holiday, Organization, User
from organization.templatetags.office import day as in_words
from tests.cast import DAY, Cast, at, days
from tests.test_races import overtaken, together

SPRING = date(2022, 3, 31)  # Thursday: what most tasks are due on
LATER = date(2022, 5, 31)
MINE = (Who.RESPONSIBLE,)

pytestmark = pytest.mark.django_db


def run(day: date, hour: int = 9, minute: int = 0) -> int:
    return sum(kind["created"] for kind in scans.run(now=at(day, hour, minute)).values())


def gone() -> None:
    Letter.objects.filter(sent_at=None, voided_at=None).update(sent_at=at())


def keys(about: str, **more: Any) -> list[str]:
    """Stage and person of the standing reminders of a thing, as they came."""
    found = Letter.objects.filter(about=about, key__startswith="remind:", voided_at=None, **more)
    rows = found.order_by("at", "recipient__username").values_list("key", "recipient__username")
    return [f"{key.split(':')[-3]} {person}" for key, person in rows]


def of(task: DivisionTask, **more: Any) -> list[str]:
    return keys(letters.about(task), **more)


def alone(cast: Cast, division: str = "fin") -> DivisionTask:
    """The one task there is to remind of."""
    task = cast.started(division)
    DivisionTask.objects.exclude(pk=task.pk).update(due_on=date(2030, 1, 1))
    return task


def rule(cast: Cast, kind: Kind, ladder: Ladder, day: date, hour: int = 8) -> None:
    Policy.objects.create(
        organization=cast.office,
        kind=kind,
        ladder=ladder.as_data(),
        by=cast.head_of_office,
        position=cast.position("head_of_office"),
        at=at(day, hour),
    )


# --- the office's hours


@pytest.mark.parametrize(
    ("day", "clock", "written"),
    [
        (SPRING, (8, 29), 0),
        (SPRING, (8, 30), 1),
        (SPRING, (16, 29), 1),
        (SPRING, (16, 30), 0),
        (date(2022, 4, 2), (10, 0), 0),  # a Saturday
        (date(2022, 4, 13), (10, 0), 0),  # Songkran
    ],
)
def test_reminders_are_written_while_the_office_works(
    cast: Cast, day: date, clock: tuple[int, int], written: int
) -> None:
    task = alone(cast)
    run(day, *clock)
    assert len(of(task)) == written


def test_half_a_day_off_and_hours_of_its_own(cast: Cast) -> None:
    task = alone(cast)
    Holiday.objects.create(organization=cast.office, date=SPRING, name="ครึ่งวัน", off="morning")
    assert (run(SPRING, 11, 59), run(SPRING, 12)) == (0, 1)
    Organization.objects.filter(pk=cast.office.pk).update(opens=time(6), closes=time(8))
    gone()
    assert (run(SPRING + days(1), 9), run(SPRING + days(1), 7)) == (0, 1)
    assert of(task) == ["0w finance", "-1d finance"]


def test_an_office_that_rests_keeps_no_other_from_being_reminded(cast: Cast) -> None:
    task = alone(cast)
    Organization.objects.exclude(pk=cast.office.pk).update(opens=time(20), closes=time(21))
    assert run(SPRING) == 1
    Organization.objects.filter(pk=cast.office.pk).update(opens=time(20), closes=time(21))
    Organization.objects.exclude(pk=cast.office.pk).update(opens=time(8), closes=time(16))
    assert run(SPRING + days(1)) == 0
    assert of(task) == ["0w finance"]


def test_a_week_of_downtime_tells_the_nearest_stage_once(cast: Cast) -> None:
    task = alone(cast)
    run(date(2022, 3, 22))
    gone()
    assert run(SPRING) == 1 and run(SPRING, 10) == 0
    assert of(task) == ["7w finance", "0w finance"]


# --- what gives way


def test_a_newer_stage_takes_back_the_older_letter_that_has_not_left(cast: Cast) -> None:
    task = alone(cast)
    run(date(2022, 3, 28))
    run(date(2022, 3, 30))
    assert of(task) == ["1w finance"]
    gone()
    run(SPRING)
    assert of(task) == ["1w finance", "0w finance"], "what has left stays"


def test_only_the_same_person_s_reminders_of_the_same_thing_give_way(cast: Cast) -> None:
    task, clerk = alone(cast), cast.hire("clerk", "officer", "fin")
    other = DivisionTask.objects.filter(division__code="eng")[0]
    DivisionTask.objects.filter(pk=other.pk).update(due_on=date(2022, 3, 30))
    run(date(2022, 3, 28))
    outbox.post([Draft(cast.office.pk, clerk.pk, "task_commented", letters.about(task), "said", {})], at=at())
    end(clerk.appointments.get(), on=date(2022, 3, 29))
    run(date(2022, 3, 30))
    assert of(task) == ["3w clerk", "1w finance"], "who is not told of the newer stage keeps what he was told"
    assert keys(letters.about(other)) == ["0w works"]
    assert Letter.objects.get(key="said").voided_at is None


# --- the office's ladder


def test_an_office_s_own_ladder_counts_from_then_on(cast: Cast) -> None:
    task = alone(cast)
    before = Ladder((Rung(20, MINE, working=False), Rung(3, MINE)))
    rule(cast, Kind.TASK, before, DAY)
    rule(cast, Kind.TASK, Ladder((Rung(10, MINE, working=False), Rung(3, MINE))), date(2022, 3, 18))
    for day in (date(2022, 3, 11), date(2022, 3, 17), date(2022, 3, 18), date(2022, 3, 21), date(2022, 3, 28)):
        run(day)
        gone()
    assert of(task) == ["20d finance", "10d finance", "3w finance"], "3w is in both, and told once"


def test_a_stage_that_was_told_is_not_told_again_when_the_ladder_changes(cast: Cast) -> None:
    task = alone(cast)
    run(date(2022, 3, 28))
    gone()
    rule(cast, Kind.TASK, Ladder((Rung(3, MINE), Rung(1, MINE))), date(2022, 3, 29))
    assert run(date(2022, 3, 29)) == 0
    rule(cast, Kind.TASK, DEFAULTS[Kind.TASK], date(2022, 3, 29), 12)
    assert run(date(2022, 3, 29), 13) == 0
    assert of(task) == ["3w finance"]


def test_the_ladder_says_who_is_told(cast: Cast) -> None:
    task, clerk = alone(cast), cast.hire("clerk", "officer", "fin")
    DivisionTask.objects.filter(pk=task.pk).update(officer=clerk)
    own = Ladder(
        (
            Rung(3, (Who.PERMANENT_SECRETARY,)),
            Rung(2, (Who.HEAD_OF_OFFICE, Who.DIVISION_HEAD)),
            Rung(1, (Who.RESPONSIBLE,)),
        )
    )
    rule(cast, Kind.TASK, own, DAY)
    for day in (28, 29, 30):
        run(date(2022, 3, day))
        gone()
    assert of(task) == ["3w permanent_secretary", "2w finance", "2w head_of_office", "1w clerk"]
    assert of(task, context__escalated=True) == ["3w permanent_secretary", "2w head_of_office"]


def test_a_ladder_that_looks_far_ahead_is_followed_as_far(cast: Cast) -> None:
    task = alone(cast)
    rule(cast, Kind.TASK, Ladder((Rung(150, MINE, working=False),)), DAY)
    assert (run(date(2021, 10, 29)), run(date(2021, 11, 1))) == (0, 1)
    assert of(task) == ["150d finance"]


def test_of_late_work_the_head_of_the_division_is_told_beside_whose_it_is(cast: Cast) -> None:
    task, clerk = alone(cast), cast.hire("clerk", "officer", "fin")
    act_for(cast.finance.appointments.get().position, cast.works, starts_on=SPRING, order_number="9/2565")
    sharing.hand_over(task.pk, by=cast.finance, to=clerk.pk, now=at(hour=15))
    run(date(2022, 3, 30))
    gone()
    run(SPRING)
    assert of(task) == ["1w clerk", "0w clerk", "0w finance", "0w works"]


def test_handing_over_leaves_the_head_the_letter_that_the_ladder_gives_him(cast: Cast) -> None:
    task, clerk = alone(cast), cast.hire("clerk", "officer", "fin")
    run(date(2022, 3, 30))
    assert of(task) == ["1w clerk", "1w finance"]
    sharing.hand_over(task.pk, by=cast.finance, to=clerk.pk, now=at(date(2022, 3, 30), 10))
    assert of(task) == ["1w clerk"]
    sharing.hand_over(task.pk, by=cast.finance, to=None, now=at(date(2022, 3, 30), 11))
    run(SPRING)
    sharing.hand_over(task.pk, by=cast.finance, to=clerk.pk, now=at(SPRING, 10))
    assert of(task) == ["0w clerk", "0w finance"], "on the day itself the head is told as well"


# --- decisions that wait


def officer_asked(cast: Cast, *, by: User, secret: bool) -> Step:
    """A step that waits for an officer of the finance division, whose head is not on the route."""
    clerk = cast.hire("clerk", "officer", "fin")
    asks = {"group": 1, "position": clerk.appointments.get().position, "action": "approve"}
    kind = cast.kind_with(asks, secret=secret)
    memo = cast.sent(by, kind)
    return Step.objects.get(memo=memo)


@pytest.mark.parametrize(
    ("by", "secret", "told"),
    [
        ("finance", False, ["0w clerk", "0w finance"]),
        ("finance", True, ["0w clerk"]),
        ("works", False, ["0w clerk"]),
    ],
)
def test_the_head_of_the_asked_division_is_told_of_its_own_memo_that_is_not_secret(
    cast: Cast, by: str, secret: bool, told: list[str]
) -> None:
    step = officer_asked(cast, by=cast.people[by], secret=secret)
    assert step.due_on
    run(step.due_on)
    assert keys(f"step:{step.pk}") == told
    assert by == "finance" or not visible_to(cast.finance, step.due_on).filter(pk=step.memo_id).exists()


# --- requests for more time


def asked(cast: Cast, task: DivisionTask, day: date = date(2022, 3, 1), by: User | None = None) -> Extension:
    who = by or cast.worker_of(task)
    return extensions.ask(task.pk, by=who, until=LATER, reason="ของ <ช้า>", now=at(day, 10))


def waits(one: Extension, **more: Any) -> list[str]:
    return keys(about_extension(one.pk), **more)


def test_a_request_is_to_be_answered_in_working_days_and_not_spoken_of_on_its_first_day(cast: Cast) -> None:
    one = asked(cast, alone(cast))  # Tuesday, so by Friday the 4th
    for n in range(18):
        run(date(2022, 3, 1) + days(n))
        gone()
    assert waits(one) == [
        "1w head_of_office",
        "0w head_of_office",
        "-1d head_of_office",  # on the Monday
        "-8d head_of_office",
        "-8d permanent_secretary",
    ]
    assert waits(one, context__escalated=True) == ["-8d permanent_secretary"]
    said = Letter.objects.filter(about=about_extension(one.pk)).order_by("at")
    events = ["extension_due_soon", "extension_due_today", "extension_overdue", "extension_overdue"]
    assert list(dict.fromkeys(said.values_list("event", flat=True))) == list(dict.fromkeys(events))
    assert {x.context["due_on"] for x in said} == {"2022-03-04"}


def test_the_office_says_in_how_many_days_it_answers(cast: Cast) -> None:
    one = asked(cast, alone(cast))
    rule(cast, Kind.EXTENSION, Ladder((Rung(0, MINE),), within=1), DAY)
    assert run(date(2022, 3, 1), 15) == 0, "its first day"
    run(date(2022, 3, 2))
    assert waits(one) == ["0w head_of_office"]


@pytest.mark.parametrize("how", ["grant", "refuse", "finish", "cancel", "close"])
def test_what_ends_a_request_takes_back_its_reminders(cast: Cast, how: str) -> None:
    task = alone(cast)
    one = asked(cast, task)
    run(date(2022, 3, 4))
    assert waits(one) == ["0w head_of_office"]
    then: dict[str, Any] = {"by": cast.head_of_office, "now": at(date(2022, 3, 4), 11)}
    if how == "grant":
        extensions.grant(task.pk, extension=one.pk, **then)
    elif how == "refuse":
        extensions.refuse(task.pk, extension=one.pk, text="ยังทัน", **then)
    elif how == "finish":
        cast.finish(task, now=at(date(2022, 3, 4), 11))
    elif how == "cancel":
        work.cancel(task.pk, text="โอนงบ", **then)
    else:
        closing.close_year(2565, by=cast.head_of_office, now=at(date(2022, 10, 3)))
    assert waits(one) == []
    run(date(2022, 10, 4))
    assert waits(one) == []


def test_who_asked_is_not_reminded_to_answer(cast: Cast) -> None:
    """The head of office asks for his own division: the permanent secretary answers."""
    one = asked(cast, alone(cast, "op"), by=cast.head_of_office)
    run(date(2022, 3, 4))
    assert waits(one) == ["0w permanent_secretary"]


def test_an_acting_head_of_office_is_reminded_too_and_the_mayor_where_nobody_else_may(cast: Cast) -> None:
    task = alone(cast, "op")
    act_for(cast.position("permanent_secretary"), cast.head_of_office, starts_on=DAY, order_number="3/65")
    act_for(cast.position("head_of_office"), cast.finance, starts_on=DAY, order_number="4/65")
    one = asked(cast, task, by=cast.head_of_office)
    run(date(2022, 3, 4))
    assert {*waits(one)} == {"0w finance", "0w mayor", "0w permanent_secretary"}


@pytest.mark.parametrize("division", ["op", "fin"])
@pytest.mark.parametrize("who", ["head_of_office", "permanent_secretary", "office_staff", "finance"])
def test_many_requests_are_answered_by_whom_each_one_is(cast: Cast, division: str, who: str) -> None:
    """`grantors` is the rule of `grantors_of`, also where one person holds two chairs."""
    act_for(cast.position("permanent_secretary"), cast.office_staff, starts_on=DAY, order_number="3/65")
    act_for(cast.position("head_of_office"), cast.office_staff, starts_on=DAY, order_number="4/65")
    act_for(
        cast.position("mayor"), cast.health, starts_on=DAY, order_number="5/65", kind="on_behalf", memo_kinds=["leave"]
    )
    task, by = alone(cast, division), cast.people[who]
    seat = by.appointments.get().position
    one = Extension.objects.create(
        task=task, due_before=task.due_on, asked_for=LATER, reason="ช้า", by=by, position=seat, at=at()
    )
    many = policies.grantors([policies.Asked(one.pk, cast.office.pk, task.division_id, by.pk)], DAY)
    assert [*many] == [one.pk]
    assert sorted(seat.user.pk for seat in many[one.pk]) == sorted(s.user.pk for s in policies.grantors_of(task, DAY))


def test_a_neighbour_s_request_is_nobody_s_here(cast: Cast) -> None:
    asked(cast, alone(cast))
    run(date(2022, 3, 4))
    assert not Letter.objects.filter(recipient=cast.outsider).exists()


# --- what a reminder states


def test_a_reminder_freezes_its_deadline_and_states_the_progress_of_the_day_it_is_read(cast: Cast) -> None:
    task = alone(cast)
    run(date(2022, 3, 29))
    letter = Letter.objects.get(about=letters.about(task), event="task_due_soon")
    assert letter.context == {"due_on": "2022-03-31", "working_days": 2, "days_late": 0, "escalated": False}
    work.report(task.pk, by=cast.finance, percent=60, text="ก้าวหน้า", finished=False, now=at(date(2022, 3, 29), 10))
    delivery.compose(letter)
    assert "60%" in letter.text and task.measure.text in letter.text


def test_a_request_s_reminder_says_what_is_asked_by_whom_and_by_when_to_answer(cast: Cast) -> None:
    one = asked(cast, alone(cast))
    User.objects.filter(pk=cast.head_of_office.pk).update(language="en")
    for day in (date(2022, 3, 3), date(2022, 3, 4), date(2022, 3, 7)):
        run(day)
        letter = Letter.objects.get(about=about_extension(one.pk), recipient=cast.head_of_office, voided_at=None)
        delivery.compose(letter)
        assert "ของ <ช้า>" in letter.text and "ของ &lt;ช้า&gt;" in letter.html
        with override("en"):
            stated = {in_words(one) for one in (date(2022, 3, 1), date(2022, 3, 4), SPRING, LATER)}
        left_out = {one for one in stated if one not in letter.text}
        assert left_out == ({"4 March 2022"} if letter.event == "extension_due_today" else set())


def test_facts_of_many_are_read_as_those_of_few(cast: Cast) -> None:
    """Of tasks, steps, follow-ups and requests alike; what is no more is left out."""
    counts = []
    for more in (1, 4):
        for _ in range(more):
            cast.approved()
            waiting = cast.submitted()
        Step.objects.filter(memo=waiting).update(due_on=date(2022, 4, 27))
        task = DivisionTask.objects.filter(state="assigned", division__code="fin", extensions=None)[0]
        asked(cast, task)
        run(date(2022, 4, 27))
        found = list(Letter.objects.filter(key__startswith="remind:"))
        with CaptureQueriesContext(connection) as statements:
            read = facts.of(found)
        assert {one.about for one in found} == read.keys()
        assert {about.partition(":")[0] for about in read} == {"task", "step", "follows", "extension"}
        counts.append((len(statements), len(read)))
    assert counts[0][0] == counts[1][0] and counts[1][1] > 3 * counts[0][1]
    nobody = Letter(about="task:00000000-0000-0000-0000-000000000000")
    assert facts.of([nobody]) == {}


# --- the runs


def test_each_look_is_kept_with_what_it_found(cast: Cast) -> None:
    alone(cast)
    assert scans.last_finished() is None
    run(SPRING)
    run(SPRING, 22)
    one, night = ScanRun.objects.order_by("at")
    assert (one.at, one.counts["tasks"]) == (at(SPRING), {"created": 1, "skipped": 0})
    assert night.counts["tasks"] == {"created": 0, "skipped": 0}
    assert one.finished_at and one.started_at <= one.finished_at
    assert scans.last_finished() == night


def test_a_look_that_broke_off_is_not_finished(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    alone(cast)
    run(date(2022, 3, 30))
    with monkeypatch.context() as broken:
        broken.setattr(outbox, "write", lambda *_a, **_m: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            run(SPRING)
    last = scans.last_finished()
    assert last and last.at == at(date(2022, 3, 30))
    assert run(SPRING, 9, 15) == 1


def test_looks_of_long_ago_are_not_kept(cast: Cast) -> None:
    then = at(SPRING)
    for age in (401, 399):
        ScanRun.objects.create(at=then - timedelta(days=age), started_at=timezone.now())
    run(SPRING)
    assert [then - one.at for one in ScanRun.objects.order_by("-at")] == [days(0), days(399)]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_scan_that_is_killed_leaves_its_run_open_and_the_next_one_ends_the_work(cast: Cast) -> None:
    cast.approved()
    script = f"""
import os, signal, django
django.setup()
from datetime import datetime
from django.conf import settings
from django.db import connection
from notifications import outbox, scans
connection.settings_dict["NAME"] = {connection.settings_dict["NAME"]!r}
settings.MEMOFLOW_RING = False
scans.CHUNK, write, left = 2, outbox.write, [3]
def last(*args, **more):
    left[0] -= 1
    new = write(*args, **more)
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
    return new
outbox.write = last
scans.run(now=datetime.fromisoformat("2022-03-29T09:00+07:00"))
"""
    command = [sys.executable, "-W", "ignore", "-c", script]
    killed = subprocess.run(
        command, cwd=settings.BASE_DIR, env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"}
    )
    assert killed.returncode == -signal.SIGKILL
    written = Letter.objects.filter(key__startswith="remind:").count()
    assert 0 < written < 18, "what was committed stays; the chunk that was being written is gone"
    assert [one.finished_at for one in ScanRun.objects.all()] == [None]
    assert run(date(2022, 3, 29), 9, 15) == 18 - written
    assert [bool(one.finished_at) for one in ScanRun.objects.order_by("at")] == [False, True]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_three_scans_at_once_tell_each_person_once_and_take_back_once(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        cast.approved()
    run(date(2022, 3, 28))
    monkeypatch.setattr(scans, "CHUNK", 3)
    counts = together(*[lambda: run(date(2022, 3, 30))] * 3)
    assert sum(counts) == 2 * 18, counts
    standing = Letter.objects.filter(key__startswith="remind:", voided_at=None)
    assert standing.count() == 2 * 18 and set(standing.values_list("context__working_days", flat=True)) == {1}
    assert ScanRun.objects.filter(finished_at=None).count() == 0


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_scan_beside_an_answer_leaves_no_reminder(cast: Cast) -> None:
    """Whoever comes first: the answer takes back what the scan wrote, or the scan sees that it was answered."""
    then = at(date(2022, 3, 4), 9)
    for scan_first in (True, False):
        task = cast.started("fin")
        one = asked(cast, task)

        def answer(task: DivisionTask = task, one: Extension = one) -> Any:
            return extensions.refuse(task.pk, extension=one.pk, by=cast.head_of_office, text="ยังทัน", now=then)

        acts = (lambda: run(date(2022, 3, 4)), answer)
        answers = overtaken(*(acts if scan_first else acts[::-1]))
        assert not [failed for failed in answers if isinstance(failed, Exception)], answers
        assert waits(one) == []


# --- the post box


def test_letters_of_many_are_written_as_they_are_and_counted_exactly(cast: Cast) -> None:
    odd = ['%s {0} "ท\\u0000" \\ \'; DROP --', "ก๋วยเตี๋ยว 🍜‮", "\t\n"]
    drafts = [Draft(cast.office.pk, cast.mayor.pk, "task_overdue", "task:1", f"k{n}", {"said": odd}) for n in range(3)]
    assert outbox.unknown(["k2", "k0", "k1"]) == ["k2", "k0", "k1"]
    assert outbox.write(drafts[:2], at=at()) == 2
    assert outbox.write([*drafts, drafts[2]], at=at()) == 1
    assert outbox.write([], at=at()) == 0
    assert outbox.unknown(["k2", "k0", "new", "k1"]) == ["new"]
    posted = outbox.post([Draft(cast.office.pk, cast.mayor.pk, "task_overdue", "task:1", "by hand", {})], at=at())
    same = Letter.objects.get(pk=posted[0])
    for letter in Letter.objects.filter(key__startswith="k"):
        assert letter.context == {"said": odd}
        for one in Letter._meta.concrete_fields:
            if one.attname not in ("id", "key", "context", "next_at"):
                assert getattr(letter, one.attname) == getattr(same, one.attname), one.attname


def test_any_of_many_is_the_same_as_in(cast: Cast) -> None:
    cast.approved()
    some = set(DivisionTask.objects.order_by("pk").values_list("pk", flat=True)[:4])
    assert set(DivisionTask.objects.filter(pk__any=some).values_list("pk", flat=True)) == some
    assert TaskStep.objects.filter(task__any=some).count() == TaskStep.objects.filter(task__in=some).count() > 0
    assert not DivisionTask.objects.filter(pk__any=set()).exists()
