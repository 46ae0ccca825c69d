"""/livez/ answers whatever else is broken; /healthz/ names what is not well, soon, and never by a traceback."""

import json
import socket
import time

import pytest
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client, RequestFactory
from redis import Redis

from config import health


@pytest.fixture
def redis(settings):
    with Redis.from_url(settings.REDIS_URL) as client:
        client.delete(health.HEARTBEAT)
        yield client
        client.delete(health.HEARTBEAT)


def ask() -> tuple[int, dict[str, object]]:
    response: HttpResponse = health.healthz(RequestFactory().get("/healthz/"))
    return response.status_code, json.loads(response.content)


def test_livez_answers_without_a_database():
    assert Client().get("/livez/").content == b"ok"  # pytest-django refuses the database to this test


@pytest.mark.django_db
def test_all_is_well_once_a_worker_has_beaten(redis):
    health.beat()
    assert ask() == (200, {"ok": True, "database": "ok", "broker": "ok", "worker": "ok"})
    assert 0 < redis.ttl(health.HEARTBEAT) <= health.FRESH


@pytest.mark.django_db
def test_a_worker_that_came_up_beats_at_once(redis):
    health.first_beat()
    assert ask()[0] == 200


@pytest.mark.django_db
def test_a_silent_worker_is_named(redis):
    assert ask() == (503, {"ok": False, "database": "ok", "broker": "ok", "worker": "no heartbeat"})


@pytest.mark.django_db
def test_a_broker_that_is_down_is_named(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert ask() == (503, {"ok": False, "database": "ok", "broker": "no answer", "worker": "unknown"})


@pytest.mark.django_db
def test_a_broker_that_hangs_is_named_within_its_second(settings):
    with socket.create_server(("127.0.0.1", 0)) as mute:
        settings.REDIS_URL = f"redis://127.0.0.1:{mute.getsockname()[1]}/0"
        begun = time.monotonic()
        assert ask()[1]["broker"] == "no answer"
        assert time.monotonic() - begun < 1.5


def refuse() -> dict[str, str]:
    raise OperationalError("the disk is gone")


def hang() -> dict[str, str]:
    time.sleep(2)
    return {"database": "ok"}


@pytest.mark.parametrize("broken", [refuse, hang])
def test_a_broken_database_is_named_without_its_reason(broken, redis, monkeypatch):
    monkeypatch.setattr(health, "check_database", broken)
    health.beat()
    assert ask() == (503, {"ok": False, "database": "no answer", "broker": "ok", "worker": "ok"})
