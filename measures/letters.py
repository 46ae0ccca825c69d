"""Which letter each event of a task sends to whom."""

from collections import defaultdict
from collections.abc import Collection, Container, Iterable
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from audit.models import Event
from measures.models import Comment, DivisionTask, Extension, Report
from measures.queries import STAFF, about_extension
from measures.queries import about as about
from notifications.models import Nudge
from notifications.outbox import Draft, both
from organization.calendar import day_of
from organization.models import HEADS, Position, User
from organization.seats import Seat, holders_of

HANDED_OVER, SHARED = "task_handed_over", "task_steps_shared"
MORE_TIME = "task_extension_asked"
#: What a letter about a task reads beside it.
NEEDED = ("measure__row__memo__kind", "division", "organization")
REMINDERS = ("task_due_soon", "task_due_today", "task_overdue")
TIME_REMINDERS = ("extension_due_soon", "extension_due_today", "extension_overdue")
NUDGED = "task_nudged"
#: What asks a division to go on with its work.
PRESSING = (*REMINDERS, NUDGED)


def open_subject(memo: Any) -> dict[str, str]:
    """What may be told of a memo's subject to people who are not on its route, in both languages."""
    said = {}
    for language in ("th", "en"):
        with override(language):
            said[language] = memo.open_subject
    return said


def told_openly(abouts: Collection[str]) -> dict[str, str]:
    """The subjects of the memos that these tasks come from (notifications.openly); no secret one's."""
    pks = {about: about.partition(":")[2] for about in abouts}
    tasks = DivisionTask.objects.filter(pk__in=pks.values(), measure__row__memo__kind__secret=False)
    subjects = {str(pk): subject for pk, subject in tasks.values_list("pk", "measure__row__memo__subject")}
    return {about: subjects[pk] for about, pk in pks.items() if pk in subjects}


def requests_told_openly(abouts: Collection[str]) -> dict[str, str]:
    """The same of requests for more time."""
    pks = {about: about.partition(":")[2] for about in abouts}
    asked = Extension.objects.filter(pk__in=pks.values(), task__measure__row__memo__kind__secret=False)
    subjects = {str(pk): subject for pk, subject in asked.values_list("pk", "task__measure__row__memo__subject")}
    return {about: subjects[pk] for about, pk in pks.items() if pk in subjects}


def signed(seat: Seat | User) -> dict[str, str]:
    """Who acted, in both languages: the title; for an acting official the name, the form and the order as well.

    An administrator who sits nowhere is named.
    """
    if isinstance(seat, User) or seat.acting is None:
        return both(seat)
    said = {}
    for language in ("th", "en"):
        with override(language):
            facts = {"name": seat.user, "seat": seat, "order": seat.acting.order_number}
            said[language] = _("%(name)s, %(seat)s (order %(order)s)") % facts
    return said


def facts(task: DivisionTask) -> dict[str, Any]:
    """What every letter about a task states; `first_due` only where the date was moved."""
    first = task.measure.row.follow_up_due
    return {
        "task": task.measure.text,
        "division": both(task.division),
        "subject": open_subject(task.measure.row.memo),
        "due_on": task.due_on.isoformat(),
        "first_due": first.isoformat() if first != task.due_on else "",
        "path": reverse("task", args=[task.pk]),
        "organization": both(task.organization),
    }


def staff_of(organization_id: Any, on: date) -> dict[Position, list[Seat]]:
    """Every head's and officer's position of an office, with who may act there on a day. Three statements."""
    positions = list(Position.objects.filter(organization=organization_id, role__in=STAFF))
    holders = holders_of(positions, on)
    return {position: holders.get(position.pk, []) for position in positions}


def people_of(divisions: Iterable[int], on: date) -> dict[int, list[Seat]]:
    """Division -> its head and officers (and who acts for them) on a day. Three statements."""
    positions = Position.objects.filter(division__in=set(divisions), role__in=STAFF)
    return _by_division(holders_of(positions, on).values())


def _by_division(told: Iterable[list[Seat]]) -> dict[int, list[Seat]]:
    """Each person once in each division, in the head's seat where they have one."""
    found: dict[int, dict[int, Seat]] = defaultdict(dict)
    for seats in told:
        for seat in seats:
            if seat.division_id and (seat.role in HEADS or seat.user.pk not in found[seat.division_id]):
                found[seat.division_id][seat.user.pk] = seat
    return {division: list(people.values()) for division, people in found.items()}


def answering(staff: Iterable[Seat], officer: int | None, sharing: Container[int]) -> list[Seat]:
    """Who of a division's people answers for a task: all of them, until it is somebody's.

    Then whose it is and who has an open step of it.
    """
    staff = list(staff)
    if officer not in {one.user.pk for one in staff}:
        return staff
    return [one for one in staff if one.user.pk == officer or one.user.pk in sharing]


def assigned(memo: Any, tasks: Iterable[DivisionTask], staff: dict[Position, list[Seat]], *, order: str) -> list[Draft]:
    """One letter to each head and officer of a division, with all its new tasks."""
    by_division: dict[int, list[DivisionTask]] = defaultdict(list)
    for task in tasks:
        by_division[task.division_id].append(task)
    people = _by_division(staff.values())
    return [
        Draft(
            memo.organization_id,
            seat.user.pk,
            "tasks_assigned",
            f"memo:{memo.pk}",
            f"assigned:{memo.pk}:{division}:{seat.user.pk}",
            {
                "subject": open_subject(memo),
                "division": both(own[0].division),
                "order": order,
                "path": f"{reverse('board')}?division={own[0].division.code}",
                "organization": both(memo.organization),
                "tasks": [
                    {"text": t.measure.text, "due_on": t.due_on.isoformat(), "path": reverse("task", args=[t.pk])}
                    for t in own
                ],
            },
        )
        for division, own in by_division.items()
        for seat in people.get(division, [])
    ]


def reported(task: DivisionTask, said: Report, judges: Iterable[Seat]) -> list[Draft]:
    """Ask those who may answer it to do so."""
    return [
        Draft(
            task.organization_id,
            seat.user.pk,
            "task_reported",
            about(task),
            f"reported:{said.pk}:{seat.user.pk}",
            {**facts(task), "percent": said.percent, "comment": said.text},
        )
        for seat in judges
    ]


def answered(task: DivisionTask, event: str, said: Report, seat: Seat, *, at: datetime) -> list[Draft]:
    """Tell the division what was answered; the one who answered knows it."""
    words = {"by": signed(seat), "comment": said.text}
    return _to_the_division(task, event, f"answered:{said.pk}", words, but=said.by_id, at=at)


def _to_the_division(
    task: DivisionTask, event: str, key: str, more: dict[str, Any], *, but: int | None, at: datetime
) -> list[Draft]:
    """A letter to everyone of a task's division, but to the one who wrote it."""
    told = people_of([task.division_id], day_of(at)).get(task.division_id, [])
    said = {**facts(task), **more}
    return [
        Draft(task.organization_id, one.user.pk, event, about(task), f"{key}:{one.user.pk}", said)
        for one in told
        if one.user.pk != but
    ]


def handed_over(task: DivisionTask, to: User | None, told: Iterable[int], seat: Seat | User, act: Event) -> list[Draft]:
    """Tell the colleague whose task it is now, and the one whose it was."""
    said = {"by": signed(seat), "to": both(to) if to else {}}
    return [
        Draft(
            task.organization_id,
            person,
            HANDED_OVER,
            about(task),
            f"handed:{act.pk}:{person}",
            {**facts(task), **said, "mine": to is not None and person == to.pk},
        )
        for person in told
    ]


def shared(task: DivisionTask, steps: dict[int, list[str]], seat: Seat, act: Event) -> list[Draft]:
    """Tell each person which steps are theirs now: `steps` by person."""
    return [
        Draft(
            task.organization_id,
            person,
            SHARED,
            about(task),
            f"shared:{act.pk}:{person}",
            {**facts(task), "by": signed(seat), "steps": texts},
        )
        for person, texts in steps.items()
    ]


def commented(task: DivisionTask, said: Comment, named: Iterable[int], seat: Seat, *, at: datetime) -> list[Draft]:
    """Tell the divisions named, and for a comment from outside the task's own; each person once, never who wrote it."""
    own = [] if seat.division_id == task.division_id else [task.division_id]
    people = people_of([*own, *named], day_of(at))
    told = {one.user.pk: "task_mentioned" for division in named for one in people.get(division, [])}
    told |= {one.user.pk: "task_commented" for division in own for one in people.get(division, [])}
    return [
        Draft(
            task.organization_id,
            person,
            event,
            about(task),
            f"comment:{said.pk}:{person}",
            {**facts(task), "by": signed(seat), "comment": said.text},
        )
        for person, event in told.items()
        if person != said.by_id
    ]


def asked_for_time(task: DivisionTask, asked: Extension, judges: Iterable[Seat], seat: Seat) -> list[Draft]:
    """Ask those who may grant more time to answer."""
    said = {"by": signed(seat), "asked_for": asked.asked_for.isoformat(), "comment": asked.reason}
    return [
        Draft(
            task.organization_id,
            one.user.pk,
            MORE_TIME,
            about(task),
            f"extension:{asked.pk}:{one.user.pk}",
            {**facts(task), **said},
        )
        for one in judges
    ]


def answered_time(task: DivisionTask, asked: Extension, seat: Seat, *, at: datetime) -> list[Draft]:
    """Tell the division what was answered to its request; the one who answered knows it."""
    event = "task_extension_granted" if asked.granted else "task_extension_refused"
    said = {
        "by": signed(seat),
        "comment": asked.answer,
        "due_before": asked.due_before.isoformat(),
        "asked_for": asked.asked_for.isoformat(),
    }
    return _to_the_division(task, event, f"extension:{asked.pk}:answer", said, but=asked.answered_by_id, at=at)


def lapsed_with_the_year(lapsed: Iterable[Extension], year: int, seat: Seat, *, at: datetime) -> list[Draft]:
    """Tell each division whose request nobody answered that the year was closed before; two statements at most."""
    lapsed = list(lapsed)
    people = people_of({one.task.division_id for one in lapsed}, day_of(at))
    return [
        Draft(
            one.task.organization_id,
            told.user.pk,
            "task_extension_lapsed",
            about(one.task),
            f"extension:{one.pk}:lapsed:{told.user.pk}",
            {**facts(one.task), "by": signed(seat), "asked_for": one.asked_for.isoformat(), "year": year},
        )
        for one in lapsed
        for told in people.get(one.task.division_id, [])
        if told.user.pk != one.answered_by_id
    ]


def nudged(task: DivisionTask, said: Nudge, told: Iterable[Seat], seat: Seat) -> list[Draft]:
    """Ask those who answer for it how it stands."""
    words = {"by": signed(seat), "comment": said.text, "percent": task.percent}
    return [
        Draft(
            task.organization_id,
            one.user.pk,
            NUDGED,
            about(task),
            f"nudged:{said.pk}:{one.user.pk}",
            {**facts(task), **words},
        )
        for one in told
    ]


def abouts(task: DivisionTask, requests: Iterable[Extension]) -> list[str]:
    """How letters name a task and its requests for more time."""
    return [about(task), *(about_extension(one.pk) for one in requests)]


def of_task(task: DivisionTask, requests: Iterable[Extension]) -> Q:
    """The letters about a task: also those in which its division first heard of it."""
    memo = task.measure.row.memo_id
    first = Q(about=f"memo:{memo}", key__startswith=f"assigned:{memo}:{task.division_id}:")
    return Q(about__in=abouts(task, requests)) | first
