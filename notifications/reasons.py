"""Why something did not arrive, in plain words: from the error that was kept with it."""

import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

#: What stands in a kept error, and what it means. The first that fits.
_WHY = (
    (("Barred",), gettext_lazy("The address takes no mail; nothing is sent to it until it is changed or freed.")),
    (("no e-mail address",), gettext_lazy("The person has no e-mail address.")),
    (("bounced:",), gettext_lazy("The mail was returned: it could not be delivered.")),
    (("delayed:",), gettext_lazy("The mail is on its way; the receiving server has not taken it yet.")),
    (("quota", "mailbox full", "5.2.2"), gettext_lazy("The mailbox is full.")),
    (("5.1.1", "5.1.2", "550 ", "551 ", "553 "), gettext_lazy("The mail server knows no such address.")),
    (("RecipientsRefused",), gettext_lazy("The mail server refused the address.")),
    (("SenderRefused", "Authentication"), gettext_lazy("The mail server does not take mail from this office.")),
    (("gaierror", "NameResolution"), gettext_lazy("The name of the mail server is not known.")),
    (
        ("ConnectionRefused", "TimeoutError", "timed out", "Disconnected", "ConnectError", "Connection", "OSError"),
        gettext_lazy("The mail server does not answer."),
    ),
    (("ssl", "SSL"), gettext_lazy("No secure connection to the mail server could be made.")),
    (("SMTP",), gettext_lazy("The mail server did not take it.")),
    (("there is no server of this name",), gettext_lazy("There is no server of this name.")),
    (("the host is not allowed",), gettext_lazy("The administrators do not allow hooks to this host any more.")),
    (("private network",), gettext_lazy("The address leads into a private network.")),
    (("certificate",), gettext_lazy("The server’s certificate cannot be verified.")),
    (("in time",), gettext_lazy("The server does not answer in time.")),
    (("be reached",), gettext_lazy("The server cannot be reached.")),
    (("be understood",), gettext_lazy("The server’s answer cannot be understood.")),
    (("answered 410",), gettext_lazy("The server says that this address is no more.")),
)
_ANSWERED = re.compile(r"^it answered (\d{3})$")


def plain(error: str) -> str:
    """A kept error in a sentence; empty for none."""
    if not error:
        return ""
    if found := _ANSWERED.match(error):
        return _("The server answered %(status)s.") % {"status": found[1]}
    fitting = (str(said) for signs, said in _WHY if any(sign in error for sign in signs))
    return next(fitting, None) or _("It could not be written or sent; the administrators’ log says why.")
