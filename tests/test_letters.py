"""Letters: written with the act, in the reader's language, once each, and landing on the thing they speak of."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.db import transaction
from django.template import engines
from django.test import Client
from django.utils import translation

from measures import closing, comments, extensions, nudging, sharing, work
from measures.models import DivisionTask
from memo_flow import decisions, drafts
from memo_flow import nudging as memo_nudging
from memo_flow.models import Memo
from notifications import bounces, delivery, operations, outbox, scans
from notifications.models import Letter
from organization import people, standing_in
from organization.appointments import act_for, end
from organization.people import Person
from organization.standing_in import Order
from tests.cast import DAY, Cast, at, days, fresh, open_step

pytestmark = pytest.mark.django_db

SPRING = date(2022, 3, 31)
MAILS = Path(settings.BASE_DIR, "templates", "mails")
#: Every letter that an act or a scan writes; the digest is the post office's own.
EVENTS = {path.name.removesuffix(".subject.txt") for path in MAILS.glob("*.subject.txt")} - {"digest"}


def all_that_happens(cast: Cast) -> None:
    """Every event there is, by the acts and the scans that cause it."""
    operations.test(by=cast.head_of_office, now=at(hour=9))
    letter = Letter.objects.select_related("recipient", "organization").get()
    bounces.refused(letter, 550, "5.1.1 <nobody> & none", at(hour=9))
    cast.rejected()
    cast.returned()
    cast.withdrawn()
    objected = cast.submitted()
    cast.answer(objected, cast.permanent_secretary, "object", "งบประมาณ <ไม่พอ> & ไม่ทัน")
    decisions.reassign(
        objected.pk,
        by=cast.head_of_office,
        step=open_step(objected).pk,
        to=cast.position("deputy_mayor").pk,
        reason="นายกไปราชการ",
        now=at(hour=13),
    )
    waiting = cast.submitted()
    memo_nudging.nudge(
        waiting.pk, by=cast.head_of_office, step=open_step(waiting).pk, text="รอ <ด่วน> & วันนี้", now=at(hour=14)
    )
    for n in (1, 3, 13):
        scans.run(now=at(DAY + days(n)))
    memo = cast.approved(order='ให้ทุกกอง "ดำเนินการ" <ทันที> & รายงาน')
    op = list(
        DivisionTask.objects.filter(measure__row__memo=memo, division__code="op").order_by("due_on", "measure_id")
    )
    for task in op[:3]:
        work.start(task.pk, by=cast.office_staff, now=at(hour=14))
        cast.finish(task, text="แล้วเสร็จ <ครบ> & เผยแพร่แล้ว")
    work.accept(op[0].pk, by=cast.head_of_office, text="เรียบร้อย", now=at(hour=16))
    work.send_back(op[1].pk, by=cast.permanent_secretary, text="ยังขาด", now=at(hour=16))
    work.cancel(op[2].pk, by=cast.head_of_office, text="โอนงบ", now=at(hour=16))
    said_and_shared(cast, *op[3:5])
    for day in (SPRING - days(2), SPRING, SPRING + days(8), SPRING + days(29), SPRING + days(32)):
        scans.run(now=at(day))
    end(cast.mayor.appointments.get(), on=DAY + days(20))
    cast.answer(waiting, cast.permanent_secretary, "endorse", now=at(DAY + days(21)))
    late = {"until": SPRING + days(60), "reason": "ส่งของ <ช้า> & ไม่ครบ", "now": at(SPRING + days(33))}
    extensions.ask(op[4].pk, by=cast.office_staff, **late)  # type: ignore[arg-type]
    for n in (36, 39, 40):
        scans.run(now=at(SPRING + days(n)))
    closing.close_year(2565, by=cast.head_of_office, now=at(date(2022, 10, 3)))
    of_the_office(cast)


def of_the_office(cast: Cast) -> None:
    """An account, a new password, an acting order that ends sooner, a leaver's draft."""
    head, then = cast.head_of_office, at(date(2022, 10, 4))
    people.add(Person("นายใหม่ <จริง> & ดี", "new", "new@kps-sao.example"), by=head, now=then)
    people.send_link(cast.finance.pk, by=head, now=then)
    order = Order(cast.position("permanent_secretary").pk, cast.works.pk, date(2022, 10, 5), None, "9/<2565> & 1")
    made = standing_in.order(order, by=head, now=then)
    standing_in.end(made.pk, last_day=date(2022, 10, 6), by=head, now=then)
    drafts.hand_over(cast.written(cast.health).pk, person=cast.health.pk, to=cast.education, by=head, now=then)


def said_and_shared(cast: Cast, task: DivisionTask, other: DivisionTask) -> None:
    """Handed over, shared out, spoken of, and asked for more time."""
    staff, head, then = cast.office_staff, cast.head_of_office, {"now": at(hour=17)}
    colleague = cast.hire("colleague", "officer", "op")
    for to in (staff, colleague, None):
        sharing.hand_over(task.pk, by=head, to=to and to.pk, **then)
    sharing.share(task.pk, by=head, officers={s.pk: staff.pk for s in task.steps.all()}, **then)
    comments.comment(task.pk, by=cast.mayor, text="@กองคลัง ช่วย <ด่วน> & รายงาน", **then)
    nudging.nudge(task.pk, by=head, text="ถึงไหน <แล้ว> & ติดอะไร", **then)
    for one, until in ((task, SPRING + days(20)), (other, SPRING + days(30))):
        asked = extensions.ask(one.pk, by=staff, until=until, reason="ผู้รับจ้าง <ช้า> & ฝนตก", **then)
        if one is task:
            extensions.grant(one.pk, by=head, extension=asked.pk, until=SPRING + days(9), text="เท่านี้", **then)
        else:
            extensions.refuse(one.pk, by=head, extension=asked.pk, text="ยังทัน", **then)


# --- written with the act


def test_an_act_taken_back_takes_its_letters_with_it(cast: Cast) -> None:
    memo = cast.endorsed()
    before = Letter.objects.count()

    class PowerCut(Exception):
        pass

    with pytest.raises(PowerCut), transaction.atomic():
        cast.answer(memo, cast.mayor, "approve")
        assert Letter.objects.count() > before
        raise PowerCut
    assert Letter.objects.count() == before
    assert fresh(memo).state == "in_review"
    assert Letter.objects.get(event="memo_waits", recipient=cast.mayor).voided_at is None


def test_the_post_office_is_rung_only_after_the_commit(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    rung: list[int] = []
    monkeypatch.setattr(outbox, "ring", lambda: rung.append(1))
    with django_capture_on_commit_callbacks(execute=True):
        cast.submitted()
        assert rung == []
    assert rung


def test_the_same_news_is_told_to_the_same_person_once(cast: Cast) -> None:
    memo = cast.submitted()
    letter = Letter.objects.get(event="memo_waits")
    same = outbox.Draft(memo.organization_id, letter.recipient_id, "memo_waits", letter.about, letter.key, {})
    assert outbox.write([same, same], at=at()) == 0
    outbox.post([same], at=at())
    assert Letter.objects.get(key=letter.key).context == letter.context


def test_one_person_in_two_seats_gets_one_letter_about_one_thing(cast: Cast) -> None:
    act_for(cast.finance.appointments.get().position, cast.works, starts_on=DAY, order_number="8/64")
    cast.approved()
    sent = Letter.objects.filter(recipient=cast.works, event="memo_circulated")
    assert sent.count() == 1


# --- rendered once, in the reader's language


def test_each_reader_reads_their_own_language(cast: Cast) -> None:
    cast.head_of_office.language = "en"
    cast.head_of_office.save()
    cast.approved()
    delivery.send_due(now=at(hour=17))
    english, thai = (
        Letter.objects.get(event="memo_circulated", recipient=person) for person in (cast.head_of_office, cast.finance)
    )
    assert "Dear Kamonwan Srisawat" in english.text and "Mayor" in english.text
    assert "Kamphaeng Saen Subdistrict Administrative Organization" in english.text
    assert "นางรัตนา พูนทรัพย์" in thai.text and "นายกองค์การบริหารส่วนตำบลกำแพงแสน" in thai.text
    for letter in (english, thai):
        delivery.compose(letter)
    assert 'lang="en"' in english.html and 'lang="th"' in thai.html


def test_the_language_of_whoever_rings_does_not_matter(cast: Cast) -> None:
    with translation.override("en"):
        cast.approved()
        delivery.send_due(now=at(hour=17))
    letter = Letter.objects.get(event="tasks_assigned", recipient=cast.finance)
    assert "31 มี.ค. 2565" in letter.text or "31 มีนาคม 2565" in letter.text
    assert "Finance Division" not in letter.text


def test_what_was_said_that_day_stays_said(cast: Cast) -> None:
    memo = cast.returned()
    delivery.send_due(now=at(hour=17))
    letter = Letter.objects.get(event="memo_returned")
    assert memo.subject in letter.text
    body = drafts.working_text(memo)
    drafts.revise(memo.pk, by=cast.head_of_office, subject="เรื่องใหม่", content=body, version=0, now=at(hour=18))
    cast.head_of_office.name_th, cast.head_of_office.language = "เปลี่ยนชื่อ", "en"
    cast.head_of_office.save()
    delivery.send_due(now=at(hour=19))
    assert Letter.objects.get(pk=letter.pk).text == letter.text
    assert [m.body for m in mail.outbox if m.extra_headers["Message-ID"] == letter.message_id] == [letter.text]


def test_a_letter_states_the_facts_of_the_act_even_when_it_leaves_later(cast: Cast) -> None:
    memo = cast.returned()
    old = memo.subject
    drafts.revise(
        memo.pk,
        by=cast.head_of_office,
        subject="เรื่องใหม่",
        content=drafts.working_text(memo),
        version=0,
        now=at(hour=13),
    )
    delivery.send_due(now=at(hour=17))
    letter = Letter.objects.get(event="memo_returned")
    assert old in letter.text and "เรื่องใหม่" not in letter.text
    assert "ขอให้แก้คะแนนตัวชี้วัดที่ 8" in letter.text


def test_a_letter_whose_reason_has_gone_never_leaves(cast: Cast) -> None:
    memo = cast.submitted()
    decisions.withdraw(memo.pk, by=cast.head_of_office, reason="เสนอผิดฉบับ", now=at(hour=11))
    delivery.send_due(now=at(hour=17))
    assert {x.event for x in Letter.objects.exclude(sent_at=None)} == {"memo_withdrawn"}
    assert [m.to for m in mail.outbox] == [[cast.permanent_secretary.email]]


def test_a_letter_voided_while_it_was_being_carried_stays_in_the_bag(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast.submitted()
    claim = delivery.claim

    def then_voided(limit: int, *, now: datetime) -> list[Letter]:
        letters = claim(limit, now=now)
        outbox.void(*[x.about for x in letters], at=at(hour=11))
        return letters

    monkeypatch.setattr(delivery, "claim", then_voided)
    assert delivery.send_due(now=at(hour=17)) == 0
    assert mail.outbox == []


def test_a_letter_that_has_left_is_not_taken_back(cast: Cast) -> None:
    memo = cast.submitted()
    delivery.send_due(now=at(hour=10))
    decisions.withdraw(memo.pk, by=cast.head_of_office, reason="เสนอผิดฉบับ", now=at(hour=11))
    letter = Letter.objects.get(event="memo_waits")
    assert letter.sent_at is not None and letter.voided_at is None


# --- every event says what it should, in both languages


class Missing(str):
    """string_if_invalid that remembers which variables a template asked for in vain; `frame` may be left out."""

    seen: set[str]

    def __new__(cls) -> "Missing":
        self = super().__new__(cls, "‹%s is missing›")
        self.seen = set()
        return self

    def __mod__(self, variable: object) -> str:
        name = str(getattr(variable, "var", variable))
        if name == "frame":
            return "mails/base.txt"
        self.seen.add(name)
        return f"‹{name} is missing›"


@pytest.fixture
def missing(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    watch = Missing()
    monkeypatch.setattr(engines["django"].engine, "string_if_invalid", watch)  # type: ignore[attr-defined]
    yield watch.seen


def test_every_event_is_written_in_both_languages_without_a_gap(cast: Cast, missing: set[str]) -> None:
    all_that_happens(cast)
    letters = list(Letter.objects.select_related("recipient"))
    assert {x.event for x in letters} == EVENTS
    wrong = []
    for letter in letters:
        for language in ("th", "en"):
            missing.clear()
            letter.text, letter.recipient.language = "", language
            delivery.compose(letter)
            delivery.keep(letter)
            said = f"{letter.subject}\n{letter.text}\n{letter.html}"
            signs = [sign for sign in ("missing›", "{{", "{%", "None", "[]", "{'", "%(") if sign in said]
            if missing or signs or not letter.subject or "\n" in letter.subject:
                wrong.append((letter.event, language, sorted(missing), signs))
    assert wrong == []


def test_what_people_wrote_is_text_in_text_and_escaped_in_html(cast: Cast) -> None:
    all_that_happens(cast)
    for letter in Letter.objects.filter(event__in=["tasks_assigned", "memo_objected", "task_reported"], voided_at=None):
        delivery.compose(letter)
        delivery.keep(letter)
        assert "<" in letter.text and "&lt;" not in letter.text, letter.text
        assert "&lt;" in letter.html and not re.search("<(ทันที|ไม่พอ|ครบ)>", letter.html)
        assert "&amp;lt;" not in letter.html and "&amp;amp;" not in letter.html


def test_a_comment_cannot_add_a_header(cast: Cast) -> None:
    memo = cast.submitted()
    cast.answer(memo, cast.permanent_secretary, "return", "แก้\r\nBcc: everyone@example.org")
    delivery.send_due(now=at(hour=17))
    (message,) = [m for m in mail.outbox if cast.head_of_office.email in m.to]
    assert "\n" not in message.subject
    assert message.message()["Bcc"] is None
    assert message.recipients() == [cast.head_of_office.email]


# --- the link


@pytest.mark.parametrize(
    ("event", "reader"),
    [
        ("memo_waits", "permanent_secretary"),
        ("memo_circulated", "health"),
        ("tasks_assigned", "finance"),
        ("task_reported", "head_of_office"),
    ],
)
def test_the_link_lands_on_the_thing_after_sign_in(cast: Cast, client: Client, event: str, reader: str) -> None:
    cast.reported("fin")
    letter = Letter.objects.get(event=event, recipient__username=reader)
    delivery.compose(letter)
    delivery.keep(letter)
    link = f"{settings.SITE_URL}{letter.context['path']}"
    assert link in letter.text.splitlines()
    assert f'href="{link.replace("&", "&amp;")}"' in letter.html
    path = link.removeprefix(settings.SITE_URL)
    asked = client.get(path)
    assert asked.status_code == 302 and asked["Location"].startswith("/accounts/login/?next=")
    landed = client.post(asked["Location"], {"login": reader, "password": "demo"})
    assert (landed.status_code, landed["Location"]) == (302, path)
    assert client.get(path).status_code == 200


def test_the_link_of_another_person_s_letter_shows_nothing_to_an_outsider(cast: Cast, client: Client) -> None:
    memo: Memo = cast.submitted()
    client.force_login(cast.outsider)
    assert client.get(Letter.objects.get(event="memo_waits").context["path"]).status_code == 404
    assert memo is not None
