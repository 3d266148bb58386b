"""Who a visitor is when a proxy stands in front: its headers are believed, anybody else's are dropped."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from functools import cache
from typing import ClassVar

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

FORWARDED = (
    "HTTP_FORWARDED",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_X_REAL_IP",
)

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class TrustedProxies:
    """Puts the visitor's own address into REMOTE_ADDR, where a proxy of STUDIO_PROXIES tells it."""

    sync_capable: ClassVar[bool] = True
    async_capable: ClassVar[bool] = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        peer = str(request.META.get("REMOTE_ADDR", ""))
        if is_proxy(peer):
            request.META["REMOTE_ADDR"] = visitor(peer, request.META.get("HTTP_X_FORWARDED_FOR", ""))
        else:
            for name in FORWARDED:
                request.META.pop(name, None)
        return self.get_response(request)


def visitor(peer: str, chain: str) -> str:
    """The last address of the chain that is no proxy of ours: what stands before it the visitor may have made up."""
    for address in reversed([part.strip() for part in chain.split(",") if part.strip()]):
        if not _is_address(address):
            return peer
        if not is_proxy(address):
            return address
    return peer


def is_proxy(address: str) -> bool:
    """Whether an address is one of STUDIO_PROXIES."""
    if not _is_address(address):
        return False
    known = ipaddress.ip_address(address)
    return any(known.version == network.version and known in network for network in _networks(settings.STUDIO_PROXIES))


@cache
def _networks(names: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(name, strict=False) for name in names)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
