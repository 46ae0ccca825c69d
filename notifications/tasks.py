"""Doorbells. Each calls one function and may ring twice."""

from celery import shared_task

from notifications import delivery, hooks, scans
from organization import calendar


@shared_task
def deliver() -> None:
    delivery.send_due(now=calendar.now())


@shared_task
def call_hooks() -> None:
    hooks.call_due(now=calendar.now())


@shared_task
def scan() -> None:
    scans.run(now=calendar.now())
