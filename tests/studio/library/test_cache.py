"""Copies of a store's files on one machine: bounded, and never removed under somebody's hands."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.library.cache import Cache
from studio.library.errors import StoreAway


def put(cache: Cache, name: str, size: int) -> Path:
    def fetch(path: Path) -> None:
        path.write_bytes(b"x" * size)

    return cache.get(name, size, fetch)


def test_the_cache_lets_go_of_what_was_unused_for_longest_and_of_nothing_that_is_in_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("studio.library.cache.MOST_HELD", 2)
    cache, other = Cache(tmp_path / "cache", 1000), Cache(tmp_path / "cache", 1000)
    first = put(other, "a/first", 400)  # another process works on it
    second = put(cache, "a/second", 300)
    put(cache, "a/third", 200)
    fourth = put(cache, "a/fourth", 100)

    fifth = put(cache, "a/fifth", 300)

    assert first.exists() and fourth.exists() and fifth.exists()
    assert not second.exists()
    assert sum(path.stat().st_size for path in (tmp_path / "cache").iterdir()) <= 1000


def test_a_fetch_that_breaks_off_leaves_nothing_that_looks_whole(tmp_path: Path):
    def break_off(path: Path) -> None:
        path.write_bytes(b"half")
        raise StoreAway("gone")

    with pytest.raises(StoreAway):
        Cache(tmp_path / "cache", 1000).get("a", 8, break_off)

    assert list((tmp_path / "cache").iterdir()) == []
