"""manage.py reminder_policy --organization CODE [--kind KIND] [--due DATE] [--json]."""

import json
from argparse import ArgumentParser
from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from notifications import preview, ruling
from notifications.ladders import DEFAULTS, Kind, Ladder
from organization import calendar
from organization.calendar import WorkingDays
from organization.models import Organization


class Command(BaseCommand):
    help = "Show when an office reminds of each kind of deadline, and what it would do with one that is due on a day."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organization", required=True, help="the office's code")
        parser.add_argument("--kind", choices=[kind.value for kind in Kind])
        parser.add_argument("--due", help="YYYY-MM-DD; a day in a month when left out")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        office = Organization.objects.filter(code=options["organization"]).first()
        if office is None:
            raise CommandError(f"There is no office “{options['organization']}”.")
        now = calendar.now()
        try:
            due = date.fromisoformat(options["due"]) if options["due"] else calendar.day_of(now) + timedelta(days=30)
        except ValueError as error:
            raise CommandError(f"“{options['due']}” is no day; write YYYY-MM-DD.") from error
        kinds = [Kind(options["kind"])] if options["kind"] else list(Kind)
        days = WorkingDays.of(office.pk)
        with translation.override("en"):
            found = {kind.value: self.read(office, kind, due, days) for kind in kinds}
        if options["json"]:
            self.stdout.write(json.dumps(found, ensure_ascii=False))
            return
        for kind, said in found.items():
            self.stdout.write(f"{kind}: due {said['due_on']}")
            for one in said["preview"]:
                self.stdout.write(f"  {one['day']}  {one['words']}: {', '.join(one['to'])}")

    def read(self, office: Organization, kind: Kind, due: date, days: WorkingDays) -> dict[str, Any]:
        policy = ruling.newest(office.pk, kind, calendar.now())
        ladder = Ladder.of_data(policy.ladder) if policy else DEFAULTS[kind]
        shown = preview.of(ladder, due, days, preview.whom_in_words(kind))
        return {
            "ladder": ladder.as_data(),
            "since": policy.at.isoformat() if policy else None,
            "due_on": shown.due_on.isoformat(),
            "preview": [
                {
                    "day": one.day.isoformat(),
                    "token": one.stage.token,
                    "event": one.event,
                    "words": one.words,
                    "to": [who.value for who in one.stage.to],
                }
                for one in shown.lines
            ],
            "more": shown.more,
        }
