"""A clip to change."""

import pytest
from django.contrib.auth.models import User

from studio.library.models import Video


@pytest.fixture
def clip(ann: User) -> Video:
    """A clip of 1,200 frames of 640 x 360."""
    return Video.objects.create(
        owner=ann, title="a clip", state=Video.State.READY, width=640, height=360, frame_count=1200
    )
