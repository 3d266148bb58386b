"""The person's own page: password and tokens."""

from django.contrib.auth.models import User
from django.test import Client

from studio.accounts.models import ApiToken
from studio.accounts.tokens import MOST_TOKENS, make_token

from .conftest import PASSWORD

NEW = "another horse, another battery"


def change(browser: Client, old: str = PASSWORD, new: str = NEW) -> int:
    answer = browser.post(
        "/account/password", {"old_password": old, "new_password1": new, "new_password2": new}, follow=True
    )
    return answer.content.decode().count("Your password is changed.")


def test_a_new_password_ends_every_other_session_and_keeps_this_one(browser: Client, cay: User):
    other = Client()
    for client in (browser, other):
        client.force_login(cay)

    assert change(browser) == 1
    assert browser.get("/account").status_code == 200
    assert other.get("/account").status_code == 302
    cay.refresh_from_db()
    assert cay.check_password(NEW)


def test_a_wrong_old_password_changes_nothing(browser: Client, cay: User):
    browser.force_login(cay)

    assert change(browser, old="a guess at it") == 0
    cay.refresh_from_db()
    assert cay.check_password(PASSWORD)


def test_who_came_by_link_and_has_no_password_is_not_asked_for_the_old_one(browser: Client, ann: User):
    browser.force_login(ann)

    assert "old_password" not in browser.get("/account").content.decode()
    assert change(browser) == 1
    assert "old_password" in browser.get("/account").content.decode()


def test_a_token_is_shown_once_and_works(browser: Client, cay: User):
    browser.force_login(cay)

    shown = browser.post("/account/tokens", {"name": "laptop"}).content.decode()

    secret = shown.split('class="secret">')[1].split("<")[0]
    assert Client(headers={"Authorization": f"Bearer {secret}"}).get("/api/me").json()["username"] == "cay"
    again = browser.get("/account").content.decode()
    assert "laptop" in again
    assert secret not in again


def test_deleting_a_token_locks_its_program_out(browser: Client, cay: User):
    browser.force_login(cay)
    token, secret = make_token(cay, "laptop")

    assert browser.post(f"/account/tokens/{token.id}/delete").status_code == 302
    assert Client(headers={"Authorization": f"Bearer {secret}"}).get("/api/me").status_code == 401


def test_a_strangers_token_is_not_there(browser: Client, cay: User, ann: User):
    browser.force_login(cay)
    token, _ = make_token(ann, "hers")

    assert browser.post(f"/account/tokens/{token.id}/delete").status_code == 404
    assert "hers" not in browser.get("/account").content.decode()
    assert ApiToken.objects.count() == 1


def test_one_token_too_many_is_refused_with_the_number(browser: Client, cay: User):
    browser.force_login(cay)
    for number in range(MOST_TOKENS):
        make_token(cay, str(number))

    answer = browser.post("/account/tokens", {"name": "one more"}, follow=True)

    assert f"You have {MOST_TOKENS} tokens; delete one first." in answer.content.decode()
    assert ApiToken.objects.count() == MOST_TOKENS


def test_every_address_of_the_account_sends_a_stranger_to_sign_in(browser: Client, db: None):
    token = "00000000-0000-4000-8000-000000000000"

    answers = [
        browser.get("/account"),
        browser.post("/account/password"),
        browser.post("/account/tokens"),
        browser.post(f"/account/tokens/{token}/delete"),
    ]

    assert {answer.headers["Location"].split("?")[0] for answer in answers} == {"/sign-in"}
