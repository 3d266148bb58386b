"""python -m tracking train CONFIG [--resume] | train prepare FOLDER... --out CACHE"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from tracking.commands.progress import Progress
from tracking.errors import BadInput


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """CONFIG, or the word prepare and its folders."""
    # argparse takes folders only right behind the word prepare, so that is what is shown
    parser.usage = (
        "%(prog)s CONFIG [--resume] [--stop-at STEP]\n"
        "       %(prog)s prepare FOLDER... --out CACHE [--layout L] [--hold-out NAME] [...]"
    )
    parser.add_argument("config", type=Path, metavar="CONFIG | prepare", help="a run's TOML file, or the word prepare")
    parser.add_argument("folders", type=Path, nargs="*", help="prepare: folders of images with masks")
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint, if there is one")
    parser.add_argument("--stop-at", type=int, metavar="STEP", help="end the run early; resume it later")
    parser.add_argument("--out", type=Path, help="prepare: where the cache goes")
    parser.add_argument("--layout", default="folder", help="prepare: folder, davis, youtube-vos or coco")
    parser.add_argument(
        "--hold-out", action="append", default=[], metavar="NAME", help="prepare: keep for scoring only"
    )
    parser.add_argument("--hold-out-share", type=float, default=0.04, help="prepare: and this share of the rest")
    parser.add_argument("--long-side", type=int, default=480, help="prepare: scale larger pictures down to this")


def run(arguments: argparse.Namespace) -> int:
    """Train, or prepare."""
    if str(arguments.config) == "prepare":
        return _prepare(arguments)
    if arguments.folders:
        raise BadInput(f"a run takes one file, got {len(arguments.folders) + 1}; folders are for `train prepare`")
    from tracking.training.config import read_config
    from tracking.training.loop import train

    weights = train(read_config(arguments.config), resume=arguments.resume, stop_at=arguments.stop_at)
    print(weights)
    return 0


def _prepare(arguments: argparse.Namespace) -> int:
    from tracking.training.cache import LabelledPicture, write_cache
    from tracking.training.prepare import read_layout

    if not arguments.folders or arguments.out is None:
        raise BadInput("train prepare takes folders and --out CACHE")
    pictures = chain.from_iterable(read_layout(arguments.layout, folder) for folder in arguments.folders)
    with Progress(None, "pictures", "pictures") as bar:

        def counted() -> Iterator[LabelledPicture]:
            for picture in pictures:
                bar.advance()
                yield picture

        cache = write_cache(
            counted(),
            arguments.out,
            long_side=arguments.long_side,
            held_out_share=arguments.hold_out_share,
            held_out_groups=arguments.hold_out,
        )
    held = sum(track.held_out for track in cache.tracks)
    print(f"{len(cache.pictures)} pictures, {len(cache.tracks)} objects, {held} of them held out: {arguments.out}")
    return 0
