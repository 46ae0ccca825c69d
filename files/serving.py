"""How an attachment leaves the house: as a download, never as a page of ours."""

from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase

from files import shelf
from files.models import Attachment


def stored(request: HttpRequest, attachment: Attachment) -> HttpResponseBase:
    """The bytes of an attachment. The room above has asked whether this person may have it."""
    return FileResponse(shelf.take(attachment.sha256), filename=attachment.name, as_attachment=True)


def thumbnail(request: HttpRequest, attachment: Attachment) -> HttpResponseBase:
    """The small picture of an image. Raises FileNotFoundError where it has none."""
    if not attachment.thumbnail:
        raise FileNotFoundError(attachment.name)
    return FileResponse(shelf.take(attachment.thumbnail), content_type="image/webp")
