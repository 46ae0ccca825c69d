from django.apps import AppConfig


class MeasuresConfig(AppConfig):
    name = "measures"

    def ready(self) -> None:
        from measures import mail_events, reminders, witness  # noqa: F401
        from notifications import events, scans

        events.register(*mail_events.ALL)
        scans.register("tasks", reminders.scan)
