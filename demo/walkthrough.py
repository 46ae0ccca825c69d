"""The main job without a browser: the document's memo from draft to accepted work, through the services.

The clocks are the document's: submitted on 14 September 2021, decided in the days after, worked on and reported
before each follow-up date; the finance division is late, so that its reminders and the escalation show.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Max, Q
from django.utils import timezone

from demo import clock, document, office
from measures import work
from measures.models import DivisionTask, Report
from memo_flow import decisions
from memo_flow.models import Memo
from memo_flow.queries import newest_revision
from notifications import delivery, scans
from notifications.models import Letter
from organization.models import User

STAGES = ("submitted", "endorsed", "approved", "reported", "accepted")
LATE_DIVISION = "fin"
LATE_BY = timedelta(days=11)
WORKERS = {"op": "office_staff", "fin": "finance", "eng": "works", "edu": "education", "phe": "health"}


def play(until: str = STAGES[-1]) -> dict[str, Any]:
    """Play a new memo up to a stage and say what happened (docs/commands.md names the fields).

    The demo's clock moves on to the last act, so that what is done next in the browser comes after it.
    """
    office.load()
    memo = office.new_memo()
    _play(memo, until)
    clock.set_to(last_act(memo))
    return _told(memo, until)


def _play(memo: Memo, until: str) -> None:
    for stage, act in (("submitted", _submit), ("endorsed", _endorse), ("approved", _approve)):
        act(memo)
        delivery.send_due(now=at(date(2021, 9, 16), 17))
        if stage == until:
            return
    work_days(memo, accept=until == "accepted")


def last_act(memo: Memo) -> datetime:
    said = Report.objects.filter(task__measure__row__memo=memo).aggregate(last=Max("at"))["last"]
    decided = memo.decisions.aggregate(last=Max("at"))["last"]
    return max(moment for moment in (said, decided, memo.revisions.get().at) if moment)


def at(day: date, hour: int = 9, minute: int = 0) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour, minute)))


def _user(username: str) -> User:
    return User.objects.get(username=username)


def _submit(memo: Memo) -> None:
    who = _user("head_of_office")
    decisions.submit(memo.pk, by=who, reason=document.REASON, now=at(date(2021, 9, 14), 10))


def _endorse(memo: Memo) -> None:
    _answer(memo, "permanent_secretary", "endorse", "เห็นควรอนุมัติตามเสนอ", "", at(date(2021, 9, 15)))


def _approve(memo: Memo) -> None:
    order = "ให้ทุกสำนัก/กองดำเนินการตามมาตรการและรายงานผลภายในกำหนด"
    _answer(memo, "mayor", "approve", "", order, at(date(2021, 9, 16)))


def _answer(memo: Memo, username: str, outcome: str, comment: str, order: str, now: datetime) -> None:
    step = memo.steps.get(opened_at__isnull=False, closed_at=None)
    revision = newest_revision(memo)
    assert revision is not None
    decisions.decide(
        memo.pk,
        by=_user(username),
        step=step.pk,
        outcome=outcome,
        comment=comment,
        order=order,
        revision=revision.digest,
        now=now,
    )


def work_days(memo: Memo, *, accept: bool) -> None:
    """Every day from approval on: the morning's reminders, then what the divisions do that day."""
    tasks = list(DivisionTask.objects.filter(measure__row__memo=memo).select_related("measure__row", "division"))
    for day, due in _calendar(tasks):
        morning = scans.run(now=at(day, 8, 30))
        if any(kind["created"] for kind in morning.values()):
            delivery.send_due(now=at(day, 8, 30))
        for task, act in due:
            if act == "start":
                work.start(task.pk, by=_worker(task), now=at(day))
            elif act == "report":
                _report(task, now=at(day, 15))
            elif accept:
                work.accept(task.pk, by=_judge(task), now=at(day, 16))
        if due:
            delivery.send_due(now=at(day, 17))


def _calendar(tasks: list[DivisionTask]) -> Iterator[tuple[date, list[tuple[DivisionTask, str]]]]:
    acts: dict[date, list[tuple[DivisionTask, str]]] = {}
    for task in tasks:
        finished = task.due_on + LATE_BY if task.division.code == LATE_DIVISION else task.due_on - timedelta(days=2)
        acts.setdefault(task.measure.row.period_start + timedelta(days=3), []).append((task, "start"))
        acts.setdefault(finished, []).append((task, "report"))
        acts.setdefault(finished + timedelta(days=1), []).append((task, "accept"))
    day = date(2021, 9, 17)
    while day <= max(acts):
        yield day, acts.get(day, [])
        day += timedelta(days=1)


def _worker(task: DivisionTask) -> User:
    return _user(WORKERS[task.division.code])


def _judge(task: DivisionTask) -> User:
    return _user("permanent_secretary" if task.division.code == "op" else "head_of_office")


def _report(task: DivisionTask, *, now: datetime) -> None:
    steps = list(task.steps.values_list("pk", flat=True))
    who = _worker(task)
    work.report(task.pk, by=who, percent=60, text="ดำเนินการแล้วบางส่วน", finished=False, done=steps[:1], now=now)
    work.report(
        task.pk,
        by=who,
        percent=100,
        text="ดำเนินการแล้วเสร็จตามมาตรการ",
        finished=True,
        done=steps,
        now=now + timedelta(hours=1),
    )


def _told(memo: Memo, until: str) -> dict[str, Any]:
    memo = Memo.objects.select_related("entry").get(pk=memo.pk)
    tasks = DivisionTask.objects.filter(measure__row__memo=memo)
    about = Q(about=f"memo:{memo.pk}")
    about |= Q(about__in=[f"step:{pk}" for pk in memo.steps.values_list("pk", flat=True)])
    about |= Q(about__in=[f"task:{pk}" for pk in tasks.values_list("pk", flat=True)])
    letters = Letter.objects.filter(about)
    return {
        "memo": str(memo.pk),
        "number": memo.entry.number,
        "until": until,
        "state": memo.state,
        "tasks": tasks.count(),
        "task_states": dict(Counter(tasks.values_list("state", flat=True))),
        "divisions": tasks.values("division").distinct().count(),
        "circulations": memo.circulations.count(),
        "letters": dict(sorted(Counter(letters.values_list("event", flat=True)).items())),
        "letters_total": letters.count(),
        "letters_sent": letters.filter(sent_at__isnull=False).count(),
        "letters_voided": letters.filter(voided_at__isnull=False).count(),
    }
