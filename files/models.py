"""What people attach: a file, kept under the sha256 of its bytes, or a link to something elsewhere."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from organization.models import Acting, Organization, Position

User = settings.AUTH_USER_MODEL


class Kind(models.TextChoices):
    FILE = "file", _("file")
    LINK = "link", _("link")


class LinkState(models.TextChoices):
    """What the newest look at a link found; empty for a file."""

    WAITING = "waiting", _("not checked yet")
    ALIVE = "alive", _("works")
    DEAD = "dead", _("does not answer")
    REFUSED = "refused", _("leads to a place that is not checked")


class Attachment(models.Model):
    """A file or a link that belongs to something. `about` names the thing (`task:<uuid>`, `memo:<uuid>`), `part` a
    place within it (`step:<id>`, `report:<uuid>`, or nothing). `name` is as its person called it.

    A removed one stays as its own tombstone; its bytes go unless another row or a frozen text (`frozen_at`) names them.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    about = models.CharField(max_length=60)
    part = models.CharField(max_length=60, blank=True)
    kind = models.CharField(max_length=4, choices=Kind.choices)
    name = models.CharField(max_length=255)
    url = models.CharField(max_length=2000, blank=True)
    sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    media_type = models.CharField(max_length=100, blank=True)
    size = models.PositiveBigIntegerField(default=0)  # bytes
    thumbnail = models.CharField(max_length=64, blank=True, db_index=True)  # sha256 of the small picture of an image
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    position = models.ForeignKey(Position, models.PROTECT, related_name="+")
    acting = models.ForeignKey(Acting, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    frozen_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)
    removed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    removed_why = models.CharField(max_length=500, blank=True)
    link_state = models.CharField(max_length=8, choices=LinkState.choices, blank=True)
    checked_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True)  # an English msgid of links.py

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["about", "part", "sha256"],
                condition=Q(removed_at=None) & ~Q(sha256=""),
                name="attachment_same_file_once",
            ),
            models.UniqueConstraint(
                fields=["about", "part", "url"],
                condition=Q(removed_at=None) & ~Q(url=""),
                name="attachment_same_link_once",
            ),
            models.CheckConstraint(
                condition=(Q(kind="file") & ~Q(sha256="") & Q(url="")) | (Q(kind="link") & Q(sha256="") & ~Q(url="")),
                name="attachment_file_or_link",
            ),
        ]
        indexes = [
            models.Index(fields=["about", "part", "at"], name="attachment_about"),
            models.Index(fields=["checked_at"], condition=Q(kind="link", removed_at=None), name="attachment_to_check"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def trouble(self) -> str:
        """What the newest look at a link found amiss, in the reader's language; empty where nothing is."""
        return gettext(self.problem) if self.problem else ""
