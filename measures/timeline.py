"""A fiscal year as a picture: one track a task, from October to September. Pure; SVG that any browser can draw.

Across, everything stands at a share of the year in percent, so that a track fills whatever width its cell has and
nothing in it is stretched. Every shape has its colour as an attribute; the classes of board.css give the colours of
the night and of paper. A state is also told by its pattern and by its word, never by the colour alone.
"""

from dataclasses import dataclass
from datetime import date

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from measures.lifecycle import State
from organization.calendar import BUDDHIST_ERA, MONTHS_TH_SHORT
from organization.templatetags.office import MONTHS_EN, day_short

MONTHS = (10, 11, 12, 1, 2, 3, 4, 5, 6, 7, 8, 9)
FILLS = {
    State.ASSIGNED: "none",
    State.IN_PROGRESS: "#cfe3e2",
    State.REPORTED: "url(#year-hatch)",
    State.ACCEPTED: "url(#year-done)",
    State.CANCELLED: "url(#year-cross)",
}


@dataclass(frozen=True)
class Year:
    """A fiscal year (Buddhist), and the day it is looked at."""

    number: int
    today: date

    @property
    def start(self) -> date:
        return date(self.number - BUDDHIST_ERA - 1, 10, 1)

    @property
    def end(self) -> date:
        return date(self.number - BUDDHIST_ERA, 9, 30)

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    def share(self, day: date) -> float:
        """Where the morning of a day stands, in percent of the year; what is outside stands at the edge."""
        return round(min(max((day - self.start).days, 0), self.days) / self.days * 100, 2)

    def holds(self, day: date) -> bool:
        return self.start <= day <= self.end

    @property
    def months(self) -> SafeString:
        """The head of the tracks: the months' names over their lines, and today's."""
        thai = (get_language() or "th").startswith("th")
        names = [MONTHS_TH_SHORT[month - 1] if thai else MONTHS_EN[month - 1][:3] for month in MONTHS]
        labels = format_html_join(
            "",
            '<text class="ax" fill="#4d5d64" x="{}%" y="20" text-anchor="middle">{}</text>',
            ((f"{(n + 0.5) / 12 * 100:.2f}", name) for n, name in enumerate(names)),
        )
        flag = ""
        if self.holds(self.today):
            flag = format_html('<circle class="now" fill="#a3212b" cx="{}%" cy="29" r="4"/>', self.share(self.today))
        return format_html('<svg class="track months" aria-hidden="true" focusable="false">{}{}</svg>', labels, flag)


@dataclass(frozen=True)
class Track:
    """One task in its year: when it is worked on, when it is due, when it was first due, and how far it is."""

    key: str
    name: str
    state: str
    label: str  # the state in words
    percent: int
    start: date
    end: date
    due: date
    ordered: date
    late: bool
    year: Year

    @property
    def extended(self) -> bool:
        return self.due != self.ordered

    @property
    def described(self) -> str:
        """What the picture shows, to be read aloud."""
        said = [
            _("%(first)s to %(last)s") % {"first": day_short(self.start), "last": day_short(self.end)},
            f"{self.label} {self.percent}%",
            _("due %(day)s") % {"day": day_short(self.due)},
        ]
        if self.extended:
            said.append(_("first ordered for %(day)s") % {"day": day_short(self.ordered)})
        return "; ".join([*said, _("Overdue")] if self.late else said)

    @property
    def drawn(self) -> SafeString:
        return format_html(
            '<svg class="track {late}" role="img" aria-labelledby="{key}-t" aria-describedby="{key}-d">'
            '<title id="{key}-t">{name}</title><desc id="{key}-d">{desc}</desc>{grid}{bar}{due}{today}</svg>',
            late="late" if self.late else "",
            key=self.key,
            name=self.name,
            desc=self.described,
            grid=_grid(self.year),
            bar=_bar(self),
            due=_deadline(self),
            today=_today(self.year),
        )


def _grid(year: Year) -> SafeString:
    starts = [date(year.start.year + (month < 10), month, 1) for month in MONTHS[1:]]
    return format_html_join(
        "",
        '<line class="grid" stroke="#dbe1df" x1="{0}%" x2="{0}%" y1="0" y2="100%"/>',
        ((year.share(day),) for day in starts),
    )


def _bar(track: Track) -> SafeString:
    """The period; within it, darker, how far the work is. Nothing when it lies outside the year."""
    year = track.year
    left, right = year.share(track.start), year.share(date.fromordinal(track.end.toordinal() + 1))
    if right <= left:
        return SafeString("")
    across = round(right - left, 2)
    done = "" if track.state in (State.ACCEPTED, State.CANCELLED) else _progress(left, across * track.percent / 100)
    return format_html(
        '<g class="s-{}" transform="translate(0 -9)"><rect class="period" fill="{}" stroke="{}"{} x="{}%" y="50%"'
        ' width="{}%" height="18" rx="4"/>{}</g>',
        track.state,
        FILLS[State(track.state)],
        "#a3212b" if track.late else "#0b5a60",
        SafeString(' stroke-dasharray="5 4"') if track.state == State.ASSIGNED else "",
        left,
        across,
        done,
    )


def _progress(left: float, across: float) -> SafeString:
    return (
        format_html(
            '<svg y="50%" height="18" overflow="visible"><rect class="done" fill="#0b5a60" x="{}%" y="5" width="{}%"'
            ' height="8" rx="2"/></svg>',
            left,
            round(across, 2),
        )
        if across > 0
        else SafeString("")
    )


def _deadline(track: Track) -> SafeString:
    """A diamond at the due day, a hollow one at the day first ordered; an arrow where the day is of another year."""
    year = track.year
    if not track.extended:
        return _marker("due", "#17262b", track.due, year)
    low, high = sorted((year.share(track.ordered), year.share(track.due)))
    return format_html(
        '<line class="moved" stroke="#17262b" stroke-dasharray="2 3" x1="{}%" x2="{}%" y1="50%" y2="50%"/>{}{}',
        low,
        high,
        _marker("first", "none", track.ordered, year),
        _marker("due", "#17262b", track.due, year),
    )


def _marker(name: str, fill: str, day: date, year: Year) -> SafeString:
    if year.holds(day):
        place, shape = year.share(day), "M0-8 8 0 0 8-8 0Z"
    elif day < year.start:
        place, shape = 0.0, "M12-7V7L1 0Z"
    else:
        place, shape = 100.0, "M-12-7V7L-1 0Z"
    return format_html(
        '<svg x="{}%" y="50%" overflow="visible"><path class="{}" fill="{}" stroke="#17262b" d="{}"/></svg>',
        place,
        name,
        fill,
        shape,
    )


def _today(year: Year) -> SafeString:
    if not year.holds(year.today):
        return SafeString("")
    return format_html(
        '<line class="now" stroke="#a3212b" stroke-width="2" x1="{0}%" x2="{0}%" y1="0" y2="100%"/>',
        year.share(year.today),
    )
