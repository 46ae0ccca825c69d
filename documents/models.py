"""Papers: what each says, whether it still has to be printed, what came out, and the seals on it.

One truth each: the Paper is the frozen data, the Job says that it still waits, the Print is the file that came out.
"""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audit.guards import append_only
from organization.models import Organization


class Form(models.TextChoices):
    """The forms of paper; each has its typesetting in papers/<form>.typ."""

    MEMO = "memo", _("Memo")
    REPORT = "report", _("Report")
    FOLLOW_UP = "follow_up", _("Follow-up report")
    NOTICE = "notice", _("Notice to the divisions")
    CERTIFICATE = "certificate", _("Certificate of the route")


@append_only
class Paper(models.Model):
    """What a paper says, frozen in the act's own transaction (typesetting.py gives the shape), and its sha256.

    `about` names the thing it speaks of (`memo:<uuid>`), `code` is what a reader types to verify it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    form = models.CharField(max_length=20, choices=Form.choices)
    about = models.CharField(max_length=60)
    code = models.CharField(max_length=16, unique=True)
    sealed = models.BooleanField()  # does it wait for the office's seal?
    data = models.JSONField()
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["about", "form", "-at"], name="paper_about")]

    def __str__(self) -> str:
        return f"{self.form} {self.code}"


class Job(models.Model):
    """A paper that still has to be printed; gone once it is. `next_at` is the machine's clock: not before it, and the
    end of a worker's lease. `error` says why the last attempt failed."""

    paper = models.OneToOneField(Paper, models.PROTECT, primary_key=True, related_name="job")
    next_at = models.DateTimeField()
    lease = models.UUIDField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=1000, blank=True)

    class Meta:
        indexes = [models.Index(fields=["next_at"], name="job_waiting")]

    def __str__(self) -> str:
        return f"{self.paper_id} {self.attempts}"


class Authority(models.Model):
    """Who vouches for an office's seals: the certificate (PEM) a reader trusts. `key` is there when it is our own."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    certificate = models.TextField()
    key = models.BinaryField(null=True)  # encrypted (keys.py)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.organization_id} {self.made_at:%Y-%m-%d}"


class Seal(models.Model):
    """An office's seal: its certificate and the certificates between it and its authority (PEM), and its key."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    authority = models.ForeignKey(Authority, models.PROTECT, related_name="seals")
    certificate = models.TextField()
    between = models.TextField(blank=True)
    key = models.BinaryField()  # encrypted (keys.py)
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization"], condition=Q(retired_at=None), name="seal_one_in_use")
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.made_at:%Y-%m-%d}"


@append_only
class Print(models.Model):
    """The file that came out, kept under its sha256 and served as it is."""

    paper = models.OneToOneField(Paper, models.PROTECT, primary_key=True, related_name="print")
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveIntegerField()  # bytes
    seal = models.ForeignKey(Seal, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.paper_id} {self.sha256[:12]}"
