"""Clips and exports in a bucket of an S3-compatible store: taken in, worked on, answered with, swept."""

from __future__ import annotations

import hashlib
import io
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.test import Client
from PIL import Image
from pycocotools import mask as coco

from drawn.clips import burned, draw_clip
from running.bucket import own_bucket
from studio.exports.service import request_export
from studio.exports.tasks import export as export_task
from studio.library import files, uploads
from studio.library import sweep as sweeping
from studio.library.clips import take_in_again
from studio.library.errors import NotFound, StoreAway
from studio.library.models import Video
from studio.library.store import store
from studio.media.errors import NoSuchFile
from studio.scenes import changes
from studio.scenes.models import Mask, Prompt, Subject

from .conftest import Sender, clip_of, taken_in, tree

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="session")
def bucket() -> Iterator[dict[str, str]]:
    """A store for all tests here; each clip has an id of its own."""
    with own_bucket() as names:
        yield names


@pytest.fixture(autouse=True)
def on_this_bucket(bucket: dict[str, str], settings) -> None:
    for name, value in bucket.items():
        setattr(settings, name, value)


@pytest.fixture
def elsewhere(settings, tmp_path: Path) -> Callable[[], None]:
    """Go on as another machine, whose disk has nothing of ours."""

    def move() -> None:
        settings.STUDIO_DATA = tmp_path / f"machine-{uuid4()}"
        settings.STUDIO_STAGING = settings.STUDIO_DATA / "nothing comes in here"

    return move


def kept(video: Video) -> list[str]:
    """The names of what the store has of a clip."""
    listed = store()._listed(f"videos/{video.id}/")  # type: ignore[attr-defined]
    return sorted(found["Key"].removeprefix(f"videos/{video.id}/") for found in listed)


def test_a_film_is_kept_in_the_bucket_and_read_on_a_machine_that_has_nothing_of_it(
    sender: Sender, small_clip: bytes, elsewhere: Callable[[], None], data_folder: Path
):
    video = taken_in(sender.send(small_clip))

    assert video.state == "ready"
    made = ("filmstrip.jpg", "frames.npz", "poster.jpg", "proxy.json", "proxy.mp4")
    assert kept(video) == sorted([*(f"{video.edition}/{name}" for name in made), "source"])
    assert tree(data_folder / "videos") == [], "what is in the store is not kept twice"
    elsewhere()
    assert [burned(clip_of(video).frame(index)) for index in (0, 7, 23)] == [0, 7, 23]
    assert len(files.proxy_times(video)["pts"]) == 24  # type: ignore[arg-type]


def test_pictures_are_kept_as_one_and_unpacked_where_they_are_needed(sender: Sender, elsewhere: Callable[[], None]):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for index, frame in enumerate(draw_clip(12).frames):
            picture = io.BytesIO()
            Image.fromarray(frame).save(picture, "PNG")
            archive.writestr(f"{index}.png", picture.getvalue())
    video = taken_in(sender.send(data.getvalue(), "walk.zip", 1 << 20))

    elsewhere()

    assert f"{video.edition}/frames.tar" in kept(video)
    assert [burned(picture) for picture in clip_of(video).frames()] == list(range(12))


def test_a_clip_that_is_taken_in_again_has_an_edition_of_its_own_and_no_other(sender: Sender, small_clip: bytes):
    video = taken_in(sender.send(small_clip))
    former, address = video.edition, files.media_url(video, files.PROXY)

    take_in_again(video)
    video = taken_in(video.id)

    assert video.edition != former
    assert not [name for name in kept(video) if name.startswith(former)]
    assert files.media_url(video, files.PROXY) != address


def test_the_page_reads_ranges_of_it_through_the_studio(sender: Sender, small_clip: bytes, ann: User, bob: User):
    video = taken_in(sender.send(small_clip))
    address = files.media_url(video, files.PROXY)
    whole = sender.client.get(address)

    part = sender.client.get(address, headers={"Range": "bytes=10-19"})

    content = b"".join(whole.streaming_content)
    assert (part.status_code, b"".join(part.streaming_content)) == (206, content[10:20])
    assert part.headers["Content-Range"] == f"bytes 10-19/{len(content)}"
    assert part.headers["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in whole.headers["Cache-Control"]
    assert sender.client.get(address, headers={"If-None-Match": whole.headers["ETag"]}).status_code == 304
    stranger = Client()
    stranger.force_login(bob)
    assert stranger.get(address).status_code == 404


def test_the_proxy_in_front_is_given_an_address_that_is_signed_for_one_file(
    sender: Sender, small_clip: bytes, settings, bucket: dict[str, str]
):
    settings.STUDIO_X_ACCEL = "/_files/"
    video = taken_in(sender.send(small_clip))

    answer = sender.client.get(files.media_url(video, files.PROXY))

    inner = answer.headers["X-Accel-Redirect"].removeprefix("/_files/store/")
    signed = f"{bucket['STUDIO_S3_ENDPOINT']}/{inner}"
    with urllib.request.urlopen(signed, timeout=10) as read:
        assert read.headers["Content-Type"] == "video/mp4"
        assert read.read()[4:8] == b"ftyp"
    assert "X-Amz-Expires=600" in inner and f"videos/{video.id}/{video.edition}/proxy.mp4?" in inner


def test_an_export_is_made_of_the_bucket_and_taken_away_from_it(
    sender: Sender, small_clip: bytes, elsewhere: Callable[[], None], settings
):
    video = taken_in(sender.send(small_clip))
    box = {"x": 10.0, "y": 10.0, "width": 40.0, "height": 30.0}
    counts = coco.encode(np.asfortranarray(np.eye(120, 160, dtype=np.uint8)))["counts"]
    with changes.change(video.id, "Masks") as step:
        subject = Subject.objects.create(video=video, number=1, name="one", color="#ff0000", revision=step.revision)
        Prompt.objects.create(subject=subject, frame=0, revision=step.revision, **box)
        Mask.objects.create(
            subject=subject, frame=3, counts=counts, area=120, score=1, rotated_box=[0.0] * 8, state=1,
            revision=step.revision,
        )  # fmt: skip
    elsewhere()  # the worker
    wish = request_export(video, "overlay", {})
    export_task(str(wish.job_id))

    elsewhere()  # the web process
    wish.refresh_from_db()
    answer = sender.client.get(f"/media/exports/{wish.id}/{wish.file_name}")

    content = b"".join(answer.streaming_content)
    assert (answer.status_code, hashlib.sha256(content).hexdigest()) == (200, wish.sha256)
    assert "attachment" in answer.headers["Content-Disposition"]
    assert list(Path(settings.STUDIO_DATA).glob("exports/*")) == []
    assert request_export(video, "overlay", {}).id == wish.id, "what is in the bucket is not made again"


def test_what_is_missing_is_named_and_a_store_that_is_away_is_a_sentence(settings, bucket: dict[str, str]):
    with pytest.raises(NotFound):
        store().look("videos/nothing/here")
    with pytest.raises(NoSuchFile):
        store().local("videos/nothing/here")
    settings.STUDIO_S3_ENDPOINT = "http://127.0.0.1:9"

    with pytest.raises(StoreAway, match="cannot be reached now"):
        store().look("videos/nothing/here")


def test_a_page_is_told_that_the_store_is_away(sender: Sender, small_clip: bytes, settings):
    video = taken_in(sender.send(small_clip))
    settings.STUDIO_S3_ENDPOINT = "http://127.0.0.1:9"

    answer = sender.client.get(files.media_url(video, files.PROXY))

    assert (answer.status_code, answer.json()["code"]) == (503, "store-away")


def test_an_ingest_that_cannot_reach_the_store_fails_with_a_sentence_and_keeps_the_source(
    sender: Sender, small_clip: bytes, settings
):
    video_id = sender.send(small_clip)
    settings.STUDIO_S3_ENDPOINT = "http://127.0.0.1:9"

    video = taken_in(video_id)

    assert (video.state, video.error_code) == ("failed", "store-away")
    assert files.incoming(video.id).read_bytes() == small_clip


def test_time_removes_what_belongs_to_nothing_and_leaves_what_does(
    sender: Sender, small_clip: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    video = taken_in(sender.send(small_clip))
    (tmp_path / "left").write_bytes(b"left")
    orphan = str(uuid4())
    store().send(tmp_path / "left", f"videos/{orphan}/source")
    monkeypatch.setattr(sweeping, "ORPHAN_AFTER_S", -60)

    sweeping.sweep()

    assert orphan not in dict(store().folders("videos"))
    assert len(kept(video)) == 6
    assert uploads.uploads_folder().is_dir()


def test_a_signature_is_for_its_own_file_only():
    """moto does not check signatures; that what is signed names the file and ends is all that can be seen here."""
    one = store().inner_address("videos/a/x.mp4", content_type="video/mp4", disposition="inline")
    other = store().inner_address("videos/b/x.mp4", content_type="video/mp4", disposition="inline")

    def signature(address: str) -> str:
        return address.split("X-Amz-Signature=")[1]

    assert signature(one) != signature(other)
