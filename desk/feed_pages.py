"""The private calendar: the feed itself, which needs no sign-in, and the page where its address is made and ended."""

from hashlib import sha256

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import re_path, reverse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from desk import feed
from notifications.models import CalendarFeed
from organization import calendar
from organization.models import User


@require_safe
def calendar_file(request: HttpRequest, secret: str) -> HttpResponseBase:
    """A person's deadlines, for a calendar program: the address says whose; nobody keeps it for others."""
    try:
        user = feed.owner(secret)
    except CalendarFeed.DoesNotExist as error:
        raise Http404 from error
    content = feed.written(user, now=calendar.now())
    etag = f'"{sha256(content).hexdigest()[:32]}"'
    answer: HttpResponseBase = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    answer.headers["ETag"] = etag
    answer.headers["Content-Disposition"] = 'inline; filename="memoflow.ics"'
    answer = get_conditional_response(request, etag=etag, response=answer) or answer  # type: ignore[arg-type]
    answer.headers["Cache-Control"] = "private, max-age=900"
    answer.headers["Content-Language"] = user.language
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def address(request: HttpRequest) -> HttpResponse:
    """My calendar address. A new one is in the answer to the POST that made it, and nowhere after that."""
    user: User = request.user  # type: ignore[assignment]
    made = feed.make(user, now=calendar.now()) if request.method == "POST" else ""
    return _page(request, user, made)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def renew(request: HttpRequest) -> HttpResponse:
    user: User = request.user  # type: ignore[assignment]
    if request.method == "POST":
        return _page(request, user, feed.renew(user, now=calendar.now()))
    return _ask(request, user, "renew")


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: HttpRequest) -> HttpResponse:
    user: User = request.user  # type: ignore[assignment]
    if request.method == "POST":
        feed.revoke(user)
        messages.success(request, _("The calendar address reads nothing any more."))
        return HttpResponseRedirect(reverse("calendar-feed"))
    return _ask(request, user, "revoke")


def _page(request: HttpRequest, user: User, made: str) -> HttpResponse:
    https = feed.address(made) if made else ""
    webcal = f"webcal:{https.partition(':')[2]}"
    context = {"standing": feed.standing(user), "address": https, "webcal": webcal}
    return render(request, "desk/calendar_feed.html", context)


def _ask(request: HttpRequest, user: User, act: str) -> HttpResponse:
    """Before the address of before ends; without one there is nothing to ask."""
    if feed.standing(user) is None:
        return HttpResponseRedirect(reverse("calendar-feed"))
    context = {"act": act, "back_url": reverse("calendar-feed"), "tone": "bad"}
    return render(request, "desk/calendar_feed_confirm.html", context)


urls = [
    re_path(r"^calendar/(?P<secret>[A-Za-z0-9_-]{43})\.ics$", calendar_file, name="calendar"),
    re_path(r"^account/calendar/$", address, name="calendar-feed"),
    re_path(r"^account/calendar/renew/$", renew, name="calendar-feed-renew"),
    re_path(r"^account/calendar/revoke/$", revoke, name="calendar-feed-revoke"),
]
