"""What the paper and the draft editor need to render nested text: looking things up, joining paths, dates as typed."""

from datetime import date
from typing import Any

from django import template

from organization.templatetags.office import day

register = template.Library()


@register.filter
def at(holder: Any, key: object) -> Any:
    """The value under a key of a dictionary; nothing when it is not there."""
    return holder.get(key) if isinstance(holder, dict) else None


@register.filter
def dot(path: object, key: object) -> str:
    """The path of a thing inside another: "plan"|dot:0 is plan.0."""
    return f"{path}.{key}"


@register.filter
def dashed(path: object) -> str:
    """A path as an id that a selector can name: sections-0-text."""
    return str(path).replace(".", "-")


@register.filter
def holds(values: Any, wanted: object) -> bool:
    """Is it ticked? Places come as numbers from a saved draft and as text from the page."""
    return str(wanted) in {str(value) for value in values or ()}


@register.filter
def worded(sections: Any) -> Any:
    """The sections, headings without words among them, where any has words; none of a text without such sections."""
    return sections if any(section["text"] for section in sections or ()) else ()


@register.filter
def typed_day(text: object) -> str:
    """A date field's ISO text as the office writes it; what is no date yet is written as nothing."""
    try:
        return day(date.fromisoformat(str(text)))
    except ValueError:
        return ""
