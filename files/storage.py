"""A folder in which a file is there whole, or not at all."""

import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage


class Folder(FileSystemStorage):
    """Writes beside the place and renames: no reader and no crash sees half a file. The same name is replaced."""

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name

    def _save(self, name: str, content: "File[Any]") -> str:
        place = Path(self.path(name))
        place.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=place.parent, prefix=".", delete=False) as beside:
            try:
                for chunk in content.chunks():
                    beside.write(chunk)
                beside.flush()
                os.fsync(beside.fileno())
                os.chmod(beside.name, 0o640)
                os.replace(beside.name, place)
            except BaseException:
                with suppress(OSError):
                    os.unlink(beside.name)
                raise
        return name

    def drop_unfinished(self, before: datetime) -> int:
        """Delete the files beside their places that a killed process has left: those written before then."""
        dropped = 0
        for beside in Path(self.location).glob("*/.*"):
            with suppress(OSError):  # finished, or dropped by another
                if beside.stat().st_mtime < before.timestamp():
                    beside.unlink()
                    dropped += 1
        return dropped
