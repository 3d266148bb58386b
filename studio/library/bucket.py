"""A bucket of an S3-compatible store: files that every machine reaches, and a cache of those it works on.

A folder is kept as one tar, uncompressed: its pictures are compressed already.
"""

from __future__ import annotations

import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import structlog
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from studio.library.cache import Cache
from studio.library.errors import NotFound, StoreAway
from studio.library.store import Kept, Source
from studio.media.errors import NoSuchFile

logger = structlog.get_logger(__name__)

GOOD_FOR_S = 600  # a signed address
_TAR = ".tar"
_MISSING = ("404", "NoSuchKey", "NotFound", "NoSuchBucket")
_REMOVED_AT_ONCE = 1000  # the most a store takes


class BucketStore:
    """Files in a bucket."""

    editions = True

    def __init__(self, client: Any, bucket: str, cache: Cache) -> None:
        self.client, self.bucket, self.cache = client, bucket, cache
        self._transfer = TransferConfig(max_concurrency=4)

    def send(self, path: Path, key: str) -> None:
        if not path.is_dir():
            with _reached():
                self.client.upload_file(str(path), self.bucket, key, Config=self._transfer)
            return
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=_TAR) as packed:
            with tarfile.open(packed.name, "w") as tar:
                tar.add(path, arcname=".")
            with _reached():
                self.client.upload_file(packed.name, self.bucket, key + _TAR, Config=self._transfer)

    def settle(self, path: Path, key: str) -> None:
        """Nothing is left to do: the row names the edition that was sent."""

    def has(self, key: str) -> bool:
        for name in (key, key + _TAR):
            try:
                self.look(name)
            except NotFound:
                continue
            return True
        return False

    def local(self, key: str) -> Path:
        try:
            kept = self.look(key)
        except NotFound:
            return self._local_folder(key)

        def fetch(path: Path) -> None:
            with _reached():
                self.client.download_file(self.bucket, key, str(path), Config=self._transfer)

        return self.cache.get(f"{key}?{kept.edition}", kept.size, fetch)

    def _local_folder(self, key: str) -> Path:
        try:
            kept = self.look(key + _TAR)
        except NotFound as fault:
            raise NoSuchFile("The files of this clip are no longer there.") from fault

        def fetch(path: Path) -> None:
            with _reached():
                body = self.client.get_object(Bucket=self.bucket, Key=key + _TAR)["Body"]
            with body, tarfile.open(fileobj=body, mode="r|") as tar:
                tar.extractall(path, filter="data")

        return self.cache.get(f"{key}?{kept.edition}", kept.size, fetch)

    def look(self, key: str) -> Kept:
        with _reached():
            found = self.client.head_object(Bucket=self.bucket, Key=key)
        edition = str(found["ETag"]).strip('"')
        return Kept(int(found["ContentLength"]), int(found["LastModified"].timestamp()), edition)

    def open(self, key: str, first: int, size: int) -> Source:
        with _reached():
            answer = self.client.get_object(Bucket=self.bucket, Key=key, Range=f"bytes={first}-{first + size - 1}")
        body: Source = answer["Body"]
        return body

    def inner_address(self, key: str, *, content_type: str, disposition: str) -> str:
        """A signed address, for the proxy only: it ends after ten minutes and is good for this one file."""
        wanted = {"ResponseContentType": content_type, "ResponseContentDisposition": disposition}
        signed: str = self.client.generate_presigned_url(
            "get_object", Params={"Bucket": self.bucket, "Key": key, **wanted}, ExpiresIn=GOOD_FOR_S
        )
        return "store/" + signed.split("://", 1)[1].split("/", 1)[1]

    def remove(self, key: str) -> None:
        with _reached():
            names = [found["Key"] for found in self._listed(key) if found["Key"] in (key, key + _TAR)]
            names += [found["Key"] for found in self._listed(f"{key}/")]
            for first in range(0, len(names), _REMOVED_AT_ONCE):
                some = [{"Key": name} for name in names[first : first + _REMOVED_AT_ONCE]]
                self.client.delete_objects(Bucket=self.bucket, Delete={"Objects": some, "Quiet": True})

    def folders(self, key: str) -> Iterator[tuple[str, float]]:
        newest: dict[str, float] = {}
        with _reached():
            for found in self._listed(f"{key}/"):
                name = found["Key"].removeprefix(f"{key}/").partition("/")[0]
                newest[name] = max(newest.get(name, 0.0), found["LastModified"].timestamp())
        yield from newest.items()

    def _listed(self, prefix: str) -> Iterator[Any]:
        for page in self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix):
            yield from page.get("Contents", ())


def connect(endpoint: str, region: str, key_id: str, secret: str) -> Any:
    """A client of the store; an empty endpoint is Amazon's, an empty key what boto3 finds by itself."""
    return boto3.client(
        "s3",
        endpoint_url=endpoint or None,
        region_name=region or None,
        aws_access_key_id=key_id or None,
        aws_secret_access_key=secret or None,
        config=Config(
            signature_version="s3v4",
            connect_timeout=5,
            read_timeout=30,
            retries={"max_attempts": 4, "mode": "standard"},
            s3={"addressing_style": "path" if endpoint else "auto"},
            request_checksum_calculation="when_required",  # not every store knows Amazon's newer ones
            response_checksum_validation="when_required",
        ),
    )


@contextmanager
def _reached() -> Iterator[None]:
    """Name what a store refuses: NotFound, or StoreAway."""
    try:
        yield
    except ClientError as fault:
        code = str(fault.response.get("Error", {}).get("Code", ""))
        if code in _MISSING:
            raise NotFound("There is nothing here.") from fault
        logger.error("store refuses", code=code, reason=str(fault))
        raise StoreAway(f"The store of files refuses this ({code}); its operator's log has the details.") from fault
    except BotoCoreError as fault:
        logger.error("store away", reason=str(fault))
        raise StoreAway("The store of files cannot be reached now; try again in a minute.") from fault
