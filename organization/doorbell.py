"""Wake a Celery worker after a commit. The tables are the memory: beat's sweep finds what no bell announced."""

import logging
from dataclasses import dataclass
from functools import cache

from celery import current_app
from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

HEARTBEAT = "memoflow:heartbeat"  # the key that a worker keeps alive
QUEUE = "celery"


def ring(task: str) -> None:
    """Call a task by its full name. A broker that is down is logged, never an error.

    Celery's client tries a dead broker for two seconds; one ping without retries asks first, so that nobody waits.
    """
    if not settings.MEMOFLOW_RING:
        return
    try:
        _broker().ping()
        current_app.send_task(task)
    except Exception as error:  # whatever the broker's client raises: what is to be done is safe in its table
        logger.warning("%s could not be rung (%s); its next round finds what waits.", task, error)


@dataclass(frozen=True)
class Workers:
    """How it is behind the bell: rings that wait, and whether a worker beat within the minute. None: no broker."""

    queued: int | None = None
    beating: bool | None = None


def workers() -> Workers:
    """Asked of the broker; one that does not answer is no error."""
    try:
        queued, beating = _broker().llen(QUEUE), _broker().exists(HEARTBEAT)
        return Workers(int(queued), bool(beating))
    except Exception as error:  # whatever the broker's client raises
        logger.warning("The broker does not answer (%s).", error)
        return Workers()


@cache
def _broker() -> Redis:
    return Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=0.5, socket_timeout=0.5, retry=Retry(NoBackoff(), 0)
    )
