"""The public's own door: before sessions and sign-in, so that no page of it knows who reads.

It answers GET and HEAD of /public/, /sitemap.xml and /robots.txt: from the store of pages just written, or by asking
the page. No cookie is read or set; the language is the address's (?lang=en), never the browser's.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path

from csp.utils import build_policy
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.utils.translation import gettext as _

from disclosure import store
from disclosure.store import Kept

ROOM, FILES = "/public/", ("/sitemap.xml", "/robots.txt")
LANGUAGES = ("th", "en")
#: The queries that nearly everybody comes with, and what language each asks for.
ASKED = {"": "th", "lang=th": "th", "lang=en": "en"}
HTML = "text/html; charset=utf-8"


@dataclass(frozen=True)
class Leaf:
    """What an address has to say: what it depends on (`stamp`), when that last changed, and how it is written."""

    stamp: Iterable[str]
    write: Callable[[], str]
    changed: datetime | None = None
    content_type: str = HTML
    status: int = HTTPStatus.OK
    headers: dict[str, str] = field(default_factory=dict)


class PublicDoor:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        path = request.path_info
        if not path.startswith(ROOM) and path not in FILES:
            return self.get_response(request)
        request.get_host()  # a forged host is refused here as everywhere
        if request.method not in ("GET", "HEAD"):
            return _framed(HttpResponseNotAllowed(["GET", "HEAD"]))
        asked = request.META.get("QUERY_STRING", "")
        language = ASKED.get(asked) or _language(request)
        key = (path, language) if asked in ASKED or request.GET.keys() <= {"lang"} else None
        kept = store.get(key) if key else None
        if kept:
            return _given(request, kept)
        with translation.override(language):
            return _asked(request, language, key)


def _language(request: HttpRequest) -> str:
    wanted = request.GET.get("lang", "th")
    return wanted if wanted in LANGUAGES else "th"


def _asked(request: HttpRequest, language: str, key: tuple[str, str] | None) -> HttpResponseBase:
    since = store.age()
    try:
        match = resolve(request.path_info)
        answer = match.func(request, *match.args, **match.kwargs)
    except Resolver404:
        return _elsewhere(request)
    except Http404:
        return _missing()
    if not isinstance(answer, Leaf):
        return _framed(answer)
    etag = _etag(answer, language, request)
    changed = int(answer.changed.timestamp()) if answer.changed else None
    if answer.status == HTTPStatus.OK and (unchanged := get_conditional_response(request, etag, changed)):
        return _framed(_marked(unchanged, etag, changed))
    kept = Kept(answer.status, answer.write().encode(), _headers(answer, language), etag, changed)
    if key:
        store.put(key, kept, since)
    return _given(request, kept)


def _elsewhere(request: HttpRequest) -> HttpResponse:
    """An address without its last slash is led there; any other is none."""
    try:
        if not request.path_info.endswith("/"):
            resolve(f"{request.path_info}/")
            query = request.META.get("QUERY_STRING", "")
            return _framed(HttpResponsePermanentRedirect(f"{request.path_info}/" + (f"?{query}" if query else "")))
    except Resolver404:
        pass
    return _missing()


def _missing() -> HttpResponse:
    """The same for everything that is not published, whether it exists or not."""
    context = {"language": translation.get_language(), "title": _("There is no such page")}
    page = render_to_string("disclosure/public/missing.html", context)
    response = HttpResponse(page, status=HTTPStatus.NOT_FOUND)
    response["Cache-Control"] = "no-cache"
    return _framed(response)


def _given(request: HttpRequest, kept: Kept) -> HttpResponse:
    body = kept.content if request.method == "GET" else b""
    response = HttpResponse(body, status=kept.status)
    for name, value in kept.headers:
        response.headers[name] = value
    _marked(response, kept.etag, kept.changed)
    response.headers["Content-Length"] = str(len(kept.content))
    if kept.status == HTTPStatus.OK and ("If-None-Match" in request.headers or "If-Modified-Since" in request.headers):
        found = get_conditional_response(request, kept.etag, kept.changed, response)
        return _framed(found or response)
    return _framed(response)


def _marked(response: HttpResponse, etag: str, changed: int | None) -> HttpResponse:
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = f"public, max-age={settings.MEMOFLOW_PUBLIC_SECONDS}"
    if changed is not None:
        response.headers["Last-Modified"] = http_date(changed)
    return response


def _headers(answer: Leaf, language: str) -> tuple[tuple[str, str], ...]:
    return (("Content-Type", answer.content_type), ("Content-Language", language), *answer.headers.items())


def _framed(response: HttpResponse) -> HttpResponse:
    """With the headers of every answer of the house. The policy is put together once: doing so for each answer, as
    its middleware does, took longer than the page itself. A PDF has none (documents.serving)."""
    response.headers.setdefault("X-Frame-Options", settings.X_FRAME_OPTIONS)
    if not getattr(response, "_csp_exempt", False):
        response.headers["Content-Security-Policy"] = _policy()
    return response


@cache
def _policy() -> str:
    return str(build_policy())


def _etag(answer: Leaf, language: str, request: HttpRequest) -> str:
    said = "\n".join([_written_with(), language, request.path_info, str(answer.status), *answer.stamp])
    return f'"{sha256(said.encode()).hexdigest()[:32]}"'


def _written_with() -> str:
    """The version of the pages themselves: of the templates, the words and this code."""
    global _version
    if _version is None:
        base = Path(settings.BASE_DIR)
        files = [*(base / "templates/disclosure/public").glob("*"), *(base / "disclosure").glob("*.py")]
        files += [base / "locale/th/LC_MESSAGES/django.mo", base / "templates/assessments/_chart.html"]
        read = sha256()
        for path in sorted(files):
            read.update(path.read_bytes())
        _version = read.hexdigest()
    return _version


_version: str | None = None
