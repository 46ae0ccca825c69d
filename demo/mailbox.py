"""Without EMAIL_URL the demo sends nothing: each Letter keeps what it says, and the mailbox page shows it."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class EmailBackend(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        return len(email_messages)
