"""Which measures answered which indicator, and how its score moved: the figures, the page, and who sees what."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assessments import results
from measures import effects, work
from measures.effects import Verdict
from measures.models import DivisionTask, Measure, PlanRow
from measures.progress import Totals
from organization.models import User
from tests.cast import Cast, at
from tests.test_analysis import REAL, result
from tests.test_next_year import SCORES

AFTER = date(2022, 10, 3)
ADDRESS = "/measures/effects/2565/"


def of(now: str | None, before: str | None, *numbers: int, year: int = 2565) -> dict[int, effects.Effect]:
    work = {number: Totals(tasks=3, done=1, points=150) for number in numbers}
    found = result(now, year) if now else None
    listed = effects.of_year(year, found, result(before, year - 1) if before else None, work, {}, {})
    return {one.number: one for one in listed}


# --- the figures -------------------------------------------------------------------------------------------------


def test_a_score_rose_fell_or_is_the_same() -> None:
    found = of(SCORES, REAL, 4, 6, 10)
    assert [(one.verdict, one.change) for one in found.values()] == [
        (Verdict.ROSE, Decimal("1.00")),
        (Verdict.UNCHANGED, Decimal("0.00")),
        (Verdict.FELL, Decimal("-1.50")),
    ]
    assert (found[10].before, found[10].now, found[10].work.percent) == (Decimal("50.00"), Decimal("48.50"), 50)


def test_only_indicators_with_measures_are_told() -> None:
    assert set(of(SCORES, REAL, 4)) == {4}
    assert of(SCORES, REAL) == {}


def test_without_a_result_nothing_moved_yet() -> None:
    one = of(None, REAL, 4)[4]
    assert (one.verdict, one.before, one.now, one.change) == (Verdict.NOT_YET, Decimal("86.95"), None, None)
    assert one.name


def test_without_the_year_before_there_is_nothing_to_compare_with() -> None:
    one = of(SCORES, None, 4)[4]
    assert (one.verdict, one.before, one.change) == (Verdict.ALONE, None, None)


def test_an_indicator_that_the_year_does_not_ask_has_no_score() -> None:
    one = of(SCORES, REAL, 77)[77]
    assert (one.verdict, one.name, one.now) == (Verdict.NOT_YET, "", None)


def test_a_year_without_rules_is_told_by_its_work_alone() -> None:
    one = of(None, None, 4, year=2600 if 2600 not in effects.years() else 2601)[4]
    assert (one.verdict, one.work.tasks) == (Verdict.NOT_YET, 3)


def test_the_chart_shows_what_has_a_score() -> None:
    shown = effects.chart(2565, list(of(SCORES, REAL, 4, 77).values()), Decimal(85), "ก")
    assert shown is not None and [bar.change for bar in shown.bars] == [Decimal("1.00")]
    assert effects.chart(2565, list(of(None, REAL, 4).values()), Decimal(85), "ก") is None


# --- the page ----------------------------------------------------------------------------------------------------


def page(user: User, address: str = ADDRESS) -> Any:
    client = Client()
    client.force_login(user)
    return client.get(address)


def announced(cast: Cast, scores: str = SCORES) -> None:
    figures = {number: Decimal(score) for number, score in enumerate(scores.split(), 1)}
    results.record(cast.office, 2565, cast.head_of_office, figures, now=at(AFTER))


@pytest.mark.django_db
def test_the_page_sets_scores_beside_measures_and_their_tasks(cast: Cast) -> None:
    task = cast.reported("fin")
    work.accept(task.pk, by=cast.head_of_office, now=at(hour=16))
    announced(cast)
    cast.clock(at(AFTER))
    answer = page(cast.head_of_office)
    listed = {one.number: one for one in answer.context["effects"]}
    assert {number: one.verdict for number, one in listed.items()} == {4: "rose", 6: "unchanged", 10: "fell"}
    assert sum(one.work.done for one in listed.values()) == 1
    shown = [task for one in listed.values() for tasks in one.measures for task in tasks]
    assert {one.pk for one in shown} == set(DivisionTask.objects.values_list("pk", flat=True))
    assert answer.context["chart"] is not None


@pytest.mark.django_db
def test_before_the_result_the_page_says_so(cast: Cast) -> None:
    cast.approved()
    answer = page(cast.head_of_office)
    assert {one.verdict for one in answer.context["effects"]} == {"not_yet"}
    assert answer.context["chart"] is None


@pytest.mark.django_db
def test_a_division_sees_its_own_measures(cast: Cast) -> None:
    cast.approved()
    answer = page(cast.finance)
    shown = [task for one in answer.context["effects"] for tasks in one.measures for task in tasks]
    assert shown and {task.division.code for task in shown} == {"fin"}
    assert not answer.context["sees_all"]


@pytest.mark.django_db
def test_a_year_of_nothing_has_no_page(cast: Cast) -> None:
    cast.approved()
    announced(cast)
    assert page(cast.outsider).status_code == 404
    for year in (0, 2560, 9999, 99999999999999999999):
        assert page(cast.head_of_office, f"/measures/effects/{year}/").status_code == 404
    assert Client().get(ADDRESS).status_code == 302
    empty = page(cast.head_of_office, "/measures/effects/2564/")  # a result, and no measures of ours
    assert empty.status_code == 200 and empty.context["effects"] == []


@pytest.mark.django_db
def test_many_measures_of_an_indicator_are_cut_and_counted(cast: Cast) -> None:
    cast.approved()
    row = PlanRow.objects.get(indicator=6)
    more(cast, row, 40)
    one = next(one for one in page(cast.head_of_office).context["effects"] if one.number == 6)
    assert (len(one.measures), one.more) == (20, 22)


def more(cast: Cast, row: PlanRow, count: int) -> None:
    first, where = row.measures.count() + 1, cast.office.divisions.get(code="fin")
    measures = Measure.objects.bulk_create(Measure(row=row, seq=first + n, text=f"มาตรการ {n}") for n in range(count))
    DivisionTask.objects.bulk_create(
        DivisionTask(organization=cast.office, measure=one, division=where, due_on=row.follow_up_due, assigned_at=at())
        for one in measures
    )


@pytest.mark.django_db
def test_the_page_keeps_its_statements(cast: Cast) -> None:
    cast.approved()
    announced(cast)
    counts = []
    for count in (0, 12):
        for row in PlanRow.objects.all():
            more(cast, row, count)
        with CaptureQueriesContext(connection) as captured:
            page(cast.head_of_office)
        counts.append(len(captured))
    assert counts[0] == counts[1]


@pytest.mark.django_db
def test_results_board_and_closing_lead_there(cast: Cast) -> None:
    cast.approved()
    announced(cast)
    cast.clock(at(AFTER))
    for address in ("/results/2565/", "/measures/?year=2565", "/measures/closing/2565/"):
        assert ADDRESS in page(cast.head_of_office, address).content.decode(), address
