"""The office's people: a list, one by one, links to choose a password, leaving and coming back."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods

from organization import calendar, keepers, people
from organization.forms import LastDayForm, PersonForm
from organization.models import Acting, Appointment, Organization, User
from organization.paging import page_of
from organization.people import Person
from organization.refusals import Refused
from organization.seats import on_day

PAGE = 30


def keeper(request: HttpRequest) -> tuple[User, Organization]:
    """Who asks, and the office they keep. Raises Refused; 404 for who has no office."""
    user = request.user
    assert isinstance(user, User)
    if user.organization is None:
        raise Http404
    if why := keepers.why_not(user, calendar.day_of(calendar.now())):
        raise Refused(why)
    return user, user.organization


def attempt(form: Any, act: Callable[[], Any]) -> Any:
    """What the act gives; None when it found something wrong, which then stands on the form."""
    try:
        return act()
    except ValidationError as error:
        if hasattr(error, "error_dict"):
            for name, some in error.error_dict.items():
                form.add_error(name if name in form.fields else None, some)
        else:
            form.add_error(None, error)
        return None


@login_required
@require_GET
def people_list(request: HttpRequest) -> HttpResponse:
    """Who works here, or who left; each with what they sit in today."""
    _user, office = keeper(request)
    q, left = request.GET.get("q", ""), request.GET.get("show") == "left"
    found = people.of_office(office.pk, q=q, left=left)
    page = page_of(found, request, key=("name_th", "pk"), size=PAGE)
    _seat(page.rows)
    context = {"page": page, "q": q, "left": left}
    return render(request, "organization/people.html", context)


def _seat(rows: list[Any]) -> None:
    """Their positions today, for a list; two statements, however many there are."""
    today = on_day(calendar.day_of(calendar.now()))
    for model, name in ((Appointment, "held"), (Acting, "acts")):
        found: dict[int, list[Any]] = {}
        seats: Any = model._default_manager.filter(today, user__in=rows).select_related("position").order_by("pk")
        for seat in seats:
            found.setdefault(seat.user_id, []).append(seat)
        for row in rows:
            setattr(row, name, found.get(row.pk, []))


@login_required
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """A new person; the invitation goes by mail at once."""
    user, _office = keeper(request)
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = attempt(form, lambda: people.add(Person(**form.cleaned_data), by=user, now=calendar.now()))
        if made:
            said = _("%(name)s is added. An invitation is on its way.") if made.email else _("%(name)s is added.")
            messages.success(request, said % {"name": made})
            return redirect("person", made.pk)
    return render(request, "organization/person_add.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_GET
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: account, positions with their dates, and what may be done."""
    user, _office = keeper(request)
    found = people.get(pk, user)
    today = calendar.day_of(calendar.now())
    rows = Appointment.objects.filter(user=found).select_related("position").order_by("-starts_on", "-pk")[:50]
    orders = Acting.objects.filter(user=found).select_related("position").order_by("-starts_on", "-pk")[:50]
    context = {"person": found, "appointments": rows, "orders": orders, "today": today, "own": found.pk == user.pk}
    return render(request, "organization/person.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    user, _office = keeper(request)
    found = people.get(pk, user)
    form = PersonForm(request.POST or None, person=found)
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        administrator = said.pop("administrator")

        def act() -> User:
            return people.change(pk, Person(**said), administrator=administrator, by=user, now=calendar.now())

        if attempt(form, act):
            messages.success(request, _("Saved."))
            return redirect("person", pk)
    context = {"form": form, "person": found}
    return render(request, "organization/person_change.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
@never_cache
@sensitive_variables("link")
def link(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks, then sends a link to choose a password; for who has no address, shows it once, to be printed."""
    user, _office = keeper(request)
    found = people.get(pk, user)
    if request.method == "GET":
        return render(request, "organization/person_link.html", {"person": found, "back_url": _page(pk)})
    if found.email:
        people.send_link(pk, by=user, now=calendar.now())
        messages.success(request, _("A link is on its way to %(address)s.") % {"address": found.email})
        return redirect("person", pk)
    found, where = people.print_link(pk, by=user, now=calendar.now())
    context = {"person": found, "link": settings.SITE_URL + where, "back_url": _page(pk)}
    return render(request, "organization/person_printed.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def deactivate(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks for the last day, then closes the account and ends what the person holds."""
    user, _office = keeper(request)
    found, now = people.get(pk, user), calendar.now()
    form = LastDayForm(request.POST or None, initial={"last_day": calendar.day_of(now)})
    if request.method == "POST" and form.is_valid():
        last_day = form.cleaned_data["last_day"]
        if attempt(form, lambda: people.deactivate(pk, last_day=last_day, by=user, now=now)):
            messages.success(request, _("The account of %(name)s is deactivated.") % {"name": found})
            return redirect("person", pk)
    context = {"person": found, "form": form, "back_url": _page(pk), "tone": "bad"}
    return render(request, "organization/person_deactivate.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def reactivate(request: HttpRequest, pk: int) -> HttpResponse:
    user, _office = keeper(request)
    found = people.get(pk, user)
    if request.method == "POST":
        people.reactivate(pk, by=user, now=calendar.now())
        messages.success(request, _("The account of %(name)s is open again.") % {"name": found})
        return redirect("person", pk)
    return render(request, "organization/person_reactivate.html", {"person": found, "back_url": _page(pk)})


def _page(pk: int) -> str:
    return reverse("person", args=[pk])


urls: list[URLPattern] = [
    path("people/", people_list, name="people"),
    path("people/add/", add, name="person-add"),
    path("people/<int:pk>/", person, name="person"),
    path("people/<int:pk>/change/", change, name="person-change"),
    path("people/<int:pk>/link/", link, name="person-link"),
    path("people/<int:pk>/deactivate/", deactivate, name="person-deactivate"),
    path("people/<int:pk>/reactivate/", reactivate, name="person-reactivate"),
]
