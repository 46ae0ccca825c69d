"""How the papers of a memo are listed: the newest of each form, and whether it is there, waits, or could not be set."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from documents.models import Form, Paper
from memo_flow import manuscripts
from memo_flow.content import Content

#: The order of a shelf.
ORDER = [Form.MEMO, Form.REPORT, Form.NOTICE, Form.FOLLOW_UP, Form.CERTIFICATE]


def of(papers: Iterable[Paper], body: Content) -> dict[str, Any]:
    """What the card of a memo's papers shows. `papers`: orders.papers_about, the newest first; what is not among them
    can be looked at as a preview. `body`: what the memo says now."""
    newest: dict[tuple[str, str], Paper] = {}
    for paper in papers:
        newest.setdefault((paper.form, kind(paper)), paper)
    lines = [line(paper) for paper in sorted(newest.values(), key=_place)]
    forms = [Form.MEMO]
    forms += [Form.REPORT] if manuscripts.has_report(body) else []
    forms += [Form.FOLLOW_UP] if body.get("follow_up") else []
    return {
        "lines": lines,
        "printing": any(one["state"] == "waiting" for one in lines),
        "previews": [form for form in forms if form not in {paper.form for paper in newest.values()}],
    }


def listed(papers: Iterable[Paper]) -> list[dict[str, Any]]:
    """All of them, the newest first; those of one moment in the order of the shelf."""
    return [line(paper) for paper in sorted(papers, key=lambda one: (-one.at.timestamp(), _place(one)))]


def _place(paper: Paper) -> tuple[int, str]:
    return ORDER.index(Form(paper.form)), kind(paper)


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
