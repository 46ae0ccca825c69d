"""The board leaves the house: CSV and a workbook that any spreadsheet opens, with the page's filters and rights."""

# ruff: noqa: F811

import csv
import io
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from openpyxl import load_workbook

from files.models import Attachment
from measures import exports
from measures.models import DivisionTask, Measure, PlanRow
from organization.models import User
from tests.cast import Cast, at, days
from tests.test_board import TODAY, as_, fill, office  # noqa: F401 - the fixtures are used by name

pytestmark = pytest.mark.django_db

Browse = Callable[[User], Client]
EVIL = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1+1", "\r=1+1", "  =1+1", "＝1+1", '=cmd|" /C calc"!A0', "=HYPERLINK(1)"]


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def table(client: Client, query: str = "") -> list[dict[str, str]]:
    text = body(client.get(f"/measures/board/export.csv{query}")).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def sheet(client: Client, query: str = "") -> Any:
    return load_workbook(io.BytesIO(body(client.get(f"/measures/board/export.xlsx{query}")))).active


def english() -> None:
    User.objects.update(language="en")


def mayor() -> User:
    return User.objects.get(username="mayor")


def test_the_csv_says_what_the_board_says(office: Cast, as_: Browse) -> None:
    english()
    task = DivisionTask.objects.filter(division__code="fin").select_related("measure__row__memo__entry")[0]
    DivisionTask.objects.filter(pk=task.pk).update(due_on=task.due_on + days(9))
    chair = task.division.positions.all()[0]
    for url in ("https://a.example/", "https://b.example/"):
        Attachment.objects.create(
            organization=office.office,
            about=f"task:{task.pk}",
            kind="link",
            name="หลักฐาน",
            url=url,
            by=office.finance,
            position=chair,
            at=at(),
        )
    rows = table(as_(mayor()))
    (row,) = [one for one in rows if one["Measure"] == task.measure.text and one["Evidence"] == "2"]
    plan = task.measure.row
    assert row == {
        "Fiscal year": "2565",
        "Instrument": plan.instrument,
        "Indicator": str(plan.indicator),
        "Measure": task.measure.text,
        "Division": str(task.division.name_en or task.division.name_th),
        "Officer": "",
        "State": "Not started",
        "Percent": "0",
        "Steps done": "0",
        "Steps in all": str(task.steps.count()),
        "Due": (task.due_on + days(9)).isoformat(),
        "Due as first ordered": plan.follow_up_due.isoformat(),
        "Finished on": "",
        "Late": "no",
        "Evidence": "2",
        "Last report on": "",
        "Last report": "",
        "Problems and obstacles": "",
        "Memo number": plan.memo.entry.number,
    }
    assert len(rows) == DivisionTask.objects.count()


def test_the_work_that_was_finished_says_when_and_whether_it_was_late(cast: Cast, as_: Browse) -> None:
    task = cast.reported("fin")
    DivisionTask.objects.filter(pk=task.pk).update(due_on=at().date() - days(1))
    english()
    (row,) = [one for one in table(as_(mayor())) if one["State"] == "Reported finished"]
    assert (row["Finished on"], row["Late"], row["Percent"]) == (at().date().isoformat(), "yes", "100")
    assert (row["Last report"], row["Last report on"]) == ("ดำเนินการแล้วเสร็จ", at().date().isoformat())
    assert row["Steps done"] == row["Steps in all"] != "0"


def test_cancelled_work_is_never_late_and_open_work_is_after_its_day(office: Cast, as_: Browse) -> None:
    english()
    fill(office, "fin", 1, state="cancelled", due=TODAY - days(5))
    fill(office, "eng", 1, due=TODAY - days(5))
    fill(office, "edu", 1, due=TODAY)
    said = {one["Measure"].split()[0]: one["Late"] for one in table(as_(mayor()))}
    assert (said["fin"], said["eng"], said["edu"]) == ("no", "yes", "no")


def test_excel_reads_the_csv_as_utf8_and_in_the_readers_language(office: Cast, as_: Browse) -> None:
    answer = as_(office.mayor).get("/measures/board/export.csv")
    data = body(answer)
    assert data.startswith(b"\xef\xbb\xbf") and data.count(b"\xef\xbb\xbf") == 1
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith("attachment; filename")
    assert answer["Cache-Control"] == "private, no-store"
    measure = DivisionTask.objects.select_related("measure")[0].measure.text
    assert measure in data.decode() and "กองคลัง" in data.decode()
    english()
    assert b"Fiscal year" in body(as_(mayor()).get("/measures/board/export.csv"))


def test_the_words_are_the_readers_also_when_the_request_has_ended(office: Cast, as_: Browse) -> None:
    english()
    answer = as_(mayor()).get("/measures/board/export.csv")
    with translation.override("th"):
        assert "Not started" in body(answer).decode()


@pytest.mark.parametrize("evil", EVIL)
def test_no_cell_of_the_csv_begins_a_formula(office: Cast, as_: Browse, evil: str) -> None:
    Measure.objects.update(text=evil)
    text = body(as_(office.mayor).get("/measures/board/export.csv")).decode("utf-8-sig")
    cells = [row[3] for row in csv.reader(io.StringIO(text, newline=""))][1:]
    assert set(cells) == {f"'{evil}"}


@pytest.mark.parametrize("evil", [*EVIL, "#N/A", "#REF!"])
def test_no_cell_of_the_workbook_is_a_formula(office: Cast, as_: Browse, evil: str) -> None:
    Measure.objects.update(text=evil)
    rows = sheet(as_(office.mayor))
    assert not {cell.data_type for line in rows.iter_rows() for cell in line} & {"f", "e"}
    assert {rows.cell(n, 4).value for n in range(2, rows.max_row + 1)} == {evil}


def test_signs_that_no_workbook_can_hold_are_left_out(office: Cast, as_: Browse) -> None:
    Measure.objects.update(text="ก\x08\x0bข" + "ค" * 40_000)
    rows = sheet(as_(office.mayor))
    assert rows["D2"].value.startswith("กขค") and len(rows["D2"].value) == exports.LONGEST


def test_the_workbook_has_dates_numbers_a_frozen_head_and_a_filter(office: Cast, as_: Browse) -> None:
    english()
    fill(office, "fin", 3, percent=40)
    rows = sheet(as_(mayor()))
    head = [cell.value for cell in rows[1]]
    assert head == [str(name) for name in english_header()]
    assert (rows.freeze_panes, rows.auto_filter.ref) == ("A2", f"A1:S{DivisionTask.objects.count() + 1}")
    assert rows.column_dimensions["D"].width == 60 and rows["A1"].font.bold
    line = next(line for line in rows.iter_rows(min_row=2, values_only=True) if str(line[3]).startswith("fin "))
    found = dict(zip(head, line, strict=True))
    assert isinstance(found["Due"], datetime) and found["Due"].date() >= TODAY
    assert (found["Percent"], found["Steps done"], found["Fiscal year"]) == (40, 1, 2565)


def english_header() -> list[str]:
    with translation.override("en"):
        return exports.header()


def test_both_forms_hold_the_same_rows(office: Cast, as_: Browse) -> None:
    fill(office, "eng", 5, percent=33)
    client = as_(office.mayor)
    lines = list(csv.reader(io.StringIO(body(client.get("/measures/board/export.csv")).decode("utf-8-sig"))))
    cells = [[plain(value) for value in line] for line in sheet(client).iter_rows(values_only=True)]
    assert cells == lines


def plain(value: Any) -> str:
    if isinstance(value, (date, datetime)):
        return value.date().isoformat() if isinstance(value, datetime) else value.isoformat()
    return "" if value is None else str(value)


@pytest.mark.parametrize(
    "query", ["?division=fin", "?state=assigned", "?indicator=4", "?q=zzz", "?overdue=1", "?due=7", "?officer=none"]
)
def test_the_export_holds_what_the_page_shows(office: Cast, as_: Browse, query: str) -> None:
    fill(office, "fin", 2, due=TODAY - days(9))
    fill(office, "eng", 2, state="accepted")
    client = as_(office.mayor)
    page = client.get(f"/measures/{query}")
    shown = [task.measure.text for group in page.context["groups"] for task in group["tasks"]]
    english()
    assert [row["Measure"] for row in table(as_(mayor()), query)] == shown
    assert sheet(client, query).max_row == len(shown) + 1


def test_a_division_exports_its_own_tasks_only(office: Cast, as_: Browse) -> None:
    english()
    client = as_(User.objects.get(username="finance"))
    names = {row["Division"] for row in table(client)}
    fin = office.office.divisions.get(code="fin")
    assert names == {fin.name_en or fin.name_th}
    assert table(client, "?division=eng") == [] and sheet(client, "?division=eng").max_row == 1


def test_another_office_gets_an_empty_table_and_a_stranger_none(office: Cast, as_: Browse) -> None:
    english()
    client = as_(User.objects.get(username="outsider"))
    assert table(client) == [] and table(client, "?year=2565&division=fin") == []
    client.logout()
    for form in ("csv", "xlsx"):
        assert client.get(f"/measures/board/export.{form}").status_code == 302
        assert client.post(f"/measures/board/export.{form}").status_code in (302, 403, 405)


def test_the_rows_of_a_chunk_are_asked_for_together(office: Cast, as_: Browse) -> None:
    client = as_(office.mayor)

    def asked(path: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            body(client.get(path))
        return len(captured)

    fill(office, "fin", 2)
    paths = ("/measures/board/export.csv", "/measures/board/export.xlsx")
    few = {path: asked(path) for path in paths}
    fill(office, "fin", 20)
    assert {path: asked(path) for path in paths} == few


def test_more_rows_than_a_chunk_are_all_there_in_order(
    office: Cast,
    as_: Browse,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(exports, "CHUNK", 7)
    fill(office, "fin", 20)
    english()
    rows = table(as_(mayor()))
    assert len(rows) == DivisionTask.objects.count()
    assert len({(row["Measure"], row["Division"]) for row in rows}) == len(rows)
    due = [row["Due"] for row in rows if row["Measure"].startswith("fin ")]
    assert due == sorted(due)


def test_work_of_an_earlier_year_is_exported_by_its_year(office: Cast, as_: Browse) -> None:
    PlanRow.objects.filter(seq=1).update(fiscal_year=2564)
    english()
    assert {row["Fiscal year"] for row in table(as_(mayor()), "?year=2564")} == {"2564"}
