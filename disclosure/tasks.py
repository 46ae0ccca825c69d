"""Doorbells. Each calls one function and may ring twice."""

from celery import shared_task

from disclosure import visits
from organization import calendar


@shared_task
def visit() -> None:
    visits.look_everywhere(now=calendar.now())
