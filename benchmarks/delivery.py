"""How fast letters leave beside raw smtplib, on the same sink; JSON last. Called by script/bench deadlines, or alone.

raw         mails a second of smtplib that sends the very same bytes, made before, over one kept-open connection
delivered   mails a second of the post office, from unsettled letters to their marks: settled, claimed, composed,
            made, sent, marked one by one; by turns with raw, so that both meet the same machine
carried     the same of letters whose words are stored already, as at a second attempt: all but the composing
workers     mails a second of one, two post offices in processes of their own, warm, each with a sink of its own

The sink is aiosmtpd in a process of its own, which keeps nothing. It and PostgreSQL share the machine's processors
with what is measured: on two of them, two workers are held up by their own sinks and the database.
"""

import json
import os
import smtplib
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"

import django

django.setup()

from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from demo import office
from notifications import composing, delivery, mail, outbox
from notifications.models import Letter
from organization.models import Organization, User

LETTERS, ROUNDS = 400, 9
RATIO, GROWTH = 0.8, 1.2
EVENT = "memo_approved"
FACTS = {
    "subject": "รายงานผลการวิเคราะห์การประเมินคุณธรรมและความโปร่งใส",
    "number": "นฐ 71201/12",
    "path": "/memos/5f0c6a4e-6b0b-4a6e-9f4f-1f3d0f5f9a11/",
    "organization": "องค์การบริหารส่วนตำบลกำแพงแสน",
    "by": "นายกองค์การบริหารส่วนตำบลกำแพงแสน",
}
SINK = """
import asyncio, sys
from aiosmtpd.smtp import SMTP

class Nothing:
    async def handle_DATA(self, server, session, envelope):
        return "250 OK"

async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Nothing(), loop=loop), "127.0.0.1", int(sys.argv[1]))
    await server.serve_forever()

asyncio.run(main())
"""
WORKER = """
import os, sys
from datetime import datetime
import django
django.setup()
from django.conf import settings
from notifications import delivery
settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", int(sys.argv[1])
for line in sys.stdin:
    print(delivery.send_due(now=datetime.fromisoformat(line.strip())), flush=True)
"""


def main() -> None:
    call_command("migrate", verbosity=0)
    office.load()
    figures = measure()
    print(json.dumps(figures))
    sys.exit(0 if all(figures["within"].values()) else 1)


def measure() -> dict[str, Any]:
    """The figures, with what is asked of them; writes and leaves letters in the database at hand."""
    with sink() as port:
        use(port)
        delivered(port)  # once for the caches of both
        rates = by_turns(port)
    workers = {count: statistics.median(together(count) for _ in range(3)) for count in (1, 2)}
    for name, some in rates.items():
        print(f"{name:10}{statistics.median(some):8.0f} mails/s {of_raw(rates, name):6.2f} of raw")
    for count, rate in workers.items():
        print(f"{count} workers {rate:8.0f} mails/s")
    ratio, growth = of_raw(rates, "delivered"), round(workers[2] / workers[1], 2)
    return {
        "mails_per_second": {name: round(statistics.median(some)) for name, some in rates.items()},
        "delivered_of_raw": ratio,
        "carried_of_raw": of_raw(rates, "carried"),
        "workers_per_second": {str(count): round(rate) for count, rate in workers.items()},
        "two_workers_of_one": growth,
        "two_workers_of_raw": round(workers[2] / statistics.median(rates["raw"]), 2),
        "load": os.getloadavg()[0],
        "within": {"delivered": ratio >= RATIO, "workers": growth >= GROWTH},
    }


def by_turns(port: int) -> dict[str, list[float]]:
    kinds = {"raw": raw, "delivered": delivered, "carried": carried}
    rates: dict[str, list[float]] = {name: [] for name in kinds}
    for turn in range(ROUNDS):
        for name in sorted(kinds, reverse=bool(turn % 2)):
            rates[name].append(kinds[name](port))
    return rates


def of_raw(rates: dict[str, list[float]], name: str) -> float:
    """The median of the rounds' ratios, which the noise of a machine touches least."""
    return round(statistics.median(one / by for one, by in zip(rates[name], rates["raw"], strict=True)), 2)


def use(port: int) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port


def write(count: int) -> datetime:
    """That many new letters, unsettled, to the people of the office in turn; the moment they are of."""
    home, now = Organization.objects.get(code=office.OFFICE), timezone.now()
    people = list(User.objects.filter(organization=home, is_active=True).values_list("pk", flat=True))
    outbox.post(
        [
            outbox.Draft(home.pk, people[n % len(people)], EVENT, "bench", f"bench:{now.isoformat()}:{n}", FACTS)
            for n in range(count)
        ],
        at=now,
    )
    return now


def delivered(port: int) -> float:
    now = write(LETTERS)
    began = time.perf_counter()
    assert delivery.send_due(now=now) == LETTERS
    return LETTERS / (time.perf_counter() - began)


def carried(port: int) -> float:
    now = write(LETTERS)
    Letter.objects.bulk_update(composed(now), ["subject", "text"], batch_size=100)
    began = time.perf_counter()
    assert delivery.send_due(now=now) == LETTERS
    return LETTERS / (time.perf_counter() - began)


def composed(now: datetime) -> list[Letter]:
    letters = list(Letter.objects.filter(at=now).select_related("recipient"))
    for one in letters:
        composing.compose(one)
    return letters


def raw(port: int) -> float:
    now = write(LETTERS)
    letters = composed(now)
    made = [(mail.envelope(one), [one.recipient.email], mail.written(one)) for one in letters]
    Letter.objects.filter(at=now).update(sent_at=now)
    with smtplib.SMTP("127.0.0.1", port) as wire:
        wire.ehlo()
        began = time.perf_counter()
        for sender, to, content in made:
            wire.sendmail(sender, to, content)
        return LETTERS / (time.perf_counter() - began)


def together(count: int) -> float:
    """That many post offices at once on the same letters, each warm from a round before."""
    with sinks(count) as ports:
        started = [worker(port) for port in ports]
        round_of(started)
        rate = round_of(started)
        for one in started:
            one.communicate()
    return rate


def round_of(workers: list[subprocess.Popen[str]]) -> float:
    count = LETTERS * len(workers)
    now = write(count)
    began = time.perf_counter()
    for one in workers:
        assert one.stdin
        one.stdin.write(f"{now.isoformat()}\n")
        one.stdin.flush()
    sent = [int(one.stdout.readline()) for one in workers if one.stdout]
    assert sum(sent) == count, sent
    return count / (time.perf_counter() - began)


def worker(port: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WORKER, str(port)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


@contextmanager
def sinks(count: int) -> Iterator[list[int]]:
    if not count:
        yield []
        return
    with sink() as port, sinks(count - 1) as others:
        yield [port, *others]


@contextmanager
def sink() -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    server = subprocess.Popen([sys.executable, "-c", SINK, str(port)])
    try:
        wait(lambda: socket.create_connection(("127.0.0.1", port), 1).close())
        yield port
    finally:
        server.terminate()
        server.wait(10)


def wait(answers: Callable[[], None]) -> None:
    for _time in range(200):
        try:
            return answers()
        except OSError:
            time.sleep(0.05)
    raise SystemExit("the sink did not start")


if __name__ == "__main__":
    main()
