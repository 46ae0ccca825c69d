import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from audit import chain
from audit.models import Event


class Command(BaseCommand):
    help = "Walk every audit chain; exit 1 names what is broken, the first one first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        problems = list(chain.verify())
        result = {
            "ok": not problems,
            "events": Event.objects.count(),
            "subjects": Event.objects.values("subject_type", "subject_id").distinct().count(),
            "problems": [vars(p) for p in problems],
        }
        if options["json"]:
            self.stdout.write(json.dumps(result, ensure_ascii=False))
        elif problems:
            first = problems[0]
            self.stdout.write(f"broken: {first.subject_type} {first.subject_id}: {first.message}")
            self.stdout.write(f"{len(problems)} problem(s) in {result['subjects']} chains")
        else:
            self.stdout.write(f"ok: {result['events']} events in {result['subjects']} chains")
        if problems:
            raise SystemExit(1)
