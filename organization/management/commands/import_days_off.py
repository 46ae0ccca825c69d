"""manage.py import_days_off FILE --organization CODE --by USERNAME [--dry-run] [--json]."""

import json
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from organization import calendar, day_files, days_off
from organization.models import Organization, User
from organization.refusals import Refused


class Command(BaseCommand):
    help = "Write days off from an .ics or CSV file into an office's calendar, all or none."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--organization", required=True, help="the office's code")
        parser.add_argument("--by", required=True, help="username of the head of office or permanent secretary")
        parser.add_argument("--dry-run", action="store_true", help="read and judge the file, write nothing")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        office = Organization.objects.filter(code=options["organization"]).first()
        user = User.objects.filter(username=options["by"], organization=office).first() if office else None
        if office is None or user is None:
            raise CommandError("No such office, or nobody of this name works there.")
        today = calendar.day_of(calendar.now())
        try:
            lines = day_files.read(options["file"].read_bytes(), today=today)
        except (OSError, day_files.Unreadable) as error:
            raise CommandError(str(error)) from error
        errors = [{"line": one.number, "error": one.error} for one in lines if one.error]
        days = [one.day for one in lines if one.day]
        written = 0
        if not errors and not options["dry_run"]:
            try:
                written = days_off.put(office.pk, days, by=user, now=calendar.now())
            except (Refused, ValidationError) as error:
                raise CommandError("; ".join(getattr(error, "messages", [str(error)]))) from error
        if options["json"]:
            self.stdout.write(json.dumps({"days": len(days), "written": written, "errors": errors}, ensure_ascii=False))
        else:
            for one in errors:
                self.stdout.write(f"line {one['line']}: {one['error']}")
            self.stdout.write(f"{len(days)} days read, {written} written")
        if errors:
            raise CommandError(f"{len(errors)} lines cannot be read; nothing was written.")
