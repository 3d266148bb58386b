"""Who asks: a page proves itself with its CSRF token, a program with its own."""

from django.contrib.auth.models import User
from django.test import Client

from studio.accounts.tokens import make_token


def test_a_page_without_its_csrf_token_may_read_and_not_write(ann: User):
    client = Client(enforce_csrf_checks=True)
    client.force_login(ann)

    assert client.get("/api/me").status_code == 200
    refused = client.post("/api/tokens", {"name": "x"}, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf")


def test_a_page_with_its_csrf_token_may_write(ann: User):
    client = Client(enforce_csrf_checks=True)
    client.force_login(ann)
    client.cookies["csrftoken"] = "a" * 32

    made = client.post("/api/tokens", {"name": "x"}, content_type="application/json", headers={"X-CSRFToken": "a" * 32})

    assert made.status_code == 201


def test_a_token_needs_no_csrf_token_and_ends_at_once(ann: User):
    token, secret = make_token(ann, "laptop")
    client = Client(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {secret}"})

    assert client.post("/api/tokens", {"name": "x"}, content_type="application/json").status_code == 201
    assert client.delete(f"/api/tokens/{token.id}").status_code == 204
    assert client.get("/api/me").status_code == 401


def test_a_secret_is_told_once(ann: User):
    client = Client()
    client.force_login(ann)

    made = client.post("/api/tokens", {"name": " laptop "}, content_type="application/json").json()

    assert made["name"] == "laptop"
    assert made["token"].startswith("sms_")
    assert [sorted(token) for token in client.get("/api/tokens").json()] == [["created", "id", "last_used", "name"]]


def test_who_may_no_longer_sign_in_has_no_good_token(ann: User):
    _, secret = make_token(ann, "laptop")
    ann.is_active = False
    ann.save()

    assert Client(headers={"Authorization": f"Bearer {secret}"}).get("/api/me").status_code == 401
