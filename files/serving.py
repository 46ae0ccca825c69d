"""How an attachment leaves the house: as a download, never as a page of ours."""

import re
from typing import IO

from django.conf import settings
from django.core.files.storage import FileSystemStorage, storages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header, parse_etags

from files import store
from files.models import Attachment

#: What a browser may do with it, should it open it all the same: nothing.
HARMLESS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-cache",  # kept by the browser, asked for anew: rights end
}
_RANGE = re.compile(r"bytes=\s*(\d{0,15})\s*-\s*(\d{0,15})\s*")


def stored(request: HttpRequest, attachment: Attachment) -> HttpResponseBase:
    """The bytes of an attachment as a download under its own name; whole, or the one range that is asked for.

    The room above has asked whether this person may have it. Raises FileNotFoundError where the bytes are lost.
    """
    disposition = content_disposition_header(as_attachment=True, filename=attachment.name) or "attachment"
    return _sent(request, attachment.sha256, attachment.media_type, disposition)


def thumbnail(request: HttpRequest, attachment: Attachment) -> HttpResponseBase:
    """The small picture of an image. Raises FileNotFoundError where there is none."""
    if not attachment.thumbnail:
        raise FileNotFoundError(attachment.pk)
    return _sent(request, attachment.thumbnail, "image/webp", "inline")


def _sent(request: HttpRequest, sha256: str, media_type: str, disposition: str) -> HttpResponseBase:
    etag = f'"{sha256}"'
    if _known(request, etag):
        answer: HttpResponseBase = HttpResponseNotModified()
    elif settings.MEMOFLOW_X_ACCEL and isinstance(storages["files"], FileSystemStorage):
        answer = _by_the_proxy(sha256, media_type)
    else:
        answer = _by_ourselves(request, sha256, media_type, etag)
    for name, value in HARMLESS.items():
        answer[name] = value
    answer["ETag"] = etag
    answer["Content-Disposition"] = disposition
    return answer


def _known(request: HttpRequest, etag: str) -> bool:
    given = parse_etags(request.headers.get("If-None-Match", ""))
    return "*" in given or etag in (one.removeprefix("W/") for one in given)


def _by_the_proxy(sha256: str, media_type: str) -> HttpResponse:
    """nginx sends the file, and its ranges, from the folder."""
    if not store.there(sha256):
        raise FileNotFoundError(sha256)
    answer = HttpResponse(content_type=media_type)
    answer["X-Accel-Redirect"] = f"{settings.MEMOFLOW_X_ACCEL.rstrip('/')}/{store.name_of(sha256)}"
    return answer


def _by_ourselves(request: HttpRequest, sha256: str, media_type: str, etag: str) -> HttpResponseBase:
    file = store.take(sha256)
    size = file.size
    try:
        span = _asked_for(request, size, etag)
    except _OutOfRange:
        file.close()
        return HttpResponse(status=416, content_type=media_type, headers={"Content-Range": f"bytes */{size}"})
    first, last = span or (0, size - 1)
    headers = {"Accept-Ranges": "bytes", "Content-Length": str(last - first + 1)}
    if span:
        headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    if request.method == "HEAD":
        file.close()
        return HttpResponse(content_type=media_type, headers=headers)
    file.seek(first)
    part = _Part(file, last - first + 1)
    return FileResponse(part, status=206 if span else 200, content_type=media_type, headers=headers)


class _OutOfRange(Exception):
    """The range lies behind the end of the file."""


def _asked_for(request: HttpRequest, size: int, etag: str) -> tuple[int, int] | None:
    """First and last byte of the one range that is asked for; None for the whole file, also where several are."""
    wanted = _RANGE.fullmatch(request.headers.get("Range", "").strip())
    if request.method != "GET" or not wanted or request.headers.get("If-Range", etag) != etag:
        return None
    first, last = wanted.groups()
    if not first:
        if not last:
            return None
        first, last = str(max(0, size - int(last))), ""
    start, end = int(first), min(int(last or size), size - 1)
    if start >= size:
        raise _OutOfRange
    return (start, end) if start <= end else None


class _Part:
    """So many bytes of an open file, from where it stands."""

    def __init__(self, file: IO[bytes], length: int) -> None:
        self._file, self._left = file, length

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(data)
        return data

    def close(self) -> None:
        self._file.close()
