"""Is a file what its name says, and of a kind that is taken?"""

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.utils.translation import gettext as _

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


def inspect(file: "File[bytes]", name: str) -> str:
    """The media type of a file. Raises ValidationError where it is none that is taken."""
    ending = name.rpartition(".")[2].lower()
    if ending not in TAKEN:
        raise ValidationError(_("Files of this kind are not taken: %(kinds)s are.") % {"kinds": ", ".join(TAKEN)})
    return TAKEN[ending]
