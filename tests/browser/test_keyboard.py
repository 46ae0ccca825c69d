"""The keyboard alone: sign in, skip the menu, read and decide, and always see where one is."""

import pytest
from playwright.sync_api import Locator, Page, expect

from demo import office
from memo_flow.models import Decision
from tests.browser.conftest import Visit
from tests.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# The ring is an outline, on the element or (for a row that is one link) on its ::after; and it lies on the screen.
SEEN = """() => {
  const one = document.activeElement, box = one.getBoundingClientRect();
  const ring = [null, "::after"].some((part) => {
    const style = getComputedStyle(one, part);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  });
  return ring && box.bottom > 0 && box.top < innerHeight && box.width > 0 ? "" : one.outerHTML.slice(0, 200);
}"""


def tab_to(page: Page, goal: Locator, most: int = 40) -> None:
    """Press Tab until the goal has the focus; every stop on the way must be seen."""
    goal = goal.first
    for _press in range(most):
        page.keyboard.press("Tab")
        assert page.evaluate(SEEN) == ""
        if goal.evaluate("one => one === document.activeElement"):
            return
    raise AssertionError(f"Tab does not reach {goal}")


def test_a_decision_is_taken_with_the_keyboard_alone(cast: Cast, visit: Visit) -> None:
    memo = cast.submitted()
    page = visit()
    page.goto(f"/memos/{memo.pk}/")
    tab_to(page, page.get_by_label("ชื่อผู้ใช้"))
    page.keyboard.type("permanent_secretary")
    tab_to(page, page.get_by_label("รหัสผ่าน"), most=1)
    page.keyboard.type(office.PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("article")).to_be_visible()

    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="ข้ามไปยังเนื้อหา")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()

    tab_to(page, page.get_by_role("radio"), most=10)
    page.keyboard.press("Space")
    expect(page.get_by_role("radio", name="เสนอต่อไปยังขั้นถัดไป").first).to_be_checked()
    tab_to(page, page.get_by_role("textbox", name="ความเห็น"), most=2)
    page.keyboard.type("เห็นควร")
    tab_to(page, page.get_by_role("button", name="ยืนยันและลงนาม"), most=2)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("เห็นสมควร")
    assert Decision.objects.get(memo=memo).comment == "เห็นควร"


def test_every_stop_of_a_list_and_a_board_is_seen(cast: Cast, visit: Visit) -> None:
    cast.approved()
    page = visit(cast.finance)
    for path in ("/memos/", "/measures/", "/measures/tasks/"):
        page.goto(path)
        tab_to(page, page.get_by_role("main").get_by_role("listitem").get_by_role("link"))
