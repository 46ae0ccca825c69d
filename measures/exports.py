"""Tasks as a table that leaves the house: CSV and a workbook, row by row, in the memory of one chunk."""

import csv
import io
import tempfile
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import islice
from typing import IO, Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import translation
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from files import shelf
from measures.follow_up import SAID, finished_on, is_late
from measures.models import DivisionTask, Report, ReportKind
from measures.queries import about, board_order, with_progress
from organization.calendar import day_of

CHUNK = 500
LONGEST = 32_000  # characters; a cell of a workbook takes 32,767
WIDTHS = (9, 11, 10, 60, 26, 26, 16, 9, 9, 9, 13, 13, 13, 8, 9, 13, 50, 40, 20)
#: What a spreadsheet takes for the beginning of a formula, also as the full-width letters that it reads alike.
FORMULA = tuple("=+-@\t\r\n＝＋－＠")

Row = list[str | int | date | None]


def header() -> list[str]:
    """The names of the columns, in the reader's language."""
    return [
        _("Fiscal year"),
        _("Instrument"),
        _("Indicator"),
        _("Measure"),
        _("Division"),
        _("Officer"),
        _("State"),
        _("Percent"),
        _("Steps done"),
        _("Steps in all"),
        _("Due"),
        _("Due as first ordered"),
        _("Finished on"),
        _("Late"),
        _("Evidence"),
        _("Last report on"),
        _("Last report"),
        _("Problems and obstacles"),
        _("Memo number"),
    ]


def as_csv(tasks: QuerySet[DivisionTask], *, today: date, language: str) -> Iterator[bytes]:
    """UTF-8 with the mark that tells Excel so; dates in ISO, numbers in Arabic digits; no cell begins a formula.

    The words are of `language`: what is streamed is written after the request's own language has ended.
    """
    with translation.override(language):
        first = _lines([header()], mark=True)
    yield first
    for chunk in _chunks(tasks):
        with translation.override(language):
            lines = _lines([_tame(row) for row in _rows(chunk, today)])
        yield lines


def as_workbook(tasks: QuerySet[DivisionTask], *, today: date) -> IO[bytes]:
    """A workbook in a temporary file, read from its start; it is gone when it is closed. Texts are never formulas."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Measures"))
    sheet.freeze_panes = "A2"
    for number, width in enumerate(WIDTHS, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.append([_headed(sheet, name) for name in header()])
    last = 1
    for chunk in _chunks(tasks):
        for row in _rows(chunk, today):
            sheet.append([_typed(sheet, value) for value in row])
            last += 1
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(WIDTHS))}{last}"
    file = tempfile.TemporaryFile()  # noqa: SIM115 - whoever sends it closes it
    book.save(file)
    file.seek(0)
    return file


def _chunks(tasks: QuerySet[DivisionTask]) -> Iterator[list[Any]]:
    """The tasks in the board's order, so many at a time, through one cursor."""
    newest = Report.objects.filter(task=OuterRef("pk")).order_by("-seq")
    rows = (
        with_progress(board_order(tasks))
        .select_related("measure__row__memo__entry", "officer")
        .defer("measure__row__issue", "measure__row__follow_up", "measure__row__order")
        .annotate(
            newest=Subquery(newest.filter(kind__in=SAID).values("pk")[:1]),
            hindered=Subquery(newest.exclude(obstacles="").values("obstacles")[:1]),
            finished_at=Subquery(newest.filter(kind=ReportKind.FINISHED).values("at")[:1]),
        )
        .iterator(chunk_size=CHUNK)
    )
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def _rows(tasks: list[Any], today: date) -> Iterator[Row]:
    """Two statements more, for the reports and the evidence of all of them."""
    reports = Report.objects.in_bulk([task.newest for task in tasks if task.newest])
    evidence = shelf.counts(about(task) for task in tasks)
    for task in tasks:
        yield _row(task, reports.get(task.newest), evidence.get(about(task), 0), today)


def _row(task: Any, report: Report | None, evidence: int, today: date) -> Row:
    plan, finished = task.measure.row, finished_on(task, task.finished_at)
    entry = getattr(plan.memo, "entry", None)
    return [
        plan.fiscal_year,
        plan.instrument,
        plan.indicator,
        _text(task.measure.text),
        _text(task.division),
        _text(task.officer or ""),
        _text(task.get_state_display()),
        task.percent,
        task.steps_done,
        task.steps_all,
        task.due_on,
        plan.follow_up_due,
        finished,
        _("yes") if is_late(task, finished, today) else _("no"),
        evidence,
        day_of(report.at) if report else None,
        _text(report.text) if report else "",
        _text(task.hindered or ""),
        _text(entry.number) if entry else "",
    ]


def _text(text: object) -> str:
    """Without what no XML can hold, and no longer than a cell takes."""
    return ILLEGAL_CHARACTERS_RE.sub("", str(text))[:LONGEST]


def _lines(rows: Sequence[Sequence[object]], mark: bool = False) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode("utf-8-sig" if mark else "utf-8")


def _tame(row: Row) -> list[object]:
    """Cells that no spreadsheet takes for a formula."""
    return [f"'{one}" if isinstance(one, str) and _begins_a_formula(one) else one for one in row]


def _begins_a_formula(text: str) -> bool:
    return text.startswith(FORMULA) or text.lstrip().startswith(FORMULA)


def _typed(sheet: Any, value: object) -> Any:
    """A text that looks like a formula or an error is said to be a text; numbers and dates are what they are."""
    if not isinstance(value, str) or not value.startswith(("=", "#")):
        return value
    cell = WriteOnlyCell(sheet, value)
    cell.data_type = "s"
    return cell


def _headed(sheet: Any, name: str) -> Any:
    cell = WriteOnlyCell(sheet, name)
    cell.font = Font(bold=True)
    cell.fill = PatternFill("solid", fgColor="E2F0EF")
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell
