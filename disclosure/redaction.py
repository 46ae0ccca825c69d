"""What the public is not shown of a text: personal data, found by rule. Pure; no database.

Phones, e-mail addresses, citizen ids, bank accounts, house numbers, what stands after a signature line, complainants,
and names that are not those of office holders. A name without a title before it cannot be found by rule: whoever
publishes reads the preview, and is told so.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from django.utils.translation import gettext_lazy as _

MASK = "[ปกปิดข้อมูลส่วนบุคคล]"


class Kind(StrEnum):
    EMAIL = "email"
    CITIZEN = "citizen"
    ACCOUNT = "account"
    PHONE = "phone"
    ADDRESS = "address"
    SIGNATURE = "signature"
    COMPLAINANT = "complainant"
    NAME = "name"


LABELS = {
    Kind.EMAIL: _("e-mail address"),
    Kind.CITIZEN: _("citizen number"),
    Kind.ACCOUNT: _("bank account"),
    Kind.PHONE: _("phone number"),
    Kind.ADDRESS: _("house number"),
    Kind.SIGNATURE: _("signature"),
    Kind.COMPLAINANT: _("complainant"),
    Kind.NAME: _("name of a person who holds no office here"),
}


@dataclass(frozen=True)
class Span:
    """Characters of a text that are not shown: text[start:end]."""

    start: int
    end: int
    kind: Kind


@dataclass(frozen=True)
class Hidden:
    """Something that is not shown: where (a dotted path of the data), what kind, and the words themselves."""

    path: str
    kind: Kind
    words: str

    @property
    def label(self) -> str:
        return str(LABELS[self.kind])


@dataclass(frozen=True)
class Shown:
    """What may stay: the full names of office holders, and the office's own phone as it is written."""

    names: frozenset[str] = frozenset()
    phone: str = ""

    @classmethod
    def of(cls, names: Collection[str], phone: str = "") -> "Shown":
        """Names as they are kept, with their titles: นายธีรวุฒิ กลิ่นกุสุม."""
        return cls(frozenset(_bare(name) for name in names if " " in _bare(name)), phone)

    @cached_property
    def phones(self) -> frozenset[str]:
        """The digits of the office's own numbers."""
        flat = _flat(self.phone)[0]
        return frozenset(_digits(found.group()) for found in _PHONE.finditer(flat)) | {_digits(flat)}

    @cached_property
    def holders(self) -> "re.Pattern[str] | None":
        """A holder's name where a text begins with it, however it is spaced."""
        if not self.names:
            return None
        longest = sorted(self.names, key=len, reverse=True)
        names = (r"\s+".join(re.escape(part) for part in name.split()) for name in longest)
        return re.compile(f"(?:{'|'.join(names)})(?![ะ-ฺเ-๎A-Za-z])")


@dataclass
class Redacted:
    """Data without what is not shown, and what that was."""

    data: Any
    hidden: list[Hidden] = field(default_factory=list)


#: Keys of data that hold no words: codes and digests, which may look like numbers of people.
CODES = frozenset({"code", "digest", "sha256", "page", "form", "kind", "state", "verify"})


def of_data(data: Any, shown: Shown) -> Redacted:
    """Data of JSON with every text in it redacted."""
    hidden: list[Hidden] = []
    return Redacted(_walked(data, shown, "", hidden), hidden)


def _walked(value: Any, shown: Shown, path: str, hidden: list[Hidden]) -> Any:
    if isinstance(value, str):
        found = spans(value, shown)
        hidden += [Hidden(path, one.kind, value[one.start : one.end]) for one in found]
        return masked(value, found)
    if isinstance(value, dict):
        return {
            key: one if key in CODES and isinstance(one, str) else _walked(one, shown, _within(path, key), hidden)
            for key, one in value.items()
        }
    if isinstance(value, list):
        return [_walked(one, shown, _within(path, n), hidden) for n, one in enumerate(value)]
    return value


def _within(path: str, key: Any) -> str:
    return f"{path}.{key}" if path else str(key)


def masked(text: str, found: Collection[Span]) -> str:
    """The text with a mark in place of each span; spans in order, not overlapping."""
    parts, at = [], 0
    for one in found:
        parts += [text[at : one.start], MASK]
        at = one.end
    return "".join([*parts, text[at:]])


def spans(text: str, shown: Shown) -> list[Span]:
    """What is not shown of a text, in order; what overlaps is one span."""
    flat, places = _flat(text)
    found = sorted(_found(flat, shown), key=lambda one: (one[0], -one[1]))
    joined: list[tuple[int, int, Kind]] = []
    for start, end, kind in found:
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]), joined[-1][2])
        else:
            joined.append((start, end, kind))
    return [Span(places[start], places[end - 1] + 1, kind) for start, end, kind in joined]


# The text as it is searched

_UNSEEN = frozenset("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff")
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\uff0d"), "-")
_BLANKS = dict.fromkeys(map(ord, "\u00a0\u2002\u2003\u2007\u2009\u202f\u3000"), " ")


def _flat(text: str) -> tuple[str, list[int]]:
    """The text with Arabic digits, plain dashes and spaces and no invisible characters, each with its place."""
    kept = [(n, one) for n, one in enumerate(text) if one not in _UNSEEN]
    return "".join(_plain(one) for _n, one in kept), [n for n, _one in kept]


def _plain(one: str) -> str:
    if one.isdecimal():
        return str(int(one))
    if "\uff01" <= one <= "\uff5e":  # the wide forms of ASCII
        one = chr(ord(one) - 0xFEE0)
    return _DASHES.get(ord(one)) or _BLANKS.get(ord(one)) or one


def _digits(text: str) -> str:
    return "".join(one for one in text if one.isdecimal())


def _found(whole: str, shown: Shown) -> Iterator[tuple[int, int, Kind]]:
    text = whole.replace("_", " ")  # names of files: นายสมหมาย_ใจซื่อ_081_234_5678.pdf
    for kind, pattern in _PLAIN:
        searched = whole if kind in _WITH_UNDERSCORES else text
        yield from ((one.start(), one.end(), kind) for one in pattern.finditer(searched))
    for pattern in (_PHONE, _CALLED):
        for one in pattern.finditer(text):
            start, end = one.span("number")
            if _digits(text[start:end]) not in shown.phones:
                yield start, end, Kind.PHONE
    for pattern, kind in ((_COMPLAINANT, Kind.COMPLAINANT), (_COMPLAINANT_BARE, Kind.COMPLAINANT)):
        yield from ((*one.span("who"), kind) for one in pattern.finditer(text))
    yield from _names(text, shown)


# Numbers

_GAP = r"[ \-.()]{0,3}"
_MAIL = (
    r"[A-Za-z0-9._%+\-]{1,64}\s?(?:@|\[at\]|\(at\)|\{at\})\s?"
    r"[A-Za-z0-9\-]{1,63}(?:\s?(?:\.|\[dot\]|\(dot\))\s?[A-Za-z0-9\-]{1,63}){1,8}"
)
_CITIZEN = (
    r"(?<!\d)(?<!\d[.-])(?:\d(?:-?\d){12}|\d[ .-]\d{4}[ .-]\d{5}[ .-]\d{2}[ .-]\d)(?!\d)"
    r"|(?<=ประชาชน)[^\d\n]{0,20}\d(?:[ -]?\d){7,14}"
)
_BANK = (
    r"(?<!\d)\d{3}-\d-\d{5}-\d(?!\d)"
    r"|(?:เลขที่บัญชี|บัญชีเลขที่|เลขบัญชี|พร้อมเพย์|บัญชีธนาคาร|PromptPay)[^\d\n]{0,40}\d(?:[ -]?\d){7,15}"
)
_HOUSE = r"บ้านเลขที่\s*\d+(?:\s?/\s?\d+)?(?:\s*(?:หมู่(?:ที่)?|ม\.)\s*\d+)?"
_SIGNED = r"(?<=\(ลงชื่อ\))[^\n]+|(?<=ลงชื่อ)\s*[.…_]{3,}[^\n]*"

_PLAIN = [
    (Kind.EMAIL, re.compile(_MAIL, re.IGNORECASE)),
    (Kind.CITIZEN, re.compile(_CITIZEN)),
    (Kind.ACCOUNT, re.compile(_BANK, re.IGNORECASE)),
    (Kind.ADDRESS, re.compile(_HOUSE)),
    (Kind.SIGNATURE, re.compile(_SIGNED)),
]
_WITH_UNDERSCORES = (Kind.EMAIL, Kind.SIGNATURE)
#: 08x-xxx xxxx, 0 34xx xxxx, (02) xxx xxxx, +66 8x xxx xxxx. Not 09.00-16.30, 05-10-2564, 0.85 or 1-0…
_PHONE = re.compile(
    r"(?<!\d)(?<!\d[.\-])(?P<number>"
    rf"(?:\+\s?66|0066|66(?=[ \-(]?[689]))(?:{_GAP}\(?0\)?)?(?:{_GAP}\d){{8,9}}"
    r"|(?!0\d\.\d{1,2}(?!\d))(?!\d\d[\-/. ]\d\d[\-/. ]\d{4}(?!\d))"
    rf"\(?0[ \-]?[2-9](?:{_GAP}\d){{7,8}}"
    r")(?!\d)"
)
_CALLED = re.compile(
    r"(?:โทรศัพท์|โทรสาร|โทร|มือถือ|เบอร์|แฟกซ์|(?<![A-Za-z])(?:tel|phone|fax|mobile))"
    r"[\s.:]{0,3}(?:หมายเลข|เลขที่|ติดต่อ|มือถือ|no\.?)?[\s.:]{0,3}(?P<number>[+(]?\d(?:[ \-().]{0,3}\d){5,14})",
    re.IGNORECASE,
)

# People

_TITLES = (
    r"ว่าที่\s?(?:ร้อยตรี|ร\.\s?ต\.|พันตรี|เรือตรี)(?:\s?หญิง)?",
    r"นางสาว",
    r"น\.\s?ส\.",
    r"เด็กชาย",
    r"เด็กหญิง",
    r"ด\.\s?[ชญ]\.",
    r"(?<!มูล)(?<!เจ้า)นาย",
    r"(?<!ขุน)นาง",
    r"(?<!ขอบ)(?<!บุญ)(?<!พระ)(?<!สรรพ)(?<!เจ้า)คุณ(?=\s?[ก-ฮเ-ไ][ก-ฺเ-๎]{1,30}[ \t]{1,3}[ก-ฮเ-ไ])",
    r"(?<!\.)(?:ผศ|รศ|ศ)\.(?:\s?ดร\.)?",
    r"ดร\.",
    r"(?<!\.)(?:พล|พ|ร|จ|ส|ด)\.\s?(?:[สต]\.\s?)?[อทต]\.\s?(?:[อทต]\.)?(?:\s?หญิง)?",
    r"(?:ดาบตำรวจ|สิบตำรวจ(?:เอก|โท|ตรี)|จ่าสิบ(?:เอก|โท|ตรี|ตำรวจ)|พันตำรวจ(?:เอก|โท|ตรี)|ร้อยตำรวจ(?:เอก|โท|ตรี)"
    r"|พัน(?:เอก|โท|ตรี)|ร้อย(?:เอก|โท|ตรี)|สิบ(?:เอก|โท|ตรี)|พลตำรวจ(?:เอก|โท|ตรี)|พล(?:เอก|โท|ตรี))"
    r"(?:\s?หญิง)?",
    r"(?<![.\d])(?<!\d )ม\.\s?(?:ล|ร\.\s?ว)\.",
    r"หม่อม(?:หลวง|ราชวงศ์|เจ้า)",
)
#: Words that only begin like a title: นายกองค์การบริหารส่วนตำบล, นายอำเภอ, คุณธรรม, พัฒนายกระดับ.
_NO_TITLE = (
    r"(?:นายก(?:\s|ฯ|$|[^ก-๎]|องค์|เทศ|อบต|อบจ|รัฐ|สมาคม|สภา|เมือง|พัทยา|เหล่า|ที่|ได้|และ|หรือ|ใน|ของ|เป็น|พิจารณา"
    r"|อนุมัติ|มอบ|ให้|โดย|ลง|ระดับ|เว้น|เลิก|ตัวอย่าง|ร่าง|รับ|เห็น|มี|ไม่|จะ|ขอ|กล่าว|แจ้ง|สั่ง|ทราบ|แถลง)"
    r"|นาย(?:อำเภอ|ทะเบียน|ช่าง|แพทย์|จ้าง|หน้า|ตรวจ|ทหาร|ตำรวจ|ด่าน|สัตวแพทย์|ทุน|สถานี|เวร|ประกัน|ตราด|ท้าย)"
    r"|นาง(?:พยาบาล|รำ|แบบ|งาม|ฟ้า)"
    r"|นายความ|คุณ(?:ให้|แก่|ต่อ|ธรรม|ภาพ|สมบัติ|ลักษณ|ค่า|วุฒิ|ประโยชน์|ากร|ความดี|งามความดี|โทษ|แม่|พ่อ))"
)
#: Ends of words that run into นาย and นาง: พัฒนายกระดับ, ศาสนา, สัมมนา, เจตนา.
_AFTER_NA = "".join(f"(?<!{end})" for end in ("พัฒ", "ศาส", "สัมม", "เจต", "จินต", "ภาว", "วาส", "ชาว", "ที่", "ทุ่ง", "ไร่"))
_TITLE = f"{_AFTER_NA}(?!{_NO_TITLE})(?:{'|'.join(_TITLES)})"
#: A word of a name; not a conjunction that stands alone, nor an abbreviation (ส.ต.ง.).
_WORD = r"(?!(?:และ|หรือ|ที่|ได้|ให้|ใน|ของ|โดย|กับ|เป็น|มี|เพื่อ|จาก|ตาม|แก่|ต่อ)(?:\s|$))(?![ก-ฮ]{1,3}\.)[ก-ฮเ-ไ][ก-ฺเ-๎.]{0,40}"
#: Between the words of a name: a space, a hyphen, or the end of a line.
_BETWEEN = r"(?:[ \t]{1,3}|[ \t]?[\n\-][ \t]?)"
_LATIN = r"[A-Z][A-Za-z'\-]+"
_TITLED = re.compile(
    rf"(?P<title>{_TITLE}(?:\s?{_TITLE}){{0,4}})[ \t]?"
    rf"(?P<name>{_WORD}(?:{_BETWEEN}{_WORD})?|{_LATIN}(?:{_BETWEEN}{_LATIN})?(?:[ \t]{_LATIN})?)"
)
_ENGLISH_TITLES = r"Mrs|MRS|Mr|MR|Miss|MISS|Ms|Dr|DR"  # MS Word is no person
_ENGLISH = re.compile(
    rf"(?P<title>(?<![A-Za-z])(?:{_ENGLISH_TITLES})(?:\.[ \t]*|[ \t]+))"
    rf"(?P<name>{_LATIN}(?:{_BETWEEN}{_LATIN})?(?:[ \t]{_LATIN})?)"
)
#: mr. sommai jaisue: in small letters a title needs its full stop, unless it is no other word.
_SMALL = re.compile(
    r"(?P<title>(?<![A-Za-z])(?:(?:mrs?|miss|ms|dr)\.[ \t]*|mrs?[ \t]+))"
    r"(?P<name>[a-z][a-z'\-]+(?:[ \t][a-z][a-z'\-]+)?)",
    re.IGNORECASE,
)
_LEADING_TITLE = re.compile(rf"^(?:{_TITLE}|(?:{_ENGLISH_TITLES})(?:\.|\s))\s?")


def _bare(name: str) -> str:
    """A name without its titles."""
    flat = " ".join(_flat(name)[0].split())
    while shorter := _LEADING_TITLE.sub("", flat).strip():
        if shorter == flat:
            break
        flat = shorter
    return flat


def _names(text: str, shown: Shown) -> Iterator[tuple[int, int, Kind]]:
    for pattern in (_TITLED, _ENGLISH, _SMALL):
        at = 0
        while one := pattern.search(text, at):
            start, end = one.span("name")
            own = shown.holders.match(text, start) if shown.holders else None
            if own is None:
                yield one.start(), end, Kind.NAME
            at = own.end() if own else end


_WHO = r"(?:ผู้ร้องเรียน|ผู้ร้องทุกข์|ผู้ร้อง|ผู้แจ้งเบาะแส|ผู้เสียหาย|ผู้ถูกร้องเรียน|ผู้ถูกกล่าวหา|ผู้ถูกร้อง)"
#: After ผู้ร้อง, or ผู้ร้อง (…): a name that is said to be one; whoever it is, also an office holder.
_COMPLAINANT = re.compile(
    rf"{_WHO}(?:\s*(?:คือ|ชื่อ|ได้แก่|นาม|รายชื่อ)\s*[:：]?\s*|\s*:\s*|\s*\(\s*|\s*(?={_TITLE}))"
    rf"(?P<who>(?:{_TITLE}\s?)?{_WORD}(?:{_BETWEEN}{_WORD})?)"
)
#: Words that may follow a complainant and are no name.
_NO_NAME = (
    r"(?:และ|หรือ|ที่|ได้|ให้|จะ|ต้อง|เพื่อ|ใน|ของ|โดย|กับ|มี|เป็น|ไม่|สามารถ|รวม|ผ่าน|ทราบ|ทาง|ตาม|การ|เรื่อง|แจ้ง|ร้อง|ทุก|ราย|กรณี"
    r"|ซึ่ง|อย่าง|ภายใน|จาก|ถึง|ว่า|ช่อง|อาจ|ควร|แต่|เมื่อ|หาก|แล้ว|อยู่|มา|ไป|เข้า|ออก|ขอ|ส่ง|รับ|พยาน|ประชาชน|เจ้าหน้าที่|ผู้|ต่อ|ด้วย"
    r"|แบบ|หลัก|ระบบ|ข้อ|คน|จำนวน|ปี|กลับ|เจ้า|นั้น|นี้|อื่น|เกิด|รู้|มั่น|กล้า|ถูก|ดำเนิน|พร้อม|สะดวก|รักษา|คุ้มครอง)"
)
_COMPLAINANT_BARE = re.compile(rf"{_WHO}[ \t]+(?P<who>(?!{_NO_NAME}){_WORD}[ \t]{{1,3}}(?!{_NO_NAME}){_WORD})")
