"""Our own charts: bars from 0, the line of the target, the year before beside. Pure; text that any browser can draw.

Every shape has its colour as an attribute, so that it also stands where no stylesheet reaches (a print engine); the
classes of app.css give the colours of the night and of black-and-white paper.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from assessments import scoring
from assessments.results import YearResult
from organization.models import bilingual

MINUS = "\u2212"
TICKS = range(0, 101, 20)


@dataclass(frozen=True)
class Bar:
    """One row: a name, its figure (0 to 100), and the figure it is compared with."""

    name: str
    value: Decimal
    before: Decimal | None = None

    @property
    def change(self) -> Decimal | None:
        return scoring.change(self.value, self.before)


@dataclass(frozen=True)
class Layout:
    """Where things stand, in the units of the drawing: names beside the bars, or above them on a phone."""

    key: str
    width: int
    left: int
    right: int
    head: int  # room for the name above its bars
    bar: int
    gap: int

    @property
    def across(self) -> int:
        return self.width - self.left - self.right

    def x(self, value: Decimal | int) -> str:
        return f"{self.left + float(value) / 100 * self.across:.1f}"


WIDE = Layout("w", 960, 290, 140, 0, 13, 18)
NARROW = Layout("n", 340, 0, 0, 25, 10, 16)


@dataclass(frozen=True)
class Chart:
    """A drawing in two shapes, and the rows it draws, for the table beside it."""

    key: str
    title: str
    bars: tuple[Bar, ...]
    target: Decimal
    label: str
    before_label: str = ""

    @property
    def compares(self) -> bool:
        return any(bar.before is not None for bar in self.bars)

    @property
    def wide(self) -> SafeString:
        return drawn(self, WIDE)

    @property
    def narrow(self) -> SafeString:
        return drawn(self, NARROW)


def of_result(result: YearResult, previous: YearResult | None = None, key: str = "scores") -> Chart:
    """The scores of a year's indicators beside those of the year before."""
    changes = result.changes(previous)
    bars = [
        Bar(
            f"{number}. {bilingual(one.th, one.en)}",
            result.scores[number],
            None if (gained := changes.indicators[number]) is None else result.scores[number] - gained,
        )
        for number, one in result.rules.by_number.items()
        if number in result.scores
    ]
    return Chart(
        key,
        _("Scores by indicator, fiscal year %(year)s") % {"year": result.year},
        tuple(bars),
        result.rules.target,
        str(result.year),
        str(previous.year) if previous else "",
    )


def of_years(results: Sequence[YearResult], key: str = "years") -> Chart:
    """The totals of the years, each beside nothing: the change stands to the year before it."""
    known = {one.year: one.total for one in results if one.total is not None}
    bars = [Bar(_("Fiscal year %(year)s") % {"year": year}, total) for year, total in known.items()]
    target = results[-1].rules.target if results else Decimal(85)
    return Chart(key, _("Total by fiscal year"), tuple(bars), target, _("Total"))


def signed(change: Decimal) -> str:
    """+2.15, −8.97 with a real minus, or 0.00."""
    return f"{change:+.2f}".replace("-", MINUS) if change else f"{change:.2f}"


def drawn(chart: Chart, at: Layout) -> SafeString:
    paired = chart.compares
    thick = at.bar if paired else at.bar + 6
    step = at.head + (2 * at.bar + 2 if paired else thick) + at.gap
    height = step * len(chart.bars) + 30
    rows = format_html_join(
        "", "{}", ((_row(bar, chart, at, 6 + n * step, thick),) for n, bar in enumerate(chart.bars))
    )
    deep = step - at.gap - at.head
    spans = [(6 + n * step + at.head, deep) for n in range(len(chart.bars))] if at.head else [(4, height - 30)]
    goal = format_html_join(
        "",
        '<line class="goal" stroke="#a3212b" stroke-width="1.5" stroke-dasharray="5 4"'
        ' x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>',
        ((at.x(chart.target), top - 2, top + length + 2) for top, length in spans),
    )
    key = f"{chart.key}-{at.key}"
    return format_html(
        '<svg class="chart" viewBox="0 0 {width} {height}" font-family="Sarabun, sans-serif" font-size="15" role="img"'
        ' aria-labelledby="{key}-t {key}-d"><title id="{key}-t">{title}</title><desc id="{key}-d">{desc}</desc>'
        "{grid}{rows}{goal}</svg>",
        width=at.width,
        height=height,
        key=key,
        title=chart.title,
        desc=described(chart),
        grid=_grid(at, height),
        rows=rows,
        goal=goal,
    )


def described(chart: Chart) -> str:
    """What the drawing shows, to be read aloud."""
    said = []
    for bar in chart.bars:
        text = f"{bar.name} {bar.value:.2f}"
        said.append(f"{text} ({chart.before_label}: {bar.before:.2f})" if bar.before is not None else text)
    target = _("Target: %(target)s") % {"target": f"{chart.target.normalize():f}"}
    return "; ".join([*said, target])


def _grid(at: Layout, height: int) -> SafeString:
    def anchor(tick: int) -> str:
        if at.left:
            return "middle"
        return {TICKS[0]: "start", TICKS[-1]: "end"}.get(tick, "middle")

    return format_html_join(
        "",
        '<line class="grid" stroke="#dbe1df" x1="{0}" x2="{0}" y1="4" y2="{1}"/>'
        '<text class="ax" font-size="13" fill="#4d5d64" x="{0}" y="{2}" text-anchor="{3}">{4}</text>',
        ((at.x(tick), height - 26, height - 7, anchor(tick), tick) for tick in TICKS),
    )


def _row(bar: Bar, chart: Chart, at: Layout, top: int, thick: int) -> SafeString:
    first = top + at.head
    middle = top + 17 if at.head else first + (at.bar + 6 if chart.compares else thick // 2 + 5)
    low = bar.value < chart.target
    now, before = at.x(bar.value), at.x(bar.before if bar.before is not None else 0)
    beside = format_html(
        '<rect class="b2" fill="#9db8ba" x="{}" y="{}" width="{}" height="{}" rx="2"/>',
        at.left,
        first + at.bar + 2,
        f"{float(before) - at.left:.1f}",
        at.bar,
    )
    change = format_html(
        '<text class="d {}" fill="{}" x="{}" y="{}" text-anchor="end">{}</text>',
        "up" if bar.change is not None and bar.change >= 0 else "down",
        "#17683a" if bar.change is not None and bar.change >= 0 else "#a3212b",
        at.width,
        middle,
        "" if bar.change is None else signed(bar.change),
    )
    return format_html(
        '<text fill="#17262b" x="{}" y="{}" text-anchor="{}">{}</text>'
        '<rect class="b1" fill="#0b5a60" x="{}" y="{}" width="{}" height="{}" rx="2"/>{}'
        '<text class="v{}" fill="{}" font-weight="700" x="{}" y="{}" text-anchor="end">{}</text>{}',
        at.left - 14 if at.left else 0,
        middle,
        "end" if at.left else "start",
        bar.name,
        at.left,
        first,
        f"{float(now) - at.left:.1f}",
        thick,
        beside if bar.before is not None else "",
        " down" if low else "",
        "#a3212b" if low else "#17262b",
        at.width - (66 if chart.compares else 0),
        middle,
        f"{bar.value:.2f}",
        change if bar.change is not None else "",
    )
