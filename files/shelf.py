"""The acts on attachments. A room above asks for the right, then calls these within its own transaction."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.files.storage import storages
from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from audit import chain
from files import inspection
from files.models import Attachment, Kind, LinkState
from organization.models import Organization, User
from organization.seats import Seat


@transaction.atomic
def keep(
    file: "File[bytes]",
    *,
    name: str,
    organization: Organization,
    about: str,
    part: str = "",
    by: User,
    seat: Seat,
    now: datetime,
) -> Attachment:
    """Store a file and attach it.

    Raises ValidationError with a sentence for the screen: a type that is not taken, a file that is not what its name
    says, too large, too many, empty, or attached here already.
    """
    media_type = inspection.inspect(file, name)
    sha256 = _store(file)
    same = Attachment.objects.filter(about=about, part=part, sha256=sha256, removed_at=None).first()
    if same:
        raise ValidationError(_("This file is attached here already, as “%(name)s”.") % {"name": same.name})
    attachment = Attachment.objects.create(
        organization=organization,
        about=about,
        part=part,
        kind=Kind.FILE,
        name=name,
        sha256=sha256,
        media_type=media_type,
        size=file.size,
        by=by,
        position=seat.position,
        acting=seat.acting,
        at=now,
    )
    chain.record(attachment, "attached", by=by, seat=seat, at=now, about=about, part=part, sha256=sha256)
    return attachment


@transaction.atomic
def link(
    url: str, *, name: str, organization: Organization, about: str, part: str = "", by: User, seat: Seat, now: datetime
) -> Attachment:
    """Attach a link. Raises ValidationError as `keep` does."""
    attachment = Attachment.objects.create(
        organization=organization,
        about=about,
        part=part,
        kind=Kind.LINK,
        name=name or url,
        url=url,
        link_state=LinkState.WAITING,
        by=by,
        position=seat.position,
        acting=seat.acting,
        at=now,
    )
    chain.record(attachment, "attached", by=by, seat=seat, at=now, about=about, part=part, url=chain.digest(url))
    return attachment


@transaction.atomic
def remove(attachment: Attachment, *, by: User, seat: Seat, why: str = "", now: datetime) -> None:
    """Take an attachment away; its row and its chain keep that it was there."""
    attachment.removed_at, attachment.removed_by, attachment.removed_why = now, by, why
    attachment.save(update_fields=["removed_at", "removed_by", "removed_why"])
    chain.record(attachment, "removed", by=by, seat=seat, at=now, about=attachment.about, sha256=attachment.sha256)


def attached_to(about: str) -> list[Attachment]:
    """What is attached to a thing now, oldest first, with who attached it. One statement."""
    return list(Attachment.objects.filter(about=about, removed_at=None).select_related("by"))


def counts(abouts: Iterable[str]) -> dict[str, int]:
    """Thing -> how much is attached to it now; things without any are left out. One statement."""
    rows = Attachment.objects.filter(about__in=set(abouts), removed_at=None).order_by().values_list("about")
    return dict(rows.annotate(count=Count("pk")))


def freeze(attachments: Iterable[Attachment], *, now: datetime) -> None:
    """A frozen text names these: their bytes stay for good."""
    keys = [one.pk for one in attachments]
    Attachment.objects.filter(pk__in=keys, frozen_at=None).update(frozen_at=now)


def take(sha256: str) -> "File[bytes]":
    """The stored file, open for reading. Raises FileNotFoundError."""
    return storages["files"].open(_name(sha256), "rb")


def _store(file: "File[bytes]") -> str:
    file.seek(0)
    sha256 = hashlib.sha256()
    for chunk in file.chunks():
        sha256.update(chunk)
    name = _name(sha256.hexdigest())
    if not storages["files"].exists(name):
        file.seek(0)
        storages["files"].save(name, file)
    return sha256.hexdigest()


def _name(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256}"
