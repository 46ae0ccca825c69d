"""Attachments as they stand against their chains and their bytes, so that a changed one is found."""

from collections.abc import Iterator

from django.db.models import Q

from audit import chain
from audit.chain import Problem
from files import shelf, store
from files.models import Attachment

KIND = chain.subject_type(Attachment)


@chain.witness
def attachments_agree() -> Iterator[Problem]:
    """Every attachment says what its chain says, is removed if and only if that was recorded, and none is gone."""
    told, removed = chain.newest(KIND, "digest"), chain.newest(KIND, "removed")
    for one in Attachment.objects.iterator(chunk_size=2000):
        if told.pop(one.pk, None) != shelf.fingerprint(one):
            yield Problem(KIND, str(one.pk), "the attachment is not what was attached")
        why = removed.pop(one.pk, None)
        if (one.removed_at is not None) != (why is not None) or (why and why != chain.digest(one.removed_why)):
            yield Problem(KIND, str(one.pk), "the attachment's removal is not what the chain says")
    for pk in told:
        yield Problem(KIND, str(pk), "the attachment of this chain is gone")


@chain.witness
def stored_bytes_agree() -> Iterator[Problem]:
    """The bytes of what is attached, or stands in a frozen text, are there, as they were stored."""
    needed = Attachment.objects.filter(Q(removed_at=None) | Q(frozen_at__isnull=False)).exclude(sha256="")
    known: dict[str, bool] = {}  # one file may be attached in many places
    for pk, *names in needed.order_by("sha256").values_list("pk", "sha256", "thumbnail").iterator(chunk_size=2000):
        for sha256 in filter(None, names):
            known.setdefault(sha256, store.holds(sha256))
            if not known[sha256]:
                yield Problem(KIND, str(pk), "the stored file is missing or has been changed")
