"""Some days of the office as letters, for a server in this zone: `python -m benchmarks.faulty.zones`, TZ says which.

Scans and deliveries at moments about midnight, dawn and closing, in Asia/Bangkok and in UTC; rolled back. Prints each
letter's key, event, moments and words, and what each digest encloses, as JSON.
"""

import json
import os
import time
from datetime import UTC, date, datetime, timedelta

ZONE = os.environ["TZ"]
os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.faulty.settings"

import django

django.setup()
os.environ["TZ"] = ZONE  # Django took its own; a server would not
time.tzset()

from django.conf import settings
from django.core import mail
from django.db import transaction

from notifications import delivery, scans
from notifications.composing import DIGEST
from notifications.models import Letter

SPRING = date(2022, 3, 29)
MOMENTS = ((0, 10), (1, 35), (4, 0), (9, 29), (9, 31), (16, 50), (17, 30), (23, 55))  # in UTC
FIELDS = ("key", "event", "context", "at", "not_before", "sent_at", "subject", "text")


def main() -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    with transaction.atomic():
        for day in range(6):
            for hour, minute in MOMENTS:
                now = datetime(SPRING.year, SPRING.month, SPRING.day, hour, minute, tzinfo=UTC) + timedelta(days=day)
                scans.run(now=now)
                delivery.send_due(now=now)
        letters = [*map(list, Letter.objects.exclude(event=DIGEST).order_by("key").values_list(*FIELDS)), *digests()]
        transaction.set_rollback(True)
    print(json.dumps({"zone": time.tzname, "letters": letters, "mails": len(mail.outbox)}, default=str))


def digests() -> list[list[object]]:
    """What came in one mail, by what is enclosed: in which order, and under which key, hangs on ids that are drawn."""
    found = [
        [*moments, sorted(Letter.objects.filter(digest=pk).values_list("key", flat=True))]
        for pk, *moments in Letter.objects.filter(event=DIGEST).values_list("pk", "at", "not_before", "sent_at")
    ]
    return sorted(found, key=str)


main()
