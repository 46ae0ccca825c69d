"""What the papers' typeface can print, as the code says it and as the fonts themselves have it."""

import pytest
from fontTools.ttLib import TTFont

from documents.letters import PRINTABLE
from documents.typesetting import HERE

#: Left out on purpose: marks that turn or join letters, and glyphs of the font's own that are no characters.
LEFT_OUT = {*range(0x200C, 0x2010), *range(0xE000, 0xF900), 0xE00}


@pytest.mark.parametrize("style", ["", "-Bold", "-Italic", "-BoldItalic"])
def test_what_is_printable_is_what_the_typeface_has(style: str) -> None:
    with TTFont(HERE / "fonts" / f"Laksaman{style}.ttf") as font:
        had = set(font.getBestCmap())
    assert {chr(code) for code in had - LEFT_OUT} == {one for one in PRINTABLE if one != "\n"}
