"""One-time links: good once, for ten minutes, and only when the button is pressed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connections
from django.test import Client
from django.utils import timezone

from studio.accounts.links import GOOD_FOR, make_link, use_link
from studio.accounts.models import SignInLink


def age(by: timedelta) -> None:
    SignInLink.objects.update(created=timezone.now() - by)


def test_opening_a_link_asks_and_uses_nothing_up(browser: Client, cay: User):
    token = make_link(cay)

    assert [browser.get(f"/link/{token}").status_code for _ in range(2)] == [200, 200]
    assert browser.get("/account").status_code == 302
    assert browser.post(f"/link/{token}").headers["Location"] == "/"
    assert browser.get("/account").status_code == 200


def test_a_link_signs_in_once(browser: Client, cay: User):
    token = make_link(cay)
    Client().post(f"/link/{token}")

    answers = [browser.get(f"/link/{token}"), browser.post(f"/link/{token}")]

    assert [answer.status_code for answer in answers] == [410, 410]
    assert "This link was used before" in answers[0].content.decode()
    assert browser.get("/account").status_code == 302


def test_a_link_is_good_for_ten_minutes(browser: Client, cay: User):
    token = make_link(cay)

    age(GOOD_FOR - timedelta(seconds=5))
    assert browser.get(f"/link/{token}").status_code == 200
    age(GOOD_FOR + timedelta(seconds=1))
    assert browser.get(f"/link/{token}").status_code == 410
    assert browser.post(f"/link/{token}").status_code == 410


def test_a_link_that_never_was_or_of_somebody_who_may_not_sign_in_is_spent(browser: Client, cay: User):
    token = make_link(cay)
    User.objects.filter(pk=cay.pk).update(is_active=False)

    assert browser.post("/link/nothing").status_code == 410
    assert browser.post(f"/link/{token}").status_code == 410


def test_only_a_hash_is_kept_and_old_links_are_swept(cay: User):
    token = make_link(cay)

    assert token not in str(SignInLink.objects.values())
    age(GOOD_FOR + timedelta(seconds=1))
    make_link(cay)
    assert SignInLink.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_who_press_at_once_one_is_signed_in(cay: User):
    token = make_link(cay)

    def press(_: int) -> User | None:
        try:
            return use_link(token)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        people = list(pool.map(press, range(8)))

    assert people.count(None) == 7
    assert cay in people
