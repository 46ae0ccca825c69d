"""Many tasks at a glance: the board with its totals, its exports, and the year as a picture."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from measures import evidence, exports, progress
from measures.lifecycle import State
from measures.models import DivisionTask
from measures.queries import BOARD_ORDER, DUE_ORDER, with_progress
from measures.selection import DUE, INDICATORS, NOBODY, Selection
from measures.timeline import Track, Year
from organization import calendar
from organization.paging import page_of

ON_BOARD = 100
IN_YEAR = 60
KEYS = {"division": "division_id", "indicator": "measure__row__indicator", "state": "state"}
GROUPINGS = {
    "division": gettext_lazy("By division"),
    "indicator": gettext_lazy("By indicator"),
    "state": gettext_lazy("By state"),
}
YEAR_ORDERS = {
    "division": BOARD_ORDER,
    "plan": ("measure__row_id", "measure__seq", "division__order", "division_id", "pk"),
}
YEAR_GROUPINGS = {"division": gettext_lazy("By division"), "plan": gettext_lazy("By plan")}
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@login_required
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """A fiscal year's tasks with totals, by division, indicator or state (`?by=`), and the filters of the address.

    The totals are of all tasks that match, also of those on other pages.
    """
    selection, by = _selection(request), _by(request, KEYS)
    totals = progress.by(selection.tasks, KEYS[by], selection.today)
    names = dict(_groups(by, selection))
    wanted = list(totals) if "after" in request.GET else _first_groups(names, totals)
    page = page_of(_placed(selection.tasks, KEYS[by], names, wanted), request, key=("place", *DUE_ORDER), size=ON_BOARD)
    rows, values = _shown(list(page)), list(names)
    evidence.counted(rows.values())
    groups = [
        {"name": names[values[place]], "totals": totals[values[place]], "tasks": [rows[one.pk] for one in some]}
        for place, some in groupby(page, key=lambda task: task.place)
    ]
    context = _frame(selection, by, GROUPINGS) | {
        "groups": groups,
        "totals": progress.together(totals.values()),
        "page": page,
        "exports": {form: selection.address() for form in ("csv", "xlsx")},
    }
    return render(request, "measures/board.html", context)


@login_required
@require_GET
def export_csv(request: HttpRequest) -> HttpResponseBase:
    """The board's tasks by the same filters and rights, streamed."""
    selection = _selection(request)
    lines = exports.as_csv(selection.tasks, today=selection.today, language=get_language() or "th")
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    return _attached(response, selection, "csv")


@login_required
@require_GET
def export_workbook(request: HttpRequest) -> HttpResponseBase:
    selection = _selection(request)
    response = FileResponse(exports.as_workbook(selection.tasks, today=selection.today), content_type=WORKBOOK)
    return _attached(response, selection, "xlsx")


@login_required
@require_GET
def year(request: HttpRequest) -> HttpResponse:
    """The year as a picture: a track a task, by division or by plan (`?by=`), with the board's filters."""
    selection, by = _selection(request), _by(request, YEAR_GROUPINGS)
    keys = selection.tasks.select_related("division", "measure__row").only("due_on", *YEAR_ORDERS[by][:-1])
    page = page_of(keys, request, key=YEAR_ORDERS[by], size=IN_YEAR)
    rows, calendar_year = _shown(list(page)), Year(selection.year, selection.today)
    tracks = [_track(rows[one.pk], calendar_year) for one in page]
    groups = [
        {"name": name, "rows": list(some)}
        for (_key, name), some in groupby(tracks, key=lambda row: _heading(row["task"], by))
    ]
    context = _frame(selection, by, YEAR_GROUPINGS) | {"groups": groups, "page": page, "months": calendar_year.months}
    return render(request, "measures/year.html", context)


def _selection(request: HttpRequest) -> Selection:
    today = calendar.day_of(calendar.now())
    return Selection.of(request.GET.dict(), request.user, today)  # type: ignore[arg-type]


def _by(request: HttpRequest, groupings: dict[str, Any]) -> str:
    asked = request.GET.get("by", "")
    return asked if asked in groupings else "division"


def _frame(selection: Selection, by: str, groupings: dict[str, Any]) -> dict[str, Any]:
    """What the head and the filters of both pages show."""
    return {
        "year": selection.year,
        "years": selection.years,
        "chosen": selection.chosen,
        "late": selection.late,
        "narrowed": selection.narrowed,
        "spoken": selection.spoken,
        "by": by,
        "groupings": [(value, name, selection.address(by=value)) for value, name in groupings.items()],
        "divisions": selection.divisions,
        "officers": selection.officers,
        "nobody": NOBODY,
        "states": State.choices,
        "indicators": INDICATORS,
        "dues": DUE.items(),
        "address": selection.address(),
        "office": selection.user.organization,
        "today": selection.today,
        "closing": selection.closing,
        "sees_all": selection.sees_all,
    }


def _groups(by: str, selection: Selection) -> Iterator[tuple[Any, str]]:
    """Every value that tasks may be grouped under with its name, in the order in which they stand."""
    if by == "division":
        yield from ((one.pk, str(one)) for one in selection.divisions)
    elif by == "state":
        yield from ((state.value, str(state.label)) for state in State)
    else:
        yield from ((number, _("Indicator %(number)s") % {"number": number}) for number in INDICATORS)
        yield None, _("Without an indicator")


def _first_groups(names: dict[Any, str], totals: dict[Any, progress.Totals]) -> list[Any]:
    """As many groups as the first page can reach into: the database need not sort the others."""
    wanted: list[Any] = []
    for value in (one for one in names if one in totals):
        if sum(totals[one].listed for one in wanted) > ON_BOARD:
            break
        wanted.append(value)
    return wanted


def _placed(
    tasks: QuerySet[DivisionTask], key: str, names: dict[Any, str], wanted: list[Any]
) -> QuerySet[DivisionTask]:
    """The tasks of the wanted groups, with `place`: the number of their group among all. Only what sorts is read.

    All groups have a number, with tasks or without: a key of one page still holds when the next one is asked for.
    """
    places = [
        When(**({f"{key}__isnull": True} if value is None else {key: value}), then=Value(place))
        for place, value in enumerate(names)
    ]
    if None not in wanted:
        tasks = tasks.filter(**{f"{key}__in": wanted})
    place = Case(*places, default=Value(len(names)), output_field=IntegerField())
    placed = tasks.annotate(place=place).filter(place__lt=len(names))
    return placed.select_related("measure__row").only("due_on", "measure__seq", "measure__row__seq")


def _shown(page: list[Any]) -> dict[UUID, Any]:
    """Task -> all that its row shows. One statement."""
    return {task.pk: task for task in with_progress(DivisionTask.objects.filter(pk__in=[one.pk for one in page]))}


def _track(task: Any, year: Year) -> dict[str, Any]:
    plan = task.measure.row
    track = Track(
        key=f"y-{task.pk}",
        name=task.measure.text,
        state=task.state,
        label=task.get_state_display(),
        percent=task.percent,
        start=plan.period_start,
        end=plan.period_end,
        due=task.due_on,
        ordered=plan.follow_up_due,
        late=task.at_work and task.due_on < year.today,
        year=year,
    )
    return {"task": task, "track": track}


def _heading(task: Any, by: str) -> tuple[int, str]:
    """The group a track stands in: its key, and its name."""
    plan = task.measure.row
    if by == "division":
        return task.division_id, str(task.division)
    if not plan.indicator:
        return plan.pk, str(plan.instrument)
    return plan.pk, f"{plan.instrument} · " + _("Indicator %(number)s") % {"number": plan.indicator}


def _attached(response: Any, selection: Selection, form: str) -> HttpResponseBase:
    name = _("Measures %(year)s") % {"year": selection.year} + f"-{selection.today.isoformat()}.{form}"
    response["Content-Disposition"] = content_disposition_header(True, name.replace(" ", "-"))
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response  # type: ignore[no-any-return]
