"""An office's hooks against a receiver on the loopback: signed, repeated, refused, redirected, slow, dead, private."""

import hashlib
import hmac
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit import chain
from memo_flow.models import MemoKind
from notifications import hooks, operations, outbox, tasks
from notifications.models import Call, Hook, Letter
from organization import outbound
from organization.models import User
from organization.refusals import NotNow, Refused
from tests.cast import Browse, Cast, at
from tests.engines import free_port
from tests.test_races import together

pytestmark = pytest.mark.django_db

NOW = at(hour=17)
PRIVATE = ["127.0.0.1", "10.0.0.7", "169.254.169.254", "::1", "fd00::1", "::ffff:10.0.0.7", "0.0.0.0"]


class Receiver:
    """A program of the office's: keeps what it is told, and answers as it is told to."""

    def __init__(self) -> None:
        self.told: list[tuple[dict[str, str], bytes]] = []
        self.answer: Callable[[], tuple[int, dict[str, str], bytes]] = lambda: (204, {}, b"")
        self.wait = 0.0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.told.append((dict(self.headers), body))
                time.sleep(outer.wait)
                status, headers, said = outer.answer()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}/พูด?a=1"

    @property
    def said(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _headers, body in self.told]

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    found = Receiver()
    settings.MEMOFLOW_HOOK_HOSTS = [f"localhost:{found.port}", "hooks.example.go.th", ".chat.example"]
    yield found
    found.stop()


def add(cast: Cast, url: str, *wanted: str, now: datetime = NOW) -> Hook:
    return hooks.add(url, wanted, by=cast.head_of_office, now=now)


def post(cast: Cast, count: int = 1, event: str = "memo_approved", about: str = "test", start: int = 0) -> list[Letter]:
    facts = {"subject": "ลับ", "number": "1", "path": "/memos/1/", "organization": "อบต.", "by": "นายก"}
    drafts = [
        outbox.Draft(cast.office.pk, cast.works.pk, event, about, f"{event}:{n}", facts)
        for n in range(start, start + count)
    ]
    return list(Letter.objects.filter(pk__in=outbox.post(drafts, at=NOW)).order_by("pk"))


def later() -> None:
    """The waits and leases have run out (only the machine's clock is moved)."""
    Call.objects.filter(sent_at=None, failed_at=None).update(next_at=timezone.now())


# --- what is told


def test_a_letter_is_told_and_signed(cast: Cast, receiver: Receiver) -> None:
    hook = add(cast, receiver.url)
    (letter,) = post(cast)
    assert hooks.call_due(now=NOW) == 1
    ((headers, body),) = receiver.told
    moment, said = (part.partition("=")[2] for part in headers["MemoFlow-Signature"].split(","))
    expected = hmac.new(hooks.secret_of(hook).encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    assert hmac.compare_digest(said, expected)
    assert abs(int(moment) - time.time()) < 60
    assert headers["MemoFlow-Id"] == str(letter.pk)
    assert json.loads(body) == {
        "id": str(letter.pk),
        "event": "memo_approved",
        "nature": "decision",
        "about": "test",
        "organization": "kps-sao",
        "at": "2021-09-14T10:00:00+00:00",
        "recipient": {"username": "works", "position": "ผู้อำนวยการกองช่าง"},
        "subject": None,
        "url": "http://localhost:8000/memos/1/",
    }
    call = Call.objects.get()
    assert (call.sent_at, call.attempts, call.error) == (NOW, 1, "")
    assert hooks.call_due(now=NOW) == 0
    assert len(receiver.told) == 1


def test_the_deciding_act_gains_no_statement(cast: Cast, receiver: Receiver) -> None:
    with CaptureQueriesContext(connection) as without:
        post(cast, start=0)
    add(cast, receiver.url)
    with CaptureQueriesContext(connection) as beside:
        post(cast, start=1)
    assert len(without) == len(beside)
    assert not Call.objects.exists()


def test_a_memos_subject_is_told_and_a_secret_ones_never(cast: Cast, receiver: Receiver) -> None:
    add(cast, receiver.url, now=at(hour=8))
    memo = cast.endorsed()
    hooks.call_due(now=NOW)
    assert {one["subject"] for one in receiver.said} == {memo.subject}
    assert {one["about"].partition(":")[0] for one in receiver.said} >= {"memo", "step"}
    receiver.told.clear()
    MemoKind.objects.filter(pk=memo.kind_id).update(secret=True)
    Call.objects.all().delete()
    hooks.call_due(now=NOW)
    assert {one["subject"] for one in receiver.said} == {None}
    assert all(memo.subject not in body.decode() for _headers, body in receiver.told)


def test_tasks_are_told_with_the_subject_of_their_memo(cast: Cast, receiver: Receiver) -> None:
    task = cast.task()
    add(cast, receiver.url)
    post(cast, about=f"task:{task.pk}", event="task_accepted")
    hooks.call_due(now=NOW)
    subject = task.measure.row.memo.subject
    assert {one["subject"] for one in receiver.said if one["about"].startswith("task:")} == {subject}


def test_a_hook_hears_only_what_it_wants_of_its_own_office_and_from_then_on(cast: Cast, receiver: Receiver) -> None:
    early = post(cast, event="memo_rejected")
    Letter.objects.filter(pk=early[0].pk).update(at=NOW - timedelta(hours=1))
    add(cast, receiver.url, "memo_approved")
    wanted = post(cast, 2)
    post(cast, event="memo_returned")
    post(cast, event="digest")
    other = outbox.Draft(cast.outsider.organization_id, cast.outsider.pk, "memo_approved", "test", "other", {})
    outbox.post([other], at=NOW)
    hooks.call_due(now=NOW)
    assert {one["id"] for one in receiver.said} == {str(one.pk) for one in wanted}


def test_what_was_voided_before_it_was_told_is_not_told(cast: Cast, receiver: Receiver) -> None:
    add(cast, receiver.url)
    first, second = post(cast, 2)
    Letter.objects.filter(pk=first.pk).update(voided_at=NOW)
    hooks.write_calls(now=NOW)
    Letter.objects.filter(pk=second.pk).update(voided_at=NOW)
    hooks.call_due(now=NOW)
    assert receiver.told == []
    assert not Call.objects.exists()


def test_the_statements_do_not_grow_with_the_letters(cast: Cast, receiver: Receiver) -> None:
    add(cast, receiver.url)

    whole = Letter.objects.select_related("organization", "recipient")

    def written(count: int, start: int) -> int:
        letters = post(cast, count, start=start)
        with CaptureQueriesContext(connection) as seen:
            hooks.write_calls(now=NOW)
        with CaptureQueriesContext(connection) as told:
            hooks.payloads(whole.filter(pk__in=[x.pk for x in letters]), NOW)
        return len(seen) + len(told)

    assert written(2, 0) == written(20, 2)
    assert Call.objects.count() == 22


def test_a_letter_of_an_act_that_committed_late_is_told_all_the_same(cast: Cast, receiver: Receiver) -> None:
    hook = add(cast, receiver.url)
    hooks.call_due(now=NOW + timedelta(days=3))
    late = post(cast)
    hooks.call_due(now=NOW + timedelta(days=3))
    assert [one["id"] for one in receiver.said] == [str(late[0].pk)]
    hooks.call_due(now=NOW + timedelta(days=30))
    hook.refresh_from_db()
    assert hook.since == NOW + timedelta(days=23)


# --- what it answers


@pytest.mark.parametrize("status", [429, 500, 503, 408])
def test_trouble_of_the_far_side_is_tried_again_longer_each_time(cast: Cast, receiver: Receiver, status: int) -> None:
    add(cast, receiver.url)
    post(cast)
    receiver.answer = lambda: (status, {}, b"x" * 100_000)
    waits = []
    for attempt in range(1, 12):
        hooks.call_due(now=NOW)
        call = Call.objects.get()
        assert (call.attempts, call.failed_at) == (attempt, None)
        waits.append(round((call.next_at - timezone.now()).total_seconds(), -1))
        later()
    assert waits[:4] == [30, 60, 120, 240]
    assert max(waits) == 3600
    hooks.call_due(now=NOW)
    call = Call.objects.get()
    assert (call.attempts, call.failed_at, call.error) == (12, NOW, f"it answered {status}")
    later()
    hooks.call_due(now=NOW)
    assert len(receiver.told) == 12
    assert len({headers["MemoFlow-Id"] for headers, _body in receiver.told}) == 1
    receiver.answer = lambda: (200, {}, b"")
    assert operations.call_again(operations.failed_calls(operations.EVERYWHERE), by=None, now=at()) == 1
    assert hooks.call_due(now=NOW) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_a_plain_no_ends_the_call_alone(cast: Cast, receiver: Receiver, status: int) -> None:
    add(cast, receiver.url)
    post(cast, 2)
    answers = iter([status, 200])
    receiver.answer = lambda: (next(answers), {}, b"")
    assert hooks.call_due(now=NOW) == 1
    assert Call.objects.filter(failed_at=NOW).count() == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(cast: Cast, receiver: Receiver, status: int) -> None:
    other = Receiver()
    receiver.answer = lambda: (status, {"Location": f"http://localhost:{other.port}/"}, b"")
    add(cast, receiver.url)
    post(cast)
    assert hooks.call_due(now=NOW) == 0
    assert other.told == []
    assert Call.objects.get().error == f"it answered {status}"
    other.stop()


def test_gone_ends_the_hook_and_what_waits_for_it(cast: Cast, receiver: Receiver) -> None:
    hook = add(cast, receiver.url)
    post(cast, 3)
    receiver.answer = lambda: (410, {}, b"")
    hooks.call_due(now=NOW)
    hook.refresh_from_db()
    assert hook.ended_at == NOW
    assert len(receiver.told) == 1
    assert [one.verb for one in chain.history_of(hook)] == ["added", "gone"]
    post(cast, 1, start=3)
    later()
    hooks.call_due(now=NOW)
    assert len(receiver.told) == 1


def test_a_slow_receiver_is_cut_off_and_keeps_no_other(
    cast: Cast, receiver: Receiver, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Receiver()
    settings.MEMOFLOW_HOOK_HOSTS = [*settings.MEMOFLOW_HOOK_HOSTS, f"localhost:{other.port}"]
    monkeypatch.setattr(hooks, "SECONDS", 0.5)
    receiver.wait = 1.5
    add(cast, receiver.url)
    add(cast, other.url)
    post(cast, 5)
    begun = time.monotonic()
    assert hooks.call_due(now=NOW) == 5
    assert time.monotonic() - begun < 3
    assert len(other.told) == 5
    slow = Call.objects.filter(sent_at=None)
    assert set(slow.values_list("attempts", "error", "lease")) == {(1, "it does not answer in time", None)}
    other.stop()


def test_a_receiver_that_drips_is_cut_off(cast: Cast, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hooks, "SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as drip:
        port = drip.getsockname()[1]
        settings.MEMOFLOW_HOOK_HOSTS = [f"localhost:{port}"]

        def work() -> None:
            wire, _from = drip.accept()
            with wire, suppress(OSError):
                for _n in range(40):
                    wire.sendall(b"H")
                    time.sleep(0.1)

        threading.Thread(target=work, daemon=True).start()
        add(cast, f"http://localhost:{port}/")
        post(cast)
        begun = time.monotonic()
        hooks.call_due(now=NOW)
        assert time.monotonic() - begun < 2
    assert Call.objects.get().error == "it does not answer in time"


def test_one_try_speaks_for_all_calls_of_a_dead_receiver(cast: Cast, settings: Any) -> None:
    port = free_port()
    settings.MEMOFLOW_HOOK_HOSTS = [f"localhost:{port}"]
    add(cast, f"http://localhost:{port}/")
    post(cast, 30)
    assert hooks.call_due(now=NOW, limit=20) == 0
    assert sorted(Call.objects.values_list("attempts", flat=True)) == [0] * 10 + [1] * 20
    assert Call.objects.filter(next_at__gt=timezone.now()).count() == 30
    for _round in range(12):
        later()
        hooks.call_due(now=NOW)
    assert Call.objects.filter(failed_at=NOW).count() == 30


def test_a_long_answer_is_not_read(cast: Cast, receiver: Receiver) -> None:
    add(cast, receiver.url)
    post(cast)
    receiver.answer = lambda: (200, {}, b"x" * 5_000_000)
    assert hooks.call_due(now=NOW) == 1


# --- where it may go


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example.go.th/a",
        "https://HOOKS.example.go.th/a",
        "https://line.chat.example/a",
        "https://a.b.chat.example:443/a",
    ],
)
def test_listed_hosts_are_taken(cast: Cast, receiver: Receiver, url: str) -> None:
    assert add(cast, url).url == url


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.go.th/a",
        "https://hooks.example.go.th:8443/a",
        "https://evil.example/a",
        "https://hooks.example.go.th.evil.example/",
        "https://evilchat.example/",
        "https://chat.example/",
        "https://user:word@hooks.example.go.th/",
        "https://hooks.example.go.th@evil.example/",
        "https://localhost/",
        "http://localhost:1/",
        "http://127.0.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://2130706433/",
        "ftp://hooks.example.go.th/",
        "javascript:alert(1)",
        "https://hooks.example.go.th/a b",
        "https://hooks.example.go.th/\u202e",
        "https://hooks.example.go.th\\@evil.example/",
        "https://",
        "",
        "https://hooks.example.go.th/" + "a" * 500,
        "https://hooks.example.go.th:99999/",
    ],
)
def test_other_addresses_are_refused_in_a_sentence(cast: Cast, receiver: Receiver, url: str) -> None:
    with pytest.raises(ValidationError) as refused:
        add(cast, url)
    assert refused.value.messages[0]
    assert not Hook.objects.exists()


def test_without_a_list_nothing_is_called(cast: Cast, settings: Any) -> None:
    settings.MEMOFLOW_HOOK_HOSTS = []
    with pytest.raises(ValidationError):
        add(cast, "https://hooks.example.go.th/a")


@pytest.mark.parametrize("ip", PRIVATE)
def test_a_listed_name_that_leads_into_a_private_network_is_not_called(
    cast: Cast, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, ip: str
) -> None:
    add(cast, "https://hooks.example.go.th/a")
    post(cast)
    gone: list[Any] = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: [(2, 1, 6, "", (ip, 443))])
    monkeypatch.setattr(socket, "create_connection", lambda *a, **k: gone.append(a))
    hooks.call_due(now=NOW)
    assert gone == []
    assert Call.objects.get().error == "the host is in a private network"


def test_the_connection_goes_to_the_very_address_that_was_checked(
    cast: Cast, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that answers differently the second time leads nowhere else."""
    add(cast, "https://hooks.example.go.th/a")
    post(cast, 2)
    answers = iter(["93.184.216.34", "127.0.0.1", "127.0.0.1"])
    gone: list[str] = []

    def connect(place: tuple[str, int], **more: Any) -> socket.socket:
        gone.append(place[0])
        raise OSError("unreachable")

    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: [(2, 1, 6, "", (next(answers), 443))])
    monkeypatch.setattr(socket, "create_connection", connect)
    hooks.call_due(now=NOW)
    assert gone == ["93.184.216.34"]


def test_a_host_that_was_taken_off_the_list_is_called_no_more(cast: Cast, receiver: Receiver, settings: Any) -> None:
    add(cast, receiver.url)
    post(cast)
    settings.MEMOFLOW_HOOK_HOSTS = []
    hooks.call_due(now=NOW)
    assert receiver.told == []
    assert Call.objects.get().error == "the host is not allowed"


def test_a_name_nobody_knows_waits(cast: Cast, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    add(cast, "https://hooks.example.go.th/a")
    post(cast)

    def lookup(*a: Any, **k: Any) -> Any:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    hooks.call_due(now=NOW)
    call = Call.objects.get()
    assert (call.attempts, call.failed_at, call.error) == (1, None, "there is no server of this name")


# --- leases and races


def test_a_lease_is_not_taken_twice_and_a_lost_one_marks_nothing(cast: Cast, receiver: Receiver) -> None:
    add(cast, receiver.url)
    post(cast, 3)
    hooks.write_calls(now=NOW)
    calls = hooks.claim(10)
    assert len(calls) == 3
    assert hooks.claim(10) == []
    later()
    hooks.claim(10)
    assert hooks._mine(calls).update(sent_at=NOW) == 0


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_tell_each_letter_once(cast: Cast, receiver: Receiver) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("runs on PostgreSQL only")
    add(cast, receiver.url)
    post(cast, 40)
    together(*[lambda: hooks.call_due(now=NOW, limit=7)] * 3)
    ids = [one["id"] for one in receiver.said]
    assert len(ids) == len(set(ids)) == 40
    assert Call.objects.filter(sent_at=NOW).count() == 40


def test_the_task_calls_them(cast: Cast, receiver: Receiver) -> None:
    cast.clock(NOW)
    add(cast, receiver.url)
    post(cast)
    tasks.call_hooks()
    assert len(receiver.told) == 1


def test_without_hooks_it_is_one_statement(cast: Cast) -> None:
    post(cast)
    with CaptureQueriesContext(connection) as seen:
        hooks.call_due(now=NOW)
    assert len(seen) == 1


# --- the office's acts and pages


def test_a_new_secret_is_another_and_signs_from_then_on(cast: Cast, receiver: Receiver) -> None:
    hook = add(cast, receiver.url)
    before = hooks.secret_of(hook)
    renewed = hooks.renew(hook.pk, by=cast.permanent_secretary, now=NOW)
    assert hooks.secret_of(renewed) != before
    assert [one.verb for one in chain.history_of(hook)] == ["added", "renewed"]
    assert list(chain.verify()) == []


def test_an_ended_hook_is_not_called_tested_or_renewed(cast: Cast, receiver: Receiver) -> None:
    hook = add(cast, receiver.url)
    post(cast)
    hooks.write_calls(now=NOW)
    hooks.end(hook.pk, by=cast.head_of_office, now=NOW)
    hooks.call_due(now=NOW)
    assert receiver.told == []
    for act in (hooks.renew, hooks.end, hooks.try_out):
        with pytest.raises(NotNow):
            act(hook.pk, by=cast.head_of_office, now=NOW)


def test_the_same_address_twice_and_too_many_are_refused(cast: Cast, receiver: Receiver) -> None:
    add(cast, receiver.url)
    with pytest.raises(ValidationError):
        add(cast, receiver.url)
    for n in range(hooks.MOST - 1):
        add(cast, f"https://hooks.example.go.th/{n}")
    with pytest.raises(ValidationError):
        add(cast, "https://hooks.example.go.th/more")


@pytest.mark.parametrize("who", ["mayor", "deputy", "works", "office_staff"])
def test_others_of_the_office_are_refused_everything(cast: Cast, as_: Browse, receiver: Receiver, who: str) -> None:
    hook = add(cast, receiver.url)
    browser = as_(cast.people[who])
    for name in ("hooks", "letters-failed", "post-office"):
        assert browser.get(reverse(name)).status_code == 403
    assert browser.get(reverse("hook", args=[hook.pk])).status_code == 403
    for name in ("hook-test", "hook-secret", "hook-end"):
        assert browser.post(reverse(name, args=[hook.pk])).status_code == 403
    assert browser.post(reverse("hooks"), {"url": "https://hooks.example.go.th/b"}).status_code == 403
    with pytest.raises(Refused):
        hooks.end(hook.pk, by=cast.people[who], now=NOW)
    assert Hook.objects.get().ended_at is None


def test_another_offices_hook_is_not_there(cast: Cast, as_: Browse, receiver: Receiver) -> None:
    hook = add(cast, receiver.url)
    browser = as_(cast.outsider)
    assert browser.get(reverse("hook", args=[hook.pk])).status_code == 404
    for name in ("hook-test", "hook-secret", "hook-end"):
        assert browser.post(reverse(name, args=[hook.pk])).status_code == 404
    assert receiver.url not in browser.get(reverse("hooks")).content.decode()
    with pytest.raises(Hook.DoesNotExist):
        hooks.renew(hook.pk, by=cast.outsider, now=NOW)


def test_an_administrator_of_the_office_may_and_one_of_all_offices_sees_them_all(
    cast: Cast, as_: Browse, receiver: Receiver
) -> None:
    hook = add(cast, receiver.url)
    User.objects.filter(pk=cast.office_staff.pk).update(is_staff=True)
    browser = as_(User.objects.get(pk=cast.office_staff.pk))
    assert browser.get(reverse("hook", args=[hook.pk])).status_code == 200
    whole = User.objects.create(username="root", name_th="root", is_superuser=True, is_staff=True)
    browser.force_login(whole)
    assert receiver.url in browser.get(reverse("hooks")).content.decode()
    assert browser.post(reverse("hooks"), {"url": "https://hooks.example.go.th/b"}).status_code == 403


def test_a_hook_is_added_tried_renewed_and_ended_on_its_pages(cast: Cast, as_: Browse, receiver: Receiver) -> None:
    browser = as_(cast.head_of_office)
    browser.post(reverse("hooks"), {"url": receiver.url, "wanted": ["memo_approved"]})
    hook = Hook.objects.get()
    assert (hook.events, hook.by) == (["memo_approved"], cast.head_of_office)
    page = reverse("hook", args=[hook.pk])
    assert hooks.secret_of(hook) in browser.get(page).content.decode()
    browser.post(reverse("hook-test", args=[hook.pk]))
    assert receiver.said[0]["event"] == "test"
    receiver.answer = lambda: (500, {}, b"")
    assert "500" in browser.post(reverse("hook-test", args=[hook.pk]), follow=True).content.decode()
    assert browser.get(reverse("hook-secret", args=[hook.pk])).status_code == 200
    hook.refresh_from_db()
    assert hook.generation == 1
    browser.post(reverse("hook-secret", args=[hook.pk]))
    browser.get(reverse("hook-end", args=[hook.pk]))
    hook.refresh_from_db()
    assert (hook.generation, hook.ended_at) == (2, None)
    browser.post(reverse("hook-end", args=[hook.pk]))
    hook.refresh_from_db()
    assert hook.ended_at
    assert browser.post(reverse("hook-end", args=[hook.pk])).status_code == 409
    assert hooks.secret_of(hook) not in browser.get(page).content.decode()


def test_a_refused_address_comes_back_in_the_form(cast: Cast, as_: Browse, receiver: Receiver) -> None:
    wrong = {"url": "https://evil.example/<b>", "wanted": ["memo_approved"]}
    answer = as_(cast.head_of_office).post(reverse("hooks"), wrong)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "https://evil.example/&lt;b&gt;" in page
    assert 'value="memo_approved"' in page
    assert "MEMOFLOW_HOOK_HOSTS" in page
    assert not Hook.objects.exists()


def test_the_hooks_page_keeps_its_statements(cast: Cast, as_: Browse, receiver: Receiver) -> None:
    browser = as_(cast.head_of_office)
    hook = add(cast, "https://hooks.example.go.th/0")

    def counted(url: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert browser.get(url).status_code == 200
        return len(seen)

    post(cast, 2)
    hooks.write_calls(now=NOW)
    page = reverse("hook", args=[hook.pk])
    few = counted(reverse("hooks")), counted(page)
    for n in range(1, 8):
        add(cast, f"https://hooks.example.go.th/{n}")
    post(cast, 15, start=2)
    hooks.write_calls(now=NOW)
    assert (counted(reverse("hooks")), counted(page)) == few


def test_the_rule_of_public_addresses_is_one_for_links_and_hooks() -> None:
    from files import links

    assert links.outbound is outbound is hooks.outbound
