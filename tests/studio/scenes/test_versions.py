"""A version is what stood, whatever happens after; restoring is one step; runs keep theirs and let old ones go."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from drawn.scenes import mask_at, scene_of
from studio.library.models import Video
from studio.scenes import changes, history, versions
from studio.scenes.errors import SceneFault
from studio.scenes.models import Subject, VersionMask

pytestmark = pytest.mark.django_db


def put(video: Video, subject: Subject, frames: range, counts: bytes) -> None:
    with changes.change(video.id, "Masks") as step:
        changes.write_masks((mask_at(subject, frame, counts) for frame in frames), step)


def test_a_restored_version_stands_as_it_was_kept_and_can_be_undone(clip: Video):
    car = changes.add_subject(clip, "car")
    put(clip, car, range(5, 1005), b"good")
    kept = scene_of(clip)
    version = versions.save_version(car, "before lunch")
    put(clip, car, range(0, 700), b"bad")
    with changes.change(clip.id, "Delete") as step:
        changes.remove_masks(car.id, 900, 1200, step)
    stood = scene_of(clip)

    step = versions.restore_version(version)

    assert step.title == "Restore before lunch of car"
    assert scene_of(clip) == kept
    history.undo(clip)
    assert scene_of(clip) == stood
    assert version.frames == 1000


def test_only_what_differs_is_written(clip: Video):
    car = changes.add_subject(clip)
    put(clip, car, range(50), b"good")
    version = versions.save_version(car, "v")
    put(clip, car, range(3), b"bad")

    step = versions.restore_version(version)

    assert car.masks.filter(revision=step.revision).count() == 3
    assert versions.restore_version(version).size_bytes == 0, "it stands already"


def test_the_masks_of_a_version_are_told_as_they_were(clip: Video):
    car = changes.add_subject(clip)
    put(clip, car, range(9), b"good")
    version = versions.save_version(car, "v")
    put(clip, car, range(9), b"bad")

    told = list(versions.masks_of(version, 2, 4))

    assert [(mask.subject_id, mask.frame, bytes(mask.counts)) for mask in told] == [
        (car.id, f, b"good") for f in (2, 3, 4)
    ]


def test_an_object_without_masks_has_nothing_to_keep(clip: Video):
    car = changes.add_subject(clip, "car")
    with pytest.raises(SceneFault, match="car has no masks"):
        versions.save_version(car, "v")
    assert car.versions.count() == 0


def test_a_run_keeps_one_version_an_object_and_the_last_ten_stay(clip: Video):
    car = changes.add_subject(clip)
    put(clip, car, range(3), b"x")
    mine = versions.save_version(car, "mine")
    runs = [uuid4() for _ in range(12)]
    for run in runs:
        versions.keep_run([car.id], run, "Run")
        versions.keep_run([car.id], run, "Run")  # a worker that died after it says so again

    assert list(car.versions.exclude(of_run=None).values_list("of_run", flat=True)) == runs[:1:-1]
    assert car.versions.filter(pk=mine.pk).exists()
    assert VersionMask.objects.count() == 11 * 3


def test_versions_of_runs_over_what_a_clip_may_take_go_but_the_newest_stays(clip: Video, settings):
    settings.STUDIO_HISTORY_MB = 1
    car = changes.add_subject(clip)
    put(clip, car, range(4), b"x" * 200_000)
    runs = [uuid4() for _ in range(3)]
    for run in runs:
        versions.keep_run([car.id], run, "Run")
    assert list(car.versions.values_list("of_run", flat=True)) == [runs[-1]]


def test_restoring_a_thousand_frames_takes_no_query_a_frame(clip: Video):
    car = changes.add_subject(clip)
    put(clip, car, range(1000), b"x" * 1500)
    version = versions.save_version(car, "v")
    put(clip, car, range(1000), b"y" * 1500)

    with CaptureQueriesContext(connection) as queries:
        versions.restore_version(version)

    assert len(queries) < 100
