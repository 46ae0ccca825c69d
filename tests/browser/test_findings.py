"""The findings in a browser: while somebody types, without a script, on a decider's phone, and on paper."""

import re

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from demo import document
from memo_flow.models import Draft, Memo
from tests.browser.conftest import PHONE, Visit, violations
from tests.cast import Cast
from tests.test_findings_page import draft_of
from tests.test_memo_checking import changed, real

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def story(page: Page) -> str:
    return page.get_by_role("region", name="หัวข้อที่ 1").get_by_label("ข้อความ", exact=True).input_value()


def test_findings_follow_what_is_typed_and_nothing_is_saved(cast: Cast, visit: Visit) -> None:
    memo = draft_of(cast, real())
    page = visit(cast.head_of_office)
    page.goto(f"/memos/{memo.pk}/edit/")
    checker = page.get_by_role("complementary", name="ผลการตรวจสอบ")
    before = checker.get_by_role("listitem").count()
    section = page.get_by_role("region", name="หัวข้อที่ 1")
    text = section.get_by_label("ข้อความ", exact=True)
    right = text.input_value()
    text.fill(right.replace("๘๖.๙๕", "๘๗.๖๕"))
    expect(section.locator("mark", has_text="๘๗.๖๕")).to_be_visible()
    expect(checker.get_by_role("listitem")).not_to_have_count(before)
    assert not violations(page)
    text.fill(right)
    expect(section.locator("mark", has_text="๘๗.๖๕")).to_have_count(0)
    expect(text).to_have_value(right)
    assert Draft.objects.get(memo=memo).version == 1


def test_who_is_signed_out_meanwhile_keeps_what_was_found_and_typed(cast: Cast, visit: Visit) -> None:
    page = visit(cast.head_of_office)
    page.goto(f"/memos/{draft_of(cast, real()).pk}/edit/")
    checker = page.get_by_role("complementary", name="ผลการตรวจสอบ")
    before = checker.get_by_role("listitem").count()
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    with page.expect_response(re.compile("/accounts/login/")):
        page.get_by_role("region", name="หัวข้อที่ 1").get_by_label("ข้อความ", exact=True).fill("คำที่พิมพ์ไว้")
    expect(checker.get_by_role("listitem")).to_have_count(before)
    expect(page.get_by_label("รหัสผ่าน")).to_have_count(0)
    assert story(page) == "คำที่พิมพ์ไว้"


def test_apply_and_undo_need_no_script(cast: Cast, visit: Visit) -> None:
    memo = draft_of(cast, changed(real(), "sections.0.text", "๘๖.๙๕", "๘๗.๖๕"))
    page = visit(cast.head_of_office, java_script_enabled=False)
    page.goto(f"/memos/{memo.pk}/edit/")
    expect(page.locator("mark", has_text="๘๗.๖๕").first).to_be_visible()
    page.get_by_role("button", name="ใช้ “๘๖.๙๕”").first.click()
    page.wait_for_url("**/edit/#sections.0.text")
    assert "๘๖.๙๕" in story(page) and "๘๗.๖๕" not in story(page)
    page.get_by_role("button", name="เลิกทำ").click()
    page.wait_for_url("**/edit/#sections.0.text")
    assert "๘๗.๖๕" in story(page)
    expect(page.get_by_role("button", name="เลิกทำ")).to_have_count(0)


def test_a_draft_is_written_from_the_result_and_submitted(cast: Cast, visit: Visit) -> None:
    page = visit(cast.head_of_office)
    page.goto("/results/2564/")
    page.get_by_role("button", name="จัดทำบันทึกวิเคราะห์").click()
    page.wait_for_url("**/edit/")
    expect(page.get_by_role("complementary", name="ผลการตรวจสอบ")).to_contain_text("ไม่พบข้อสังเกต")
    assert "๘๒.๑๔" in story(page)
    page.get_by_role("button", name="ตรวจทานและเสนอ").click()
    expect(page.get_by_role("article").get_by_role("img", name="คะแนนรายตัวชี้วัด")).to_be_visible()
    page.get_by_role("button", name="เสนอเรื่อง").click()
    expect(page.get_by_role("status")).to_contain_text("71201/1")


def test_a_decider_reads_findings_and_reason_on_a_phone_before_the_answers(cast: Cast, visit: Visit) -> None:
    memo = cast.submitted()
    page = visit(cast.permanent_secretary, viewport=PHONE, has_touch=True)
    page.goto(f"/memos/{memo.pk}/")
    page.get_by_role("link", name="พิจารณาเรื่องนี้").tap()
    panel = page.get_by_role("form", name="ความเห็นของท่าน")
    expect(panel).to_contain_text("เสนอโดยมีข้อสังเกตระดับสูง")
    expect(panel).to_contain_text(document.REASON)
    panel.get_by_role("link", name="อ่านข้อสังเกต").tap()
    found = page.get_by_role("region", name="ผลการตรวจสอบ")
    expect(found).to_be_in_viewport()
    assert found.get_by_role("listitem").count() >= 4


def test_the_findings_are_printed_with_the_memo(cast: Cast, visit: Visit) -> None:
    memo: Memo = cast.submitted()
    page = visit(cast.mayor)
    page.goto(f"/memos/{memo.pk}/")
    page.emulate_media(media="print")
    expect(page.get_by_role("region", name="ผลการตรวจสอบ")).to_be_visible()
    expect(page.get_by_role("region", name="ผลการตรวจสอบ")).to_contain_text(document.REASON)
    expect(page.get_by_role("article").get_by_role("img", name="คะแนนรายตัวชี้วัด")).to_be_visible()
