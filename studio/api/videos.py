"""Clips: the library, one clip, when its frames are shown."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Status

from studio.access import all_videos_for, videos_for
from studio.api.auth import person_of, ready_video
from studio.api.schemas import FramesOut, Order, Sort, VideoIn
from studio.library import clips, retention
from studio.library.files import proxy_times
from studio.library.models import Video
from studio.live.items import ingests_of
from studio.live.shapes import VideoOut

router = Router(tags=["videos"])

COLUMNS: dict[Sort, str] = {"created": "created", "title": "title", "duration": "duration_s"}


@router.get("/videos", response=list[VideoOut])
def list_videos(
    request: HttpRequest,
    search: Annotated[str, Query(max_length=200)] = "",
    sort: Sort = "created",
    order: Order = "desc",
) -> list[VideoOut]:
    """The person's clips; `search` is part of a title."""
    videos = videos_for(person_of(request))
    if search:
        videos = videos.filter(title__icontains=search)
    column = COLUMNS[sort]
    found = list(videos.order_by(column if order == "asc" else f"-{column}", "id"))
    ingests = ingests_of(found)
    return [VideoOut.of(video, ingests.get(video.id)) for video in found]


@router.post("/videos/sample", response={201: VideoOut})
def add_sample(request: HttpRequest) -> Status[VideoOut]:
    """Draw a short clip to try the studio with."""
    return Status(201, _told(clips.make_sample(person_of(request))))


@router.get("/videos/{uuid:video_id}", response=VideoOut)
def get_video(request: HttpRequest, video_id: UUID) -> VideoOut:
    """One clip."""
    return _told(videos_for(person_of(request)).get(pk=video_id))


@router.patch("/videos/{uuid:video_id}", response=VideoOut)
def rename_video(request: HttpRequest, video_id: UUID, body: VideoIn) -> VideoOut:
    """Give a clip another title."""
    video = videos_for(person_of(request)).get(pk=video_id)
    clips.rename(video, body.title)
    return _told(videos_for(person_of(request)).get(pk=video_id))


@router.delete("/videos/{uuid:video_id}", response={204: None})
def delete_video(request: HttpRequest, video_id: UUID) -> Status[None]:
    """Take a clip away; for a while it can be restored."""
    clips.delete(videos_for(person_of(request)).get(pk=video_id))
    return Status(204, None)


@router.post("/videos/{uuid:video_id}/restore", response=VideoOut)
def restore_video(request: HttpRequest, video_id: UUID) -> VideoOut:
    """Undo the deletion of a clip."""
    video = all_videos_for(person_of(request)).get(pk=video_id)
    if video.deleted_at is not None:
        clips.restore(video)
    return _told(videos_for(person_of(request)).get(pk=video_id))


@router.post("/videos/{uuid:video_id}/retry", response=VideoOut)
def retry_video(request: HttpRequest, video_id: UUID) -> VideoOut:
    """Try once more to take in a clip that could not be."""
    return _told(clips.retry(videos_for(person_of(request)).get(pk=video_id)))


@router.post("/videos/{uuid:video_id}/keep", response=VideoOut)
def keep_video(request: HttpRequest, video_id: UUID) -> VideoOut:
    """Keep a clip that would go as nobody opened it: its time begins anew."""
    return _told(retention.keep(videos_for(person_of(request)).get(pk=video_id)))


@router.get("/videos/{uuid:video_id}/frames", response=FramesOut)
def frames(request: HttpRequest, video_id: UUID) -> FramesOut:
    """When each frame of the proxy is shown."""
    return FramesOut.model_validate(proxy_times(ready_video(request, video_id)))


def _told(video: Video) -> VideoOut:
    return VideoOut.of(video, ingests_of([video]).get(video.id))
