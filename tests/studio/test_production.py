"""A studio with production's settings: Django's own list for deployment, its cookies, its headers."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client

ROOT = Path(__file__).parents[2]
PRODUCTION = {
    "STUDIO_HOSTS": "studio.example.org",
    "STUDIO_SECRET_KEY": "Jq3-a-key-of-fifty-letters-or-more-that-nobody-guesses-84",
    "STUDIO_TLS": "on",
    "DATABASE_URL": "postgres://studio@database/studio",
    "REDIS_URL": "redis://broker:6379/0",
    "STUDIO_S3_BUCKET": "studio",
    "STUDIO_X_ACCEL": "/_files/",
}


def manage(tmp_path: Path, *command: str, **names: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("STUDIO_", "DJANGO_"))}
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env={**environment, **PRODUCTION, "STUDIO_DATA": str(tmp_path), **names},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_djangos_list_for_deployment_finds_nothing(tmp_path: Path):
    done = manage(tmp_path, "check", "--deploy", "--fail-level", "WARNING")

    if not (ROOT / "frontend" / "dist" / "manifest.json").exists():  # the one thing that a checkout may lack
        assert "WARNINGS:\n?: (studio.W002)" in done.stderr and "1 issue (0 silenced)" in done.stderr
        return
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        ({"STUDIO_SECRET_KEY": ""}, "STUDIO_SECRET_KEY is missing"),
        ({"STUDIO_SECRET_KEY": "short"}, "has 5 characters"),
        ({"STUDIO_SECRET_KEY": "change-me-please-change-me-please-now"}, "is an example"),
        ({"STUDIO_SECRET_KEY": "django-insecure-0123456789abcdef0123456789abcdef"}, "is an example"),
        ({"STUDIO_DEBUG": "on"}, "studio.example.org is public"),
        ({"STUDIO_HOSTS": "*"}, "wildcard"),
        ({"STUDIO_HOSTS": "studio.example.org,*.example.org"}, "wildcard"),
        ({"STUDIO_PROXIES": "anybody"}, "'anybody', which is no address"),
    ],
)
def test_a_web_process_does_not_start_where_it_would_be_unsafe(tmp_path: Path, names: dict[str, str], sentence: str):
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("STUDIO_", "DJANGO_"))}

    done = subprocess.run(
        [sys.executable, "-m", "studio.launch.web", "-p", "0", "studio.asgi:application"],
        cwd=ROOT,
        env={**environment, **PRODUCTION, "STUDIO_DATA": str(tmp_path), **names},
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert done.returncode != 0
    assert done.stderr.splitlines()[-1].startswith("studio.env.BadEnvironment: ") and sentence in done.stderr


def test_without_tls_it_finds_what_is_missing(tmp_path: Path):
    done = manage(tmp_path, "check", "--deploy", "--fail-level", "WARNING", "--tag", "security", STUDIO_TLS="off")

    assert done.returncode == 1
    assert "SECURE_SSL_REDIRECT" in done.stderr


@pytest.mark.parametrize("path", ["/admin/login/", "/api/docs", "/sign-in", "/nothing"])
def test_no_page_may_run_what_stands_inside_it(path: str, db: None, client: Client):
    policy = client.get(path, follow=True).headers["Content-Security-Policy"]

    assert "unsafe" not in policy
    assert re.search(r"script-src 'self'(;| |$)", policy) and "default-src 'none'" in policy


def test_cookies_say_what_a_browser_may_do_with_them(ann: User, client: Client, settings):
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True  # as STUDIO_TLS sets them
    ann.set_password("long enough for this")
    ann.save()

    answer = client.post("/sign-in", {"username": "ann", "password": "long enough for this"}, secure=True)

    session, proof = answer.cookies["sessionid"], answer.cookies["csrftoken"]
    assert (session["httponly"], session["secure"], session["samesite"]) == (True, True, "Lax")
    assert (proof["secure"], proof["samesite"]) == (True, "Lax")


def test_every_answer_forbids_guessing_its_type_and_framing(db: None, client: Client):
    headers = client.get("/sign-in", follow=True).headers

    assert (headers["X-Content-Type-Options"], headers["X-Frame-Options"]) == ("nosniff", "DENY")
    assert headers["Referrer-Policy"] == "same-origin"
