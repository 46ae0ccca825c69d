"""What a document says, taken out of its words: who scored what, levels, who is the lowest, names, changes."""

from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from assessments.checking.flows import Flow
from assessments.document import Document, Stated
from assessments.rulebook import Rules

#: An indicator's number, an instrument's code, or "total".
Key = int | str
TOTAL = "total"


class Subject(NamedTuple):
    """A word a figure can be about; its key is None where it is of no rule's concern."""

    start: int
    end: int
    key: Key | None


@dataclass(slots=True, eq=False)
class Fact:
    """A figure said of a key, at [start, end) of the flow's tight text; given as data it has `stated` and no flow."""

    key: Key
    value: Decimal
    year: int
    flow: Flow | None
    start: int
    end: int
    unit: str = ""
    stated: Stated | None = None
    claim: bool = False  # said again beside "lowest"


@dataclass(slots=True, eq=False)
class Level:
    """A level said of a key in the year analysed."""

    key: Key
    level: str
    flow: Flow
    start: int
    end: int
    beside: Decimal | None = None  # the figure of the same key said just before it


@dataclass(slots=True, eq=False)
class Lowest:
    """Who is called the lowest: indicators of one instrument, or the instruments themselves."""

    numbers: tuple[int, ...]
    codes: tuple[str, ...]
    instrument: str
    flow: Flow
    start: int
    end: int


@dataclass(slots=True, eq=False)
class Name:
    """A name in the place of an indicator's, with the number the text or its nearest name gives."""

    number: int
    said: str
    flow: Flow
    start: int
    end: int


@dataclass(slots=True, eq=False)
class Change:
    """A difference the text states: in a table's column, or after เพิ่มขึ้น or ลดลง; without sign in a sentence."""

    value: Decimal
    flow: Flow
    start: int
    end: int
    word: str = ""  # that says its direction; a column has none


@dataclass
class Reading:
    """All that is said in a document, in its order, data first."""

    document: Document
    rules: Rules
    flows: list[Flow]
    facts: list[Fact] = field(default_factory=list)
    levels: list[Level] = field(default_factory=list)
    lowest: list[Lowest] = field(default_factory=list)
    names: list[Name] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    subjects: dict[int, list[Subject]] = field(default_factory=dict)  # by a flow's order

    @cached_property
    def present(self) -> list[Fact]:
        """The facts of the year analysed. Ask once all is read."""
        return [one for one in self.facts if one.year == self.document.year]

    @cached_property
    def by_key(self) -> dict[Key, list[Fact]]:
        """`present` by key, in the order the keys are first said."""
        found: dict[Key, list[Fact]] = {}
        for fact in self.present:
            found.setdefault(fact.key, []).append(fact)
        return found

    @cached_property
    def scored(self) -> set[int]:
        """The orders of the flows that hold figures of any year. Ask once all is read."""
        return {fact.flow.order for fact in self.facts if fact.flow is not None}
