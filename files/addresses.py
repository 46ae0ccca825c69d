"""Which addresses may be attached as a link: public ones, and no others (organization.outbound knows which)."""

import re
import unicodedata
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from organization import outbound

LONGEST = 2000  # characters


def clean(url: str) -> str:
    """A link as it was typed, without blanks around it. Raises ValidationError with a sentence for the screen."""
    url = unicodedata.normalize("NFC", url).strip()
    if len(url) > LONGEST:
        raise ValidationError(
            _("The address has %(count)d characters; at most %(most)d are kept.")
            % {"count": len(url), "most": LONGEST},
            code="link",
        )
    hidden = any(unicodedata.category(one)[0] in "CZ" for one in url)
    if hidden or "\\" in url or not re.match(r"(?i)https?://", url):
        raise ValidationError(
            _("A link begins with https:// or http:// and holds no blanks or hidden characters."), code="link"
        )
    try:
        parts = urlsplit(url)
        host, _port = outbound.host_of(parts), parts.port
    except ValueError as error:
        raise ValidationError(_("This is no address of a page on the internet."), code="link") from error
    if "@" in parts.netloc:
        raise ValidationError(_("The address holds a user name or a password. Leave them out."), code="link")
    if not outbound.is_public(host):
        raise ValidationError(
            _("The address leads into a private network, where others cannot open it. Attach the file itself."),
            code="private",
        )
    return url
