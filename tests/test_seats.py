"""Who may act for a position on a day: holders, acting officials, delegates, and the days they do."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from organization.appointments import act_for, appoint, end
from organization.models import Acting, Appointment, Position, User
from organization.seats import holder_of, holders_of, seat_at, seats_of
from tests.cast import DAY, Cast, days

pytestmark = pytest.mark.django_db

NEXT = (date(2021, 10, 4), date(2021, 10, 8))  # nobody acts for anybody in this week


def chair(user: User) -> Position:
    return user.appointments.get().position


def names(seats: list) -> list[str]:
    return [seat.user.username for seat in seats]


# --- appointments


def test_two_people_never_hold_one_seat_on_the_same_day(cast: Cast) -> None:
    seat = cast.mayor.appointments.get()
    for starts, ends in ((DAY, None), (date(2019, 1, 1), date(2020, 10, 1)), (date(2019, 1, 1), None), (DAY, DAY)):
        with pytest.raises(ValidationError):
            appoint(cast.deputy, seat.position, starts_on=starts, ends_on=ends)
    before = appoint(cast.deputy, seat.position, starts_on=date(2019, 1, 1), ends_on=date(2020, 9, 30))
    assert names(holders_of([seat.position], date(2020, 9, 30))[seat.position_id]) == ["deputy"]
    assert before.pk


def test_a_successor_begins_the_day_after_the_last_day(cast: Cast) -> None:
    seat = cast.finance.appointments.get()
    end(seat, on=DAY)
    with pytest.raises(ValidationError):
        appoint(cast.office_staff, seat.position, starts_on=DAY)
    appoint(cast.office_staff, seat.position, starts_on=DAY + days(1))
    assert [holder_of(seat.position, DAY + days(n)).user for n in (0, 1)] == [cast.finance, cast.office_staff]  # type: ignore[union-attr]


def test_several_officers_share_a_chair_but_none_sits_in_it_twice(cast: Cast) -> None:
    staff = chair(cast.office_staff)
    clerk = cast.hire("clerk", "officer", "op")
    assert names(holders_of([staff], DAY)[staff.pk]) == ["office_staff", "clerk"]
    with pytest.raises(ValidationError):
        appoint(clerk, staff, starts_on=DAY)


def test_a_person_of_another_organization_is_not_seated_here(cast: Cast) -> None:
    with pytest.raises(ValidationError):
        appoint(cast.outsider, chair(cast.office_staff), starts_on=DAY)
    with pytest.raises(ValidationError):
        act_for(cast.position("mayor"), cast.outsider, starts_on=NEXT[0], order_number="1/64")
    assert not Appointment.objects.filter(user=cast.outsider, position__organization=cast.office).exists()


def test_a_last_day_before_the_first_is_refused(cast: Cast) -> None:
    with pytest.raises(ValidationError):
        appoint(cast.works, chair(cast.office_staff), starts_on=DAY, ends_on=DAY - days(1))
    with pytest.raises(ValidationError):
        end(cast.finance.appointments.get(), on=date(2020, 9, 30))
    with pytest.raises(ValidationError):
        act_for(cast.position("mayor"), cast.works, starts_on=NEXT[1], ends_on=NEXT[0], order_number="1/64")
    with pytest.raises(IntegrityError), transaction.atomic():
        Appointment.objects.filter(user=cast.finance).update(ends_on=date(2020, 9, 30))


# --- acting officials


def test_first_and_last_day_are_included(cast: Cast) -> None:
    mayor = cast.position("mayor")
    there = [seat_at(cast.deputy, mayor, date(2021, 9, day)) is not None for day in (12, 13, 19, 20)]
    assert there == [False, True, True, False]
    end(Acting.objects.get(), on=date(2021, 9, 15))
    assert seat_at(cast.deputy, mayor, date(2021, 9, 15)) is not None
    assert seat_at(cast.deputy, mayor, date(2021, 9, 16)) is None


@pytest.mark.parametrize(
    ("starts", "ends", "stands"),
    [
        (date(2021, 9, 19), date(2021, 9, 25), False),  # one day in common
        (date(2021, 9, 1), date(2021, 9, 13), False),
        (date(2021, 9, 1), None, False),
        (date(2021, 9, 15), date(2021, 9, 15), False),
        (date(2021, 9, 20), None, True),
        (date(2021, 9, 1), date(2021, 9, 12), True),
    ],
)
def test_only_one_person_acts_for_a_position_on_a_day(
    cast: Cast, starts: date, ends: date | None, stands: bool
) -> None:
    def order() -> Acting:
        return act_for(cast.position("mayor"), cast.works, starts_on=starts, ends_on=ends, order_number="290/2564")

    if stands:
        order()
        assert seat_at(cast.works, cast.position("mayor"), starts) is not None
        return
    with pytest.raises(ValidationError):
        order()


def test_an_acting_order_has_a_number(cast: Cast) -> None:
    with pytest.raises(ValidationError):
        act_for(cast.position("mayor"), cast.works, starts_on=NEXT[0], order_number="  ")


def test_the_holder_comes_first_and_the_acting_official_with_the_order_after(cast: Cast) -> None:
    mayor = cast.position("mayor")
    holder, acting = holders_of([mayor], DAY)[mayor.pk]
    assert (holder.user, holder.acting) == (cast.mayor, None)
    assert acting.user == cast.deputy and acting.acting is not None and acting.acting.order_number == "287/2564"
    assert (str(holder), acting.acting_id) == (str(mayor), acting.acting.pk)
    assert str(mayor) in str(acting) and str(acting) != str(mayor)
    assert holder_of(mayor, DAY) == holder


def test_one_s_own_chair_comes_before_an_acting_one(cast: Cast) -> None:
    secretary = cast.position("permanent_secretary")
    act_for(secretary, cast.permanent_secretary, starts_on=DAY, order_number="1/64")
    seat = seats_of(cast.permanent_secretary, DAY).at(secretary.pk)
    assert seat is not None and seat.acting is None
    assert seat_at(cast.permanent_secretary, secretary, DAY).acting is None  # type: ignore[union-attr]


def test_a_vacant_seat_is_answered_by_its_acting_official_and_else_by_nobody(cast: Cast) -> None:
    mayor = cast.position("mayor")
    end(cast.mayor.appointments.get(), on=DAY - days(1))
    assert holder_of(mayor, DAY).user == cast.deputy  # type: ignore[union-attr]
    assert holder_of(mayor, date(2021, 9, 20)) is None
    assert mayor.pk not in holders_of([mayor], date(2021, 9, 20))


# --- delegations


def test_a_delegation_covers_the_kinds_it_names_and_no_more(cast: Cast) -> None:
    mayor = cast.position("mayor")
    act_for(mayor, cast.works, starts_on=NEXT[0], order_number="5/64", kind="on_behalf", memo_kinds=["ita-analysis"])
    day = NEXT[0]
    assert seat_at(cast.works, mayor, day, "ita-analysis") is not None
    for other in ("leave", None):
        assert seat_at(cast.works, mayor, day, other) is None
    assert seats_of(cast.works, day).at(mayor.pk, "ita-analysis") is not None
    assert seats_of(cast.works, day).at(mayor.pk, "leave") is None
    assert seats_of(cast.works, day).with_role("mayor") is None, "powers that no kind limits are not delegated"
    assert names(holders_of([mayor], day, memo_kind="ita-analysis")[mayor.pk]) == ["mayor", "works"]
    assert names(holders_of([mayor], day)[mayor.pk]) == ["mayor"]
    assert names(holders_of([mayor], day, any_kind=True)[mayor.pk]) == ["mayor", "works"]


def test_delegations_overlap_only_where_their_kinds_do(cast: Cast) -> None:
    mayor = cast.position("mayor")
    order = {"starts_on": NEXT[0], "ends_on": NEXT[1], "kind": "on_behalf"}
    act_for(mayor, cast.works, order_number="5/64", memo_kinds=["a", "b"], **order)
    with pytest.raises(ValidationError):
        act_for(mayor, cast.health, order_number="6/64", memo_kinds=["b", "c"], **order)
    act_for(mayor, cast.health, order_number="6/64", memo_kinds=["c"], **order)
    assert names(holders_of([mayor], NEXT[0], memo_kind="c")[mayor.pk]) == ["mayor", "health"]


@pytest.mark.parametrize(("kind", "kinds"), [("on_behalf", []), ("acting_for", ["a"]), ("in_position", ["a"])])
def test_a_delegation_and_only_a_delegation_names_kinds(cast: Cast, kind: str, kinds: list[str]) -> None:
    with pytest.raises(ValidationError):
        act_for(cast.position("mayor"), cast.works, starts_on=NEXT[0], order_number="7/64", kind=kind, memo_kinds=kinds)


# --- people


def test_a_deactivated_person_holds_no_seat(cast: Cast) -> None:
    mayor = cast.position("mayor")
    for person in (cast.mayor, cast.deputy):
        person.is_active = False
        person.save()
        assert seats_of(person, DAY) == ()
        assert seat_at(person, mayor, DAY) is None
    assert holder_of(mayor, DAY) is None


def test_one_person_may_sit_in_several_seats_of_several_divisions(cast: Cast) -> None:
    act_for(chair(cast.finance), cast.works, starts_on=NEXT[0], order_number="8/64")
    seats = seats_of(cast.works, NEXT[0])
    assert {seat.position for seat in seats} == {chair(cast.works), chair(cast.finance)}
    assert seats.division_ids == {chair(cast.works).division_id, chair(cast.finance).division_id}
    here = seats.with_role("division_head", division_id=chair(cast.finance).division_id)
    assert here is not None and here.acting is not None
    first = seats.with_role("division_head")
    assert first is not None and first.acting is None


def test_seats_are_looked_up_in_so_many_statements_whatever_their_number(
    cast: Cast, django_assert_num_queries: object
) -> None:
    everyone = list(Position.objects.filter(organization=cast.office))
    with django_assert_num_queries(1):  # type: ignore[operator]
        found = holders_of(everyone, DAY)
        assert all(str(seat.position) and seat.user.pk for told in found.values() for seat in told)
    assert sorted(names([s for told in found.values() for s in told]))[0] == "deputy"
    with django_assert_num_queries(2):  # type: ignore[operator]
        seats_of(cast.deputy, DAY)
