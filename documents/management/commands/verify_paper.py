import hashlib
import json
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from cryptography import x509
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils.timezone import localtime

from documents import verification
from documents.sealing import Found
from documents.verification import Verdict


class Command(BaseCommand):
    help = (
        "Is this PDF a paper of ours, as it was issued? With --authority only its seals are asked, without a database. "
        "Exits 0 when it is intact, 1 when it is not, 2 when the file or an authority cannot be read."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE")
        parser.add_argument(
            "--authority", action="append", default=[], metavar="FILE", help="a certificate (PEM) to trust; repeatable"
        )
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        pdf = self.read(options["file"])
        verdict = self.verdict(pdf, [self.authority(one) for one in options["authority"]])
        result = {
            "file": options["file"],
            "sha256": hashlib.sha256(pdf).hexdigest(),
            "verdict": verdict.verdict,
            "why": verdict.why,
            "code": verdict.paper.code if verdict.paper else "",
            "form": verdict.paper.form if verdict.paper else "",
            "title": verdict.paper.data["title"] if verdict.paper else "",
            "seals": [self.facts(one) for one in verdict.seals],
        }
        if options["json"]:
            self.stdout.write(json.dumps(result, ensure_ascii=False))
        else:
            self.stdout.write(" ".join(filter(None, (f"{verdict.verdict}:", verdict.why, result["code"]))))
        if verdict.verdict != "intact":
            raise SystemExit(1)

    def read(self, file: str) -> bytes:
        try:
            return Path(file).read_bytes()
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}", returncode=2) from error

    def authority(self, file: str) -> str:
        pem = self.read(file)
        try:
            x509.load_pem_x509_certificates(pem)
        except ValueError as error:
            raise CommandError(f"{file}: no certificate (PEM).", returncode=2) from error
        return pem.decode()

    def verdict(self, pdf: bytes, authorities: list[str]) -> Verdict:
        try:
            return verification.by_seal(pdf, authorities) if authorities else verification.verify(pdf)
        except DatabaseError as error:
            raise CommandError("There are no records here; name the office's --authority.", returncode=2) from error

    def facts(self, one: Found) -> dict[str, Any]:
        return asdict(one) | {"at": localtime(one.at).isoformat() if one.at else ""}
