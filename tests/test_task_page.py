"""The page of one task: who sees which form, what a refused form says, and what the page costs."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from measures import comments, extensions, sharing, work
from measures.models import Comment, DivisionTask, Extension
from organization.appointments import end
from organization.models import User
from tests.cast import DAY, Cast, at, days

pytestmark = pytest.mark.django_db

LATER = date(2022, 5, 31)
Browse = Callable[[User], Client]


@pytest.fixture
def as_(client: Client) -> Browse:
    def sign_in(user: User) -> Client:
        client.force_login(user)
        return client

    return sign_in


def url(task: DivisionTask, act: str = "") -> str:
    return f"/measures/tasks/{task.pk}/{act}"


def page(client: Client, task: DivisionTask, query: str = "") -> str:
    answer = client.get(url(task) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def forms_on(shown: str) -> set[str]:
    acts = ("comment", "hand-over", "share", "ask-time", "grant-time", "refuse-time", "start", "report", "cancel")
    return {act for act in acts if f'/{act}/"' in shown}


# --- over the pages


def test_the_acts_of_a_division_are_done_over_the_page(cast: Cast, as_: Browse) -> None:
    clerk = cast.hire("clerk", "officer", "fin")
    task = cast.started("fin")
    client = as_(cast.finance)
    steps = list(task.steps.all())
    posts: dict[str, dict[str, Any]] = {
        "hand-over/": {"to": clerk.pk},
        "share/": {f"whose-{steps[0].pk}": clerk.pk, f"whose-{steps[1].pk}": ""},
        "comment/": {"comment-text": "ช่วยดูด้วย", "comment-divisions": ["eng"]},
        "ask-time/": {"ask-until": "2022-05-31", "ask-reason": "ส่งงานช้า"},
        "report/": {"percent": "20", "text": "คืบหน้า", "obstacles": "ฝนตก"},
    }
    for act, said in posts.items():
        answer = client.post(url(task, act), said)
        assert (answer.status_code, answer["Location"]) == (302, url(task)), act
    task = DivisionTask.objects.get(pk=task.pk)
    assert (task.officer, task.steps.all()[0].officer, task.steps.all()[1].officer) == (clerk, clerk, None)
    assert list(task.mentions.values_list("division__code", flat=True)) == ["eng"]
    assert task.reports.last().obstacles == "ฝนตก"  # type: ignore[union-attr]
    shown = page(client, task)
    for words in ("ช่วยดูด้วย", "ส่งงานช้า", "ฝนตก", "clerk"):
        assert words in shown, words


@pytest.mark.parametrize("typed", ["2022-05-31", "31/5/2565", "๓๑/๕/๒๕๖๕", "31 พฤษภาคม 2565"])
def test_a_day_may_be_typed_as_the_office_writes_it(cast: Cast, as_: Browse, typed: str) -> None:
    task = cast.started("fin")
    as_(cast.finance).post(url(task, "ask-time/"), {"ask-until": typed, "ask-reason": "ช้า"})
    assert Extension.objects.get().asked_for == LATER


def test_the_head_of_office_answers_from_the_inbox(cast: Cast, as_: Browse) -> None:
    task = cast.started("fin")
    client = as_(cast.head_of_office)
    before = int(client.get("/inbox/").context["shell"]["waiting"])
    asked = extensions.ask(task.pk, by=cast.finance, until=LATER, reason="ช้า", now=at(hour=15))
    inbox = client.get("/inbox/")
    assert list(inbox.context["asked"]) == [asked] and url(task) in inbox.content.decode()
    assert int(inbox.context["shell"]["waiting"]) == before + 1
    form = {"time-extension": asked.pk, "time-until": "", "time-text": ""}
    assert client.post(url(task, "refuse-time/"), form).status_code == 200, "a refusal needs its reason"
    assert client.post(url(task, "grant-time/"), form | {"time-until": "2022-04-29"}).status_code == 302
    assert DivisionTask.objects.get(pk=task.pk).due_on == date(2022, 4, 29)
    assert client.post(url(task, "grant-time/"), form).status_code == 409
    assert not client.get("/inbox/").context["asked"]


def test_a_refusal_over_the_page(cast: Cast, as_: Browse) -> None:
    task = cast.started("fin")
    asked = extensions.ask(task.pk, by=cast.finance, until=LATER, reason="ช้า", now=at(hour=15))
    form = {"time-extension": asked.pk, "time-until": "2022-05-31", "time-text": "ยังทัน"}
    assert as_(cast.head_of_office).post(url(task, "refuse-time/"), form).status_code == 302
    shown = page(as_(cast.finance), task)
    assert "ยังทัน" in shown and "ask-time" in forms_on(shown)


def test_the_date_first_ordered_is_always_shown_beside_the_new_one(cast: Cast, as_: Browse) -> None:
    task = cast.started("fin")
    asked = extensions.ask(task.pk, by=cast.finance, until=LATER, reason="ช้า", now=at(hour=15))
    extensions.grant(task.pk, by=cast.head_of_office, extension=asked.pk, now=at(hour=16))
    User.objects.update(language="en")
    client = as_(cast.finance)
    for shown in (page(client, task), client.get("/measures/tasks/").content.decode()):
        assert "originally 31 Mar 2022" in shown and "31 May 2022" in shown
    board = client.get("/measures/").content.decode()
    assert "moved; first 31 Mar 2022" in board and "31 May 2022" in board


# --- who sees which form


def test_each_person_sees_the_forms_that_are_theirs(cast: Cast, as_: Browse) -> None:
    clerk = cast.hire("clerk", "officer", "fin")
    task = cast.started("fin")
    comments.comment(task.pk, by=cast.finance, text="@eng", now=at(hour=15))
    extensions.ask(task.pk, by=cast.finance, until=LATER, reason="ช้า", now=at(hour=15))
    expected = {
        "finance": {"comment", "hand-over", "share", "report"},
        "clerk": {"comment", "report"},
        "head_of_office": {"comment", "grant-time", "refuse-time", "cancel"},
        "permanent_secretary": {"comment"},
        "mayor": {"comment"},
        "works": {"comment"},
    }
    assert {who: forms_on(page(as_(cast.people[who]), task)) for who in expected} == expected
    sharing.hand_over(task.pk, by=cast.finance, to=clerk.pk, now=at(hour=16))
    assert {"hand-over", "share"} <= forms_on(page(as_(clerk), task))
    assert as_(cast.health).get(url(task)).status_code == 404


def test_a_division_that_was_named_is_not_led_to_a_memo_it_may_not_see(cast: Cast, as_: Browse) -> None:
    task = cast.started("fin")
    comments.comment(task.pk, by=cast.finance, text="@eng", now=at(hour=15))
    memo = f"/memos/{task.measure.row.memo_id}/"
    assert memo in page(as_(cast.finance), task) and memo not in page(as_(cast.works), task)


def test_who_may_not_see_the_task_can_do_nothing_to_it(cast: Cast, as_: Browse) -> None:
    task = cast.started("fin")
    for who in ("health", "outsider"):
        client = as_(cast.people[who])
        for act in ("comment", "hand-over", "share", "ask-time", "grant-time", "refuse-time"):
            assert client.post(url(task, f"{act}/")).status_code == 404, (who, act)
            assert client.get(url(task, f"{act}/")).status_code == 405


# --- what a refused form says


@pytest.mark.parametrize(
    ("act", "said"),
    [
        ("comment/", {"comment-text": ""}),
        ("comment/", {"comment-text": "คำที่พิมพ์ไว้", "comment-divisions": ["moon"]}),
        ("comment/", {"comment-text": "คำที่พิมพ์ไว้" + "ก" * 4001}),
        ("comment/", {}),
        ("hand-over/", {"to": "x"}),
        ("hand-over/", {"to": "-1"}),
        ("hand-over/", {"to": "9" * 40}),
        ("ask-time/", {"ask-until": "พรุ่งนี้", "ask-reason": "คำที่พิมพ์ไว้"}),
        ("ask-time/", {"ask-until": "2022-02-30", "ask-reason": "คำที่พิมพ์ไว้"}),
        ("ask-time/", {"ask-until": "1/1/2564", "ask-reason": "คำที่พิมพ์ไว้"}),
        ("ask-time/", {"ask-until": "2022-05-31", "ask-reason": "  "}),
        ("ask-time/", {}),
    ],
)
def test_a_form_that_cannot_be_comes_back_with_its_words(
    cast: Cast, as_: Browse, act: str, said: dict[str, Any]
) -> None:
    task = cast.started("fin")
    answer = as_(cast.finance).post(url(task, act), said)
    shown = answer.content.decode()
    assert answer.status_code == 200 and 'id="errors"' in shown
    assert "คำที่พิมพ์ไว้" not in str(said) or "คำที่พิมพ์ไว้" in shown
    assert not Comment.objects.exists() and not Extension.objects.exists()
    assert DivisionTask.objects.get(pk=task.pk).officer is None


def test_a_step_cannot_be_given_to_a_stranger_or_by_a_foreign_number(cast: Cast, as_: Browse) -> None:
    task = cast.started("fin")
    step = task.steps.all()[0]
    client = as_(cast.finance)
    for person in (cast.works.pk, "x", "9" * 40):
        assert client.post(url(task, "share/"), {f"whose-{step.pk}": person}).status_code == 200
    foreign = DivisionTask.objects.exclude(pk=task.pk)[0].steps.all()[0]
    assert client.post(url(task, "share/"), {f"whose-{foreign.pk}": cast.finance.pk}).status_code == 302
    foreign.refresh_from_db()
    assert foreign.officer is None and not task.steps.exclude(officer=None).exists()


@pytest.mark.parametrize("extension", ["", "x", "00000000-0000-0000-0000-000000000000"])
def test_an_answer_to_no_request_is_refused(cast: Cast, as_: Browse, extension: str) -> None:
    task = cast.started("fin")
    extensions.ask(task.pk, by=cast.finance, until=LATER, reason="ช้า", now=at(hour=15))
    answer = as_(cast.head_of_office).post(url(task, "grant-time/"), {"time-extension": extension})
    assert answer.status_code == (409 if "-" in extension else 200)
    assert Extension.objects.get().granted is None


def test_words_of_a_comment_are_escaped(cast: Cast, as_: Browse) -> None:
    task = cast.started("fin")
    comments.comment(task.pk, by=cast.finance, text="<script>alert(1)</script> @กองช่าง", now=at(hour=15))
    shown = page(as_(cast.mayor), task)
    assert "<script>alert" not in shown and "&lt;script&gt;" in shown


def test_whose_it_was_and_is_no_more_is_said(cast: Cast, as_: Browse) -> None:
    clerk = cast.hire("clerk", "officer", "fin")
    task = cast.started("fin")
    sharing.hand_over(task.pk, by=cast.finance, to=clerk.pk, now=at(hour=15))
    end(clerk.appointments.get(), on=DAY)
    cast.clock(at(DAY + days(3)))
    answer = as_(cast.finance).get(url(task))
    assert answer.context["gone"] and answer.context["whose"] == clerk


# --- lists


def test_my_tasks_marks_mine_and_may_show_them_alone(cast: Cast, as_: Browse) -> None:
    clerk = cast.hire("clerk", "officer", "fin")
    cast.approved()
    task = cast.started("fin")
    other = DivisionTask.objects.filter(division__code="fin").exclude(pk=task.pk)[0]
    sharing.share(other.pk, by=cast.finance, officers={other.steps.all()[0].pk: clerk.pk}, now=at(hour=15))
    sharing.hand_over(task.pk, by=cast.finance, to=clerk.pk, now=at(hour=15))
    client = as_(clerk)
    everything = client.get("/measures/tasks/").context["page"].rows
    assert {one.pk for one in everything if one.mine} == {task.pk, other.pk} and len(everything) > 2
    assert {one.pk for one in client.get("/measures/tasks/?mine=1").context["page"].rows} == {task.pk, other.pk}
    assert not as_(cast.finance).get("/measures/tasks/?mine=1").context["page"].rows


def test_history_joins_reports_and_what_was_said_on_the_deadline(cast: Cast, as_: Browse) -> None:
    task = cast.started("fin")
    asked = extensions.ask(task.pk, by=cast.finance, until=LATER, reason="ช้า", now=at(hour=15))
    extensions.grant(task.pk, by=cast.head_of_office, extension=asked.pk, now=at(hour=16))
    cast.finish(task, now=at(hour=17))
    history = as_(cast.finance).get(url(task)).context["history"]
    assert [one.kind for one in history] == ["finished", "granted", "asked", "started"]


def test_over_its_pages_the_history_loses_nothing_and_repeats_nothing(
    cast: Cast, as_: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("measures.showing.REPORTS", 3)
    task = cast.started("fin")
    for n in range(8):
        moment = at(DAY + days(n), 15)
        work.report(task.pk, by=cast.finance, percent=n, text="x", finished=False, now=moment)
        asked = extensions.ask(task.pk, by=cast.finance, until=LATER, reason="ช้า", now=moment)
        extensions.refuse(task.pk, by=cast.head_of_office, extension=asked.pk, text="ไม่", now=moment)
    client, seen, query = as_(cast.finance), [], ""
    for _n in range(3):
        answer = client.get(url(task) + query)
        seen += [(one.kind, one.at, one.percent) for one in answer.context["history"]]
        query = answer.context["reports"].older
    assert not query
    assert len(seen) == len(set(seen)) == 9 + 16
    assert [one[1] for one in seen] == sorted((one[1] for one in seen), reverse=True)


def test_comments_go_on_by_key(cast: Cast, as_: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("measures.showing.COMMENTS", 4)
    task = cast.started("fin")
    for n in range(6):
        comments.comment(task.pk, by=cast.finance, text=f"ที่ {n}", now=at(hour=15))  # all at one moment
    client = as_(cast.mayor)
    first = client.get(url(task))
    rest = client.get(url(task) + first.context["comments"].older)
    said = [one.text for answer in (first, rest) for one in answer.context["comments"]]
    assert sorted(said) == [f"ที่ {n}" for n in range(6)] and not rest.context["comments"].older
    assert client.get(url(task) + "?comments=forged").status_code == 200


# --- statements


def statements(client: Client, task: DivisionTask) -> int:
    with CaptureQueriesContext(connection) as captured:
        page(client, task)
    return len(captured)


@pytest.mark.parametrize("who", ["finance", "head_of_office", "works"])
def test_the_page_takes_as_many_statements_for_many_words_as_for_few(cast: Cast, as_: Browse, who: str) -> None:
    clerk = cast.hire("clerk", "officer", "fin")
    task = cast.started("fin")

    def speak(times: int, day: int) -> None:
        for n in range(times):
            moment = at(DAY + days(day + n), 15)
            comments.comment(task.pk, by=cast.mayor, text="@กองช่าง @phe", now=moment)
            work.report(task.pk, by=cast.finance, percent=n, text="x", obstacles="y", finished=False, now=moment)
            asked = extensions.ask(task.pk, by=cast.finance, until=LATER, reason="ช้า", now=moment)
            extensions.refuse(task.pk, by=cast.head_of_office, extension=asked.pk, text="ไม่", now=moment)

    speak(1, 0)
    steps = list(task.steps.all())
    sharing.hand_over(task.pk, by=cast.finance, to=clerk.pk, now=at(hour=16))
    sharing.share(task.pk, by=cast.finance, officers={steps[0].pk: clerk.pk}, now=at(hour=16))
    extensions.ask(task.pk, by=cast.finance, until=LATER, reason="ช้า", now=at(hour=16))
    client = as_(cast.people[who])
    page(client, task)
    few = statements(client, task)
    waiting = Extension.objects.get(granted=None)
    extensions.refuse(task.pk, by=cast.head_of_office, extension=waiting.pk, text="ไม่", now=at(hour=17))
    speak(10, 1)
    for _n in range(8):
        cast.hire(f"clerk{_n}", "officer", "fin")
    sharing.share(task.pk, by=cast.finance, officers={s.pk: cast.finance.pk for s in steps}, now=at(DAY + days(20)))
    extensions.ask(task.pk, by=cast.finance, until=LATER, reason="ช้า", now=at(DAY + days(20)))
    page(client, task)  # with this look, what came meanwhile is read: one statement, whatever its number
    assert statements(client, task) == few
    assert few <= 50, few
