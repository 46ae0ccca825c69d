"""Where the product may go in the world outside: public addresses only, and only to the very one that was checked.

A name is looked up once, its addresses are held against the rule, and the connection goes to the address itself: a
name that answers differently the second time leads nowhere else.
"""

import http.client
import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import SplitResult, quote

SCHEMES = {"http": 80, "https": 443}
ADDRESSES = 3  # of one name that are tried

_AT_HOME = ("local", "internal", "localhost", "localdomain", "lan", "home", "corp", "intranet", "home.arpa", "private")
_HOST = re.compile(r"([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9-]*[a-z][a-z0-9-]*")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class NoHost(Exception):
    """There is no server of this name."""


class Private(Exception):
    """The name leads, or might lead, into a private network."""


def host_of(parts: SplitResult) -> str:
    """The host in the letters that DNS knows, without a last dot. Raises ValueError where there is none."""
    host = (parts.hostname or "").rstrip(".")
    if "%" in host:
        raise ValueError(host)
    if ":" in host:
        return str(ipaddress.IPv6Address(host))
    host = host.encode("idna").decode().lower().rstrip(".")  # UnicodeError is a ValueError
    if number(host) is None and not _HOST.fullmatch(host) and host != "localhost":
        raise ValueError(host)
    return host


def number(host: str) -> Address | None:
    """The IP address that a host is, in any way of writing one: 127.1, 0x7f000001, 017700000001, 2130706433."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host)) if host.isascii() and host[:1].isdigit() else None
    except OSError:
        return None


def is_public(host: str) -> bool:
    """May this host be attached? A name is looked up only when the link is looked at."""
    ip = number(host)
    if ip is not None:
        return is_open(ip)
    return not any(host == name or host.endswith(f".{name}") for name in _AT_HOME)


def is_open(ip: Address) -> bool:
    """May a look at a link go to this address? Global unicast only; an IPv4 address inside an IPv6 one counts."""
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_open(inner)
    if getattr(ip, "is_site_local", False):  # fec0::/10: private networks of old, global to ipaddress
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and not ip.is_unspecified


def wire(parts: SplitResult) -> str:
    """Path and query as they are sent: Thai letters in percents."""
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    return f"{path}?{quote(parts.query, safe='/?%:@!$&()*+,;=~-._')}" if parts.query else path


def open_addresses(host: str, port: int) -> list[str]:
    """The IP addresses to go to, IPv4 first. Raises NoHost, or Private where any of the host's is private."""
    ips = any_addresses(host, port)
    if not all(is_open(ipaddress.ip_address(ip.partition("%")[0])) for ip in ips):
        raise Private(host)
    return ips[:ADDRESSES]


def any_addresses(host: str, port: int) -> list[str]:
    """All IP addresses of a host, private ones too, IPv4 first. Raises NoHost."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NoHost(host) from error
    if not found:
        raise NoHost(host)
    return sorted(dict.fromkeys(str(one[4][0]) for one in found), key=lambda ip: ":" in ip)


@contextmanager
def connected(
    scheme: str, host: str, port: int, ips: list[str], until: float, *, silence: float, prove: bool = True
) -> Iterator[http.client.HTTPConnection]:
    """A connection to one of these very addresses that speaks to the host by its name, shut when its time is up.

    `until` is a moment of time.monotonic(), `silence` the seconds that one answer may take. Raises OSError.
    """
    sock = _dialled(ips, port, until, silence)
    if secure := scheme == "https":
        sock = _context(prove=prove).wrap_socket(sock, server_hostname=host, do_handshake_on_connect=False)
    late = threading.Timer(max(0, until - time.monotonic()), _shut, [sock])
    late.daemon = True
    late.start()
    try:
        if isinstance(sock, ssl.SSLSocket):
            sock.do_handshake()
        connection = http.client.HTTPConnection(host, port)
        connection.default_port = SCHEMES["https" if secure else "http"]  # a Host header without it
        connection.sock = sock
        yield connection
    finally:
        late.cancel()
        sock.close()


def _dialled(ips: list[str], port: int, until: float, silence: float) -> socket.socket:
    """The first address that takes the call: not every network knows IPv6. Raises OSError of the last."""
    problem: OSError = TimeoutError()
    for ip in ips:
        if (left := until - time.monotonic()) <= 0:
            raise TimeoutError
        try:
            return socket.create_connection((ip, port), timeout=min(silence, left))
        except OSError as error:
            problem = error
    raise problem


def _context(*, prove: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not prove:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _shut(sock: socket.socket) -> None:
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
