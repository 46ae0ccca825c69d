"""Links: public addresses only, looked at by a worker that is led nowhere else, and what it found is shown."""

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.core.exceptions import ValidationError
from django.db import connections
from django.utils import translation

import config.settings
from files import addresses, links, shelf, tasks
from files.links import look
from files.models import Attachment, LinkState
from organization import outbound, seats
from tests.cast import DAY, Cast, at
from tests.test_races import together

PUBLIC = "93.184.216.34"


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


# --- what may be attached ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "https://www.example.go.th/รายงาน?ปี=๒๕๖๔#ข้อ-1",
        "http://example.com",
        "https://drive.google.com/file/d/1a_B-c/view?usp=sharing",
        "HTTPS://EXAMPLE.COM:8443/a",
        "https://อบต.ไทย/งาน",
        "https://93.184.216.34/a",
        "https://[2606:4700:4700::1111]/",
        "https://a.b.c.example.co.th./",
        "https://example.com/" + "a" * 1980,
    ],
)
def test_an_address_of_the_internet_is_taken_as_it_was_typed(url: str) -> None:
    assert addresses.clean(f"  {url}\n") == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "ftp://example.com/a",
        "//example.com/",
        "example.com",
        "https:///a",
        "https://",
        "https://?a",
        "http:example.com",
        "https://user@example.com/",
        "https://user:secret@example.com/",
        "https://example.com\\@127.0.0.1/",
        "https://example.com/a\\b",
        "https://example.com/a b",
        "https://example.com/a\tb",
        "https://exam\nple.com/",
        "https://example.com/\0",
        "https://example.com/\u202egnp.exe",
        "https://example.com:99999/",
        "https://example.com:a/",
        "https://[::1/",
        "https://[fe80::1%25eth0]/",
        "https://exa%6dple.com/",
        "https://-example.com/",
        "https://example..com/",
        "https://intranet/",
        "https://example.com/" + "a" * 1981,
        "https://" + "ก" * 300 + ".com/",
    ],
)
def test_what_is_no_address_of_the_internet_is_refused(url: str) -> None:
    with pytest.raises(ValidationError) as refused:
        addresses.clean(url)
    assert refused.value.code == "link"


PRIVATE = [
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "017700000001",
    "0177.0.0.1",
    "127.0.0.1.",
    "１２７.0.0.1",
    "①②⑦.0.0.1",
    "0",
    "0.0.0.0",
    "10.0.0.8",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.100.100.200",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:a00:1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "[fe80::1]",
    "[fec0::1]",
    "[feff::1]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[ff02::1]",
    "[::127.0.0.1]",
    "localhost",
    "LOCALHOST.",
    "a.localhost",
    "printer.local",
    "metadata.google.internal",
    "nas.lan",
]


@pytest.mark.parametrize("host", PRIVATE)
def test_a_private_address_is_refused_however_it_is_written(host: str) -> None:
    for url in (f"http://{host}/", f"https://{host}:8080/a"):
        with pytest.raises(ValidationError) as refused:
            addresses.clean(url)
        assert refused.value.code == "private"


@pytest.mark.parametrize(
    "ip", [PUBLIC, f"::ffff:{PUBLIC}", "64:ff9b::5db8:d822", "2002:5db8:d822::", "2606:4700::1111"]
)
def test_a_public_address_inside_another_is_public(ip: str) -> None:
    """So a server that knows IPv6 only reaches the others."""
    assert outbound.is_open(ipaddress.ip_address(ip))


# --- a look ------------------------------------------------------------------------------------------------------


class Server:
    """A server of this machine; `answer` is (status, headers) or something that writes by itself."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.answer: Any = (200, {})
        self.asked: list[tuple[str, str, str]] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def _reply(self) -> None:
                server.asked.append((self.command, self.headers["Host"], self.path))
                answer = server.answer(self) if callable(server.answer) else server.answer
                if answer:
                    self.send_response(answer[0])
                    for name, value in answer[1].items():
                        self.send_header(name, value)
                    self.end_headers()

            do_HEAD = do_GET = _reply

            def log_message(self, *_arguments: Any) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if context:
            self.http.socket = context.wrap_socket(self.http.socket, server_side=True)
        self.port = self.http.server_address[1]
        threading.Thread(target=self.http.serve_forever, args=[0.02], daemon=True).start()

    def stop(self) -> None:
        self.http.shutdown()
        self.http.server_close()


@pytest.fixture
def open_house(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Callable[[int], None]:
    """Names of `.example` are this machine's, and this machine's address is as good as public: in this test only."""
    real_lookup, real_rule = socket.getaddrinfo, outbound.is_open

    def lookup(host: str, port: int, *rest: Any, **more: Any) -> Any:
        if host.endswith(".example"):
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
        return real_lookup(host, port, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    monkeypatch.setattr(outbound, "is_open", lambda ip: str(ip) == "127.0.0.1" or real_rule(ip))

    def at_port(port: int) -> None:
        settings.MEMOFLOW_LINK_PORTS = [*settings.MEMOFLOW_LINK_PORTS, port]

    return at_port


@pytest.fixture
def server(open_house: Callable[[int], None]) -> Iterator[Server]:
    one = Server()
    open_house(one.port)
    yield one
    one.stop()


def address(server: Server, path: str = "/a", host: str = "www.example", scheme: str = "http") -> str:
    return f"{scheme}://{host}:{server.port}{path}"


def test_a_page_that_answers_works_and_is_only_asked_for_its_head(server: Server) -> None:
    assert look(address(server, "/งาน?q=ก")) == links.Look(LinkState.ALIVE)
    assert server.asked == [("HEAD", f"www.example:{server.port}", "/%E0%B8%87%E0%B8%B2%E0%B8%99?q=%E0%B8%81")]


@pytest.mark.parametrize(
    "status, state, problem",
    [
        (204, LinkState.ALIVE, ""),
        (304, LinkState.ALIVE, ""),
        (401, LinkState.ALIVE, links.GUARDED),
        (403, LinkState.ALIVE, links.GUARDED),
        (429, LinkState.ALIVE, links.GUARDED),
        (404, LinkState.DEAD, links.GONE),
        (410, LinkState.DEAD, links.GONE),
        (418, LinkState.DEAD, links.DECLINED),
        (500, LinkState.DEAD, links.TROUBLED),
        (503, LinkState.DEAD, links.TROUBLED),
    ],
)
def test_what_a_server_answers_is_understood(server: Server, status: int, state: LinkState, problem: str) -> None:
    server.answer = (status, {})
    assert look(address(server)) == links.Look(state, problem)


def test_a_server_that_does_not_like_heads_is_asked_again(server: Server) -> None:
    server.answer = lambda handler: (200 if handler.command == "GET" else 405, {})
    assert look(address(server)).state == LinkState.ALIVE
    assert [method for method, *_rest in server.asked] == ["HEAD", "GET"]


def test_a_server_that_pours_is_not_drunk(server: Server) -> None:
    poured = 0

    def pour(handler: BaseHTTPRequestHandler) -> tuple[int, dict[str, str]] | None:
        nonlocal poured
        if handler.command == "HEAD":
            return 405, {}
        handler.send_response(200)
        handler.end_headers()
        try:
            for _piece in range(10_000):
                handler.wfile.write(b"x" * 65_536)
                poured += 65_536
        except OSError:
            pass
        return None

    server.answer = pour
    assert look(address(server)).state == LinkState.ALIVE
    assert poured < 50_000_000


def test_a_server_that_keeps_silent_is_dead_soon(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "SECONDS", 0.2)
    server.answer = lambda handler: time.sleep(1)
    started = time.monotonic()
    assert look(address(server)) == links.Look(LinkState.DEAD, links.SILENT)
    assert time.monotonic() - started < 0.9


def test_a_server_that_drips_is_dead_soon(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte comes in time, all of them never do."""
    monkeypatch.setattr(links, "SECONDS_IN_ALL", 0.6)

    def drip(handler: BaseHTTPRequestHandler) -> None:
        try:
            for letter in b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 1000:
                handler.wfile.write(bytes([letter]))
                time.sleep(0.05)
        except OSError:
            pass

    server.answer = drip
    started = time.monotonic()
    assert look(address(server)) == links.Look(LinkState.DEAD, links.SILENT)
    assert time.monotonic() - started < 1.5


@pytest.mark.parametrize(
    "said", [b"nonsense\r\n\r\n", b"", b"HTTP/1.1 abc\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 500]
)
def test_a_server_that_talks_nonsense_is_dead(server: Server, said: bytes) -> None:
    server.answer = lambda handler: handler.wfile.write(said) and None
    assert look(address(server)).state == LinkState.DEAD


def test_nobody_there_is_dead(open_house: Callable[[int], None]) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        open_house(port)
        assert look(f"http://www.example:{port}/") == links.Look(LinkState.DEAD, links.CLOSED)


def test_a_name_that_nobody_has_is_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_arguments: Any, **_more: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert look("https://www.gone.example/") == links.Look(LinkState.DEAD, links.NO_HOST)


# --- redirects ---------------------------------------------------------------------------------------------------


def test_redirects_are_followed(server: Server) -> None:
    server.answer = lambda handler: (200, {}) if handler.path == "/c" else (302, {"Location": "c"})
    assert look(address(server)).state == LinkState.ALIVE
    assert [path for *_rest, path in server.asked] == ["/a", "/c"]


def test_redirects_without_an_end_are_dead(server: Server) -> None:
    server.answer = (301, {"Location": "/again"})
    assert look(address(server)) == links.Look(LinkState.DEAD, links.ROUND)
    assert len(server.asked) == links.REDIRECTS + 1


@pytest.mark.parametrize(
    "target, problem",
    [
        ("http://10.0.0.8/", links.PRIVATE),
        ("http://169.254.169.254/latest/meta-data/", links.PRIVATE),
        ("http://2852039166/", links.PRIVATE),
        ("http://[::1]/", links.PRIVATE),
        ("http://[::ffff:10.0.0.1]/", links.PRIVATE),
        ("//192.168.0.1/", links.PRIVATE),
        ("http://localhost/", links.PRIVATE),
        ("file:///etc/passwd", links.NO_ADDRESS),
        ("ftp://www.example/", links.NO_ADDRESS),
        ("javascript:alert(1)", links.NO_ADDRESS),
        ("http://www.example:22/", links.PORT),
        ("http://www.example:6379/", links.PORT),
        ("http://user@10.0.0.1/", links.PRIVATE),
        ("http://[bad/", links.NO_ADDRESS),
    ],
)
def test_a_redirect_to_a_place_that_is_not_looked_at_is_refused(
    server: Server, monkeypatch: pytest.MonkeyPatch, target: str, problem: str
) -> None:
    lookup, rule = socket.getaddrinfo, outbound.is_open

    def resolved(host: str, *rest: Any, **more: Any) -> Any:
        return lookup("127.0.0.2" if host == "localhost" else host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    server.answer = (302, {"Location": target})
    found = look(address(server))
    assert found == links.Look(LinkState.REFUSED, problem)
    assert len(server.asked) == 1 and not rule(ipaddress.ip_address("127.0.0.2"))


# --- private places ----------------------------------------------------------------------------------------------


def resolves(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[tuple[str, int]]:
    """The name resolves to these addresses, one list each time it is asked. Returns where connections went."""
    given, gone = iter(answers), []

    def lookup(_host: str, port: int, **_more: Any) -> Any:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in next(given)]

    def connect(place: tuple[str, int], **_more: Any) -> Any:
        gone.append(place)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    monkeypatch.setattr(socket, "create_connection", connect)
    return gone


@pytest.mark.parametrize(
    "ips",
    [
        ["127.0.0.1"],
        ["10.1.2.3"],
        ["169.254.169.254"],
        [PUBLIC, "192.168.0.1"],
        ["::1"],
        ["fe80::1%eth0"],
        ["::ffff:7f00:1"],
    ],
)
def test_a_name_of_a_private_address_is_refused_without_a_connection(
    monkeypatch: pytest.MonkeyPatch, ips: list[str]
) -> None:
    gone = resolves(monkeypatch, ips)
    assert look("https://rebound.example.com/") == links.Look(LinkState.REFUSED, links.PRIVATE)
    assert gone == []


def test_a_name_that_answers_differently_the_second_time_leads_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = resolves(monkeypatch, [PUBLIC], ["127.0.0.1"], ["127.0.0.1"])
    assert look("http://rebound.example.com/").state == LinkState.DEAD
    assert gone == [(PUBLIC, 80)]


def test_an_address_that_cannot_be_reached_is_not_the_last_one(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a network knows no IPv6, a server with both still answers."""
    real, lookup_of_numbers, tried = socket.create_connection, socket.getaddrinfo, []

    def lookup(host: str, port: int, *rest: Any, **more: Any) -> Any:
        if host != "www.example":
            return lookup_of_numbers(host, port, *rest, **more)
        found = ("2606:4700:4700::1111", "93.184.216.34", "127.0.0.1")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in found]

    def connect(place: tuple[str, int], **more: Any) -> Any:
        tried.append(place[0])
        if place[0] != "127.0.0.1":
            raise OSError("Network is unreachable")
        return real(place, **more)

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    monkeypatch.setattr(socket, "create_connection", connect)
    assert look(address(server)).state == LinkState.ALIVE
    assert tried == ["93.184.216.34", "127.0.0.1"]


@pytest.mark.parametrize("port", [22, 25, 3306, 6379, 8080])
def test_other_ports_are_not_opened(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    gone = resolves(monkeypatch, [PUBLIC])
    assert look(f"http://www.example.com:{port}/") == links.Look(LinkState.REFUSED, links.PORT)
    assert gone == []


def test_the_rule_for_addresses_stands_in_code_only() -> None:
    """No setting opens the private network."""
    assert [name for name in dir(config.settings) if "LINK" in name] == ["MEMOFLOW_LINK_PORTS"]
    assert config.settings.MEMOFLOW_LINK_PORTS == [80, 443]


# --- certificates ------------------------------------------------------------------------------------------------


def test_a_certificate_that_cannot_be_proven_is_said(open_house: Callable[[int], None], tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(tmp_path))
    secure = Server(context)
    open_house(secure.port)
    try:
        assert look(address(secure, scheme="https")) == links.Look(LinkState.ALIVE, links.UNPROVEN)
        assert secure.asked == [("HEAD", f"www.example:{secure.port}", "/a")]
    finally:
        secure.stop()


def test_a_certificate_that_is_proven_is_good(
    open_house: Callable[[int], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, made, names = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), certificate(tmp_path), []
    context.load_cert_chain(made)
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    trusting = ssl.create_default_context(cafile=str(made))
    monkeypatch.setattr(outbound, "_context", lambda *, prove: trusting)
    secure = Server(context)
    open_house(secure.port)
    try:
        assert look(address(secure, scheme="https")) == links.Look(LinkState.ALIVE)
        assert names == ["www.example"]
    finally:
        secure.stop()


def certificate(folder: Path) -> Path:
    """One that www.example made for itself, with its key."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "example")])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("www.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ) + made.public_bytes(serialization.Encoding.PEM)
    path = folder / "server.pem"
    path.write_bytes(pem)
    return path


# --- rounds ------------------------------------------------------------------------------------------------------


def attach(cast: Cast, url: str, **more: Any) -> Attachment:
    seat = seats.seats_of(cast.finance, DAY)[0]
    given = {"name": "", "about": "task:1", "now": at(), "organization": cast.office} | more
    return shelf.link(url, by=cast.finance, seat=seat, **given)


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was looked at; everything is gone."""
    found: list[str] = []
    monkeypatch.setattr(links, "look", lambda url: found.append(url) or links.Look(LinkState.DEAD, links.GONE))
    return found


@pytest.mark.django_db
def test_a_new_link_is_looked_at_once_and_again_after_a_week(cast: Cast, looked: list[str]) -> None:
    one = attach(cast, "https://a.go.th/")
    assert links.check_due(now=at(hour=10)) == 1
    one.refresh_from_db()
    assert (one.link_state, one.checked_at) == (LinkState.DEAD, at(hour=10))
    assert one.trouble == "The server has no such page."
    assert links.check_due(now=at(hour=11)) == 0
    assert links.check_due(now=at(hour=9) + timedelta(days=7)) == 0
    assert links.check_due(now=at(hour=10) + timedelta(days=7)) == 1
    assert looked == ["https://a.go.th/"] * 2


@pytest.mark.django_db
def test_a_removed_link_is_not_looked_at(cast: Cast, looked: list[str]) -> None:
    one = attach(cast, "https://a.go.th/")
    shelf.remove(one, by=cast.finance, seat=seats.seats_of(cast.finance, DAY)[0], now=at())
    assert links.check_due(now=at(hour=10)) == 0 and looked == []


@pytest.mark.django_db
def test_a_look_that_never_ended_is_taken_up_after_an_hour(cast: Cast, looked: list[str]) -> None:
    one = attach(cast, "https://a.go.th/")
    Attachment.objects.filter(pk=one.pk).update(checked_at=at(hour=10))
    assert links.check_due(now=at(hour=10, minute=59)) == 0
    assert links.check_due(now=at(hour=11)) == 1


@pytest.mark.django_db
def test_a_round_is_bounded_in_number_and_in_time(
    cast: Cast, looked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        attach(cast, f"https://a.go.th/{number}", now=at(minute=number))
    assert links.check_due(now=at(hour=10), limit=2) == 2
    assert looked == ["https://a.go.th/0", "https://a.go.th/1"]
    monkeypatch.setattr(links, "PATIENCE", -1)
    assert links.check_due(now=at(hour=10)) == 0


@pytest.mark.django_db
def test_one_link_that_makes_the_look_fail_does_not_stop_the_others(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(url: str) -> links.Look:
        if url.endswith("/0"):
            raise RuntimeError("a fault of ours")
        return links.Look(LinkState.ALIVE)

    monkeypatch.setattr(links, "look", failing)
    for number in range(2):
        attach(cast, f"https://a.go.th/{number}", now=at(minute=number))
    links.check_due(now=at(hour=10))
    assert list(Attachment.objects.values_list("link_state", flat=True)) == [LinkState.DEAD, LinkState.ALIVE]


@pytest.mark.django_db
def test_the_doorbell_looks_at_what_is_due(cast: Cast, looked: list[str]) -> None:
    attach(cast, "https://a.go.th/")
    tasks.check_links()
    tasks.check_links()
    assert looked == ["https://a.go.th/"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_rounds_at_once_never_look_at_the_same_link(cast: Cast, looked: list[str]) -> None:
    for number in range(20):
        attach(cast, f"https://a.go.th/{number}")

    def a_round() -> int:
        try:
            return links.check_due(now=at(hour=10))
        finally:
            connections.close_all()

    assert sum(together(a_round, a_round, a_round)) == 20
    assert sorted(looked) == sorted(f"https://a.go.th/{number}" for number in range(20))
