"""The rule files: each year loads, and a file that cannot be used is refused by key and reason."""

from collections.abc import Callable
from copy import deepcopy
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from assessments.rulebook import INSTRUMENTS, RULES, BadRules, UnknownYear, load, read, rules_for, years

GOOD: dict[str, Any] = yaml.safe_load((RULES / "2564.yaml").read_text(encoding="utf-8"))


def test_the_years_there_are() -> None:
    assert years() == list(range(2562, 2570))


@pytest.mark.parametrize("year", years())
def test_each_year_can_be_used(year: int) -> None:
    rules = rules_for(year)
    assert rules.fiscal_year == year
    assert sorted(rules.by_code) == sorted(INSTRUMENTS)
    assert [one.number for one in rules.indicators] == list(range(1, len(rules.indicators) + 1))
    assert sum(map(len, rules.numbers_of.values())) == len(rules.indicators)
    assert rules.weights is None or sum(rules.weights.values()) == 1
    assert rules.bands[-1].total == 0 and len(set(rules.levels)) == len(rules.levels)
    assert all(one.th and one.en for one in (*rules.indicators, *rules.instruments))
    assert set(rules.confidence) >= {"weights", "bands", "indicators", "oit_items", "bases"}
    assert all(one.source.strip() for one in rules.confidence.values())


def test_an_unknown_year_names_the_known_ones() -> None:
    with pytest.raises(UnknownYear, match=r"2599.*2562.*2569"):
        rules_for(2599)


def test_a_new_year_is_a_file_and_no_code(tmp_path: Path) -> None:
    raw = deepcopy(GOOD) | {"fiscal_year": 2570}
    raw["target"]["value"] = "90.00"
    (tmp_path / "2570.yaml").write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    rules = load(tmp_path / "2570.yaml")
    assert (rules.fiscal_year, rules.target) == (2570, Decimal("90.00"))


def test_a_file_of_another_year_than_its_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "2571.yaml").write_text(yaml.safe_dump(GOOD, allow_unicode=True), encoding="utf-8")
    with pytest.raises(BadRules, match=r"fiscal_year: 2564 in a file named 2571\.yaml"):
        load(tmp_path / "2571.yaml")


def put(*path: Any, value: Any) -> Callable[[dict[str, Any]], None]:
    """Set the value at a path of keys and places."""

    def act(raw: dict[str, Any]) -> None:
        node: Any = raw
        for key in path[:-1]:
            node = node[key]
        node[path[-1]] = value

    return act


def drop(*path: Any) -> Callable[[dict[str, Any]], None]:
    def act(raw: dict[str, Any]) -> None:
        node: Any = raw
        for key in path[:-1]:
            node = node[key]
        del node[path[-1]]

    return act


def value(name: str, new: Any) -> Callable[[dict[str, Any]], None]:
    return put(name, "value", value=new)


BAD = [
    (put("schema", value="ita-rules/2"), "schema: is 'ita-rules/2'"),
    (put("fiscal_year", value=2021), "fiscal_year: is 2021"),
    (put("fiscal_year", value="2564"), "fiscal_year: is '2564'"),
    (put("colour", value={"value": 1}), "colour: nobody knows this key"),
    (drop("weights"), "weights: must be a fact with value, confidence and source"),
    (drop("target", "value"), "target: must be a fact"),
    (put("bands", "confidence", value="sure"), "bands.confidence: is 'sure'"),
    (put("bands", "source", value=" "), "bands.source: says nothing"),
    (value("rounding", {"method": "truncate", "decimals": 2}), "rounding.method: is 'truncate'"),
    (value("rounding", {"method": "half_up", "decimals": 9}), "rounding.decimals: is 9"),
    (value("weights", {"IIT": "0.30", "EIT": "0.30"}), "weights: must name IIT, EIT, OIT"),
    (value("weights", {"IIT": "0.30", "EIT": "0.30", "OIT": "0.50"}), "weights: add up to 1.10, must be 1"),
    (value("weights", {"IIT": "x", "EIT": "0.30", "OIT": "0.40"}), "weights.IIT"),
    (value("target", "185.00"), "target"),
    (value("bands", []), "bands: must be a list with at least one row"),
    (value("bands", ["A"]), "bands.0: must be a mapping"),
    (put("bands", "value", 1, "total", value="96.00"), "bands.1.total: 96.00 stands below 95.00"),
    (drop("bands", "value", 6), "bands: the last one must take every score from 0.00"),
    (drop("instruments", "value", 2), "instruments: must name IIT, EIT, OIT"),
    (put("instruments", "value", 1, "code", value="IIT"), "instruments.1.code: 'IIT' is unknown or stands twice"),
    (put("instruments", "value", 0, "th", value=""), "instruments.0.th: is missing"),
    (put("indicators", "value", 3, "number", value=5), "indicators.3.number: is 5, must be 4"),
    (put("indicators", "value", 0, "instrument", value="XIT"), "indicators.0.instrument: there is no 'XIT'"),
    (put("indicators", "value", 0, "also", value="ชื่ออื่น"), "indicators.0.also: must be a list of names"),
    (value("oit_items", 0), "oit_items: is 0"),
    (value("measures_item", "42"), "measures_item: is '42'"),
    (value("measures_item", "O99"), "measures_item: O99 is none of the year's 43 items"),
    (value("lattice", {11: [1]}), "lattice.11: there is no such indicator"),
    (value("lattice", {9: []}), "lattice.9: must list the items"),
    (value("lattice", {9: [0]}), "lattice.9: is 0"),
    (value("window", {"opens": date(2021, 5, 1)}), "window: must have the dates opens and closes"),
    (
        value("window", {"opens": date(2021, 5, 1), "closes": date(2021, 4, 1)}),
        "window.closes: lies before it opens",
    ),
    (put("bases", "value", 0, "date", value="2018"), "bases.0.date: is no date"),
    (put("bases", "value", 0, "fiscal_years", value=2561), "bases.0.fiscal_years: must be a list of years"),
    (put("bases", "value", 0, "fiscal_years", value=[2018]), "bases.0.fiscal_years: is 2018"),
]


@pytest.mark.parametrize(("spoil", "said"), BAD, ids=[said for _spoil, said in BAD])
def test_a_bad_file_is_refused_by_key_and_reason(spoil: Callable[[dict[str, Any]], None], said: str) -> None:
    raw = deepcopy(GOOD)
    spoil(raw)
    with pytest.raises(BadRules) as refused:
        read(raw)
    assert str(refused.value).startswith(said), str(refused.value)


@pytest.mark.parametrize("raw", [None, [], "text", 5])
def test_what_is_no_mapping_is_refused(raw: Any) -> None:
    with pytest.raises(BadRules, match="not a mapping"):
        read(raw)


@pytest.mark.parametrize("data", [b"a: [", b"\xa1\xa2\xe0", b"a: !!python/object:os.system {}"])
def test_what_is_no_plain_yaml_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.yaml").write_bytes(data)
    with pytest.raises(BadRules, match=r"x\.yaml: not YAML in UTF-8"):
        load(tmp_path / "x.yaml")
