import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from demo import walkthrough


class Command(BaseCommand):
    help = "Play the main job through the services: a new memo of the document up to a stage."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--until", choices=walkthrough.STAGES, default=walkthrough.STAGES[-1])
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Refused outside demo mode: set MEMOFLOW_DEMO=1, or start with script/run.")
        result = walkthrough.play(options["until"])
        if options["json"]:
            self.stdout.write(json.dumps(result, ensure_ascii=False))
            return
        for name, value in result.items():
            self.stdout.write(f"{name}: {value}")
