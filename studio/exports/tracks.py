"""What every format is given: the chosen objects of a clip, and what was found of them in the chosen frames."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from studio.exports.options import Options
from studio.exports.spool import Found, Spool
from studio.media.clip import Clip, Picture

Tick = Callable[[float], None]
Work = TypeVar("Work")


@dataclass(frozen=True, slots=True)
class Track:
    """One object, followed through the clip."""

    number: int  # 1, 2, ... in its clip, the same in every export
    name: str
    color: tuple[int, int, int]  # RGB

    @property
    def category(self) -> str:
        """What kind of thing it is: its name without a number at its end; player 1 and player 2 are both player."""
        return re.sub(r"[\s_#.-]*\d+$", "", self.name).strip() or self.name


@dataclass(frozen=True, slots=True)
class Moment:
    """A chosen frame and what was found in it."""

    place: int  # among the chosen frames, from 0
    frame: int  # of the clip, from 0
    found: tuple[Found, ...]  # in the order of the objects' numbers


class Tracks:
    """Objects, frames and masks of one export, read from disk as they are asked for."""

    def __init__(
        self,
        title: str,
        clip: Clip,
        objects: tuple[Track, ...],
        spool: Spool,
        options: Options,
        tick: Tick = lambda frames: None,
        backdrop: Path | None = None,
    ) -> None:
        """`tick` hears of frames done, or parts of a frame; what it raises ends the export.

        `backdrop` is the person's own picture that stands behind the objects, where one is chosen.
        """
        self.title, self.clip, self.objects, self.options = title, clip, objects, options
        self.backdrop = backdrop
        self.frames = options.frames(clip.frame_count)
        self._spool, self._tick = spool, tick

    @property
    def width(self) -> int:
        return self.clip.width

    @property
    def height(self) -> int:
        return self.clip.height

    @property
    def name(self) -> str:
        """The title as files, sequences and XML of any program can carry it."""
        return re.sub(r"[^A-Za-z0-9_-]+", "-", self.title).strip("-")[:60] or "clip"

    @property
    def categories(self) -> Mapping[str, int]:
        """Kinds of things, each with its id, from 1 on in the order of the objects."""
        names = dict.fromkeys(track.category for track in self.objects)
        return {name: number for number, name in enumerate(names, start=1)}

    def category_of(self, number: int) -> int:
        """The id of an object's kind."""
        return self.categories[self.track(number).category]

    def track(self, number: int) -> Track:
        """The object of this number."""
        return next(track for track in self.objects if track.number == number)

    def moments(self) -> Iterator[Moment]:
        """Every chosen frame, also those in which nothing was found."""
        return self.counted(self.survey())

    def counted(self, work: Iterable[Work]) -> Iterator[Work]:
        """The same pieces of work, each of which is a frame done."""
        for piece in work:
            yield piece
            self._tick(1)

    def survey(self) -> Iterator[Moment]:
        """The same, looked over before the work begins: no frame counts as done."""
        for place, frame in enumerate(self.frames):
            yield Moment(place, frame, tuple(self._spool.of_frame(frame)))

    def of(self, track: Track) -> Iterator[tuple[int, Found | None]]:
        """Every chosen frame with what was found of one object in it."""
        for frame in self.frames:
            yield frame, self._spool.one(frame, track.number)
            self._tick(1 / len(self.objects))

    def pictures(self) -> Iterator[tuple[int, int, Picture]]:
        """Every chosen frame with its place and its picture, [H, W, 3] uint8 RGB."""
        first, last = self.frames[0], self.frames[-1]
        stop = last + 1 if last + 1 < self.clip.frame_count else None
        for frame, picture in enumerate(self.clip.frames(first, stop), start=first):
            if frame in self.frames:
                yield self.frames.index(frame), frame, picture
                self._tick(1)

    def seconds(self, frame: int) -> float:
        """When a frame is first shown, in seconds of the clip's own time."""
        return self.clip.seconds(frame)
