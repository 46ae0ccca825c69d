"""Is a file what its name says, of a kind that is taken, whole, and nothing besides?

What is looked for is what can be seen without running anything. It is no virus scanner.
"""

from dataclasses import dataclass

import puremagic
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.utils.translation import gettext as _

from files import packages, pdfs, pictures

#: Ending of the name -> media type, of everything that is taken.
TAKEN = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
FILMS = ("mp4", "mov", "avi", "mkv", "webm", "3gp", "m4v", "wmv")

#: How the bytes of each kind begin.
_BEGINNINGS: dict[str, bytes | tuple[bytes, ...]] = {
    "application/pdf": b"%PDF-",
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/jpeg": b"\xff\xd8\xff",
    "image/webp": b"RIFF",
    TAKEN["docx"]: (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"),  # the second is told apart in packages.py
    TAKEN["xlsx"]: (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"),
}


@dataclass(frozen=True)
class Found:
    """What may be stored: `picture` and `thumbnail` (WebP) in the place of the bytes given, where it is an image."""

    media_type: str
    picture: bytes | None = None
    thumbnail: bytes | None = None


def inspect(file: "File[bytes]", name: str) -> str:
    """The media type of a file. Raises ValidationError where it is none that is taken."""
    return examine(file, name).media_type


def examine(file: "File[bytes]", name: str) -> Found:
    """The media type, and of an image what is to be stored. Raises ValidationError with a sentence for the screen.

    Reads the file from its beginning and leaves it there.
    """
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    media_type = _of_a_kind(ending)
    file.seek(0)
    if not (head := file.read(64)):
        raise ValidationError(_("The file is empty."), code="empty")
    if not _begins_as(head, media_type):
        raise ValidationError(
            _("The file is called .%(ending)s, but by its content it is %(kind)s.")
            % {"ending": ending, "kind": _looks_like(head)},
            code="type",
        )
    found = _looked_into(file, ending, media_type)
    file.seek(0)
    return found


def _of_a_kind(ending: str) -> str:
    if ending in FILMS:
        raise ValidationError(
            _("Films are too large to be attached. Put the film online and attach its link."), code="film"
        )
    if ending not in TAKEN:
        raise ValidationError(
            _("Files of this kind are not taken: %(kinds)s are; a film as a link.") % {"kinds": ", ".join(TAKEN)},
            code="kind",
        )
    return TAKEN[ending]


def _begins_as(head: bytes, media_type: str) -> bool:
    return head.startswith(_BEGINNINGS[media_type]) and (media_type != "image/webp" or head[8:12] == b"WEBP")


def _looks_like(head: bytes) -> str:
    """What the bytes look like, in a word: .exe, .gif."""
    try:
        return str(puremagic.from_string(head)) or _("something else")
    except (puremagic.PureError, ValueError):
        return _("something else")


def _looked_into(file: "File[bytes]", ending: str, media_type: str) -> Found:
    if ending in packages.MAIN:
        packages.check(file, ending)
        return Found(media_type)
    file.seek(0)
    data = file.read()
    if media_type in pictures.FORMATS:
        return Found(media_type, *pictures.stripped(data, media_type))
    pdfs.check(data)
    return Found(media_type)
