"""Files in a real browser, with and without JavaScript: several at once, dropped in, refused, removed."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from files.models import Attachment
from measures.models import DivisionTask, Report
from memo_flow.models import Memo
from tests import file_samples as samples
from tests.browser.conftest import DESK, PHONE, Visit, violations
from tests.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def brought(tmp_path: Path) -> dict[str, str]:
    """Files on this person's computer, by their names."""
    contents = {
        samples.PDF_NAME: samples.pdf(),
        samples.JPG_NAME: samples.jpg(size=(640, 480), gps=True),
        "ปลอม.pdf": b"<html><script>alert(1)</script></html>",
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    return {name: str(tmp_path / name) for name in contents}


def attach(page: Page, paths: list[str]) -> None:
    page.get_by_label("แนบไฟล์").set_input_files(paths)
    page.get_by_role("button", name="แนบ", exact=True).click()


def open_task(page: Page, task: DivisionTask) -> None:
    page.goto(f"/measures/tasks/{task.pk}/")


def is_whole(page: Page) -> None:
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_a_division_shows_its_work(
    cast: Cast, visit: Visit, brought: dict[str, str], viewport: Any, javascript: bool
) -> None:
    task = cast.started()
    page = visit(cast.finance, viewport, java_script_enabled=javascript)
    open_task(page, task)
    attach(page, list(brought.values()))
    refused = page.get_by_role("alert")
    expect(refused).to_contain_text("ปลอม.pdf")
    for name in (samples.PDF_NAME, samples.JPG_NAME):
        expect(page.locator("#evidence").get_by_role("link", name=name, exact=True)).to_be_visible()
    assert Attachment.objects.count() == 2
    open_task(page, task)
    if javascript:
        page.locator(".att img").scroll_into_view_if_needed()
        expect(page.locator(".att img")).to_have_js_property("complete", True)
        is_whole(page)
    with page.expect_download() as download:
        page.locator("#evidence").get_by_role("link", name=samples.PDF_NAME, exact=True).click()
    assert download.value.suggested_filename == samples.PDF_NAME
    page.get_by_role("link", name=f"นำออก {samples.PDF_NAME}").click()
    if javascript:
        is_whole(page)
    page.get_by_label("เหตุผลที่นำออก").fill("แนบผิดไฟล์")
    page.get_by_role("button", name="นำออก").click()
    page.get_by_text("นำออกแล้ว 1 รายการ").click()
    expect(page.locator("#evidence")).to_contain_text("แนบผิดไฟล์")
    assert Attachment.objects.filter(removed_at=None).count() == 1


def test_an_unfinished_report_survives_attaching(cast: Cast, visit: Visit, brought: dict[str, str]) -> None:
    task = cast.started()
    page = visit(cast.finance)
    open_task(page, task)
    words = page.get_by_label("สิ่งที่ได้ดำเนินการ")
    words.fill("ยังพิมพ์ไม่เสร็จ")
    attach(page, [brought[samples.PDF_NAME]])
    expect(page.locator("#evidence").get_by_role("status").first).to_contain_text("แนบแล้ว 1 รายการ")
    expect(words).to_have_value("ยังพิมพ์ไม่เสร็จ")
    expect(page.locator("#evidence").get_by_role("link", name=samples.PDF_NAME, exact=True)).to_be_visible()
    attach(page, [brought[samples.PDF_NAME]])  # the form that took its place sends as well
    expect(page.get_by_role("alert")).to_contain_text("แนบไว้ที่นี่แล้ว")


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_files_come_with_a_report_and_a_refused_one_keeps_the_words(
    cast: Cast, visit: Visit, brought: dict[str, str], javascript: bool
) -> None:
    task = cast.started()
    page = visit(cast.finance, java_script_enabled=javascript)
    open_task(page, task)
    page.get_by_label("ทำได้แล้วร้อยละเท่าใด").fill("40")
    page.get_by_label("สิ่งที่ได้ดำเนินการ").fill("สอบราคาแล้ว")
    field = page.get_by_label("ไฟล์ที่แนบมากับรายงาน")
    field.set_input_files([brought[samples.PDF_NAME], brought["ปลอม.pdf"]])
    page.get_by_role("button", name="บันทึกรายงาน").click()
    expect(page.get_by_role("alert").first).to_contain_text("ปลอม.pdf")
    expect(page.get_by_label("สิ่งที่ได้ดำเนินการ")).to_have_value("สอบราคาแล้ว")
    assert not Attachment.objects.exists() and not Report.objects.filter(kind="progress").exists()
    field.set_input_files([brought[samples.PDF_NAME]])
    page.get_by_role("button", name="บันทึกรายงาน").click()
    expect(page.locator(".log .progress")).to_contain_text(samples.PDF_NAME)
    assert Attachment.objects.get().part.startswith("report:")


def test_too_large_a_file_is_not_even_sent_and_a_broken_connection_loses_nothing(
    cast: Cast, visit: Visit, brought: dict[str, str], settings: Any
) -> None:
    settings.MEMOFLOW_FILE_BYTES = 3_000
    task = cast.started()
    page = visit(cast.finance)
    open_task(page, task)
    field = page.get_by_label("แนบไฟล์")
    field.set_input_files([brought[samples.PDF_NAME], brought[samples.JPG_NAME]])
    expect(page.locator("#evidence .chosen .no")).to_contain_text(samples.JPG_NAME)
    assert field.evaluate("input => [...input.files].map(file => file.name)") == [samples.PDF_NAME]
    page.route("**/files/", lambda route: route.abort())
    page.get_by_role("button", name="แนบ", exact=True).click()
    expect(page.locator("#attach").get_by_role("alert")).to_contain_text("การเชื่อมต่อขาด")
    page.unroute("**/files/")
    page.get_by_role("button", name="แนบ", exact=True).click()
    expect(page.locator("#evidence").get_by_role("link", name=samples.PDF_NAME, exact=True)).to_be_visible()


def test_files_are_dropped_in(cast: Cast, visit: Visit) -> None:
    task = cast.started()
    page = visit(cast.finance)
    open_task(page, task)
    drop = """(field) => {
        const carried = new DataTransfer();
        for (const name of ["ก.pdf", "ข.pdf"]) carried.items.add(new File(["%PDF-1.7"], name));
        field.dispatchEvent(new DragEvent("drop", {dataTransfer: carried, bubbles: true, cancelable: true}));
    }"""
    page.locator("#attach .choose").evaluate(drop)
    names = page.get_by_label("แนบไฟล์").evaluate("input => [...input.files].map(file => file.name)")
    assert names == ["ก.pdf", "ข.pdf"]


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_the_author_attaches_to_a_draft_without_losing_words(
    cast: Cast, visit: Visit, brought: dict[str, str], viewport: Any, javascript: bool
) -> None:
    memo = cast.written(cast.head_of_office)
    page = visit(cast.head_of_office, viewport, java_script_enabled=javascript)
    page.goto(f"/memos/{memo.pk}/edit/")
    page.get_by_label("เรื่อง", exact=True).fill("เรื่องที่ยังไม่ได้บันทึก")
    page.get_by_role("button", name="บันทึก แล้วไปแนบหรือนำไฟล์ออก").click()
    attach(page, [brought[samples.PDF_NAME], brought[samples.JPG_NAME]])
    expect(page.get_by_role("link", name=samples.PDF_NAME, exact=True)).to_be_visible()
    if javascript:
        is_whole(page)
    assert Memo.objects.get(pk=memo.pk).subject == "เรื่องที่ยังไม่ได้บันทึก"
    page.goto(f"/memos/{memo.pk}/")
    expect(page.locator(".paper")).to_contain_text(samples.JPG_NAME)
    if javascript:
        is_whole(page)
