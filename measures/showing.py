"""The page of one task: what it shows to whom, and the forms on it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from files.models import Attachment
from measures import evidence, extensions, letters, policies, settling
from measures.forms import (
    AnswerForm,
    AnswerTimeForm,
    AskTimeForm,
    CommentForm,
    EvidenceForm,
    HandOverForm,
    NudgeForm,
    ReportForm,
    ShareForm,
)
from measures.models import DivisionTask, Extension, Report, TaskStep
from measures.queries import colleagues, sees_all
from notifications import ledger, notices, nudges
from notifications.models import Nudge
from organization import calendar, years
from organization.models import Division, Position, Role, User
from organization.paging import Page, page_of
from organization.seats import Seats, seats_of

REPORTS, COMMENTS, REQUESTS, NUDGES = 50, 20, 200, 200


@dataclass(frozen=True)
class Moment:
    """One line of a task's history: a report, or a word on its deadline; `until` is the day that was spoken of."""

    kind: str
    title: str
    at: datetime
    by: User | None
    position: Position | None
    acting: Any = None
    text: str = ""
    obstacles: str = ""
    percent: int | None = None
    until: date | None = None
    files: tuple[Attachment, ...] = ()


def page(request: HttpRequest, task: DivisionTask, **forms: Any) -> HttpResponse:
    """The page of a task of with_progress; `forms` by name (report, answer, comment, …) as posted with errors."""
    now = calendar.now()
    today = calendar.day_of(now)
    seats = seats_of(request.user, today)  # type: ignore[arg-type]
    people = colleagues(task.division_id, today)
    reports = page_of(
        task.reports.select_related("by", "position", "acting"), request, key=("-seq",), size=REPORTS, name="before"
    )
    steps = list(task.steps.select_related("step", "ticked_by", "officer"))
    requests = _requests(task)
    asked = next((one for one in requests if one.granted is None), None)
    nudged = _nudges(task)
    shown = evidence.of_task(task, steps)
    may = _may(request.user, task, today, seats)  # type: ignore[arg-type]
    if notices.by_a_person(request):
        notices.saw(request.user, letters.abouts(task, requests), now=now)  # type: ignore[arg-type]
    context = {
        "task": task,
        "row": task.measure.row,
        "today": years.as_of(task.closing, today),
        "closing": task.closing,
        "may": may,
        "steps": _ticked(request, steps, "report" in forms),
        "whose": task.officer,
        "gone": task.officer is not None and task.officer not in people,
        "mine": task.officer_id == request.user.pk,
        "reads_memo": task.division_id in seats.division_ids or sees_all(seats),
        "asked": asked,
        "latest": extensions.latest(task),
        "moved": settling.moved(task, requests) if task.is_open else None,
        "reports": reports,
        "history": _history(task, reports, requests, nudged, shown),
        "nudged": nudged[0] if nudged else None,
        "again": nudges.again(nudged[0], today) if nudged and may["nudge"] else None,
        **_told(request.user, task, requests, seats, now),  # type: ignore[arg-type]
        "evidence": shown,
        "evidence_form": EvidenceForm(steps=steps),
        "comments": _comments(request, task),
        "posted": request.resolver_match.url_name if request.resolver_match else "",
        "wrong": next((form for name, form in forms.items() if name not in ("report", "answer")), None),
        "forms": _forms(task, people, steps, asked) | forms,
    }
    return render(request, "measures/task.html", context)


def _may(user: User, task: DivisionTask, today: date, seats: Seats) -> dict[str, bool]:
    """What this person may do to it now; what its state rules out is not looked into."""
    return {
        verb: task.state in states and policies.why_not(user, verb, task, today, seats) is None
        for verb, states in policies.WHEN.items()
    }


def _ticked(request: HttpRequest, steps: list[TaskStep], again: bool) -> list[dict[str, Any]]:
    """The steps as ticked; those of a report that comes back with errors as they were posted."""
    posted = request.POST.getlist("steps") if again else None
    return [
        {"step": one, "ticked": one.ticked_at is not None if posted is None else str(one.pk) in posted} for one in steps
    ]


def _requests(task: DivisionTask) -> list[Extension]:
    """The newest requests for more time, the newest first."""
    asked = task.extensions.select_related(
        "by", "position", "acting", "answered_by", "answered_position", "answered_acting"
    )
    return list(asked.order_by("-at", "-pk")[:REQUESTS])


def others(task: DivisionTask) -> list[Division]:
    """The divisions that may be named in a comment."""
    return [one for one in task.organization.divisions_by_code.values() if one.pk != task.division_id]


def _comments(request: HttpRequest, task: DivisionTask) -> Page:
    said = task.comments.select_related("by", "position", "acting").prefetch_related("mentions__division")
    return page_of(said, request, key=("-at", "-pk"), size=COMMENTS, name="comments")


def _forms(task: DivisionTask, people: list[User], steps: list[TaskStep], asked: Extension | None) -> dict[str, Any]:
    """Each form as it is before anything was posted."""
    wanted = {"extension": asked.pk, "until": asked.asked_for.isoformat()} if asked else None
    return {
        "report": ReportForm(initial={"percent": task.percent}),
        "answer": AnswerForm(),
        "comment": CommentForm(divisions=others(task)),
        "nudge": NudgeForm(),
        "hand_over": HandOverForm(people=people, initial={"to": task.officer_id or ""}),
        "share": ShareForm(people=people, steps=steps),
        "ask_time": AskTimeForm(),
        "answer_time": AnswerTimeForm(initial=wanted),
    }


def _told(user: User, task: DivisionTask, requests: list[Extension], seats: Seats, now: datetime) -> dict[str, Any]:
    """The newest of who was told what, and whether there is more."""
    of_office = seats.with_role(Role.HEAD_OF_OFFICE) is not None
    told, more = ledger.newest(letters.of_task(task, requests), reader=user, of_office=of_office, now=now)
    return {"told": told, "told_more": more}


def told(request: HttpRequest, task: DivisionTask) -> HttpResponse:
    """All that anybody was told of it."""
    now = calendar.now()
    seats = seats_of(request.user, calendar.day_of(now))  # type: ignore[arg-type]
    which = ledger.about(letters.of_task(task, _requests(task)))
    page = page_of(which, request, key=("-at", "-pk"), size=ledger.NEWEST)
    of_office = seats.with_role(Role.HEAD_OF_OFFICE) is not None
    context = {
        "title": task.measure.text,
        "back_url": reverse("task", args=[task.pk]),
        "back": _("To the task"),
        "page": page,
        "lines": ledger.lines(page.rows, reader=request.user, of_office=of_office, now=now),  # type: ignore[arg-type]
    }
    return render(request, "notifications/ledger.html", context)


def _nudges(task: DivisionTask) -> list[Nudge]:
    """The newest reminders by hand, the newest first."""
    said = Nudge.objects.filter(about=letters.about(task)).select_related("by", "position", "acting")
    return list(said.order_by("-at", "-pk")[:NUDGES])


def _history(
    task: DivisionTask, reports: Page, requests: list[Extension], nudged: list[Nudge], shown: evidence.Evidence
) -> list[Moment]:
    """This page's reports, and what was said beside them in between, the newest first."""
    first, last = (reports.rows[0], reports.rows[-1]) if reports else (None, None)
    newer = task.reports.filter(seq=first.seq + 1).first() if first and not reports.first else None
    said = [
        one
        for one in (*_on_the_deadline(requests), *map(_of_nudge, nudged))
        if (newer is None or one.at < newer.at) and (not reports.older or last is None or one.at >= last.at)
    ]
    told = [_of_report(one, shown.by_report.get(one.pk, [])) for one in reports.rows]
    moments = [*told, *said]
    return sorted(moments, key=lambda one: one.at, reverse=True)


def _of_report(report: Report, files: list[Attachment]) -> Moment:
    return Moment(
        report.kind,
        report.get_kind_display(),
        report.at,
        report.by,
        report.position,
        report.acting,
        report.text,
        report.obstacles,
        report.percent if report.kind != "started" else None,
        files=tuple(files),
    )


def _of_nudge(said: Nudge) -> Moment:
    title = _("Reminded by hand")
    return Moment("nudged", title, said.at, said.by, said.position, said.acting, text=said.text)


def _on_the_deadline(requests: list[Extension]) -> Iterator[Moment]:
    for one in requests:
        if one.answered_at:
            kind, title = _answered(one)
            who = one.answered_by, one.answered_position, one.answered_acting
            yield Moment(kind, title, one.answered_at, *who, text=one.answer, until=one.granted_until)
        title = _("More time asked for")
        yield Moment("asked", title, one.at, one.by, one.position, one.acting, text=one.reason, until=one.asked_for)


def _answered(asked: Extension) -> tuple[str, str]:
    if asked.granted:
        return "granted", _("More time granted")
    return ("lapsed", _("More time no longer needed")) if asked.lapsed else ("refused", _("More time refused"))
