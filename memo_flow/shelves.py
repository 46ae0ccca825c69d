"""How the papers of a memo are listed: the newest of each form, and whether it is there, waits, or could not be set."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from documents.models import Form, Paper

#: The order of a shelf.
ORDER = [Form.MEMO, Form.REPORT, Form.NOTICE, Form.FOLLOW_UP, Form.CERTIFICATE]


def of(papers: Iterable[Paper]) -> dict[str, Any]:
    """What the card of a memo's papers shows. `papers`: orders.papers_about, the newest first; what is not among them
    can be looked at as a preview."""
    newest: dict[tuple[str, str], Paper] = {}
    for paper in papers:
        newest.setdefault((paper.form, kind(paper)), paper)
    lines = [line(paper) for paper in sorted(newest.values(), key=lambda one: (ORDER.index(Form(one.form)), kind(one)))]
    return {
        "lines": lines,
        "printing": any(one["state"] == "waiting" for one in lines),
        "previews": [
            form for form in (Form.MEMO, Form.REPORT) if form not in {paper.form for paper in newest.values()}
        ],
    }


def line(paper: Paper) -> dict[str, Any]:
    return {"paper": paper, "label": label(paper), "state": state(paper), "code": spaced(paper.code)}


def spaced(code: str) -> str:
    """7K3M9-QPX2T: as it is printed and read aloud."""
    return f"{code[:5]}-{code[5:]}"


def state(paper: Paper) -> str:
    """ready, waiting, or failed: it could not be set and waits for the next attempt."""
    if hasattr(paper, "print"):
        return "ready"
    return "failed" if hasattr(paper, "job") and paper.job.error else "waiting"


def label(paper: Paper) -> str:
    names = {"interim": _("Interim follow-up report"), "final": _("Final follow-up report")}
    return names.get(kind(paper)) or str(paper.get_form_display())


def kind(paper: Paper) -> str:
    """interim or final of a follow-up report, else nothing."""
    if paper.form != Form.FOLLOW_UP:
        return ""
    return getattr(paper, "kind", None) or paper.data["body"]["kind"] or ""
