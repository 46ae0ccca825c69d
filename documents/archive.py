"""Where printed papers are kept: under the sha256 of their bytes, never changed."""

import hashlib

from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage, storages


def keep(pdf: bytes) -> str:
    """Store a file; returns its sha256. A half-written file of the same name, from a crash, is replaced."""
    sha256 = hashlib.sha256(pdf).hexdigest()
    shelf, name = _shelf(), _name(sha256)
    if shelf.exists(name):
        if holds(sha256):
            return sha256
        shelf.delete(name)
    shelf.save(name, ContentFile(pdf))
    return sha256


def take(sha256: str) -> "File[bytes]":
    """The stored file, open for reading. Raises FileNotFoundError."""
    return _shelf().open(_name(sha256), "rb")


def there(sha256: str) -> bool:
    return _shelf().exists(_name(sha256))


def holds(sha256: str) -> bool:
    """Is the file there, and as it was stored?"""
    try:
        with take(sha256) as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except FileNotFoundError:
        return False


def _shelf() -> Storage:
    return storages["papers"]


def _name(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256}.pdf"
