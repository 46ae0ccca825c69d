"""The post office in a real browser: failed letters, hooks, health and banner, wide and narrow, without JavaScript."""

import os
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from playwright.sync_api import expect

from notifications import bounces, hooks, outbox
from notifications.models import Bounce, Call, Hook, Letter, ScanRun
from organization.models import User
from tests.browser.conftest import DESK, PHONE, Visit, violations
from tests.cast import Cast, at, set_clock

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NOW = at(hour=15)
FAILED = "SMTPRecipientsRefused({'works@kps-sao.example': (550, b'no')})"


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def trouble(cast: Cast, settings: Any) -> Hook:
    """An afternoon on which everything went wrong."""
    settings.MEMOFLOW_HOOK_HOSTS = ["hooks.example.go.th"]
    url = "https://hooks.example.go.th/memoflow/a-long-address/of-the-office"
    hook = hooks.add(url, [], by=cast.head_of_office, now=NOW)
    for n, (who, event) in enumerate(
        [("works", "task_overdue"), ("finance", "memo_approved"), ("health", "memo_waits"), ("works", "digest")]
    ):
        person = cast.people[who]
        facts = {"path": "/memos/", "subject": "เรื่อง", "organization": "อบต."}
        (pk,) = outbox.post([outbox.Draft(cast.office.pk, person.pk, event, "test", f"t:{n}", facts)], at=NOW)
        Letter.objects.filter(pk=pk).update(failed_at=NOW, attempts=1, error=FAILED)
        letter = Letter.objects.select_related("recipient", "organization").get(pk=pk)
    bounces.refused(letter, 550, "5.1.1 <works@kps-sao.example>: Recipient address rejected: User unknown", NOW)
    hooks.write_calls(now=NOW)
    for call, (sent, failed, error) in zip(
        Call.objects.order_by("pk"),
        [(NOW, None, ""), (None, NOW, "it answered 404"), (None, None, "it answered 503")],
        strict=False,
    ):
        Call.objects.filter(pk=call.pk).update(sent_at=sent, failed_at=failed, error=error, attempts=1)
    looked = {"at": NOW - timedelta(minutes=10), "started_at": NOW, "finished_at": NOW + timedelta(seconds=2)}
    ScanRun.objects.create(**looked, counts={"tasks": {"created": 14}})
    outbox.post(
        [outbox.Draft(cast.office.pk, cast.mayor.pk, "memo_waits", "x", "late", {})], at=NOW - timedelta(hours=3)
    )
    Letter.objects.filter(key="late").update(error="ConnectionRefusedError(111, 'Connection refused')")
    set_clock(NOW)
    return hook


@pytest.mark.parametrize("viewport", [DESK, PHONE])
def test_every_page_is_whole_and_accessible(cast: Cast, visit: Visit, trouble: Hook, viewport: dict[str, int]) -> None:
    page = visit(cast.head_of_office, viewport=viewport)
    places = {
        "failed": "/notices/failed/",
        "address": f"/notices/failed/addresses/{cast.works.pk}/",
        "hooks": "/notices/hooks/",
        "hook": f"/notices/hooks/{trouble.pk}/",
        "secret": f"/notices/hooks/{trouble.pk}/secret/",
        "end": f"/notices/hooks/{trouble.pk}/end/",
        "health": "/notices/post-office/",
        "inbox": "/inbox/",
    }
    for name, place in places.items():
        page.goto(place)
        expect(page.locator(".flash.stuck")).to_be_visible()
        assert violations(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"], name
        if folder := os.environ.get("MEMOFLOW_PICTURES"):
            page.screenshot(path=f"{folder}/{name}-{viewport['width']}.png", full_page=True)


def test_failed_letters_go_again_without_javascript(cast: Cast, visit: Visit, trouble: Hook) -> None:
    page = visit(cast.head_of_office, viewport=PHONE, java_script_enabled=False)
    page.goto("/notices/failed/")
    boxes = page.locator("input[name=letter]")
    expect(boxes).to_have_count(4)
    assert [one.is_disabled() for one in boxes.all()].count(True) == 2  # to the address that takes no mail
    page.locator("input[name=letter]:not([disabled])").first.check()
    page.locator("form[action$='/again/'] button.pri").click()
    assert Letter.objects.filter(failed_at__isnull=False).count() == 4
    page.locator(".confirm button.pri").click()
    page.wait_for_url("**/notices/failed/")
    assert Letter.objects.filter(failed_at__isnull=False).count() == 3


def test_an_address_is_tried_again_by_keyboard(cast: Cast, visit: Visit, trouble: Hook) -> None:
    page = visit(cast.head_of_office)
    page.goto("/notices/failed/")
    page.locator(f"a[href$='/addresses/{cast.works.pk}/']").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="ลองส่งไปยังที่อยู่เดิม").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/notices/failed/")
    assert not Bounce.objects.exists()


def test_a_person_gets_another_address_by_keyboard(cast: Cast, visit: Visit, trouble: Hook) -> None:
    page = visit(cast.head_of_office)
    page.goto(f"/notices/failed/addresses/{cast.works.pk}/")
    page.get_by_label("ที่อยู่อีเมลใหม่ของบุคคลนี้").fill("nobody")
    page.keyboard.press("Enter")
    expect(page.get_by_label("ที่อยู่อีเมลใหม่ของบุคคลนี้")).to_have_value("nobody")
    page.get_by_label("ที่อยู่อีเมลใหม่ของบุคคลนี้").fill("new@kps-sao.example")
    page.keyboard.press("Enter")
    page.wait_for_url("**/notices/failed/")
    assert not Bounce.objects.exists()
    assert User.objects.get(pk=cast.works.pk).email == "new@kps-sao.example"


def test_a_hook_that_is_refused_says_so_at_its_field(cast: Cast, visit: Visit, trouble: Hook) -> None:
    page = visit(cast.head_of_office)
    page.goto("/notices/hooks/")
    page.locator("details.some summary").click()
    page.get_by_role("checkbox").first.check()
    page.locator("#id_url").fill("https://evil.example/x")
    page.locator("main form button.pri").click()
    expect(page.locator("#errors")).to_be_visible()
    expect(page.locator("#id_url")).to_have_value("https://evil.example/x")
    expect(page.get_by_role("checkbox").first).to_be_checked()
    expect(page.locator("#id_url")).to_have_attribute("aria-invalid", "true")
    assert violations(page) == []


@pytest.mark.parametrize("viewport", [DESK, PHONE])
def test_an_office_without_trouble_is_told_so(cast: Cast, visit: Visit, viewport: dict[str, int]) -> None:
    page = visit(cast.head_of_office, viewport=viewport)
    for place in ("/notices/failed/", "/notices/hooks/", "/notices/post-office/"):
        page.goto(place)
        expect(page.locator(".flash.stuck")).to_have_count(0)
        assert violations(page) == [], place
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
        if folder := os.environ.get("MEMOFLOW_PICTURES"):
            page.screenshot(path=f"{folder}/empty-{place.split('/')[-2]}-{viewport['width']}.png", full_page=True)
