"""Ports of this machine."""

import socket

import pytest

from studio.launch.ports import PortTaken, choose_port, free_port


def test_a_free_port_can_be_listened_on():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", free_port()))


def test_the_port_that_was_asked_for_is_taken_when_it_is_free():
    port = free_port()

    assert choose_port("127.0.0.1", port) == port


def test_a_port_that_is_in_use_is_refused_by_its_number():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]

        with pytest.raises(PortTaken, match=str(port)):
            choose_port("127.0.0.1", port)
        assert choose_port("127.0.0.1", 0) != port
