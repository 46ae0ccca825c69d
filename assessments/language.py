"""Thai office language as a machine can compare it: tight text, dates, years, and the nearest of known names. Pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from organization.calendar import BUDDHIST_ERA, MONTHS_TH, MONTHS_TH_SHORT

_DIGITS = str.maketrans(
    "๐๑๒๓๔๕๖๗๘๙\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19\uff0e", "01234567890123456789."
)
_RUN = re.compile(r"[^\s\u200b-\u200d\u2060\ufeff\u00ad]+|[\s\u200b-\u200d\u2060\ufeff\u00ad]+")
_ODD = re.compile("\u0e4d[\u0e48-\u0e4b]?\u0e32|\u0e40\u0e40")
_CONSONANT = re.compile("[\u0e01-\u0e2e\u0e48-\u0e4b]")
_WORD = re.compile(r"[0-9A-Za-z.,%]")
_BEGINS = re.compile(r"[0-9A-Za-z]")
_UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad"


def either(*patterns: str) -> str:
    """One of several patterns, as a part of a longer one."""
    return f"(?:{'|'.join(patterns)})"


def any_of(*patterns: str) -> re.Pattern[str]:
    """A pattern that is one of several; the first that fits is taken."""
    return re.compile("|".join(patterns))


#: Between the two ends of a range.
TO = either("-", "–", "—", "ถึง")


@dataclass(frozen=True)
class Tight:
    """A piece of text without the spaces that Thai puts anywhere, with Arabic digits and one spelling of ำ and แ.

    A space stays between Latin letters or digits, a tab (or "|") between cells. `at[i]` is the place in the original
    of `text[i]`.
    """

    text: str
    at: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The characters [start, end) of the tight text, as a span of the original."""
        if not self.at:
            return 0, 0
        start = min(start, len(self.at) - 1)
        return self.at[start], self.at[max(min(end, len(self.at)) - 1, start)] + 1


def tight(raw: str, start: int = 0, end: int | None = None) -> Tight:
    """Line breaks inside count as spaces."""
    out: list[str] = []
    at: list[int] = []
    last = ""
    pending = False
    for run in _RUN.finditer(raw[start:end].translate(_DIGITS)):
        piece = run.group()
        place = start + run.start()
        if piece[0].isspace() or piece[0] in _UNSEEN:
            if "\t" in piece:
                out.append("\t")
                at.append(place)
                last, pending = "\t", False
            elif piece.strip(_UNSEEN):
                pending = True
            continue
        if pending and piece[0] == "\u0e32" and _CONSONANT.match(last):
            piece = "\u0e33" + piece[1:]  # ส านัก: the ring of ำ was lost on the way out of a PDF
        if pending and _WORD.match(last) and _BEGINS.match(piece):
            out.append(" ")
            at.append(place - 1)
        pending = False
        last = piece[-1]
        for letters, begins in _one_spelling(piece):
            out.append(letters)
            at.extend(range(place + begins, place + begins + len(letters)))
    return Tight("".join(out).replace("|", "\t"), tuple(at))


def _one_spelling(piece: str) -> Iterator[tuple[str, int]]:
    """A piece in parts, each with its place: ํา becomes ำ and เเ becomes แ."""
    rest = 0
    for odd in _ODD.finditer(piece):
        yield piece[rest : odd.start()], rest
        said = odd.group()
        yield ("\u0e41" if said == "\u0e40\u0e40" else said[1:-1] + "\u0e33"), odd.start()
        rest = odd.end()
    yield piece[rest:], rest


@lru_cache(maxsize=4096)
def squeezed(name: str) -> str:
    """A name as tight text writes it."""
    return tight(name).text


@lru_cache(maxsize=4096)
def distance(a: str, b: str) -> int:
    """Letters to change, add or drop to make one of the other (Levenshtein)."""
    if a == b:
        return 0
    row = list(range(len(b) + 1))
    for n, letter in enumerate(a, 1):
        before, row[0] = row[0], n
        for m, other in enumerate(b, 1):
            before, row[m] = row[m], min(row[m] + 1, row[m - 1] + 1, before + (letter != other))
    return row[-1]


def nearest(name: str, known: Iterable[str]) -> tuple[str, int]:
    """The known name closest to this one, and how many letters apart."""
    return min(((one, distance(squeezed(name), squeezed(one))) for one in known), key=lambda pair: pair[1])


# Dates

_MONTHS = {name: n for n, name in enumerate(MONTHS_TH, 1)} | {name: n for n, name in enumerate(MONTHS_TH_SHORT, 1)}
_MONTHS |= {name.rstrip("."): n for n, name in enumerate(MONTHS_TH_SHORT, 1)}
_MONTH = "|".join(sorted(map(re.escape, _MONTHS), key=len, reverse=True))
_BEGINS_A_DATE = "".join(sorted({name[0] for name in _MONTHS} | {"เ"}))
DATE = re.compile(
    rf"(?=[\d{_BEGINS_A_DATE}])(?<!\d)(?:(?P<day>\d{{1,2}})(?:st|nd)?)?(?:เดือน)?(?P<month>{_MONTH})"
    r"(?:พ\.?ศ\.?)? ?(?P<year>25\d\d|20\d\d|\d\d)(?!\d)"
)
#: A year of the Buddhist era where the text calls it one.
YEAR = re.compile(r"(?:(?:ประจำ)?ปี(?:งบประมาณ)?(?:พ\.?ศ\.?)?|พ\.?ศ\.?) ?(?P<year>25\d\d)(?!\d)")


@dataclass(frozen=True)
class Day:
    """A date in the text; `exact` is False where only the month stands (then the first of it)."""

    day: date
    exact: bool
    start: int
    end: int

    @property
    def last(self) -> date:
        """The last day it can mean."""
        if self.exact:
            return self.day
        following = date(self.day.year + self.day.month // 12, self.day.month % 12 + 1, 1)
        return following - timedelta(days=1)


def days(text: str) -> Iterator[Day]:
    """The dates of a tight text, in order; two-digit years are Buddhist (๖๕ is 2565)."""
    for found in DATE.finditer(text):
        year = int(found["year"])
        year += 2500 if year < 100 else 0
        year -= BUDDHIST_ERA if year > 2400 else 0
        try:
            said = date(year, _MONTHS[found["month"]], int(found["day"] or 1))
        except ValueError:
            continue
        yield Day(said, found["day"] is not None, found.start(), found.end())


_FROM_MONTH = re.compile(rf"(?P<day>\d{{1,2}})?(?:เดือน)?(?P<month>{_MONTH})(?:{TO}|จนถึง)(?:เดือน)?$")
_QUARTERS = re.compile(
    rf"ไตรมาส(?:ที่)?(?P<from>[1-4])(?:{TO}(?:ไตรมาส(?:ที่)?)?(?P<to>[1-4]))?(?:ของ)?"
    r"(?:ปี(?:งบประมาณ)?)?(?:พ\.?ศ\.?)? ?(?P<year>25\d\d)"
)


def period(text: str) -> tuple[date, date] | None:
    """A period such as ม.ค. ๖๕ – ก.ย. ๖๕, ต.ค. – ก.ย. ๖๕, ไตรมาสที่ ๒-๔ or ปีงบประมาณ ๒๕๖๕; None where none is said.

    What is written backwards comes back so: its end before its beginning.
    """
    said = list(days(text))
    if said and (head := _FROM_MONTH.search(text[: said[0].start])):
        return _months(head, said[0])
    if len(said) >= 2:
        return said[0].day, said[1].last
    if said:
        return said[0].day, said[0].last
    if found := _QUARTERS.search(text):
        first, last = int(found["from"]), int(found["to"] or found["from"])
        return _quarter(first, int(found["year"]))[0], _quarter(last, int(found["year"]))[1]
    if named := YEAR.search(text):
        return year_bounds(int(named["year"]))
    return None


def _months(head: re.Match[str], end: Day) -> tuple[date, date]:
    """A month without a year up to one with it; only from October to December it is the year before."""
    month = _MONTHS[head["month"]]
    year = end.day.year - (month > end.day.month and month >= 10)
    return date(year, month, int(head["day"] or 1)), end.last


def _quarter(number: int, fiscal: int) -> tuple[date, date]:
    """First and last day of a quarter of a Buddhist fiscal year; the first begins in October."""
    first, last = year_bounds(fiscal)
    begins = date(first.year + (number > 1), (10, 1, 4, 7)[number - 1], 1)
    following = date(last.year, (1, 4, 7, 10)[number - 1], 1)
    return begins, following - timedelta(days=1)


def thai_day(day: date) -> str:
    """31 มีนาคม 2565."""
    return f"{day.day} {MONTHS_TH[day.month - 1]} {day.year + BUDDHIST_ERA}"


def year_bounds(year: int) -> tuple[date, date]:
    """First and last day of a Buddhist fiscal year."""
    gregorian = year - BUDDHIST_ERA
    return date(gregorian - 1, 10, 1), date(gregorian, 9, 30)
