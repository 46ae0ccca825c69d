"""People from a file: CSV as Excel in Thailand saves it, or .xlsx. Pure: bytes in, lines out; nothing is written."""

import csv
import io
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from assessments import sheets
from organization.day_files import ENCODINGS
from organization.people import Person

BYTES = 1_000_000
LINES = 500
_HEADS = {
    "name": "name_th",
    "name_th": "name_th",
    "ชื่อ": "name_th",
    "ชื่อ-สกุล": "name_th",
    "ชื่อ-นามสกุล": "name_th",
    "ชื่อภาษาไทย": "name_th",
    "name_en": "name_en",
    "ชื่อภาษาอังกฤษ": "name_en",
    "username": "username",
    "ชื่อผู้ใช้": "username",
    "email": "email",
    "e-mail": "email",
    "อีเมล": "email",
    "language": "language",
    "ภาษา": "language",
    "position": "position",
    "ตำแหน่ง": "position",
}
_LANGUAGES = {"": "th", "th": "th", "ไทย": "th", "en": "en", "อังกฤษ": "en", "english": "en"}


class Unreadable(ValueError):
    """The file as a whole cannot be read; the message is a sentence for the screen."""


@dataclass(frozen=True)
class Line:
    """One line of a file, counted from 1, its first line being that of the columns' names."""

    number: int
    person: Person
    position: str = ""


def read(content: bytes) -> list[Line]:
    """The people of a file, in its order. Raises Unreadable."""
    if len(content) > BYTES:
        raise Unreadable(_("The file is larger than 1 MB."))
    if not content.strip():
        raise Unreadable(_("The file is empty."))
    rows = _of_workbook(content) if content.startswith(b"PK\x03\x04") else _of_csv(content)
    heads = [_HEADS.get(cell.lower().replace(" ", ""), "") for cell in rows[0]] if rows else []
    if not {"name_th", "username"} <= {*heads}:
        raise Unreadable(
            _("The first line names the columns: name and username, then email, name_en, language, position if any.")
        )
    lines = [_line(number, heads, row) for number, row in enumerate(rows[1:], 2) if any(row)]
    if not lines:
        raise Unreadable(_("The file names nobody."))
    if len(lines) > LINES:
        raise Unreadable(_("The file names more than %(count)s people.") % {"count": LINES})
    return lines


def _line(number: int, heads: list[str], row: list[str]) -> Line:
    said = {head: cell for head, cell in zip(heads, row, strict=False) if head}
    said["language"] = _LANGUAGES.get(said.get("language", "").lower(), said.get("language", ""))
    position = said.pop("position", "")
    return Line(number, Person(**{"name_th": "", "username": "", **said}), position)


def _of_workbook(content: bytes) -> list[list[str]]:
    try:
        rows = islice(sheets.rows_of(content), LINES + 2)
        return [["" if cell is None else _text(cell) for cell in row] for row in rows]
    except ValidationError as error:
        raise Unreadable(error.messages[0]) from error


def _text(cell: Any) -> str:
    return "" if cell.formula else str(cell.value).strip()


def _of_csv(content: bytes) -> list[list[str]]:
    for encoding in ENCODINGS:
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise Unreadable(_("The file is neither UTF-8 nor Windows-874 (TIS-620)."))
    if "\0" in text:
        raise Unreadable(_("This is neither a CSV file nor a workbook (.xlsx)."))
    head = text.partition("\n")[0]
    separator = max(",;\t", key=head.count)
    try:
        rows = csv.reader(io.StringIO(text), delimiter=separator)
        return [[cell.strip() for cell in row] for row in islice(rows, LINES + 2)]
    except csv.Error as error:
        raise Unreadable(_("This is neither a CSV file nor a workbook (.xlsx).")) from error
