"""Who may open a socket: pages that this studio served, and the origins that settings name."""

from urllib.parse import urlsplit

from asgiref.typing import ASGI3Application, ASGIReceiveCallable, ASGISendCallable, Scope
from django.conf import settings


class SameOrigin:
    """Refuses a socket whose Origin is not the host it connects to, before any consumer is made."""

    def __init__(self, application: ASGI3Application) -> None:
        self.application = application

    async def __call__(self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        assert scope["type"] == "websocket", "only sockets are routed here"
        headers = dict(scope["headers"])
        origin = headers.get(b"origin", b"").decode("latin-1")
        host = headers.get(b"host", b"").decode("latin-1")
        if not is_ours(origin, host):
            await send({"type": "websocket.close", "code": 1008, "reason": None})  # before accept: 403 at the handshake
            return
        await self.application(scope, receive, send)


def is_ours(origin: str, host: str) -> bool:
    """Whether a page of this origin may connect to this host."""
    if not origin or origin == "null":
        return False
    if origin in settings.CSRF_TRUSTED_ORIGINS:
        return True
    try:
        parts = urlsplit(origin)
        name = urlsplit(f"//{host}").hostname
    except ValueError:
        return False
    allowed = {known.strip("[]") for known in settings.ALLOWED_HOSTS}
    return parts.scheme in ("http", "https") and parts.netloc == host and name in allowed
