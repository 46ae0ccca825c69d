"""/metrics: for whoever has the token alone, counted anew, in few statements, and true whatever is down."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from config import health
from documents.models import Job
from notifications import bounces, hooks, outbox
from notifications.models import Call, Letter, ScanRun
from organization import doorbell
from organization.models import User
from tests.cast import Cast, at

pytestmark = pytest.mark.django_db

NOW = at(hour=17)
TOKEN = "a-token-of-some-length"
WRONG = ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN} ", "Bearer ผิด"]


@pytest.fixture(autouse=True)
def _token(settings: Any) -> None:
    settings.MEMOFLOW_METRICS_TOKEN = TOKEN


def post(cast: Cast, key: str, *, at_: Any = NOW, **more: Any) -> Letter:
    drafts = [outbox.Draft(cast.office.pk, cast.works.pk, "memo_approved", "test", key, {"path": "/"})]
    (pk,) = outbox.post(drafts, at=at_)
    Letter.objects.filter(pk=pk).update(**more)
    return Letter.objects.select_related("recipient").get(pk=pk)


def ask(token: str = TOKEN) -> Any:
    return Client().get("/metrics", headers={"authorization": f"Bearer {token}"})


def figures(moment: Any = NOW) -> dict[str, float]:
    from tests.cast import set_clock

    set_clock(moment)
    answer = ask()
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.content.decode())
    return {sample.name: sample.value for family in families for sample in family.samples}


def test_without_a_token_in_the_settings_there_is_no_such_page(settings: Any) -> None:
    settings.MEMOFLOW_METRICS_TOKEN = ""
    assert ask("").status_code == ask(TOKEN).status_code == 404


@pytest.mark.parametrize(
    "said", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN} ", "Bearer ผิด"]
)
def test_another_token_is_refused_and_nothing_is_counted(said: str) -> None:
    with CaptureQueriesContext(connection) as seen:
        answer = Client().get("/metrics", headers={"authorization": said} if said else {})
    assert (answer.status_code, answer.content) == (401, b"")
    assert len(seen) == 0


def test_an_empty_office_counts_nothing(cast: Cast) -> None:
    found = figures()
    assert found["memoflow_letters_due"] == found["memoflow_letters_oldest_due_seconds"] == 0
    assert "memoflow_scan_lag_seconds" not in found


def test_every_figure_is_true(cast: Cast) -> None:
    ago = NOW - timedelta(minutes=30)
    post(cast, "due", at_=ago)
    post(cast, "settled", at_=ago, not_before=NOW - timedelta(minutes=20))
    post(cast, "deferred", at_=ago, not_before=NOW + timedelta(hours=15))
    post(cast, "sent", at_=ago, sent_at=NOW)
    post(cast, "void", at_=ago, voided_at=NOW)
    post(cast, "stopped", at_=ago, not_before=ago, unmailed="stopped")
    post(cast, "failed", at_=ago, failed_at=NOW - timedelta(hours=23))
    outer = post(cast, "failed long ago", at_=ago, failed_at=NOW - timedelta(hours=25))
    post(cast, "enclosed", at_=ago, failed_at=NOW, digest=outer)
    ScanRun.objects.create(at=NOW - timedelta(minutes=12), started_at=timezone.now(), finished_at=timezone.now())
    ScanRun.objects.create(at=NOW, started_at=timezone.now())
    found = figures()
    assert found["memoflow_letters_due"] == 2
    assert found["memoflow_letters_oldest_due_seconds"] == 1800
    assert found["memoflow_letters_deferred"] == 1
    assert found["memoflow_letters_failed_day"] == 1
    assert found["memoflow_scan_lag_seconds"] == 720


def test_bounced_addresses_count_while_their_people_have_them(cast: Cast) -> None:
    bounces.refused(post(cast, "one"), 550, "5.1.1 unknown", NOW)
    assert figures()["memoflow_addresses_bounced"] == 1
    User.objects.filter(pk=cast.works.pk).update(email="new@kps-sao.example")
    assert figures()["memoflow_addresses_bounced"] == 0


def test_calls_of_hooks_are_counted_and_not_those_of_an_ended_one(cast: Cast, settings: Any) -> None:
    settings.MEMOFLOW_HOOK_HOSTS = ["hooks.example.go.th"]
    hook = hooks.add("https://hooks.example.go.th/a", [], by=cast.head_of_office, now=NOW)
    for n in range(3):
        post(cast, f"h{n}")
    hooks.write_calls(now=NOW)
    Call.objects.filter(pk=Call.objects.first().pk).update(failed_at=NOW)  # type: ignore[union-attr]
    found = figures()
    assert (found["memoflow_hook_calls_waiting"], found["memoflow_hook_calls_failed_day"]) == (2, 1)
    hooks.end(hook.pk, by=cast.head_of_office, now=NOW)
    assert figures()["memoflow_hook_calls_waiting"] == 0


def test_papers_that_wait_are_counted(cast: Cast) -> None:
    cast.approved()
    assert figures()["memoflow_print_jobs_waiting"] == Job.objects.count() > 0


def test_the_statements_are_few_and_do_not_grow(cast: Cast) -> None:
    def counted() -> int:
        with CaptureQueriesContext(connection) as seen:
            figures()
        return len(seen)

    post(cast, "one")
    few = counted()
    for n in range(30):
        post(cast, f"more {n}", failed_at=NOW if n % 2 else None)
    assert counted() == few <= 8


def test_two_answers_are_each_counted_anew(cast: Cast) -> None:
    assert figures()["memoflow_letters_due"] == 0
    post(cast, "one", at_=NOW - timedelta(hours=1))
    assert figures()["memoflow_letters_due"] == 1


def test_a_broker_that_is_down_is_a_figure_and_no_error(cast: Cast, settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    doorbell._broker.cache_clear()
    try:
        found = figures()
        assert found["memoflow_broker_up"] == 0
        assert "memoflow_worker_up" not in found
        assert "memoflow_queue_length" not in found
    finally:
        doorbell._broker.cache_clear()


def test_the_worker_and_the_queue_are_asked_of_the_broker(cast: Cast) -> None:
    doorbell._broker.cache_clear()
    doorbell._broker().delete(doorbell.HEARTBEAT)
    assert figures()["memoflow_worker_up"] == 0
    health.beat()
    found = figures()
    assert (found["memoflow_worker_up"], found["memoflow_broker_up"]) == (1, 1)
    assert found["memoflow_queue_length"] == doorbell._broker().llen(doorbell.QUEUE)
    doorbell._broker().delete(doorbell.HEARTBEAT)


def test_nothing_is_kept_between_processes(cast: Cast) -> None:
    """No figure lives in a registry of the process or in the cache."""
    cache.clear()
    from prometheus_client import REGISTRY

    figures()
    assert not [one for one in REGISTRY.collect() if one.name.startswith("memoflow")]
