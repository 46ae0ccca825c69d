from django import template

from files.receiving import Limits

register = template.Library()


@register.simple_tag
def limits() -> Limits:
    """What a field for files says of them, and what its browser is told to offer."""
    return Limits()
