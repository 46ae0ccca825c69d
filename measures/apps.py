from django.apps import AppConfig


class MeasuresConfig(AppConfig):
    name = "measures"

    def ready(self) -> None:
        from measures import reckoning, reminders, settling, witness  # noqa: F401
        from notifications import accounts, scans

        scans.register("tasks", reminders.scan)
        accounts.register(reckoning.tasks, reckoning.requests)
