import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from demo import document, office


class Command(BaseCommand):
    help = "Build the demo office from the real document, once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Refused outside demo mode: set MEMOFLOW_DEMO=1, or start with script/run.")
        created = office.load()
        office.give_seal()
        notes = document.imported().notes
        if options["json"]:
            result = {
                "created": created,
                "password": office.PASSWORD,
                "accounts": office.accounts(),
                "filled": notes,
                "acting": {
                    "username": "deputy",
                    "for": "mayor",
                    "from": office.ACTING_WEEK[0].isoformat(),
                    "to": office.ACTING_WEEK[1].isoformat(),
                    "order": office.ACTING_ORDER,
                },
            }
            self.stdout.write(json.dumps(result, ensure_ascii=False))
            return
        self.stdout.write("The demo office is loaded." if created else "The demo office is there already.")
        for note in notes:
            self.stdout.write(f"  {note}")
        for account in office.accounts():
            self.stdout.write(f"  {account['username']:20} {account['position']}  {account['name']}")
        self.stdout.write(f"  password: {office.PASSWORD}")
