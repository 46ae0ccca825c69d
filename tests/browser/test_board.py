"""The board and the year in a browser: grouped without a script, opened in a spreadsheet, printed landscape."""

import csv
import io
from datetime import date

import pytest
from playwright.sync_api import expect

from measures.models import DivisionTask
from tests.browser.conftest import Visit
from tests.browser.test_pages import look
from tests.cast import Cast, at, days

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def in_february(cast: Cast) -> DivisionTask:
    """An office in the middle of its year: one task extended, one late, one finished."""
    task = cast.reported("fin")
    late, moved = DivisionTask.objects.filter(division__code="op")[:2]
    DivisionTask.objects.filter(pk=late.pk).update(due_on=date(2022, 2, 1))
    DivisionTask.objects.filter(pk=moved.pk).update(due_on=moved.due_on + days(30))
    cast.clock(at(date(2022, 2, 15)))
    return task


def test_the_board_and_the_year_have_no_defects_on_a_desk_and_a_phone(cast: Cast, visit: Visit) -> None:
    in_february(cast)
    page = visit(cast.mayor)
    assert look(page, "/measures/", "/measures/year/") == []
    grouped = ("/measures/?by=indicator&due=extended", "/measures/?by=state", "/measures/year/?by=plan")
    assert look(page, *grouped, "/measures/year/?q=ไม่มี", night=False) == []


def test_tasks_are_grouped_and_filtered_without_a_script(cast: Cast, visit: Visit) -> None:
    in_february(cast)
    page = visit(cast.mayor, java_script_enabled=False)
    page.goto("/measures/")
    page.get_by_label("กอง", exact=True).select_option("fin")
    page.get_by_role("button", name="กรอง").click()
    expect(page.get_by_role("region", name="กองคลัง")).to_be_visible()
    expect(page.get_by_role("region")).to_have_count(1)
    page.get_by_role("link", name="แยกตามสถานะ").click()
    expect(page.get_by_role("region", name="รายงานว่าแล้วเสร็จ").get_by_role("listitem")).to_have_count(1)
    expect(page.get_by_label("กอง", exact=True)).to_have_value("fin")
    page.get_by_role("link", name="แผนภาพทั้งปี").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("แผนภาพมาตรการ")
    expect(page.get_by_label("กอง", exact=True)).to_have_value("fin")


def test_the_export_holds_the_filtered_tasks_in_thai(cast: Cast, visit: Visit) -> None:
    in_february(cast)
    page = visit(cast.mayor)
    page.goto("/measures/?division=fin&state=reported")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    text = download.value.path().read_text("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert (row["กอง"], row["สถานะ"], row["ร้อยละ"]) == ("กองคลัง", "รายงานว่าแล้วเสร็จ", "100")
    with page.expect_download() as download:
        page.get_by_role("link", name="Excel").click()
    assert download.value.suggested_filename.endswith(".xlsx")


def test_a_track_is_read_aloud_and_leads_to_its_task(cast: Cast, visit: Visit) -> None:
    task = in_february(cast)
    page = visit(cast.mayor)
    page.goto("/measures/year/?division=fin&state=reported")
    track = page.get_by_role("img", name=task.measure.text)
    said = "1 ม.ค. 2565 ถึง 30 ก.ย. 2565; รายงานว่าแล้วเสร็จ 100%; ครบกำหนด 31 มี.ค. 2565"
    expect(track).to_have_accessible_description(said)
    today = track.locator("line.now").bounding_box()
    bar = track.locator("rect.period").bounding_box()
    due = track.locator("path.due").bounding_box()
    assert today and bar and due and bar["x"] < today["x"] < due["x"] < bar["x"] + bar["width"]
    page.get_by_role("link", name=task.measure.text).click()
    page.wait_for_url(f"**/measures/tasks/{task.pk}/")


def test_the_printed_board_says_whose_it_is_and_has_no_buttons(cast: Cast, visit: Visit) -> None:
    in_february(cast)
    page = visit(cast.mayor)
    for path in ("/measures/?division=op&overdue=1", "/measures/year/?division=op&overdue=1"):
        page.goto(path)
        head = page.locator(".print-head")
        expect(head).to_be_hidden()
        page.emulate_media(media="print")
        for said in ("องค์การบริหารส่วนตำบลกำแพงแสน", "2565", "15 กุมภาพันธ์ 2565", "สำนักปลัด", "เฉพาะที่เกินกำหนด"):
            expect(head).to_contain_text(said)
        expect(page.locator("button:visible, .btn:visible, select:visible, nav:visible")).to_have_count(0)
        page.emulate_media(media="screen")
