"""The public's pages are kept for seconds: the same answer and headers as written anew, none that was taken back."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from disclosure import store
from disclosure.models import Page
from disclosure.store import Kept
from tests.cast import Cast, at
from tests.public import HOME, citizen, publish, published, withdraw, worked

KEY = ("/public/x/", "th")


@pytest.fixture(autouse=True)
def _kept(settings: Any) -> Iterator[None]:
    settings.MEMOFLOW_PUBLIC_SECONDS = 60
    store.empty()
    yield
    store.empty()


def statements(path: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        citizen().get(path)
    return len(asked)


def committed(capture: Any, act: Any) -> Any:
    """An act with what follows its commit."""
    with capture(execute=True):
        return act()


def test_a_page_is_written_once(cast: Cast) -> None:
    published(cast)
    assert statements(HOME) > 0
    assert statements(HOME) == 0
    assert statements(f"{HOME}?lang=en") > 0
    assert statements(f"{HOME}?lang=en") == 0


@pytest.mark.parametrize(
    "path", [HOME, f"{HOME}scores/", f"{HOME}data.json", f"{HOME}measures/data.csv", "/robots.txt"]
)
def test_a_kept_answer_has_the_bytes_and_headers_of_a_fresh_one(cast: Cast, path: str) -> None:
    published(cast)
    fresh, kept = citizen().get(path), citizen().get(path)
    assert fresh.content == kept.content
    assert dict(fresh.headers) == dict(kept.headers)


def test_the_frame_of_security_is_that_of_every_page(cast: Cast, settings: Any) -> None:
    settings.SECURE_HSTS_SECONDS = 60
    published(cast)
    login = Client().get("/accounts/login/", secure=True)
    for path in (HOME, HOME, f"{HOME}data.json", "/public/nobody/"):
        answer = Client().get(path, secure=True)
        for name in (
            "Content-Security-Policy",
            "X-Content-Type-Options",
            "Referrer-Policy",
            "Cross-Origin-Opener-Policy",
            "Strict-Transport-Security",
            "X-Frame-Options",
        ):
            assert answer.headers.get(name) == login.headers.get(name), (path, name)
    assert Client().post(HOME, secure=True).headers["X-Frame-Options"] == "DENY"


def test_who_has_it_already_is_told_so(cast: Cast) -> None:
    published(cast)
    for _time in range(2):  # written anew, and from the store
        first = citizen().get(HOME)
        assert first.headers["Cache-Control"] == "public, max-age=60"
        for header in ({"if-none-match": first.headers["ETag"]}, {"if-modified-since": first.headers["Last-Modified"]}):
            again = citizen().get(HOME, headers=header)
            assert again.status_code == 304 and again.content == b""
            assert again.headers["ETag"] == first.headers["ETag"]
            assert again.headers["X-Frame-Options"] == "DENY"
        assert citizen().get(HOME, headers={"if-none-match": '"other"'}).status_code == 200
        store.empty()


def test_each_page_and_language_has_a_mark_of_its_own(cast: Cast) -> None:
    published(cast)
    paths = [HOME, f"{HOME}?lang=en", f"{HOME}scores/", f"{HOME}measures/", f"{HOME}measures/data.json"]
    assert len({citizen().get(path).headers["ETag"] for path in paths}) == len(paths)


def test_publishing_and_withdrawing_empty_the_store(cast: Cast, django_capture_on_commit_callbacks: Any) -> None:
    first = published(cast)["progress"]
    before = citizen().get(f"{HOME}progress/")
    worked(cast, 20, at(hour=14))
    second = committed(
        django_capture_on_commit_callbacks,
        lambda: publish(cast, first.memo, Page.PROGRESS, now=at(first.at.date().replace(day=20))),
    )
    after = citizen().get(f"{HOME}progress/")
    assert after.content != before.content and after.headers["ETag"] != before.headers["ETag"]
    committed(django_capture_on_commit_callbacks, lambda: withdraw(cast, second))
    gone = citizen().get(f"{HOME}progress/", headers={"if-none-match": after.headers["ETag"]})
    assert gone.status_code == 410
    assert citizen().get(f"{HOME}progress/").status_code == 410


def test_what_was_withdrawn_while_a_page_was_written_is_not_kept() -> None:
    since = store.age()
    store.empty()
    store.put(KEY, Kept(200, b"old", (), '"1"', None), since)
    assert store.get(KEY) is None


def test_what_was_withdrawn_while_a_page_waited_to_be_kept_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    class Emptied:
        """A lock that another thread had: it emptied the store meanwhile."""

        def __enter__(self) -> None:
            monkeypatch.setattr(store, "_emptied", store._emptied + 1)

        def __exit__(self, *_error: object) -> None:
            pass

    since = store.age()
    monkeypatch.setattr(store, "_lock", Emptied())
    store.put(KEY, Kept(200, b"old", (), '"1"', None), since)
    assert store.get(KEY) is None


def test_another_process_follows_when_the_seconds_are_over(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr(store.time, "monotonic", lambda: clock[0])
    store.put(KEY, Kept(200, b"page", (), '"1"', None), store.age())
    clock[0] += 59
    assert store.get(KEY) is not None
    clock[0] += 2
    assert store.get(KEY) is None


def test_the_store_is_bounded() -> None:
    for n in range(store.MOST + 50):
        store.put((f"/public/{n}/", "th"), Kept(200, b"x" * 1000, (), '"1"', None), store.age())
    assert len(store._pages) == store.MOST and store._size == store.MOST * 1000
    assert store.get(("/public/0/", "th")) is None
    for n in range(20):
        store.put((f"/public/large/{n}/", "th"), Kept(200, b"x" * 3_000_000, (), '"1"', None), store.age())
    assert store._size <= store.LARGEST
    store.put(KEY, Kept(200, b"x" * store.LARGEST, (), '"1"', None), store.age())
    assert store.get(KEY) is None


def test_guessed_addresses_and_questions_fill_nothing(cast: Cast) -> None:
    published(cast)
    for n in range(20):
        citizen().get(f"/public/guess-{n}/")
        citizen().get(f"{HOME}?x={n}")
    assert len(store._pages) == 0


def test_a_forged_host_is_refused(cast: Cast) -> None:
    published(cast)
    citizen().get(HOME)
    assert Client(headers={"host": "evil.example"}).get(HOME).status_code == 400
