"""The answers to an act that may not happen; every room raises these, each stays a thing of its own.

Refused        not yours             403
NotNow         not now, not this step 409 (also django_fsm's TransitionNotAllowed)
Stale          not this text any more 409, with the newer one
ValidationError  not like this       a form error (Django's own)
What is invisible is Django's Http404 / DoesNotExist, before any of these.
"""

from typing import Any


class Refused(Exception):
    """This is not yours to do. The message is a sentence for the screen."""


class NotNow(Exception):
    """This cannot be done in the state the thing is in. The message is a sentence for the screen."""


class Stale(Exception):
    """You answered an older text. `current` is the newer one."""

    def __init__(self, message: str, current: Any = None) -> None:
        super().__init__(message)
        self.current = current
