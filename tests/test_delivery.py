"""The post office against a real mail server on the loopback: refusals, outages, two of it at once, sudden death."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from aiosmtpd.controller import Controller
from django.conf import settings as conf
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from memo_flow.models import Decision
from notifications import bundling, delivery, outbox
from notifications import mail as mail_channel
from notifications.marking import Marks
from notifications.models import Letter
from organization import doorbell
from tests.cast import Cast, at, fresh
from tests.engines import free_port

pytestmark = pytest.mark.django_db

NOW = at(hour=17)


class Server:
    """A mail server that keeps what it takes, and refuses, stalls or hangs up when told to."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.to: list[str] = []
        self.connections = 0
        self.answer: Callable[[str], str] = lambda address: "250 OK"  # to RCPT
        self.data: Callable[[Server, EmailMessage], str | None] = lambda server, mail: "250 OK"  # None: hang up
        self.mail = "250 OK"  # to MAIL FROM
        self.arrived = threading.Condition()
        self.controller: Controller | None = None
        self.port = free_port()

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.mail.startswith("250"):
            envelope.mail_from = address
        return self.mail

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        said = self.answer(address)
        if said.startswith("250"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        mail = message_from_bytes(envelope.content, policy=policy.default)
        said = self.data(self, mail)
        if said is None:
            server.transport.abort()
            return "421 gone"
        if said.startswith("250"):
            with self.arrived:
                self.mails.append(mail)
                self.to += envelope.rcpt_tos
                self.arrived.notify_all()
        return said

    def start(self) -> None:
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self.controller.start()

    def stop(self) -> None:
        if self.controller:
            self.controller.stop()
        self.controller = None

    @property
    def ids(self) -> Counter[str]:
        return Counter(str(mail["Message-ID"]) for mail in self.mails)


@pytest.fixture
def server(settings: Any) -> Iterator[Server]:
    one = Server()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", one.port, 5
    one.start()
    yield one
    one.stop()


def letters(cast: Cast, count: int) -> list[Letter]:
    """That many waiting letters, to people of the office in turn."""
    people = [u for u in cast.people.values() if u.organization_id == cast.office.pk]
    facts = {"subject": "ผลการประเมิน", "number": "นฐ 71201/1", "path": "/memos/", "organization": "อบต.", "by": "นายก"}
    drafts = [
        outbox.Draft(cast.office.pk, people[n % len(people)].pk, "memo_approved", "test", f"test:{n}", facts)
        for n in range(count)
    ]
    for n, draft in enumerate(drafts if count < 20 else []):
        outbox.post([draft], at=NOW + timedelta(seconds=n))
    outbox.post(drafts, at=NOW)
    return list(Letter.objects.order_by("at"))


def later() -> None:
    """The waits and leases have run out (only the machine's clock is moved)."""
    Letter.objects.filter(sent_at=None, failed_at=None).update(next_at=timezone.now())


def state(letter: Letter) -> str:
    letter = Letter.objects.get(pk=letter.pk)
    return "sent" if letter.sent_at else "failed" if letter.failed_at else "voided" if letter.voided_at else "waits"


# --- what leaves


def test_what_waits_leaves_in_text_and_html_with_its_own_lasting_id(cast: Cast, server: Server) -> None:
    cast.endorsed()
    waiting = list(Letter.objects.filter(voided_at=None))
    assert delivery.send_due(now=NOW) == len(waiting) == 3
    assert server.ids == {x.message_id: 1 for x in waiting}
    assert sorted(server.to) == sorted(x.recipient.email for x in waiting)
    for mail in server.mails:
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail.get_content_type() == "multipart/alternative"
        assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert set(Letter.objects.filter(pk__in=[x.pk for x in waiting]).values_list("sent_at", flat=True)) == {NOW}
    assert delivery.send_due(now=NOW) == 0


def test_more_than_one_batch_leaves_in_one_round(cast: Cast, server: Server) -> None:
    letters(cast, 25)
    assert delivery.send_due(now=NOW, limit=10) == 25
    assert len(server.ids) == 25


# --- one letter's trouble is its own


def test_a_recipient_whom_the_server_refuses_fails_alone(cast: Cast, server: Server) -> None:
    server.answer = lambda address: "550 no such user" if address.startswith("mayor@") else "250 OK"
    many = letters(cast, 9)
    assert delivery.send_due(now=NOW) == 8
    (bad,) = [x for x in many if state(x) == "failed"]
    bad.refresh_from_db()
    assert (bad.recipient, bad.attempts, bad.failed_at) == (cast.mayor, 1, NOW)
    assert "550" in bad.error
    later()
    assert delivery.send_due(now=NOW) == 1  # the head of office is told of the address
    assert delivery.send_due(now=NOW) == 0


def test_a_recipient_of_later_waits_longer_each_time_and_then_leaves(cast: Cast, server: Server) -> None:
    server.answer = lambda address: "451 greylisted" if address.startswith("mayor@") else "250 OK"
    letters(cast, 9)
    assert delivery.send_due(now=NOW) == 8
    waits = []
    for attempt in range(1, 5):
        letter = Letter.objects.get(sent_at=None)
        waits.append(round((letter.next_at - timezone.now()).total_seconds() / 30))
        assert letter.attempts == attempt
        assert delivery.send_due(now=NOW) == 0, "it is not tried before its time"
        later()
        delivery.send_due(now=NOW)
    assert waits == [1, 2, 4, 8]
    server.answer = lambda address: "250 OK"
    later()
    assert delivery.send_due(now=NOW) == 1
    assert len(server.ids) == 9


def test_after_the_last_attempt_a_letter_is_given_up(cast: Cast, server: Server) -> None:
    server.data = lambda server, mail: "451 try later"
    (letter,) = letters(cast, 1)
    for _ in range(delivery.ATTEMPTS + 2):
        delivery.send_due(now=NOW)
        later()
    letter.refresh_from_db()
    assert (letter.attempts, letter.failed_at, letter.sent_at) == (delivery.ATTEMPTS, NOW, None)
    assert "451" in letter.error


def test_no_wait_is_longer_than_an_hour(cast: Cast, server: Server) -> None:
    server.data = lambda server, mail: "451 try later"
    letters(cast, 1)
    for _ in range(delivery.ATTEMPTS - 1):
        later()
        delivery.send_due(now=NOW)
    assert Letter.objects.get().next_at - timezone.now() <= delivery.LONGEST_WAIT


def test_who_has_no_address_stops_nobody_else(cast: Cast, server: Server) -> None:
    cast.deputy.email = ""
    cast.deputy.save()
    many = letters(cast, 9)
    assert delivery.send_due(now=NOW) == 8
    assert Counter(map(state, many)) == {"sent": 8, "failed": 1}
    assert "no e-mail address" in Letter.objects.get(recipient=cast.deputy).error


@pytest.mark.parametrize("address", ["mayor@kps.example\nBcc: all@example.org", "นายก@อบต.ไทย", "no address", "a@"])
def test_an_address_that_cannot_be_written_stops_nobody_else(cast: Cast, server: Server, address: str) -> None:
    cast.mayor.email = address
    cast.mayor.save()
    many = letters(cast, 9)
    delivery.send_due(now=NOW)
    assert Counter(state(x) for x in many if x.recipient_id != cast.mayor.pk) == {"sent": 8}
    assert "all@example.org" not in server.to


def test_a_template_that_fails_stops_only_its_letter(cast: Cast, server: Server) -> None:
    letters(cast, 4)
    broken = outbox.Draft(cast.office.pk, cast.works.pk, "no_such_event", "test", "broken", {})
    outbox.post([broken], at=NOW - timedelta(hours=1))  # the first of the batch
    assert delivery.send_due(now=NOW) == 4
    letter = Letter.objects.get(key="broken")
    assert state(letter) == "failed" and "no_such_event" in letter.error


# --- the server's trouble burns no attempt


def test_while_the_server_is_down_letters_wait_and_leave_when_it_is_back(cast: Cast, server: Server) -> None:
    many = letters(cast, 9)
    server.stop()
    assert delivery.send_due(now=NOW) == 0
    assert {(x.attempts, x.lease, state(x)) for x in Letter.objects.all()} == {(0, None, "waits")}
    assert all(x.next_at > timezone.now() + timedelta(seconds=30) for x in Letter.objects.all())
    assert delivery.send_due(now=NOW) == 0
    server.start()
    later()
    assert delivery.send_due(now=NOW) == 9
    assert server.ids == {x.message_id: 1 for x in many}


def test_a_server_that_hangs_up_in_the_middle_loses_nothing(cast: Cast, server: Server) -> None:
    server.data = lambda server, mail: None if len(server.mails) == 4 else "250 OK"
    many = letters(cast, 9)
    assert delivery.send_due(now=NOW) == 4
    assert Counter(map(state, many)) == {"sent": 4, "waits": 5}
    waiting = Letter.objects.filter(sent_at=None)
    assert set(waiting.values_list("lease", flat=True)) == {None}
    assert sum(waiting.values_list("attempts", flat=True)) <= 1, "at most the one on the wire counts an attempt"
    server.data = lambda server, mail: "250 OK"
    later()
    assert delivery.send_due(now=NOW) == 5
    assert server.ids == {x.message_id: 1 for x in many}


def test_a_letter_on_which_the_server_always_hangs_up_does_not_hold_up_the_others(cast: Cast, server: Server) -> None:
    many = letters(cast, 9)
    poison = many[2].message_id
    server.data = lambda server, mail: None if mail["Message-ID"] == poison else "250 OK"
    for _ in range(delivery.ATTEMPTS + 2):
        delivery.send_due(now=NOW)
        later()
    assert len(server.ids) == 8


def test_a_server_that_does_not_accept_our_own_address_fails_no_letter(cast: Cast, server: Server) -> None:
    """A wrong sender or a missing login is the office's setting: every letter waits until it is put right."""
    server.mail = "530 authentication required"
    many = letters(cast, 9)
    assert delivery.send_due(now=NOW) == 0
    assert Counter(map(state, many)) == {"waits": 9}
    server.mail = "250 OK"
    later()
    assert delivery.send_due(now=NOW) == 9


def test_a_server_that_says_it_closes_makes_all_wait_and_loses_nothing(cast: Cast, server: Server) -> None:
    server.data = lambda server, mail: "421 closing" if len(server.mails) == 4 else "250 OK"
    many = letters(cast, 9)
    assert delivery.send_due(now=NOW) == 4
    assert Counter(map(state, many)) == {"sent": 4, "waits": 5}
    assert sorted(Letter.objects.filter(sent_at=None).values_list("attempts", flat=True)) == [0, 0, 0, 0, 1]
    server.data = lambda server, mail: "250 OK"
    later()
    assert delivery.send_due(now=NOW) == 5
    assert server.ids == {x.message_id: 1 for x in many}


# --- what is done while the server thinks


def test_a_letter_voided_while_a_slow_server_takes_others_does_not_go(cast: Cast, server: Server) -> None:
    many = letters(cast, 6)
    last = many[-1]

    def slow(server: Server, mail: EmailMessage) -> str:
        if not server.mails:
            time.sleep(2 * delivery.FRESH)
        return "250 OK"

    server.data = slow
    hand_over = mail_channel._hand_over

    def then_voided(*args: Any) -> None:
        hand_over(*args)
        Letter.objects.filter(pk=last.pk).update(voided_at=NOW)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mail_channel, "_hand_over", then_voided)
        assert delivery.send_due(now=NOW) == 5
    assert state(last) == "voided" and last.message_id not in server.ids


def test_the_address_a_letter_went_to_is_kept_with_the_moment(cast: Cast, server: Server) -> None:
    many = letters(cast, 3)
    delivery.send_due(now=NOW)
    for letter in many:
        before = letter.recipient.email
        type(letter.recipient).objects.filter(pk=letter.recipient_id).update(email="new@kps-sao.example")
        assert Letter.objects.get(pk=letter.pk).sent_to == before


def test_no_mark_overtakes_a_lease_that_was_taken_over(cast: Cast, server: Server) -> None:
    (letter,) = letters(cast, 1)
    bundling.settle(now=NOW)
    (slow,) = delivery.claim(10, now=NOW)
    Letter.objects.filter(pk=letter.pk).update(lease=uuid4())
    marks = Marks()
    marks.sent(slow, now=NOW)
    marks.settle()
    assert state(letter) == "waits"


@pytest.mark.postgres
def test_a_mark_that_the_database_refuses_is_heard_of(cast: Cast, server: Server) -> None:
    (letter,) = letters(cast, 1)
    bundling.settle(now=NOW)
    (mine,) = delivery.claim(10, now=NOW)
    mine.recipient.email = "x" * 300
    marks = Marks()
    with transaction.atomic(savepoint=True):
        marks.sent(mine, now=NOW)
        with pytest.raises(DatabaseError, match="too long"):
            marks.settle()
        transaction.set_rollback(True)
    assert state(letter) == "waits"


# --- two post offices, and the death of one


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_post_offices_at_once_send_each_letter_once(cast: Cast, server: Server) -> None:
    many = letters(cast, 60)
    ready = Barrier(2)

    def one(_: int) -> int:
        try:
            ready.wait(10)
            return delivery.send_due(now=NOW, limit=7)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        sent = list(pool.map(one, range(2)))
    assert sum(sent) == 60 and min(sent) > 0
    assert server.ids == {x.message_id: 1 for x in many}


def test_a_letter_that_another_post_office_holds_is_not_touched(cast: Cast, server: Server) -> None:
    letters(cast, 4)
    bundling.settle(now=NOW)
    assert len(delivery.claim(3, now=NOW)) == 3
    assert delivery.send_due(now=NOW) == 1


def test_a_lease_that_was_taken_over_sends_nothing(cast: Cast, server: Server) -> None:
    letters(cast, 1)
    bundling.settle(now=NOW)
    (slow,) = delivery.claim(10, now=NOW)
    later()
    (fast,) = delivery.claim(10, now=NOW)
    for letter in (slow, fast):
        delivery.compose(letter)
    assert not delivery.keep(slow)
    assert delivery.keep(fast)
    marks = Marks()
    marks.sent(slow, now=NOW)
    marks.settle()
    assert state(fast) == "waits"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_of_200_letters_loses_none_and_repeats_at_most_one(
    cast: Cast, server: Server
) -> None:
    many = letters(cast, 200)
    with _worker(server) as worker:
        with server.arrived:
            assert server.arrived.wait_for(lambda: len(server.mails) >= 60, 30), worker.poll()
        worker.send_signal(signal.SIGKILL)
        worker.wait(10)
    _quiet(server)
    taken, marked = len(server.mails), Letter.objects.exclude(sent_at=None).count()
    assert 60 <= taken < 200
    assert taken - marked in (0, 1)
    assert delivery.send_due(now=NOW) == 0, "the dead worker's lease still runs"
    later()
    assert delivery.send_due(now=NOW) == 200 - marked
    assert set(server.ids) == {x.message_id for x in many}
    assert len(server.mails) - 200 == taken - marked


def _worker(server: Server) -> subprocess.Popen[bytes]:
    """A post office in a process of its own, on this test's database."""
    database = connection.settings_dict
    where = f"{database['HOST']}:{database['PORT']}/{database['NAME']}"
    code = (
        "from datetime import datetime; from notifications import delivery; "
        f"delivery.send_due(now=datetime.fromisoformat({NOW.isoformat()!r}))"
    )
    return subprocess.Popen(
        [sys.executable, str(conf.BASE_DIR / "manage.py"), "shell", "-v", "0", "-c", code],
        env={
            **os.environ,
            "DATABASE_URL": f"postgres://{database['USER']}@{where}",
            "EMAIL_URL": f"smtp://127.0.0.1:{server.port}",
        },
    )


def _quiet(server: Server) -> None:
    """Until the mail that was on the wire has arrived."""
    seen = -1
    while seen != len(server.mails):
        seen = len(server.mails)
        time.sleep(0.1)


# --- the broker's trouble is nobody's


@pytest.fixture
def no_broker(settings: Any) -> Iterator[socket.socket]:
    """A port where nothing listens until the test says so."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        settings.MEMOFLOW_RING = True
        settings.REDIS_URL = f"redis://127.0.0.1:{held.getsockname()[1]}/0"
        doorbell._broker.cache_clear()
        yield held
    doorbell._broker.cache_clear()


@pytest.mark.parametrize("broker", ["down", "silent"])
@pytest.mark.django_db(transaction=True)
def test_a_decision_stands_at_once_while_the_broker_is_away(
    cast: Cast, server: Server, no_broker: socket.socket, settings: Any, broker: str, caplog: pytest.LogCaptureFixture
) -> None:
    settings.MEMOFLOW_RING = False
    memo = cast.endorsed()
    settings.MEMOFLOW_RING = True
    if broker == "silent":
        no_broker.listen()  # takes the connection and never says a word
    began = time.monotonic()
    cast.answer(memo, cast.mayor, "approve")
    assert time.monotonic() - began < 1.5
    assert fresh(memo).state == "approved"
    assert Decision.objects.filter(memo=memo, outcome="approve").exists()
    assert "could not be rung" in caplog.text
    waiting = Letter.objects.filter(sent_at=None, voided_at=None).count()
    assert waiting > 10
    assert delivery.send_due(now=NOW) == waiting, "the sweep finds what no bell announced"
