"""Acting officials: who orders them, what is refused, who is told, and that they count at once."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from audit import chain
from notifications import delivery
from notifications.models import Letter
from organization import chairs, standing_in
from organization.models import Acting, ActingKind, Appointment, Position, User
from organization.refusals import NotNow, Refused
from organization.standing_in import Order
from tests.cast import DAY, Browse, Cast, at, days, open_step

pytestmark = pytest.mark.django_db
AWAY = DAY + days(30)  # clear of the demo's acting week


def order(cast: Cast, role: str, person: User, by: User | None = None, **more: Any) -> Acting:
    said = {"starts_on": AWAY, "ends_on": AWAY + days(4), "order_number": "300/2564"} | more
    return standing_in.order(Order(cast.position(role).pk, person.pk, **said), by=by or cast.head_of_office, now=at())


def form(cast: Cast, role: str, person: User, **more: str) -> dict[str, Any]:
    said = {"kind": "acting_for", "order_number": "300/2564", "starts_on": "14/10/2564", "ends_on": "18/10/2564"}
    return said | {"position": cast.position(role).pk, "person": person.pk} | more


# --- who may


@pytest.mark.parametrize("who", ["mayor", "head_of_office", "permanent_secretary"])
def test_the_holder_the_head_of_office_and_the_secretary_order_it(cast: Cast, who: str) -> None:
    made = order(cast, "mayor", cast.deputy, by=cast.people[who])
    last = chain.history_of(cast.office)[-1]
    assert (last.verb, last.by_id, last.data["row"]) == ("acting_ordered", cast.people[who].pk, made.pk)


@pytest.mark.parametrize("who", ["deputy", "finance", "office_staff"])
def test_others_do_not(cast: Cast, who: str) -> None:
    with pytest.raises(Refused):
        order(cast, "mayor", cast.deputy, by=cast.people[who])


def test_who_acts_for_the_holder_orders_nobody_in_turn(cast: Cast) -> None:
    Acting.objects.update(ends_on=None)  # the deputy acts for the mayor today
    with pytest.raises(Refused):
        order(cast, "mayor", cast.finance, by=cast.deputy)


def test_another_office_s_chairs_and_people_do_not_exist(cast: Cast, as_: Browse) -> None:
    theirs = Appointment.objects.get(user=cast.outsider).position
    with pytest.raises(Position.DoesNotExist):
        standing_in.order(Order(theirs.pk, cast.finance.pk, AWAY, None, "1"), by=cast.head_of_office, now=at())
    with pytest.raises(ValidationError):
        order(cast, "mayor", cast.outsider)
    made = order(cast, "mayor", cast.deputy)
    client = as_(cast.outsider)
    assert client.get(f"/organization/acting/{made.pk}/end/").status_code == 404
    assert client.post(f"/organization/acting/{made.pk}/end/", {"last_day": "14/9/2564"}).status_code == 404
    assert "300/2564" not in client.get("/organization/acting/?month=2564-10").content.decode()


def test_everyone_reads_who_acts_and_only_some_are_given_the_form(cast: Cast, as_: Browse) -> None:
    order(cast, "mayor", cast.deputy)
    page = as_(cast.office_staff).get("/organization/acting/?month=2564-10")
    assert page.context["form"] is None
    assert sum(bool(one.orders) for one in page.context["days"]) == 5
    assert "วิไลพร" in page.content.decode()
    mine = as_(cast.finance).get("/organization/acting/").context["form"]
    assert len(mine.fields["position"].choices) == 2, "one's own chair alone"


# --- what is refused


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"starts_on": DAY - days(9), "ends_on": DAY - days(1)}, "ends_on"),
        ({"starts_on": AWAY, "ends_on": AWAY - days(1)}, "ends_on"),
        ({"order_number": "  "}, "order_number"),
        ({"kind": ActingKind.ON_BEHALF}, "memo_kinds"),
        ({"memo_kinds": ("plain",)}, "memo_kinds"),
    ],
)
def test_an_order_that_cannot_be_is_said_by_its_field(cast: Cast, more: dict[str, Any], field: str) -> None:
    before = Acting.objects.count()
    with pytest.raises(ValidationError) as error:
        order(cast, "mayor", cast.deputy, **more)
    assert list(error.value.message_dict) == [field]
    assert Acting.objects.count() == before


def test_an_order_that_ends_today_still_counts(cast: Cast) -> None:
    assert order(cast, "permanent_secretary", cast.finance, starts_on=DAY, ends_on=DAY)


def test_an_order_that_ended_yesterday_keeps_what_was_typed(cast: Cast, as_: Browse) -> None:
    said = form(cast, "mayor", cast.deputy, starts_on="10/9/2564", ends_on="13/9/2564", order_number="พิมพ์ไว้")
    answer = as_(cast.head_of_office).post("/organization/acting/", said)
    assert answer.status_code == 422 and "พิมพ์ไว้" in answer.content.decode()
    assert answer.context["form"].errors["ends_on"]


def test_two_do_not_act_for_one_chair_at_once(cast: Cast) -> None:
    order(cast, "mayor", cast.deputy)
    with pytest.raises(ValidationError):
        order(cast, "mayor", cast.finance, starts_on=AWAY + days(4), ends_on=None)
    order(cast, "mayor", cast.finance, starts_on=AWAY + days(5), ends_on=None)


def test_nobody_acts_for_their_own_chair(cast: Cast) -> None:
    with pytest.raises(ValidationError) as error:
        order(cast, "mayor", cast.mayor)
    assert list(error.value.message_dict) == ["person"]


def test_nobody_acts_for_a_chair_of_many(cast: Cast) -> None:
    with pytest.raises(ValidationError):
        order(cast, "officer", cast.finance)


def test_two_who_are_away_do_not_act_for_one_another(cast: Cast) -> None:
    order(cast, "permanent_secretary", cast.head_of_office)
    with pytest.raises(ValidationError) as error:
        order(cast, "head_of_office", cast.permanent_secretary, starts_on=AWAY + days(4), ends_on=None)
    assert list(error.value.message_dict) == ["person"]
    order(cast, "head_of_office", cast.permanent_secretary, starts_on=AWAY + days(5), ends_on=None)


def test_a_circle_of_three_is_found(cast: Cast) -> None:
    order(cast, "permanent_secretary", cast.head_of_office)
    order(cast, "head_of_office", cast.mayor)
    with pytest.raises(ValidationError):
        order(cast, "mayor", cast.permanent_secretary)
    assert not Acting.objects.filter(position=cast.position("mayor"), user=cast.permanent_secretary).exists()
    order(cast, "mayor", cast.deputy)


def test_a_delegation_is_no_absence(cast: Cast) -> None:
    order(cast, "mayor", cast.permanent_secretary, kind=ActingKind.ON_BEHALF, memo_kinds=("plain",))
    order(cast, "permanent_secretary", cast.mayor)


# --- what follows


def test_both_are_told_in_their_own_words(cast: Cast) -> None:
    made = order(cast, "mayor", cast.deputy)
    delivery.send_due(now=at(hour=12))
    told = {one.recipient.username: one for one in Letter.objects.filter(event=standing_in.ORDERED)}
    assert told.keys() == {"mayor", "deputy"}
    assert told["deputy"].subject != told["mayor"].subject
    for letter in told.values():
        assert "300/2564" in letter.text and "14 ตุลาคม 2564" in letter.text, letter.text
    standing_in.end(made.pk, last_day=AWAY + days(1), by=cast.mayor, now=at(AWAY))
    ended = Letter.objects.filter(event=standing_in.ENDED)
    assert {one.recipient for one in ended} == {cast.deputy}, "who ends it is not told"


def test_what_waits_stands_in_the_inbox_at_once(cast: Cast, as_: Browse) -> None:
    memo = cast.submitted()
    assert str(memo.pk) not in as_(cast.finance).get("/inbox/").content.decode()
    order(cast, "permanent_secretary", cast.finance, starts_on=DAY, ends_on=DAY)
    assert str(memo.pk) in as_(cast.finance).get("/inbox/").content.decode()
    step = open_step(memo)
    assert Letter.objects.filter(event="memo_waits", recipient=cast.finance, about=f"step:{step.pk}").exists()
    assert Letter.objects.filter(event="memo_waits", recipient=cast.permanent_secretary).count() == 1
    assert cast.answer(memo, cast.finance, "endorse", "เห็นควร").acting is not None


def test_a_delegate_is_told_only_of_what_is_delegated(cast: Cast) -> None:
    cast.submitted()
    chair = cast.plain and cast.position("permanent_secretary")
    wanted = Order(chair.pk, cast.finance.pk, DAY, None, "1", ActingKind.ON_BEHALF, ("plain",))
    standing_in.order(wanted, by=cast.head_of_office, now=at(hour=13))
    assert not Letter.objects.filter(event="memo_waits", recipient=cast.finance).exists()


def test_an_order_ended_is_over_and_its_letters_go(cast: Cast) -> None:
    cast.submitted()
    made = order(cast, "permanent_secretary", cast.finance, starts_on=DAY - days(1), ends_on=DAY)
    standing_in.end(made.pk, last_day=DAY - days(1), by=cast.permanent_secretary, now=at(hour=14))
    assert Letter.objects.get(event="memo_waits", recipient=cast.finance).voided_at
    assert not Letter.objects.get(event="memo_waits", recipient=cast.permanent_secretary).voided_at
    with pytest.raises(NotNow):
        standing_in.end(made.pk, last_day=DAY - days(1), by=cast.permanent_secretary, now=at(hour=15))


def test_an_order_that_has_not_begun_is_cancelled(cast: Cast) -> None:
    made = order(cast, "mayor", cast.deputy)
    assert standing_in.end(made.pk, last_day=DAY, by=cast.mayor, now=at()) is None
    assert not Acting.objects.filter(pk=made.pk).exists()
    assert not Letter.objects.filter(event=standing_in.ORDERED, voided_at=None).exists()
    with pytest.raises(Acting.DoesNotExist):
        standing_in.end(made.pk, last_day=DAY, by=cast.mayor, now=at())


def test_who_may_not_order_does_not_end(cast: Cast) -> None:
    made = order(cast, "mayor", cast.deputy)
    with pytest.raises(Refused):
        standing_in.end(made.pk, last_day=DAY, by=cast.deputy, now=at())


def test_an_order_is_recorded_and_ended_by_the_pages(cast: Cast, as_: Browse) -> None:
    client = as_(cast.mayor)
    answer = client.post("/organization/acting/", form(cast, "mayor", cast.deputy))
    assert (answer.status_code, answer["Location"]) == (302, "/organization/acting/?month=2564-10")
    made = Acting.objects.latest("pk")
    assert (made.starts_on, made.ends_on) == (date(2021, 10, 14), date(2021, 10, 18))
    assert "300/2564" in client.get("/organization/acting/").content.decode()
    assert client.post(f"/organization/acting/{made.pk}/end/", {"last_day": "x"}).status_code == 422
    assert client.post(f"/organization/acting/{made.pk}/end/", {"last_day": "13/10/2564"}).status_code == 302
    assert not Acting.objects.filter(pk=made.pk).exists()


@pytest.mark.parametrize("month", ["", "abc", "2564-13", "9999-01", "๒๕๖๔-๐๙", "2564-9"])
def test_a_strange_month_is_this_one(cast: Cast, as_: Browse, month: str) -> None:
    assert as_(cast.mayor).get("/organization/acting/", {"month": month}).context["first"] == date(2021, 9, 1)


def test_a_chair_with_an_order_is_not_ended(cast: Cast) -> None:
    made = chairs.add_position(
        role="deputy_permanent_secretary",
        division=None,
        title_th="รองปลัด",
        title_en="",
        by=cast.head_of_office,
        now=at(),
    )
    standing_in.order(Order(made.pk, cast.finance.pk, AWAY, None, "1"), by=cast.head_of_office, now=at())
    with pytest.raises(NotNow):
        chairs.end(Position, made.pk, by=cast.head_of_office, now=at())
