"""A server may stand anywhere: scans, hours, words and deferrals are the office's, in Asia/Bangkok."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import transaction

from measures import work
from notifications import accounts, delivery, scans
from notifications.composing import DIGEST
from notifications.models import Letter
from tests.cast import Cast, at

pytestmark = pytest.mark.django_db

WEDNESDAY = date(2022, 3, 30)  # the day before the follow-up date of 13 of the 15 tasks
#: In UTC: the day begins in Bangkok at 17:00 of the day before, the office works from 01:30 to 09:30.
MOMENTS = [
    datetime(2022, 3, 29, 17, 5, tzinfo=UTC) + timedelta(minutes=n) for n in (0, 505, 520, 900, 984, 990, 1_200, 1_945)
]
FIELDS = ("key", "event", "context", "at", "not_before", "sent_at", "subject", "text")


@contextmanager
def server_in(zone: str) -> Iterator[None]:
    """This process as one on a machine of that zone."""
    before = os.environ.get("TZ")
    try:
        os.environ["TZ"] = zone
        time.tzset()
        yield
    finally:
        if before is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = before
        time.tzset()


def lived(zone: str) -> dict[str, Any]:
    """What two days are told and mailed on a server in a zone; rolled back."""
    with server_in(zone), transaction.atomic():
        mail.outbox.clear()
        for moment in MOMENTS:
            scans.run(now=moment)
            delivery.send_due(now=moment)
        letters = list(Letter.objects.exclude(event=DIGEST).order_by("key").values_list(*FIELDS))
        digests = Letter.objects.filter(event=DIGEST)
        enclosed = [
            (one.at, one.not_before, one.sent_at, sorted(one.enclosed.values_list("key", flat=True))) for one in digests
        ]
        (seen,) = accounts.accounts(WEDNESDAY, date(2022, 3, 31), now=MOMENTS[-1] + timedelta(hours=1), code="kps-sao")
        transaction.set_rollback(True)
    return {"letters": letters, "digests": sorted(enclosed), "mails": len(mail.outbox), "account": seen.as_data()}


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Kiritimati", "Asia/Bangkok"])
def test_a_server_of_any_zone_gives_the_letters_of_one_in_utc(cast: Cast, zone: str) -> None:
    task = cast.task("fin")
    Letter.objects.all().delete()
    work.start(task.pk, by=cast.finance, now=at(hour=14))
    here, there = lived("UTC"), lived(zone)
    assert there == here
    assert here["mails"] > 0
    assert here["account"]["total"]["missed"] == 0
    assert here["account"]["total"]["created"] > 20


def test_the_day_and_the_hours_are_bangkok_s_when_utc_is_still_yesterday(cast: Cast) -> None:
    cast.started("fin")
    with server_in("America/New_York"):
        assert scans.run(now=datetime(2022, 3, 30, 1, 29, tzinfo=UTC))["tasks"]["created"] == 0  # 08:29 in Bangkok
        assert scans.run(now=datetime(2022, 3, 30, 1, 30, tzinfo=UTC))["tasks"]["created"] > 0
        told = Letter.objects.filter(key__startswith="remind:task", at=datetime(2022, 3, 30, 1, 30, tzinfo=UTC))
        assert {one.context["working_days"] for one in told.filter(key__contains="2022-03-31")} == {1}
