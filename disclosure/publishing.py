"""Publishing and taking back. What was previewed is what is published, or nothing is."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from audit import chain
from disclosure import policies, redaction, snapshots, store
from disclosure.models import Page, Publication, Withdrawal
from disclosure.redaction import Shown
from disclosure.snapshots import Sheet, Snapshot
from documents import orders
from documents.models import Paper
from memo_flow.models import Memo
from organization import plain_text
from organization.calendar import day_of
from organization.models import Organization, User
from organization.refusals import NotNow, Stale
from organization.seats import Seat

EDITION = "ฉบับเผยแพร่ต่อสาธารณะ ปกปิดข้อมูลส่วนบุคคลแล้ว ต้นฉบับเก็บไว้ที่หน่วยงาน"


def preview(memo_id: UUID, page: Page, *, by: User, now: datetime) -> Snapshot:
    """What would be published now, and what is hidden of it: for who may publish, because it names what is hidden.

    Raises Memo.DoesNotExist (no approved memo, or a secret one), Refused, or NotNow (a page that is not this memo's).
    """
    policies.require(by, "publish", by.organization_id, on=day_of(now))
    return snapshots.taken(snapshots.publishable(by.organization_id).get(pk=memo_id), page, at=now)


def sheet(memo_id: UUID, page: Page, form: str, *, by: User, now: datetime) -> Sheet:
    """The paper of a form that would go with a page, for who may publish.

    Raises what preview does, and Memo.DoesNotExist where no such paper goes with it.
    """
    sheets = preview(memo_id, page, by=by, now=now).sheets
    found = next((one for one in sheets if one.paper.form == form), None)
    if found is None:
        raise Memo.DoesNotExist
    return found


def said_by(sheet: Sheet, code: str = "") -> dict[str, Any]:
    """The data of the paper that the public gets, the paper itself or its public edition; without a code a preview."""
    data: dict[str, Any] = sheet.paper.data | {"code": code, "verify": orders.address_of(code) if code else ""}
    if sheet.original:
        return data
    return data | sheet.said | {"note": EDITION, "title": f"{sheet.said['title']} (ฉบับเผยแพร่)"}


@transaction.atomic
def publish(memo_id: UUID, page: Page, *, by: User, digest: str, now: datetime) -> Publication:
    """Put what was previewed before the public. `digest`: the previewed snapshot's.

    Raises Memo.DoesNotExist, Refused, NotNow (published already as it is) or Stale: something has changed since the
    preview; `current` is the new one.
    """
    office = _locked(by)
    seat = policies.require(by, "publish", office.pk, on=day_of(now))
    snapshot = preview(memo_id, page, by=by, now=now)
    last = Publication.objects.filter(organization=office, fiscal_year=snapshot.year, page=page).order_by("seq").last()
    if snapshot.digest != digest:
        raise Stale(_("What would be published has changed since you looked. Look at it again."), snapshot)
    if last and not hasattr(last, "withdrawal") and _is_the_same(last, snapshot):
        raise NotNow(_("This is published already, as it is."))
    publication = Publication(
        organization=office,
        fiscal_year=snapshot.year,
        page=page,
        seq=last.seq + 1 if last else 1,
        memo=snapshot.memo,
        by=by,
        position=seat.position,
        acting=seat.acting,
        at=now,
    )
    hiding = [sheet for sheet in snapshot.sheets if not sheet.original]
    kept = _kept(publication, hiding)
    editions = [_edition(publication, sheet, now) for sheet in hiding if sheet.paper.form not in kept]
    codes = kept | {one.form: one.code for one in editions}
    publication.data = snapshot.data | {"papers": _listed(snapshot, codes)}
    publication.digest = chain.digest(publication.data)
    publication.save(force_insert=True)
    orders.place(editions, by=by, seat=seat, at=now)
    _begin(publication, by, seat, now)
    transaction.on_commit(store.empty)
    return publication


def _is_the_same(last: Publication, snapshot: Snapshot) -> bool:
    """The same data of the same day; the same numbers of another day may be said again."""
    return snapshots.identity(last.data) == snapshot.digest and last.data["as_of"] == snapshot.data["as_of"]


@transaction.atomic
def withdraw(publication_id: UUID, *, by: User, reason: str, now: datetime) -> Withdrawal:
    """Take a publication back: its address says so from then on, with the reason and who withdrew it.

    Raises Publication.DoesNotExist, Refused, NotNow (withdrawn already, or replaced) or ValidationError (no reason).
    """
    office = _locked(by)
    publication = Publication.objects.get(pk=publication_id, organization=office)
    seat = policies.require(by, "withdraw", office.pk, on=day_of(now))
    place = {"organization": office, "fiscal_year": publication.fiscal_year, "page": publication.page}
    if hasattr(publication, "withdrawal") or Publication.objects.filter(**place, seq__gt=publication.seq).exists():
        raise NotNow(_("This publication has been withdrawn or replaced already."))
    words = plain_text.words(reason, "reason", needed=_("Say why: the reason is shown to the public."))
    _nobody_named(words, office)
    withdrawal = Withdrawal(
        publication=publication, reason=words, by=by, position=seat.position, acting=seat.acting, at=now
    )
    withdrawal.save(force_insert=True)
    chain.record(publication, "withdrawn", by=by, seat=seat, at=now, reason=chain.digest(words))
    transaction.on_commit(store.empty)
    return withdrawal


def _locked(by: User) -> Organization:
    """The office, so that two who publish the same place do so one after the other."""
    if by.organization_id is None:
        raise Memo.DoesNotExist
    return Organization.objects.select_for_update(no_key=True).get(pk=by.organization_id)


def _nobody_named(reason: str, office: Organization) -> None:
    """Raises ValidationError when the reason, which is public, holds personal data."""
    found = redaction.spans(reason, Shown.of(snapshots.holders(office), office.phone))
    if found:
        named = ", ".join(f"“{reason[one.start : one.end].strip()}”" for one in found)
        said = _("The reason is shown to the public and may hold no personal data: %(words)s") % {"words": named}
        raise ValidationError({"reason": said})


def _kept(publication: Publication, sheets: list[Sheet]) -> dict[str, str]:
    """Form -> the code of the public edition that this place was given before, where it would say the same again."""
    if not sheets:
        return {}
    place = {"organization": publication.organization, "fiscal_year": publication.fiscal_year}
    older = Publication.objects.filter(**place, page=publication.page).values_list("pk", flat=True)
    papers = Paper.objects.filter(about__in=[about(pk) for pk in older]).order_by("at", "pk")
    newest = {paper.form: paper for paper in papers}
    found = [newest[sheet.paper.form] for sheet in sheets if sheet.paper.form in newest]
    said = {sheet.paper.form: sheet for sheet in sheets}
    return {paper.form: paper.code for paper in found if paper.data == said_by(said[paper.form], paper.code)}


def _edition(publication: Publication, sheet: Sheet, now: datetime) -> Paper:
    """A paper of the same form that says what may be shown: with a code of its own, sealed as any."""
    return orders.frozen(
        said_by(sheet, orders.new_code()),
        organization_id=publication.organization_id,
        about=about(publication.pk),
        sealed=True,
        at=now,
    )


def about(publication_id: UUID) -> str:
    return f"publication:{publication_id}"


def _listed(snapshot: Snapshot, codes: dict[str, str]) -> list[dict[str, Any]]:
    """The papers as they are published, public editions with the codes they were given."""
    return [
        one if one["edition"] == "original" else one | {"code": codes[one["form"]]} for one in snapshot.data["papers"]
    ]


def _begin(publication: Publication, by: User, seat: Seat, now: datetime) -> None:
    facts = {
        "digest": publication.digest,
        "memo": str(publication.memo_id),
        "page": str(publication.page),
        "fiscal_year": publication.fiscal_year,
    }
    chain.begin([publication], "published", by=by, seat=seat, at=now, data={publication.pk: facts})
