"""Whose word is taken for who a visitor is."""

import pytest
from django.http import HttpRequest, HttpResponse

from studio.proxies import TrustedProxies


def seen(peer: str, **headers: str) -> dict[str, str]:
    """What the studio sees of a request from this peer."""
    request = HttpRequest()
    request.META = {"REMOTE_ADDR": peer, **headers}

    TrustedProxies(lambda asked: HttpResponse())(request)

    return request.META


@pytest.mark.parametrize(
    ("chain", "visitor"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("198.51.100.1, 203.0.113.7", "203.0.113.7"),  # the first was made up by the visitor
        ("203.0.113.7, 10.1.2.3", "203.0.113.7"),  # two proxies of ours
        ("2001:db8::7", "2001:db8::7"),
        ("", "10.0.0.1"),
        ("<script>", "10.0.0.1"),
        ("203.0.113.7, unknown", "10.0.0.1"),
    ],
)
def test_a_proxy_of_ours_tells_who_the_visitor_is(settings, chain: str, visitor: str):
    settings.STUDIO_PROXIES = ("10.0.0.0/8",)

    assert seen("10.0.0.1", HTTP_X_FORWARDED_FOR=chain)["REMOTE_ADDR"] == visitor


def test_what_anybody_else_says_is_dropped(settings):
    settings.STUDIO_PROXIES = ("10.0.0.0/8",)

    meta = seen("192.0.2.1", HTTP_X_FORWARDED_FOR="10.0.0.1", HTTP_X_FORWARDED_PROTO="https", HTTP_X_REAL_IP="1.2.3.4")

    assert meta == {"REMOTE_ADDR": "192.0.2.1"}


def test_https_is_believed_of_a_proxy_of_ours_only(settings):
    settings.STUDIO_PROXIES = ("127.0.0.1",)

    assert seen("127.0.0.1", HTTP_X_FORWARDED_PROTO="https")["HTTP_X_FORWARDED_PROTO"] == "https"
    assert "HTTP_X_FORWARDED_PROTO" not in seen("::1", HTTP_X_FORWARDED_PROTO="https")
