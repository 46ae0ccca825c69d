import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from notifications import operations
from organization import calendar, doorbell


class Command(BaseCommand):
    help = "How the post office is. Ends with 1 when mail is stuck, or no worker or broker answers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        found, workers = operations.figures(operations.EVERYWHERE, now=calendar.now()), doorbell.workers()
        said = {
            **asdict(found),
            "seconds_behind": found.seconds_behind,
            "scan_lag": found.scan_lag,
            "is_stuck": found.is_stuck,
            **asdict(workers),
            "mail_server": operations.complaint(operations.EVERYWHERE),
        }
        if options["json"]:
            self.stdout.write(json.dumps(said, default=str))
        else:
            for name, value in said.items():
                self.stdout.write(f"{name}: {value}")
        if found.is_stuck or not workers.beating:
            sys.exit(1)
