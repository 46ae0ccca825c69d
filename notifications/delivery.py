"""The post office: claim by a short lease, render once, send on one connection, mark each letter after its 250.

At least once: a worker killed between the server's 250 and the mark repeats that one letter, with the same
Message-ID. No row lock is held while sending; the final mark asks for the lease that was taken.
"""

import logging
import smtplib
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils import timezone, translation

from notifications import facts
from notifications.models import Letter

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=180)
MARGIN = timedelta(seconds=30)  # of the lease, kept for the last letter
PATIENCE = LEASE - MARGIN  # of one call, and so of one batch
ATTEMPTS = 12
SERVER_DOWN_WAIT = timedelta(seconds=60)
LONGEST_WAIT = timedelta(hours=1)


class ServerDown(Exception):
    """The mail server does not answer: every letter waits. `sent`: how many of the batch had gone before."""

    sent = 0


def send_due(*, now: datetime, limit: int = 200) -> int:
    """Send what waits, in batches of `limit`, until nothing is due, the server is down or the time is up.

    Returns letters sent. One call ends well before a worker's time limit; the next round goes on.
    """
    total, until = 0, time.monotonic() + PATIENCE.total_seconds()
    while time.monotonic() < until and (letters := claim(limit)):
        try:
            sent, left = _send_batch(letters, now=now, until=until)
        except ServerDown as error:
            logger.warning("The mail server is down (%s); letters wait.", error)
            return total + error.sent
        total += sent
        if left:
            return total
    return total


def claim(limit: int) -> list[Letter]:
    """Take a lease on up to `limit` waiting letters. Two post offices never hold the same letter."""
    wall = timezone.now()
    token = uuid4()
    with transaction.atomic():
        waiting = Letter.objects.filter(next_at__lte=wall, sent_at=None, voided_at=None, failed_at=None)
        if connection.features.has_select_for_update_skip_locked:
            waiting = waiting.select_for_update(skip_locked=True)
        ids = list(waiting.order_by("next_at").values_list("pk", flat=True)[:limit])
        if not ids:
            return []
        Letter.objects.filter(pk__in=ids).update(next_at=wall + LEASE, lease=token)
    return list(Letter.objects.filter(pk__in=ids, lease=token).select_related("recipient").order_by("at"))


def _send_batch(letters: list[Letter], *, now: datetime, until: float) -> tuple[int, bool]:
    """(letters sent, was the batch left unfinished because the time was up?)."""
    mailer = get_connection(timeout=settings.EMAIL_TIMEOUT)
    try:
        mailer.open()
    except OSError as error:  # SMTPException is an OSError too
        _release(letters, SERVER_DOWN_WAIT, error)
        raise ServerDown(error) from error
    sent = 0
    try:
        for place, letter in enumerate(letters):
            if time.monotonic() > until:
                _release(letters[place:], timedelta(0), None)
                return sent, True
            try:
                sent += _send(letter, mailer, now=now)
            except ServerDown as error:
                cause = error.__cause__
                assert isinstance(cause, OSError)
                if not isinstance(cause, smtplib.SMTPSenderRefused):
                    # It may stumble over this very letter, which alone counts an attempt and goes behind the others.
                    _refused(letter, cause, now=now, for_good=False)
                    place += 1
                _release(letters[place:], SERVER_DOWN_WAIT, cause)
                error.sent = sent
                raise
    finally:
        mailer.close()
    return sent, False


def _send(letter: Letter, mailer: BaseEmailBackend, *, now: datetime) -> bool:
    """One letter; True when it went. A letter voided since the claim does not go."""
    try:
        compose(letter)
    except SoftTimeLimitExceeded:  # the worker's time is up: no fault of the letter
        raise
    except Exception as error:  # a template's fault must stop this letter only
        logger.exception("Letter %s cannot be rendered.", letter.pk)
        _fail(letter, error, now=now)
        return False
    if not keep(letter):
        return False
    if not letter.recipient.email:
        _fail(letter, ValueError("the recipient has no e-mail address"), now=now)
        return False
    message = EmailMultiAlternatives(
        letter.subject,
        letter.text,
        to=[letter.recipient.email],
        connection=mailer,
        headers={"Message-ID": letter.message_id, "Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(letter.html, "text/html")
    try:
        message.send()
    except (smtplib.SMTPServerDisconnected, smtplib.SMTPConnectError, smtplib.SMTPSenderRefused) as error:
        raise ServerDown(error) from error  # our own address refused is the office's setting, not this letter's fault
    except smtplib.SMTPException as error:  # before OSError: this letter alone
        _refused(letter, error, now=now)
        return False
    except OSError as error:
        raise ServerDown(error) from error
    except ValueError as error:  # an address or a header that cannot be written
        _fail(letter, error, now=now)
        return False
    _mine(letter).update(sent_at=now, error="")
    return True


def keep(letter: Letter) -> bool:
    """Store what the letter says, once; False when it was voided or taken over meanwhile. One statement."""
    return bool(_mine(letter).update(subject=letter.subject, text=letter.text, html=letter.html))


def compose(letter: Letter) -> None:
    """The words of a letter, in its reader's language; a letter that has them keeps them. Stores nothing."""
    if letter.text:
        return
    language = letter.recipient.language
    with translation.override(language):
        context = {
            **read_in(language, {**_stated(letter), **letter.context}),
            "recipient": letter.recipient,
            "site": settings.SITE_URL,
            "at": letter.at,
        }
        letter.subject = " ".join(render_to_string(f"mails/{letter.event}.subject.txt", context).split())[:300]
        letter.text = render_to_string(f"mails/{letter.event}.txt", context).strip() + "\n"
        letter.html = render_to_string(f"mails/{letter.event}.html", context)


def _stated(letter: Letter) -> Mapping[str, Any]:
    """What a reminder states of its thing; other letters have frozen all they say."""
    return facts.of([letter]).get(letter.about, {}) if "working_days" in letter.context else {}


def read_in(language: str, context: dict[str, Any]) -> dict[str, Any]:
    """The context with every name that was frozen in both languages (`outbox.both`) in the reader's."""
    return {
        key: value[language] if isinstance(value, dict) and value.keys() == {"th", "en"} else value
        for key, value in context.items()
    }


def _mine(letter: Letter) -> QuerySet[Letter]:
    return Letter.objects.filter(pk=letter.pk, lease=letter.lease, sent_at=None, voided_at=None)


def _refused(letter: Letter, error: OSError, *, now: datetime, for_good: bool = True) -> None:
    """5xx ends the letter; anything else waits longer each time, up to the last attempt."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = max((code for code, _ in error.recipients.values()), default=0)
    else:
        code = getattr(error, "smtp_code", 0)
    if (for_good and 500 <= code < 600) or letter.attempts + 1 >= ATTEMPTS:
        _fail(letter, error, now=now)
        return
    wait = min(timedelta(seconds=30 * 2**letter.attempts), LONGEST_WAIT)
    _mine(letter).update(
        attempts=letter.attempts + 1, next_at=timezone.now() + wait, lease=None, error=repr(error)[:500]
    )


def _fail(letter: Letter, error: Exception, *, now: datetime) -> None:
    logger.warning("Letter %s cannot be delivered: %s", letter.pk, error)
    _mine(letter).update(failed_at=now, attempts=letter.attempts + 1, error=repr(error)[:500])


def _release(letters: list[Letter], wait: timedelta, error: BaseException | None) -> None:
    for letter in letters[:1]:
        Letter.objects.filter(
            pk__in=[one.pk for one in letters], lease=letter.lease, sent_at=None, voided_at=None
        ).update(next_at=timezone.now() + wait, lease=None, error=repr(error)[:500] if error else "")
