"""python -m tracking bench: this machine, our networks against the original's way of running its own."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from pathlib import Path

import torch

from tracking.bench import Measurement, measure
from tracking.checkpoint import build_network, load_weights
from tracking.errors import UnknownWeights
from tracking.siammask import SiamMask, siammask_sharp, siammask_small


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of bench."""
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows and the machine there too")
    parser.add_argument("--objects", default="1,2,4,8", help="batch sizes (default 1,2,4,8)")
    parser.add_argument("--threads", default="", help="numbers of threads (default 1 and all)")
    parser.add_argument("--precisions", default="fp32,bf16", help="fp32, bf16 or both (default both)")
    parser.add_argument("--rounds", type=int, default=7, help="turns each variant takes (default 7)")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")


def run(arguments: argparse.Namespace) -> int:
    """Print a row a variant as it is known."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    threads = _numbers(arguments.threads) or sorted({1, cores})
    small, note = _default_network()
    torch.manual_seed(0)
    sharp = siammask_sharp().eval().requires_grad_(False)  # speed does not depend on what the weights are
    print(f"{platform.processor() or platform.machine()}, {cores} cores, torch {torch.__version__}; {note}")
    print(
        f"{'network':15} {'run as':9} {'':5} {'threads':>7} {'objects':>7} {'ms':>8} {'ratio':>6} {'IoU':>7} {'px':>7}"
    )
    rows: list[Measurement] = []
    for group in measure(
        [("siammask-sharp", sharp), ("siammask-small", small)],
        reference=("siammask-sharp", sharp),
        threads=threads,
        objects=_numbers(arguments.objects),
        precisions=[part for part in arguments.precisions.split(",") if part],
        device=torch.device(arguments.device),
        rounds=arguments.rounds,
    ):
        for row in group:
            rows.append(row)
            print(
                f"{row.network:15} {row.variant:9} {row.precision:5} {row.threads:7} {row.objects:7} {row.ms:8.1f} "
                f"{row.ratio:6.2f} {row.mask_iou:7.5f} {row.box_px:7.4f}"
            )
        sys.stdout.flush()
    if arguments.json is not None:
        machine = {"processor": platform.processor(), "cores": cores, "torch": torch.__version__, "weights": note}
        content = {"machine": machine, "rows": [row.to_json() for row in rows]}
        arguments.json.write_text(json.dumps(content, indent=1) + "\n")
    return 0


def _numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",") if part]


def _default_network() -> tuple[SiamMask, str]:
    try:
        weights = load_weights("default")
    except UnknownWeights:
        return siammask_small().eval().requires_grad_(False), "untrained default network"
    return build_network(weights), f"default weights {weights.fingerprint}"
