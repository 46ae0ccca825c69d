"""Entering a year in a real browser: totals while one types, and the same without JavaScript."""

import pytest
from playwright.sync_api import Page, expect

from assessments import results
from tests.browser.conftest import PHONE, Visit
from tests.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SCORES = ("94.86", "88.01", "92.16", "86.95", "88.27", "97.26", "97.83", "97.36", "79.42", "50.00")


def fill(page: Page, *scores: str) -> None:
    for number, score in enumerate(scores, 1):
        page.locator(f"#id_score_{number}").fill(score)


def test_totals_follow_what_is_typed_and_nothing_is_saved_by_it(cast: Cast, visit: Visit) -> None:
    page = visit(cast.head_of_office)
    page.goto("/results/2565/edit/")
    sums = page.locator("#sums")
    fill(page, *SCORES[:9])
    expect(sums).to_contain_text("90.05")
    expect(sums).not_to_contain_text("82.14")
    page.locator("#id_score_10").fill("๕๐.๐๐")
    expect(sums).to_contain_text("82.14")
    expect(sums).to_contain_text("64.71")
    assert results.of_year(cast.office, 2565) is None
    page.get_by_role("button", name="บันทึก").click()
    page.wait_for_url("**/results/2565/")
    kept = results.of_year(cast.office, 2565)
    assert kept is not None and str(kept.computed.total) == "82.14"


def test_without_javascript_a_button_computes(cast: Cast, visit: Visit) -> None:
    page = visit(cast.head_of_office, viewport=PHONE, java_script_enabled=False)
    page.goto("/results/2565/edit/")
    fill(page, *SCORES[:9], "")
    page.get_by_role("button", name="คำนวณ").click()
    expect(page.locator("#sums")).to_contain_text("90.05")
    expect(page.locator("#id_score_9")).to_have_value("79.42")
    assert results.of_year(cast.office, 2565) is None
    page.locator("#id_score_10").fill("50")
    page.get_by_role("button", name="บันทึก").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("2565")


def test_leaving_with_unsaved_figures_asks_first(cast: Cast, visit: Visit) -> None:
    page = visit(cast.head_of_office)
    page.goto("/results/2564/edit/")
    asked: list[str] = []

    def stay(dialog: object) -> None:
        asked.append(dialog.type)  # type: ignore[attr-defined]
        dialog.accept()  # type: ignore[attr-defined]

    page.on("dialog", stay)
    page.locator("#id_score_1").press_sequentially("1")
    page.get_by_role("link", name="ยกเลิก").click()
    page.wait_for_url("**/results/2564/")
    assert asked == ["beforeunload"]


def test_a_printed_result_is_the_figures_alone(cast: Cast, visit: Visit) -> None:
    page = visit(cast.head_of_office, color_scheme="dark")
    page.goto("/results/2564/")
    around = [
        page.get_by_role("navigation", name="เมนูหลัก"),
        page.get_by_role("button", name="จัดทำบันทึกวิเคราะห์"),
        page.get_by_text("ดูเป็นตาราง"),
    ]
    for one in around:
        expect(one).to_be_visible()
    page.emulate_media(media="print")
    for one in around:
        expect(one).to_be_hidden()
    drawing = page.locator("svg.chart").first
    expect(drawing).to_be_visible()
    expect(drawing.locator(".b1").first).to_have_css("fill", "rgb(51, 51, 51)")
    expect(page.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")
