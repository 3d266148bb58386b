"""Every change to a scene takes one revision, stamps what it changed, and leaves word of what it took away."""

import math
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.auth.models import User

from studio.library.models import Video
from studio.scenes import changes
from studio.scenes.errors import SceneFault
from studio.scenes.models import Mask, Removal, Subject

pytestmark = pytest.mark.django_db
BOX = (10.0, 20.0, 30.0, 40.0)


def clip() -> Video:
    """A clip of 50 frames of 1280 x 720."""
    owner = User.objects.create_user("ann")
    return Video.objects.create(
        owner=owner, title="a clip", state=Video.State.READY, width=1280, height=720, frame_count=50
    )


def masks(subject: Subject, frames: range, counts: bytes = b"01") -> list[Mask]:
    """Unsaved masks of these frames."""
    return [
        Mask(subject=subject, frame=frame, counts=counts, area=1, score=0.5, rotated_box=[0.0] * 8, state=1)
        for frame in frames
    ]


def revision_of(video: Video) -> int:
    """The clip's revision as it stands."""
    return Video.objects.values_list("revision", flat=True).get(pk=video.pk)


def test_each_change_takes_the_next_revision_and_its_row_carries_it() -> None:
    video = clip()
    subject = changes.add_subject(video)
    taken = [subject.revision]
    taken.append(changes.set_prompt(subject, 3, BOX).revision)
    taken.append(changes.edit_subject(subject, visible=False).revision)
    taken.append(changes.remove_prompt(subject.prompts.get()).revision)
    taken.append(changes.delete_subject(subject).revision)
    assert taken == [1, 2, 3, 4, 5]
    assert revision_of(video) == 5


def test_a_change_that_fails_takes_no_revision() -> None:
    video = clip()
    with pytest.raises(RuntimeError), changes.change(video.id, "Masks"):
        raise RuntimeError("the disk is full")
    assert revision_of(video) == 0


def test_numbers_are_not_used_again_after_a_deletion() -> None:
    video = clip()
    changes.delete_subject(changes.add_subject(video))
    second = changes.add_subject(video)
    assert (second.number, second.name, second.color) == (2, "object 2", changes.COLORS[1])


def test_the_hundred_and_first_object_is_refused_until_one_is_deleted() -> None:
    video = clip()
    subjects = [changes.add_subject(video) for _ in range(changes.MOST_SUBJECTS)]
    with pytest.raises(SceneFault) as refused:
        changes.add_subject(video)
    assert refused.value.code == "too-many-objects"
    changes.delete_subject(subjects[0])
    assert changes.add_subject(video).number == changes.MOST_SUBJECTS + 1


def test_edit_leaves_what_it_is_not_given() -> None:
    subject = changes.add_subject(clip(), "car", "#112233")
    changes.edit_subject(subject, name=None, color=None, visible=False)
    subject.refresh_from_db()
    assert (subject.name, subject.color, subject.visible) == ("car", "#112233", False)


def test_a_second_box_on_a_frame_replaces_the_first() -> None:
    subject = changes.add_subject(clip())
    first = changes.set_prompt(subject, 7, BOX)
    second = changes.set_prompt(subject, 7, (1.0, 2.0, 5.0, 6.0))
    assert first.pk == second.pk
    assert subject.prompts.get().box == (1.0, 2.0, 5.0, 6.0)


def test_a_removed_box_stays_as_word_of_it_and_can_be_drawn_again() -> None:
    subject = changes.add_subject(clip())
    changes.remove_prompt(changes.set_prompt(subject, 7, BOX))
    assert subject.prompts.get().deleted is True
    changes.set_prompt(subject, 7, BOX)
    assert subject.prompts.get().deleted is False


@pytest.mark.parametrize(
    ("frame", "box", "code"),
    [
        (50, BOX, "no-such-frame"),
        (-1, BOX, "no-such-frame"),
        (0, (0.0, 0.0, 3.9, 10.0), "bad-box"),
        (0, (0.0, 0.0, 10.0, -10.0), "bad-box"),
        (0, (-0.5, 0.0, 10.0, 10.0), "bad-box"),
        (0, (1271.0, 0.0, 10.0, 10.0), "bad-box"),
        (0, (0.0, 711.0, 10.0, 10.0), "bad-box"),
        (0, (math.nan, 0.0, 10.0, 10.0), "bad-box"),
        (0, (0.0, 0.0, math.inf, 10.0), "bad-box"),
    ],
)
def test_a_box_no_track_can_start_from_is_refused_and_changes_nothing(
    frame: int, box: tuple[float, float, float, float], code: str
) -> None:
    video = clip()
    subject = changes.add_subject(video)
    with pytest.raises(SceneFault) as refused:
        changes.set_prompt(subject, frame, box)
    assert refused.value.code == code
    assert (revision_of(video), subject.prompts.count()) == (1, 0)


@pytest.mark.parametrize("box", [(0.0, 0.0, 1280.0, 720.0), (1276.0, 716.0, 4.0, 4.0)])
def test_a_box_may_touch_the_edges(box: tuple[float, float, float, float]) -> None:
    assert changes.set_prompt(changes.add_subject(clip()), 49, box).box == box


def test_masks_take_the_place_of_those_of_their_frame() -> None:
    video = clip()
    subject = changes.add_subject(video)
    for counts, frames in ((b"old", range(50)), (b"new", range(10, 20))):
        with changes.change(video.id, "Masks") as step:
            changes.write_masks(masks(subject, frames, counts), step)
    rows = subject.masks.all()
    assert [row.frame for row in rows] == list(range(50))
    assert [bytes(row.counts) for row in rows] == [b"old"] * 10 + [b"new"] * 10 + [b"old"] * 30
    assert [row.revision for row in rows] == [2] * 10 + [3] * 10 + [2] * 30


def test_more_masks_than_a_statement_holds_are_all_written() -> None:
    video = clip()
    subject = changes.add_subject(video)
    with changes.change(video.id, "Masks") as step:
        changes.write_masks(masks(subject, range(3000)), step)
    assert subject.masks.filter(revision=step.revision).count() == 3000


def test_removed_masks_leave_word_of_their_frames() -> None:
    video = clip()
    subject = changes.add_subject(video)
    with changes.change(video.id, "Masks") as step:
        changes.write_masks(masks(subject, range(20)), step)
    with changes.change(video.id, "Masks") as step:
        changes.remove_masks(subject.id, 5, 9, step)
        changes.remove_masks(subject.id, 30, 40, step)  # nothing is there: nothing to tell
    assert list(subject.masks.values_list("frame", flat=True)) == [*range(5), *range(10, 20)]
    assert list(Removal.objects.values_list("first", "last", "revision")) == [(5, 9, step.revision)]


def test_an_object_comes_back_with_its_boxes_and_masks_told_again() -> None:
    video = clip()
    subject = changes.add_subject(video)
    kept, removed = changes.set_prompt(subject, 0, BOX), changes.remove_prompt(changes.set_prompt(subject, 9, BOX))
    with changes.change(video.id, "Masks") as step:
        changes.write_masks(masks(subject, range(5)), step)
    changes.delete_subject(subject)
    assert subject.masks.count() == 5
    restored = changes.restore_subject(subject)
    assert restored.deleted_at is None
    assert set(subject.masks.values_list("revision", flat=True)) == {restored.revision}
    kept.refresh_from_db()
    removed.refresh_from_db()
    assert kept.revision == restored.revision
    assert removed.deleted is True
    assert removed.revision < restored.revision


ADD_TEN = """
import sys
import django
django.setup()
from studio.library.models import Video
from studio.scenes.changes import add_subject
video = Video.objects.get(pk=sys.argv[1])
for _ in range(10):
    subject = add_subject(video)
    print(subject.revision, subject.number)
"""
MAKE_CLIP = """
import django
django.setup()
from django.contrib.auth.models import User
from django.core.management import call_command
from studio.library.models import Video
call_command("migrate", verbosity=0)
print(Video.objects.create(owner=User.objects.create_user("ann"), title="a clip", frame_count=50).id)
"""


def test_processes_that_change_a_clip_at_once_take_different_revisions(tmp_path: Path) -> None:
    around = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "studio.settings",
        "STUDIO_DATA": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'studio.sqlite3'}",  # a file with WAL, not pytest's in memory
        "REDIS_URL": "redis://127.0.0.1:1",  # nobody there: a hint that is lost fails no change
    }

    def start(code: str, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", code, *arguments]
        root = Path(__file__).resolve().parents[3]
        return subprocess.Popen(command, cwd=root, env=around, stdout=subprocess.PIPE, text=True)

    video_id = start(MAKE_CLIP).communicate(timeout=60)[0].strip()
    writers = [start(ADD_TEN, video_id) for _ in range(3)]
    lines = [line.split() for writer in writers for line in writer.communicate(timeout=60)[0].splitlines()]
    assert [writer.returncode for writer in writers] == [0, 0, 0]
    assert sorted(int(revision) for revision, _ in lines) == list(range(1, 31))
    assert sorted(int(number) for _, number in lines) == list(range(1, 31))
