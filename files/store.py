"""Bytes under their sha256, in STORAGES["files"]: a folder or an S3-compatible store. Knows no attachment."""

import hashlib
import re
from collections.abc import Iterator
from datetime import datetime

from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage, storages

from files.storage import Folder


def digest_of(file: "File[bytes]") -> str:
    """sha256 in hex, read in pieces; the file is left at its beginning."""
    file.seek(0)
    sha256 = hashlib.sha256()
    for chunk in file.chunks():
        sha256.update(chunk)
    file.seek(0)
    return sha256.hexdigest()


def keep(sha256: str, content: "File[bytes] | bytes") -> None:
    """Store bytes, in the place of those of the same sha256. Raises what the store raises: OSError and others."""
    file = ContentFile(content) if isinstance(content, bytes) else content
    file.seek(0)
    _storage().save(name_of(sha256), file)


def take(sha256: str) -> "File[bytes]":
    """The stored file, open for reading. Raises FileNotFoundError."""
    return _storage().open(name_of(sha256), "rb")


def there(sha256: str) -> bool:
    return _storage().exists(name_of(sha256))


def holds(sha256: str) -> bool:
    """Is the file there, and as it was stored?"""
    try:
        with take(sha256) as file:
            return digest_of(file) == sha256
    except FileNotFoundError:
        return False


def drop(sha256: str) -> None:
    """Delete bytes; those that are gone already are no error."""
    _storage().delete(name_of(sha256))


def held() -> Iterator[set[str]]:
    """The sha256 of everything that is stored, one folder (a 256th of all) after the other."""
    storage = _storage()
    for folder in _folders(storage):
        yield {name for name in storage.listdir(folder)[1] if re.fullmatch(r"[0-9a-f]{64}", name)}


def stored_at(sha256: str) -> datetime:
    """Raises FileNotFoundError, or what the store raises."""
    return _storage().get_modified_time(name_of(sha256))


def drop_unfinished(before: datetime) -> int:
    """Delete what writes that were broken off before then have left beside their places. Returns how much."""
    storage = _storage()
    return storage.drop_unfinished(before) if isinstance(storage, Folder) else 0


def name_of(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256}"


def _folders(storage: Storage) -> list[str]:
    try:
        return storage.listdir("")[0]
    except FileNotFoundError:  # a folder is made with its first file
        return []


def _storage() -> Storage:
    return storages["files"]
