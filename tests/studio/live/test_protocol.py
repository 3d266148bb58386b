"""Messages and the window, without Django."""

import pytest

from studio.live.protocol import BadMessage, Window, ack, acked, pack, unpack


def test_an_ack_is_read_back():
    assert acked(pack(ack(41))) == 41


@pytest.mark.parametrize(
    "packed",
    [
        b"",
        b"\xc1",
        b"\x81",
        b"\x91" * 5000,
        pack([1]),
        pack({"type": "ack"}),
        pack({"type": "ack", "revision": "1"}),
        pack({"type": "ack", "revision": True}),
        pack({"type": "hello", "revision": 1}),
    ],
)
def test_anything_but_an_ack_is_refused(packed: bytes):
    with pytest.raises(BadMessage):
        acked(packed)


def test_what_is_packed_is_unpacked():
    message = {"type": "changes", "revision": 2**40, "items": [{"counts": b"\x00\xff", "box": [0.5]}]}

    assert unpack(pack(message)) == message


def test_a_window_fills_and_an_ack_makes_room():
    window = Window(most=2)
    window.sent(7, 100.0)
    window.sent(9, 101.0)

    assert not window.has_room
    assert window.waiting_s(103.0) == 3.0
    assert window.acked(7)
    assert window.has_room
    assert window.waiting_s(103.0) == 2.0


def test_messages_of_one_revision_take_an_ack_each():
    window = Window()
    for _ in range(4):
        window.sent(7, 0.0)

    assert window.acked(7)
    assert window.has_room
    window.sent(7, 0.0)
    assert not window.has_room


def test_a_later_ack_stands_for_those_before_it_and_a_strange_one_for_nothing():
    window = Window()
    window.sent(7, 0.0)
    window.sent(8, 0.0)

    assert not window.acked(99)
    assert window.acked(8)
    assert not window.acked(7)
    assert window.waiting_s(50.0) == 0.0
