"""script/bench office: what was changed between two texts of twenty pages; milliseconds last as JSON.

diff       memo_flow.comparing of a text of 100 paragraphs, 50,000 characters of Thai words, with one of which a share
           of the words is another; the slowest share is held against the limit

The words come from the dictionary by a fixed seed; each figure is the median of nine rounds, after one not counted.
"""

import json
import os
import random
import statistics
import sys
import time
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"

import django

django.setup()

from memo_flow.comparing import compare
from organization import thai_words

PARAGRAPHS, WORDS, ROUNDS = 100, 70, 9
SHARES = {"a word in each paragraph": 0.02, "a tenth": 0.1, "half": 0.5, "all": 1.0}
DIFF_MS = 100


def main() -> None:
    chance = random.Random(1)
    known = [word for word in thai_words.known() if 3 < len(word) < 12]
    old = ["".join(chance.choices(known, k=WORDS)) for _ in range(PARAGRAPHS)]
    diff = {name: measured(old, [changed(one, share, known, chance) for one in old]) for name, share in SHARES.items()}
    within = {"diff_under_100_ms": max(diff.values()) < DIFF_MS}
    print(json.dumps({"characters": sum(map(len, old)), "diff_ms": diff, "within": within}))
    sys.exit(0 if all(within.values()) else 1)


def changed(text: str, share: float, known: list[str], chance: random.Random) -> str:
    words = thai_words.words(text)
    return "".join(chance.choice(known) if chance.random() < share else word for word in words)


def measured(old: list[str], new: list[str]) -> float:
    before, after = content(old), content(new)
    took = []
    for _round in range(ROUNDS + 1):
        start = time.perf_counter()
        compare(before, after, divisions={})
        took.append(time.perf_counter() - start)
    return round(statistics.median(took[1:]) * 1000, 1)


def content(lines: list[str]) -> dict[str, Any]:
    return {"sections": [{"id": "", "heading": "", "text": "\n".join(lines)}]}


if __name__ == "__main__":
    main()
