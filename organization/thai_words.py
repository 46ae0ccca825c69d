"""The words of a text. Thai writes them without a space between, so a dictionary has to find them.

The dictionary is PyThaiNLP's word list (organization/data/words_th.txt), in the public domain by CC0 1.0.
"""

import re
from functools import cache
from pathlib import Path

import nlpo3

_LIST = Path(__file__).parent / "data" / "words_th.txt"
#: What is not taken for several: a run of spaces; 97.36, ๙๗.๓๖, 1,000; พ.ศ.; e-Service.
_ONE = re.compile(r"\s+|\d+(?:[.,/:-]\d+)*|(?:[ก-ฮ]{1,2}\.){2,}|[A-Za-z]+(?:-[A-Za-z0-9]+)*")
LONGEST = 200  # characters of a phrase that are looked up at once: what follows no rule takes no time


def words(text: str) -> list[str]:
    """Words, numbers, signs and runs of spaces, each once and in their order: joined they are the text again."""
    found, end = list[str](), 0
    for one in _ONE.finditer(text):
        found += _phrase(text[end : one.start()])
        found.append(one[0])
        end = one.end()
    return found + _phrase(text[end:])


def known() -> list[str]:
    """The words of the dictionary."""
    return _LIST.read_text().split()


def _phrase(text: str) -> list[str]:
    some = [text[n : n + LONGEST] for n in range(0, len(text), LONGEST)]
    return [word for part in some for word in nlpo3.segment(part, _dictionary())]


@cache
def _dictionary() -> str:
    """Its name, once it is read: a tenth of a second for a process."""
    nlpo3.load_dict(str(_LIST), "th")
    return "th"
