"""Addresses of the sockets."""

from django.urls import path, re_path

from studio.live.consumers import LibrarySocket, Nowhere, VideoSocket

websocket_urlpatterns = [
    path("live/videos/<uuid:video_id>", VideoSocket.as_asgi()),
    path("live/library", LibrarySocket.as_asgi()),
    re_path(r"", Nowhere.as_asgi()),
]
