"""Letters that failed, addresses that bounce, hooks, the health of the post office."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from notifications import bounces, events, hooks, operations, rights
from notifications.models import Bounce, Call, Hook, Letter
from notifications.reasons import plain
from notifications.rights import Reach
from organization import calendar, doorbell
from organization.models import User
from organization.paging import page_of

PAGE = 30
CALLS = 20
SCANS = 5
MARKED = 50  # addresses shown at once


def _reach(request: HttpRequest) -> tuple[User, Reach]:
    """Who asks, and what they look after. Raises Refused."""
    user = request.user
    assert isinstance(user, User)
    return user, rights.require(user, on=calendar.day_of(calendar.now()))


def label(event: str) -> str:
    """What a letter of this event is, for who reads a list of them."""
    if event == hooks.TEST:
        return _("A test")
    return next((str(one.label) for one in events.every() if one.name == event), event)


# What failed


@login_required
@require_GET
def failed(request: HttpRequest) -> HttpResponse:
    """Letters and calls that failed for good, and the addresses that take no mail."""
    _user, reach = _reach(request)
    letters = page_of(operations.failed_letters(reach), request, key=("-at", "-pk"), size=PAGE)
    calls = page_of(operations.failed_calls(reach), request, key=("-pk",), size=CALLS, name="calls")
    marks = reach.of(bounces.marked(), "user__organization").select_related("user").order_by("-at", "-pk")
    marked = [{"mark": one, "why": plain(one.reason)} for one in marks[: MARKED + 1]]
    barred = bounces.known(letters.rows)
    for letter in letters.rows:
        letter.label, letter.why, letter.barred = (
            label(letter.event),
            plain(letter.error),
            letter.recipient_id in barred,
        )
    for call in calls.rows:
        call.label, call.why = label(call.letter.event), plain(call.error)
    context = {"letters": letters, "calls": calls, "marked": marked[:MARKED], "more_marked": len(marked) > MARKED}
    return render(request, "notifications/failed.html", context)


@login_required
@require_POST
def again(request: HttpRequest) -> HttpResponse:
    """Asks, then sends again what was chosen, or all of it."""
    user, reach = _reach(request)
    letters, calls = _chosen(request, reach)
    if "confirmed" not in request.POST:
        context = {
            "letters": letters.count(),
            "calls": calls.count(),
            "ids": _uuids(request.POST.getlist("letter")),
            "call_ids": _numbers(request.POST.getlist("call")),
            "every": "all" in request.POST,
            "back_url": reverse("letters-failed"),
        }
        return render(request, "notifications/failed_again.html", context)
    now = calendar.now()
    mails = operations.send_again(letters, by=user, now=now)
    _said(request, mails, operations.call_again(calls, by=user, now=now))
    return redirect("letters-failed")


def _chosen(request: HttpRequest, reach: Reach) -> tuple[QuerySet[Letter], QuerySet[Call]]:
    letters, calls = operations.failed_letters(reach), operations.failed_calls(reach)
    if "all" in request.POST:
        return letters, calls
    return (
        letters.filter(pk__in=_uuids(request.POST.getlist("letter"))),
        calls.filter(pk__in=_numbers(request.POST.getlist("call"))),
    )


def _uuids(said: list[str]) -> list[str]:
    found = []
    for one in said[:1000]:
        try:
            found.append(str(UUID(one)))
        except ValueError:
            continue
    return found


def _numbers(said: list[str]) -> list[int]:
    return [int(one) for one in said[:1000] if one.isascii() and one.isdigit() and len(one) < 19]


def _said(request: HttpRequest, mails: int, calls: int = 0) -> None:
    if mails:
        said = ngettext("%(n)s mail is sent again.", "%(n)s mails are sent again.", mails)
        messages.success(request, said % {"n": mails})
    if calls:
        said = ngettext("%(n)s call is made again.", "%(n)s calls are made again.", calls)
        messages.success(request, said % {"n": calls})
    if not mails and not calls:
        messages.info(request, _("There was nothing to send again."))


@login_required
@require_http_methods(["GET", "POST"])
def free(request: HttpRequest, user_id: int) -> HttpResponse:
    """Asks, then tries mail again at an address that took none, or at the person's new one."""
    user, reach = _reach(request)
    marks = reach.of(Bounce.objects.select_related("user"), "user__organization")
    mark = marks.filter(user=user_id).first()
    if mark is None:
        get_object_or_404(reach.of(User.objects.all()), pk=user_id)
        messages.info(request, _("That address is not marked any more: somebody has settled it."))
        return redirect("letters-failed")
    typed, wrong = request.POST.get("email"), []
    if request.method == "POST":
        try:
            now = calendar.now()
            if typed is None:
                mails = operations.free(user_id, by=user, now=now)
            else:
                mails = operations.readdress(user_id, typed, by=user, now=now)
        except ValidationError as error:
            wrong = error.messages
        else:
            address = mark.address if typed is None else typed.strip()
            messages.success(request, _("Mail is sent to %(address)s again.") % {"address": address})
            if mails:
                _said(request, mails)
            return redirect("letters-failed")
    context = {
        "mark": mark,
        "why": plain(mark.reason),
        "typed": typed or "",
        "wrong": wrong,
        "tone": "plain",  # the first choice stands above
        "back_url": reverse("letters-failed"),
    }
    return render(request, "notifications/failed_address.html", context, status=422 if wrong else 200)


# Hooks


class HookForm(forms.Form):
    url = forms.CharField(
        label=gettext_lazy("Address to call"),
        max_length=500,
        help_text=gettext_lazy("It begins with https://. The administrators list the hosts that may be called."),
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}),
    )
    wanted = forms.MultipleChoiceField(
        label=gettext_lazy("Which letters"),
        required=False,
        help_text=gettext_lazy("Without a choice it is called with every letter."),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        told = sorted((str(one.label), one.name) for one in events.every() if one.nature != events.Nature.SERVICE)
        self.fields["wanted"].choices = [(name, said) for said, name in told]  # type: ignore[attr-defined]


@login_required
@require_http_methods(["GET", "POST"])
def hook_list(request: HttpRequest) -> HttpResponse:
    """The office's hooks, and a form for one more."""
    user, reach = _reach(request)
    form = HookForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            hook = hooks.add(form.cleaned_data["url"], form.cleaned_data["wanted"], by=user, now=calendar.now())
        except ValidationError as error:
            form.add_error("url", error)
        else:
            messages.success(request, _("It is called from now on. Give its secret to whoever runs it."))
            return redirect("hook", hook.pk)
    mine = reach.of(Hook.objects.select_related("by", "organization"))
    page = page_of(mine, request, key=("-at", "-pk"), size=PAGE)
    context = {"page": page, "form": form, "has_office": reach.office is not None}
    return render(request, "notifications/hooks.html", context, status=422 if form.errors else 200)


@login_required
@require_GET
def hook(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One hook: its secret, and what became of its calls."""
    _user, reach = _reach(request)
    found = _hook(reach, pk)
    rows = Call.objects.filter(hook=found).select_related("letter").defer("letter__text")
    calls = page_of(rows, request, key=("-pk",), size=CALLS)
    for call in calls.rows:
        call.label, call.why = label(call.letter.event), plain(call.error)
    context = {
        "hook": found,
        "secret": "" if found.ended_at else hooks.secret_of(found),
        "wanted": [label(name) for name in found.events],
        "calls": calls,
    }
    return render(request, "notifications/hook.html", context)


def _hook(reach: Reach, pk: UUID) -> Hook:
    return get_object_or_404(reach.of(Hook.objects.select_related("organization", "by")), pk=pk)


@login_required
@require_POST
def hook_test(request: HttpRequest, pk: UUID) -> HttpResponse:
    user, reach = _reach(request)
    _hook(reach, pk)
    problem = hooks.try_out(pk, by=user, now=calendar.now())
    if problem:
        messages.error(request, _("The test call failed. %(why)s") % {"why": plain(problem)})
    else:
        messages.success(request, _("The test call was answered with a yes."))
    return redirect("hook", pk)


@login_required
@require_http_methods(["GET", "POST"])
def hook_secret(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Asks, then makes a new secret."""
    user, reach = _reach(request)
    found = _hook(reach, pk)
    if request.method == "GET":
        context = {"hook": found, "back_url": reverse("hook", args=[pk])}
        return render(request, "notifications/hook_secret.html", context)
    hooks.renew(pk, by=user, now=calendar.now())
    messages.success(request, _("It has a new secret. Give it to whoever runs the hook."))
    return redirect("hook", pk)


@login_required
@require_http_methods(["GET", "POST"])
def hook_end(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Asks, then ends it."""
    user, reach = _reach(request)
    found = _hook(reach, pk)
    if request.method == "GET":
        context = {"hook": found, "back_url": reverse("hook", args=[pk])}
        return render(request, "notifications/hook_end.html", context)
    hooks.end(pk, by=user, now=calendar.now())
    messages.success(request, _("It is not called any more."))
    return redirect("hooks")


# The health of the post office


@login_required
@require_GET
def health(request: HttpRequest) -> HttpResponse:
    """How the post office is, in words, and what to do."""
    user, reach = _reach(request)
    now = calendar.now()
    found, workers = operations.figures(reach, now=now), doorbell.workers()
    context = {
        "figures": found,
        "workers": workers,
        "behind": _span(found.seconds_behind),
        "scan_late": found.scan_lag is not None and found.scan_lag > operations.SCAN_LATE.total_seconds(),
        "complaint": plain(operations.complaint(reach)),
        "scans": _scans(),
        "own": _own_test(user),
        "may_test": user.organization_id is not None and bool(user.email),
    }
    return render(request, "notifications/health.html", context)


def _scans() -> list[dict[str, Any]]:
    found = []
    for run in operations.last_scans(SCANS):
        took = (run.finished_at - run.started_at).total_seconds() if run.finished_at else 0.0
        created = sum(kind.get("created", 0) for kind in run.counts.values())
        found.append({"at": run.at, "took": round(took, 1), "created": created})
    return found


def _own_test(user: User) -> dict[str, Any] | None:
    """The last test letter that this person asked for, and where it is."""
    letter = Letter.objects.filter(recipient=user, event=operations.TEST).order_by("-at", "-pk").first()
    if letter is None:
        return None
    state = "sent" if letter.sent_at else "failed" if letter.failed_at else "waits"
    return {"letter": letter, "state": state, "why": plain(letter.error)}


def _span(seconds: float) -> str:
    """So long, in words."""
    minutes = int(seconds // 60)
    if minutes < 60:
        return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
    hours = minutes // 60
    if hours < 48:
        return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}
    return ngettext("%(n)s day", "%(n)s days", hours // 24) % {"n": hours // 24}


@login_required
@require_POST
def health_test(request: HttpRequest) -> HttpResponse:
    user, _reached = _reach(request)
    operations.test(by=user, now=calendar.now())
    messages.success(request, _("A test letter is on its way to %(address)s.") % {"address": user.email})
    return redirect("post-office")


urls: list[URLPattern] = [
    path("failed/", failed, name="letters-failed"),
    path("failed/again/", again, name="letters-again"),
    path("failed/addresses/<int:user_id>/", free, name="address-free"),
    path("hooks/", hook_list, name="hooks"),
    path("hooks/<uuid:pk>/", hook, name="hook"),
    path("hooks/<uuid:pk>/test/", hook_test, name="hook-test"),
    path("hooks/<uuid:pk>/secret/", hook_secret, name="hook-secret"),
    path("hooks/<uuid:pk>/end/", hook_end, name="hook-end"),
    path("post-office/", health, name="post-office"),
    path("post-office/test/", health_test, name="post-office-test"),
]
