"""How a PDF leaves the house: as stored, under a readable name, and never taken for anything else."""

from collections.abc import Iterator

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from documents import archive
from documents.models import Paper

CHUNK = 64 * 1024
PDF = "application/pdf"


def stored(request: HttpRequest, paper: Paper, name: str) -> HttpResponseBase:
    """The print of a paper, byte for byte. It never changes, so a browser that has it is told so."""
    sha256 = paper.print.sha256
    if request.headers.get("If-None-Match", "").strip('"') == sha256:
        return HttpResponseNotModified(headers={"ETag": f'"{sha256}"'})
    file = archive.take(sha256)
    response = FileResponse(file, filename=name, as_attachment="download" in request.GET, content_type=PDF)
    response["ETag"] = f'"{sha256}"'
    response["Cache-Control"] = "private, no-cache"
    return _alone(response)


def fresh(request: HttpRequest, pdf: bytes, name: str) -> HttpResponseBase:
    """A preview: shown once and kept nowhere."""
    response = HttpResponse(pdf, content_type=PDF)
    response["Content-Disposition"] = content_disposition_header("download" in request.GET, name) or ""
    response["Cache-Control"] = "no-store"
    return _alone(response)


def chunks(sha256: str) -> Iterator[bytes]:
    """The bytes of a stored file, piece by piece."""
    with archive.take(sha256) as file:
        yield from file.chunks(CHUNK)


def file_name(*parts: str) -> str:
    """A name any system takes: บันทึกข้อความ-นฐ-71201-1.pdf."""
    return folder_name("-".join(part for part in parts if part)) + ".pdf"


def folder_name(name: str) -> str:
    return "".join("-" if one in '/\\:*?"<>| \n' else one for one in name)[:150]


def _alone(response: HttpResponseBase) -> HttpResponseBase:
    """Without the pages' own policy, which would keep a browser's PDF viewer from opening it."""
    response._csp_exempt = True  # type: ignore[attr-defined]
    response["X-Content-Type-Options"] = "nosniff"
    return response
