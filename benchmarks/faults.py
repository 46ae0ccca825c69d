"""What breaks while letters are on their way: real PostgreSQL, Valkey, Celery workers and beat, a mail server of its
own process. JSON last; ends with 1 when a limit is missed. `--only 3` runs one scenario.

1 killed    2,000 letters; 20 times at random a process of a worker is killed -9, every fifth time the whole worker
2 broker    1,000 letters; the broker is emptied, killed and started again while they are written and sent
3 server    the mail server is away for an hour, then slow, then says 4xx and 5xx
4 doubled   two beats and four workers over five days of 1,200 deadlines
5 year      300 histories of a fiscal year against an independent model (tests/test_year_of_reminders.py)
6 zones     the same days on servers in UTC and in New York

What is shortened are waits (benchmarks/faulty/app.py): leases, sweeps; the hour of scenario 3 is sixty rounds, before
each of which every wait is moved to its end, as a minute would. The office's clock runs on from the morning it is set
to. A repeat is a mail that the server took twice; lost is a letter that is not marked as sent or that it never took.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime
from datetime import time as clock_time
from pathlib import Path
from typing import Any

from tests.engines import free_port

FOLDER = Path(tempfile.mkdtemp(prefix="memoflow-faults-"))
MAIL, BROKER = free_port(), free_port()
os.environ |= {
    "DJANGO_SETTINGS_MODULE": "benchmarks.faulty.settings",
    "FAULTY_CLOCK": str(FOLDER / "clock"),
    "FAULTY_MAIL": str(MAIL),
    "REDIS_URL": f"redis://127.0.0.1:{BROKER}/0",
}

import django

django.setup()

from celery import Celery
from django.conf import settings
from django.core.management import call_command
from django.db.models import QuerySet
from django.utils import timezone
from redis import Redis

from benchmarks.faulty import clock
from config.children import BASE_DIR, die_with_parent
from config.supervisor import valkey
from measures.models import DivisionTask, Measure
from notifications import accounts, outbox
from notifications.models import Bounce, Letter, Preference, ScanRun
from organization.calendar import WorkingDays
from organization.models import User
from tests.cast import Cast

KILLS, LETTERS = 20, 2000
DEADLINES = 300  # measures, each of four divisions
DAY = date(2022, 3, 10)  # a Thursday; the deadlines lie three weeks ahead
EVENT = "memo_approved"
FACTS = {"subject": "ผลการประเมิน", "number": "นฐ 71201/12", "path": "/memos/", "organization": "อบต.", "by": "นายก"}
OFFICE = ("kps-sao", "thung-fa-sao")


# --- processes -------------------------------------------------------------------------------------------------------


class Machine:
    """Everything that runs beside this process; whatever is left of it ends with the block."""

    def __init__(self) -> None:
        self.processes: list[subprocess.Popen[bytes]] = []
        self.log = (FOLDER / "log").open("ab")

    def start(self, *command: str, **more: str) -> subprocess.Popen[bytes]:
        one = subprocess.Popen(
            command,
            cwd=BASE_DIR,
            env={**os.environ, **more},
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )
        self.processes.append(one)
        return one

    def worker(self, processes: int = 2) -> subprocess.Popen[bytes]:
        name = f"faults-{random.getrandbits(32)}@%h"
        options = ("--concurrency", str(processes), "--hostname", name, "--without-gossip", "--loglevel", "WARNING")
        return self._celery("worker", *options)

    def beat(self) -> subprocess.Popen[bytes]:
        schedule = FOLDER / f"beat-{random.getrandbits(32)}"
        return self._celery("beat", "--schedule", str(schedule), "--pidfile", "", "--loglevel", "WARNING")

    def _celery(self, *arguments: str) -> subprocess.Popen[bytes]:
        return self.start(sys.executable, "-m", "celery", "--quiet", "--app", "benchmarks.faulty.app", *arguments)

    def broker(self) -> subprocess.Popen[bytes]:
        (FOLDER / "broker").mkdir(exist_ok=True)
        one = self.start(*valkey(BROKER, FOLDER / "broker"))
        until(lambda: _answers(), 20, "the broker answers")
        return one

    def sink(self, **manner: Any) -> subprocess.Popen[bytes]:
        behave(**manner)
        one = self.start(sys.executable, "-m", "benchmarks.faulty.sink", str(MAIL), str(FOLDER))
        until(lambda: _listens(), 20, "the mail server listens")
        return one

    def end(self) -> None:
        for one in self.processes:
            kill(one)


def kill(one: subprocess.Popen[bytes]) -> None:
    """The whole of it, at once, as a machine does that has run out of memory."""
    with suppress(ProcessLookupError):
        os.killpg(one.pid, signal.SIGKILL)
    one.wait()


@contextmanager
def machine() -> Iterator[Machine]:
    one = Machine()
    try:
        yield one
    finally:
        one.end()


def behave(*, wait: float = 0.0, later: float = 0.0, never: tuple[str, ...] = ()) -> None:
    new = FOLDER / "manner.new"
    new.write_text(json.dumps({"wait": wait, "later": later, "never": never}))
    new.replace(FOLDER / "manner")


def _answers() -> bool:
    with suppress(Exception):
        return bool(Redis.from_url(settings.REDIS_URL, socket_timeout=1).ping())
    return False


def _listens() -> bool:
    import socket

    with suppress(OSError):
        socket.create_connection(("127.0.0.1", MAIL), 1).close()
        return True
    return False


def until(done: Callable[[], bool], seconds: float, what: str, *, again: Callable[[], object] | None = None) -> None:
    """Wait for something; four times a second do something `again` for it."""
    end, next_ = time.monotonic() + seconds, 0.0
    while not done():
        if time.monotonic() > end:
            left = list(
                _unsent().order_by("not_before").values_list("event", "not_before", "next_at", "attempts", "error")
            )
            print(f"at {clock.now()}, of {timezone.now()}: {len(left)} wait, first {left[:3]}, last {left[-1:]}")
            raise SystemExit(f"Not within {seconds} s: {what}. See {FOLDER / 'log'}.")
        if again and time.monotonic() > next_:
            again()
            next_ = time.monotonic() + 0.25
        time.sleep(0.05)


def ring(task: str = "notifications.tasks.deliver") -> None:
    with suppress(Exception):
        Celery(broker=settings.REDIS_URL).send_task(task)


# --- letters ---------------------------------------------------------------------------------------------------------


def write(count: int, name: str) -> None:
    """Letters that go at once, to the people of the office in turn."""
    people = list(User.objects.filter(organization__code=OFFICE[0], is_active=True).order_by("pk"))
    office = people[0].organization_id
    assert office is not None
    drafts = [
        outbox.Draft(office, people[n % len(people)].pk, EVENT, f"test:{name}", f"{name}:{n}", FACTS)
        for n in range(count)
    ]
    for start in range(0, count, 100):
        outbox.post(drafts[start : start + 100], at=clock.now())


def waiting() -> int:
    return _unsent().filter(digest=None).count()


def _unsent() -> QuerySet[Letter]:
    return Letter.objects.filter(sent_at=None, failed_at=None, voided_at=None)


def taken() -> Counter[str]:
    """Message-ID -> how many times the mail server said yes to it."""
    file = FOLDER / "mails"
    return Counter(line.split()[0] for line in file.read_text().splitlines()) if file.exists() else Counter()


def balance() -> dict[str, int]:
    """What was lost, and what came twice."""
    mails = taken()
    letters = [one.message_id for one in Letter.objects.filter(digest=None, voided_at=None, failed_at=None)]
    sent = Letter.objects.filter(sent_at__isnull=False, digest=None).count()
    return {
        "letters": len(letters),
        "lost": len(letters) - sent + sum(one not in mails for one in letters),
        "repeats": sum(mails.values()) - len(mails),
    }


def afresh() -> None:
    """No letter, no mail, a working morning."""
    Bounce.objects.all().delete()
    Letter.objects.filter(digest__isnull=False).delete()
    Letter.objects.all().delete()
    ScanRun.objects.all().delete()
    (FOLDER / "mails").unlink(missing_ok=True)
    clock.set_to(morning(DAY))


def morning(day: date) -> datetime:
    return datetime.combine(day, clock_time(9), timezone.get_default_timezone())


# --- scenarios -------------------------------------------------------------------------------------------------------


def killed() -> dict[str, Any]:
    chance = random.Random(1)
    with machine() as one:
        one.broker()
        one.sink(wait=0.03)
        workers, _beat = [one.worker(1) for _ in range(3)], one.beat()
        until(lambda: all(_children(w) for w in workers), 90, "the workers are up")
        write(LETTERS, "killed")
        until(lambda: bool(taken()), 30, "the first mail goes")
        kills = whole = idle = 0
        while kills < KILLS and waiting():
            time.sleep(chance.uniform(0.2, 1.0))
            worker = chance.choice(workers)
            children = _children(worker)
            if kills % 5 == 4:
                kill(worker)
                workers[workers.index(worker)] = one.worker()
                whole += 1
            elif children:
                with suppress(ProcessLookupError):
                    os.kill(chance.choice(children), signal.SIGKILL)
            else:
                idle += 1
                continue
            kills += 1
        until(lambda: not waiting(), 180, "all letters are sent")
        time.sleep(1)
    found = balance() | {"kills": kills, "whole_workers": whole}
    return found | {"within": kills == KILLS and not found["lost"] and found["repeats"] <= kills}


def _children(worker: subprocess.Popen[bytes]) -> list[int]:
    """The processes that a worker sends with."""
    with suppress(OSError):
        text = Path(f"/proc/{worker.pid}/task/{worker.pid}/children").read_text()
        return [int(pid) for pid in text.split()]
    return []


def broker() -> dict[str, Any]:
    with machine() as one:
        valkey_ = one.broker()
        one.sink(wait=0.01)
        workers, _beat = [one.worker(), one.worker()], one.beat()
        until(lambda: all(_children(w) for w in workers), 90, "the workers are up")
        write(400, "before")
        for _ in range(20):
            ring()
        until(lambda: bool(taken()), 30, "the first mail goes")
        Redis.from_url(settings.REDIS_URL).flushall()
        write(200, "emptied")
        kill(valkey_)
        write(200, "without")
        ring()
        time.sleep(3)
        one.broker()
        write(200, "after")
        until(lambda: not waiting(), 120, "all letters are sent")
        time.sleep(1)
    found = balance()
    return found | {"within": not found["lost"] and not found["repeats"]}


def server() -> dict[str, Any]:
    bad = ("works@kps-sao.example",)
    with machine() as one:
        one.broker()
        worker = one.worker()
        until(lambda: bool(_children(worker)), 90, "the worker is up")
        write(300, "down")
        for _minute in range(60):
            _pass_the_waits()
            until(_all_wait, 30, "a round finds the server away", again=ring)
        burnt = Letter.objects.exclude(attempts=0).count()
        sent_meanwhile = sum(taken().values())
        sink = one.sink(wait=0.2)
        _pass_the_waits()
        write(10, "slow")
        until(lambda: sum(taken().values()) >= 30, 60, "the slow server takes some", again=ring)
        behave(later=0.4, never=bad)
        write(200, "mixed")
        for _round in range(60):
            _pass_the_waits()
            ring()
            time.sleep(0.5)
            if not waiting():
                break
        refused = Letter.objects.filter(failed_at__isnull=False)
        wrong = list(refused.exclude(recipient__email__in=bad).values_list("event", "recipient__email", "error"))
        tries = Letter.objects.filter(sent_at__isnull=False, attempts__gt=0).count()
        kill(sink)
    for one in wrong:
        print(f"refused, though it was good: {one}")
    found = balance() | {
        "attempts_burnt_by_the_outage": burnt,
        "sent_while_down": sent_meanwhile,
        "refused_for_good": refused.count(),
        "refused_that_were_good": len(wrong),
        "sent_after_4xx": tries,
        "waiting": waiting(),
    }
    clean = not any(found[name] for name in ("lost", "repeats", "waiting", "sent_while_down"))
    kept = not burnt and not wrong and found["refused_for_good"] > 0 and tries > 0
    return found | {"within": clean and kept}


def _pass_the_waits() -> None:
    """Every wait is over, as if its time had passed; a lease under which somebody sends stays."""
    Letter.objects.filter(sent_at=None, failed_at=None, voided_at=None, lease=None).update(next_at=timezone.now())


def _all_wait() -> bool:
    rows = Letter.objects.filter(sent_at=None, failed_at=None, voided_at=None)
    return not rows.filter(next_at__lte=timezone.now()).exists() and not rows.exclude(lease=None).exists()


def doubled() -> dict[str, Any]:
    many_deadlines()
    for place, person in enumerate(User.objects.filter(organization__code=OFFICE[0])):
        if place % 2:  # half of the people want each letter by itself
            Preference.objects.create(user=person, bundling="each")
    with machine() as one:
        one.broker()
        one.sink()
        workers, _beats = [one.worker(1) for _ in range(4)], [one.beat(), one.beat()]
        until(lambda: all(_children(w) for w in workers), 120, "the workers are up")
        days = _days(WorkingDays.of(_office()), 5)
        for day in days:
            clock.set_to(morning(day))
            before = ScanRun.objects.filter(finished_at__isnull=False).count()
            until(lambda n=before: _scans() >= n + 3, 60, "three looks")  # type: ignore[misc]
            until(lambda: not waiting(), 90, "the day's letters are sent")
        time.sleep(1)
    (seen,) = accounts.accounts(days[0], days[-1], now=clock.now(), code=OFFICE[0])
    counts = accounts.filled(seen.total)
    found = balance() | {name: counts[name] for name in ("due", "created", "duplicate", "missed", "unexplained")}
    found |= {"scans": _scans(), "mails": len(taken())}
    wrong = ("lost", "repeats", "duplicate", "missed", "unexplained")
    return found | {"within": counts["created"] > 0 and not any(found[name] for name in wrong)}


def _scans() -> int:
    return ScanRun.objects.filter(finished_at__isnull=False).count()


def _office() -> Any:
    return User.objects.filter(organization__code=OFFICE[0]).values_list("organization", flat=True)[0]


def _days(days: WorkingDays, count: int) -> list[date]:
    """The working days on which one stage after the other begins: 14, 7, 3 and 1 before, and the day itself."""
    due = date(2022, 3, 31)
    return [days.before(due, before) for before in (14, 7, 3, 1, 0)][:count]


def year(histories: int = 300) -> dict[str, Any]:
    """In two processes, each with its own half and its own seed, on SQLite."""
    began = time.monotonic()
    test = "tests/test_year_of_reminders.py"
    command = [sys.executable, "-W", "ignore", "-m", "pytest", "--sqlite", "-q", "-p", "no:cacheprovider", test]
    given = {k: v for k, v in os.environ.items() if not k.startswith(("FAULTY", "DATABASE", "REDIS", "DJANGO"))}
    given |= {"MEMOFLOW_HISTORIES": str(histories // 2)}
    runs = [
        subprocess.Popen(
            [*command, f"--hypothesis-seed={seed}"],
            cwd=BASE_DIR,
            env=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for seed in (random.randrange(1 << 32), random.randrange(1 << 32))
    ]
    said = [one.communicate()[0] for one in runs]
    for text, one in zip(said, runs, strict=True):
        if one.returncode:
            print(text[-6000:])
    took = round(time.monotonic() - began)
    return {"histories": histories, "seconds": took, "within": not any(one.returncode for one in runs)}


def zones() -> dict[str, Any]:
    answers = {}
    for zone in ("UTC", "America/New_York"):
        command = [sys.executable, "-m", "benchmarks.faulty.zones"]
        done = subprocess.run(command, cwd=BASE_DIR, env={**os.environ, "TZ": zone, "PGTZ": zone}, capture_output=True)
        if done.returncode:
            raise SystemExit(done.stderr.decode()[-3000:])
        answers[zone] = json.loads(done.stdout)
    here, there = answers.values()
    for one, other in zip(here["letters"], there["letters"], strict=False):
        if one != other:
            print(f"different: {one}\n       and {other}")
    same = here["letters"] == there["letters"] and here["mails"] == there["mails"]
    found = {"letters": len(here["letters"]), "mails": here["mails"], "zones": [here["zone"], there["zone"]]}
    return found | {"within": same and len(here["letters"]) > 0 and here["zone"] != there["zone"]}


SCENARIOS: dict[int, Callable[[], dict[str, Any]]] = {
    1: killed,
    2: broker,
    3: server,
    4: doubled,
    5: year,
    6: zones,
}


def prepare() -> None:
    """The demo office with an approved plan."""
    clock.set_to(morning(DAY))
    call_command("migrate", verbosity=0)
    Cast.assemble().approved()


def many_deadlines() -> None:
    """Many more measures of the plan, each the work of four divisions."""
    known = list(DivisionTask.objects.select_related("measure__row").order_by("pk"))
    row, divisions = known[0].measure.row, sorted({one.division_id for one in known})[:4]
    measures = Measure.objects.bulk_create(Measure(row=row, seq=100 + n, text=f"มาตรการ {n}") for n in range(DEADLINES))
    DivisionTask.objects.bulk_create(
        DivisionTask(
            organization_id=row.organization_id,
            measure=measure,
            division_id=division,
            due_on=date(2022, 3, 31),
            assigned_at=known[0].assigned_at,
        )
        for measure in measures
        for division in divisions
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", type=int, choices=SCENARIOS, nargs="+", help="run these scenarios")
    asked = parser.parse_args().only or list(SCENARIOS)
    if set(asked) - {5}:
        prepare()
    figures = {}
    for number in asked:
        scenario = SCENARIOS[number]
        if number != 5:
            afresh()
        began = time.monotonic()
        found = scenario()
        found |= {"seconds": round(time.monotonic() - began)}
        figures[f"{number} {scenario.__name__}"] = found
        print(f"{number} {scenario.__name__:8} {found}", flush=True)
    print(json.dumps({"load": os.getloadavg()[0], "scenarios": figures}))
    sys.exit(0 if all(one["within"] for one in figures.values()) else 1)


if __name__ == "__main__":
    main()
