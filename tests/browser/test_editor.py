"""The draft editor without a script, and two people in it at once."""

import pytest
from playwright.sync_api import Page, expect

from demo import document
from memo_flow.models import Memo
from tests.browser.conftest import Visit, violations
from tests.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def proposals(page: Page) -> list[str]:
    region = page.get_by_role("region", name="ข้อเสนอเพื่อพิจารณา")
    return [area.input_value() for area in region.get_by_role("textbox", name="ข้อเสนอที่").all()]


def press(page: Page, name: str, anchor: str) -> None:
    """Press a button of a block: the page comes back at that block."""
    page.get_by_role("button", name=name, exact=True).click()
    page.wait_for_url(f"**/edit/#{anchor}")
    expect(page.locator(f"[id='{anchor}']")).to_be_in_viewport()


def test_blocks_are_added_moved_and_removed_without_a_script(cast: Cast, visit: Visit) -> None:
    page = visit(cast.head_of_office, java_script_enabled=False)
    page.goto(f"/memos/{cast.draft().pk}/edit/")
    before = proposals(page)
    assert len(before) == len(document.imported().content["proposals"]) >= 2
    press(page, "เพิ่มข้อเสนอ", "proposals.new")
    last = len(before)
    page.get_by_role("textbox", name=f"ข้อเสนอที่ {last + 1}").fill("ข้อเสนอใหม่")
    press(page, f"เลื่อนขึ้น: ข้อเสนอที่ {last + 1}", f"proposals.{last}")
    assert proposals(page) == [*before[:-1], "ข้อเสนอใหม่", before[-1]]
    press(page, f"เลื่อนลง: ข้อเสนอที่ {last}", f"proposals.{last - 1}")
    press(page, f"ลบ: ข้อเสนอที่ {last + 1}", "proposals")
    assert proposals(page) == before

    page.get_by_label("เรื่อง", exact=True).fill("")
    page.get_by_role("button", name="เพิ่มขั้นตอน").first.click()
    page.wait_for_url("**/edit/#plan.0.steps.new")
    page.get_by_role("button", name="บันทึก", exact=True).first.click()
    expect(page.get_by_role("status")).to_contain_text("บันทึกร่างแล้ว")
    expect(page.get_by_label("เรื่อง", exact=True)).to_have_value("")
    missing = page.get_by_role("main").locator("details", has_text="ยังขาด")
    missing.locator("summary").click()
    expect(missing.get_by_role("link").first).to_be_visible()


def test_the_second_of_two_writers_is_told_and_loses_nothing(cast: Cast, visit: Visit) -> None:
    memo = cast.draft()
    first, second = visit(cast.head_of_office), visit(cast.head_of_office)
    for page, words in ((first, "คำของคนแรก"), (second, "คำของคนที่สอง")):
        page.goto(f"/memos/{memo.pk}/edit/")
        page.get_by_role("region", name="หัวข้อที่ 2").get_by_label("ข้อความ", exact=True).fill(words)
    for page in (first, second):
        page.get_by_role("button", name="บันทึก", exact=True).first.click()
    expect(first.get_by_role("status")).to_contain_text("บันทึกร่างแล้ว")
    told = second.get_by_role("alert")
    expect(told).to_contain_text("ไม่มีข้อความใดสูญหาย")
    assert not violations(second)
    told.get_by_text("อ่านฉบับที่บันทึกไว้ที่นี่").click()
    expect(told.get_by_text("คำของคนแรก")).to_be_visible()
    mine = second.get_by_role("region", name="หัวข้อที่ 2").get_by_label("ข้อความ", exact=True)
    expect(mine).to_have_value("คำของคนที่สอง")
    assert memo_says(memo) == "คำของคนแรก"
    second.get_by_role("button", name="บันทึก", exact=True).first.click()
    expect(second.get_by_role("status")).to_contain_text("บันทึกร่างแล้ว")
    assert memo_says(memo) == "คำของคนที่สอง"


def memo_says(memo: Memo) -> str:
    return str(Memo.objects.get(pk=memo.pk).draft.content["sections"][1]["text"])


def test_unsaved_words_are_not_left_behind_unasked(cast: Cast, visit: Visit) -> None:
    page = visit(cast.head_of_office)
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto(f"/memos/{cast.draft().pk}/edit/")
    page.get_by_label("เรื่อง", exact=True).fill("เรื่องใหม่")
    page.get_by_role("link", name="ไปที่บันทึกข้อความ").click()
    page.get_by_role("link", name="แก้ไข", exact=True).click()
    page.get_by_role("link", name="ไปที่บันทึกข้อความ").click()
    expect(page.get_by_role("link", name="แก้ไข", exact=True)).to_be_visible()
    assert asked == ["beforeunload"]
