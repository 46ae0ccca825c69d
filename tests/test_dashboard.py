"""The dashboard: a year's result, what changed, and how far the measures are that answer it."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assessments import results
from measures.models import DivisionTask, TaskStep
from measures.progress import Totals
from organization.models import User
from tests.cast import DAY, Cast, at, days, set_clock
from tests.test_board import fill

pytestmark = pytest.mark.django_db

Browse = Callable[[User], Client]
D = Decimal
SCORES = {n: D("90.00") + n for n in range(1, 9)} | {9: D("88.00"), 10: D("87.50")}


@pytest.fixture
def as_(client: Client) -> Browse:
    def sign_in(user: User) -> Client:
        set_clock(at(DAY + days(10)))
        User.objects.update(language="en")
        client.force_login(user)
        return client

    return sign_in


def work_of(client: Client, path: str = "/dashboard/") -> dict[int | str, Totals | None]:
    """What the page shows of each indicator and each instrument."""
    found: dict[int | str, Totals | None] = {}
    for group, work, rows in client.get(path).context["groups"]:
        found[group.instrument.code] = work
        found |= {row.indicator.number: does for row, does in rows}
    return found


def test_each_indicator_shows_the_work_that_answers_it(cast: Cast, as_: Browse) -> None:
    cast.approved()
    shown = work_of(as_(cast.mayor))
    for number in (4, 6, 10):
        tasks = DivisionTask.objects.filter(measure__row__indicator=number)
        assert shown[number] is not None and shown[number].tasks == tasks.count() > 0
    assert [shown[number] for number in (1, 2, 3, 5, 7, 8, 9)] == [None] * 7
    assert shown["IIT"] == shown[4] and shown["OIT"] == shown[10]


def test_progress_moves_with_the_work(cast: Cast, as_: Browse) -> None:
    task = cast.reported("fin")
    number = task.measure.row.indicator
    shown = work_of(as_(cast.mayor))[number]
    assert shown is not None and shown.points == 100 and shown.done == 0
    answer = as_(cast.mayor).get("/dashboard/")
    assert answer.context["work"].tasks == DivisionTask.objects.count()
    assert f"/measures/?year=2565&amp;indicator={number}" in answer.content.decode()


def test_only_the_work_of_the_year_after_counts(cast: Cast, as_: Browse) -> None:
    cast.approved()
    results.record(cast.office, 2565, cast.head_of_office, SCORES, now=at())
    client = as_(cast.mayor)
    newest = client.get("/dashboard/")
    assert newest.context["result"].year == 2565 and newest.context["work"] == Totals()
    assert client.get("/dashboard/?year=2564").context["work"].tasks > 0


def test_a_division_sees_its_own_work_and_is_told_so(cast: Cast, as_: Browse) -> None:
    cast.approved()
    answer = as_(cast.finance).get("/dashboard/")
    own = DivisionTask.objects.filter(division__code="fin").count()
    assert answer.context["work"].tasks == own < DivisionTask.objects.count()
    assert "Of the measures you see those of your division." in answer.content.decode()
    assert "those of your division" not in as_(cast.mayor).get("/dashboard/").content.decode()


def test_a_lowest_indicator_without_a_measure_is_pointed_out(cast: Cast, as_: Browse) -> None:
    before = as_(cast.mayor).get("/dashboard/").content.decode()
    assert before.count("No measure yet") == 4  # the three lowest, and indicator 9, which is below the target
    cast.approved()
    after = as_(cast.mayor).get("/dashboard/").content.decode()
    assert after.count("No measure yet") == 1


@pytest.mark.parametrize(
    ("asked", "year"), [("", 2564), ("?year=2563", 2563), ("?year=๒๕๖๒", 2562), ("?year=x", 2564), ("?year=2599", 2564)]
)
def test_the_year_asked_for_else_the_newest(cast: Cast, as_: Browse, asked: str, year: int) -> None:
    answer = as_(cast.outsider).get(f"/dashboard/{asked}")
    assert answer.context["result"].year == year
    assert f'aria-current="page">{year}</a>' in answer.content.decode()


def test_changes_stand_beside_the_year_before(cast: Cast, as_: Browse) -> None:
    answer = as_(cast.outsider).get("/dashboard/")
    assert answer.context["changes"].total == D("6.96")
    assert "+6.96" in answer.content.decode()


def test_without_a_result_the_page_says_what_will_be_here(cast: Cast, as_: Browse) -> None:
    stranger = User.objects.create(username="new", email="new@example.org", name_th="ใหม่")
    assert "No results yet" in as_(stranger).get("/dashboard/").content.decode()


def test_a_stranger_signs_in_first(cast: Cast, client: Client) -> None:
    assert client.get("/dashboard/").status_code == 302


def test_the_page_takes_as_many_statements_for_six_hundred_tasks_as_for_few(cast: Cast, as_: Browse) -> None:
    cast.approved()
    client = as_(cast.mayor)

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/dashboard/").status_code == 200
        return len(captured)

    statements()
    few = statements()
    fill(cast, "fin", 600, percent=40)
    assert statements() == few <= 19


def test_who_sees_one_divisions_work_is_not_told_that_there_is_no_measure(cast: Cast, as_: Browse) -> None:
    cast.approved()
    tasks = DivisionTask.objects.filter(division__code="fin", measure__row__indicator=6)
    TaskStep.objects.filter(task__in=tasks).delete()
    tasks.delete()
    assert DivisionTask.objects.filter(measure__row__indicator=6).exists()
    page = as_(cast.finance).get("/dashboard/").content.decode()
    assert "No measure yet" not in page and "No task of your division" in page
    assert "No task of your division" not in as_(cast.mayor).get("/dashboard/").content.decode()
