"""The office's days and its policy of reminders in a real browser: added, tried, saved; readable at both widths."""

from typing import Any

import pytest
from playwright.sync_api import expect

from notifications.ladders import Kind
from notifications.models import Policy
from notifications.ruling import in_force
from organization.models import Holiday
from tests.browser.conftest import DESK, PHONE, Visit, violations
from tests.cast import Cast, at

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ADDRESSES = ("/organization/", "/organization/days/", "/notices/policy/", "/notices/policy/task/")


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_nothing_hinders_whoever_reads_them(cast: Cast, visit: Visit, viewport: Any) -> None:
    cast.clock(at())
    page = visit(cast.head_of_office, viewport=viewport)
    for address in ADDRESSES:
        page.goto(address)
        assert violations(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"], address


def test_a_day_off_is_written_and_taken_away(cast: Cast, visit: Visit) -> None:
    page = visit(cast.head_of_office)
    page.goto("/account/")
    page.get_by_role("link", name="หน่วยงานของเรา").click()
    page.get_by_role("link", name="แก้ไขวันและเวลาทำการ").click()
    page.get_by_label("วันที่").fill("๑๘/๗/๒๕๖๕")
    page.get_by_label("เป็นวันอะไร").fill("วันหยุดพิเศษ")
    page.get_by_role("button", name="บันทึกลงปฏิทิน").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("2565")
    expect(page.locator(".days-off")).to_contain_text("วันจันทร์ 18 ก.ค. 2565")
    page.get_by_role("link", name="นำออก วันหยุดพิเศษ").click()
    page.wait_for_url("**/remove/")
    page.get_by_role("button", name="นำออก").click()
    expect(page.locator(".days-off")).not_to_contain_text("วันจันทร์ 18 ก.ค.")
    assert not Holiday.objects.filter(organization=cast.office).exists()


def test_a_rule_is_tried_before_it_is_saved(cast: Cast, visit: Visit) -> None:
    cast.clock(at())
    page = visit(cast.head_of_office, viewport=PHONE, java_script_enabled=False)
    page.goto("/notices/policy/task/")
    page.get_by_role("button", name="เพิ่มการเตือน").click()
    page.locator("#days-7").fill("30")
    page.locator("#unit-7").select_option("calendar")
    page.get_by_label("หากครบกำหนดวันที่").fill("15/7/2565")
    page.get_by_role("button", name="ลองดูก่อน").click()
    expect(page.locator(".previewed")).to_contain_text("ก่อนกำหนด 30 วัน")
    assert not Policy.objects.exists()
    page.get_by_role("button", name="บันทึก", exact=True).click()
    expect(page.locator("main")).to_contain_text("บันทึกแล้ว")
    assert "30d" in [one.token for one in in_force(cast.office.pk, Kind.TASK, at(hour=23)).rungs]
