"""python -m tracking evaluate absence: does the tracker know when its object is out of sight, and find it again?"""

from __future__ import annotations

import argparse
import tomllib
from pathlib import Path
from typing import Literal

import cv2
import numpy as np

from tracking.commands.progress import Progress
from tracking.errors import BadInput
from tracking.evaluation import absence
from tracking.evaluation.choosing import BELIEVING, choose
from tracking.evaluation.cutouts import photo_casts
from tracking.evaluation.frames import image_files, read_frame, read_labels
from tracking.evaluation.vanishing import Bits, Picture, VanishingClip, composed_clips, drawn_clips, panned_clip
from tracking.loading import DEVICES, PRECISIONS, load_tracker
from tracking.presence import Presence

SUMMARY = "precision and recall of 'out of sight', and frames until what is back is found, on clips drawn here"
_CHOOSING = 1000  # added to the seeds of clips that are chosen on: those that are scored are never among them
_NAME = 24


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Declare the options of absence."""
    command.add_argument("--seeds", type=int, default=3, metavar="N", help="drawn clips: N of each story (default 3)")
    command.add_argument(
        "--photos", type=Path, metavar="DIR", help="clips of cut-outs too: DIR/images beside DIR/masks"
    )
    command.add_argument(
        "--videos",
        metavar="DIR,DIR",
        help="real clips through a moving window too: DIR/images beside DIR/masks, by name",
    )
    command.add_argument("--weights", default="default", metavar="NAME|FILE")
    command.add_argument("--profile", metavar="NAME", help="tracker settings; the weights' own unless given")
    command.add_argument("--precision", choices=PRECISIONS, default="auto")
    command.add_argument("--device", choices=DEVICES, default="auto")
    command.add_argument("--presence", metavar="own|off|FILE.toml", default="own", help="when to disbelieve a find")
    command.add_argument(
        "--choose", action="store_true", help="choose weights and thresholds on such clips of other seeds, print them"
    )
    command.add_argument("--out", type=Path, metavar="FILE.toml", help="write what was chosen there")


def run(parsed: argparse.Namespace) -> int:
    """Score, or choose. Raises TrackingError for anything a person can mend."""
    if parsed.seeds < 0:
        raise BadInput(f"--seeds takes a number of clips from 0 up, got {parsed.seeds}")
    clips = _clips(parsed)
    if not clips:
        raise BadInput("there are no clips: give --seeds, --photos or --videos")
    presence = BELIEVING if parsed.choose else read_presence(parsed.presence)
    tracker = load_tracker(parsed.weights, parsed.profile, parsed.device, parsed.precision, presence=presence)
    print(f"absence, weights {parsed.weights}, profile {tracker.profile.name}, {len(clips)} clips")
    print(f"{'':{_NAME}} precision  recall      F1  mean IoU  frames until found")
    watched = []
    with Progress(len(clips), "absence") as progress:
        for clip in clips:
            one = absence.watch_clip(tracker, clip)
            _say(one.name, absence.score([one]))
            watched.append(one)
            progress.advance()
    whole = absence.score(watched)
    _say("all", whole)
    print(f"found again within {absence.SOON_FRAMES} frames: {whole.soon:.2f} of {len(whole.returns)} returns")
    print(f"on another one like it: {whole.astray:.3f} of the frames")
    if parsed.choose:
        table = choose(watched).to_toml("presence")
        print(table, end="")
        if parsed.out is not None:
            parsed.out.write_text(table)
    return 0


def read_presence(word: str) -> Presence | Literal["own"] | None:
    """What --presence says: "own" as it is, "off" as None, else the table of a file. Raises BadInput."""
    if word == "own":
        return "own"
    if word == "off":
        return None
    try:
        return Presence.of(tomllib.loads(Path(word).read_text())["presence"])
    except (OSError, tomllib.TOMLDecodeError, KeyError) as fault:
        raise BadInput(f"{word} holds no table of presence: {fault}") from fault


def _clips(parsed: argparse.Namespace) -> list[VanishingClip]:
    seeds = [seed + _CHOOSING * parsed.choose for seed in range(1, parsed.seeds + 1)]
    clips = drawn_clips(seeds)
    if parsed.photos is not None:
        clips += composed_clips("photo", photo_casts(parsed.photos), seeds)
    for folder in (parsed.videos or "").split(","):
        if folder:
            clips += [_panned(Path(folder), seed) for seed in seeds[:2] or [1]]
    return clips


def _panned(folder: Path, seed: int) -> VanishingClip:
    labels = {file.stem: file for file in image_files(folder / "masks")}
    files = [file for file in image_files(folder / "images") if file.stem in labels]
    if not files:
        raise BadInput(f"no picture in {folder / 'images'} has a mask of its name in {folder / 'masks'}")
    pictures = [read_frame(file) for file in files]
    masks = [_mask(labels[file.stem], picture) for file, picture in zip(files, pictures, strict=True)]
    return panned_clip(f"{folder.name}-panned-{seed}", pictures, masks, seed)


def _mask(file: Path, picture: Picture) -> Bits:
    height, width = picture.shape[:2]
    labels = read_labels(file)
    return np.asarray(cv2.resize((labels > 0).astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST) > 0)


def _say(name: str, score: absence.AbsenceScore) -> None:
    waited = " ".join("never" if frames is None else str(frames) for frames in score.returns)
    row = f"{score.precision:9.3f} {score.recall:7.3f} {score.f1:7.3f} {score.overlap:9.3f}"
    print(f"{name[:_NAME]:<{_NAME}} {row}  {waited}", flush=True)
