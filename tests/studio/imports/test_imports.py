"""From an upload to rows: read in the confined child, looked over, written as a whole or not at all."""

import json
from pathlib import Path
from unittest.mock import Mock

import pytest
from django.contrib.auth.models import User

from drawn.tracks import HEIGHT, WIDTH, draw_masks
from studio.imports import service
from studio.imports import verify as imports_verify
from studio.imports import work as worker
from studio.imports.models import Import
from studio.imports.reading import read_file
from studio.imports.service import FILE, begin_import, folder_of, read_again, write_import
from studio.imports.sweep import sweep_imports
from studio.jobs import queue
from studio.jobs.errors import WrongState
from studio.jobs.lease import claim, work
from studio.library import sweep, uploads, verify
from studio.library.errors import LibraryFault, TooLargeUpload
from studio.library.models import Upload, Video
from studio.media.sandbox import Limits
from studio.scenes.changes import add_subject, set_prompt
from studio.scenes.errors import SceneFault
from studio.scenes.history import redo, undo
from studio.scenes.models import Mask, Step, Subject

from .conftest import rows_of, worked

pytestmark = pytest.mark.django_db
NOTHING = {"objects": [], "prompts": [], "masks": []}


@pytest.fixture
def coco(exported) -> Path:
    return exported("coco")


def one_object(tmp_path: Path, frame: int = 2, name: str = "car") -> Path:
    """COCO with one object whose mask is the whole picture."""
    document = {
        "images": [{"id": 1, "file_name": f"{frame}.jpg"}],
        "categories": [{"id": 1, "name": name}],
        "annotations": [
            {
                "id": 1,
                "image_id": 1,
                "category_id": 1,
                "segmentation": {"size": [HEIGHT, WIDTH], "counts": [0, HEIGHT * WIDTH]},
            }
        ],
    }
    (tmp_path / "one.json").write_text(json.dumps(document))
    return tmp_path / "one.json"


def test_what_was_found_is_told_and_nothing_is_written_until_somebody_says_so(clip: Video, coco: Path, send):
    read = send(clip, coco)

    assert (read.kind, read.job.state, read.step) == ("coco", "done", "read")
    assert (read.found["masks"], [one["name"] for one in read.found["objects"]]) == (
        27,
        ["ring 1", "two parts", "ring 2", "=lateé"],
    )
    assert read.found["objects"][1] == {
        "number": 2, "name": "two parts", "color": "#ffb000", "masks": 6, "first": 0, "last": 8,
    }  # fmt: skip
    assert rows_of(clip) == NOTHING


def test_written_masks_are_imported_ones_with_their_numbers_names_colours_and_gaps(clip: Video, coco: Path, send):
    done = worked(write_import(send(clip, coco), "add"))

    assert (done.job.state, done.written, done.job.total) == ("done", True, 27)
    rows = rows_of(clip)
    assert [(number, name) for number, name, *_ in rows["objects"]] == [
        (1, "ring 1"),
        (2, "two parts"),
        (3, "ring 2"),
        (7, "=lateé"),
    ]
    assert {(row[1], row[0]) for row in rows["masks"]} == set(draw_masks())
    assert {row[6] for row in rows["masks"]} == {Mask.State.IMPORTED}


def test_a_file_that_is_broken_writes_nothing_and_says_why(clip: Video, tmp_path: Path, send):
    read = send(clip, one_object(tmp_path, frame=61), name="theirs.json")

    assert (read.job.state, read.job.error_code) == ("failed", "bad-import")
    assert read.job.error == "61.jpg: frame 61 is not in a clip of 9 frames."
    with pytest.raises(WrongState, match="has not been read"):
        write_import(read, "add")
    assert rows_of(clip) == NOTHING


def test_words_of_the_file_are_fit_to_be_kept_and_shown(clip: Video, tmp_path: Path, send):
    document = json.loads(one_object(tmp_path).read_text())
    document["annotations"][0] |= {"id": "\ud800\0\n" + "x" * 999, "image_id": 7}
    (tmp_path / "odd.json").write_text(json.dumps(document))

    error = send(clip, tmp_path / "odd.json").job.error

    assert error.startswith("odd.json: annotation ???xxx")
    assert error.endswith("...: its image 7 is not among the images.")
    assert len(error) < 300


def test_a_fault_in_the_middle_of_writing_leaves_nothing(clip: Video, coco: Path, send, monkeypatch):
    read = send(clip, coco)
    of = write_import(read, "add")

    def fail() -> None:
        raise SceneFault("bad-import", "The disk is on fire.")

    original = worker.write_scene
    monkeypatch.setattr(worker, "write_scene", lambda *a, **k: original(*a, **{**k, "tick": fail}))
    done = worked(of)

    assert (done.job.state, done.written) == ("failed", False)
    assert rows_of(clip) == NOTHING
    monkeypatch.undo()
    assert worked(write_import(done, "add")).written, "it can be tried again"


@pytest.mark.parametrize("mode", ["add", "replace"])
def test_an_import_is_one_step_that_can_be_undone_and_done_again(
    clip: Video, tmp_path: Path, coco: Path, send, mode: str
):
    worked(write_import(send(clip, one_object(tmp_path, name="ring 1")), "add"))
    set_prompt(Subject.objects.get(video=clip), 5, (1.0, 1.0, 20.0, 20.0))
    before = rows_of(clip)
    worked(write_import(send(clip, coco), mode))
    after = rows_of(clip)
    assert Step.objects.filter(video=clip).values_list("kind", "title").last() == ("import", "Import coco.zip")

    undo(clip)
    assert rows_of(clip) == before
    redo(clip)
    assert rows_of(clip) == after


def test_a_worker_that_dies_after_writing_does_not_write_twice(clip: Video, tmp_path: Path, send):
    of = write_import(send(clip, one_object(tmp_path)), "add")
    lease = claim(of.job_id)
    assert lease is not None
    worker.do(lease)
    lease.stop()  # as a worker that is told to go before it could end the job: the job is in line again

    work(of.job_id, worker.do)

    assert Subject.objects.filter(video=clip).count() == 1
    assert Import.objects.get(pk=of.pk).job.state == "done"


def test_added_beside_what_is_there_an_object_takes_the_next_number(clip: Video, coco: Path, send):
    add_subject(clip, name="mine")

    worked(write_import(send(clip, coco), "add"))

    assert [(number, name) for number, name, *_ in rows_of(clip)["objects"]] == [
        (1, "mine"), (2, "two parts"), (3, "ring 2"), (7, "=lateé"), (8, "ring 1"),
    ]  # fmt: skip


def test_replaced_an_object_of_the_same_name_keeps_its_number_and_gets_new_masks(
    clip: Video, tmp_path: Path, coco: Path, send
):
    worked(write_import(send(clip, one_object(tmp_path, name="ring 1")), "add"))
    mine = Subject.objects.get(video=clip)
    set_prompt(mine, 5, (1.0, 1.0, 20.0, 20.0))

    worked(write_import(send(clip, coco), "replace"))

    rows = rows_of(clip)
    assert [(number, name) for number, name, *_ in rows["objects"]] == [
        (1, "ring 1"),
        (2, "two parts"),
        (3, "ring 2"),
        (7, "=lateé"),
    ]
    assert Subject.objects.get(video=clip, number=1).pk == mine.pk
    assert rows["prompts"] == []
    assert [row[3] for row in rows["masks"] if row[:2] == (1, 2)] == [int(draw_masks()[2, 1].sum())]


def test_too_many_objects_are_refused_before_anything_is_written(clip: Video, coco: Path, send):
    for _ in range(98):
        add_subject(clip)

    done = worked(write_import(send(clip, coco), "add"))

    assert done.job.error == "This would make 102 objects, and a clip can have 100 at most."
    assert rows_of(clip)["masks"] == []


def test_a_person_may_have_it_read_as_something_else(clip: Video, coco: Path, send):
    read = send(clip, coco)

    again = worked(read_again(read, "vot"))
    assert again.job.error == "coco.zip: there is no VOT text in it: a line of numbers for each frame."
    assert again.found is None
    assert worked(read_again(again, "coco")).found == read.found
    with pytest.raises(SceneFault, match="no import of 'word'"):
        read_again(read, "word")


def test_it_is_not_written_twice_nor_while_it_is_worked_on(clip: Video, tmp_path: Path, send):
    read = send(clip, one_object(tmp_path))
    of = write_import(read, "add")
    with pytest.raises(WrongState, match="still being worked on"):
        write_import(of, "add")

    worked(of)
    with pytest.raises(WrongState, match="imported already"):
        write_import(of, "add")


def test_a_cancelled_import_can_be_read_again(clip: Video, ann: User, coco: Path):
    data = coco.read_bytes()
    upload = uploads.create(ann, len(data), "a.zip", Upload.Purpose.IMPORT)
    uploads.append(upload, 0, [data])
    of = begin_import(clip, upload, ann)
    queue.cancel(of.job)

    of = worked(of)
    assert (of.job.state, of.found) == ("cancelled", None)
    assert worked(read_again(of, "coco")).found["masks"] == 27


def test_an_upload_for_an_import_becomes_no_clip_and_is_taken_once(clip: Video, ann: User):
    upload = uploads.create(ann, 10, "a.json", Upload.Purpose.IMPORT)
    uploads.append(upload, 0, [b"01234"])
    with pytest.raises(LibraryFault, match="has 5 bytes so far, of 10"):
        begin_import(clip, upload, ann)
    uploads.append(upload, 5, [b"56789"])

    of = begin_import(clip, upload, ann)

    assert (folder_of(of) / FILE).read_bytes() == b"0123456789"
    assert list(Upload.objects.all()) == []
    assert list(Video.objects.all()) == [clip]
    with pytest.raises(LibraryFault, match="nothing left of this upload"):
        begin_import(clip, upload, ann)


def test_who_was_killed_between_file_and_rows_goes_on_at_the_next_question(
    clip: Video, ann: User, monkeypatch, settings, tmp_path: Path
):
    settings.STUDIO_DATA = tmp_path
    upload = uploads.create(ann, 10, "a.json", Upload.Purpose.IMPORT)
    uploads.append(upload, 0, [b"0123456789"])
    with monkeypatch.context() as killed:
        killed.setattr(service, "submit", Mock(side_effect=SystemExit))  # the file is in its place, no row is
        with pytest.raises(SystemExit):
            begin_import(clip, upload, ann)
    assert not [line for line in verify.differences() if "upload" in line]
    assert list(imports_verify.differences()) == []
    assert uploads.arrived(upload) == 10
    monkeypatch.setattr(sweep, "ORPHAN_AFTER_S", -1)
    sweep_imports()

    of = begin_import(clip, Upload.objects.get(), ann)

    assert (folder_of(of) / FILE).read_bytes() == b"0123456789"
    assert not Upload.objects.exists()
    assert list(imports_verify.differences()) == []


def test_an_import_without_its_file_and_a_file_without_its_row_are_differences(
    clip: Video, ann: User, settings, tmp_path: Path
):
    settings.STUDIO_DATA = tmp_path
    upload = uploads.create(ann, 10, "a.json", Upload.Purpose.IMPORT)
    uploads.append(upload, 0, [b"0123456789"])
    of = begin_import(clip, upload, ann)
    folder_of(of).rename(folder_of(of).with_name("other"))

    lacking, unknown = imports_verify.differences()

    assert lacking == f"import {of.id} lacks {FILE}"
    assert unknown.endswith("other belongs to no row")


def test_an_upload_that_is_a_clip_is_not_imported(clip: Video, ann: User):
    with pytest.raises(SceneFault, match="This upload is a clip"):
        begin_import(clip, uploads.create(ann, 10, "a.mp4"), ann)


def test_a_file_over_the_limit_is_refused_before_a_byte_is_sent(ann: User, settings):
    settings.STUDIO_MAX_IMPORT_BYTES = 1024**3

    with pytest.raises(TooLargeUpload, match=r"This file has 2\.0 GB, more than the 1\.0 GB"):
        uploads.create(ann, 2 * 1024**3, "a.zip", Upload.Purpose.IMPORT)


def test_a_reader_that_dies_is_told_as_such(clip: Video, tmp_path: Path, send, monkeypatch):
    tight = Limits(memory_bytes=64 << 20, silent_s=30)
    monkeypatch.setattr(worker, "read_file", lambda *a, **k: read_file(*a, **k, limits=tight))
    read = send(clip, one_object(tmp_path))

    assert read.job.error_code in ("bad-import", "memory")
    assert rows_of(clip) == NOTHING


def test_old_files_are_swept_and_what_they_made_stays(clip: Video, tmp_path: Path, send):
    of = worked(write_import(send(clip, one_object(tmp_path)), "add"))
    assert sweep_imports() == 0
    Import.objects.filter(pk=of.pk).update(created="2026-01-01T00:00:00Z")

    assert sweep_imports() == 1
    assert not folder_of(of).exists()
    assert len(rows_of(clip)["masks"]) == 1
