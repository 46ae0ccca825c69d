from django.db import models


class Clock(models.Model):
    """The demo's own time: it showed `shown` when the machine's clock showed `set_at`, and it goes on from there."""

    shown = models.DateTimeField()
    set_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.shown.isoformat()
