"""The calendar file that comes with a letter about a task: its due date as a whole day, in the reader's own calendar.

METHOD is PUBLISH and not REQUEST: nobody is invited and nobody answers, and a REQUEST may carry one event only, while
one approved memo gives a division several tasks. What a later letter says of the same task has the same UID and a
higher SEQUENCE (seconds since 2020, of the letter's own moment), so that a calendar moves or removes what it has.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vCalAddress, vUri

from notifications.models import Letter

PRODUCT = "-//MemoFlow//MemoFlow//TH"
_START = datetime(2020, 1, 1, tzinfo=UTC)
_MOST = 60  # tasks in one file


@dataclass(frozen=True)
class Day:
    """One deadline as a calendar shows it. `uid` names the thing for good; `changed` is when its date was last set."""

    uid: str
    on: date
    title: str
    about: str
    url: str
    changed: datetime
    cancelled: bool = False


def attachment(letter: Letter) -> tuple[str, bytes, str] | None:
    """(file name, content, media type with its parameters) of what goes with a letter's mail; None for most."""
    with translation.override(letter.recipient.language):
        days = _days(letter)
    if not days:
        return None
    method = "CANCEL" if all(one.cancelled for one in days) else "PUBLISH"
    content = written(days, method=method, organizer=_organizer(letter))
    return "deadline.ics", content, f"text/calendar; method={method}; charset=utf-8"


def written(
    days: Iterable[Day], *, method: str = "PUBLISH", organizer: vCalAddress | None = None, **more: Any
) -> bytes:
    """A calendar of whole days, by RFC 5545. `more`: properties of the calendar itself."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    for name, value in more.items():
        calendar.add(name.replace("_", "-"), value)
    for one in days:
        calendar.add_component(_event(one, organizer))
    return bytes(calendar.to_ical())


def sequence(changed: datetime) -> int:
    """A number that grows with each change of a date and fits into the 31 bits that a calendar has for it."""
    return max(0, int((changed - _START).total_seconds()))


def task_uid(pk: object) -> str:
    return f"task-{pk}@memoflow"


def _event(day: Day, organizer: vCalAddress | None) -> Event:
    event = Event()
    event.add("uid", day.uid)
    event.add("dtstamp", day.changed.astimezone(UTC))
    event.add("last-modified", day.changed.astimezone(UTC))
    event.add("sequence", sequence(day.changed))
    event.add("dtstart", day.on)
    event.add("dtend", day.on + timedelta(days=1))
    event.add("summary", _said(day.title))
    event.add("description", _said(day.about))
    event.add("url", vUri(day.url))
    event.add("transp", "TRANSPARENT")
    event.add("status", "CANCELLED" if day.cancelled else "CONFIRMED")
    if organizer:
        event["organizer"] = organizer
    return event


def _said(text: str) -> str:
    """Without the control characters that no calendar takes; a line break stays one."""
    return "".join(one for one in text.replace("\r\n", "\n") if one == "\n" or one.isprintable() or one == "\u200d")


def _organizer(letter: Letter) -> vCalAddress:
    """The office, which RFC 5546 wants named; by the address it sends from where it has none of its own."""
    address = letter.organization.email or parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    organizer = vCalAddress(f"mailto:{address}")
    organizer.params["CN"] = str(letter.organization)
    return organizer


def _days(letter: Letter) -> list[Day]:
    said = letter.context
    if letter.event == "tasks_assigned":
        return [_task(letter, one, one["text"]) for one in said["tasks"][:_MOST] if one["due_on"]]
    if letter.event == "task_handed_over" and not said["mine"] and not said["to"]:
        return []  # back to the whole division: still the reader's
    if letter.event in ("task_extension_granted", "task_cancelled", "task_handed_over"):
        gone = letter.event == "task_cancelled" or (letter.event == "task_handed_over" and not said["mine"])
        return [_task(letter, said, said["task"], cancelled=gone)]
    return []


def _task(letter: Letter, said: Mapping[str, Any], title: str, *, cancelled: bool = False) -> Day:
    url = settings.SITE_URL + said["path"]
    division = letter.context["division"].get(letter.recipient.language, "")
    words = _("Due: %(task)s") % {"task": title}
    about = "\n".join(one for one in (title, division, url) if one)
    return Day(task_uid(_id(said["path"])), date.fromisoformat(said["due_on"]), words, about, url, letter.at, cancelled)


def _id(path: str) -> str:
    """A task's own id, the last part of its address."""
    return path.rstrip("/").rsplit("/", 1)[-1]
