"""The record of every act: what a chain holds, and that whatever is done to it afterwards is found."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, timedelta, timezone
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import F

from assessments.models import Assessment
from audit import chain, guards
from audit.models import Event
from documents.models import Paper, Seal
from measures import comments, work
from measures.models import DivisionTask, Mention, Report
from memo_flow import decisions
from memo_flow.models import Decision, Memo, Revision
from organization.models import User
from tests.cast import Cast, at

pytestmark = pytest.mark.django_db

MEMO, TASK = "memo_flow.memo", "measures.divisiontask"


def verify_audit() -> dict[str, Any]:
    """What `manage.py verify_audit --json` says; its exit code stands in `exit`."""
    out, code = StringIO(), 0
    try:
        call_command("verify_audit", "--json", stdout=out)
    except SystemExit as end:
        code = int(end.code or 0)
    said: dict[str, Any] = json.loads(out.getvalue())
    assert said["ok"] == (code == 0)
    return said | {"exit": code}


def first_broken() -> tuple[str, str, str]:
    said = verify_audit()
    assert said["exit"] == 1
    first = said["problems"][0]
    return first["subject_type"], first["subject_id"], first["message"]


@pytest.fixture
def tamper() -> Iterator[Callable[..., None]]:
    """Someone with the database's password: takes the guards away, runs SQL, and puts them back."""

    def run(*acts: Callable[[], object] | tuple[str, list[object]]) -> None:
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            guards.remove_all()
            for act in acts:
                if callable(act):
                    act()
                else:
                    cursor.execute(*act)
        guards.install_all()

    yield run


def events(subject: Memo | DivisionTask) -> list[Event]:
    return chain.history_of(subject)


def of(subject: Any) -> Any:
    return Event.objects.filter(subject_type=chain.subject_type(subject), subject_id=subject.pk)


# --- what a chain holds


def test_every_act_leaves_one_event_in_its_subject_s_chain(cast: Cast) -> None:
    task = cast.reported("fin")
    memo = Memo.objects.get(state="approved")
    work.send_back(task.pk, by=cast.head_of_office, text="ยังขาด", now=at(hour=16))
    work.cancel(task.pk, by=cast.head_of_office, text="โอนงบ", now=at(hour=17))
    decisions.acknowledge(memo.pk, by=cast.health, now=at(hour=18))
    assert [e.verb for e in events(memo)] == ["created", "submitted", "endorsed", "approved", "acknowledged"]
    assert [e.verb for e in events(task)] == ["assigned", "started", "ticked", "finished", "sent_back", "cancelled"]
    assert [e.seq for e in events(task)] == [1, 2, 3, 4, 5, 6]
    assert [e.previous for e in events(task)] == ["", *[e.hash for e in events(task)][:-1]]


def test_an_event_names_who_acted_in_which_seat_and_by_which_order(cast: Cast) -> None:
    memo = cast.endorsed()
    cast.answer(memo, cast.deputy, "approve")
    event = events(memo)[-1]
    decision = Decision.objects.get(memo=memo, outcome="approve")
    assert (event.by_id, event.position_id, event.acting_id, event.at) == (
        cast.deputy.pk,
        cast.position("mayor").pk,
        decision.acting_id,
        at(hour=12),
    )
    assert event.organization_id == cast.office.pk
    assert event.data["decision"] == str(decision.pk) and event.data["state"] == "approved"


def test_an_act_taken_back_leaves_no_event(cast: Cast) -> None:
    memo = cast.submitted()
    before = Event.objects.count()
    with pytest.raises(RuntimeError), transaction.atomic():
        cast.answer(memo, cast.permanent_secretary, "endorse")
        raise RuntimeError
    assert Event.objects.count() == before


def test_events_hold_no_names_and_no_free_text(cast: Cast) -> None:
    cast.withdrawn()
    cast.rejected()
    task = cast.reported("fin")
    work.send_back(task.pk, by=cast.head_of_office, text="ยังขาดหลักฐาน", now=at(hour=16))
    kept = json.dumps([e.data for e in Event.objects.all()], ensure_ascii=False)
    for user in User.objects.all():
        for name in (user.name_th, user.name_en, user.username, user.email):
            assert name not in kept
    # Ids, digests, dates, states and numbers are plain; a sentence in Thai or English would not be.
    words = {
        w
        for e in Event.objects.all()
        for w in map(str, e.data.values())
        if not re.fullmatch(r"[\w.\-\[\], ]*", w, re.ASCII)
    }
    assert words == set()
    assert not re.search(r"[฀-๿]", kept)


def test_all_chains_of_a_lived_in_office_are_whole(cast: Cast) -> None:
    cast.withdrawn()
    cast.returned()
    cast.rejected()
    cast.reported("op")
    said = verify_audit()
    assert (said["exit"], said["problems"]) == (0, [])
    assert said["events"] == Event.objects.count() > 30
    assert said["subjects"] == sum(model.objects.count() for model in (Memo, DivisionTask, Assessment, Paper, Seal))


def test_a_hash_does_not_depend_on_the_zone_the_moment_is_read_in(cast: Cast) -> None:
    memo = cast.submitted()
    event = events(memo)[-1]
    for zone in (UTC, timezone(timedelta(hours=7)), timezone(timedelta(hours=-9, minutes=-30))):
        event.at = event.at.astimezone(zone)
        assert chain._hash(event) == event.hash
    event.at += timedelta(microseconds=1)
    assert chain._hash(event) != event.hash


def test_the_canonical_text_is_the_same_whatever_the_order_of_keys() -> None:
    assert chain.canonical({"ข": 1, "a": [None, True, "é"]}) == '{"a":[null,true,"é"],"ข":1}'
    assert chain.digest({"b": 1, "a": 2}) == chain.digest({"a": 2, "b": 1})
    for odd in (float("nan"), object(), at()):
        with pytest.raises((TypeError, ValueError)):
            chain.digest({"a": odd})


# --- the guards


@pytest.mark.parametrize("model", [Event, Report, Decision, Revision])
def test_what_is_recorded_can_neither_be_changed_nor_removed(cast: Cast, model: Any) -> None:
    cast.reported("fin")
    rows = model.objects.order_by("pk")
    count, first = rows.count(), rows.values().first()
    assert count
    for change in (lambda: rows.update(at=at(hour=23)), lambda: rows.filter(pk=first["id"])._raw_delete("default")):
        with pytest.raises((DatabaseError, IntegrityError)), transaction.atomic():
            change()
    assert (rows.count(), rows.values().first()) == (count, first)


@pytest.mark.postgres
def test_a_whole_table_cannot_be_emptied_either(cast: Cast) -> None:
    cast.submitted()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"TRUNCATE {Event._meta.db_table}")


def test_a_missing_guard_is_named_by_verify_and_by_the_system_check(cast: Cast, tamper: Any) -> None:
    table = Event._meta.db_table
    name = guards.missing() or f"keep_{table}_{'row' if connection.vendor == 'postgresql' else 'update'}"
    assert isinstance(name, str), "all guards stand at first"
    on = f" ON {table}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}{on}")
    assert guards.missing() == [name]
    assert first_broken() == ("guard", name, "the append-only guard is missing")
    assert [e.id for e in guards.check(databases=["default"])] == ["audit.E001"]
    guards.install_all()
    assert verify_audit()["exit"] == 0
    assert guards.check(databases=["default"]) == []


@pytest.mark.postgres
def test_a_guard_that_was_switched_off_counts_as_missing(cast: Cast) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_event DISABLE TRIGGER keep_audit_event_row")
    assert guards.missing() == ["keep_audit_event_row"]
    guards.install_all()
    assert guards.missing() == []


def test_guards_are_removed_and_installed_twice_without_harm(cast: Cast) -> None:
    for _ in range(2):
        guards.remove_all()
    assert len(guards.missing()) == 28  # two on each of thirteen tables, and two for the one open group of a memo
    for _ in range(2):
        guards.install_all()
    assert guards.missing() == []


# --- what was done afterwards is found


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("verb", "rejected"),
        ("by_id", 1),
        ("position_id", None),
        ("acting_id", 7),
        ("at", at(hour=3)),
        ("organization_id", UUID(int=7)),
        ("data", {"state": "rejected"}),
        ("hash", "0" * 64),
    ],
)
def test_a_changed_event_is_found(cast: Cast, tamper: Any, column: str, value: object) -> None:
    memo = cast.approved()
    tamper(lambda: of(memo).filter(seq=3).update(**{column: value}))
    assert first_broken() == (MEMO, str(memo.pk), "event 3 is not as it was written")


def test_an_event_removed_from_the_middle_is_found(cast: Cast, tamper: Any) -> None:
    memo = cast.approved()
    tamper(("DELETE FROM audit_event WHERE id = %s", [events(memo)[1].pk]))
    assert first_broken() == (MEMO, str(memo.pk), "event 2 is missing")


def test_an_event_removed_from_the_middle_is_found_when_the_rest_moves_up(cast: Cast, tamper: Any) -> None:
    memo = cast.approved()
    ids = [e.pk for e in events(memo)]
    tamper(
        ("DELETE FROM audit_event WHERE id = %s", [ids[1]]),
        *(("UPDATE audit_event SET seq = seq - 1 WHERE id = %s", [pk]) for pk in ids[2:]),
    )
    assert first_broken() == (MEMO, str(memo.pk), "event 2 does not follow the one before it")


def test_two_swapped_events_are_found(cast: Cast, tamper: Any) -> None:
    memo = cast.approved()
    second, third = events(memo)[1:3]
    tamper(
        lambda: of(memo).filter(pk=second.pk).update(seq=F("seq") + 100),
        lambda: of(memo).filter(pk=third.pk).update(seq=2),
        lambda: of(memo).filter(pk=second.pk).update(seq=3),
    )
    assert first_broken() == (MEMO, str(memo.pk), "event 2 does not follow the one before it")


def test_a_cut_tail_of_a_memo_is_found(cast: Cast, tamper: Any) -> None:
    memo = cast.approved()
    tamper(lambda: of(memo).filter(verb="approved")._raw_delete("default"))
    kind, pk, message = first_broken()
    assert (kind, pk) == (MEMO, str(memo.pk))
    assert "not what the chain ends with" in message


@pytest.mark.parametrize("left", [0, 1, 2, 3])
def test_a_cut_tail_of_a_task_is_found(cast: Cast, tamper: Any, left: int) -> None:
    task = cast.reported("fin")
    tamper(lambda: of(task).filter(seq__gt=left)._raw_delete("default"))
    assert first_broken()[:2] == (TASK, str(task.pk))


def test_a_tail_of_reports_in_the_same_state_is_found(cast: Cast, tamper: Any) -> None:
    task = cast.started("fin")
    for percent in (20, 40):
        work.report(task.pk, by=cast.finance, percent=percent, text="คืบหน้า", finished=False, now=at(hour=15))
    tamper(lambda: of(task).filter(seq=4)._raw_delete("default"))
    assert first_broken()[:2] == (TASK, str(task.pk))


def test_a_cut_tick_is_found(cast: Cast, tamper: Any) -> None:
    task = cast.started("fin")
    work.tick(task.pk, by=cast.finance, done=[s.pk for s in task.steps.all()], now=at(hour=15))
    tamper(lambda: of(task).filter(verb="ticked")._raw_delete("default"))
    assert first_broken()[:2] == (TASK, str(task.pk))


def test_a_cut_acknowledgement_is_found(cast: Cast, tamper: Any) -> None:
    memo = cast.approved()
    decisions.acknowledge(memo.pk, by=cast.health, now=at(hour=18))
    tamper(lambda: of(memo).filter(verb="acknowledged")._raw_delete("default"))
    assert first_broken()[:2] == (MEMO, str(memo.pk))


def test_a_whole_chain_that_is_gone_is_found(cast: Cast, tamper: Any) -> None:
    memo = cast.approved()
    tamper(lambda: of(memo)._raw_delete("default"))
    assert first_broken()[:2] == (MEMO, str(memo.pk))


def test_a_state_set_behind_the_machine_s_back_is_found(cast: Cast) -> None:
    task, memo = cast.started("fin"), cast.submitted()
    DivisionTask.objects.filter(pk=task.pk).update(state="accepted")
    assert first_broken()[:2] == (TASK, str(task.pk))
    DivisionTask.objects.filter(pk=task.pk).update(state="in_progress")
    Memo.objects.filter(pk=memo.pk).update(state="approved")
    assert first_broken()[:2] == (MEMO, str(memo.pk))


def test_a_decision_that_nobody_made_is_found(cast: Cast) -> None:
    memo = cast.approved()
    real = Decision.objects.get(memo=memo, outcome="approve")
    Decision.objects.create(
        memo=memo,
        revision=real.revision,
        outcome="withdraw",
        comment="ไม่เอาแล้ว",
        user=cast.mayor,
        position=real.position,
        at=at(hour=20),
    )
    assert first_broken()[:2] == (MEMO, str(memo.pk))


def test_a_report_that_nobody_made_is_found(cast: Cast) -> None:
    task = cast.task("fin")
    Report.objects.create(
        task=task,
        seq=1,
        kind="progress",
        percent=90,
        by=cast.finance,
        position=cast.finance.appointments.get().position,
        at=at(hour=20),
    )
    assert first_broken()[:2] == (TASK, str(task.pk))


def test_words_changed_after_they_were_said_are_found(cast: Cast, tamper: Any) -> None:
    memo, task = cast.endorsed(), cast.reported("fin")
    tamper(lambda: Report.objects.filter(task=task, kind="finished").update(text="ยังไม่เสร็จ"))
    assert first_broken()[:2] == (TASK, str(task.pk))
    tamper(lambda: Report.objects.filter(task=task, kind="finished").update(text="ดำเนินการแล้วเสร็จ"))
    tamper(lambda: Decision.objects.filter(memo=memo).update(comment="ไม่เห็นควร"))
    assert first_broken()[:2] == (MEMO, str(memo.pk))


@pytest.mark.parametrize(
    "change",
    [
        lambda task: task.reports.filter(kind="finished").update(obstacles="ไม่มีใครช่วย"),
        lambda task: task.comments.update(text="อย่างอื่น"),
        lambda task: Mention.objects.filter(task=task).update(division=task.division),
        lambda task: Mention.objects.filter(task=task)._raw_delete("default"),
    ],
)
def test_what_was_said_beside_a_report_is_held_by_the_chain_as_well(cast: Cast, tamper: Any, change: Any) -> None:
    task = cast.reported("fin")
    comments.comment(task.pk, by=cast.mayor, text="@กองช่าง ช่วยด้วย", now=at(hour=16))
    assert not list(chain.verify())
    tamper(lambda: change(task))
    assert first_broken()[:2] == (TASK, str(task.pk))


def test_a_text_changed_after_it_was_submitted_is_found(cast: Cast, tamper: Any) -> None:
    memo = cast.submitted()
    revision = Revision.objects.get(memo=memo)
    tamper(lambda: Revision.objects.filter(pk=revision.pk).update(content=revision.content | {"closing": "อื่น"}))
    assert first_broken()[:2] == (MEMO, str(memo.pk))


def test_the_first_broken_subject_is_named_in_words_too(cast: Cast, tamper: Any) -> None:
    memo = cast.approved()
    tamper(lambda: of(memo).filter(seq=1).update(verb="found"))
    out = StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("verify_audit", stdout=out)
    assert end.value.code == 1
    assert out.getvalue().splitlines()[0] == f"broken: {MEMO} {memo.pk}: event 1 is not as it was written"
