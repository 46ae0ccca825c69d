"""The bell in a browser: it asks by itself while somebody looks, and works without a script as well."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from measures import nudging
from notifications import outbox
from notifications.outbox import Draft
from tests.browser.conftest import PHONE, Visit
from tests.browser.test_pages import look
from tests.cast import Cast, at

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MINUTE = 61_000


def tell(cast: Cast, key: str) -> None:
    said = {"task": "ซื้อกระดาษ", "path": "/measures/", "division": {"th": "กองคลัง", "en": "Finance"}}
    outbox.post([Draft(cast.office.pk, cast.finance.pk, "task_accepted", "task:x", key, said)], at=at(hour=15))


def watched(page: Page) -> list[str]:
    """The addresses the bell asks, as they are asked."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/notices/bell/") else None)
    return asked


def hide(page: Page, hidden: bool) -> None:
    page.evaluate(
        "(hidden) => { Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });"
        " document.dispatchEvent(new Event('visibilitychange')); }",
        hidden,
    )


def test_the_pages_of_notices_have_no_defects_on_a_desk_and_a_phone(cast: Cast, visit: Visit) -> None:
    task, memo = cast.started("fin"), cast.submitted()
    nudging.nudge(task.pk, by=cast.head_of_office, text="ถึงไหนแล้ว", now=at(hour=15))
    for options in ({}, {"viewport": PHONE}):
        page = visit(cast.head_of_office, **options)
        assert look(page, "/notices/", f"/measures/tasks/{task.pk}/told/", f"/memos/{memo.pk}/nudge/") == []
        page.goto(f"/measures/tasks/{task.pk}/")
        for part in ("#nudge", "#told"):
            page.locator(f"{part} > summary").click()
        expect(page.locator("#told li").first).to_be_visible()
        empty = visit(cast.outsider, **options)
        assert look(empty, "/notices/", "/notices/?unread=1") == []


def test_the_bell_rises_by_itself_and_says_so_once(cast: Cast, visit: Visit) -> None:
    page = visit(cast.finance)
    page.clock.install()
    page.goto("/inbox/")
    expect(page.locator("#bell .n")).to_have_count(0)
    tell(cast, "a")
    page.clock.fast_forward(MINUTE)
    expect(page.locator("#bell .n")).to_have_text("1")
    expect(page.locator("#bell-said")).to_contain_text("1")
    page.evaluate("document.getElementById('bell-said').textContent = ''")
    with page.expect_response("**/notices/bell/"):
        page.clock.fast_forward(MINUTE)
    expect(page.locator("#bell-said")).to_have_text("")  # nothing new is nothing to say
    page.locator("#bell").click()
    page.wait_for_url("**/notices/")
    page.get_by_role("link", name="ซื้อกระดาษ").click()
    page.wait_for_url("**/measures/")
    expect(page.locator("#bell .n")).to_have_count(0)


def test_nothing_is_asked_while_nobody_looks(cast: Cast, visit: Visit) -> None:
    page = visit(cast.finance)
    page.clock.install()
    asked = watched(page)
    page.goto("/inbox/")
    hide(page, True)
    tell(cast, "a")
    for _minute in range(5):
        page.clock.fast_forward(MINUTE)
    assert asked == []
    hide(page, False)
    page.clock.fast_forward(1)  # back after longer than a minute: at once
    expect(page.locator("#bell .n")).to_have_text("1")
    assert len(asked) == 1


def test_signed_out_meanwhile_the_bell_falls_silent(cast: Cast, visit: Visit) -> None:
    page = visit(cast.finance)
    page.clock.install()
    asked = watched(page)
    page.goto("/inbox/")
    page.context.clear_cookies()
    with page.expect_response("**/notices/bell/") as answer:
        page.clock.fast_forward(MINUTE)
    assert answer.value.status == 204
    page.locator("#bell").wait_for()
    for _minute in range(3):
        page.clock.fast_forward(MINUTE)
        page.evaluate("1")
    assert len(asked) == 1
    assert "/inbox/" in page.url and page.locator("h1").count() == 1


def test_the_bell_works_without_a_script(cast: Cast, visit: Visit) -> None:
    cast.clock(at(hour=18))
    tell(cast, "a")
    options: dict[str, Any] = {"java_script_enabled": False}
    page = visit(cast.finance, **options)
    page.goto("/memos/")
    expect(page.locator("#bell .n")).to_have_text("1")
    page.locator("#bell").click()
    page.wait_for_url("**/notices/")
    page.locator("form[action='/notices/read/'] button").click()
    expect(page.locator("#bell .n")).to_have_count(0)
    expect(page.locator(".notice.unread")).to_have_count(0)
