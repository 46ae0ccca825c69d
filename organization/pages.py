"""The office itself: its days and hours. Everyone of the office reads them, its keepers change them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from organization import calendar, day_files, days_off, keepers
from organization.calendar import BUDDHIST_ERA, WorkingDays
from organization.days_off import Day
from organization.forms import DayForm, FileForm, HoursForm
from organization.models import Holiday, HolidaySource, Off, Organization
from organization.refusals import Refused


@dataclass(frozen=True)
class Shown:
    """A day of a year's list: `own` where it stands in the office's calendar, else a national holiday."""

    date: date
    name: str
    own: Holiday | None = None

    @property
    def weekday(self) -> str:
        return calendar.weekday(self.date)


def _office(request: HttpRequest) -> Organization:
    """The person's own; who belongs to none has no office to look at."""
    office = request.user.organization  # type: ignore[union-attr]
    if office is None:
        raise Http404
    return office


def _may(request: HttpRequest, today: date) -> bool:
    return days_off.why_not(request.user, today) is None  # type: ignore[arg-type]


@login_required
@require_GET
def office(request: HttpRequest) -> HttpResponse:
    """The hub of all that belongs to the office."""
    whose, today = _office(request), calendar.day_of(calendar.now())
    days = WorkingDays.of(whose.pk)
    context = {
        "office": whose,
        "rule": whose.get_day_off_rule_display(),
        "next_off": _next_off(whose, days, today),
        "may_keep": _may(request, today),
        "keeps_people": keepers.why_not(request.user, today) is None,  # type: ignore[arg-type]
    }
    return render(request, "organization/office.html", context)


def _next_off(whose: Organization, days: WorkingDays, today: date, count: int = 5) -> list[Shown]:
    """The next days off that are no weekend, in two years at most."""
    until = date(today.year + 1, 12, 31)
    return [one for one in _days(whose, today, until) if one.date >= today][:count]


def _days(whose: Organization, first: date, last: date) -> list[Shown]:
    """The office's own days and the national ones between two days, in order. One statement."""
    own = {one.date: one for one in Holiday.objects.filter(organization=whose, date__range=(first, last))}
    national: dict[date, str] = {}
    for year in range(first.year, last.year + 1):
        national |= {day: "" for day in calendar.national_holidays(year) if first <= day <= last}
    found = [Shown(day, calendar.name_of_holiday(day)) for day in national.keys() - own.keys()]
    found += [Shown(day, one.name, one) for day, one in own.items()]
    return sorted(found, key=lambda one: one.date)


@login_required
@require_http_methods(["GET", "POST"])
def holidays(request: HttpRequest) -> HttpResponse:
    """A calendar year's days off, and the forms to change them. `?year=` in the Buddhist era."""
    whose, now = _office(request), calendar.now()
    today = calendar.day_of(now)
    year = _year(request, today)
    form = DayForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            days_off.put(whose.pk, [Day(**form.cleaned_data)], by=request.user, now=now)  # type: ignore[arg-type]
        except ValidationError as error:
            form.add_error(None, error)
        else:
            day = form.cleaned_data["date"]
            messages.success(request, _("The day stands in the calendar. Open work was settled by it."))
            return redirect(f"{reverse('holidays')}?year={day.year + BUDDHIST_ERA}")
    first, last = date(year - BUDDHIST_ERA, 1, 1), date(year - BUDDHIST_ERA, 12, 31)
    context = {
        "office": whose,
        "year": year,
        "this_year": today.year + BUDDHIST_ERA,
        "days": _days(whose, first, last),
        "form": form,
        "hours": HoursForm.of(whose),
        "file": FileForm(),
        "may_keep": _may(request, today),
        "today": today,
    }
    return render(request, "organization/holidays.html", context, status=422 if form.errors else 200)


def _year(request: HttpRequest, today: date) -> int:
    asked = request.GET.get("year", "")
    this = today.year + BUDDHIST_ERA
    if asked.isascii() and asked.isdigit() and this - 10 <= int(asked) <= this + 10:
        return int(asked)
    return this


@login_required
@require_POST
def hours(request: HttpRequest) -> HttpResponse:
    """The office's hours, its rule and its address for replies."""
    whose, now = _office(request), calendar.now()
    form = HoursForm(request.POST)
    if form.is_valid():
        try:
            days_off.set_hours(whose.pk, **form.cleaned_data, by=request.user, now=now)  # type: ignore[arg-type]
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Saved. Open work was settled by it."))
            return redirect("holidays")
    context = {"office": whose, "hours": form}
    return render(request, "organization/hours.html", context, status=422)


@login_required
@require_http_methods(["GET", "POST"])
def remove_day(request: HttpRequest, day: str) -> HttpResponse:
    """Asks, then takes a day out of the office's calendar."""
    whose, now = _office(request), calendar.now()
    found = Holiday.objects.filter(organization=whose, date=_iso(day)).first()
    if found is None and request.method == "GET":
        raise Http404
    if found is None:
        messages.info(request, _("That day stands in the calendar no more: it was taken out before."))
        return redirect(f"{reverse('holidays')}?year={_iso(day).year + BUDDHIST_ERA}")
    if request.method == "POST":
        days_off.remove(whose.pk, found.date, by=request.user, now=now)  # type: ignore[arg-type]
        messages.success(request, _("The day was taken out of the calendar. Open work was settled by it."))
        return redirect(f"{reverse('holidays')}?year={found.date.year + BUDDHIST_ERA}")
    context = {"day": found, "back_url": f"{reverse('holidays')}?year={found.date.year + BUDDHIST_ERA}", "tone": "bad"}
    return render(request, "organization/remove_day.html", context)


def _iso(day: str) -> date:
    try:
        return date.fromisoformat(day)
    except ValueError as error:
        raise Http404 from error


@login_required
@require_POST
def import_days(request: HttpRequest) -> HttpResponse:
    """Reads a file and shows what it would change; nothing is written until that page is confirmed."""
    whose, today = _office(request), calendar.day_of(calendar.now())
    if why := days_off.why_not(request.user, today):  # type: ignore[arg-type]
        raise Refused(why)
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return render(request, "organization/import_days.html", {"form": form}, status=422)
    file = form.cleaned_data["file"]
    try:
        source = form.cleaned_data["source"] or HolidaySource.LOCAL
        lines = day_files.read(file.read(day_files.BYTES + 1), today=today, source=source)
    except day_files.Unreadable as error:
        form.add_error("file", str(error))
        return render(request, "organization/import_days.html", {"form": form}, status=422)
    return _show_import(request, whose, lines)


def _show_import(request: HttpRequest, whose: Organization, lines: list[day_files.Line]) -> HttpResponse:
    days = [line.day for line in lines if line.day]
    standing = {
        one.date: one for one in Holiday.objects.filter(organization=whose, date__in=[one.date for one in days])
    }
    rows = [_row(line.day, standing.get(line.day.date)) for line in lines if line.day]
    errors = [line for line in lines if line.error]
    context = {
        "form": FileForm(),
        "rows": rows,
        "errors": errors,
        "changes": [one for one in rows if one["what"] in ("new", "changed")],
        "days": [] if errors else days,
    }
    return render(request, "organization/import_days.html", context, status=422 if errors else 200)


def _row(day: Day, standing: Holiday | None) -> dict[str, Any]:
    """A day of a file in words, beside what stands there."""
    off, source = Off(day.off).label, HolidaySource(day.source).label
    return {"day": day, "off": off, "source": source, "what": _what(day, standing), "standing": standing}


def _what(day: Day, standing: Holiday | None) -> str:
    if standing is None:
        return "new"
    return "same" if (day.name, day.off, day.source) == (standing.name, standing.off, standing.source) else "changed"


@login_required
@require_POST
def apply_import(request: HttpRequest) -> HttpResponse:
    """Writes the days that were shown, all or none."""
    whose, now = _office(request), calendar.now()
    columns = [request.POST.getlist(name) for name in ("date", "name", "off", "source")]
    days = list(_posted(columns))
    try:
        count = days_off.put(whose.pk, days, by=request.user, now=now)  # type: ignore[arg-type]
    except ValidationError as error:
        form = FileForm({})
        form.full_clean()
        form.errors.clear()
        form.add_error(None, [*error.messages])
        return render(request, "organization/import_days.html", {"form": form}, status=422)
    said = ngettext("%(count)s day was written.", "%(count)s days were written.", count) % {"count": count}
    messages.success(request, said)
    year = min(one.date for one in days).year + BUDDHIST_ERA if days else ""
    return redirect(f"{reverse('holidays')}?year={year}")


def _posted(columns: list[list[str]]) -> Iterable[Day]:
    if len({len(one) for one in columns}) != 1 or len(columns[0]) > day_files.LINES:
        raise Http404
    for day, name, off, source in zip(*columns, strict=True):
        if off not in Off.values or source not in HolidaySource.values:
            raise Http404
        yield Day(_iso(day), name, off, source)


urls: list[URLPattern] = [
    path("", office, name="office"),
    path("days/", holidays, name="holidays"),
    path("days/hours/", hours, name="office-hours"),
    path("days/import/", import_days, name="holidays-import"),
    path("days/import/apply/", apply_import, name="holidays-import-apply"),
    path("days/<str:day>/remove/", remove_day, name="holidays-remove"),
]
