"""Mails and calendar in a real browser: chosen, stopped from a mail, an address made and ended."""

import pytest
from playwright.sync_api import expect

from notifications import preferences
from notifications.models import CalendarFeed, Preference
from tests.browser.conftest import DESK, PHONE, Visit, violations
from tests.browser.test_years import fits
from tests.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIZES = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])


@SIZES
def test_mails_are_chosen_from_the_account_and_a_mistake_loses_nothing(
    cast: Cast, visit: Visit, size: dict[str, int]
) -> None:
    page = visit(cast.finance, viewport=size, java_script_enabled=size == PHONE)
    page.goto("/account/")
    page.locator('a[href="/notices/preferences/"]').click()
    page.locator('input[value="all"]').check()
    page.locator('input[value="memo_circulated"]').uncheck()
    page.locator("#id_quiet_from").fill("18:00")
    save = page.locator("form .btn.pri")
    save.click()
    expect(page.locator("#errors")).to_be_visible()
    expect(page.locator("#id_quiet_from")).to_have_value("18:00")
    expect(page.locator('input[value="memo_circulated"]')).not_to_be_checked()
    page.locator("#id_quiet_until").fill("07:00")
    save.click()
    expect(page.locator("#errors")).to_have_count(0)
    kept = Preference.objects.get(user=cast.finance)
    assert (kept.bundling, kept.stopped, kept.quiet_from and kept.quiet_from.hour) == ("all", ["memo_circulated"], 18)


@SIZES
def test_the_link_of_a_mail_stops_one_kind_without_signing_in(cast: Cast, visit: Visit, size: dict[str, int]) -> None:
    page = visit(viewport=size)
    page.goto(f"/notices/stop/{preferences.token(cast.finance.pk, 'task_due_soon')}/")
    assert fits(page) and violations(page) == []
    page.locator("main .btn.pri").click()
    expect(page.locator('input[value="resume"]')).to_have_count(1)
    assert Preference.objects.get(user=cast.finance).stopped == ["task_due_soon"]
    assert fits(page) and violations(page) == []
    page.locator("main form .btn").first.click()
    expect(page.locator('input[value="stop"]')).to_have_count(1)
    assert Preference.objects.get(user=cast.finance).stopped == []


@SIZES
def test_a_calendar_address_is_made_read_and_ended(cast: Cast, visit: Visit, size: dict[str, int]) -> None:
    cast.approved()
    page = visit(cast.finance, viewport=size)
    page.goto("/account/calendar/")
    page.locator("main form .btn.pri").click()
    address = page.locator("#copy").input_value()
    assert fits(page) and violations(page) == []
    answer = page.request.get(f"/calendar/{address.rsplit('/', 1)[1]}")
    assert answer.ok and answer.body().startswith(b"BEGIN:VCALENDAR")
    page.goto("/account/calendar/")
    assert fits(page) and violations(page) == []
    page.locator('a[href="/account/calendar/revoke/"]').click()
    assert fits(page) and violations(page) == []
    page.locator("main form .btn.bad").click()
    expect(page.locator("main form .btn.pri")).to_be_visible()
    assert not CalendarFeed.objects.exists()


@SIZES
def test_the_pages_fit_and_axe_finds_nothing(cast: Cast, visit: Visit, size: dict[str, int]) -> None:
    page = visit(cast.finance, viewport=size)
    for address in ("/account/", "/notices/preferences/", "/account/calendar/"):
        page.goto(address)
        assert fits(page) and violations(page) == [], address
