import json
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from notifications import scans
from organization import calendar


class Command(BaseCommand):
    help = "Write the reminders due at a given moment. Running it twice for one moment creates nothing new."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--now", help="ISO date or moment, in Asia/Bangkok unless it names a zone")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            now = datetime.fromisoformat(options["now"]) if options["now"] is not None else calendar.now()
        except ValueError as error:
            raise CommandError(f"--now is not an ISO moment: {options['now']}") from error
        if timezone.is_naive(now):
            now = timezone.make_aware(now)
        try:
            by_kind = scans.run(now=now)
        except OverflowError as error:
            raise CommandError(f"--now is too far away: {options['now']}") from error
        result = {
            "now": now.isoformat(),
            "created": sum(kind["created"] for kind in by_kind.values()),
            "skipped": sum(kind["skipped"] for kind in by_kind.values()),
            "by_kind": by_kind,
        }
        if options["json"]:
            self.stdout.write(json.dumps(result))
        else:
            self.stdout.write(f"created {result['created']}, skipped {result['skipped']} at {result['now']}")
