"""The name of an attachment, as its person called it: kept as it is, unless it deceives or cannot be shown."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

LONGEST = 255  # characters, of any script: bytes never become a name on a disk

_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")  # soft hyphen, zero width space: word breaks of Thai texts
_TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")  # make fdp.exe look like exe.pdf
_JOINERS = "\u200c\u200d"
_HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])\s*(\.|$)")
_UNSAVABLE = re.compile(r'[<>:"|?*]')


def clean(name: str) -> str:
    """A file's name in NFC, without folders before it, zero width breaks and what Windows cannot save.

    Raises ValidationError where it holds control characters or marks that turn the direction of reading, is longer
    than 255 characters, or is none.
    """
    name = said(re.split(r"[/\\]", name)[-1]).rstrip(". ")
    name = _UNSAVABLE.sub("_", name)
    if _DEVICES.match(name):
        name = f"_{name}"
    if not name.strip("."):
        raise ValidationError(_("The file has no name."), code="name")
    return short(name)


def said(text: str) -> str:
    """A name in NFC and on one line, without zero width breaks. Raises ValidationError for hidden characters."""
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    if _TURNING.search(text):
        raise ValidationError(
            _("The name holds hidden marks that change the direction of reading. Rename it without them."), code="name"
        )
    if any(unicodedata.category(one) in _HIDDEN and one not in _JOINERS for one in text):
        raise ValidationError(_("The name holds characters that cannot be shown. Rename it without them."), code="name")
    return text.strip()


def short(name: str) -> str:
    if len(name) > LONGEST:
        raise ValidationError(
            _("The name has %(count)d characters; at most %(most)d are kept. Give it a shorter one.")
            % {"count": len(name), "most": LONGEST},
            code="name",
        )
    return name
