"""The web process: pages, API and media over HTTP, changes over sockets. It never loads torch."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
_http = get_asgi_application()  # before anything that imports models

from channels.auth import AuthMiddlewareStack  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402

from studio.live.routing import websocket_urlpatterns  # noqa: E402
from studio.origin import SameOrigin  # noqa: E402

application = ProtocolTypeRouter(
    {"http": _http, "websocket": SameOrigin(AuthMiddlewareStack(URLRouter(websocket_urlpatterns)))}
)
