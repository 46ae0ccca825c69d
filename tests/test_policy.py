"""The office's own policy of reminders: who rules, what is refused, what a preview promises."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from io import StringIO
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from audit import chain, guards
from notifications import preview, ruling
from notifications.ladders import DEFAULTS, Kind, Ladder, Rung, Who, stages, told
from notifications.models import Policy
from organization.appointments import act_for
from organization.calendar import WorkingDays
from organization.models import Organization
from organization.refusals import Refused, Stale
from tests.cast import DAY, Cast, at

ME = (Who.RESPONSIBLE,)
OTHER = Ladder((Rung(5, ME), Rung(2, ME, late=True)), every=10, times=3)


def rule(cast: Cast, ladder: Ladder = OTHER, seen: Any = None, **more: Any) -> Policy | None:
    who = {"by": cast.head_of_office, "now": at()} | more
    return ruling.change(cast.office.pk, Kind.TASK, ladder, seen=seen, **who)


# --- what a ladder tells


rungs = st.builds(Rung, st.integers(1, 20), st.just(ME), working=st.booleans(), late=st.booleans())
ladders = st.builds(
    Ladder,
    st.lists(rungs, min_size=1, max_size=6, unique_by=lambda one: one.token).map(tuple),
    every=st.integers(0, 9),
    times=st.integers(0, 4),
)
some_days = st.dates(date(2021, 1, 1), date(2023, 12, 31))


def naive(due_on: date, ladder: Ladder, office: WorkingDays) -> list[tuple[date, str]]:
    """Day by day: on each working day the nearest stage that has begun, told when it was not told before."""
    begun = {}
    for rung in ladder.rungs:
        day = due_on
        if rung.late:
            left = rung.days
            while left:
                day += timedelta(days=1)
                left -= 1 if not rung.working else office.is_working(day)
        elif not rung.working:
            day -= timedelta(days=rung.days)
        else:
            while not office.is_working(day):
                day -= timedelta(days=1)
            left = rung.days
            while left:
                day -= timedelta(days=1)
                left -= office.is_working(day)
        begun[rung.token] = (day, rung)
    order = sorted(
        begun, key=lambda t: (begun[t][0], begun[t][1].late, begun[t][1].days * (1 if begun[t][1].late else -1))
    )
    starts = [(begun[token][0], token) for token in order]
    last = begun[order[-1]][1]
    if last.late and ladder.every:
        starts += [
            (starts[-1][0] + timedelta(days=n * ladder.every), f"{last.token}+{n}") for n in range(1, ladder.times + 1)
        ]
    found: list[tuple[date, str]] = []
    day = starts[0][0]
    while day <= starts[-1][0] + timedelta(days=40):
        if office.is_working(day):
            nearest = [token for start, token in starts if start <= day][-1]
            if nearest not in [token for _day, token in found]:
                found.append((day, nearest))
        day += timedelta(days=1)
    return found


@given(due_on=some_days, ladder=ladders, own=st.frozensets(some_days, max_size=40))
@how(max_examples=150, deadline=None)
def test_what_is_told_is_what_a_walk_from_day_to_day_tells(due_on: date, ladder: Ladder, own: frozenset[date]) -> None:
    office = WorkingDays(own)
    assert [(day, stage.token) for day, stage in told(due_on, ladder, office)] == naive(due_on, ladder, office)


@given(ladder=ladders)
def test_a_ladder_survives_being_written_down(ladder: Ladder) -> None:
    assert Ladder.of_data(json.loads(json.dumps(ladder.as_data()))) == ladder


@pytest.mark.parametrize("kind", list(Kind))
def test_the_defaults_are_rules_that_may_be_made(kind: Kind) -> None:
    assert not [*ruling._faults(kind, DEFAULTS[kind])]
    assert len(stages(DAY, DEFAULTS[kind], WorkingDays())) == len(DEFAULTS[kind].rungs) + DEFAULTS[kind].times


def test_a_preview_says_where_a_day_off_moves_the_deadline() -> None:
    names = dict.fromkeys(Who, "x")
    shown = preview.of(DEFAULTS[Kind.TASK], date(2022, 4, 30), WorkingDays(), names)
    assert shown.due_on == date(2022, 5, 2)
    assert [one.event for one in shown.lines][:6] == [*["due_soon"] * 4, "due_today", "overdue"]
    months = preview.months(shown, WorkingDays(), {})
    cells = [cell for _month, weeks in months for week in weeks for cell in week if cell]
    assert len([cell for cell in cells if cell.lines]) == len(shown.lines)
    assert [cell.day for cell in cells if cell.due] == [date(2022, 5, 2)]


# --- who rules, and what


@pytest.mark.django_db
def test_a_rule_holds_from_the_moment_it_was_made(cast: Cast) -> None:
    policy = rule(cast)
    assert policy is not None
    assert ruling.in_force(cast.office.pk, Kind.TASK, at() - timedelta(seconds=1)) == DEFAULTS[Kind.TASK]
    assert ruling.in_force(cast.office.pk, Kind.TASK, at()) == OTHER
    assert ruling.in_force(cast.office.pk, Kind.STEP, at()) == DEFAULTS[Kind.STEP]
    assert chain.history_of(policy)[-1].verb == "ruled"
    assert list(chain.verify()) == []


@pytest.mark.django_db
def test_only_its_rulers_make_it(cast: Cast) -> None:
    for person in (cast.mayor, cast.finance, cast.office_staff):
        with pytest.raises(Refused):
            rule(cast, by=person)
    with pytest.raises(Organization.DoesNotExist):
        rule(cast, by=cast.outsider)
    assert rule(cast, by=cast.permanent_secretary)
    act_for(cast.position("head_of_office"), cast.finance, starts_on=DAY, ends_on=DAY, order_number="1/2564")
    policy = Policy.objects.get()
    assert rule(cast, DEFAULTS[Kind.TASK], by=cast.finance, seen=policy.pk, now=at(hour=10)) != policy


@pytest.mark.django_db
def test_the_same_once_more_writes_nothing(cast: Cast) -> None:
    assert rule(cast, DEFAULTS[Kind.TASK]) is None
    first = rule(cast)
    assert first is not None and rule(cast, seen=first.pk) == first
    assert Policy.objects.count() == 1


@pytest.mark.django_db
def test_a_rule_read_before_another_was_made_is_stale(cast: Cast) -> None:
    rule(cast)
    with pytest.raises(Stale):
        rule(cast, Ladder((Rung(1, ME),)))
    with pytest.raises(Stale):
        rule(cast, Ladder((Rung(1, ME),)), seen=uuid4())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("ladder", "field"),
    [
        (Ladder(()), "rungs"),
        (Ladder((Rung(3, ()),)), "rungs"),
        (Ladder((Rung(3, ME), Rung(3, ME))), "rungs"),
        (Ladder((Rung(366, ME),)), "rungs"),
        (Ladder((Rung(0, ME, late=True),)), "rungs"),
        (Ladder(tuple(Rung(n, ME) for n in range(21))), "rungs"),
        (Ladder((Rung(3, ME),), every=91), "every"),
        (Ladder((Rung(3, ME),), times=61), "times"),
        (Ladder((Rung(3, ME),), within=0), "within"),
    ],
)
def test_nonsense_is_refused(cast: Cast, ladder: Ladder, field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        rule(cast, ladder)
    assert [*caught.value.message_dict] == [field]
    assert not Policy.objects.exists()


@pytest.mark.django_db
def test_a_follow_up_has_no_division_to_tell(cast: Cast) -> None:
    ladder = Ladder((Rung(3, (Who.DIVISION_HEAD,)),))
    with pytest.raises(ValidationError):
        ruling.change(cast.office.pk, Kind.FOLLOW_UP, ladder, seen=None, by=cast.head_of_office, now=at())


@pytest.mark.django_db
def test_a_policy_that_was_changed_behind_the_chain_is_found(cast: Cast) -> None:
    rule(cast)
    guards.remove_all()
    Policy.objects.update(ladder=DEFAULTS[Kind.TASK].as_data())
    guards.install_all()
    assert [one.subject_type for one in chain.verify()] == ["notifications.policy"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_is_stale(cast: Cast) -> None:
    barrier = Barrier(2)

    def one(days_before: int) -> str:
        try:
            barrier.wait(5)
            rule(cast, Ladder((Rung(days_before, ME),)))
            return "ruled"
        except Stale:
            return "stale"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(one, (3, 4))) == ["ruled", "stale"]
    assert Policy.objects.count() == 1


# --- pages


def posted(**more: Any) -> dict[str, Any]:
    return {
        "seen": "",
        "rung": ["0", "1"],
        "days-0": "๕",
        "unit-0": "working",
        "when-0": "before",
        "to-0": ["responsible"],
        "days-1": "2",
        "unit-1": "calendar",
        "when-1": "after",
        "to-1": ["responsible", "head_of_office"],
        "every": "7",
        "times": "4",
        "within": "3",
        "do": "save",
    } | more


@pytest.mark.django_db
def test_everyone_reads_it_and_the_rulers_change_it(cast: Cast, client: Client) -> None:
    client.force_login(cast.finance)
    assert client.get("/notices/policy/", secure=True).status_code == 200
    said = client.get("/notices/policy/task/?due=30/4/2565&division=fin", secure=True)
    assert "days-0" not in said.content.decode() and said.context["preview"].due_on == date(2022, 5, 2)
    assert client.post("/notices/policy/task/", posted(), secure=True).status_code == 403
    client.force_login(cast.head_of_office)
    assert client.post("/notices/policy/task/", posted(), secure=True).status_code == 302
    ladder = ruling.in_force(cast.office.pk, Kind.TASK, at(hour=23))
    assert [one.token for one in ladder.rungs] == ["5w", "-2d"]
    assert ladder.rungs[1].to == (Who.RESPONSIBLE, Who.HEAD_OF_OFFICE)
    assert client.get("/notices/policy/nonsense/", secure=True).status_code == 404
    assert client.post("/notices/policy/task/", posted(seen="x"), secure=True).status_code == 404


@pytest.mark.django_db
def test_who_saves_after_another_keeps_what_was_typed_and_sees_what_holds(cast: Cast, client: Client) -> None:
    client.force_login(cast.head_of_office)
    assert client.post("/notices/policy/task/", posted(**{"days-0": "44"}), secure=True).status_code == 302
    late = client.post("/notices/policy/task/", posted(**{"days-0": "77"}), secure=True)
    said = late.content.decode()
    assert late.status_code == 409 and 'value="77"' in said and "ก่อนกำหนด 44 วันทำการ" in said
    kept = late.context["typed"]
    assert (
        client.post("/notices/policy/task/", posted(**{"days-0": "77"}, seen=kept.seen), secure=True).status_code == 302
    )
    history = client.get("/notices/policy/", secure=True).content.decode()
    assert "77" in history and "ก่อนกำหนด 44 วันทำการ" in history, "an older rule is still to be read"


@pytest.mark.django_db
def test_enter_in_a_field_removes_nothing(cast: Cast, client: Client) -> None:
    client.force_login(cast.head_of_office)
    page = client.get("/notices/policy/task/", secure=True).content.decode()
    form = page[page.index('<form method="post"><input type="hidden" name="csrf') :]
    assert re.findall(r'<button[^>]*name="do" value="([^"]+)"', form)[0] == "try"


@pytest.mark.django_db
@pytest.mark.parametrize("day", ["31/2/2565", "พรุ่งนี้", "1/1/2665"])
def test_a_day_that_cannot_be_read_is_said_and_kept(cast: Cast, client: Client, day: str) -> None:
    client.force_login(cast.finance)
    answer = client.get(f"/notices/policy/task/?due={day}", secure=True)
    assert answer.status_code == 422 and f'value="{day}"' in answer.content.decode()


@pytest.mark.django_db
def test_what_is_wrong_comes_back_as_it_was_typed(cast: Cast, client: Client) -> None:
    client.force_login(cast.head_of_office)
    answer = client.post("/notices/policy/task/", posted(**{"days-0": "ห้า"}), secure=True)
    assert answer.status_code == 422 and 'value="ห้า"' in answer.content.decode()
    assert not Policy.objects.exists()


@pytest.mark.django_db
def test_rows_are_added_and_taken_away_without_a_script(cast: Cast, client: Client) -> None:
    client.force_login(cast.head_of_office)
    more = client.post("/notices/policy/task/", posted(do="add"), secure=True)
    assert [row.days for row in more.context["typed"].rows] == ["๕", "2", ""]
    fewer = client.post("/notices/policy/task/", posted(do="drop-0"), secure=True)
    assert [row.days for row in fewer.context["typed"].rows] == ["2"]
    again = client.post("/notices/policy/task/", posted(do="defaults"), secure=True)
    assert len(again.context["typed"].rows) == len(DEFAULTS[Kind.TASK].rungs)
    tried = client.post("/notices/policy/task/", posted(do="try", due="15/7/2565"), secure=True)
    assert tried.status_code == 200 and tried.context["preview"].meant == date(2022, 7, 15)
    assert not Policy.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("kind", list(Kind))
def test_a_preview_names_the_people_of_today(cast: Cast, client: Client, kind: str) -> None:
    client.force_login(cast.head_of_office)
    said = client.get(f"/notices/policy/{kind}/", secure=True)
    assert said.status_code == 200
    assert said.context["preview"].lines and all(one.to for one in said.context["preview"].lines)


@pytest.mark.django_db
def test_the_statements_of_the_pages_stand_still(cast: Cast, client: Client) -> None:
    client.force_login(cast.head_of_office)

    def cost(address: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address, secure=True).status_code == 200
        return len(captured)

    addresses = ("/notices/policy/", "/notices/policy/task/")
    cost(addresses[0])
    few = [cost(one) for one in addresses]
    seen = None
    for n in range(12):
        made = rule(cast, Ladder((Rung(n + 1, ME),)), seen=seen, now=at() + timedelta(minutes=n))
        seen = made.pk if made else None
        cast.hire(f"more{n}", "officer", "fin")
    assert [cost(one) for one in addresses] == few and max(few) <= 24


@pytest.mark.django_db
def test_the_command_shows_ladder_and_preview(cast: Cast) -> None:
    out = StringIO()
    call_command("reminder_policy", "--organization", cast.office.code, "--due", "2022-04-30", "--json", stdout=out)
    said = json.loads(out.getvalue())
    assert said["task"]["due_on"] == "2022-05-02" and said["task"]["preview"][0]["token"] == "14w"
    with pytest.raises(CommandError):
        call_command("reminder_policy", "--organization", "nowhere")
    with pytest.raises(CommandError):
        call_command("reminder_policy", "--organization", cast.office.code, "--due", "30/4/2565")
