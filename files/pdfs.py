"""Is a PDF whole, only a PDF, and without programs in it? Looked at as bytes: nothing is set or run.

Active content is looked for where it can be found cheaply: in what stands outside streams and in object streams,
with names unescaped. What a reader's own security settings are for (forms that send, links) is not searched.
"""

import re
import zlib
from collections.abc import Iterator

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

UNPACKED = 40_000_000  # bytes of object streams that are looked into, of one file
END = 1024  # bytes before the last %%EOF in which the place of its table stands

_STREAM = re.compile(rb"stream\r?\n")
_OBJECTS = re.compile(rb"/ObjStm\b")
_PROGRAMS = re.compile(rb"/(JavaScript|Launch|RichMedia|XFA)(?![A-Za-z0-9_])")
_ANYWHERE = re.compile(rb"/(JavaScript|Launch|RichMedia)(?![A-Za-z0-9_])")  # too long to stand there by chance
_PAGES_OF_THE_WEB = re.compile(rb"(?i)<(!doctype|html|script|svg|\?php|iframe)\b|<\?php")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_NAMED = re.compile(rb"/U?F\s*(?:\(((?:[^()\\]|\\.){0,500})\)|<([0-9A-Fa-f\s]{0,2000})>)", re.DOTALL)
_RUNS = re.compile(
    r"(?i)\.(exe|com|scr|pif|bat|cmd|ps1|vbs?|vbe|jse?|wsf|wsh|hta|lnk|msi|jar|dll|reg|cpl|apk|docm|xlsm|pptm|dotm|html?|svg)"
    r"\W*$"
)


def check(data: bytes) -> None:
    """Raises ValidationError: damaged, something else besides, encrypted, or with programs in it."""
    _whole(data)
    _alone(data)
    plain, packed = _parted(data)
    if re.search(rb"/Encrypt\b", plain):
        raise ValidationError(
            _("The PDF is protected by a password or restrictions, so nobody can check it. Save it without them."),
            code="encrypted",
        )
    text = _unescaped(b"\n".join([plain, *_unpacked(packed)]))
    if _PROGRAMS.search(text) or _ANYWHERE.search(data):
        raise ValidationError(
            _("The PDF holds programs (JavaScript, or orders to start others). Print it to a new PDF and attach that."),
            code="programs",
        )
    if _PAGES_OF_THE_WEB.search(plain) or _PAGES_OF_THE_WEB.search(data[:1024]):
        raise _two_in_one()
    for name in _names_inside(text):
        if _RUNS.search(name):
            raise ValidationError(_("A file inside the PDF can run as a program: %(name)s.") % {"name": name[:100]})


def _whole(data: bytes) -> None:
    if not data.startswith(b"%PDF-"):
        raise ValidationError(_("The file is called a PDF and is none."), code="type")
    end = data.rfind(b"%%EOF")
    if end < 0 or b"startxref" not in data[max(0, end - END) : end]:
        raise ValidationError(_("The PDF is not complete: its end is missing. Attach it again."), code="damaged")


def _alone(data: bytes) -> None:
    """Nothing after the end but blanks, and no ZIP that ends where the file ends."""
    if data[data.rfind(b"%%EOF") + 5 :].strip(b"\r\n\t\f \0"):
        raise _two_in_one()
    directory = data.rfind(b"PK\x05\x06", max(0, len(data) - 65_557))
    if directory >= 0 and directory + 22 + int.from_bytes(data[directory + 20 : directory + 22], "little") == len(data):
        raise _two_in_one()


def _two_in_one() -> ValidationError:
    return ValidationError(_("The file is a PDF and something else as well. Print it to a new PDF."), code="polyglot")


def _parted(data: bytes) -> tuple[bytes, list[bytes]]:
    """(What stands outside streams, the object streams as they are packed)."""
    outside, packed, place = [], [], 0
    while found := _STREAM.search(data, place):
        before = data[place : found.start()]
        outside.append(before)
        end = data.find(b"endstream", found.end())
        end = len(data) if end < 0 else end
        if _OBJECTS.search(_unescaped(before[before.rfind(b"obj") :])):
            packed.append(data[found.end() : end])
        place = end + len(b"endstream")
    return b"\n".join([*outside, data[place:]]), packed


def _unpacked(streams: list[bytes]) -> Iterator[bytes]:
    """What object streams hold, up to a limit. Other filters than Flate are rare, and a reader's to judge."""
    left = UNPACKED
    for stream in streams:
        try:
            held = zlib.decompressobj().decompress(stream, left)
        except zlib.error:
            held = stream
        left -= len(held)
        if left <= 0:
            raise ValidationError(_("The file unpacks to more than is taken."), code="bomb")
        yield held


def _unescaped(text: bytes) -> bytes:
    return _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), text) if b"#" in text else text


def _names_inside(text: bytes) -> Iterator[str]:
    """The names that files inside a PDF bear."""
    for found in _NAMED.finditer(text):
        raw = found[1]
        if raw is None:
            digits = b"".join(found[2].split()).decode()
            raw = bytes.fromhex(digits[: len(digits) // 2 * 2])
        yield raw.decode("utf-16", "replace") if raw[:2] in (b"\xfe\xff", b"\xff\xfe") else raw.decode("latin-1")
