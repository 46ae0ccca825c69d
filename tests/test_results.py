"""A year's result: who may keep it, what it must have, what it amounts to, and that its record is whole."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from assessments import policies, results
from assessments.models import Assessment, IndicatorScore
from assessments.results import Announced, Figures, YearResult
from assessments.rulebook import rules_for
from audit import chain
from demo import assessed
from organization.appointments import act_for
from organization.models import Organization, User
from organization.refusals import NotNow, Refused, Stale
from tests.cast import DAY, Cast, at

pytestmark = pytest.mark.django_db

D = Decimal
SCORES = {n: D("90.00") + n for n in range(1, 9)} | {9: D("88.00"), 10: D("87.50")}


def keep(cast: Cast, year: int = 2565, by: User | None = None, **more: Any) -> Assessment:
    arguments: dict[str, Any] = {"scores": SCORES, "announced": Announced(), "now": at()} | more
    return results.record(cast.office, year, by or cast.head_of_office, **arguments)


def result(cast: Cast, year: int = 2564) -> YearResult:
    found = results.of_year(cast.office, year)
    assert found is not None
    return found


def refusals(scores: Mapping[int, Decimal], announced: Announced | None = None, year: int = 2565) -> dict[str, str]:
    with pytest.raises(ValidationError) as refused:
        results.validate(Figures(year, scores, announced or Announced()))
    return {name: sentences[0] for name, sentences in refused.value.message_dict.items()}


# Keeping


def test_what_is_kept_is_read_back_with_what_it_amounts_to(cast: Cast) -> None:
    announced = Announced(D("90.31"), "A", {"IIT": D("93.00"), "OIT": D("87.75")}, date(2022, 8, 1))
    keep(cast, announced=announced)
    found = result(cast, 2565)
    assert (found.scores, found.announced, found.day) == (SCORES, announced, date(2022, 8, 1))
    assert found.computed.instruments == {"IIT": D("93.00"), "EIT": D("97.00"), "OIT": D("87.75")}
    assert (found.computed.total, found.computed.level) == (D("92.10"), "A")
    assert (found.total, found.level, found.mean("EIT")) == (D("90.31"), "A", D("97.00"))
    assert (found.version, found.saved_at, found.saved_by) == (1, at(), cast.head_of_office)


def test_nothing_computed_is_stored() -> None:
    names = {field.name for model in (Assessment, IndicatorScore) for field in model._meta.concrete_fields}
    assert not {name for name in names if "mean" in name or "comput" in name or "lowest" in name}


def test_a_saved_year_is_replaced_whole(cast: Cast) -> None:
    keep(cast, announced=Announced(D("92.10"), "A", {"IIT": D("93.00")}))
    again = SCORES | {4: D("12.34")}
    keep(cast, scores=again, version=1)
    found = result(cast, 2565)
    assert (found.scores, found.announced, found.version) == (again, Announced(), 2)
    assert IndicatorScore.objects.filter(assessment__fiscal_year=2565).count() == 10


def test_whoever_started_from_an_older_text_is_told(cast: Cast) -> None:
    first = keep(cast)
    for version in (None, 0, 2, -1):
        with pytest.raises(Stale) as stale:
            keep(cast, scores=SCORES | {1: D(1)}, version=version)
        assert stale.value.current == first
    with pytest.raises(Stale):
        keep(cast, 2563, version=1)
    assert result(cast, 2565).scores == SCORES and results.of_year(cast.office, 2563) is None


def test_an_office_has_one_result_a_year(cast: Cast) -> None:
    row = keep(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        Assessment.objects.create(organization=cast.office, fiscal_year=2565, saved_at=at(), saved_by=cast.mayor)
    with pytest.raises(IntegrityError), transaction.atomic():
        IndicatorScore.objects.create(assessment=row, number=1, score=1)


@pytest.mark.parametrize("score", ["100.01", "-0.01"])
def test_the_database_takes_no_score_outside_0_to_100(cast: Cast, score: str) -> None:
    row = keep(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        IndicatorScore.objects.create(assessment=row, number=11, score=D(score))
    for field in ("total", "iit", "eit", "oit"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Assessment.objects.filter(pk=row.pk).update(**{f"announced_{field}": D(score)})


# Not like this


def test_every_indicator_of_the_year_is_needed_by_name() -> None:
    said = refusals({n: score for n, score in SCORES.items() if n not in (3, 8)})
    assert sorted(said) == ["score_3", "score_8"]
    assert "3" in said["score_3"] and rules_for(2565).by_number[3].th in said["score_3"]


@pytest.mark.parametrize("score", ["101", "-1", "-0.00", "90.001", "NaN", "Infinity"])
def test_a_score_is_0_to_100_with_two_decimals(score: str) -> None:
    assert list(refusals(SCORES | {5: D(score)})) == ["score_5"]
    assert list(refusals(SCORES, Announced(total=D(score)))) == ["announced_total"]
    assert list(refusals(SCORES, Announced(means={"EIT": D(score)}))) == ["announced_eit"]


@pytest.mark.parametrize("score", ["0", "100", "100.00", "99.9", "1E+1", "5.500"])
def test_what_is_a_score(score: str) -> None:
    results.validate(Figures(2565, SCORES | {5: D(score)}))


def test_an_unknown_indicator_level_instrument_or_year_is_named() -> None:
    assert "11" in refusals(SCORES | {11: D(1)})["score_11"]
    assert "Z" in refusals(SCORES, Announced(level="Z"))["announced_level"]
    assert "XIT" in refusals(SCORES, Announced(means={"XIT": D(1)}))["announced_total"]
    assert "2599" in refusals(SCORES, year=2599)["year"]


def test_nothing_is_kept_of_what_is_refused(cast: Cast) -> None:
    events = len(list(chain.telling("assessments.assessment", "figures")))
    with pytest.raises(ValidationError):
        keep(cast, scores={1: D(1)})
    assert results.of_year(cast.office, 2565) is None
    assert len(list(chain.telling("assessments.assessment", "figures"))) == events


# Whose


@pytest.mark.parametrize("name", ["head_of_office", "permanent_secretary"])
def test_the_keepers_record(cast: Cast, name: str) -> None:
    assert policies.why_not(cast.people[name], "record", cast.office.pk, DAY) is None
    keep(cast, by=cast.people[name])
    event = chain.history_of(Assessment.objects.get(organization=cast.office, fiscal_year=2565))[-1]
    assert (event.verb, event.by_id, event.position_id) == (
        "recorded",
        cast.people[name].pk,
        cast.position(name).pk,
    )


@pytest.mark.parametrize("name", ["mayor", "deputy", "finance", "works", "education", "health", "office_staff"])
def test_everyone_else_of_the_office_reads(cast: Cast, name: str) -> None:
    user = cast.people[name]
    assert policies.why_not(user, "see", cast.office.pk, DAY) is None
    assert policies.why_not(user, "record", cast.office.pk, DAY)
    with pytest.raises(Refused):
        keep(cast, by=user)


def test_who_acts_for_the_head_of_office_records_for_him(cast: Cast) -> None:
    chair = cast.position("head_of_office")
    act_for(chair, cast.finance, starts_on=DAY, ends_on=DAY, order_number="1/2564")
    keep(cast, by=cast.finance)
    event = chain.history_of(Assessment.objects.get(organization=cast.office, fiscal_year=2565))[-1]
    assert event.position_id == chair.pk and event.acting_id is not None


def test_another_office_has_no_result_to_see_or_keep(cast: Cast) -> None:
    with override("en"):
        for verb in ("see", "record"):
            assert policies.why_not(cast.outsider, verb, cast.office.pk, DAY) == "There is no such result."
    with pytest.raises(Assessment.DoesNotExist):
        keep(cast, by=cast.outsider)
    nobody = User(username="root")
    with pytest.raises(Assessment.DoesNotExist):
        policies.require(nobody, "see", None, on=DAY)


def test_a_deactivated_keeper_keeps_nothing(cast: Cast) -> None:
    cast.head_of_office.is_active = False
    with pytest.raises(Refused):
        keep(cast)


def test_the_offices_do_not_see_each_other(cast: Cast) -> None:
    neighbour = Organization.objects.exclude(pk=cast.office.pk).get()
    assert [one.year for one in results.trend(cast.office)] == [2564]
    assert [one.year for one in results.trend(neighbour)] == [2562, 2563, 2564]
    assert result(cast).scores != results.trend(neighbour)[-1].scores
    assert results.trend(None) == [] and results.of_year(None, 2564) is None


# Several years at once


def several(*years: int) -> list[Figures]:
    return [Figures(year, SCORES) for year in years]


def test_years_are_kept_together_or_not_at_all(cast: Cast) -> None:
    bad = [*several(2563, 2566), Figures(2565, {1: D(1)})]
    with pytest.raises(ValidationError):
        results.record_all(cast.office, bad, by=cast.head_of_office, now=at())
    assert [one.year for one in results.trend(cast.office)] == [2564]
    saved = results.record_all(cast.office, several(2566, 2563), by=cast.head_of_office, now=at())
    assert [one.fiscal_year for one in saved] == [2563, 2566]
    assert [one.year for one in results.trend(cast.office)] == [2563, 2564, 2566]


def test_a_recorded_year_is_replaced_only_when_asked(cast: Cast) -> None:
    before = result(cast).scores
    with pytest.raises(NotNow, match="2564"):
        results.record_all(cast.office, several(2563, 2564), by=cast.head_of_office, now=at())
    assert result(cast).scores == before and results.of_year(cast.office, 2563) is None
    results.record_all(cast.office, several(2563, 2564), by=cast.head_of_office, now=at(), replace=True)
    assert (result(cast).scores, result(cast).version) == (SCORES, 2)


# Reading


def test_the_years_take_two_statements_however_many(cast: Cast) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            for one in results.trend(cast.office.pk):
                assert one.scores and str(one.saved_by)
        return len(captured)

    few = statements()
    results.record_all(cast.office, several(2562, 2563, 2565, 2566, 2567), by=cast.head_of_office, now=at())
    assert statements() == few == 2


def test_changes_are_points_on_the_year_before(cast: Cast) -> None:
    keep(cast)
    now, before = results.with_previous(cast.office, 2565)
    assert now is not None and before is not None
    changes = now.changes(before)
    assert changes.indicators[1] == D("91.00") - D("94.86")
    assert changes.instruments == {"IIT": D("2.95"), "EIT": D("-0.49"), "OIT": D("23.04")}
    assert changes.total == D("92.10") - D("82.14")
    alone = now.changes(None)
    assert set(alone.indicators.values()) == {None} and alone.total is None
    assert results.with_previous(cast.office, 2564)[1] is None


def test_a_number_that_moved_to_another_instrument_is_not_compared(cast: Cast) -> None:
    keep(cast)
    now, before = results.with_previous(cast.office, 2565)
    assert now is not None and before is not None
    moved = tuple(replace(one, instrument="EIT") if one.number == 5 else one for one in before.rules.indicators)
    changes = now.changes(replace(before, rules=replace(before.rules, indicators=moved)))
    assert changes.indicators[5] is None and changes.indicators[4] is not None


def test_rounding_alone_is_no_difference(cast: Cast) -> None:
    found = result(cast)
    assert found.computed.instruments["EIT"] == D("97.48") and found.announced.means["EIT"] == D("97.49")
    assert results.differences(found) == []


@pytest.mark.parametrize(
    ("announced", "what"),
    [
        (Announced(total=D("86.15"), level="A"), ["total"]),
        (Announced(total=D("82.14"), level="A"), ["level"]),
        (Announced(means={"OIT": D("74.71")}), ["OIT"]),
        (Announced(total=D("82.14"), level="B", means={"IIT": D("90.05")}), []),
        (Announced(total=D("82.15")), []),
        (Announced(level="B"), []),
        (Announced(), []),
    ],
)
def test_what_the_scores_cannot_give_is_a_difference(cast: Cast, announced: Announced, what: list[str]) -> None:
    scores = assessed._numbered(assessed.REAL[1])
    results.record(cast.office, 2564, cast.head_of_office, scores, announced, now=at(), version=1)
    found = results.differences(result(cast))
    assert [one.what for one in found] == what
    if what == ["total"]:
        assert (found[0].announced, found[0].computed) == ("86.15", "82.14")
        assert found[0].low is not None and found[0].low <= D("82.14") <= (found[0].high or 0)


def test_a_year_without_weights_has_no_total_to_differ_from(cast: Cast) -> None:
    keep(cast, 2569, announced=Announced(D("50.00")))
    found = result(cast, 2569)
    assert found.computed.total is None and found.total == D("50.00")
    assert results.differences(found) == []


def test_the_checker_gets_what_was_announced_and_else_what_is_computed(cast: Cast) -> None:
    scores = results.scores_of(result(cast))
    assert scores.figures["EIT"].value == D("97.49") and scores.figures["total"].value == D("82.14")
    assert scores.figures[8].value == D("97.36") and scores.figures[8].section == "result"
    assert (scores.level, scores.level_section) == ("B", "result")
    keep(cast)
    plain = results.scores_of(result(cast, 2565))
    assert plain.figures["EIT"].value == D("97.00") and plain.level == "A"


@pytest.mark.parametrize(
    ("score", "says"),
    [("69.99", "fix"), ("70.00", "improve"), ("84.99", "improve"), ("85.00", "keep"), ("100", "keep")],
)
def test_what_a_score_asks_for(score: str, says: str) -> None:
    assert results.judgement(D(score), rules_for(2564)) == says


# The record


def problems() -> list[str]:
    return [one.message for one in chain.verify()]


def test_the_chain_tells_of_every_save(cast: Cast) -> None:
    keep(cast)
    row = keep(cast, scores=SCORES | {1: D(1)}, version=1)
    first, second = chain.history_of(row)
    assert (first.verb, first.data["version"], second.data["version"]) == ("recorded", 1, 2)
    assert first.data["year"] == 2565 and first.data["figures"] != second.data["figures"]
    assert second.data["figures"] == results.digest_of(row, SCORES | {1: D(1)})
    assert problems() == []


@pytest.mark.parametrize("spoil", ["score", "announced", "version", "gone"])
def test_a_figure_changed_behind_the_record_is_found(cast: Cast, spoil: str) -> None:
    row = keep(cast)
    assert problems() == []
    if spoil == "score":
        IndicatorScore.objects.filter(assessment=row, number=4).update(score=D("99.99"))
    elif spoil == "announced":
        Assessment.objects.filter(pk=row.pk).update(announced_level="AA")
    elif spoil == "version":
        Assessment.objects.filter(pk=row.pk).update(version=7)
    else:
        IndicatorScore.objects.filter(assessment=row).delete()
        Assessment.objects.filter(pk=row.pk).delete()
    (problem,) = problems()
    expected = {"version": "its version 7", "gone": "is gone"}.get(spoil, "figures of 2565 are not what the chain says")
    assert expected in problem
