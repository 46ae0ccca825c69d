"""Which characters a paper can print: those of its typeface. Pure; the press and whoever takes in a text ask here."""

import unicodedata
from collections.abc import Iterator
from typing import Any

#: What Laksaman's four styles have (first, last); a test holds it against the fonts themselves. Left out on purpose:
#: marks that turn or join the letters around them (U+200C to U+200F), which show nothing and change what is read.
_RANGES = (
    (0x20, 0x7E), (0xA0, 0xFF), (0x102, 0x103), (0x106, 0x107), (0x10C, 0x10D), (0x110, 0x111), (0x11E, 0x11F),
    (0x128, 0x129), (0x130, 0x131), (0x141, 0x142), (0x152, 0x153), (0x15E, 0x161), (0x168, 0x169), (0x178, 0x178),
    (0x17D, 0x17E), (0x192, 0x192), (0x1A0, 0x1A1), (0x1AF, 0x1B0), (0x2BC, 0x2BC), (0x2C6, 0x2C7), (0x2D7, 0x2DD),
    (0x300, 0x301), (0x303, 0x303), (0x309, 0x309), (0x323, 0x323), (0x331, 0x331), (0xE01, 0xE3A), (0xE3F, 0xE5B),
    (0x1EA0, 0x1EF9), (0x2013, 0x2014), (0x2018, 0x201A), (0x201C, 0x201E), (0x2020, 0x2022), (0x2026, 0x2026),
    (0x2030, 0x2030), (0x2032, 0x2033), (0x2039, 0x203A), (0x2044, 0x2044), (0x20A3, 0x20A3), (0x20AB, 0x20AC),
    (0x2113, 0x2113), (0x2122, 0x2122), (0x2126, 0x2126), (0x212E, 0x212E), (0x2153, 0x215E), (0x2202, 0x2202),
    (0x2206, 0x2206), (0x220F, 0x220F), (0x2211, 0x2212), (0x221A, 0x221A), (0x221E, 0x221E), (0x222B, 0x222B),
    (0x2248, 0x2248), (0x2260, 0x2260), (0x2264, 0x2265), (0x25CA, 0x25CA), (0x25CC, 0x25CC), (0xFB00, 0xFB04),
)  # fmt: skip
PRINTABLE = frozenset(chr(code) for first, last in _RANGES for code in range(first, last + 1)) | {"\n"}
#: Shown as what they are: nothing (break opportunities, joiners and tints of emoji, a byte order mark) or a space.
_NOTHING = "\u200b\u200c\u200d\ufe0e\ufe0f\ufeff\u00ad\r" + "".join(map(chr, range(0x1F3FB, 0x1F400)))
_BLANK = dict.fromkeys(_NOTHING, "") | dict.fromkeys("\t" + "".join(map(chr, range(0x2000, 0x200B))), " ")


def unprintable(text: str) -> list[str]:
    """The characters of a text that no paper can print, each once, in their order."""
    return list(dict.fromkeys(one for one in text if one not in PRINTABLE and one not in _BLANK))


def name_of(character: str) -> str:
    """A character as a message or a paper names it: its Unicode name, else its number."""
    return unicodedata.name(character, f"U+{ord(character):04X}")


def printable(value: Any) -> Any:
    """The same JSON value with every text printable: a character the typeface lacks stands there by its name."""
    if isinstance(value, str):
        return value if PRINTABLE.issuperset(value) else "".join(_shown(value))
    if isinstance(value, list):
        return [printable(one) for one in value]
    if isinstance(value, dict):
        return {key: printable(one) for key, one in value.items()}
    return value


def _shown(text: str) -> Iterator[str]:
    for one in text:
        yield one if one in PRINTABLE else _BLANK.get(one, f"[{name_of(one)}]")
