"""Lists page by key, never by offset or COUNT(*): the next page starts after the last row's key."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core import signing
from django.core.exceptions import ValidationError
from django.db.models import Field, Model, Q, QuerySet
from django.http import HttpRequest


@dataclass(frozen=True)
class Page:
    """Some rows of a list, the address of the next ones (empty at the end) and of the first ones."""

    rows: list[Any]
    older: str
    first: bool
    start: str = "?"

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter(self.rows)

    def __bool__(self) -> bool:
        return bool(self.rows)


def page_of(rows: QuerySet[Any], request: HttpRequest, *, key: tuple[str, ...], size: int, name: str = "after") -> Page:
    """The page after the signed key in the address; the first page when it is not a key of this list.

    `key`: names of fields and annotations, "-" for descending, none of them null; all together unique.
    """
    rows, salt = rows.order_by(*key), f"page:{rows.model._meta.label}:{','.join(key)}"
    after = _read(request.GET.get(name, ""), salt, [_field(rows, part) for part in key])
    if after:
        rows = _beyond(rows, key, after)
    found = list(rows[: size + 1])
    query, older = request.GET.copy(), ""
    query.pop(name, None)
    start = "?" + query.urlencode()
    if len(found) > size:
        query[name] = signing.dumps([_plain(_value(found[size - 1], part)) for part in key], salt=salt, compress=True)
        older = "?" + query.urlencode()
    return Page(found[:size], older, not after, start)


def _beyond(rows: QuerySet[Any], key: tuple[str, ...], after: list[Any]) -> QuerySet[Any]:
    wanted, equal = Q(), Q()
    for part, value in zip(key, after, strict=True):
        name, side = part.removeprefix("-"), "lt" if part.startswith("-") else "gt"
        wanted |= equal & Q(**{f"{name}__{side}": value})
        equal &= Q(**{name: value})
    # Said twice, because only a bound that always holds makes an index start at the key and not at the first row.
    first, side = key[0].removeprefix("-"), "lte" if key[0].startswith("-") else "gte"
    return rows.filter(**{f"{first}__{side}": after[0]}).filter(wanted)


def _field(rows: QuerySet[Any], part: str) -> Field[Any, Any]:
    name = part.removeprefix("-")
    if name in rows.query.annotations:
        return rows.query.annotations[name].output_field
    model: type[Model] = rows.model
    *path, last = name.split("__")
    for step in path:
        model = model._meta.get_field(step).related_model  # type: ignore[assignment]
    return model._meta.pk if last == "pk" else model._meta.get_field(last)  # type: ignore[return-value]


def _value(row: Model, part: str) -> Any:
    value: Any = row
    for step in part.removeprefix("-").split("__"):
        value = getattr(value, step)
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def _read(token: str, salt: str, fields: list[Field[Any, Any]]) -> list[Any]:
    """The key's values; none when the token was not made for this list or its fields have changed since."""
    try:
        values = signing.loads(token, salt=salt)
        found = [field.to_python(value) for field, value in zip(fields, values, strict=True)]
    except (signing.BadSignature, json.JSONDecodeError, ValidationError, TypeError, ValueError):
        return []
    return [] if None in found else found
