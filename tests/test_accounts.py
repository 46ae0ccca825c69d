"""The accounts of the reminders: what was due against what was written, and that they find what is wrong."""

import json
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from measures import extensions, sharing, work
from measures.models import DivisionTask
from memo_flow.models import Memo
from notifications import accounts, outbox, scans
from notifications.models import Letter, Policy, ScanRun
from organization import days_off
from organization.models import Organization
from tests.cast import Cast, at, days

SPRING = date(2022, 3, 31)  # Thursday: the follow-up date of 13 of the 15 tasks
MARCH, APRIL = date(2022, 3, 1), date(2022, 4, 30)
SHOWN = ("due", "created", "missed", "duplicate", "passed_over", "unexplained", "ahead")

pytestmark = pytest.mark.django_db


def scan_daily(first: date, last: date, *, without: tuple[date, ...] = ()) -> None:
    day = first
    while day <= last:
        if day not in without:
            scans.run(now=at(day))
        day += days(1)


def report(cast: Cast, first: date = MARCH, last: date = APRIL, **more: Any) -> tuple[int, dict[str, Any]]:
    """(exit code, what the command printed); at the evening of the last day."""
    cast.clock(more.pop("now", at(last, 23)))
    out, code = StringIO(), 0
    try:
        call_command("reminders_report", "--from", str(first), "--to", str(last), "--json", stdout=out, **more)
    except SystemExit as error:
        code = int(str(error.code))
    return code, json.loads(out.getvalue())


def counts(cast: Cast, kind: str = "task", **more: Any) -> dict[str, int]:
    _code, said = report(cast, **more)
    kinds = next(one for one in said["organizations"] if one["organization"] == cast.office.code)["kinds"]
    return {name: kinds[kind][name] for name in SHOWN if kinds[kind][name]}


def test_a_month_of_daily_scans_has_nothing_missed_and_nothing_twice(cast: Cast) -> None:
    cast.started("fin")
    scan_daily(MARCH, APRIL)
    code, said = report(cast)
    written = Letter.objects.filter(key__startswith="remind:").count()
    assert (code, said["total"]["due"], said["total"]["created"]) == (0, written, written)
    assert (said["total"]["missed"], said["total"]["duplicate"], said["total"]["unexplained"]) == (0, 0, 0)
    assert said["organizations"][0]["kinds"]["task"]["due"] > 100


def test_a_letter_that_is_not_there_was_missed_and_the_command_ends_with_1(cast: Cast) -> None:
    task = cast.started("fin")
    scan_daily(MARCH, SPRING)
    gone = Letter.objects.filter(about=f"task:{task.pk}", event="task_due_today").first()
    assert gone is not None
    gone.delete()
    code, said = report(cast)
    home = said["organizations"][0]
    assert (code, said["total"]["missed"], home["missed"]) == (1, 1, [gone.key])


def test_a_thing_told_twice_under_another_key_is_a_duplicate(cast: Cast) -> None:
    task = cast.started("fin")
    scan_daily(SPRING, SPRING)
    one = Letter.objects.filter(about=f"task:{task.pk}", event="task_due_today")[0]
    facts = {
        "event": one.event,
        "about": one.about,
        "key": one.key.replace("remind:", "remind::"),
        "context": one.context,
    }
    outbox.post([outbox.Draft(one.organization_id, one.recipient_id, **facts)], at=at(SPRING, 10))
    code, said = report(cast)
    assert (code, said["total"]["duplicate"], said["total"]["unexplained"]) == (1, 1, 1)


def test_what_was_written_while_nothing_was_due_is_unexplained(cast: Cast) -> None:
    task = cast.reported("fin")
    facts = {"about": f"task:{task.pk}", "key": f"remind:task:{task.pk}:0w:{SPRING}:{cast.finance.pk}"}
    draft = outbox.Draft(cast.office.pk, cast.finance.pk, event="task_due_today", context={}, **facts)
    outbox.post([draft], at=at(SPRING))
    assert counts(cast, first=SPRING, last=SPRING)["unexplained"] == 1


def test_a_stage_that_went_by_in_an_outage_is_passed_over_and_not_missed(cast: Cast) -> None:
    cast.started("fin")
    down = tuple(SPRING - days(n) for n in range(2))  # the stage of one day, and the day itself
    scan_daily(MARCH, SPRING + days(5), without=down)
    found = counts(cast, last=SPRING + days(5))
    assert found["passed_over"] > 0
    assert "missed" not in found
    assert found["due"] == found["created"] + found["passed_over"]


def test_a_scan_that_was_cut_off_or_ran_outside_the_hours_has_seen_nothing(cast: Cast) -> None:
    cast.started("fin")
    scans.run(now=at(SPRING, 7))
    scans.run(now=at(SPRING, 17))
    ScanRun.objects.create(at=at(SPRING, 9), started_at=at(SPRING, 9))
    found = counts(cast, first=SPRING, last=SPRING)
    assert found["passed_over"] == found["due"]


def test_what_is_due_and_has_not_been_looked_at_yet_lies_ahead(cast: Cast) -> None:
    cast.started("fin")
    found = counts(cast, first=SPRING, last=SPRING, now=at(SPRING, 9))
    assert found["ahead"] == found["due"] > 0


def test_what_was_told_before_the_first_day_and_holds_on_is_not_counted_again(cast: Cast) -> None:
    cast.started("fin")
    monday = date(2022, 3, 28)
    scan_daily(MARCH, monday)
    assert counts(cast, first=monday + days(1), last=monday + days(1)) == {}


def test_a_task_reported_before_the_first_look_of_a_day_is_not_due_and_one_sent_back_is_again(cast: Cast) -> None:
    task = cast.started("fin")
    scan_daily(MARCH, SPRING - days(1))
    cast.finish(task, now=at(SPRING, 8))
    scan_daily(SPRING, SPRING)
    about = f"task:{task.pk}:0w"
    due = accounts.reckon(accounts.Office(cast.office), at(MARCH, 0), at(SPRING, 23))
    assert not [key for key in due if about in key]
    work.send_back(task.pk, by=cast.head_of_office, text="ยังไม่ครบ", now=at(SPRING, 10))
    scans.run(now=at(SPRING, 11))
    due = accounts.reckon(accounts.Office(cast.office), at(MARCH, 0), at(SPRING, 23))
    assert [one.seen for key, one in due.items() if about in key] == [True]
    assert "missed" not in counts(cast, last=SPRING)


def test_handing_over_and_more_time_change_who_and_when_from_their_moment_on(cast: Cast) -> None:
    task = cast.started("op")
    scan_daily(MARCH, date(2022, 3, 24))
    staff, head = cast.office_staff, cast.head_of_office
    sharing.hand_over(task.pk, by=head, to=staff.pk, now=at(date(2022, 3, 25), 10))
    asked = extensions.ask(
        task.pk, by=staff, until=date(2022, 4, 18), reason="ของยังไม่มา", now=at(date(2022, 3, 25), 11)
    )
    scan_daily(date(2022, 3, 26), date(2022, 4, 4))
    extensions.grant(task.pk, by=head, extension=asked.pk, now=at(date(2022, 4, 4), 15))
    scan_daily(date(2022, 4, 5), APRIL)
    due = accounts.reckon(accounts.Office(cast.office), at(MARCH, 0), at(APRIL, 23))
    whose = {one.person for key, one in due.items() if f"{task.pk}:3w:2022-03-31" in key}
    assert whose == {staff.pk}
    assert [key for key in due if f"{task.pk}:0w:2022-04-18" in key]
    code, said = report(cast)
    assert (code, said["total"]["unexplained"], said["total"]["missed"]) == (0, 0, 0), said
    assert said["organizations"][0]["kinds"]["extension"]["created"] > 0


def test_the_calendar_and_the_ladder_count_as_they_stood_that_day(cast: Cast) -> None:
    cast.started("fin")
    scan_daily(MARCH, date(2022, 3, 21))
    new = days_off.Day(date(2022, 3, 30), "วันของตำบล", "day")
    days_off.put(cast.office.pk, [new], by=cast.head_of_office, now=at(date(2022, 3, 21), 12))
    ladder = {"rungs": [{"days": 2, "to": ["division_head"], "working": True, "late": False}]}
    who = {"by": cast.head_of_office, "position": cast.position("head_of_office")}
    scan_daily(date(2022, 3, 22), date(2022, 3, 25))
    data = ladder | {"every": 0, "times": 1, "within": 3}
    Policy.objects.create(organization=cast.office, kind="task", ladder=data, at=at(date(2022, 3, 25), 14), **who)
    scan_daily(date(2022, 3, 26), APRIL)
    days_off.remove(cast.office.pk, date(2022, 3, 30), by=cast.head_of_office, now=at(APRIL, 12))
    found = counts(cast)
    assert found == {"due": found["created"], "created": found["created"]}


def test_another_office_s_reminders_are_its_own(cast: Cast) -> None:
    cast.started("fin")
    scan_daily(SPRING, SPRING)
    _code, said = report(cast, first=SPRING, last=SPRING)
    by_code = {one["organization"]: one["total"]["due"] for one in said["organizations"]}
    other = Organization.objects.exclude(pk=cast.office.pk).get()
    assert by_code[cast.office.code] > 0
    assert by_code[other.code] == 0
    _code, alone = report(cast, first=SPRING, last=SPRING, organization=other.code)
    assert [one["organization"] for one in alone["organizations"]] == [other.code]


def test_a_person_who_was_deactivated_is_not_said_to_be_missed(cast: Cast) -> None:
    cast.started("fin")
    cast.finance.is_active = False
    cast.finance.save()
    scan_daily(MARCH, SPRING)
    assert "missed" not in counts(cast)


def test_fates_add_up(cast: Cast) -> None:
    cast.started("fin")
    scan_daily(SPRING, SPRING)
    some = list(Letter.objects.filter(event="task_due_today").order_by("pk"))
    for letter, field in zip(some, ("sent_at", "failed_at", "voided_at", "not_before"), strict=False):
        Letter.objects.filter(pk=letter.pk).update(**{field: at(SPRING, 10)})
    _code, said = report(cast, first=SPRING, last=SPRING)
    total = said["total"]
    assert (total["sent"], total["failed"], total["voided"], total["deferred"]) == (1, 1, 1, 1)
    assert total["created"] == sum(total[name] for name in ("sent", "failed", "voided", "waiting", "stopped"))


def test_the_statements_do_not_grow_with_the_tasks(cast: Cast) -> None:
    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            accounts.account(accounts.Office(Organization.objects.get(pk=cast.office.pk)), at(MARCH, 0), at(APRIL, 23))
        return len(seen)

    cast.started("fin")
    few = asked()
    assert DivisionTask.objects.count() == 15
    assert Memo.objects.get(pk=cast.approved().pk).plan_rows.exists()
    assert asked() == few


def test_it_knows_nothing_of_the_code_that_sends() -> None:
    for name in ("notifications/accounts.py", "measures/reckoning.py", "memo_flow/reckoning.py"):
        source = Path(name).read_text()
        for other in (
            "scans import",
            "import scans",
            "ladders import stage",
            "ladders.stage(",
            "reminders import",
            "ruling",
        ):
            assert other not in source, f"{name}: {other}"


def test_it_says_what_was_asked_wrongly(cast: Cast) -> None:
    for arguments, sentence in (
        (["--from", "2022-04-01", "--to", "2022-03-01"], "lies after"),
        (["--from", "2022-03-01", "--to", "2022-04-01", "--organization", "nowhere"], "no organization"),
        (["--from", "yesterday", "--to", "2022-04-01"], "invalid"),
    ):
        with pytest.raises(CommandError, match=sentence):
            call_command("reminders_report", *arguments)


def test_it_reads_as_lines_too(cast: Cast) -> None:
    cast.started("fin")
    scan_daily(SPRING, SPRING)
    cast.clock(at(SPRING, 23))
    out = StringIO()
    call_command("reminders_report", "--from", str(SPRING), "--to", str(SPRING + timedelta(days=1)), stdout=out)
    assert f"{cast.office.code} task: due " in out.getvalue()
    assert "missed 0" in out.getvalue().splitlines()[-1]
