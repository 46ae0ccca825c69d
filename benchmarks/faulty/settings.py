"""The product's settings with the bell on, a clock that the bench sets, and a mail server of its own."""

import os

from benchmarks.settings import *  # noqa: F403

MEMOFLOW_CLOCK = "benchmarks.faulty.clock.now"
MEMOFLOW_RING = os.environ.get("FAULTY_RING") == "1"
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST, EMAIL_PORT = "127.0.0.1", int(os.environ.get("FAULTY_MAIL", "1"))
EMAIL_TIMEOUT = 5
