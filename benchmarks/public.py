"""script/bench public: how fast the public's pages are beside a static hello page on the same granian; JSON last.

served      requests a second of a public page from the store, and of a static hello page, by turns on one granian
limit       the same of a bare WSGI function that answers hello: what granian itself allows; no limit of ours
uncached    statements of each public page when it is written anew
304         requests a second of a reader who has the page already
"""

import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
os.environ.setdefault("MEMOFLOW_DEMO", "1")

import django

django.setup()

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from demo import document, office
from disclosure import publishing, store
from disclosure.models import Page
from memo_flow import decisions, follow_ups
from memo_flow.models import Memo, Step
from memo_flow.queries import newest_revision
from organization import calendar
from organization.models import User

YEAR = 2565
HOME = f"/public/{office.OFFICE}/{YEAR}/"
PAGE, HELLO, BARE = f"{HOME}progress/", "/static/hello.html", "/hello/"
PLACES = ("measures", "scores", "progress", "follow-up")
PATHS = [
    "/public/",
    f"/public/{office.OFFICE}/",
    HOME,
    *(f"{HOME}{place}/" for place in PLACES),
    *(f"{HOME}{place}/data.{kind}" for place in PLACES for kind in ("json", "csv")),
    f"{HOME}data.json",
    f"{HOME}data.csv",
    f"/public/{office.OFFICE}/feed.atom",
    f"/public/{office.OFFICE}/sitemap.xml",
    "/sitemap.xml",
    "/public/dictionary/",
]
ROUNDS, SECONDS, READERS = 9, 1.5, 4
RATIO, STATEMENTS = 0.6, 10


def main() -> None:
    call_command("migrate", verbosity=0)
    office.load()
    publish()
    uncached = {path: statements(path) for path in PATHS}
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as port:
        served = measured(port)
    ratios = {name: round(served[name] / served["hello"], 2) for name in served}
    for name, figure in served.items():
        print(f"{name:8}{figure:9.0f} requests/s {ratios[name]:6.2f} of hello")
    for path, count in uncached.items():
        print(f"{count:3} statements  {path}")
    limits = {"served": ratios["page"] >= RATIO, "uncached": max(uncached.values()) <= STATEMENTS}
    figures = {
        "requests_a_second": {k: round(v) for k, v in served.items()},
        "of_hello": ratios,
        "statements": uncached,
    }
    print(json.dumps(figures))
    print(json.dumps({"ratio": ratios["page"], "statements": max(uncached.values()), "within": limits}))
    sys.exit(0 if all(limits.values()) else 1)


def publish() -> None:
    """The real document and the interim report on it, approved and published by the demo office."""
    people, now = {one.username: one for one in User.objects.all()}, calendar.now()
    by = people["head_of_office"]
    memo = approved(office.new_memo(), people, document.REASON, now)
    report = approved(follow_ups.draw_up(memo.pk, kind="interim", by=by, now=now), people, "เสนอ", now)
    for one, page in ((memo, Page.MEASURES), (memo, Page.PROGRESS), (report, Page.INTERIM)):
        digest = publishing.preview(one.pk, page, by=by, now=now).digest
        publishing.publish(one.pk, page, by=by, digest=digest, now=now)


def approved(memo: Memo, people: dict[str, User], reason: str, now: datetime) -> Memo:
    """A draft of the head of office's, sent on its way to the end."""
    decisions.submit(memo.pk, by=people["head_of_office"], reason=reason, now=now)
    for who, outcome in (("permanent_secretary", "endorse"), ("mayor", "approve")):
        step = Step.objects.get(memo=memo, opened_at__isnull=False, closed_at=None)
        revision = newest_revision(memo)
        assert revision is not None
        said = {"outcome": outcome, "comment": "", "revision": revision.digest, "now": now}
        decisions.decide(memo.pk, by=people[who], step=step.pk, **said)
    return Memo.objects.get(pk=memo.pk)


def statements(path: str) -> int:
    """Of a page that nobody has asked for lately."""
    store.empty()
    with CaptureQueriesContext(connection) as asked:
        answer = Client().get(path, secure=True, headers={"host": "localhost"})
    assert answer.status_code == 200, (path, answer.status_code)
    return len(asked)


WSGI = """
from config.wsgi import application as product

HELLO = open({hello!r}, "rb").read()


def application(environ, start_response):
    if environ["PATH_INFO"] == "/hello/":
        start_response("200 OK", [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(HELLO)))])
        return [HELLO]
    return product(environ, start_response)
"""
PAGE_OF_HELLO = "<!doctype html><html lang=en><title>hello</title><h1>hello</h1></html>\n"


@contextmanager
def serving(folder: Path) -> Iterator[int]:
    """The product under granian as script/run starts it, with a static hello page among its static files."""
    (folder / "static").mkdir()
    (folder / "static" / "hello.html").write_text(PAGE_OF_HELLO)
    (folder / "served.py").write_text(WSGI.format(hello=str(folder / "static" / "hello.html")))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "MEMOFLOW_DEMO": "0",
        "HTTPS": "0",
        "STATIC_ROOT": str(folder / "static"),
        "MEMOFLOW_PUBLIC_SECONDS": "10",
        "PYTHONPATH": f"{folder}:{os.getcwd()}",
    }
    subprocess.run([sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"], env=environment, check=True)
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += [
        "--workers",
        "1",
        "--blocking-threads",
        "4",
        "--no-access-log",
        "--log-level",
        "warning",
        "served:application",
    ]
    server = subprocess.Popen(command, env=environment)
    try:
        wait(port)
        yield port
    finally:
        server.terminate()
        server.wait(20)


def wait(port: int) -> None:
    for _time in range(200):
        try:
            if asked(http.client.HTTPConnection("127.0.0.1", port, timeout=5), PAGE, {}) == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise SystemExit("granian did not start")


def measured(port: int) -> dict[str, float]:
    """Requests a second of each, by turns, the median of the rounds."""
    reader = http.client.HTTPConnection("127.0.0.1", port)
    reader.request("GET", PAGE)
    answer = reader.getresponse()
    answer.read()
    having = {"If-None-Match": answer.headers["ETag"]}
    kinds = {"hello": (HELLO, {}), "page": (PAGE, {}), "again": (PAGE, having), "bare": (BARE, {})}
    rates: dict[str, list[float]] = {name: [] for name in kinds}
    for _round in range(ROUNDS):
        for name, (path, headers) in kinds.items():
            rates[name].append(rate(port, path, headers))
    return {name: statistics.median(some[1:]) for name, some in rates.items()}


def rate(port: int, path: str, headers: dict[str, str]) -> float:
    counts, until = [0] * READERS, time.monotonic() + SECONDS

    def read(place: int) -> None:
        one = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        while time.monotonic() < until:
            assert asked(one, path, headers) in (200, 304)
            counts[place] += 1

    readers = [threading.Thread(target=read, args=(n,)) for n in range(READERS)]
    start = time.monotonic()
    for one in readers:
        one.start()
    for one in readers:
        one.join()
    return sum(counts) / (time.monotonic() - start)


def asked(reader: http.client.HTTPConnection, path: str, headers: dict[str, str]) -> int:
    reader.request("GET", path, headers={"Host": "localhost", **headers})
    answer = reader.getresponse()
    answer.read()
    return answer.status


if __name__ == "__main__":
    main()
