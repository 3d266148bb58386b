"""Mending an object's masks over a range of frames: one step, computed before the clip is locked."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from enum import StrEnum

import numpy as np
from django.contrib.auth.models import User
from django.db.models import QuerySet

from studio.media import mend, rle
from studio.media.rle import Bits
from studio.scenes.errors import SceneFault
from studio.scenes.models import Mask, Step, Subject
from studio.scenes.steps import Kind, change, standing_masks, values_of_mask, write_masks

Change = tuple[Mask, Bits]  # a mask as it stands, and pixels [H, W]

MOST_PIXELS = 1000 * 1280 * 720  # frames times picture at once: some ten seconds of a core


class Mending(StrEnum):
    """What is done to each mask."""

    FILL = "fill"  # holes
    SPECKS = "specks"  # parts under `amount` px go
    GROW = "grow"  # by `amount` px
    SHRINK = "shrink"
    SMOOTH = "smooth"  # over time, with `amount` frames


_TITLES = {
    Mending.FILL: "Fill holes of {name}",
    Mending.SPECKS: "Remove specks under {amount} px of {name}",
    Mending.GROW: "Grow {name} by {amount} px",
    Mending.SHRINK: "Shrink {name} by {amount} px",
    Mending.SMOOTH: "Smooth {name} over {amount} frames",
}
_AMOUNTS = {  # least and most
    Mending.FILL: (0, 0),
    Mending.SPECKS: (2, 1_000_000),
    Mending.GROW: (1, mend.MOST_GROWTH_PX),
    Mending.SHRINK: (1, mend.MOST_GROWTH_PX),
    Mending.SMOOTH: (3, 5),
}


def tidy(subject: Subject, first: int, last: int, what: Mending, amount: int = 0, person: User | None = None) -> Step:
    """Mend the masks of frames first..last. Each keeps its state and score; one that would vanish stays as it was.

    Smoothing leaves what a person drew, and looks at frames on both sides of the range. Raises SceneFault for a range
    outside the clip or too large, an amount out of bounds, and where a mask changed while this was computed.
    """
    _check(subject, first, last, what, amount)
    mended = dict(_mended(subject, first, last, what, amount))
    title = f"{_TITLES[what].format(name=subject.name, amount=amount)}, frames {first} to {last}"
    with change(subject.video_id, title, kind=Kind.TIDY, person=person, subject=subject, frame=first) as step:
        now = standing_masks((subject.id, frame) for frame in mended)
        for frame, (was, _) in mended.items():
            if getattr(now.get((subject.id, frame)), "revision", None) != was.revision:
                raise SceneFault("changed-meanwhile", f"The mask of frame {frame} changed meanwhile: do it again.")
        write_masks((_with(was, bits) for was, bits in mended.values()), step)
    return step


def _check(subject: Subject, first: int, last: int, what: Mending, amount: int) -> None:
    video = subject.video
    if not 0 <= first <= last < video.frame_count:
        raise SceneFault("no-such-frame", f"Frames {first} to {last} are not in a clip of {video.frame_count} frames.")
    least, most = _AMOUNTS[what]
    if not least <= amount <= most or (what == Mending.SMOOTH and amount % 2 == 0):
        allowed = "3 or 5" if what == Mending.SMOOTH else f"{least} to {most}"
        raise SceneFault("bad-amount", f"The amount must be {allowed}, not {amount}.")
    at_once = max(MOST_PIXELS // (video.width * video.height), 1)
    if last - first >= at_once:
        raise SceneFault(
            "too-many-frames",
            f"At this size {at_once} frames can be mended at once, and these are {last - first + 1}: choose a range.",
        )


def _mended(subject: Subject, first: int, last: int, what: Mending, amount: int) -> Iterator[tuple[int, Change]]:
    """The frames of the range that this changes: what each was, and its new pixels."""
    around = amount // 2 if what == Mending.SMOOTH else 0
    masks = subject.masks.filter(area__gt=0, frame__range=(max(first - around, 0), last + around)).order_by("frame")
    for was, bits, neighbours in _windows(subject, masks, around):
        if not first <= was.frame <= last:
            continue
        match what:
            case Mending.FILL:
                made = mend.fill_holes(bits)
            case Mending.SPECKS:
                made = mend.drop_specks(bits, amount)
            case Mending.GROW:
                made = mend.grow(bits, amount)
            case Mending.SHRINK:
                made = mend.grow(bits, -amount)
            case Mending.SMOOTH:
                made = bits if was.state == Mask.State.EDITED else mend.smooth(bits, neighbours)
        if made.any() and not np.array_equal(made, bits):
            yield was.frame, (was, made)


def _windows(subject: Subject, masks: QuerySet[Mask], around: int) -> Iterator[tuple[Mask, Bits, list[Bits]]]:
    """Each mask with its pixels, and those of the masks at most so many frames away: few are in memory at once."""
    video = subject.video
    coming = ((mask, rle.decode(bytes(mask.counts), video.height, video.width)) for mask in masks.iterator(200))
    held: deque[Change] = deque()  # from `around` frames before the one in the middle to the first one too far ahead
    following = next(coming, None)
    for frame in masks.values_list("frame", flat=True):
        while following is not None and following[0].frame <= frame + around:
            held.append(following)
            following = next(coming, None)
        while held[0][0].frame < frame - around:
            held.popleft()
        middle = next(one for one in held if one[0].frame == frame)
        yield *middle, [bits for mask, bits in held if mask.frame != frame]


def _with(was: Mask, bits: Bits) -> Mask:
    """The mask with other pixels, unsaved."""
    values = {
        **values_of_mask(was),
        "counts": rle.encode(bits),
        "area": int(bits.sum()),
        "rotated_box": rle.rotated_box(bits),
    }
    return Mask(subject_id=was.subject_id, frame=was.frame, **values)
