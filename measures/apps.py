from django.apps import AppConfig


class MeasuresConfig(AppConfig):
    name = "measures"

    def ready(self) -> None:
        from measures import letters, mail_events, reminders, witness  # noqa: F401
        from notifications import events, openly, scans

        events.register(*mail_events.ALL)
        openly.register(letters.told_openly, "task")
        scans.register("tasks", reminders.scan)
