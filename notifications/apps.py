from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self) -> None:
        from notifications import bounces, events, office_letters, operations, ruling  # noqa: F401
        from notifications.events import Event, Nature
        from organization import news, people, standing_in

        news.on_news(office_letters.tell)
        news.on_void(office_letters.void)
        events.register(
            Event("digest", Nature.SERVICE, _("What came together, in one mail")),
            Event(bounces.BOUNCED, Nature.SERVICE, _("Somebody’s address takes no mail")),
            Event(people.INVITED, Nature.SERVICE, _("You are invited to MemoFlow")),
            Event(people.RESET, Nature.SERVICE, _("A link to choose a new password")),
            Event(standing_in.ORDERED, Nature.TURN, _("Somebody acts for a position, by order")),
            Event(standing_in.ENDED, Nature.NEWS, _("An acting order ends sooner")),
            Event(operations.TEST, Nature.SERVICE, _("A test letter of the post office")),
        )
