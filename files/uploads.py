"""Files on their way in: every form's, written to the disk without a name, and no further than a file may be large.

A view asks `prepare(request)` what came and what did not; settings.FILE_UPLOAD_HANDLERS puts `OnDisk` before every
form. A file over the limit is left out and said, the others of its form come through. A form that announces far more
is thrown away as it comes, for some seconds, since a browser listens only after it has sent; then its line is cut.
Whatever is broken off leaves nothing: the file has no name on the disk.
"""

import html
import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParser
from django.utils.translation import gettext as _

from files import shelf

AT_ONCE = 10  # as much as so many of the largest files in one form
PATIENCE = 20.0  # seconds that a form which is far too large is thrown away, so that its sender can be answered


@dataclass
class Prepared:
    """The files of a form that came in whole, and a sentence for each that did not."""

    files: "list[Received]" = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def prepare(request: HttpRequest, name: str = "files") -> Prepared:
    """What a form's file field brought; `file.name` is the whole name as it was called.

    Each file stands alone: pass each to shelf.keep, in its own `try`, or all in one transaction, as the act needs.
    `refused` is for the form's errors. Nothing is stored yet, and nothing stays where the view does not keep it.
    """
    files: list[Any] = request.FILES.getlist(name)
    refused = [why for one in request.upload_handlers if isinstance(one, OnDisk) for why in one.refused]
    if _broken_off(request):
        return Prepared([], [_("The upload was broken off. Nothing was taken; try again.")])
    return Prepared(files, refused)


def _broken_off(request: HttpRequest) -> bool:
    """Some servers end a lost connection as if the form ended there: fewer bytes came than were announced."""
    stream: Any = getattr(request, "_stream", None)
    refused = any(one.stopped for one in request.upload_handlers if isinstance(one, OnDisk))
    return not refused and hasattr(stream, "limit") and stream._pos < stream.limit  # Django's LimitedStream


class Received(UploadedFile):  # type: ignore[type-arg]
    """A file on the disk that has no name there, with the whole name it was given, however long."""

    name = ""  # Django's cuts it at 255 characters without a word


class OnDisk(FileUploadHandler):
    """Takes the place of Django's handlers. `refused`: a sentence for each file that did not come in."""

    file: Any  # while one comes in: Django closes it when it is left out

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.refused: list[str] = []
        self._too_much = False
        self.stopped = False
        self._ours = False

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, boundary: Any, encoding: Any = None
    ) -> Any:
        """Read the form with a parser that leaves names as they are; that parser comes by here as well."""
        if not self._ours:
            self._ours = True
            return _Parser(META, input_data, [self], encoding).parse()
        self._input = input_data
        self._too_much = content_length > settings.MEMOFLOW_FILE_BYTES * AT_ONCE + settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        return None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if self._too_much:
            self.refused.append(
                _("Too much at once: at most %(most)d MB in all. Nothing was taken.")
                % {"most": settings.MEMOFLOW_FILE_BYTES * AT_ONCE // 1_000_000}
            )
            self.stopped = True
            self._throw_away()
            raise StopUpload(connection_reset=True)
        self.file = self._begun()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start + len(raw_data) > settings.MEMOFLOW_FILE_BYTES:
            self._refuse(shelf.too_large())
        try:
            self.file.write(raw_data)
        except OSError:
            self._refuse(_no_room())

    def file_complete(self, file_size: int) -> "Received | None":
        file = self.file
        del self.file
        try:
            file.seek(0)
        except OSError:
            self.refused.append(f"{self.file_name}: {_no_room()}")
            return None
        return Received(file, self.file_name, self.content_type, file_size, self.charset)

    def upload_complete(self) -> None:
        """Let go of a file whose end did not come."""
        if hasattr(self, "file"):
            self.file.close()

    def _throw_away(self) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and self._input.read(1 << 20):
            pass

    def _begun(self) -> Any:
        try:
            Path(settings.MEMOFLOW_UPLOADS).mkdir(parents=True, exist_ok=True)
            return TemporaryFile(dir=settings.MEMOFLOW_UPLOADS)
        except OSError:
            self._refuse(_no_room())

    def _refuse(self, why: str) -> None:
        self.refused.append(f"{self.file_name}: {why}")
        raise SkipFile


class _Parser(MultiPartParser):
    def sanitize_file_name(self, file_name: str) -> str | None:
        """Without folders. Django's drops hidden characters without a word; ours stay, to be refused (names.py)."""
        name = re.split(r"[/\\]", html.unescape(file_name))[-1].strip(" ")
        return None if name in ("", ".", "..") else name


def _no_room() -> str:
    return _("The file could not be taken: there is no room. Try again later.")
