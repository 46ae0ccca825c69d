"""A fiscal year of offices, day by day, through the real services, scans and post office: what was told is what an
independent model says, and the accounts find nothing missed, nothing twice and nothing that nobody owed.

Fifteen offices live side by side in one database, each with a history of its own; the outages are of the server, so
they share those, and no office may get a letter of another's. The suite walks 30 histories; MEMOFLOW_HISTORIES asks
for more (script/bench faults: 300).
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from measures import extensions, sharing, work
from measures.lifecycle import TransitionNotAllowed
from measures.models import DivisionTask, Extension
from memo_flow import decisions, drafts, due, follow_ups
from memo_flow.models import FollowUp, Memo, MemoKind, Route, RouteStep, Step
from notifications import accounts, bundling, scans
from notifications.models import Letter, Policy
from organization import appointments, calendar, days_off
from organization.models import Division, Organization, Position, User
from organization.refusals import NotNow, Refused
from tests import cast as tests_cast
from tests import model_of_reminders as model
from tests.cast import digest, open_step, short_text

TOWNS = 15
HISTORIES = int(os.environ.get("MEMOFLOW_HISTORIES", "30"))
FIRST, LAST = date(2021, 10, 1), date(2022, 9, 30)
YEAR = 2565
ALWAYS = date(2020, 10, 1)
NO = (ValidationError, NotNow, Refused, TransitionNotAllowed)
CHAIRS = ("head_of_office", "permanent_secretary", "mayor", "finance", "office_staff", "officers")
PERSONS = ("finance", "somchai", "somying")
WHO = ("responsible", "division_head", "head_of_office", "permanent_secretary")


# --- histories -------------------------------------------------------------------------------------------------------

in_year = st.integers(0, (LAST - FIRST).days).map(lambda n: FIRST + timedelta(days=n))
#: A deadline: often on a day off, or beside one.
deadline = st.dates(date(2021, 12, 1), LAST)


def rungs(draw: st.DrawFn) -> tuple[model.Rung, ...]:
    one = st.builds(
        model.Rung,
        days=st.integers(1, 20),
        to=st.lists(st.sampled_from(WHO), min_size=1, unique=True).map(tuple),
        working=st.booleans(),
        late=st.booleans(),
    )
    return tuple(draw(st.lists(one, min_size=1, max_size=5, unique_by=lambda rung: rung.token)))


@st.composite
def ladders(draw: st.DrawFn) -> model.Ladder:
    every, times = draw(st.sampled_from([(0, 1), (3, 2), (7, 26), (10, 5)]))
    return model.Ladder(rungs(draw), every, times, draw(st.integers(1, 6)))


kinds = st.sampled_from(["task", "task", "step", "followup", "extension"])
task_acts = st.tuples(
    st.sampled_from(["start", "start", "finish", "answer", "cancel", "hand_over", "share", "ask", "ask", "respond"]),
    st.integers(0, 2),  # which task
    st.sampled_from(PERSONS),
    st.integers(1, 40),  # how many days
    st.booleans(),
)
calendar_acts = st.tuples(
    st.just("put"), st.integers(-2, 40), st.sampled_from(["day", "day", "morning", "afternoon", "open"])
)
rule_acts = st.tuples(st.just("rule"), st.sampled_from(["after", "before", "stay"]), st.sampled_from([7, 8, 9]))
other_acts = st.one_of(
    calendar_acts,
    calendar_acts,
    st.tuples(st.just("remove"), st.integers(0, 3)),
    rule_acts,
    st.tuples(st.just("ladder"), kinds, ladders()),
    st.tuples(st.just("decide"), st.sampled_from(["endorse", "approve"])),
    st.tuples(st.just("follow_up"), st.sampled_from(list(FollowUp))),
)


@dataclass(frozen=True)
class History:
    """`acts`: (day, hour, act), in their order. `acting`: (chair, person, from, days, only for a kind of memo?)."""

    submitted: date
    plan: list[tuple[str, date]]  # the division and the date of each task
    acts: list[tuple[date, int, Any]]
    acting: list[tuple[str, str, date, int, bool]]
    leaves: date | None
    secret: bool


@st.composite
def histories(draw: st.DrawFn) -> History:
    submitted = draw(st.dates(FIRST, date(2021, 11, 15)))
    plan = draw(st.lists(st.tuples(st.sampled_from(["fin", "fin", "op"]), deadline), min_size=1, max_size=3))
    # The memo is on its way within a month, mostly; what is done to its tasks comes after that.
    route = [
        (submitted + timedelta(days=draw(st.integers(0, 25))), 10, ("decide", one)) for one in ("endorse", "approve")
    ]
    hour = st.sampled_from([8, 10, 14])
    acts = draw(st.lists(st.tuples(in_year, hour, st.one_of(task_acts, other_acts)), max_size=16))
    near = st.tuples(st.sampled_from(plan), st.integers(-25, 25)).map(lambda one: one[0][1] + timedelta(days=one[1]))
    acts += draw(st.lists(st.tuples(near, hour, task_acts), max_size=12))
    acting = st.tuples(
        st.sampled_from(CHAIRS[:4]),
        st.sampled_from(["deputy", "works", "somchai"]),
        in_year,
        st.integers(0, 60),
        st.booleans(),
    )
    return History(
        submitted,
        plan,
        sorted([*route, *acts], key=lambda one: one[:2]),
        draw(st.lists(acting, max_size=4)),
        draw(st.none() | in_year),
        draw(st.sampled_from([False, False, False, True])),
    )


#: (first day, days) of the server's.
outages = st.lists(st.tuples(in_year, st.integers(1, 10)), max_size=8)


@dataclass(frozen=True)
class Asked:
    """How an act on a task is wished: by or for whom, by how many days, and with a yes or a no."""

    person: str
    days: int
    yes: bool


# --- an office that lives through one --------------------------------------------------------------------------------


class Town:
    """A small office of its own."""

    def __init__(self, number: int) -> None:
        self.office = Organization.objects.create(code=f"town-{number}", name_th=f"อบต. {number}")
        of = {"organization": self.office}
        op, fin, eng = (
            Division.objects.create(**of, code=code, name_th=code, book_code=f"{number}{code}")
            for code in ("op", "fin", "eng")
        )
        staff = Position.objects.create(**of, division=fin, role="officer", title_th="เจ้าหน้าที่")
        self.chairs = {
            "head_of_office": Position.objects.create(**of, division=op, role="head_of_office", title_th="หัวหน้า"),
            "permanent_secretary": Position.objects.create(**of, role="permanent_secretary", title_th="ปลัด"),
            "mayor": Position.objects.create(**of, role="mayor", title_th="นายก"),
            "deputy": Position.objects.create(**of, role="deputy_mayor", title_th="รองนายก"),
            "finance": Position.objects.create(**of, division=fin, role="division_head", title_th="ผอ. คลัง"),
            "works": Position.objects.create(**of, division=eng, role="division_head", title_th="ผอ. ช่าง"),
            "office_staff": Position.objects.create(**of, division=op, role="officer", title_th="เจ้าหน้าที่"),
            "somchai": staff,
            "somying": staff,
        }
        self.people = {}
        for name, chair in self.chairs.items():
            user = User.objects.create(username=f"{name}-{number}", email=f"{name}@town.example", name_th=name, **of)
            appointments.appoint(user, chair, starts_on=ALWAYS)
            self.people[name] = user

    def kind(self, *, secret: bool) -> MemoKind:
        route = Route.objects.create(organization=self.office, name_th="ปลัด นายก")
        for group, chair, action, days in ((1, "permanent_secretary", "endorse", 3), (2, "mayor", "approve", 5)):
            asked = {"position": self.chairs[chair], "action": action, "days": days, "same_person": group == 2}
            RouteStep.objects.create(route=route, group=group, **asked)
        of = {"organization": self.office, "code": "ita-year", "name_th": "ita", "route": route}
        return MemoKind.objects.create(**of, outline={"indicators": []}, secret=secret)


class Life:
    """Does what the history says through the services, and tells the paper what was accepted."""

    def __init__(self, town: Town, history: History) -> None:
        self.town, self.history = town, history
        self.kind = town.kind(secret=history.secret)
        op = ["head_of_office", "office_staff"]
        self.paper = model.Paper(
            {
                **{name: [model.Sits(name, ALWAYS)] for name in CHAIRS[:5]},
                "officers": [model.Sits("somchai", ALWAYS), model.Sits("somying", ALWAYS)],
            },
            {"fin": ["finance", "officers"], "op": op},
        )
        self.tasks: list[DivisionTask] = []
        self.memo: Memo | None = None
        self._orders()

    def _orders(self) -> None:
        """Who acts for whom, and who leaves: known by their days from the start."""
        for number, (chair, person, first, days, delegated) in enumerate(self.history.acting):
            last = first + timedelta(days=days)
            of = {"kind": "on_behalf", "memo_kinds": [self.kind.code]} if delegated else {}
            with suppress(ValidationError):
                appointments.act_for(
                    self.town.chairs[chair],
                    self.town.people[person],
                    starts_on=first,
                    ends_on=last,
                    order_number=str(number),
                    **of,
                )
                kinds = (self.kind.code,) if delegated else None
                self.paper.chairs[chair].append(model.Sits(person, first, last, kinds))
        if self.history.leaves:
            appointments.end(self.town.people["somying"].appointments.get(), on=self.history.leaves)
            self.paper.chairs["officers"][1] = model.Sits("somying", ALWAYS, self.history.leaves)

    def hours(self, day: date) -> set[int]:
        """When something is done on a day; then, and on a half day off, the deadlines are looked at again."""
        done = {hour for when, hour, _act in self.history.acts if when == day}
        return done | ({12} if day in self.paper.days else set())

    def at(self, day: date, hour: int) -> None:
        """What is done in this hour of a day."""
        if (day, hour) == (self.history.submitted, 8):
            self.submit(day)
        for when, at, act in self.history.acts:
            if (when, at) == (day, hour):
                self.do(act, tests_cast.at(day, hour, 10))

    def look(self, moment: datetime) -> None:
        self.paper.look(datetime.combine(moment.date(), calendar.local(moment).time()))

    def submit(self, day: date) -> None:
        plan = short_text()["plan"][0]
        content = short_text() | {"plan": [self._row(plan, division, due_on) for division, due_on in self.history.plan]}
        head = self.town.people["head_of_office"]
        memo = drafts.create(kind=self.kind, by=head, subject="แผน", content=content, now=tests_cast.at(day, 8))
        self.memo = decisions.submit(memo.pk, by=head, now=tests_cast.at(day, 8, 5))
        self._turn(day)

    def _row(self, plan: dict[str, Any], division: str, due_on: date) -> dict[str, Any]:
        steps = [{"text": text, "measures": [1], "responsible": [division]} for text in ("สอบราคา", "ส่งของ")]
        return plan | {"responsible": [division], "steps": steps, "follow_up_due": due_on.isoformat()}

    def _turn(self, day: date) -> None:
        """Tell the paper whose turn it is now."""
        assert self.memo is not None
        self.paper.turns.clear()
        for step in Step.objects.filter(memo=self.memo, opened_at__isnull=False, closed_at=None):
            chair = {"endorse": "permanent_secretary", "approve": "mayor"}[step.action]
            about = f"step:{step.pk}"
            self.paper.open_turn(about, chair, step.days, day, self.kind.code, secret=self.history.secret)

    def do(self, act: Any, now: datetime) -> None:
        """A thing that cannot be done, or not now, or not by them, was not done."""
        verb, *rest = act
        with suppress(*NO), transaction.atomic():
            getattr(self, f"do_{verb}", self._on_a_task(verb))(*rest, now)

    def _on_a_task(self, verb: str) -> Any:
        def act(which: int, person: str, days: int, yes: bool, now: datetime) -> None:
            if which < len(self.tasks):
                task = self.tasks[which]
                on_paper = self.paper.tasks[f"task:{task.pk}"]
                getattr(self, f"task_{verb}")(task, on_paper, Asked(person, days, yes), now)

        return act

    def _worker(self, on_paper: model.Task) -> User:
        return self.town.people["finance"] if on_paper.division == "fin" else self.town.people["head_of_office"]

    def _first_who_may(self, call: Any) -> Any:
        """Tries the head of office, the permanent secretary and the mayor; the last refusal stands."""
        for person in CHAIRS[:3]:
            with suppress(Refused), transaction.atomic():
                return call(self.town.people[person])
        raise Refused

    def do_decide(self, outcome: str, now: datetime) -> None:
        memo = self.memo and Memo.objects.get(pk=self.memo.pk)
        if memo is None or memo.state != "in_review" or (step := open_step(memo)).action != outcome:
            return
        by = self.town.people[{"endorse": "permanent_secretary", "approve": "mayor"}[outcome]]
        said = {"step": step.pk, "revision": digest(memo), "outcome": outcome, "comment": "เห็นควร"}
        decisions.decide(memo.pk, by=by, now=now, **said)
        self._turn(calendar.day_of(now))
        if outcome == "approve":
            self._approved(memo)

    def _approved(self, memo: Memo) -> None:
        ordered = DivisionTask.objects.filter(measure__row__memo=memo).order_by("measure__row__seq")
        self.tasks = list(ordered.select_related("measure__row", "division"))
        for task in self.tasks:
            meant = task.measure.row.follow_up_due
            self.paper.assign(f"task:{task.pk}", task.division.code, meant, LAST)
        if not self.history.secret:
            for kind in FollowUp:
                one = model.FollowUp(f"follows:{memo.pk}:{kind}", due.of(kind, YEAR), kind == FollowUp.INTERIM)
                self.paper.follow_ups.append(one)

    def do_follow_up(self, kind: FollowUp, now: datetime) -> None:
        found = [one for one in self.paper.follow_ups if one.about.endswith(kind) and not one.away]
        if found and self.memo:
            head = self.town.people["head_of_office"]
            memo = follow_ups.draw_up(self.memo.pk, kind=kind, by=head, now=now)
            decisions.submit(memo.pk, by=head, now=now)
            found[0].away = True
            for step in Step.objects.filter(memo=memo, opened_at__isnull=False, closed_at=None):
                chair = "permanent_secretary" if step.position == self.town.chairs["permanent_secretary"] else "mayor"
                code, today = memo.kind.code, calendar.day_of(now)
                self.paper.open_turn(f"step:{step.pk}", chair, step.days, today, code, secret=False)

    def do_put(self, days: int, off: str, now: datetime) -> None:
        today = calendar.day_of(now)
        day = today + timedelta(days=days)
        new = days_off.Day(day, "วันสำคัญของตำบล", off)
        days_off.put(self.town.office.pk, [new], by=self.town.people["head_of_office"], now=now)
        self.paper.days[day] = off
        self.paper.changed(today)

    def do_remove(self, which: int, now: datetime) -> None:
        standing = sorted(self.paper.days)
        if which < len(standing):
            days_off.remove(self.town.office.pk, standing[which], by=self.town.people["head_of_office"], now=now)
            del self.paper.days[standing[which]]
            self.paper.changed(calendar.day_of(now))

    def do_rule(self, rule: str, opens: int, now: datetime) -> None:
        hours = {"opens": time(opens, 30), "closes": time(opens + 8, 30)}
        days_off.set_hours(
            self.town.office.pk, **hours, rule=rule, email="", by=self.town.people["head_of_office"], now=now
        )
        self.paper.rule, self.paper.opens, self.paper.closes = rule, hours["opens"], hours["closes"]
        self.paper.changed(calendar.day_of(now))

    def do_ladder(self, kind: str, ladder: model.Ladder, now: datetime) -> None:
        said = [{"days": r.days, "to": list(r.to), "working": r.working, "late": r.late} for r in ladder.rungs]
        data = {"rungs": said, "every": ladder.every, "times": ladder.times, "within": ladder.within}
        who = {"by": self.town.people["head_of_office"], "position": self.town.chairs["head_of_office"]}
        Policy.objects.create(organization=self.town.office, kind=kind, ladder=data, at=now, **who)
        self.paper.ladders[kind] = ladder

    def task_start(self, task: DivisionTask, on_paper: model.Task, _asked: "Asked", now: datetime) -> None:
        work.start(task.pk, by=self._worker(on_paper), now=now)
        on_paper.state = "in_progress"

    def task_finish(self, task: DivisionTask, on_paper: model.Task, wish: "Asked", now: datetime) -> None:
        done = sorted(task.steps.values_list("pk", flat=True))[: None if wish.yes else 1]
        said = {"percent": 100 if wish.yes else 60, "finished": wish.yes, "text": "ทำแล้ว"}
        work.report(task.pk, by=self._worker(on_paper), done=done, now=now, **said)
        on_paper.done = set(done)
        if wish.yes:
            on_paper.state = "reported"
            self._lapse(on_paper)

    def task_answer(self, task: DivisionTask, on_paper: model.Task, wish: "Asked", now: datetime) -> None:
        act = work.accept if wish.yes else work.send_back
        self._first_who_may(lambda by: act(task.pk, by=by, text="ตามนั้น", now=now))
        on_paper.state = "accepted" if wish.yes else "in_progress"

    def task_cancel(self, task: DivisionTask, on_paper: model.Task, wish: "Asked", now: datetime) -> None:
        if wish.yes:
            self._first_who_may(lambda by: work.cancel(task.pk, by=by, text="เลิก", now=now))
            on_paper.state = "cancelled"
            self._lapse(on_paper)

    def _lapse(self, on_paper: model.Task) -> None:
        kept = {about: one for about, one in self.paper.requests.items() if one.task is not on_paper}
        self.paper.requests = kept

    def task_hand_over(self, task: DivisionTask, on_paper: model.Task, wish: "Asked", now: datetime) -> None:
        person = self.town.people[wish.person].pk if wish.yes else None
        sharing.hand_over(task.pk, by=self._worker(on_paper), to=person, now=now)
        on_paper.officer = wish.person if wish.yes else None

    def task_share(self, task: DivisionTask, on_paper: model.Task, wish: "Asked", now: datetime) -> None:
        step = sorted(task.steps.values_list("pk", flat=True))[0 if wish.yes else -1]
        sharing.share(task.pk, by=self._worker(on_paper), officers={step: self.town.people[wish.person].pk}, now=now)
        on_paper.steps[step] = wish.person

    def task_ask(self, task: DivisionTask, on_paper: model.Task, wish: "Asked", now: datetime) -> None:
        by = self._worker(on_paper)
        until = min(max(on_paper.due, calendar.day_of(now)) + timedelta(days=wish.days), LAST)
        asked = extensions.ask(task.pk, by=by, until=until, reason="ของยังไม่มา", now=now)
        about = f"extension:{asked.pk}"
        self.paper.requests[about] = model.Request(about, on_paper, by.name_th, calendar.day_of(now))

    def task_respond(self, task: DivisionTask, on_paper: model.Task, wish: "Asked", now: datetime) -> None:
        asked = Extension.objects.filter(task=task, granted=None).first()
        if asked is None:
            return
        if wish.yes:
            self._first_who_may(lambda by: extensions.grant(task.pk, by=by, extension=asked.pk, now=now))
            self.paper.grant(on_paper, asked.asked_for)
        else:
            self._first_who_may(lambda by: extensions.refuse(task.pk, by=by, extension=asked.pk, text="ไม่", now=now))
        del self.paper.requests[f"extension:{asked.pk}"]


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside is rolled back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def walk(lives: list[Life], down: list[tuple[date, int]]) -> None:
    """The year of all offices at once, on one clock, with one server."""
    day = FIRST
    while day <= LAST:
        runs = not any(first <= day < first + timedelta(days=n) for first, n in down)
        again = set().union(*(life.hours(day) for life in lives))
        for hour in sorted({8, 9, *again, *([7, 17] if day.day == 1 else [])}):
            for life in lives:
                life.at(day, hour)
            if runs and hour != 8:
                look(lives, tests_cast.at(day, hour, 40))
        day += timedelta(days=1)


def look(lives: list[Life], moment: datetime) -> None:
    scans.run(now=moment)
    bundling.settle(now=moment)
    for life in lives:
        life.look(moment)


def check(life: Life) -> None:
    names = {name: user.pk for name, user in life.town.people.items()}
    told = {f"remind:{about}:{token}:{day}:{names[who]}" for about, token, day, who in life.paper.told}
    written = Letter.objects.filter(organization=life.town.office, key__startswith="remind:")
    assert set(written.values_list("key", flat=True)) == told
    since, end = accounts.at_time(FIRST, time.min), tests_cast.at(LAST, 23)
    due = accounts.reckon(accounts.Office(life.town.office), since, end)
    assert {key for key, one in due.items() if one.seen} == told
    (found,) = accounts.accounts(FIRST, LAST, now=end, code=life.town.office.code)
    counts = accounts.filled(found.total)
    assert (counts["duplicate"], counts["missed"], counts["unexplained"]) == (0, 0, 0), found.named
    assert counts["created"] == len(told)
    assert counts["due"] == counts["created"] + counts["passed_over"] + counts["ahead"]


@pytest.fixture
def towns(db: None) -> list[Town]:
    return [Town(number) for number in range(TOWNS)]


@settings(
    max_examples=max(1, HISTORIES // TOWNS),
    deadline=None,
    phases=[Phase.explicit, Phase.generate],  # a year costs seconds: a failure is shown as it was found
    database=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)
@given(lived=st.lists(histories(), min_size=TOWNS, max_size=TOWNS), down=outages)
def test_a_year_s_ledger_is_what_the_model_says_and_the_accounts_find_nothing_missed(
    towns: list[Town], lived: list[History], down: list[tuple[date, int]]
) -> None:
    with undone():
        lives = [Life(town, history) for town, history in zip(towns, lived, strict=True)]
        walk(lives, down)
        for life in lives:
            check(life)
        event(f"reminders: {sum(len(life.paper.told) for life in lives) // 100 * 100}")
