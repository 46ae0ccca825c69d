"""How one person wants their mails: bundled or each, quiet hours, which kinds stopped. And the way out of each mail.

What may be stopped is the event's to say (events.py). A stopped kind is still told in the product.
"""

from collections.abc import Collection
from datetime import date, datetime, time
from functools import lru_cache

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from notifications import events
from notifications.events import Event
from notifications.models import Bundling, Letter, Preference
from organization.models import Organization, User
from organization.plain_text import shortened
from organization.refusals import Refused

#: Never changed: the addresses in mails that were sent years ago are signed with it.
_SIGNER = "notifications.stop"
#: Of an office's working hours that quiet hours have to leave: reminders go in no other.
LEAST_MINUTES = 60
_STOP = "{stop}"  # stands in a foot that was written for a whole kind of letters


def of(user: User) -> Preference:
    """A person's own preference, or the defaults, which are not stored."""
    return Preference.objects.filter(user=user).first() or Preference(user=user)


def stoppable() -> list[Event]:
    """The kinds of mail that a person may stop, in the order in which the rooms name them."""
    return [one for one in events.every() if one.stoppable]


@transaction.atomic
def change(
    user: User, *, bundling: str, quiet_from: time | None, quiet_until: time | None, stopped: Collection[str]
) -> Preference:
    """Store how a person wants their mails. `stopped`: names of events.

    Raises ValidationError {bundling, quiet_from, quiet_until, stopped}: quiet hours come in pairs and leave an hour of
    the office's; only what is stoppable may be stopped. Nothing of it is audited: it is the person's own.
    """
    if bundling not in Bundling.values:
        raise ValidationError({"bundling": _("Choose one of these.")})
    _require_sensible(quiet_from, quiet_until, user.organization)
    known = {one.name for one in stoppable()}
    if set(stopped) - known:
        raise ValidationError({"stopped": _("One of these mails cannot be stopped.")})
    wanted = {
        "bundling": bundling,
        "quiet_from": quiet_from,
        "quiet_until": quiet_until,
        "stopped": sorted(set(stopped)),
    }
    return Preference.objects.update_or_create(user=user, defaults=wanted)[0]


def _require_sensible(begins: time | None, ends: time | None, office: Organization | None) -> None:
    if begins is None and ends is None:
        return
    if begins is None or ends is None:
        missing = "quiet_from" if begins is None else "quiet_until"
        raise ValidationError({missing: _("Give both times, or neither.")})
    if begins == ends:
        raise ValidationError({"quiet_until": _("Both times are the same. Choose when the quiet ends.")})
    if office and _minutes_left(begins, ends, office) < LEAST_MINUTES:
        said = _("Leave at least an hour between %(opens)s and %(closes)s: reminders come in the office's hours only.")
        hours = {"opens": f"{office.opens:%H:%M}", "closes": f"{office.closes:%H:%M}"}
        raise ValidationError({"quiet_until": said % hours})


def _minutes_left(begins: time, ends: time, office: Organization) -> int:
    """Minutes of a full working day in which a mail may come."""
    spans = [(begins, ends)] if begins < ends else [(begins, time.max), (time.min, ends)]
    quiet = sum(_minutes(max(first, office.opens), min(last, office.closes)) for first, last in spans)
    return _minutes(office.opens, office.closes) - quiet


def _minutes(first: time, last: time) -> int:
    day = date.min
    return max(0, round((datetime.combine(day, last) - datetime.combine(day, first)).total_seconds() / 60))


# --- one click


def token(user_id: int, event: str) -> str:
    """Names a person and a kind of mail, signed. It does not end: a mail of long ago must still be stopped by it."""
    return signing.Signer(salt=_SIGNER).sign(f"{user_id}:{event}")


def read(signed: str) -> tuple[User, Event]:
    """Whose mails of which kind an address stops. Raises User.DoesNotExist for one that we never wrote.

    Raises Refused for a kind that may not be stopped.
    """
    try:
        user_id, name = signing.Signer(salt=_SIGNER).unsign(signed).split(":", 1)
        event = events.of(name)
        user = User.objects.get(pk=int(user_id), is_active=True)
    except (signing.BadSignature, KeyError, ValueError) as error:
        raise User.DoesNotExist from error
    if not event.stoppable:
        raise Refused(_("These mails tell what waits for you or what was decided. They cannot be stopped."))
    return user, event


@transaction.atomic
def stop(user: User, event: Event) -> None:
    """No more mails of this kind to this person. A second click changes nothing."""
    _set_stopped(user, event, True)


@transaction.atomic
def resume(user: User, event: Event) -> None:
    """Mails of this kind come again."""
    _set_stopped(user, event, False)


def _set_stopped(user: User, event: Event, stopped: bool) -> None:
    """Two clicks at once wait for each other at the person's row, which is there before there is a preference."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    preference = of(user)
    names = set(preference.stopped) - {event.name}
    preference.stopped = sorted(names | {event.name}) if stopped else sorted(names)
    preference.save()


def is_stopped(user: User, event: Event) -> bool:
    return event.name in of(user).stopped


# --- what a mail says of it


def _event(letter: Letter) -> Event | None:
    """None for a letter whose event no room has registered: nothing is known of it, so it is not stopped."""
    try:
        return events.of(letter.event)
    except KeyError:
        return None


def stop_address(letter: Letter) -> str | None:
    """Where one click stops this kind of mail, without signing in; None for what may not be stopped."""
    event = _event(letter)
    if event is None or not event.stoppable:
        return None
    return f"{settings.SITE_URL}{reverse('stop-mails', args=[token(letter.recipient_id, letter.event)])}"


def letter_headers(letter: Letter) -> dict[str, str]:
    """What a letter's mail carries for mail programs: sent by a machine, where a reply goes, how it is stopped.

    One click is RFC 8058, whose two headers a mail server has to cover with its DKIM signature.
    """
    headers = {"Auto-Submitted": "auto-generated"}
    if letter.organization.email:
        headers["Reply-To"] = letter.organization.email
    if address := stop_address(letter):
        headers["List-Unsubscribe"] = f"<{address}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def foot(letter: Letter, form: str) -> SafeString:
    """What stands at the foot of a letter, as txt or html: why it comes, where a reply goes, how it is stopped."""
    stop = stop_address(letter) or ""
    foot = _foot(
        form, letter.recipient.language, letter.event, letter.organization.email, settings.SITE_URL, bool(stop)
    )
    return mark_safe(foot.replace(_STOP, stop))  # letters, digits, "-", "_", ":" and "/": nothing to escape


@lru_cache(maxsize=4096)
def _foot(form: str, language: str, event: str, reply_to: str, site: str, stoppable: bool) -> str:
    """The same for all letters of a kind, but for the address that stops it: a batch writes it once."""
    known = next((one for one in events.every() if one.name == event), None)
    with translation.override(language):
        said = {
            "why": known.label if known else "",
            "reply_to": reply_to,
            "preferences": site + reverse("preferences"),
            "stop": _STOP if stoppable else "",
        }
        return render_to_string(f"mails/_foot.{form}", said).strip()


def preheader(text: str) -> str:
    """What a mail program shows beside the subject: the first words after the salutation, at most 120 characters."""
    parts = [one for one in text.split("\n\n") if one.strip()]
    return shortened(" ".join(parts[1].split()), 120) if len(parts) > 1 else ""
