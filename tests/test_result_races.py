"""Two keepers at once: one result stands, the other is told. Real threads on real row locks."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from assessments import results
from assessments.models import Assessment
from assessments.results import Figures
from audit import chain
from organization.refusals import NotNow, Stale
from tests.cast import Cast, at
from tests.test_races import overtaken, together

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def saving(cast: Cast, who: str, score: int, version: int | None = None) -> Callable[[], Any]:
    scores = {number: Decimal(score) for number in range(1, 11)}
    return lambda: results.record(cast.office, 2565, cast.people[who], scores, now=at(), version=version)


def test_a_new_year_entered_by_two_at_once_is_kept_once(cast: Cast) -> None:
    ends = together(saving(cast, "head_of_office", 80), saving(cast, "permanent_secretary", 90))
    assert sorted(type(end) is Stale for end in ends) == [False, True]
    row = Assessment.objects.get(organization=cast.office, fiscal_year=2565)
    assert row.version == 1 and len(chain.history_of(row)) == 1
    assert not list(chain.verify())


def test_whoever_comes_second_waits_and_is_told(cast: Cast) -> None:
    saving(cast, "head_of_office", 70)()
    first, late = overtaken(saving(cast, "head_of_office", 80, 1), saving(cast, "permanent_secretary", 90, 1))
    assert first.version == 2 and isinstance(late, Stale)
    kept = results.of_year(cast.office, 2565)
    assert kept is not None and set(kept.scores.values()) == {Decimal(80)}
    assert not list(chain.verify())


def test_a_file_and_a_hand_at_once_do_not_mix(cast: Cast) -> None:
    figures = [Figures(year, {number: Decimal(60) for number in range(1, 11)}) for year in (2563, 2565)]

    def imported() -> Any:
        return results.record_all(cast.office, figures, by=cast.permanent_secretary, now=at())

    first, late = overtaken(saving(cast, "head_of_office", 80), imported)
    assert first.version == 1 and isinstance(late, (Stale, NotNow))
    assert results.of_year(cast.office, 2563) is None
    assert not list(chain.verify())
