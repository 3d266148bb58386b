"""Somebody with a password, and a browser that is nobody's."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

PASSWORD = "a horse, a battery"


@pytest.fixture(autouse=True)
def quick_hashes(settings) -> None:
    """Passwords here guard nothing: a hash that is slow on purpose would only make the tests slow."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def cay(db: None) -> User:
    """Signs in with PASSWORD."""
    return User.objects.create_user("cay", password=PASSWORD)


@pytest.fixture
def browser(db: None) -> Client:
    """Nobody is signed in, and forms are checked as a real browser's are."""
    return Client()
