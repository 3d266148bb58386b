"""The embedded broker."""

import subprocess

import pytest
from redis import Redis
from redis.exceptions import AuthenticationError, ResponseError

from studio.launch import broker
from studio.launch.broker import NoBroker, plan_broker, wait_for_broker


@pytest.fixture
def running(tmp_path):
    plan = plan_broker(tmp_path / "broker")
    server = subprocess.Popen(plan.command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    server.stdin.write(plan.configuration.encode())
    server.stdin.close()
    wait_for_broker(plan.port)
    yield plan
    server.terminate()
    server.wait(timeout=10)


def test_it_answers_whoever_has_the_password_and_nobody_else(running):
    with Redis.from_url(running.url) as redis:
        assert redis.ping()
        assert redis.config_get("appendonly") == {"appendonly": "yes"}
    with (
        Redis(port=running.port) as stranger,
        pytest.raises((AuthenticationError, ResponseError), match="authenticat"),
    ):
        stranger.ping()


def test_its_password_is_not_on_its_command_line(running):
    password = running.url.split(":")[2].split("@")[0]

    assert len(password) >= 32
    assert password not in " ".join(running.command)


def test_a_broker_that_does_not_start_is_a_sentence(monkeypatch):
    monkeypatch.setattr(broker, "STARTED_WITHIN_S", 0.05)

    with pytest.raises(NoBroker, match="did not start"):
        wait_for_broker(broker.free_port())
