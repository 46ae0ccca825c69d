"""The machine of a division's task. Only work.py fires an arrow.

assigned --start--> in_progress --report--> reported --accept--> accepted
reported --send_back--> in_progress      any open --cancel--> cancelled
Overdue is no state: it is computed from the due date.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, TransitionNotAllowed, transition

__all__ = ["AT_WORK", "OPEN", "FSMField", "State", "TransitionNotAllowed", "Transitions"]


class State(models.TextChoices):
    ASSIGNED = "assigned", _("Not started")
    IN_PROGRESS = "in_progress", _("In progress")
    REPORTED = "reported", _("Reported finished")
    ACCEPTED = "accepted", _("Accepted")
    CANCELLED = "cancelled", _("Cancelled")


OPEN = (State.ASSIGNED, State.IN_PROGRESS, State.REPORTED)
#: In these the division still has to act; only such work can be overdue.
AT_WORK = (State.ASSIGNED, State.IN_PROGRESS)


class Transitions:
    """The arrows; mixed into DivisionTask."""

    @transition("state", source=State.ASSIGNED, target=State.IN_PROGRESS)
    def start(self) -> None: ...

    @transition("state", source=State.IN_PROGRESS, target=State.REPORTED)
    def report(self) -> None: ...

    @transition("state", source=State.REPORTED, target=State.ACCEPTED)
    def accept(self) -> None: ...

    @transition("state", source=State.REPORTED, target=State.IN_PROGRESS)
    def send_back(self) -> None: ...

    @transition("state", source=list(OPEN), target=State.CANCELLED)
    def cancel(self) -> None: ...
