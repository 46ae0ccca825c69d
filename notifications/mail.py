"""The channel of mail: Django's backend for the settings and the connection, our own bytes on the wire.

A mail's bytes are ASCII whatever it says (base64), so that any server takes them, with lines of any length.
"""

import select
import smtplib
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email import message_from_bytes
from email.message import Message
from email.utils import formatdate, parseaddr
from functools import lru_cache
from typing import Any
from uuid import UUID

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.smtp import EmailBackend as SmtpBackend
from django.core.mail.message import sanitize_address
from django.db import DatabaseError

from notifications import bounces, invitations, preferences
from notifications.channels import Down, Later, Never
from notifications.models import Letter

WORD = 11  # characters in an encoded word of a header: in base64 and its frame at most the 75 of RFC 2047
LINE = 76  # characters in a line of base64 (RFC 2045)
GOING = 421  # the server says that it hangs up

#: What is done while an answer is awaited; it is told whether that has come.
Meanwhile = Callable[[Callable[[], bool]], None]


def nothing(answered: Callable[[], bool]) -> None:
    """Nothing to do meanwhile."""


class Mail:
    """Letters by mail; each letter's words are composed before."""

    name = "mail"

    def __init__(self) -> None:
        self._wires: dict[UUID, bytes] = {}

    def prepare(self, letter: Letter) -> None:
        """Make its mail ahead. What cannot be made is told when it is handed over."""
        with suppress(Never):
            self._wires[letter.pk] = _made(letter)

    @contextmanager
    def opened(self, meanwhile: Meanwhile = nothing) -> Iterator[Callable[[Letter], None]]:
        """As Channel.opened. `meanwhile` is called whenever the server has been asked; it learns if it `answered`."""
        mailer = get_connection(timeout=settings.EMAIL_TIMEOUT)
        try:
            mailer.open()
        except OSError as error:  # SMTPException is an OSError too
            raise Down(error) from error
        try:
            with _using_waits(mailer, meanwhile):
                yield lambda letter: _send(mailer, letter, self._wires.pop(letter.pk, None))
        finally:
            mailer.close()


def headers(letter: Letter) -> dict[str, str]:
    """What a mail says to machines, beside its date and addresses."""
    return {"Message-ID": letter.message_id, **preferences.letter_headers(letter)}


def attachments(letter: Letter) -> list[tuple[str, bytes, str]]:
    """What comes with the words: file name (ASCII), content, media type with its parameters."""
    found = invitations.attachment(letter)
    return [found] if found else []


def envelope(letter: Letter) -> str:
    """The address to which a mail server returns what it could not deliver."""
    return bounces.envelope(letter) or _bare(settings.DEFAULT_FROM_EMAIL)


def written(letter: Letter) -> bytes:
    """The whole mail as it goes over the wire, lines ended by CR LF. Raises ValueError for what no header can hold."""
    boundary = f"=_{letter.pk.hex}"
    said = [
        ("From", _sanitized(settings.DEFAULT_FROM_EMAIL)),
        ("To", _sanitized(letter.recipient.email)),
        ("Subject", letter.subject),
        ("Date", formatdate(localtime=settings.EMAIL_USE_LOCALTIME)),
        *headers(letter).items(),
        ("MIME-Version", "1.0"),
    ]
    words = _together(
        "alternative",
        boundary,
        _part("text/plain; charset=utf-8", letter.text.encode()),
        _part("text/html; charset=utf-8", letter.html.encode()),
    )
    if files := [_part(kind, content, name) for name, content, kind in attachments(letter)]:
        words = _together("mixed", f"{boundary}+", words, *files)
    return "".join(_header(name, value) for name, value in said).encode("ascii") + words


def _together(how: str, boundary: str, *parts: bytes) -> bytes:
    line = b"\r\n--" + boundary.encode()
    head = f'Content-Type: multipart/{how}; boundary="{boundary}"\r\n'.encode()
    return head + b"".join(line + b"\r\n" + one for one in parts) + line + b"--\r\n"


def _part(kind: str, content: bytes, name: str = "") -> bytes:
    place = f'Content-Disposition: attachment; filename="{name}"\r\n' if name else ""
    head = f"Content-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n{place}\r\n"
    said = b64encode(content)
    return head.encode("ascii") + b"".join(said[n : n + LINE] + b"\r\n" for n in range(0, len(said), LINE))


def _header(name: str, value: str) -> str:
    if "\r" in value or "\n" in value:
        raise ValueError(f"{name} has more than one line")
    return f"{name}: {value if value.isascii() else _encoded(value)}\r\n"


def _encoded(value: str) -> str:
    """As encoded words, each of whole characters: of at most four bytes one."""
    words = [value[n : n + WORD] for n in range(0, len(value), WORD)]
    return "\r\n ".join(f"=?utf-8?b?{b64encode(one.encode()).decode()}?=" for one in words)


@lru_cache(maxsize=16)
def _bare(address: str) -> str:
    return parseaddr(address)[1]


@lru_cache(maxsize=4096)
def _sanitized(address: str) -> str:
    if "\r" in address or "\n" in address:
        raise ValueError("an address has more than one line")
    return str(sanitize_address(address, "utf-8"))


class _Written(EmailMultiAlternatives):
    """A letter for any other backend of Django's: the same mail, read again from its bytes."""

    wire = b""

    def message(self) -> Message:  # type: ignore[override]
        return message_from_bytes(self.wire)


@contextmanager
def _using_waits(mailer: Any, meanwhile: Meanwhile) -> Iterator[None]:
    """While smtplib would sit and wait for an answer, something else is done first."""
    wire = mailer.connection if _speaks_smtp(mailer) else None
    if wire is None or meanwhile is nothing:
        yield
        return
    read: Callable[[], tuple[int, bytes]] = wire.getreply

    def answered() -> bool:
        return bool(select.select([wire.sock], [], [], 0)[0])

    def getreply() -> tuple[int, bytes]:
        meanwhile(answered)
        return read()

    wire.getreply = getreply
    try:
        yield
    finally:
        wire.getreply = read


def _speaks_smtp(mailer: Any) -> bool:
    own: Any = SmtpBackend
    return isinstance(mailer, SmtpBackend) and type(mailer)._send is own._send  # type: ignore[attr-defined]


def _send(mailer: Any, letter: Letter, wire: bytes | None) -> None:
    """One letter on its way; raises what the server's answer means."""
    wire = wire or _made(letter)
    try:
        _hand_over(mailer, letter, wire)
    except (smtplib.SMTPServerDisconnected, smtplib.SMTPConnectError) as error:
        raise Down(error, stumbled=True) from error
    except smtplib.SMTPSenderRefused as error:  # our own address: the office's setting, not this letter's fault
        raise Down(error) from error
    except smtplib.SMTPException as error:  # before OSError: this letter alone
        raise _refusal(error) from error
    except OSError as error:
        raise Down(error, stumbled=True) from error
    except ValueError as error:  # an address or a header that cannot be written
        raise Never(error) from error


def _made(letter: Letter) -> bytes:
    """A letter that cannot be put into a mail fails alone, whatever the fault."""
    try:
        if not letter.recipient.email:
            raise ValueError("the recipient has no e-mail address")
        return written(letter)
    except (SoftTimeLimitExceeded, DatabaseError):  # no fault of the letter
        raise
    except Exception as error:
        raise Never(error) from error


def _hand_over(mailer: Any, letter: Letter, wire: bytes) -> None:
    if _speaks_smtp(mailer):
        mailer.connection.sendmail(envelope(letter), [_sanitized(letter.recipient.email)], wire)
        return
    message = _Written(
        letter.subject,
        letter.text,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[letter.recipient.email],
        headers=headers(letter),
        connection=mailer,
        alternatives=[(letter.html, "text/html")],
        attachments=attachments(letter),
    )
    message.wire = wire
    message.send()


def _refusal(error: smtplib.SMTPException) -> Down | Later | Never:
    """5xx is for good, 421 is the server's own trouble, anything else passes."""
    at_address = isinstance(error, smtplib.SMTPRecipientsRefused)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = max((code for code, _said in error.recipients.values()), default=0)
    else:
        code = getattr(error, "smtp_code", 0)
    if code == GOING:
        return Down(error, stumbled=True)
    if 500 <= code < 600:
        return Never(error, code=code, address=at_address)
    return Later(error)
