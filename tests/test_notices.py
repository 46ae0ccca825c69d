"""The bell and the page of notices: what a person was told, read or not, and nobody else's."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from measures import comments
from notifications import delivery, facts, notices, outbox
from notifications.models import Letter
from notifications.outbox import Draft
from organization.models import User
from tests.cast import DAY, Browse, Cast, at, days

pytestmark = pytest.mark.django_db

BELL = "/notices/bell/"


def tell(cast: Cast, to: User, count: int = 1, **more: Any) -> list[Letter]:
    """Letters about nothing in particular."""
    before = Letter.objects.count()
    said = {"event": "task_accepted", "about": f"task:{uuid4()}", "context": context()} | more
    drafts = [
        Draft(cast.office.pk, to.pk, said["event"], said["about"], f"k:{before + n}:{to.pk}", said["context"])
        for n in range(count)
    ]
    ids = outbox.post(drafts, at=more.get("at", at(hour=9)))
    return list(Letter.objects.filter(pk__in=ids))


def context(**more: Any) -> dict[str, Any]:
    said = {"task": "ซื้อกระดาษ 🗂️ <b>", "path": "/measures/", "division": {"th": "กองคลัง", "en": "Finance"}, "percent": 0}
    return said | more


# --- the bell


def test_the_bell_counts_what_is_unread_on_every_page(cast: Cast, as_: Browse) -> None:
    client = as_(cast.finance)
    assert "ยังไม่ได้อ่าน" not in client.get("/inbox/").content.decode() and notices.badge(cast.finance) == ""
    tell(cast, cast.finance, 3)
    tell(cast, cast.mayor, 2)
    for path in ("/inbox/", "/memos/", "/measures/", "/account/", "/notices/"):
        page = client.get(path)
        assert page.context["shell"]["unread"] == "3", path
        assert 'id="bell"' in page.content.decode()


def test_the_bell_counts_no_further_than_99(cast: Cast) -> None:
    tell(cast, cast.finance, 99)
    assert notices.badge(cast.finance) == "99"
    tell(cast, cast.finance, 60)
    assert notices.badge(cast.finance) == "99+"


def test_neither_a_digest_nor_what_is_no_longer_needed_is_unread(cast: Cast) -> None:
    tell(cast, cast.finance, event="digest")
    outbox.void(tell(cast, cast.finance, about="task:x")[0].about, at=at(hour=10))
    assert notices.badge(cast.finance) == ""
    assert [one.event for one in notices.of(cast.finance)] == ["task_accepted"]


def test_the_bell_is_asked_in_one_statement_and_does_not_prolong_the_session(cast: Cast, as_: Browse) -> None:
    client = as_(cast.finance)
    tell(cast, cast.finance, 5)
    with CaptureQueriesContext(connection) as few:
        answer = client.get(BELL)
    assert len(few) == 3, [one["sql"] for one in few]  # the session, the person, the bell
    assert not answer.cookies and ">5<" in answer.content.decode() and "<html" not in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    tell(cast, cast.finance, 200)
    with CaptureQueriesContext(connection) as many:
        client.get(BELL)
    assert len(many) == len(few)


def test_signed_out_the_bell_says_nothing_and_asks_nobody_in(client: Client, cast: Cast) -> None:
    answer = client.get(BELL)
    assert (answer.status_code, answer.content) == (204, b"")
    assert client.get("/notices/").status_code == 302


# --- the page


def test_notices_stand_by_day_the_newest_first_each_in_its_readers_language(cast: Cast, as_: Browse) -> None:
    tell(cast, cast.finance, at=at(DAY - days(1)), context=context(task="เก่ากว่า"))
    tell(cast, cast.finance, at=at(hour=9))
    cast.finance.language = "en"
    cast.finance.save()
    page = as_(cast.finance).get("/notices/")
    assert [one["day"] for one in page.context["days"]] == [DAY, DAY - days(1)]
    first, second = (group["notices"][0] for group in page.context["days"])
    assert "ซื้อกระดาษ 🗂️ <b>" in first.subject and "เก่ากว่า" in second.subject
    with translation.override("en"):
        assert "ccepted" in first.subject
    assert "ซื้อกระดาษ 🗂️ &lt;b&gt;" in page.content.decode()
    assert Letter.objects.exclude(subject="").count() == 0  # shown is not written


def test_a_notice_says_what_its_mail_said(cast: Cast, as_: Browse) -> None:
    (letter,) = tell(cast, cast.finance)
    Letter.objects.filter(pk=letter.pk).update(subject="ตามที่ส่งไปแล้ว")
    assert "ตามที่ส่งไปแล้ว" in as_(cast.finance).get("/notices/").content.decode()


def test_a_reminder_that_froze_only_its_deadline_states_its_thing(
    cast: Cast, as_: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[set[str]] = []

    def read(abouts: Any) -> dict[str, Any]:
        asked.append(set(abouts))
        return {one: {**context(task=f"งาน {one}"), "first_due": ""} for one in abouts if one != "task:gone"}

    monkeypatch.setitem(facts._READ, "task", read)
    light = {"due_on": "2021-09-20", "working_days": 4, "days_late": 0, "escalated": False}
    for about in ("task:a", "task:b", "task:gone"):
        tell(cast, cast.finance, event="task_due_soon", about=about, context=light)
    client = as_(cast.finance)
    said = client.get("/notices/").content.decode()
    assert "งาน task:a" in said and "งาน task:b" in said
    assert asked == [{"task:a", "task:b", "task:gone"}]
    here, gone = (Letter.objects.get(about=one) for one in ("task:a", "task:gone"))
    assert client.get(f"/notices/{here.pk}/")["Location"] == "/measures/"
    answer = client.get(f"/notices/{gone.pk}/", follow=True)
    assert answer.redirect_chain == [("/notices/", 302)] and Letter.objects.get(pk=gone.pk).read_at


def test_a_subject_that_cannot_be_written_hides_no_other(cast: Cast, as_: Browse, caplog: Any) -> None:
    tell(cast, cast.finance, event="no_such_event")
    tell(cast, cast.finance)
    page = as_(cast.finance).get("/notices/")
    assert page.status_code == 200 and "no_such_event" in page.content.decode()
    assert "ซื้อกระดาษ" in page.content.decode() and "cannot be rendered" in caplog.text


def test_opening_a_notice_reads_it_once_and_goes_to_its_thing(cast: Cast, as_: Browse) -> None:
    (letter,) = tell(cast, cast.finance)
    client = as_(cast.finance)
    answer = client.get(f"/notices/{letter.pk}/")
    assert (answer.status_code, answer["Location"]) == (302, "/measures/")
    assert Letter.objects.get(pk=letter.pk).read_at == at(hour=18)
    cast.clock(at(hour=19))
    client.get(f"/notices/{letter.pk}/")
    assert Letter.objects.get(pk=letter.pk).read_at == at(hour=18)
    assert notices.badge(cast.finance) == ""


@pytest.mark.parametrize(
    "how", [{"method": "HEAD"}, {"HTTP_SEC_PURPOSE": "prefetch;prerender"}, {"HTTP_PURPOSE": "prefetch"}]
)
def test_what_nobody_looks_at_is_not_read(cast: Cast, as_: Browse, how: dict[str, str]) -> None:
    (letter,) = tell(cast, cast.finance)
    headers = {name: value for name, value in how.items() if name != "method"}
    as_(cast.finance).generic(how.get("method", "GET"), f"/notices/{letter.pk}/", **headers)
    assert Letter.objects.get(pk=letter.pk).read_at is None


@pytest.mark.parametrize(
    "path", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", ""]
)
def test_a_notice_leads_nowhere_outside(cast: Cast, as_: Browse, path: str) -> None:
    (letter,) = tell(cast, cast.finance, context=context(path=path))
    assert as_(cast.finance).get(f"/notices/{letter.pk}/")["Location"] == "/notices/"


def test_somebody_elses_notice_does_not_exist(cast: Cast, as_: Browse) -> None:
    (letter,) = tell(cast, cast.mayor)
    (digest,) = tell(cast, cast.finance, event="digest")
    for who in (cast.finance, cast.outsider, cast.head_of_office):
        client = as_(who)
        assert client.get(f"/notices/{letter.pk}/").status_code == 404
        assert "ซื้อกระดาษ" not in client.get("/notices/").content.decode()
    assert as_(cast.finance).get(f"/notices/{digest.pk}/").status_code == 404
    assert as_(cast.finance).get(f"/notices/{uuid4()}/").status_code == 404
    assert Letter.objects.get(pk=letter.pk).read_at is None


def test_unread_alone_and_what_is_no_longer_needed(cast: Cast, as_: Browse) -> None:
    read, _fresh = tell(cast, cast.finance, 2)
    Letter.objects.filter(pk=read.pk).update(read_at=at(hour=10))
    outbox.void(tell(cast, cast.finance, about="task:x", context=context(task="เลิกแล้ว"))[0].about, at=at(hour=10))
    client = as_(cast.finance)
    assert [len(one["notices"]) for one in client.get("/notices/?unread=1").context["days"]] == [1]
    void = next(one for group in client.get("/notices/").context["days"] for one in group["notices"] if one.void)
    assert not void.unread and "เลิกแล้ว" in void.subject


def test_marking_all_as_read_leaves_what_came_meanwhile(cast: Cast, as_: Browse) -> None:
    tell(cast, cast.finance, 3, at=at(hour=9))
    tell(cast, cast.mayor, at=at(hour=9))
    client = as_(cast.finance)
    shown = client.get("/notices/").context["now"]
    (late,) = tell(cast, cast.finance, at=shown + timedelta(seconds=1))
    answer = client.post("/notices/read/", {"until": shown.isoformat()}, follow=True)
    assert answer.redirect_chain == [("/notices/", 302)]
    assert [one.pk for one in notices.unread(cast.finance)] == [late.pk]
    assert notices.badge(cast.mayor) == "1"
    assert client.get("/notices/read/").status_code == 405
    for forged in ("", "gestern", "2021-99-99T00:00:00Z", "2021-09-14T00:00:00"):
        assert client.post("/notices/read/", {"until": forged}).status_code == 302


def test_notices_go_on_by_key_in_as_many_statements_for_many_as_for_few(
    cast: Cast, as_: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(facts._READ, "task", lambda abouts: {one: context() for one in abouts})
    tell(cast, cast.finance, 2)
    tell(
        cast,
        cast.finance,
        2,
        event="task_due_soon",
        context={"due_on": "2021-09-20", "working_days": 4, "days_late": 0},
    )
    client = as_(cast.finance)
    client.get("/notices/")

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get("/notices/")
        return len(captured)

    few = statements()
    tell(cast, cast.finance, 40)
    tell(
        cast,
        cast.finance,
        9,
        event="task_due_soon",
        context={"due_on": "2021-09-20", "working_days": 4, "days_late": 0},
    )
    assert statements() == few
    first = client.get("/notices/")
    rest = client.get("/notices/" + first.context["page"].older)
    seen = [one.pk for page in (first, rest) for one in page.context["page"].rows]
    assert len(seen) == len(set(seen)) == 53


def test_nobody_was_told_anything(cast: Cast, as_: Browse) -> None:
    client = as_(cast.finance)
    assert client.get("/notices/").status_code == client.get("/notices/?unread=1").status_code == 200
    assert "notices-read" not in client.get("/notices/").content.decode()
    assert 'action="/notices/read/"' not in client.get("/notices/").content.decode()


# --- read by reading its thing


def test_the_page_of_a_task_reads_what_was_told_of_it(cast: Cast, as_: Browse) -> None:
    task = cast.started("fin")
    comments.comment(task.pk, by=cast.mayor, text="ถึงไหนแล้ว", now=at(hour=15))
    told = notices.unread(cast.finance).filter(about=f"task:{task.pk}")
    assert told.count() == 1
    as_(cast.head_of_office).get(f"/measures/tasks/{task.pk}/")
    client = as_(cast.finance)
    client.head(f"/measures/tasks/{task.pk}/")
    client.get(f"/measures/tasks/{task.pk}/", HTTP_SEC_PURPOSE="prefetch")
    client.post(f"/measures/tasks/{task.pk}/report/", {"percent": "x"})
    assert told.count() == 1
    page = client.get(f"/measures/tasks/{task.pk}/")
    assert told.count() == 0
    assert page.context["shell"]["unread"] == notices.badge(cast.finance)


def test_the_page_of_a_memo_reads_what_was_told_of_its_steps(cast: Cast, as_: Browse) -> None:
    memo = cast.submitted()
    assert notices.badge(cast.permanent_secretary) == "1"
    as_(cast.permanent_secretary).get(f"/memos/{memo.pk}/")
    assert notices.badge(cast.permanent_secretary) == ""
    letter = Letter.objects.get(recipient=cast.permanent_secretary)
    assert letter.read_at == at(hour=18) and letter.sent_at is None
    delivery.send_due(now=at(hour=18))
    letter = Letter.objects.get(recipient=cast.permanent_secretary)
    assert letter.sent_at, "a notice that was read is mailed all the same"
