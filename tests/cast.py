"""The people every test speaks of, the office they sit in, and the clock they live by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from demo import document, office, walkthrough
from measures import work
from measures.models import DivisionTask, Report
from memo_flow import decisions, drafts
from memo_flow.models import Decision, Memo, MemoKind, Route, RouteStep, Step
from memo_flow.queries import newest_revision
from organization.appointments import appoint
from organization.models import Organization, Position, User

Browse = Callable[[User], Client]  # a browser of this person's, signed in
DAY = date(2021, 9, 14)  # the document's day, a Tuesday
_clock: list[datetime] = []


def at(day: date = DAY, hour: int = 9, minute: int = 0) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour, minute)))


def now() -> datetime:
    """What settings.MEMOFLOW_CLOCK shows in tests."""
    return _clock[-1] if _clock else at()


def set_clock(moment: datetime) -> None:
    _clock[:] = [moment]


@dataclass
class Cast:
    """The demo office; every member by the name of their account."""

    office: Organization
    kind: MemoKind
    people: dict[str, User]

    @classmethod
    def assemble(cls) -> Cast:
        _clock.clear()
        office.load()
        office.give_seal()
        home = Organization.objects.get(code=office.OFFICE)
        return cls(
            home,
            MemoKind.objects.get(organization=home, code=office.ANALYSIS),
            {u.username: u for u in User.objects.all()},
        )

    def __getattr__(self, name: str) -> User:
        try:
            return self.people[name]
        except KeyError as error:
            raise AttributeError(name) from error

    def clock(self, moment: datetime) -> None:
        """Set the clock that views and tasks ask."""
        set_clock(moment)

    def hire(self, username: str, role: str, division: str = "") -> User:
        """One more person, in a new chair of this role (or an officer's existing one)."""
        user = User.objects.create(
            username=username, email=f"{username}@kps-sao.example", organization=self.office, name_th=username
        )
        where = self.office.divisions.get(code=division) if division else None
        chair, _new = Position.objects.get_or_create(
            organization=self.office, role=role, division=where, defaults={"title_th": f"{role} {division}"}
        )
        appoint(user, chair, starts_on=office.SINCE)
        self.people[username] = user
        return user

    def position(self, role: str) -> Position:
        return Position.objects.get(organization=self.office, role=role)

    # A memo brought to a state by the services, never by setting it.

    def draft(self) -> Memo:
        return office.new_memo(self.kind)

    def submitted(self) -> Memo:
        memo = self.draft()
        return decisions.submit(memo.pk, by=self.head_of_office, reason=document.REASON, now=at(hour=10))

    def endorsed(self) -> Memo:
        memo = self.submitted()
        self.answer(memo, self.permanent_secretary, "endorse", "เห็นควร")
        return memo

    def approved(self, order: str = "") -> Memo:
        memo = self.endorsed()
        self.answer(memo, self.mayor, "approve", order=order)
        return Memo.objects.get(pk=memo.pk)

    def returned(self) -> Memo:
        memo = self.submitted()
        self.answer(memo, self.permanent_secretary, "return", "ขอให้แก้คะแนนตัวชี้วัดที่ 8")
        return Memo.objects.get(pk=memo.pk)

    def rejected(self) -> Memo:
        memo = self.endorsed()
        self.answer(memo, self.mayor, "reject", "งบประมาณไม่พอ")
        return Memo.objects.get(pk=memo.pk)

    def withdrawn(self) -> Memo:
        memo = self.submitted()
        return decisions.withdraw(memo.pk, by=self.head_of_office, reason="เสนอผิดฉบับ", now=at(hour=11))

    def task(self, division: str = "fin") -> DivisionTask:
        """A task of a freshly approved memo."""
        memo = self.approved()
        return DivisionTask.objects.filter(measure__row__memo=memo, division__code=division).order_by(
            "due_on", "measure_id"
        )[0]

    def answer(self, memo: Memo, by: User, outcome: str, comment: str = "", **more: Any) -> Decision:
        """Decide on the open step of a memo as it stands."""
        arguments = {
            "step": open_step(memo).pk,
            "revision": digest(memo),
            "now": at(hour=12),
            "outcome": outcome,
            "comment": comment,
        }
        return decisions.decide(memo.pk, by=by, **(arguments | more))

    def worker_of(self, task: DivisionTask) -> User:
        return self.people[walkthrough.WORKERS[task.division.code]]

    def started(self, division: str = "fin") -> DivisionTask:
        task = self.task(division)
        return work.start(task.pk, by=self.worker_of(task), now=at(hour=14))

    def reported(self, division: str = "fin") -> DivisionTask:
        task = self.started(division)
        self.finish(task)
        return DivisionTask.objects.get(pk=task.pk)

    def finish(self, task: DivisionTask, by: User | None = None, **more: Any) -> Report:
        """Report started work as finished, with every step ticked."""
        arguments = {"text": "ดำเนินการแล้วเสร็จ", "now": at(hour=15), "done": [s.pk for s in task.steps.all()]}
        return work.report(task.pk, by=by or self.worker_of(task), percent=100, finished=True, **(arguments | more))

    def answer_step(self, memo: Memo, step: Step, by: User, outcome: str, comment: str = "", **more: Any) -> Decision:
        """Decide on this step, open or not."""
        arguments = {"revision": digest(memo), "now": at(hour=12), "outcome": outcome, "comment": comment}
        return decisions.decide(memo.pk, by=by, step=step.pk, **(arguments | more))

    # Memos of other authors, kinds and routes.

    def kind_with(self, *steps: dict[str, Any], code: str = "request", secret: bool = False) -> MemoKind:
        """A kind of memo with this route; each step as RouteStep's fields."""
        route = Route.objects.create(organization=self.office, name_th=code)
        for step in steps:
            RouteStep.objects.create(route=route, **step)
        return MemoKind.objects.create(
            organization=self.office, code=code, name_th=code, route=route, outline={}, secret=secret
        )

    @property
    def plain(self) -> MemoKind:
        """A kind of memo on the same way, without a table of scores."""
        fields = {"name_th": "บันทึกข้อความ", "route": self.kind.route, "outline": {}}
        return MemoKind.objects.get_or_create(organization=self.office, code="plain", defaults=fields)[0]

    def written(self, by: User, kind: MemoKind | None = None) -> Memo:
        """A short draft of this person's that may be submitted; its plan gives the finance division one task."""
        return drafts.create(kind=kind or self.plain, by=by, subject="ขออนุมัติจัดซื้อกระดาษ", content=short_text(), now=at())

    def sent(self, by: User, kind: MemoKind | None = None) -> Memo:
        return decisions.submit(self.written(by, kind).pk, by=by, now=at(hour=10))


def open_step(memo: Memo) -> Step:
    return Step.objects.get(memo=memo, opened_at__isnull=False, closed_at=None)


def digest(memo: Memo) -> str:
    revision = newest_revision(memo)
    assert revision is not None
    return revision.digest


def fresh(memo: Memo) -> Memo:
    """The memo as the database has it (a protected state is never refreshed in place)."""
    return Memo.objects.get(pk=memo.pk)


def days(count: int) -> timedelta:
    return timedelta(days=count)


def short_text() -> dict[str, Any]:
    """The least a memo with a plan has to say."""
    return {
        "to": "นายก",
        "sections": [{"id": "story", "heading": "เรื่องเดิม", "text": "กระดาษหมด"}],
        "plan": [
            {
                "instrument": "IIT",
                "title": "จัดซื้อกระดาษ",
                "measures": [{"text": "ซื้อกระดาษ"}],
                "steps": [{"text": "สอบราคา", "measures": [1], "responsible": ["fin"]}],
                "responsible": ["fin"],
                "period_start": "2021-10-01",
                "period_end": "2022-03-31",
                "follow_up_due": "2022-04-30",
            }
        ],
    }
