from django.db import models

from audit.guards import append_only


@append_only
class Event(models.Model):
    """One act on one subject. Plain ids, because the ground knows no room above it; no names and no free text.

    `hash` is the sha256 of this event's canonical JSON together with the hash before it (`chain.py`).
    """

    organization_id = models.UUIDField()
    subject_type = models.CharField(max_length=60)
    subject_id = models.UUIDField()
    seq = models.PositiveIntegerField()
    verb = models.CharField(max_length=40)
    by_id = models.BigIntegerField(null=True)
    position_id = models.BigIntegerField(null=True)
    acting_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    data = models.JSONField(default=dict)
    previous = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject_type", "subject_id", "seq"], name="audit_one_event_per_place"),
        ]

    def __str__(self) -> str:
        return f"{self.subject_type} {self.subject_id} #{self.seq} {self.verb}"
