"""A1, A6, W3: what can be read off the code itself."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from django.test import Client
from django.urls import get_resolver

from studio.live.routing import websocket_urlpatterns

from .addresses import addresses

ROOT = Path(__file__).parents[2]
SERVER = [path for path in (ROOT / "studio").rglob("*.py") if "client" not in path.relative_to(ROOT).parts]

# address: what nobody, who is not signed in, is answered to GET; API, uploads and media have tables of their own
PAGES = {
    "": 302,
    "videos/<uuid:video_id>": 302,
    "healthz": 200,
    "readyz": 503,  # without a broker
    "metrics": 200,  # the test's client is on this machine
    "status": 302,
    "sign-in": 200,
    "sign-out": 405,
    "sign-up": 404,
    "link/<str:token>": 410,
    "account": 302,
    "account/delete": 405,
    "account/password": 405,
    "account/tokens": 405,
    "account/tokens/<uuid:token_id>/delete": 405,
}
OTHER_TABLES = ("api/", "uploads/", "media/", "admin/")
NOBODY = "00000000-0000-4000-8000-000000000000"


def test_every_address_is_in_an_access_table():
    found = {address for address in addresses(get_resolver().url_patterns) if not address.startswith(OTHER_TABLES)}

    assert found == set(PAGES)


@pytest.mark.django_db
@pytest.mark.parametrize("address", list(PAGES))
def test_nobody_is_answered_as_the_table_says(address: str, settings):
    settings.STUDIO_REDIS_URL = "redis://127.0.0.1:1"
    path = address.replace("<uuid:video_id>", NOBODY).replace("<uuid:token_id>", NOBODY).replace("<str:token>", "spent")

    answer = Client().get(f"/{path}")

    assert answer.status_code == PAGES[address]
    if answer.status_code == 302:
        assert answer.headers["Location"].startswith("/sign-in?next=")


def test_every_socket_has_its_tests():
    known = {"live/videos/<uuid:video_id>", "live/library", ""}  # tests/studio/live/test_consumers.py

    assert {str(pattern.pattern) for pattern in websocket_urlpatterns} == known


def imported(path: Path) -> set[str]:
    """Every module that a file imports, anywhere in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module is not None and node.level == 0:
            names |= {node.module}
    return names


def who_imports(*modules: str) -> dict[str, set[str]]:
    found = {}
    for path in SERVER:
        taken = {
            name for name in imported(path) for module in modules if name == module or name.startswith(f"{module}.")
        }
        if taken:
            found[path.relative_to(ROOT).as_posix()] = taken
    return found


def test_the_server_has_nothing_to_fetch_with():
    found = who_imports("urllib.request", "http.client", "requests", "httpx", "aiohttp", "urllib3", "ftplib")

    assert set(found) <= {"studio/launch/launcher.py", "studio/launch/healthy.py"}, (
        found
    )  # they ask our own web process


def test_nothing_in_the_studio_unpickles():
    assert who_imports("pickle", "cPickle", "jsonpickle", "marshal", "shelve", "dill", "yaml") == {}
    called = {
        path.relative_to(ROOT).as_posix()
        for path in SERVER
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("eval", "exec")
    }
    assert called == set()


def test_only_children_and_media_code_know_what_opens_a_strangers_file():
    """Of these, `writing` opens a clip and the formats of imports open PNGs: both in a child, as `studio.media` is."""
    parsers = ("av", "PIL", *(f"studio.media.{name}" for name in ("reader", "video", "source", "sound")))
    found = {path for path in who_imports(*parsers) if not path.startswith("studio/media/")}
    openers = {"studio/exports/writing.py", "studio/imports/formats/pictures.py", "studio/imports/formats/labelme.py"}

    assert found - {"studio/launch/doctor.py"} == openers  # which only asks for encoders
    # and who knows these: the children themselves, and what only tells a child what to do
    opening = who_imports("studio.exports.effects.background", "studio.imports.formats", "studio.media.pictures")
    assert {path for path in opening if not path.startswith(("studio/media/", "studio/imports/formats/"))} == {
        "studio/exports/effects/background.py",  # an effect: writing calls it
        "studio/exports/source.py",  # a constant
        "studio/imports/reading.py",
    }


def test_celery_takes_json_and_nothing_else():
    from studio.worker import app

    assert (app.conf.accept_content, app.conf.task_serializer) == (["json"], "json")
