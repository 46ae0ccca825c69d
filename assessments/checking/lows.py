"""Who is called the lowest in one flow."""

import re

from assessments.checking.facts import TOTAL, Fact, Lowest, Reading, Subject
from assessments.checking.flows import ROW, Flow
from assessments.checking.words import Token
from assessments.language import either

#: คะแนนต่ำสุด ได้ร้อยละ 93.98 ในตัวชี้วัด…
_FIGURE_THEN_NAME = re.compile(
    r"(?:คือ|ได้แก่|:)?(?:ได้|เท่ากับ|ร้อยละ|คะแนน)*\d{1,3}\.\d{1,2}(?:คะแนน|%)?"
    r"(?:ใน|ของ)(?:ตัวชี้วัด)?(?:ที่|ด้าน)?"
)
#: คะแนนต่ำสุด คือ …
_THEN_NAME = re.compile(r"(?:เป็น(?:อันดับ|ลำดับ)\S{0,10})?.{0,60}?(?:คือ|ได้แก่|อยู่ที่|เป็นของ|:)")
_FIGURE = re.compile(r"\d\.\d\d")
#: Between two indicators that share the lowest score.
_JOINED = re.compile(
    r"\(?(?:มี|ได้|ผล|ค่า|คะแนน|เท่ากับ|ร้อยละ)*[\d.]*(?:คะแนน)?\)?"
    + either("และ", "กับ", ",", "รวมถึง", "และด้าน", "และตัวชี้วัด(?:ด้าน)?", ",ด้าน")
)
#: Before "lowest" where instruments are compared.
_OF_INSTRUMENTS = re.compile(r"(?:ด้าน|แบบ|เครื่องมือ|ส่วน).{0,40}$")


class Lows:
    """Finds the claims of one flow; `column` is the one its table names the lowest in, `year` the last spoken of."""

    def __init__(self, reading: Reading, flow: Flow, said: list[Token], column: int | None, year: int) -> None:
        self.reading = reading
        self.rules = reading.rules
        self.flow = flow
        self.text = flow.text
        self.said = said
        self.subjects = reading.subjects[flow.order]
        self.column = column
        self.year = year

    def read(self) -> None:
        self._in_column()
        for token in self.said:
            if token.kind == "lowest":
                self._claim(token)

    def _in_column(self) -> None:
        if self.column is None or self.column >= len(self.flow.cells):
            return
        begin, end = self.flow.cells[self.column]
        chosen = [one for one in self.subjects if begin <= one.start < end and isinstance(one.key, int)]
        for code, numbers in self._by_instrument(_numbers(chosen)).items():
            self._mark_claims(begin, end, numbers)
            self._add(numbers, (), code, chosen)

    def _claim(self, token: Token) -> None:
        if self._of_another_year(token):
            return
        chosen = self._in_row(token) if self._is_row() else self._in_sentence(token)
        if self.year != self.reading.document.year or not chosen:
            return
        if numbers := _numbers(chosen):
            start, end = min(chosen[0].start, token.start), max(chosen[-1].end, token.end)
            self._mark_claims(start, end, numbers)
            for code, mine in sorted(self._by_instrument(numbers).items()):
                self._add(mine, (), code, chosen)
        elif _OF_INSTRUMENTS.search(self.text[max(0, token.start - 60) : token.start]):
            codes = tuple(dict.fromkeys(str(one.key) for one in chosen if one.key not in (None, TOTAL)))
            if codes:
                self._add((), codes, "", chosen)

    def _add(self, numbers: tuple[int, ...], codes: tuple[str, ...], instrument: str, chosen: list[Subject]) -> None:
        claim = Lowest(numbers, codes, instrument, self.flow, chosen[0].start, chosen[-1].end)
        self.reading.lowest.append(claim)

    def _by_instrument(self, numbers: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
        found: dict[str, tuple[int, ...]] = {}
        for number in numbers:
            code = self.rules.by_number[number].instrument
            found[code] = (*found.get(code, ()), number)
        return found

    def _of_another_year(self, token: Token) -> bool:
        """Whether the words just before say an earlier year: (ปี 2563 ตัวชี้วัดที่ต่ำสุดคือ …)."""
        before = [one for one in self.said if one.kind in ("year", "past") and one.end <= token.start]
        if not before or token.start - before[-1].end > 60:
            return False
        last = before[-1]
        return last.kind == "past" or int(last.value[-4:]) < self.reading.document.year

    # Whom a claim is about

    def _is_row(self) -> bool:
        """Whether the flow is a row of cells, not one with a paragraph at its end."""
        cells = self.flow.cells
        return self.flow.kind == ROW and len(cells) > 1 and cells[-1][1] - cells[-1][0] <= 60

    def _in_row(self, token: Token) -> list[Subject]:
        before = [one for one in self.subjects if one.start < token.start]
        if before and isinstance(before[-1].key, int):
            return before[-1:]
        # ตัวชี้วัดที่ได้คะแนนน้อยที่สุดของ IIT | 5. การแก้ไขปัญหาการทุจริต | 75.47
        named = [one for one in self.subjects if one.start > token.end and isinstance(one.key, int)]
        return self._joined(named[0], forward=True) if named else []

    def _in_sentence(self, token: Token) -> list[Subject]:
        return self._behind_figure(token) or self._behind_words(token) or self._in_front(token)

    def _behind_figure(self, token: Token) -> list[Subject]:
        figure = _FIGURE_THEN_NAME.match(self.text, token.end)
        if figure is None:
            return []
        named = [one for one in self.subjects if isinstance(one.key, int) and 0 <= one.start - figure.end() <= 12]
        return self._joined(named[0], forward=True) if named else []

    def _behind_words(self, token: Token) -> list[Subject]:
        words = _THEN_NAME.match(self.text[token.end : token.end + 75])
        if words is None or _FIGURE.search(words.group()):
            return []
        place = token.end + words.end()
        named = next((one for one in self.subjects if one.start >= place - 1), None)
        return self._joined(named, forward=True) if named and named.start - place <= 40 else []

    def _in_front(self, token: Token) -> list[Subject]:
        named = [one for one in self.subjects if one.end <= token.start and one.key != TOTAL]
        if not named or token.start - named[-1].end > 70 or self._highest(named[-1].end, token.start):
            return []
        return self._joined(named[-1], forward=False)

    def _highest(self, start: int, end: int) -> bool:
        return any(one.kind == "highest" and start <= one.start < end for one in self.said)

    def _joined(self, one: Subject, *, forward: bool) -> list[Subject]:
        """A subject with those it is listed with: the number and its name, and ties joined by และ."""
        at = self.subjects.index(one)
        others = self.subjects[at + 1 :] if forward else self.subjects[:at][::-1]
        chosen = [one]
        for other in others:
            left, right = (chosen[-1], other) if forward else (other, chosen[0])
            between = self.text[left.end : right.start]
            same = other.key == one.key and len(between) <= 8
            if not same and not (isinstance(other.key, int) and _JOINED.fullmatch(between)):
                break
            chosen.insert(len(chosen) if forward else 0, other)
        return chosen

    def _mark_claims(self, start: int, end: int, numbers: tuple[int, ...]) -> None:
        """The figures said beside "lowest"; where several share the place, the one figure is said of each."""
        marked: list[Fact] = []
        for fact in reversed(self.reading.facts):
            if fact.flow is not self.flow:
                break
            if start <= fact.start and fact.start - end <= 40:
                fact.claim = True
                marked.append(fact)
        if len(numbers) > 1 and len(marked) == 1 and marked[0].key in numbers:
            one = marked[0]
            self.reading.facts.extend(
                Fact(number, one.value, one.year, self.flow, one.start, one.end, one.unit, claim=True)
                for number in numbers
                if number != one.key
            )


def _numbers(chosen: list[Subject]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(one.key for one in chosen if isinstance(one.key, int)))
