"""The board of a large office: totals of every task, every task within reach, few statements, and odd addresses."""

from collections.abc import Callable
from datetime import date, timedelta
from importlib import import_module
from uuid import UUID

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Q
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from audit import chain
from measures import extensions, work
from measures.lifecycle import State
from measures.models import DivisionTask, Measure, PlanRow, Report, TaskStep
from measures.progress import Totals, by_division, together
from measures.queries import fiscal_years, with_progress
from organization.models import User
from organization.templatetags.office import day_short
from tests.cast import DAY, Cast, at, days, set_clock

pytestmark = pytest.mark.django_db

Browse = Callable[[User], Client]
TODAY = DAY + days(10)


@pytest.fixture
def as_(client: Client) -> Browse:
    def sign_in(user: User) -> Client:
        set_clock(at(TODAY))
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def office(cast: Cast) -> Cast:
    """An office with one approved memo: the plan rows that `fill` adds tasks to."""
    cast.approved()
    return cast


def fill(
    cast: Cast, division: str, count: int, *, state: str = "in_progress", due: date = TODAY, percent: int = 0
) -> None:
    """So many more tasks of a division, each with one report and one step, in a new measure of the first plan row.

    Accepted ones are at 100 percent, as accepting says.
    """
    percent = 100 if state == "accepted" else percent
    row = PlanRow.objects.order_by("pk")[0]
    seq = Measure.objects.filter(row=row).count()
    measures = Measure.objects.bulk_create(
        Measure(row=row, seq=seq + n + 1, text=f"{division} {seq + n + 1}") for n in range(count)
    )
    where = cast.office.divisions.get(code=division)
    tasks = DivisionTask.objects.bulk_create(
        DivisionTask(
            organization=cast.office,
            measure=measure,
            division=where,
            state=state,
            percent=percent,
            due_on=due + timedelta(days=n % 3),
            assigned_at=at(),
        )
        for n, measure in enumerate(measures)
    )
    chair = where.positions.all()[0]
    Report.objects.bulk_create(
        Report(task=t, seq=n, kind="progress", percent=said, by=cast.finance, position=chair, at=at())
        for t in tasks
        for n, said in ((1, 99), (2, percent))
    )
    step = row.steps.all()[0]
    TaskStep.objects.bulk_create(TaskStep(task=t, step=step, ticked_at=at()) for t in tasks)


def walk(client: Client, path: str) -> list[list[UUID]]:
    """The tasks of every page, following the link to more."""
    pages: list[list[UUID]] = []
    address = path
    while address:
        assert len(pages) < 40
        answer = client.get("/measures/" + address)
        assert answer.status_code == 200
        pages.append([t.pk for group in answer.context["groups"] for t in group["tasks"]])
        address = answer.context["page"].older
        assert ("More tasks" in answer.content.decode()) == bool(address)
    return pages


# --- totals


def by_hand(today: date) -> Totals:
    counted = [t for t in with_progress(DivisionTask.objects.all()) if t.state != "cancelled"]
    open_ = [t.due_on for t in counted if t.is_open]
    return Totals(
        tasks=len(counted),
        done=sum(t.state == "accepted" for t in counted),
        soon=sum(today <= due <= today + days(7) for due in open_),
        overdue=sum(due < today for due in open_),
        points=sum(t.percent for t in counted),
    )


def test_totals_are_of_all_tasks_and_not_of_the_page(office: Cast, as_: Browse) -> None:
    before = by_division(DivisionTask.objects.all(), TODAY)[office.office.divisions.get(code="fin").pk]
    fill(office, "fin", 600, percent=40)
    fill(office, "fin", 300, state="accepted", percent=70)
    fill(office, "fin", 50, state="cancelled", percent=10)
    fill(office, "fin", 20, state="in_progress", due=TODAY - days(9), percent=5)
    fill(office, "fin", 7, due=TODAY + days(5))
    fill(office, "eng", 510, percent=50)
    answer = as_(office.mayor).get("/measures/?division=fin")
    (group,) = answer.context["groups"]
    totals = group["totals"]
    assert (totals.tasks, totals.done) == (before.tasks + 927, 300)
    assert (totals.soon, totals.overdue) == (before.soon + 607, before.overdue + 20)
    assert totals.points == before.points + 600 * 40 + 300 * 100 + 20 * 5
    assert totals.percent == round(totals.points / totals.tasks)
    assert answer.context["totals"] == totals
    assert f"{before.tasks + 927}" in answer.content.decode()
    assert as_(office.mayor).get("/measures/").context["totals"] == by_hand(TODAY)


def test_totals_follow_the_filter(office: Cast, as_: Browse) -> None:
    fill(office, "fin", 3, state="accepted")
    fill(office, "fin", 2, state="cancelled")
    client = as_(office.mayor)
    assert client.get("/measures/?state=accepted").context["totals"] == Totals(3, 3, 0, 0, 300)
    answer = client.get("/measures/?state=cancelled")
    assert answer.context["totals"] == Totals()
    assert [len(g["tasks"]) for g in answer.context["groups"]] == [2]


def test_how_far_a_task_is_is_what_its_newest_report_says(cast: Cast) -> None:
    task = cast.started("fin")
    for percent in (30, 70, 20):
        work.report(task.pk, by=cast.finance, percent=percent, text="ทำต่อ", finished=False, now=at(hour=15))
        assert DivisionTask.objects.get(pk=task.pk).percent == percent
    cast.finish(task)
    work.send_back(task.pk, by=cast.head_of_office, text="ขาดหลักฐาน", now=at(hour=16))
    stands = DivisionTask.objects.get(pk=task.pk).percent
    assert stands == task.reports.order_by("-seq")[0].percent == 99
    assert not list(chain.verify())


def test_a_changed_percent_is_found(cast: Cast) -> None:
    task, never = cast.started("fin"), DivisionTask.objects.filter(division__code="eng")[0]
    work.report(task.pk, by=cast.finance, percent=30, text="ทำต่อ", finished=False, now=at(hour=15))
    DivisionTask.objects.filter(pk__in=[task.pk, never.pk]).update(percent=31)
    found = {one.subject_id: one.message for one in chain.verify()}
    assert found.keys() == {str(task.pk), str(never.pk)} and "31 percent" in found[str(task.pk)]


def test_tasks_of_before_take_over_what_their_reports_say(office: Cast) -> None:
    fill(office, "fin", 3, percent=40)
    DivisionTask.objects.update(percent=7)
    take_over = import_module("measures.migrations.0006_progress_from_reports").take_over
    take_over(apps, None)
    assert set(DivisionTask.objects.filter(reports__isnull=False).values_list("percent", flat=True)) == {40}
    assert set(DivisionTask.objects.filter(reports=None).values_list("percent", flat=True)) == {0}


def test_no_task_has_no_totals() -> None:
    assert together([]) == Totals() and Totals().percent == 0


def test_the_totals_of_all_divisions_take_one_statement(office: Cast) -> None:
    with CaptureQueriesContext(connection) as captured:
        assert len(by_division(DivisionTask.objects.all(), TODAY)) > 1
    assert len(captured) == 1


# --- every task within reach


@pytest.mark.parametrize("path", ["?", "?division=fin", "?state=in_progress&q=i", "?by=state", "?by=indicator"])
def test_every_task_is_reached_by_following_the_links(office: Cast, as_: Browse, path: str) -> None:
    User.objects.update(language="en")
    fill(office, "fin", 530)
    fill(office, "eng", 120)
    pages = walk(as_(User.objects.get(username="mayor")), path)
    seen = [pk for page in pages for pk in page]
    wanted = DivisionTask.objects.filter(Q(division__code="fin") if "fin" in path else Q())
    if "state=" in path:
        wanted = wanted.filter(state="in_progress", measure__text__icontains="i")
    assert len(seen) == len(set(seen))
    assert set(seen) == set(wanted.values_list("pk", flat=True))
    due = {t.pk: (place_of(t, path), t.due_on) for t in wanted.select_related("division", "measure__row")}
    assert [due[pk] for pk in seen] == sorted(due.values())


def place_of(task: DivisionTask, path: str) -> tuple[int, ...]:
    """Where the group of a task stands among the groups."""
    if "by=state" in path:
        return (State.values.index(task.state),)
    if "by=indicator" in path:
        return (task.measure.row.indicator or 99,)
    return task.division.order, task.division_id


def test_a_later_page_leads_back_with_its_filter(office: Cast, as_: Browse) -> None:
    fill(office, "fin", 120)
    client = as_(office.mayor)
    first = client.get("/measures/?division=fin&q=fin")
    later = client.get("/measures/" + first.context["page"].older)
    assert (first.context["page"].first, later.context["page"].first) == (True, False)
    assert later.context["page"].start == "?division=fin&q=fin"
    assert later.context["groups"][0]["totals"] == first.context["groups"][0]["totals"]


def test_a_division_reaches_all_its_open_tasks(office: Cast, as_: Browse) -> None:
    fill(office, "fin", 70)
    fill(office, "fin", 5, state="accepted")
    client, address, seen = as_(office.finance), "", []
    while address or not seen:
        page = client.get("/measures/tasks/" + address).context["page"]
        seen += [t.pk for t in page]
        address = page.older
    mine = DivisionTask.objects.filter(division__code="fin").exclude(state="accepted").order_by("due_on", "pk")
    assert seen == list(mine.values_list("pk", flat=True))


# --- the groups


def by(client: Client, what: str) -> dict[str, Totals]:
    groups = client.get(f"/measures/?by={what}").context["groups"]
    return {group["name"]: group["totals"] for group in groups}


def test_totals_stand_by_division_by_indicator_and_by_state(office: Cast, as_: Browse) -> None:
    User.objects.update(language="en")
    PlanRow.objects.filter(seq=3).update(indicator=None)
    fill(office, "fin", 4, state="accepted")
    fill(office, "eng", 3, state="cancelled")
    client = as_(User.objects.get(username="mayor"))
    rows = list(PlanRow.objects.order_by("indicator"))
    indicators = by(client, "indicator")
    numbers = sorted({row.indicator for row in rows if row.indicator})
    assert list(indicators) == [*(f"Indicator {number}" for number in numbers), "Without an indicator"]
    states = by(client, "state")
    assert list(states) == ["Not started", "Accepted", "Cancelled"]
    assert (states["Accepted"].tasks, states["Accepted"].percent) == (4, 100)
    assert (states["Cancelled"].tasks, states["Cancelled"].listed) == (0, 3)
    everything = by_hand(TODAY)
    for what in ("division", "indicator", "state", "nonsense"):
        assert together(by(client, what).values()) == everything


def test_a_group_of_other_pages_has_its_whole_totals(office: Cast, as_: Browse) -> None:
    fill(office, "fin", 130)
    client = as_(office.mayor)
    first = client.get("/measures/?by=state")
    later = client.get("/measures/" + first.context["page"].older)
    assert first.context["groups"][-1]["totals"] == later.context["groups"][0]["totals"]
    assert later.context["groups"][0]["totals"].tasks == 130


def test_the_filter_stays_when_the_grouping_changes(office: Cast, as_: Browse) -> None:
    answer = as_(office.mayor).get("/measures/?division=fin&overdue=1&due=extended&q=a%26b")
    (address,) = [query for value, _name, query in answer.context["groupings"] if value == "state"]
    again = as_(office.mayor).get("/measures/" + address)
    assert (again.context["by"], again.context["late"]) == ("state", True)
    assert again.context["chosen"] == answer.context["chosen"]
    assert again.context["chosen"] | {"division": "fin", "due": "extended", "q": "a&b"} == again.context["chosen"]


# --- officers and deadlines


def shown(client: Client, query: str) -> set[UUID]:
    groups = client.get(f"/measures/?{query}").context["groups"]
    return {task.pk for group in groups for task in group["tasks"]}


def test_the_work_of_an_officer_is_found_whole_or_by_its_steps(office: Cast, as_: Browse) -> None:
    clerk = office.office_staff
    whole, step, *_rest = DivisionTask.objects.filter(division__code="op", steps__isnull=False).distinct()
    DivisionTask.objects.filter(pk=whole.pk).update(officer=clerk)
    TaskStep.objects.filter(pk=step.steps.all()[0].pk).update(officer=clerk)
    client = as_(office.mayor)
    assert shown(client, f"officer={clerk.pk}") == {whole.pk, step.pk}
    assert whole.pk not in shown(client, "officer=none") and step.pk in shown(client, "officer=none")
    assert str(clerk) in client.get("/measures/").content.decode()


def test_officers_of_other_divisions_are_no_choice_for_a_division(office: Cast, as_: Browse) -> None:
    for division, person in (("op", office.office_staff), ("fin", office.finance)):
        DivisionTask.objects.filter(division__code=division).update(officer=person)
    answer = as_(office.finance).get(f"/measures/?officer={office.office_staff.pk}")
    assert answer.context["chosen"]["officer"] == ""
    assert answer.context["officers"] == [office.finance]


def test_an_extended_deadline_is_marked_with_the_day_first_ordered(office: Cast, as_: Browse) -> None:
    User.objects.update(language="en")
    client = as_(User.objects.get(username="mayor"))
    task = (
        DivisionTask.objects.filter(division__code="fin")
        .select_related("measure__row")
        .order_by("due_on", "measure_id")[0]
    )
    ordered = task.measure.row.follow_up_due
    assert "moved; first" not in client.get("/measures/").content.decode()
    work.start(task.pk, by=office.finance, now=at())
    asked = extensions.ask(task.pk, by=office.finance, until=ordered + days(32), reason="รอเอกสาร", now=at())
    extensions.grant(task.pk, by=office.head_of_office, extension=asked.pk, now=at())
    page = client.get("/measures/?due=extended")
    with translation.override("en"):
        assert page.content.decode().count(day_short(ordered)) == 1, "the first day is said once"
        assert f"moved; first {day_short(ordered)}" in page.content.decode()
    assert shown(client, "due=extended") == {task.pk}


def test_tasks_due_soon_are_found(office: Cast, as_: Browse) -> None:
    fill(office, "fin", 1, due=TODAY + days(7))
    fill(office, "fin", 1, due=TODAY + days(30))
    fill(office, "fin", 1, due=TODAY + days(3), state="accepted")
    fill(office, "fin", 1, due=TODAY - days(1))
    client = as_(office.mayor)
    assert [len(shown(client, f"due={within}&q=fin")) for within in ("7", "30", "")] == [1, 2, 4]


# --- what a page asks


def asked(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


def test_the_board_takes_as_many_statements_for_two_thousand_tasks_as_for_two(office: Cast, as_: Browse) -> None:
    client = as_(office.mayor)
    fill(office, "fin", 110)
    client.get("/measures/")
    paths = ("/measures/", "/measures/?division=fin", "/measures/?by=state", "/measures/tasks/")
    few = {path: asked(client, path) for path in paths}
    fill(office, "fin", 1000)
    fill(office, "eng", 1000)
    assert {path: asked(client, path) for path in few} == few
    assert max(few.values()) <= 23  # five of them count what waits, for the menu, and one what is unread


def test_what_a_row_shows_is_counted_for_each_task_by_itself(office: Cast) -> None:
    fill(office, "fin", 2, percent=30)
    bare = DivisionTask.objects.filter(division__code="eng")[0]
    rows = with_progress(DivisionTask.objects.filter(measure__text__startswith="fin "))
    assert [(t.percent, t.steps_done, t.steps_all) for t in rows] == [(30, 1, 1)] * 2
    shown = with_progress(DivisionTask.objects.filter(pk=bare.pk)).get()
    assert (shown.percent, shown.steps_done, shown.steps_all) == (0, 0, bare.steps.count())


def test_the_years_come_from_the_plans_of_the_office(office: Cast) -> None:
    (year,) = fiscal_years(office.office.pk)
    PlanRow.objects.update(fiscal_year=year + 1)
    last = PlanRow.objects.order_by("-pk")[0]
    last.fiscal_year = year
    last.save()
    with CaptureQueriesContext(connection) as captured:
        assert fiscal_years(office.office.pk) == [year + 1, year]
    assert "divisiontask" not in captured[0]["sql"]
    assert fiscal_years(office.outsider.organization_id) == [] == fiscal_years(None)


@pytest.mark.postgres
def test_my_tasks_are_a_range_of_an_index(office: Cast, as_: Browse) -> None:
    fill(office, "fin", 1500, state="accepted")
    fill(office, "fin", 500)
    fill(office, "eng", 2000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    with CaptureQueriesContext(connection) as captured:
        as_(office.finance).get("/measures/tasks/")
    (listing,) = [q["sql"] for q in captured if "LIMIT 31" in q["sql"]]
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + listing)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Index Scan using task_mine" in plan and "Sort" not in plan


# --- odd addresses


#: Without a zero byte: no page answers that (tests/test_pages.py).
ODD = ["9" * 5000, "²", "-1", "%ff", "%F0%9F%98%80", "'", "x" * 5000, "๒", "٣"]


@pytest.mark.parametrize(
    "name", ["year", "division", "state", "indicator", "officer", "due", "by", "q", "overdue", "after"]
)
def test_an_odd_filter_is_no_filter(office: Cast, as_: Browse, name: str) -> None:
    client = as_(office.mayor)
    for odd in ODD:
        assert client.get(f"/measures/?{name}={odd}").status_code == 200, odd
        assert client.get(f"/measures/tasks/?{name}={odd}").status_code == 200, odd
        assert client.get(f"/measures/year/?{name}={odd}").status_code == 200, odd


def test_a_year_may_be_asked_for_in_thai_digits(office: Cast, as_: Browse) -> None:
    (year,) = fiscal_years(office.office.pk)
    PlanRow.objects.filter(seq=1).update(fiscal_year=year - 1)
    thai = "".join("๐๑๒๓๔๕๖๗๘๙"[int(digit)] for digit in str(year - 1))
    assert as_(office.mayor).get(f"/measures/?year={thai}").context["year"] == year - 1


def test_a_division_of_another_office_is_no_filter(office: Cast, as_: Browse) -> None:
    assert as_(office.mayor).get("/measures/?division=nowhere").context["chosen"]["division"] == ""


# --- the history of a task


def test_a_long_history_is_read_by_the_page(cast: Cast, as_: Browse) -> None:
    task = cast.started("fin")
    for n in range(59):
        work.report(task.pk, by=cast.finance, percent=n, text=f"ครั้งที่ {n}", finished=False, now=at(hour=15))
    client, path = as_(cast.finance), f"/measures/tasks/{task.pk}/"
    first = client.get(path)
    rest = client.get(path + first.context["reports"].older)
    seqs = [r.seq for page in (first, rest) for r in page.context["reports"]]
    assert seqs == list(range(60, 0, -1)) and len(first.context["reports"].rows) == 50
    assert not rest.context["reports"].older
    failed = client.post(path + "report/", {"percent": "50", "text": ""})
    assert f'href="{path}?before=' in failed.content.decode()
