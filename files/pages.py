"""What the pages of attachments share; the room above has asked whether this person may."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from files import serving
from files.models import Attachment


def file(request: HttpRequest, attachment: Attachment, back: str) -> HttpResponseBase:
    """A file as it was brought; where its bytes are gone, a page that says so."""
    try:
        return serving.stored(request, attachment)
    except FileNotFoundError:
        return render(request, "files/missing.html", {"back_url": back}, status=503)


def thumbnail(request: HttpRequest, attachment: Attachment) -> HttpResponseBase:
    """The small picture of an image, where it has one."""
    try:
        return serving.thumbnail(request, attachment)
    except FileNotFoundError:
        return HttpResponse(status=404)


def attached(request: HttpRequest, how_many: int, where: str) -> HttpResponse:
    """On to a page; a script that sends the form for the sake of its progress is told where (static/attach.js)."""
    said = ngettext("%(n)s thing is attached.", "%(n)s things are attached.", how_many)
    messages.success(request, said % {"n": how_many})
    return gone_to(request, where)


def gone_to(request: HttpRequest, where: str) -> HttpResponse:
    if request.headers.get("X-Requested-With") == "XMLHttpRequest":
        return JsonResponse({"go": where})
    return redirect(where)


def remove(request: HttpRequest, attachment: Attachment, act: Callable[[str], object], back: str) -> HttpResponse:
    """Ask, then take away; `act` is given the reason."""
    why, wrong = request.POST.get("why", ""), ""
    if request.method == "POST":
        try:
            act(why)
        except ValidationError as error:
            wrong = error.messages[0]
        else:
            messages.success(request, _("“%(name)s” is removed.") % {"name": attachment.name})
            return redirect(back)
    context = {"attachment": attachment, "back_url": back, "wrong": wrong, "why": why, "tone": "bad"}
    return render(request, "files/remove.html", context)
