"""Every step can be taken back and brought again, exactly, in the order of the line; nothing of a person's is lost."""

import random

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from drawn.scenes import mask_at, scene_of
from studio.jobs.models import Job
from studio.jobs.queue import submit
from studio.jobs.revisions import next_revision
from studio.library.models import Video
from studio.scenes import changes, history
from studio.scenes.errors import SceneFault
from studio.scenes.models import KeptMask, Mask, Step, Subject
from studio.scenes.steps import open_step, resume_step

pytestmark = pytest.mark.django_db
BOX = (10.0, 20.0, 30.0, 40.0)


def put(video: Video, subject: Subject, frames: range, counts: bytes = b"01") -> Step:
    with changes.change(video.id, f"Put {counts!r}") as step:
        changes.write_masks((mask_at(subject, frame, counts) for frame in frames), step)
    return step


def write_of_run(job: Job, *masks: Mask) -> None:
    """What a run's writer does at each commit."""
    with transaction.atomic():
        changes.write_masks(masks, resume_step(job, next_revision(job.video_id)))


def a_run(video: Video) -> Job:
    with transaction.atomic():
        job = submit(video.owner_id, video.id, Job.Kind.RUN, total=50)
        open_step(job, "Track 1 object", kind="run")
    return job


def end(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(state=Job.State.DONE)


def titles(video: Video) -> list[str]:
    return [step.title for step in history.steps_of(video)]


def test_each_kind_of_change_is_taken_back_and_brought_again(clip: Video):
    subject = changes.add_subject(clip, "car", prompt=(3, BOX))
    steps = [
        lambda: changes.set_prompt(subject, 3, (1.0, 2.0, 9.0, 9.0)),
        lambda: changes.set_prompt(subject, 7, BOX),
        lambda: changes.remove_prompt(subject.prompts.get(frame=3)),
        lambda: changes.edit_subject(subject, name="lorry", color="#123456"),
        lambda: put(clip, subject, range(10)),
        lambda: put(clip, subject, range(5, 20), b"other"),
        lambda: remove(clip, subject, 8, 12),
        lambda: changes.delete_subject(subject),
        lambda: changes.restore_subject(subject),
    ]

    stood = [scene_of(clip)]
    for step in steps:
        step()
        stood.append(scene_of(clip))

    for state in reversed(stood[:-1]):
        history.undo(clip)
        assert scene_of(clip) == state
    for state in stood[1:]:
        history.redo(clip)
        assert scene_of(clip) == state


def remove(video: Video, subject: Subject, first: int, last: int) -> None:
    with changes.change(video.id, "Delete masks") as step:
        changes.remove_masks(subject.id, first, last, step)


@pytest.mark.parametrize("seed", range(3))
def test_a_walk_through_a_random_history_finds_each_state_again(clip: Video, seed: int):
    dice = random.Random(seed)
    subjects = [changes.add_subject(clip) for _ in range(3)]
    stood: dict[int, object] = {}
    for _ in range(25):
        subject = dice.choice(subjects)
        first = dice.randrange(60)
        frames = range(first, first + dice.randrange(1, 30))
        match dice.randrange(3):
            case 0:
                put(clip, subject, frames, b"%d" % dice.randrange(10**6))
            case 1:
                changes.set_prompt(subject, first, (float(dice.randrange(100)), 1.0, 30.0, 40.0))
            case 2:
                remove(clip, subject, frames.start, frames.stop)
        stood[history.steps_of(clip).last().ordinal] = scene_of(clip)

    for ordinal in dice.choices(list(stood), k=20):
        history.go(clip, ordinal)
        assert scene_of(clip) == stood[ordinal]


def test_the_beginning_is_before_the_oldest_step(clip: Video):
    changes.add_subject(clip, prompt=(3, BOX))
    history.go(clip, 0)
    assert scene_of(clip) == ([], [], [])


def test_something_new_ends_what_was_undone(clip: Video):
    subject = changes.add_subject(clip)
    put(clip, subject, range(3))
    history.undo(clip)
    changes.set_prompt(subject, 3, BOX)

    with pytest.raises(SceneFault, match="There is nothing to redo"):
        history.redo(clip)
    assert titles(clip) == ["New object object 1", "Box on object 1, frame 3"]


def test_a_change_that_wrote_nothing_is_no_step_and_ends_nothing(clip: Video):
    subject = changes.add_subject(clip)
    put(clip, subject, range(3))
    history.undo(clip)
    remove(clip, subject, 0, 9)
    changes.edit_subject(subject, visible=False)

    history.redo(clip)
    assert subject.masks.count() == 3


def test_nobody_undoes_what_they_have_not_seen(clip: Video):
    subject = changes.add_subject(clip)
    seen = history.steps_of(clip).last().ordinal
    put(clip, subject, range(3))

    with pytest.raises(SceneFault, match="its next step is now: Put") as refused:
        history.undo(clip, expected=seen)
    assert refused.value.code == "not-newest"
    assert subject.masks.count() == 3


def test_a_box_moved_by_repeated_keys_is_one_step_and_goes_back_to_where_it_was(clip: Video, ann: User):
    subject = changes.add_subject(clip, prompt=(3, BOX))
    for by in range(1, 20):
        changes.set_prompt(subject, 3, (10.0 + by, 20.0, 30.0, 40.0), ann)

    assert titles(clip) == ["New object object 1", "Box on object 1, frame 3"]
    history.undo(clip)
    assert subject.prompts.get().box == BOX


def test_a_run_is_one_step_and_kept_once_a_frame(clip: Video):
    subject = changes.add_subject(clip)
    put(clip, subject, range(5), b"old")
    before = scene_of(clip)
    job = a_run(clip)
    for frame in range(10):
        write_of_run(job, mask_at(subject, frame, b"new"))
    write_of_run(job, mask_at(subject, 3, b"newer"))
    end(job)

    assert KeptMask.objects.filter(step__job=job).count() == 10
    history.undo(clip)
    assert scene_of(clip) == before
    history.redo(clip)
    assert bytes(subject.masks.get(frame=3).counts) == b"newer"


def test_a_run_that_goes_on_is_not_undone(clip: Video):
    subject = changes.add_subject(clip)
    job = a_run(clip)
    write_of_run(job, mask_at(subject, 0))

    for what in (history.undo, lambda video: history.go(video, 0)):
        with pytest.raises(SceneFault, match="Track 1 object is not finished") as refused:
            what(clip)
        assert refused.value.code == "run-active"
    end(job)
    history.undo(clip)
    assert subject.masks.count() == 0


def test_a_run_that_found_nothing_is_no_step_once_it_ended(clip: Video):
    changes.add_subject(clip)
    job = a_run(clip)
    end(job)

    assert titles(clip) == ["New object object 1"]
    history.undo(clip, expected=job.step.ordinal)  # of a page that still lists it
    assert not Subject.objects.filter(deleted_at=None).exists()


def test_what_a_person_does_during_a_run_lies_on_top_of_it(clip: Video):
    subject = changes.add_subject(clip)
    put(clip, subject, range(5), b"old")
    job = a_run(clip)
    write_of_run(job, mask_at(subject, 0, b"run"))
    put(clip, subject, range(2), b"hand")
    write_of_run(job, *(mask_at(subject, frame, b"run") for frame in (1, 2)))
    end(job)

    def stands() -> list[bytes]:
        return [bytes(mask.counts) for mask in subject.masks.all()]

    assert stands() == [b"hand", b"hand", b"run", b"old", b"old"]
    history.undo(clip)
    assert stands() == [b"run", b"run", b"run", b"old", b"old"]
    history.undo(clip)
    assert stands() == [b"old"] * 5
    history.redo(clip)
    history.redo(clip)
    assert stands() == [b"hand", b"hand", b"run", b"old", b"old"]


def test_a_deletion_during_a_run_stays(clip: Video):
    subject = changes.add_subject(clip)
    put(clip, subject, range(3), b"old")
    job = a_run(clip)
    remove(clip, subject, 1, 1)
    write_of_run(job, *(mask_at(subject, frame, b"run") for frame in range(3)))
    end(job)

    assert [mask.frame for mask in subject.masks.all()] == [0, 2]
    history.undo(clip)
    assert bytes(subject.masks.get(frame=1).counts) == b"run"


def test_a_run_writes_above_a_step_that_was_undone_during_it(clip: Video):
    subject = changes.add_subject(clip)
    job = a_run(clip)
    put(clip, subject, range(2), b"hand")
    history.undo(clip)
    write_of_run(job, mask_at(subject, 0, b"run"))

    assert bytes(subject.masks.get().counts) == b"run"
    history.redo(clip)
    assert bytes(subject.masks.get(frame=0).counts) == b"hand"
    history.undo(clip)
    assert bytes(subject.masks.get().counts) == b"run"


def test_the_oldest_steps_are_forgotten_over_the_number_that_is_kept(clip: Video, settings):
    settings.STUDIO_HISTORY_STEPS = 4
    subject = changes.add_subject(clip)
    for frame in range(6):
        put(clip, subject, range(frame, frame + 1), b"%d" % frame)

    assert titles(clip) == [f"Put {b'%d' % frame!r}" for frame in range(2, 6)]
    history.go(clip, 0)
    assert [mask.frame for mask in subject.masks.all()] == [0, 1]


def test_the_oldest_steps_are_forgotten_over_the_bytes_that_are_kept_but_never_the_newest(clip: Video, settings):
    settings.STUDIO_HISTORY_MB = 1
    subject = changes.add_subject(clip)
    for letter in (b"a", b"b", b"c"):
        put(clip, subject, range(6), letter * 200_000)

    assert titles(clip) == [f"Put {b'c' * 200_000!r}"[:200]]
    history.undo(clip)
    assert {bytes(mask.counts)[:1] for mask in subject.masks.all()} == {b"b"}


def test_undo_of_a_thousand_frames_takes_no_query_a_frame(clip: Video):
    subject = changes.add_subject(clip)
    put(clip, subject, range(1000), b"x" * 1500)
    put(clip, subject, range(1000), b"y" * 1500)

    with CaptureQueriesContext(connection) as queries:
        history.undo(clip)

    assert {bytes(mask.counts)[:1] for mask in subject.masks.all()} == {b"x"}
    assert len(queries) < 80
