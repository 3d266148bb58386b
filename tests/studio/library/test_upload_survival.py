"""Uploads survive what happens to uploads: cuts, two writers, deaths at every step, full disks."""

from __future__ import annotations

import fcntl
import hashlib
import os
import random
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from django.contrib.auth.models import User

from faults.sizes import sized
from studio.jobs.models import Job
from studio.library import disk, uploads
from studio.library.errors import UploadGone
from studio.library.models import Upload, Video

from ..threads import at_once
from .conftest import Sender, tree

pytestmark = pytest.mark.django_db


def test_an_upload_cut_at_any_byte_goes_on_from_what_the_server_holds(sender: Sender, record_property):
    chance = random.Random(2)
    data = chance.randbytes(sized(60_000, 900_000))
    place, offset, cuts = sender.place(len(data)), 0, 0

    while offset < len(data):
        cuts += 1
        upload = Upload.objects.get()
        sent = data[offset : offset + chance.randrange(1, 9000)]
        cut = chance.randrange(len(sent) + 1)
        with pytest.raises(ConnectionResetError):
            uploads.append(upload, offset, _cut(sent[:cut]))
        held = int(sender.held(place).headers["Upload-Offset"])
        assert held == offset + cut
        offset = held

    source = next((uploads.uploads_folder().parent / "videos").rglob("source"))
    assert hashlib.sha256(source.read_bytes()).digest() == hashlib.sha256(data).digest()
    record_property("tried", cuts)
    record_property("figure", f"{cuts} cuts, 0 wrong sums")


def _cut(data: bytes):
    for start in range(0, len(data), 1000):
        yield data[start : start + 1000]
    raise ConnectionResetError


def test_a_piece_elsewhere_than_at_the_end_is_a_conflict(sender: Sender):
    place = sender.place(10)
    sender.piece(place, 0, b"abcd")

    refused = [sender.piece(place, offset, b"xy") for offset in (0, 3, 5)]

    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [(409, "wrong-offset")] * 3
    assert "4 bytes so far" in refused[0].json()["message"]
    assert sender.held(place).headers["Upload-Offset"] == "4"


@pytest.mark.django_db(transaction=True)
def test_of_many_writers_at_one_offset_one_writes_and_bytes_are_never_mixed(ann: User, record_property):
    rounds = sized(4, 100)
    for _ in range(rounds):
        upload = uploads.create(ann, 40_000, "race.mp4")
        writing, second = set[int](), threading.Event()

        def pieces(upload: Upload = upload, writing: set[int] = writing, second: threading.Event = second):
            writing.add(threading.get_ident())
            if len(writing) > 1:
                second.set()
            second.wait(0.1)  # a second writer, were it let in, would be here by now
            yield from [bytes([65 + len(writing)]) * 100] * 200

        answers = at_once(8, lambda upload=upload, pieces=pieces: uploads.append(upload, 0, pieces()))

        written = uploads.staged(upload).read_bytes()
        assert sorted(type(answer).__name__ for answer in answers) == ["WrongOffset"] * 7 + ["int"]
        assert (len(written), len(set(written)), len(writing)) == (20_000, 1, 1)
        uploads.discard(upload)  # a person has so many unfinished ones at most
    record_property("tried", rounds)
    record_property("figure", f"{rounds} rounds of 8 writers, one of them each time")


def test_an_upload_that_is_finished_takes_no_more(ann: User, data_folder: Path):
    upload = uploads.create(ann, 3, "a.mp4")
    stale = Upload.objects.get()
    uploads.append(upload, 0, [b"abc"])
    uploads.finish(upload)

    with pytest.raises(UploadGone):
        uploads.append(stale, 3, [b"d"])

    assert (data_folder / "videos" / str(upload.id) / "source").read_bytes() == b"abc"


def test_a_writer_that_waited_while_the_file_was_finished_touches_nothing(ann: User, data_folder: Path):
    upload = uploads.create(ann, 9, "a.mp4")
    path, answers = uploads.staged(upload), []

    def late() -> None:
        try:
            answers.append(uploads.append(upload, 0, [b"late"]))
        except UploadGone as fault:
            answers.append(fault)

    with path.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        writer = threading.Thread(target=late)
        writer.start()
        until = time.monotonic() + 10
        while len(opened(path)) < 2:  # it has the file, and waits for the lock
            assert time.monotonic() < until
            time.sleep(0.01)
        path.rename(data_folder / "source")
    writer.join()

    assert [type(answer) for answer in answers] == [UploadGone]
    assert (data_folder / "source").read_bytes() == b""


def opened(path: Path) -> list[str]:
    """This process's descriptors of a file."""
    return [name for name in os.listdir("/proc/self/fd") if os.path.realpath(f"/proc/self/fd/{name}") == str(path)]  # noqa: PTH208


@pytest.mark.parametrize("step", ["whole", "renamed"])
def test_a_server_that_died_before_the_row_finishes_at_the_next_question(sender: Sender, data_folder: Path, step: str):
    place = sender.place(6)
    uploads.append(Upload.objects.get(), 0, [b"abcdef"])  # and dies before finish()
    if step == "renamed":
        folder = data_folder / "videos" / str(Upload.objects.get().id)
        folder.mkdir(parents=True)
        uploads.staged(Upload.objects.get()).rename(folder / "source")

    answer = sender.held(place)

    video = Video.objects.get()
    assert answer.headers["Studio-Video"] == str(video.id)
    assert tree(data_folder) == [f"videos/{video.id}/source"]
    assert sender.held(place).headers["Studio-Video"] == str(video.id)
    assert Job.objects.count() == 1


def test_a_file_is_synced_before_it_is_renamed_and_its_folder_before_the_row(
    ann: User, monkeypatch: pytest.MonkeyPatch
):
    steps: list[str] = []
    fsync, rename = os.fsync, os.rename

    def noted_fsync(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        steps.append(f"sync {path.name if path.parent.name != 'videos' else 'folder'} rows={Video.objects.count()}")
        fsync(descriptor)

    def noted_rename(source: Path, target: Path) -> None:
        steps.append(f"rename to {Path(target).name}")
        rename(source, target)

    upload = uploads.create(ann, 3, "a.mp4")
    uploads.append(upload, 0, [b"abc"])
    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(os, "rename", noted_rename)

    uploads.finish(upload)

    order = [f"sync {upload.id} rows=0", "rename to source", "sync folder rows=0"]
    assert [step for step in steps if step in order] == order
    assert Video.objects.count() == 1


def test_a_disk_that_is_nearly_full_takes_nothing_more(sender: Sender, monkeypatch: pytest.MonkeyPatch):
    place = sender.place(10)
    monkeypatch.setattr(disk, "LEAST_FREE_BYTES", 2**60)

    answers = [sender.begin(10), sender.piece(place, 0, b"abc")]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(507, "no-room")] * 2


FULL_DISK = """
import os, sys
from pathlib import Path
sys.path[:0] = [{root!r}]
os.environ |= {{"DJANGO_SETTINGS_MODULE": "studio.settings", "STUDIO_DATA": {data!r}, "DATABASE_URL": "sqlite://:memory:"}}
import django
django.setup()
from django.contrib.auth.models import User
from django.core.management import call_command
from studio.library import disk, uploads
from studio.library.errors import NoRoom
from studio.library.models import Upload

disk.LEAST_FREE_BYTES = 0
for app in ("auth", "accounts", "jobs", "library"):
    call_command("migrate", app, verbosity=0)
upload = uploads.create(User.objects.create_user("ann"), 1_000_000, "big.mp4")
filler = Path({data!r}, "filler")
filler.write_bytes(bytes(os.statvfs({data!r}).f_bavail * os.statvfs({data!r}).f_frsize - {room}))
data = os.urandom(1_000_000)
try:
    uploads.append(upload, 0, [data[start : start + 64_000] for start in range(0, 1_000_000, 64_000)])
except NoRoom as fault:
    print(fault)
held = uploads.arrived(upload)
assert 0 < held < 1_000_000, held
assert uploads.staged(upload).read_bytes() == data[:held]
filler.unlink()
assert uploads.append(upload, held, [data[held:]]) == 1_000_000
source = uploads.finish(upload).id
assert Path({data!r}, "videos", str(source), "source").read_bytes() == data
"""


@pytest.mark.parametrize("room", [600_000, *random.Random(4).sample(range(20_000, 960_000), sized(1, 20) - 1)])
def test_a_disk_that_fills_up_keeps_what_it_took_and_goes_on_when_there_is_room(tmp_path: Path, room: int):
    mounted = tmp_path / "disk"
    mounted.mkdir()
    script = FULL_DISK.format(root=str(Path(__file__).parents[3]), data=str(mounted), room=room)
    mount = f'mount -t tmpfs -o size=8m none "{mounted}" && exec "$0" -c "$1"'
    if subprocess.run(["unshare", "-rm", "true"], capture_output=True).returncode:
        pytest.skip("this system lets nobody mount a small disk of their own")

    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", mount, sys.executable, script], capture_output=True, text=True, timeout=60
    )

    assert done.returncode == 0, done.stderr
    assert "The server's disk is full. Go on with the upload when there is room again." in done.stdout
