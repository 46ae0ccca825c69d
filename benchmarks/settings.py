"""The product's settings with the stock flow beside it; no bell and no demo clock, so that only the work counts."""

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "benchmarks.stock"]
MEMOFLOW_CLOCK = "django.utils.timezone.now"
MEMOFLOW_RING = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
