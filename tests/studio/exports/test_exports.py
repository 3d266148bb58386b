"""From a wish to a file: real rows, a real clip, a real lease."""

import hashlib
import json
import os
import re
import subprocess
import sys
import zipfile
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from drawn.clips import draw_clip, png, write_video
from drawn.tracks import FRAMES, HEIGHT, OBJECTS, WIDTH, draw_masks, found_of, tracks_in, write_pictures
from studio.exports import backdrops
from studio.exports import manifest as manifest_module
from studio.exports.effects import crop
from studio.exports.effects.follow import box_of
from studio.exports.make import make
from studio.exports.manifest import made_by
from studio.exports.models import Export
from studio.exports.service import making_folder, request_export
from studio.exports.snapshot import scene_revision
from studio.exports.window import window_over
from studio.jobs import queue
from studio.jobs.lease import Lease, work
from studio.jobs.models import Job
from studio.library.files import folder_of
from studio.library.models import Video
from studio.media.frame_table import FrameTable
from studio.runs.models import Run
from studio.scenes import changes
from studio.scenes.errors import SceneFault
from studio.scenes.models import Mask, Subject

pytestmark = pytest.mark.django_db


@pytest.fixture
def video(ann: User) -> Video:
    """A zip of pictures with the drawn masks in it; object 3 is hidden."""
    video = Video.objects.create(
        owner=ann,
        title="my clip.zip",
        form=Video.Form.IMAGES,
        state=Video.State.READY,
        width=WIDTH,
        height=HEIGHT,
        frame_count=FRAMES,
    )
    folder = folder_of(video.id)
    folder.mkdir(parents=True)
    write_pictures(folder / "frames", draw_clip(FRAMES, WIDTH, HEIGHT).frames)
    (folder / "source").write_bytes(b"as it was sent")
    subjects = {}
    with changes.change(video.id, "Masks") as step:
        for track in OBJECTS:
            subjects[track.number] = Subject.objects.create(
                video=video,
                number=track.number,
                name=track.name,
                color="#{:02x}{:02x}{:02x}".format(*track.color),
                visible=track.number != 3,
                revision=step.revision,
            )
    run = Run.objects.create(
        job=Job.objects.create(owner=ann, video=video, kind="run", queue="gpu", state="done"),
        video=video,
        direction="forward",
        first_frame=0,
        last_frame=8,
        weights="siammask-small",
        subjects=[],
        prompts=[],
    )
    with changes.change(video.id, "Masks") as step:
        changes.write_masks(
            [
                Mask(
                    subject=subjects[found.number],
                    frame=found.frame,
                    counts=found.counts,
                    area=found.area,
                    score=found.score,
                    rotated_box=list(found.corners),
                    state=Mask.State.PROMPT if found.state == "prompt" else Mask.State.TRACKED,
                    run_id=run.id,
                )
                for found in found_of(draw_masks())
            ],
            step,
        )
    return video


def subject(video: Video, number: int) -> Subject:
    return Subject.objects.get(video=video, number=number)


def done(export: Export) -> Export:
    work(export.job_id, make)
    export.refresh_from_db()
    export.job.refresh_from_db()
    return export


def annotations(export: Export) -> list[dict]:
    with zipfile.ZipFile((making_folder() / str(export.id)) / export.file_name) as archive:
        return json.loads(archive.read("annotations/instances_default.json"))["annotations"]


def manifest(export: Export) -> dict:
    with zipfile.ZipFile((making_folder() / str(export.id)) / export.file_name) as archive:
        return json.loads(archive.read("manifest.json"))


def test_a_wish_becomes_a_file_whose_row_tells_its_name_size_and_sum(video: Video):
    export = request_export(video, "coco", {})
    assert (export.job.state, export.job.queue, export.file_name) == ("queued", "media", "")

    export = done(export)

    file = (making_folder() / str(export.id)) / "my clip coco.zip"
    assert (export.job.state, export.job.progress) == ("done", 1.0)
    assert (export.file_name, export.byte_size) == (file.name, file.stat().st_size)
    assert export.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert [path.name for path in (making_folder() / str(export.id)).iterdir()] == [file.name]
    assert not list((making_folder() / str(export.id)).parent.glob(f".making-{export.id}-*"))


def test_the_manifest_says_where_the_masks_came_from(video: Video):
    told = manifest(done(request_export(video, "coco", {"every": 4})))

    assert told["source"]["sha256"] == hashlib.sha256(b"as it was sent").hexdigest()
    assert told["frames"] == [[0, 0], [4, 4], [8, 8]]
    assert (told["clip"]["fps"], told["clip"]["time_base"], told["frame_base"]) == ("25/1", "1/25", 0)
    assert [one["number"] for one in told["objects"]] == [1, 2, 7]
    assert [one["name"] for one in told["weights"]] == ["siammask-small"]
    assert len(told["weights"][0]["sha256"]) == 64
    assert told["options"] == {"every": 4}


def test_a_studio_that_was_not_installed_tells_no_version_and_makes_files_all_the_same(monkeypatch):
    assert re.fullmatch(r"SiamMask Studio [\d.]+\w*", made_by())
    monkeypatch.setattr(manifest_module, "version", Mock(side_effect=PackageNotFoundError))

    assert made_by() == "SiamMask Studio"


def test_objects_that_are_shown_are_written_or_those_that_are_named(video: Video):
    shown = {one["attributes"]["track_id"] for one in annotations(done(request_export(video, "coco", {})))}
    named = annotations(done(request_export(video, "coco", {"objects": [3]})))

    assert shown == {1, 2, 7}
    assert {one["attributes"]["track_id"] for one in named} == {3}


def test_where_an_object_was_lost_it_is_absent(video: Video):
    Mask.objects.filter(subject=subject(video, 1), frame__in=(2, 3)).update(state=Mask.State.LOST)

    told = annotations(done(request_export(video, "coco", {"objects": [1]})))

    assert [one["image_id"] - 1 for one in told] == [0, 1, 4, 5, 6, 7, 8]


@pytest.mark.parametrize(
    ("options", "code"),
    [({"objects": [1, 4]}, "no-such-object"), ({"objects": [7], "last_frame": 5}, "nothing-to-export")],
)
def test_a_wish_that_cannot_be_is_refused_and_makes_no_job(video: Video, options: dict[str, object], code: str):
    with pytest.raises(SceneFault) as refused:
        request_export(video, "coco", options)
    assert refused.value.code == code
    assert not Job.objects.filter(kind="export").exists()


def test_a_picture_of_somebody_else_is_not_put_behind_objects(video: Video, bob: User):
    theirs, mine = (str(backdrops.keep(owner, [png(8, 8)]).id) for owner in (bob, video.owner))

    with pytest.raises(SceneFault) as refused:
        request_export(video, "background", {"picture": theirs})
    assert refused.value.code == "no-such-picture"
    assert request_export(video, "background", {"picture": mine}).options == {"picture": mine}


def test_the_window_that_is_shown_is_the_films(video: Video):
    chosen = {"objects": [1, 2], "aspect": "1:1", "margin": 5, "first_frame": 1}

    video.frame_rate_num = 25  # as a clip's row has it that was taken in

    wish, window = window_over(video, chosen)

    assert list(wish.frames(FRAMES)) == list(range(1, FRAMES))
    assert window.width == window.height
    assert len(window.centers) == FRAMES - 1
    with tracks_in(folder_of(video.id), wish) as tracks:
        boxes = np.array([box_of(moment.found) for moment in tracks.survey()])
        films = crop.window_of(boxes, tracks.clip, tracks.clip.pixel_aspect, wish)
    assert np.allclose(window.centers, films.centers)
    assert (window.width, window.height) == (films.width, films.height)


def test_hidden_objects_alone_are_nothing_to_write(video: Video):
    Subject.objects.filter(video=video).update(visible=False)

    with pytest.raises(SceneFault, match="no masks to write"):
        request_export(video, "csv", {})


def test_the_same_wish_gets_the_same_file_while_nothing_changed(video: Video):
    first = request_export(video, "csv", {})
    assert request_export(video, "csv", {"every": 1}) == first  # it waits
    done(first)

    assert request_export(video, "csv", {}) == first  # its own job has raised the clip's revision meanwhile
    assert request_export(video, "csv", {"every": 2}) != first
    assert request_export(video, "vot", {}) != first


def test_a_change_a_new_title_or_a_lost_file_makes_a_new_one(video: Video):
    first = done(request_export(video, "csv", {}))
    changes.edit_subject(subject(video, 3), visible=True)
    second = request_export(video, "csv", {})
    assert second != first
    done(second)
    with changes.change(video.id, "Masks") as step:
        changes.remove_masks(subject(video, 1).id, 0, 0, step)
    third = request_export(video, "csv", {})
    assert third != second
    done(third)
    video.title = "renamed"
    video.save()
    fourth = done(request_export(video, "csv", {}))
    assert fourth != third and fourth.file_name == "renamed csv.zip"
    ((making_folder() / str(fourth.id)) / fourth.file_name).unlink()
    assert request_export(video, "csv", {}) != fourth


def test_an_export_that_failed_or_is_being_cancelled_is_not_handed_out(video: Video):
    first = request_export(video, "csv", {})
    queue.cancel(first.job)

    assert request_export(video, "csv", {}) != first


def test_a_file_is_of_the_masks_as_they_were_when_it_was_made(video: Video):
    export = request_export(video, "coco", {})
    with changes.change(video.id, "Masks") as step:
        changes.remove_masks(subject(video, 1).id, 0, 8, step)

    done(export)

    assert {one["attributes"]["track_id"] for one in annotations(export)} == {2, 7}
    assert export.of_revision == scene_revision(video)
    assert request_export(video, "coco", {}) == export


def test_a_cancelled_export_stops_and_leaves_nothing(video: Video):
    export = request_export(video, "davis", {})

    def cancel_and_make(lease: Lease) -> None:
        queue.cancel(lease.job)
        make(lease)

    work(export.job_id, cancel_and_make)

    export.job.refresh_from_db()
    assert export.job.state == "cancelled"
    assert not (making_folder() / str(export.id)).exists()
    assert not list((making_folder() / str(export.id)).parent.glob(f".making-{export.id}-*"))


def test_a_film_is_made_of_a_video(video: Video, ann: User):
    frames = draw_clip(FRAMES, 68, 46).frames
    folder = folder_of(video.id)
    write_video(folder / "film.mp4", frames, sound="aac").rename(folder / "source")
    (folder / "frames.npz").write_bytes(FrameTable.of(folder / "source").to_bytes())
    Mask.objects.filter(subject__video=video).delete()
    bits = np.zeros((46, 68), bool)
    bits[5:9, 5:9] = True
    Video.objects.filter(pk=video.pk).update(form="film", title="my clip.mp4", width=68, height=46)
    video.refresh_from_db()
    from drawn.tracks import counts_of

    with changes.change(video.id, "Masks") as step:
        mask = Mask(
            subject=subject(video, 1),
            frame=0,
            counts=counts_of(bits),
            area=16,
            score=1.0,
            rotated_box=[0.0] * 8,
            state=1,
        )
        changes.write_masks([mask], step)

    export = done(request_export(video, "overlay", {}))

    assert (export.job.state, export.job.error) == ("done", "")
    assert export.file_name == "my clip overlay.mp4"
    assert export.job.total == FRAMES
    assert len(FrameTable.of((making_folder() / str(export.id)) / export.file_name)) == FRAMES


def test_a_clip_whose_files_are_gone_is_a_sentence(video: Video):
    export = request_export(video, "csv", {})
    for path in (folder_of(video.id) / "frames").iterdir():
        path.unlink()

    done(export)

    assert (export.job.state, export.job.error_code) == ("failed", "not-video")
    assert export.job.error.endswith(".")


KILLED = """
import os, sys
import django
django.setup()
from django.db import connections
connections["default"].settings_dict["NAME"] = sys.argv[2]
from uuid import UUID
from studio.exports import make
from studio.jobs.lease import work
make.disk.sync_tree = lambda folder: os.kill(os.getpid(), 9)  # all is written, nothing is in its place
work(UUID(sys.argv[1]), make.make)
"""


@pytest.mark.django_db(transaction=True)
def test_a_killed_export_is_made_again_from_the_beginning(video: Video):
    from django.db import connection

    export = request_export(video, "coco", {})
    root = Path(__file__).resolve().parents[3]
    command = [sys.executable, "-c", KILLED, str(export.job_id), str(connection.settings_dict["NAME"])]
    died = subprocess.run(command, cwd=root, env=dict(os.environ), capture_output=True, text=True, timeout=120)
    assert died.returncode == -9, died.stderr
    folder = making_folder() / str(export.id)
    assert len(list(folder.parent.glob(f".making-{folder.name}-*"))) == 1
    assert not folder.exists()
    from studio.jobs.reaper import reap

    Job.objects.filter(pk=export.job_id).update(lease_until=timezone.now())
    assert reap() == 1

    done(export)

    assert export.job.state == "done"
    assert hashlib.sha256((folder / export.file_name).read_bytes()).hexdigest() == export.sha256
    assert not list(folder.parent.glob(f".making-{folder.name}-*"))
