"""python -m benchmarks.corpus DIR [second|third|fresh]: the corpus, or one of its other sets, as files to look at."""

import sys
from pathlib import Path

from benchmarks.corpus import library

SETS = {"corpus": library.corpus, "second": library.second, "third": library.third, "fresh": library.fresh}


def main() -> None:
    if len(sys.argv) not in (2, 3) or (sys.argv[2:] or ["corpus"])[0] not in SETS:
        sys.exit(f"usage: python -m benchmarks.corpus DIR [{'|'.join(SETS)}]")
    made = SETS[(sys.argv[2:] or ["corpus"])[0]]()
    library.dump(made, Path(sys.argv[1]))
    print(f"{len(made.clean)} clean, {len(made.mutated)} mutated")


if __name__ == "__main__":
    main()
