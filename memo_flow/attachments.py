"""What is attached to a memo: brought and taken away while it is written, frozen with its text at submission."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.files.base import File
from django.db import transaction
from django.db.models import Q, QuerySet

from audit import chain
from files import shelf
from files.models import Attachment
from files.receiving import naming
from memo_flow import drafts, policies
from memo_flow.content import Content
from memo_flow.letters import about
from memo_flow.models import Memo
from memo_flow.queries import locked
from organization.calendar import day_of
from organization.models import User
from organization.plain_text import words


@transaction.atomic
def attach(memo_id: UUID, file: "File[bytes]", *, by: User, now: datetime) -> Attachment:
    """Attach a file to a memo that is being written.

    Raises Memo.DoesNotExist, Refused, NotNow, or ValidationError with a sentence on what is wrong with the file.
    """
    memo = locked(memo_id, by)
    seat = policies.require(by, "edit", memo, on=day_of(now))
    name, organization = file.name or "", memo.organization
    with naming(name):
        return shelf.keep(file, name=name, organization=organization, about=about(memo), by=by, seat=seat, now=now)


@transaction.atomic
def remove(memo_id: UUID, attachment_id: UUID, *, by: User, why: str = "", now: datetime) -> Attachment:
    """Take a file away from a memo that is being written; a text it was submitted with keeps it.

    Raises Memo.DoesNotExist, Attachment.DoesNotExist, Refused, NotNow (also where it is gone already) or
    ValidationError.
    """
    memo = locked(memo_id, by)
    seat = policies.require(by, "edit", memo, on=day_of(now))
    attachment = Attachment.objects.get(pk=attachment_id, about=about(memo))
    shelf.remove(attachment, by=by, seat=seat, why=words(why, "why", most=500), now=now)
    return attachment


def of(memo: Memo) -> list[Attachment]:
    """What is attached to a memo now, in the order of its papers. One statement."""
    return shelf.attached_to(about(memo))


def kept(memo: Memo) -> QuerySet[Attachment]:
    """What may be read: what is attached now, and what a submitted text names."""
    return Attachment.objects.filter(Q(removed_at=None) | Q(frozen_at__isnull=False), about=about(memo))


def as_data(attached: Iterable[Attachment]) -> list[dict[str, Any]]:
    """As a text holds them (memo_flow/content.py)."""
    return [{"id": str(one.pk), "name": one.name, "sha256": one.sha256, "size": one.size} for one in attached]


def digest_of(attached: Iterable[Attachment]) -> str:
    """Tells whether other files are attached than those that were looked at."""
    return chain.digest([str(one.pk) for one in attached])


def draft_of(memo: Memo) -> Content:
    """What the memo would say if it were submitted now: the working text with its subject and what is attached."""
    return {**drafts.working_text(memo), "subject": memo.subject, "attachments": as_data(of(memo))}
