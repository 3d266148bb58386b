"""Somebody with a password, and a browser that is nobody's."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

PASSWORD = "a horse, a battery"


@pytest.fixture
def cay(db: None) -> User:
    """Signs in with PASSWORD."""
    return User.objects.create_user("cay", password=PASSWORD)


@pytest.fixture
def browser(db: None) -> Client:
    """Nobody is signed in, and forms are checked as a real browser's are."""
    return Client()
