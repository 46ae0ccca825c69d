"""The house itself: stored names, letters and their templates, whose row is whose, and the guards of the record."""

import ast
import io
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.checks import run_checks
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import DatabaseError, IntegrityError, connection, models, transaction
from django.template.loader import get_template
from viewflow.workflow.models import Process, Task

from audit import chain, guards
from audit.models import Event
from disclosure import publishing
from disclosure.models import Page, Publication, Withdrawal
from documents import shop
from documents.models import Paper, Print
from measures import closing, comments, nudging, work
from measures import letters as task_letters
from measures import reminders as task_reminders
from measures.models import Comment, DivisionTask, Mention, Report
from memo_flow import flows, letters, reminders
from memo_flow.models import Decision, Revision, Step
from notifications import bounces, operations, ruling
from notifications.ladders import Kind, Ladder, Rung, Who
from notifications.models import Nudge, Policy, ScanRun
from organization import people, standing_in
from organization.models import ClosedYear, Organization
from tests.cast import Cast, at

ROOMS = (
    "organization",
    "audit",
    "notifications",
    "documents",
    "files",
    "assessments",
    "measures",
    "memo_flow",
    "disclosure",
)
MAILS = Path(settings.BASE_DIR) / "templates" / "mails"
KEPT = (
    Nudge,
    Decision,
    Revision,
    Report,
    Event,
    Paper,
    Print,
    Comment,
    Mention,
    ClosedYear,
    Publication,
    Withdrawal,
    Policy,
)


# --- stored names ------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_names_that_viewflow_stores_stay(cast: Cast) -> None:
    """They are data in every process and task row: rename them by a migration, then here."""
    memo = cast.approved()
    assert Process.objects.get(pk=memo.process_id).flow_class is flows.MemoFlow
    stored = Task.objects.filter(process=memo.process_id).values_list("flow_task", flat=True)
    assert {f"{task.flow_class.__module__}.{task.flow_class.__name__}.{task.name}" for task in stored} == {
        "memo_flow.flows.MemoFlow.start",
        "memo_flow.flows.MemoFlow.review",
        "memo_flow.flows.MemoFlow.end",
    }
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT flow_task FROM {Task._meta.db_table}")
        assert {row[0] for row in cursor.fetchall()} == {
            "memo_flow/flows.MemoFlow.start",
            "memo_flow/flows.MemoFlow.review",
            "memo_flow/flows.MemoFlow.end",
        }


# --- letters -----------------------------------------------------------------------------------------------------


def events_in(module: Any) -> set[str]:
    """The names of events in a module: words such as memo_waits, outside docstrings, keys and f-strings."""
    found = set()
    for node in ast.walk(ast.parse(Path(module.__file__).read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            start, _line, rest = node.value.partition("_")
            if (
                start in ("memo", "task", "tasks", "step", "seat", "followup", "extension")
                and rest.replace("_", "a").isalpha()
                and "__" not in node.value
            ):
                found.add(node.value)
    return found


def posted() -> set[str]:
    return set().union(*map(events_in, (letters, reminders, task_letters, task_reminders, work)))


def test_every_letter_has_its_subject_its_text_and_its_page() -> None:
    assert {"memo_waits", "seat_vacant", "tasks_assigned", "step_overdue", "task_sent_back"} <= posted()
    for event in posted():
        for form in ("subject.txt", "txt"):
            assert get_template(f"mails/{event}.{form}")


def test_no_template_is_left_of_a_letter_that_nobody_writes() -> None:
    written = {path.name.removesuffix(".subject.txt") for path in MAILS.glob("*.subject.txt")}
    office = {people.INVITED, people.RESET, standing_in.ORDERED, standing_in.ENDED}  # told by organization.news
    assert written == posted() | office | {"digest", bounces.BOUNCED, operations.TEST}  # the post office's own


# --- rows --------------------------------------------------------------------------------------------------------


def reaches_an_organization(model: type[models.Model], seen: frozenset[Any] = frozenset()) -> bool:
    """By its own column, or over keys that are never empty."""
    if any(f.name in ("organization", "organization_id") for f in model._meta.concrete_fields):
        return True
    keys = [f for f in model._meta.concrete_fields if f.is_relation and not f.null and f.related_model not in seen]
    return any(reaches_an_organization(f.related_model, seen | {model}) for f in keys)


def test_every_row_belongs_to_an_organization() -> None:
    """But a scan's run: it looks at all of them."""
    ours = [m for room in ROOMS for m in apps.get_app_config(room).get_models() if m not in (Organization, ScanRun)]
    assert len(ours) > 20
    assert [m.__name__ for m in ours if not reaches_an_organization(m)] == []


@pytest.mark.django_db
def test_rows_that_point_at_each_other_are_of_one_organization(cast: Cast) -> None:
    """Whatever a memo's whole life writes carries the organization of the memo."""
    cast.approved()
    for model in (apps.get_model(name) for name in ("memo_flow.Memo", "measures.DivisionTask", "notifications.Letter")):
        assert set(model.objects.values_list("organization_id", flat=True)) == {cast.office.pk}
    told = Event.objects.exclude(subject_type="assessments.assessment")  # the neighbour's results are its own
    assert set(told.values_list("organization_id", flat=True)) == {cast.office.pk}


def test_no_row_of_the_record_is_lost_with_another() -> None:
    """Only a draft goes with its memo, a route's step with its route, a day off with its office."""
    cascades = {
        f"{model.__name__}.{field.name}"
        for room in ROOMS
        for model in apps.get_app_config(room).get_models()
        for field in model._meta.concrete_fields
        if field.is_relation and field.remote_field.on_delete is models.CASCADE
    }
    assert cascades <= {"Draft.memo", "RouteStep.route", "Holiday.organization", "Preference.user"}


# --- guards ------------------------------------------------------------------------------------------------------


def a_report(cast: Cast) -> DivisionTask:
    task = cast.task()
    comments.comment(task.pk, by=cast.mayor, text="@กองช่าง ช่วยด้วย", now=at(hour=13))
    nudging.nudge(task.pk, by=cast.head_of_office, now=at(hour=13))
    return work.start(task.pk, by=cast.worker_of(task), now=at(hour=14))


def a_policy(cast: Cast) -> None:
    ruling.change(
        cast.office.pk, Kind.TASK, Ladder((Rung(1, (Who.RESPONSIBLE,)),)), seen=None, by=cast.head_of_office, now=at()
    )


def a_closed_year(cast: Cast) -> ClosedYear:
    return closing.close_year(2564, by=cast.head_of_office, now=at(date(2021, 10, 1)))


def a_publication(cast: Cast, task: DivisionTask) -> None:
    by, memo = cast.head_of_office, task.measure.row.memo_id
    digest = publishing.preview(memo, Page.PROGRESS, by=by, now=at(hour=16)).digest
    one = publishing.publish(memo, Page.PROGRESS, by=by, digest=digest, now=at(hour=16))
    publishing.withdraw(one.pk, by=by, reason="ตัวเลขคลาดเคลื่อน", now=at(hour=17))


def refused(act: Callable[[], Any]) -> bool:
    try:
        with transaction.atomic():
            act()
    except DatabaseError as error:
        return "append-only" in str(error)
    return False


def sql(statement: str) -> Callable[[], None]:
    def run() -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)

    return run


@pytest.mark.django_db
@pytest.mark.parametrize("model", KEPT, ids=lambda m: m.__name__)
def test_what_is_recorded_is_neither_changed_nor_removed(cast: Cast, model: type[models.Model]) -> None:
    a_publication(cast, a_report(cast))
    a_closed_year(cast)
    a_policy(cast)
    shop.print_due(now=at(hour=15))
    table, before = model._meta.db_table, list(model.objects.order_by("pk").values())
    assert before
    column = next(f.column for f in model._meta.concrete_fields if not f.primary_key)
    for statement in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"):
        assert refused(sql(statement)), statement
    if connection.vendor == "postgresql":
        sql("SET CONSTRAINTS ALL IMMEDIATE")()
        assert refused(sql(f"TRUNCATE {table} CASCADE"))
    assert refused(lambda: model.objects.all()._raw_delete("default"))
    assert list(model.objects.order_by("pk").values()) == before


@pytest.mark.django_db
def test_exactly_the_record_is_guarded() -> None:
    assert {model.__name__ for model in guards._MODELS} == {model.__name__ for model in KEPT}
    assert guards.missing() == []


def drop(name: str) -> None:
    table = next(table for guard, (table, _sql) in guards._wanted(connection).items() if guard == name)
    sql(f"DROP TRIGGER {name}" + (f" ON {table}" if connection.vendor == "postgresql" else ""))()


def answers() -> tuple[list[str], dict[str, Any]]:
    """What the system check and verify_audit say now."""
    said = io.StringIO()
    try:
        call_command("verify_audit", json=True, stdout=said)
        code = 0
    except SystemExit as stop:
        code = int(stop.code or 0)
    told = json.loads(said.getvalue())
    assert told["ok"] == (code == 0)
    return [str(one.id) for one in run_checks(databases=["default"]) if str(one.id).startswith("audit")], told


@pytest.mark.django_db
@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("model", KEPT, ids=lambda m: m.__name__)
def test_a_missing_guard_is_noticed_and_put_back(cast: Cast, model: type[models.Model], place: int) -> None:
    name = sorted(n for n, (table, _sql) in guards._wanted(connection).items() if table == model._meta.db_table)[place]
    assert answers()[0] == []
    drop(name)
    errors, told = answers()
    assert errors == ["audit.E001"]
    assert [(p["subject_type"], p["subject_id"]) for p in told["problems"]] == [("guard", name)]
    with pytest.raises(SystemCheckError, match=name):
        call_command("check", databases=["default"], stdout=io.StringIO())
    guards.install_all()
    assert answers() == ([], told | {"ok": True, "problems": []})


@pytest.mark.postgres
@pytest.mark.django_db
def test_a_disabled_guard_is_a_missing_one(cast: Cast) -> None:
    table = Decision._meta.db_table
    sql(f"ALTER TABLE {table} DISABLE TRIGGER ALL")()
    assert guards.missing() == [f"keep_{table}_row", f"keep_{table}_truncate"]
    guards.install_all()
    assert guards.missing() == []


# --- a broken record is found ------------------------------------------------------------------------------------


def tampered(statement: str, **values: Any) -> list[str]:
    """What verify() says after someone with the database's password has been at work."""
    guards.remove_all()
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
    guards.install_all()
    return [problem.message for problem in chain.verify()]


def key(pk: Any) -> Any:
    return pk if connection.vendor == "postgresql" else pk.hex


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("statement", "message"),
    [
        (
            "UPDATE audit_event SET verb = 'x' WHERE subject_id = %(memo)s AND seq = 2",
            "event 2 is not as it was written",
        ),
        ("DELETE FROM audit_event WHERE subject_id = %(memo)s AND seq = 2", "event 2 is missing"),
        (
            "DELETE FROM audit_event WHERE subject_id = %(memo)s AND seq = 3",
            "is not what the chain says",
        ),
        (
            "UPDATE memo_flow_memo SET state = 'approved' WHERE id = %(memo)s",
            "its state approved is not what the chain ends with",
        ),
        (
            "UPDATE memo_flow_revision SET digest = 'x' WHERE memo_id = %(memo)s",
            "the text of round 1 is not what was submitted",
        ),
        (
            "DELETE FROM memo_flow_decision WHERE memo_id = %(memo)s",
            "is gone",
        ),
        (
            "UPDATE memo_flow_decision SET comment = 'อย่างอื่น' WHERE memo_id = %(memo)s",
            "is not what the chain says",
        ),
        (
            "UPDATE memo_flow_decision SET outcome = 'object' WHERE memo_id = %(memo)s",
            "is not what the chain says",
        ),
    ],
)
def test_what_was_done_to_the_record_is_found(cast: Cast, statement: str, message: str) -> None:
    memo = cast.endorsed()
    assert not list(chain.verify())
    found = tampered(statement, memo=key(memo.pk))
    assert any(message in one for one in found), found


def test_two_open_groups_of_one_memo_are_refused_by_the_database(cast: Cast) -> None:
    memo = cast.submitted()
    later = Step.objects.get(memo=memo, group=2)
    later.opened_at, later.due_on = at(hour=11), at().date()
    with pytest.raises(IntegrityError, match="one open group"), transaction.atomic():
        later.save()
    assert Step.objects.filter(memo=memo, opened_at__isnull=False, closed_at=None).count() == 1


def test_migrate_may_run_without_a_guard_because_it_puts_it_up(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    guards.remove_all()
    assert guards.check(["default"])
    monkeypatch.setattr("sys.argv", ["manage.py", "migrate"])
    assert guards.check(["default"]) == []
    guards.install_all()
    assert guards.missing() == []
