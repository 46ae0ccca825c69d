"""The same shelf with an S3-compatible store behind it, as the settings of the environment make it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import boto3
import pytest
from django.conf import settings as conf
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.signals import request_finished
from django.db import close_old_connections
from django.test import RequestFactory, TestCase
from django.utils import timezone, translation
from moto.server import ThreadedMotoServer

from audit import chain
from files import serving, shelf, store
from files.models import Attachment
from organization import seats
from tests import file_samples as sample
from tests.cast import DAY, Cast, at

BUCKET = "memoflow"
KEYS = {"MEMOFLOW_S3_KEY": "testing", "MEMOFLOW_S3_SECRET": "testing", "MEMOFLOW_S3_REGION": "ap-southeast-1"}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(autouse=True)
def _connected() -> Iterator[None]:
    """An answer that ends closes no connection of the test."""
    request_finished.disconnect(close_old_connections)
    yield
    request_finished.connect(close_old_connections)


@pytest.fixture
def bucket(endpoint: str, settings: Any) -> Iterator[Any]:
    """An empty bucket, and the storage that settings.py makes of the environment."""
    names = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing", "region_name": "ap-southeast-1"}
    made = boto3.resource("s3", endpoint_url=endpoint, **names).Bucket(BUCKET)
    made.create(CreateBucketConfiguration={"LocationConstraint": "ap-southeast-1"})
    environment = {
        "MEMOFLOW_S3_BUCKET": BUCKET,
        "MEMOFLOW_S3_ENDPOINT": endpoint,
        "MEMOFLOW_S3_FOLDER": "files",
        **KEYS,
    }
    settings.STORAGES = settings.STORAGES | {"files": storage_of(environment)}
    with translation.override("en"):
        yield made
    made.objects.delete()
    made.delete()


def storage_of(environment: dict[str, str]) -> dict[str, Any]:
    """STORAGES["files"] in a house that is started with this environment."""
    ask = "import json; from django.conf import settings; print(json.dumps(settings.STORAGES['files']))"
    own = {"DJANGO_SETTINGS_MODULE": "config.settings", "SECRET_KEY": "x" * 50, "PATH": os.environ["PATH"]}
    command = [sys.executable, "-c", ask]
    done = subprocess.run(command, cwd=conf.BASE_DIR, env=own | environment, check=True, capture_output=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def keys_in(bucket: Any) -> set[str]:
    return {one.key for one in bucket.objects.all()}


def keep(cast: Cast, data: bytes, name: str, about: str = "task:1") -> Attachment:
    seat = seats.seats_of(cast.finance, DAY)[0]
    placed = {"organization": cast.office, "about": about, "by": cast.finance, "seat": seat, "now": at()}
    return shelf.keep(ContentFile(data), name=name, **placed)


@pytest.mark.django_db
def test_a_file_is_kept_served_verified_and_let_go(cast: Cast, bucket: Any) -> None:
    one = keep(cast, sample.jpg(gps=True), sample.JPG_NAME)
    assert keys_in(bucket) == {f"files/{sha256[:2]}/{sha256}" for sha256 in (one.sha256, one.thumbnail)}
    whole: Any = serving.stored(RequestFactory().get("/"), one)
    data = b"".join(whole.streaming_content)
    whole.close()
    assert len(data) == one.size and data.startswith(b"\xff\xd8") and b"Camera" not in data
    part: Any = serving.stored(RequestFactory(headers={"range": "bytes=10-19"}).get("/"), one)
    assert part.status_code == 206 and b"".join(part.streaming_content) == data[10:20]
    part.close()
    assert list(chain.verify()) == []
    with TestCase.captureOnCommitCallbacks(execute=True):
        shelf.remove(one, by=cast.finance, seat=seats.seats_of(cast.finance, DAY)[0], now=at())
    assert keys_in(bucket) == set() and list(chain.verify()) == []


@pytest.mark.django_db
def test_the_same_file_lies_there_once(cast: Cast, bucket: Any) -> None:
    keep(cast, sample.pdf(), "ก.pdf")
    keep(cast, sample.pdf(), "ข.pdf", about="task:2")
    assert len(keys_in(bucket)) == 1
    with pytest.raises(ValidationError, match="attached here already"):
        keep(cast, sample.pdf(), "ค.pdf")


@pytest.mark.django_db
def test_lost_and_changed_bytes_are_found(cast: Cast, bucket: Any) -> None:
    one, other = keep(cast, sample.pdf("1"), "ก.pdf"), keep(cast, sample.pdf("2"), "ข.pdf")
    bucket.Object(f"files/{store.name_of(one.sha256)}").put(Body=b"changed")
    store.drop(other.sha256)
    assert len([problem for problem in chain.verify() if "missing or has been changed" in problem.message]) == 2
    with pytest.raises(FileNotFoundError):
        serving.stored(RequestFactory().get("/"), other)


@pytest.mark.django_db
def test_a_store_that_declines_is_said_and_nothing_is_attached(cast: Cast, bucket: Any) -> None:
    bucket.delete()
    try:
        with pytest.raises(ValidationError, match="could not be stored"):
            keep(cast, sample.pdf(), "ก.pdf")
    finally:
        bucket.create(CreateBucketConfiguration={"LocationConstraint": "ap-southeast-1"})
    assert not Attachment.objects.exists()


@pytest.mark.django_db
def test_what_a_refused_act_left_is_swept(cast: Cast, bucket: Any) -> None:
    one = keep(cast, sample.pdf(), "ก.pdf")
    store.keep("ab" * 32, b"left")
    bucket.Object("files/ab/not-ours").put(Body=b"somebody else's")
    assert shelf.sweep(now=timezone.now()) == 0
    assert shelf.sweep(now=timezone.now() + timedelta(days=2)) == 1
    assert keys_in(bucket) == {f"files/{store.name_of(one.sha256)}", "files/ab/not-ours"}


def test_a_proxy_is_not_told_of_a_folder_that_is_none(bucket: Any, settings: Any) -> None:
    settings.MEMOFLOW_X_ACCEL = "/kept-files/"
    store.keep("ab" * 32, b"data")
    one = Attachment(name="ก.pdf", sha256="ab" * 32, media_type="application/pdf", size=4)
    answer = serving.stored(RequestFactory().get("/"), one)
    assert "X-Accel-Redirect" not in answer and b"".join(answer) == b"data"
    answer.close()


def test_a_file_on_its_way_back_does_not_lie_in_memory(bucket: Any) -> None:
    assert storages["files"].max_memory_size == 1 << 20
    assert storages["files"].default_acl is None and storages["files"].file_overwrite


def test_without_a_bucket_a_folder_is_taken() -> None:
    assert storage_of({"MEMOFLOW_FILES": "/srv/files"}) == {
        "BACKEND": "files.storage.Folder",
        "OPTIONS": {"location": "/srv/files"},
    }
    assert storage_of({"MEMOFLOW_S3_BUCKET": "b"})["OPTIONS"]["endpoint_url"] is None
