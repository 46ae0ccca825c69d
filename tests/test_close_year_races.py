"""A year is closed while somebody works on it: who comes first counts, the other is told so."""

from datetime import date
from decimal import Decimal

import pytest

from assessments import results
from assessments.models import Assessment
from audit import chain
from measures import closing, work
from measures.models import DivisionTask
from memo_flow.models import Memo
from organization.models import ClosedYear
from organization.refusals import NotNow, Stale
from tests.cast import Cast, at
from tests.test_races import answering, overtaken, together

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

YEAR, AFTER = 2565, date(2022, 10, 3)
SCORES = {number: Decimal("90.00") for number in range(1, 11)}


def closing_it(cast: Cast):  # type: ignore[no-untyped-def]
    return lambda: closing.close_year(YEAR, by=cast.head_of_office, now=at(AFTER))


def test_two_at_once_close_it_once(cast: Cast) -> None:
    cast.approved()
    answers = together(closing_it(cast), closing_it(cast))
    assert sorted(type(one).__name__ for one in answers) == ["ClosedYear", "NotNow"]
    assert ClosedYear.objects.count() == 1 and not list(chain.verify())


def test_work_that_comes_while_the_year_is_being_closed_is_refused(cast: Cast) -> None:
    task = cast.task()
    _closed, late = overtaken(closing_it(cast), lambda: work.start(task.pk, by=cast.finance, now=at(AFTER)))
    assert isinstance(late, NotNow) and DivisionTask.objects.get(pk=task.pk).state == "assigned"
    assert not list(chain.verify())


def test_work_that_was_begun_before_is_in_what_is_closed(cast: Cast) -> None:
    task = cast.task()
    _started, closed = overtaken(lambda: work.start(task.pk, by=cast.finance, now=at(AFTER)), closing_it(cast))
    assert chain.history_of(closed)[-1].data["states"]["in_progress"] == 1
    assert not list(chain.verify())


def test_work_that_was_begun_before_is_not_closed_unseen(cast: Cast) -> None:
    task = cast.task()
    seen = closing.look(cast.office.pk, YEAR, on=AFTER).digest
    _started, answer = overtaken(
        lambda: work.start(task.pk, by=cast.finance, now=at(AFTER)),
        lambda: closing.close_year(YEAR, by=cast.head_of_office, seen=seen, now=at(AFTER)),
    )
    assert isinstance(answer, Stale) and not ClosedYear.objects.exists()


def test_an_approval_that_comes_while_the_year_is_being_closed_orders_nothing(cast: Cast) -> None:
    cast.approved()
    memo, count = cast.endorsed(), DivisionTask.objects.count()
    _closed, late = overtaken(closing_it(cast), answering(cast, memo, "mayor", "approve"))
    assert isinstance(late, NotNow) and DivisionTask.objects.count() == count
    assert Memo.objects.get(pk=memo.pk).state == "in_review" and not list(chain.verify())


def test_what_was_approved_before_belongs_to_what_is_closed(cast: Cast) -> None:
    cast.approved()
    memo = cast.endorsed()
    _decision, closed = overtaken(answering(cast, memo, "mayor", "approve"), closing_it(cast))
    assert chain.history_of(closed)[-1].data["tasks"] == DivisionTask.objects.count() == 30
    assert not list(chain.verify())


def test_a_result_that_is_changed_while_the_year_is_being_closed_stands(cast: Cast) -> None:
    cast.approved()
    results.record(cast.office, YEAR, cast.head_of_office, SCORES, now=at(AFTER))
    _closed, late = overtaken(
        closing_it(cast),
        lambda: results.record(cast.office, YEAR, cast.head_of_office, SCORES, now=at(AFTER), version=1),
    )
    assert isinstance(late, NotNow) and Assessment.objects.get(fiscal_year=YEAR).version == 1
