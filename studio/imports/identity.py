"""What tells objects apart in files that know no tracks: their label, or that they are in one picture together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from studio.imports.errors import BadImport


def by_label(found: Sequence[tuple[str, int, str]], lacking: str, things: str) -> list[object]:
    """A key for each of what was found: (where, frame, label).

    Things of one label are only told apart where all are in one frame; `lacking` is what would tell ("group_id"),
    `things` what they are called. Raises BadImport where that is not enough.
    """
    crowded = Counter((frame, label) for _, frame, label in found)
    if all(many == 1 for many in crowded.values()):
        return [label for _, _, label in found]
    if len({frame for _, frame, _ in found}) == 1:
        return list(range(len(found)))
    where, frame, label = next(one for one in found if crowded[one[1:]] > 1)
    raise BadImport(
        where,
        f"it has no {lacking}, and its frame has {crowded[frame, label]} {things} of its label, so which is which in "
        "other frames is not known",
    )
