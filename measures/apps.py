from django.apps import AppConfig


class MeasuresConfig(AppConfig):
    name = "measures"

    def ready(self) -> None:
        from measures import mail_events, reckoning, reminders, settling, witness  # noqa: F401
        from notifications import accounts, events, facts, scans

        events.register(*mail_events.ALL)
        scans.register("tasks", reminders.TASKS)
        scans.register("extensions", reminders.REQUESTS)
        accounts.register(reckoning.tasks, reckoning.requests)
        facts.register("task", reminders.task_facts)
        facts.register("extension", reminders.extension_facts)
