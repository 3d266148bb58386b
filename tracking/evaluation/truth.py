"""Ground truth as VOT and OTB write it: a line of numbers a frame."""

from __future__ import annotations

import re
from pathlib import Path

from tracking.errors import BadInput


def read_numbers(file: Path, counts: tuple[int, ...]) -> list[list[float]]:
    """The numbers of each line, set apart by commas, tabs or spaces; blank lines at the end are nothing.

    Raises BadInput for a missing file, and for a line that has not one of these counts of numbers, naming the line.
    """
    try:
        lines = file.read_text().rstrip().splitlines()
    except (OSError, UnicodeDecodeError) as fault:
        raise BadInput(f"{file} cannot be read: {fault}") from fault
    if not lines:
        raise BadInput(f"{file} is empty")
    rows: list[list[float]] = []
    for number, line in enumerate(lines, start=1):
        try:
            row = [float(word) for word in re.split(r"[,\s]+", line.strip())]
        except ValueError:
            row = []
        if len(row) not in counts:
            wanted = " or ".join(str(count) for count in counts)
            raise BadInput(f"{file} must have {wanted} numbers a line, but line {number} is {line.strip()!r}")
        rows.append(row)
    return rows
