import json
import sys
from argparse import ArgumentParser
from collections import Counter
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from notifications import accounts
from organization import calendar
from organization.models import Organization


class Command(BaseCommand):
    help = (
        "Account for the reminders of some days: what was due, worked out from tasks and policy without the code that "
        "sends, against the letters. Ends with 1 when one is missed or was written twice."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", dest="first", required=True, type=_day, help="the first day, YYYY-MM-DD")
        parser.add_argument("--to", dest="last", required=True, type=_day, help="the last day, included")
        parser.add_argument("--organization", help="the code of one organization; otherwise all")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        first, last, code = options["first"], options["last"], options["organization"]
        if first > last:
            raise CommandError("--from lies after --to.")
        if code and not Organization.objects.filter(code=code).exists():
            raise CommandError(f"There is no organization {code}.")
        total: Counter[str] = Counter()
        offices = []
        for one in accounts.accounts(first, last, now=calendar.now(), code=code):
            total += one.total
            if options["json"]:
                offices.append(one.as_data())
            else:
                self._print(one)
        counts = accounts.filled(total)
        if options["json"]:
            self.stdout.write(
                json.dumps({"from": str(first), "to": str(last), "total": counts, "organizations": offices})
            )
        else:
            self.stdout.write("total: " + _line(counts))
        if any(counts[name] for name in accounts.WRONG):
            sys.exit(1)

    def _print(self, one: accounts.Account) -> None:
        for kind, counts in one.kinds.items():
            self.stdout.write(f"{one.organization} {kind}: {_line(accounts.filled(counts))}")
        for name, keys in one.named.items():
            for key in keys:
                self.stdout.write(f"{one.organization} {name}: {key}")


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _line(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())
