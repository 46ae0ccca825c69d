"""A fiscal year of an office, day by day, through the real services, scans and post office: what was told is what an
independent model says, and the accounts find nothing missed, nothing twice and nothing that nobody owed.

The suite walks 25 histories; MEMOFLOW_HISTORIES asks for more (script/bench faults: 300).
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
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from measures import extensions, sharing, work
from measures.lifecycle import TransitionNotAllowed
from measures.models import DivisionTask, Extension
from memo_flow import decisions, drafts, due, follow_ups
from memo_flow.models import FollowUp, Memo, MemoKind, Step
from notifications import accounts, scans
from notifications.models import Letter, Policy
from organization import appointments, calendar, days_off
from organization.models import Position, User
from organization.refusals import NotNow, Refused
from tests import cast as tests_cast
from tests import model_of_reminders as model
from tests.cast import Cast, digest, open_step, short_text

HISTORIES = int(os.environ.get("MEMOFLOW_HISTORIES", "25"))
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
    """`acts`: (day, hour, act), in their order. `outages`: (first day, days). `acting`: (chair, person, from, days)."""

    submitted: date
    plan: list[tuple[str, date]]  # the division and the date of each task
    acts: list[tuple[date, int, Any]]
    outages: list[tuple[date, int]]
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
    acts = draw(st.lists(st.tuples(in_year, st.sampled_from([10, 14]), st.one_of(task_acts, other_acts)), max_size=16))
    near = st.tuples(st.sampled_from(plan), st.integers(-25, 25)).map(lambda one: one[0][1] + timedelta(days=one[1]))
    acts += draw(st.lists(st.tuples(near, st.sampled_from([10, 14]), task_acts), max_size=12))
    outages = draw(st.lists(st.tuples(in_year, st.integers(1, 10)), max_size=8))
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
        outages,
        draw(st.lists(acting, max_size=4)),
        draw(st.none() | in_year),
        draw(st.sampled_from([False, False, False, True])),
    )


@dataclass(frozen=True)
class Asked:
    """How an act on a task is wished: by or for whom, by how many days, and with a yes or a no."""

    person: str
    days: int
    yes: bool


# --- an office that lives through one --------------------------------------------------------------------------------


class Life:
    """Does what the history says through the services, and tells the paper what was accepted."""

    def __init__(self, cast: Cast, history: History) -> None:
        self.cast, self.history = cast, history
        self.kind = self._kind()
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

    def _kind(self) -> MemoKind:
        route = [
            {"group": 1, "position": self.cast.position("permanent_secretary"), "action": "endorse", "days": 3},
            {"group": 2, "position": self.cast.position("mayor"), "action": "approve", "days": 5, "same_person": True},
        ]
        kind = self.cast.kind_with(*route, code="ita-year", secret=self.history.secret)
        kind.outline = {"indicators": []}
        kind.save()
        return kind

    def _orders(self) -> None:
        """Who acts for whom, and who leaves: known by their days from the start."""
        for number, (chair, person, first, days, delegated) in enumerate(self.history.acting):
            last = first + timedelta(days=days)
            of = {"kind": "on_behalf", "memo_kinds": [self.kind.code]} if delegated else {}
            with suppress(ValidationError):
                appointments.act_for(
                    self._chair(chair),
                    self.cast.people[person],
                    starts_on=first,
                    ends_on=last,
                    order_number=str(number),
                    **of,
                )
                kinds = (self.kind.code,) if delegated else None
                self.paper.chairs[chair].append(model.Sits(person, first, last, kinds))
        if self.history.leaves:
            appointments.end(self.cast.somying.appointments.get(), on=self.history.leaves)
            self.paper.chairs["officers"][1] = model.Sits("somying", ALWAYS, self.history.leaves)

    def _chair(self, name: str) -> Position:
        return self.cast.people[name].appointments.get().position

    def live(self) -> None:
        acts = list(self.history.acts)
        day = FIRST
        while day <= LAST:
            todo = [one for one in acts if one[0] == day]
            down = any(first <= day < first + timedelta(days=n) for first, n in self.history.outages)
            if day == self.history.submitted:
                self.submit(day)
            # Interesting days are looked at several times; on days off and before hours, a look says nothing.
            hours = [7, 9, 12, 15, 17] if todo or day in self.paper.days else [9]
            for hour in sorted({*hours, *(one[1] for one in todo)}):
                for _day, when, act in todo:
                    if when == hour:
                        self.do(act, tests_cast.at(day, hour, 10))
                if hour in hours and not down:
                    self.look(tests_cast.at(day, hour, 40))
            day += timedelta(days=1)

    def look(self, moment: datetime) -> None:
        scans.run(now=moment)
        self.paper.look(datetime.combine(moment.date(), calendar.local(moment).time()))

    def submit(self, day: date) -> None:
        plan = short_text()["plan"][0]
        content = short_text() | {"plan": [self._row(plan, division, due_on) for division, due_on in self.history.plan]}
        head = self.cast.head_of_office
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
        return self.cast.finance if on_paper.division == "fin" else self.cast.head_of_office

    def _first_who_may(self, call: Any) -> Any:
        """Tries the head of office, the permanent secretary and the mayor; the last refusal stands."""
        for person in CHAIRS[:3]:
            with suppress(Refused), transaction.atomic():
                return call(self.cast.people[person])
        raise Refused

    def do_decide(self, outcome: str, now: datetime) -> None:
        memo = self.memo and Memo.objects.get(pk=self.memo.pk)
        if memo is None or memo.state != "in_review" or (step := open_step(memo)).action != outcome:
            return
        by = self.cast.people[{"endorse": "permanent_secretary", "approve": "mayor"}[outcome]]
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
            head = self.cast.head_of_office
            memo = follow_ups.draw_up(self.memo.pk, kind=kind, by=head, now=now)
            decisions.submit(memo.pk, by=head, now=now)
            found[0].away = True
            for step in Step.objects.filter(memo=memo, opened_at__isnull=False, closed_at=None):
                chair = "permanent_secretary" if step.position == self.cast.position("permanent_secretary") else "mayor"
                code, today = memo.kind.code, calendar.day_of(now)
                self.paper.open_turn(f"step:{step.pk}", chair, step.days, today, code, secret=False)

    def do_put(self, days: int, off: str, now: datetime) -> None:
        today = calendar.day_of(now)
        day = today + timedelta(days=days)
        new = days_off.Day(day, "วันสำคัญของตำบล", off)
        days_off.put(self.cast.office.pk, [new], by=self.cast.head_of_office, now=now)
        self.paper.days[day] = off
        self.paper.changed(today)

    def do_remove(self, which: int, now: datetime) -> None:
        standing = sorted(self.paper.days)
        if which < len(standing):
            days_off.remove(self.cast.office.pk, standing[which], by=self.cast.head_of_office, now=now)
            del self.paper.days[standing[which]]
            self.paper.changed(calendar.day_of(now))

    def do_rule(self, rule: str, opens: int, now: datetime) -> None:
        hours = {"opens": time(opens, 30), "closes": time(opens + 8, 30)}
        days_off.set_hours(self.cast.office.pk, **hours, rule=rule, email="", by=self.cast.head_of_office, now=now)
        self.paper.rule, self.paper.opens, self.paper.closes = rule, hours["opens"], hours["closes"]
        self.paper.changed(calendar.day_of(now))

    def do_ladder(self, kind: str, ladder: model.Ladder, now: datetime) -> None:
        said = [{"days": r.days, "to": list(r.to), "working": r.working, "late": r.late} for r in ladder.rungs]
        data = {"rungs": said, "every": ladder.every, "times": ladder.times, "within": ladder.within}
        who = {"by": self.cast.head_of_office, "position": self.cast.position("head_of_office")}
        Policy.objects.create(organization=self.cast.office, kind=kind, ladder=data, at=now, **who)
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
        person = self.cast.people[wish.person].pk if wish.yes else None
        sharing.hand_over(task.pk, by=self._worker(on_paper), to=person, now=now)
        on_paper.officer = wish.person if wish.yes else None

    def task_share(self, task: DivisionTask, on_paper: model.Task, wish: "Asked", now: datetime) -> None:
        step = sorted(task.steps.values_list("pk", flat=True))[0 if wish.yes else -1]
        sharing.share(task.pk, by=self._worker(on_paper), officers={step: self.cast.people[wish.person].pk}, now=now)
        on_paper.steps[step] = wish.person

    def task_ask(self, task: DivisionTask, on_paper: model.Task, wish: "Asked", now: datetime) -> None:
        by = self._worker(on_paper)
        until = min(max(on_paper.due, calendar.day_of(now)) + timedelta(days=wish.days), LAST)
        asked = extensions.ask(task.pk, by=by, until=until, reason="ของยังไม่มา", now=now)
        about = f"extension:{asked.pk}"
        self.paper.requests[about] = model.Request(about, on_paper, by.username, calendar.day_of(now))

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


@pytest.fixture
def people(cast: Cast) -> Cast:
    for name in ("somchai", "somying"):
        cast.hire(name, "officer", "fin")
    return cast


@settings(
    max_examples=HISTORIES,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a year costs seconds: a failure is shown as it was found
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(history=histories())
def test_a_year_s_ledger_is_what_the_model_says_and_the_accounts_find_nothing_missed(
    people: Cast, history: History
) -> None:
    with undone():
        life = Life(people, history)
        life.live()
        names = {user.username: user.pk for user in people.people.values()}
        told = {f"remind:{about}:{token}:{day}:{names[who]}" for about, token, day, who in life.paper.told}
        written = list(Letter.objects.filter(key__startswith="remind:").values_list("key", flat=True))
        assert set(written) == told
        end = tests_cast.at(LAST, 23)
        office = accounts.Office(people.office)
        since = accounts.at_time(FIRST, time.min)
        assert {key for key, one in accounts.reckon(office, since, end).items() if one.seen} == told
        (found,) = accounts.accounts(FIRST, LAST, now=end, code=people.office.code)
        counts = accounts.filled(found.total)
        assert (counts["duplicate"], counts["missed"], counts["unexplained"]) == (0, 0, 0), found.named
        assert counts["created"] == len(told)
        assert counts["due"] == counts["created"] + counts["passed_over"] + counts["ahead"]
