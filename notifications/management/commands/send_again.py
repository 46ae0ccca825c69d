import json
from argparse import ArgumentParser
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from notifications import operations
from organization import calendar


class Command(BaseCommand):
    help = "Send failed letters again, and with --all make failed calls of hooks again. What was voided stays."

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--letter", action="append", help="the id of one letter; may be given again")
        which.add_argument("--all", action="store_true")
        parser.add_argument("--since", help="with --all: failed from this ISO day or moment on (Asia/Bangkok)")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        letters = operations.failed_letters(operations.EVERYWHERE)
        calls = operations.failed_calls(operations.EVERYWHERE)
        if options["letter"]:
            letters, calls = letters.filter(pk__in=[_id(one) for one in options["letter"]]), calls.none()
        if options["since"]:
            since = _moment(options["since"])
            letters, calls = letters.filter(failed_at__gte=since), calls.filter(failed_at__gte=since)
        now = calendar.now()
        result = {
            "letters": operations.send_again(letters, by=None, now=now),
            "calls": operations.call_again(calls, by=None, now=now),
        }
        if options["json"]:
            self.stdout.write(json.dumps(result))
        else:
            self.stdout.write(f"letters {result['letters']}, calls {result['calls']}")


def _id(said: str) -> UUID:
    try:
        return UUID(said)
    except ValueError as error:
        raise CommandError(f"--letter is not an id: {said}") from error


def _moment(said: str) -> datetime:
    try:
        moment = datetime.fromisoformat(said)
    except ValueError as error:
        raise CommandError(f"--since is not an ISO moment: {said}") from error
    return timezone.make_aware(moment) if timezone.is_naive(moment) else moment
