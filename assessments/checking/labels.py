"""What sentences call a key."""

from typing import NamedTuple

from assessments.checking.facts import TOTAL, Key
from assessments.rulebook import Rules


class Label(NamedTuple):
    """In Thai and in English."""

    th: str
    en: str

    @property
    def opening(self) -> str:
        """The English at the head of a sentence."""
        return self.en[0].upper() + self.en[1:]


def label(rules: Rules, key: Key) -> Label:
    if key == TOTAL:
        return Label("คะแนนรวม", "the total")
    if isinstance(key, int):
        one = rules.by_number[key]
        return Label(f"ตัวชี้วัดที่ {key} {one.th}", f"indicator {key} ({one.en})")
    return Label(f"คะแนน {key}", f"the {key} score")
