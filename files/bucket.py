"""An S3-compatible store. Only this house reads from it; what is on its way lies on the disk, not in memory."""

from typing import Any

from botocore.config import Config
from storages.backends.s3 import S3Storage


class Bucket(S3Storage):
    def get_default_settings(self) -> dict[str, Any]:
        careful = Config(
            signature_version="s3v4",
            s3={"addressing_style": "auto"},
            connect_timeout=5,
            read_timeout=30,
            retries={"max_attempts": 3, "mode": "standard"},
            request_checksum_calculation="when_required",  # what other makers' stores understand
            response_checksum_validation="when_required",
        )
        ours = {"client_config": careful, "file_overwrite": True, "default_acl": None, "max_memory_size": 1 << 20}
        return {**super().get_default_settings(), **ours}
