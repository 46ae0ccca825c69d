"""The letters of a task by the name of their event: why each is sent, and whether its reader may stop its mails."""

from django.utils.translation import gettext_lazy as _

from notifications.events import Event, Nature

ALL = (
    Event("tasks_assigned", Nature.TURN, _("Your division is given new tasks")),
    Event("task_handed_over", Nature.TURN, _("A task is handed to you or taken from you")),
    Event("task_steps_shared", Nature.TURN, _("Steps of a task are given to you")),
    Event("task_reported", Nature.TURN, _("A division reports a task finished")),
    Event("task_extension_asked", Nature.TURN, _("A division asks for more time")),
    Event("task_nudged", Nature.TURN, _("The head of office asks how a task stands")),
    Event("task_accepted", Nature.DECISION, _("Your division's work is accepted")),
    Event("task_sent_back", Nature.DECISION, _("Your division's work is sent back")),
    Event("task_cancelled", Nature.DECISION, _("A task of your division is cancelled")),
    Event("task_extension_granted", Nature.DECISION, _("Your division is granted more time")),
    Event("task_extension_refused", Nature.DECISION, _("Your division is refused more time")),
    Event("task_extension_lapsed", Nature.DECISION, _("A request for more time lapses with the year")),
    Event("task_commented", Nature.NEWS, _("Somebody comments on a task of your division"), stoppable=True),
    Event("task_mentioned", Nature.NEWS, _("Your division is named in a comment"), stoppable=True),
    Event("task_due_soon", Nature.REMINDER, _("Before a task is due"), stoppable=True),
    Event("task_due_today", Nature.REMINDER, _("On the day a task is due")),
    Event("task_overdue", Nature.REMINDER, _("When a task is late")),
    Event("extension_due_soon", Nature.REMINDER, _("Before a request for more time is to be answered"), stoppable=True),
    Event("extension_due_today", Nature.REMINDER, _("On the day a request for more time is to be answered")),
    Event("extension_overdue", Nature.REMINDER, _("When a request for more time waits too long")),
)
