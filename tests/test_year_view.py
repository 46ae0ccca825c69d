"""The year as a picture: where bars, deadlines and today stand, what is read aloud, and how much one page holds."""

# ruff: noqa: F811

import re
from collections.abc import Callable
from datetime import date
from typing import Any
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from measures import closing
from measures.lifecycle import State
from measures.models import DivisionTask, Measure
from measures.timeline import Track, Year
from organization.models import User
from tests.cast import Cast, at, days
from tests.test_board import TODAY, as_, fill, office  # noqa: F401 - the fixtures are used by name

Browse = Callable[[User], Client]
YEAR = Year(2565, date(2022, 4, 1))


def track(**more: Any) -> Track:
    facts: dict[str, Any] = {
        "key": "y-1",
        "name": "มาตรการ",
        "state": "in_progress",
        "label": "กำลังทำ",
        "percent": 40,
        "start": date(2021, 10, 1),
        "end": date(2022, 3, 31),
        "due": date(2022, 6, 30),
        "ordered": date(2022, 6, 30),
        "late": False,
        "year": YEAR,
    }
    return Track(**(facts | more))


def parts(drawn: str, name: str) -> list[ElementTree.Element]:
    return [one for one in ElementTree.fromstring(drawn).iter() if one.get("class") == name]


def percent(element: ElementTree.Element, name: str) -> float:
    return float(str(element.get(name)).removesuffix("%"))


# --- the picture


def test_the_year_is_the_offices_from_october_to_september() -> None:
    assert (YEAR.start, YEAR.end, YEAR.days) == (date(2021, 10, 1), date(2022, 9, 30), 365)
    assert Year(2567, TODAY).days == 366
    assert (YEAR.share(date(2021, 10, 1)), YEAR.share(date(2020, 1, 1)), YEAR.share(date(2030, 1, 1))) == (0, 0, 100)
    assert YEAR.share(date(2022, 4, 1)) == round(182 / 365 * 100, 2)


def test_the_months_are_thai_or_english_in_the_order_of_the_fiscal_year() -> None:
    with translation.override("th"):
        thai = re.findall(r">([^<>]+)</text>", YEAR.months)
    with translation.override("en"):
        english = re.findall(r">([^<>]+)</text>", YEAR.months)
    assert thai[0] == "ต.ค." and thai[-1] == "ก.ย." and len(thai) == 12
    assert english[:4] == ["Oct", "Nov", "Dec", "Jan"]


def test_a_bar_runs_from_the_first_day_to_the_last_one_with_its_progress_in_it() -> None:
    (bar,), (done,) = parts(track().drawn, "period"), parts(track().drawn, "done")
    assert percent(bar, "x") == 0
    assert percent(bar, "width") == YEAR.share(date(2022, 4, 1))  # the last day is in it
    assert percent(done, "width") == pytest.approx(percent(bar, "width") * 0.4, abs=0.01)


def test_a_bar_that_leaves_the_year_ends_at_its_edge() -> None:
    (bar,) = parts(track(start=date(2021, 1, 1), end=date(2023, 12, 31)).drawn, "period")
    assert (percent(bar, "x"), percent(bar, "width")) == (0, 100)
    assert parts(track(start=date(2023, 1, 1), end=date(2023, 5, 1)).drawn, "period") == []
    assert parts(track(start=date(2020, 1, 1), end=date(2020, 5, 1)).drawn, "period") == []


def test_a_moved_deadline_shows_both_days_and_an_unmoved_one_its_own() -> None:
    assert len(parts(track().drawn, "due")) == 1 and parts(track().drawn, "first") == []
    moved = track(due=date(2022, 8, 31))
    assert len(parts(moved.drawn, "due")) == len(parts(moved.drawn, "first")) == len(parts(moved.drawn, "moved")) == 1
    with translation.override("en"):
        assert "due 31 Aug 2022; first ordered for 30 Jun 2022" in moved.described


def test_a_deadline_of_another_year_is_an_arrow_at_the_edge() -> None:
    (after,) = parts(track(due=date(2022, 10, 31), ordered=date(2022, 10, 31)).drawn, "due")
    (within,) = parts(track().drawn, "due")
    assert after.get("d") != within.get("d")


def test_every_state_has_a_look_of_its_own_without_colours() -> None:
    looks = set()
    for state in State.values:
        (bar,) = parts(track(state=state).drawn, "period")
        looks.add((bar.get("fill"), bar.get("stroke-dasharray"), bool(parts(track(state=state).drawn, "done"))))
    assert len(looks) == len(State.values)


def test_today_is_a_line_in_its_own_year_only() -> None:
    assert len(parts(track().drawn, "now")) == 1
    assert parts(track(year=Year(2565, date(2023, 1, 1))).drawn, "now") == []
    assert "now" not in Year(2565, date(2023, 1, 1)).months


def test_what_is_drawn_is_also_said_and_escaped() -> None:
    evil = track(name='<script>"&', label="<b>")
    root = ElementTree.fromstring(evil.drawn)
    (title,) = [one for one in root if one.tag == "title"]
    assert title.text == '<script>"&' and root.get("role") == "img"
    assert (root.get("aria-labelledby"), root.get("aria-describedby")) == ("y-1-t", "y-1-d")
    assert "<script" not in evil.drawn and "style=" not in evil.drawn
    with translation.override("en"):
        assert track(late=True).described.endswith("; Overdue")


# --- the page


def walk(client: Client, path: str) -> list[Any]:
    seen, address = [], path
    while address:
        answer = client.get("/measures/year/" + address)
        assert answer.status_code == 200
        rows = [row["task"] for group in answer.context["groups"] for row in group["rows"]]
        assert len(rows) <= 60
        seen += rows
        address = answer.context["page"].older
    return seen


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["?by=division", "?by=plan", "?by=nonsense"])
def test_every_task_of_the_year_has_its_track_on_some_page(office: Cast, as_: Browse, path: str) -> None:
    fill(office, "fin", 70)
    fill(office, "eng", 20)
    seen = walk(as_(office.mayor), path)
    assert len(seen) == len({task.pk for task in seen}) == DivisionTask.objects.count()
    if path == "?by=plan":
        rows = [task.measure.row_id for task in seen]
        assert rows == sorted(rows)


@pytest.mark.django_db
def test_a_track_leads_to_its_task_and_says_all_in_words(office: Cast, as_: Browse) -> None:
    User.objects.update(language="en")
    task = DivisionTask.objects.filter(division__code="fin")[0]
    DivisionTask.objects.filter(pk=task.pk).update(due_on=task.due_on + days(20))
    page = as_(User.objects.get(username="mayor")).get("/measures/year/?division=fin").content.decode()
    assert f'href="/measures/tasks/{task.pk}/"' in page and "moved; first" in page
    assert "<style" not in page and " style=" not in page and "<script>" not in page


@pytest.mark.django_db
def test_a_division_sees_its_own_tracks(office: Cast, as_: Browse) -> None:
    assert {task.division.code for task in walk(as_(office.finance), "?")} == {"fin"}
    assert walk(as_(office.outsider), "?") == []


@pytest.mark.django_db
def test_the_filters_are_the_boards(office: Cast, as_: Browse) -> None:
    fill(office, "fin", 2, state="accepted")
    assert {task.state for task in walk(as_(office.mayor), "?state=accepted")} == {"accepted"}
    Measure.objects.filter(tasks__state="accepted").update(text="<b>&")
    assert "&lt;b&gt;&amp;" in as_(office.mayor).get("/measures/year/?state=accepted").content.decode()


@pytest.mark.django_db
def test_the_year_takes_as_many_statements_for_many_tasks_as_for_few(office: Cast, as_: Browse) -> None:
    client = as_(office.mayor)

    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/measures/year/").status_code == 200
        return len(captured)

    asked()
    few = asked()
    fill(office, "fin", 200)
    assert asked() == few <= 21


@pytest.mark.django_db
def test_the_picture_of_a_closed_year_says_that_it_is_closed(office: Cast, as_: Browse) -> None:
    page = as_(office.mayor).get("/measures/year/?year=2565").content.decode()
    assert "closed-year" not in page and "/measures/closing/2565/" in page
    closing.close_year(2565, by=office.head_of_office, now=at(date(2022, 10, 3)))
    assert "closed-year" in as_(office.mayor).get("/measures/year/?year=2565").content.decode()
