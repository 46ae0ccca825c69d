"""One passage of a draft replaced by a button, and put back by another. Pure.

A replacement names what it expects to find: where other words stand by now, nothing is replaced. Places are
characters (code points) of the cleaned draft's field, as a finding counts them.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import quote, unquote

from memo_flow.content import Content


class Gone(Exception):
    """What was to be replaced no longer stands there."""


@dataclass(frozen=True)
class Change:
    """`before` became `after` at a path: the characters from `start` on, or the whole value where that is None."""

    path: str
    start: int | None
    before: Any
    after: Any

    @classmethod
    def put(cls, path: str, start: int, before: str, after: str) -> Change:
        return cls(path, start, before, after)

    @classmethod
    def whole(cls, content: Content, path: str, after: Any) -> Change:
        return cls(path, None, deepcopy(value_at(content, path)), after)

    @classmethod
    def of(cls, op: str) -> Change:
        """From a button's op, put:<path>:<start>:<end>:<before>:<after>. Raises Gone when it is none."""
        try:
            verb, path, start, end, before, after = op.split(":")
            change = cls.put(path, int(start), unquote(before, errors="strict"), unquote(after, errors="strict"))
            if verb != "put" or not 0 <= int(start) < int(end) or int(end) - int(start) != len(change.before):
                raise Gone
        except ValueError as error:
            raise Gone from error
        return change

    @property
    def op(self) -> str:
        assert self.start is not None
        end = self.start + len(self.before)
        return f"put:{self.path}:{self.start}:{end}:{quote(self.before, safe='')}:{quote(self.after, safe='')}"

    @property
    def undo(self) -> Change:
        return Change(self.path, self.start, self.after, self.before)

    def as_data(self) -> dict[str, Any]:
        return asdict(self)

    def on(self, content: Content) -> Content:
        """The draft after it. Raises Gone when something else stands there than `before`."""
        content = deepcopy(content)
        owner, key = _owner(content, self.path)
        value = owner[key]
        if self.start is None:
            if value != self.before:
                raise Gone
            owner[key] = deepcopy(self.after)
            return content
        end = self.start + len(self.before)
        if not isinstance(value, str) or value[self.start : end] != self.before:
            raise Gone
        owner[key] = value[: self.start] + self.after + value[end:]
        return content


def value_at(content: Content, path: str) -> Any:
    """What stands at a dotted path. Raises Gone where nothing does."""
    owner, key = _owner(content, path)
    return owner[key]


def _owner(content: Any, path: str) -> tuple[Any, Any]:
    *way, last = path.split(".")
    try:
        for step in way:
            content = content[_key(content, step)]
        key = _key(content, last)
        content[key]
    except (KeyError, IndexError, ValueError, TypeError) as error:
        raise Gone from error
    return content, key


def _key(holder: Any, step: str) -> int | str:
    if isinstance(holder, dict):
        return step
    if isinstance(holder, list) and step.isascii() and step.isdecimal() and len(step) < 4:
        return int(step)
    raise KeyError(step)
