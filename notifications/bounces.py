"""Addresses that take no mail: marked by the mail server's answer, or by its report later; told once, freed by hand.

A letter to a marked address stays in the product and its mail is not tried: it fails with `Barred`. The mark counts
while the person has this very address. A report (RFC 3464) finds its letter by the envelope that the letter was sent
with, whose signed part nobody else can write, or by the Message-ID that only its reader has seen.
"""

import logging
import re
import smtplib
from base64 import b32decode, b32encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from email.utils import getaddresses
from hmac import compare_digest
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils.crypto import salted_hmac

from notifications import outbox
from notifications.models import Bounce, Letter
from notifications.outbox import Draft, both
from organization.calendar import day_of
from organization.models import Role, User
from organization.seats import overseers

logger = logging.getLogger(__name__)

BOUNCED = "address_bounced"
LARGEST = 1_000_000  # bytes of a report that are read
PARTS = 50  # of a report that are looked at
_SALT = "notifications.bounces"
_OURS = re.compile(r"<([0-9a-f-]{36})@memoflow>", re.ASCII)
_ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]\d)\b", re.ASCII)
_REPLY = re.compile(r"\b([45]\d\d)\b", re.ASCII)
_ADDRESS = re.compile(r"<[^>]*>|\S+@\S+")
#: What a server says that refuses us, or what we send, and not the address.
_NOT_THE_ADDRESS = re.compile(
    r"relay|spam|block|polic|reputation|blacklist|denylist|denied|sender|\bspf\b|dkim|dmarc|greylist|authenti|\brate\b"
    r"|quota|full|virus|content|too large|\bsize\b",
    re.IGNORECASE,
)


class Barred(Exception):
    """The address is known to take no mail."""

    def __init__(self) -> None:
        super().__init__("the address takes no mail")


class Unreadable(Exception):
    """What was read is no report on a letter of ours. The message says why, in English, for the mail server's log."""


@dataclass(frozen=True)
class Report:
    """What a mail server reports of one letter. `status`: 5.1.1; `delayed` and the like end nothing."""

    letter: UUID
    status: str
    said: str
    failed: bool
    recipients: frozenset[str] = frozenset()
    signed: bool = False


# The answer at once


def known(letters: Iterable[Letter]) -> set[int]:
    """Of the people of these letters (with their recipient) those whose present address is marked. One statement."""
    people = {one.recipient_id: one.recipient.email for one in letters}
    rows = Bounce.objects.filter(user__in=people).values_list("user", "address")
    return {user for user, address in rows if _same(address, people[user])}


def marked() -> QuerySet[Bounce]:
    """The marks that count: of active people who still have the address."""
    return Bounce.objects.filter(user__email__iexact=F("address"), user__is_active=True)


def is_the_address(code: int, text: str) -> bool:
    """Does this refusal speak of the recipient's address, and for good? Not of us, of what we send, of a full box.

    The enhanced code (RFC 3463) decides where there is one; its 5.1.7 and 5.1.8 speak of the sender.
    """
    text = _ADDRESS.sub(" ", text)
    if found := _ENHANCED.search(text):
        kind, *about = (int(part) for part in found.groups())
        if kind != 5:
            return False
        if about[0] == 1:
            return about[1] not in (7, 8)
        if about not in ([0, 0], [5, 0], [2, 1], [4, 4]):
            return False
        code = 550
    return code in (550, 551, 553, 556) and not _NOT_THE_ADDRESS.search(text)


def refused(letter: Letter, code: int, text: str, now: datetime) -> bool:
    """The server refused the letter's recipient for good; marks the address where it is to blame. Was it marked?"""
    if not 500 <= code < 600 or not is_the_address(code, text):
        return False
    return _mark(letter, letter.recipient.email, f"{code} {text}", now)


def said(error: BaseException | None) -> str:
    """What the server answered to the recipient, in its words."""
    if not isinstance(error, smtplib.SMTPRecipientsRefused):
        return ""
    _code, text = max(error.recipients.values(), default=(0, b""))
    return text.decode(errors="replace")


@transaction.atomic
def _mark(letter: Letter, address: str, reason: str, now: datetime) -> bool:
    """The person's row is the lock, so that two refusals at once are told once."""
    person = User.objects.select_for_update(no_key=True).get(pk=letter.recipient_id)
    if not address or not _same(person.email, address):
        return False
    if Bounce.objects.filter(user=person, address__iexact=address).exists():
        return True
    facts = {"address": person.email, "reason": _plain(reason), "letter": letter, "at": now}
    Bounce.objects.update_or_create(user=person, defaults=facts)
    outbox.post(_told(person, letter, _plain(reason), now), at=now)
    logger.warning("The address of user %s takes no mail: %s", person.pk, _plain(reason))
    return True


def _told(person: User, letter: Letter, reason: str, now: datetime) -> list[Draft]:
    """To the head of office; of the head's own address, or where nobody is one, to the permanent secretary."""
    above = overseers([letter.organization_id], day_of(now)).get(letter.organization_id, [])
    by_role: dict[str, list[int]] = {}
    for seat in above:
        if seat.user.pk != person.pk:
            by_role.setdefault(seat.role, []).append(seat.user.pk)
    told = by_role.get(Role.HEAD_OF_OFFICE) or by_role.get(Role.PERMANENT_SECRETARY, [])
    facts = {
        "name": both(person),
        "address": person.email,
        "reason": reason,
        "path": reverse("letters-failed"),
        "organization": both(letter.organization),
    }
    return [
        Draft(letter.organization_id, one, BOUNCED, f"address:{person.pk}", f"bounced:{letter.pk}:{one}", facts)
        for one in dict.fromkeys(told)
    ]


# The envelope


def envelope(letter: Letter) -> str:
    """The address to which a mail server returns this letter, signed; empty without MEMOFLOW_BOUNCE_ADDRESS."""
    local, at, domain = settings.MEMOFLOW_BOUNCE_ADDRESS.rpartition("@")
    if not at:
        return ""
    name = b32encode(letter.pk.bytes).decode().rstrip("=").lower()
    return f"{local}+{name}{_signature(letter.pk)}@{domain}"


def _signature(pk: UUID) -> str:
    """80 bits, in letters that survive a server which writes them small."""
    return b32encode(salted_hmac(_SALT, pk.hex, algorithm="sha256").digest()[:10]).decode().lower()


def letter_of(address: str) -> UUID | None:
    """The letter that an envelope's address names; None for one that we have not written."""
    local, _at, domain = settings.MEMOFLOW_BOUNCE_ADDRESS.lower().rpartition("@")
    found = re.fullmatch(rf"{re.escape(local)}\+([a-z2-7]{{26}})([a-z2-7]{{16}})@{re.escape(domain)}", address.lower())
    if not local or not found:
        return None
    try:
        pk = UUID(bytes=b32decode(found[1].upper() + "======"))
    except ValueError:
        return None
    return pk if compare_digest(_signature(pk), found[2]) else None


# The report later


def read(raw: bytes, *, to: str = "") -> Report:
    """What a report says; `to` is the address it came to, where the mail server names it. Raises Unreadable.

    Nothing in it is trusted: it is parsed as bytes, cut short, and its words are kept as plain text.
    """
    try:
        message = BytesParser(policy=compat32).parsebytes(raw[:LARGEST])
        parts = list(_parts(message))
        letter, signed = _letter(message, parts, to)
        return _report(letter, signed, parts)
    except Unreadable:
        raise
    except Exception as error:  # a parser that stumbles over what somebody made up
        raise Unreadable(f"cannot be parsed: {error!r}"[:200]) from error


@transaction.atomic
def take(report: Report, *, now: datetime) -> str:
    """Keep what a report says: "marked", "failed" (the letter, not its address) or "noted". Raises Unreadable."""
    owner = User.objects.filter(letters=report.letter)
    list(owner.select_for_update(no_key=True).values_list("pk"))  # before the letter's row, as whoever settles does
    rows = Letter.objects.select_related("recipient", "organization").filter(pk=report.letter, voided_at=None)
    letter = rows.select_for_update(of=("self",), no_key=True).first()
    if letter is None:
        raise Unreadable("there is no such letter")
    address = letter.sent_to or letter.recipient.email
    if not report.signed and not any(_same(one, address) for one in report.recipients):
        raise Unreadable("it does not speak of the letter’s recipient")
    carried = Letter.objects.filter(Q(pk=letter.pk) | Q(digest=letter.pk), voided_at=None)
    words = f"{report.status} {report.said}"
    if not report.failed:
        carried.filter(sent_at__isnull=False).update(error=f"delayed: {words}"[:500])
        return "noted"
    carried.update(sent_at=None, failed_at=now, lease=None, error=f"bounced: {words}"[:500])
    reply = _REPLY.search(report.said)
    if is_the_address(int(reply[1]) if reply else 550, words) and _mark(letter, address, words, now):
        return "marked"
    return "failed"


def _parts(message: Message) -> Iterator[Message]:
    """The parts of a message, outermost first; a few."""
    waiting = [message]
    for _count in range(PARTS):
        if not waiting:
            return
        part = waiting.pop(0)
        yield part
        if isinstance(inner := part.get_payload(), list):
            waiting += [one for one in inner if isinstance(one, Message)][:PARTS]


def _letter(message: Message, parts: list[Message], to: str) -> tuple[UUID, bool]:
    """(The letter, was its envelope signed by us?)."""
    named = [_text(message, name) for name in ("Delivered-To", "X-Original-To", "Envelope-To", "To")]
    for _name, address in getaddresses([to, *named]):
        if pk := letter_of(address):
            return pk, True
    for part in parts:
        own = [_text(part, "Message-ID")] if part is not message else []
        if part.get_content_type() == "text/rfc822-headers":
            own.append(_body(part))
        if found := _OURS.search("\n".join(own)):
            return UUID(found[1]), False
    raise Unreadable("it names no letter of ours")


def _report(letter: UUID, signed: bool, parts: list[Message]) -> Report:
    status = next((one for one in parts if one.get_content_type() == "message/delivery-status"), None)
    if status is None:
        raise Unreadable("it is no report on a delivery")
    blocks = status.get_payload()
    if not isinstance(blocks, list):
        raise Unreadable("its report is empty")
    told = [one for one in blocks if isinstance(one, Message) and one.get("Status")][:PARTS]
    if not told:
        raise Unreadable("its report names no status")
    worst = next((one for one in told if _is_final(one)), told[0])
    code = _ENHANCED.search(_text(worst, "Status"))
    if not code:
        raise Unreadable("its status is none of RFC 3463")
    recipients = {
        _text(one, name).rpartition(";")[2].strip(" <>\t")
        for one in told
        for name in ("Final-Recipient", "Original-Recipient")
    }
    said = _plain(_text(worst, "Diagnostic-Code").partition(";")[2] or _text(worst, "Diagnostic-Code"))
    return Report(letter, code[0], said, _is_final(worst), frozenset(recipients - {""}), signed)


def _is_final(block: Message) -> bool:
    action = _text(block, "Action").strip().lower()
    return _text(block, "Status").strip().startswith("5.") and action in ("failed", "")


def _text(part: Message, name: str) -> str:
    return str(part.get(name, ""))[:2000]


def _body(part: Message) -> str:
    body: Any = part.get_payload(decode=True)
    return body[:20_000].decode("ascii", "replace") if isinstance(body, bytes) else ""


def _plain(text: str) -> str:
    """Words of a stranger's server for a row and a page: one line, printable, short."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:500]


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()
