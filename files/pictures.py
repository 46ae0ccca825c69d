"""Pictures: whole, nothing behind them, and what is stored without where and by which device they were taken.

The pixels are not touched: a picture is written anew part by part, with those parts that show it and none that tell
about it. Its orientation stays.
"""

import re
import struct
import threading
import warnings
import zlib
from collections.abc import Iterator
from io import BytesIO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

PIXELS = 50_000_000
SIDE = 320  # pixels of a small picture's longer side, at most
FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP"}
_DECODING = threading.BoundedSemaphore(2)  # pictures in memory at once, of one process

_ORIENTATION = 0x0112
_PNG = b"\x89PNG\r\n\x1a\n"
_SHOWN_PNG = {
    *(b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"cICP", b"pHYs"),
    *(b"bKGD", b"hIST", b"sPLT", b"acTL", b"fcTL", b"fdAT"),
}
_SHOWN_WEBP = {b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"}
_SCAN_ENDS = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]", re.DOTALL)
_ZIP_ENDS = b"PK\x05\x06"


def stripped(data: bytes, media_type: str) -> tuple[bytes, bytes]:
    """(The picture to be stored, a small one as WebP). Raises ValidationError: damaged, too many pixels, two in one."""
    small, orientation = _opened(data, media_type)
    parts = {"image/png": _png, "image/jpeg": _jpeg, "image/webp": _webp}[media_type]
    try:
        return parts(data, orientation), small
    except (struct.error, IndexError, ValueError) as error:
        raise _damaged() from error


def _opened(data: bytes, media_type: str) -> tuple[bytes, int]:
    """(The small picture, the orientation). Pixels are unpacked once; a JPEG at an eighth of its size."""
    try:
        with _DECODING, warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(data), formats=[FORMATS[media_type]]) as picture:
                if picture.width * picture.height > PIXELS:
                    raise Image.DecompressionBombError
                orientation = picture.getexif().get(_ORIENTATION, 1)
                picture.draft("RGB", (SIDE, SIDE))
                picture.load()
                small = picture.convert("RGBA") if picture.mode in ("P", "PA", "1") else picture
                small.thumbnail((SIDE, SIDE))
                small = ImageOps.exif_transpose(small)
                out = BytesIO()
                small.convert("RGBA" if small.has_transparency_data else "RGB").save(out, "WEBP", quality=80)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValidationError(
            _("The picture is larger than %(most)d megapixels. Make it smaller.") % {"most": PIXELS // 1_000_000},
            code="bomb",
        ) from error
    except Exception as error:  # whatever Pillow's decoders raise on a file that is none
        raise _damaged() from error
    return out.getvalue(), orientation if orientation in range(2, 9) else 1


def _damaged() -> ValidationError:
    return ValidationError(_("The picture is damaged or not complete. Attach it again."), code="damaged")


def _two_in_one() -> ValidationError:
    return ValidationError(_("Something else stands behind the end of the picture."), code="polyglot")


def _exif(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[_ORIENTATION] = orientation
    return exif.tobytes()


def _jpeg(data: bytes, orientation: int) -> bytes:
    out = [b"\xff\xd8"]
    if orientation != 1:
        told = _exif(orientation)
        out.append(b"\xff\xe1" + struct.pack(">H", len(told) + 2) + told)
    place = 2
    while True:
        if data[place] != 0xFF:
            raise ValueError("no marker")
        while data[place + 1] == 0xFF:
            place += 1
        marker = data[place + 1]
        if marker == 0xD9:
            _behind_a_photograph(data[place + 2 :])
            return b"".join([*out, b"\xff\xd9"])
        (length,) = struct.unpack_from(">H", data, place + 2)
        end = place + 2 + length
        if marker == 0xDA:  # pixels follow until a marker that is no restart
            found = _SCAN_ENDS.search(data, end)
            if not found:
                raise ValueError("no end")
            end = found.start()
        if _shown(marker, data[place + 4 : place + 18]):
            out.append(data[place:end])
        place = end


def _shown(marker: int, head: bytes) -> bool:
    """Tables, frames and scans; of what programs add only the density, the colours' profile and Adobe's colours."""
    if marker == 0xFE:
        return False
    if marker == 0xE2:
        return head.startswith(b"ICC_PROFILE\0")
    return marker in (0xE0, 0xEE) or not 0xE0 <= marker <= 0xEF


def _behind_a_photograph(tail: bytes) -> None:
    """Telephones put further pictures or a short film behind a photograph: cut off. Anything else is refused."""
    telephones = tail.startswith(b"\xff\xd8\xff") or tail[4:8] == b"ftyp" or tail.endswith(b"SEFT")
    if tail.strip(b"\0\r\n ") and (not telephones or _ZIP_ENDS in tail):
        raise _two_in_one()


def _png(data: bytes, orientation: int) -> bytes:
    out, place, kind = [_PNG], len(_PNG), b""
    while kind != b"IEND":
        length, kind = struct.unpack_from(">I4s", data, place)
        end = place + 12 + length
        if end > len(data):
            raise ValueError("a part of a PNG is cut off")
        if kind == b"IEND" and orientation != 1:
            out.append(_png_part(b"eXIf", _exif(orientation).removeprefix(b"Exif\0\0")))
        if kind in _SHOWN_PNG:
            out.append(data[place:end])
        place = end
    if data[place:].strip(b"\0\r\n "):
        raise _two_in_one()
    return b"".join(out)


def _png_part(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _webp(data: bytes, orientation: int) -> bytes:
    magic, length, form = struct.unpack_from("<4sI4s", data)
    if magic != b"RIFF" or form != b"WEBP" or len(data) < 8 + length:
        raise ValueError("no WebP")
    if data[8 + length :].strip(b"\0\r\n "):
        raise _two_in_one()
    parts = [(kind, body) for kind, body in _riff(data[12 : 8 + length]) if kind in _SHOWN_WEBP]
    if parts[0][0] == b"VP8X":
        flags = parts[0][1][0] & ~0x0C | (0x08 if orientation != 1 else 0)  # 0x08 Exif, 0x04 XMP
        parts[0] = (b"VP8X", bytes([flags]) + parts[0][1][1:])
        if orientation != 1:
            parts.append((b"EXIF", _exif(orientation).removeprefix(b"Exif\0\0")))
    body = b"".join(kind + struct.pack("<I", len(held)) + held + b"\0" * (len(held) % 2) for kind, held in parts)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def _riff(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = 0
    while place < len(data):
        kind, length = struct.unpack_from("<4sI", data, place)
        if place + 8 + length > len(data):
            raise ValueError("a part of a WebP is cut off")
        yield kind, data[place + 8 : place + 8 + length]
        place += 8 + length + length % 2
