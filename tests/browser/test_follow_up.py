"""A follow-up memo in a real browser: drawn up, put into words, its figures taken again, sent and sealed."""

from datetime import date

import pytest
from playwright.sync_api import expect

from documents.models import Paper
from memo_flow import decisions
from memo_flow.models import Memo
from tests.browser.conftest import DESK, PHONE, Visit, violations
from tests.cast import Cast, at, digest, open_step
from tests.test_follow_up_memo import finish_one

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("viewport", "scripts"), [(DESK, True), (PHONE, True), (PHONE, False)])
def test_from_the_inbox_to_a_sealed_report(cast: Cast, visit: Visit, viewport: dict[str, int], scripts: bool) -> None:
    source = cast.approved()
    cast.clock(at(date(2022, 4, 20)))
    page = visit(cast.head_of_office, viewport=viewport, java_script_enabled=scripts)
    page.goto("/inbox/")
    page.get_by_role("link", name="รอบระหว่างปี").or_(page.locator("a[href$='#follow-ups']")).first.click()
    page.locator("button[name=kind][value=interim]").click()
    page.wait_for_url("**/edit/")
    memo = Memo.objects.get(follows=source)
    expect(page.locator("#figures tfoot")).to_contain_text("๑๕")
    if scripts:
        assert violations(page) == []
    finish_one(cast, source)
    words = page.locator("[name='sections.1.text']")
    words.fill("ได้ดำเนินการแล้วเสร็จ ๑๔ งาน")
    page.locator("button[value=figures]").click()
    expect(page.locator(".flash")).to_be_visible()
    expect(words).to_have_value("ได้ดำเนินการแล้วเสร็จ ๑๔ งาน")
    expect(page.locator(".finding.high")).to_have_count(1)
    words.fill("ได้ดำเนินการแล้วเสร็จ ๑ งาน")
    page.locator(".savebar button[value=submit]").click()
    page.wait_for_url("**/submit/")
    expect(page.locator("#figures")).to_be_visible()
    page.locator("form.card button.pri").click()
    page.wait_for_url(f"**/memos/{memo.pk}/")
    for who, outcome in ((cast.permanent_secretary, "endorse"), (cast.mayor, "approve")):
        decisions.decide(
            memo.pk, by=who, step=open_step(memo).pk, outcome=outcome, revision=digest(memo), now=at(date(2022, 4, 21))
        )
    page.goto(f"/memos/{source.pk}/")
    expect(page.locator("#follow-ups .tag.ok")).to_have_count(1)
    page.locator("#follow-ups a").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    assert Paper.objects.filter(about=f"memo:{memo.pk}", form="follow_up", sealed=True).count() == 1
    if scripts:
        assert violations(page) == []
