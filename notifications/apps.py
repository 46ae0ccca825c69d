from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self) -> None:
        from notifications import events
        from notifications.events import Event, Nature

        events.register(Event("digest", Nature.SERVICE, _("What came together, in one mail")))
