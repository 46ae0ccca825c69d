"""Addresses that take no mail: the server's answer, its report later, forged and hostile ones, and the way back."""

import io
import json
import sys
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit import chain
from notifications import bounces, delivery, operations, outbox
from notifications.models import Bounce, Letter
from organization.models import User
from organization.refusals import Refused
from tests.cast import Browse, Cast, at
from tests.test_delivery import Server, later, letters, server, state  # noqa: F401
from tests.test_races import together

pytestmark = pytest.mark.django_db

NOW = at(hour=17)


@pytest.fixture(autouse=True)
def _address(settings: Any) -> None:
    settings.MEMOFLOW_BOUNCE_ADDRESS = "bounces@office.go.th"


def one(cast: Cast, to: User, key: str = "one") -> Letter:
    facts = {"subject": "ผล", "number": "1", "path": "/memos/", "organization": "อบต.", "by": "นายก"}
    draft = outbox.Draft(cast.office.pk, to.pk, "memo_approved", "test", f"test:{key}", facts)
    return Letter.objects.get(pk=outbox.post([draft], at=NOW)[0])


def told() -> list[str]:
    return sorted(Letter.objects.filter(event=bounces.BOUNCED).values_list("recipient__username", flat=True))


def report(letter: Letter, status: str = "5.1.1", **more: str) -> bytes:
    """A mail server's report, as Postfix writes it."""
    recipient = more.get("recipient", letter.recipient.email)
    said, action = more.get("said", "smtp; 550 5.1.1 no such user"), more.get("action", "failed")
    to = more.get("to", bounces.envelope(letter))
    return (
        f"From: MAILER-DAEMON@mx.example\r\nTo: {to}\r\nSubject: Undelivered\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain; charset=x-unknown\r\n\r\nSorry \udcff\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {recipient}\r\nAction: {action}\r\n"
        f"Status: {status}\r\nDiagnostic-Code: {said}\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
        f"Message-ID: {letter.message_id}\r\nSubject: x\r\n\r\nhi\r\n--b--\r\n"
    ).encode(errors="surrogateescape")


def sent(cast: Cast, to: User, key: str = "one") -> Letter:
    letter = one(cast, to, key)
    Letter.objects.filter(pk=letter.pk).update(sent_at=NOW, sent_to=to.email)
    letter.refresh_from_db()
    return letter


def command(monkeypatch: pytest.MonkeyPatch, raw: bytes, *arguments: str) -> tuple[int, dict[str, str]]:
    class Stdin:
        buffer = io.BytesIO(raw)

    monkeypatch.setattr(sys, "stdin", Stdin)
    out = io.StringIO()
    try:
        call_command("read_bounce", "--json", *arguments, stdout=out)
        code = 0
    except SystemExit as end:
        code = int(end.code or 0)
    return code, json.loads(out.getvalue())


# --- which refusals speak of the address


@pytest.mark.parametrize(
    ("code", "text", "blames"),
    [
        (550, "5.1.1 <x>: Recipient address rejected: User unknown", True),
        (550, "no such user", True),
        (553, "mailbox name not allowed", True),
        (556, "5.1.10 Recipient address has null MX", True),
        (550, "5.2.1 The account is disabled", True),
        (550, "5.4.4 Host or domain name not found", True),
        (550, "5.7.1 Message rejected as spam", False),
        (554, "5.7.1 <x>: Relay access denied", False),
        (550, "relaying denied", False),
        (550, "5.1.8 sender domain does not exist", False),
        (550, "5.1.7 bad sender address", False),
        (552, "5.2.2 mailbox full", False),
        (550, "mailbox full", False),
        (552, "5.3.4 message too large", False),
        (554, "5.6.0 content refused", False),
        (550, "4.1.1 try later", False),
        (550, "Client host 5.1.1.9 blocked", False),
        (554, "Transaction failed", False),
    ],
)
def test_a_refusal_blames_the_address_only_where_it_says_so(code: int, text: str, blames: bool) -> None:
    assert bounces.is_the_address(code, text) is blames


# --- the answer at once


def test_an_unknown_address_is_marked_and_the_head_of_office_told_once(cast: Cast, server: Server) -> None:  # noqa: F811
    server.answer = lambda address: "550 5.1.1 no such user" if address.startswith("works@") else "250 OK"
    first, second = one(cast, cast.works, "1"), one(cast, cast.works, "2")
    delivery.send_due(now=NOW)
    mark = Bounce.objects.get()
    assert (mark.user, mark.address, mark.letter_id in (first.pk, second.pk)) == (cast.works, cast.works.email, True)
    assert state(first) == state(second) == "failed"
    assert told() == ["head_of_office"]
    assert cast.works.email in Letter.objects.get(event=bounces.BOUNCED).context["address"]
    third = one(cast, cast.works, "3")
    delivery.send_due(now=NOW)
    assert state(third) == "failed"
    assert "takes no mail" in Letter.objects.get(pk=third.pk).error
    assert [mail["To"] for mail in server.mails] == [cast.head_of_office.email]
    assert told() == ["head_of_office"]


def test_a_known_address_is_not_even_tried(cast: Cast, server: Server) -> None:  # noqa: F811
    asked: list[str] = []
    server.answer = lambda address: (asked.append(address), "550 5.1.1 unknown")[1]
    one(cast, cast.works, "1")
    delivery.send_due(now=NOW)
    assert cast.works.email in asked
    asked.clear()
    one(cast, cast.works, "2")
    delivery.send_due(now=NOW)
    assert cast.works.email not in asked


@pytest.mark.parametrize("said", ["451 4.3.0 try later", "550 5.7.1 relay denied", "552 5.2.2 mailbox full"])
def test_what_is_not_the_addresses_fault_marks_nothing(cast: Cast, server: Server, said: str) -> None:  # noqa: F811
    server.answer = lambda address: said
    one(cast, cast.works)
    delivery.send_due(now=NOW)
    assert not Bounce.objects.exists()
    assert told() == []


def test_the_heads_own_address_is_told_to_the_permanent_secretary(cast: Cast, server: Server) -> None:  # noqa: F811
    server.answer = lambda address: "550 5.1.1 unknown" if address.startswith("head_of_office@") else "250 OK"
    one(cast, cast.head_of_office)
    delivery.send_due(now=NOW)
    assert told() == ["permanent_secretary"]


def test_where_every_address_is_refused_the_telling_ends(cast: Cast, server: Server) -> None:  # noqa: F811
    server.answer = lambda address: "550 5.1.1 unknown"
    one(cast, cast.head_of_office)
    for _round in range(5):
        delivery.send_due(now=NOW)
    assert told() == ["head_of_office", "permanent_secretary"]


def test_a_new_address_begins_afresh_and_the_old_mark_counts_no_more(cast: Cast, server: Server) -> None:  # noqa: F811
    server.answer = lambda address: "550 5.1.1 unknown" if address.startswith("works@") else "250 OK"
    one(cast, cast.works, "1")
    delivery.send_due(now=NOW)
    User.objects.filter(pk=cast.works.pk).update(email="new@kps-sao.example")
    second = one(cast, cast.works, "2")
    delivery.send_due(now=NOW)
    assert state(second) == "sent"
    assert not bounces.marked().exists()


def test_other_capitals_are_the_same_address(cast: Cast) -> None:
    letter = one(cast, cast.works)
    assert bounces.refused(letter, 550, "5.1.1 unknown", NOW)
    User.objects.filter(pk=cast.works.pk).update(email=cast.works.email.upper())
    again = Letter.objects.select_related("recipient").get(pk=letter.pk)
    assert bounces.known([again]) == {cast.works.pk}


@pytest.mark.django_db(transaction=True)
def test_two_refusals_at_once_are_told_once(cast: Cast) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("runs on PostgreSQL only")
    some = [one(cast, cast.works, str(n)) for n in range(2)]
    together(*[lambda x=x: bounces.refused(x, 550, "5.1.1 unknown", NOW) for x in some])
    assert Bounce.objects.count() == 1
    assert told() == ["head_of_office"]


def test_the_look_for_known_addresses_is_one_statement(cast: Cast) -> None:
    some = list(Letter.objects.filter(pk__in=[x.pk for x in letters(cast, 9)]).select_related("recipient"))
    with CaptureQueriesContext(
        connection,
    ) as seen:
        bounces.known(some)
    assert len(seen) == 1


# --- the envelope


def test_the_envelope_names_the_letter_and_comes_back_in_any_case(cast: Cast) -> None:
    letter = one(cast, cast.works)
    address = bounces.envelope(letter)
    assert len(address.partition("@")[0]) <= 64
    assert bounces.letter_of(address) == bounces.letter_of(address.upper()) == letter.pk


def test_a_forged_or_altered_envelope_names_nothing(cast: Cast, settings: Any) -> None:
    first, second = bounces.envelope(one(cast, cast.works, "1")), bounces.envelope(one(cast, cast.works, "2"))
    name, rest = first.partition("@")[0], first.partition("@")[2]
    mixed = f"{name[:-16]}{second.partition('@')[0][-16:]}@{rest}"
    for address in (
        mixed,
        f"{name[:-1]}@{rest}",
        f"{name}x@{rest}",
        f"{name}@elsewhere.example",
        "bounces@office.go.th",
    ):
        assert bounces.letter_of(address) is None
    settings.SECRET_KEY = "another"
    assert bounces.letter_of(first) is None


def test_mails_leave_with_the_envelope_and_still_come_from_the_office(cast: Cast, server: Server) -> None:  # noqa: F811
    senders: list[str] = []

    async def mail(server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        senders.append(address)
        envelope.mail_from = address
        return "250 OK"

    server.handle_MAIL = mail  # type: ignore[method-assign]
    letter = one(cast, cast.works)
    delivery.send_due(now=NOW)
    assert senders == [bounces.envelope(letter)]
    assert "memoflow@localhost" in str(server.mails[0]["From"])


# --- the report later


def test_a_report_marks_the_address_and_the_letter_is_no_longer_said_to_be_sent(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = sent(cast, cast.works)
    assert command(monkeypatch, report(letter)) == (0, {"result": "marked", "letter": str(letter.pk)})
    assert state(letter) == "failed"
    assert Bounce.objects.get().address == cast.works.email
    assert told() == ["head_of_office"]
    command(monkeypatch, report(letter))
    assert told() == ["head_of_office"]


def test_a_report_that_only_warns_is_noted(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    letter = sent(cast, cast.works)
    code, said = command(monkeypatch, report(letter, "4.4.1", action="delayed", said="smtp; 451 later"))
    assert (code, said["result"]) == (0, "noted")
    assert state(letter) == "sent"
    assert not Bounce.objects.exists()


def test_a_full_mailbox_fails_the_letter_and_not_the_address(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    letter = sent(cast, cast.works)
    code, said = command(monkeypatch, report(letter, "5.2.2", said="smtp; 552 5.2.2 mailbox full"))
    assert (code, said["result"], state(letter)) == (0, "failed", "failed")
    assert not Bounce.objects.exists()


def test_what_a_mail_enclosed_fails_with_it(cast: Cast) -> None:
    outer, inner = sent(cast, cast.works, "outer"), sent(cast, cast.works, "inner")
    Letter.objects.filter(pk=inner.pk).update(digest=outer)
    assert bounces.take(bounces.read(report(outer)), now=NOW) == "marked"
    assert state(inner) == "failed"


def test_the_address_it_came_to_is_taken_from_the_server_too(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    letter = sent(cast, cast.works)
    raw = report(letter, to="postmaster@office.go.th").replace(letter.message_id.encode(), b"<other@example>")
    assert command(monkeypatch, raw)[0] == 65
    assert command(monkeypatch, raw, "--to", bounces.envelope(letter))[0] == 0


def test_by_the_message_id_alone_it_must_speak_of_the_recipient(cast: Cast) -> None:
    letter = sent(cast, cast.works)
    raw = report(letter, to="postmaster@office.go.th", recipient="mayor@kps-sao.example")
    with pytest.raises(bounces.Unreadable):
        bounces.take(bounces.read(raw), now=NOW)
    assert bounces.take(bounces.read(report(letter, to="postmaster@office.go.th")), now=NOW) == "marked"


def test_a_report_on_an_address_left_behind_does_not_mark_the_new_one(cast: Cast) -> None:
    letter = sent(cast, cast.works)
    User.objects.filter(pk=cast.works.pk).update(email="new@kps-sao.example")
    assert bounces.take(bounces.read(report(letter)), now=NOW) == "failed"
    assert not Bounce.objects.exists()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff\xfe" * 1000,
        b"hello",
        b"To: x\r\n\r\n" + b"a" * 3_000_000,
        b"Content-Type: multipart/report; boundary=b\r\n\r\n" + b"--b\r\n\r\n" * 50_000,
        b"Content-Type: message/rfc822\r\n\r\n" * 3000,
        b"To: =?x-nonsense?q?=FF?= <bounces+@office.go.th>\r\nContent-Type: multipart/report; boundary=\r\n\r\n",
        b"Content-Type: message/delivery-status\r\n\r\nStatus: 5.1.1\r\n\r\n",
    ],
    ids=["empty", "bytes", "text", "huge", "many parts", "nested", "charset", "bare"],
)
def test_hostile_mails_are_refused_soon_and_quietly(cast: Cast, monkeypatch: pytest.MonkeyPatch, raw: bytes) -> None:
    code, said = command(monkeypatch, raw)
    assert (code, said["result"]) == (65, "refused")
    assert not Bounce.objects.exists()


def test_a_report_without_a_status_or_with_junk_in_it_is_refused(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    letter = sent(cast, cast.works)
    for bad in ("", "five", "9.9", "๕.๑.๑"):
        assert command(monkeypatch, report(letter, bad))[0] == 65
    assert state(letter) == "sent"


def test_what_the_server_says_is_kept_as_plain_words(cast: Cast) -> None:
    letter = sent(cast, cast.works)
    bounces.take(bounces.read(report(letter, said="smtp; 550 5.1.1 <b>no\u202e such\x07 user " + "x" * 3000)), now=NOW)
    reason = Bounce.objects.get().reason
    assert len(reason) <= 500
    assert reason.isprintable()


def test_a_database_that_is_down_asks_the_server_to_try_later(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*args: Any, **more: Any) -> str:
        raise OperationalError

    letter = sent(cast, cast.works)
    monkeypatch.setattr(bounces, "take", down)
    assert command(monkeypatch, report(letter))[0] == 75


# --- the way back


def bounced(cast: Cast) -> Letter:
    letter = one(cast, cast.works)
    bounces.refused(letter, 550, "5.1.1 unknown", NOW)
    Letter.objects.filter(pk=letter.pk).update(failed_at=NOW, error="Barred()")
    return letter


def test_trying_again_frees_the_address_and_its_letters_go(cast: Cast, as_: Browse, server: Server) -> None:  # noqa: F811
    letter = bounced(cast)
    browser = as_(cast.head_of_office)
    page = reverse("address-free", args=[cast.works.pk])
    assert cast.works.email in browser.get(page).content.decode()
    assert Bounce.objects.exists()
    browser.post(page)
    assert not Bounce.objects.exists()
    delivery.send_due(now=NOW + timedelta(hours=1))
    assert state(letter) == "sent"
    again = browser.post(page)  # a second click, or somebody else's
    assert again.status_code == 302 and again.headers["Location"] == reverse("letters-failed")


def test_the_person_gets_another_address_and_what_failed_goes_there(cast: Cast, as_: Browse, server: Server) -> None:  # noqa: F811
    letter = bounced(cast)
    browser, page, old = as_(cast.head_of_office), reverse("address-free", args=[cast.works.pk]), cast.works.email
    EmailAddress.objects.create(user=cast.works, email=old, verified=True, primary=True)
    for wrong in ("", "nobody", cast.finance.email, f" {old.upper()} ", "a@b.example\r\nBcc: c@d.example"):
        answer = browser.post(page, {"email": wrong})
        assert answer.status_code == 422 and Bounce.objects.exists()
        assert User.objects.get(pk=cast.works.pk).email == old
    assert browser.post(page, {"email": " new@kps-sao.example "}).status_code == 302
    assert not Bounce.objects.exists() and User.objects.get(pk=cast.works.pk).email == "new@kps-sao.example"
    verbs = [one.verb for one in chain.history_of(cast.office)]
    assert not EmailAddress.objects.filter(user=cast.works).exists(), "no link to the old address any more"
    assert verbs[-2:] == ["address_changed", "mails_sent_again"]
    assert "new@kps-sao.example" not in str([one.data for one in chain.history_of(cast.office)])
    delivery.send_due(now=NOW + timedelta(hours=1))
    assert state(letter) == "sent" and "new@kps-sao.example" in server.to


def test_an_address_is_changed_by_who_looks_after_the_post_of_the_same_office(cast: Cast) -> None:
    bounced(cast)
    for who, refusal in ((cast.mayor, Refused), (cast.works, Refused), (cast.outsider, Bounce.DoesNotExist)):
        with pytest.raises(refusal):
            operations.readdress(cast.works.pk, "new@kps-sao.example", by=who, now=NOW)
    assert Bounce.objects.exists()


@pytest.mark.parametrize(
    ("who", "answer"),
    [("mayor", 403), ("works", 403), ("office_staff", 403), ("outsider", 404), ("permanent_secretary", 302)],
)
def test_who_may_free_an_address(cast: Cast, as_: Browse, who: str, answer: int) -> None:
    bounced(cast)
    assert as_(cast.people[who]).post(reverse("address-free", args=[cast.works.pk])).status_code == answer
    assert Bounce.objects.exists() == (answer != 302)


def test_what_is_sent_again_to_a_marked_address_is_left_out(cast: Cast) -> None:
    bounced(cast)
    assert operations.send_again(operations.failed_letters(operations.EVERYWHERE), by=None, now=at()) == 0
