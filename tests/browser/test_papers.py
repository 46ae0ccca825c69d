"""Papers in a real browser: they appear while one looks, and a stranger checks one."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from documents import archive
from documents.models import Paper
from tests.browser.conftest import DESK, PHONE, Visit, print_papers, violations
from tests.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_papers_appear_on_the_page_that_waits_for_them(cast: Cast, visit: Visit) -> None:
    memo = cast.approved()
    page = visit(cast.mayor)
    page.goto(f"/memos/{memo.pk}/")
    shelf = page.locator("#shelf")
    expect(shelf.get_by_role("progressbar")).to_have_count(4)
    print_papers()
    expect(shelf.get_by_role("progressbar")).to_have_count(0)
    expect(shelf.get_by_role("link")).to_have_count(5)
    with page.expect_popup() as opened:
        shelf.get_by_role("link").first.click()
    assert opened.value.url.endswith(f"/papers/{Paper.objects.get(form='memo').pk}/")


def test_without_javascript_the_list_is_one_click_away(cast: Cast, visit: Visit) -> None:
    memo = cast.approved()
    page = visit(cast.mayor, viewport=PHONE, java_script_enabled=False)
    page.goto(f"/memos/{memo.pk}/")
    print_papers()
    page.locator("#shelf").get_by_role("link").last.click()
    expect(page.locator(".rows li")).to_have_count(4)


@pytest.mark.parametrize("viewport", [DESK, PHONE])
def test_a_stranger_checks_a_file_and_a_code(
    cast: Cast, visit: Visit, tmp_path: Path, viewport: dict[str, int]
) -> None:
    cast.approved()
    print_papers()
    paper = Paper.objects.select_related("print").get(form="memo")
    with archive.take(paper.print.sha256) as file:
        (tmp_path / "memo.pdf").write_bytes(file.read())
    page = visit(viewport=viewport)
    page.goto("/verify/")
    page.locator("#code").fill(f"{paper.code[:5].lower()} {paper.code[5:]}")
    page.locator("form[method=get] button").click()
    page.wait_for_url(f"**/verify/{paper.code}/")
    page.locator("#file").set_input_files(tmp_path / "memo.pdf")
    page.locator("form[method=post] button.pri").click()
    expect(page.locator(".verdict.intact")).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
