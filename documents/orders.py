"""The counter of the print shop: papers are frozen in the act's own transaction and printed after its commit."""

import secrets
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models.fields.json import KT
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from audit import chain
from documents.models import Form, Job, Paper
from organization import doorbell
from organization.calendar import arabic_digits, local
from organization.models import Organization
from organization.refusals import NotNow

#: Of a code: no letter that is read as another (Crockford's base 32); 10 of them are 50 bits.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 10
_MISREAD = str.maketrans("OIL", "011")
SHAPE = 1
MOST = 200  # papers of one thing that a page lists


def paper_of(
    form: Form,
    body: Mapping[str, Any],
    *,
    organization: Organization,
    title: str,
    at: datetime,
    public: Mapping[str, Any] | None = None,
    code: str = "",
    mark: str = "",
    note: str = "",
    secrecy: str = "",
    digits: str = "thai",
    keep: Collection[str] = (),
) -> dict[str, Any]:
    """A paper's data: a body of its form in the shape of typesetting.py. Without a code it is a preview."""
    return {
        "form": form.value,
        "shape": SHAPE,
        "code": code,
        "verify": address_of(code) if code else "",
        "digits": digits,
        "mark": mark,
        "note": note,
        "secrecy": secrecy,
        "title": title,
        "keep": list(keep),
        "organization": {
            "name": organization.name_th,
            "short": organization.short_th,
            "phone": organization.phone,
            "website": organization.website,
        },
        "at": local(at).isoformat(timespec="seconds"),
        "public": dict(public or {}),
        "body": dict(body),
    }


def new_code() -> str:
    """A code nobody can guess: whoever has it holds the paper, or was given it."""
    return "".join(secrets.choice(ALPHABET) for _place in range(LENGTH))


def code_as_typed(typed: str) -> str:
    """A code as it is kept, from one typed with spaces, hyphens, small letters, Thai digits or a letter misread, or
    from the whole address that stands beside it."""
    kept = arabic_digits(typed.strip().rstrip("/").rsplit("/", 1)[-1]).upper().translate(_MISREAD)
    return "".join(one for one in kept if one in ALPHABET)


def address_of(code: str) -> str:
    return f"{settings.SITE_URL}{reverse('verify', args=[code])}"


def frozen(data: dict[str, Any], *, organization_id: UUID, about: str, sealed: bool, at: datetime) -> Paper:
    """The record of a paper's data, still unsaved; `place` saves it."""
    return Paper(
        organization_id=organization_id,
        form=data["form"],
        about=about,
        code=data["code"],
        sealed=sealed,
        data=data,
        digest=chain.digest(data),
        at=at,
    )


def place(
    papers: Iterable[Paper], *, by: chain.Actor | None, seat: chain.Chair | None = None, at: datetime
) -> list[Paper]:
    """Freeze papers and order their printing, in the caller's transaction. Three statements, whatever their number."""
    papers = list(papers)
    Paper.objects.bulk_create(papers)
    Job.objects.bulk_create(Job(paper=paper, next_at=timezone.now()) for paper in papers)
    facts = {paper.pk: {"form": paper.form, "digest": paper.digest} for paper in papers}
    chain.begin(papers, "frozen", by=by, seat=seat, at=at, data=facts)
    if papers:
        transaction.on_commit(ring)
    return papers


def again(paper: Paper) -> None:
    """Try a paper's printing at once, whatever it waits for. Raises NotNow when it has been printed."""
    with transaction.atomic():
        jobs = Job.objects.filter(paper=paper)
        if not jobs.exists():
            raise NotNow(_("This paper has been printed."))
        jobs.filter(lease=None).update(next_at=timezone.now(), error="")  # a shop that holds it goes on
        transaction.on_commit(ring)


def ring() -> None:
    """Wake the print shop."""
    doorbell.ring("documents.tasks.print_due")


def papers_about(about: str) -> list[Paper]:
    """The papers of something, the newest first, with their jobs and prints; `kind` is a follow-up's, their data is
    not loaded. One statement."""
    papers = Paper.objects.filter(about=about).select_related("job", "print").defer("data")
    return list(papers.annotate(kind=KT("data__body__kind")).order_by("-at", "form", "-pk")[:MOST])


def newest(about: str, form: str, kind: str = "") -> Paper | None:
    """The newest paper of a form, and of a kind of follow-up."""
    papers = Paper.objects.filter(about=about, form=form)
    if kind:
        papers = papers.filter(data__body__kind=kind)
    return papers.order_by("-at", "-pk").first()
