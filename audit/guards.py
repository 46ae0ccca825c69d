"""Append-only tables: triggers that refuse to change or remove what has been recorded.

A model says so with `@guards.append_only`. Triggers are installed after migrate (SQLite drops them when a table
is remade) and are asked for by a system check and by verify_audit. A test's flush must `remove_all()` them first.
"""

import sys
from collections.abc import Iterable
from typing import Any, TypeVar

from django.core import checks
from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper

#: Guards of another kind: name -> (model, vendor -> statements that create it).
_RULES: dict[str, tuple[type[models.Model], dict[str, list[str]]]] = {}
M = TypeVar("M", bound=type[models.Model])
_MODELS: list[type[models.Model]] = []

_POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION memoflow_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME; END $$
"""
_POSTGRES = {
    "row": "CREATE TRIGGER {name} BEFORE UPDATE OR DELETE ON {table} "
    "FOR EACH ROW EXECUTE FUNCTION memoflow_append_only()",
    "truncate": "CREATE TRIGGER {name} BEFORE TRUNCATE ON {table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION memoflow_append_only()",
}
_SQLITE = {
    event: f"CREATE TRIGGER {{name}} BEFORE {event.upper()} ON {{table}} "
    "BEGIN SELECT RAISE(ABORT, 'append-only: the row is kept as it was written'); END"
    for event in ("update", "delete")
}


def append_only(model: M) -> M:
    """Class decorator: rows of this model are written once."""
    _MODELS.append(model)
    return model


def rule(model: type[models.Model], name: str, *, postgresql: list[str], sqlite: list[str]) -> None:
    """A rule of a room that no constraint can say, as triggers. The last statement creates the trigger `name`."""
    _RULES[name] = (model, {"postgresql": postgresql, "sqlite": sqlite})


def _wanted(connection: BaseDatabaseWrapper) -> dict[str, tuple[str, list[str]]]:
    """Trigger name -> (table, statements that create it) for every protected table that exists."""
    statements = _POSTGRES if connection.vendor == "postgresql" else _SQLITE
    tables = set(connection.introspection.table_names())
    keep = {
        f"keep_{model._meta.db_table}_{event}": (
            model._meta.db_table,
            [
                *([_POSTGRES_FUNCTION] if connection.vendor == "postgresql" else []),
                sql.format(name=f"keep_{model._meta.db_table}_{event}", table=model._meta.db_table),
            ],
        )
        for model in _MODELS
        for event, sql in statements.items()
    }
    rules = {name: (model._meta.db_table, said[connection.vendor]) for name, (model, said) in _RULES.items()}
    return {name: guard for name, guard in (keep | rules).items() if guard[0] in tables}


def _present(connection: BaseDatabaseWrapper) -> set[str]:
    query = (
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {name for (name,) in cursor.fetchall()}


def missing(using: str = "default") -> list[str]:
    """Names of the guards that ought to stand and do not."""
    connection = connections[using]
    return sorted(set(_wanted(connection)) - _present(connection))


def install_all(using: str = "default", **_kwargs: Any) -> None:
    """Put every missing guard in place; may run twice."""
    connection = connections[using]
    names, wanted = missing(using), _wanted(connection)
    if not names:
        return
    with connection.cursor() as cursor:
        for name in names:
            table, create = wanted[name]
            if connection.vendor == "postgresql":  # a disabled guard is replaced
                cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
            for statement in create:
                cursor.execute(statement)


def remove_all(using: str = "default") -> None:
    """Take the guards away, for a test's flush or a migration of data."""
    connection = connections[using]
    present = _present(connection)
    with connection.cursor() as cursor:
        for name, (table, _create) in _wanted(connection).items():
            if name in present:
                on = f" ON {table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER {name}{on}")


def check(databases: Iterable[str] | None = None, **_kwargs: Any) -> list[checks.CheckMessage]:
    """System check (manage.py check --database default): every guard stands. migrate, which puts them up, may run."""
    if sys.argv[1:2] == ["migrate"]:
        return []
    return [
        checks.Error(
            f"The guard {name} is missing.",
            hint="Run manage.py migrate, which installs guards again.",
            id="audit.E001",
        )
        for using in databases or []
        for name in missing(using)
    ]
