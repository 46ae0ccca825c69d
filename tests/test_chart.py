"""Charts: one drawing that says the same to eyes, to ears and on black-and-white paper."""

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from django.utils.safestring import SafeString
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from assessments import chart, results
from assessments.chart import NARROW, WIDE, Bar, Chart, Layout
from assessments.results import YearResult
from tests.cast import Cast

D = Decimal
SVG = "{http://www.w3.org/2000/svg}"
BARS = (Bar("1. หนึ่ง", D("94.86"), D("90.00")), Bar("2. สอง", D("50.00"), D("58.97")))
PAIR = Chart("c", "คะแนน", BARS, D("85.00"), "2565", "2564")
ALONE = Chart("a", "คะแนนรวม", (Bar("ปี 2564", D("82.14")),), D("85.00"), "รวม")


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with override("en"):
        yield


def tree(drawing: str) -> ElementTree.Element:
    return ElementTree.fromstring(drawing.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))


def all_of(drawing: str, tag: str, cls: str) -> list[ElementTree.Element]:
    return [one for one in tree(drawing).iter(SVG + tag) if cls in one.get("class", "").split()]


def number(element: ElementTree.Element, name: str) -> float:
    return float(element.get(name) or "")


@pytest.mark.parametrize("at", [WIDE, NARROW], ids=["wide", "narrow"])
def test_bars_begin_at_zero_and_are_as_long_as_their_figures(at: Layout) -> None:
    drawing = chart.drawn(PAIR, at)
    for cls, figures in (("b1", [94.86, 50.0]), ("b2", [90.0, 58.97])):
        bars = all_of(drawing, "rect", cls)
        assert [number(bar, "x") for bar in bars] == [at.left] * 2
        lengths = [number(bar, "width") / at.across * 100 for bar in bars]
        assert lengths == pytest.approx(figures, abs=0.05)


@pytest.mark.parametrize("at", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_line_stands_at_the_target(at: Layout) -> None:
    for target in ("85.00", "90.00"):
        lines = all_of(chart.drawn(replace(PAIR, target=D(target)), at), "line", "goal")
        assert lines and {number(line, "x1") for line in lines} == {float(at.x(D(target)))}
        assert all(line.get("stroke-dasharray") for line in lines)


def test_what_lies_below_the_target_and_what_fell_is_marked() -> None:
    drawing = chart.drawn(PAIR, WIDE)
    assert [one.text for one in all_of(drawing, "text", "v") if "down" in (one.get("class") or "")] == ["50.00"]
    changes = {one.text: one.get("class") for one in all_of(drawing, "text", "d")}
    assert changes == {"+4.86": "d up", "−8.97": "d down"}


def test_a_chart_that_compares_nothing_has_no_second_bar_and_no_change() -> None:
    drawing = chart.drawn(ALONE, WIDE)
    assert not ALONE.compares and not all_of(drawing, "rect", "b2") and not all_of(drawing, "text", "d")


def test_a_row_without_a_year_before_leaves_its_place_empty() -> None:
    mixed = replace(PAIR, bars=(BARS[0], Bar("3. สาม", D("70.00"))))
    drawing = chart.drawn(mixed, WIDE)
    assert len(all_of(drawing, "rect", "b1")) == 2 and len(all_of(drawing, "rect", "b2")) == 1


def test_it_is_told_to_those_who_do_not_see_it() -> None:
    for drawing in (PAIR.wide, PAIR.narrow):
        root = tree(drawing)
        named = (root.get("aria-labelledby") or "").split()
        title, desc = root.find(SVG + "title"), root.find(SVG + "desc")
        assert root.get("role") == "img" and title is not None and desc is not None
        assert named == [title.get("id"), desc.get("id")]
        assert title.text == "คะแนน"
        assert desc.text == "1. หนึ่ง 94.86 (2564: 90.00); 2. สอง 50.00 (2564: 58.97); Target: 85"


def test_no_two_drawings_of_a_page_share_an_id() -> None:
    ids = re.findall(r' id="([^"]+)"', PAIR.wide + PAIR.narrow + ALONE.wide + ALONE.narrow)
    assert len(ids) == len(set(ids)) == 8


def test_it_stands_without_a_stylesheet_and_in_grey() -> None:
    """Each shape has its own colour, and the two bars differ in lightness, not only in hue."""
    drawing = chart.drawn(PAIR, WIDE)
    for one in tree(drawing).iter():
        if one.tag in (SVG + "rect", SVG + "text"):
            assert re.fullmatch("#[0-9a-f]{6}", one.get("fill") or ""), one.tag
        if one.tag == SVG + "line":
            assert one.get("stroke")
    assert "style=" not in drawing and "var(" not in drawing

    def lightness(cls: str) -> float:
        fill = all_of(drawing, "rect", cls)[0].get("fill") or ""
        red, green, blue = (int(fill[n : n + 2], 16) for n in (1, 3, 5))
        return 0.299 * red + 0.587 * green + 0.114 * blue

    assert lightness("b2") - lightness("b1") > 80


def test_names_are_escaped() -> None:
    harm = replace(PAIR, title="<b>", bars=(Bar('<script>"&', D(5)),))
    assert "<script" not in harm.wide and "<b>" not in harm.wide and isinstance(harm.wide, SafeString)
    tree(harm.narrow)


@given(st.lists(st.tuples(st.decimals(0, 100, places=2), st.none() | st.decimals(0, 100, places=2)), max_size=12))
def test_nothing_is_drawn_outside_the_drawing(figures: list[tuple[Decimal, Decimal | None]]) -> None:
    made = replace(PAIR, bars=tuple(Bar(str(n), *pair) for n, pair in enumerate(figures)))
    for at in (WIDE, NARROW):
        root = tree(chart.drawn(made, at))
        _x, _y, width, height = map(float, (root.get("viewBox") or "").split())
        for one in root.iter(SVG + "rect"):
            assert number(one, "x") >= 0 and number(one, "x") + number(one, "width") <= width + 0.05
            assert number(one, "y") >= 0 and number(one, "y") + number(one, "height") <= height
        for one in root.iter(SVG + "text"):
            assert 0 <= number(one, "x") <= width and 0 <= number(one, "y") <= height
        for one in root.iter(SVG + "line"):
            assert 0 <= number(one, "y1") <= number(one, "y2") <= height


@pytest.mark.parametrize(("change", "said"), [("2.15", "+2.15"), ("-8.97", "−8.97"), ("0", "0.00"), ("0.00", "0.00")])
def test_changes_are_signed_with_a_real_minus(change: str, said: str) -> None:
    assert chart.signed(D(change)) == said


def test_the_chart_of_a_year_has_every_indicator_beside_the_year_before(cast: Cast) -> None:
    years: list[YearResult] = results.trend(cast.outsider.organization_id)
    made = chart.of_result(years[2], years[1])
    assert [bar.value for bar in made.bars] == list(years[2].scores.values())
    assert [bar.before for bar in made.bars] == list(years[1].scores.values())
    assert (made.label, made.before_label, made.target) == ("2564", "2563", D("85.00"))
    assert made.bars[3].name == "4. Use of government property"
    with override("th"):
        assert chart.of_result(years[2]).bars[3].name == "4. การใช้ทรัพย์สินของทางราชการ"
        assert not chart.of_result(years[2]).compares
    assert [bar.value for bar in chart.of_years(years).bars] == [D("74.33"), D("81.54"), D("88.50")]
