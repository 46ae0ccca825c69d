"""The rules of the assessment, one file a fiscal year (rules/<year>.yaml). A new year is a new file, no code.

A fact of a file is {value, confidence, source}; a value of null is not known, and what needs it is not checked.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import yaml

RULES = Path(__file__).parent / "rules"
SCHEMA = "ita-rules/1"
INSTRUMENTS = ("IIT", "EIT", "OIT")
CONFIDENCES = ("opened", "memory")


class BadRules(ValueError):
    """A rule file that cannot be used; the message names the key and the reason."""


class UnknownYear(LookupError):
    """There are no rules for this fiscal year; the message names the years there are."""


@dataclass(frozen=True)
class Indicator:
    number: int
    instrument: str
    th: str
    en: str
    also: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return (self.th, *self.also)


@dataclass(frozen=True)
class Instrument:
    code: str
    th: str
    en: str
    also: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return (self.th, *self.also)


@dataclass(frozen=True)
class Band:
    """A level and its lower bounds: of the total and, where the year asks so, of every instrument."""

    level: str
    total: Decimal
    every_instrument: Decimal | None = None


@dataclass(frozen=True)
class Basis:
    """A decision that memos cite, and the fiscal years it speaks of."""

    kind: str
    date: date
    fiscal_years: tuple[int, ...]
    th: str


@dataclass(frozen=True)
class Window:
    opens: date
    closes: date


@dataclass(frozen=True)
class Confidence:
    """How sure a fact is, and where it is from."""

    level: str
    source: str


@dataclass(frozen=True, eq=False)
class Rules:
    """What is known of one fiscal year (Buddhist). Scores are Decimals from 0 to 100."""

    fiscal_year: int
    decimals: int
    weights: Mapping[str, Decimal] | None
    target: Decimal
    bands: tuple[Band, ...]
    instruments: tuple[Instrument, ...]
    indicators: tuple[Indicator, ...]
    oit_items: int | None
    measures_item: str | None
    followup_item: str | None
    lattice: Mapping[int, tuple[int, ...]]
    window: Window | None
    bases: tuple[Basis, ...]
    confidence: Mapping[str, Confidence]

    @cached_property
    def by_number(self) -> dict[int, Indicator]:
        return {one.number: one for one in self.indicators}

    @cached_property
    def by_code(self) -> dict[str, Instrument]:
        return {one.code: one for one in self.instruments}

    @cached_property
    def numbers_of(self) -> dict[str, tuple[int, ...]]:
        """Instrument -> the numbers of its indicators."""
        return {
            one.code: tuple(i.number for i in self.indicators if i.instrument == one.code) for one in self.instruments
        }

    @property
    def levels(self) -> tuple[str, ...]:
        return tuple(band.level for band in self.bands)


def years() -> list[int]:
    """The fiscal years there are rules for, oldest first."""
    return sorted(int(path.stem) for path in RULES.glob("[0-9][0-9][0-9][0-9].yaml"))


@lru_cache(maxsize=32)
def rules_for(year: int) -> Rules:
    """Raises UnknownYear, or BadRules when the year's file cannot be used."""
    if year not in years():
        raise UnknownYear(f"There are no rules for fiscal year {year}; known: {', '.join(map(str, years()))}.")
    return load(RULES / f"{year}.yaml")


def following(rules: Rules) -> Rules | None:
    """The rules of the year after, which the measures are for; None where there are none yet."""
    try:
        return rules_for(rules.fiscal_year + 1)
    except UnknownYear:
        return None


def load(path: Path) -> Rules:
    """The rules a file gives. Raises BadRules naming the key and the reason."""
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadRules(f"{path.name}: not YAML in UTF-8: {error}") from error
    rules = read(raw)
    if path.stem.isdecimal() and int(path.stem) != rules.fiscal_year:
        raise BadRules(f"fiscal_year: {rules.fiscal_year} in a file named {path.name}")
    return rules


def read(raw: Any) -> Rules:
    """The rules a parsed file gives. Raises BadRules naming the key and the reason."""
    return _Reader(raw).rules()


class _Reader:
    """Reads fact by fact; each of its methods says what is wrong with one."""

    def __init__(self, raw: Any) -> None:
        if not isinstance(raw, dict):
            raise BadRules("the file: not a mapping of facts")
        self.raw: dict[str, Any] = raw
        self.confidence: dict[str, Confidence] = {}

    def rules(self) -> Rules:
        if self.raw.get("schema") != SCHEMA:
            raise BadRules(f"schema: is {self.raw.get('schema')!r}, must be {SCHEMA!r}")
        year = self.whole(self.raw.get("fiscal_year"), "fiscal_year", 2500, 2700)
        known = {*_FACTS, "schema", "fiscal_year"}
        if strange := sorted(set(map(str, self.raw)) - known):
            raise BadRules(f"{strange[0]}: nobody knows this key")
        rounding = self.mapping("rounding")
        if rounding.get("method") != "half_up":
            raise BadRules(f"rounding.method: is {rounding.get('method')!r}, only 'half_up' is known")
        instruments = tuple(self.instruments())
        indicators = tuple(self.indicators({one.code for one in instruments}))
        return Rules(
            fiscal_year=year,
            decimals=self.whole(rounding.get("decimals"), "rounding.decimals", 0, 6),
            weights=self.weights(),
            target=self.score(self.fact("target"), "target"),
            bands=tuple(self.bands()),
            instruments=instruments,
            indicators=indicators,
            oit_items=self.count("oit_items"),
            measures_item=self.item("measures_item"),
            followup_item=self.item("followup_item"),
            lattice=self.lattice({one.number for one in indicators}),
            window=self.window(),
            bases=tuple(self.bases()),
            confidence=self.confidence,
        )

    def fact(self, key: str) -> Any:
        """The value of a fact whose confidence and source are given; None where it is not known."""
        said = self.raw.get(key)
        if not isinstance(said, dict) or "value" not in said:
            raise BadRules(f"{key}: must be a fact with value, confidence and source")
        if said.get("confidence") not in CONFIDENCES:
            raise BadRules(f"{key}.confidence: is {said.get('confidence')!r}, must be one of {', '.join(CONFIDENCES)}")
        if not isinstance(said.get("source"), str) or not said["source"].strip():
            raise BadRules(f"{key}.source: says nothing")
        self.confidence[key] = Confidence(said["confidence"], said["source"])
        return said["value"]

    def mapping(self, key: str) -> dict[str, Any]:
        value = self.fact(key)
        if not isinstance(value, dict):
            raise BadRules(f"{key}: must be a mapping")
        return value

    def rows(self, key: str, *needed: str) -> Iterator[tuple[str, dict[str, Any]]]:
        value = self.fact(key)
        if not isinstance(value, list) or not value:
            raise BadRules(f"{key}: must be a list with at least one row")
        for n, row in enumerate(value):
            where = f"{key}.{n}"
            if not isinstance(row, dict):
                raise BadRules(f"{where}: must be a mapping")
            for name in needed:
                if row.get(name) in (None, ""):
                    raise BadRules(f"{where}.{name}: is missing")
            yield where, row

    def weights(self) -> dict[str, Decimal] | None:
        value = self.fact("weights")
        if value is None:
            return None
        if not isinstance(value, dict) or set(value) != set(INSTRUMENTS):
            raise BadRules(f"weights: must name {', '.join(INSTRUMENTS)}")
        weights = {code: self.number(value[code], f"weights.{code}", Decimal(0), Decimal(1)) for code in INSTRUMENTS}
        if sum(weights.values()) != 1:
            raise BadRules(f"weights: add up to {sum(weights.values())}, must be 1")
        return weights

    def bands(self) -> Iterator[Band]:
        before: Band | None = None
        for where, row in self.rows("bands", "level", "total"):
            every = row.get("every_instrument")
            band = Band(
                str(row["level"]),
                self.score(row["total"], f"{where}.total"),
                None if every is None else self.score(every, f"{where}.every_instrument"),
            )
            if before and band.total > before.total:
                raise BadRules(f"{where}.total: {band.total} stands below {before.total}; bands go from high to low")
            before = band
            yield band
        if before and (before.total != 0 or before.every_instrument is not None):
            raise BadRules("bands: the last one must take every score from 0.00")

    def instruments(self) -> Iterator[Instrument]:
        seen: set[str] = set()
        for where, row in self.rows("instruments", "code", "th", "en"):
            if row["code"] not in INSTRUMENTS or row["code"] in seen:
                raise BadRules(f"{where}.code: {row['code']!r} is unknown or stands twice")
            seen.add(row["code"])
            yield Instrument(row["code"], str(row["th"]), str(row["en"]), self.names(row, where))
        if seen != set(INSTRUMENTS):
            raise BadRules(f"instruments: must name {', '.join(INSTRUMENTS)}")

    def indicators(self, instruments: set[str]) -> Iterator[Indicator]:
        expected = 1
        for where, row in self.rows("indicators", "number", "instrument", "th", "en"):
            if row["number"] != expected:
                raise BadRules(f"{where}.number: is {row['number']!r}, must be {expected}")
            if row["instrument"] not in instruments:
                raise BadRules(f"{where}.instrument: there is no {row['instrument']!r}")
            expected += 1
            yield Indicator(row["number"], row["instrument"], str(row["th"]), str(row["en"]), self.names(row, where))

    def names(self, row: dict[str, Any], where: str) -> tuple[str, ...]:
        also = row.get("also") or []
        if not isinstance(also, list) or not all(isinstance(one, str) and one for one in also):
            raise BadRules(f"{where}.also: must be a list of names")
        return tuple(also)

    def count(self, key: str) -> int | None:
        value = self.fact(key)
        return None if value is None else self.whole(value, key, 1, 999)

    def item(self, key: str) -> str | None:
        value = self.fact(key)
        if value is None:
            return None
        if not (isinstance(value, str) and value[:1] == "O" and value[1:].isdecimal()):
            raise BadRules(f"{key}: is {value!r}, must be an item's code such as O42")
        items = self.raw["oit_items"].get("value") if isinstance(self.raw.get("oit_items"), dict) else None
        if isinstance(items, int) and not 1 <= int(value[1:]) <= items:
            raise BadRules(f"{key}: {value} is none of the year's {items} items")
        return value

    def lattice(self, numbers: set[int]) -> dict[int, tuple[int, ...]]:
        value = self.fact("lattice")
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise BadRules("lattice: must map an indicator's number to the items of its sub-indicators")
        found: dict[int, tuple[int, ...]] = {}
        for number, items in value.items():
            where = f"lattice.{number}"
            if number not in numbers:
                raise BadRules(f"{where}: there is no such indicator")
            if not isinstance(items, list) or not items:
                raise BadRules(f"{where}: must list the items of each sub-indicator")
            found[number] = tuple(self.whole(one, where, 1, 99) for one in items)
        return found

    def window(self) -> Window | None:
        value = self.fact("window")
        if value is None:
            return None
        if not isinstance(value, dict) or not all(type(value.get(key)) is date for key in ("opens", "closes")):
            raise BadRules("window: must have the dates opens and closes")
        if value["closes"] < value["opens"]:
            raise BadRules("window.closes: lies before it opens")
        return Window(value["opens"], value["closes"])

    def bases(self) -> Iterator[Basis]:
        if self.fact("bases") in (None, []):
            return
        for where, row in self.rows("bases", "kind", "date", "fiscal_years", "th"):
            if type(row["date"]) is not date:
                raise BadRules(f"{where}.date: is no date")
            if not isinstance(row["fiscal_years"], list):
                raise BadRules(f"{where}.fiscal_years: must be a list of years")
            scope = tuple(self.whole(y, f"{where}.fiscal_years", 2500, 2700) for y in row["fiscal_years"])
            yield Basis(str(row["kind"]), row["date"], scope, str(row["th"]))

    def score(self, value: Any, where: str) -> Decimal:
        return self.number(value, where, Decimal(0), Decimal(100))

    def number(self, value: Any, where: str, least: Decimal, most: Decimal) -> Decimal:
        """Exact figures are text in the file: a YAML float has lost its digits."""
        if not isinstance(value, str):
            raise BadRules(f"{where}: write {value!r} as text, in quotes")
        try:
            number = Decimal(value)
        except InvalidOperation:
            raise BadRules(f"{where}: {value!r} is no number") from None
        if not number.is_finite() or not least <= number <= most:
            raise BadRules(f"{where}: {value} lies outside {least} to {most}")
        return number

    def whole(self, value: Any, where: str, least: int, most: int) -> int:
        if type(value) is not int or not least <= value <= most:
            raise BadRules(f"{where}: is {value!r}, must be a whole number from {least} to {most}")
        return value


_FACTS = (
    "rounding",
    "weights",
    "target",
    "bands",
    "instruments",
    "indicators",
    "oit_items",
    "measures_item",
    "followup_item",
    "lattice",
    "window",
    "bases",
)
