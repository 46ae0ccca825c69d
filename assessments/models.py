"""What an office was given: the score of each indicator, and what was announced of them. The rest is computed."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from organization.models import Organization

User = settings.AUTH_USER_MODEL


def _within(*fields: str) -> Q:
    """Each of these is empty or a score, 0 to 100."""
    found = Q()
    for field in fields:
        found &= Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__gte": 0, f"{field}__lte": 100})
    return found


class Assessment(models.Model):
    """The result of one fiscal year (Buddhist). Means, total and level are computed of the scores, never stored.

    `announced_*` is what the assessor published, kept as it was published; empty where nothing was.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="assessments")
    fiscal_year = models.PositiveSmallIntegerField()
    announced_total = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    announced_level = models.CharField(max_length=60, blank=True)
    announced_iit = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    announced_eit = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    announced_oit = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    announced_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["fiscal_year"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "fiscal_year"], name="assessment_once_a_year"),
            models.CheckConstraint(
                condition=Q(fiscal_year__gte=2500, fiscal_year__lte=2700), name="assessment_year_is_buddhist"
            ),
            models.CheckConstraint(
                condition=_within("announced_total", "announced_iit", "announced_eit", "announced_oit"),
                name="assessment_announced_points",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.fiscal_year}"


class IndicatorScore(models.Model):
    """The published score of one indicator."""

    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="scores")
    number = models.PositiveSmallIntegerField()
    score = models.DecimalField(max_digits=5, decimal_places=2)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "number"], name="indicator_score_once"),
            models.CheckConstraint(condition=_within("score"), name="indicator_score_points"),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.score}"
