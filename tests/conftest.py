from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client, TransactionTestCase

from audit import guards
from organization.models import User
from tests.cast import Browse, Cast, at, set_clock

_teardown = TransactionTestCase._fixture_teardown


def _flush_without_guards(self: Any) -> None:
    """A flush empties append-only tables too; the guards stand again after it (post_migrate)."""
    guards.remove_all()
    _teardown(self)


TransactionTestCase._fixture_teardown = _flush_without_guards  # type: ignore[method-assign]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A parameter called `page` or `context` is Playwright's: its loop would run beside all tests that follow."""
    strays = [one.nodeid for one in items if "browser_name" in one.fixturenames and "browser" not in one.path.parts]  # type: ignore[attr-defined]
    if strays:
        raise pytest.UsageError(f"These name a fixture of Playwright's: {', '.join(strays)}")


@pytest.fixture(autouse=True)
def _quiet(settings: Any) -> None:
    """Fast passwords, a silent bell, letters kept in memory, and a clock that tests set."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MEMOFLOW_RING = False
    settings.MEMOFLOW_CLOCK = "tests.cast.now"
    settings.ACCOUNT_RATE_LIMITS = False
    settings.MEMOFLOW_PUBLIC_SECONDS = settings.MEMOFLOW_BANNER_SECONDS = 0


@pytest.fixture
def cast(db: Any) -> Iterator[Cast]:
    """The demo office with its people, on the morning of the document's day."""
    yield Cast.assemble()


@pytest.fixture
def as_(client: Client) -> Browse:
    """A browser as somebody, in the evening of the document's day."""

    def sign_in(user: User) -> Client:
        set_clock(at(hour=18))
        client.force_login(user)
        return client

    return sign_in
