"""The letters of a memo by the name of their event: why each is sent, and whether its reader may stop its mails."""

from django.utils.translation import gettext_lazy as _

from notifications.events import Event, Nature

ALL = (
    Event("memo_waits", Nature.TURN, _("A memo waits for you")),
    Event("step_nudged", Nature.TURN, _("The head of office asks for a decision that waits")),
    Event("seat_vacant", Nature.TURN, _("A memo waits and the seat is vacant")),
    Event("memo_endorsed", Nature.DECISION, _("Your memo is deemed appropriate")),
    Event("memo_objected", Nature.DECISION, _("Your memo is deemed not appropriate")),
    Event("memo_returned", Nature.DECISION, _("Your memo is returned for correction")),
    Event("memo_rejected", Nature.DECISION, _("Your memo is not approved")),
    Event("memo_approved", Nature.DECISION, _("Your memo is approved")),
    Event("memo_circulated", Nature.NEWS, _("An approved memo is circulated to you"), stoppable=True),
    Event("memo_withdrawn", Nature.NEWS, _("A memo that waited for you is withdrawn"), stoppable=True),
    Event("memo_handed_over", Nature.TURN, _("A memo of somebody who left is yours now")),
    Event("memo_reassigned", Nature.NEWS, _("A memo is passed on to another position"), stoppable=True),
    Event("step_due_soon", Nature.REMINDER, _("Before a decision is due"), stoppable=True),
    Event("step_due_today", Nature.REMINDER, _("On the day a decision is due")),
    Event("step_overdue", Nature.REMINDER, _("When a decision is late")),
    Event("followup_due_soon", Nature.REMINDER, _("Before a follow-up report is due"), stoppable=True),
    Event("followup_due_today", Nature.REMINDER, _("On the day a follow-up report is due")),
    Event("followup_overdue", Nature.REMINDER, _("When a follow-up report is late")),
)
