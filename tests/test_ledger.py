"""Who was told what about a thing, when and how; or why not yet. Every state in words."""

from datetime import time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from measures import comments
from notifications import ledger, outbox, reasons
from notifications.models import Bundling, Call, Hook, Letter, Preference
from notifications.outbox import Draft
from organization.models import User
from tests.cast import DAY, Browse, Cast, at, days

pytestmark = pytest.mark.django_db

NIGHT = at(hour=22)
LIGHT = {"due_on": "2021-09-20", "working_days": 4, "days_late": 0, "escalated": False}


def told(cast: Cast, event: str = "task_accepted", to: User | None = None, **fields: Any) -> Letter:
    to = to or cast.finance
    key = f"k:{Letter.objects.count()}"
    (pk,) = outbox.post([Draft(cast.office.pk, to.pk, event, "task:x", key, LIGHT)], at=at(hour=9))
    Letter.objects.filter(pk=pk).update(**fields)
    return Letter.objects.get(pk=pk)


def line(letter: Letter, now: Any = NIGHT, **who: Any) -> ledger.Line:
    which = ledger.about(Q(pk=letter.pk))
    (one,) = ledger.lines(list(which), reader=who.get("reader", letter.recipient), of_office=False, now=now)
    return one


# --- the states


def test_sent_says_when_and_where_to(cast: Cast) -> None:
    one = line(told(cast, sent_at=at(hour=10), sent_to="finance@kps-sao.example"))
    assert one.state == "sent" and "14 ก.ย. 2564 เวลา 10.00 น." in one.how and one.address == "finance@kps-sao.example"


def test_sent_with_others_names_the_mail_that_brought_it(cast: Cast) -> None:
    digest = told(cast, "digest", sent_at=at(hour=8, minute=50))
    one = line(told(cast, "task_due_soon", digest=digest, sent_at=at(hour=8, minute=50)))
    plain = line(told(cast, sent_at=at(hour=8, minute=50)))
    assert one.state == "sent" and "08.50" in one.how and one.how != plain.how


def test_no_longer_needed(cast: Cast) -> None:
    assert line(told(cast, voided_at=at(hour=11))).state == "void"


@pytest.mark.parametrize("error", ["SMTPRecipientsRefused({})", "TemplateSyntaxError('x')"])
def test_a_failure_is_said_in_plain_words(cast: Cast, error: str) -> None:
    with translation.override("en"):
        one = line(told(cast, failed_at=at(hour=10), error=error))
        assert one.state == "failed" and one.how == f"Not delivered. {reasons.plain(error)}"


def test_stopped_by_its_reader(cast: Cast) -> None:
    assert line(told(cast, "task_due_soon", not_before=at(hour=9), unmailed="stopped")).state == "stopped"
    assert line(told(cast, "task_due_soon", unmailed="stopped", voided_at=at(hour=10))).state == "void"


def waits(letter: Letter, now: Any = NIGHT) -> str:
    with translation.override("en"):
        one = line(letter, now)
    assert one.state == "waiting"
    return one.how


def test_why_it_has_not_gone_yet(cast: Cast) -> None:
    tomorrow = at(DAY + days(1), hour=8, minute=30)
    Preference.objects.create(user=cast.mayor, quiet_from=time(6), quiet_until=time(20))
    Preference.objects.create(user=cast.works, bundling=Bundling.ALL)
    assert "within minutes" in waits(told(cast))
    assert "within minutes" in waits(told(cast, not_before=at(hour=9)))
    closed = waits(told(cast, "task_due_soon", not_before=tomorrow))
    assert "office is closed" in closed and "15 Sep 2021, 08:30" in closed
    assert "quiet hours" in waits(told(cast, "task_reported", to=cast.mayor, not_before=tomorrow))
    assert "quiet hours" in waits(told(cast, "task_due_soon", to=cast.mayor, not_before=tomorrow), at(hour=10))
    assert "in one, in the morning" in waits(told(cast, "task_commented", to=cast.works, not_before=tomorrow))
    digest = told(cast, "digest", not_before=tomorrow)
    assert "with other reminders" in waits(told(cast, "task_due_soon", digest=digest, not_before=tomorrow))


def test_a_server_that_is_down_and_a_mail_that_was_refused_for_now(cast: Cast) -> None:
    down = waits(told(cast, not_before=at(hour=9), error="ConnectionRefusedError(111)"))
    assert "Waits for the mail server" in down and "does not answer" in down
    refused = waits(told(cast, not_before=at(hour=9), error="SMTPDataError(451, b'later')", attempts=3))
    assert "Tried 3 times" in refused and "did not take it" in refused
    digest = told(cast, "digest", not_before=at(hour=9), error="ConnectionRefusedError(111)")
    assert "does not answer" in waits(told(cast, "task_due_soon", digest=digest, not_before=at(hour=9)))


def test_a_reminder_says_of_which_deadline_and_how_far_away_it_was(cast: Cast) -> None:
    with translation.override("en"):
        assert line(told(cast, "task_due_soon")).stage == "due 20 Sep 2021 (4 working days before)"
        late = told(cast, "task_overdue")
        late.context |= {"working_days": 0, "days_late": 1}
        late.save()
        assert line(late).stage == "due 20 Sep 2021 (1 day late)"
        late.context = {"due_on": "2021-09-20"}
        late.save()
        assert line(late).stage == ""


def test_what_hooks_were_told(cast: Cast) -> None:
    hook = Hook.objects.create(
        organization=cast.office, url="https://erp.example.go.th:8443/x?y=secret", by=cast.mayor, at=at(), since=at()
    )
    letter = told(cast)
    Call.objects.create(hook=hook, letter=letter, next_at=at(), sent_at=at(hour=10))
    (call,) = line(letter).calls
    assert (call.host, call.state) == ("erp.example.go.th", "sent") and "secret" not in call.how


# --- the pages


def page_of(client: Any, task: Any) -> Any:
    return client.get(f"/measures/tasks/{task.pk}/")


def test_a_tasks_ledger_begins_with_its_assignment_and_is_only_its_own(cast: Cast, as_: Browse) -> None:
    task = cast.started("fin")
    comments.comment(task.pk, by=cast.mayor, text="@กองช่าง", now=at(hour=15))
    client = as_(cast.finance)
    lines = page_of(client, task).context["told"]
    assert {(one.letter.event, one.letter.recipient.username) for one in lines} == {
        ("tasks_assigned", "finance"),
        ("task_commented", "finance"),
        ("task_mentioned", "works"),
    }
    assert [one.letter.at for one in lines] == sorted((one.letter.at for one in lines), reverse=True)


def test_an_address_is_shown_to_its_person_and_to_the_head_of_office_alone(cast: Cast, as_: Browse) -> None:
    task = cast.started("fin")
    Letter.objects.update(sent_at=at(hour=16), sent_to="kept@private.example")
    shown = {who: b"kept@private.example" in page_of(as_(cast.people[who]), task).content for who in SEEING}
    assert shown == SEEING
    for who, may in SEEING.items():
        answer = as_(cast.people[who]).get(f"/measures/tasks/{task.pk}/told/")
        assert (b"kept@private.example" in answer.content) == may, who


SEEING = {"finance": True, "head_of_office": True, "mayor": False, "permanent_secretary": False}


def test_who_does_not_see_the_thing_does_not_see_its_ledger(cast: Cast, as_: Browse) -> None:
    task, memo = cast.started("fin"), cast.submitted()
    for who in (cast.works, cast.outsider):
        client = as_(who)
        assert client.get(f"/measures/tasks/{task.pk}/told/").status_code == 404
        assert client.get(f"/memos/{memo.pk}/told/").status_code == 404
    secret = cast.sent(
        cast.finance,
        cast.kind_with({"group": 1, "position": cast.position("mayor"), "action": "approve"}, code="s", secret=True),
    )
    assert as_(cast.head_of_office).get(f"/memos/{secret.pk}/told/").status_code == 404
    assert as_(cast.mayor).get(f"/memos/{secret.pk}/told/").status_code == 200


def test_a_memos_ledger_has_its_steps_of_all_rounds_and_its_author(cast: Cast, as_: Browse) -> None:
    memo = cast.returned()
    page = as_(cast.head_of_office).get(f"/memos/{memo.pk}/")
    assert {(one.letter.event, one.state) for one in page.context["told"]} == {
        ("memo_waits", "void"),
        ("memo_returned", "waiting"),
    }
    assert as_(cast.head_of_office).get(f"/memos/{cast.draft().pk}/").context["told"] is None


def test_the_ledger_goes_on_by_key_in_as_many_statements(
    cast: Cast, as_: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = cast.started("fin")
    client = as_(cast.head_of_office)
    url = f"/measures/tasks/{task.pk}/told/"

    def add(count: int) -> None:
        base = Letter.objects.count()
        outbox.post(
            [
                Draft(cast.office.pk, cast.finance.pk, "task_due_soon", f"task:{task.pk}", f"x:{base + n}", LIGHT)
                for n in range(count)
            ],
            at=at(hour=15) + timedelta(minutes=base),
        )

    def statements(path: str) -> int:
        client.get(path)
        with CaptureQueriesContext(connection) as captured:
            client.get(path)
        return len(captured)

    add(2)
    few = statements(url), statements(f"/measures/tasks/{task.pk}/")
    add(70)
    assert (statements(url), statements(f"/measures/tasks/{task.pk}/")) == few
    first = client.get(url)
    rest = client.get(url + first.context["page"].older)
    seen = [one.letter.pk for page in (first, rest) for one in page.context["lines"]]
    assert len(seen) == len(set(seen)) == Letter.objects.filter(Q(about=f"task:{task.pk}")).count() + 1
    page = client.get(f"/measures/tasks/{task.pk}/")
    assert len(page.context["told"]) == ledger.NEWEST and f'href="{url}"' in page.content.decode()
