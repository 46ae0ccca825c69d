"""The demo office, the real document it starts from, its clock, and the whole main job without a browser."""

import json
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from demo import clock, document, walkthrough
from measures.models import DivisionTask
from memo_flow import drafts
from memo_flow.models import Memo
from notifications.models import Letter
from organization.models import Organization, User
from tests.cast import Cast, at, days

ACCOUNTS = [
    "head_of_office",
    "permanent_secretary",
    "mayor",
    "deputy",
    "finance",
    "works",
    "education",
    "health",
    "office_staff",
    "outsider",
]


def run(command: str, *arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command(command, *arguments, "--json", stdout=out)
    return json.loads(out.getvalue())  # type: ignore[no-any-return]


# --- the real document


def test_the_import_takes_every_measure_step_and_score_of_the_document() -> None:
    text = document.imported()
    plan = text.content["plan"]
    assert text.subject.startswith("รายงานการวิเคราะห์ผลการประเมิน")
    assert [s["id"] for s in text.content["sections"]] and len(text.content["sections"]) == 4
    assert [(row["instrument"], len(row["measures"]), len(row["steps"])) for row in plan] == [
        ("IIT", 2, 3),
        ("EIT", 2, 2),
        ("OIT", 3, 9),
    ]
    assert [row["follow_up_due"] for row in plan] == ["2022-03-31", "2022-09-30", "2022-03-31"]
    assert [row["responsible"] for row in plan] == [["op", "fin", "eng", "edu", "phe"], ["op"], ["op"]]


def test_the_import_keeps_the_ten_scores_exactly() -> None:
    scores = document.imported().content["scores"]
    printed = {
        i["seq"]: str(i["score"]) for one in document.source()["scores"]["instruments"] for i in one["indicators"]
    }
    assert {i["seq"]: str(i["score"]) for i in scores["indicators"]} == printed
    assert sorted(printed) == list(range(1, 11))
    assert scores["fiscal_year"] == 2564


def test_the_import_fills_the_steps_nobody_owns_and_says_so() -> None:
    text = document.imported()
    unowned = [
        (plan["id"], step["seq"])
        for section in document.source()["report"]["sections"]
        for plan in section.get("plans", [])
        for step in plan["steps"]
        if "responsible" in step and not step["responsible"]
    ]
    assert len(unowned) == len(text.notes) == 4
    for (plan, seq), note in zip(unowned, text.notes, strict=True):
        assert f"ตาราง {plan} ขั้นตอนที่ {seq} ไม่ได้ระบุผู้รับผิดชอบ" in note and "สำนักปลัด" in note
    assert all(step["responsible"] for row in text.content["plan"] for step in row["steps"])


def test_the_import_is_the_same_each_time() -> None:
    assert document.imported() == document.imported()


@pytest.mark.django_db
def test_the_memo_of_the_document_is_a_draft_ready_to_be_submitted(cast: Cast) -> None:
    memo = Memo.objects.get()
    assert (memo.state, memo.author, memo.created_at) == ("draft", cast.head_of_office, clock.START)
    assert drafts.working_text(memo) == drafts.text.cleaned(document.imported().content)


# --- load_demo


@pytest.mark.django_db
def test_the_demo_is_built_once() -> None:
    first = run("load_demo")
    assert first["created"] is True
    counts = [model.objects.count() for model in (Organization, User, Memo)]
    again = run("load_demo")
    assert again["created"] is False
    assert [model.objects.count() for model in (Organization, User, Memo)] == counts == [2, 10, 1]
    assert again | {"created": True} == first


@pytest.mark.django_db
def test_loading_says_accounts_password_filled_steps_and_the_acting_week() -> None:
    said = run("load_demo")
    assert [a["username"] for a in said["accounts"]] == ACCOUNTS
    assert said["password"] == "demo"
    assert len(said["filled"]) == 4
    assert (said["acting"]["username"], said["acting"]["from"], said["acting"]["to"], said["acting"]["order"]) == (
        "deputy",
        "2021-09-13",
        "2021-09-19",
        "287/2564",
    )


@pytest.mark.django_db
@pytest.mark.parametrize("command", ["load_demo", "walkthrough"])
def test_outside_demo_mode_the_demo_is_refused(command: str, settings: Any) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="demo mode"):
        run(command)
    assert not User.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("username", ACCOUNTS)
def test_every_account_signs_in_with_the_printed_password(cast: Cast, client: Client, username: str) -> None:
    answer = client.post("/accounts/login/", {"login": username, "password": "demo"})
    assert (answer.status_code, answer["Location"]) == (302, "/inbox/")
    assert client.get("/inbox/").status_code == 200


@pytest.mark.django_db
def test_a_wrong_password_does_not_sign_in(cast: Cast, client: Client) -> None:
    assert client.post("/accounts/login/", {"login": "mayor", "password": "Demo"}).status_code == 200
    assert client.get("/inbox/").status_code == 302


# --- the walkthrough


STAGES: dict[str, dict[str, Any]] = {
    "submitted": {"state": "in_review", "tasks": 0, "letters": {"memo_waits": 1}},
    "endorsed": {"state": "in_review", "tasks": 0, "letters": {"memo_endorsed": 1, "memo_waits": 3}},
    "approved": {
        "state": "approved",
        "tasks": 15,
        "task_states": {"assigned": 15},
        "letters": {
            "memo_approved": 1,
            "memo_circulated": 5,
            "memo_endorsed": 1,
            "memo_waits": 3,
            "tasks_assigned": 6,
        },
    },
}


@pytest.mark.django_db
@pytest.mark.parametrize("until", STAGES)
def test_the_walkthrough_stops_where_it_is_told(until: str) -> None:
    said = run("walkthrough", "--until", until)
    assert said["until"] == until
    assert said | STAGES[until] == said
    assert said["letters_total"] == sum(said["letters"].values()) == said["letters_sent"] + said["letters_voided"]
    assert Memo.objects.get(pk=said["memo"]).state == said["state"]


@pytest.mark.django_db
def test_the_walkthrough_plays_the_whole_job() -> None:
    said = run("walkthrough")
    tasks = DivisionTask.objects.filter(measure__row__memo=said["memo"])
    assert (said["until"], said["state"], said["number"]) == ("accepted", "approved", "นฐ 71201/1")
    assert (said["tasks"], said["task_states"], said["divisions"], said["circulations"]) == (15, {"accepted": 15}, 5, 5)
    assert all(task.closed_at for task in tasks)
    letters = said["letters"]
    assert letters["task_reported"] == 22  # the office's own seven go to the permanent secretary as well
    assert letters["task_accepted"] == 7 * 2 + 8, "the office's two people for each of 7 tasks, one head for 8"
    # Finance is 11 days late with two tasks: its head in weeks one and two, those above in the second.
    assert letters["task_overdue"] == 2 * (2 + 2)
    assert letters["task_due_today"] == 2
    assert letters["task_due_soon"] == 2 * 4 + 6 * 3 + 7 * 2 * 3, "finance at 14, 7, 3, 1; the others are done before 1"
    assert said["letters_total"] == said["letters_sent"] + said["letters_voided"]
    assert Letter.objects.filter(about__startswith="task:", failed_at__isnull=False).count() == 0


@pytest.mark.django_db
def test_the_work_is_reported_and_waits_to_be_accepted() -> None:
    said = walkthrough.play("reported")
    assert (said["task_states"], said["letters"]["task_reported"]) == ({"reported": 15}, 22)
    assert "task_accepted" not in said["letters"]


# --- the clock


@pytest.mark.django_db
def test_the_demo_begins_on_the_document_s_morning() -> None:
    assert clock.now() == clock.START == at(date(2021, 9, 14), 9)


@pytest.mark.django_db
def test_the_clock_runs_on_from_where_it_was_set(monkeypatch: pytest.MonkeyPatch) -> None:
    wall = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: wall)
    clock.set_to(clock.START)
    monkeypatch.setattr(timezone, "now", lambda: wall + days(2))
    assert clock.now() == clock.START + days(2)


@pytest.mark.django_db
def test_the_clock_only_moves_forward(monkeypatch: pytest.MonkeyPatch) -> None:
    wall = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: wall)
    clock.set_to(at(date(2022, 3, 1)))
    clock.set_to(at(date(2022, 2, 1)))
    assert clock.now() == at(date(2022, 3, 1))
    clock.set_to(at(date(2022, 3, 2)))
    assert clock.now() == at(date(2022, 3, 2))
