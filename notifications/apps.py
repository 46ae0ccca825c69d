from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self) -> None:
        from notifications import bounces, events, operations, ruling  # noqa: F401
        from notifications.events import Event, Nature

        events.register(
            Event("digest", Nature.SERVICE, _("What came together, in one mail")),
            Event(bounces.BOUNCED, Nature.SERVICE, _("Somebody’s address takes no mail")),
            Event(operations.TEST, Nature.SERVICE, _("A test letter of the post office")),
        )
