"""The ladder of reminders of a deadline, as data: when, and who. Pure: dates in, stages out.

A ladder's rungs stand before and after the deadline. Each begins on a day and holds until the next one begins, so a
day on which nothing was sent loses nothing: the nearest stage is told, once, and no stage before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from organization.calendar import WorkingDays


class Kind(StrEnum):
    """The kinds of thing that have a deadline."""

    STEP = "step"  # a step of a memo on its way
    TASK = "task"  # a division's task
    FOLLOW_UP = "followup"  # a follow-up memo that is not on its way
    EXTENSION = "extension"  # a request for more time that nobody has answered


class Who(StrEnum):
    """Whom a rung tells, as the office speaks of them on that day; an acting official is told with the holder."""

    RESPONSIBLE = "responsible"  # whose turn or task it is
    DIVISION_HEAD = "division_head"
    HEAD_OF_OFFICE = "head_of_office"
    PERMANENT_SECRETARY = "permanent_secretary"


@dataclass(frozen=True)
class Rung:
    """`days` before the deadline, or `late` days after it; working days, or days of the calendar."""

    days: int
    to: tuple[Who, ...]
    working: bool = True
    late: bool = False

    @property
    def token(self) -> str:
        """Names the rung in a letter's key: 14w, 10d, 0w before the deadline; -1d, -3w after it."""
        return f"{'-' if self.late else ''}{self.days}{'w' if self.working else 'd'}"


@dataclass(frozen=True)
class Ladder:
    """`every`: days of the calendar after which the last rung is told again, at most `times`; 0: it is not.

    `within`: working days in which a request is to be answered; only of a request, which has no date of its own.
    """

    rungs: tuple[Rung, ...]
    every: int = 7
    times: int = 26
    within: int = 3

    def as_data(self) -> dict[str, Any]:
        rungs = [
            {"days": one.days, "to": [who.value for who in one.to], "working": one.working, "late": one.late}
            for one in self.rungs
        ]
        return {"rungs": rungs, "every": self.every, "times": self.times, "within": self.within}

    @classmethod
    def of_data(cls, data: Mapping[str, Any]) -> Ladder:
        rungs = tuple(
            Rung(one["days"], tuple(Who(who) for who in one["to"]), one["working"], one["late"])
            for one in data["rungs"]
        )
        return cls(rungs, data["every"], data["times"], data["within"])


@dataclass(frozen=True)
class Stage:
    """A rung of one deadline: told from `begins` on, until the next stage begins. `again`: the how-manieth repeat."""

    begins: date
    due_on: date
    rung: Rung
    again: int = field(default=0)

    @property
    def token(self) -> str:
        """Of a repeat the rung's own with its number: -8d+2."""
        return f"{self.rung.token}+{self.again}" if self.again else self.rung.token

    @property
    def to(self) -> tuple[Who, ...]:
        return self.rung.to


def stages(due_on: date, ladder: Ladder, days: WorkingDays) -> tuple[Stage, ...]:
    """All stages of a deadline in the order of their days."""
    found = _climbed(due_on, ladder, days)
    last = found[-1] if found else None
    if last and last.rung.late and ladder.every:
        found += [_repeat(last, ladder, n) for n in range(1, ladder.times + 1)]
    return tuple(found)


def stage(due_on: date, today: date, ladder: Ladder, days: WorkingDays) -> Stage | None:
    """The stage a deadline has reached on a day, the last of `stages` that has begun; None when it is too far away."""
    found = _climbed(due_on, ladder, days)
    reached = [one for one in found if one.begins <= today]
    if not reached:
        return None
    last = reached[-1]
    if last is found[-1] and last.rung.late and ladder.every:
        return _repeat(last, ladder, min((today - last.begins).days // ladder.every, ladder.times))
    return last


def reach(today: date, ladder: Ladder, days: WorkingDays) -> date:
    """The latest deadline that a ladder may speak of on a day: of what is due later, `stage` says None."""
    ahead = [_furthest(today, one, days) for one in ladder.rungs if not one.late]
    return max([today, *ahead])


def told(due_on: date, ladder: Ladder, days: WorkingDays) -> list[tuple[date, Stage]]:
    """On which day each stage is told: the first working day from its own on, unless the next one has begun by then.

    Nothing is told on a day off; the stages that were passed over there are never told.
    """
    all_of_them = stages(due_on, ladder, days)
    found = []
    for place, one in enumerate(all_of_them):
        day = one.begins if days.is_working(one.begins) else days.after(one.begins, 1)
        if all(later.begins > day for later in all_of_them[place + 1 :]):
            found.append((day, one))
    return found


def event(stage: Stage, today: date) -> str:
    """The word of the letter's event on the day it is written: due_soon, due_today or overdue."""
    if today > stage.due_on:
        return "overdue"
    return "due_today" if today == stage.due_on else "due_soon"


def _begins(due_on: date, rung: Rung, days: WorkingDays) -> date:
    if rung.late:
        return days.after(due_on, rung.days) if rung.working else due_on + timedelta(days=rung.days)
    if not rung.working:
        return due_on - timedelta(days=rung.days)
    on_or_before = due_on if days.is_working(due_on) else days.before(due_on, 1)
    return days.before(on_or_before, rung.days)


def _climbed(due_on: date, ladder: Ladder, days: WorkingDays) -> list[Stage]:
    """The rungs as stages in the order of their days, without repeats."""

    def place(one: Stage) -> tuple[date, bool, int]:
        return one.begins, one.rung.late, one.rung.days if one.rung.late else -one.rung.days

    return sorted((Stage(_begins(due_on, rung, days), due_on, rung) for rung in ladder.rungs), key=place)


def _repeat(last: Stage, ladder: Ladder, again: int) -> Stage:
    return Stage(last.begins + timedelta(days=again * ladder.every), last.due_on, last.rung, again)


def _furthest(today: date, rung: Rung, days: WorkingDays) -> date:
    """The latest deadline before which this rung has begun."""
    if not rung.working:
        return today + timedelta(days=rung.days)
    return days.after(days.after(today, rung.days), 1) - timedelta(days=1)


#: Whom a rung of each kind may tell.
MAY_TELL: dict[Kind, tuple[Who, ...]] = {
    Kind.TASK: tuple(Who),
    Kind.STEP: tuple(Who),
    Kind.FOLLOW_UP: (Who.RESPONSIBLE, Who.PERMANENT_SECRETARY),
    Kind.EXTENSION: (Who.RESPONSIBLE, Who.HEAD_OF_OFFICE, Who.PERMANENT_SECRETARY),
}
_MINE = (Who.RESPONSIBLE,)
_AND_HEAD = (*_MINE, Who.DIVISION_HEAD)
_AND_ABOVE = (*_AND_HEAD, Who.HEAD_OF_OFFICE, Who.PERMANENT_SECRETARY)


def _proposed(kind: Kind, *ahead: int) -> Ladder:
    """So many working days before, on the day, after a day and after a week, then weekly; from the second week on
    those above are told as well."""
    rungs = [Rung(days, _MINE if days else _AND_HEAD) for days in ahead]
    rungs += [Rung(1, _AND_HEAD, working=False, late=True), Rung(8, _AND_ABOVE, working=False, late=True)]
    may = MAY_TELL[kind]
    return Ladder(tuple(replace(one, to=tuple(who for who in one.to if who in may)) for one in rungs))


#: What holds where an office has decided nothing of its own.
DEFAULTS: dict[Kind, Ladder] = {
    Kind.TASK: _proposed(Kind.TASK, 14, 7, 3, 1, 0),
    Kind.STEP: _proposed(Kind.STEP, 14, 7, 3, 1, 0),
    Kind.FOLLOW_UP: _proposed(Kind.FOLLOW_UP, 14, 7, 3, 1, 0),
    Kind.EXTENSION: _proposed(Kind.EXTENSION, 1, 0),
}
