"""Days off from a file: iCalendar (.ics) or CSV, as the cabinet's secretariat, a province or an office hands them out.

Pure: bytes in, lines out; each line is a day to be or an error. Nothing is written here.
"""

import csv
import io
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from icalendar import Calendar

from organization.calendar import BUDDHIST_ERA, arabic_digits
from organization.days_off import Day, check
from organization.models import HolidaySource, Off

BYTES = 1_000_000
LINES = 2000
#: Days one entry of an .ics may span.
SPAN = 31
#: Encodings that a CSV file of a Thai office comes in.
ENCODINGS = ("utf-8-sig", "cp874")
_OFF = {
    "": Off.DAY,
    "day": Off.DAY,
    "morning": Off.MORNING,
    "afternoon": Off.AFTERNOON,
    "open": Off.OPEN,
    "ทั้งวัน": Off.DAY,
    "เช้า": Off.MORNING,
    "ครึ่งเช้า": Off.MORNING,
    "บ่าย": Off.AFTERNOON,
    "ครึ่งบ่าย": Off.AFTERNOON,
    "เปิดทำการ": Off.OPEN,
}
_SOURCE = {
    "": HolidaySource.LOCAL,
    "local": HolidaySource.LOCAL,
    "cabinet": HolidaySource.CABINET,
    "ท้องถิ่น": HolidaySource.LOCAL,
    "ครม.": HolidaySource.CABINET,
    "คณะรัฐมนตรี": HolidaySource.CABINET,
}
#: Heads of columns in either language.
_HEADS = {
    "date": "date",
    "วันที่": "date",
    "name": "name",
    "ชื่อ": "name",
    "ชื่อวัน": "name",
    "off": "off",
    "หยุด": "off",
    "source": "source",
    "ที่มา": "source",
}


class Unreadable(ValueError):
    """The file as a whole cannot be read; the message is a sentence for the screen."""


@dataclass(frozen=True)
class Line:
    """One line or entry of a file: `number` counts from 1, `day` what it says, or `error` why it says nothing."""

    number: int
    day: Day | None = None
    error: str = ""


def read(content: bytes, *, today: date, source: str = HolidaySource.LOCAL) -> list[Line]:
    """The days of a file, in its order; a day that stands in it twice counts once, the second is an error.

    `source`: whose decision the days of a calendar file are; a CSV says so itself. Raises Unreadable.
    """
    if len(content) > BYTES:
        raise Unreadable(_("The file is larger than 1 MB."))
    if not content.strip():
        raise Unreadable(_("The file is empty."))
    lines = (
        _of_ics(content, source)
        if content.lstrip(b"\xef\xbb\xbf \r\n").startswith(b"BEGIN:VCALENDAR")
        else _of_csv(content)
    )
    if not lines:
        raise Unreadable(_("The file names no day."))
    if len(lines) > LINES:
        raise Unreadable(_("The file names more than %(count)s days.") % {"count": LINES})
    return _once([_possible(one, today) for one in lines])


def _possible(line: Line, today: date) -> Line:
    """The line, or why its day cannot be."""
    if line.day is None:
        return line
    try:
        check(line.day, today)
    except ValidationError as error:
        return Line(line.number, error=" ".join([line.day.date.isoformat(), *error.messages]))
    return line


def _once(lines: list[Line]) -> list[Line]:
    seen: set[date] = set()
    found = []
    for line in lines:
        if line.day and line.day.date in seen:
            line = Line(line.number, error=_("This day stands in the file twice."))
        elif line.day:
            seen.add(line.day.date)
        found.append(line)
    return found


def _of_ics(content: bytes, source: str) -> list[Line]:
    try:
        calendar = Calendar.from_ical(content)
    except (ValueError, IndexError, KeyError, TypeError) as error:
        raise Unreadable(_("This is no calendar file that can be read.")) from error
    lines: list[Line] = []
    for number, event in enumerate(calendar.walk("VEVENT"), 1):
        lines += _of_event(number, event, source)
        if len(lines) > LINES:
            break
    return lines


def _of_event(number: int, event: object, source: str) -> list[Line]:
    try:
        name = " ".join(str(event.get("SUMMARY", "")).split())[:200]  # type: ignore[attr-defined]
        start = _day(event["DTSTART"].dt)  # type: ignore[index]
        if event.get("RRULE"):  # type: ignore[attr-defined]
            return [Line(number, error=_("This entry repeats by a rule. Write each of its days into the file."))]
        end = _day(event["DTEND"].dt) if event.get("DTEND") else start + timedelta(days=1)  # type: ignore[attr-defined,index]
    except (KeyError, ValueError, TypeError, AttributeError, OverflowError):
        return [Line(number, error=_("The day of this entry cannot be read."))]
    if not name:
        return [Line(number, error=_("Say what day it is."))]
    count = max((end - start).days, 1)
    if count > SPAN:
        return [Line(number, error=_("This entry is longer than %(count)s days.") % {"count": SPAN})]
    return [Line(number, Day(start + timedelta(days=n), name, source=source)) for n in range(count)]


def _day(value: date | datetime) -> date:
    return value.date() if isinstance(value, datetime) else value


def _of_csv(content: bytes) -> list[Line]:
    for encoding in ENCODINGS:
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise Unreadable(_("The file is neither UTF-8 nor Windows-874 (TIS-620)."))
    if "\0" in text:
        raise Unreadable(_("This is neither a CSV file nor a calendar file."))
    separator = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=separator))
    except csv.Error as error:
        raise Unreadable(_("This is neither a CSV file nor a calendar file.")) from error
    heads = [_HEADS.get(cell.strip().lower(), "") for cell in rows[0]] if rows else []
    if not {"date", "name"} <= {*heads}:
        raise Unreadable(
            _("The first line names the columns: date and name, and off and source where they are needed.")
        )
    return [
        _of_row(number, dict(zip(heads, (cell.strip() for cell in row), strict=False)))
        for number, row in enumerate(rows[1:], 2)
        if any(cell.strip() for cell in row)
    ]


def _of_row(number: int, row: dict[str, str]) -> Line:
    day = read_day(row.get("date", ""))
    if day is None:
        return Line(
            number, error=_("“%(text)s” is no day. Write 12/4/2565 or 2022-04-12.") % {"text": row.get("date", "")[:40]}
        )
    if not row.get("name"):
        return Line(number, error=_("Say what day it is."))
    if len(row["name"]) > 200:
        return Line(number, error=_("At most 200 characters."))
    off, source = _OFF.get(row.get("off", "").lower()), _SOURCE.get(row.get("source", "").lower())
    if off is None:
        return Line(number, error=_("“%(text)s” is not day, morning, afternoon or open.") % {"text": row["off"][:40]})
    if source is None:
        return Line(number, error=_("“%(text)s” is neither cabinet nor local.") % {"text": row["source"][:40]})
    return Line(number, Day(day, row["name"], off, source))


def read_day(text: str) -> date | None:
    """12/4/2565, 12-04-2022 or 2022-04-12, in Thai or Arabic digits; a year from 2400 on is of the Buddhist era."""
    text = arabic_digits(text.strip())
    if found := re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", text):
        day, month, year = (int(part) for part in found.groups())
    elif found := re.fullmatch(r"(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})", text):
        year, month, day = (int(part) for part in found.groups())
    else:
        return None
    try:
        return date(year - BUDDHIST_ERA if year >= 2400 else year, month, day)
    except ValueError:
        return None
