"""A person's own choice of mails, and the one click that stops one kind."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from notifications import events, preferences
from notifications.events import Event
from notifications.preference_forms import PreferenceForm
from organization.models import User


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    """How my mails come: bundled, at which hours, which kinds."""
    user: User = request.user  # type: ignore[assignment]
    if request.method != "POST":
        return _form(request, PreferenceForm.showing(preferences.of(user)))
    form = PreferenceForm(request.POST)
    if form.is_valid():
        try:
            preferences.change(user, **form.choice)
        except ValidationError as error:
            form.add_errors(error.message_dict)
        else:
            messages.success(request, _("Saved. It holds for every mail that has not left yet."))
            return HttpResponseRedirect(request.path)
    return _form(request, form)


def _form(request: HttpRequest, form: PreferenceForm) -> HttpResponse:
    always = [one for one in events.every() if not one.stoppable and one.nature != events.Nature.SERVICE]
    return render(request, "notifications/preferences.html", {"form": form, "always": always})


@csrf_exempt  # the signed address is the whole right: mail programs post to it by themselves (RFC 8058)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, signed: str) -> HttpResponse:
    """Stop one kind of mail without signing in: asks first, because programs open links; a POST stops.

    A mail program's own POST is answered at once, as RFC 8058 wants; a person's leads back to this page.
    """
    try:
        user, event = preferences.read(signed)
    except User.DoesNotExist as error:
        raise Http404 from error
    if request.method == "POST":
        if request.POST.get("act") == "resume":
            preferences.resume(user, event)
        else:
            preferences.stop(user, event)
        if "act" in request.POST:
            return HttpResponseRedirect(request.path)
    return _stopped(request, user, event)


def _stopped(request: HttpRequest, user: User, event: Event) -> HttpResponse:
    """In the language of the mail that led here, unless this browser has chosen one."""
    language = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    if language not in dict(settings.LANGUAGES):
        language = user.language
    with translation.override(language):
        context = {"person": user, "event": event, "stopped": preferences.is_stopped(user, event)}
        answer = render(request, "notifications/preferences_stop.html", context)
    answer.headers["Content-Language"] = language
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


urls = [
    path("preferences/", choose, name="preferences"),
    path("stop/<str:signed>/", stop, name="stop-mails"),
]
