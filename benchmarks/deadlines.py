"""script/bench deadlines: the scan of 1,000,000 open tasks in 500 offices, on PostgreSQL; ratios last as JSON.

pure       one INSERT..SELECT ON CONFLICT DO NOTHING that finds what is due, by the index, joins the people, and writes
           the same letters: same keys, same words, same context. What each due date has come to is put in a table
           for it beforehand, and not counted.
ours       scans.run in a process of its own, in turn with it, on the same database; both begin without a letter
again      the same scan at once again, when all is told
memory     the most memory that process took while it scanned, over what it had before
delivery   the letters on their way to a mail server (benchmarks/delivery.py), where that is built

Of the offices every tenth has a ladder of its own and every fifth a local day off; half of the tasks are handed to
one officer, the others are their division's. Arguments: the number of tasks, and of rounds.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
os.environ.setdefault("MEMOFLOW_DEMO", "1")

import django

django.setup()

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from benchmarks.board import approve
from config.celery import stay
from demo import office
from measures.models import PlanRow
from notifications import ladders, ruling, scans
from notifications.ladders import Kind, Who
from notifications.models import Policy
from organization.calendar import WorkingDays
from organization.models import Holiday, Organization, User

TASKS, ROUNDS, OFFICES = 1_000_000, 5, 500
DUE = 35  # of a thousand
NOW = timezone.make_aware(datetime(2026, 6, 10, 9))  # a Wednesday
TODAY = NOW.date()
SLOWER, GROWTH_MB, AGAIN_S = 3.0, 20.0, 1.0
CODE = "bench-"


def main(tasks: int = TASKS, rounds: int = ROUNDS) -> None:
    call_command("migrate", verbosity=0)
    office.load()
    approve(office.new_memo())
    fill(tasks)
    look_up()
    runs: dict[str, list[float]] = {"pure": [], "ours": [], "again": []}
    memory, letters = [], set()
    for _round in range(rounds):
        empty()
        runs["pure"].append(timed(lambda: run(PURE)))
        letters.add(written())
        empty()
        ours = scan_in_a_process()
        letters.add(written())
        for name in ("ours", "again"):
            runs[name].append(ours[name])
        memory.append(ours["memory_mb"])
        assert ours["created"] == len_of_letters() and ours["created_again"] == 0, ours
    assert len(letters) == 1, "both write the same letters"
    ratio = statistics.median(b / a for a, b in zip(runs["pure"], runs["ours"], strict=True))
    figures: dict[str, Any] = {
        "tasks": count("SELECT count(*) FROM measures_divisiontask WHERE state IN ('assigned', 'in_progress')"),
        "due": count("SELECT count(*) FROM measures_divisiontask JOIN near USING (organization_id, due_on)"),
        "letters": len_of_letters(),
        "seconds": {name: [round(one, 2) for one in took] for name, took in runs.items()},
        "memory_mb": memory,
    }
    within = {
        "scan_at_most_3x_pure_sql": ratio <= SLOWER,
        "memory_at_most_20_mb": max(memory) <= GROWTH_MB,
        "again_at_most_1_s": statistics.median(runs["again"]) <= AGAIN_S,
    }
    medians = {name: round(statistics.median(took), 2) for name, took in runs.items()}
    last: dict[str, Any] = {"seconds": medians, "ratio": round(ratio, 2), "memory_mb": max(memory), "within": within}
    if find_spec("benchmarks.delivery"):
        from benchmarks import delivery

        last["delivery"] = delivery.measure()
        within |= last["delivery"].pop("within", {})
    print(json.dumps(figures, indent=2))
    print(json.dumps(last))
    sys.exit(0 if all(within.values()) else 1)


# The offices and their work: rows made by the database itself


def fill(tasks: int) -> None:
    memo = PlanRow.objects.values_list("memo", flat=True)[0]
    clerk = User.objects.get(username="mayor")
    for statement in FILL:
        run(statement.format(tasks=tasks, offices=OFFICES, code=CODE, due=DUE, memo=memo, today=TODAY, by=clerk.pk))
    some = list(Organization.objects.filter(code__startswith=CODE).order_by("code"))
    Holiday.objects.bulk_create(
        Holiday(organization=one, date=TODAY + timedelta(days=n % 7 + 1), name="วันหยุดท้องถิ่น")
        for n, one in enumerate(some[::5])
    )
    own = ladders.Ladder((ladders.Rung(10, (Who.RESPONSIBLE,)), *ladders.DEFAULTS[Kind.TASK].rungs[2:]))
    seat = clerk.appointments.get().position
    Policy.objects.bulk_create(
        Policy(organization=one, kind=Kind.TASK, ladder=own.as_data(), by=clerk, position=seat, at=NOW)
        for one in some[::10]
    )
    run("VACUUM ANALYZE")


FILL = (
    "UPDATE measures_divisiontask SET state = 'accepted'",  # the demo's own, long past
    """INSERT INTO organization_organization
       (id, code, name_th, name_en, short_th, phone, website, email, opens, closes, day_off_rule)
       SELECT gen_random_uuid(), '{code}' || lpad(n::text, 4, '0'), 'อบต.ที่ ' || n, '', '', '', '', '', '08:30',
              '16:30', 'after' FROM generate_series(1, {offices}) n""",
    """INSERT INTO organization_division (organization_id, code, name_th, name_en, book_code, "order")
       SELECT id, 'd' || n, 'กองที่ ' || n, '', '', n FROM organization_organization, generate_series(1, 4) n
       WHERE code LIKE '{code}%%'""",
    """INSERT INTO organization_position (organization_id, division_id, role, title_th, title_en)
       SELECT d.organization_id, d.id, role, role, '' FROM organization_division d
       JOIN organization_organization o ON o.id = d.organization_id AND o.code LIKE '{code}%%',
       LATERAL (VALUES (CASE WHEN d.code = 'd1' THEN 'head_of_office' ELSE 'division_head' END), ('officer')) r(role)
       UNION ALL SELECT id, NULL, role, role, '' FROM organization_organization,
       (VALUES ('mayor'), ('permanent_secretary')) r(role) WHERE code LIKE '{code}%%'""",
    """INSERT INTO organization_user
       (password, is_superuser, username, email, is_staff, is_active, date_joined, name_th, name_en, language,
        organization_id)
       SELECT '', false, '{code}' || p.id, p.id || '@bench.example', false, true, now(), 'คนที่ ' || p.id, '', 'th',
              p.organization_id
       FROM organization_position p JOIN organization_organization o ON o.id = p.organization_id
       WHERE o.code LIKE '{code}%%'""",
    """INSERT INTO organization_appointment (starts_on, order_number, position_id, user_id)
       SELECT '2020-01-01', '', p.id, u.id
       FROM organization_position p JOIN organization_user u ON u.username = '{code}' || p.id""",
    """INSERT INTO organization_closedyear (id, organization_id, fiscal_year, note, by_id, position_id, at)
       SELECT gen_random_uuid(), o.id, year, '', {by}, (SELECT min(id) FROM organization_position), now()
       FROM organization_organization o, generate_series(2566, 2568) year WHERE o.code LIKE '{code}%%'""",
    """INSERT INTO measures_planrow (organization_id, memo_id, seq, fiscal_year, instrument, indicator, issue,
       period_start, period_end, follow_up, follow_up_due, "order")
       SELECT id, '{memo}', 1000 + row_number() OVER (ORDER BY code), 2569, 'IIT', 1, '', '2025-10-01', '2026-09-30',
              '', '2026-09-30', '' FROM organization_organization WHERE code LIKE '{code}%%'""",
    """INSERT INTO measures_measure (row_id, seq, text)
       SELECT r.id, n, 'มาตรการที่ ' || n || ' เผยแพร่ข้อมูลการให้บริการประชาชน'
       FROM measures_planrow r, generate_series(1, {tasks} / {offices} / 4) n WHERE r.seq > 1000""",
    """INSERT INTO measures_divisiontask (id, organization_id, measure_id, division_id, state, percent, due_on,
       assigned_at, officer_id)
       SELECT gen_random_uuid(), r.organization_id, m.id, d.id,
              CASE WHEN m.id %% 3 = 0 THEN 'assigned' ELSE 'in_progress' END, 0,
              date '{today}' + CASE WHEN (m.id * 4 + d.id * 7) %% 1000 < {due}
                                    THEN ((m.id + d.id) %% 27)::int - 12 ELSE 40 + (m.id %% 70)::int END,
              timestamptz '2025-10-01 09:00+07', CASE WHEN m.id %% 2 = 0 THEN a.user_id END
       FROM measures_planrow r JOIN measures_measure m ON m.row_id = r.id
       JOIN organization_division d ON d.organization_id = r.organization_id
       JOIN organization_position p ON p.division_id = d.id AND p.role = 'officer'
       JOIN organization_appointment a ON a.position_id = p.id WHERE r.seq > 1000""",
)


def look_up() -> None:
    """What each due date of each office has come to, for the statement that writes all by itself."""
    run(
        "CREATE TABLE near (organization_id uuid, due_on date, token text, word text, working int, late int,"
        " heads boolean, above boolean)"
    )
    pks = list(Organization.objects.values_list("pk", flat=True))
    rules, days = ruling.of_all(pks, Kind.TASK, NOW), WorkingDays.of_all(pks)
    with connection.cursor() as cursor, cursor.copy("COPY near FROM STDIN") as copy:
        for pk in pks:
            for due_on in (TODAY + timedelta(days=n) for n in range(-30, 60)):
                copy.write_row(row) if (row := near(pk, due_on, rules[pk], days[pk])) else None
    run("ANALYZE near")


def near(pk: Any, due_on: date, ladder: ladders.Ladder, days: WorkingDays) -> tuple[Any, ...] | None:
    stage = ladders.stage(due_on, TODAY, ladder, days)
    if stage is None:
        return None
    word, late = ladders.event(stage, TODAY), max(0, (TODAY - due_on).days)
    heads, above = Who.DIVISION_HEAD in stage.to, Who.HEAD_OF_OFFICE in stage.to
    return pk, due_on, stage.token, word, days.until(TODAY, due_on), late, heads, above


PURE = f"""
WITH due AS (
    SELECT t.id, t.organization_id, t.division_id, t.officer_id, n.*
    FROM measures_divisiontask t
    JOIN measures_measure m ON m.id = t.measure_id JOIN measures_planrow r ON r.id = m.row_id
    JOIN near n ON n.organization_id = t.organization_id AND n.due_on = t.due_on
    WHERE t.state IN ('assigned', 'in_progress') AND t.due_on <= date '{TODAY + timedelta(days=45)}'
    AND NOT EXISTS (SELECT 1 FROM organization_closedyear c
                    WHERE c.organization_id = t.organization_id AND c.fiscal_year = r.fiscal_year)
), sitting AS (
    SELECT p.organization_id, p.division_id, p.role, a.user_id
    FROM organization_position p JOIN organization_appointment a ON a.position_id = p.id
    JOIN organization_user u ON u.id = a.user_id AND u.is_active
    WHERE a.starts_on <= date '{TODAY}' AND (a.ends_on IS NULL OR a.ends_on >= date '{TODAY}')
), told AS (
    SELECT due.id AS task, s.user_id, false AS escalated
    FROM due JOIN sitting s ON s.division_id = due.division_id
    WHERE due.officer_id IS NULL OR s.user_id = due.officer_id OR (due.heads AND s.role LIKE '%%head%%')
    UNION ALL
    SELECT due.id, s.user_id, true FROM due JOIN sitting s ON s.organization_id = due.organization_id
    WHERE due.above AND s.role IN ('head_of_office', 'permanent_secretary')
), each AS (SELECT task, user_id, bool_and(escalated) AS escalated FROM told GROUP BY task, user_id)
INSERT INTO notifications_letter (id, organization_id, recipient_id, event, about, key, context, at, subject, text,
                                  unmailed, next_at, attempts, error, sent_to)
SELECT gen_random_uuid(), due.organization_id, each.user_id, 'task_' || word, 'task:' || due.id,
       'remind:task:' || due.id || ':' || token || ':' || due.due_on || ':' || each.user_id,
       jsonb_build_object('due_on', due.due_on, 'working_days', working, 'days_late', late, 'escalated', escalated),
       timestamptz '{NOW.isoformat()}', '', '', '', now(), 0, '', ''
FROM due JOIN each ON each.task = due.id
ON CONFLICT DO NOTHING
""".replace("n.*", "n.due_on, n.token, n.word, n.working, n.late, n.heads, n.above")


# One run of each


def empty() -> None:
    run("TRUNCATE notifications_letter CASCADE")
    run("CHECKPOINT")


def written() -> str:
    """A digest of all letters: key, event, what they speak of and what they state."""
    digest = "md5(string_agg(md5(key || event || about || context::text), '' ORDER BY key))"
    return str(value(f"SELECT {digest} FROM notifications_letter"))


def scan_in_a_process() -> dict[str, Any]:
    name = connection.settings_dict["NAME"]
    out = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "benchmarks.deadlines", "--scan", name],
        check=True,
        capture_output=True,
        text=True,
    )
    found: dict[str, Any] = json.loads(out.stdout.splitlines()[-1])
    return found


def scan(name: str) -> None:
    """One scan and the same again, timed, with the memory it took; as JSON."""
    connection.settings_dict["NAME"] = name
    scans.run(now=NOW.replace(hour=3))  # at night nobody is reminded: all is loaded, nothing is written
    stay()  # as a worker does
    before, took, cpu, created = memory_now(), [], [], []
    for _time in range(2):
        start, worked = time.perf_counter(), time.process_time()
        created.append(sum(kind["created"] for kind in scans.run(now=NOW).values()))
        took.append(time.perf_counter() - start)
        cpu.append(round(time.process_time() - worked, 2))
    grown = round(memory_peak() - before, 1)
    print(
        json.dumps(
            {
                "ours": took[0],
                "again": took[1],
                "created": created[0],
                "created_again": created[1],
                "memory_mb": grown,
                "cpu": cpu,
            }
        )
    )


def memory_now() -> float:
    """MB of this process; the peak is counted from here on."""
    Path("/proc/self/clear_refs").write_text("5")
    return status("VmRSS")


def memory_peak() -> float:
    return status("VmHWM")


def status(name: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{name}:"))


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement.replace("%%", "%"))


def value(statement: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


def count(statement: str) -> int:
    return int(value(statement))


def len_of_letters() -> int:
    return count("SELECT count(*) FROM notifications_letter")


def timed(act: Callable[[], None]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


if __name__ == "__main__":
    if "--scan" in sys.argv:
        scan(sys.argv[-1])
    else:
        main(*map(int, sys.argv[1:]))
