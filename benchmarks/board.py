"""script/bench board: the board of 200 and of 20,000 tasks, and their export, on PostgreSQL; ratios last as JSON.

board      the page of one fiscal year for the mayor, in turn with 200 and with 20,000 tasks, in each grouping
year       the year as a picture, the same way
export     2,000 and 20,000 rows as CSV and as a workbook, each in a process of its own: rows a second, and the most
           memory that process took
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
os.environ.setdefault("MEMOFLOW_DEMO", "1")

import django

django.setup()

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, setup_test_environment
from django.utils import timezone

from demo import document, office, walkthrough
from files.models import Attachment
from measures.models import DivisionTask, Measure, PlanRow, Report, TaskStep
from memo_flow import decisions
from memo_flow.models import Memo, Step
from memo_flow.queries import newest_revision
from organization.models import User

FEW, MANY, ROUNDS = 200, 20_000, 15
ROWS = (2_000, 20_000)
SLOWER, GROWTH = 1.5, 1.15
#: Of a hundred tasks so many stand in each state: in the middle of a year, most are being worked on.
MIX = [*["assigned"] * 20, *["in_progress"] * 50, *["reported"] * 10, *["accepted"] * 17, *["cancelled"] * 3]
PAGES = {
    "board": "/measures/",
    "by_indicator": "/measures/?by=indicator",
    "by_state": "/measures/?by=state",
    "year": "/measures/year/",
}


def main() -> None:
    setup_test_environment()
    use("bench_template", template="template0")
    call_command("migrate", verbosity=0)
    office.load()
    approve(office.new_memo())
    for size in (FEW, *ROWS):
        use(f"bench_{size}", template="bench_template")
        fill(size)
    figures: dict[str, Any] = {"pages": {name: race(path) for name, path in PAGES.items()}}
    figures["export"] = {form: {n: exported(form, n) for n in ROWS} for form in ("csv", "xlsx")}
    ratios = {name: page["ratio"] for name, page in figures["pages"].items()}
    memory = {
        form: round(sizes[ROWS[1]]["peak_mb"] / sizes[ROWS[0]]["peak_mb"], 2)
        for form, sizes in figures["export"].items()
    }
    limits = {
        "constant_statements": all(len(set(page["statements"].values())) == 1 for page in figures["pages"].values()),
        **{f"{name}_under_1.5": ratio < SLOWER for name, ratio in ratios.items()},
        **{f"{form}_memory_flat": growth <= GROWTH for form, growth in memory.items()},
    }
    print(json.dumps(figures, indent=2))
    print(json.dumps({"ratios": ratios, "memory": memory, "within": limits}))
    sys.exit(0 if all(limits.values()) else 1)


# The databases


def use(name: str, template: str = "") -> None:
    """Turn to a database of this cluster; with `template`, to a fresh copy of that one."""
    if template:
        connection.close()
        connection.settings_dict["NAME"] = "postgres"
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    if connection.settings_dict["NAME"] != name:
        connection.close()
        connection.settings_dict["NAME"] = name


def approve(memo: Memo) -> None:
    people = {user.username: user for user in User.objects.all()}
    decisions.submit(memo.pk, by=people["head_of_office"], reason=document.REASON, now=timezone.now())
    text = newest_revision(memo)
    assert text is not None
    for who, outcome in (("permanent_secretary", "endorse"), ("mayor", "approve")):
        step = Step.objects.get(memo=memo, opened_at__isnull=False, closed_at=None)
        decisions.decide(
            memo.pk, by=people[who], step=step.pk, outcome=outcome, revision=text.digest, now=timezone.now()
        )


def fill(size: int) -> None:
    """So many tasks of one fiscal year with their steps, three reports each and evidence for every second one."""
    home = list(office_of().divisions.prefetch_related("positions"))
    chair_of = {d.pk: d.positions.all()[0] for d in home if d.code in walkthrough.WORKERS}
    workers = {d.pk: User.objects.get(username=walkthrough.WORKERS[d.code]) for d in home if d.pk in chair_of}
    rows, divisions = list(PlanRow.objects.order_by("seq")), list(chair_of)
    now, start = timezone.now(), rows[0].period_start
    before = DivisionTask.objects.count()
    for first in range(0, size - before, 2_000):
        numbers = range(first, min(first + 2_000, size - before))
        measures = Measure.objects.bulk_create(
            Measure(row=rows[n % len(rows)], seq=1_000 + n, text=f"มาตรการที่ {n} เผยแพร่ข้อมูลการให้บริการประชาชน")
            for n in numbers
        )
        tasks = DivisionTask.objects.bulk_create(
            DivisionTask(
                organization_id=rows[0].organization_id,
                measure=measure,
                division_id=divisions[n // 3 % len(divisions)],
                state=MIX[n * 7 % 100],
                percent={"assigned": 0, "accepted": 100}.get(MIX[n * 7 % 100], n % 101),
                due_on=start + timedelta(days=n * 11 % 365),
                assigned_at=now,
                closed_at=now if MIX[n * 7 % 100] in ("accepted", "cancelled") else None,
            )
            for n, measure in zip(numbers, measures, strict=True)
        )
        worked = [task for task in tasks if task.state != "assigned"]
        Report.objects.bulk_create(
            Report(
                task=task,
                seq=seq,
                kind=kind,
                percent=percent,
                text="ดำเนินการตามแผนแล้วบางส่วน",
                by=workers[task.division_id],
                position=chair_of[task.division_id],
                at=now,
            )
            for task in worked
            for seq, kind, percent in ((1, "started", 0), (2, "progress", 30), (3, "progress", task.percent))
        )
        steps = {row.pk: list(row.steps.all()[:2]) for row in rows}
        TaskStep.objects.bulk_create(
            TaskStep(task=task, step=step) for task in tasks for step in steps[task.measure.row_id]
        )
        Attachment.objects.bulk_create(
            Attachment(
                organization_id=task.organization_id,
                about=f"task:{task.pk}",
                kind="link",
                name="หลักฐาน",
                url="https://kps-sao.example/",
                by=workers[task.division_id],
                position=chair_of[task.division_id],
                at=now,
            )
            for task in tasks[::2]
        )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def office_of() -> Any:
    return User.objects.get(username="mayor").organization


# The pages


def race(path: str) -> dict[str, Any]:
    """The same page with few and with many tasks, measured in turn."""
    times: dict[int, list[float]] = {FEW: [], MANY: []}
    statements: dict[int, int] = {}
    for turn in range(ROUNDS):
        for size in (FEW, MANY):
            use(f"bench_{size}")
            client = Client()
            client.force_login(User.objects.get(username="mayor"))
            if turn == 0:
                statements[size] = statements_of(lambda client=client: get(client, path))  # type: ignore[misc]
            get(client, path)
            took = [timed(lambda client=client: get(client, path)) for _ in range(3)]  # type: ignore[misc]
            times[size].append(min(took))
    return {
        "statements": statements,
        "ms": {size: round(statistics.median(took) * 1000, 1) for size, took in times.items()},
        "ratio": round(statistics.median(b / a for a, b in zip(times[FEW], times[MANY], strict=True)), 2),
    }


def get(client: Client, path: str) -> None:
    answer = client.get(path, secure=True)
    assert answer.status_code == 200, answer.status_code


def timed(act: Callable[[], None]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def statements_of(act: Callable[[], None]) -> int:
    with CaptureQueriesContext(connection) as captured:
        act()
    return len(captured)


# The export


def exported(form: str, rows: int) -> dict[str, Any]:
    """What an export takes, by a process of its own: its memory is then that of the export."""
    connection.close()
    command = [sys.executable, "-m", "benchmarks.board", form, str(rows)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return dict(json.loads(said.splitlines()[-1]))


def export(form: str, rows: int) -> None:
    setup_test_environment()
    use(f"bench_{rows}")
    client = Client()
    client.force_login(User.objects.get(username="mayor"))
    get(client, "/inbox/")
    start, size = time.perf_counter(), 0
    answer = client.get(f"/measures/board/export.{form}", secure=True)
    assert answer.status_code == 200, answer.status_code
    for part in answer.streaming_content:  # type: ignore[attr-defined]
        size += len(part)
    seconds = time.perf_counter() - start
    print(json.dumps({"rows_per_second": round(rows / seconds), "bytes": size, "peak_mb": peak_mb()}))


def peak_mb() -> float:
    """The most memory this process has taken; getrusage would also count the one that started it."""
    (line,) = [one for one in Path("/proc/self/status").read_text().splitlines() if one.startswith("VmHWM")]
    return round(int(line.split()[1]) / 1024, 1)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        export(sys.argv[1], int(sys.argv[2]))
    else:
        main()
