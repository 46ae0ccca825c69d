from django.apps import AppConfig


class MeasuresConfig(AppConfig):
    name = "measures"

    def ready(self) -> None:
        from measures import letters, mail_events, reckoning, reminders, seating, settling, witness  # noqa: F401
        from notifications import accounts, events, facts, openly, scans
        from organization import chairs, news

        events.register(*mail_events.ALL)
        openly.register(letters.told_openly, "task")
        openly.register(letters.requests_told_openly, "extension")
        scans.register("tasks", reminders.TASKS)
        scans.register("extensions", reminders.REQUESTS)
        facts.register("task", reminders.task_facts)
        facts.register("extension", reminders.extension_facts)
        accounts.register(reckoning.tasks, reckoning.requests)
        chairs.before_end(seating.still_needed)
        news.on_relieved(seating.take_back)
