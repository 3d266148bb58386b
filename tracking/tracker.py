"""Following many objects from frame to frame with one network: SiamMask's inference, paper section 4.

A tracker holds weights and settings and no object. Tracks go in and come out:

    tracks = tracker.start(frame, [box, other_box])
    for frame in frames:
        tracks, steps = tracker.step(frame, tracks)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tracking.box import Box
from tracking.crop import (
    SEARCH_SIDE,
    TEMPLATE_SIDE,
    Placement,
    color_mean,
    context_side,
    paste,
    rotated_box,
    subwindow,
)
from tracking.errors import BadInput, BadTrack
from tracking.profile import Center, Profile
from tracking.proposal import Proposals
from tracking.siammask import Response, Template
from tracking.track import State, Step, Track

MIN_OBJECT_PX = 10.0  # a followed object's sides never shrink below this, as SiamMask tools/test.py


class Network(Protocol):
    """What a tracker asks of a network; SiamMask itself, or a faster equal of it."""

    @property
    def mask_side(self) -> int: ...
    def encode_template(self, z: Tensor) -> Template: ...
    def search(self, template: Template, x: Tensor) -> Response: ...
    def mask_logits(self, response: Response, rows: Tensor, columns: Tensor) -> Tensor: ...


class Tracker:
    """Starts tracks and steps them; every object of a frame goes through the network in one batch.

    fingerprint names the weights: a track made with others is refused, because its kernels mean nothing here.
    """

    def __init__(
        self,
        network: Network,
        profile: Profile,
        *,
        device: torch.device | None = None,
        dtype: torch.dtype = torch.float32,
        fingerprint: str = "",
    ) -> None:
        self.network = network
        self.profile = profile
        self.device = device or torch.device("cpu")
        self.dtype = dtype
        self.fingerprint = fingerprint
        self._proposals = Proposals(self.device)

    @torch.inference_mode()
    def start(self, frame: NDArray[np.uint8], boxes: Sequence[Box]) -> tuple[Track, ...]:
        """Learn the objects in these boxes.

        frame: [H, W, 3] uint8 RGB. Raises BadBox for a box outside the frame or under 4 px, BadInput for a bad frame.
        """
        height, width = _frame_size(frame)
        for box in boxes:
            box.check(width, height)
        if not boxes:
            return ()
        fill = color_mean(frame)
        crops, places = [], []
        for box in boxes:
            inset = 1 if self.profile.center is Center.PIXELS else 0
            center = (box.x + (box.width - inset) / 2, box.y + (box.height - inset) / 2)
            side = round(context_side(box.width, box.height))
            crops.append(subwindow(frame, center, side, TEMPLATE_SIDE, fill, self.profile.rounding))
            places.append((center, (box.width, box.height)))
        template = self.network.encode_template(self._regions(crops))
        kernels = [part.float().cpu().numpy() for part in (template.cls, template.loc, template.mask)]
        return tuple(
            Track(
                center=center,
                size=size,
                kernels=tuple(np.ascontiguousarray(part[index]) for part in kernels),
                color_mean=fill,
                frame_width=width,
                frame_height=height,
                frame_count=0,
                network=self.fingerprint,
            )
            for index, (center, size) in enumerate(places)
        )

    @torch.inference_mode()
    def step(self, frame: NDArray[np.uint8], tracks: Sequence[Track]) -> tuple[tuple[Track, ...], tuple[Step, ...]]:
        """Follow each track's object into this frame.

        frame: [H, W, 3] uint8 RGB, of the size the tracks were started on.
        Raises BadInput for a frame of another size or type, BadTrack for a track of other weights.
        """
        size = _frame_size(frame)
        for track in tracks:
            if size != (track.frame_height, track.frame_width):
                raise BadInput(
                    f"a track started on {track.frame_width} x {track.frame_height} px cannot go on in a frame of "
                    f"{size[1]} x {size[0]} px"
                )
            if track.network != self.fingerprint:
                raise BadTrack(f"a track of weights {track.network!r} cannot go on with {self.fingerprint!r}")
        if not tracks:
            return (), ()
        # s_x of the paper: the search region, in video pixels, and the crop pixels a video pixel spans
        scales = [TEMPLATE_SIDE / context_side(*track.size) for track in tracks]
        sides = [round(SEARCH_SIDE / scale) for scale in scales]
        crops = [
            subwindow(frame, track.center, side, SEARCH_SIDE, track.color_mean, self.profile.rounding)
            for track, side in zip(tracks, sides, strict=True)
        ]
        response = self.network.search(self._template(tracks), self._regions(crops))
        last_size = torch.tensor(
            [(track.size[0] * scale, track.size[1] * scale) for track, scale in zip(tracks, scales, strict=True)],
            dtype=torch.float64,
        ).to(self.device)
        proposal = self._proposals.choose(response.cls, response.loc, last_size, self.profile)
        masks = self.network.mask_logits(response, proposal.row, proposal.column).float().sigmoid()
        values: NDArray[np.float32] = masks.cpu().numpy()
        numbers = torch.cat(
            [
                proposal.box,
                torch.stack([proposal.score, proposal.penalty, proposal.row, proposal.column], dim=1),
            ],
            dim=1,
        ).cpu()  # [N, 8] float64
        moved = [
            self._advance(track, scale, side, [float(n) for n in row], mask)
            for track, scale, side, row, mask in zip(tracks, scales, sides, numbers, values, strict=True)
        ]
        return tuple(track for track, _ in moved), tuple(step for _, step in moved)

    def _advance(
        self, track: Track, scale: float, side: int, numbers: list[float], values: NDArray[np.float32]
    ) -> tuple[Track, Step]:
        x, y, width, height, score, penalty, row, column = numbers
        frame_width, frame_height = track.frame_width, track.frame_height
        rate = penalty * score * self.profile.learning_rate
        center = (track.center[0] + x / scale, track.center[1] + y / scale)
        size = (
            track.size[0] * (1 - rate) + width / scale * rate,
            track.size[1] * (1 - rate) + height / scale * rate,
        )
        clamped_center = (_clamp(center[0], 0, frame_width), _clamp(center[1], 0, frame_height))
        clamped_size = (_clamp(size[0], MIN_OBJECT_PX, frame_width), _clamp(size[1], MIN_OBJECT_PX, frame_height))

        placement = Placement.of_position(
            track.center, side, int(row), int(column), values.shape[-1], frame_width, frame_height
        )
        mask = paste(
            values, placement, frame_width, frame_height, self.profile.mask_threshold, self.profile.mask_border
        )
        corners = rotated_box(mask)
        if corners is None:
            shown = (clamped_center, clamped_size) if self.profile.clamp_before_mask else (center, size)
            corners = _corners(*shown)
        moved = replace(track, center=clamped_center, size=clamped_size, frame_count=track.frame_count + 1)
        step = Step(
            score=score,
            center=clamped_center,
            size=clamped_size,
            rotated_box=corners,
            mask=mask,
            state=State.TRACKED if bool(mask.bits().any()) else State.LOST,
        )
        return moved, step

    def _regions(self, crops: Sequence[NDArray[np.uint8]]) -> Tensor:
        """[S, S, 3] uint8 crops -> [N, 3, S, S] in the network's dtype, channels last in memory."""
        stacked = torch.from_numpy(np.stack(crops)).to(self.device)  # [N, S, S, 3]
        return stacked.permute(0, 3, 1, 2).to(self.dtype)

    def _template(self, tracks: Sequence[Track]) -> Template:
        cls, loc, mask = (
            torch.from_numpy(np.stack([track.kernels[part] for track in tracks])).to(self.device, self.dtype)
            for part in range(3)
        )
        return Template(cls, loc, mask)


def _frame_size(frame: NDArray[np.uint8]) -> tuple[int, int]:
    if frame.dtype != np.uint8 or frame.ndim != 3 or frame.shape[2] != 3:
        raise BadInput(f"a frame must be uint8 [H, W, 3], got {frame.dtype} {list(frame.shape)}")
    return frame.shape[0], frame.shape[1]


def _clamp(value: float, low: float, high: float) -> float:
    return max(low, min(value, high)) if math.isfinite(value) else low


def _corners(center: tuple[float, float], size: tuple[float, float]) -> NDArray[np.float64]:
    return Box(center[0] - size[0] / 2, center[1] - size[1] / 2, *size).corners
