"""`field__any={...}`: as `__in`, for thousands of values. On PostgreSQL they travel as one array, not one by one."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, ForeignObject
from django.db.models.lookups import In
from django.db.models.sql.compiler import SQLCompiler


@Field.register_lookup
@ForeignObject.register_lookup
class AnyOf(In):
    """Takes values of the field's own type, as the database gives them; a set, which Django does not look through."""

    lookup_name = "any"

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
        column, values = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s::{self.lhs.output_field.cast_db_type(connection)}[])", [*values, list(self.rhs)]

    def get_prep_lookup(self) -> Any:
        return self.rhs
