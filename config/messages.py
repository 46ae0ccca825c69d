"""The catalogue of Thai words: extracted, merged, compiled, checked; by script/messages, with requirements-dev.txt.

The source says everything in English, `locale/th/LC_MESSAGES/django.po` says it in Thai. Nothing here guesses: a new
sentence stays empty until somebody translates it, and a sentence nobody says any more leaves the catalogue.
"""

import argparse
import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

BASE = Path(__file__).resolve().parent.parent
PO = BASE / "locale/th/LC_MESSAGES/django.po"
MO = PO.with_suffix(".mo")
ROOMS = (
    "assessments",
    "audit",
    "config",
    "demo",
    "desk",
    "disclosure",
    "documents",
    "files",
    "measures",
    "memo_flow",
    "notifications",
    "organization",
)
KEYWORDS: dict[str, Any] = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), None),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|%%|\{\w*\}")
Key = tuple[str | None, str]
Found = Iterator[tuple[int, str | tuple[str, ...], list[str], str | None]]


class Words(Catalog):
    """A catalogue whose header holds only what readers of it need, so that the same words are the same file."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return [
            ("Project-Id-Version", "MemoFlow"),
            ("Language", "th"),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=UTF-8"),
            ("Content-Transfer-Encoding", "8bit"),
            ("Plural-Forms", "nplurals=1; plural=0;"),
        ]


def in_template(path: Path) -> Found:
    # Inside brackets the indentation of a page means nothing to Python's reader.
    python = f"(\n{templatize(path.read_text(encoding='utf-8'), origin=str(path))}\n)"
    yield from extract("python", BytesIO(python.encode()), keywords=KEYWORDS, options={"encoding": "utf-8"})


def in_python(path: Path) -> Found:
    with path.open("rb") as file:
        yield from extract("python", file, keywords=KEYWORDS, options={"encoding": "utf-8"})


def extracted() -> Words:
    """What the source says today, in English, with the files that say it."""
    code = [path for room in ROOMS for path in (BASE / room).rglob("*.py") if "migrations" not in path.parts]
    pages = [path for path in (BASE / "templates").rglob("*") if path.suffix in {".html", ".txt"}]
    words = Words(
        locale="th", fuzzy=False, header_comment="# Thai of MemoFlow. Kept by script/messages; translate here."
    )
    for path in sorted(code + pages):
        for _line, message, _comments, context in in_python(path) if path.suffix == ".py" else in_template(path):
            if message if isinstance(message, str) else message[0]:
                words.add(message, locations=[(str(path.relative_to(BASE)), 0)], context=context)
    return words


def written() -> Catalog:
    with PO.open("rb") as file:
        return read_po(file, locale="th")


def by_key(catalog: Catalog) -> dict[Key, Message]:
    return {(message.context, singular(message)): message for message in catalog if message.id}


def singular(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def said(message: Message) -> str:
    """Its Thai; Thai has one form whatever the number."""
    return message.string if isinstance(message.string, str) else next(iter(message.string or ()), "")


def merged() -> Words:
    """What the source says today, with the Thai the catalogue already has for it."""
    words, known = extracted(), by_key(written()) if PO.exists() else {}
    for key, message in by_key(words).items():
        thai = said(known[key]) if key in known and not known[key].fuzzy else ""
        message.string = thai if isinstance(message.id, str) else (thai,)
        message.locations = sorted({(file, None) for file, _line in message.locations})  # type: ignore[misc]
    return words


def as_po(words: Words) -> bytes:
    out = BytesIO()
    write_po(out, words, width=120, sort_output=True, include_lineno=False, ignore_obsolete=True)
    return out.getvalue()


def as_mo(words: Catalog) -> bytes:
    tidy, out = Words(locale="th", fuzzy=False), BytesIO()
    for message in words:
        if message.id:
            tidy.add(message.id, message.string, context=message.context)
    write_mo(out, tidy)
    return out.getvalue()


def placeholders(message: Message) -> set[str]:
    """The places the English leaves for a value. The number may be missing from one English form, never from all."""
    forms = [message.id] if isinstance(message.id, str) else list(message.id)
    return {place for form in forms for place in PLACEHOLDER.findall(form)}


def faults() -> list[str]:
    """Sentences about what is wrong with the catalogue; none if it is complete."""
    if not (PO.exists() and MO.exists()):
        return ["There is no catalogue: run script/messages."]
    catalog = written()
    ours, known, wrong = by_key(extracted()), by_key(catalog), []
    for key in sorted(ours, key=str):
        thai = said(known[key]) if key in known else ""
        if not thai.strip():
            wrong.append(f"No Thai: {name(key)}")
        elif (places := set(PLACEHOLDER.findall(thai))) != placeholders(ours[key]):
            wrong.append(f"Placeholders differ ({', '.join(sorted(places ^ placeholders(ours[key])))}): {name(key)}")
        elif known[key].fuzzy:
            wrong.append(f"A guess (fuzzy): {name(key)}")
    wrong += [f"Nobody says it any more: {name(key)}" for key in sorted(known.keys() - ours.keys(), key=str)]
    wrong += [f"Nobody says it any more: {name((m.context, singular(m)))}" for m in catalog.obsolete.values()]
    if MO.read_bytes() != as_mo(catalog):
        wrong.append("django.mo is not what django.po compiles to: run script/messages.")
    return wrong


def name(key: Key) -> str:
    context, text = key
    return f"{text!r} (context {context!r})" if context else repr(text)


def main() -> int:
    parser = argparse.ArgumentParser(prog="script/messages", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 and name what is missing or wrong")
    if not parser.parse_args().check:
        PO.parent.mkdir(parents=True, exist_ok=True)
        words = merged()
        PO.write_bytes(as_po(words))
        MO.write_bytes(as_mo(words))
        empty = sum(not said(message) for message in by_key(words).values())
        print(f"{len(words)} messages, {empty} without Thai")
        return 0
    wrong = faults()
    print("\n".join(wrong) or "The catalogue is complete.", file=sys.stderr if wrong else sys.stdout)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
