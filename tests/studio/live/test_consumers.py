"""Sockets through the real ASGI application, a real SQLite file and a real Valkey."""

import asyncio
import time
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from studio.announce import announce, video_group
from studio.jobs import queue
from studio.jobs.models import Job
from studio.jobs.revisions import next_revision
from studio.library.models import Video
from studio.live import consumers, protocol
from studio.live.consumers import PageSocket
from studio.live.reads import in_database
from studio.live.video import Piece, look_at
from studio.scenes import changes
from studio.scenes.models import Mask, Subject

from .conftest import HEADERS, Page, ready_clip, session_of

pytestmark = [pytest.mark.asyncio, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("valkey")]


@pytest.fixture(autouse=True)
def hints_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sockets look by themselves too seldom to be of use to a test."""
    monkeypatch.setattr(PageSocket, "check_every_s", 60.0)


@pytest.fixture
def session(ann: User, transactional_db: None) -> str:
    return session_of(ann)


def look_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PageSocket, "check_every_s", 0.1)


def fill(video: Video, frames: range, counts: bytes = b"x" * 3000) -> int:
    """Masks of a new object; return the clip's revision."""
    subject = changes.add_subject(video)
    with changes.change(video.id, "Masks") as step:
        changes.write_masks(
            (
                Mask(subject=subject, frame=f, counts=counts, area=1, score=0.5, rotated_box=[0.0] * 8, state=1)
                for f in frames
            ),
            step,
        )
    return step.revision


def clip_page(video: Video, session: str | None, after: int = 0) -> Page:
    return Page(f"/live/videos/{video.id}?after={after}", session)


@pytest.mark.parametrize("path", ["/live/videos/{id}", "/live/library", "/live/nothing"])
@pytest.mark.parametrize("origin", [None, b"null", b"http://evil.example", b"http://localhost.evil.example"])
async def test_a_page_of_another_origin_is_refused_at_the_handshake(
    clip: Video, session: str, path: str, origin: bytes | None
):
    headers = HEADERS[:1] + ([(b"origin", origin)] if origin else [])
    page = Page(path.format(id=clip.id), session, headers)

    connected, _ = await page.socket.connect()

    assert not connected


@pytest.mark.parametrize("path", ["/live/videos/{id}", "/live/library"])
async def test_nobody_is_told_to_sign_in(clip: Video, path: str):
    assert await Page(path.format(id=clip.id), None).refused() == protocol.SIGNED_OUT
    assert await Page(path.format(id=clip.id), "nonsense").refused() == protocol.SIGNED_OUT


async def test_a_strangers_clip_and_one_that_never_was_are_not_there(clip: Video, bob: User):
    session = await in_database(session_of, bob)

    assert await clip_page(clip, session).refused() == protocol.NOT_FOUND
    assert await Page(f"/live/videos/{uuid4()}", session).refused() == protocol.NOT_FOUND
    assert await Page("/live/nothing", session).refused() == protocol.NOT_FOUND


async def test_a_change_reaches_an_open_page_by_the_hint(clip: Video, session: str):
    page = clip_page(clip, session)
    assert await page.open() == 0

    subject = await in_database(changes.add_subject, clip)
    told = await page.changes()

    assert told["revision"] == subject.revision == 1
    item, step = told["items"]
    assert (item["kind"], item["id"], item["deleted"]) == ("subject", str(subject.id), False)
    assert (step["kind"], step["step"]["title"]) == ("step", "New object object 1")
    await page.leave()


async def test_pages_of_one_clip_are_told_the_same_bytes_of_few_reads(
    clip: Video, session: str, monkeypatch: pytest.MonkeyPatch
):
    reads = 0

    def counted(*place: Any) -> Piece | None:
        nonlocal reads
        reads += 1
        return look_at(*place)

    async def until_nobody_reads() -> None:
        before = -1
        while reads != before:
            before = reads
            await asyncio.sleep(0.3)

    monkeypatch.setattr(consumers, "look_at", counted)
    pages = [clip_page(clip, session) for _ in range(20)]
    for page in pages:
        await page.open()
    await until_nobody_reads()  # each has looked once, as it begins
    reads = 0
    subject = await in_database(changes.add_subject, clip)
    told = [await page.changes() for page in pages]
    for page, message in zip(pages, told, strict=True):
        await page.ack(message)
    await until_nobody_reads()

    assert all(message == told[0] and message["revision"] == subject.revision for message in told)
    assert 1 <= reads <= 5  # by themselves they would read twenty times, and once more after each ack
    for page in pages:
        await page.leave()


async def test_a_change_whose_hint_was_lost_is_told_at_the_next_look(
    clip: Video, session: str, monkeypatch: pytest.MonkeyPatch
):
    look_often(monkeypatch)
    page = clip_page(clip, session)
    await page.open()

    def change_silently() -> None:
        with transaction.atomic():
            Subject.objects.create(video=clip, number=1, name="n", color="#000000", revision=next_revision(clip.id))

    await in_database(change_silently)

    assert len(await page.items(1)) == 1
    await page.leave()


async def test_a_page_that_does_not_answer_holds_four_messages_and_no_more(clip: Video, session: str):
    revision = await in_database(fill, clip, range(300))
    page = clip_page(clip, session)
    await page.open()

    held = await page.drain(at_least=4)
    assert [message["type"] for message in held] == ["changes"] * 4
    assert all(len(protocol.pack(message)) <= protocol.MESSAGE_BYTES * 1.1 for message in held)
    await in_database(changes.add_subject, clip)  # hints do not widen the window
    assert await page.drain() == []

    await page.ack(held[0])
    assert len(await page.drain(at_least=1)) == 1
    for message in held[1:]:
        await page.ack(message)
    rest = await page.items(revision)
    assert [item["frame"] for item in rest if item["kind"] == "mask"][-1] == 299
    await page.leave()


async def test_a_page_that_comes_back_misses_nothing(clip: Video, session: str):
    await in_database(fill, clip, range(100))
    first = clip_page(clip, session)
    await first.open()
    seen, cursor = [], 0
    for _ in range(3):
        message = await first.changes()
        await first.ack(message)
        seen, cursor = seen + message["items"], message["revision"]
    await first.leave()

    revision = await in_database(fill, clip, range(100, 150))
    second = clip_page(clip, session, cursor)
    assert await second.open() == revision
    seen += await second.items(revision)

    masks = {item["frame"]: item["counts"] for item in seen if item["kind"] == "mask"}
    assert masks == dict.fromkeys(range(150), b"x" * 3000)
    await second.leave()


async def test_a_page_that_has_everything_is_told_nothing(clip: Video, session: str):
    revision = await in_database(fill, clip, range(5))
    page = clip_page(clip, session, revision)

    assert await page.open() == revision
    assert await page.drain() == []
    await page.leave()


async def test_a_page_that_is_opened_keeps_a_clip_that_would_go(clip: Video, session: str):
    goes = timezone.now() + timedelta(days=3)
    await in_database(Video.objects.filter(pk=clip.pk).update, goes_at=goes, opened=goes - timedelta(days=90))

    page = clip_page(clip, session)
    await page.open()

    await in_database(clip.refresh_from_db)
    assert clip.goes_at is None and clip.opened > goes - timedelta(days=4)
    await page.leave()


async def test_a_page_that_stays_silent_is_closed_and_may_come_back(
    clip: Video, session: str, monkeypatch: pytest.MonkeyPatch
):
    look_often(monkeypatch)
    monkeypatch.setattr(PageSocket, "slow_after_s", 0.3)
    await in_database(fill, clip, range(3))
    page = clip_page(clip, session)
    await page.open()

    assert await page.closed() == protocol.TOO_SLOW


async def test_signing_out_closes_the_sockets(clip: Video, session: str, monkeypatch: pytest.MonkeyPatch):
    look_often(monkeypatch)
    pages = [clip_page(clip, session), Page("/live/library", session)]
    for page in pages:
        await page.open()

    await in_database(lambda: Session.objects.all().delete())

    assert [await page.closed() for page in pages] == [protocol.SIGNED_OUT] * 2


async def test_a_new_password_closes_the_sockets(clip: Video, ann: User, session: str, monkeypatch: pytest.MonkeyPatch):
    look_often(monkeypatch)
    page = clip_page(clip, session)
    await page.open()

    ann.set_unusable_password()
    await in_database(ann.save)

    assert await page.closed() == protocol.SIGNED_OUT


async def test_a_deleted_clip_closes_its_pages(clip: Video, session: str, monkeypatch: pytest.MonkeyPatch):
    look_often(monkeypatch)
    page = clip_page(clip, session)
    await page.open()

    await in_database(lambda: Video.objects.filter(pk=clip.pk).update(deleted_at="2026-01-01T00:00Z"))

    assert await page.closed() == protocol.NOT_FOUND


async def test_progress_is_told_a_few_times_a_second_and_the_last_word_arrives(clip: Video, ann: User, session: str):
    job = await in_database(queue.submit, ann.pk, clip.id, Job.Kind.RUN, total=100)
    page = clip_page(clip, session, after=job.revision)
    await page.open()
    await page.drain()

    def report(done: int) -> None:
        Job.objects.filter(pk=job.pk).update(done=done)
        announce(video_group(clip.id), {"type": "look", "video": str(clip.id), "job": str(job.id)})

    started = time.monotonic()
    for done in range(1, 101):
        await in_database(report, done)
    took = time.monotonic() - started
    told = await page.drain(0.5)

    assert {message["type"] for message in told} == {"job"}
    assert told[-1]["job"]["done"] == 100
    assert len(told) <= 8 * (took + 0.5) + 2
    await page.leave()


async def test_a_page_that_takes_only_progress_is_held_to_its_window_too(
    clip: Video, ann: User, session: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(consumers, "PROGRESS_EVERY_S", 0.0)
    monkeypatch.setattr(consumers, "BEACON_AFTER", 3)
    job = await in_database(queue.submit, ann.pk, clip.id, Job.Kind.RUN)
    page = clip_page(clip, session, after=job.revision)
    await page.open()
    told = await page.drain()

    async def hint() -> None:
        announce(video_group(clip.id), {"type": "look", "video": str(clip.id), "job": str(job.id)})
        told.extend(await page.drain(0.06))

    window = 4 * 3 + 4
    for _ in range(300):  # a busy machine takes several hints for one
        if len(told) >= window:
            break
        await hint()
    for _ in range(14):
        await hint()

    assert [message["type"] for message in told].count("changes") == 4
    assert len(told) == window
    await page.ack({"revision": job.revision})
    assert {message["type"] for message in await page.drain(at_least=1)} == {"job"}
    await page.leave()


async def test_the_end_of_a_run_is_told_by_its_revision_even_if_every_hint_is_lost(
    clip: Video, ann: User, session: str
):
    job = await in_database(queue.submit, ann.pk, clip.id, Job.Kind.RUN)
    await in_database(queue.cancel, job)
    page = clip_page(clip, session)
    revision = await page.open()

    told = [await page.next(), await page.next()]

    assert [message["type"] for message in told] == ["job", "changes"]
    assert (told[0]["job"]["state"], told[1]["revision"]) == ("cancelled", revision)
    await page.leave()


async def test_garbage_closes_a_socket_and_an_ack_for_nothing_does_not(clip: Video, session: str):
    page = clip_page(clip, session)
    await page.open()

    await page.ack({"revision": 77})
    assert await page.drain(0.1) == []
    for _ in range(4):
        await page.socket.send_to(bytes_data=b"\xc1")
    assert await page.closed() == protocol.MISBEHAVED


async def test_a_message_that_is_too_large_closes_a_socket(clip: Video, session: str):
    page = clip_page(clip, session)
    await page.open()

    await page.socket.send_to(text_data="x" * 70_000)

    assert await page.closed() == protocol.TOO_BIG


async def test_the_library_is_told_of_clips_and_their_ingests_and_not_of_runs(ann: User, clip: Video, session: str):
    page = Page("/live/library", session)
    await page.open()

    def upload() -> tuple[UUID, Job]:
        with transaction.atomic():
            video = Video.objects.create(owner=ann, title="new")
            return video.id, queue.submit(ann.pk, video.id, Job.Kind.INGEST)

    video_id, ingest = await in_database(upload)
    told = await page.drain(at_least=1)
    items = [item for message in told if message["type"] == "changes" for item in message["items"]]
    assert {(item["kind"], item["id"], item["job"]["id"]) for item in items} == {
        ("video", str(video_id), str(ingest.id))
    }
    assert {message["video_id"] for message in told if message["type"] == "job"} <= {str(video_id)}

    await in_database(queue.submit, ann.pk, clip.id, Job.Kind.RUN)
    assert await page.drain() == []
    await page.leave()


async def test_the_library_is_told_that_a_clip_is_gone(
    ann: User, clip: Video, session: str, monkeypatch: pytest.MonkeyPatch
):
    look_often(monkeypatch)
    page = Page("/live/library", session)
    await page.open()

    await in_database(lambda: Video.objects.filter(pk=clip.pk).update(deleted_at="2026-01-01T00:00Z"))

    told = await page.changes()
    assert [(item["id"], item["deleted"]) for item in told["items"]] == [(str(clip.id), True)]
    await page.leave()


async def test_a_long_library_comes_in_windows(ann: User, session: str, monkeypatch: pytest.MonkeyPatch):
    look_often(monkeypatch)
    page = Page("/live/library", session)
    await page.open()

    await in_database(lambda: [ready_clip(ann, f"clip {number}") for number in range(190)])

    seen: set[str] = set()
    while len(seen) < 190:
        message = await page.changes()
        seen |= {item["id"] for item in message["items"]}
        assert len(message["items"]) <= 40
        await page.ack(message)
    await page.leave()
