"""The studio's API, for its own pages and for programs: /api/, described by /api/openapi.json and /api/docs."""

from studio.api import account, arrange, compare, exports, history, imports, review, runs, scenes, versions, videos
from studio.api.auth import Session, Token
from studio.api.errors import add_handlers
from studio.api.studio_api import StudioApi, nowhere

api = StudioApi(
    title="SiamMask Studio",
    version="1",
    description="Upload a clip, draw boxes, track, take the masks away. Errors are {code, message}; ids are UUIDs.",
    auth=[Token(), Session()],
)
add_handlers(api)
for part in (account, videos, scenes, history, compare, arrange, versions, review, runs, exports, imports):
    api.add_router("", part.router)
api.add_router("", nowhere)  # last: it takes every address that is left
