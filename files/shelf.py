"""The acts on attachments. A room above asks for the right, then calls these within its own transaction."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.db import IntegrityError, transaction
from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from audit import chain
from files import addresses, inspection, names, store
from files.models import Attachment, Kind, LinkState
from files.store import take
from organization import doorbell
from organization.models import Organization, User
from organization.refusals import NotNow
from organization.seats import Seat

__all__ = ["attached_to", "counts", "freeze", "keep", "link", "remove", "sweep", "take"]

logger = logging.getLogger(__name__)

_NEEDED = Q(removed_at=None) | Q(frozen_at__isnull=False)
UNFINISHED = timedelta(days=1)  # how long bytes without a row may belong to an act that is under way


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
    """Store a file and attach it; a picture is stored without where and by which device it was taken.

    Raises ValidationError with a sentence for the screen: a type that is not taken, a file that is not what its name
    says, damaged, with programs in it, too large, too many, empty, a deceiving name, attached here already, or a store
    without room. Then nothing is stored.
    """
    name = names.clean(name)
    _small_enough(file.size or 0)
    _few_enough(about)
    found = inspection.examine(file, name)
    content: File[bytes] | bytes = found.picture or file
    sha256 = _digest(content)
    attachment = _attached(
        kind=Kind.FILE,
        name=name,
        sha256=sha256,
        media_type=found.media_type,
        size=len(found.picture) if found.picture else file.size,
        thumbnail=_digest(found.thumbnail) if found.thumbnail else "",
        **_placed(organization, about, part, by, seat, now),
    )
    received = {} if content is file else {"received": store.digest_of(file)}
    _record(attachment, by=by, seat=seat, now=now, sha256=sha256, **received)
    _stored({sha256: content} | ({attachment.thumbnail: found.thumbnail} if found.thumbnail else {}), attachment)
    return attachment


@transaction.atomic
def link(
    url: str, *, name: str, organization: Organization, about: str, part: str = "", by: User, seat: Seat, now: datetime
) -> Attachment:
    """Attach a link; whether it works is looked at after the commit. Raises ValidationError as `keep` does."""
    url = addresses.clean(url)
    name = names.short(names.said(name)) or url[: names.LONGEST]
    _few_enough(about)
    attachment = _attached(
        kind=Kind.LINK,
        name=name,
        url=url,
        link_state=LinkState.WAITING,
        **_placed(organization, about, part, by, seat, now),
    )
    _record(attachment, by=by, seat=seat, now=now, url=chain.digest(url))
    transaction.on_commit(lambda: doorbell.ring("files.tasks.check_links"))
    return attachment


@transaction.atomic
def remove(attachment: Attachment, *, by: User, seat: Seat, why: str = "", now: datetime) -> None:
    """Take an attachment away; its row and its chain keep that it was there.

    Its bytes go after the commit, unless another attachment or a frozen text names them. Raises NotNow where it was
    removed already, ValidationError for a reason that is too long.
    """
    if len(why) > 500:
        raise ValidationError(_("The reason is too long: at most 500 characters."))
    row = Attachment.objects.select_for_update().get(pk=attachment.pk)
    if row.removed_at:
        raise NotNow(_("This was removed already."))
    removed = {"removed_at": now, "removed_by": by, "removed_why": why}
    for one in (row, attachment):
        for field, value in removed.items():
            setattr(one, field, value)
    row.save(update_fields=list(removed))
    chain.record(
        row, "removed", by=by, seat=seat, at=now, about=row.about, sha256=row.sha256, removed=chain.digest(why)
    )
    for sha256 in filter(None, (row.sha256, row.thumbnail)):
        transaction.on_commit(lambda sha256=sha256: _let_go(sha256), robust=True)  # type: ignore[misc]


def attached_to(about: str) -> list[Attachment]:
    """What is attached to a thing now, oldest first, with who attached it; what came together by its name. One
    statement."""
    rows = Attachment.objects.filter(about=about, removed_at=None).select_related("by")
    return list(rows.order_by("at", "name", "pk"))


def counts(abouts: Iterable[str]) -> dict[str, int]:
    """Thing -> how much is attached to it now; things without any are left out. One statement."""
    rows = Attachment.objects.filter(about__in=set(abouts), removed_at=None).order_by().values_list("about")
    return dict(rows.annotate(count=Count("pk")))


def freeze(attachments: Iterable[Attachment], *, now: datetime) -> None:
    """A frozen text names these: their bytes stay for good. One statement, or none for nothing.

    Raises NotNow where one was removed meanwhile.
    """
    keys = {one.pk for one in attachments}
    live = Attachment.objects.filter(pk__in=keys, removed_at=None)
    if keys and live.update(frozen_at=Coalesce(F("frozen_at"), now)) != len(keys):
        raise NotNow(_("An attachment was removed meanwhile. Open the page again to see what is attached now."))


def sweep(*, now: datetime) -> int:
    """Drop the bytes that no attachment names and no act under way can need: a refused act's, a broken off write's.
    Returns how many."""
    before = now - UNFINISHED
    broken_off = store.drop_unfinished(before)
    return broken_off + sum(
        _let_go(sha256) for folder in store.held() for sha256 in folder - _needed(folder) if _older(sha256, before)
    )


def _older(sha256: str, before: datetime) -> bool:
    """Was this stored before then? What cannot be told of one stays until the next round, and stops none."""
    try:
        return store.stored_at(sha256) < before
    except FileNotFoundError:  # a removal was quicker
        return False
    except Exception:  # the store's
        logger.exception("It cannot be told since when bytes are stored: %s", sha256)
        return False


def _needed(keys: set[str]) -> set[str]:
    """Which of these an attachment that is there, or a frozen text, names."""
    found: set[str] = set()
    ordered = sorted(keys)
    for start in range(0, len(ordered), 500):
        some = ordered[start : start + 500]
        rows = Attachment.objects.filter(_NEEDED, Q(sha256__in=some) | Q(thumbnail__in=some))
        found.update(*rows.values_list("sha256", "thumbnail"))
    return found


def fingerprint(attachment: Attachment) -> str:
    """The digest of what an attachment says of itself for good; its chain holds it."""
    fields = ("about", "part", "kind", "name", "url", "sha256", "media_type", "size", "thumbnail", "by_id")
    return chain.digest({field: getattr(attachment, field) for field in fields})


def _placed(organization: Organization, about: str, part: str, by: User, seat: Seat, now: datetime) -> dict[str, Any]:
    seated = {"by": by, "position": seat.position, "acting": seat.acting, "at": now}
    return {"organization": organization, "about": about, "part": part, **seated}


def _small_enough(size: int) -> None:
    if size > settings.MEMOFLOW_FILE_BYTES:
        raise ValidationError(too_large(), code="size")


def too_large() -> str:
    """The sentence for a file over the limit."""
    return _("The file is too large: at most %(most)d MB are taken.") % {
        "most": settings.MEMOFLOW_FILE_BYTES // 1_000_000
    }


def _few_enough(about: str) -> None:
    most = settings.MEMOFLOW_FILES_PER_THING
    if Attachment.objects.filter(about=about, removed_at=None).count() >= most:
        raise ValidationError(
            _("%(most)d files and links are attached here already; more are not taken.") % {"most": most}, code="count"
        )


def _attached(**fields: Any) -> Attachment:
    """A new row. Two at once: the second waits for the first and meets the constraint."""
    try:
        with transaction.atomic():
            return Attachment.objects.create(**fields)
    except IntegrityError:
        facts = ("about", "part", "sha256") if fields.get("sha256") else ("about", "part", "url")
        same = Attachment.objects.filter(removed_at=None, **{fact: fields.get(fact, "") for fact in facts}).first()
        if same is None:
            raise
    what = _("This file is attached here already, as “%(name)s”.")
    if same.kind == Kind.LINK:
        what = _("This link is attached here already, as “%(name)s”.")
    raise ValidationError(what % {"name": same.name}, code="same")


def _record(attachment: Attachment, *, by: User, seat: Seat, now: datetime, **facts: str) -> None:
    placed = {"about": attachment.about, "part": attachment.part, "digest": fingerprint(attachment)}
    chain.record(attachment, "attached", by=by, seat=seat, at=now, **placed, **facts)


def _digest(content: "File[bytes] | bytes") -> str:
    return store.digest_of(ContentFile(content) if isinstance(content, bytes) else content)


def _stored(contents: "dict[str, File[bytes] | bytes]", attachment: Attachment) -> None:
    """Write what no other attachment keeps already. The locked rows hold off whoever would let go of the same bytes."""
    try:
        for sha256, content in contents.items():
            others = [one for one in _naming(sha256).select_for_update() if one.pk != attachment.pk]
            if any(one.removed_at is None or one.frozen_at for one in others) and store.there(sha256):
                continue
            store.keep(sha256, content)
    except Exception as error:  # a full disk, or whatever the store's client raises
        logger.exception("An attachment could not be stored.")
        raise ValidationError(
            _("The file could not be stored: there is no room, or the store does not answer. Try again later."),
            code="store",
        ) from error


def _naming(sha256: str) -> QuerySet[Attachment]:
    return Attachment.objects.filter(Q(sha256=sha256) | Q(thumbnail=sha256)).order_by("pk")


def _let_go(sha256: str) -> bool:
    """Drop bytes, in a transaction of its own, unless an attachment that is there or a frozen text names them."""
    with transaction.atomic():
        list(_naming(sha256).select_for_update().values_list("pk"))
        if _naming(sha256).filter(_NEEDED).exists():
            return False
        return _dropped(sha256)


def _dropped(sha256: str) -> bool:
    try:
        store.drop(sha256)
    except Exception:  # the store's; the sweep finds them
        logger.exception("Stored bytes could not be deleted: %s", sha256)
        return False
    return True
