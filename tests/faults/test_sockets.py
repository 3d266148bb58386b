"""L5, L7, L8: one web process with many pages, and with pages that never read."""

from __future__ import annotations

import asyncio
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from faults.sizes import SIZE, sized
from running.sockets import PageSocket
from studio.launch.broker import server_program
from studio.launch.ports import free_port

pytestmark = pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc")

ROOT = Path(__file__).parents[2]
PAGES = sized(30, 300)
CHANGES = sized(8, 100)
MASKS = sized(600, 3000)
DEAF = 20
CLIPS = sized(3, 30)  # over which the pages are spread in the second story
COMINGS = sized(60, 5000)
KILLS = sized(1, 20)
BACK_S = 10.0  # for every page, from when the new web process listens
STEADY_S = 5.0  # a connection that held this long resets the wait, as in frontend/src/net/socket.ts

# a clip whose object has noisy masks of 4 kB each: what a reader that never reads would leave in memory
PREPARE = """
import json, os, sys
import django
django.setup()
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from studio.accounts.tokens import make_token
from studio.library.models import Video
from studio.scenes.models import Mask, Subject
call_command("migrate", verbosity=0)
ann = User.objects.create_user("ann")
masks, others = map(int, sys.argv[1:])
video = Video.objects.create(
    owner=ann, title="a clip", state="ready", width=640, height=360, frame_count=masks, duration_s=9, revision=1
)
subject = Subject.objects.create(video=video, number=1, name="a", color="#ff0000", revision=1)
Mask.objects.bulk_create(
    Mask(subject=subject, frame=frame, counts=os.urandom(4000), area=9, score=0.9, rotated_box=[0.0] * 8, state=1,
         revision=1)
    for frame in range(masks)
)
clips = [
    Subject.objects.create(
        video=Video.objects.create(
            owner=ann, title="another", state="ready", width=640, height=360, frame_count=9, duration_s=9, revision=1
        ), number=1, name="a", color="#ff0000", revision=1,
    )
    for _ in range(others)
]
client = Client()
client.force_login(ann)
print(json.dumps({
    "clips": [(str(one.video_id), str(one.id)) for one in [subject, *clips]],
    "session": client.cookies["sessionid"].value, "token": make_token(ann, "test")[1],
}))
"""
# a worker that is in the middle of a run: a mask every tenth of a second, until its input ends
WRITE = """
import select, sys
import django
django.setup()
from studio.library.clips import change
from studio.scenes.models import Mask, Subject
subject = Subject.objects.get(pk=sys.argv[1])
frame = 0
while not select.select([sys.stdin], [], [], 0.1)[0]:
    with change(subject.video) as revision:
        Mask.objects.create(subject=subject, frame=frame, counts=b"04", area=4, score=0.9, rotated_box=[0.0] * 8,
                            state=1, revision=revision)
    frame += 1
print(frame)
"""


@dataclass
class Crowd:
    """A web process by itself with a broker, a clip with masks and others without, and who visits them."""

    address: str
    around: dict[str, str]  # the environment of its processes
    start_web: Callable[[], subprocess.Popen[bytes]]
    clips: list[tuple[str, str]]  # ids of each and of its object
    session: str
    token: str
    web: subprocess.Popen[bytes] = field(init=False)

    def __post_init__(self) -> None:
        self.web = self.start_web()

    def kill_web(self) -> None:
        """Kill -9, and start another at once, as a launcher does."""
        self.web.kill()
        self.web.wait(timeout=20)
        self.web = self.start_web()

    def memory_mib(self) -> float:
        pages = int(Path(f"/proc/{self.web.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1024**2

    def descriptors(self) -> int:
        return len(os.listdir(f"/proc/{self.web.pid}/fd"))  # noqa: PTH208

    async def open(self, after: int, clip: int = 0, **options: bool) -> PageSocket:
        path = f"/live/videos/{self.clips[clip][0]}?after={after}"
        return await PageSocket.open(self.address, path, self.session, **options)

    def revision(self, clip: int = 0) -> int:
        return int(self._ask("GET", f"/api/videos/{self.clips[clip][0]}/scene")["revision"])

    def recolor(self, color: str, clip: int = 0) -> None:
        self._ask("PATCH", f"/api/subjects/{self.clips[clip][1]}", {"color": color})

    def _ask(self, method: str, path: str, body: object = None) -> dict:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        sent = None if body is None else json.dumps(body).encode()
        with urlopen(Request(self.address + path, sent, headers, method=method), timeout=60) as answer:
            return json.loads(answer.read())


def wait_for(there: Callable[[], object], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while True:
        try:
            there()
            return
        except OSError:
            assert time.monotonic() < until, "it did not start"
            time.sleep(0.05)


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crowd]:
    folder = tmp_path_factory.mktemp("crowd")
    (folder / "static").mkdir()
    broker_port, web_port = free_port(), free_port()
    around = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "studio.settings",
        "STUDIO_DATA": str(folder),
        "DATABASE_URL": f"sqlite:///{folder / 'studio.sqlite3'}",
        "REDIS_URL": f"redis://127.0.0.1:{broker_port}",
    }
    made = subprocess.run(
        [sys.executable, "-c", PREPARE, str(MASKS), str(CLIPS - 1)],
        cwd=ROOT,
        env=around,
        check=True,
        capture_output=True,
        text=True,
    )
    broker = [str(server_program()), "--port", str(broker_port), "--bind", "127.0.0.1", "--save", ""]
    web = [sys.executable, "-m", "studio.launch.web", "-b", "127.0.0.1", "-p", str(web_port), "studio.asgi:application"]
    told = json.loads(made.stdout.splitlines()[-1])
    with (folder / "log").open("wb") as log:

        def start(command: list[str]) -> subprocess.Popen[bytes]:
            return subprocess.Popen(command, cwd=ROOT, env=around, stdout=log, stderr=log)

        valkey = start(broker)
        there = Crowd(f"http://127.0.0.1:{web_port}", around, lambda: start(web), **told)
        try:
            for port in (broker_port, web_port):
                wait_for(lambda port=port: socket.create_connection(("127.0.0.1", port), timeout=1).close())
            yield there
        finally:
            for process in (there.web, valkey):
                process.terminate()
                process.wait(timeout=30)


@pytest.mark.parametrize("clips", [1, CLIPS])
def test_a_change_is_soon_with_every_page(crowd: Crowd, clips: int, record_property):
    async def listen(page: PageSocket, heard: list[tuple[int, float]]) -> None:
        """Note which revision the page has when; changes that come at once are told as one."""
        while (message := await page.next()) is not None:
            if message["type"] == "changes":
                page.ack(message)
                heard.append((int(str(message["revision"])), time.monotonic()))

    async def story() -> list[float]:
        began = [crowd.revision(clip) for clip in range(clips)]
        pages = [await crowd.open(began[number % clips], number % clips) for number in range(PAGES)]
        heard: list[list[tuple[int, float]]] = [[] for _ in pages]
        listening = [asyncio.create_task(listen(page, mine)) for page, mine in zip(pages, heard, strict=True)]
        made: list[list[tuple[int, float]]] = [[] for _ in range(clips)]
        for number in range(max(CHANGES, clips)):
            clip = number % clips
            await asyncio.sleep(0.3)
            await asyncio.to_thread(crowd.recolor, f"#{number + 1:06x}", clip)
            now = time.monotonic()  # after the commit, and after the answer to who made it
            made[clip].append((await asyncio.to_thread(crowd.revision, clip), now))
        until = time.monotonic() + 60
        while any(not mine or mine[-1][0] < made[page % clips][-1][0] for page, mine in enumerate(heard)):
            assert time.monotonic() < until, "somebody was not told of the last change"
            await asyncio.sleep(0.05)
        for page in pages:
            await page.close()
        await asyncio.gather(*listening)
        return [
            max(0.0, next(moment for known, moment in mine if known >= revision) - then)
            for page, mine in enumerate(heard)
            for revision, then in made[page % clips]
        ]

    delays = asyncio.run(story())

    p95 = statistics.quantiles(delays, n=20)[-1]
    record_property("tried", len(delays))
    figure = f"{PAGES} pages of {clips} clips: p95 {p95 * 1000:.0f} ms, slowest {max(delays) * 1000:.0f} ms"
    record_property("figure", f"{figure}, load {os.getloadavg()[0]:.1f}")
    if SIZE == "long":  # a small set runs beside other tests: then it is only looked at
        assert p95 <= 0.25


def test_readers_that_never_read_cost_little_memory(crowd: Crowd, record_property):
    async def story() -> tuple[float, float]:
        before = crowd.memory_mib()
        deaf = [await crowd.open(0, small_buffer=True) for _ in range(DEAF)]
        most, until = 0.0, time.monotonic() + 8
        while time.monotonic() < until:
            most = max(most, crowd.memory_mib())
            await asyncio.sleep(0.2)
        for page in deaf:
            await page.close()
        return before, most

    before, most = asyncio.run(story())

    record_property("tried", DEAF)
    record_property("figure", f"{most - before:.0f} MiB for {DEAF} readers that never read")
    assert most - before <= 64


def test_sockets_that_come_and_go_leave_nothing_open(crowd: Crowd, record_property):
    async def come_and_go(times: int) -> None:
        for _ in range(times):
            page = await crowd.open(10**9)
            await page.next()
            await page.close()

    def settled() -> int:
        until = time.monotonic() + 30
        known = crowd.descriptors()
        while time.monotonic() < until:
            time.sleep(1)
            now = crowd.descriptors()
            if now == known:
                break
            known = now
        return known

    asyncio.run(come_and_go(20))  # whatever is opened once and kept
    before, memory = settled(), crowd.memory_mib()

    asyncio.run(come_and_go(COMINGS))

    after, grown = settled(), crowd.memory_mib() - memory
    record_property("tried", COMINGS)
    record_property("figure", f"{after - before} descriptors and {grown:.0f} MiB more after {COMINGS} sockets")
    assert after - before <= 3
    assert grown <= 20


@dataclass
class Page:
    """A page that comes back when its socket is lost, from the last revision it has, as frontend/src/net/socket.ts."""

    known: int
    frames: list[int] = field(default_factory=list)  # of the masks it was told, in their order
    is_open: bool = False

    async def live(self, crowd: Crowd, clip: int, chance: random.Random) -> None:
        tries = 0
        while True:
            steady = False
            with suppress(OSError, EOFError):
                page = await crowd.open(self.known, clip)
                opened = time.monotonic()
                try:
                    await self._hear(page)
                finally:
                    self.is_open, steady = False, time.monotonic() - opened > STEADY_S
                    await page.close()
            tries = 0 if steady else tries + 1
            await asyncio.sleep(min(0.5 * 2 ** max(tries - 1, 0), 15) * (0.5 + chance.random() / 2))

    async def _hear(self, page: PageSocket) -> None:
        while (message := await page.next()) is not None:
            self.is_open = True
            if message["type"] == "changes":
                page.ack(message)
                self.known = int(str(message["revision"]))
                self.frames += [item["frame"] for item in message["items"] if item["kind"] == "mask"]


def test_every_page_is_back_with_every_change_when_the_web_process_is_killed(crowd: Crowd, record_property):
    clip = CLIPS - 1
    chance = random.Random(5)

    def listens() -> None:
        socket.create_connection(("127.0.0.1", int(crowd.address.rpartition(":")[2])), timeout=1).close()

    async def until_all(what: Callable[[Page], bool], pages: list[Page], seconds: float = 120) -> float:
        began = time.monotonic()
        while not all(what(page) for page in pages):
            assert time.monotonic() - began < seconds, f"{sum(map(what, pages))} of {len(pages)} pages"
            await asyncio.sleep(0.05)
        return time.monotonic() - began

    async def story() -> tuple[list[float], list[float], int, list[Page]]:
        pages = [Page(crowd.revision(clip)) for _ in range(PAGES)]
        living = [asyncio.create_task(page.live(crowd, clip, chance)) for page in pages]
        await until_all(lambda page: page.is_open, pages)
        listening, back = [], []
        with subprocess.Popen(
            [sys.executable, "-c", WRITE, crowd.clips[clip][1]],
            cwd=ROOT,
            env=crowd.around,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as worker:
            for _ in range(KILLS):
                known = max(page.known for page in pages)
                await until_all(lambda page, known=known: page.known > known, pages)
                # a page that loses its socket again within seconds waits longer each time, as it should
                await asyncio.sleep(STEADY_S + chance.random())
                killed = time.monotonic()
                await asyncio.to_thread(crowd.kill_web)
                await asyncio.to_thread(wait_for, listens)
                listening.append(time.monotonic() - killed)
                back.append(await until_all(lambda page: page.is_open, pages))
            written = int((await asyncio.to_thread(worker.communicate, "enough"))[0])
        await until_all(lambda page: len(page.frames) >= written, pages)
        for task in living:
            task.cancel()
        await asyncio.gather(*living, return_exceptions=True)
        return listening, back, written, pages

    listening, back, written, pages = asyncio.run(story())

    assert {tuple(page.frames) for page in pages} == {tuple(range(written))}  # no gap, nothing twice, in their order
    record_property("tried", KILLS * PAGES)
    record_property(
        "figure",
        f"{KILLS} kills with {PAGES} pages: listening again after {max(listening):.1f} s at most, all back "
        f"{max(back):.1f} s later; {written} masks each once",
    )
    if SIZE == "long":
        assert max(back) <= BACK_S
