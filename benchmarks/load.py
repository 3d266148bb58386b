"""A studio under load: people who upload, look and delete without a break, and runs that never end, on one machine.

    .venv/bin/python benchmarks/load.py [--minutes 10] [--users 10] [--runs 2] [--seed 0]

Starts a studio of its own as `manage.py up` does (Valkey, SQLite, web process, workers, reaper), with as many gpu
workers as there are runs at once. Everybody has an account made by the sign-up page and a socket on their library;
those who track follow their clip over a socket too. Every answer of 400 and more, every failed job, every socket that
closes, every process that ends and every error in a log counts as an error and ends the command with status 1; 429 is
counted apart and waited for.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import os
import random
import secrets
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict, deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from http.cookiejar import CookieJar
from json import dumps, loads
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPCookieProcessor, Request, build_opener

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from drawn.clips import draw_clip, write_video  # noqa: E402
from running.memory import PASSING, Sample, mib_a_minute, samples_of  # noqa: E402
from running.sockets import PageSocket  # noqa: E402
from running.studio import RunningStudio, more_gpu_workers, start_studio, stop_studio  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Mapping

CLIPS = ((48, 320, 240), (90, 480, 270), (60, 640, 360), (40, 854, 480))  # frames, width, height of what is uploaded
TRACKED = (150, 640, 360)
PIECE_BYTES = 256 * 1024  # a short clip comes in several
KEPT_CLIPS = 3  # a person; older ones are deleted
QUOTA_BYTES = 2 * 1024**3  # a person's, so that it is asked; deleted clips count until they are swept
LOOK_EVERY_S = 0.4  # at a clip that is taken in, as the command-line client does
LONGEST_WAIT_S = 180.0  # for a clip to be ready, for the next word on a run
SAMPLE_EVERY_S = 2.0
MOST_SHOWN = 10  # errors, the first and the last
LOG_LINES = 40  # of the first error in a log that are shown
WARM_SHARE = 0.2  # of the time, over which memory is not judged


class Failed(Exception):
    """Raised when a request was answered otherwise than it should; it is counted already."""


@dataclass
class Tally:
    """What came of it all; threads write to it."""

    statuses: Counter[int] = field(default_factory=Counter)
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    done: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answered(self, kind: str, status: int, took_s: float) -> None:
        with self.lock:
            self.statuses[status] += 1
            self.seconds[kind].append(took_s)

    def count(self, **what: int) -> None:
        with self.lock:
            self.done.update(what)

    def error(self, sentence: str) -> Failed:
        with self.lock:
            self.errors.append(f"{time.strftime('%T')} {sentence}")
        return Failed(sentence)


@dataclass
class Film:
    """A drawn clip as bytes, and the box of what moves in it."""

    data: bytes
    frames: int
    box: list[float]


class Person:
    """Somebody with an account of their own, and what they ask of the studio."""

    def __init__(self, address: str, name: str, tally: Tally) -> None:
        self.address, self.name, self.tally = address, name, tally
        cookies = CookieJar()
        opener = build_opener(HTTPCookieProcessor(cookies))

        def cookie(wanted: str) -> str:
            return next(str(one.value) for one in cookies if one.name == wanted)

        opener.open(f"{address}/sign-up").read()
        password = secrets.token_urlsafe(16)
        form = {"username": name, "password1": password, "password2": password}
        sent = urlencode({**form, "csrfmiddlewaretoken": cookie("csrftoken")}).encode()
        opener.open(Request(f"{address}/sign-up", sent, {"Referer": address})).read()
        headers = {"X-CSRFToken": cookie("csrftoken"), "Content-Type": "application/json", "Referer": address}
        made = opener.open(Request(f"{address}/api/tokens", b'{"name": "load"}', headers)).read()
        self.session, self._token = cookie("sessionid"), loads(made)["token"]

    def ask(
        self, kind: str, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[Mapping[str, str], bytes]:
        """One request; 429 is waited for. Raises Failed for any other refusal, and when nobody answers."""
        sent = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json", **(headers or {})}
        while True:
            connection = HTTPConnection(urlsplit(self.address).netloc, timeout=60)
            began = time.perf_counter()
            try:
                connection.request(method, path, body, sent)
                answer = connection.getresponse()
                content = answer.read()
            except (OSError, HTTPException) as fault:
                raise self.tally.error(f"{self.name}: {method} {path}: {type(fault).__name__} {fault}") from fault
            finally:
                connection.close()
            self.tally.answered(kind, answer.status, time.perf_counter() - began)
            if answer.status == 429:
                time.sleep(float(answer.headers.get("Retry-After", "1")))
                continue
            if answer.status >= 400:
                raise self.tally.error(f"{self.name}: {method} {path}: {answer.status} {content[:300]!r}")
            return answer.headers, content

    def read(self, path: str) -> Any:
        return loads(self.ask("read", "GET", path)[1])

    def write(self, path: str, body: object, method: str = "POST") -> Any:
        return loads(self.ask("write", method, path, dumps(body).encode())[1] or b"null")

    def upload(self, film: Film, title: str) -> str:
        """Send a film piece by piece and wait until its clip is ready; the clip's id."""
        tus = {"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream"}
        named = f"filename {base64.b64encode(title.encode()).decode()}"
        begun = {**tus, "Content-Type": "", "Upload-Length": str(len(film.data)), "Upload-Metadata": named}
        place = self.ask("write", "POST", "/uploads/", None, begun)[0]["Location"]
        video = ""
        for start in range(0, len(film.data), PIECE_BYTES):
            piece = film.data[start : start + PIECE_BYTES]
            answered, _ = self.ask("piece", "PATCH", place, piece, {**tus, "Upload-Offset": str(start)})
            video = answered.get("Studio-Video", "")
        self._wait_until_ready(video)
        self.tally.count(uploads=1, frames_taken_in=film.frames, bytes=len(film.data))
        return video

    def look(self, video: str) -> None:
        """What a page asks for when it is opened, and the library beside it."""
        self.read("/api/me")
        told = self.read(f"/api/videos/{video}/scene")["video"]
        self.read(f"/api/videos/{video}/frames")
        self.read("/api/videos")
        for name in ("poster_url", "filmstrip_url", "proxy_url"):
            self.ask("file", "GET", told[name], None, {"Cookie": f"sessionid={self.session}"})

    def _wait_until_ready(self, video: str) -> None:
        until = time.monotonic() + LONGEST_WAIT_S
        while (told := self.read(f"/api/videos/{video}"))["state"] != "ready":
            if told["state"] == "failed":
                raise self.tally.error(f"{self.name}: clip {video} failed: {told['error_code']} {told['error']}")
            if time.monotonic() > until:
                raise self.tally.error(f"{self.name}: clip {video} was not ready within {LONGEST_WAIT_S:.0f} s")
            time.sleep(LOOK_EVERY_S)


def upload_without_end(person: Person, films: list[Film], until: float, seed: int) -> None:
    """Upload, look at it, delete the oldest, again."""
    chance, kept = random.Random(seed), deque[str]()
    number = 0
    while time.monotonic() < until:
        number += 1
        with suppress(Failed):
            kept.append(person.upload(chance.choice(films), f"{person.name} {number}.mp4"))
            person.look(kept[-1])
            if len(kept) > KEPT_CLIPS:
                person.ask("write", "DELETE", f"/api/videos/{kept.popleft()}")
                person.tally.count(deleted=1)


async def hear_library(person: Person, ended: asyncio.Event) -> None:
    """Keep a library page's socket open and acknowledge what it is told."""
    page = await _opened(person, "/live/library")
    stopping = asyncio.create_task(ended.wait())
    while not ended.is_set():
        hearing = asyncio.create_task(page.next())
        await asyncio.wait([hearing, stopping], return_when=asyncio.FIRST_COMPLETED)
        if not hearing.done():
            hearing.cancel()
        elif (message := hearing.result()) is None:
            person.tally.error(f"{person.name}: the library's socket was closed")
            page = await _opened(person, "/live/library")
        elif message["type"] == "changes":
            page.ack(message)
            person.tally.count(library_messages=1)
    await page.close()


async def track_without_end(person: Person, film: Film, until: float) -> None:
    """Track one clip again and again, and follow each run over its socket until every mask is told."""
    video, known = "", 0
    while not video:
        with suppress(Failed):
            video, known = await asyncio.to_thread(_clip_with_a_box, person, film)
    page = await _opened(person, f"/live/videos/{video}?after={known}")
    messages: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
    hearing = asyncio.create_task(_hear(page, messages))
    while time.monotonic() < until:
        with suppress(Failed):
            run = await asyncio.to_thread(person.write, f"/api/videos/{video}/runs", {})
            told: set[int] = set()
            state = ""
            while state != "done" or len(told) < film.frames:
                try:
                    message = await asyncio.wait_for(messages.get(), LONGEST_WAIT_S)
                except TimeoutError as fault:
                    state = person.read(f"/api/runs/{run['id']}")["job"]["state"]
                    sentence = f"nothing heard of a run that is {state}, with {len(told)} masks of {film.frames} told"
                    raise person.tally.error(f"{person.name}: {sentence}") from fault
                if message is None:
                    person.tally.error(f"{person.name}: the clip's socket was closed at revision {known}")
                    await page.close()
                    page = await _opened(person, f"/live/videos/{video}?after={known}")
                    hearing = asyncio.create_task(_hear(page, messages))
                elif message["type"] == "changes":
                    known = max(known, message["revision"])
                    told |= {item["frame"] for item in message["items"] if item["kind"] == "mask"}
                elif message["type"] == "job" and message["job"]["id"] == run["job"]["id"]:
                    state = message["job"]["state"]
                    if state in ("failed", "cancelled"):
                        raise person.tally.error(f"{person.name}: a run is {state}: {message['job']['error']}")
            person.tally.count(runs=1, frames_tracked=film.frames)
            await asyncio.to_thread(person.look, video)
    hearing.cancel()
    await page.close()


async def _hear(page: PageSocket, messages: asyncio.Queue[dict[str, Any] | None]) -> None:
    """Read and acknowledge without a break, whatever else its person waits for; None at the end of the socket."""
    while (message := await page.next()) is not None:
        if message["type"] == "changes":
            page.ack(message)
        messages.put_nowait(message)
    messages.put_nowait(None)


def _clip_with_a_box(person: Person, film: Film) -> tuple[str, int]:
    """A clip with an object to track, and the revision it is at."""
    video = person.upload(film, f"{person.name} tracks.mp4")
    person.write(f"/api/videos/{video}/subjects", {"prompt": {"frame": 0, "box": film.box}})
    return video, person.read(f"/api/videos/{video}/scene")["revision"]


async def _opened(person: Person, path: str) -> PageSocket:
    """A socket; one that is refused is an error, and is tried again."""
    while True:
        try:
            return await PageSocket.open(person.address, path, person.session)
        except (OSError, EOFError) as fault:
            person.tally.error(f"{person.name}: {path} does not open: {fault}")
            await asyncio.sleep(1)


async def watch_memory(studio: RunningStudio, began: float, until: float) -> list[dict[str, Sample]]:
    """Look every few seconds until the time is over."""
    taken = []
    while time.monotonic() < until:
        taken.append(await asyncio.to_thread(samples_of, studio, time.monotonic() - began))
        await asyncio.sleep(SAMPLE_EVERY_S)
    return taken


async def story(studio: RunningStudio, asked: argparse.Namespace, tally: Tally) -> list[dict[str, Sample]]:
    """Everybody at once until the time is over; then what they have begun comes to its end."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(asked.users + 3 * asked.runs + 4))
    films = [film_of(*size, seed=asked.seed + number) for number, size in enumerate(CLIPS)]
    tracked = [film_of(*TRACKED, seed=asked.seed + 100 + number) for number in range(asked.runs)]
    people = [await asyncio.to_thread(Person, studio.address, f"person-{n}", tally) for n in range(asked.users)]
    began, ended = time.monotonic(), asyncio.Event()
    until = began + 60 * asked.minutes
    listening = [asyncio.create_task(hear_library(person, ended)) for person in people]
    uploading = [
        asyncio.to_thread(upload_without_end, person, films, until, asked.seed + number)
        for number, person in enumerate(people)
    ]
    tracking = [track_without_end(person, film, until) for person, film in zip(people, tracked, strict=False)]
    watching = asyncio.create_task(watch_memory(studio, began, until))
    await asyncio.gather(*uploading, *tracking)
    ended.set()
    await asyncio.gather(*listening)
    return await watching


def film_of(frames: int, width: int, height: int, *, seed: int) -> Film:
    """Draw a clip."""
    drawn = draw_clip(frames, width, height, seed=seed)
    with tempfile.TemporaryDirectory() as folder:
        data = write_video(Path(folder) / "film.mp4", drawn.frames).read_bytes()
    return Film(data, frames, [float(side) for side in drawn.box().split(",")])


def look_at_logs(studio: RunningStudio, tally: Tally) -> None:
    """Lines that say error, and what follows the first of each log."""
    for log in sorted((studio.data / "logs").glob("*.log")):
        lines = log.read_text(errors="replace").splitlines()
        bad = [at for at, line in enumerate(lines) if "[error" in line or "[critical" in line]
        if bad:
            said = "\n    ".join(lines[bad[0] : bad[0] + LOG_LINES])
            tally.error(f"{log.name} has {len(bad)} errors, the first:\n    {said}")


def look_at_storage(studio: RunningStudio, tally: Tally) -> None:
    """Rows and files must agree."""
    around = {**os.environ, "STUDIO_DATA": str(studio.data)}
    command = [sys.executable, "manage.py", "verify_storage"]
    done = subprocess.run(command, cwd=ROOT, env=around, capture_output=True, text=True)
    if done.returncode:
        tally.error(f"verify_storage: {(done.stdout or done.stderr).splitlines()[0]}")


def look_at_processes(samples: list[dict[str, Sample]], tally: Tally) -> None:
    """Whoever was there at first must be there at the end."""
    for kind, first in samples[0].items():
        gone = first.processes - (samples[-1][kind].processes if kind in samples[-1] else frozenset())
        if gone and kind != PASSING:
            tally.error(f"{len(gone)} processes of the {kind} ended")


def report(samples: list[dict[str, Sample]], asked: argparse.Namespace, tally: Tally) -> None:
    """Print it all."""
    done, statuses = tally.done, sorted(tally.statuses.items())
    print(f"{asked.users} people, {asked.runs} runs at once, {asked.minutes:g} minutes, load {os.getloadavg()[1]:.1f}")
    said = ", ".join(f"{status}: {number}" for status, number in statuses if status != 429)
    print(f"requests     {sum(tally.statuses.values()):>7}  {said}; held back by 429: {tally.statuses[429]}")
    print(f"uploads      {done['uploads']:>7}  {done['frames_taken_in']} frames, {done['bytes'] / 1024**2:.0f} MiB;"
          f" {done['deleted']} deleted")  # fmt: skip
    print(f"runs         {done['runs']:>7}  {done['frames_tracked']} frames, every mask told over a socket")
    print(f"library told {done['library_messages']:>7}  messages over {asked.users} sockets")
    for kind, name in (("read", "API reads"), ("piece", "pieces"), ("write", "API writes"), ("file", "media files")):
        took = sorted(tally.seconds[kind])
        if len(took) > 1:
            p95 = statistics.quantiles(took, n=20)[-1]
            print(f"{name:<12} {len(took):>7}  p50 {1000 * statistics.median(took):.0f} ms, p95 {1000 * p95:.0f} ms, "
                  f"slowest {1000 * took[-1]:.0f} ms")  # fmt: skip
    print(f"memory, over the last {1 - WARM_SHARE:.0%} of the time; sums of all processes of a kind")
    kinds = sorted({kind for sample in samples for kind in sample})
    for kind in kinds:
        known = [sample[kind] for sample in samples if kind in sample]
        judged = [one for one in known if one.at_s >= WARM_SHARE * 60 * asked.minutes]
        if kind == PASSING or len(judged) < 2:
            most = max(known, key=lambda one: one.mib)
            print(f"  {kind:<16} at most {most.mib:.0f} MiB in {len(most.processes)} processes at once")
            continue
        opened = [one.descriptors for one in judged]
        grown = f"{judged[0].mib:.0f} to {judged[-1].mib:.0f} MiB, {mib_a_minute(judged):+.2f} MiB a minute"
        kept = f"descriptors {opened[0]} to {opened[-1]}, at most {max(opened)}"
        print(f"  {kind:<16} {len(judged[-1].processes)} processes, {grown}; {kept}")
    print(f"errors       {len(tally.errors):>7}")
    for error in tally.errors[:MOST_SHOWN] + tally.errors[MOST_SHOWN:][-MOST_SHOWN:]:  # those of the logs are the last
        print(f"  {error}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--users", type=int, default=10)
    parser.add_argument("--runs", type=int, default=2, help="at once, each of another person")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    if asked.runs > asked.users:
        parser.error(f"each run is of another person: {asked.runs} runs need as many users, not {asked.users}")
    tally = Tally()
    with tempfile.TemporaryDirectory() as folder:
        studio = start_studio(Path(folder) / "data", STUDIO_SIGN_UP="1", STUDIO_QUOTA_BYTES=str(QUOTA_BYTES))
        try:
            with more_gpu_workers(studio, asked.runs - 1):
                samples = asyncio.run(story(studio, asked, tally))
            look_at_storage(studio, tally)
        finally:
            stop_studio(studio)
        look_at_logs(studio, tally)
    look_at_processes(samples, tally)
    report(samples, asked, tally)
    return 1 if tally.errors else 0


if __name__ == "__main__":
    sys.exit(main())
