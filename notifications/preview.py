"""What a ladder would do with a deadline: a list of days, and months to look at. Pure but for the reader's language."""

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notifications.ladders import Kind, Ladder, Rung, Stage, Who, event, told
from organization.calendar import WorkingDays

#: Repeats that a preview shows before it says that it goes on.
SHOWN = 4


@dataclass(frozen=True)
class Line:
    """One reminder of a preview: the day, the stage, the word of its letter, and whom it tells."""

    day: date
    stage: Stage
    event: str
    to: tuple[str, ...]

    @property
    def words(self) -> str:
        return in_words(self.stage)


@dataclass(frozen=True)
class Preview:
    """What a ladder does with a deadline that was meant for `meant` and falls on `due_on`."""

    meant: date
    due_on: date
    lines: list[Line]
    more: int  # repeats that are not shown


@dataclass(frozen=True)
class Cell:
    """A day of a month; None where the week belongs to another month."""

    day: date
    off: str = ""  # why it is a day off
    half: str = ""  # which half of it is off
    lines: tuple[Line, ...] = field(default=())
    due: bool = False


def of(ladder: Ladder, meant: date, days: WorkingDays, names: Mapping[Who, str]) -> Preview:
    """`names`: whom each Who means here, in words."""
    due_on = days.settled(meant)
    all_of_them = told(due_on, ladder, days)
    shown = [(day, stage) for day, stage in all_of_them if stage.again <= SHOWN]
    lines = [Line(day, stage, event(stage, day), tuple(names[who] for who in stage.to)) for day, stage in shown]
    return Preview(meant, due_on, lines, len(all_of_them) - len(shown))


def months(preview: Preview, days: WorkingDays, why: Mapping[date, str]) -> list[tuple[date, list[list[Cell | None]]]]:
    """The months from the first reminder to the last one shown, each as weeks from Monday. `why`: day off -> reason."""
    marked = {one.day for one in preview.lines} | {preview.due_on, preview.meant}
    found = []
    first = min(marked).replace(day=1)
    while first <= max(marked):
        weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
        found.append((first, [[_cell(day, first, preview, days, why) for day in week] for week in weeks]))
        first = (first + timedelta(days=32)).replace(day=1)
    return found


def _cell(day: date, month: date, preview: Preview, days: WorkingDays, why: Mapping[date, str]) -> Cell | None:
    if day.month != month.month:
        return None
    lines = tuple(one for one in preview.lines if one.day == day)
    return Cell(
        day, "" if days.is_working(day) else why.get(day, ""), days.halves.get(day, ""), lines, day == preview.due_on
    )


def in_words(stage: Stage) -> str:
    """14 working days before; on the day; 8 days late; once more, 15 days late."""
    late = (stage.begins - stage.due_on).days
    if stage.again:
        return ngettext("again, %(days)s day late", "again, %(days)s days late", late) % {"days": late}
    return rung_in_words(stage.rung)


def rung_in_words(rung: Rung) -> str:
    if rung.days == 0:
        return _("on the day")
    said = {"days": rung.days}
    if rung.late and rung.working:
        return ngettext("%(days)s working day late", "%(days)s working days late", rung.days) % said
    if rung.late:
        return ngettext("%(days)s day late", "%(days)s days late", rung.days) % said
    if rung.working:
        return ngettext("%(days)s working day before", "%(days)s working days before", rung.days) % said
    return ngettext("%(days)s day before", "%(days)s days before", rung.days) % said


def whom_in_words(kind: Kind) -> dict[Who, str]:
    """Whom each Who means for a kind of thing, before anybody in particular is meant."""
    responsible = {
        Kind.STEP: _("whose turn it is"),
        Kind.TASK: _("whose task it is, else all of the division"),
        Kind.FOLLOW_UP: _("the head of office"),
        Kind.EXTENSION: _("who may grant more time"),
    }[kind]
    return {
        Who.RESPONSIBLE: responsible,
        Who.DIVISION_HEAD: _("the head of the division"),
        Who.HEAD_OF_OFFICE: _("the head of office"),
        Who.PERMANENT_SECRETARY: _("the permanent secretary"),
    }


def kind_in_words(kind: Kind) -> str:
    return {
        Kind.STEP: _("Steps of memos"),
        Kind.TASK: _("Tasks of divisions"),
        Kind.FOLLOW_UP: _("Follow-up reports"),
        Kind.EXTENSION: _("Requests for more time"),
    }[kind]


def names_of(people: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(people))
