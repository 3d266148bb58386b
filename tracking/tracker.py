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

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tracking import scan
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
from tracking.judgement import evidence_of, first_sight, told_apart
from tracking.mask import Mask
from tracking.presence import Evidence, Presence, Sight, State
from tracking.profile import Center, Profile
from tracking.proposal import Proposals
from tracking.searched import Find, Look, Place, Searched
from tracking.siammask import Network, Template
from tracking.track import Step, Track

OTHERS_FROM = 0.8  # score of a second place in a region from which it is looked at too
MIN_OBJECT_PX = 10.0  # a followed object's sides never shrink below this, as SiamMask tools/test.py


class Tracker:
    """Starts tracks and steps them; every object of a frame goes through the network in one batch.

    fingerprint names the weights: a track made with others is refused, because its kernels mean nothing here.
    presence says when to disbelieve a find and search on; without it every find is believed, as the paper has it.
    spare_core says that a search of the next frame may run beside the rest of a step (tracking/pursuit.py).
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
        spare_core: bool = False,
    ) -> None:
        self.network = network
        self.profile = profile
        self.device = device or torch.device("cpu")
        self.dtype = dtype
        self.fingerprint = fingerprint
        self.presence = presence
        self.spare_core = spare_core
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
        return self.conclude(self.search(frame, tracks), tracks)

    @torch.inference_mode()
    def search(self, frame: NDArray[np.uint8], tracks: Sequence[Track]) -> Searched:
        """A step's first part: the network's pass over the places where the objects may be. Raises as step."""
        size = _frame_size(frame)
        for track in tracks:
            if size != (track.frame_height, track.frame_width):
                raise BadInput(
                    f"a track started on {track.frame_width} x {track.frame_height} px cannot go on in a frame of "
                    f"{size[1]} x {size[0]} px"
                )
            if track.network != self.fingerprint:
                raise BadTrack(f"a track of weights {track.network!r} cannot go on with {self.fingerprint!r}")
        return self._search(frame, tracks, self.looks(tracks))

    @torch.inference_mode()
    def conclude(self, searched: Searched, tracks: Sequence[Track]) -> tuple[tuple[Track, ...], tuple[Step, ...]]:
        """A step's second part: the masks of what was found, and what of it to believe.

        tracks: those of the search, or others of the same kernels and looks.
        """
        finds = self._finds(searched)
        moved = [self._advance(track, [f for f in finds if f.look.track == n]) for n, track in enumerate(tracks)]
        return tuple(track for track, _ in moved), tuple(step for _, step in moved)

    def foreseen(self, searched: Searched) -> tuple[Track, ...] | None:
        """Where the tracks will look next if each object is where it was found first; known before any mask is made.

        None while an object is looked for in several places: its next ones follow from what comes of these.
        """
        if len(searched.looks) != len(searched.tracks) or any(look.anywhere for look in searched.looks):
            return None
        return tuple(_moved(track, place) for track, place in zip(searched.tracks, searched.places, strict=False))

    def looks(self, tracks: Sequence[Track]) -> tuple[Look, ...]:
        """The places where a frame is searched for these objects."""
        return tuple(look for index, track in enumerate(tracks) for look in self._looks(index, track))

    def _looks(self, index: int, track: Track) -> list[Look]:
        sight = track.sight
        if sight is None or self.presence is None or not sight.lost:
            return [Look(index, track.center, track.size)]
        side = round(SEARCH_SIDE * context_side(*track.size) / TEMPLATE_SIDE)
        places = scan.looks(sight.center, side, track.frame_width, track.frame_height, sight.lost, sight.hunch)
        if sight.shown:  # followed as ever, and looked for in the rest of the frame
            own = Look(index, track.center, track.size)
            return [own, *(Look(index, place, sight.size, anywhere=True) for place in places[1:])]
        return [Look(index, place, track.size, anywhere=True) for place in places]

    def _search(self, frame: NDArray[np.uint8], tracks: Sequence[Track], looks: Sequence[Look]) -> Searched:
        """One pass of the network over all looks: a place for each, in their order, then other strong ones."""
        if not looks:
            return Searched(tuple(tracks), (), (), None)
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
        numbers = torch.cat(
            [
                torch.stack([proposal.region, proposal.row, proposal.column], dim=1),
                torch.stack([proposal.score, proposal.penalty], dim=1),
                proposal.box,
            ],
            dim=1,
        ).tolist()  # [P, 9] float64
        places = []
        for at, row, column, score, penalty, *box in numbers:
            look, scale, side = looks[int(at)], scales[int(at)], sides[int(at)]
            rate = penalty * score * self.profile.learning_rate
            places.append(Place(int(at), side, int(row), int(column), score, *look.moved(box, scale, rate)))
        return Searched(tuple(tracks), tuple(looks), tuple(places), response)

    def _finds(self, searched: Searched) -> list[Find]:
        """The masks at the places of a search."""
        response = searched.response
        if response is None:
            return []
        region, row, column = (
            torch.tensor(numbers).to(self.device)
            for numbers in zip(*((place.look, place.row, place.column) for place in searched.places), strict=True)
        )
        masks = self.network.mask_logits(response, row, column, region).float().sigmoid()
        values: NDArray[np.float32] = masks.cpu().numpy()
        vectors: Sequence[NDArray[np.float32] | None] = [None] * len(values)
        if self.presence is not None:
            vectors = list(pooled(response, masks, row, column, region).cpu().numpy())
        return [
            self._find(searched, place, mask, vector)
            for place, mask, vector in zip(searched.places, values, vectors, strict=True)
        ]

    def _find(
        self, searched: Searched, place: Place, values: NDArray[np.float32], features: NDArray[np.float32] | None
    ) -> Find:
        look = searched.looks[place.look]
        width, height = searched.tracks[look.track].frame_width, searched.tracks[look.track].frame_height
        placement = Placement.of_position(
            look.center, place.side, place.row, place.column, values.shape[-1], width, height
        )
        mask = paste(values, placement, width, height, self.profile.mask_threshold, self.profile.mask_border)
        return Find(look, place.score, place.center, place.size, mask, features)

    def _advance(self, track: Track, finds: Sequence[Find]) -> tuple[Track, Step]:
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
        chosen, seen = told_apart(track, rated, self.presence)
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
        self, track: Track, find: Find, state: State, confidence: float, evidence: Evidence | None = None
    ) -> tuple[Track, Step]:
        moved = _moved(track, find)
        corners = rotated_box(find.mask)
        if corners is None:
            corners = _corners(
                *((moved.center, moved.size) if self.profile.clamp_before_mask else (find.center, find.size))
            )
        return moved, Step(find.score, moved.center, moved.size, corners, find.mask, state, confidence, evidence)

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
        searched = self._search(
            frame, tracks, [Look(index, track.center, track.size) for index, track in enumerate(tracks)]
        )
        finds, response = self._finds(searched), searched.response
        assert response is not None
        means, spreads = (part.cpu().numpy() for part in ground(response))
        return tuple(
            replace(track, sight=first_sight(track, find, mean, spread))
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


def _moved(track: Track, to: Place | Find) -> Track:
    """The track at a place, within the frame."""
    width, height = track.frame_width, track.frame_height
    return replace(
        track,
        center=(_clamp(to.center[0], 0, width), _clamp(to.center[1], 0, height)),
        size=(_clamp(to.size[0], MIN_OBJECT_PX, width), _clamp(to.size[1], MIN_OBJECT_PX, height)),
    )


def _clamp(value: float, low: float, high: float) -> float:
    return max(low, min(value, high)) if math.isfinite(value) else low


def _corners(center: tuple[float, float], size: tuple[float, float]) -> NDArray[np.float64]:
    return Box(center[0] - size[0] / 2, center[1] - size[1] / 2, *size).corners
