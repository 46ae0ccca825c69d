"""The office's policy of reminders, and what it would do with a deadline."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from notifications import preview, ruling
from notifications.ladders import DEFAULTS, MAY_TELL, Kind, Ladder, Who
from notifications.models import Policy
from notifications.policy_forms import Typed
from organization import calendar, days_off
from organization.calendar import WorkingDays
from organization.day_files import read_day
from organization.models import HEADS, Division, Holiday, Organization, Position, Role, User
from organization.paging import page_of
from organization.refusals import Refused, Stale
from organization.seats import Seat, holders_of

STAFF = (*HEADS, Role.OFFICER)
AHEAD = timedelta(days=30)
FAR = 3660  # days from today


def _office(request: HttpRequest) -> Organization:
    office = request.user.organization  # type: ignore[union-attr]
    if office is None:
        raise Http404
    return office


@login_required
@require_GET
def policies(request: HttpRequest) -> HttpResponse:
    """Every kind of deadline with its ladder in words, since when and by whom."""
    office, now = _office(request), calendar.now()
    ruled = {kind: ruling.newest(office.pk, kind, now) for kind in Kind}
    rows = Policy.objects.filter(organization=office).select_related("by", "position", "acting")
    history = page_of(rows, request, key=("-at", "-pk"), size=20, name="history")
    context = {
        "kinds": [told(kind, policy) for kind, policy in ruled.items()],
        "history": history,
        "changes": [told(Kind(one.kind), one) for one in history.rows],
        "may": ruling.why_not(request.user, calendar.day_of(now)) is None,  # type: ignore[arg-type]
    }
    return render(request, "notifications/policies.html", context)


def told(kind: Kind, policy: Policy | None) -> dict[str, Any]:
    """A rule in words, for notifications/_ladder.html; without a policy the proposed one."""
    ladder = Ladder.of_data(policy.ladder) if policy else DEFAULTS[kind]
    names = preview.whom_in_words(kind)
    rungs = [(preview.rung_in_words(one), [names[who] for who in one.to]) for one in ladder.rungs]
    return {
        "kind": kind.value,
        "name": preview.kind_in_words(kind),
        "policy": policy,
        "ladder": ladder,
        "rungs": rungs,
        "repeats": bool(ladder.every and ladder.times and ladder.rungs and ladder.rungs[-1].late),
        "within": ladder.within if kind == Kind.EXTENSION else None,
    }


@login_required
@require_http_methods(["GET", "POST"])
def policy(request: HttpRequest, kind: str) -> HttpResponse:
    """One kind: its ladder to change, and what it does with a deadline. Trying changes nothing."""
    if kind not in set(Kind):
        raise Http404
    office, now, of = _office(request), calendar.now(), Kind(kind)
    why_not = ruling.why_not(request.user, calendar.day_of(now))  # type: ignore[arg-type]
    standing = ruling.newest(office.pk, of, now)
    typed = Typed.of(of, Ladder.of_data(standing.ladder) if standing else DEFAULTS[of], standing and standing.pk)
    if request.method == "POST":
        if why_not:
            raise Refused(why_not)
        typed, done = _posted(request, office, of)
        if done:
            return done
        standing = ruling.newest(office.pk, of, now)
    shown = _preview(request, office, of, typed.ladder())
    wrong = bool(typed.errors or shown["unread"])
    context = {
        "kind": of.value,
        "name": preview.kind_in_words(of),
        "typed": typed,
        "standing": standing,
        "may": why_not is None,
        "whom": [(who.value, preview.whom_in_words(of)[who]) for who in MAY_TELL[of]],
        "office": office,
        "conflict": typed.conflict and told(of, standing),
        **shown,
    }
    status = 409 if typed.conflict else 422 if wrong else 200
    return render(request, "notifications/policy.html", context, status=status)


def _posted(request: HttpRequest, office: Organization, kind: Kind) -> tuple[Typed, HttpResponse | None]:
    """The form as it is now, and where to go when it was saved."""
    act, now = request.POST.get("do", "save"), calendar.now()
    typed = Typed.posted(kind, request.POST)
    if act == "defaults":
        typed = Typed.of(kind, DEFAULTS[kind], typed.seen)
        messages.info(request, _("This is how it would be without a rule of your own. Save to make it so."))
        return typed, None
    if act != "save":
        typed.changed(act)
        return typed, None
    try:
        ruling.change(
            office.pk,
            kind,
            typed.ladder(),
            seen=_uuid(typed.seen),
            by=request.user,  # type: ignore[arg-type]
            now=now,
        )
    except ValidationError as error:
        typed.errors = error.message_dict
        return typed, None
    except Stale as newer:
        typed.conflict, typed.seen = str(newer), str(newer.current.pk) if newer.current else ""
        return typed, None
    messages.success(request, _("Saved. From now on reminders are sent by this."))
    return typed, redirect("reminder-policy-kind", kind.value)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError as error:
        raise Http404 from error


def _preview(request: HttpRequest, office: Organization, kind: Kind, ladder: Ladder) -> dict[str, Any]:
    """What the ladder does with a deadline: the one asked for, else one in a month."""
    asked = request.POST if request.method == "POST" else request.GET
    today = calendar.day_of(calendar.now())
    asked_for, due = asked.get("due", ""), read_day(asked.get("due", ""))
    unread = bool(asked_for.strip()) and (due is None or abs((due - today).days) > FAR)
    meant = today + AHEAD if due is None or unread else due
    divisions, positions = list(office.divisions.all()), _deciders(office)
    division = next(
        (one for one in divisions if one.code == asked.get("division")), divisions[0] if divisions else None
    )
    position = next(
        (one for one in positions if str(one.pk) == asked.get("position")), positions[0] if positions else None
    )
    days = WorkingDays.of(office.pk)
    if kind == Kind.EXTENSION:
        meant = days.after(today, min(ladder.within, ruling.MOST_WITHIN))
    shown = preview.of(ladder, meant, days, _names(office, kind, division, position, today))
    first, last = (
        min([shown.due_on, *(one.day for one in shown.lines)]),
        max([meant, *(one.day for one in shown.lines)]),
    )
    why = _why(office, days, first.replace(day=1), last + timedelta(days=31))
    return {
        "preview": shown,
        "unread": asked_for if unread else "",
        "months": preview.months(shown, days, why),
        "moved": days_off.why(meant, Holiday.objects.filter(organization=office, date=meant).first())
        if shown.due_on != meant
        else "",
        "divisions": divisions if kind == Kind.TASK else [],
        "division": division,
        "positions": positions if kind == Kind.STEP else [],
        "position": position,
        "opens": days.opens,
        "weekdays": list(zip(calendar.WEEKDAYS_SHORT, calendar.WEEKDAYS, strict=True)),
        "asks_for_day": kind != Kind.EXTENSION,
    }


def _why(office: Organization, days: WorkingDays, first: date, last: date) -> dict[date, str]:
    """Each day off between two days, with its reason. One statement."""
    own = {one.date: one for one in Holiday.objects.filter(organization=office, date__range=(first, last))}
    every = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return {day: days_off.why(day, own.get(day)) for day in every if not days.is_working(day)}


def _deciders(office: Organization) -> list[Position]:
    roles = [Role.PERMANENT_SECRETARY, Role.MAYOR, Role.DEPUTY_MAYOR, Role.DEPUTY_PERMANENT_SECRETARY, *HEADS]
    found = Position.objects.filter(organization=office, role__in=roles).select_related("division")
    return sorted(found, key=lambda one: (roles.index(Role(one.role)), one.pk))


def _names(
    office: Organization, kind: Kind, division: Division | None, position: Position | None, today: date
) -> dict[Who, str]:
    """Whom each Who means in this office today: the people with their positions, or that nobody sits there."""
    chairs = list(Position.objects.filter(organization=office).exclude(role=Role.AUDITOR))
    seats = holders_of(chairs, today)
    people = {one.pk: one for one in User.objects.filter(pk__in={s.user.pk for some in seats.values() for s in some})}

    def of(*found: Position) -> str:
        told = [_said(seat, people[seat.user.pk]) for chair in found for seat in seats.get(chair.pk, [])]
        return preview.names_of(told) or _("nobody: the seat is vacant")

    def with_role(*roles: str) -> list[Position]:
        return [one for one in chairs if one.role in roles]

    here = [one for one in chairs if division and one.division_id == division.pk and one.role in STAFF]
    if kind == Kind.STEP:
        here = [one for one in chairs if position and one.division_id == position.division_id and position.division_id]
    responsible = {
        Kind.TASK: here,
        Kind.STEP: [position] if position else [],
        Kind.FOLLOW_UP: with_role(Role.HEAD_OF_OFFICE),
        Kind.EXTENSION: with_role(Role.HEAD_OF_OFFICE),
    }[kind]
    heads = [one for one in here if one.role in HEADS]
    return {
        Who.RESPONSIBLE: of(*responsible),
        Who.DIVISION_HEAD: of(*heads) if heads else _("nobody: this position has no division head"),
        Who.HEAD_OF_OFFICE: of(*with_role(Role.HEAD_OF_OFFICE)),
        Who.PERMANENT_SECRETARY: of(*with_role(Role.PERMANENT_SECRETARY)),
    }


def _said(seat: Seat, person: User) -> str:
    return f"{person} ({seat})"


urls: list[URLPattern] = [
    path("policy/", policies, name="reminder-policy"),
    path("policy/<str:kind>/", policy, name="reminder-policy-kind"),
]
