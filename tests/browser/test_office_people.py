"""The office's people, chairs and acting officials in a real browser: readable at both widths, worked without scripts.

The pages are read in English here, so that the words of the source are those that are looked for.
"""

from typing import Any

import pytest
from playwright.sync_api import expect

from organization.models import Acting, Appointment, User
from tests.browser.conftest import DESK, PHONE, Visit, violations
from tests.cast import Cast, at

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_nothing_hinders_whoever_reads_them(cast: Cast, visit: Visit, viewport: Any) -> None:
    cast.clock(at())
    cast.submitted()
    person, row = cast.permanent_secretary.pk, Appointment.objects.get(user=cast.mayor)
    page = visit(cast.head_of_office, viewport=viewport)
    for path in (
        *("people/", "people/add/", "people/import/", f"people/{person}/", f"people/{person}/change/"),
        *(f"people/{person}/link/", f"people/{person}/deactivate/", f"people/{person}/hand-over/", "positions/"),
        *(f"positions/{row.position_id}/", "positions/add/", "divisions/add/", f"appointments/{row.pk}/end/"),
        *("acting/", f"acting/{Acting.objects.latest('pk').pk}/end/", "vacant/"),
    ):
        page.goto(f"/organization/{path}")
        assert violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"], path


def test_a_newcomer_is_added_seated_and_acts_without_a_script(cast: Cast, visit: Visit) -> None:
    cast.clock(at())
    User.objects.filter(pk=cast.head_of_office.pk).update(language="en")
    page = visit(cast.head_of_office, viewport=PHONE, java_script_enabled=False)
    page.goto("/organization/")
    page.get_by_role("link", name="People", exact=True).click()
    page.get_by_role("link", name="Add a person").click()
    page.get_by_label("Name in Thai").fill("นายสมชาย ใจกล้า")
    page.get_by_label("Username").fill("mayor")
    page.get_by_role("button", name="Add the person").click()
    expect(page.get_by_role("alert")).to_contain_text("This user name is taken")
    expect(page.get_by_label("Name in Thai")).to_have_value("นายสมชาย ใจกล้า")
    page.get_by_label("Username").fill("somchai")
    page.get_by_role("button", name="Add the person").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("นายสมชาย ใจกล้า")
    page.goto("/organization/positions/")
    page.get_by_role("link", name="Officer, Office of the Permanent Secretary").click()
    page.get_by_label("Person").select_option(label="นายสมชาย ใจกล้า")
    page.get_by_label("First day").fill("14/9/2564")
    page.get_by_role("button", name="Appoint").click()
    expect(page.locator("main")).to_contain_text("The appointment stands.")
    page.goto("/organization/acting/")
    page.get_by_label("For which position").select_option(label="Permanent Secretary")
    page.get_by_label("Who acts").select_option(label="นายสมชาย ใจกล้า")
    page.get_by_label("Number of the order").fill("300/2564")
    page.get_by_label("First day").fill("20/9/2564")
    page.get_by_label("Last day").fill("21/9/2564")
    page.get_by_role("button", name="Record the order").click()
    expect(page.locator(".month")).to_contain_text("นายสมชาย ใจกล้า")
    assert Acting.objects.get(order_number="300/2564").user.username == "somchai"
