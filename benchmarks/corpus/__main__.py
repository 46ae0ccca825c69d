"""python -m benchmarks.corpus DIR [heldout]: the corpus, or the held-out set, as files to look at or to try."""

import sys
from pathlib import Path

from benchmarks.corpus import library


def main() -> None:
    if len(sys.argv) not in (2, 3) or sys.argv[2:] not in ([], ["heldout"]):
        sys.exit("usage: python -m benchmarks.corpus DIR [heldout]")
    made = library.heldout() if sys.argv[2:] else library.corpus()
    library.dump(made, Path(sys.argv[1]))
    print(f"{len(made.clean)} clean, {len(made.mutated)} mutated")


if __name__ == "__main__":
    main()
