"""Pages over HTTP: who gets which answer, what is kept after a refusal, and how many statements a page takes."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit import chain
from demo import document, office
from measures import policies, work
from measures.models import DivisionTask
from measures.queries import awaiting_answer
from memo_flow import decisions, drafts
from memo_flow.models import Decision, Memo
from notifications.models import Letter
from organization.appointments import act_for
from organization.models import User
from organization.seats import seats_of
from tests.cast import Browse, Cast, at, digest, fresh, open_step

pytestmark = pytest.mark.django_db


def answer_form(memo: Memo, **more: Any) -> dict[str, Any]:
    return {
        "step": open_step(memo).pk,
        "revision": digest(memo),
        "outcome": "endorse",
        "comment": "",
        "order": "",
    } | more


def test_sign_in_takes_the_names_of_the_contract(cast: Cast, client: Client) -> None:
    answer = client.post("/accounts/login/", {"login": "mayor", "password": office.PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/inbox/")
    assert client.get("/inbox/").status_code == 200


def test_nobody_signs_up(cast: Cast, client: Client) -> None:
    client.post("/accounts/signup/", {"username": "x", "password1": "Long-pass-1", "password2": "Long-pass-1"})
    assert not User.objects.filter(username="x").exists()


@pytest.mark.parametrize(
    "path", ["/inbox/", "/memos/", "/memos/new/", "/measures/", "/measures/tasks/", "/search/?q=x", "/account/"]
)
def test_a_page_asks_to_sign_in_first(cast: Cast, client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 302 and answer["Location"].startswith("/accounts/login/?next=")


@pytest.mark.parametrize("language", ["th", "en"])
@pytest.mark.parametrize("who", ["head_of_office", "mayor", "finance", "outsider"])
def test_every_page_opens_for_everyone_in_both_languages(cast: Cast, as_: Browse, who: str, language: str) -> None:
    memo = cast.approved()
    User.objects.update(language=language)
    client = as_(User.objects.get(username=who))
    for path in (
        "/inbox/",
        "/inbox/?tab=others",
        "/inbox/?tab=decided",
        "/inbox/?tab=acting",
        "/memos/",
        "/memos/new/",
        "/measures/",
        "/measures/?overdue=1&division=fin&state=assigned&indicator=4&q=x&year=๒๕๖๕",
        "/measures/tasks/",
        "/search/?q=ITA",
        "/account/",
        "/accounts/password/change/",
        "/mail/",
    ):
        assert client.get(path).status_code == 200, path
    assert client.get(f"/memos/{memo.pk}/").status_code == (404 if who == "outsider" else 200)


def test_another_office_finds_nothing(cast: Cast, as_: Browse) -> None:
    memo = cast.approved()
    task = DivisionTask.objects.filter(measure__row__memo=memo)[0]
    client = as_(cast.outsider)
    for path in ("", "edit/", "submit/", "withdraw/", "reassign/", "discard/"):
        assert client.get(f"/memos/{memo.pk}/{path}").status_code == 404, path
    for path in ("submit/", "decide/", "withdraw/", "acknowledge/"):
        assert client.post(f"/memos/{memo.pk}/{path}").status_code == 404, path
    for path in ("start/", "report/", "accept/", "send-back/", "cancel/", "tick/"):
        assert client.post(f"/measures/tasks/{task.pk}/{path}").status_code == 404, path
    for page in ("/memos/", "/inbox/", "/measures/", "/search/?q=ITA"):
        assert str(memo.pk) not in client.get(page).content.decode()


def test_a_decision_by_post_moves_the_memo(cast: Cast, as_: Browse) -> None:
    memo = cast.submitted()
    answer = as_(cast.permanent_secretary).post(f"/memos/{memo.pk}/decide/", answer_form(memo, comment="เห็นควร"))
    assert (answer.status_code, answer["Location"]) == (302, f"/memos/{memo.pk}/")
    assert Decision.objects.get(memo=memo).comment == "เห็นควร"


def test_the_wrong_person_is_told_so_and_keeps_the_words(cast: Cast, as_: Browse) -> None:
    memo = cast.submitted()
    answer = as_(cast.head_of_office).post(f"/memos/{memo.pk}/decide/", answer_form(memo, comment="คำที่พิมพ์ไว้"))
    assert answer.status_code == 403
    assert "คำที่พิมพ์ไว้" in answer.content.decode()
    assert not Decision.objects.exists()


def test_a_decided_step_is_a_conflict_that_keeps_the_words(cast: Cast, as_: Browse) -> None:
    memo = cast.submitted()
    form = answer_form(memo, comment="คำที่พิมพ์ไว้")
    cast.answer(memo, cast.permanent_secretary, "endorse")
    answer = as_(cast.permanent_secretary).post(f"/memos/{memo.pk}/decide/", form)
    assert answer.status_code == 409
    assert "คำที่พิมพ์ไว้" in answer.content.decode()
    assert Decision.objects.count() == 1


def test_a_changed_text_is_a_conflict_that_shows_the_newer_one(cast: Cast, as_: Browse) -> None:
    memo = cast.submitted()
    form = answer_form(memo, revision="0" * 64, comment="คำที่พิมพ์ไว้")
    answer = as_(cast.permanent_secretary).post(f"/memos/{memo.pk}/decide/", form)
    assert answer.status_code == 409
    assert "คำที่พิมพ์ไว้" in answer.content.decode() and digest(memo) in answer.content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"outcome": "object"},
        {"outcome": ""},
        {"outcome": "approve"},
        {"comment": "ก" * 1_000_000},
        {"comment": "ก\x07"},
    ],
)
def test_what_cannot_be_recorded_is_a_form_error(cast: Cast, as_: Browse, wrong: dict[str, str]) -> None:
    memo = cast.submitted()
    answer = as_(cast.permanent_secretary).post(f"/memos/{memo.pk}/decide/", answer_form(memo, **wrong))
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert not Decision.objects.exists()


@pytest.mark.parametrize("forged", [{"step": "999999"}, {"step": "abc"}, {"step": ""}])
def test_a_forged_step_decides_nothing(cast: Cast, as_: Browse, forged: dict[str, str]) -> None:
    memo = cast.submitted()
    answer = as_(cast.permanent_secretary).post(f"/memos/{memo.pk}/decide/", answer_form(memo, **forged))
    assert answer.status_code in (200, 409)
    assert not Decision.objects.exists()


def test_the_author_walks_from_draft_to_number_over_the_pages(cast: Cast, as_: Browse) -> None:
    client = as_(cast.head_of_office)
    memo = cast.draft()
    page = client.get(f"/memos/{memo.pk}/edit/")
    assert page.status_code == 200
    answer = client.post(f"/memos/{memo.pk}/submit/", {"reason": document.REASON})
    assert (answer.status_code, answer["Location"]) == (302, f"/memos/{memo.pk}/")
    assert "๗๑๒๐๑/๑" in client.get(f"/memos/{memo.pk}/").content.decode()


def test_an_unowned_step_is_named_at_submission(cast: Cast, as_: Browse) -> None:
    memo = cast.draft()
    draft = memo.draft
    draft.content["plan"][2]["steps"][5]["responsible"] = []
    draft.save()
    answer = as_(cast.head_of_office).post(f"/memos/{memo.pk}/submit/", {"reason": ""})
    assert answer.status_code == 200
    assert "plan.2.steps.5.responsible" in answer.content.decode()
    assert fresh(memo).state == "draft"


def test_two_writers_lose_nothing(cast: Cast, as_: Browse) -> None:
    memo = cast.draft()
    client = as_(cast.head_of_office)
    form = {"version": "1", "subject": "ของฉัน", "to": "นายก", "sections.0.id": "facts", "sections.0.text": "คำของฉัน"}
    assert client.post(f"/memos/{memo.pk}/edit/", form | {"subject": "ของเขา"}).status_code == 302
    answer = client.post(f"/memos/{memo.pk}/edit/", form)
    assert answer.status_code == 409
    assert "คำของฉัน" in answer.content.decode() and 'name="version" value="2"' in answer.content.decode()
    assert client.post(f"/memos/{memo.pk}/edit/", form | {"version": "2"}).status_code == 302
    assert fresh(memo).subject == "ของฉัน"


def test_withdrawal_asks_for_its_reason(cast: Cast, as_: Browse) -> None:
    memo = cast.submitted()
    client = as_(cast.head_of_office)
    assert client.post(f"/memos/{memo.pk}/withdraw/", {"reason": ""}).status_code == 200
    assert fresh(memo).state == "in_review"
    assert client.post(f"/memos/{memo.pk}/withdraw/", {"reason": "เสนอผิดฉบับ"}).status_code == 302
    assert fresh(memo).state == "withdrawn"
    assert client.post(f"/memos/{memo.pk}/withdraw/", {"reason": "อีกครั้ง"}).status_code == 409


def test_a_task_is_worked_on_over_the_pages(cast: Cast, as_: Browse) -> None:
    task = cast.task("fin")
    client = as_(cast.finance)
    url = f"/measures/tasks/{task.pk}/"
    assert client.post(url + "start/").status_code == 302
    steps = [str(pk) for pk in task.steps.values_list("pk", flat=True)]
    assert client.post(url + "tick/", {"steps": steps[:1]}).status_code == 302
    assert client.post(url + "report/", {"percent": "50", "text": ""}).status_code == 200
    done = {"percent": "100", "text": "เสร็จแล้ว", "finished": "on", "with_steps": "1", "steps": steps}
    assert client.post(url + "report/", done).status_code == 302
    assert client.post(url + "accept/").status_code == 403
    client = as_(cast.head_of_office)
    assert client.post(url + "send-back/", {"text": ""}).status_code == 200
    assert client.post(url + "send-back/", {"text": "ยังไม่มีหลักฐาน"}).status_code == 302
    assert client.post(url + "accept/").status_code == 409
    work.report(task.pk, by=cast.finance, percent=100, text="แก้แล้ว", finished=True, now=at(hour=19))
    assert client.post(url + "accept/").status_code == 302
    assert DivisionTask.objects.get(pk=task.pk).state == "accepted"


def test_the_language_is_kept_with_the_person(cast: Cast, as_: Browse) -> None:
    client = as_(cast.mayor)
    client.post("/language/", {"language": "en", "next": "/measures/"})
    assert User.objects.get(pk=cast.mayor.pk).language == "en"
    assert 'lang="en"' in client.get("/inbox/").content.decode()
    assert client.post("/language/", {"language": "th", "next": "https://evil.example/"})["Location"] == "/inbox/"


def test_a_page_brings_nothing_from_elsewhere(cast: Cast, as_: Browse) -> None:
    answer = as_(cast.mayor).get("/inbox/")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert "<style" not in answer.content.decode() and "style=" not in answer.content.decode()


def test_the_demo_bar_moves_the_clock_and_writes_the_reminders(cast: Cast, as_: Browse, settings: Any) -> None:
    settings.MEMOFLOW_CLOCK = "demo.clock.now"
    cast.approved()
    client = as_(cast.finance)
    for _step in range(2):
        assert client.post("/demo/advance/", {"by": "week"}).status_code == 302
    assert client.post("/demo/advance/", {"by": "deadline", "next": "/inbox/"}).status_code == 302
    events = set(Letter.objects.filter(recipient=cast.finance).values_list("event", flat=True))
    assert {"task_due_soon", "task_due_today"} <= events
    assert client.get("/mail/?to=finance").status_code == 200


@pytest.mark.parametrize("path", ["/measures/?division=%00", "/search/?q=%00", "/mail/?to=%00", "/memos/?q=%00"])
def test_a_zero_byte_in_an_address_is_a_bad_request(cast: Cast, as_: Browse, path: str) -> None:
    assert as_(cast.mayor).get(path).status_code == 400


@pytest.mark.parametrize("following", ["foo", "memo", "javascript:alert(1)", "//evil.example/", ""])
def test_a_strange_way_back_leads_home(cast: Cast, as_: Browse, following: str) -> None:
    client = as_(cast.mayor)
    for path in ("/language/", "/demo/advance/"):
        answer = client.post(path, {"language": "th", "by": "nothing", "next": following})
        assert answer.status_code == 302 and "evil" not in answer["Location"]


def test_the_admin_has_no_door_of_its_own(cast: Cast, client: Client) -> None:
    assert client.get("/admin/login/?next=/admin/")["Location"] == "/accounts/login/?next=/admin/"


def test_who_is_no_administrator_is_told_so_instead_of_being_sent_in_circles(cast: Cast, as_: Browse) -> None:
    assert as_(cast.finance).get("/admin/", follow=True).status_code == 403


def test_words_that_look_like_json_stay_words(cast: Cast, as_: Browse) -> None:
    memo = cast.draft()
    drafts.revise(memo.pk, by=cast.head_of_office, subject="2564", content=memo.draft.content, version=1, now=at())
    decisions.submit(memo.pk, by=cast.head_of_office, reason="null", now=at(hour=10))
    assert not list(chain.verify())
    history = as_(cast.mayor).get(f"/memos/{memo.pk}/").context["history"]
    assert [moment.text for moment in history] == ["null"]


def test_the_inbox_and_the_rule_agree_on_who_answers_a_report(cast: Cast) -> None:
    task = cast.task("fin")
    act_for(
        cast.finance.appointments.get().position, cast.head_of_office, starts_on=at().date(), order_number="312/2564"
    )
    work.start(task.pk, by=cast.head_of_office, now=at(hour=14))
    work.report(task.pk, by=cast.head_of_office, percent=100, text="เสร็จ", finished=True, now=at(hour=15))
    today = at().date()
    for person in cast.people.values():
        seats = seats_of(person, today)
        listed = awaiting_answer(person, seats, today).filter(pk=task.pk).exists()
        fresh_task = DivisionTask.objects.get(pk=task.pk)
        assert listed == (policies.why_not(person, "accept", fresh_task, today) is None), person.username


def test_one_submits_the_text_one_has_looked_at(cast: Cast, as_: Browse) -> None:
    memo = cast.draft()
    client = as_(cast.head_of_office)
    version = client.get(f"/memos/{memo.pk}/submit/").context["version"]
    draft = memo.draft
    drafts.revise(memo.pk, by=cast.head_of_office, subject="อื่น", content=draft.content, version=1, now=at(hour=19))
    assert client.post(f"/memos/{memo.pk}/submit/", {"version": version}).status_code == 409
    assert fresh(memo).state == "draft"
    form = {"version": version + 1, "reason": document.REASON}
    assert client.post(f"/memos/{memo.pk}/submit/", form).status_code == 302


def test_a_secret_memo_is_told_to_nobody_off_its_route_even_after_approval(cast: Cast, as_: Browse) -> None:
    cast.kind.secret = True
    cast.kind.save()
    memo = cast.approved()
    assert not memo.circulations.exists()
    off_route = Letter.objects.exclude(recipient__in=[cast.head_of_office, cast.permanent_secretary, cast.mayor])
    told = off_route.exclude(recipient=cast.deputy)
    assert told.exists() and not [one for one in told if memo.subject in json.dumps(one.context, ensure_ascii=False)]
    task = DivisionTask.objects.filter(measure__row__memo=memo, division__code="fin")[0]
    assert memo.subject not in as_(cast.finance).get(f"/measures/tasks/{task.pk}/").content.decode()


# Statements


def statements(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


def test_a_page_takes_as_many_statements_for_twenty_rows_as_for_two(cast: Cast, as_: Browse) -> None:
    def fill(count: int) -> None:
        for _n in range(count):
            memo = cast.draft()
            decisions.submit(memo.pk, by=cast.head_of_office, reason=document.REASON, now=at(hour=10))
        for _n in range(count // 2):
            cast.approved()

    client = as_(cast.mayor)
    pages = ["/inbox/", "/inbox/?tab=decided", "/memos/", "/measures/", "/search/?q=ITA", "/mail/"]
    fill(2)
    for page in pages:
        client.get(page)
    few = {page: statements(client, page) for page in pages}
    fill(12)
    many = {page: statements(client, page) for page in pages}
    assert many == few
    assert max(few.values()) <= 23


def test_the_memo_page_takes_a_bounded_number_of_statements(cast: Cast, as_: Browse) -> None:
    memo = cast.approved()
    assert statements(as_(cast.mayor), f"/memos/{memo.pk}/") <= 35


def test_the_memo_page_takes_as_many_statements_after_three_rounds_as_after_one(cast: Cast, as_: Browse) -> None:
    memo = cast.submitted()
    client = as_(cast.permanent_secretary)
    client.get(f"/memos/{memo.pk}/")
    once = statements(client, f"/memos/{memo.pk}/")
    for hour in (12, 14):
        cast.answer(memo, cast.permanent_secretary, "return", "แก้", now=at(hour=hour))
        decisions.submit(memo.pk, by=cast.head_of_office, reason="แก้แล้ว", now=at(hour=hour + 1))
    client.get(f"/memos/{memo.pk}/")  # with this look, what came meanwhile is read
    assert statements(client, f"/memos/{memo.pk}/") == once


def test_a_list_goes_on_by_key(cast: Cast, as_: Browse) -> None:
    memos = [cast.draft() for _n in range(35)]
    client = as_(cast.head_of_office)
    first = client.get("/memos/")
    rest = client.get("/memos/" + first.context["page"].older)
    seen = [m.pk for page in (first, rest) for m in page.context["page"].rows]
    assert len(seen) == len(set(seen)) and {m.pk for m in memos} <= set(seen)
    assert client.get("/memos/?after=forged").status_code == 200
