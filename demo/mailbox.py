"""Without EMAIL_URL the demo sends nothing: each Letter keeps what it says, and the mailbox page shows it.

Other mail (a new password, for one) is kept as a Letter too, so that the mailbox shows everything.
"""

from collections.abc import Sequence
from uuid import uuid4

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from notifications.models import Letter
from organization import calendar
from organization.models import User

OURS = "@memoflow>"  # how the Message-ID of a Letter ends


class EmailBackend(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            if not str(message.extra_headers.get("Message-ID", "")).endswith(OURS):
                keep(message)
        return len(email_messages)


def keep(message: EmailMessage) -> None:
    """Show a mail that is no Letter of ours in the mailbox of each person it goes to."""
    now = calendar.now()
    for person in User.objects.filter(email__in=message.to).select_related("organization"):
        if person.organization is None:
            continue
        Letter.objects.create(
            organization=person.organization,
            recipient=person,
            event="other",
            about="other",
            key=f"other:{uuid4()}",
            context={},
            at=now,
            subject=str(message.subject),
            text=str(message.body),
            next_at=timezone.now(),
            sent_at=now,
        )
