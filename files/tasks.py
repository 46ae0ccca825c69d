"""Doorbells. Each calls one function and may ring twice."""

from celery import shared_task

from files import links, shelf
from organization import calendar


@shared_task
def check_links() -> None:
    links.check_due(now=calendar.now())


@shared_task
def sweep() -> None:
    shelf.sweep(now=calendar.now())
