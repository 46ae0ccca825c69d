"""Does a link work? Looked at by a worker, which goes to public addresses only and to the very one it has checked.

Each redirect is held against the same rule (organization.outbound). Nothing that is read is kept.
"""

import http.client
import logging
import ssl
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import SplitResult, urljoin, urlsplit
from uuid import UUID

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext_noop

from files.models import Attachment, Kind, LinkState
from organization import outbound

logger = logging.getLogger(__name__)

SECONDS = 5.0  # of silence
SECONDS_IN_ALL = 15.0  # of one link, redirects included
REDIRECTS = 5
AGAIN = timedelta(days=7)
LOST = timedelta(hours=1)  # a look that began and never ended
PATIENCE = 120.0  # seconds of one round; the next one goes on
AGENT = "MemoFlow-link-check/1.0"

_ASK_ANEW = {400, 403, 404, 405, 406, 429, 500, 501, 502, 503}  # answers to HEAD that GET may better
_MOVED = {301, 302, 303, 307, 308}

PRIVATE = gettext_noop("It leads into a private network.")
PORT = gettext_noop("It leads to a port that is not opened.")
NO_ADDRESS = gettext_noop("It leads to something that is no address of a page.")
ROUND = gettext_noop("It leads from one address to the next without an end.")
NO_HOST = gettext_noop("There is no server of this name.")
SILENT = gettext_noop("The server does not answer in time.")
CLOSED = gettext_noop("The server cannot be reached.")
GARBLED = gettext_noop("The server's answer cannot be understood.")
GONE = gettext_noop("The server has no such page.")
TROUBLED = gettext_noop("The server reports a fault of its own.")
DECLINED = gettext_noop("The server declines the request.")
GUARDED = gettext_noop("It answers, but asks who is looking: others may not see it.")
UNPROVEN = gettext_noop("It answers, but its certificate could not be verified.")


@dataclass(frozen=True)
class Look:
    """What a look at a link found; `problem` is an English msgid of the above, or nothing."""

    state: LinkState
    problem: str = ""


class _Barred(Exception):
    """An address that a look does not go to. The message is the problem."""


class _Dead(Exception):
    """Nobody answers there. The message is the problem."""


def check_due(*, now: datetime, limit: int = 200) -> int:
    """Look at links never looked at, or not for a week, until none is due or the time is up. Returns how many.

    Each is claimed before it is looked at, so two rounds at once never look at the same one.
    """
    until, looked = time.monotonic() + PATIENCE, 0
    for key, checked_at in _due(now)[:limit]:
        if time.monotonic() > until:
            break
        link = _claimed(key, checked_at, now)
        if link:
            check(link, now=now)
            looked += 1
    return looked


def check(attachment: Attachment, *, now: datetime) -> None:
    """Look at one link and keep what was found; a link that was removed meanwhile stays as it was."""
    try:
        found = look(attachment.url)
    except SoftTimeLimitExceeded:
        raise
    except Exception:  # a fault of ours: one link never stops the others
        logger.exception("A link could not be looked at: %s", attachment.pk)
        found = Look(LinkState.DEAD, GARBLED)
    attachment.link_state, attachment.problem, attachment.checked_at = found.state, found.problem, now
    kept = {"link_state": found.state, "problem": found.problem, "checked_at": now}
    Attachment.objects.filter(pk=attachment.pk, removed_at=None).update(**kept)


def look(url: str) -> Look:
    """Open an address as a reader would, without reading it."""
    until, unproven = time.monotonic() + SECONDS_IN_ALL, False
    try:
        for _hop in range(REDIRECTS + 1):
            parts, host, port = _taken_apart(url)
            status, target, proven = _asked(parts, host, port, _open_addresses(host, port), until)
            unproven = unproven or not proven
            if status not in _MOVED or not target:
                return _said_of(status, unproven)
            url = _joined(url, target)
        return Look(LinkState.DEAD, ROUND)
    except _Barred as error:
        return Look(LinkState.REFUSED, str(error))
    except _Dead as error:
        return Look(LinkState.DEAD, str(error))


def _due(now: datetime) -> list[tuple[UUID, datetime | None]]:
    lost = Q(link_state=LinkState.WAITING, checked_at__lte=now - LOST)
    due = Q(checked_at=None) | Q(checked_at__lte=now - AGAIN) | lost
    links = Attachment.objects.filter(due, kind=Kind.LINK, removed_at=None)
    return list(links.order_by("checked_at", "at").values_list("pk", "checked_at")[:1000])


def _claimed(key: UUID, checked_at: datetime | None, now: datetime) -> Attachment | None:
    """The link, if nobody else has taken it since it was seen."""
    mine = Attachment.objects.filter(pk=key, checked_at=checked_at, removed_at=None)
    return Attachment.objects.get(pk=key) if mine.update(checked_at=now) else None


def _said_of(status: int, unproven: bool) -> Look:
    if status in (401, 402, 403, 407, 429, 451):
        return Look(LinkState.ALIVE, GUARDED)
    if status in (404, 410):
        return Look(LinkState.DEAD, GONE)
    if status >= 500:
        return Look(LinkState.DEAD, TROUBLED)
    if status >= 400:
        return Look(LinkState.DEAD, DECLINED)
    return Look(LinkState.ALIVE, UNPROVEN if unproven else "")


def _joined(url: str, target: str) -> str:
    try:
        return urljoin(url, target)
    except ValueError as error:
        raise _Barred(NO_ADDRESS) from error


def _taken_apart(url: str) -> tuple[SplitResult, str, int]:
    """An address, its host and its port. Raises _Barred for what is not http, no public name, or another port."""
    try:
        parts = urlsplit(url)
        host, port = outbound.host_of(parts), parts.port
    except ValueError as error:
        raise _Barred(NO_ADDRESS) from error
    if parts.scheme not in outbound.SCHEMES:
        raise _Barred(NO_ADDRESS)
    port = port or outbound.SCHEMES[parts.scheme]
    if port not in settings.MEMOFLOW_LINK_PORTS:
        raise _Barred(PORT)
    return parts, host, port


def _open_addresses(host: str, port: int) -> list[str]:
    """The IP addresses to go to. Raises _Barred where any of the host's is private."""
    try:
        return outbound.open_addresses(host, port)
    except outbound.NoHost as error:
        raise _Dead(NO_HOST) from error
    except outbound.Private as error:
        raise _Barred(PRIVATE) from error


def _asked(parts: SplitResult, host: str, port: int, ips: list[str], until: float) -> tuple[int, str, bool]:
    """(Status, where it leads, was the certificate proven?). HEAD first; GET where HEAD is not liked."""
    proven = True
    for method in ("HEAD", "GET"):
        try:
            status, target = _answer(method, parts, host, port, ips, until, prove=proven)
        except ssl.SSLCertVerificationError:  # many offices' servers; nothing is sent that would need it
            proven = False
            status, target = _answer(method, parts, host, port, ips, until, prove=False)
        if status not in _ASK_ANEW:
            break
    return status, target, proven


def _answer(
    method: str, parts: SplitResult, host: str, port: int, ips: list[str], until: float, *, prove: bool
) -> tuple[int, str]:
    """One request. Raises _Dead with the problem, or SSLCertVerificationError."""
    try:
        with outbound.connected(parts.scheme, host, port, ips, until, silence=SECONDS, prove=prove) as connection:
            headers = {"User-Agent": AGENT, "Accept": "*/*", "Connection": "close"}
            connection.request(method, outbound.wire(parts), headers=headers)
            answer = connection.getresponse()
            if time.monotonic() > until:  # what was shut in the middle of a head reads as its end
                raise TimeoutError
            return answer.status, answer.headers.get("Location", "")
    except ssl.SSLCertVerificationError:
        raise
    except TimeoutError as error:
        raise _Dead(SILENT) from error
    except (http.client.HTTPException, ValueError) as error:
        raise _Dead(SILENT if time.monotonic() > until else GARBLED) from error
    except OSError as error:
        raise _Dead(SILENT if time.monotonic() > until else CLOSED) from error
