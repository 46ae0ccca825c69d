from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MeasuresConfig(AppConfig):
    name = "measures"

    def ready(self) -> None:
        from measures import letters, reckoning, reminders, settling, witness  # noqa: F401
        from notifications import accounts, events, facts, scans
        from notifications.events import Event, Nature

        scans.register("tasks", reminders.TASKS)
        scans.register("extensions", reminders.REQUESTS)
        accounts.register(reckoning.tasks, reckoning.requests)
        facts.register("task", reminders.task_facts)
        facts.register("extension", reminders.extension_facts)
        soon, today, late = letters.TIME_REMINDERS
        events.register(
            Event(soon, Nature.REMINDER, _("A request for more time is soon to be answered"), stoppable=True),
            Event(today, Nature.REMINDER, _("A request for more time is to be answered today")),
            Event(late, Nature.REMINDER, _("A request for more time waits too long for its answer")),
        )
