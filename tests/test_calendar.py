"""Time as the office counts it: eras, fiscal years, Thai digits, working days."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import settings as how
from hypothesis import strategies as st

from organization import calendar
from organization.calendar import WorkingDays, national_holidays
from organization.models import Holiday
from tests.cast import Cast

plain = WorkingDays()
day_ = st.dates(date(2018, 1, 1), date(2032, 12, 31))
own_ = st.frozensets(day_, max_size=30).map(WorkingDays)


@pytest.mark.parametrize(
    ("day", "year"),
    [
        (date(2021, 9, 30), 2564),
        (date(2021, 10, 1), 2565),
        (date(2021, 12, 31), 2565),
        (date(2022, 1, 1), 2565),
        (date(2022, 9, 30), 2565),
        (date(2022, 10, 1), 2566),
    ],
)
def test_a_fiscal_year_begins_on_the_first_of_october(day: date, year: int) -> None:
    assert calendar.fiscal_year(day) == year


@given(day_)
def test_a_fiscal_year_is_the_buddhist_year_its_september_lies_in(day: date) -> None:
    september = date(day.year + (day.month > 9), 9, 30)
    assert calendar.fiscal_year(day) == calendar.buddhist_year(september)
    assert 0 <= (september - day).days < 366


def test_a_thai_date_is_written_in_the_buddhist_era() -> None:
    assert calendar.thai_date(date(2021, 9, 14)) == "14 กันยายน 2564"
    assert calendar.thai_date(date(2024, 2, 29), short=True) == "29 ก.พ. 2567"
    assert calendar.thai_digits(calendar.thai_date(date(2021, 12, 1))) == "๑ ธันวาคม ๒๕๖๔"


def test_there_are_twelve_months() -> None:
    assert len(calendar.MONTHS_TH) == len(calendar.MONTHS_TH_SHORT) == 12
    assert len({calendar.thai_date(date(2022, m, 1)) for m in range(1, 13)}) == 12


@given(st.text(max_size=40))
def test_thai_digits_and_back_changes_nothing_else(text: str) -> None:
    arabic = calendar.arabic_digits(text)
    assert calendar.arabic_digits(calendar.thai_digits(arabic)) == arabic
    assert len(calendar.thai_digits(text)) == len(text)
    assert not set("0123456789") & set(calendar.thai_digits(text))
    assert not set("๐๑๒๓๔๕๖๗๘๙") & set(arabic)


@given(st.integers(0, 10**12))
def test_a_number_survives_thai_digits(number: int) -> None:
    assert int(calendar.arabic_digits(calendar.thai_digits(number))) == number


def test_the_office_s_day_turns_at_its_own_midnight() -> None:
    before = datetime(2021, 9, 14, 16, 59, 59, tzinfo=UTC)
    assert calendar.day_of(before) == date(2021, 9, 14)
    assert calendar.day_of(before + timedelta(seconds=1)) == date(2021, 9, 15)
    assert calendar.local(before).hour == 23


# --- working days


@pytest.mark.parametrize("year", range(2019, 2027))
def test_offices_work_on_labour_day_and_its_substitute(year: int) -> None:
    first = date(year, 5, 1)
    assert first not in national_holidays(year)
    substitute = next(first + timedelta(days=n) for n in range(3) if (first + timedelta(days=n)).weekday() < 5)
    assert substitute not in national_holidays(year)
    assert plain.is_working(first) == (first.weekday() < 5)


@pytest.mark.parametrize("year", [2019, *range(2021, 2027)])  # the Songkran of 2020 was put off
@pytest.mark.parametrize(("month", "day"), [(4, 13), (4, 14), (4, 15), (1, 1), (12, 5), (10, 13), (8, 12), (12, 31)])
def test_offices_rest_on_songkran_and_the_other_fixed_days(year: int, month: int, day: int) -> None:
    assert not plain.is_working(date(year, month, day))


@pytest.mark.parametrize(
    "day",
    [
        date(2022, 2, 16),  # Makha Bucha
        date(2022, 5, 16),  # substitute for Visakha Bucha on a Sunday
        date(2022, 7, 13),  # Asalha Bucha
        date(2022, 5, 13),  # the royal ploughing ceremony: a day off for government offices alone
        date(2022, 10, 24),  # substitute for Chulalongkorn day
        date(2022, 12, 12),  # substitute for Constitution day
    ],
)
def test_lunar_days_substitutes_and_government_days_are_days_off(day: date) -> None:
    assert day.weekday() < 5
    assert not plain.is_working(day)


def test_weekends_are_days_off() -> None:
    assert [plain.is_working(date(2021, 9, 13) + timedelta(days=n)) for n in range(7)] == [True] * 5 + [False] * 2


@given(day_, own_, st.integers(0, 40))
@how(max_examples=150, deadline=None)
def test_after_and_until_agree(day: date, office: WorkingDays, count: int) -> None:
    due = office.after(day, count)
    assert office.until(day, due) == count
    assert count == 0 or office.is_working(due)
    assert count == 0 or office.until(day, due - timedelta(days=1)) == count - 1


@given(day_, own_, st.integers(0, 20), st.integers(0, 20))
@how(max_examples=100, deadline=None)
def test_working_days_add_up(day: date, office: WorkingDays, some: int, more: int) -> None:
    assert office.after(office.after(day, some), more) == office.after(day, some + more)


@given(day_, own_, st.integers(0, 60))
@how(max_examples=100, deadline=None)
def test_a_day_later_there_is_at_most_one_working_day_less(day: date, office: WorkingDays, ahead: int) -> None:
    due = day + timedelta(days=ahead)
    assume(ahead)
    tomorrow = day + timedelta(days=1)
    assert office.until(day, due) - office.until(tomorrow, due) == office.is_working(tomorrow)


def test_nothing_is_left_on_the_day_and_after_it() -> None:
    assert plain.until(date(2022, 3, 31), date(2022, 3, 31)) == 0
    assert plain.until(date(2022, 4, 5), date(2022, 3, 31)) == 0


# --- an office's own


@pytest.mark.django_db
def test_an_office_s_own_holidays_are_its_own(cast: Cast) -> None:
    day = date(2021, 9, 16)
    Holiday.objects.create(organization=cast.office, date=day, name="วันหยุดพิเศษ")
    home, neighbour = cast.office.pk, cast.outsider.organization_id
    assert not WorkingDays.of(home).is_working(day)
    assert WorkingDays.of(neighbour).is_working(day)
    both = WorkingDays.of_all([home, neighbour])
    assert (both[home].is_working(day), both[neighbour].is_working(day)) == (False, True)
    assert both == {home: WorkingDays.of(home), neighbour: WorkingDays.of(neighbour)}


@pytest.mark.django_db
def test_the_one_clock_is_the_one_of_the_settings(cast: Cast) -> None:
    moment = datetime(2022, 1, 2, 3, 4, tzinfo=UTC)
    cast.clock(moment)
    assert calendar.now() == moment
