"""The post office: settle, claim by a short lease, compose, send on one connection, mark each after its 250.

At least once: a worker killed between the server's 250 and the mark repeats that one letter, with the same
Message-ID. No row lock is held while sending; the final mark asks for the lease that was taken. What can be done for
the letters behind is done while the mail server thinks about the one in front.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from notifications import bounces, bundling, channels, composing
from notifications.channels import ATTEMPTS, LEASE, LONGEST_WAIT, PATIENCE, Down, Later, Never
from notifications.composing import DIGEST, Gone, Material, compose
from notifications.mail import Mail
from notifications.marking import Marks, carried
from notifications.models import Letter
from organization.calendar import WorkingDays

__all__ = ["ATTEMPTS", "LEASE", "LONGEST_WAIT", "PATIENCE", "claim", "compose", "keep", "send_due"]

logger = logging.getLogger(__name__)

END = object()
FRESH = 0.1  # seconds after which it is asked again which letters still may go


def send_due(*, now: datetime, limit: int = 200) -> int:
    """Send what is due, in batches of `limit`, until nothing is, the server is down or the time is up.

    Returns mails sent. One call ends well before a worker's time limit; the next round goes on.
    """
    total, until = 0, time.monotonic() + PATIENCE.total_seconds()
    bundling.settle(now=now)
    while time.monotonic() < until and (letters := claim(limit, now=now)):
        batch = _Batch(letters, now=now, until=until)
        try:
            batch.send()
        except Down as error:
            logger.warning("The mail server is down (%s); letters wait.", error)
            return total + batch.sent
        total += batch.sent
        if batch.left:
            return total
    return total


def claim(limit: int, *, now: datetime) -> list[Letter]:
    """Take a lease on up to `limit` letters that are due. Two post offices never hold the same letter."""
    wall = timezone.now()
    token = uuid4()
    with transaction.atomic():
        due = due_at(now).filter(next_at__lte=wall)
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True)
        ids = list(due.order_by("not_before", "at").values_list("pk", flat=True)[:limit])
        if not ids:
            return []
        Letter.objects.filter(pk__any=ids).update(next_at=wall + LEASE, lease=token)
    # A reader or an office of many letters is read once.
    claimed = Letter.objects.filter(pk__any=ids, lease=token).prefetch_related("recipient__preference", "organization")
    return list(claimed.order_by("not_before", "at"))


def due_at(now: datetime) -> QuerySet[Letter]:
    """The letters whose mail should go at this moment of the office's, whatever wait or lease they are under."""
    return Letter.objects.filter(
        not_before__lte=now, digest=None, unmailed="", sent_at=None, voided_at=None, failed_at=None
    )


class _Batch:
    """The letters of one lease on their way, over one connection."""

    def __init__(self, letters: list[Letter], *, now: datetime, until: float) -> None:
        self.letters = letters
        self.now = now
        self.until = until
        self.sent = 0
        self.left = False  # unfinished, because the time was up
        self._marks = Marks()
        self._faults: dict[UUID, Exception] = {}
        self._composed: set[UUID] = set()
        self._mail = Mail()

    def send(self) -> None:
        """All that may go now. Raises Down when the rest has to wait for the server."""
        self.letters = self._in_time(self._of_the_reachable(self._of_the_active()))
        if not self.letters:
            return
        self.material = composing.gather(self.letters)
        self._parts = self._writing()
        try:
            with self._mail.opened(self._meanwhile) as hand_over:
                for letter in self._ready():
                    if time.monotonic() > self.until:
                        self._release(timedelta(0))
                        self.left = True
                        break
                    self._carry(letter, hand_over)
        except Down as error:
            self._release(channels.DOWN_WAIT, error)
            raise
        finally:
            self._marks.settle()

    def _carry(self, letter: Letter, hand_over: Callable[[Letter], None]) -> None:
        try:
            hand_over(letter)
        except (Down, Later, Never) as error:
            self._marks.settle()
            if isinstance(error, Never):
                _fail(letter, error, now=self.now)
                if error.address:
                    bounces.refused(letter, error.code, bounces.said(error.__cause__), self.now)
            elif isinstance(error, Later) or error.stumbled:
                _wait(letter, error, now=self.now)
            if isinstance(error, Down):
                raise
        else:
            self._marks.sent(letter, now=self.now)
            self.sent += 1

    def _of_the_active(self) -> list[Letter]:
        """Nobody writes to who has left the office."""
        gone = [one for one in self.letters if not one.recipient.is_active]
        for letter in gone:
            carried(letter).update(voided_at=self.now)
        return [one for one in self.letters if one.recipient.is_active]

    def _of_the_reachable(self, letters: list[Letter]) -> list[Letter]:
        """An address that takes no mail is not tried; its reader finds the letter in the product."""
        barred = bounces.known(letters)
        for letter in letters:
            if letter.recipient_id in barred:
                _fail(letter, bounces.Barred(), now=self.now)
        return [one for one in letters if one.recipient_id not in barred]

    def _in_time(self, letters: list[Letter]) -> list[Letter]:
        """Those that may go at this very moment; the others are put off, and no attempt is counted."""
        days = WorkingDays.of_all({one.organization_id for one in letters})
        later: dict[datetime, list[UUID]] = defaultdict(list)
        for one in letters:
            if (moment := bundling.when(one, self.now, days[one.organization_id])) > self.now:
                later[moment].append(one.pk)
        for moment, ids in later.items():
            rows = Letter.objects.filter(pk__in=ids, lease=letters[0].lease)
            rows.update(not_before=moment, next_at=timezone.now(), lease=None)
        held = {pk for ids in later.values() for pk in ids}
        return [one for one in letters if one.pk not in held]

    def _ready(self) -> Iterator[Letter]:
        """The letters one by one: composed, and not voided since. A digest is read anew."""
        kept, seen = set[UUID](), float("-inf")
        for place, letter in enumerate(self.letters):
            if time.monotonic() > seen + FRESH:
                kept, seen = self._still(self.letters[place:]), time.monotonic()
            if letter.pk in kept and (self._digest(letter) if letter.event == DIGEST else self._is_composed(letter)):
                yield letter

    def _still(self, letters: list[Letter]) -> set[UUID]:
        self._marks.settle()
        rows = Letter.objects.filter(pk__any=[one.pk for one in letters], lease=letters[0].lease)
        return set(rows.filter(sent_at=None, voided_at=None).values_list("pk", flat=True))

    def _is_composed(self, letter: Letter) -> bool:
        while letter.pk not in self._composed:
            next(self._parts)
        if fault := self._faults.get(letter.pk):
            self._marks.settle()
            _end(letter, fault, now=self.now)
        return fault is None

    def _digest(self, digest: Letter) -> bool:
        """Compose a digest of what it still encloses; False when nothing is left of it, or it was taken over."""
        self._marks.settle()
        valid = set(Letter.objects.filter(digest=digest, voided_at=None).values_list("pk", flat=True))
        enclosed = [one for one in self.material.enclosed.get(digest.pk, []) if one.pk in valid]
        try:
            compose(digest, Material(self.material.stated, {digest.pk: enclosed}))
        except SoftTimeLimitExceeded:  # the worker's time is up: no fault of the letter
            raise
        except Exception as error:
            _end(digest, error, now=self.now)
            return False
        with transaction.atomic():
            Letter.objects.filter(pk__in=[one.pk for one in enclosed if not one.subject]).update(voided_at=self.now)
            Letter.objects.bulk_update([one for one in enclosed if one.subject], ["subject"])
            return keep(digest)

    def _writing(self) -> Iterator[None]:
        """The words and the mails of all letters but the digests, part by part."""
        for letter in self.letters:
            if letter.event == DIGEST:
                continue
            try:
                yield from composing.writing(letter, self.material)
                yield
                self._mail.prepare(letter)
            except SoftTimeLimitExceeded:
                raise
            except Exception as error:  # a template's fault must stop this letter only
                self._faults[letter.pk] = error
            self._composed.add(letter.pk)
            yield

    def _meanwhile(self, answered: Callable[[], bool]) -> None:
        """While the mail server thinks: write on at the letters behind, and hear whether the last mark was taken."""
        while not answered() and next(self._parts, END) is not END:
            pass
        self._marks.settle()

    def _release(self, wait: timedelta, error: Exception | None = None) -> None:
        """All of which nothing has become: they are due again after this wait, and no attempt is counted."""
        self._marks.settle()
        rows = Letter.objects.filter(pk__in=[one.pk for one in self.letters], lease=self.letters[0].lease)
        rows = rows.filter(sent_at=None, voided_at=None, failed_at=None)
        rows.update(next_at=timezone.now() + wait, lease=None, error=_words(error))


def keep(letter: Letter) -> bool:
    """Store what the letter says; False when it was voided or taken over meanwhile. One statement."""
    return _mine(letter).update(**_said(letter)) == 1


def _said(letter: Letter) -> dict[str, str]:
    return {"subject": letter.subject, "text": letter.text}


def _mine(letter: Letter) -> QuerySet[Letter]:
    return Letter.objects.filter(pk=letter.pk, lease=letter.lease, sent_at=None, voided_at=None)


def _wait(letter: Letter, error: Exception, *, now: datetime) -> None:
    """Longer each time; after the last attempt it is given up."""
    if letter.attempts + 1 >= ATTEMPTS:
        _fail(letter, error, now=now)
        return
    next_at = timezone.now() + channels.wait_after(letter.attempts)
    waits = {"attempts": letter.attempts + 1, "next_at": next_at, "lease": None, "error": _words(error)}
    _mine(letter).update(**waits, **_said(letter))


def _end(letter: Letter, error: Exception, *, now: datetime) -> None:
    """What cannot be composed: of a thing that is no more it is void, else the fault is ours."""
    if isinstance(error, Gone):
        carried(letter).update(voided_at=now)
        return
    logger.error("Letter %s cannot be composed.", letter.pk, exc_info=error)
    _fail(letter, error, now=now)


def _fail(letter: Letter, error: Exception, *, now: datetime) -> None:
    """For good, and with a digest all it encloses."""
    logger.warning("Letter %s cannot be delivered: %s", letter.pk, error)
    carried(letter).update(failed_at=now, error=_words(error))
    Letter.objects.filter(pk=letter.pk, failed_at=now).update(attempts=letter.attempts + 1, **_said(letter))


def _words(error: Exception | None) -> str:
    """The reason, as the far side gave it."""
    return repr(error.__cause__ or error)[:500] if error else ""
