"""How the tasks and the requests for more time stood through time, as their chains say, for the accounts."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from functools import cache, partial
from typing import Any
from uuid import UUID

from django.db.models import Q

from audit.models import Event
from measures.lifecycle import AT_WORK
from measures.models import DivisionTask, Extension
from measures.queries import STAFF
from notifications.accounts import Office, People, Span, Thing, batches, day_at
from notifications.ladders import Kind
from organization.models import HEADS, ClosedYear, Role

#: What a task's chain says of it, where an act said it.
FACTS = ("state", "due_on", "officer", "officers", "done")


def tasks(office: Office, since: datetime, until: datetime) -> Iterator[Thing]:
    """Every task that was at work in this time. A chain without facts, as of rows made by hand, takes the row's."""
    alive = DivisionTask.objects.filter(organization=office.pk, assigned_at__lt=until).exclude(closed_at__lt=since)
    rows = {one.pk: one for one in alive.select_related("measure__row")}
    shut = _closed(office)
    staff = _Staff(office)
    for keys in batches(list(rows)):
        told = _chains(keys)
        for pk in keys:
            end = shut.get(rows[pk].measure.row.fiscal_year)
            spans = _spans(rows[pk], told.get(pk, []), end, staff)
            if spans:
                yield Thing(Kind.TASK, f"task:{pk}", spans)


def requests(office: Office, since: datetime, until: datetime) -> Iterator[Thing]:
    """Every request for more time that waited for an answer in this time."""
    asked = Extension.objects.filter(Q(answered_at=None) | Q(answered_at__gte=since), task__organization=office.pk)
    for one in asked.filter(at__lt=until).select_related("task"):
        span = Span(one.at, one.answered_at, partial(_answer_by, office, one.at), cache(_Answering(office, one)))
        yield Thing(Kind.EXTENSION, f"extension:{one.pk}", [span])


def _chains(keys: list[UUID]) -> dict[UUID, list[tuple[datetime, dict[str, Any]]]]:
    """Task -> what its acts said of it, in their order."""
    found = defaultdict(list)
    events = Event.objects.filter(subject_type=DivisionTask._meta.label_lower, subject_id__in=keys)
    for pk, moment, data in events.order_by("subject_id", "seq").values_list("subject_id", "at", "data"):
        said = {name: data[name] for name in FACTS if name in data}
        if said:
            found[pk].append((moment, said))
    return found


def _closed(office: Office) -> dict[int, datetime]:
    return dict(ClosedYear.objects.filter(organization=office.pk).values_list("fiscal_year", "at"))


def _spans(
    task: DivisionTask, told: list[tuple[datetime, dict[str, Any]]], end: datetime | None, staff: "_Staff"
) -> list[Span]:
    """The times in which the division had to act, each with its date and people; none after its year was closed."""
    stands: dict[str, Any] = {"officer": None}
    as_it_is = {"state": task.state, "due_on": task.due_on.isoformat(), "officer": task.officer_id}
    told = told or [(task.assigned_at, as_it_is)]
    ends = [*(moment for moment, _said in told[1:]), None]
    spans = []
    for (moment, said), until in zip(told, ends, strict=True):
        stands |= said
        until = min(filter(None, (until, end)), default=None)
        if stands["state"] in AT_WORK and (until is None or moment < until):
            due_on = date.fromisoformat(stands["due_on"])
            open_steps = {pk: who for pk, who in stands.get("officers", {}).items() if int(pk) not in _done(stands)}
            who = staff.of(task.division_id, stands["officer"], frozenset(open_steps.values()))
            spans.append(Span(moment, until, partial(_on, due_on), who))
    return spans


def _on(due_on: date, _moment: datetime) -> date:
    return due_on


def _done(stands: dict[str, Any]) -> set[int]:
    return {int(pk) for pk in stands.get("done", ())}


class _Staff:
    """Who works for the divisions of an office on a day."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.chairs = defaultdict(list)
        for one in office.positions:
            if one.division_id and one.role in STAFF:
                self.chairs[one.division_id].append(one)
        self._on = cache(self._look)
        self.of = cache(self._of)

    def _of(self, division_id: int, officer: int | None, sharing: frozenset[int]) -> Any:
        """All of the division; once it is somebody's who still sits there, theirs and of whoever has an open step."""

        def who(day: date) -> People:
            everyone, heads = self._on(division_id, day)
            if officer not in everyone:
                return People(everyone, heads)
            return People(everyone & (sharing | {officer}), heads)

        return cache(who)

    def _look(self, division_id: int, day: date) -> tuple[frozenset[int], frozenset[int]]:
        everyone, heads = set[int](), set[int]()
        for chair in self.chairs[division_id]:
            people = self.office.sits(chair.pk, day)
            everyone |= people
            heads |= people if chair.role in HEADS else set()
        return frozenset(everyone), frozenset(heads)


def _answer_by(office: Office, asked: datetime, moment: datetime) -> date | None:
    """So many working days after it was asked as the office gave itself; not spoken of on the day it was asked."""
    if day_at(asked) == day_at(moment):
        return None
    within = office.ladder(Kind.EXTENSION, moment)["within"]
    return office.calendar(moment).onward(day_at(asked), within)


class _Answering:
    """The head of office; of the office's own division and of what he asked himself the permanent secretary too, and
    of what that one asked the mayor. Never who asked."""

    def __init__(self, office: Office, asked: Extension) -> None:
        self.office, self.by, self.division_id = office, asked.by_id, asked.task.division_id

    def __call__(self, day: date) -> People:
        told = self._up(day, (Role.HEAD_OF_OFFICE, Role.PERMANENT_SECRETARY, Role.MAYOR))
        return People(frozenset(told) - {self.by})

    def _up(self, day: date, roles: Iterable[str]) -> Iterator[int]:
        heads = {one.division_id for one in self.office.positions if one.role == Role.HEAD_OF_OFFICE}
        for role in roles:
            people = self.office.role(role, day)
            yield from people
            own = role == Role.HEAD_OF_OFFICE and self.division_id in heads
            if not own and self.by not in people:
                return
