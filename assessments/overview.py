"""A year's result as tables show it: its indicators by instrument, each with its change and what it asks for. Pure."""

from dataclasses import dataclass
from decimal import Decimal

from assessments.results import Judgement, YearResult, judgement
from assessments.rulebook import Indicator, Instrument


@dataclass(frozen=True)
class Row:
    indicator: Indicator
    score: Decimal
    change: Decimal | None
    judgement: Judgement
    lowest: bool


@dataclass(frozen=True)
class Group:
    """An instrument with its indicators; `mean` is the announced mean, else the computed one."""

    instrument: Instrument
    computed: Decimal | None
    announced: Decimal | None
    mean: Decimal | None
    change: Decimal | None
    rows: tuple[Row, ...]


def groups(found: YearResult, previous: YearResult | None = None) -> list[Group]:
    changes = found.changes(previous)
    return [
        Group(
            instrument=one,
            computed=found.computed.instruments[one.code],
            announced=found.announced.means.get(one.code),
            mean=found.mean(one.code),
            change=changes.instruments[one.code],
            rows=tuple(
                Row(
                    indicator=found.rules.by_number[number],
                    score=found.scores[number],
                    change=changes.indicators[number],
                    judgement=judgement(found.scores[number], found.rules),
                    lowest=number in found.computed.lowest[one.code],
                )
                for number in found.rules.numbers_of[one.code]
                if number in found.scores
            ),
        )
        for one in found.rules.instruments
    ]


def below_target(found: YearResult) -> int:
    """How many indicators stand below the year's target."""
    return sum(score < found.rules.target for score in found.scores.values())
