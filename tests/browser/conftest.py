"""A real browser before the office's pages. Whatever a journey does, no page may complain in the console."""

import json
import os
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings
from django.db import connection
from django.test import Client
from playwright.sync_api import ConsoleMessage, Page, Response, expect

from demo import office
from documents import shop
from organization.models import User
from tests.cast import Cast, at
from tests.engines import chromium

# Playwright's event loop lives in the tests' thread: Django would take them for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-quic", "--no-first-run"]
DESK = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}

Visit = Callable[..., Page]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return browser_type_launch_args | {"executable_path": chromium(), "headless": True, "args": FLAGS}


@pytest.fixture(scope="session")
def base_url(live_server: Any) -> str:
    return live_server.url  # type: ignore[no-any-return]


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    expect.set_options(timeout=10_000)  # a slow machine is not a defect
    return browser_context_args | {"locale": "th-TH", "timezone_id": "Asia/Bangkok"}


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """What pages said to the console, and files they did not get; none may be left when the test ends."""
    said: list[str] = []
    yield said
    assert not said, "\n".join(said)


@pytest.fixture
def visit(cast: Cast, new_context: Any, live_server: Any, complaints: list[str]) -> Visit:
    """A browser of its own for this person, signed in already; for a stranger without one."""

    def opened(user: User | None = None, viewport: Any = DESK, **options: Any) -> Page:
        context = new_context(viewport=viewport, **options)
        if user:
            client = Client()
            client.force_login(user)
            key = client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": live_server.url}])
        page = context.new_page()
        _listen(page, complaints)
        return page  # type: ignore[no-any-return]

    return opened


def _listen(page: Page, complaints: list[str]) -> None:
    def console(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            complaints.append(f"{page.url}: {message.text}")

    def response(answer: Response) -> None:
        lost = answer.status >= 400 and not answer.request.is_navigation_request()
        if lost or answer.status >= 500:
            complaints.append(f"{page.url}: {answer.status} for {answer.url}")

    page.on("console", console)
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
    page.on("response", response)


def print_papers() -> None:
    """The print shop at work, in a thread of its own: pyHanko's loop and Playwright's cannot share one."""

    def work() -> None:
        shop.print_due(now=at(hour=15))
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def sign_in(page: Page, username: str) -> None:
    page.goto("/")
    page.get_by_label("ชื่อผู้ใช้").fill(username)
    page.get_by_label("รหัสผ่าน").fill(office.PASSWORD)
    page.get_by_role("button", name="เข้าสู่ระบบ").click()
    page.wait_for_url("**/inbox/")


def violations(page: Page, *rules: str) -> list[str]:
    """What axe finds on this page as it stands, by all its rules or only by these (or by these tags)."""
    if not page.evaluate("typeof axe !== 'undefined'"):
        page.evaluate(AXE_SCRIPT)
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = list(rules)
    found = page.evaluate(f"axe.run({json.dumps(options)}).then((result) => result.violations)")
    return [f"{one['id']}: {node['target']} {node['failureSummary']}" for one in found for node in one["nodes"]]
