"""Who is too fast is told when to go on; others do not notice."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from studio.watch import pace

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, settings) -> list[float]:
    """A minute has six requests, and time stands still until the test moves it."""
    settings.STUDIO_REQUESTS_A_MINUTE = 6
    now = [1000.0]
    monkeypatch.setattr(pace.time, "monotonic", lambda: now[0])
    return now


def test_one_request_too_many_is_told_when_to_go_on(
    clock: list[float], ann: User, bob: User, as_person: Callable[[User], Client]
):
    fast, other = as_person(ann), as_person(bob)

    answers = [fast.get("/api/me") for _ in range(7)]

    assert [answer.status_code for answer in answers] == [200] * 6 + [429]
    assert (answers[-1].json()["code"], answers[-1].headers["Retry-After"]) == ("too-often", "10")
    assert "More than 6 requests a minute" in answers[-1].json()["message"]
    assert other.get("/api/me").status_code == 200
    clock[0] += 10
    assert [fast.get("/api/me").status_code for _ in range(2)] == [200, 429]


def test_nobody_is_known_by_their_address_and_pages_are_not_counted(clock: list[float]):
    answers = {address: [] for address in ("192.0.2.1", "192.0.2.2")}
    for address, said in answers.items():
        client = Client(REMOTE_ADDR=address)
        said += [client.get("/api/me").status_code for _ in range(7)]
        assert client.get("/sign-in").status_code == 200

    assert set(map(tuple, answers.values())) == {(401,) * 6 + (429,)}


def test_without_a_limit_nobody_is_counted(settings):
    settings.STUDIO_REQUESTS_A_MINUTE = 0

    assert {Client().get("/api/me").status_code for _ in range(20)} == {401}
