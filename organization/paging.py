"""Lists page by key, never by offset or COUNT(*): the next page starts after the last row's key."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core import signing
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest


@dataclass(frozen=True)
class Page:
    """Some rows of a list and the address of the next ones (empty at the end)."""

    rows: list[Any]
    older: str
    first: bool

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter(self.rows)

    def __bool__(self) -> bool:
        return bool(self.rows)


def page_of(rows: QuerySet[Any], request: HttpRequest, *, key: tuple[str, ...], size: int, name: str = "after") -> Page:
    """The page after the signed key in the address. `key`: field names, "-" for descending; the last one unique."""
    rows = rows.order_by(*key)
    after = _read(request.GET.get(name, ""), len(key))
    if after:
        rows = rows.filter(_beyond(key, after))
    found = list(rows[: size + 1])
    older = ""
    if len(found) > size:
        query = request.GET.copy()
        query[name] = _write(found[size - 1], key)
        older = "?" + query.urlencode()
    return Page(found[:size], older, first=not after)


def _beyond(key: tuple[str, ...], after: list[Any]) -> Q:
    wanted, equal = Q(), Q()
    for field, value in zip(key, after, strict=True):
        name = field.removeprefix("-")
        wanted |= equal & Q(**{f"{name}__{'lt' if field.startswith('-') else 'gt'}": value})
        equal &= Q(**{name: value})
    return wanted


def _write(row: Model, key: tuple[str, ...]) -> str:
    values = []
    for field in key:
        value: Any = row
        for part in field.removeprefix("-").split("__"):
            value = getattr(value, part)
        values.append(
            value.isoformat()
            if isinstance(value, (date, datetime))
            else str(value)
            if isinstance(value, UUID)
            else value
        )
    return signing.dumps(values, salt="page", compress=True)


def _read(token: str, length: int) -> list[Any]:
    try:
        values = signing.loads(token, salt="page")
    except (signing.BadSignature, json.JSONDecodeError):
        return []
    return values if isinstance(values, list) and len(values) == length else []
