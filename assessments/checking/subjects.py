"""The words of one flow that a figure can be about, also where an indicator's name is not spelled as it should be."""

import re
from collections.abc import Iterator

from assessments.checking.facts import TOTAL, Name, Reading, Subject
from assessments.checking.flows import ROW, Flow
from assessments.checking.words import Token, grammar
from assessments.language import distance, either, squeezed

Span = tuple[int, int]
#: A name ends where its score begins; there are more ways to go on in a sentence, after a number or in a list.
_HAS = ("มีค่า", "มีผลคะแนน", "มีคะแนน", "ได้คะแนน", "ได้รับคะแนน", "ได้ค่าคะแนน", "เท่ากับ", "คะแนน", r"\(")
_GOES_ON = (
    *(r"\(", r"\)", "มีผล", "มีค่า", "มีคะแนน", "ได้", "คะแนน", "เท่ากับ", "ร้อยละ", "เป็น", "ซึ่ง", "เรื่อง", "โดย"),
    *("เนื่องจาก", "และ", "หรือ", ",", "ในประเด็น", "เพราะ", "ยัง", "พบ", "ต่ำ", "สูง", "น้อย", "มาก", "อยู่"),
    *(":", "=", "-", "–", '["”]', r"\d", r"\t", "$"),
)
_IN_LIST = (*(r"\(", "ได้", "มี(?:ผล|ค่า)?คะแนน", "คะแนน", "เท่ากับ", "ร้อยละ", r"และ\(?\d", r"\d", "$", "โดย", "มีผู้"),)
_IN_ROW = (r"\t", r"\(", "ได้", "มีคะแนน", "มีผล", "คะแนน", "เท่ากับ", "ร้อยละ", "=", ":", r"\d", "$")
_NAMED = re.compile(r"(?:ตัวชี้วัด(?:ที่\d{1,2})?(?:ด้าน|เรื่อง|ข้อ)?|ด้าน)(?P<slot>[^\d\t()]{5,50}?)" + f"(?={'|'.join(_HAS)})")
_AFTER_NUMBER = re.compile(r"(?:[:(\"“]|คือ|ด้าน|เรื่อง)*(?P<slot>[^\d\t()]{4,50}?)" + f"(?={'|'.join(_GOES_ON)})")
_ITEM = re.compile(r"\(?(?<![\d.])(?P<n>\d{1,2})[.)](?P<slot>[ก-ฮเแโใไ][^\d\t()]{4,45}?)" + f"(?={'|'.join(_IN_LIST)})")
_LISTED = re.compile(
    r"(?:คะแนน|ได้แก่|คือ|,|%|(?<=\d)|\d\.\d\d)(?:และ|ส่วน)?(?P<slot>[ก-ฮ](?:(?!ได้แก่|คือ)[^\d\t()]){6,34}?)"
    r"(?=(?:ซึ่ง|นั้น)?(?:ได้|มีคะแนน|เท่ากับ|ร้อยละ|=)+\d{1,3}\.\d|\d{1,3}\.\d)"
)
_BEHIND = re.compile(r"ในตัวชี้วัด(?:ที่\d+)?(?P<slot>[ก-ฮ][^\d\t()]{6,34}?)(?=ได้|และได้|สำหรับ|,|ซึ่ง|$|\d)")
_IN_CELL = re.compile(r"[-•●▪]?(?:\(?(?:\d{1,2}|[ก-ฉ])[.)]?)?(?P<slot>[^\d\t()]{5,45}?)" + f"(?={'|'.join(_IN_ROW)})")
#: What follows a name that a score or a rank is given.
_SCORED = re.compile(
    either(
        r"\(",
        "มี(?:ผล|ค่า|คะแนน)",
        "ได้",
        "คะแนน",
        "เท่ากับ",
        "ร้อยละ",
        "ต่ำ",
        "น้อย",
        *("=", ":", "-", "–", r"\d", r"\t", "$"),
    )
)
_LEADS = re.compile(r"^(?:ด้าน|ตัวชี้วัด|เรื่อง|ข้อมูลด้าน|และ|คือ|ได้แก่|ว่า)+")
#: How far a number and its name may stand apart.
_BESIDE = 8


class Subjects:
    """Finds the subjects of a flow and the names that are nobody's, which it adds to the reading.

    `before` is the instrument the text was about when the flow began, `after` when it ends.
    """

    def __init__(self, reading: Reading, flow: Flow, said: list[Token], instrument: str) -> None:
        self.reading = reading
        self.rules = reading.rules
        self.grammar = grammar(reading.rules)
        self.flow = flow
        self.text = flow.text
        self.said = said
        self.before = self.after = instrument
        self.found: list[Subject] = []
        self.taken: list[Span] = []

    def find(self) -> list[Subject]:
        """In the order of the text."""
        for n, token in enumerate(self.said):
            self._word(token, self.said[n - 1] if n else None, self.said[n + 1] if n + 1 < len(self.said) else None)
        self._numbered_list()
        self._unknown_names()
        self.found.sort(key=lambda one: one.start)
        return self.found

    def _word(self, token: Token, last: Token | None, following: Token | None) -> None:
        match token.kind:
            case "instrument":
                self._instrument(token)
            case "name":
                self._indicator_name(token, last)
            case "indicator":
                self._indicator_number(token, following)
            case "sub":
                self.found.append(Subject(token.start, token.end, None))
            case "total":
                self.found.append(Subject(token.start, token.end, TOTAL))

    def _instrument(self, token: Token) -> None:
        if code := self._code(token.value):
            self.after = code
            self.found.append(Subject(token.start, token.end, code))
        self.taken.append((token.start, token.end))

    def _code(self, value: str) -> str:
        """The code of an instrument's word; "" where the year has no such instrument."""
        if value in self.rules.by_code:
            return value
        if value in self.grammar.instruments:
            return self.grammar.instruments[value]
        if inside := re.search(r"\(([A-Z]{3})\)", value):
            return inside[1] if inside[1] in self.rules.by_code else ""
        return "OIT" if value == "OTI" else ""

    def _indicator_name(self, token: Token, last: Token | None) -> None:
        number = self.grammar.names[token.value]
        self.taken.append((token.start, token.end))
        if last is not None and last.kind == "indicator" and token.start - last.end <= _BESIDE:
            beside = last.number
            meant = not self.text[last.end : token.start].strip(":") or _SCORED.match(self.text, token.end)
            if beside in self.rules.by_number and beside != number and meant:
                self._name(beside, token.value, (token.start, token.end))
                number = beside
        self.found.append(Subject(token.start, token.end, number))

    def _indicator_number(self, token: Token, following: Token | None) -> None:
        number = token.number
        if number not in self.rules.by_number:
            self.found.append(Subject(token.start, token.end, None))
            return
        self.found.append(Subject(token.start, token.end, number))
        named = following is not None and following.kind == "name" and following.start - token.end <= _BESIDE
        if not named and (slot := _AFTER_NUMBER.match(self.text, token.end)):
            self.taken.append(slot.span("slot"))
            if self._stands_for(number, slot):
                self._name(number, slot["slot"], slot.span("slot"))

    def _stands_for(self, number: int, slot: re.Match[str]) -> bool:
        """Whether words after an indicator's number are its name, in other letters."""
        said = slot["slot"]
        official = [squeezed(name) for name in self.rules.by_number[number].names]
        if said.startswith(tuple(official)):
            return False
        best = min(official, key=lambda name: distance(said, name))
        apart = distance(said, best)
        if not _SCORED.match(self.text, slot.end("slot")) and apart > 0.2 * len(best):
            return False
        return apart <= 0.5 * len(best) or self._nearest(said, tuple(self.rules.by_number))[1] <= 0.3

    def _name(self, number: int, said: str, span: Span) -> None:
        self.reading.names.append(Name(number, said, self.flow, *span))

    def _nearest(self, said: str, numbers: tuple[int, ...]) -> tuple[int, float]:
        """The number whose name is nearest, and how far in shares of the name's length; (0, 9.0) where none is."""
        best, far = 0, 9.0
        for number in numbers:
            for name in self.rules.by_number[number].names:
                known = squeezed(name)
                if abs(len(known) - len(said)) > 0.6 * len(known):
                    continue
                apart = distance(said, known) / len(known)
                if apart < far:
                    best, far = number, apart
        return best, far

    # A list by number

    def _numbered_list(self) -> None:
        """Indicators listed in a sentence by number: 1) … 2) … (3) …"""
        official = {token.start: token for token in self.said if token.kind == "name"}
        items = [
            (item, number) for item in _ITEM.finditer(self.text) if (number := int(item["n"])) in self.rules.by_number
        ]
        if not self._by_number(items, official):
            return
        for item, number in items:
            name = official.get(item.start("slot"))
            if name is None:
                self._list_item(item, number)
            elif self.grammar.names[name.value] != number:
                self._name(number, name.value, (name.start, name.end))
                self.found = [one for one in self.found if one.start != name.start]
                self.found.append(Subject(name.start, name.end, number))

    def _by_number(self, items: list[tuple[re.Match[str], int]], official: dict[int, Token]) -> bool:
        """Whether a list's numbers are those of the indicators: its right names say so."""
        agree = sum(
            self.grammar.names[official[item.start("slot")].value] == number
            for item, number in items
            if item.start("slot") in official
        )
        numbers = {number for _, number in items}
        whole = any(numbers == set(mine) for mine in self.rules.numbers_of.values())
        return agree > 0 and agree * 2 >= len(items) and (agree >= 2 or whole)

    def _list_item(self, item: re.Match[str], number: int) -> None:
        span = item.span("slot")
        if self._nearest(item["slot"], (number,))[1] <= 0.45:
            self.taken.append(span)
            self.found.append(Subject(*span, number))
            self._name(number, item["slot"], span)

    # Names that are nobody's

    def _unknown_names(self) -> None:
        """Words in a name's place that are near to a name."""
        for slot, farthest in list(self._slots()):
            start, end = slot.span("slot")
            if any(start < until and begun < end for begun, until in self.taken):
                continue
            said = _LEADS.sub("", slot["slot"]).rpartition("ด้าน")[2]
            start = end - len(said)
            if len(said) < 5:
                continue
            number, far = self._meant(said, start)
            if number and 0 < far <= farthest:
                self.taken.append((start, end))
                self.found.append(Subject(start, end, number))
                self._name(number, said, (start, end))

    def _slots(self) -> Iterator[tuple[re.Match[str], float]]:
        """Places of names, and how far what stands there may be from a name."""
        if self.flow.kind == ROW or self.flow.number or len(self.text) < 120:
            yield from self._cell_slots()
        if sum(one.kind == "name" for one in self.said) > 1:
            for pattern in (_LISTED, _BEHIND):
                yield from ((slot, 0.35) for slot in pattern.finditer(self.text))
        scored = [one for one in self.said if one.kind in ("value", "lowest")]
        for slot in _NAMED.finditer(self.text):
            after = next((one for one in scored if one.start >= slot.end()), None)
            if after and after.start - slot.end() <= 45:
                yield slot, 0.62 if slot.group().startswith("ตัวชี้วัด") else 0.5

    def _cell_slots(self) -> Iterator[tuple[re.Match[str], float]]:
        value = next((one for one in self.said if one.kind == "value"), None)
        if value is None:
            return
        for start, _ in self.flow.cells[:3] or [(0, 0)]:
            head = _IN_CELL.match(self.text, start)
            if head and start < value.start and value.start - head.end() < 60:
                yield head, 0.42

    def _meant(self, said: str, place: int) -> tuple[int, float]:
        """The indicator of any instrument whose name is near, else the nearest of the instrument spoken of."""
        number, far = self._nearest(said, tuple(self.rules.by_number))
        if far > 0.34 and (code := self._instrument_at(place)):
            return self._nearest(said, self.rules.numbers_of[code])
        return number, far

    def _instrument_at(self, place: int) -> str:
        code = "" if self.flow.kind == ROW else self.before
        for one in self.found:
            if one.start < place and isinstance(one.key, str) and one.key in self.rules.by_code:
                code = one.key
        return code
