"""Figures as pages show them."""

from decimal import Decimal

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from assessments.chart import signed

register = template.Library()


@register.filter
def points(value: Decimal | None) -> str:
    """82.14; a dash where there is none."""
    return "–" if value is None else f"{value:.2f}"


@register.filter
def gain(change: Decimal | None) -> SafeString | str:
    """+2.15 or −8.97 in its colour, the sign read aloud; a dash where nothing is compared."""
    if change is None:
        return "–"
    if not change:
        return signed(change)
    word, tone = (_("up"), "ok-t") if change > 0 else (_("down"), "bad-t")
    return format_html('<span class="{} nowrap"><span class="vh">{} </span>{}</span>', tone, word, signed(change))
