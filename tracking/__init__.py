"""SiamMask: follow objects through video from one box each, with a mask and a rotated box in every frame.

    tracker = load_tracker()
    tracks = tracker.start(frame, [Box(302, 190, 80, 122)])
    tracks, steps = tracker.step(next_frame, tracks)

Frames are uint8 [H, W, 3] RGB; every position is in video pixels.
"""

import os

# An OpenMP thread that waits by spinning takes the core its partner needs as soon as anything else runs: on two cores
# beside one busy process 0.7 frames/s became 21. Read when torch is loaded, so it is said before; yours wins.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

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
