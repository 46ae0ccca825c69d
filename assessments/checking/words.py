"""The words a memo speaks of scores in: subjects, figures, years, levels, and what takes a figure away.

Patterns are for tight text. Of kinds that could begin at one place the first in the list is taken.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from assessments.checking.flows import Flow
from assessments.language import any_of, either, squeezed
from assessments.rulebook import Rules

#: No word begins with a vowel sign behind or around its consonant, or with a tone mark.
_WORD_BEGINS = r"(?![\u0e30-\u0e3a\u0e45-\u0e4e])"
ROSE = ("เพิ่มขึ้น", "สูงขึ้น", "ดีขึ้น", "พัฒนาขึ้น")
FELL = ("ลดลง", "ต่ำลง")
_DIFFERS = ("ผลต่าง", "ส่วนต่าง", "ต่างกัน", "ขาดอีก", "ห่างจาก", "เปลี่ยนแปลง", r"[+\-±](?=\d)")
_SUM = r"รวม(?:เป็น|เท่ากับ|ได้|=|:)*(?=\d)"
#: A figure: 97.36 anywhere; 97 only where the words beside it make it a score.
_VALUE = (
    r"(?<![\d.,/])(?<!\d[.,] )"
    + either(
        r"\d{1,3}\.\d{1,2}",
        r"\d{1,3}(?=คะแนน|%|เปอร์เซ)",
        r"(?<=เท่ากับ)\d{1,3}",
        r"(?<=ร้อยละ)\d{1,3}",
        r"(?<=\t)\d{1,3}(?=\t|$)",
    )
    + r"(?!\d|,\d{3}|/\d|\.\d)"
)
_KINDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("sub", (r"ตัวชี้วัดย่อย(?:ที่)?\d*(?:\.\d+)?",)),
    ("indicator", (r"ตัวชี้วัด(?:ที่|ข้อที่|ลำดับที่|ข้อ)?\d{1,2}(?![\d.]|ตัว|คะแนน)", r"(?<![ก-ฮ])ตัวที่\d{1,2}(?![\d.])")),
    ("count", (r"(?:ทั้ง|จำนวน|ประกอบด้วย)?\d{1,2}ตัวชี้วัด",)),
    ("past", (r"ปี(?:ที่แล้ว|ก่อน(?:หน้า)?|ที่ผ่านมา)",)),
    ("year", (r"(?:(?:ประจำ)?ปี(?:งบประมาณ)?(?:พ\.?ศ\.?)?|พ\.?ศ\.?|\() ?25\d\d(?!\d|\.\d)",)),
    (
        "lowest",
        (
            r"(?:น้อย|ต่ำ)(?:ที่)?สุด(?!\d{1,2}(?:อันดับ|ลำดับ|ตัว))",
            "(?:น้อย|ต่ำ)กว่า(?:ตัวชี้วัด(?:อื่น|ใด)|ทุกตัวชี้วัด|ด้านอื่น)",
            "(?:น้อย|ต่ำ)กว่า(?:เพื่อน|กลุ่ม)",
            "(?:อันดับ|ลำดับ)สุดท้าย",
            "รั้งท้าย",
        ),
    ),
    (
        "other",
        (
            "เป้าหมาย",
            "เกณฑ์",
            "ค่าเฉลี่ย(?=ระดับ|ทั้ง|ประเทศ|จังหวัด|อำเภอ|กลุ่ม|ภาค|อปท|ของ(?!ตัวชี้วัด|หน่วยงาน|แบบ|เครื่องมือ|ด้าน))",
            "คะแนนเฉลี่ย(?:ของ)?(?:ระดับ|ทั้ง|จังหวัด|ประเทศ|อำเภอ)",
            "ระดับประเทศ",
            "ระดับจังหวัด",
            "คะแนนเต็ม",
            "เต็ม",
            "ไม่น้อยกว่า",
            "ไม่ต่ำกว่า",
            "ตั้งแต่",
            "ระหว่าง",
            "น้ำหนัก",
            r"เกิน(?:กว่า)?(?=ร้อยละ|\d)",
            "ไม่ถึง(?=ร้อยละ|เกณฑ์|เป้า|ค่า)",
            "(?<!ได้)ถึง(?=ร้อยละ)",
            "พ้น",
            "มากกว่า",
            "(?:น้อย|ต่ำ|สูง)กว่า(?!ปี)",
            "ช่วงคะแนน",
            "จากคะแนน",
            "คูณ",
            r"คน\)?,?คิดเป็น",
            r"\*",
            "×",
            r"x0\.",
        ),
    ),
    (
        "diff",
        (rf"{either(*ROSE, *FELL, *_DIFFERS)}(?!เป็น|มาเป็น|มาอยู่ที่)",),
    ),
    ("excess", (r"(?<=[นต%\d])(?:อยู่|ไป|ถึง|อีก)(?=\d)",)),
    ("rises", (rf"{either(*ROSE, *FELL, 'เปลี่ยนแปลง')}(?:มาอยู่ที่|มาเป็น|เป็น)",)),
    ("highest", ("(?:มาก|สูง)(?:ที่)?สุด",)),
    (
        "total",
        (
            "คะแนนรวม(?:ทั้งหมด|ทั้งสิ้น|เฉลี่ย)?",
            "คะแนนเฉลี่ยรวม",
            "(?:คะแนน)?(?:เฉลี่ย|รวม)ถ่วงน้ำหนัก(?:รวม)?",
            "(?:คะแนน)?(?:โดย)รวม",
            "(?:คะแนน)?(?:ใน)?ภาพรวม",
            r"(?:ค่า|ผล)?คะแนน(?:ผลการประเมิน|การประเมิน)?\(?ITA\)?",
            "ผลการประเมินฯ",
            r"ผลการประเมิน\(?ITA\)?",
            "รวมทั้งสิ้น",
            "รวมทั้งหมด",
            "ผลคะแนนรวม",
            "ผล(?:การ)?ประเมิน(?:โดย)?รวม",
            "(?:รับ)?ทราบผลคะแนน",
            r"(?:^|\t)(?:ผล)?(?:คะแนน)?รวม(?=\t)",
            rf"(?<![ก-๙]){_SUM}",
            rf"(?<=คะแนน){_SUM}",
            "ระดับหน่วยงาน",
            "คะแนนระดับองค์กร",
            "ผลการประเมินระดับคุณธรรม",
        ),
    ),
    ("value", (_VALUE,)),
)


@dataclass(slots=True)
class Token:
    """A word of one kind at [start, end) of a flow's tight text."""

    kind: str
    start: int
    end: int
    value: str

    @property
    def number(self) -> int:
        """The first whole number of the word, e.g. of ตัวชี้วัดที่ 3. Raises IndexError where it holds none."""
        return int(re.findall(r"\d+", self.value)[0])


@dataclass(frozen=True)
class Grammar:
    """The words of one year's rules; names as tight text writes them."""

    pattern: re.Pattern[str]
    levels: re.Pattern[str]
    names: dict[str, int]  # of indicators
    instruments: dict[str, str]


@lru_cache(maxsize=16)
def grammar(rules: Rules) -> Grammar:
    """The words of a year, with its names, codes and levels."""
    names = {squeezed(name): one.number for one in rules.indicators for name in one.names}
    instruments = {squeezed(name): one.code for one in rules.instruments for name in one.names}
    kinds = (
        ("level", (_level(rules),)),
        ("instrument", tuple(_instrument(rules, instruments))),
        ("name", _longest_first(names)),
        *_KINDS,
    )
    groups = (f"(?P<{kind}>{'|'.join(patterns)})" for kind, patterns in kinds)
    levels = any_of(*_longest_first({squeezed(level) for level in rules.levels}))
    return Grammar(re.compile(_WORD_BEGINS + either(*groups)), levels, names, instruments)


def _longest_first(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(map(re.escape, words), key=len, reverse=True))


def _level(rules: Rules) -> str:
    """A level with the words that make it one: letters in some years, words in others."""
    if all(level.isascii() for level in rules.levels):
        before = (
            r"(?:(?:เกณฑ์)?ระดับ(?:ผลการประเมิน|คะแนน|คุณธรรม(?:และความโปร่งใส)?|ผลคะแนน)?|เกรด|[Gg]rade ?|\t)"
            r"(?:คือ|เป็น|:|=)?"
        )
        said = "(?:[A-F]{1,2}|AA)(?![A-Za-z])"
    else:
        before = r"(?:ระดับ(?:ผลการประเมิน|คะแนน)?|ผลการประเมิน|เกณฑ์|\t)(?:คือ|เป็น|:|=|อยู่ใน)?"
        said = either(*_longest_first({squeezed(level) for level in rules.levels}))
    return rf"{before}[“\"'(]*{said}[”\"')]*|(?<=[\d%นต])\({said}\)"


def _instrument(rules: Rules, names: Iterable[str]) -> Iterator[str]:
    """An instrument's name, any name with its code, or its code; OTI is a slip seen often."""
    codes = "|".join(map(re.escape, rules.by_code))
    yield from _longest_first(names)
    yield rf"(?:แบบวัด|แบบตรวจ)[^\d\t()]{{4,45}}\((?:{codes})\)"
    yield rf"(?<![A-Za-z])(?:{codes}|OTI)(?![A-Za-z])"


def tokens(flow: Flow, rules: Rules) -> list[Token]:
    """The words of a flow, from left to right."""
    found = grammar(rules).pattern.finditer(flow.text)
    return [Token(str(one.lastgroup), one.start(), one.end(), one.group()) for one in found]
