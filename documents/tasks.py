"""Doorbells. Each calls one function and may ring twice."""

from celery import shared_task

from documents import shop
from organization import calendar


@shared_task
def print_due() -> None:
    shop.print_due(now=calendar.now())
