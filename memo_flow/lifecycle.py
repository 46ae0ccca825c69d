"""The machine of a memo on one page. Only decisions.py fires an arrow.

draft, returned --submit--> in_review --approve--> approved      in_review --reject--> rejected
in_review --send_back--> returned      in_review, returned --withdraw--> withdrawn
approved, rejected and withdrawn are final.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, TransitionNotAllowed, transition

__all__ = ["FINAL", "WRITABLE", "FSMField", "State", "TransitionNotAllowed", "Transitions"]


class State(models.TextChoices):
    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    RETURNED = "returned", _("Returned for changes")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    WITHDRAWN = "withdrawn", _("Withdrawn")


WRITABLE = (State.DRAFT, State.RETURNED)
FINAL = (State.APPROVED, State.REJECTED, State.WITHDRAWN)


class Transitions:
    """The arrows; mixed into Memo."""

    @transition("state", source=list(WRITABLE), target=State.IN_REVIEW)
    def submit(self) -> None: ...

    @transition("state", source=State.IN_REVIEW, target=State.APPROVED)
    def approve(self) -> None: ...

    @transition("state", source=State.IN_REVIEW, target=State.REJECTED)
    def reject(self) -> None: ...

    @transition("state", source=State.IN_REVIEW, target=State.RETURNED)
    def send_back(self) -> None: ...

    @transition("state", source=[State.IN_REVIEW, State.RETURNED], target=State.WITHDRAWN)
    def withdraw(self) -> None: ...
