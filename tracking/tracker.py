"""Following many objects from frame to frame with one network: SiamMask's inference, paper section 4.

A tracker holds weights and settings and no object. Tracks go in and come out:

    tracks = tracker.start(frame, [box, other_box])
    for frame in frames:
        tracks, steps = tracker.step(frame, tracks)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tracking import lookalikes, scan
from tracking.appearance import ground, pooled
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
from tracking.lookalikes import Candidate
from tracking.mask import Mask
from tracking.presence import Evidence, Presence, Sight, State, contrast
from tracking.profile import Center, Profile
from tracking.proposal import Proposals
from tracking.siammask import Network, Response, Template
from tracking.track import Step, Track

OTHERS_FROM = 0.8  # score of a second place in a region from which it is looked at too
MIN_OBJECT_PX = 10.0  # a followed object's sides never shrink below this, as SiamMask tools/test.py


@dataclass(frozen=True, slots=True)
class _Look:
    """A search region to look at for a track."""

    track: int  # its place among the tracks of the frame
    center: tuple[float, float]  # video pixels
    size: tuple[float, float]  # the object's, as it is remembered
    anywhere: bool = False  # the object is as likely at the region's rim as in its middle


@dataclass(frozen=True, slots=True, eq=False)
class _Find:
    """What a look found, in video pixels."""

    look: _Look
    score: float
    center: tuple[float, float]
    size: tuple[float, float]  # smoothed, as the track's
    mask: Mask
    features: NDArray[np.float32] | None  # the maps' mean over the mask, where presence is asked for

    @property
    def area(self) -> float:
        """Of the mask, in video pixels."""
        return float(np.count_nonzero(self.mask.bits()))


class Tracker:
    """Starts tracks and steps them; every object of a frame goes through the network in one batch.

    fingerprint names the weights: a track made with others is refused, because its kernels mean nothing here.
    presence says when to disbelieve a find and search on; without it every find is believed, as the paper has it.
    """

    def __init__(
        self,
        network: Network,
        profile: Profile,
        *,
        device: torch.device | None = None,
        dtype: torch.dtype = torch.float32,
        fingerprint: str = "",
        presence: Presence | None = None,
    ) -> None:
        self.network = network
        self.profile = profile
        self.device = device or torch.device("cpu")
        self.dtype = dtype
        self.fingerprint = fingerprint
        self.presence = presence
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
        tracks = tuple(
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
        return tracks if self.presence is None else self._see(frame, tracks)

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
        looks = [look for index, track in enumerate(tracks) for look in self._looks(index, track)]
        finds, _ = self._search(frame, tracks, looks)
        moved = [self._advance(track, [f for f in finds if f.look.track == n]) for n, track in enumerate(tracks)]
        return tuple(track for track, _ in moved), tuple(step for _, step in moved)

    def _looks(self, index: int, track: Track) -> list[_Look]:
        sight = track.sight
        if sight is None or self.presence is None or not sight.lost:
            return [_Look(index, track.center, track.size)]
        side = round(SEARCH_SIDE * context_side(*track.size) / TEMPLATE_SIDE)
        places = scan.looks(sight.center, side, track.frame_width, track.frame_height, sight.lost, sight.hunch)
        if sight.shown:  # followed as ever, and looked for in the rest of the frame
            own = _Look(index, track.center, track.size)
            return [own, *(_Look(index, place, sight.size, anywhere=True) for place in places[1:])]
        return [_Look(index, place, track.size, anywhere=True) for place in places]

    def _search(
        self, frame: NDArray[np.uint8], tracks: Sequence[Track], looks: Sequence[_Look]
    ) -> tuple[list[_Find], Response]:
        """One pass of the network over all looks: a find of each, in their order, then other strong ones."""
        # s_x of the paper: the search region, in video pixels, and the crop pixels a video pixel spans
        scales = [TEMPLATE_SIDE / context_side(*look.size) for look in looks]
        sides = [round(SEARCH_SIDE / scale) for scale in scales]
        crops = [
            subwindow(frame, look.center, side, SEARCH_SIDE, tracks[look.track].color_mean, self.profile.rounding)
            for look, side in zip(looks, sides, strict=True)
        ]
        response = self.network.search(self._template([tracks[look.track] for look in looks]), self._regions(crops))
        last_size = torch.tensor(
            [(look.size[0] * scale, look.size[1] * scale) for look, scale in zip(looks, scales, strict=True)],
            dtype=torch.float64,
        ).to(self.device)
        anywhere = torch.tensor([look.anywhere for look in looks]).to(self.device)
        proposal = self._proposals.choose(
            response.cls,
            response.loc,
            last_size,
            self.profile,
            anywhere if any(look.anywhere for look in looks) else None,
            None if self.presence is None else OTHERS_FROM,
        )
        masks = self.network.mask_logits(response, proposal.row, proposal.column, proposal.region).float().sigmoid()
        values: NDArray[np.float32] = masks.cpu().numpy()
        numbers = torch.cat(
            [
                proposal.box,
                torch.stack([proposal.score, proposal.penalty, proposal.row, proposal.column, proposal.region], dim=1),
            ],
            dim=1,
        ).tolist()  # [P, 9] float64
        vectors: list[NDArray[np.float32]] | list[None] = [None] * len(numbers)
        if self.presence is not None:
            vectors = list(pooled(response, masks, proposal.row, proposal.column, proposal.region).cpu().numpy())
        finds = []
        for row, mask, vector in zip(numbers, values, vectors, strict=True):
            at = int(row[-1])
            look = looks[at]
            finds.append(self._find(tracks[look.track], look, scales[at], sides[at], row[:-1], mask, vector))
        return finds, response

    def _find(
        self, track: Track, look: _Look, scale: float, side: int, numbers: list[float],
        values: NDArray[np.float32], features: NDArray[np.float32] | None,
    ) -> _Find:  # fmt: skip
        """What one look found, in video pixels."""
        x, y, width, height, score, penalty, row, column = numbers
        rate = penalty * score * self.profile.learning_rate
        placement = Placement.of_position(
            look.center, side, int(row), int(column), values.shape[-1], track.frame_width, track.frame_height
        )
        mask = paste(
            values, placement, track.frame_width, track.frame_height,
            self.profile.mask_threshold, self.profile.mask_border,
        )  # fmt: skip
        return _Find(
            look=look,
            score=score,
            center=(look.center[0] + x / scale, look.center[1] + y / scale),
            size=(
                look.size[0] * (1 - rate) + width / scale * rate,
                look.size[1] * (1 - rate) + height / scale * rate,
            ),
            mask=mask,
            features=features,
        )

    def _advance(self, track: Track, finds: Sequence[_Find]) -> tuple[Track, Step]:
        """Where the object is, after what its looks found; the first look is the one at its own place."""
        moved = replace(track, frame_count=track.frame_count + 1)
        if self.presence is None or track.sight is None:
            find = finds[0]
            state = State.TRACKED if bool(find.mask.bits().any()) else State.LOST
            return self._followed(moved, find, state, 1.0)
        weighed = [(evidence_of(track.sight, find), find) for find in finds]
        rated = [
            (self.presence.confidence(evidence) if find.area else 0.0, evidence, find) for evidence, find in weighed
        ]
        chosen, seen = _told_apart(track, rated, self.presence)
        confidence, evidence, find = rated[0 if chosen is None else chosen]
        if chosen is None:
            confidence = 0.0
        state, sight = self.presence.judge(seen, confidence, find.center)
        if state is State.LOST:
            return self._lost(moved, sight, find.score, confidence, evidence)
        moved, step = self._followed(moved, find, state, confidence, evidence)
        if state is State.TRACKED and find.features is not None:
            appearance = sight.appearance(find.features)
            sight = sight.sure(find.score, find.area, appearance, moved.center, moved.size)
        return replace(moved, sight=sight), step

    def _followed(
        self, track: Track, find: _Find, state: State, confidence: float, evidence: Evidence | None = None
    ) -> tuple[Track, Step]:
        width, height = track.frame_width, track.frame_height
        clamped_center = (_clamp(find.center[0], 0, width), _clamp(find.center[1], 0, height))
        clamped_size = (_clamp(find.size[0], MIN_OBJECT_PX, width), _clamp(find.size[1], MIN_OBJECT_PX, height))
        corners = rotated_box(find.mask)
        if corners is None:
            shown = (clamped_center, clamped_size) if self.profile.clamp_before_mask else (find.center, find.size)
            corners = _corners(*shown)
        step = Step(find.score, clamped_center, clamped_size, corners, find.mask, state, confidence, evidence)
        return replace(track, center=clamped_center, size=clamped_size), step

    def _lost(
        self, track: Track, sight: Sight, score: float, confidence: float, evidence: Evidence
    ) -> tuple[Track, Step]:
        """No mask; the place where it was last seen for sure is kept."""
        mask = Mask(
            np.zeros((0, 0), np.float32), 0, 0, track.frame_width, track.frame_height,
            self.profile.mask_threshold, self.profile.mask_border,
        )  # fmt: skip
        corners = _corners(sight.center, sight.size)
        step = Step(score, sight.center, sight.size, corners, mask, State.LOST, confidence, evidence)
        return replace(track, center=sight.center, size=sight.size, sight=sight), step

    def _see(self, frame: NDArray[np.uint8], tracks: Sequence[Track]) -> tuple[Track, ...]:
        """The tracks with what is needed to know their objects again, from the frame they start on."""
        finds, response = self._search(
            frame, tracks, [_Look(index, track.center, track.size) for index, track in enumerate(tracks)]
        )
        means, spreads = (part.cpu().numpy() for part in ground(response))
        return tuple(
            replace(track, sight=_first_sight(track, find, mean, spread))
            for track, find, mean, spread in zip(tracks, finds[: len(tracks)], means, spreads, strict=True)
        )

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


def _first_sight(track: Track, find: _Find, mean: NDArray[np.float32], spread: NDArray[np.float32]) -> Sight:
    vector = contrast(mean if find.features is None else find.features, mean, spread)
    return Sight(
        ground=mean,
        spread=spread,
        exemplar=vector,
        recent=vector,
        score=find.score,
        area=find.area,
        center=track.center,
        size=track.size,
    )


def _told_apart(
    track: Track, rated: Sequence[tuple[float, Evidence, _Find]], presence: Presence
) -> tuple[int | None, Sight]:
    """Which find to judge, None where all are of other things, and what is known of those."""
    sight = track.sight
    assert sight is not None
    candidates = [Candidate(find.center, confidence, evidence.looks) for confidence, evidence, find in rated]
    size = math.sqrt(sight.size[0] * sight.size[1])
    sight = replace(sight, unsure=sight.unsure + 1)
    if sight.lost:
        far = lookalikes.reach(size, sight.pace, sight.unsure)
        able, known = lookalikes.while_lost(
            sight.lookalikes, candidates, sight.center, size, far, presence.lost_below,
            lost=sight.lost, usual=sight.looks,
        )  # fmt: skip
        if sight.shown:  # it stays where it is unless another find would be believed by itself
            able = [
                n
                for n in able
                if candidates[n].confidence >= presence.found_above
                or math.dist(candidates[n].center, candidates[0].center) <= lookalikes.SAME * size
            ]
        chosen = max(able, key=lambda n: candidates[n].confidence, default=None)
        return chosen, replace(sight, lookalikes=known)
    told = lookalikes.beside(
        sight.lookalikes, candidates, track.center, size, presence.lost_below, crossing=sight.crossing > 0
    )
    crossing = lookalikes.CROSSING if told.met else max(0, sight.crossing - 1)
    believing = presence.lost_below == 0  # everything, a double too
    return 0 if told.own is None and believing else told.own, replace(sight, lookalikes=told.known, crossing=crossing)


def evidence_of(sight: Sight, find: _Find) -> Evidence:
    """What speaks for and against a find, held against what is remembered."""
    bits = find.mask.bits()
    area = float(np.count_nonzero(bits))
    if not area or find.features is None:
        return sight.weigh(find.score, 0.0, area, 0.0, 0.0, np.zeros_like(sight.exemplar))
    around = Box.of_mask(bits)
    assert around is not None
    box = Box(find.center[0] - find.size[0] / 2, find.center[1] - find.size[1] / 2, *find.size)
    placed = Box(around.x + find.mask.x, around.y + find.mask.y, around.width, around.height)
    certainty = float(find.mask.values[bits].mean())
    return sight.weigh(
        find.score, certainty, area, placed.overlap(box), box.width * box.height, sight.appearance(find.features)
    )


def _clamp(value: float, low: float, high: float) -> float:
    return max(low, min(value, high)) if math.isfinite(value) else low


def _corners(center: tuple[float, float], size: tuple[float, float]) -> NDArray[np.float64]:
    return Box(center[0] - size[0] / 2, center[1] - size[1] / 2, *size).corners
