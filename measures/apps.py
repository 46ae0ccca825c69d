from django.apps import AppConfig


class MeasuresConfig(AppConfig):
    name = "measures"

    def ready(self) -> None:
        from measures import reminders, settling, witness  # noqa: F401
        from notifications import scans

        scans.register("tasks", reminders.scan)
