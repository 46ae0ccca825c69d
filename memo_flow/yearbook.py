"""A year of the register as one ZIP: every printed paper, and an index that says what each is."""

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.db.models.fields.json import KT
from django.template.loader import render_to_string
from zipstream import ZIP_STORED, ZipStream

from documents import archive, serving
from documents.models import Paper
from memo_flow import manuscripts, shelves
from memo_flow.models import Memo
from organization.calendar import local

BATCH = 200  # memos of one statement


def years(memos: QuerySet[Memo]) -> list[int]:
    """The register's years (พ.ศ.) in which these memos were numbered, newest first."""
    numbered = memos.filter(entry__isnull=False).order_by()
    return sorted(numbered.values_list("entry__year", flat=True).distinct(), reverse=True)


def packed(memos: QuerySet[Memo], year: int) -> Iterator[bytes]:
    """The ZIP, piece by piece: a batch of memos, a piece of a file and the index are held."""
    pack, index = ZipStream(compress_type=ZIP_STORED), []
    for memo, paper in _printed(memos, year):
        line = _line(memo, paper)
        index.append(line)
        if not archive.there(paper.print.sha256):
            line["file"] = ""  # told in the index; verify_audit tells whoever runs the system
            continue
        pack.add(serving.chunks(paper.print.sha256), line["file"])
        yield from pack.all_files()
    pack.add(_csv(index), "index.csv")
    pack.add(render_to_string("memo_flow/yearbook.html", {"year": year, "index": index}), "index.html")
    yield from pack.finalize()


def _printed(memos: QuerySet[Memo], year: int) -> Iterator[tuple[Memo, Paper]]:
    """The printed papers of a year's memos in the register's order; every paper, also one drawn up again later."""
    numbered = memos.filter(entry__year=year).select_related("entry", "division")
    rows = numbered.order_by("entry__division", "entry__running").iterator(chunk_size=BATCH)
    while batch := {manuscripts.about(memo): memo for memo in islice(rows, BATCH)}:
        papers = Paper.objects.filter(about__in=batch, print__isnull=False).select_related("print").defer("data")
        papers = papers.annotate(kind=KT("data__body__kind")).order_by("at", "form", "pk")
        theirs: dict[str, list[Paper]] = {about: [] for about in batch}
        for paper in papers:
            theirs[paper.about].append(paper)
        for about, memo in batch.items():
            yield from ((memo, paper) for paper in theirs[about])


def _line(memo: Memo, paper: Paper) -> dict[str, Any]:
    name = serving.file_name(memo.entry.number, shelves.label(paper), paper.code)
    return {
        "file": f"{serving.folder_name(memo.division.name_th)}/{name}",
        "number": memo.entry.number,
        "subject": memo.subject,
        "state": memo.get_state_display(),
        "paper": shelves.label(paper),
        "code": paper.code,
        "at": local(paper.at),
        "sha256": paper.print.sha256,
        "size": paper.print.size,
    }


def _csv(index: list[dict[str, Any]]) -> bytes:
    """The index for a spreadsheet; with the mark that tells Excel it is UTF-8."""
    out = io.StringIO()
    rows = csv.DictWriter(out, ["number", "subject", "state", "paper", "code", "at", "file", "sha256", "size"])
    rows.writeheader()
    for line in index:
        rows.writerow({**line, "at": _iso(line["at"]), "subject": _tame(line["subject"])})
    return out.getvalue().encode("utf-8-sig")


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _tame(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t" else text
