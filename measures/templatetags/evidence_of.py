"""What came with a report, for a line of a task's history."""

from django import template

from files.models import Attachment
from measures.evidence import Evidence
from measures.models import Report

register = template.Library()


@register.filter
def came_with(report: Report, evidence: Evidence) -> list[Attachment]:
    return evidence.by_report.get(report.pk, [])
