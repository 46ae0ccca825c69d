"""Divisions, positions and appointments: who changes them, what keeps one from being ended, and which letters go."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from audit import chain
from memo_flow.models import RouteStep
from notifications.models import Letter
from organization import chairs
from organization.models import Acting, Appointment, Division, Position, Role, User
from organization.refusals import NotNow, Refused
from organization.seats import seats_of
from tests.cast import DAY, Browse, Cast, at, days, open_step

pytestmark = pytest.mark.django_db


def add(cast: Cast, role: str = Role.DEPUTY_PERMANENT_SECRETARY, division: int | None = None, **more: Any) -> Position:
    said = {"title_th": "รองปลัด", "title_en": "", "by": cast.head_of_office, "now": at()}
    return chairs.add_position(role=role, division=division, **(said | more))


def seat(cast: Cast, chair: Position, person: User, **more: Any) -> Appointment:
    said = {"starts_on": DAY, "ends_on": None, "order_number": "1/2564", "by": cast.head_of_office, "now": at()}
    return chairs.appoint(chair.pk, person.pk, **(said | more))


def division(cast: Cast, pk: int | None = None, **more: Any) -> Division:
    said = {"name_th": "กองใหม่", "name_en": "", "code": "new", "book_code": "นฐ 71299", "order": 9}
    return chairs.put_division(pk, **(said | {"by": cast.head_of_office, "now": at()} | more))


# --- who may


@pytest.mark.parametrize("who", ["mayor", "permanent_secretary", "finance", "office_staff"])
def test_others_change_no_chair(cast: Cast, who: str) -> None:
    by = cast.people[who]
    row = Appointment.objects.get(user=cast.works)
    for act in (
        lambda: add(cast, by=by),
        lambda: division(cast, by=by),
        lambda: seat(cast, cast.position("mayor"), by, by=by),
        lambda: chairs.rename_position(row.position_id, title_th="ก", title_en="", by=by, now=at()),
        lambda: chairs.end(Position, row.position_id, by=by, now=at()),
        lambda: chairs.dismiss(row.pk, last_day=DAY, by=by, now=at()),
    ):
        with pytest.raises(Refused):
            act()


def test_another_office_s_chairs_do_not_exist(cast: Cast, as_: Browse) -> None:
    row = Appointment.objects.get(user=cast.outsider)
    client = as_(cast.head_of_office)
    for path in (
        *(f"positions/{row.position_id}/", f"positions/{row.position_id}/rename/", f"positions/{row.position_id}/end/"),
        *(f"divisions/{row.position.division_id}/", f"divisions/{row.position.division_id}/end/"),
        f"appointments/{row.pk}/end/",
    ):
        assert client.get(f"/organization/{path}").status_code == 404, path
        assert client.post(f"/organization/{path}", {"last_day": "14/9/2564"}).status_code == 404, path
    with pytest.raises(ValidationError):
        add(cast, Role.OFFICER, row.position.division_id)
    with pytest.raises(ValidationError):
        seat(cast, cast.position("mayor"), cast.outsider)


# --- divisions and positions


def test_a_division_and_its_position_are_added_by_the_pages(cast: Cast, as_: Browse) -> None:
    client = as_(cast.head_of_office)
    form = {"name_th": "กองช่างใหม่", "code": "new", "book_code": "นฐ 71288", "order": "7"}
    assert client.post("/organization/divisions/add/", form).status_code == 302
    made = Division.objects.get(code="new")
    form = {"role": "division_head", "division": made.pk, "title_th": "ผู้อำนวยการกองช่างใหม่"}
    answer = client.post("/organization/positions/add/", form)
    chair = Position.objects.get(division=made)
    assert answer["Location"] == f"/organization/positions/{chair.pk}/"
    form = {"person": cast.office_staff.pk, "starts_on": "๑๔/๙/๒๕๖๔", "order_number": "๕/๒๕๖๔"}
    assert client.post(answer["Location"], form).status_code == 302
    assert chair in [one.position for one in seats_of(cast.office_staff, DAY)]
    verbs = [one.verb for one in chain.history_of(cast.office)]
    assert verbs[-3:] == ["division_added", "position_added", "appointed"]
    assert not list(chain.verify())


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"code": "fin"}, "code"), ({"book_code": "นฐ 71202"}, "book_code"), ({"name_th": " "}, "name_th")],
)
def test_a_division_that_cannot_be_is_said_by_its_field(cast: Cast, wrong: dict[str, str], field: str) -> None:
    with pytest.raises(ValidationError) as error:
        division(cast, **wrong)
    assert list(error.value.message_dict) == [field]


def test_a_position_is_of_the_office_or_of_a_division(cast: Cast) -> None:
    place = Division.objects.get(code="fin", organization=cast.office).pk
    for role, where in ((Role.OFFICER, None), (Role.MAYOR, place)):
        with pytest.raises(ValidationError) as error:
            add(cast, role, where)
        assert list(error.value.message_dict) == ["division"]
    for role, where in ((Role.MAYOR, None), (Role.DIVISION_HEAD, place), ("king", None)):
        with pytest.raises(ValidationError) as error:
            add(cast, role, where)
        assert list(error.value.message_dict) == ["role"]


def test_a_position_never_used_is_deleted(cast: Cast) -> None:
    made = add(cast)
    assert chairs.end(Position, made.pk, by=cast.head_of_office, now=at())
    assert not Position.objects.filter(pk=made.pk).exists()


def test_a_position_that_was_used_is_kept_and_may_come_back(cast: Cast) -> None:
    made = add(cast)
    row = seat(cast, made, cast.office_staff)
    with pytest.raises(NotNow):
        chairs.end(Position, made.pk, by=cast.head_of_office, now=at())
    chairs.dismiss(row.pk, last_day=DAY, by=cast.head_of_office, now=at())
    later = at(DAY + days(1))
    assert not chairs.end(Position, made.pk, by=cast.head_of_office, now=later)
    assert Position.objects.get(pk=made.pk).ended_on == DAY + days(1)
    with pytest.raises(NotNow):
        chairs.end(Position, made.pk, by=cast.head_of_office, now=later)
    with pytest.raises(ValidationError):
        seat(cast, made, cast.office_staff, starts_on=DAY + days(2))
    chairs.reopen(Position, made.pk, by=cast.head_of_office, now=later)
    seat(cast, made, cast.office_staff, starts_on=DAY + days(2))


def test_a_position_on_a_route_is_not_ended(cast: Cast, as_: Browse) -> None:
    chair = cast.position("permanent_secretary")
    Appointment.objects.filter(position=chair).update(ends_on=DAY - days(1))
    answer = as_(cast.head_of_office).post(f"/organization/positions/{chair.pk}/end/")
    assert (
        answer.status_code == 409 and str(RouteStep.objects.filter(position=chair)[0].route) in answer.content.decode()
    )
    assert Position.objects.get(pk=chair.pk).ended_on is None


def test_a_position_that_memos_wait_for_is_not_ended(cast: Cast) -> None:
    cast.submitted()
    chair = cast.position("permanent_secretary")
    RouteStep.objects.filter(position=chair).delete()
    Appointment.objects.filter(position=chair).update(ends_on=DAY - days(1))
    with pytest.raises(NotNow, match=r"."):
        chairs.end(Position, chair.pk, by=cast.head_of_office, now=at())
    assert Position.objects.get(pk=chair.pk).ended_on is None


def test_a_division_with_positions_or_tasks_is_not_ended(cast: Cast) -> None:
    task = cast.task("fin")
    with pytest.raises(NotNow):
        chairs.end(Division, task.division_id, by=cast.head_of_office, now=at())
    task.division.positions.update(ended_on=DAY)
    with pytest.raises(NotNow):
        chairs.end(Division, task.division_id, by=cast.head_of_office, now=at())
    made = division(cast)
    assert chairs.end(Division, made.pk, by=cast.head_of_office, now=at())


# --- appointments


def test_one_chair_has_one_person_at_a_time(cast: Cast, as_: Browse) -> None:
    chair = cast.position("mayor")
    with pytest.raises(ValidationError):
        seat(cast, chair, cast.office_staff)
    form = {"person": cast.office_staff.pk, "starts_on": "14/9/2564", "order_number": "คำสั่งที่พิมพ์ไว้"}
    answer = as_(cast.head_of_office).post(f"/organization/positions/{chair.pk}/", form)
    assert answer.status_code == 422 and "คำสั่งที่พิมพ์ไว้" in answer.content.decode()


def test_a_successor_follows_the_day_after(cast: Cast, as_: Browse) -> None:
    chair, row = cast.position("mayor"), Appointment.objects.get(user=cast.mayor)
    client = as_(cast.head_of_office)
    assert client.post(f"/organization/appointments/{row.pk}/end/", {"last_day": "13/9/2564"}).status_code == 302
    seat(cast, chair, cast.office_staff)
    assert [one.user for one in chair.appointments.order_by("starts_on")] == [cast.mayor, cast.office_staff]
    assert not seats_of(cast.mayor, DAY)


@pytest.mark.parametrize("last_day", ["30/9/2563", "abc", "", "30/2/2565"])
def test_a_last_day_that_cannot_be_changes_nothing(cast: Cast, as_: Browse, last_day: str) -> None:
    row = Appointment.objects.get(user=cast.mayor)
    answer = as_(cast.head_of_office).post(f"/organization/appointments/{row.pk}/end/", {"last_day": last_day})
    assert answer.status_code == 422
    assert Appointment.objects.get(pk=row.pk).ends_on is None


def test_an_appointment_still_to_come_is_cancelled(cast: Cast) -> None:
    row = seat(cast, add(cast), cast.office_staff, starts_on=DAY + days(5))
    assert chairs.dismiss(row.pk, last_day=DAY, by=cast.head_of_office, now=at()) is None
    assert not Appointment.objects.filter(pk=row.pk).exists()
    assert chain.history_of(cast.office)[-1].verb == "appointment_cancelled"


def test_letters_about_what_waits_are_taken_back_from_who_left(cast: Cast) -> None:
    step = open_step(cast.submitted())
    waits = Letter.objects.get(event="memo_waits", recipient=cast.permanent_secretary)
    row = Appointment.objects.get(user=cast.permanent_secretary)
    other = Letter.objects.filter(voided_at=None).exclude(recipient=cast.permanent_secretary)
    before = other.count()
    chairs.dismiss(row.pk, last_day=DAY - days(1), by=cast.head_of_office, now=at(hour=13))
    assert Letter.objects.get(pk=waits.pk).voided_at == at(hour=13)
    assert other.count() == before
    seat(cast, cast.position("permanent_secretary"), cast.office_staff)
    assert Letter.objects.filter(event="memo_waits", recipient=cast.office_staff, about=f"step:{step.pk}").exists()


def test_letters_stay_with_who_still_sits_today(cast: Cast) -> None:
    cast.submitted()
    row = Appointment.objects.get(user=cast.permanent_secretary)
    chairs.dismiss(row.pk, last_day=DAY, by=cast.head_of_office, now=at(hour=13))
    assert Letter.objects.get(event="memo_waits").voided_at is None


def test_letters_about_tasks_are_taken_back_from_who_left_the_division(cast: Cast) -> None:
    task = cast.task("fin")
    mine = Letter.objects.filter(recipient=cast.finance, about=f"task:{task.pk}", voided_at=None)
    Letter.objects.filter(event="tasks_assigned", recipient=cast.finance).update(about=f"task:{task.pk}")
    assert mine.exists()
    row = Appointment.objects.get(user=cast.finance)
    chairs.dismiss(row.pk, last_day=DAY - days(1), by=cast.head_of_office, now=at(hour=13))
    assert not mine.exists()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_who_appoint_to_one_chair_appoint_one(cast: Cast) -> None:
    chair = add(cast)
    ready = Barrier(2)

    def put(person: User) -> str:
        ready.wait()
        try:
            seat(cast, chair, person)
            return "seated"
        except ValidationError:
            return "taken"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(put, [cast.finance, cast.works])) == ["seated", "taken"]
    assert Appointment.objects.filter(position=chair).count() == 1
    assert not Acting.objects.filter(position=chair).exists()
