"""Taking in: real files through the real child; whatever stops it leaves a clip that can be taken in again."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from django.contrib.auth.models import User
from PIL import Image

from drawn.clips import burned, draw_clip, varying_times, write_sound, write_video
from studio.jobs import queue
from studio.jobs.errors import LeaseLost
from studio.jobs.lease import claim, work
from studio.jobs.models import Job
from studio.library import files, ingest, sample
from studio.library.clips import delete, make_sample, restore
from studio.library.models import Video
from studio.library.settle import settle_ingests

from .conftest import Sender, clip_of, taken_in, tree

pytestmark = pytest.mark.django_db


def kept(video: Video) -> list[str]:
    return tree(files.folder_of(video.id))


def test_a_clip_is_taken_in(sender: Sender, small_clip: bytes):
    video = taken_in(sender.send(small_clip))

    assert (video.state, video.error_code, video.error) == ("ready", "", "")
    assert (video.width, video.height, video.frame_count, video.has_sound) == (160, 120, 24, True)
    assert (video.frame_rate_num, video.frame_rate_den, video.duration_s) == (25, 1, pytest.approx(24 / 25))
    assert (video.byte_size, video.pixel_aspect) == (len(small_clip), 1.0)
    assert video.filmstrip == {"columns": 10, "rows": 3, "tile_width": 72, "tile_height": 54, "count": 24}
    assert kept(video) == ["filmstrip.jpg", "frames.npz", "poster.jpg", "proxy.json", "proxy.mp4", "source"]
    job = video.jobs.get()
    assert (job.state, job.progress, job.attempt) == ("done", 1.0, 1)
    assert 0 < video.row_revision <= video.revision


def test_the_source_is_read_by_frame_and_the_proxy_shows_each_at_its_time(sender: Sender, tmp_path: Path):
    path = write_video(tmp_path / "varying.mp4", draw_clip().frames, times=varying_times(24))
    video = taken_in(sender.send(path.read_bytes()))

    assert (video.frame_rate_num, video.frame_rate_den) == (0, 1)
    assert [burned(clip_of(video).frame(index)) for index in (0, 7, 23)] == [0, 7, 23]
    times = files.proxy_times(video)
    ticks = [round(pts * Fraction(str(times["time_base"])) * 90_000) for pts in times["pts"]]
    assert ticks == varying_times(24)


def test_addresses_change_when_the_file_does(sender: Sender, small_clip: bytes):
    video = taken_in(sender.send(small_clip))
    before = files.media_url(video, files.PROXY)

    (files.folder_of(video.id) / files.PROXY).write_bytes(b"another")

    assert before.startswith(f"/media/videos/{video.id}/proxy.mp4?v=")
    assert files.media_url(video, files.PROXY) != before


def test_a_zip_of_pictures_is_a_clip(sender: Sender):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for index, frame in enumerate(draw_clip(12).frames):
            picture = io.BytesIO()
            Image.fromarray(frame).save(picture, "png")
            archive.writestr(f"walk/frame{index}.png", picture.getvalue())

    video = taken_in(sender.send(data.getvalue(), "walk.zip", 1 << 20))

    assert (video.state, video.form, video.frame_count, video.frame_rate_num) == ("ready", "images", 12, 25)
    assert [burned(picture) for picture in clip_of(video).frames()] == list(range(12))
    assert "frames/frame10.png" in kept(video)


def test_a_film_called_zip_and_a_zip_called_film_are_refused_in_words(sender: Sender, small_clip: bytes):
    film = taken_in(sender.send(small_clip, "film.zip"))
    empty = io.BytesIO()
    zipfile.ZipFile(empty, "w").close()
    archive = taken_in(sender.send(empty.getvalue(), "zip.mp4"))

    assert (film.state, film.error_code) == ("failed", "bad-archive")
    assert (archive.state, archive.error_code) == ("failed", "not-video")


@pytest.mark.parametrize("kind", ["words", "sound", "playlist"])
def test_what_is_no_clip_fails_with_a_code_and_a_sentence(sender: Sender, tmp_path: Path, kind: str):
    data = {
        "words": b"this is no film" * 100,
        "sound": write_sound(tmp_path / "heard.mp4").read_bytes(),
        "playlist": b"ffconcat version 1.0\nfile /etc/passwd\n",
    }[kind]

    video = taken_in(sender.send(data))

    assert (video.state, video.error_code) == ("failed", "no-picture" if kind == "sound" else "not-video")
    assert video.error.startswith("This file ")
    assert video.error.endswith(".")
    assert str(tmp_path) not in video.error
    assert kept(video) == ["source"]
    job = video.jobs.get()
    assert (job.state, job.error_code, job.error) == ("failed", video.error_code, video.error)


def test_a_clip_over_the_limit_is_refused_with_limit_and_value(sender: Sender, small_clip: bytes, settings):
    settings.STUDIO_MAX_FRAMES = 10

    video = taken_in(sender.send(small_clip))

    assert (video.state, video.error_code) == ("failed", "too-large")
    assert video.error == "This clip has 24 frames, more than the 10 that are allowed."


@pytest.mark.django_db(transaction=True)  # longer than a lease: it is renewed on a connection of its own
def test_the_sample_is_drawn_and_taken_in(ann: User, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sample, "FRAME_COUNT", 8)  # of 240, which a worker draws in ten seconds

    video = taken_in(make_sample(ann).id)

    assert (video.state, video.title) == ("ready", "Ladybird (sample)")
    assert (video.width, video.height, video.frame_count, video.has_sound) == (1280, 720, 8, True)
    assert video.byte_size == (files.folder_of(video.id) / files.SOURCE).stat().st_size > 10_000
    assert kept(video) == ["filmstrip.jpg", "frames.npz", "poster.jpg", "proxy.json", "proxy.mp4", "source"]
    picture = clip_of(video).frame(3)
    place = sample.place_of(3)
    middle = picture[int(place.y) - 40 : int(place.y) + 40, int(place.x) - 40 : int(place.x) + 40].astype(int)
    assert np.mean(middle[..., 0] - middle[..., 1] > 80) > 0.5  # red where the ladybird is said to be


def pressed(sender: Sender, data: bytes, press: Callable[[Job], object]) -> Video:
    """The clip after an ingest during whose first report somebody pressed a button."""
    video = Video.objects.get(pk=sender.send(data))
    job = video.jobs.get()

    def take(lease):
        press(job)
        ingest.take(lease)

    work(job.id, take)
    settle_ingests()
    video.refresh_from_db()
    return video


def test_a_paused_ingest_leaves_the_source_and_goes_on(sender: Sender, small_clip: bytes):
    video = pressed(sender, small_clip, queue.pause)

    job = video.jobs.get()
    assert (video.state, job.state) == ("ingesting", "paused")
    assert kept(video) == ["source"]
    queue.resume(job)
    assert taken_in(video.id).state == "ready"


def test_pausing_often_does_not_give_a_clip_up(sender: Sender, small_clip: bytes):
    video = pressed(sender, small_clip, queue.pause)
    job = video.jobs.get()

    for _ in range(4):
        queue.resume(Job.objects.get(pk=job.pk))
        lease = claim(job.pk)
        assert lease is not None
        queue.pause(job)
        lease.stop()
    queue.resume(Job.objects.get(pk=job.pk))

    assert taken_in(video.id).state == "ready"


def test_a_cancelled_ingest_says_so(sender: Sender, small_clip: bytes):
    video = pressed(sender, small_clip, queue.cancel)

    assert (video.state, video.error_code) == ("failed", "cancelled")
    assert kept(video) == ["source"]


def test_a_clip_deleted_while_it_is_taken_in_is_taken_in_again_when_it_is_restored(sender: Sender, small_clip: bytes):
    video = pressed(sender, small_clip, lambda job: delete(Video.objects.get(pk=job.video_id)))
    assert (video.state, video.jobs.get().state) == ("ingesting", "cancelled")

    restore(video)

    assert taken_in(video.id).state == "ready"
    assert sorted(video.jobs.values_list("state", flat=True)) == ["cancelled", "done"]


def test_a_worker_that_is_told_to_stop_puts_the_clip_back_in_line(sender: Sender, small_clip: bytes):
    def stop(job: Job) -> None:
        raise SystemExit(0)

    with pytest.raises(SystemExit):
        pressed(sender, small_clip, stop)

    video = Video.objects.get()
    assert video.jobs.get().state == "queued"
    assert taken_in(video.id).state == "ready"


def test_a_worker_thought_dead_puts_nothing_among_anothers_files(
    sender: Sender, small_clip: bytes, monkeypatch: pytest.MonkeyPatch
):
    video = Video.objects.get(pk=sender.send(small_clip))
    frozen = claim(video.jobs.get().id)
    assert frozen is not None
    real, before = ingest.disk.sync_tree, dict[str, int]()

    def freeze(folder: Path) -> None:
        """All is made, and nothing in its place; the worker wakes when another has done the whole work."""
        real(folder)
        monkeypatch.setattr(ingest.disk, "sync_tree", real)
        video.jobs.update(state=Job.State.QUEUED, lease_token=None, lease_until=None)  # as the reaper does
        assert taken_in(video.id).state == "ready"
        before.update(editions(video))

    monkeypatch.setattr(ingest.disk, "sync_tree", freeze)
    with pytest.raises(LeaseLost):
        ingest.take(frozen)

    assert editions(video) == before
    assert len(before) == 6
    video.refresh_from_db()
    assert video.state == "ready"


def editions(video: Video) -> dict[str, int]:
    """When each of a clip's files was last changed."""
    return {path.name: path.stat().st_mtime_ns for path in files.folder_of(video.id).iterdir() if path.is_file()}


def test_what_a_killed_worker_left_is_removed_by_the_next(sender: Sender, small_clip: bytes):
    video = Video.objects.get(pk=sender.send(small_clip))
    left = files.folder_of(video.id) / ".making-dead"
    left.mkdir()
    (left / "proxy.mp4").write_bytes(b"half")
    (files.folder_of(video.id) / "frames.npz").write_bytes(b"renamed, but its row never came")

    assert taken_in(video.id).state == "ready"
    assert kept(video) == ["filmstrip.jpg", "frames.npz", "poster.jpg", "proxy.json", "proxy.mp4", "source"]
    assert clip_of(video).frame_count == 24


def test_a_clip_whose_job_was_given_up_says_why(sender: Sender):
    video = Video.objects.get(pk=sender.send(b"abc"))
    video.jobs.update(state=Job.State.FAILED, error_code="gave-up", error="The worker stopped 3 times.")
    before = video.row_revision

    assert settle_ingests() == 1

    video.refresh_from_db()
    assert (video.state, video.error_code, video.error) == ("failed", "gave-up", "The worker stopped 3 times.")
    assert video.row_revision > before
    assert settle_ingests() == 0


def test_clips_that_wait_or_are_worked_on_are_not_settled(sender: Sender):
    for state in (Job.State.QUEUED, Job.State.RUNNING, Job.State.PAUSED):
        video = Video.objects.get(pk=sender.send(b"abc"))
        video.jobs.update(state=state)

    assert settle_ingests() == 0


def test_the_row_is_ready_only_when_the_files_are_there_and_synced(
    sender: Sender, small_clip: bytes, monkeypatch: pytest.MonkeyPatch
):
    video = Video.objects.get(pk=sender.send(small_clip))
    steps: list[str] = []
    for name in ("sync_tree", "put_in_place", "sync_folder"):
        real = getattr(ingest.disk, name)

        def noted(*paths: Path, name: str = name, real: Callable[..., None] = real) -> None:
            steps.append(f"{name} {Video.objects.get(pk=video.pk).state}")
            real(*paths)

        monkeypatch.setattr(ingest.disk, name, noted)

    taken_in(video.id)

    moves = [step for step in steps if step != "sync_folder ingesting"]
    assert moves == ["sync_tree ingesting", *["put_in_place ingesting"] * 5]
    assert steps[-1] == "sync_folder ingesting"


def test_the_times_told_are_those_of_the_proxys_samples(sender: Sender, small_clip: bytes):
    video = taken_in(sender.send(small_clip))

    written = json.loads((files.folder_of(video.id) / files.TIMES).read_text())
    with av.open(str(files.folder_of(video.id) / files.PROXY)) as container:
        shown = [packet.pts for packet in container.demux(video=0) if packet.size]

    assert written["pts"] == shown
    assert files.proxy_times(video) == written
