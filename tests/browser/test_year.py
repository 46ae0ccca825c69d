"""The year through the screen: from approval to the closed year, its public pages, and the next year's draft."""

import csv
import io
import json
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from jsonschema import Draft202012Validator
from playwright.sync_api import Page, expect

from demo import clock
from measures.models import DivisionTask
from memo_flow.models import Memo
from organization.models import User
from tests import file_samples as samples
from tests.browser.conftest import DESK, PHONE, Visit, print_papers, violations
from tests.browser.test_main_job import answer, report_finished
from tests.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SCORES = ("95.10", "90.00", "93.00", "89.10", "90.20", "97.50", "97.90", "97.40", "88.20", "75.00")
LATE, EXTENDED = "fin", "edu"


def at(day: date, hour: int = 9) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour)))


def is_whole(page: Page) -> None:
    """Clean for axe, and no wider than its screen, at the desk and on a phone."""
    for viewport in (DESK, PHONE):
        page.set_viewport_size(viewport)  # type: ignore[arg-type]
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    page.set_viewport_size(DESK)  # type: ignore[arg-type]


class Office:
    """Everybody's own browser, and the way each of them does things."""

    def __init__(self, cast: Cast, visit: Visit, folder: Path) -> None:
        self.cast, self.visit = cast, visit
        self.open: dict[str, Page] = {}
        self.files = []
        for name, content in ((samples.PDF_NAME, samples.pdf()), (samples.JPG_NAME, samples.jpg(gps=True))):
            (folder / name).write_bytes(content)
            self.files.append(str(folder / name))

    def page(self, user: User) -> Page:
        if user.username not in self.open:
            self.open[user.username] = self.visit(user)
        return self.open[user.username]

    def begin(self, task: DivisionTask) -> None:
        page = self.page(self.cast.worker_of(task))
        page.goto(f"/measures/tasks/{task.pk}/")
        page.get_by_role("button", name="เริ่มดำเนินการ").click()
        expect(page.get_by_role("status")).to_contain_text("เริ่มดำเนินการแล้ว")

    def finish(self, task: DivisionTask) -> None:
        page = self.page(self.cast.worker_of(task))
        page.goto(f"/measures/tasks/{task.pk}/")
        page.get_by_label("ไฟล์ที่แนบมากับรายงาน").set_input_files(self.files)
        report_finished(page, "ดำเนินการตามมาตรการครบถ้วนแล้ว")

    def accept(self, task: DivisionTask) -> None:
        judge = self.cast.permanent_secretary if task.division.code == "op" else self.cast.head_of_office
        page = self.page(judge)
        page.goto(f"/measures/tasks/{task.pk}/")
        page.get_by_role("button", name="ตรวจรับงาน").click()
        expect(page.get_by_role("status")).to_contain_text("ตรวจรับงานแล้ว")

    def work(self, tasks: list[DivisionTask]) -> None:
        for task in tasks:
            self.finish(task)
            self.accept(task)

    def follow_up(self, memo: Memo, name: str) -> str:
        """Draw up a follow-up memo, put a word to it, and bring it through; returns its address."""
        author = self.page(self.cast.head_of_office)
        author.goto(f"/memos/{memo.pk}/")
        author.get_by_role("button", name=f"จัดทำบันทึกรายงานติดตามผล {name}").click()
        is_whole(author)
        story = author.get_by_label("ข้อความ", exact=True).last
        story.fill(story.input_value() + "\nขอขอบคุณทุกกองที่ร่วมดำเนินการ")
        author.get_by_role("button", name="ตรวจทานและเสนอ").click()
        expect(author.get_by_role("article")).to_contain_text("ขอขอบคุณทุกกอง")
        author.get_by_role("button", name="เสนอเรื่อง").click()
        expect(author.get_by_role("status")).to_contain_text("71201/")
        for who, word in ((self.cast.permanent_secretary, "สมควร"), (self.cast.mayor, "อนุมัติ")):
            page = self.page(who)
            page.goto(author.url)
            answer(page, word)
            page.get_by_role("button", name="ยืนยันและลงนาม").click()
            expect(page.get_by_role("status")).to_contain_text(word)
        print_papers()
        return author.url

    def publish(self, memo: Any, place: str) -> None:
        author = self.page(self.cast.head_of_office)
        author.goto(f"/disclosure/memos/{memo}/{place}/")
        is_whole(author)
        author.get_by_role("button", name="เผยแพร่ตามนี้").click()
        expect(author.get_by_role("status").first).to_contain_text("เผยแพร่")
        print_papers()


def test_from_approval_to_the_next_years_draft(
    cast: Cast, visit: Visit, settings: Any, live_server: Any, tmp_path: Path
) -> None:
    settings.SITE_URL = live_server.url
    settings.MEMOFLOW_CLOCK = "demo.clock.now"
    memo = cast.approved("ให้ทุกกองรายงานผลภายในกำหนด")
    print_papers()
    office = Office(cast, visit, tmp_path)
    tasks = list(DivisionTask.objects.select_related("division", "measure__row").order_by("due_on", "pk"))
    assert (len(tasks), len({one.division_id for one in tasks})) == (15, 5)
    head = office.page(cast.head_of_office)
    office.publish(memo.pk, "measures")

    # Work: everybody begins in January, one asks for more time, one is late.
    clock.set_to(at(date(2022, 1, 4)))
    for task in tasks:
        office.begin(task)
    early = [one for one in tasks if one.due_on == date(2022, 3, 31)]
    late = next(one for one in early if one.division.code == LATE)
    longer = next(one for one in early if one.division.code == EXTENDED)
    asking = office.page(cast.education)
    asking.goto(f"/measures/tasks/{longer.pk}/")
    asking.get_by_text("ขอขยายเวลา").first.click()
    asking.get_by_label("ขอถึงวันที่").fill("2022-04-20")
    asking.locator("#time").get_by_label("เหตุผล").fill("วิทยากรเลื่อนการอบรม")
    asking.get_by_role("button", name="ส่งคำขอ").click()
    expect(asking.locator("#time")).to_contain_text("20 เมษายน 2565")
    head.goto(asking.url)
    is_whole(head)
    head.get_by_role("button", name="อนุญาตให้ขยายเวลา").click()
    asking.reload()
    expect(asking.get_by_role("main")).to_contain_text("31 มี.ค. 2565")  # the day first ordered stays shown
    assert DivisionTask.objects.get(pk=longer.pk).due_on == date(2022, 4, 20)

    clock.set_to(at(date(2022, 3, 28)))
    office.work([one for one in early if one not in (late, longer)])
    clock.set_to(at(date(2022, 4, 11)))
    office.work([late, longer])

    # The interim report is approved and published before the assessors' window closes on 30 April.
    clock.set_to(at(date(2022, 4, 18)))
    interim = office.follow_up(memo, "รอบระหว่างปี").rstrip("/").rsplit("/", 1)[-1]
    office.publish(interim, "interim")
    office.publish(memo.pk, "progress")

    # The rest of the year, and the final report after it.
    clock.set_to(at(date(2022, 9, 26)))
    office.work([one for one in tasks if one not in early])
    clock.set_to(at(date(2022, 10, 5)))
    final = office.follow_up(memo, "รอบสิ้นปี").rstrip("/").rsplit("/", 1)[-1]
    office.publish(final, "final")
    office.publish(memo.pk, "progress")

    # A citizen reads it, and a machine.
    stranger = visit()
    stranger.goto(f"/public/{cast.office.code}/2565/")
    is_whole(stranger)
    for place in ("measures", "scores", "progress", "follow-up"):
        stranger.goto(f"/public/{cast.office.code}/2565/{place}/")
        is_whole(stranger)
    expect(stranger.get_by_role("main")).to_contain_text("ขอขอบคุณทุกกอง")
    assert stranger.context.cookies() == []
    request = stranger.context.request
    data = request.get(f"/public/{cast.office.code}/2565/progress/data.json").json()
    schema = request.get(data["$schema"]).json()
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(data)
    text = request.get(f"/public/{cast.office.code}/2565/progress/data.csv").body().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 15
    assert json.dumps(data, ensure_ascii=False).count('"accepted"') >= 15

    # The year is closed, and the next one's analysis is begun from its result.
    head.goto("/results/2565/edit/")
    for number, score in enumerate(SCORES, 1):
        head.locator(f"#id_score_{number}").fill(score)
    head.get_by_role("button", name="บันทึก").click()
    head.wait_for_url("**/results/2565/")
    head.goto("/measures/closing/2565/")
    is_whole(head)
    head.get_by_role("checkbox").check()
    head.get_by_role("button", name="ปิดปีงบประมาณ 2565").click()
    expect(head.get_by_role("main")).to_contain_text("ปิดปี")
    head.goto("/measures/effects/2565/")
    is_whole(head)
    head.goto("/results/2565/")
    head.get_by_role("button", name="จัดทำบันทึกวิเคราะห์").click()
    expect(head.get_by_role("main")).to_contain_text("2565")
    new = Memo.objects.order_by("-created_at").first()
    assert new is not None and new.state == "draft" and new.draft.content["scores"]["fiscal_year"] == 2565
