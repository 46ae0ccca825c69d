"""script/bench checker: how well the checker reads, on a corpus and on the real document; figures last as JSON.

corpus     invented memos with one fact changed each: found and missed rule by rule; the clean ones: false alarms
second     the same from two more hands: a second part of what the checker was written against
third      the same from seven hands of another author: a third part
fresh      the same from five hands nobody tunes on: counts only, no misses named
real       the scanned document: every listed contradiction; its corrected transcription: only its own high findings
cpu        milliseconds of this process for the whole document, check alone and with reading
page       the statements of the draft page's check
"""

import json
import os
import re
import statistics
import sys
import time
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
os.environ.setdefault("MEMOFLOW_DEMO", "1")

import django

django.setup()

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, setup_test_environment

from assessments.checks import check
from benchmarks.corpus import judge, library
from demo import office
from organization.models import User

ROUNDS, WARM_UP = 30, 3
RECALL_HIGH, ALARMS_PER_DOCUMENT, CPU_MS, STATEMENTS = 0.95, 1.0, 50.0, 6
CONTROL = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")


def main() -> None:
    corpus, second = judge.judged(library.corpus()), judge.judged(library.second())
    third, fresh = judge.judged(library.third()), judge.judged(library.fresh())
    real, cpu, statements = judge.real(), speeds(), page_statements()
    show("corpus", corpus)
    show("second", second)
    show("third", third)
    show("fresh", fresh, named=False)
    show_real(real)
    figures: dict[str, Any] = {
        "corpus": summary(corpus),
        "second": summary(second),
        "third": summary(third),
        "fresh": summary(fresh),
        "real": {"found": len(real.found), "missed": real.missed, "flagged": real.flagged, "strange": real.strange},
        "cpu_ms": cpu,
        "check_page_statements": statements or "not measured",
    }
    limits = {
        "recall_high": corpus.recall_high >= RECALL_HIGH,
        "false_alarms": corpus.false_alarms <= ALARMS_PER_DOCUMENT,
        "cpu": cpu["read_and_check_median"] <= CPU_MS,
        "real": not real.missed and not real.flagged and not real.strange,
        "statements": statements is None or statements["of_the_check"] <= STATEMENTS,
    }
    print(json.dumps(figures, ensure_ascii=False))
    print(json.dumps({"recall_high": round(corpus.recall_high, 4), "within": limits}))
    sys.exit(0 if all(limits.values()) else 1)


# What is printed


def show(name: str, outcome: judge.Outcome, *, named: bool = True) -> None:
    """`named`: with what was missed; not of the set apart, which is to stay as strange as can be."""
    print(f"\n== {name}: {len(outcome.every)} changes, {outcome.clean} clean documents")
    print(f"{'rule':6}{'found':>7}{'missed':>8}{'false alarms':>14}{'noise':>7}")
    for rule, row in outcome.rows.items():
        print(f"{rule:6}{row.found:7}{row.missed:8}{row.false:14}{row.noise:7}")
    print(
        f"recall {outcome.recall:.3f}, of high ones {outcome.recall_high:.3f}; "
        f"false alarms a clean document {outcome.false_alarms:.2f}"
    )
    lines = [f"missed: {one}" for one in outcome.missed] + [f"false alarm: {one}" for one in outcome.alarms]
    for line in lines if named else []:
        print(f"  {line}")


def show_real(real: judge.Real) -> None:
    print(f"\n== the real document: {len(real.found)} of {len(real.found) + len(real.missed)} contradictions found")
    print(f"missed: {', '.join(real.missed) or 'none'}; flagged though right: {', '.join(real.flagged) or 'none'}")
    print("high in the corrected one, and not its own:", *(real.strange or ["none"]), sep="\n  ")


def summary(outcome: judge.Outcome) -> dict[str, Any]:
    return {
        "changes": len(outcome.every),
        "high": len(outcome.high),
        "clean": outcome.clean,
        "recall": round(outcome.recall, 4),
        "recall_high": round(outcome.recall_high, 4),
        "false_alarms_per_document": round(outcome.false_alarms, 3),
        "rules": {rule: [row.found, row.missed, row.false, row.noise] for rule, row in outcome.rows.items()},
    }


# Time


def speeds() -> dict[str, float]:
    """Milliseconds of this process's CPU: the whole document with its report, and the corpus's slowest."""
    doc = judge.printed()
    alone = cpu_of(lambda: check(doc))
    both = cpu_of(lambda: check(judge.printed()))
    slowest = max(
        min(cpu_of(lambda one=one: check(judge.read(one.page.text, one.year, one.suffix)), rounds=3))  # type: ignore[misc]
        for one in library.corpus().clean
    )
    return {
        "check_best": round(min(alone), 1),
        "check_median": round(statistics.median(alone), 1),
        "read_and_check_best": round(min(both), 1),
        "read_and_check_median": round(statistics.median(both), 1),
        "slowest_of_corpus": round(slowest, 1),
    }


def cpu_of(act: Callable[[], Any], rounds: int = ROUNDS) -> list[float]:
    taken = []
    for k in range(rounds + WARM_UP):
        start = time.process_time()
        act()
        if k >= WARM_UP:
            taken.append((time.process_time() - start) * 1000)
    return taken


# The draft page's check


class Fields(HTMLParser):
    """What a browser would send of a page's forms: names and values of inputs, text areas and chosen options."""

    def __init__(self) -> None:
        super().__init__()
        self.data: dict[str, list[str]] = {}
        self.open: tuple[str, str] | None = None
        self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        name = said.get("name") or ""
        if tag == "input" and name and (said.get("type") not in ("checkbox", "radio") or "checked" in said):
            self.data.setdefault(name, []).append(said.get("value") or "")
        elif tag == "textarea" and name:
            self.open = (name, "")
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and "selected" in said:
            self.data.setdefault(self.select, []).append(said.get("value") or "")

    def handle_data(self, data: str) -> None:
        if self.open:
            self.open = (self.open[0], self.open[1] + data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self.open:
            name, text = self.open
            self.data.setdefault(name, []).append(re.sub(r"^\r?\n", "", text))
            self.open = None
        elif tag == "select":
            self.select = ""


def page_statements() -> dict[str, int] | None:
    """The statements of checking the demo office's draft as it is typed; None where there is no such page.

    Of the check: without the two that every page asks who is signed in with, the session's and the user's.
    """
    from django.urls import NoReverseMatch, reverse

    setup_test_environment()
    call_command("migrate", verbosity=0)
    office.load()
    memo = office.new_memo()
    try:
        address = reverse("memo-check", args=[memo.pk])
    except NoReverseMatch:
        return None
    client = Client()
    client.force_login(User.objects.get(pk=memo.author_id))
    page = client.get(reverse("memo-edit", args=[memo.pk]), secure=True)
    fields = Fields()
    fields.feed(page.content.decode())
    client.post(address, fields.data, secure=True)
    with CaptureQueriesContext(connection) as captured:
        answer = client.post(address, fields.data, secure=True)
    assert answer.status_code == 200, answer.status_code
    said = [q["sql"] for q in captured.captured_queries if not q["sql"].upper().startswith(CONTROL)]
    own = [sql for sql in said if not re.search(r'FROM "(django_session|organization_user)"', sql)]
    return {"all": len(said), "of_the_check": len(own)}


if __name__ == "__main__":
    main()
