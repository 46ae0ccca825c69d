"""Is it alive, is it well? Two addresses for whoever watches, and the heartbeat of the workers."""

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from celery import shared_task
from celery.signals import worker_ready
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from organization.doorbell import HEARTBEAT

logger = logging.getLogger(__name__)

FRESH = 60  # seconds; the key expires by itself, so no two clocks are compared
PATIENCE = 1.0  # seconds for each check

# A check that hangs keeps its thread until its own timeout; this many at most, whoever asks how often.
_threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="healthz")


def livez(request: HttpRequest) -> HttpResponse:
    """The process answers. Asks nothing else, so a slow database gets no web node killed."""
    return HttpResponse("ok", content_type="text/plain")


def healthz(request: HttpRequest) -> JsonResponse:
    """200 when database, broker and worker are well; 503 naming what is not. The reason goes to the log only."""
    database, broker = _threads.submit(_well, check_database), _threads.submit(_well, check_broker)
    deadline = time.monotonic() + PATIENCE
    answer = {"database": "no answer", "broker": "no answer", "worker": "unknown"}
    for future in (database, broker):
        try:
            answer |= future.result(timeout=max(0.0, deadline - time.monotonic()))
        except TimeoutError:
            future.cancel()
    ok = all(word == "ok" for word in answer.values())
    return JsonResponse({"ok": ok, **answer}, status=200 if ok else 503, headers={"Cache-Control": "no-store"})


def _well(check: Callable[[], dict[str, str]]) -> dict[str, str]:
    try:
        return check()
    except Exception as error:  # whatever a driver raises, the answer is the same: it is not well
        logger.warning("%s: %s", check.__name__, error)
        return {}


def check_database() -> dict[str, str]:
    """On a connection of its own: the thread's would be left open, and the request's might be the broken one."""
    fresh = connection.copy()
    options = fresh.settings_dict["OPTIONS"]
    options["connect_timeout" if fresh.vendor == "postgresql" else "timeout"] = 2
    try:
        with fresh.cursor() as cursor:
            cursor.execute("SELECT 1")
    finally:
        fresh.close()
    return {"database": "ok"}


def check_broker() -> dict[str, str]:
    with _redis() as redis:
        return {"broker": "ok", "worker": "ok" if redis.exists(HEARTBEAT) else "no heartbeat"}


def _redis() -> Redis:
    return Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=0.5, socket_timeout=0.5, retry=Retry(NoBackoff(), 0)
    )


@shared_task(ignore_result=True)
def beat() -> None:
    """Rung by beat every ten seconds: that it arrives proves beat, broker and a worker."""
    with _redis() as redis:
        redis.set(HEARTBEAT, int(time.time()), ex=FRESH)


@worker_ready.connect
def first_beat(**_: object) -> None:
    """A worker that has just come up is well at once, not only after beat's first round."""
    beat()
