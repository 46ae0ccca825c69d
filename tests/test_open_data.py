"""Open data are the page's own figures: page, JSON and CSV say the same, and each is what its schema says."""

import csv
import io
import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from disclosure import open_data
from disclosure.models import Page
from disclosure.open_data import DATASETS, Column
from measures import work
from measures.models import DivisionTask
from memo_flow import decisions, follow_ups
from memo_flow.models import Memo
from tests.cast import DAY, Cast, at, days
from tests.public import HOME, Tables, citizen, publish

PLACES = list(DATASETS)


def body(path: str) -> str:
    answer = citizen().get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def data(place: str) -> dict[str, Any]:
    return json.loads(body(f"{HOME}{place}/data.json"))  # type: ignore[no-any-return]


def cells(place: str) -> list[dict[str, str]]:
    text = body(f"{HOME}{place}/data.csv")
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True))


@pytest.fixture
def office(cast: Cast) -> Cast:
    """An office in the middle of its work, with everything published: one extended date, one late, one finished."""
    memo = cast.approved()
    some = list(DivisionTask.objects.filter(division__code="fin").order_by("pk"))
    for task in some[:2]:
        work.start(task.pk, by=cast.finance, now=at(DAY + days(100)))
    work.report(
        some[0].pk,
        by=cast.finance,
        percent=40,
        text='=1+1 "อ้าง", ครึ่งทาง',
        finished=False,
        done=None,
        now=at(DAY + days(101)),
    )
    cast.finish(some[1], now=at(DAY + days(102)))
    DivisionTask.objects.filter(pk=some[0].pk).update(due_on=some[0].due_on + days(30))
    report = follow_ups.draw_up(memo.pk, kind="interim", by=cast.head_of_office, now=at(DAY + days(200)))
    decisions.submit(report.pk, by=cast.head_of_office, reason="เสนอ", now=at(DAY + days(200)))
    cast.answer(report, cast.permanent_secretary, "endorse", now=at(DAY + days(200)))
    cast.answer(report, cast.mayor, "approve", now=at(DAY + days(200)))
    publish(cast, memo)
    publish(cast, memo, Page.PROGRESS, now=at(DAY + days(240)))
    publish(cast, Memo.objects.get(pk=report.pk), Page.INTERIM, now=at(DAY + days(240)))
    return cast


@pytest.mark.parametrize("place", PLACES)
def test_json_is_what_its_schema_says(office: Cast, place: str) -> None:
    schema = json.loads(body(f"/public/schema/{place}.v1.json"))
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema, format_checker=FormatChecker())
    found = data(place)
    validator.validate(found)
    assert found["rows"] and found["$schema"].endswith(f"/public/schema/{place}.v1.json")
    for broken in (found | {"rows": [{}]}, found | {"extra": 1}, {k: v for k, v in found.items() if k != "licence"}):
        assert not validator.is_valid(broken)


def test_the_years_json_holds_every_dataset(office: Cast) -> None:
    schema = json.loads(body("/public/schema/year.v1.json"))
    found = json.loads(body(f"{HOME}data.json"))
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(found)
    assert found["datasets"] == {place: data(place) for place in PLACES}
    listed = list(csv.DictReader(io.StringIO(body(f"{HOME}data.csv").removeprefix("\ufeff"))))
    assert listed == found["catalogue"]
    for line in listed:
        for kind in ("page", "json", "csv"):
            assert citizen().get(line[kind].removeprefix("http://localhost:8000")).status_code == 200


def plain(column: Column, value: Any) -> str:
    """A value of JSON as its cell in CSV is to be written."""
    if value is None:
        return ""
    said = {"yes": lambda: str(value).lower(), "number": lambda: f"{value:.2f}", "list": lambda: "\n".join(value)}
    return said.get(column.kind, lambda: str(value))()


@pytest.mark.parametrize("place", PLACES)
def test_csv_says_what_json_says(office: Cast, place: str) -> None:
    rows, lines = data(place)["rows"], cells(place)
    assert len(rows) == len(lines) > 0
    for row, line in zip(rows, lines, strict=True):
        assert list(line) == [column.name for column in DATASETS[place]] == list(row)
        for column in DATASETS[place]:
            assert line[column.name].removeprefix("'") == plain(column, row[column.name]), column


@pytest.mark.parametrize(("place", "kind"), [("progress", "progress"), ("follow-up", "interim")])
def test_the_page_of_the_work_says_what_json_says(office: Cast, place: str, kind: str) -> None:
    found, page = data(place), Tables.of(body(f"{HOME}{place}/"))
    shown = [
        (int(table["data-row"]), int(table["data-measure"]), row["columns"])
        for table in page.named("work")
        for row in table["rows"]
        if row["columns"]
    ]
    assert len(shown) == len(found["rows"]) == 15
    for (place_, measure, columns), row in zip(shown, found["rows"], strict=True):
        assert (place_, measure) == (row["row"], row["measure_no"])
        assert columns["division"] == row["division"] and columns["state"] == row["state"]
        assert int(columns["percent"]) == row["percent"] and columns["due_on"] == row["due_on"]
        assert columns.get("ordered_due_on", row["due_on"]) == row["ordered_due_on"]
        assert columns.get("finished_on") == row["finished_on"]
        assert columns["late"] == str(row["late"]).lower()
    assert {key: int(value) for key, value in page.totals.items()} == found["totals"][kind]
    counted = [row for row in found["rows"] if row["state"] != "cancelled"]
    assert found["totals"][kind]["late"] == sum(row["late"] for row in counted)
    assert any(row["due_on"] != row["ordered_due_on"] for row in counted)
    assert any(row["finished_on"] for row in counted)


def test_the_page_of_scores_says_what_json_says(office: Cast) -> None:
    found, page = data("scores"), Tables.of(body(f"{HOME}scores/"))
    (table,) = page.named("scores")
    shown = [row["values"] for row in table["rows"] if row["values"]]
    assert [(int(number), float(score)) for number, score, *_before in shown] == [
        (row["number"], row["score"]) for row in found["rows"]
    ]
    text = " ".join(cell for row in table["rows"] for cell in row["texts"])
    assert f"{found['total']:.2f}" in text and found["total"] == 82.14
    for mean in found["means"].values():
        assert f"{mean:.2f}" in text


def test_the_page_of_measures_says_what_json_says(office: Cast) -> None:
    found, page = data("measures"), Tables.of(body(f"{HOME}measures/"))
    shown = [row for table in page.named("measures") for row in table["rows"] if row["values"]]
    assert len(shown) == len(found["rows"])
    for line, row in zip(shown, found["rows"], strict=True):
        number, *divisions, start, end, due = line["values"]
        assert (int(number), divisions) == (row["measure_no"], row["divisions"])
        assert (start, end, due) == (row["period_start"], row["period_end"], row["follow_up_due"])
        assert " ".join(row["measure"].split()) in " ".join(line["texts"])


# --- harmless, readable ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["=1+1", "+66", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1+1", '=HYPERLINK("http://x")'])
def test_no_cell_is_a_formula(text: str) -> None:
    written = open_data.as_csv([Column("a", "text", "", "")], [{"a": text}])
    (row,) = csv.DictReader(io.StringIO(written.removeprefix("\ufeff"), newline=""))
    assert row["a"] == f"'{text}"


@pytest.mark.parametrize("text", ["ปกติ", "1=1", 'อ้าง "นี้", ด้วย', "บรรทัด\nสอง", "", "๑"])
def test_every_other_cell_comes_back_as_it_was(text: str) -> None:
    written = open_data.as_csv([Column("a", "text", "", ""), Column("b", "text", "", "")], [{"a": text, "b": "x"}])
    assert written.startswith("\ufeffa,b\r\n") and written.endswith("\r\n")
    (row,) = csv.DictReader(io.StringIO(written.removeprefix("\ufeff"), newline=""))
    assert row == {"a": text, "b": "x"}


def test_the_dictionary_explains_every_column_in_both_languages(cast: Cast) -> None:
    rows = open_data.dictionary()
    assert {(row["dataset"], row["column"]) for row in rows} >= {
        (name, column.name) for name, columns in DATASETS.items() for column in columns
    }
    assert all(row["th"] and row["en"] for row in rows)
    page = body("/public/dictionary/")
    assert all(f"<code>{row['column']}</code>" in page for row in rows)
    assert len(body("/public/dictionary/data.csv").splitlines()) > len(rows)


@pytest.mark.parametrize("place", PLACES)
def test_data_may_be_read_from_elsewhere_and_say_their_licence(office: Cast, place: str) -> None:
    for kind, content_type in (("json", "application/json"), ("csv", "text/csv")):
        answer = citizen().get(f"{HOME}{place}/data.{kind}")
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Content-Type"].startswith(content_type)
    assert data(place)["licence"]["name"] == "CC BY 4.0"
    assert 'rel="license"' in body(f"{HOME}{place}/")
