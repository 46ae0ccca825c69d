import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from organization.models import Organization


class Letter(models.Model):
    """One mail to one person. What it says is frozen in `event` and `context`; it is rendered once, then kept.

    `key` makes it unique: the same news is never told to the same person twice. `about` names the thing it speaks
    of (`memo:<uuid>`, `step:<id>`, `task:<uuid>`), so that the act that ends the reason can void it.
    `at` is the office's moment; `next_at` is the machine's clock: not before it, and the end of a worker's lease.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="letters")
    event = models.CharField(max_length=40)
    about = models.CharField(max_length=60)
    key = models.CharField(max_length=200, unique=True)
    context = models.JSONField()
    at = models.DateTimeField()

    subject = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)

    next_at = models.DateTimeField()
    lease = models.UUIDField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)
    sent_at = models.DateTimeField(null=True)
    voided_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_at"],
                condition=Q(sent_at=None, voided_at=None, failed_at=None),
                name="letter_waiting",
            ),
            models.Index(fields=["about"]),
            models.Index(fields=["organization", "-at", "-id"], name="letter_of_office"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(sent_at=None) | Q(failed_at=None), name="letter_sent_or_failed")
        ]

    def __str__(self) -> str:
        return f"{self.event} to {self.recipient_id}"

    @property
    def message_id(self) -> str:
        """The same at every attempt, so that a mail server can drop a repeat."""
        return f"<{self.id}@memoflow>"
