"""Making an account: only where the operator allows it."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from studio.watch import pace

from .conftest import PASSWORD

WANTED = {"username": "dan", "password1": PASSWORD, "password2": PASSWORD}


@pytest.fixture
def open_to_all(settings) -> None:
    settings.STUDIO_SIGN_UP = True


def test_it_is_off_by_default_and_nothing_leads_there(browser: Client):
    assert browser.get("/sign-up").status_code == 404
    assert browser.post("/sign-up", WANTED).status_code == 404
    assert "/sign-up" not in browser.get("/sign-in").content.decode()
    assert not User.objects.exists()


def test_where_it_is_on_it_makes_an_account_and_signs_in(browser: Client, open_to_all: None):
    assert "/sign-up" in browser.get("/sign-in").content.decode()
    assert browser.post("/sign-up", WANTED).headers["Location"] == "/"

    person = User.objects.get()
    assert (person.username, person.is_staff, person.check_password(PASSWORD)) == ("dan", False, True)
    assert browser.get("/account").status_code == 200


def test_a_short_password_and_a_taken_name_are_refused_with_sentences(browser: Client, cay: User, open_to_all: None):
    short = browser.post("/sign-up", {**WANTED, "password1": "short", "password2": "short"}).content.decode()
    taken = browser.post("/sign-up", {**WANTED, "username": "cay"}).content.decode()

    assert "at least 10 characters" in short
    assert "already exists" in taken
    assert User.objects.count() == 1


def test_from_one_address_a_few_accounts_a_minute_are_made(browser: Client, open_to_all: None, monkeypatch):
    monkeypatch.setattr(pace, "MOST_SIGN_UPS", 2)
    statuses = []

    for number in range(3):
        wish = {**WANTED, "username": f"dan{number}"}
        statuses.append(browser.post("/sign-up", wish, REMOTE_ADDR="192.0.2.1").status_code)
        browser.logout()

    assert statuses == [302, 302, 429]
    assert User.objects.count() == 2
    assert browser.get("/sign-up", REMOTE_ADDR="192.0.2.1").status_code == 200
    assert browser.post("/sign-up", WANTED, REMOTE_ADDR="192.0.2.2").status_code == 302
