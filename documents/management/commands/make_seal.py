import json
import os
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from documents import keys, sealing, seals
from documents.models import Seal
from organization import calendar
from organization.models import Organization
from organization.refusals import NotNow


class Command(BaseCommand):
    help = (
        "Give an office its seal: made here with an authority of its own, or taken from a PKCS#12 file. "
        "--rotate puts a new one in the place of the one in use, --reencrypt stores all keys under the newest of "
        "MEMOFLOW_SEAL_KEYS, --authority alone writes the certificate that readers trust."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("organization", help="its code")
        parser.add_argument("--pkcs12", metavar="FILE", help="take in this file instead of making a seal")
        parser.add_argument("--passphrase-env", metavar="NAME", help="the environment variable with its passphrase")
        parser.add_argument("--rotate", action="store_true", help="replace the seal in use")
        parser.add_argument("--reencrypt", action="store_true", help="only store the keys of all offices anew")
        parser.add_argument("--authority", metavar="FILE", help="write the authority's certificate (PEM) here")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override("en"):
            try:
                office = Organization.objects.get(code=options["organization"])
                done, seal, count = self.act(office, options, now=calendar.now())
                if options["authority"]:
                    Path(options["authority"]).write_text(seal.authority.certificate)
            except Organization.DoesNotExist as error:
                raise CommandError(f"There is no organization {options['organization']!r}.") from error
            except ValidationError as error:
                raise CommandError(" ".join(error.messages)) from error
            except (NotNow, keys.SealKeyError) as error:
                raise CommandError(str(error)) from error
            except OSError as error:
                raise CommandError(f"{error.filename}: {error.strerror}") from error
        self.say(office, done, seal, count, as_json=options["json"])

    def act(self, office: Organization, options: dict[str, Any], *, now: datetime) -> tuple[str, Seal, int]:
        """What was done, the seal in use after it, and how many keys were stored anew."""
        if options["reencrypt"]:
            return "reencrypted", self.current(office), seals.reencrypt(now=now)
        if options["pkcs12"]:
            file, passphrase = Path(options["pkcs12"]).read_bytes(), self.passphrase(options["passphrase_env"])
            return "taken_in", seals.take_in(office, file, passphrase, now=now, replacing=options["rotate"]), 0
        if options["rotate"]:
            return "rotated", seals.rotate(office, now=now), 0
        if options["authority"] and (seal := seals.in_use(office.pk)):
            return "in_use", seal, 0
        return "made", seals.make(office, now=now), 0

    def current(self, office: Organization) -> Seal:
        seal = seals.in_use(office.pk)
        if seal is None:
            raise NotNow("The office has no seal yet.")
        return seal

    def passphrase(self, name: str | None) -> str:
        if name is None:
            return ""
        if name not in os.environ:
            raise CommandError(f"The environment has no {name}.")
        return os.environ[name]

    def say(self, office: Organization, done: str, seal: Seal, count: int, *, as_json: bool) -> None:
        certificate = x509.load_pem_x509_certificate(seal.certificate.encode())
        result: dict[str, Any] = {
            "organization": office.code,
            "done": done,
            "seal": str(seal.pk),
            "certificate_sha256": sealing.fingerprint(seal.certificate),
            "authority_sha256": sealing.fingerprint(seal.authority.certificate),
            "valid_from": certificate.not_valid_before_utc.isoformat(),
            "valid_until": certificate.not_valid_after_utc.isoformat(),
            "own_authority": seal.authority.key is not None,
            "reencrypted": count,
        }
        if as_json:
            self.stdout.write(json.dumps(result))
        else:
            self.stdout.write(f"{done}: {result['certificate_sha256']}, valid until {result['valid_until'][:10]}")
