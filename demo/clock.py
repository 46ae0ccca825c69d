"""The demo's clock: starts on the document's day, runs like any clock, and is only ever moved forward."""

from datetime import datetime

from django.utils import timezone

from demo.models import Clock

START = datetime(2021, 9, 14, 9, 0, tzinfo=timezone.get_default_timezone())


def now() -> datetime:
    """The demo's moment; the document's morning until the clock is first set. One statement."""
    clock = Clock.objects.first()
    return clock.shown + (timezone.now() - clock.set_at) if clock else START


def set_to(moment: datetime) -> None:
    """Move the clock forward to a moment; one that lies behind changes nothing."""
    if moment > now() or not Clock.objects.exists():
        Clock.objects.update_or_create(pk=1, defaults={"shown": moment, "set_at": timezone.now()})
