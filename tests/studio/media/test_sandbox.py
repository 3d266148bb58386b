"""A child that misbehaves ends alone, with a code and a sentence."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from studio.media import child as starting
from studio.media.errors import MediaError
from studio.media.landlock import version_here
from studio.media.sandbox import Crashed, Limits, Refused, TooSlow, run_confined

SMALL = Limits(memory_bytes=2 * 1024**3, file_bytes=8 * 1024**2, silent_s=20.0)
QUICK = Limits(silent_s=1.0)


@pytest.fixture(autouse=True)
def children_find_this_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their path holds the project only; the misbehaving child is a test's."""
    real = starting._environment
    tests = str(Path(__file__).parent)

    def environment() -> dict[str, str]:
        found = real()
        return {**found, "PYTHONPATH": os.pathsep.join([found["PYTHONPATH"], tests])}

    monkeypatch.setattr(starting, "_environment", environment)


def ask(limits: Limits | None = None, writes: list[Path] | None = None, **request: object) -> dict[str, object]:
    return run_confined("broken", request, lambda line: None, limits=limits, writes=writes or [])


def test_a_child_answers_and_is_heard_on_the_way_and_sees_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDIO_SECRET_KEY", "x" * 40)
    heard: list[object] = []

    answer = run_confined("broken", {"do": "answer", "word": "bees"}, heard.append)

    assert answer == {"said": "bees", "secret": "none"}
    assert heard == [{"share": 0.5}]


def test_a_refusal_keeps_its_code_and_its_sentence() -> None:
    with pytest.raises(Refused, match=r"This is no video\.") as refused:
        ask(do="refuse")

    assert refused.value.code == "not-video"


@pytest.mark.parametrize("what", ["crash", "babble", "scream"])
def test_a_child_that_crashes_or_talks_nonsense_has_no_answer(what: str) -> None:
    with pytest.raises(Crashed, match="stopped the reader") as fault:
        ask(do=what)

    assert fault.value.code == "unreadable-video"


def test_a_child_that_says_nothing_is_given_up() -> None:
    with pytest.raises(TooSlow, match="no headway for 1 seconds"):
        ask(QUICK, do="hang")


def test_a_child_that_talks_and_never_ends_is_given_up() -> None:
    with pytest.raises(TooSlow, match="more than 0 hours"):
        ask(Limits(wall_s=2.0), do="talk")


def test_a_child_that_wants_too_much_memory_says_so() -> None:
    with pytest.raises(MediaError, match="more memory than this server gives") as fault:
        ask(SMALL, do="eat")

    assert fault.value.code == "memory"


def test_a_child_cannot_fill_the_disk(tmp_path: Path) -> None:
    with pytest.raises(Crashed):
        ask(SMALL, [tmp_path], do="write", path=str(tmp_path / "large"))

    assert (tmp_path / "large").stat().st_size <= SMALL.file_bytes


def test_a_child_reaches_no_network_where_the_system_allows() -> None:
    if subprocess.run(["unshare", "-rn", "true"], capture_output=True).returncode:
        pytest.skip("this system lets nobody have a network of their own")
    with socket.create_server(("127.0.0.1", 0)) as server:
        answer = ask(do="connect", port=server.getsockname()[1])

    assert answer["said"] != "connected"


needs_landlock = pytest.mark.skipif(version_here() < 4, reason="this kernel has no Landlock, or an early one")


@needs_landlock
def test_a_child_opens_what_it_was_given_and_nothing_of_others(tmp_path: Path) -> None:
    """Neither another clip, nor a secret in a file, nor the environment of whoever started it; and it runs nothing."""
    (tmp_path / "given").write_text("a given clip")
    (tmp_path / "another").write_text("another's")
    (tmp_path / "made").mkdir()

    def tried(path: Path, mode: str = "r", do: str = "open") -> object:
        request = {"do": do, "path": str(path), "mode": mode}
        given, made = [tmp_path / "given"], [tmp_path / "made"]
        return run_confined("broken", request, lambda line: None, reads=given, writes=made)["said"]

    assert tried(tmp_path / "given") == "a given"
    assert tried(tmp_path / "made" / "new", "w") == "opened"
    for path, mode in (
        (tmp_path / "given", "a"),
        (tmp_path / "another", "r"),
        (tmp_path / "beside", "w"),
        (Path(f"/proc/{os.getpid()}/environ"), "r"),
        (Path("/etc/passwd"), "r"),
        (Path(__file__).parents[3] / "pyproject.toml", "r"),
    ):
        assert tried(path, mode) == "PermissionError", path
    assert tried(tmp_path / "made" / "link", do="link") == "PermissionError"
    assert tried(tmp_path, do="execute") == "PermissionError"


@needs_landlock
def test_a_child_that_may_have_no_network_of_its_own_connects_to_nobody_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As in a container that forbids namespaces."""
    environment = starting._environment()
    monkeypatch.setattr(starting, "_environment", lambda: {**environment, "NO_NAMESPACES": "1"})
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert ask(do="connect", port=server.getsockname()[1])["said"] == "PermissionError"


def test_what_the_parent_raises_ends_the_child_and_goes_on() -> None:
    class Unwanted(Exception):
        """Nobody waits for the answer any more."""

    def tick() -> None:
        raise Unwanted

    began = time.monotonic()
    with pytest.raises(Unwanted):
        run_confined("broken", {"do": "hang"}, lambda line: None, tick=tick)
    assert time.monotonic() - began < 30


def test_nothing_a_child_started_stays_behind() -> None:
    child = ask(do="leave a child")["child"]

    assert _gone(int(str(child)))


def test_a_child_ends_with_its_parent(tmp_path: Path) -> None:
    script = (
        "import os, sys\n"
        f"sys.path[:0] = [{str(Path(__file__).parent)!r}]\n"
        "from studio.media import child, sandbox\n"
        "real = child._environment\n"
        "child._environment = lambda: {**real(), 'PYTHONPATH': os.pathsep.join(sys.path)}\n"
        "def hear(line):\n"
        "    print(os.popen(f'pgrep -P {os.getpid()}').read(), flush=True)\n"
        "    os._exit(0)\n"
        "sandbox.run_confined('broken', {'do': 'talk'}, hear)\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, cwd=Path(__file__).parents[3]
    )

    assert done.stdout.split(), done.stderr
    assert all(_gone(int(child)) for child in done.stdout.split())


def _gone(process: int) -> bool:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        try:
            state = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False
