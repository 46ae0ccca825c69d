"""A ladder as it is typed: rows of reminders, added and taken away without a script."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from notifications.ladders import MAY_TELL, Kind, Ladder, Rung, Who
from notifications.ruling import MOST_RUNGS
from organization.calendar import arabic_digits

BLANK = 999  # what is no number: refused as too many days


@dataclass
class Row:
    """One reminder as typed."""

    days: str
    working: bool = True
    late: bool = False
    to: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, rung: Rung) -> "Row":
        return cls(str(rung.days), rung.working, rung.late, [who.value for who in rung.to])

    def rung(self, kind: Kind) -> Rung:
        to = tuple(who for who in MAY_TELL[kind] if who.value in self.to)
        return Rung(_number(self.days), to, self.working, self.late)


@dataclass
class Typed:
    """The whole form: `seen` is the policy that was read, empty for the default; `conflict`: why that is not enough."""

    kind: Kind
    rows: list[Row]
    every: str
    times: str
    within: str
    seen: str = ""
    errors: Mapping[str, list[str]] = field(default_factory=dict)
    conflict: str = ""

    @classmethod
    def of(cls, kind: Kind, ladder: Ladder, seen: Any = None) -> "Typed":
        rows = [Row.of(one) for one in ladder.rungs]
        return cls(kind, rows, str(ladder.every), str(ladder.times), str(ladder.within), str(seen or ""))

    @classmethod
    def posted(cls, kind: Kind, data: QueryDict) -> "Typed":
        places = [place for place in data.getlist("rung")[: MOST_RUNGS + 1] if re.fullmatch(r"\d{1,3}", place)]
        rows = [
            Row(
                data.get(f"days-{place}", ""),
                data.get(f"unit-{place}") != "calendar",
                data.get(f"when-{place}") == "after",
                data.getlist(f"to-{place}"),
            )
            for place in places
        ]
        return cls(
            kind, rows, data.get("every", ""), data.get("times", ""), data.get("within", "3"), data.get("seen", "")
        )

    def changed(self, act: str) -> None:
        """Add an empty row, or take one away: `add`, `drop-3`."""
        if act == "add":
            self.rows.append(Row("", to=[Who.RESPONSIBLE.value]))
        elif found := re.fullmatch(r"drop-(\d{1,3})", act):
            del self.rows[int(found[1]) : int(found[1]) + 1]

    def ladder(self) -> Ladder:
        """What was typed, right or wrong; what is no number is out of every range."""
        rungs = tuple(row.rung(self.kind) for row in self.rows)
        return Ladder(rungs, _number(self.every), _number(self.times), _number(self.within))


def _number(text: str) -> int:
    text = arabic_digits(text.strip())
    return int(text) if re.fullmatch(r"[0-9]{1,3}", text) else BLANK
