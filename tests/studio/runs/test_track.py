"""A run's work, with the real tracker on a clip that was really taken in."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from django.utils import timezone

from drawn.clips import draw_clip
from studio.jobs.models import Job, Tally
from studio.library import files
from studio.library.models import Video
from studio.media import rle
from studio.runs import kept, track
from studio.runs.models import Draft
from studio.runs.service import start_run
from studio.scenes import history
from studio.scenes.changes import set_prompt
from studio.scenes.errors import SceneFault
from studio.scenes.models import Mask, Subject, Version
from studio.scenes.versions import restore_version
from tracking import Tracker

from .following import FRAMES, finish, masks, stop_after

NOTHING = rle.encode(np.zeros((120, 160), np.uint8))
pytestmark = pytest.mark.django_db(transaction=True)


def test_a_run_finds_every_subject_in_every_frame_once(clip):
    job = finish(start_run(clip))

    assert (job.state, job.error) == (Job.State.DONE, "")
    assert (job.done, job.total) == (2 * FRAMES, 2 * FRAMES)
    assert [row[:2] for row in masks(clip)] == [(number, frame) for number in (1, 2) for frame in range(FRAMES)]
    assert set(Mask.objects.filter(frame=0).values_list("state", flat=True)) == {Mask.State.PROMPT}


def test_a_run_that_was_stopped_goes_on_where_it_was_and_finds_the_same(clip, monkeypatch):
    finish(start_run(clip))
    undisturbed = masks(clip)
    Mask.objects.all().delete()
    again = start_run(clip)
    stop_after(monkeypatch, 11, again)
    waiting = Job.objects.get(pk=again.job_id)
    assert (waiting.state, waiting.attempt) == (Job.State.QUEUED, 0)
    assert 0 < len(masks(clip)) < 2 * FRAMES

    assert finish(again).state == Job.State.DONE
    assert masks(clip) == undisturbed


def test_a_box_drawn_late_bends_only_its_own_stretch(clip):
    finish(start_run(clip))
    before = masks(clip)
    first, second = clip.subjects.order_by("number")
    drawn = draw_clip(FRAMES, objects=2)
    x, y, width, height = map(float, drawn.box(10, 1).split(","))
    set_prompt(first, 10, (x + 2, y + 2, width - 4, height - 4))

    finish(start_run(clip, first_frame=10, subjects=[first.id]))

    after = masks(clip)
    assert [row for row in after if row[0] == second.number] == [row for row in before if row[0] == second.number]
    assert after[:10] == before[:10]
    assert after[10] != before[10]


def test_what_a_person_drew_is_a_key_frame_and_no_run_writes_over_it(clip):
    finish(start_run(clip))
    first = clip.subjects.get(number=1)
    drawn = Mask.objects.get(subject=first, frame=8)
    Mask.objects.filter(pk=drawn.pk).update(state=Mask.State.EDITED)
    Mask.objects.filter(subject=first, frame=12).update(state=Mask.State.ABSENT, area=0, counts=NOTHING)
    held = {row.frame: bytes(row.counts) for row in first.masks.filter(frame__in=(8, 12))}

    run = start_run(clip, first_frame=5, subjects=[first.id])
    job = finish(run)

    assert [(frame, kept) for _, frame, _, kept in run.prompts] == [(8, True)]
    assert (job.state, job.done) == (Job.State.DONE, 11)
    assert {row.frame: bytes(row.counts) for row in first.masks.filter(frame__in=(8, 12))} == held
    assert set(first.masks.filter(run_id=run.id).values_list("frame", flat=True)) == {9, 10, 11, *range(13, 20)}


def correct(clip: Video, frame: int) -> Subject:
    """A box around the first object where it truly is."""
    first: Subject = clip.subjects.get(number=1)
    x, y, width, height = map(float, draw_clip(FRAMES, objects=2).box(frame, 1).split(","))
    set_prompt(first, frame, (x, y, width, height))
    return first


def test_a_run_that_agrees_with_what_was_there_stops_and_leaves_the_rest(clip):
    first = correct(clip, 3)
    finish(start_run(clip, subjects=[first.id]))
    before = {row.frame: row.run_id for row in first.masks.all()}

    run = start_run(clip, first_frame=3, subjects=[first.id], until_agrees=True)
    job = finish(run)

    run.refresh_from_db()
    assert run.agreed == [[str(first.id), 13]]
    assert (job.state, job.done, job.total) == (Job.State.DONE, 11, 11)
    after = {row.frame: row.run_id for row in first.masks.all()}
    assert {frame for frame in after if after[frame] == run.id} == set(range(3, 14))
    assert {frame: after[frame] for frame in range(14, FRAMES)} == {frame: before[frame] for frame in range(14, FRAMES)}


def test_a_run_that_agrees_stops_at_the_same_frame_when_its_worker_died_on_the_way(clip, monkeypatch):
    first = correct(clip, 3)
    finish(start_run(clip, subjects=[first.id]))
    run = start_run(clip, first_frame=3, subjects=[first.id], until_agrees=True)
    stop_after(monkeypatch, 7, run)

    assert finish(run).state == Job.State.DONE
    run.refresh_from_db()
    assert run.agreed == [[str(first.id), 13]]


def test_between_two_key_frames_the_two_ways_are_joined_and_no_draft_is_left(clip):
    first = correct(clip, 15)
    forward = start_run(clip, subjects=[first.id], last_frame=14)
    finish(forward)
    there = {row.frame: bytes(row.counts) for row in first.masks.all()}
    finish(start_run(clip, subjects=[first.id], direction="backward", first_frame=1, last_frame=15))
    back = {row.frame: bytes(row.counts) for row in first.masks.all()}

    job = finish(start_run(clip, subjects=[first.id], direction="between"))

    joined = {row.frame: bytes(row.counts) for row in first.masks.all()}
    assert (job.state, job.done, job.total) == (Job.State.DONE, 16 + 14, 16 + 14)
    kept = [frame for frame in range(1, 15) if joined[frame] == there[frame]]
    taken = [frame for frame in range(1, 15) if joined[frame] == back[frame]]
    assert sorted({*kept, *taken}) == list(range(1, 15))
    assert min(kept) == 1 and max(taken) == 14
    assert not Draft.objects.exists()


def test_two_ways_whose_worker_died_in_the_second_are_those_of_an_undisturbed_run(clip, monkeypatch):
    first = correct(clip, 15)
    finish(start_run(clip, subjects=[first.id], direction="between"))
    undisturbed = masks(clip)
    Mask.objects.all().delete()
    run = start_run(clip, subjects=[first.id], direction="between")

    stop_after(monkeypatch, 24, run)  # 16 frames there, the key frame and 7 on the way back

    assert Draft.objects.filter(run=run).exists()
    assert finish(run).state == Job.State.DONE
    assert masks(clip) == undisturbed
    assert not Draft.objects.exists()


def test_between_needs_two_key_frames_and_says_so(clip):
    with pytest.raises(SceneFault, match="Two key frames"):
        start_run(clip, direction="between")


def run_out_of_memory(monkeypatch, most: int) -> None:
    """From the fifth step on the device has room for so many objects at once."""
    step, steps = Tracker.conclude, 0

    def stepped(self, searched, tracks):
        nonlocal steps
        steps += 1
        if steps > 5 and len(tracks) > most:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
        return step(self, searched, tracks)

    monkeypatch.setattr(Tracker, "conclude", stepped)


def test_a_run_whose_device_has_no_room_for_all_follows_fewer_at_once_and_says_so(clip, monkeypatch):
    finish(start_run(clip))
    undisturbed = masks(clip)
    Mask.objects.all().delete()
    run = start_run(clip)

    with monkeypatch.context() as patch:
        run_out_of_memory(patch, most=1)
        job = finish(run)

    run.refresh_from_db()
    assert (job.state, job.done) == (Job.State.DONE, 2 * FRAMES)
    assert run.notes == [
        "2 objects at once were too much for the memory of this machine: they were followed 1 at a time."
    ]
    assert [row[:2] for row in masks(clip)] == [row[:2] for row in undisturbed]


def test_a_run_without_memory_for_one_object_fails_with_a_sentence_and_the_next_is_done(clip, monkeypatch):
    run = start_run(clip)
    with monkeypatch.context() as patch:
        run_out_of_memory(patch, most=0)
        job = finish(run)

    assert (job.state, job.error_code) == (Job.State.FAILED, "memory")
    assert job.error == "following one object needs more memory than this machine gives."

    again = start_run(clip)
    assert finish(again).state == Job.State.DONE
    again.refresh_from_db()
    assert again.notes == []


def test_a_run_keeps_what_each_stage_took_over_all_its_workers(clip, monkeypatch):
    run = start_run(clip)
    stop_after(monkeypatch, 12, run)
    run.refresh_from_db()
    first = dict(run.timings)

    job = finish(run)

    run.refresh_from_db()
    assert set(run.timings) == {"load", "decode", "wait", "track", "encode", "write"}
    frames = {stage: frames for stage, (_, frames) in run.timings.items()}
    assert frames["track"] >= FRAMES and frames["load"] == 0
    assert 0 < first["track"][0] < run.timings["track"][0]
    for stage, (seconds, _) in first.items():  # a tracker that is at hand already is loaded in no time
        assert 0 <= seconds <= run.timings[stage][0]
    assert run.timings["track"][0] + run.timings["wait"][0] < (timezone.now() - job.created).total_seconds()
    spent = {tally.label: tally.value for tally in Tally.objects.filter(what="run_stage_seconds")}
    assert spent == pytest.approx({stage: seconds for stage, (seconds, _) in run.timings.items()}, abs=0.01)


def test_a_source_that_is_gone_is_a_sentence_and_not_a_traceback(clip):
    run = start_run(clip)
    for path in files.folder_of(clip.id).iterdir():
        path.unlink()

    job = finish(run)

    assert job.state == Job.State.FAILED
    assert job.error_code == "no-such-file"
    assert job.error.endswith(".")


def test_a_worker_keeps_the_trackers_it_used_last(clip):
    begun = kept.weights_of(start_run(clip))
    assert track.resident(begun, "") is track.resident(begun, "")


def test_a_run_is_one_step_and_leaves_a_version_of_each_object(clip):
    run = start_run(clip)
    finish(run)
    found = masks(clip)
    newest = history.steps_of(clip).last()
    assert newest.title == f"Track 2 objects, frames 0 to {FRAMES - 1}"

    history.undo(clip, expected=newest.ordinal)

    assert masks(clip) == []
    for version in Version.objects.filter(of_run=run.id):
        restore_version(version)
    assert masks(clip) == found
