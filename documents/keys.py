"""Secrets at rest: what the database keeps of an office's sealing key, only the environment's keys can read.

Fernet with the keys of MEMOFLOW_SEAL_KEYS: the first one encrypts, each of them decrypts; so one may follow another.
"""

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.translation import gettext as _


class SealKeyError(Exception):
    """The sealing keys cannot be used as things stand; the message says what to do."""


class NoSealKey(SealKeyError):
    """The environment has no key, or one that is none."""


class WrongSealKey(SealKeyError):
    """No key of the environment fits what is stored."""


def encrypt(secret: bytes) -> bytes:
    """Raises NoSealKey."""
    return _keys().encrypt(secret)


def decrypt(stored: bytes) -> bytes:
    """Raises NoSealKey or WrongSealKey."""
    keys = _keys()
    try:
        return keys.decrypt(stored)
    except InvalidToken as error:
        raise WrongSealKey(
            _("No key in MEMOFLOW_SEAL_KEYS fits this office's sealing key. Put back the key it was stored with.")
        ) from error


def _keys() -> MultiFernet:
    if not settings.MEMOFLOW_SEAL_KEYS:
        raise NoSealKey(_("MEMOFLOW_SEAL_KEYS is not set. Put a key into the environment: 32 random bytes in base64."))
    try:
        return MultiFernet([Fernet(key) for key in settings.MEMOFLOW_SEAL_KEYS])
    except ValueError as error:
        raise NoSealKey(
            _("MEMOFLOW_SEAL_KEYS holds something that is no key. A key is 32 random bytes in URL-safe base64.")
        ) from error
