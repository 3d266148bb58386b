"""The sign-in form: where it leads, what it refuses, when it closes."""

from datetime import timedelta

from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from studio.accounts.models import SignInAttempt
from studio.accounts.rate import MOST_FAILURES, WINDOW, note_failure, too_many

from .conftest import PASSWORD


def sign_in(browser: Client, name: str = "cay", password: str = PASSWORD, **more: str) -> int:
    return browser.post("/sign-in", {"username": name, "password": password, **more}).status_code


def is_in(browser: Client) -> bool:
    return browser.get("/account").status_code == 200


def test_the_right_password_signs_in_and_leads_to_the_page_that_was_wanted(browser: Client, cay: User):
    wanted = browser.get("/account")

    assert wanted.headers["Location"] == "/sign-in?next=/account"
    answer = browser.post("/sign-in", {"username": "cay", "password": PASSWORD, "next": "/account"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/account")
    assert is_in(browser)


def test_an_address_elsewhere_is_not_followed(browser: Client, cay: User):
    answer = browser.post("/sign-in", {"username": "cay", "password": PASSWORD, "next": "https://example.org/"})

    assert answer.headers["Location"] == "/"


def test_a_wrong_password_is_a_sentence_and_no_session(browser: Client, cay: User):
    answer = browser.post("/sign-in", {"username": "cay", "password": "a guess at it"})

    assert answer.status_code == 200
    assert "Please enter a correct username and password" in answer.content.decode()
    assert not is_in(browser)


def test_a_name_that_is_nobodys_is_answered_like_a_wrong_password(browser: Client, cay: User):
    wrong = browser.post("/sign-in", {"username": "cay", "password": "x"})
    nobody = browser.post("/sign-in", {"username": "dan", "password": "x"})

    def said(answer: object) -> str:
        return answer.content.decode().split('role="alert">')[1].split("<")[0]

    assert said(wrong) == said(nobody)


def test_ten_failures_close_a_name_even_for_its_right_password(browser: Client, cay: User):
    for _ in range(MOST_FAILURES):
        assert sign_in(browser, password="a guess") == 200

    assert sign_in(browser) == 429
    assert sign_in(browser, name=" CAY ") == 429
    refused = browser.post("/sign-in", {"username": "cay", "password": "another"})
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "300")
    assert not is_in(browser)


def test_another_name_stays_open_until_the_address_has_failed_thirty_times(browser: Client, cay: User):
    for number in range(3 * MOST_FAILURES - 1):
        note_failure(f"name {number}", "127.0.0.1")

    assert sign_in(browser, password="a guess") == 200
    assert sign_in(browser) == 429
    assert not too_many("cay", "192.0.2.1")


def test_after_five_minutes_the_name_is_open_again_and_old_failures_are_forgotten(browser: Client, cay: User):
    for _ in range(MOST_FAILURES):
        note_failure("cay", "127.0.0.1")
    SignInAttempt.objects.update(created=timezone.now() - WINDOW - timedelta(seconds=1))

    assert sign_in(browser) == 302
    note_failure("dan", "127.0.0.1")
    assert SignInAttempt.objects.count() == 1


def test_a_form_without_its_token_is_refused(cay: User):
    answer = Client(enforce_csrf_checks=True).post("/sign-in", {"username": "cay", "password": PASSWORD})

    assert answer.status_code == 403
    assert "load it again" in answer.content.decode()


def test_signing_out_takes_a_button_and_ends_the_session(browser: Client, cay: User):
    browser.force_login(cay)

    assert browser.get("/sign-out").status_code == 405
    assert is_in(browser)
    assert browser.post("/sign-out").headers["Location"] == "/sign-in"
    assert not is_in(browser)


def test_the_admin_has_no_form_of_its_own_that_would_know_no_limit_of_tries(browser: Client, cay: User):
    assert browser.get("/admin/").headers["Location"] == "/admin/login/?next=/admin/"
    assert browser.get("/admin/login/?next=/admin/").headers["Location"] == "/sign-in?next=/admin/"
    assert browser.post("/admin/login/", {"username": "cay", "password": PASSWORD}).status_code == 405

    sign_in(browser)
    assert browser.get("/admin/login/?next=/admin/").status_code == 404

    User.objects.update(is_staff=True)
    assert browser.get("/admin/login/?next=/admin/").headers["Location"] == "/admin/"
