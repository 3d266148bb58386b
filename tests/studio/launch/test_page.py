"""Whether the browser's half must be built again."""

import os
from pathlib import Path

from studio.launch.page import page_is_fresh


def frontend(folder: Path) -> Path:
    (folder / "src" / "ui").mkdir(parents=True)
    (folder / "dist").mkdir()
    (folder / "src" / "ui" / "App.svelte").write_text("")
    for name in ("package-lock.json", "vite.config.ts", "svelte.config.js", "tsconfig.json"):
        (folder / name).write_text("")
    for file in folder.rglob("*"):
        os.utime(file, (1000, 1000))
    return folder


def test_a_page_that_was_never_built_is_not_fresh(tmp_path):
    assert not page_is_fresh(frontend(tmp_path))


def test_a_page_newer_than_its_source_is_fresh_until_a_source_changes(tmp_path):
    root = frontend(tmp_path)
    built = root / "dist" / "manifest.json"
    built.write_text("{}")
    os.utime(built, (2000, 2000))
    assert page_is_fresh(root)

    os.utime(root / "src" / "ui" / "App.svelte", (3000, 3000))

    assert not page_is_fresh(root)
