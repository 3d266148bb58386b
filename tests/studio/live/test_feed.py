"""A replica that is fed from any place ends up as the scene is; pieces are bounded and leave no gap."""

import random
from contextlib import suppress
from uuid import UUID

import pytest
from django.contrib.auth.models import User

from studio.jobs import queue
from studio.jobs.models import Job
from studio.library.models import Video
from studio.live.feed import Kind, Position, read
from studio.scenes import changes, history
from studio.scenes.comments import add_comment, edit_comment
from studio.scenes.errors import SceneFault
from studio.scenes.models import Mask, Prompt, Subject

pytestmark = pytest.mark.django_db
BOX = (10.0, 20.0, 30.0, 40.0)


def put_masks(video: Video, subject: Subject, frames: range, counts: bytes = b"01") -> None:
    with changes.change(video.id, "Masks") as step:
        changes.write_masks(
            (
                Mask(subject=subject, frame=f, counts=counts, area=1, score=0.5, rotated_box=[0.0] * 8, state=1)
                for f in frames
            ),
            step,
        )


def walk(video: Video, after: Position, **limits: int) -> list:
    """All pieces from a place to the end."""
    video.refresh_from_db()
    batches = [read(video, after, **limits)]
    while batches[-1].more:
        assert batches[-1].items or batches[-1].jobs
        batches.append(read(video, batches[-1].position, **limits))
    assert batches[-1].settled == video.revision
    return batches


def things(batches: list) -> list[dict]:
    """What was told of objects, boxes and masks: all but the steps of the history."""
    return [item for batch in batches for item in batch.items if item["kind"] != "step"]


class Replica:
    """What a page knows, kept as the page keeps it."""

    def __init__(self) -> None:
        self.position = Position(0)
        self.subjects: dict[str, str] = {}
        self.prompts: dict[tuple[str, int], list[float]] = {}
        self.masks: dict[tuple[str, int], bytes] = {}
        self.steps: dict[int, tuple[str, bool]] = {}
        self.title = ""

    def feed(self, batches: list) -> None:
        for item in [item for batch in batches for item in batch.items]:
            match item["kind"]:
                case "subject":
                    self.subjects.pop(item["id"], None)
                    if not item["deleted"]:
                        self.subjects[item["id"]] = item["name"]
                case "prompt":
                    self.prompts.pop((item["subject_id"], item["frame"]), None)
                    if not item["deleted"]:
                        self.prompts[item["subject_id"], item["frame"]] = list(item["box"])
                case "mask":
                    self.masks[item["subject"], item["frame"]] = item["counts"]
                case "masks_removed":
                    for frame in range(item["first"], item["last"] + 1):
                        self.masks.pop((item["subject"], frame), None)
                case "step":
                    step = item["step"]
                    gone = range(item["after"] + 1, step["ordinal"])
                    self.steps = {known: told for known, told in self.steps.items() if known not in gone}
                    self.steps[step["ordinal"]] = step["title"], step["undone"]
                case "video":
                    self.title = item["title"]
        self.position = batches[-1].position

    def seen(self) -> tuple[object, ...]:
        """Things of objects that are there."""
        return (
            self.subjects,
            {key: box for key, box in self.prompts.items() if key[0] in self.subjects},
            {key: counts for key, counts in self.masks.items() if key[0] in self.subjects},
            self.steps,
        )


def truth(video: Video) -> tuple[object, ...]:
    live = Subject.objects.filter(video=video, deleted_at=None)
    prompts = Prompt.objects.filter(subject__in=live, deleted=False)
    masks = Mask.objects.filter(subject__in=live)
    return (
        {str(subject.id): subject.name for subject in live},
        {(str(prompt.subject_id), prompt.frame): list(prompt.box) for prompt in prompts},
        {(str(mask.subject_id), mask.frame): bytes(mask.counts) for mask in masks},
        {step.ordinal: (step.title, step.undone) for step in history.steps_of(video)},
    )


def random_change(video: Video, dice: random.Random) -> None:
    subjects = list(Subject.objects.filter(video=video))
    live = [subject for subject in subjects if subject.deleted_at is None]
    if len(live) < 2 or dice.random() < 0.1:
        changes.add_subject(video, name=f"n{dice.random()}")
        return
    subject = dice.choice(live)
    first = dice.randrange(40)
    frames = range(first, first + dice.randrange(1, 12))
    match dice.randrange(9):
        case 0:
            changes.edit_subject(subject, name=f"n{dice.random()}")
        case 1:
            changes.delete_subject(subject)
        case 2:
            gone = [subject for subject in subjects if subject.deleted_at is not None]
            if gone:
                changes.restore_subject(dice.choice(gone))
        case 3:
            changes.set_prompt(subject, first, (dice.random(), 1.0, 30.0, 40.0))
        case 4:
            prompt = subject.prompts.filter(deleted=False).first()
            if prompt is not None:
                changes.remove_prompt(prompt)
        case 5:
            put_masks(video, subject, frames, b"%d" % dice.randrange(10**6))
        case 6:
            with changes.change(video.id, "Masks") as step:  # as a run does: away with the old, in with the new
                changes.remove_masks(subject.id, frames.start, frames.stop, step)
                mask = Mask(subject=subject, frame=first, counts=b"new", area=1, score=1, rotated_box=[], state=1)
                changes.write_masks([mask], step)
        case 7:
            with suppress(SceneFault):
                history.undo(video)
        case 8:
            ordinals = list(history.steps_of(video).values_list("ordinal", flat=True))
            history.go(video, dice.choice([0, *ordinals]))


@pytest.mark.parametrize("seed", range(3))
def test_replicas_that_join_and_read_at_random_times_end_up_as_the_scene_is(clip: Video, seed: int):
    dice = random.Random(seed)
    replicas = [Replica()]

    for _ in range(60):
        random_change(clip, dice)
        for replica in dice.sample(replicas, dice.randrange(len(replicas))):
            clip.refresh_from_db()  # one piece only: the rest comes after further changes
            replica.feed([read(clip, replica.position, most_items=dice.randrange(1, 9))])
        if dice.random() < 0.1:
            replicas.append(Replica())

    for replica in replicas:
        replica.feed(walk(clip, replica.position, most_items=5))
        assert replica.seen() == truth(clip)


def test_a_revision_larger_than_a_piece_is_told_in_pieces_each_row_once(clip: Video):
    one, two = changes.add_subject(clip), changes.add_subject(clip)
    with changes.change(clip.id, "Masks") as step:
        for subject in (one, two):
            changes.write_masks(
                [
                    Mask(subject=subject, frame=f, counts=b"x" * 500, area=1, score=1, rotated_box=[0] * 8, state=1)
                    for f in range(300)
                ],
                step,
            )

    batches = walk(clip, Position(step.revision - 1), most_items=64, most_bytes=20_000)

    masks = [(item["subject"], item["frame"]) for item in things(batches)]
    assert sorted(masks) == sorted((str(subject.id), f) for subject in (one, two) for f in range(300))
    assert {batch.settled for batch in batches[:-1]} == {step.revision - 1}
    assert max(len(batch.items) for batch in batches) <= 64
    assert max(sum(len(item["counts"]) for item in things([batch])) for batch in batches) <= 20_000


def test_a_mask_larger_than_a_piece_is_still_told(clip: Video):
    subject = changes.add_subject(clip)
    put_masks(clip, subject, range(2), counts=b"x" * 100_000)

    assert [len(things([batch])) for batch in walk(clip, Position(1))] == [1, 1, 0]


def test_masks_of_a_deleted_object_wait_for_its_return(clip: Video):
    subject = changes.add_subject(clip)
    put_masks(clip, subject, range(3))
    changes.delete_subject(subject)

    kinds = [item["kind"] for item in things(walk(clip, Position(0)))]
    assert kinds == ["subject"]
    clip.refresh_from_db()
    changes.restore_subject(subject)
    again = [item["kind"] for item in things(walk(clip, Position(clip.revision)))]
    assert again == ["subject", "mask", "mask", "mask"]


def test_a_job_is_told_after_what_came_before_it_and_before_what_covers_it(clip: Video, ann: User):
    subject = changes.add_subject(clip)
    job = queue.submit(ann.pk, clip.id, Job.Kind.RUN)
    changes.set_prompt(subject, 3, BOX)

    first, second = walk(clip, Position(0))

    assert [item["kind"] for item in first.items] == ["subject", "step"]
    assert (first.jobs, first.settled) == ([], job.revision - 1)
    assert [message["job"]["id"] for message in second.jobs] == [str(job.id)]
    assert [item["kind"] for item in second.items] == ["prompt", "step"]
    assert second.settled == clip.revision


def test_nothing_is_told_to_who_has_everything_or_comes_from_the_future(clip: Video):
    changes.add_subject(clip)
    clip.refresh_from_db()

    for revision in (clip.revision, clip.revision + 100):
        batch = read(clip, Position(revision))
        assert (batch.items, batch.jobs, batch.more) == ([], [], False)


def test_a_remark_is_told_as_it_is_now_and_its_end_too(clip: Video, ann: User):
    remark = add_comment(clip, ann, 7, "<b>look</b>")
    edit_comment(remark, resolved=True)
    told = [item for batch in walk(clip, Position(0)) for item in batch.items]
    before = Position(clip.revision)
    edit_comment(remark, deleted=True)
    gone = [item for batch in walk(clip, before) for item in batch.items]

    assert [(item["kind"], item["text"], item["resolved"], item["person"]) for item in told] == [
        ("comment", "<b>look</b>", True, "ann")
    ]
    assert [(item["id"], item["deleted"]) for item in gone] == [(str(remark.id), True)]


def test_a_thing_that_changed_often_is_told_once(clip: Video):
    subject = changes.add_subject(clip)
    for name in "abcdef":
        changes.edit_subject(subject, name=name)

    assert [item["name"] for item in things(walk(clip, Position(0)))] == ["f"]


@pytest.mark.parametrize(
    "position",
    [Position(0), Position(7), Position(7, Kind.MASK, 12), Position(7, Kind.SUBJECT, UUID(int=5))],
)
def test_a_position_is_read_back(position: Position):
    assert Position.parse(str(position)) == position


@pytest.mark.parametrize(
    "text", ["", "1", "1.2", "x.6.", "-1.6.", "1.9.", "1.3.", "1.0.7", "1.3.x", "1.2.3.4", "9" * 40]
)
def test_what_is_no_position_is_refused(text: str):
    assert Position.parse(text) is None
