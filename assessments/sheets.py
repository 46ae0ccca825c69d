"""Workbooks from outside (.xlsx), opened only when they cannot do harm; and the empty one to fill in."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from xml.parsers import expat
from zipfile import ZipFile

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import column_index_from_string, coordinate_from_string
from openpyxl.worksheet.datavalidation import DataValidation

MOST_BYTES = 2_000_000
MOST_UNPACKED = 5_000_000
MOST_PARTS = 200
MOST_ROWS = 2000
MOST_COLUMNS = 30
#: A float that was computed carries noise behind these decimals (82.21000000000001); nobody typed it.
DECIMALS_KEPT = 9


@dataclass(frozen=True)
class Cell:
    """A cell that holds something; `place` is its name on the sheet, e.g. D5."""

    place: str
    value: Any
    formula: bool
    percent: bool


def rows_of(data: bytes) -> Iterator[list[Cell | None]]:
    """The rows of a workbook's first sheet, at most MOST_COLUMNS wide; None where a cell is empty.

    Raises ValidationError with a sentence for the screen: too large, not a workbook, merged cells, macros, cells too
    far out. Nothing is computed: a formula stays one.
    """
    try:
        parts = _parts(data)
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        sheet = book.worksheets[0]
        # Merged cells are what openpyxl does not tell of a sheet it reads row by row.
        _check_sheet(parts[sheet._worksheet_path.lstrip("/")])  # type: ignore[attr-defined]
        for row in sheet.iter_rows(max_row=MOST_ROWS, max_col=MOST_COLUMNS):
            yield [_cell(one) for one in row]
    except ValidationError:
        raise
    except Exception as error:  # a broken workbook raises whatever its broken part leads to
        raise ValidationError(_("The workbook cannot be read. Save it again as .xlsx.")) from error


def _parts(data: bytes) -> dict[str, bytes]:
    """The XML parts of the package. Raises ValidationError when opening it would be unwise.

    A damaged package raises whatever its damage leads to: zlib.error, struct.error, BadZipFile, and more.
    """
    if len(data) > MOST_BYTES:
        raise ValidationError(
            _("The file is too large: %(have)s kB; at most %(most)s kB.")
            % {"have": len(data) // 1000, "most": MOST_BYTES // 1000}
        )
    with ZipFile(io.BytesIO(data)) as package:
        inside = package.infolist()
        if len(inside) > MOST_PARTS or sum(one.file_size for one in inside) > MOST_UNPACKED:
            raise ValidationError(_("The workbook unpacks to more than %(most)s MB.") % _megabytes())
        if any("vbaproject" in one.filename.lower() for one in inside):
            raise ValidationError(_("Workbooks with macros are not taken. Save it as .xlsx."))
        if any(one.flag_bits & 1 for one in inside):
            raise ValidationError(_("The workbook is locked with a password."))
        parts = {one.filename: package.read(one) for one in inside if one.filename.lower().endswith((".xml", ".rels"))}
    if any(b"<!DOCTYPE" in part or b"\x00" in part for part in parts.values()):
        raise ValidationError(_("The workbook cannot be read. Save it again as .xlsx."))
    return parts


def _megabytes() -> dict[str, int]:
    return {"most": MOST_UNPACKED // 1_000_000}


def _check_sheet(part: bytes) -> None:
    """Read a sheet's XML once, no further than the first thing that is wrong with it.

    Raises ValidationError for merged cells and for a filled cell too far out; expat.ExpatError when it is no XML.
    """
    place = ""

    def begins(name: str, attributes: dict[str, str]) -> None:
        nonlocal place
        kind = name.rpartition(":")[2]
        if kind == "mergeCell":
            raise ValidationError(
                _("Cells %(place)s are merged. Split them, one figure in one cell.")
                % {"place": attributes.get("ref", "")[:40]}
            )
        if kind == "c":
            place = attributes.get("r", "")
        elif kind in ("v", "f", "is") and place:
            _check_place(place)

    reader = expat.ParserCreate()
    reader.StartElementHandler = begins
    reader.Parse(part, True)


def _check_place(place: str) -> None:
    column, row = coordinate_from_string(place)
    if row > MOST_ROWS or column_index_from_string(column) > MOST_COLUMNS:
        raise ValidationError(
            _("Cell %(place)s lies too far out: at most %(rows)s rows and %(columns)s columns are read.")
            % {"place": place, "rows": MOST_ROWS, "columns": MOST_COLUMNS}
        )


def _cell(cell: Any) -> Cell | None:
    if cell.value is None or (isinstance(cell.value, str) and not cell.value.strip()):
        return None
    formula = cell.data_type == "f"
    percent = cell.data_type == "n" and "%" in (cell.number_format or "")
    value = round(cell.value, DECIMALS_KEPT) if isinstance(cell.value, float) else cell.value
    return Cell(f"{get_column_letter(cell.column)}{cell.row}", value, formula, percent)


def workbook(title: str, headings: Sequence[str], rows: Sequence[Sequence[Any]], *, scores: int) -> bytes:
    """A workbook to fill in: one sheet, its headings fixed, the last column empty; `scores`: how many rows take one."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    sheet.append(list(headings))
    for row in rows:
        sheet.append(list(row))
    for cell in sheet[1]:
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor="0B5A60")
        cell.alignment = Alignment(vertical="center", wrap_text=True)
    for letter, width in zip("ABCD", (16, 18, 46, 16), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2"
    rule = DataValidation(type="decimal", operator="between", formula1="0", formula2="100", allow_blank=True)
    sheet.add_data_validation(rule)
    rule.add(f"D2:D{scores + 1}")
    for place in range(2, scores + 2):
        sheet.cell(place, 4).number_format = "0.00"
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()
