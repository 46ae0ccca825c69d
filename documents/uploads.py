"""A file that is only looked at: held in memory up to a limit, never written anywhere."""

from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload

LARGEST = 20_000_000  # bytes


class InMemory(FileUploadHandler):
    """Takes the place of Django's handlers, which put a larger file on the disk. `too_large` says why none came."""

    too_large = False
    _kept: BytesIO | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if self._kept is not None:  # one file is asked for
            raise StopUpload(connection_reset=False)
        self._kept = BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start + len(raw_data) > LARGEST:
            self.too_large = True
            raise StopUpload(connection_reset=False)
        assert self._kept is not None
        self._kept.write(raw_data)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        assert self._kept is not None
        self._kept.seek(0)
        return InMemoryUploadedFile(
            self._kept, self.field_name, self.file_name or "", self.content_type, file_size, self.charset
        )
