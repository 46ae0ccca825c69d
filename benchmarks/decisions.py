"""script/bench decisions: what a decision costs, on PostgreSQL, in one run, engines interleaved; ratios last as JSON.

ours      submit + endorse + approve (15 tasks) through the services
replay    the very statements ours emitted for the same memos, recorded and sent again without Python's share
stock     the same route, rules and rows on a stock viewflow flow, as its documentation writes one (benchmarks/stock)
engine    the same stock flow with the product's bulk functions: what the engine alone makes of the difference
"""

import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
os.environ.setdefault("MEMOFLOW_DEMO", "1")

import django

django.setup()

import psycopg
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, setup_test_environment
from django.utils import timezone

from benchmarks.stock import flows as stock
from demo import document, office
from memo_flow import checking, decisions
from memo_flow.models import Memo, Step
from memo_flow.queries import newest_revision
from organization.models import User

MEMOS, BLOCK, WARM_UP = 60, 5, 5
FREEZING = 7  # statements of the last step that keep what its papers will say
CONTROL = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")


def main() -> None:
    setup_test_environment()
    checking.findings_on = lambda *_memo, **_on: []  # the checker has a benchmark of its own
    fresh_database("bench_template")
    call_command("migrate", verbosity=0)
    office.load()
    mine = [office.new_memo().pk for _ in range(MEMOS + WARM_UP)]
    hang_up()
    for copy in ("bench_record", "bench_ours", "bench_replay", "bench_stock", "bench_engine"):
        fresh_database(copy, template="bench_template")

    counts, tape = record(mine)
    speeds = race(mine, tape)
    posts = http_statements()
    inbox = inbox_growth()
    figures: dict[str, Any] = {
        "statements": counts | posts,
        "memos_per_second": {name: round(BLOCK / statistics.median(times), 1) for name, times in speeds.items()},
        "inbox": inbox,
        "ratios": {
            "ours_time_to_replay_time": pairwise(speeds["ours"], speeds["replay"]),
            "ours_speed_to_stock_speed": pairwise(speeds["stock"], speeds["ours"]),
            "ours_speed_to_stock_engine_speed": pairwise(speeds["engine"], speeds["ours"]),
            "inbox_20000_to_20": inbox["ratio"],
        },
    }
    limits = {
        "middle_step": counts["decide_middle"] <= 16,
        "last_step": counts["decide_last"] <= 28 + FREEZING,
        "http": posts["http_more_than_decide"] <= 8,
        "replay": figures["ratios"]["ours_time_to_replay_time"] <= 3.5,
        "stock": figures["ratios"]["ours_speed_to_stock_speed"] >= 1.5,
        "inbox": inbox["statements_20"] == inbox["statements_20000"],
        "inbox_flat": inbox["ratio"] <= 1.5,
    }
    print(json.dumps(figures, indent=2))
    print(json.dumps({"ratios": figures["ratios"], "within": limits}))
    sys.exit(0 if all(limits.values()) else 1)


def pairwise(a: list[float], b: list[float]) -> float:
    """The median of a/b, block by block: both were measured side by side."""
    return round(statistics.median(x / y for x, y in zip(a, b, strict=True)), 2)


# The databases


def session(database: str) -> psycopg.Connection[Any]:
    """A session beside Django's, each statement its own transaction."""
    settings = connection.settings_dict
    return psycopg.connect(
        host=settings["HOST"],
        port=settings["PORT"],
        user=settings["USER"],
        password=settings["PASSWORD"] or None,
        dbname=database,
        autocommit=True,
    )


def hang_up() -> None:
    """Close the session: a database that is copied or dropped may have none."""
    connection.close()
    _sessions.clear()


def fresh_database(name: str, template: str = "template0") -> None:
    with session("postgres") as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{name}"')
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    use(name)


_sessions: dict[str, Any] = {}


def use(name: str) -> None:
    """Turn to another database, on a session that stays open: a cold server session would cost one engine more."""
    _sessions[connection.settings_dict["NAME"]] = connection.connection
    connection.settings_dict["NAME"] = name
    connection.connection = _sessions.get(name)
    connection.ensure_connection()


# One memo's way


def deciders() -> dict[str, User]:
    names = ["head_of_office", "permanent_secretary", "mayor"]
    return {user.username: user for user in User.objects.filter(username__in=names)}


def ways(pk: Any) -> Iterator[tuple[str, Callable[[], Any]]]:
    people = {
        u.username: u for u in User.objects.filter(username__in=["head_of_office", "permanent_secretary", "mayor"])
    }
    who = people["head_of_office"]
    yield "submit", lambda: decisions.submit(pk, by=who, reason=document.REASON, now=timezone.now())
    memo = Memo.objects.get(pk=pk)
    revision = newest_revision(memo)
    assert revision is not None
    steps = list(Step.objects.filter(memo=memo).order_by("group"))
    for name, who, outcome, step in (
        ("decide_middle", "permanent_secretary", "endorse", steps[0]),
        ("decide_last", "mayor", "approve", steps[1]),
    ):
        yield (
            name,
            lambda who=who, outcome=outcome, step=step: decisions.decide(  # type: ignore[misc]
                pk, by=people[who], step=step.pk, outcome=outcome, revision=revision.digest, now=timezone.now()
            ),
        )


def timed_way(pk: Any) -> float:
    """Seconds of the three acts; looking up what a page would know already is not counted."""
    total = 0.0
    for _name, act in ways(pk):
        start = time.perf_counter()
        act()
        total += time.perf_counter() - start
    return total


def timed_stock(pk: Any) -> float:
    people = {
        u.username: u for u in User.objects.filter(username__in=["head_of_office", "permanent_secretary", "mayor"])
    }
    start = time.perf_counter()
    process = stock.submit(pk, people["head_of_office"])
    taken = time.perf_counter() - start
    revision = newest_revision(Memo.objects.get(pk=pk))
    assert revision is not None
    start = time.perf_counter()
    stock.decide(process, people["permanent_secretary"], "endorse", revision.digest)
    stock.decide(process, people["mayor"], "approve", revision.digest)
    return taken + time.perf_counter() - start


# Recording and replaying

Tape = list[list[bytes]]


def record(memos: list[Any]) -> tuple[dict[str, int], Tape]:
    """The statements of every act, as sent; and how many one act takes without transaction control."""
    use("bench_record")
    counts: dict[str, int] = {}
    tape: Tape = []
    for pk in memos:
        said: list[bytes] = []
        for name, act in ways(pk):
            own: list[bytes] = []
            with taped(own):
                act()
            counts[name] = len([s for s in own if not s.decode().upper().startswith(CONTROL)])
            said += [b"BEGIN", *own, b"COMMIT"]
        tape.append(said)
    return counts, tape


@contextmanager
def taped(tape: list[bytes]) -> Iterator[None]:
    def write(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        raw = context["cursor"].cursor
        tape.append(raw.mogrify(sql, params).encode() if params else sql.encode())
        return execute(sql, params, many, context)

    with connection.execute_wrapper(write):
        yield


def play(raw: psycopg.Connection[Any], statements: list[bytes]) -> float:
    start = time.perf_counter()
    for statement in statements:
        result = raw.pgconn.exec_(statement)
        if result.status not in (psycopg.pq.ExecStatus.COMMAND_OK, psycopg.pq.ExecStatus.TUPLES_OK):
            raise RuntimeError(result.error_message.decode())
    return time.perf_counter() - start


def race(memos: list[Any], tape: Tape) -> dict[str, list[float]]:
    """Blocks of memos, the engines in turn: what one engine's block took stands beside the others'."""
    raw = session("bench_replay")
    speeds: dict[str, list[float]] = {"ours": [], "replay": [], "stock": [], "engine": []}
    with raw:
        for start in range(0, MEMOS + WARM_UP, BLOCK):
            block = slice(start, start + BLOCK)
            use("bench_ours")
            seconds = {"ours": sum(timed_way(pk) for pk in memos[block])}
            seconds["replay"] = sum(play(raw, statements) for statements in tape[block])
            for name, in_bulk in (("stock", False), ("engine", True)):
                use(f"bench_{name}")
                stock.StockFlow.in_bulk = in_bulk
                seconds[name] = sum(timed_stock(pk) for pk in memos[block])
            if start >= WARM_UP:
                for name, taken in seconds.items():
                    speeds[name].append(taken)
    return speeds


# Over HTTP


def statements_of(act: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as captured:
        act()
    return len([q for q in captured.captured_queries if not q["sql"].upper().startswith(CONTROL)])


def http_statements() -> dict[str, int]:
    """The POST of a decision, and how much of it is not the service's."""
    use("bench_ours")
    memo = office.new_memo()
    _name, submit = next(ways(memo.pk))
    submit()
    revision, step = newest_revision(memo), Step.objects.get(memo=memo, group=1)
    assert revision is not None
    client = Client()
    client.force_login(User.objects.get(username="permanent_secretary"))
    data = {"step": step.pk, "revision": revision.digest, "outcome": "endorse", "comment": "", "order": ""}
    answers: list[Any] = []
    http = statements_of(lambda: answers.append(client.post(f"/memos/{memo.pk}/decide/", data, secure=True)))
    assert answers[0].status_code == 302, answers[0].status_code
    other = office.new_memo()
    for name, act in ways(other.pk):
        count = statements_of(act)
        if name == "decide_middle":
            return {"http_decide": http, "http_more_than_decide": http - count}
    raise AssertionError


def inbox_growth() -> dict[str, Any]:
    """The mayor's inbox with 20 and with 20,000 open memos: statements and time, the two measured in turn."""
    sizes = {}
    for name, size in (("bench_few", 20), ("bench_many", 20_000)):
        fresh_database(name, template="bench_template")
        fill_inbox(size)
        sizes[size] = name
    times: dict[int, list[float]] = {20: [], 20_000: []}
    statements: dict[int, int] = {}
    clients = {}
    for _round in range(15):
        for size, name in sizes.items():
            use(name)
            if size not in clients:
                clients[size] = Client()
                clients[size].force_login(User.objects.get(username="mayor"))
                clients[size].get("/inbox/", secure=True)
            start = time.perf_counter()
            clients[size].get("/inbox/", secure=True)
            times[size].append(time.perf_counter() - start)
            if size not in statements:
                statements[size] = statements_of(lambda size=size: clients[size].get("/inbox/", secure=True))  # type: ignore[misc]
    return {
        "statements_20": statements[20],
        "statements_20000": statements[20_000],
        "ms_20": round(statistics.median(times[20]) * 1000, 1),
        "ms_20000": round(statistics.median(times[20_000]) * 1000, 1),
        "ratio": pairwise(times[20_000], times[20]),
    }


def fill_inbox(size: int) -> None:
    """So many memos open at the mayor's, as rows: the inbox reads nothing else."""
    one = Memo.objects.select_related("kind").first()
    assert one is not None
    now = timezone.now()
    memos = Memo.objects.bulk_create(
        Memo(
            organization_id=one.organization_id,
            kind=one.kind,
            division_id=one.division_id,
            author_id=one.author_id,
            author_position_id=one.author_position_id,
            subject=f"{one.subject} {n}",
            state="in_review",
            round=1,
            created_at=now,
            submitted_at=now,
        )
        for n in range(size)
    )
    asked = one.kind.route.steps.get(group=2)
    Step.objects.bulk_create(
        Step(
            memo=memo,
            round=1,
            group=2,
            position=asked.position,
            action=asked.action,
            due_on=(now + timedelta(days=n % 30)).date(),
            opened_at=now,
        )
        for n, memo in enumerate(memos)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


if __name__ == "__main__":
    main()
