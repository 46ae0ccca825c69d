import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import Error

from notifications import bounces
from organization import calendar

#: As sysexits.h has them: the mail server keeps what failed for now, and tells its postmaster of what is nothing.
NOT_OURS, TRY_LATER = 65, 75


class Command(BaseCommand):
    help = (
        "Read one report on an undelivered mail (RFC 3464) from standard input; the mail server's alias pipes it here. "
        "Ends with 0 when it was taken, 65 when it is no report on a letter of ours, 75 when to try later."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", default="", help="the address it came to, where the mail server names it")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        raw = sys.stdin.buffer.read(bounces.LARGEST)
        while sys.stdin.buffer.read(65_536):  # a mail server is offended by a pipe that closes early
            pass
        try:
            report = bounces.read(raw, to=options["to"])
            self._say({"result": bounces.take(report, now=calendar.now()), "letter": str(report.letter)}, options)
        except bounces.Unreadable as error:
            self._say({"result": "refused", "why": str(error)}, options)
            sys.exit(NOT_OURS)
        except Error as error:
            self._say({"result": "later", "why": type(error).__name__}, options)
            sys.exit(TRY_LATER)

    def _say(self, said: dict[str, str], options: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(said) if options["json"] else " ".join(said.values()))
