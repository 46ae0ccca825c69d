"""Ready for the assessment? Each required item, its address, when it was last opened, and what is missing."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from config.celery import app
from disclosure import queries, tasks, visits
from disclosure.models import Visit
from tests.cast import DAY, Cast, at, days
from tests.public import HOME, YEAR, citizen, published, withdraw

SITE = "http://localhost:8000"


def as_a_citizen(address: str) -> tuple[int, str]:
    assert address.startswith(SITE)
    answer = citizen().get(address.removeprefix(SITE))
    return answer.status_code, answer.content.decode()


def look(cast: Cast, fetch: Callable[[str], tuple[int, str]] = as_a_citizen) -> list[Visit]:
    return visits.look(cast.office, YEAR, now=at(hour=15), fetch=fetch)


def items(cast: Cast) -> dict[str, visits.Item]:
    return {one.name: one for one in visits.checklist(cast.office, YEAR, queries.of_year("kps-sao", YEAR))}


def test_before_anything_is_published_everything_is_missing(cast: Cast) -> None:
    found = items(cast)
    assert list(found) == ["measures", "scores", "progress", "interim", "final", "data"]
    assert not any(one.ready or one.address for one in found.values())
    assert found["measures"].code == "O42" and found["final"].code == "O43"


def test_published_and_looked_at_is_ready(cast: Cast) -> None:
    published(cast)
    assert not items(cast)["measures"].ready
    assert {one.item: one.problem for one in look(cast)} == dict.fromkeys(
        ("measures", "scores", "progress", "data"), ""
    )
    found = items(cast)
    assert {name for name, one in found.items() if one.ready} == {"measures", "scores", "progress", "data"}
    assert found["measures"].address == f"{SITE}{HOME}measures/"
    assert found["interim"].missing and not found["interim"].address


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ((500, ""), "500"),
        ((404, ""), "404"),
        ((301, ""), "301"),
        ((200, "<html>ของอื่น</html>"), "องค์การบริหารส่วนตำบลกำแพงแสน"),
        ((200, "<html>องค์การบริหารส่วนตำบลกำแพงแสน"), "“"),
    ],
)
def test_a_page_that_is_not_the_right_one_is_a_problem(cast: Cast, answer: tuple[int, str], problem: str) -> None:
    published(cast)
    assert all(one.problem for one in look(cast, lambda _address: answer))
    assert problem in items(cast)["measures"].missing
    assert items(cast)["measures"].visit is not None


@pytest.mark.parametrize("error", [OSError("refused"), TimeoutError("timed out"), ValueError("unknown url type")])
def test_an_address_that_cannot_be_opened_is_a_problem(cast: Cast, error: Exception) -> None:
    published(cast)

    def fetch(_address: str) -> tuple[int, str]:
        raise error

    assert all(str(error) in visits.said(one.problem) for one in look(cast, fetch))


def test_what_is_withdrawn_is_missing_again(cast: Cast) -> None:
    one = published(cast)["progress"]
    look(cast)
    withdraw(cast, one)
    assert items(cast)["progress"].missing and items(cast)["measures"].ready


def test_the_newest_look_is_kept(cast: Cast) -> None:
    published(cast)
    look(cast, lambda _address: (500, ""))
    look(cast)
    assert Visit.objects.count() == 4 and not Visit.objects.exclude(problem="").exists()


def test_a_day_later_it_is_looked_at_again_and_not_before(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    one = published(cast)["progress"]
    monkeypatch.setattr(visits, "opened", as_a_citizen)
    assert visits.look_due(now=at(hour=15)) == 4
    assert visits.look_due(now=at(hour=16)) == 0
    withdraw(cast, one)
    assert visits.look_due(now=at(DAY + days(1), hour=15)) == 3


def test_a_round_ends_when_its_time_is_up(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    published(cast)
    monkeypatch.setattr(visits, "PATIENCE", -1)
    assert visits.look_due(now=at(hour=15)) == 0 and not Visit.objects.exists()


def test_the_daily_task_looks_at_every_office(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    published(cast)
    monkeypatch.setattr(visits, "opened", as_a_citizen)
    tasks.visit()
    assert Visit.objects.count() == 4
    assert "disclosure.tasks.visit" in {one["task"] for one in app.conf.beat_schedule.values()}


def test_the_office_has_it_looked_at_by_a_button(
    cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    published(cast)
    look(cast, lambda _address: (500, ""))
    rung: list[str] = []
    monkeypatch.setattr(visits.doorbell, "ring", rung.append)
    monkeypatch.setattr(visits, "opened", as_a_citizen)
    client.force_login(cast.head_of_office)
    with django_capture_on_commit_callbacks(execute=True):
        page = client.post(f"/disclosure/{YEAR}/check/", follow=True).content.decode()
    assert f"{SITE}{HOME}measures/" in page and "O42" in page and "500" not in page
    assert rung == ["disclosure.tasks.visit"] and not Visit.objects.exists()
    assert visits.look_due(now=at(hour=15)) == 4 and items(cast)["measures"].ready
    assert client.get(f"/disclosure/{YEAR}/check/").status_code == 405


def test_only_who_publishes_has_it_looked_at(cast: Cast, client: Client) -> None:
    published(cast)
    look(cast)
    client.force_login(cast.finance)
    assert f"/disclosure/{YEAR}/check/" not in client.get(f"/disclosure/{YEAR}/").content.decode()
    assert client.post(f"/disclosure/{YEAR}/check/").status_code == 403
    client.force_login(cast.outsider)
    assert client.post(f"/disclosure/{YEAR}/check/").status_code in (302, 403, 404)
    assert Visit.objects.filter(organization=cast.office).count() == 4


def test_a_problem_is_said_in_the_language_of_whoever_reads(cast: Cast) -> None:
    published(cast)
    with override("th"):
        look(cast, lambda _address: (404, ""))
        assert "ที่อยู่" in items(cast)["measures"].missing
    with override("en"):
        assert items(cast)["measures"].missing == "The address answers 404 instead of the page."


def test_only_the_web_is_opened() -> None:
    for address in ("file:///etc/passwd", "ftp://example.com/", "gopher://x"):
        with pytest.raises(ValueError, match=r"file|ftp|gopher"):
            visits.opened(address)


def test_the_server_itself_is_opened_without_cookies(cast: Cast, live_server: Any, settings: Any) -> None:
    settings.SITE_URL = live_server.url
    status, body = visits.opened(f"{live_server.url}/public/nobody/")
    assert (status, body) == (404, "")
    status, body = visits.opened(f"{live_server.url}/robots.txt")
    assert status == 200 and "Sitemap" in body
    assert visits.opened(f"{live_server.url}/disclosure/")[0] == 302


def test_each_years_own_code_is_named() -> None:
    from disclosure.models import Page
    from disclosure.snapshots import item_of

    assert (item_of(Page.MEASURES, 2567), item_of(Page.INTERIM, 2567)) == ("O34", "O35")
    assert item_of(Page.PROGRESS, 2567) == "" == item_of(Page.MEASURES, date.max.year)
