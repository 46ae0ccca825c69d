"""What people type: kept as typed, within limits, without characters that no screen or paper can show."""

from unicodedata import category, combining

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

_LINES = "\t\n\r"
_BLANK_LETTERS = "\u115f\u1160\u3164\uffa0"  # letters by name, which every screen shows as nothing
_LEADING, _TRAILING = "เแโใไ", "ะาำๅๆฯ"  # Thai vowels and signs that stand with the letter after, or before them
_JOINERS = "\u200d\ufe0f"  # they make one picture of several


LONGEST = 4000  # characters of a comment, a reason, a report


def words(value: str, field: str, *, most: int = LONGEST, needed: str = "") -> str:
    """The words as they are kept: trimmed, one kind of line break.

    Raises ValidationError with {field: messages}: `needed` when they say nothing, or too long, or control characters.
    """
    value = value.replace("\r\n", "\n").strip()
    if needed and not says_something(value):
        raise ValidationError({field: needed})
    if len(value) > most:
        raise ValidationError({field: too_long(value, most)})
    try:
        validate_plain_text(value)
    except ValidationError as error:
        raise ValidationError({field: error.messages}) from error
    return value


def says_something(value: str) -> bool:
    """Has it a letter or a digit? Spaces, marks and characters of no width alone are no words."""
    return any(category(one)[0] in "LN" and one not in _BLANK_LETTERS for one in value)


def shortened(text: str, most: int) -> str:
    """At most so many characters, with … where something is left out; no letter is parted from its vowels and marks."""
    if len(text) <= most:
        return text
    end = most - 1
    while end > 0 and _belong_together(text[end - 1], text[end]):
        end -= 1
    return f"{text[: end or most - 1].rstrip()}…"


def _belong_together(first: str, second: str) -> bool:
    marks = category(second) in ("Mn", "Mc", "Me", "Sk") or bool(combining(second))
    return marks or first in _LEADING or second in _TRAILING or first in _JOINERS or second in _JOINERS


def too_long(value: str, most: int) -> str:
    return _("No more than %(most)s characters; this has %(have)s.") % {"most": most, "have": len(value)}


def validate_plain_text(value: str) -> None:
    """Refuse control characters (a tab or a line break is none); emoji and any script may stand."""
    if any(_is_control(character) for character in value):
        raise ValidationError(_("The text has a control character that cannot be kept. Type the passage again."))


def _is_control(character: str) -> bool:
    code = ord(character)
    return (code < 32 and character not in _LINES) or 0x7F <= code < 0xA0 or 0xD800 <= code < 0xE000
