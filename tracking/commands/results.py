"""What a run leaves behind: JSON lines, label maps, a film."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from studio.media.ahead import ahead
from studio.media.clip import Clip
from studio.media.masks import MAX_LABEL, label_colors, write_palette_png
from studio.media.overlay import Marking, draw
from studio.media.writer import ENDINGS, Film
from tracking.commands.progress import Progress
from tracking.commands.saved_run import Found, Plan
from tracking.errors import BadInput
from tracking.rle import decode
from tracking.track import State, Step


class JsonLines:
    """A line for each frame and object, on disk as soon as the frame is done."""

    def __init__(self, path: Path) -> None:
        try:
            self._file = path.open("w", encoding="utf-8")
        except OSError as fault:
            raise BadInput(f"{path} cannot be written: {fault.strerror}") from fault

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def write(self, found: Sequence[Found]) -> None:
        """Add the lines of one frame."""
        self._file.writelines(f"{one.to_json()}\n" for one in found)
        self._file.flush()


class MaskFolder:
    """One palette PNG a frame, as DAVIS has them."""

    def __init__(self, folder: Path, clip: Clip) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            raise BadInput(f"{folder} cannot be made a folder: {fault.strerror}") from fault
        self._folder, self._clip = folder, clip

    def write(self, frame: int, steps: Sequence[Step]) -> None:
        """Write what the steps, of objects 1, 2, ..., found in a frame."""
        self._write(frame, label_map(steps, self._clip.width, self._clip.height))

    def fill(self, plan: Plan) -> None:
        """Write empty maps for the clip's frames that are no part of the run."""
        empty = np.zeros((self._clip.height, self._clip.width), np.uint8)
        for frame in range(self._clip.frame_count):
            if not plan.covers(frame):
                self._write(frame, empty)

    def _write(self, frame: int, labels: NDArray[np.uint8]) -> None:
        write_palette_png(self._folder / f"{self._clip.frame_name(frame)}.png", labels)


def label_map(steps: Sequence[Step], width: int, height: int) -> NDArray[np.uint8]:
    """[height, width] uint8, object n = n; where masks overlap the higher probability has the pixel."""
    labels = np.zeros((height, width), np.uint8)
    highest = np.full((height, width), -np.inf, np.float32)
    for number, step in enumerate(steps, start=1):
        mask = step.mask
        rows, columns = mask.values.shape
        place = (slice(mask.y, mask.y + rows), slice(mask.x, mask.x + columns))
        won = mask.bits() & (mask.values > highest[place])
        labels[place][won] = number
        highest[place][won] = mask.values[won]
    return labels


def draw_film(path: Path, clip: Clip, found: Sequence[Found]) -> None:
    """Write the clip with what was found on it, its sound and its timing; frames outside the run stay as they are."""
    colors = [(int(red), int(green), int(blue)) for red, green, blue in label_colors()]
    by_frame: defaultdict[int, list[Found]] = defaultdict(list)
    for one in found:
        by_frame[one.frame].append(one)
    with Film(path, clip) as film, Progress(clip.frame_count, "film ") as progress:
        for index, picture in enumerate(ahead(clip.planes())):
            markings = [
                Marking.of(decode(one.rle), np.array(one.rotated_box), colors[one.object])
                for one in by_frame[index]
                if one.state != State.LOST.value
            ]
            draw(picture, markings, clip.colors)
            film.write_planes(picture, clip.pts(index), clip.duration(index))
            progress.advance()


def check_places(json_lines: Path | None, masks: Path | None, film: Path | None, saved: Path | None) -> None:
    """Raise BadInput, before any work is done, where a result could not be written."""
    for path in (json_lines, film, saved):
        if path is not None and not path.absolute().parent.is_dir():
            raise BadInput(f"there is no folder {path.absolute().parent} to write {path.name} into")
        if path is not None and path.is_dir():
            raise BadInput(f"{path} is a folder, not a file to write")
    if masks is not None and masks.exists() and not masks.is_dir():
        raise BadInput(f"{masks} is a file, not a folder for masks")
    if film is not None and film.suffix.lower() not in ENDINGS:
        raise BadInput(f"a film is written as {', '.join(ENDINGS)}, not as {film.name}")


def check_count(objects: int) -> None:
    """Raise BadInput for more objects than a label map has values."""
    if objects > MAX_LABEL:
        raise BadInput(f"a run follows at most {MAX_LABEL} objects, got {objects}")
