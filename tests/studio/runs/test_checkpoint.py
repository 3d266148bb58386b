"""Where a run stands, as bytes."""

import msgpack
import pytest

from studio.runs.checkpoint import Checkpoint


def test_nothing_written_is_the_beginning():
    assert Checkpoint.from_bytes(None) == Checkpoint()


def test_a_checkpoint_comes_back_as_it_went():
    standing = Checkpoint(1, 41, 83, {"a": b"\x00\xff" * 40, "b": b"track"}, 12, {"a": 4}, (("b", 30), ("c", 31)))

    assert Checkpoint.from_bytes(standing.to_bytes()) == standing


@pytest.mark.parametrize("packed", [b"\x93\x01\x02\x03", msgpack.packb(["studio-run/0", 0, None, 0, {}])])
def test_anything_else_is_refused(packed):
    with pytest.raises(ValueError, match="studio-run/2"):
        Checkpoint.from_bytes(packed)


def test_a_checkpoint_of_the_format_before_this_one_is_read():
    old = msgpack.packb(["studio-run/1", 1, 41, 83, {"a": b"track"}])

    assert Checkpoint.from_bytes(old) == Checkpoint(1, 41, 83, {"a": b"track"})
