"""The arithmetic of the assessment: pure, half-up, and honest about what rounding allows."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.rulebook import Rules, rules_for
from assessments.scoring import (
    admissible,
    change,
    compute,
    lattice_of,
    level_of,
    levels_possible,
    mean,
    mean_admissible,
    mean_interval,
    rounded,
    total_interval,
    weighted,
)

D = Decimal
YEARS = [2562, 2563, 2564, 2565, 2566, 2567, 2568]
RULES = rules_for(2564)
REAL = dict(
    enumerate(map(D, ["94.86", "88.01", "92.16", "86.95", "88.27", "97.26", "97.83", "97.36", "79.42", "50.00"]), 1)
)

points = st.decimals(0, 100, places=2)
exact_points = st.decimals(0, 100, places=5)
ten = st.fixed_dictionaries(dict.fromkeys(range(1, 11), points))
exact_ten = st.fixed_dictionaries(dict.fromkeys(range(1, 11), exact_points))


def published(scores: dict[int, Decimal]) -> dict[int, Decimal]:
    return {n: rounded(score) for n, score in scores.items()}


def half_up(value: Fraction) -> Decimal:
    return D(int(value * 100 + Fraction(1, 2))) / 100


# Known tables


@pytest.mark.parametrize(
    ("scores", "part"), [(("93.50", "100.00"), "38.70"), (("97.78", "93.75"), "38.31"), (("79.42", "50.00"), "25.88")]
)
def test_the_published_table_of_weighted_open_data_scores(scores: tuple[str, str], part: str) -> None:
    assert RULES.weights is not None
    assert rounded(RULES.weights["OIT"] * mean(map(D, scores))) == D(part)


def test_the_real_office_of_2564() -> None:
    result = compute(RULES, REAL)
    assert result.instruments == {"IIT": D("90.05"), "EIT": D("97.48"), "OIT": D("64.71")}
    assert (result.total, result.level) == (D("82.14"), "B")
    assert result.lowest == {"IIT": (4,), "EIT": (6,), "OIT": (10,)}


def test_what_was_announced_lies_where_rounding_allows() -> None:
    announced = {"IIT": D("90.05"), "EIT": D("97.49"), "OIT": D("64.71")}
    assert announced["EIT"] in mean_interval([REAL[6], REAL[7], REAL[8]])
    allowed = total_interval(RULES, announced)
    assert D("82.14") in allowed and D("82.15") in allowed
    assert D("82.13") not in allowed and D("86.15") not in allowed


def test_where_the_eighth_indicator_may_lie() -> None:
    allowed = admissible(D("97.49"), [D("97.26"), D("97.83")]).published()
    assert (allowed.low, allowed.high) == (D("97.36"), D("97.40"))


def test_ties_are_all_lowest() -> None:
    result = compute(RULES, REAL | {3: D("86.95"), 6: D("90.00"), 7: D("90.00"), 8: D("90.00")})
    assert result.lowest == {"IIT": (3, 4), "EIT": (6, 7, 8), "OIT": (10,)}


def test_a_hundredth_is_no_tie() -> None:
    assert compute(RULES, REAL | {5: D("86.96"), 3: D("86.94")}).lowest["IIT"] == (3,)


def test_half_is_rounded_up() -> None:
    assert [rounded(D(one)) for one in ("64.705", "64.715", "64.7149", "0.005")] == [
        D("64.71"),
        D("64.72"),
        D("64.71"),
        D("0.01"),
    ]


def test_nothing_is_computed_of_what_is_missing() -> None:
    result = compute(RULES, {n: score for n, score in REAL.items() if n != 8})
    assert result.instruments == {"IIT": D("90.05"), "EIT": None, "OIT": D("64.71")}
    assert (result.total, result.level) == (None, None)
    assert result.lowest["EIT"] == (6,)
    assert compute(RULES, {}).lowest == {"IIT": (), "EIT": (), "OIT": ()}
    assert (change(None, D(1)), change(D(1), None), change(D("1.10"), D("2.20"))) == (None, None, D("-1.10"))
    with pytest.raises(ValueError, match="nothing"):
        mean([])


def test_a_year_whose_weights_are_not_known_has_means_and_no_total() -> None:
    rules = rules_for(2569)
    result = compute(rules, REAL)
    assert result.instruments["IIT"] == D("90.05")
    assert (result.total, result.level) == (None, None)
    with pytest.raises(ValueError, match="2569"):
        total_interval(rules, {"IIT": D(90), "EIT": D(90), "OIT": D(90)})


def test_a_band_may_ask_for_every_instrument() -> None:
    rules = next(rules_for(year) for year in YEARS if any(band.every_instrument for band in rules_for(year).bands))
    best = next(band for band in rules.bands if band.every_instrument is not None)
    assert best.every_instrument is not None
    enough = dict.fromkeys(rules.by_code, D(100))
    short = enough | {"OIT": best.every_instrument - D("0.01")}
    assert level_of(rules, D(100), enough) == rules.bands[0].level
    assert level_of(rules, D(100), short) != rules.bands[0].level
    assert level_of(rules, D(100), {"IIT": D(100)}) is None
    assert rules.bands[0].level in levels_possible(rules, D(100), {"IIT": D(100)})
    assert rules.bands[0].level not in levels_possible(rules, D(100), short)


@pytest.mark.parametrize(
    ("total", "level"), [("95.00", "AA"), ("94.99", "A"), ("85.00", "A"), ("84.99", "B"), ("50.00", "E"), ("0.00", "F")]
)
def test_the_bounds_of_2564(total: str, level: str) -> None:
    assert level_of(RULES, D(total)) == level


# Whatever the scores


@given(ten)
def test_means_and_total_are_those_of_exact_fractions(scores: dict[int, Decimal]) -> None:
    result = compute(RULES, scores)
    total = Fraction(0)
    assert RULES.weights is not None
    for code, numbers in RULES.numbers_of.items():
        exact = sum(Fraction(scores[n]) for n in numbers) / len(numbers)
        assert result.instruments[code] == half_up(exact)
        total += Fraction(RULES.weights[code]) * exact
    # A mean of three has no end in decimals: 28 digits may fall on the other side of a half, never further.
    assert result.total is not None and abs(Fraction(result.total) - total) <= Fraction(1, 200) + Fraction(1, 10**20)


@given(ten)
def test_the_total_lies_between_the_lowest_and_the_highest_mean(scores: dict[int, Decimal]) -> None:
    result = compute(RULES, scores)
    means = [one for one in result.instruments.values() if one is not None]
    assert result.total is not None
    assert min(means) - D("0.01") <= result.total <= max(means) + D("0.01")


@given(ten)
def test_the_lowest_are_exactly_those_that_none_of_their_instrument_stands_below(scores: dict[int, Decimal]) -> None:
    for code, numbers in RULES.numbers_of.items():
        least = min(scores[n] for n in numbers)
        assert compute(RULES, scores).lowest[code] == tuple(n for n in numbers if scores[n] == least)


@given(exact_ten)
def test_what_an_honest_assessor_publishes_is_always_allowed(scores: dict[int, Decimal]) -> None:
    """He computes with all digits and rounds each figure once, for print: no interval may call that wrong."""
    shown, means = published(scores), {c: mean(scores[n] for n in ns) for c, ns in RULES.numbers_of.items()}
    printed = {code: rounded(one) for code, one in means.items()}
    exact = weighted(RULES, {**means})
    assert exact is not None
    total = rounded(exact)
    assert total in total_interval(RULES, printed)
    for code, numbers in RULES.numbers_of.items():
        assert printed[code] in mean_interval(shown[n] for n in numbers)
        assert printed[code] in mean_admissible(RULES, code, total, printed)
        for number in numbers:
            assert shown[number] in admissible(printed[code], [shown[n] for n in numbers if n != number])


@given(points, points)
def test_a_higher_total_never_has_a_lower_level(one: Decimal, other: Decimal) -> None:
    low, high = sorted((one, other))
    levels = RULES.levels
    assert levels.index(level_of(RULES, high) or "") <= levels.index(level_of(RULES, low) or "")


@given(st.sampled_from(YEARS), points, st.dictionaries(st.sampled_from(["IIT", "EIT", "OIT"]), points))
def test_the_level_of_a_total_is_among_the_possible_ones(year: int, total: Decimal, means: dict[str, Decimal]) -> None:
    rules: Rules = rules_for(year)
    possible = levels_possible(rules, total, {**means})
    assert possible
    level = level_of(rules, total, {**means})
    assert level is None or level in possible


# Lattices


def test_scores_that_open_data_cannot_have() -> None:
    ninth, tenth = lattice_of((9, 8, 7, 4, 5)), lattice_of((8, 2))
    assert D("79.42") in ninth and D("99.42") not in ninth
    assert D("50.00") in tenth and D("40.00") not in tenth


@given(st.lists(st.integers(1, 9), min_size=1, max_size=4), st.data())
def test_every_count_of_items_met_is_on_the_lattice(items: list[int], data: st.DataObject) -> None:
    met = [data.draw(st.integers(0, count)) for count in items]
    score = sum((Fraction(m, c) for m, c in zip(met, items, strict=True)), Fraction(0)) * 100 / len(items)
    lattice = lattice_of(tuple(items))
    assert half_up(score) in lattice
    assert {D(0), D(100)} <= lattice and max(lattice) == 100
