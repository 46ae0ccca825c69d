"""The bell, the page of all notices."""

from datetime import datetime
from itertools import groupby
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from notifications import notices
from organization import calendar
from organization.paging import page_of

PAGE = 30


@never_cache
@require_GET
def bell(request: HttpRequest) -> HttpResponse:
    """What stands in the bell, for who is signed in; the session is not prolonged by asking."""
    if not request.user.is_authenticated:
        return HttpResponse(status=204)
    return render(request, "notifications/bell.html", {"unread": notices.badge(request.user)})


@login_required
@require_GET
def all_notices(request: HttpRequest) -> HttpResponse:
    """Everything I was told, the newest first, by day; `?unread=1`: only what I have not read."""
    user, only = request.user, request.GET.get("unread") == "1"
    letters = notices.unread(user) if only else notices.of(user)  # type: ignore[arg-type]
    page = page_of(letters, request, key=("-at", "-pk"), size=PAGE)
    shown = notices.shown(page.rows, user)  # type: ignore[arg-type]
    days = [{"day": day, "notices": list(some)} for day, some in groupby(shown, key=lambda one: one.day)]
    context = {"page": page, "days": days, "only": only, "now": calendar.now()}
    return render(request, "notifications/notices.html", context)


@login_required
@require_safe
def open_notice(request: HttpRequest, pk: UUID) -> HttpResponse:
    """To what it speaks of; from now on it is read."""
    letter = get_object_or_404(notices.of(request.user), pk=pk)  # type: ignore[arg-type]
    if notices.by_a_person(request):
        notices.opened(request.user, letter.pk, now=calendar.now())  # type: ignore[arg-type]
    if to := notices.path_of(letter):
        return redirect(to)
    messages.info(request, _("What this notice spoke of is there no more."))
    return redirect("notices")


@login_required
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """All that came until the page was shown is read; what came since stays unread."""
    now = calendar.now()
    until = _moment(request.POST.get("until", "")) or now
    count = notices.read_all(request.user, until=until, now=now)  # type: ignore[arg-type]
    said = ngettext("%(n)s notice is marked as read.", "%(n)s notices are marked as read.", count)
    messages.success(request, said % {"n": count})
    return redirect("notices")


def _moment(text: str) -> datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found and found.tzinfo else None


urls = [
    path("", all_notices, name="notices"),
    path("bell/", bell, name="notices-bell"),
    path("read/", read_all, name="notices-read"),
    path("<uuid:pk>/", open_notice, name="notice"),
]
