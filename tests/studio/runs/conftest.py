"""A clip to run over."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth.models import User

from drawn.clips import draw_clip, write_video
from studio.library import files
from studio.library.models import Video
from studio.media.frame_table import FrameTable
from studio.scenes.changes import add_subject, set_prompt

from .following import FRAMES


@pytest.fixture
def clip(ann: User, settings, tmp_path: Path) -> Video:
    """A clip with two objects and a box around each."""
    settings.STUDIO_DATA = tmp_path
    drawn = draw_clip(FRAMES, objects=2)
    video = Video.objects.create(
        owner=ann, title="two", state=Video.State.READY, width=160, height=120, frame_count=FRAMES, duration_s=0.8
    )
    folder = files.folder_of(video.id)
    folder.mkdir(parents=True)
    source = write_video(folder / "film.mp4", drawn.frames)
    source.rename(folder / files.SOURCE)
    table = FrameTable.of(folder / files.SOURCE, max_pixels=10**6, max_frames=1000)
    (folder / files.TABLE).write_bytes(table.to_bytes())
    for label in (1, 2):
        x, y, width, height = map(float, drawn.box(0, label).split(","))
        set_prompt(add_subject(video), 0, (x, y, width, height))
    return video
