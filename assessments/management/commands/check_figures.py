import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from assessments.checks import check
from assessments.document import HIGH, Finding, Report
from assessments.rulebook import BadRules, UnknownYear, years
from assessments.sources import document

SEVERITIES_TH = {"high": "สูง", "medium": "กลาง", "low": "ต่ำ"}


class Command(BaseCommand):
    help = (
        "Check memos or reports of assessment results: figures, names, years, plans. "
        "Reads plain text or YAML (ita_memo_report/1). "
        "Exits 1 where a high finding stands, 2 where a file cannot be read."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument("--year", type=int, required=True, help="the fiscal year analysed, e.g. 2564")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        files: list[str] = options["files"]
        if options["year"] not in years():
            known = years()
            raise CommandError(
                f"There are no rules for {options['year']}; known: {known[0]}-{known[-1]}.", returncode=2
            )
        # The text of an error is for the one at the terminal; findings carry both languages themselves.
        with translation.override("en"):
            reports = [(file, self.read(file, options["year"])) for file in files]
        if options["json"]:
            data = [{"file": file, **report.as_data()} for file, report in reports]
            if len(files) == 1:
                del data[0]["file"]
            self.stdout.write(json.dumps(data if len(files) > 1 else data[0], ensure_ascii=False))
        else:
            for file, report in reports:
                self.show(file, report)
        if any(report.count(HIGH) for _file, report in reports):
            raise SystemExit(1)

    def read(self, file: str, year: int) -> Report:
        try:
            return check(document(file, Path(file).read_bytes(), year))
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror or error}", returncode=2) from error
        except ValidationError as error:
            raise CommandError(f"{file}: {' '.join(error.messages)}", returncode=2) from error
        except (UnknownYear, BadRules) as error:
            raise CommandError(str(error), returncode=2) from error

    def show(self, file: str, report: Report) -> None:
        self.stdout.write(f"{file}: {', '.join(f'{report.count(one)} {one}' for one in SEVERITIES_TH)}")
        for one in report.findings:
            self.stdout.write(f"  {self.place(one)}  {one.rule} {SEVERITIES_TH[one.severity]}  {one.th}")
        for name, proof in report.proof.items():
            self.stdout.write(f"  {name}: {proof}")

    def place(self, one: Finding) -> str:
        return f"{one.line:>5}" if one.line else one.section
