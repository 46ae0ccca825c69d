"""How the office writes: dates in the reader's era, Thai digits on papers, icons. A builtin of every template.

Dates come as date, datetime or ISO text (a letter's frozen context is JSON); an empty one is written as nothing.
"""

import re
from datetime import date, datetime
from functools import lru_cache

from django import template
from django.forms import BoundField
from django.templatetags.static import static
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext, override

from organization import calendar, plain_text

register = template.Library()

When = date | datetime | str | None

MONTHS_EN = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
#: Titles that are no part of a name; the longer ones first.
TITLES = ("ว่าที่ร้อยตรี", "นางสาว", "น.ส.", "นาง", "นาย", "ดร.", "Miss ", "Mrs. ", "Mr. ", "Ms. ", "Dr. ")
LEADING_VOWELS = "เแโใไ"
EMBLEM = (
    "M30 3 36 12 30 20 24 12Z",
    "M30 20v30M30 28C22 20 12 20 4 26c6 0 8 4 8 10 4-2 8-1 10 4 3-4 6-5 8-4M30 28c8-8 18-8 26-2-6 0-8 4-8 10"
    "-4-2-8-1-10 4-3-4-6-5-8-4M22 62l8-12 8 12M18 50c4 2 8 2 12 0 4 2 8 2 12 0",
)


def _moment(when: When) -> date | datetime | None:
    if isinstance(when, str):
        if not when:
            return None
        return date.fromisoformat(when) if len(when) <= 10 else datetime.fromisoformat(when)
    return when or None


def _local(when: When) -> date | datetime | None:
    """The date or moment as the office's wall shows it."""
    moment = _moment(when)
    if isinstance(moment, datetime) and moment.tzinfo:
        return calendar.local(moment)
    return moment


def _date(when: When) -> date | None:
    moment = _local(when)
    return moment.date() if isinstance(moment, datetime) else moment


def _reads_thai() -> bool:
    return (get_language() or "th").startswith("th")


@register.filter
def day(when: When) -> str:
    """14 กันยายน 2564, or 14 September 2021."""
    on = _date(when)
    if on is None:
        return ""
    return calendar.thai_date(on) if _reads_thai() else f"{on.day} {MONTHS_EN[on.month - 1]} {on.year}"


@register.filter
def day_short(when: When) -> str:
    """14 ก.ย. 2564, or 14 Sep 2021."""
    on = _date(when)
    if on is None:
        return ""
    return calendar.thai_date(on, short=True) if _reads_thai() else f"{on.day} {MONTHS_EN[on.month - 1][:3]} {on.year}"


@register.filter
def moment(when: When) -> str:
    """14 ก.ย. 2564 เวลา 09.14 น., or 14 Sep 2021, 09:14. A date without a time is written as a date."""
    at = _local(when)
    if not isinstance(at, datetime):
        return day_short(at)
    return f"{day_short(at)} เวลา {at:%H.%M} น." if _reads_thai() else f"{day_short(at)}, {at:%H:%M}"


@register.filter
def time_of_day(when: When) -> str:
    """09.14 น., or 09:14, where the day is said already."""
    at = _local(when)
    if not isinstance(at, datetime):
        return ""
    return f"{at:%H.%M} น." if _reads_thai() else f"{at:%H:%M}"


@register.filter
def paper_day(when: When) -> str:
    """๑๔ กันยายน ๒๕๖๔, whoever reads: the paper is Thai."""
    on = _date(when)
    return calendar.thai_digits(calendar.thai_date(on)) if on else ""


@register.filter
def paper_day_short(when: When) -> str:
    """๑๔ ก.ย. ๒๕๖๔, for the tables of a paper."""
    on = _date(when)
    return calendar.thai_digits(calendar.thai_date(on, short=True)) if on else ""


@register.filter
def paper_moment(when: When) -> str:
    """๑๔ ก.ย. ๒๕๖๔ เวลา ๐๙.๑๔ น."""
    at = _local(when)
    if not isinstance(at, datetime):
        return paper_day(at)
    return calendar.thai_digits(f"{calendar.thai_date(at.date(), short=True)} เวลา {at:%H.%M} น.")


@register.filter
def be(when: When) -> int | str:
    """The Buddhist year."""
    on = _date(when)
    return calendar.buddhist_year(on) if on else ""


@register.filter
def typed_day(when: When) -> str:
    """As a Thai office types a day, and as its forms read it: 12/4/2565."""
    found = _date(when)
    return f"{found.day}/{found.month}/{calendar.buddhist_year(found)}" if found else ""


@register.filter
def month_name(when: When) -> str:
    """ตุลาคม 2565, or October 2022."""
    found = _date(when)
    if found is None:
        return ""
    return (
        f"{calendar.MONTHS_TH[found.month - 1]} {calendar.buddhist_year(found)}"
        if _reads_thai()
        else f"{MONTHS_EN[found.month - 1]} {found.year}"
    )


@register.filter
def iso_day(when: When) -> str:
    """2021-09-14, for <time datetime> and date inputs."""
    on = _date(when)
    return on.isoformat() if on else ""


@register.filter
def thai_digits(text: object) -> str:
    return calendar.thai_digits(text) if text is not None else ""


@register.filter
def days_left(due: When, today: When) -> str:
    """8 days left, 7 days late, or today."""
    until, on = _date(due), _date(today)
    if until is None or on is None:
        return ""
    days = (until - on).days
    if days == 0:
        return gettext("today")
    if days > 0:
        return ngettext("%(days)d day left", "%(days)d days left", days) % {"days": days}
    return ngettext("%(days)d day late", "%(days)d days late", -days) % {"days": -days}


@register.filter
def due_class(due: When, today: When) -> str:
    """The colour of a deadline: bad-t from the day itself on, warn-t in the week before, else none."""
    until, on = _date(due), _date(today)
    if until is None or on is None:
        return ""
    days = (until - on).days
    return "bad-t" if days <= 0 else "warn-t" if days <= 7 else ""


@register.filter
def file_size(size: int | None) -> str:
    """1.2 MB of a number of bytes; thousands are thousands, as on the office's papers."""
    if size is None:
        return ""
    if size < 1000:
        return ngettext("%(n)s byte", "%(n)s bytes", size) % {"n": size}
    if size < 999_500:
        return gettext("%(n)s kB") % {"n": round(size / 1000)}
    return gettext("%(n)s MB") % {"n": f"{size / 1_000_000:.1f}".removesuffix(".0")}


@register.filter
def paper_size(size: int) -> str:
    """๑.๒ เมกะไบต์, whoever reads: the paper is Thai."""
    with override("th"):
        return calendar.thai_digits(file_size(size))


@register.filter
def paragraphs(text: object) -> SafeString:
    """Every line a paragraph, escaped even when it calls itself safe."""
    lines = [line.strip() for line in str(text or "").splitlines()]
    return format_html_join("\n", "<p>{}</p>", ((escape(line),) for line in lines if line))


@register.filter
def tidy(text: object) -> str:
    """A plain letter without the gaps that its conditions left: at most one empty line in a row."""
    lines = "\n".join(line.strip() for line in str(text).splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines)


@register.filter
def shortened(text: object, most: int) -> str:
    """At most so many characters; no Thai letter is parted from its vowels and marks."""
    return plain_text.shortened(str(text or ""), most)


@register.filter
def initial(name: object) -> str:
    """The letter that stands for a person: ธ of นายธนกร, ก of นางสาวเกสร."""
    bare = str(name or "").strip()
    for title in TITLES:
        if bare.startswith(title) and len(bare) > len(title):
            bare = bare[len(title) :].strip()
            break
    return bare.lstrip(LEADING_VOWELS)[:1].upper()


@register.simple_tag
@lru_cache(maxsize=128)
def icon(name: str) -> SafeString:
    """An icon of static/icons.svg, hidden from screen readers: the word stands beside it, or in a .vh."""
    return format_html(
        '<svg class="i" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>', static("icons.svg"), name
    )


@register.simple_tag
def emblem() -> SafeString:
    """The emblem at the head of a paper: a placeholder until an office brings its own."""
    return format_html(
        '<svg viewBox="0 0 60 66" role="img" aria-label="{}" fill="none" stroke="currentColor" stroke-width="2">{}'
        "</svg>",
        gettext("Garuda emblem"),
        format_html_join("", '<path d="{}"/>', ((path,) for path in EMBLEM)),
    )


@register.simple_tag
def control(field: BoundField, hint: str = "") -> SafeString:
    """A field's input, tied by aria-describedby to the hint and the errors that components/field.html writes."""
    described = [f"{field.auto_id}_helptext"] * bool(hint or field.help_text)
    described += [f"{field.auto_id}_error"] * bool(field.errors)
    return field.as_widget(attrs={"aria-describedby": " ".join(described)} if described else None)
