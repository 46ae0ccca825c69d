"""Ladders: which stage a day has reached, how far ahead a scan looks, and that a ladder is data."""

from collections import Counter
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from notifications import ladders
from notifications.ladders import DEFAULTS, Kind, Ladder, Rung, Who
from organization.calendar import WorkingDays
from tests.cast import days

SPRING = date(2022, 3, 31)  # a Thursday
TASK = DEFAULTS[Kind.TASK]
plain = WorkingDays()


def token(due_on: date, day: date, ladder: Ladder = TASK, office: WorkingDays = plain) -> str | None:
    stage = ladders.stage(due_on, day, ladder, office)
    return stage and stage.token


@pytest.mark.parametrize(
    ("day", "reached"),
    [
        (date(2022, 3, 10), None),  # 15 working days left
        (date(2022, 3, 11), "14w"),
        (date(2022, 3, 12), "14w"),  # a Saturday: still 13 to go
        (date(2022, 3, 21), "14w"),  # 8
        (date(2022, 3, 22), "7w"),
        (date(2022, 3, 27), "7w"),  # a Sunday: 4 to go
        (date(2022, 3, 28), "3w"),
        (date(2022, 3, 29), "3w"),
        (date(2022, 3, 30), "1w"),
        (date(2022, 3, 31), "0w"),
        (date(2022, 4, 1), "-1d"),
        (date(2022, 4, 7), "-1d"),
        (date(2022, 4, 8), "-8d"),
        (date(2022, 4, 14), "-8d"),
        (date(2022, 4, 15), "-8d+1"),
        (date(2022, 4, 21), "-8d+1"),
        (date(2022, 4, 22), "-8d+2"),
        (date(2022, 10, 7), "-8d+26"),
        (date(2025, 1, 1), "-8d+26"),  # and no more after that
    ],
)
def test_a_day_has_reached_one_stage_of_the_deadline(day: date, reached: str | None) -> None:
    assert token(SPRING, day) == reached


def test_songkran_brings_the_first_stage_forward() -> None:
    """Due on 20 April 2022: 13 to 15 April are no working days, the 6th is Chakri day."""
    due_on = date(2022, 4, 20)
    assert [token(due_on, date(2022, 3, day)) for day in (24, 25)] == [None, "14w"]
    assert token(due_on, date(2022, 4, 12)) == "3w"


def test_an_office_s_own_day_off_counts_and_a_day_it_is_open() -> None:
    assert token(SPRING, date(2022, 3, 29), office=WorkingDays(frozenset({date(2022, 3, 30)}))) == "1w"
    assert token(SPRING, date(2022, 3, 25), office=WorkingDays(open=frozenset({date(2022, 3, 26)}))) == "7w"
    assert token(date(2022, 4, 4), date(2022, 4, 2), office=WorkingDays(open=frozenset({date(2022, 4, 2)}))) == "1w"


def test_days_of_the_calendar_and_no_repeat() -> None:
    once = Ladder((Rung(10, (Who.RESPONSIBLE,), working=False), Rung(2, (Who.RESPONSIBLE,), late=True)), every=0)
    said = [token(SPRING, SPRING + days(n), once) for n in (-11, -10, 0, 1, 3, 4, 5, 400)]
    assert said == [None, "10d", "10d", "10d", "10d", "-2w", "-2w", "-2w"]


def test_who_is_told_more_the_later_it_is() -> None:
    def told(late: int) -> list[str]:
        stage = ladders.stage(SPRING, SPRING + days(late), TASK, plain)
        assert stage
        return [*stage.to]

    assert told(-1) == ["responsible"]
    assert told(0) == told(7) == ["responsible", "division_head"]
    assert told(8) == told(100) == ["responsible", "division_head", "head_of_office", "permanent_secretary"]


@pytest.mark.parametrize(("day", "word"), [(-1, "due_soon"), (0, "due_today"), (1, "overdue")])
def test_the_word_is_the_day_s(day: int, word: str) -> None:
    stage = ladders.stage(SPRING, SPRING + days(day), TASK, plain)
    assert stage and ladders.event(stage, SPRING + days(day)) == word


# --- whatever the ladder

some_day = st.dates(date(2020, 1, 1), date(2030, 12, 31))
who = st.lists(st.sampled_from(Who), min_size=1, max_size=4, unique=True).map(tuple)
rungs = st.builds(Rung, st.integers(1, 40), who, st.booleans(), st.booleans())
some_ladders = st.builds(
    Ladder,
    st.lists(rungs, min_size=1, max_size=6, unique_by=lambda rung: rung.token).map(tuple),
    every=st.integers(0, 20),
    times=st.integers(0, 5),
)
offices = st.builds(WorkingDays, own=st.frozensets(some_day, max_size=20), open=st.frozensets(some_day, max_size=5))


@given(due=some_day, ladder=some_ladders, office=offices, first=st.integers(-90, 90))
@how(max_examples=200, deadline=None)
def test_a_stage_is_the_last_of_all_that_has_begun(due: date, ladder: Ladder, office: WorkingDays, first: int) -> None:
    today = due + days(first)
    begun = [one for one in ladders.stages(due, ladder, office) if one.begins <= today]
    assert ladders.stage(due, today, ladder, office) == (begun[-1] if begun else None)


@given(due=some_day, ladder=some_ladders, office=offices)
@how(max_examples=60, deadline=None)
def test_the_days_pass_through_the_stages_in_order_each_once(due: date, ladder: Ladder, office: WorkingDays) -> None:
    passed = [token(due, due + days(n), ladder, office) for n in range(-100, 250)]
    changes = [one for n, one in enumerate(passed) if n == 0 or one != passed[n - 1]]
    assert len(changes) == len(set(changes)), "what was left is not come back to"
    order = [None, *(one.token for one in ladders.stages(due, ladder, office))]
    assert [order.index(one) for one in changes] == sorted(order.index(one) for one in changes)


@given(today=some_day, ladder=some_ladders, office=offices)
@how(max_examples=150, deadline=None)
def test_the_reach_holds_all_that_is_spoken_of_and_no_day_more(
    today: date, ladder: Ladder, office: WorkingDays
) -> None:
    reach = ladders.reach(today, ladder, office)
    assert all(token(reach + days(n), today, ladder, office) is None for n in range(1, 60))
    if any(not rung.late for rung in ladder.rungs):
        assert token(reach, today, ladder, office) is not None


@given(ladder=some_ladders)
def test_a_ladder_as_data_is_the_same_ladder(ladder: Ladder) -> None:
    assert Ladder.of_data(ladder.as_data()) == ladder


def test_the_default_ladders_say_each_thing_once() -> None:
    for kind, ladder in DEFAULTS.items():
        tokens: Counter[Any] = Counter(one.token for one in ladders.stages(SPRING, ladder, plain))
        assert set(tokens.values()) == {1}, kind
