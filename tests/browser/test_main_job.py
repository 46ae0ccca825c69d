"""The main job through the screen: from the draft of the real document to accepted work and its mails."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from demo import document, office
from memo_flow.models import Memo
from organization.models import User
from tests.browser.conftest import PHONE, Visit, sign_in
from tests.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def menu(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="เมนูหลัก").get_by_role("link", name=name).click()


def answer(page: Page, word: str) -> None:
    page.get_by_role("radio", name=re.compile(f"^{word}")).check()


def report_finished(page: Page, words: str) -> None:
    for step in page.get_by_role("group", name="ขั้นตอนที่ทำแล้ว").get_by_role("checkbox").all():
        step.check()
    page.get_by_label("ทำได้แล้วร้อยละเท่าใด").fill("100")
    page.get_by_label("สิ่งที่ได้ดำเนินการ").fill(words)
    page.get_by_label("งานแล้วเสร็จ").check()
    page.get_by_role("button", name="บันทึกรายงาน").click()
    expect(page.get_by_role("status").filter(has_text="ส่งรายงานว่างานแล้วเสร็จ")).to_be_visible()


def test_a_memo_goes_from_its_draft_to_accepted_work(cast: Cast, visit: Visit, settings: Any) -> None:
    settings.MEMOFLOW_CLOCK = "demo.clock.now"
    memo = Memo.objects.get(organization=cast.office)

    author = visit()
    sign_in(author, "head_of_office")
    menu(author, "บันทึกข้อความ")
    author.get_by_role("link", name=memo.subject).click()
    author.get_by_role("link", name="แก้ไข").click()
    story = author.get_by_role("region", name="หัวข้อที่ 1").get_by_label("ข้อความ", exact=True)
    story.fill(story.input_value() + "\nคำที่เพิ่มก่อนเสนอ")
    author.get_by_role("button", name="บันทึก", exact=True).first.click()
    expect(author.get_by_role("status")).to_contain_text("บันทึกร่างแล้ว")
    author.get_by_role("button", name="ตรวจทานและเสนอ").click()
    expect(author.get_by_role("article")).to_contain_text("คำที่เพิ่มก่อนเสนอ")
    author.get_by_label("เหตุผลที่เสนอทั้งที่ยังมีข้อสังเกต").fill(document.REASON)
    author.get_by_role("button", name="เสนอเรื่อง").click()
    expect(author.get_by_role("status")).to_contain_text("71201/1")
    expect(author.get_by_role("article")).to_contain_text("๗๑๒๐๑/๑")

    secretary = visit()
    sign_in(secretary, "permanent_secretary")
    secretary.get_by_role("link", name=memo.subject).click()
    answer(secretary, "สมควร")
    secretary.get_by_role("textbox", name=re.compile("^ความเห็น")).fill("เห็นควรอนุมัติตามเสนอ")
    secretary.get_by_role("button", name="ยืนยันและลงนาม").click()
    expect(secretary.get_by_role("status")).to_contain_text("เห็นสมควร")
    expect(secretary.get_by_role("article")).to_contain_text("เห็นควรอนุมัติตามเสนอ")

    deputy = visit(viewport=PHONE, has_touch=True)
    sign_in(deputy, "deputy")
    deputy.get_by_role("link", name=memo.subject).tap()
    deputy.get_by_role("link", name="พิจารณาเรื่องนี้").tap()
    panel = deputy.get_by_role("form", name="คำสั่งของท่าน")
    expect(panel).to_be_in_viewport()
    expect(panel).to_contain_text(f"รักษาราชการแทน นายกองค์การบริหารส่วนตำบลกำแพงแสน ตามคำสั่งที่ {office.ACTING_ORDER}")
    answer(deputy, "อนุมัติ")
    deputy.get_by_label("ข้อสั่งการถึงกอง").fill("ให้รายงานผลทุกเดือน")
    deputy.get_by_role("button", name="ยืนยันและลงนาม").tap()
    expect(deputy.get_by_role("status")).to_contain_text("อนุมัติ")
    paper = deputy.get_by_role("article")
    for words in ("ให้รายงานผลทุกเดือน", "รักษาราชการแทน", "๒๘๗/๒๕๖๔"):
        expect(paper).to_contain_text(words)
    menu(deputy, "มาตรการ")
    expect(deputy.get_by_role("main").get_by_role("region").get_by_role("heading", level=3)).to_have_count(15)
    expect(deputy.get_by_role("main").get_by_role("region")).to_have_count(5)

    worker = visit()
    sign_in(worker, "finance")
    menu(worker, "งานของฉัน")
    worker.get_by_role("main").get_by_role("heading", level=3).get_by_role("link").first.click()
    expect(worker.get_by_role("region", name="ข้อสั่งการเมื่ออนุมัติ")).to_contain_text("ให้รายงานผลทุกเดือน")
    worker.get_by_role("button", name="เริ่มดำเนินการ").click()
    expect(worker.get_by_role("status")).to_contain_text("เริ่มดำเนินการแล้ว")
    report_finished(worker, "ดำเนินการแล้ว")

    author.goto(worker.url)
    author.get_by_label("ความเห็นหรือเหตุผล").fill("ยังไม่มีภาพถ่าย")
    author.get_by_role("button", name="ส่งกลับแก้ไข").click()
    expect(author.get_by_role("status")).to_contain_text("ส่งงานกลับให้กองแก้ไขแล้ว")
    worker.reload()
    expect(worker.get_by_role("region", name="ประวัติ")).to_contain_text("ยังไม่มีภาพถ่าย")
    report_finished(worker, "เพิ่มภาพถ่ายแล้ว")
    author.reload()
    author.get_by_role("button", name="ตรวจรับงาน").click()
    expect(author.get_by_role("status")).to_contain_text("ตรวจรับงานแล้ว")

    author.get_by_role("button", name="+1 สัปดาห์").click()
    expect(author.get_by_role("complementary", name="ระบบสาธิต")).to_contain_text("21 ก.ย. 2564")
    author.get_by_role("link", name="กล่องอีเมล").click()
    author.get_by_label("ถึงผู้ใด").select_option(label=f"{User.objects.get(username='finance')} (finance)")
    author.get_by_role("button", name="แสดง").click()
    subjects = author.get_by_role("main").get_by_role("listitem")
    for words in ("มอบหมายงานใหม่", "ส่งกลับให้กองคลังแก้ไข", "ตรวจรับงาน", "แจ้งเวียน"):
        expect(subjects.filter(has_text=words).first).to_be_visible()
    subjects.get_by_role("link", name="มอบหมายงานใหม่").click()
    expect(author.get_by_role("article")).to_contain_text("เรียน")


def test_a_returned_memo_is_changed_beside_its_reason_and_keeps_its_number(cast: Cast, visit: Visit) -> None:
    memo = cast.returned()
    author = visit(cast.head_of_office)
    author.goto("/inbox/")
    author.get_by_role("region", name="ส่งกลับให้ท่านแก้ไข").get_by_role("link", name=memo.subject).click()
    reason = author.get_by_role("region", name="ส่งกลับแก้ไข")
    expect(reason).to_contain_text("ขอให้แก้คะแนนตัวชี้วัดที่ 8")
    expect(reason).to_contain_text(cast.permanent_secretary.name_th)
    author.locator("[id='scores.indicators.7.score']").fill("81.50")
    author.get_by_role("button", name="ตรวจทานและเสนอ").click()
    author.get_by_label("สิ่งที่แก้ไข").fill("แก้คะแนนตัวชี้วัดที่ 8 แล้ว")
    author.get_by_role("button", name="เสนอใหม่").click()
    expect(author.get_by_role("status")).to_contain_text(memo.entry.number)
    secretary = visit(cast.permanent_secretary)
    secretary.goto(author.url)
    expect(secretary.get_by_role("article")).to_contain_text("๘๑.๕๐")
    expect(secretary.get_by_role("form", name="ความเห็นของท่าน")).to_be_visible()
