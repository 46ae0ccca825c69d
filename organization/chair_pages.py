"""The office's divisions and positions: who sits where, from when until when."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from organization import calendar, chairs
from organization.forms import AppointForm, DivisionForm, LastDayForm, PositionForm, TitleForm
from organization.models import Acting, Appointment, Division, Organization, Position
from organization.people_pages import attempt, keeper
from organization.seats import on_day

HISTORY = 100  # appointments of one position that are shown


def _today() -> date:
    return calendar.day_of(calendar.now())


@login_required
@require_GET
def positions(request: HttpRequest) -> HttpResponse:
    """All divisions with their positions, and who holds each today. Five statements, however many there are."""
    _user, office = keeper(request)
    found = list(office.positions.order_by("division__order", "division", "pk"))
    held = _by_position(Appointment, office)
    acting = _by_position(Acting, office)
    in_division: dict[int | None, list[Any]] = defaultdict(list)
    for one in found:
        one.held, one.acting = held[one.pk], acting[one.pk]  # type: ignore[attr-defined]
        one.vacant = not one.held and not one.ended_on  # type: ignore[attr-defined]
        in_division[one.division_id].append(one)
    groups: list[dict[str, Any]] = [{"division": None, "positions": in_division[None]}]
    groups += [{"division": one, "positions": in_division[one.pk]} for one in office.divisions.all()]
    return render(request, "organization/positions.html", {"groups": groups, "has_divisions": len(groups) > 1})


def _by_position(model: type[Appointment] | type[Acting], office: Organization) -> dict[int, list[Any]]:
    rows: Any = model._default_manager.filter(on_day(_today()), position__organization=office, user__is_active=True)
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows.select_related("user").order_by("pk"):
        found[row.position_id].append(row)
    return found


@login_required
@require_http_methods(["GET", "POST"])
def position_add(request: HttpRequest) -> HttpResponse:
    user, office = keeper(request)
    initial = {"division": request.GET.get("division", "")}
    form = PositionForm(request.POST or None, office=office, initial=initial)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data | {"division": int(form.cleaned_data["division"] or 0) or None}
        made = attempt(form, lambda: chairs.add_position(**said, by=user, now=calendar.now()))
        if made:
            messages.success(request, _("The position is added. Appoint somebody to it."))
            return redirect("position", made.pk)
    context = {"form": form, "title": _("Add a position"), "back_url": reverse("positions")}
    return _form(request, context)


def _form(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    return render(request, "organization/chair_form.html", context, status=422 if context["form"].errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def position(request: HttpRequest, pk: int) -> HttpResponse:
    """One position: who sits there, the history with its dates, and a form to appoint somebody."""
    user, office = keeper(request)
    one = office.positions.select_related("division").get(pk=pk)
    form = AppointForm(request.POST or None, office=office)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data | {"person": int(form.cleaned_data["person"])}
        if attempt(form, lambda: chairs.appoint(pk, **said, by=user, now=calendar.now())):
            messages.success(request, _("The appointment stands."))
            return redirect("position", pk)
    rows = Appointment.objects.filter(position=one).select_related("user").order_by("-starts_on", "-pk")
    orders = Acting.objects.filter(position=one).select_related("user").order_by("-starts_on", "-pk")
    context = {
        "position": one,
        "rows": rows[:HISTORY],
        "orders": orders[:HISTORY],
        "form": form,
        "today": _today(),
    }
    return render(request, "organization/position.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def position_rename(request: HttpRequest, pk: int) -> HttpResponse:
    user, office = keeper(request)
    one = office.positions.get(pk=pk)
    form = TitleForm(request.POST or None, initial={"title_th": one.title_th, "title_en": one.title_en})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        if attempt(form, lambda: chairs.rename_position(pk, **said, by=user, now=calendar.now())):
            messages.success(request, _("Saved."))
            return redirect("position", pk)
    note = _("Memos and papers that are sealed keep the title they were signed with.")
    context = {"form": form, "title": str(one), "note": note, "back_url": reverse("position", args=[pk])}
    return _form(request, context)


@login_required
@require_http_methods(["GET", "POST"])
def division_put(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """A new division, or what an existing one is called."""
    user, office = keeper(request)
    one = office.divisions.get(pk=pk) if pk else None
    form = DivisionForm(request.POST or None, division=one)
    if request.method == "POST" and form.is_valid():
        said = {"code": one.code if one else ""} | form.cleaned_data
        if attempt(form, lambda: chairs.put_division(pk, **said, by=user, now=calendar.now())):
            messages.success(request, _("Saved."))
            return redirect("positions")
    context = {"form": form, "title": one or _("Add a division"), "division": one, "back_url": reverse("positions")}
    return _form(request, context)


@login_required
@require_http_methods(["GET", "POST"])
def position_end(request: HttpRequest, pk: int) -> HttpResponse:
    return _end(request, Position, pk, reverse("position", args=[pk]))


@login_required
@require_http_methods(["GET", "POST"])
def division_end(request: HttpRequest, pk: int) -> HttpResponse:
    return _end(request, Division, pk, reverse("division", args=[pk]))


def _end(request: HttpRequest, model: type[chairs.Chair], pk: int, back: str) -> HttpResponse:
    """Asks, then ends it; what was ended is opened again by the same door."""
    user, office = keeper(request)
    one: Any = model._default_manager.get(pk=pk, organization=office)
    if request.method == "GET":
        context = {"one": one, "back_url": back, "tone": "" if one.ended_on else "bad"}
        return render(request, "organization/chair_end.html", context)
    act: Callable[..., Any] = chairs.reopen if "reopen" in request.POST else chairs.end
    gone = act(model, pk, by=user, now=calendar.now())
    if act is chairs.reopen:
        messages.success(request, _("“%(what)s” is in use again.") % {"what": one})
    elif gone:
        messages.success(request, _("“%(what)s” was never used and is deleted.") % {"what": one})
    else:
        messages.success(request, _("“%(what)s” has ended; memos and papers keep it.") % {"what": one})
    return redirect("positions")


@login_required
@require_http_methods(["GET", "POST"])
def dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks for the last day, then ends an appointment."""
    user, office = keeper(request)
    row = Appointment.objects.select_related("position", "user").get(pk=pk, position__organization=office)
    back = reverse("position", args=[row.position_id])
    form = LastDayForm(request.POST or None, initial={"last_day": _today()})
    if request.method == "POST" and form.is_valid():
        last_day = form.cleaned_data["last_day"]
        attempt(form, lambda: chairs.dismiss(pk, last_day=last_day, by=user, now=calendar.now()))
        if not form.errors:
            messages.success(request, _("The appointment ends that day."))
            return redirect(back)
    context = {"row": row, "form": form, "back_url": back, "tone": "bad"}
    return render(request, "organization/dismiss.html", context, status=422 if form.errors else 200)


urls: list[URLPattern] = [
    path("positions/", positions, name="positions"),
    path("positions/add/", position_add, name="position-add"),
    path("positions/<int:pk>/", position, name="position"),
    path("positions/<int:pk>/rename/", position_rename, name="position-rename"),
    path("positions/<int:pk>/end/", position_end, name="position-end"),
    path("divisions/add/", division_put, name="division-add"),
    path("divisions/<int:pk>/", division_put, name="division"),
    path("divisions/<int:pk>/end/", division_end, name="division-end"),
    path("appointments/<int:pk>/end/", dismiss, name="appointment-end"),
]
