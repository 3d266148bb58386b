"""Processes that are watched, started again, and never left behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from studio.launch.children import MOST_DEATHS, Child, Children, KeepsDying

ROOT = Path(__file__).parents[3]
SLEEPER = (sys.executable, "-c", "import time; time.sleep(600)")
# a process that starts another one in its own group, as workers do, and ignores the polite signal
STUBBORN = (
    sys.executable,
    "-c",
    "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
    "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']); time.sleep(600)",
)


def group_is_gone(group: int) -> bool:
    """No process of the group runs; zombies that nobody waits for do not count."""
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # ended meanwhile
        if int(fields[2]) == group and fields[0] != "Z":
            return False
    return True


def wait_until(what, seconds: float = 15.0) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.02)


def child(tmp_path: Path, command=SLEEPER, name: str = "sleeper") -> Child:
    return Child(name, command, tmp_path / "logs" / f"{name}.log", dict(os.environ))


def test_leaving_the_block_ends_everybody_and_what_they_started(tmp_path):
    with Children(lambda line: None) as children:
        stubborn = child(tmp_path, STUBBORN, "stubborn")
        children.start(child(tmp_path))
        children.start(stubborn)
        time.sleep(0.3)
        groups = [one.process.pid for one in children._children]
        for one in children._children:
            one.stop_signal = signal.SIGKILL if one is not stubborn else signal.SIGTERM
        stubborn.process.kill()  # its own child lives on in its group

    assert all(group_is_gone(group) for group in groups)


def test_a_child_that_died_is_started_again_and_said_so(tmp_path):
    said = []
    with Children(said.append) as children:
        one = child(tmp_path)
        children.start(one)
        first = one.process.pid
        one.process.kill()
        one.process.wait()

        children.watch()

        assert one.is_alive
        assert one.process.pid != first
        assert said == ["sleeper ended (SIGKILL) and is started again"]


def test_a_child_that_dies_at_once_every_time_is_given_up_by_name(tmp_path):
    with Children(lambda line: None) as children:
        one = child(tmp_path, (sys.executable, "-c", "print('why'); raise SystemExit(3)"), "broken")
        children.start(one)

        with pytest.raises(KeepsDying, match=rf"broken ended {MOST_DEATHS} times"):
            for _ in range(MOST_DEATHS):
                one.process.wait()
                children.watch()

    assert "why" in one.log.read_text()


def test_words_for_its_standard_input_do_not_stand_on_its_command_line(tmp_path):
    with Children(lambda line: None) as children:
        one = child(tmp_path, (sys.executable, "-c", "import sys; print(sys.stdin.read())"), "reader")
        one.words = "a password"
        children.start(one)
        one.process.wait()

    assert "a password" in one.log.read_text()
    assert "a password" not in " ".join(one.command)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc")
def test_a_launcher_killed_with_minus_nine_leaves_nothing_behind(tmp_path):
    script = (
        "import os, sys, time\n"
        "from pathlib import Path\n"
        "from studio.launch.children import Child, Children\n"
        f"stubborn = {STUBBORN!r}\n"
        f"children = Children(print)\n"
        f"one = Child('stubborn', stubborn, Path({str(tmp_path)!r}) / 'log', dict(os.environ))\n"
        "children.start(one)\n"
        "print(one.process.pid, children._guard.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    launcher = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    group, guard = (int(word) for word in launcher.stdout.readline().split())
    wait_until(lambda: len(list(Path(f"/proc/{group}/task/{group}").glob("children"))) > 0)

    launcher.kill()
    launcher.wait()
    launcher.stdout.close()

    wait_until(lambda: group_is_gone(group) and group_is_gone(guard))
