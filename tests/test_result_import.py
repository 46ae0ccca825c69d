"""Results from files: what is read, and everything that is refused with a sentence that names the place."""

import io
import time
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override
from openpyxl import Workbook, load_workbook

from assessments import importing, sheets
from assessments.results import Announced, Figures
from assessments.rulebook import rules_for
from demo import document

D = Decimal
HEAD = ["ปีงบประมาณ", "ตัวชี้วัดที่", "ชื่อตัวชี้วัด", "คะแนน"]
SCORES = ["94.86", "88.01", "92.16", "86.95", "88.27", "97.26", "97.83", "97.36", "79.42", "50.00"]
FIGURES = dict(enumerate(map(D, SCORES), 1))


@pytest.fixture(autouse=True)
def _english() -> Any:
    with override("en"):
        yield


def rows(year: Any = 2564) -> list[list[Any]]:
    return [[year, n, "", float(score)] for n, score in enumerate(SCORES, 1)]


def book(table: list[list[Any]], touch: Callable[[Any], None] = lambda sheet: None, head: list[Any] = HEAD) -> bytes:
    made = Workbook()
    for row in [head, *table]:
        made.active.append(row)
    touch(made.active)
    kept = io.BytesIO()
    made.save(kept)
    return kept.getvalue()


def text(table: list[list[Any]], delimiter: str = ",", head: list[Any] = HEAD) -> str:
    return "\n".join(delimiter.join(map(str, row)) for row in [head, *table])


def refused(name: str, data: bytes) -> list[str]:
    with pytest.raises(ValidationError) as refusal:
        importing.read(name, data)
    return refusal.value.messages


def only(found: list[Figures]) -> Figures:
    (one,) = found
    return one


# What is read


def test_a_workbook_is_read() -> None:
    announced = [[2564, "IIT", "", 90.05], [2564, "คะแนนรวม", "", "82.14"], [2564, "ระดับ", "", "B"]]
    day = [[2564, "วันที่ประกาศ", "", datetime(2021, 8, 31)]]
    found = only(importing.read("a.xlsx", book(rows() + announced + day)))
    assert found == Figures(2564, FIGURES, Announced(D("82.14"), "B", {"IIT": D("90.05")}, date(2021, 8, 31)))


def test_several_years_come_from_one_file_in_any_order() -> None:
    assert [one.year for one in importing.read("a.xlsx", book(rows(2565) + rows(2563)))] == [2563, 2565]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("code", ["utf-8", "utf-8-sig", "utf-16"])
def test_text_is_read_with_any_delimiter_and_mark(delimiter: str, code: str) -> None:
    assert only(importing.read("a.csv", text(rows(), delimiter).encode(code))).scores == FIGURES


def test_thai_digits_and_quoted_cells_are_read() -> None:
    thai = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
    table = [
        ["๒๕๖๔", f'"ตัวชี้วัดที่ {str(n).translate(thai)}"', "", score.translate(thai)] for n, score in enumerate(SCORES, 1)
    ]
    assert only(importing.read("a.csv", text(table).encode())).scores == FIGURES


@pytest.mark.parametrize("head", [["Fiscal year", "Indicator", "Name", "Score"], [" ปี ", "ตัวชี้วัด", "รายการ", "คะแนน"]])
def test_headings_are_known_in_both_languages(head: list[str]) -> None:
    assert only(importing.read("a.xlsx", book(rows(), head=head))).scores == FIGURES


def test_columns_may_stand_in_any_order_and_the_name_may_be_missing() -> None:
    table = [[score, year, n] for year, n, _name, score in rows()]
    assert only(importing.read("a.csv", text(table, head=["คะแนน", "ปี", "ตัวชี้วัด"]).encode())).scores == FIGURES


@pytest.mark.parametrize("said", ["31/8/2564", "2021-08-31", "31 สิงหาคม 2564", "๓๑ ส.ค. ๖๔", "31-8-2021"])
def test_days_are_read_as_offices_write_them(said: str) -> None:
    table = [*rows(), [2564, "วันที่ประกาศ", "", said]]
    assert only(importing.read("a.csv", text(table, ";").encode())).announced.day == date(2021, 8, 31)


def test_a_day_typed_into_a_thai_sheet_keeps_its_buddhist_year() -> None:
    table = [*rows(), [2564, "วันที่ประกาศ", "", datetime(2564, 8, 31)]]
    assert only(importing.read("a.xlsx", book(table))).announced.day == date(2021, 8, 31)


@pytest.mark.parametrize("language", ["th", "en"])
def test_a_filled_template_is_read_back(language: str) -> None:
    with override(language):
        made = load_workbook(io.BytesIO(importing.xlsx_to_fill_in(rules_for(2567))))
        for place, score in enumerate(SCORES, 2):
            made.active.cell(place, 4).value = float(score)
        kept = io.BytesIO()
        made.save(kept)
        assert only(importing.read("a.xlsx", kept.getvalue())) == Figures(2567, FIGURES)
        table = importing.csv_to_fill_in(rules_for(2567)).decode("utf-8-sig").splitlines()
        filled = [table[0], *(line + score for line, score in zip(table[1:11], SCORES, strict=True)), *table[11:]]
        assert only(importing.read("a.csv", "\r\n".join(filled).encode("utf-8-sig"))) == Figures(2567, FIGURES)


def test_a_template_names_the_indicators_of_its_year() -> None:
    with override("th"):
        table = importing.to_fill_in(rules_for(2564))
    assert table[0] == HEAD
    assert [row[2] for row in table[1:11]] == [one.th for one in rules_for(2564).indicators]
    assert [row[1] for row in table[11:]] == ["IIT", "EIT", "OIT", "คะแนนรวม", "ระดับ", "วันที่ประกาศ"]


YAML = """
schema: ita-results/1
results:
  - year: 2564
    scores: {1: 94.86, 2: "88.01", 3: 92.16, 4: 86.95, 5: 88.27, 6: 97.26, 7: 97.83, 8: 97.36, 9: 79.42, 10: 50.00}
    announced: {total: "๘๒.๑๔", level: B, EIT: 97.49, date: 2021-08-31, OIT: null}
"""


def test_yaml_is_read() -> None:
    announced = Announced(D("82.14"), "B", {"EIT": D("97.49")}, date(2021, 8, 31))
    assert only(importing.read("a.yaml", YAML.encode())) == Figures(2564, FIGURES, announced)


def test_the_memo_of_the_real_office_is_read() -> None:
    found = only(importing.read("memo.yml", document.SOURCE.read_bytes()))
    assert (found.year, found.scores[4], found.scores[10]) == (2564, D("86.95"), D("50.00"))
    assert found.announced.total == D("82.14") and found.announced.means["EIT"] == D("97.49")


# What is refused


def change(row: int, column: int, new: Any) -> list[list[Any]]:
    table = rows()
    table[row - 2][column] = new
    return table


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ("ดี", "“ดี” is not a number."),
        ("94,86", "“94,86”: write the decimals after a point, not a comma."),
        ("1e1", "“1e1” is not a number."),
        (101, "101 is not between 0 and 100."),
        (-1, "-1 is not between 0 and 100."),
        ("−1", "-1 is not between 0 and 100."),
        (86.955, "86.955 has more than two decimals."),
        (82.215, "82.215 has more than two decimals."),
        ("82.14999999999999", "82.14999999999999 has more than two decimals."),
        ("-0", "-0 is not between 0 and 100."),
        ("−0.00", "-0.00 is not between 0 and 100."),
        (True, "“True” is not a number."),
        (datetime(2021, 8, 31), "is not a number."),
        ("9" * 300, "is not a number."),
        ("", "The score of indicator 4, Use of government property, is missing."),
        (None, "The score of indicator 4, Use of government property, is missing."),
    ],
)
def test_a_cell_that_is_no_score_is_named(new: Any, said: str) -> None:
    (sentence,) = refused("a.xlsx", book(change(5, 3, new)))
    assert sentence.startswith("Cell D5: ") and sentence.endswith(said)


def test_a_row_and_column_of_text_are_named() -> None:
    (sentence,) = refused("a.csv", text(change(5, 3, "ดี")).encode())
    assert sentence == "Row 5, column 4: “ดี” is not a number."


def test_every_mistake_is_told_at_once_and_nothing_is_read() -> None:
    table = rows()
    table[0][3], table[4][3], table[9][3] = 101, "x", -5
    said = refused("a.xlsx", book(table))
    assert [one.split(":")[0] for one in said] == ["Cell D2", "Cell D6", "Cell D11"]


def test_a_flood_of_mistakes_is_cut() -> None:
    said = refused("a.xlsx", book([[2564, 1, "", "x"]] * 200))
    assert len(said) == importing.MOST_ERRORS + 1 and said[-1].startswith("And ")


def test_a_missing_indicator_is_named() -> None:
    (sentence,) = refused("a.xlsx", book([row for row in rows() if row[1] != 8]))
    assert sentence.startswith("2564: The score of indicator 8,")


def test_an_indicator_that_stands_twice_is_named_with_both_places() -> None:
    (sentence,) = refused("a.xlsx", book([*rows(), [2564, "๓", "", 50]]))
    assert sentence == "Cell B12: “3” of 2564 stands twice, also at: Cell B4."


def test_a_column_that_stands_twice_is_refused() -> None:
    table = [[*row, row[3]] for row in rows()]
    said = refused("a.xlsx", book(table, head=[*HEAD, "คะแนน"]))
    assert said == ["Cell E1: the column “คะแนน” stands twice."]
    assert refused("a.csv", text(table, head=[*HEAD, "Score"]).encode())[0].startswith("Row 1, column 5: the column")


def test_a_decimal_comma_without_quotes_is_not_read_as_two_cells() -> None:
    table = change(5, 3, "86,95")
    assert refused("a.csv", text(table).encode()) == [
        "Row 5, column 5: “95” stands in no column. Did you mean 86.95? Write the decimals after a point, not a comma."
    ]
    quoted = text(table).replace("86,95", '"86,95"')
    assert refused("a.csv", quoted.encode())[0].endswith("write the decimals after a point, not a comma.")


def test_a_filled_cell_in_no_column_is_named() -> None:
    said = "“see below” stands in no column. Take it out, or give the column its heading."
    table = [[*row, *(["", "see below"] if row[1] == 4 else [])] for row in rows()]
    assert refused("a.xlsx", book(table)) == [f"Cell F5: {said}"]
    assert refused("a.csv", text(table).encode()) == [f"Row 5, column 6: {said}"]
    blank = [[*row, "", " "] for row in rows()]
    assert only(importing.read("a.csv", text(blank).encode())).scores == FIGURES


def test_a_row_that_is_too_wide_is_refused_at_once() -> None:
    wide = ["x"] * (sheets.MOST_COLUMNS + 1)
    assert refused("a.csv", text([], head=wide).encode()) == ["Row 1 has more than 30 columns."]


def test_a_flood_of_wrong_headings_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "MOST_ERRORS", 10)
    said = refused("a.csv", text([], head=["x"] * 30).encode())
    assert len(said) == 11 and said[-1] == "And 23 more."


def test_a_column_that_is_missing_or_unknown_is_named() -> None:
    said = refused("a.xlsx", book(rows(), head=["ปีงบประมาณ", "ตัวชี้วัดที่", "ชื่อตัวชี้วัด", "แต้ม"]))
    assert said[0].startswith("Cell D1: nobody knows the column “แต้ม”.") and "Score" in said[0]
    assert said[1] == "The column “Score” is missing."


@pytest.mark.parametrize(
    ("year", "said"),
    [
        (2021, "There are no rules for fiscal year 2021. Known years: 2562"),
        (1999, "There are no rules for fiscal year 1999. Known years: 2562"),
        (2599, "There are no rules for fiscal year 2599."),
        ("ปีนี้", "“ปีนี้” is not a fiscal year. Write it as 2564."),
        (64, "“64” is not a fiscal year."),
        (None, "The fiscal year is missing."),
    ],
)
def test_a_wrong_year_is_named(year: Any, said: str) -> None:
    found = refused("a.xlsx", book(change(5, 0, year)))
    assert found[0].startswith("Cell A5: " + said)


def test_a_year_of_the_common_era_is_told_its_buddhist_one_and_once() -> None:
    (sentence,) = refused("a.xlsx", book(rows(2019)))
    assert sentence.startswith("Cell A2: ") and sentence.endswith(" Use the Buddhist era, e.g. 2562.")
    assert [one[:8] for one in refused("a.xlsx", book(rows(2019) + rows("x") + rows(2599)))] == [
        "Cell A2:",
        "Cell A12",
        "Cell A22",
    ]


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (11, "The assessment of 2564 has no indicator 11."),
        (0, "The assessment of 2564 has no indicator 0."),
        ("รวมทั้งหมดนะ", "“รวมทั้งหมดนะ” is no indicator."),
        (None, "The indicator is missing."),
    ],
)
def test_a_wrong_indicator_is_named(key: Any, said: str) -> None:
    assert refused("a.xlsx", book(change(5, 1, key)))[0].startswith("Cell B5: " + said)


def test_names_that_slipped_against_their_numbers_are_refused() -> None:
    table = [[*row[:2], rules_for(2564).by_number[11 - row[1]].th, row[3]] for row in rows()]
    assert len(refused("a.xlsx", book(table))) == 10
    right = [[*row[:2], rules_for(2564).by_number[row[1]].th, row[3]] for row in rows()]
    assert only(importing.read("a.xlsx", book(right))).scores == FIGURES


@pytest.mark.parametrize(
    ("key", "new", "said"),
    [
        ("ระดับ", "Z", "“Z” is no level of 2564. Levels: AA, A, B, C, D, E, F."),
        ("วันที่ประกาศ", "เมื่อวาน", "“เมื่อวาน” is not a day."),
        ("วันที่ประกาศ", "31/2/2564", "“31/2/2564” is not a day."),
        ("วันที่ประกาศ", "1/1/2599", "1/1/2599 is too far from fiscal year 2564."),
        ("วันที่ประกาศ", "0001-01-01", "1/1/544 is too far from fiscal year 2564."),
        ("วันที่ประกาศ", "30/9/2562", "The day lies between 1/10/2562 and 30/9/2566."),
        ("วันที่ประกาศ", "1/10/2566", "The day lies between 1/10/2562 and 30/9/2566."),
        ("EIT", "101", "101 is not between 0 and 100."),
        ("คะแนนรวม", "-0.5", "-0.5 is not between 0 and 100."),
    ],
)
def test_a_wrong_announcement_is_named(key: str, new: str, said: str) -> None:
    (sentence,) = refused("a.xlsx", book([*rows(), [2564, key, "", new]]))
    assert sentence.startswith("Cell D12: ") and said in sentence


def test_the_noise_of_a_computed_float_is_not_read() -> None:
    read = only(importing.read("a.xlsx", book(change(5, 3, 82.21000000000001))))
    assert read.scores[4] == D("82.21")


def test_formulas_are_refused_by_cell() -> None:
    assert refused("a.xlsx", book(change(5, 3, "=80+6.95"))) == ["Cell D5: holds a formula. Put in its value."]
    assert refused("a.xlsx", book(change(5, 0, "=2564")))[0].startswith("Cell A5: holds a formula")


def test_percentages_are_refused_by_cell() -> None:
    (sentence,) = refused(
        "a.xlsx", book(change(5, 3, 0.87), lambda sheet: setattr(sheet["D5"], "number_format", "0.00%"))
    )
    assert sentence.startswith("Cell D5: is a percentage.")


def test_merged_cells_are_refused_by_name() -> None:
    said = refused("a.xlsx", book(rows(), lambda sheet: sheet.merge_cells("A2:A11")))
    assert said == ["Cells A2:A11 are merged. Split them, one figure in one cell."]


@pytest.mark.parametrize("place", ["D5000", "ZZ2"])
def test_what_lies_too_far_out_is_not_lost_in_silence(place: str) -> None:
    said = refused("a.xlsx", book(rows(), lambda sheet: setattr(sheet[place], "value", 5)))
    assert said[0].startswith(f"Cell {place} lies too far out")
    styled = book(rows(), lambda sheet: setattr(sheet[place], "number_format", "0.00"))
    assert only(importing.read("a.xlsx", styled)).scores == FIGURES


def test_a_workbook_of_20_megabytes_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "load_workbook", lambda *_a, **_k: pytest.fail("opened"))
    assert refused("a.xlsx", b"PK\x03\x04" + b"\0" * 20_000_000) == [
        "The file is too large: 20000 kB; at most 2000 kB."
    ]
    assert "too large" in refused("a.csv", b"x" * 20_000_000)[0]


def packed(parts: dict[str, bytes]) -> bytes:
    kept = io.BytesIO()
    with ZipFile(kept, "w", ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return kept.getvalue()


def unpacked(data: bytes) -> dict[str, bytes]:
    with ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def test_a_zip_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "load_workbook", lambda *_a, **_k: pytest.fail("opened"))
    bomb = packed(unpacked(book(rows())) | {"xl/media/x.xml": b"0" * 60_000_000})
    assert len(bomb) < 100_000
    assert refused("a.xlsx", bomb) == ["The workbook unpacks to more than 5 MB."]
    many = packed(unpacked(book(rows())) | {f"xl/x{n}.xml": b"" for n in range(300)})
    assert refused("a.xlsx", many) == ["The workbook unpacks to more than 5 MB."]


def test_a_sheet_is_looked_through_once_and_comments_are_not_cells() -> None:
    parts, sheet = unpacked(book(rows())), "xl/worksheets/sheet1.xml"
    long = b"<!--" + b"<c " * 60_000 + b'<c r="D5000"><v>1</v></c>' + b"--></worksheet>"
    data = packed(parts | {sheet: parts[sheet].replace(b"</worksheet>", long)})
    began = time.perf_counter()
    assert only(importing.read("a.xlsx", data)).scores == FIGURES
    assert time.perf_counter() - began < 3


@pytest.mark.parametrize("method", [None, 9, 12, 14, 99])
def test_a_damaged_package_is_a_sentence(method: int | None) -> None:
    """Damage in what is packed (zlib), or packed in a way that is not what it says (struct, lzma, not implemented)."""
    data = bytearray(book(rows()))
    with ZipFile(io.BytesIO(data)) as package:
        one = package.getinfo("xl/worksheets/sheet1.xml")
    begin, entry = one.header_offset, data.rindex(one.filename.encode()) - 46
    if method is None:
        at = begin + 30 + len(one.filename)
        data[at : at + 20] = b"\xff" * 20
    else:
        data[begin + 8] = data[entry + 10] = method
    assert refused("a.xlsx", bytes(data)) == ["The workbook cannot be read. Save it again as .xlsx."]


@pytest.mark.parametrize("code", ["utf-8", "utf-16"])
def test_a_workbook_with_entities_is_not_opened(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "load_workbook", lambda *_a, **_k: pytest.fail("opened"))
    parts, sheet = unpacked(book(rows())), "xl/worksheets/sheet1.xml"
    harm = '<!DOCTYPE worksheet [<!ENTITY a "aaaa">]>' + parts[sheet].decode()
    said = refused("a.xlsx", packed(parts | {sheet: harm.encode(code)}))
    assert said == ["The workbook cannot be read. Save it again as .xlsx."]


def test_macros_old_books_and_broken_ones_are_refused() -> None:
    parts = unpacked(book(rows()))
    assert "macros" in refused("a.xlsx", packed(parts | {"xl/vbaProject.bin": b"x"}))[0]
    assert "old Excel" in refused("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")[0]
    assert "cannot be read" in refused("a.xlsx", book(rows())[:900])[0]
    assert "cannot be read" in refused("a.xlsx", packed({"hello.txt": b"x"}))[0]
    assert "cannot be read" in refused("a.xlsx", packed(parts | {"xl/worksheets/sheet1.xml": b"<worksheet"}))[0]


def test_a_book_in_a_texts_clothing_is_still_a_book() -> None:
    assert only(importing.read("a.csv", book(rows()))).scores == FIGURES


def test_windows_874_is_named() -> None:
    (sentence,) = refused("a.csv", text(rows()).encode("cp874") + "\nหมายเหตุยาวเป็นภาษาไทย".encode("cp874") * 9)
    assert "Windows-874" in sentence and "UTF-8" in sentence


def test_windows_874_is_named_when_most_of_it_is_figures() -> None:
    table = [[2564, n, "", f"{n}.00"] for n in range(1, 11)] * 20
    assert "Windows-874" in refused("a.csv", text(table).encode("cp874"))[0]
    assert refused("a.csv", "café, déjà".encode("latin-1")) == ["This is not a text file in UTF-8."]


@pytest.mark.parametrize("name", ["a.csv", "a.yaml", "a.xlsx", "a"])
@pytest.mark.parametrize("data", [b"", b"  \n ", b"\xef\xbb\xbf"])
def test_an_empty_file_is_called_empty(name: str, data: bytes) -> None:
    assert refused(name, data) == ["The file is empty."]


def test_a_table_without_figures_is_refused() -> None:
    assert refused("a.xlsx", book([])) == ["The file has no figures."]
    assert refused("a.csv", (",".join(HEAD) + "\n,,,\n").encode()) == ["The file has no figures."]
    assert refused("a.csv", b",,,\n,,\n") == ["The file is empty."]


def test_what_is_no_table_is_refused() -> None:
    assert refused("a.doc", b"hello") == ["Choose a file that ends in .xlsx, .csv or .yaml."]
    assert refused("a.csv", b"\x00\x01\x02binary")
    assert "not a table" in refused("a.csv", ("ปี,ตัวชี้วัด,คะแนน\n" + '2564,"1,5').encode())[0]
    long = text(rows() * 300).encode()
    assert "more than 2000 rows" in refused("a.csv", long)[0]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("a: &x [1]\nb: *x", "anchors and aliases"),
        ("a: !!python/object/apply:os.system [ls]", "the tag"),
        ("schema: ita-results/1\nresults: {", "this is not YAML"),
        ("schema: other/1", "schema: must be one of ita-results/1, ita_memo_report/1."),
        ("- 1\n- 2", "must be a mapping"),
        ("schema: ita-results/1", "results: is missing."),
        ("schema: ita-results/1\nresults: 5", "Line 2: must be a list."),
        ("schema: ita-results/1\nresults: []", "The file has no figures."),
        ("schema: ita-results/1\nresults: [{year: 2564, points: {}}]", "nobody knows “points”"),
        ("schema: ita-results/1\nresult: []", "nobody knows “result”"),
        ("schema: ita-results/1\nschema: ita-results/1", "“schema” stands twice"),
        ("schema: ita-results/1\nresults: [{scores: {1: 5}}]", "The fiscal year is missing."),
        ("schema: ita-results/1\nresults: [{year: 2564, scores: {1: [5]}}]", "must be a single value"),
        ("schema: ita-results/1\nresults:\n- year: 2564\n  scores: 5", "Line 4: must be a mapping"),
        ("schema: ita-results/1\nresults:\n- year: 2564\n  scores: null", "Line 4: must be a mapping"),
        ("schema: ita-results/1\nresults:\n- year: 2564\n  announced: x", "Line 4: must be a mapping"),
        ("schema: ita_memo_report/1\nscores: 5", "Line 2: must be a mapping"),
        ("schema: ita_memo_report/1\nscores:\n  instruments: []\n  total: 5", "Line 4: must be a mapping"),
        ("schema: ita_memo_report/1", "scores: is missing."),
        ("schema: ita_memo_report/1\nscores: {fiscal_year: 2564}", "scores.instruments: is missing."),
        ("[" * 5000, "nested too deeply"),
    ],
)
def test_bad_yaml_is_refused(data: str, said: str) -> None:
    found = refused("a.yaml", data.encode())
    assert said in found[0], found


def test_a_yaml_bomb_is_not_expanded() -> None:
    bomb = 'a: &a ["x","x","x","x","x","x","x","x","x"]\n' + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9)
    )
    assert "anchors and aliases are not taken" in refused("a.yaml", bomb.encode())[0]


def test_bad_figures_of_yaml_are_named_by_line() -> None:
    said = refused("a.yaml", YAML.replace("3: 92.16", "3: ดี").encode())
    assert said == ["Line 5: “ดี” is not a number."]
    twice = refused("a.yaml", YAML.replace("3: 92.16", "3: 92.16, 3: 92.16").encode())
    assert twice == ["Line 5: “3” of 2564 stands twice, also at: Line 5."]
