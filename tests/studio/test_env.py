"""What the environment may say, and what stops the start."""

import re
from pathlib import Path

import pytest

from studio.env import BadEnvironment, read_environment

ROOT = Path(__file__).parents[2]
GOOD_SECRET = "k" * 20 + "0123456789abcdef"


@pytest.fixture
def environment(monkeypatch, tmp_path):
    """Sets exactly these names, and a data folder."""

    def use(**names: str) -> None:
        for name in ("STUDIO_HOSTS", "STUDIO_SECRET_KEY", "STUDIO_DEBUG", "REDIS_URL", "DATABASE_URL"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("STUDIO_DATA", str(tmp_path / "data"))
        for name, value in names.items():
            monkeypatch.setenv(name, value)

    return use


def test_one_machine_needs_nothing_and_keeps_its_secret(environment, tmp_path):
    environment()

    first = read_environment()

    assert first.secret == read_environment().secret
    assert len(first.secret) >= 32
    assert (tmp_path / "data" / "secret-key").stat().st_mode & 0o777 == 0o600
    assert first.hosts == ("localhost", "127.0.0.1", "[::1]")
    assert "studio.sqlite3" in str(first.database["NAME"])


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        ({"STUDIO_HOSTS": "*"}, "wildcard"),
        ({"STUDIO_HOSTS": "*.example.org"}, "wildcard"),
        ({"STUDIO_HOSTS": "studio.example.org"}, "STUDIO_SECRET_KEY is missing"),
        ({"STUDIO_SECRET_KEY": "short"}, "has 5 characters"),
        ({"STUDIO_SECRET_KEY": "change-me-please-change-me-please-now"}, "is an example"),
        ({"STUDIO_SECRET_KEY": "django-insecure-" + GOOD_SECRET}, "is an example"),
        (
            {"STUDIO_HOSTS": "studio.example.org", "STUDIO_SECRET_KEY": GOOD_SECRET, "STUDIO_DEBUG": "on"},
            "studio.example.org is public",
        ),
        ({"STUDIO_PROXIES": "10.0.0.0/8,the-proxy"}, "'the-proxy', which is no address"),
        ({"STUDIO_KEEP_UNOPENED_DAYS": "-1"}, "STUDIO_KEEP_UNOPENED_DAYS is -1; give days from 0 to 36,500"),
        ({"STUDIO_SECRET_KEY_FILE": "/nowhere/at/all"}, "/nowhere/at/all, which cannot be read"),
        ({"STUDIO_SECRET_KEY_FILE": "/nowhere", "STUDIO_SECRET_KEY": GOOD_SECRET}, "are both set"),
    ],
)
def test_what_is_unsafe_stops_the_start_with_a_sentence(environment, names, sentence):
    environment(**names)

    with pytest.raises(BadEnvironment, match=re.escape(sentence)):
        read_environment()


def test_a_public_host_with_a_secret_of_its_own_starts(environment):
    environment(STUDIO_HOSTS="studio.example.org", STUDIO_SECRET_KEY=GOOD_SECRET)

    assert read_environment().secret == GOOD_SECRET


def test_a_secret_may_be_given_as_a_file(environment, tmp_path):
    (tmp_path / "key").write_text(GOOD_SECRET + "\n")
    environment(STUDIO_SECRET_KEY_FILE=str(tmp_path / "key"))

    assert read_environment().secret == GOOD_SECRET


def test_every_setting_is_documented():
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', (ROOT / "studio" / "env.py").read_text()))
    told = set(re.findall(r"^\| `([A-Z_]+)`", (ROOT / "docs" / "settings.md").read_text(), re.MULTILINE))

    assert len(read) > 15
    assert told == read


def test_nothing_else_in_the_studio_reads_settings_of_its_own_from_the_environment():
    readers = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "studio").rglob("*.py")
        if re.search(r'environ(\.get\(|\[)"STUDIO_', path.read_text())
    ]

    assert [path for path in readers if not path.startswith(("studio/client/", "studio/env.py"))] == []
