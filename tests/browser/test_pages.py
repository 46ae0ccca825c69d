"""Every page of every reader: axe on a desk and on a phone, by day and by night, and nothing that runs off sideways."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from documents import archive
from documents.models import Job, Paper, Print
from measures.models import DivisionTask
from memo_flow import drafts
from notifications.models import Letter
from organization.models import User
from tests.browser.conftest import DESK, PHONE, Visit, print_papers, violations
from tests.cast import Cast, at
from tests.test_changes import resubmitted

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDER = "document.scrollingElement.scrollWidth - innerWidth"


def defects(page: Page, night: bool = True) -> Iterator[str]:
    """What is wrong with the page as it stands, on both screens; at night only colours differ."""
    for screen in (DESK, PHONE):
        page.set_viewport_size(screen)
        width = screen["width"]
        yield from (f"{width}: {found}" for found in violations(page))
        if (wider := page.evaluate(WIDER)) > 0:
            yield f"{width}: {wider} px wider than the screen"
    page.set_viewport_size(DESK)
    if night:
        page.emulate_media(color_scheme="dark")
        yield from (f"dark: {found}" for found in violations(page, "color-contrast"))
        page.emulate_media(color_scheme="light")


def look(page: Page, *paths: str, status: int = 200, night: bool = True) -> list[str]:
    found = []
    for path in paths:
        answer = page.goto(path)
        assert answer and answer.status == status, f"{path}: {answer and answer.status}"
        found += [f"{path} {defect}" for defect in defects(page, night)]
    return found


def a_stranger(cast: Cast, visit: Visit) -> list[str]:
    cast.endorsed()
    letter = Letter.objects.order_by("pk")[0]
    page = visit()
    found = look(page, "/accounts/login/", "/accounts/password/reset/", "/mail/", f"/mail/{letter.pk}/", "/verify/")
    found += look(page, "/nowhere/", "/verify/0000000000/", status=404)
    page.goto(f"/mail/{letter.pk}/html/")  # a letter is no page: it stands inside a mail programme's own
    page.emulate_media(color_scheme="dark")
    return found + violations(page, "wcag2a", "wcag2aa")


def who_reads(cast: Cast, visit: Visit) -> list[str]:
    draft, back, _sent = cast.draft(), cast.returned(), cast.submitted()
    page = visit(cast.head_of_office)
    found = look(page, "/inbox/", "/inbox/?tab=others", "/memos/", "/search/?q=ITA", "/account/")
    found += look(page, *(f"/memos/{memo.pk}/" for memo in (draft, back)))
    return found + look(page, "/inbox/?tab=decided", "/accounts/password/change/", "/search/", night=False)


def who_writes(cast: Cast, visit: Visit) -> list[str]:
    draft, sent, back = cast.draft(), cast.submitted(), cast.returned()
    empty = drafts.create(kind=cast.kind, by=cast.head_of_office, subject="", now=at())
    page = visit(cast.head_of_office)
    found = look(page, "/memos/new/", f"/memos/{back.pk}/edit/", f"/memos/{back.pk}/submit/")
    found += look(page, f"/memos/{draft.pk}/submit/", night=False)
    page.get_by_role("button", name="เสนอเรื่อง").click()
    expect(page.get_by_role("alert")).to_be_visible()
    found += [f"without its reason {defect}" for defect in defects(page)]
    page.goto(f"/memos/{draft.pk}/edit/")
    page.get_by_role("button", name="ใช้ “").first.click()
    expect(page.get_by_role("button", name="เลิกทำ")).to_be_visible()
    found += [f"applied {defect}" for defect in defects(page)]
    found += look(page, f"/memos/{empty.pk}/edit/", f"/memos/{empty.pk}/submit/", night=False)
    asks = (f"/memos/{draft.pk}/discard/", f"/memos/{sent.pk}/withdraw/", f"/memos/{sent.pk}/reassign/")
    found += look(page, *asks, night=False)
    return found + look(page, f"/memos/{sent.pk}/edit/", status=409)


def who_decides(cast: Cast, visit: Visit) -> list[str]:
    memo, rejected = cast.endorsed(), cast.rejected()
    page = visit(cast.deputy)
    found = look(page, "/inbox/", "/inbox/?tab=acting", f"/memos/{memo.pk}/")
    found += look(page, f"/memos/{rejected.pk}/", night=False)
    found += look(visit(cast.permanent_secretary), f"/memos/{resubmitted(cast).pk}/changes/")
    found += look(visit(cast.permanent_secretary), "/inbox/?tab=decided", night=False)
    found += look(page, f"/memos/{memo.pk}/withdraw/", status=403, night=False)
    page.goto(f"/memos/{memo.pk}/")
    page.get_by_role("radio", name="ส่งกลับให้แก้ไข").check()
    page.get_by_role("button", name="ยืนยันและลงนาม").click()
    expect(page.get_by_role("alert")).to_be_visible()
    found += [f"refused decision {defect}" for defect in defects(page)]
    page.get_by_role("radio", name="ส่งกลับให้แก้ไข").check()
    page.get_by_label("ข้อสั่งการถึงกอง").fill("คำที่พิมพ์ไว้")
    cast.answer(memo, cast.mayor, "approve")
    page.get_by_role("button", name="ยืนยันและลงนาม").click()
    expect(page.get_by_text("คำที่พิมพ์ไว้")).to_be_visible()
    return found + [f"late decision {defect}" for defect in defects(page)]


def who_works(cast: Cast, visit: Visit) -> list[str]:
    task = cast.started("fin")
    page = visit(cast.finance)
    found = look(page, "/measures/", "/measures/tasks/", f"/memos/{task.measure.row.memo_id}/")
    fresh = DivisionTask.objects.filter(division__code="fin", state="assigned")[0]
    found += look(page, f"/measures/tasks/{fresh.pk}/", f"/measures/tasks/{task.pk}/")
    page.get_by_label("สิ่งที่ได้ดำเนินการ").fill("เสร็จแล้ว")
    page.get_by_label("งานแล้วเสร็จ").check()
    page.get_by_role("button", name="บันทึกรายงาน").click()
    expect(page.get_by_role("alert")).to_be_visible()
    found += [f"refused report {defect}" for defect in defects(page, night=False)]
    cast.finish(task)
    judge = visit(cast.head_of_office)
    return found + look(judge, f"/measures/tasks/{task.pk}/")


def who_keeps_results(cast: Cast, visit: Visit) -> list[str]:
    cast.approved()
    page = visit(cast.head_of_office)
    paths = ("/results/", "/results/2564/", "/results/2564/edit/", "/results/import/", "/dashboard/")
    found = look(page, *paths) + look(page, "/results/new/", night=False)
    page.goto("/results/2565/edit/")
    page.get_by_label("1. การปฏิบัติหน้าที่").fill("101")
    page.get_by_role("button", name="บันทึก").click()
    expect(page.get_by_role("alert")).to_be_visible()
    found += [f"refused figures {defect}" for defect in defects(page)]
    page.goto("/results/import/")
    page.get_by_label("ไฟล์", exact=True).set_input_files({"name": "r.csv", "mimeType": "", "buffer": b"2564,1,x"})
    page.get_by_role("button", name="นำเข้า").click()
    expect(page.get_by_role("alert")).to_be_visible()
    found += [f"refused file {defect}" for defect in defects(page)]
    return found + look(visit(cast.outsider), "/results/", "/results/2564/", "/dashboard/")


def who_prints(cast: Cast, visit: Visit) -> list[str]:
    memo, draft = cast.approved(), cast.draft()
    paper = Paper.objects.get(about=f"memo:{memo.pk}", form="memo")
    Job.objects.filter(paper__form="report").update(error="It took longer than 60 seconds and was stopped.")
    page, stranger = visit(cast.head_of_office), visit()
    found = look(page, f"/memos/{memo.pk}/papers/", f"/memos/{draft.pk}/papers/")
    print_papers()
    found += look(page, f"/memos/{memo.pk}/papers/", "/memos/years/")
    found += look(stranger, f"/verify/{paper.code}/")
    with archive.take(Print.objects.get(paper=paper).sha256) as file:
        pdf = file.read()
    for name, bytes_ in (("intact", pdf), ("changed", pdf + b"%"), ("unknown", b"%PDF-1.7")):
        upload = {"name": f"{name}.pdf", "mimeType": "application/pdf", "buffer": bytes_}
        stranger.locator("#file").set_input_files(upload)  # type: ignore[arg-type]
        stranger.locator("form[method=post] button.pri").click()
        expect(stranger.locator(f".verdict.{name}")).to_be_visible()
        found += [f"{name} {defect}" for defect in defects(stranger)]
    return found


@pytest.mark.parametrize(
    "reader", [a_stranger, who_reads, who_writes, who_decides, who_works, who_keeps_results, who_prints]
)
def test_every_page_is_accessible_and_fits_a_phone(
    reader: Callable[[Cast, Visit], list[str]], cast: Cast, visit: Visit
) -> None:
    found = reader(cast, visit)
    assert not found, "\n".join(found)


def test_the_english_pages_fit_a_phone_too(cast: Cast, visit: Visit) -> None:
    memo = cast.approved()
    User.objects.update(language="en")
    page = visit(cast.head_of_office, viewport=PHONE)
    task = DivisionTask.objects.filter(measure__row__memo=memo)[0]
    results = ("/results/", "/results/2564/", "/results/2564/edit/", "/results/import/", "/dashboard/")
    others = ("/inbox/", "/memos/", f"/memos/{memo.pk}/", "/measures/", f"/measures/tasks/{task.pk}/", "/account/")
    for path in (*others, *results):
        page.goto(path)
        assert page.evaluate(WIDER) <= 0, path
