"""Who was told what about a thing, when, and how it reached them; or why it has not yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notifications import events
from notifications.composing import DIGEST, nature
from notifications.events import Nature
from notifications.models import Bundling, Call, Letter, Preference
from notifications.reasons import plain
from organization.calendar import WorkingDays
from organization.models import User
from organization.templatetags.office import day_short, moment

NEWEST = 50


@dataclass(frozen=True)
class Line:
    """One letter to one person. `state`: sent, waiting, failed, void or stopped; `how` says it in a sentence.

    `address` is where its mail went, for those who may read it. `calls`: what became of it at the office's hooks.
    """

    letter: Letter
    what: str
    state: str
    how: str
    address: str = ""
    calls: list[Told] = field(default_factory=list)

    @property
    def stage(self) -> str:
        """Of a reminder: which deadline, and how far away it was."""
        said = self.letter.context
        if "due_on" not in said or "days_late" not in said:
            return ""
        due = _("due %(day)s") % {"day": day_short(said["due_on"])}
        return f"{due} ({_distance(said['working_days'], said['days_late'])})"


@dataclass(frozen=True)
class Told:
    """A hook that was called with the letter: its host, and what became of the call."""

    host: str
    state: str
    how: str


def about(which: Q) -> QuerySet[Letter]:
    """The letters about a thing, the newest first by their key (-at, -pk); digests speak of no thing."""
    letters = Letter.objects.filter(which).exclude(event=DIGEST)
    return letters.select_related("recipient__preference", "digest").defer("text", "digest__text")


def newest(which: Q, *, reader: User, of_office: bool, now: datetime) -> tuple[list[Line], bool]:
    """The newest lines, and whether there are more. Three statements at most."""
    letters = list(about(which).order_by("-at", "-pk")[: NEWEST + 1])
    return lines(letters[:NEWEST], reader=reader, of_office=of_office, now=now), len(letters) > NEWEST


def lines(letters: list[Letter], *, reader: User, of_office: bool, now: datetime) -> list[Line]:
    """These letters of one office (of `about`) as they stand. An address is shown to the person, and `of_office`."""
    calls = _calls(letters)
    days = _hours(letters)
    told = []
    for one in letters:
        state, how = _standing(one, days, now)
        address = one.sent_to if of_office or one.recipient_id == reader.pk else ""
        told.append(Line(one, events.label(one.event), state, how, address, calls.get(one.pk, [])))
    return told


def _standing(letter: Letter, days: WorkingDays | None, now: datetime) -> tuple[str, str]:
    if letter.voided_at:
        return "void", _("No longer needed before its mail went: %(at)s") % {"at": moment(letter.voided_at)}
    if letter.sent_at:
        said = _("In the mail of %(at)s that brought several") if letter.digest_id else _("Mail sent %(at)s")
        return "sent", said % {"at": moment(letter.sent_at)}
    if letter.failed_at:
        return "failed", _("Not delivered. %(why)s") % {"why": plain(letter.error)}
    if letter.unmailed:
        return "stopped", _("In the product alone: its reader has stopped mails of this kind")
    return "waiting", _not_yet(letter, days, now)


def _not_yet(letter: Letter, days: WorkingDays | None, now: datetime) -> str:
    """Why a letter has not gone, and when it will."""
    carrier = letter.digest or letter
    until = carrier.not_before
    if until and until > now:
        reason = _("with other reminders, in one mail") if letter.digest_id else _kept(letter, days, now)
        return _("Waits until %(at)s: %(why)s") % {"at": moment(until), "why": reason}
    if carrier.error and carrier.attempts:
        tried = ngettext("Tried %(n)s time, and tried again.", "Tried %(n)s times, and tried again.", carrier.attempts)
        return f"{tried % {'n': carrier.attempts}} {plain(carrier.error)}"
    if carrier.error:
        return _("Waits for the mail server. %(why)s") % {"why": plain(carrier.error)}
    return _("Its mail goes within minutes")


def _kept(letter: Letter, days: WorkingDays | None, now: datetime) -> str:
    """What holds it back: the office's hours, or the reader's wish."""
    kind = nature(letter)
    if kind == Nature.REMINDER and days and not days.is_at_work(now):
        return _("the office is closed")
    preference = _preference(letter)
    if kind == Nature.NEWS and preference and preference.bundling == Bundling.ALL:
        return _("its reader takes all mails in one, in the morning")
    if preference and preference.quiet_from:
        return _("its reader’s quiet hours")
    return _("reminders go in the office’s hours") if kind == Nature.REMINDER else _("its turn has not come")


def _preference(letter: Letter) -> Preference | None:
    return getattr(letter.recipient, "preference", None)


def _hours(letters: Iterable[Letter]) -> WorkingDays | None:
    """The hours of the office whose letters these are, where one waits."""
    waiting = [one for one in letters if not (one.sent_at or one.voided_at or one.failed_at)]
    return WorkingDays.of(waiting[0].organization_id) if waiting else None


def _calls(letters: list[Letter]) -> dict[object, list[Told]]:
    found: dict[object, list[Told]] = defaultdict(list)
    calls = Call.objects.filter(letter__in=[one.pk for one in letters]).select_related("hook").order_by("pk")
    for call in calls:
        found[call.letter_id].append(Told(urlsplit(call.hook.url).hostname or "", *_answered(call)))
    return found


def _answered(call: Call) -> tuple[str, str]:
    if call.sent_at:
        return "sent", _("told %(at)s") % {"at": moment(call.sent_at)}
    if call.failed_at:
        return "failed", _("did not take it")
    return "waiting", _("not told yet")


def _distance(working_days: int, days_late: int) -> str:
    if days_late:
        return ngettext("%(n)s day late", "%(n)s days late", days_late) % {"n": days_late}
    if working_days:
        return ngettext("%(n)s working day before", "%(n)s working days before", working_days) % {"n": working_days}
    return _("that day")
