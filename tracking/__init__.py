"""SiamMask: follow objects through video from one box each, with a mask and a rotated box in every frame.

    tracker = load_tracker()
    tracks = tracker.start(frame, [Box(302, 190, 80, 122)])
    tracks, steps = tracker.step(next_frame, tracks)

Frames are uint8 [H, W, 3] RGB; every position is in video pixels.
"""

from tracking.box import Box
from tracking.errors import TrackingError
from tracking.loading import load_tracker
from tracking.mask import Mask
from tracking.profile import PROFILES, Profile
from tracking.rle import Rle
from tracking.track import State, Step, Track
from tracking.tracker import Tracker

__all__ = [
    "PROFILES",
    "Box",
    "Mask",
    "Profile",
    "Rle",
    "State",
    "Step",
    "Track",
    "Tracker",
    "TrackingError",
    "load_tracker",
]
