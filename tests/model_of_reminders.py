"""An office and its reminders as a child would keep them: one day after the other, on paper, in plain Python.

It knows nothing of the product but which days are national holidays. Whatever was done is told to it (`Paper.act`
and the verbs), and each look at the deadlines (`Paper.look`); `told` is what then has been said: (about, stage, due
date, person).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from organization.calendar import national_holidays

ONE = timedelta(days=1)
Told = tuple[str, str, date, str]


@dataclass(frozen=True)
class Rung:
    """`days` before or after (`late`) the deadline, `working` or of the calendar; `to`: whom."""

    days: int
    to: tuple[str, ...]
    working: bool = True
    late: bool = False

    @property
    def token(self) -> str:
        return ("-" if self.late else "") + str(self.days) + ("w" if self.working else "d")


@dataclass(frozen=True)
class Ladder:
    rungs: tuple[Rung, ...]
    every: int = 7
    times: int = 26
    within: int = 3


HEAD = ("responsible", "division_head")
ABOVE = (*HEAD, "head_of_office", "permanent_secretary")
LATE = (Rung(1, HEAD, working=False, late=True), Rung(8, ABOVE, working=False, late=True))
USUAL = Ladder((*(Rung(n, ("responsible",)) for n in (14, 7, 3, 1)), Rung(0, HEAD), *LATE))
OF_REQUESTS = Ladder((Rung(1, ("responsible",)), Rung(0, HEAD), *LATE))


@dataclass(frozen=True)
class Sits:
    person: str
    first: date
    last: date = date.max
    kinds: tuple[str, ...] | None = None  # of memo, where it is a delegation


@dataclass
class Task:
    about: str
    division: str
    meant: date
    year_ends: date
    due: date
    state: str = "assigned"
    officer: str | None = None
    steps: dict[int, str] = field(default_factory=dict)  # whose each step is
    done: set[int] = field(default_factory=set)


@dataclass
class Request:
    about: str
    task: Task
    by: str
    asked: date


@dataclass
class Turn:
    about: str
    chair: str
    days: int
    opened: date
    due: date
    memo_kind: str
    secret: bool


@dataclass
class FollowUp:
    about: str
    meant: date
    interim: bool
    away: bool = False


@dataclass
class Paper:
    """`chairs`: name of a chair -> who sits there. `divisions`: division -> its chairs, the head's first."""

    chairs: dict[str, list[Sits]]
    divisions: dict[str, list[str]]
    days: dict[date, str] = field(default_factory=dict)
    rule: str = "after"
    opens: time = time(8, 30)
    closes: time = time(16, 30)
    ladders: dict[str, Ladder] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)
    requests: dict[str, Request] = field(default_factory=dict)
    turns: dict[str, Turn] = field(default_factory=dict)
    follow_ups: list[FollowUp] = field(default_factory=list)
    told: set[Told] = field(default_factory=set)
    _walked: dict[tuple[date, Ladder], dict[date, tuple[str, Rung]]] = field(default_factory=dict)

    # --- days ---

    def works(self, day: date) -> bool:
        special = self.days.get(day, "")
        if special == "open":
            return True
        return not (special == "day" or day.strftime("%a") in ("Sat", "Sun") or day in national_holidays(day.year))

    def at_work(self, moment: datetime) -> bool:
        """A moment on the office's own clock, without a zone."""
        special, clock = self.days.get(moment.date()), moment.time()
        if not self.works(moment.date()) or not self.opens <= clock < self.closes:
            return False
        return not (special == "morning" and clock < time(12)) and not (special == "afternoon" and clock >= time(12))

    def following(self, day: date, count: int) -> date:
        while count:
            day += ONE
            if self.works(day):
                count -= 1
        return day

    def settled(self, day: date, latest: date = date.max) -> date:
        if self.works(day) or self.rule == "stay":
            return day
        later = self.following(day, 1)
        if self.rule == "after" and later <= latest:
            return later
        while not self.works(day):
            day -= ONE
        return day

    # --- what is done ---

    def assign(self, about: str, division: str, meant: date, year_ends: date) -> None:
        self.tasks[about] = Task(about, division, meant, year_ends, self.settled(meant, year_ends))

    def grant(self, task: Task, until: date) -> None:
        task.meant, task.due = until, self.settled(until, task.year_ends)

    def open_turn(self, about: str, chair: str, days: int, today: date, memo_kind: str, *, secret: bool) -> None:
        due = self.settled(self.following(today, days))
        self.turns[about] = Turn(about, chair, days, today, due, memo_kind, secret)

    def changed(self, today: date) -> None:
        """The calendar or the rule is another one now: what is still to come is due where it says."""
        self._walked.clear()
        for task in self.tasks.values():
            if task.state in ("assigned", "in_progress", "reported") and task.meant >= today:
                task.due = self.settled(task.meant, task.year_ends)
        for turn in self.turns.values():
            if turn.due >= today:
                turn.due = self.settled(self.following(turn.opened, turn.days))

    # --- what is said ---

    def look(self, moment: datetime) -> None:
        """Somebody looks through everything and tells whom it concerns."""
        today = moment.date()
        if not self.at_work(moment):
            return
        for task in self.tasks.values():
            if task.state in ("assigned", "in_progress"):
                staff = self.staff(task.division, today)
                mine = {task.officer} | {who for step, who in task.steps.items() if step not in task.done}
                responsible = staff & mine if task.officer in staff else staff
                heads = self.sit(self.divisions[task.division][0], today)
                self._tell("task", task.about, task.due, today, responsible, heads)
        for asked in self.requests.values():
            if asked.asked != today:
                due = self.following(asked.asked, self.ladder("extension").within)
                self._tell("extension", asked.about, due, today, self.answering(asked, today), set())
        for turn in self.turns.values():
            if turn.opened != today:
                responsible = self.sit(turn.chair, today, turn.memo_kind)
                self._tell("step", turn.about, turn.due, today, responsible, set(), secret=turn.secret)
        for one in self.follow_ups:
            ends = date(one.meant.year + (one.meant.month > 9), 9, 30)  # of the fiscal year it is due in
            if not one.away and today <= ends:
                self._tell("followup", one.about, self._asked_for(one), today, self.sit("head_of_office", today), set())

    def _asked_for(self, one: FollowUp) -> date:
        if one.interim and self.rule == "after":
            day = one.meant
            while not self.works(day):
                day -= ONE
            return day
        return self.settled(one.meant)

    def sit(self, chair: str, today: date, memo_kind: str | None = None) -> set[str]:
        return {
            one.person
            for one in self.chairs[chair]
            if one.first <= today <= one.last and (one.kinds is None or memo_kind in one.kinds)
        }

    def staff(self, division: str, today: date) -> set[str]:
        return set().union(*(self.sit(chair, today) for chair in self.divisions[division]))

    def answering(self, asked: Request, today: date) -> set[str]:
        head, secretary = self.sit("head_of_office", today), self.sit("permanent_secretary", today)
        told = set(head)
        if asked.by in head or "head_of_office" in self.divisions[asked.task.division]:
            told |= secretary
            if asked.by in secretary:
                told |= self.sit("mayor", today)
        return told - {asked.by}

    def ladder(self, kind: str) -> Ladder:
        return self.ladders.get(kind, OF_REQUESTS if kind == "extension" else USUAL)

    def _tell(
        self,
        kind: str,
        about: str,
        due: date,
        today: date,
        responsible: set[str],
        heads: set[str],
        *,
        secret: bool = False,
    ) -> None:
        walked = self._walked.setdefault((due, self.ladder(kind)), {})
        if not walked:
            walked.update(self.walk(due, self.ladder(kind)))
        if today not in walked:
            return
        token, rung = walked[today]
        people = set(responsible) if "responsible" in rung.to else set()
        if not secret:
            if "division_head" in rung.to:
                people |= heads
            for chair in ("head_of_office", "permanent_secretary"):
                if chair in rung.to:
                    people |= self.sit(chair, today)
        self.told |= {(about, token, due, person) for person in people}

    def walk(self, due: date, ladder: Ladder) -> Iterator[tuple[date, tuple[str, Rung]]]:
        """From long before the deadline until long after it: on each day, what was called last."""
        called: tuple[str, Rung] | None = None
        since, waiting = due, list(ladder.rungs)
        first = due - 120 * ONE
        left = sum(self.works(first + n * ONE) for n in range(1, 121))  # working days to come, the deadline's too
        gone = 0  # working days since the deadline
        for n in range(520):
            day = first + n * ONE
            if n:
                left -= self.works(day) if day <= due else 0
                gone += self.works(day) if day > due else 0
            begun = [one for one in waiting if self._begun(one, day, due, left, gone)]
            waiting = [one for one in waiting if one not in begun]
            if begun:
                rung = max(begun, key=lambda one: (one.late, one.days if one.late else -one.days))
                called, since = (rung.token, rung), day
            elif called and not waiting and called[1].late and ladder.every:
                again, rest = divmod((day - since).days, ladder.every)
                if rest == 0 and again <= ladder.times:
                    called = (f"{called[1].token}+{again}", called[1])
            if called:
                yield day, called

    def _begun(self, rung: Rung, day: date, due: date, left: int, gone: int) -> bool:
        if rung.late:
            return day > due and (gone if rung.working else (day - due).days) >= rung.days
        return (left if rung.working else (due - day).days) <= rung.days
