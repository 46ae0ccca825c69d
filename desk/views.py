"""The inbox, the dashboard, the search, and one's own account."""

from itertools import groupby

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_GET, require_POST

from assessments import chart, overview, results
from desk import queries
from desk.ways import way_back
from measures import progress
from measures.queries import sees_all
from measures.queries import visible_to as visible_tasks
from memo_flow import follow_ups
from memo_flow.queries import search as search_memos
from memo_flow.queries import visible_to as visible_memos
from organization import calendar
from organization.paging import page_of
from organization.seats import seats_of

PAGE = 30
TABS = ("mine", "others", "decided", "acting")


@login_required
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """What waits for me, by deadline; what waits for others; what I decided; what I would sign for someone else."""
    user, today = request.user, calendar.day_of(calendar.now())
    seats = seats_of(user, today)  # type: ignore[arg-type]
    tab = request.GET.get("tab", "mine")
    tab = tab if tab in TABS else "mine"
    waiting = queries.waiting_for(seats)
    context = {"tab": tab, "today": today, "acting_seats": [s for s in seats if s.acting], "returned": []}
    if tab == "decided":
        page = page_of(queries.decided_by(user), request, key=("-at", "-pk"), size=PAGE)  # type: ignore[arg-type]
        return render(request, "desk/inbox.html", {**context, "page": page})
    steps = {
        "mine": waiting,
        "others": queries.waiting_for_others(user, seats),  # type: ignore[arg-type]
        "acting": queries.acting_only(waiting, seats),
    }[tab]
    page = page_of(steps, request, key=("due_on", "pk"), size=PAGE)
    groups = groupby(page.rows, key=lambda step: queries.deadline_group(step.due_on, today))
    context["groups"] = [{"name": name, "steps": list(rows)} for name, rows in groups]
    if tab == "mine" and page.first:
        context["returned"] = list(queries.to_revise(user, seats)[:PAGE])  # type: ignore[arg-type]
        context["circulated"] = list(queries.to_acknowledge(seats)[:PAGE])
        context["reported"] = list(queries.to_answer(user, seats, today)[:PAGE])  # type: ignore[arg-type]
        context["asked"] = list(queries.to_give_time(user, seats, today)[:PAGE])  # type: ignore[arg-type]
        context["follow_ups"] = follow_ups.waiting_for(seats, today)
        context["drafts"] = list(queries.being_written(user)[:PAGE])  # type: ignore[arg-type]
    return render(request, "desk/inbox.html", {**context, "page": page})


@login_required
@require_GET
def dashboard(request: HttpRequest) -> HttpResponse:
    """A year's result, what changed, and how far the measures are that answer it: those of the year after."""
    user, today = request.user, calendar.day_of(calendar.now())
    years = {one.year: one for one in results.trend(user.organization_id)}  # type: ignore[union-attr]
    asked = calendar.arabic_digits(request.GET.get("year", ""))
    year = next((one for one in years if str(one) == asked), max(years, default=0))
    found, previous = years.get(year), years.get(year - 1)
    if found is None:
        return render(request, "desk/dashboard.html", {"years": []})
    seats = seats_of(user, today)  # type: ignore[arg-type]
    tasks = visible_tasks(user, today, seats, mentioned=False).filter(measure__row__fiscal_year=year + 1)  # type: ignore[arg-type]
    work = queries.work_by_indicator(tasks, today)
    context = {
        "years": sorted(years, reverse=True),
        "result": found,
        "previous": previous,
        "changes": found.changes(previous),
        "below": overview.below_target(found),
        "groups": [
            (one, work.get(one.instrument.code), [(row, work.get(row.indicator.number)) for row in one.rows])
            for one in overview.groups(found, previous)
        ],
        "chart": chart.of_result(found, previous),
        "work": progress.together(work[code] for code in found.rules.by_code if code in work),
        "work_year": year + 1,
        "sees_all": sees_all(seats),
    }
    return render(request, "desk/dashboard.html", context)


@login_required
@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Memos by subject or number, and tasks by their words."""
    user, today = request.user, calendar.day_of(calendar.now())
    words = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    page, tasks = None, []
    if words:
        memos = visible_memos(user, today).select_related("division", "entry")  # type: ignore[arg-type]
        page = page_of(search_memos(memos, words), request, key=("-created_at", "-pk"), size=PAGE)
        found = visible_tasks(user, today).filter(measure__text__icontains=words)  # type: ignore[arg-type]
        tasks = list(found.select_related("measure__row", "division").order_by("due_on", "pk")[:PAGE])
    return render(request, "desk/search.html", {"q": words, "page": page, "tasks": tasks, "today": today})


@login_required
@require_GET
def account(request: HttpRequest) -> HttpResponse:
    seats = seats_of(request.user, calendar.day_of(calendar.now()))  # type: ignore[arg-type]
    return render(request, "account/profile.html", {"seats": seats, "languages": settings.LANGUAGES})


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Choose the language: kept with the person when signed in, in a cookie otherwise."""
    chosen = request.POST.get("language", "")
    response = HttpResponseRedirect(way_back(request))
    if chosen in dict(settings.LANGUAGES):
        if request.user.is_authenticated:
            request.user.language = chosen
            request.user.save(update_fields=["language"])
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, chosen, max_age=31_536_000, samesite="Lax", httponly=True)
        translation.activate(chosen)
    return response
