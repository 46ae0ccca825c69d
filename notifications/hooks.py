"""An office's own addresses that are told of each of its letters (webhooks): a channel, beside the one of mail.

A call says that there is a letter, to whom and about what, and where to read it: never what a secret one is about. It
is signed with the hook's secret. Hooks go by https to hosts that the administrators have listed and whose addresses
are public (organization.outbound); no redirect is followed. Calls are made by a task of their own, at least once.
"""

import hashlib
import hmac
import http.client
import json
import ssl
import time
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import SplitResult, urlsplit
from uuid import UUID, uuid4

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from audit import chain
from notifications import events, facts, openly, rights
from notifications.channels import ATTEMPTS, DOWN_WAIT, LEASE, PATIENCE, Down, Later, Never, wait_after
from notifications.models import Call, Hook, Letter
from organization import outbound
from organization.calendar import day_of
from organization.models import Appointment, Organization, User
from organization.refusals import NotNow
from organization.seats import on_day

SECONDS = 5.0  # of one call, from the first byte to the last
SHARE = 30.0  # seconds of one hook in a batch: one that is slow does not keep the others
READ = 4096  # bytes of an answer
MOST = 10  # hooks of one office
LOOKED_BACK = timedelta(days=7)  # a letter may be written in an act that is committed after a later one
AGENT = "MemoFlow-hook/1.0"
TEST = "test"
_LATER = {408, 425, 429}
_GONE = 410
_SALT = "notifications.hooks"


class Gone(Never):
    """The far side says that there is no such hook any more."""


# The office's acts


def clean(url: str) -> str:
    """A hook's address as it was typed. Raises ValidationError with a sentence for the screen."""
    url = unicodedata.normalize("NFC", url).strip()
    if len(url) > 500 or any(unicodedata.category(one)[0] in "CZ" for one in url) or "\\" in url:
        raise ValidationError(_("An address has at most 500 characters, and no blanks or hidden ones."), code="url")
    try:
        parts = urlsplit(url)
        host, port = _host_and_port(parts)
    except ValueError as error:
        raise ValidationError(_("This is no address that can be called."), code="url") from error
    if "@" in parts.netloc:
        raise ValidationError(_("The address holds a user name or a password. Leave them out."), code="url")
    if not (_is_own(host, port) or parts.scheme == "https"):
        raise ValidationError(_("A hook’s address begins with https://."), code="scheme")
    if not is_allowed(parts.scheme, host, port):
        raise ValidationError(
            _("The administrators have not allowed hooks to %(host)s. They list its name in MEMOFLOW_HOOK_HOSTS.")
            % {"host": host if port == outbound.SCHEMES.get(parts.scheme) else f"{host}:{port}"},
            code="host",
        )
    return url


@transaction.atomic
def add(url: str, wanted: Iterable[str], *, by: User, now: datetime) -> Hook:
    """Call this address with each new letter of the office from now on; `wanted` names events, none wants all.

    Raises Refused, or ValidationError with sentences for the screen.
    """
    reach = rights.require(by, on=day_of(now))
    if reach.office is None:
        raise rights.homeless()
    url, names = clean(url), sorted(set(wanted))
    list(Organization.objects.select_for_update(no_key=True).filter(pk=reach.office).values_list("pk"))  # one at a time
    in_use = list(Hook.objects.filter(organization=reach.office, ended_at=None).values_list("url", flat=True))
    if url in in_use:
        raise ValidationError(_("This address is called already."), code="twice")
    if len(in_use) >= MOST:
        raise ValidationError(_("An office has at most %(most)d hooks. End one first.") % {"most": MOST}, code="many")
    if unknown := set(names) - {one.name for one in events.every()}:
        raise ValidationError(_("There are no such letters: %(names)s") % {"names": ", ".join(sorted(unknown))})
    hook = Hook.objects.create(organization_id=reach.office, url=url, events=names, by=by, at=now, since=now)
    chain.record(hook, "added", by=by, seat=reach.seat, at=now, url=chain.digest(url), events=names)
    return hook


@transaction.atomic
def renew(pk: UUID, *, by: User, now: datetime) -> Hook:
    """A new secret; the one before is worth nothing from now on. Raises Hook.DoesNotExist, Refused or NotNow."""
    hook, reach = _locked(pk, by, now)
    hook.generation += 1
    hook.save(update_fields=["generation"])
    chain.record(hook, "renewed", by=by, seat=reach.seat, at=now, generation=hook.generation)
    return hook


@transaction.atomic
def end(pk: UUID, *, by: User, now: datetime) -> Hook:
    """Never call it again; what waits is not told. Raises Hook.DoesNotExist, Refused or NotNow."""
    hook, reach = _locked(pk, by, now)
    hook.ended_at = now
    hook.save(update_fields=["ended_at"])
    chain.record(hook, "ended", by=by, seat=reach.seat, at=now)
    return hook


def _locked(pk: UUID, by: User, now: datetime) -> tuple[Hook, rights.Reach]:
    reach = rights.require(by, on=day_of(now))
    hook = reach.of(Hook.objects.select_for_update(no_key=True)).get(pk=pk)
    if hook.ended_at:
        raise NotNow(_("This hook has ended."))
    return hook, reach


def try_out(pk: UUID, *, by: User, now: datetime) -> str:
    """Call it once with a test; returns what went wrong, nothing when it said yes. Within seconds.

    Raises Hook.DoesNotExist, Refused or NotNow.
    """
    reach = rights.require(by, on=day_of(now))
    hook = reach.of(Hook.objects.select_related("organization")).get(pk=pk)
    if hook.ended_at:
        raise NotNow(_("This hook has ended."))
    said = {"id": str(uuid4()), "event": TEST, "organization": hook.organization.code, "at": now.isoformat()}
    try:
        _deliver(hook, _place(hook.url), said)
    except (Down, Later, Never) as error:
        return str(error)
    return ""


# What is said, and how it is signed


def secret_of(hook: Hook) -> str:
    """The secret that both sides know."""
    return salted_hmac(_SALT, f"{hook.pk.hex}:{hook.generation}", algorithm="sha256").hexdigest()


def signature(hook: Hook, body: bytes, moment: int) -> str:
    """t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<body>" with the secret>."""
    said = hmac.new(secret_of(hook).encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={said}"


def payloads(letters: Iterable[Letter], on: datetime) -> dict[UUID, dict[str, Any]]:
    """What is told of these letters (with their recipients and organizations); statements do not grow with them."""
    some = list(letters)
    subjects = openly.subjects({one.about for one in some})
    stated = facts.of([one for one in some if "path" not in one.context])
    chairs = _chairs({one.recipient_id for one in some}, on)
    return {
        one.pk: {
            "id": str(one.pk),
            "event": one.event,
            "nature": _nature(one.event),
            "about": one.about,
            "organization": one.organization.code,
            "at": one.at.astimezone(UTC).isoformat(),
            "recipient": {"username": one.recipient.username, "position": chairs.get(one.recipient_id)},
            "subject": subjects.get(one.about),
            "url": settings.SITE_URL + (one.context.get("path") or stated.get(one.about, {}).get("path", "/notices/")),
        }
        for one in some
    }


def _nature(event: str) -> str | None:
    return next((str(one.nature) for one in events.every() if one.name == event), None)


def _chairs(people: set[int], on: datetime) -> dict[int, str]:
    """The title of each person's own chair. One statement."""
    held = Appointment.objects.filter(on_day(day_of(on)), user__in=people).order_by("-pk")
    return dict(held.values_list("user", "position__title_th"))


# The channel


@dataclass(frozen=True)
class Place:
    """Where a call goes: the very IP addresses that were checked; or why it goes nowhere."""

    parts: SplitResult
    host: str
    port: int
    ips: list[str]


class Hooks:
    """The calls of one hook (with their letters) on their way. A Channel of Call."""

    name = "hook"

    def __init__(self, hook: Hook, said: Mapping[UUID, dict[str, Any]]) -> None:
        self._hook, self._said = hook, said

    @contextmanager
    def opened(self) -> Iterator[Callable[[Call], None]]:
        """As Channel.opened; the name is looked up once for the batch. Raises Down, or Never for a barred address."""
        yield partial(self._send, _place(self._hook.url))

    def _send(self, place: Place, call: Call) -> None:
        _deliver(self._hook, place, self._said[call.letter_id])


def is_allowed(scheme: str, host: str, port: int) -> bool:
    """Do the administrators let hooks go there? Unless they name a port: https at its own port alone."""
    if _is_own(host, port):
        return scheme in outbound.SCHEMES
    names = [one.strip().lower() for one in settings.MEMOFLOW_HOOK_HOSTS if ":" not in one]
    listed = any(host == one or (one.startswith(".") and host.endswith(one)) for one in names if one)
    return listed and scheme == "https" and port == outbound.SCHEMES["https"] and outbound.is_public(host)


def _is_own(host: str, port: int) -> bool:
    """A machine that the administrators name with its port: it may be private, and speak http."""
    return f"{host}:{port}" in [one.strip().lower() for one in settings.MEMOFLOW_HOOK_HOSTS]


def _host_and_port(parts: SplitResult) -> tuple[str, int]:
    """Raises ValueError."""
    if parts.scheme not in outbound.SCHEMES:
        raise ValueError(parts.scheme)
    return outbound.host_of(parts), parts.port or outbound.SCHEMES[parts.scheme]


def _place(url: str) -> Place:
    """Raises Down when the name cannot be looked up, Never when it may not be called."""
    parts = urlsplit(url)
    host, port = _host_and_port(parts)
    if not is_allowed(parts.scheme, host, port):
        raise Never("the host is not allowed")
    try:
        ips = (outbound.any_addresses if _is_own(host, port) else outbound.open_addresses)(host, port)
    except outbound.NoHost as error:
        raise Down("there is no server of this name") from error
    except outbound.Private as error:
        raise Never("the host is in a private network") from error
    return Place(parts, host, port, ips[: outbound.ADDRESSES])


def _deliver(hook: Hook, place: Place, said: dict[str, Any]) -> None:
    """One call. Returns when the answer is a yes."""
    body = json.dumps(said, ensure_ascii=False).encode()
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": AGENT,
        "Connection": "close",
        "MemoFlow-Id": said["id"],
        "MemoFlow-Signature": signature(hook, body, int(time.time())),
    }
    status = _status(place, body, headers)
    if 200 <= status < 300:
        return
    if status == _GONE:
        raise Gone("it answered 410: gone")
    if status in _LATER or status >= 500:
        raise Later(f"it answered {status}")
    raise Never(f"it answered {status}")


def _status(place: Place, body: bytes, headers: dict[str, str]) -> int:
    """What it answers, within its seconds. Raises Down."""
    until = time.monotonic() + SECONDS
    try:
        with outbound.connected(place.parts.scheme, place.host, place.port, place.ips, until, silence=SECONDS) as wire:
            wire.request("POST", outbound.wire(place.parts), body=body, headers=headers)
            answer = wire.getresponse()
            answer.read(READ)
            if time.monotonic() > until:  # what was shut in the middle reads as its end
                raise TimeoutError
            return answer.status
    except ssl.SSLCertVerificationError as error:
        raise Down("its certificate cannot be verified") from error
    except (http.client.HTTPException, ValueError) as error:
        late = time.monotonic() > until
        raise Down("it does not answer in time" if late else "its answer cannot be understood") from error
    except TimeoutError as error:
        raise Down("it does not answer in time") from error
    except OSError as error:
        late = time.monotonic() > until
        raise Down("it does not answer in time" if late else "it cannot be reached") from error


# The carrying


def call_due(*, now: datetime, limit: int = 200) -> int:
    """Write the calls that are missing, and make those that are due, until none is or the time is up.

    Returns how many said yes. Two workers never hold the same call.
    """
    if not Hook.objects.filter(ended_at=None).exists():
        return 0
    write_calls(now=now)
    until, said_yes = time.monotonic() + PATIENCE.total_seconds(), 0
    while time.monotonic() < until and (calls := claim(limit)):
        said = payloads({call.letter_id: call.letter for call in calls}.values(), now)
        for hook, some in _by_hook(calls):
            said_yes += _carry(hook, some, said, now=now, until=min(until, time.monotonic() + SHARE))
    return said_yes


_WANTED = {
    "postgresql": "(hook.events = '[]'::jsonb OR hook.events @> to_jsonb(letter.event::text))",
    "sqlite": "(hook.events = '[]' OR EXISTS (SELECT 1 FROM json_each(hook.events) WHERE value = letter.event))",
}
_MISSING = """
INSERT INTO notifications_call (hook_id, letter_id, next_at, attempts, error)
SELECT hook.id, letter.id, %s, 0, ''
FROM notifications_hook hook
JOIN notifications_letter letter ON letter.organization_id = hook.organization_id AND letter.at >= hook.since
WHERE hook.ended_at IS NULL AND letter.voided_at IS NULL AND letter.event <> 'digest' AND {wanted}
AND NOT EXISTS (SELECT 1 FROM notifications_call made WHERE made.hook_id = hook.id AND made.letter_id = letter.id)
ORDER BY letter.at, letter.id
ON CONFLICT DO NOTHING
"""


def write_calls(*, now: datetime) -> int:
    """A call of each hook for each letter that it wants and has not been told of. Two statements for all offices."""
    with transaction.atomic(), connection.cursor() as cursor:
        wall = connection.ops.adapt_datetimefield_value(timezone.now())
        cursor.execute(_MISSING.format(wanted=_WANTED[connection.vendor]), [wall])
        written: int = cursor.rowcount
        Hook.objects.filter(ended_at=None, since__lt=now - LOOKED_BACK).update(
            since=Greatest(F("at"), Value(now - LOOKED_BACK))
        )
    return written


def claim(limit: int) -> list[Call]:
    """Take a lease on up to `limit` calls that are due."""
    wall, token = timezone.now(), uuid4()
    due = Call.objects.filter(next_at__lte=wall, sent_at=None, failed_at=None, hook__ended_at=None)
    with transaction.atomic():
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True, of=("self",))
        ids = list(due.order_by("next_at", "pk").values_list("pk", flat=True)[:limit])
        if not ids:
            return []
        Call.objects.filter(pk__in=ids).update(next_at=wall + LEASE, lease=token)
    mine = Call.objects.filter(pk__in=ids, lease=token)
    whole = mine.select_related("hook", "letter__recipient", "letter__organization")
    return list(whole.defer("letter__text").order_by("pk"))


def _by_hook(calls: list[Call]) -> Iterable[tuple[Hook, list[Call]]]:
    found: dict[UUID, list[Call]] = defaultdict(list)
    for call in calls:
        found[call.hook_id].append(call)
    return [(some[0].hook, some) for some in found.values()]


def _carry(hook: Hook, calls: list[Call], said: Mapping[UUID, dict[str, Any]], *, now: datetime, until: float) -> int:
    """The calls of one hook; how many said yes. Whatever is wrong with it keeps no other hook."""
    waiting, said_yes = list(calls), 0
    try:
        with Hooks(hook, said).opened() as send:
            while waiting and time.monotonic() < until:
                said_yes += _told(waiting[0], send, now)
                waiting.pop(0)
    except SoftTimeLimitExceeded:
        raise
    except Gone as error:
        _gone(hook, now=now)
        _failed(waiting, error, now=now)
    except Never as error:  # the address itself
        _failed(waiting, error, now=now)
    except Down as error:  # one try speaks for all
        _wait(waiting, error, now=now)
        behind = Call.objects.filter(hook=hook, sent_at=None, failed_at=None, next_at__lte=timezone.now())
        behind.update(next_at=timezone.now() + DOWN_WAIT)
    else:
        _mine(waiting).update(next_at=timezone.now() + DOWN_WAIT, lease=None)
    return said_yes


def _told(call: Call, send: Callable[[Call], None], now: datetime) -> bool:
    """One call, and its mark. Raises Down and Gone, which concern the hook."""
    if call.letter.voided_at:  # its reason ended before it was told
        _mine([call]).delete()
        return False
    try:
        send(call)
    except (Down, Gone):
        raise
    except Later as error:
        _wait([call], error, now=now)
        return False
    except Never as error:
        _failed([call], error, now=now)
        return False
    return bool(_mine([call]).update(sent_at=now, attempts=F("attempts") + 1, lease=None, error=""))


def _mine(calls: list[Call]) -> QuerySet[Call]:
    token = calls[0].lease if calls else None
    return Call.objects.filter(pk__in=[one.pk for one in calls], lease=token, sent_at=None, failed_at=None)


def _wait(calls: list[Call], error: Exception, *, now: datetime) -> None:
    """Longer each time; the last attempt ends it."""
    by_attempts: dict[int, list[Call]] = defaultdict(list)
    for call in calls:
        by_attempts[call.attempts].append(call)
    for attempts, some in by_attempts.items():
        if attempts + 1 >= ATTEMPTS:
            _failed(some, error, now=now)
            continue
        later = timezone.now() + wait_after(attempts)
        _mine(some).update(attempts=attempts + 1, next_at=later, lease=None, error=str(error)[:500])


def _failed(calls: list[Call], error: Exception, *, now: datetime) -> None:
    _mine(calls).update(failed_at=now, attempts=F("attempts") + 1, lease=None, error=str(error)[:500])


@transaction.atomic
def _gone(hook: Hook, *, now: datetime) -> None:
    found = Hook.objects.select_for_update(no_key=True).filter(pk=hook.pk, ended_at=None).first()
    if found:
        found.ended_at = now
        found.save(update_fields=["ended_at"])
        chain.record(found, "gone", by=None, at=now)
