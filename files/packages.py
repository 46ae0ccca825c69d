"""Is a Word or Excel file a whole package of that kind, without programs, and not made to burst?"""

import re
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import IO
from xml.parsers import expat

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

ENTRIES = 5_000
UNPACKED = 300_000_000  # bytes of all entries
RATIO = 300  # unpacked to packed, of what is larger than a small file
SMALL = 20_000_000  # bytes that may unpack at any ratio: an empty sheet of many rows packs well
XML = 2_000_000  # bytes of one list of types or relations
DEPTH = 2  # a chart in a document carries its workbook

#: Ending -> content type of the part a package is about.
MAIN = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
}
#: Relations whose target may lie elsewhere: it is only shown, or opened on a click.
_ELSEWHERE = ("/hyperlink", "/externalLinkPath", "/externalLinkLongPath", "/xlPathMissing")
_PROGRAMS = re.compile(r"(?i)(vbaProject|vbaData|macro|activeX|oleObject)")
_INSIDE = re.compile(
    r"(?i)(vba\w*\.(bin|xml)|activex\d*/|/activex|oleobject\d*\.bin|\.(exe|com|scr|pif|bat|cmd|ps1|vb[se]?|jse?|hta|lnk|msi|jar|"
    r"dll|docm|xlsm|xlam|dotm|swf|html?|mht(ml)?)$)"
)
#: Each tag is looked at once, from its "<": none of this goes back and forth over a text that never ends a tag.
_DDE = re.compile(
    rb"<(?:[^\s<>:]+:)?(?:instrText\b[^<]*>\s*DDE|ddeLink\b)|\binstr\s{0,20}=\s{0,20}[\"']\s*DDE",
)
_TAG = 1_000  # bytes of a tag that two pieces may share
_EOCD = b"PK\x05\x06"


def check(file: IO[bytes], ending: str, depth: int = 1, left: int = UNPACKED) -> int:
    """How many bytes it unpacks to, with the packages inside it; at most `left`.

    Raises ValidationError: damaged, another kind, encrypted, with programs in it, or a bomb.
    """
    _alone(file)
    try:
        with zipfile.ZipFile(file) as package:
            entries = package.infolist()
            unpacked = _bounded(entries, _size(file), left)
            _named_well(entries)
            _about(package, ending)
            _related(package)
            return unpacked + _read_through(package, depth, left - unpacked)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, KeyError, ValueError, RuntimeError) as error:
        raise _damaged() from error


def _damaged() -> ValidationError:
    return ValidationError(_("The file is damaged, or is no Word or Excel file. Attach it again."), code="damaged")


def _size(file: IO[bytes]) -> int:
    return file.seek(0, 2)


def _alone(file: IO[bytes]) -> None:
    """It begins with its first entry and ends with its directory: nothing else is wrapped around it."""
    size = _size(file)
    file.seek(0)
    head = file.read(8)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise ValidationError(
            _("The file is an old Word or Excel file, or protected by a password. Save it anew as .docx or .xlsx."),
            code="encrypted",
        )
    if not head.startswith(b"PK\x03\x04"):
        raise _damaged()
    file.seek(max(0, size - 65_557))
    tail = file.read()
    place = tail.rfind(_EOCD)
    if place < 0 or len(tail) - place < 22:
        raise _damaged()
    if tail[place + 20 : place + 22] != b"\0\0" or place + 22 != len(tail):
        raise ValidationError(_("Something else stands behind the end of the file."), code="polyglot")


def _bounded(entries: list[zipfile.ZipInfo], size: int, left: int) -> int:
    unpacked, packed = sum(one.file_size for one in entries), sum(one.compress_size for one in entries)
    if len(entries) > ENTRIES or unpacked > left or packed > size or unpacked > max(SMALL, RATIO * size):
        raise ValidationError(_("The file unpacks to more than is taken."), code="bomb")
    if not entries or min(one.header_offset for one in entries) != 0:
        raise ValidationError(_("Something else stands before the beginning of the file."), code="polyglot")
    return unpacked


def _named_well(entries: list[zipfile.ZipInfo]) -> None:
    seen = set()
    for one in entries:
        name = one.orig_filename
        odd = "\\" in name or ":" in name or name.startswith("/") or ".." in name.split("/") or not name.isprintable()
        if odd or name.lower() in seen:
            raise _damaged()
        if one.flag_bits & 1:
            raise ValidationError(_("The file is protected by a password. Save it without one."), code="encrypted")
        if _INSIDE.search(name):
            raise _programs(name)
        seen.add(name.lower())


def _programs(what: str) -> ValidationError:
    return ValidationError(
        _("The file holds a macro, a control or an embedded program (%(what)s). Save it as a PDF, or without it.")
        % {"what": what[:100]},
        code="programs",
    )


def _about(package: zipfile.ZipFile, ending: str) -> None:
    """The list of types names the main part as this kind, and no programs."""
    types = {}
    for _element, attributes in _elements(_xml(package, "[Content_Types].xml"), "Override", "Default"):
        types[attributes.get("PartName", "")] = kind = attributes.get("ContentType", "")
        if _PROGRAMS.search(kind):
            raise _programs(kind.rpartition("/")[2])
    main = [
        "/" + attributes.get("Target", "").lstrip("/")
        for _name, attributes in _elements(_xml(package, "_rels/.rels"), "Relationship")
        if attributes.get("Type", "").endswith("/officeDocument")
    ]
    if len(main) != 1 or types.get(main[0]) != MAIN[ending] or main[0].lstrip("/") not in package.namelist():
        raise ValidationError(
            _("The file is called .%(ending)s and is something else.") % {"ending": ending}, code="type"
        )


def _related(package: zipfile.ZipFile) -> None:
    """Nothing is fetched from elsewhere by opening the file."""
    for name in package.namelist():
        if not name.lower().endswith(".rels"):
            continue
        for _element, attributes in _elements(_xml(package, name), "Relationship"):
            kind, target = attributes.get("Type", ""), attributes.get("Target", "")
            if kind.endswith(("/aFChunk", "/control", "/vbaProject")):
                raise _programs(kind.rpartition("/")[2])
            if attributes.get("TargetMode", "").lower() == "external" and not _harmless(kind, target):
                raise ValidationError(
                    _("The file fetches a part of itself from elsewhere (%(where)s). Put that part into it.")
                    % {"where": target[:100]},
                    code="external",
                )


def _harmless(kind: str, target: str) -> bool:
    """A link to click on, another workbook's place, a template on the writer's own disk."""
    own = re.match(r"(?i)(file:///)?[a-z]:[\\/]|[^:/\\]+$", target) is not None
    return kind.endswith(_ELSEWHERE) or (kind.endswith("/attachedTemplate") and own)


def _read_through(package: zipfile.ZipFile, depth: int, left: int) -> int:
    """Every entry unpacks to what it says it is: a lie about its size or sum is an error of zipfile's.

    Returns what the packages inside it unpack to.
    """
    inside = 0
    for one in package.infolist():
        ending = one.filename.rpartition(".")[2].lower()
        if "/embeddings/" in one.filename.lower() and not one.is_dir():
            if ending not in MAIN or depth >= DEPTH:
                raise _programs(one.filename)
            with package.open(one) as inner, TemporaryFile() as copy:  # going back in an entry unpacks it anew
                shutil.copyfileobj(inner, copy)
                inside += check(copy, ending, depth + 1, left - inside)
        with package.open(one) as entry:
            before = b""
            while chunk := entry.read(1 << 20):
                if ending == "xml" and _DDE.search(before[-_TAG:] + chunk):
                    raise _programs("DDE")
                before = chunk
    return inside


def _xml(package: zipfile.ZipFile, name: str) -> bytes:
    with package.open(name) as entry:
        text = entry.read(XML + 1)
    if len(text) > XML:
        raise ValidationError(_("The file unpacks to more than is taken."), code="bomb")
    return text


def _elements(xml: bytes, *names: str) -> Iterator[tuple[str, dict[str, str]]]:
    """(Name, attributes) of these elements. A document type, and so any entity, is refused."""
    found: list[tuple[str, dict[str, str]]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        if local in names:
            found.append((local, attributes))

    def refuse(*_anything: object) -> None:
        raise ValueError("a document type in a package")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as error:
        raise ValueError(str(error)) from error
    return iter(found)
