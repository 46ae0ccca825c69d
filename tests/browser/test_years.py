"""A year comes to its end in a real browser: what is shown before it is closed, the act, and what follows."""

from datetime import date
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from assessments import results
from measures import work
from organization.models import ClosedYear
from tests.browser.conftest import DESK, PHONE, Visit, violations
from tests.cast import Cast, at
from tests.test_next_year import SCORES

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AFTER = date(2022, 10, 3)
SIZES = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])


def a_year(cast: Cast) -> None:
    task = cast.reported("fin")
    work.accept(task.pk, by=cast.head_of_office, now=at(hour=16))
    figures = {number: Decimal(score) for number, score in enumerate(SCORES.split(), 1)}
    results.record(cast.office, 2565, cast.head_of_office, figures, now=at(AFTER))
    cast.clock(at(AFTER))


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


@SIZES
@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_the_year_is_closed_with_a_tick(cast: Cast, visit: Visit, size: dict[str, int], script: bool) -> None:
    a_year(cast)
    page = visit(cast.head_of_office, viewport=size, java_script_enabled=script)
    page.goto("/measures/?year=2565")
    page.locator('a[href="/measures/closing/2565/"]').click()
    button = page.locator("form .btn.bad")
    button.click()
    expect(page.locator("#errors")).to_be_visible()
    assert not ClosedYear.objects.exists()
    page.locator("#id_unreported").check()
    page.locator("#id_confirm").check()
    page.locator("#id_note").fill("ปิดปีตามกำหนด")
    button.click()
    expect(page.locator(".closed-year")).to_contain_text("2565")
    expect(page.get_by_text("ปิดปีตามกำหนด")).to_be_visible()
    assert ClosedYear.objects.get().note == "ปิดปีตามกำหนด"
    expect(button).to_have_count(0)


@SIZES
def test_the_pages_of_a_year_fit_and_axe_finds_nothing(cast: Cast, visit: Visit, size: dict[str, int]) -> None:
    a_year(cast)
    page = visit(cast.head_of_office, viewport=size)
    for address in ("/measures/closing/2565/", "/measures/effects/2565/", "/measures/?year=2565"):
        page.goto(address)
        assert violations(page) == [] and fits(page), address
    page.goto("/measures/closing/2565/")
    page.locator("#id_unreported").check()
    page.locator("#id_confirm").check()
    page.locator("form .btn.bad").click()
    expect(page.locator(".closed-year")).to_be_visible()
    assert violations(page) == [] and fits(page)
    page.goto("/results/2565/")
    assert violations(page) == [] and fits(page)
