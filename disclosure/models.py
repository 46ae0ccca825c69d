"""What the public may read: frozen when it was published, and who took it back.

A page of the public is the newest Publication of its place; once that is withdrawn, its address says so and no older
one comes back. It never reads anything else.
"""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from audit.guards import append_only
from organization.models import Acting, Organization, Position

User = settings.AUTH_USER_MODEL


class Page(models.TextChoices):
    """The places of a year that an office publishes to."""

    MEASURES = "measures", _("Analysis and measures")
    PROGRESS = "progress", _("Progress of the measures")
    INTERIM = "interim", _("Interim follow-up report")
    FINAL = "final", _("Final follow-up report")


@append_only
class Publication(models.Model):
    """One page of one fiscal year as it was published: its public data, redacted, and the data's sha256."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="publications")
    fiscal_year = models.PositiveSmallIntegerField()
    page = models.CharField(max_length=10, choices=Page.choices)
    seq = models.PositiveSmallIntegerField()
    memo = models.ForeignKey("memo_flow.Memo", models.PROTECT, related_name="+")
    data = models.JSONField()
    digest = models.CharField(max_length=64)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    position = models.ForeignKey(Position, models.PROTECT, related_name="+")
    acting = models.ForeignKey(Acting, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "fiscal_year", "page", "seq"], name="publication_once")
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.fiscal_year} {self.page} {self.seq}"


@append_only
class Withdrawal(models.Model):
    """A publication taken back: by whom and why. Its address says so from then on."""

    publication = models.OneToOneField(Publication, models.PROTECT, primary_key=True, related_name="withdrawal")
    reason = models.TextField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    position = models.ForeignKey(Position, models.PROTECT, related_name="+")
    acting = models.ForeignKey(Acting, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.publication_id}"


class Visit(models.Model):
    """The newest look at a published address, as a citizen would open it."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    fiscal_year = models.PositiveSmallIntegerField()
    item = models.CharField(max_length=40)  # disclosure's own name of the required item
    path = models.CharField(max_length=300)
    at = models.DateTimeField()
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "fiscal_year", "item"], name="visit_once")]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.fiscal_year} {self.item}"
