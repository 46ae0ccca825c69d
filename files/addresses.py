"""Which addresses may be attached as a link, and which a look at a link may go to: public ones, and no others."""

import ipaddress
import re
import socket
import unicodedata
from urllib.parse import SplitResult, quote, urlsplit

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

LONGEST = 2000  # characters
SCHEMES = {"http": 80, "https": 443}

_AT_HOME = ("local", "internal", "localhost", "localdomain", "lan", "home", "corp", "intranet", "home.arpa", "private")
_HOST = re.compile(r"([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9-]*[a-z][a-z0-9-]*")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def clean(url: str) -> str:
    """A link as it was typed, without blanks around it. Raises ValidationError with a sentence for the screen."""
    url = unicodedata.normalize("NFC", url).strip()
    if len(url) > LONGEST:
        raise ValidationError(
            _("The address has %(count)d characters; at most %(most)d are kept.")
            % {"count": len(url), "most": LONGEST},
            code="link",
        )
    hidden = any(unicodedata.category(one)[0] in "CZ" for one in url)
    if hidden or "\\" in url or not re.match(r"(?i)https?://", url):
        raise ValidationError(
            _("A link begins with https:// or http:// and holds no blanks or hidden characters."), code="link"
        )
    try:
        parts = urlsplit(url)
        host, _port = host_of(parts), parts.port
    except ValueError as error:
        raise ValidationError(_("This is no address of a page on the internet."), code="link") from error
    if "@" in parts.netloc:
        raise ValidationError(_("The address holds a user name or a password. Leave them out."), code="link")
    if not is_public(host):
        raise ValidationError(
            _("The address leads into a private network, where others cannot open it. Attach the file itself."),
            code="private",
        )
    return url


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
