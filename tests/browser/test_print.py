"""What the printer gets: the paper alone."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_printed_memo_is_the_paper_alone(cast: Cast, visit: Visit) -> None:
    memo = cast.submitted()
    page = visit(cast.permanent_secretary, color_scheme="dark")
    page.goto(f"/memos/{memo.pk}/")
    around = [
        page.get_by_role("navigation", name="เมนูหลัก"),
        page.get_by_role("complementary", name="ระบบสาธิต"),
        page.get_by_role("banner"),
        page.get_by_role("form", name="ความเห็นของท่าน"),
        page.get_by_role("button", name="พิมพ์"),
        page.get_by_role("region", name="ลำดับการเสนอ"),
        page.get_by_role("link", name="รอฉันพิจารณา").last,
    ]
    for one in around:
        expect(one).to_be_visible()
    page.emulate_media(media="print")
    for one in around:
        expect(one).to_be_hidden()
    expect(page.get_by_role("article")).to_be_visible()
    expect(page.get_by_role("article")).to_have_css("color", "rgb(0, 0, 0)")
    expect(page.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")
