"""State x verb x person of a division's task, both faces of the rule: the button and the service."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from measures import comments, evidence, extensions, nudging, policies, sharing, work
from measures.models import DivisionTask, Extension
from organization.refusals import NotNow, Refused
from tests.cast import DAY, Cast, at

pytestmark = pytest.mark.django_db

WORK = {"start", "tick", "report", "attach", "ask_extension"}
LEAD = {"hand_over", "share"}
SHARING = {"hand_over", "share", "cancel", "comment", "nudge"}
#: what may be done when; "asked" is work in progress whose division asks for more time
WHEN = {
    "assigned": {"start", "ask_extension", *SHARING},
    "in_progress": {"tick", "report", "attach", "ask_extension", *SHARING},
    "asked": {"tick", "report", "attach", "answer_extension", *SHARING},
    "reported": {"accept", "send_back", "cancel", "comment"},
    "accepted": {"comment"},
    "cancelled": {"comment"},
}
#: division of the task -> who works on it, who leads those, who answers it, who only reads it and what is said of it;
#: for everyone else it does not exist
PEOPLE = {
    "fin": (
        {"finance", "clerk"},
        {"finance"},
        {"head_of_office"},
        {"permanent_secretary", "mayor", "deputy", "auditor", "works"},
    ),
    "op": (
        {"head_of_office", "office_staff"},
        {"head_of_office"},
        {"head_of_office", "permanent_secretary"},
        {"mayor", "deputy", "auditor", "works"},
    ),
}


def _link(task_id: UUID, **who: Any) -> Any:
    return evidence.link(task_id, "https://www.example.go.th/", **who)


def answer_time(task_id: Any, **more: Any) -> Any:
    waiting = Extension.objects.filter(task=task_id, granted=None).first()
    return extensions.refuse(task_id, extension=waiting.pk if waiting else uuid4(), text="ยังทัน", **more)


ACTS: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {
    "start": (work.start, {}),
    "tick": (work.tick, {"done": []}),
    "report": (work.report, {"percent": 10, "text": "คืบหน้า", "finished": False}),
    "attach": (_link, {}),
    "accept": (work.accept, {}),
    "send_back": (work.send_back, {"text": "ยังไม่ครบ"}),
    "cancel": (work.cancel, {"text": "ไม่ต้องทำแล้ว"}),
    "hand_over": (sharing.hand_over, {"to": None}),
    "share": (sharing.share, {"officers": {}}),
    "ask_extension": (extensions.ask, {"until": date(2022, 9, 30), "reason": "ส่งงานช้า"}),
    "answer_extension": (answer_time, {}),
    "comment": (comments.comment, {"text": "ทราบ"}),
    "nudge": (nudging.nudge, {}),
}


def expected(division: str, state: str, verb: str, person: str) -> str:
    workers, leaders, judges, readers = PEOPLE[division]
    everyone = workers | judges | readers
    if person not in everyone:
        return "absent"
    judges = {"head_of_office"} if verb == "nudge" else judges
    may = workers if verb in WORK else leaders if verb in LEAD else everyone if verb == "comment" else judges
    if person not in may:
        return "refused"
    return "allowed" if verb in WHEN[state] else "not now"


def answer(act: Callable[[], Any]) -> str:
    """What a call says; whatever it wrote is taken back."""
    with transaction.atomic():
        try:
            act()
        except DivisionTask.DoesNotExist:
            return "absent"
        except Refused:
            return "refused"
        except NotNow:
            return "not now"
        finally:
            transaction.set_rollback(True)
    return "allowed"


def service(task: DivisionTask, verb: str, cast: Cast, person: str) -> str:
    act, arguments = ACTS[verb]
    return answer(lambda: act(task.pk, by=cast.people[person], now=at(hour=16), **arguments))


def button(task: DivisionTask, verb: str, cast: Cast, person: str) -> bool:
    return policies.why_not(cast.people[person], verb, task, DAY) is None


@pytest.mark.parametrize("division", ["fin", "op"])
def test_everyone_may_do_what_the_matrix_says_and_nothing_else(cast: Cast, division: str) -> None:
    cast.hire("clerk", "officer", "fin")
    cast.hire("auditor", "auditor")
    # In "op" the officer works, so that both judges may answer; the head's own work is in test_tasks.py.
    task = cast.task(division)
    other = DivisionTask.objects.filter(division__code=division, state="assigned").exclude(pk=task.pk)[0]
    for one in (task, other):
        comments.comment(one.pk, by=cast.mayor, text="@กองช่าง ช่วยด้วย", now=at(hour=13))
    worker = {"fin": cast.clerk, "op": cast.office_staff}[division]
    moves: dict[str, Callable[[], Any]] = {
        "assigned": lambda: None,
        "in_progress": lambda: work.start(task.pk, by=worker, now=at(hour=14)),
        "asked": lambda: extensions.ask(task.pk, by=worker, until=date(2022, 9, 30), reason="ส่งงานช้า", now=at(hour=14)),
        "reported": lambda: cast.finish(task, by=worker),
        "accepted": lambda: work.accept(task.pk, by=cast.head_of_office, now=at(hour=15)),
    }
    wrong = {}
    for state, move in moves.items():
        move()
        wrong |= _compare(cast, task, state, division)
    work.cancel(other.pk, by=cast.head_of_office, text="ไม่ต้องทำแล้ว", now=at(hour=15))
    wrong |= _compare(cast, other, "cancelled", division)
    assert wrong == {}


def _compare(cast: Cast, task: DivisionTask, state: str, division: str) -> dict[Any, Any]:
    task = DivisionTask.objects.select_related("division", "organization").get(pk=task.pk)
    assert task.state == ("in_progress" if state == "asked" else state)
    wrong = {}
    for verb in ACTS:
        for person in sorted(
            cast.people.keys() - {"education"}
        ):  # works is named in a comment, health stands for the other heads
            want = expected(division, state, verb, person)
            got = (service(task, verb, cast, person), button(task, verb, cast, person))
            if got != (want, want == "allowed"):
                wrong[state, verb, person] = (want, *got)
    return wrong


def test_the_matrix_covers_every_verb_and_every_state() -> None:
    assert set(ACTS) == set(policies.WHEN)
    assert set(WHEN) - {"asked"} == set(dict(DivisionTask._meta.get_field("state").flatchoices))


def test_a_deactivated_person_has_no_task(cast: Cast) -> None:
    task = cast.task("fin")
    cast.finance.is_active = False
    cast.finance.save()
    assert service(task, "start", cast, "finance") == "absent"
