"""Who acts for whom: a month's calendar, the orders, and a form for one more."""

import calendar as months
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from memo_flow.models import MemoKind
from organization import appointments, calendar, keepers, standing_in
from organization.calendar import BUDDHIST_ERA
from organization.forms import DayField, LastDayForm, people_of
from organization.models import Acting, ActingKind, Organization, Position, User
from organization.people_pages import attempt
from organization.standing_in import Order

SHOWN = 200  # orders of a month


@dataclass(frozen=True)
class Day:
    """A day of the calendar, with the orders that hold on it."""

    date: date
    orders: list[Acting]
    inside: bool  # of the month that is shown


class OrderForm(forms.Form):
    position = forms.ChoiceField(label=gettext_lazy("For which position"))
    person = forms.ChoiceField(label=gettext_lazy("Who acts"))
    kind = forms.ChoiceField(
        label=gettext_lazy("In which form"),
        choices=ActingKind.choices,
        initial=ActingKind.ACTING_FOR,
        help_text=gettext_lazy(
            "“Acting for”: the holder is away. “Acting in the position of”: the seat is vacant. "
            "“On behalf of”: a delegation of some kinds of memo."
        ),
    )
    memo_kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Kinds of memo, for a delegation"), required=False, widget=forms.CheckboxSelectMultiple
    )
    order_number = forms.CharField(
        label=gettext_lazy("Number of the order"), max_length=100, help_text=gettext_lazy("For example 287/2564.")
    )
    starts_on = DayField(label=gettext_lazy("First day"), help_text=gettext_lazy("For example 1/10/2565."))
    ends_on = DayField(
        label=gettext_lazy("Last day"), required=False, help_text=gettext_lazy("Empty: until further notice.")
    )

    def __init__(self, *given: Any, office: Organization, chairs: QuerySet[Position], **more: Any) -> None:
        super().__init__(*given, **more)
        fields: Any = self.fields
        fields["position"].choices = [("", "—"), *((str(one.pk), str(one)) for one in chairs)]
        fields["person"].choices = people_of(office)
        kinds = MemoKind.objects.filter(organization=office).order_by("pk")
        fields["memo_kinds"].choices = [(one.code, str(one)) for one in kinds]

    def order(self) -> Order:
        said: dict[str, Any] = dict(self.cleaned_data)
        said |= {name: int(said[name]) for name in ("position", "person")}
        return Order(**said | {"memo_kinds": tuple(said["memo_kinds"])})


def _person(request: HttpRequest) -> tuple[User, Organization]:
    user = request.user
    assert isinstance(user, User)
    if user.organization is None:
        raise Http404
    return user, user.organization


def _chairs(user: User, office: Organization, today: date) -> QuerySet[Position]:
    """Those for which this person may order that somebody acts."""
    whole, own = standing_in.may_order(user, today)
    chairs = Position.objects.filter(organization=office, ended_on=None).exclude(role__in=["officer", "auditor"])
    return (chairs if whole else chairs.filter(pk__in=own)).order_by("pk")


@login_required
@require_http_methods(["GET", "POST"])
def acting(request: HttpRequest) -> HttpResponse:
    """A month, `?month=2564-09` in the Buddhist era; everyone of the office may read it."""
    user, office = _person(request)
    now = calendar.now()
    today = calendar.day_of(now)
    chairs = _chairs(user, office, today)
    form = OrderForm(request.POST or None, office=office, chairs=chairs)
    if request.method == "POST" and form.is_valid():
        made = attempt(form, lambda: standing_in.order(form.order(), by=user, now=now))
        if made:
            messages.success(request, _("The order stands. Both are told."))
            return redirect(f"{reverse('acting')}?month={_name(made.starts_on)}")
    first = _month(request, today)
    days = _days(office, first)
    orders = Acting.objects.filter(appointments.overlapping(today, None), position__organization=office)
    whole, own = standing_in.may_order(user, today)
    rows = list(orders.select_related("position", "user").order_by("starts_on", "pk")[:SHOWN])
    for one in rows:
        one.may_end = whole or one.position_id in own  # type: ignore[attr-defined]
    context = {
        "first": first,
        "days": days,
        "today": today,
        "weekdays": calendar.WEEKDAYS_SHORT,
        "before": _name(first - timedelta(days=1)),
        "after": _name(first + timedelta(days=32)),
        "orders": rows,
        "form": form if chairs else None,
        "keeps_people": keepers.why_not(user, today) is None,
    }
    return render(request, "organization/acting.html", context, status=422 if form.errors else 200)


def _name(day: date) -> str:
    return f"{day.year + BUDDHIST_ERA}-{day.month:02}"


def _month(request: HttpRequest, today: date) -> date:
    """The first day of the month that is asked for, within ten years; else of this one."""
    found = re.fullmatch(r"([0-9]{4})-(0[1-9]|1[0-2])", request.GET.get("month", ""))
    year = int(found[1]) - BUDDHIST_ERA if found else 0
    if found and abs(year - today.year) <= 10:
        return date(year, int(found[2]), 1)
    return today.replace(day=1)


def _days(office: Organization, first: date) -> list[Day]:
    """The weeks of a month, Monday first, with who acts on each day. One statement."""
    shown = list(months.Calendar().itermonthdates(first.year, first.month))
    held = Acting.objects.filter(
        appointments.overlapping(shown[0], shown[-1]), position__organization=office, user__is_active=True
    )
    rows = list(held.select_related("position", "user").order_by("position", "pk")[:SHOWN])
    return [
        Day(
            day,
            [one for one in rows if one.starts_on <= day and (one.ends_on is None or one.ends_on >= day)],
            day.month == first.month,
        )
        for day in shown
    ]


@login_required
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks for the last day, then ends an order sooner, or cancels one that has not begun."""
    user, office = _person(request)
    now = calendar.now()
    one = Acting.objects.select_related("position", "user").get(pk=pk, position__organization=office)
    form = LastDayForm(request.POST or None, initial={"last_day": calendar.day_of(now)})
    if request.method == "POST" and form.is_valid():
        last_day = form.cleaned_data["last_day"]
        attempt(form, lambda: standing_in.end(pk, last_day=last_day, by=user, now=now))
        if not form.errors:
            messages.success(request, _("The order ends that day. Both are told."))
            return redirect("acting")
    context = {"one": one, "form": form, "back_url": reverse("acting"), "tone": "bad"}
    return render(request, "organization/acting_end.html", context, status=422 if form.errors else 200)


urls: list[URLPattern] = [
    path("acting/", acting, name="acting"),
    path("acting/<int:pk>/end/", end, name="acting-end"),
]
