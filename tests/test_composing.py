"""What a mail says: facts of its own day, a digest of what it still encloses, and bytes that any server takes."""

import re
from collections.abc import Iterator, Mapping
from email import message_from_bytes, policy
from typing import Any

import pytest
from django.conf import settings
from django.core import mail as djangos
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as some

from notifications import bundling, composing, delivery, facts, mail, outbox
from notifications.models import Letter
from organization.models import Organization, User
from tests.cast import Cast
from tests.test_bundling import FACTS, MORNING, again, digests, post

pytestmark = pytest.mark.django_db


@pytest.fixture
def things() -> Iterator[dict[str, dict[str, Any]]]:
    """Things that reminders speak of, about -> facts; what is taken out is no more."""
    kept: dict[str, dict[str, Any]] = {}

    def read(abouts: Any) -> Mapping[str, Mapping[str, Any]]:
        return {one: kept[one] for one in abouts if one in kept}

    facts.register("thing", read)
    yield kept
    facts._READ.pop("thing")


def remind(
    cast: Cast, things: dict[str, dict[str, Any]], *due: str, to: User | None = None, event: str = "step_due_soon"
) -> list[Letter]:
    """A reminder for each date; what it says beside its deadline is to be read when it is written."""
    drafts = []
    for n, day in enumerate(due):
        about = f"thing:{event}:{n}"
        things[about] = {**FACTS, "subject": f"เรื่อง {event} {n}"}
        said = {"due_on": day, "working_days": 3, "days_late": 0, "escalated": False}
        drafts.append(outbox.Draft(cast.office.pk, (to or cast.works).pk, event, about, f"{about}:{to}", said))
    ids = outbox.post(drafts, at=MORNING)
    return list(Letter.objects.filter(pk__in=ids).order_by("key"))


def test_a_reminder_states_its_thing_as_it_is_when_the_mail_is_written(cast: Cast, things: dict[str, Any]) -> None:
    (letter,) = remind(cast, things, "2021-09-17")
    things[letter.about]["subject"] = "เรื่องใหม่"
    assert delivery.send_due(now=MORNING) == 1
    things[letter.about]["subject"] = "ใหม่กว่า"
    letter.refresh_from_db()
    assert "เรื่องใหม่" in letter.subject and "เรื่องใหม่" in letter.text
    composing.compose(letter)
    assert "ใหม่กว่า" not in letter.text, "what was said that day stays said"


def test_the_deadline_stays_the_one_it_was_written_for(cast: Cast, things: dict[str, Any]) -> None:
    (letter,) = remind(cast, things, "2021-09-17")
    things[letter.about]["due_on"] = "2030-01-01"
    delivery.send_due(now=MORNING)
    letter.refresh_from_db()
    assert "17 ก.ย. 2564" in letter.subject


def test_a_reminder_of_what_is_no_more_is_void(cast: Cast, things: dict[str, Any]) -> None:
    gone, stays = remind(cast, things, "2021-09-17", "2021-09-18")
    del things[gone.about]
    assert delivery.send_due(now=MORNING) == 1
    assert [(one.voided_at, one.sent_at) for one in again([gone, stays])] == [(MORNING, None), (None, MORNING)]


def test_a_kind_of_thing_that_nobody_reads_says_what_it_froze(cast: Cast) -> None:
    post(cast, cast.works)
    assert delivery.send_due(now=MORNING) == 1


# --- digests


def test_a_digest_says_what_is_late_first_then_what_is_due_today_then_soon(cast: Cast, things: dict[str, Any]) -> None:
    soon = remind(cast, things, "2021-09-20", "2021-09-17")
    today = remind(cast, things, "2021-09-14", event="step_due_today")
    late = remind(cast, things, "2021-09-10", event="step_overdue")
    assert delivery.send_due(now=MORNING) == 1
    (digest,), (message,) = digests(), djangos.outbox
    order = [late[0], today[0], soon[1], soon[0]]
    said = [one.subject for one in Letter.objects.in_bulk([one.pk for one in order]).values()]
    assert all(said)
    places = [digest.text.index(Letter.objects.get(pk=one.pk).subject) for one in order]
    assert places == sorted(places)
    assert (message.subject, message.body, message.to) == (digest.subject, digest.text, [cast.works.email])
    assert digest.sent_at == MORNING


def test_a_digest_leaves_out_what_was_taken_back(cast: Cast, things: dict[str, Any]) -> None:
    letters = remind(cast, things, "2021-09-20", "2021-09-17", "2021-09-18")
    bundling.settle(now=MORNING)
    outbox.void(letters[1].about, at=MORNING)
    assert delivery.send_due(now=MORNING) == 1
    (digest,) = digests()
    assert "step_due_soon 1" not in digest.text and "step_due_soon 0" in digest.text
    assert [one.sent_at for one in again(letters)] == [MORNING, None, MORNING]


def test_a_digest_of_which_nothing_is_left_never_leaves(cast: Cast, things: dict[str, Any]) -> None:
    letters = remind(cast, things, "2021-09-20", "2021-09-17", "2021-09-18")
    bundling.settle(now=MORNING)
    outbox.void(letters[0].about, letters[1].about, at=MORNING)
    del things[letters[2].about]
    assert delivery.send_due(now=MORNING) == 0
    assert digests()[0].voided_at == MORNING
    assert {one.voided_at for one in again(letters)} == {MORNING}


def test_what_is_no_more_is_void_within_a_digest_too(cast: Cast, things: dict[str, Any]) -> None:
    letters = remind(cast, things, "2021-09-20", "2021-09-17", "2021-09-18")
    del things[letters[2].about]
    assert delivery.send_due(now=MORNING) == 1
    assert [(one.sent_at, one.voided_at) for one in again(letters)] == [(MORNING, None)] * 2 + [(None, MORNING)]


def test_a_digest_taken_back_in_part_while_it_was_carried_is_written_anew(
    cast: Cast, things: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    letters = remind(cast, things, "2021-09-20", "2021-09-17", "2021-09-18")
    gather = composing.gather

    def then_voided(some: Any) -> composing.Material:
        material = gather(some)
        outbox.void(letters[0].about, at=MORNING)
        return material

    monkeypatch.setattr(composing, "gather", then_voided)
    assert delivery.send_due(now=MORNING) == 1
    assert "step_due_soon 0" not in djangos.outbox[0].body
    assert [one.sent_at for one in again(letters)] == [None, MORNING, MORNING]


def test_a_digest_that_fails_fails_with_all_it_encloses(cast: Cast, things: dict[str, Any]) -> None:
    letters = remind(cast, things, "2021-09-20", "2021-09-17", "2021-09-18")
    cast.works.email = ""
    cast.works.save()
    assert delivery.send_due(now=MORNING) == 0
    (digest,) = digests()
    assert (digest.failed_at, digest.attempts) == (MORNING, 1)
    assert {(one.failed_at, one.sent_at, one.attempts) for one in again(letters)} == {(MORNING, None, 0)}


def test_a_digest_is_in_its_reader_s_language(cast: Cast, things: dict[str, Any]) -> None:
    cast.works.language = "en"
    cast.works.save()
    remind(cast, things, "2021-09-20", "2021-09-17", "2021-09-18")
    delivery.send_due(now=MORNING)
    (digest,) = digests()
    assert "3 notices" in digest.subject and "Due soon" in digest.text
    (page, _kind) = djangos.outbox[-1].alternatives[0]
    assert 'lang="en"' in page and "Due soon" in page and "Dear Prasert Kokiat," in page


def test_a_page_is_made_of_the_text_whatever_people_wrote_in_it(cast: Cast) -> None:
    """Even a foot and a button of another mail, quoted: the last ones are the letter's own."""
    quoted = "ดูนี่\n\nOpen it:\nhttps://elsewhere.example/\n\n-- \nหน่วยงานอื่น\nท้าย"
    (letter,) = post(cast, cast.works, "memo_approved", 1)
    letter.context["by"] = quoted
    composing.compose(letter)
    assert "elsewhere.example" in letter.text
    link, *_others = re.findall('href="([^"]+)"', letter.html)
    assert link == f"{settings.SITE_URL}{letter.context['path']}"
    assert "https://elsewhere.example/" in letter.html and "หน่วยงานอื่น" in letter.html
    before = letter.html
    letter.html = ""
    composing.compose(letter)  # as at a second attempt, of what is stored
    assert letter.html == before


def test_the_reads_do_not_grow_with_the_letters(cast: Cast, things: dict[str, Any]) -> None:
    people = [one for one in cast.people.values() if one.organization_id == cast.office.pk]

    def counted(count: int, who: list[User]) -> int:
        for person in who:
            remind(cast, things, *["2021-09-20"] * count, to=person)
        with CaptureQueriesContext(connection) as asked:
            composing.gather(Letter.objects.filter(sent_at=None).select_related("recipient"))
        Letter.objects.update(sent_at=MORNING)
        return len(asked)

    assert counted(1, people[:1]) == counted(9, people[1:])


# --- the bytes


def unsaved(subject: str, text: str) -> Letter:
    letter = Letter(subject=subject, text=text)
    letter.html = f"<p>{text}</p>"
    letter.recipient, letter.organization = User(email="works@kps-sao.example"), Organization()
    return letter


@given(
    some.text(alphabet=some.characters(exclude_categories=["Cs", "Cc"]), max_size=300),
    some.text(alphabet=some.characters(exclude_categories=["Cs"]), min_size=1, max_size=3000),
)
def test_any_text_survives_the_wire(subject: str, text: str) -> None:
    letter = unsaved(" ".join(subject.split()), text)
    wire = mail.written(letter)
    assert wire.isascii() and all(len(line) <= 998 for line in wire.split(b"\r\n"))
    assert wire.count(b"\n") == wire.count(b"\r\n") == wire.count(b"\r")
    read = message_from_bytes(wire, policy=policy.default)
    plain, html = read.iter_parts()  # type: ignore[union-attr]
    assert read["Subject"] == letter.subject or not letter.subject.isprintable()
    assert plain.get_payload(decode=True).decode() == text
    assert html.get_payload(decode=True).decode() == f"<p>{text}</p>"
    assert (read["To"], read["Message-ID"]) == ("works@kps-sao.example", letter.message_id)


def test_a_header_of_two_lines_is_never_written(monkeypatch: pytest.MonkeyPatch) -> None:
    letter = unsaved("x", "x")
    monkeypatch.setattr(mail, "headers", lambda letter: {"Reply-To": "a@b.example\r\nBcc: all@example.org"})
    with pytest.raises(ValueError, match="more than one line"):
        mail.written(letter)


def test_what_is_attached_comes_after_the_words(monkeypatch: pytest.MonkeyPatch) -> None:
    letter = unsaved("x", "สวัสดี")
    ics = "text/calendar; charset=utf-8; method=PUBLISH"
    monkeypatch.setattr(mail, "attachments", lambda letter: [("task.ics", "งาน".encode(), ics)])
    read = message_from_bytes(mail.written(letter), policy=policy.default)
    words, file = read.iter_parts()  # type: ignore[union-attr]
    assert (read.get_content_type(), words.get_content_type()) == ("multipart/mixed", "multipart/alternative")
    assert (file.get_filename(), file.get_content(), file.get_param("method")) == ("task.ics", "งาน", "PUBLISH")


def test_a_fault_of_the_headers_stops_only_its_letter(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, _good = post(cast, cast.works, "memo_approved", 2)
    headers = mail.headers

    def broken(letter: Letter) -> dict[str, str]:
        return headers(letter) if letter.pk != bad.pk else {}["no such header"]

    monkeypatch.setattr(mail, "headers", broken)
    assert delivery.send_due(now=MORNING) == 1
    assert "no such header" in again([bad])[0].error


# --- the demo's mailbox


def test_the_mailbox_of_the_demo_shows_each_mail_once(cast: Cast, things: dict[str, Any], client: Client) -> None:
    letters = remind(cast, things, "2021-09-20", "2021-09-17", "2021-09-18")
    bundling.settle(now=MORNING)
    (digest,) = digests()
    seen = client.get(reverse("mailbox")).content.decode()
    assert str(digest.pk) in seen and not any(str(one.pk) in seen for one in letters)
    assert client.get(reverse("mailbox-letter", args=[digest.pk])).status_code == 200
    assert client.get(reverse("mailbox-letter", args=[letters[0].pk])).status_code == 404
