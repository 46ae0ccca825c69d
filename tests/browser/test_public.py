"""From the office's preview to a citizen's phone: published, read, taken back."""

import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from disclosure.models import Page
from measures import extensions, work
from memo_flow import decisions, follow_ups
from memo_flow.models import Memo
from tests.browser.conftest import DESK, PHONE, Visit, print_papers, violations
from tests.cast import DAY, Cast, at, days
from tests.public import HOME, publish, published, withdraw

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PLACES = ("measures", "scores", "progress", "follow-up")
WIDTHS = pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])


def reported(cast: Cast, memo: Memo) -> Memo:
    """The approved interim follow-up memo."""
    now = at(DAY + days(200))
    report = follow_ups.draw_up(memo.pk, kind="interim", by=cast.head_of_office, now=now)
    decisions.submit(report.pk, by=cast.head_of_office, reason="เสนอ", now=now)
    cast.answer(report, cast.permanent_secretary, "endorse", now=now)
    cast.answer(report, cast.mayor, "approve", now=now)
    return Memo.objects.get(pk=report.pk)


def is_sound(page: Tab) -> None:
    """No axe rule is broken, nothing scrolls sideways, one heading is the page's."""
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    expect(page.get_by_role("heading", level=1)).to_have_count(1)


def test_the_office_publishes_what_it_has_seen_and_a_citizen_reads_it(cast: Cast, visit: Visit) -> None:
    memo = cast.approved()
    office = visit(cast.head_of_office)
    office.goto(f"/memos/{memo.pk}/")
    office.locator(f'a[href="/disclosure/memos/{memo.pk}/"]').click()
    office.locator(f'a[href="/disclosure/memos/{memo.pk}/measures/"]').click()
    seen = office.locator(".preview .words").inner_text()
    is_sound(office)
    office.locator("main form button.pri").click()
    office.wait_for_url("**/disclosure/2565/")
    print_papers()
    citizen = visit(viewport=PHONE)
    citizen.goto(HOME)
    citizen.locator(f'main a[href="{HOME}measures/"]').last.click()
    assert citizen.locator(".words").inner_text() == seen
    with citizen.context.expect_event("response", lambda answer: answer.url.endswith(".pdf")) as paper:
        citizen.evaluate("fetch(document.querySelector('a[href$=\".pdf\"]').href)")
    assert paper.value.status == 200 and paper.value.headers["content-type"] == "application/pdf"
    assert citizen.context.cookies() == []


@WIDTHS
def test_every_public_page_is_sound(cast: Cast, visit: Visit, viewport: dict[str, int]) -> None:
    memo = cast.approved()
    for page in (Page.MEASURES, Page.PROGRESS):
        publish(cast, memo, page)
    publish(cast, reported(cast, memo), Page.INTERIM, now=at(DAY + days(210)))
    citizen = visit(viewport=viewport)
    paths = ["/public/", "/public/kps-sao/", HOME, *(f"{HOME}{place}/" for place in PLACES), "/public/dictionary/"]
    for path in [*paths, *(f"{path}?lang=en" for path in paths), "/public/nobody/"]:
        citizen.goto(path)
        is_sound(citizen)


@WIDTHS
def test_a_withdrawn_page_and_the_offices_own_are_sound(cast: Cast, visit: Visit, viewport: dict[str, int]) -> None:
    one = published(cast)["progress"]
    office = visit(cast.head_of_office, viewport=viewport)
    office.goto("/disclosure/2565/")
    is_sound(office)
    office.goto(f"/disclosure/memos/{one.memo_id}/progress/")
    is_sound(office)
    office.goto(f"/disclosure/publications/{one.pk}/withdraw/")
    is_sound(office)
    withdraw(cast, one)
    citizen = visit(viewport=viewport)
    assert citizen.goto(f"{HOME}progress/").status == 410  # type: ignore[union-attr]
    is_sound(citizen)
    office.goto("/disclosure/2565/")
    is_sound(office)


def test_everything_is_read_and_done_without_javascript(cast: Cast, visit: Visit) -> None:
    memo = cast.approved()
    office = visit(cast.permanent_secretary, viewport=PHONE, java_script_enabled=False)
    office.goto(f"/disclosure/memos/{memo.pk}/progress/")
    office.locator("main form button.pri").click()
    office.wait_for_url("**/disclosure/2565/")
    citizen = visit(viewport=PHONE, java_script_enabled=False)
    citizen.goto(f"{HOME}progress/")
    expect(citizen.locator("[data-col=state]")).to_have_count(15)
    citizen.keyboard.press("Tab")
    expect(citizen.locator(".skip")).to_be_focused()
    office.locator('a[href$="/withdraw/"]').click()
    office.locator("textarea").fill("พบตัวเลขคลาดเคลื่อน")
    office.locator("main form button.bad").click()
    office.wait_for_url("**/disclosure/2565/")
    assert citizen.goto(f"{HOME}progress/").status == 410  # type: ignore[union-attr]
    expect(citizen.locator("main")).to_contain_text("พบตัวเลขคลาดเคลื่อน")


def test_a_printed_page_shows_its_tables_and_no_menus(cast: Cast, visit: Visit) -> None:
    published(cast)
    citizen = visit()
    citizen.goto(f"{HOME}scores/")
    citizen.emulate_media(media="print")
    expect(citizen.locator(".tabs")).to_be_hidden()
    expect(citizen.locator("table[data-set=scores]")).to_be_visible()
    expect(citizen.locator(".brand b")).to_be_visible()


def test_on_a_phone_what_belongs_together_stands_together(cast: Cast, visit: Visit) -> None:
    task, now = cast.task("fin"), at(DAY + days(100))
    memo = task.measure.row.memo
    work.start(task.pk, by=cast.finance, now=now)
    work.report(task.pk, by=cast.finance, percent=60, text="ดำเนินการต่อ", finished=False, done=None, now=now)
    asked = extensions.ask(task.pk, by=cast.finance, until=task.due_on + days(10), reason="รอเอกสารจากอำเภอ", now=now)
    extensions.grant(task.pk, by=cast.head_of_office, extension=asked.pk, now=now)
    publish(cast, memo, Page.PROGRESS, now=now)
    publish(cast, reported(cast, memo), Page.INTERIM, now=at(DAY + days(210)))
    citizen = visit(viewport=PHONE)
    for place in ("progress", "follow-up"):
        citizen.goto(f"{HOME}{place}/")
        expect(citizen.locator("[data-col=ordered_due_on]")).not_to_have_count(0)
        parts = citizen.locator("[data-set=work] [data-label]").evaluate_all(
            "cells => cells.map(cell => [...cell.childNodes].filter(one => one.textContent.trim()).length)"
        )
        assert set(parts) == {1}, place
