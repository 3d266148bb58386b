"""python -m tracking evaluate davis | vot | otb | absence: a line of scores a sequence, then all together."""

from __future__ import annotations

import argparse
import enum
import json
import math
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

from tracking.commands import evaluate_absence
from tracking.commands.progress import Progress
from tracking.errors import BadInput
from tracking.evaluation import davis, otb, vot
from tracking.evaluation.frames import chosen_sequences
from tracking.evaluation.measures import Statistics
from tracking.loading import DEVICES, PRECISIONS, load_tracker
from tracking.tracker import Tracker

_FPS = "fps: frames a second in the tracker alone; neither reading the images nor scoring is counted"
_NAME = 20  # letters of a sequence's name in the table

Report = dict[str, object]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what each benchmark takes."""
    benchmarks = parser.add_subparsers(dest="benchmark", required=True)
    described = {
        "davis": "J and F on a folder in DAVIS's layout (JPEGImages/480p, Annotations/480p)",
        "vot": "accuracy, robustness and EAO on folders of frames with groundtruth.txt, restarting after failures",
        "otb": "success and precision on folders with img/ and groundtruth_rect.txt",
    }
    vanishing = benchmarks.add_parser("absence", help=evaluate_absence.SUMMARY, description=evaluate_absence.SUMMARY)
    evaluate_absence.add_arguments(vanishing)
    for name, summary in described.items():
        benchmark = benchmarks.add_parser(name, help=summary, description=f"{summary}; {_FPS}")
        benchmark.add_argument("--root", type=Path, required=True, metavar="DIR", help="the benchmark's folder")
        benchmark.add_argument("--sequences", metavar="A,B", help="only these, in this order")
        benchmark.add_argument("--weights", default="default", metavar="NAME|FILE")
        benchmark.add_argument("--profile", metavar="NAME", help="tracker settings; the weights' own unless given")
        benchmark.add_argument("--precision", choices=PRECISIONS, default="auto")
        benchmark.add_argument("--device", choices=DEVICES, default="auto")
        benchmark.add_argument(
            "--presence", metavar="own|off|FILE.toml", default="own", help="when to disbelieve a find"
        )
        benchmark.add_argument("--threshold", type=float, metavar="T", help="of the mask, instead of the profile's")
        benchmark.add_argument("--out", type=Path, metavar="FILE.json", help="write all scores there too")
        if name == "davis":
            benchmark.add_argument(
                "--year", type=int, choices=davis.YEARS, default=2016, help="2016: one object; 2017: every label"
            )
        if name == "vot":
            benchmark.add_argument(
                "--year", type=int, choices=sorted(vot.INTERVALS), default=2018, help="whose interval EAO is taken over"
            )
            benchmark.add_argument("--interval", metavar="LOW,HIGH", help="frames, instead of the year's")


def run(parsed: argparse.Namespace) -> int:
    """Score weights on a benchmark. Raises TrackingError for anything a person can mend."""
    if parsed.benchmark == "absence":
        return evaluate_absence.run(parsed)
    if parsed.out is not None and not parsed.out.parent.is_dir():
        raise BadInput(f"there is no folder {parsed.out.parent} to write {parsed.out.name} to")
    if not parsed.root.is_dir():
        raise BadInput(f"there is no folder {parsed.root}")
    if parsed.threshold is not None and not 0 < parsed.threshold < 1:
        raise BadInput(f"a threshold lies between 0 and 1, got {parsed.threshold:g}")
    score, frames = _BENCHMARKS[parsed.benchmark](parsed)
    presence = evaluate_absence.read_presence(parsed.presence)
    tracker = load_tracker(parsed.weights, parsed.profile, parsed.device, parsed.precision, presence=presence)
    if parsed.threshold is not None:
        tracker.profile = replace(tracker.profile, mask_threshold=parsed.threshold)
    precision = str(tracker.dtype).removeprefix("torch.")
    _say(
        f"{parsed.benchmark}, weights {parsed.weights}, profile {tracker.profile.name}, "
        f"threshold {tracker.profile.mask_threshold:g}, {tracker.device.type} {precision}"
    )
    with Progress(frames, parsed.benchmark) as progress:
        report = score(tracker, progress.advance)
    _say(_FPS)
    if parsed.out is not None:
        settings = {key: _plain(value) for key, value in asdict(tracker.profile).items()}
        ran = {"benchmark": parsed.benchmark, "root": str(parsed.root), "weights": str(parsed.weights)}
        ran |= {"fingerprint": tracker.fingerprint, "device": tracker.device.type, "precision": precision}
        whole = _plain({**ran, "profile": settings, **report})
        parsed.out.write_text(json.dumps(whole, indent=1, allow_nan=False) + "\n")
    return 0


Score = Callable[[Tracker, Callable[[], None]], Report]


def _davis(parsed: argparse.Namespace) -> tuple[Score, int]:
    sequences = davis.find_sequences(parsed.root, parsed.year, _names(parsed))

    def line(name: str, score: davis.SequenceScore | davis.DavisScore) -> str:
        j, f = score.region, score.boundary
        return f"{_short(name)} {_row(j)}  {_row(f)}  {(j.mean + f.mean) / 2:7.3f} {score.fps:8.1f}"

    def entry(score: davis.SequenceScore | davis.DavisScore) -> Report:
        j, f = score.region, score.boundary
        return {"J": asdict(j), "F": asdict(f), "J&F": (j.mean + f.mean) / 2, "fps": score.fps}

    def score(tracker: Tracker, on_frame: Callable[[], None]) -> Report:
        _say(f"{'':{_NAME}}  J mean  recall   decay   F mean  recall   decay      J&F      fps")
        whole = davis.score_davis(tracker, sequences, parsed.year, lambda one: _say(line(one.name, one)), on_frame)
        _say(line("mean", whole))
        rows = [
            {
                "name": one.name,
                "frames": one.frames,
                **entry(one),
                "objects": [{"label": o.label, "J": asdict(o.region), "F": asdict(o.boundary)} for o in one.objects],
            }
            for one in whole.sequences
        ]
        return {"year": parsed.year, "sequences": rows, "mean": entry(whole)}

    return score, sum(len(sequence.frames) - 2 for sequence in sequences)


def _vot(parsed: argparse.Namespace) -> tuple[Score, int]:
    interval = vot.INTERVALS[parsed.year] if parsed.interval is None else _interval(parsed.interval)
    sequences = [vot.read_sequence(folder) for folder in _folders(parsed, "groundtruth.txt")]

    def score(tracker: Tracker, on_frame: Callable[[], None]) -> Report:
        _say(f"{'':{_NAME}}       A  failures      fps")
        runs = []
        for sequence in sequences:
            one = vot.run_sequence(tracker, sequence, on_frame)
            _say(f"{_short(one.name)} {one.accuracy:7.3f} {len(one.failures):9} {one.fps:8.1f}")
            runs.append(one)
        whole = vot.VotScore(tuple(runs), interval)
        eao = whole.expected_overlap
        low, high = interval
        _say(f"{_short('all')} {whole.accuracy:7.3f} {whole.failures:9} {whole.fps:8.1f}")
        _say(
            f"A {whole.accuracy:.3f}, R {whole.robustness:.3f} failures per 100 frames, "
            + (f"no EAO: no sequence has {low} frames" if math.isnan(eao) else f"EAO {eao:.3f} over {low}-{high}")
        )
        rows = [
            {"name": one.name, "A": one.accuracy, "failures": list(one.failures), "frames": one.frames, "fps": one.fps}
            for one in runs
        ]
        mean = {"A": whole.accuracy, "R": whole.robustness, "failures": whole.failures, "EAO": eao, "fps": whole.fps}
        return {"interval": list(interval), "sequences": rows, "mean": mean}

    return score, sum(len(sequence.frames) for sequence in sequences)


def _otb(parsed: argparse.Namespace) -> tuple[Score, int]:
    folders = _folders(parsed, "groundtruth_rect*.txt")
    sequences = [sequence for folder in folders for sequence in otb.read_sequences(folder)]

    def score(tracker: Tracker, on_frame: Callable[[], None]) -> Report:
        _say(f"{'':{_NAME}} success precision      fps")
        scores = []
        for sequence in sequences:
            one = otb.score_sequence(tracker, sequence, on_frame)
            _say(f"{_short(one.name)} {one.success:7.3f} {one.precision:9.3f} {one.fps:8.1f}")
            scores.append(one)
        success, precision = otb.average(scores)
        fps = sum(one.frames for one in scores) / max(sum(one.seconds for one in scores), 1e-9)
        _say(f"{_short('mean')} {success:7.3f} {precision:9.3f} {fps:8.1f}")
        rows = [{**asdict(one), "fps": one.fps} for one in scores]
        return {"sequences": rows, "mean": {"success": success, "precision": precision, "fps": fps}}

    return score, sum(len(sequence.frames) - 1 for sequence in sequences)


_BENCHMARKS = {"davis": _davis, "vot": _vot, "otb": _otb}


def _names(parsed: argparse.Namespace) -> list[str] | None:
    return None if parsed.sequences is None else [name for name in parsed.sequences.split(",") if name]


def _folders(parsed: argparse.Namespace, mark: str) -> list[Path]:
    """The sequences' folders below the root: those with a file like mark; as the benchmark's list.txt has them."""
    root: Path = parsed.root
    found = sorted(folder.name for folder in root.iterdir() if folder.is_dir() and any(folder.glob(mark)))
    listed = root / "list.txt"
    names = _names(parsed)
    if names is None and listed.is_file():
        names = listed.read_text().split()
    return [root / name for name in chosen_sequences(found, names, root)]


def _interval(text: str) -> tuple[int, int]:
    try:
        low, high = (int(part) for part in text.split(","))
    except ValueError:
        raise BadInput(f"an interval is two whole numbers LOW,HIGH, got {text!r}") from None
    if not 2 <= low <= high:
        raise BadInput(f"an interval goes from at least 2 frames upwards, got {low},{high}")
    return low, high


def _short(name: str) -> str:
    return f"{name[:_NAME]:<{_NAME}}"


def _row(values: Statistics) -> str:
    return f"{values.mean:7.3f} {values.recall:7.3f} {values.decay:7.3f}"


def _plain(value: object) -> object:
    """What JSON can hold: NaN becomes null, an enum its value."""
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    if isinstance(value, enum.Enum):
        return value.value
    return None if isinstance(value, float) and math.isnan(value) else value


def _say(line: str) -> None:
    """Print a line; on a terminal it takes the progress bar's place."""
    print(f"\r{line:<78}" if sys.stdout.isatty() else line, flush=True)
