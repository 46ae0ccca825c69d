"""State x verb x person of a division's task, both faces of the rule: the button and the service."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from measures import evidence, policies, work
from measures.models import DivisionTask
from organization.refusals import NotNow, Refused
from tests.cast import DAY, Cast, at

pytestmark = pytest.mark.django_db

WORK = {"start", "tick", "report", "attach"}
WHEN = {
    "assigned": {"start", "cancel"},
    "in_progress": {"tick", "report", "attach", "cancel"},
    "reported": {"accept", "send_back", "cancel"},
    "accepted": set(),
    "cancelled": set(),
}
#: division of the task -> who works on it, who answers it, who only reads it; for everyone else it does not exist
PEOPLE = {
    "fin": (
        {"finance", "clerk"},
        {"head_of_office"},
        {"permanent_secretary", "mayor", "deputy", "auditor"},
    ),
    "op": (
        {"head_of_office", "office_staff"},
        {"head_of_office", "permanent_secretary"},
        {"mayor", "deputy", "auditor"},
    ),
}


def _link(task_id: UUID, **who: Any) -> Any:
    return evidence.link(task_id, "https://www.example.go.th/", **who)


ACTS: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {
    "start": (work.start, {}),
    "tick": (work.tick, {"done": []}),
    "report": (work.report, {"percent": 10, "text": "คืบหน้า", "finished": False}),
    "attach": (_link, {}),
    "accept": (work.accept, {}),
    "send_back": (work.send_back, {"text": "ยังไม่ครบ"}),
    "cancel": (work.cancel, {"text": "ไม่ต้องทำแล้ว"}),
}


def expected(division: str, state: str, verb: str, person: str) -> str:
    workers, judges, readers = PEOPLE[division]
    if person not in workers | judges | readers:
        return "absent"
    if person not in (workers if verb in WORK else judges):
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
    worker = {"fin": cast.clerk, "op": cast.office_staff}[division]
    moves: dict[str, Callable[[], Any]] = {
        "assigned": lambda: None,
        "in_progress": lambda: work.start(task.pk, by=worker, now=at(hour=14)),
        "reported": lambda: cast.finish(task, by=worker),
        "accepted": lambda: work.accept(task.pk, by=cast.head_of_office, now=at(hour=15)),
    }
    wrong = {}
    for state, move in moves.items():
        move()
        wrong |= _compare(cast, task, state, division)
    other = DivisionTask.objects.filter(division__code=division, state="assigned")[0]
    work.cancel(other.pk, by=cast.head_of_office, text="ไม่ต้องทำแล้ว", now=at(hour=15))
    wrong |= _compare(cast, other, "cancelled", division)
    assert wrong == {}


def _compare(cast: Cast, task: DivisionTask, state: str, division: str) -> dict[Any, Any]:
    task = DivisionTask.objects.select_related("division", "organization").get(pk=task.pk)
    assert task.state == state
    wrong = {}
    for verb in ACTS:
        for person in sorted(cast.people.keys() - {"education", "health"}):  # works stands for the other heads
            want = expected(division, state, verb, person)
            got = (service(task, verb, cast, person), button(task, verb, cast, person))
            if got != (want, want == "allowed"):
                wrong[state, verb, person] = (want, *got)
    return wrong


def test_the_matrix_covers_every_verb_and_every_state() -> None:
    assert set(ACTS) == set(policies.WHEN)
    assert set(WHEN) == set(dict(DivisionTask._meta.get_field("state").flatchoices))


def test_a_deactivated_person_has_no_task(cast: Cast) -> None:
    task = cast.task("fin")
    cast.finance.is_active = False
    cast.finance.save()
    assert service(task, "start", cast, "finance") == "absent"
