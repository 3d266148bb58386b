"""One Range of bytes, read from a header that may be hostile."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ONE = re.compile(r"bytes=[ \t]*([0-9]{0,19})-([0-9]{0,19})[ \t]*", re.ASCII | re.IGNORECASE)


class Unsatisfiable(Exception):
    """Raised for a range of which the file has not one byte."""


@dataclass(frozen=True, slots=True)
class Bytes:
    """Bytes first..last of a file, both included."""

    first: int
    last: int

    def __len__(self) -> int:
        return self.last - self.first + 1


def parse_range(header: str, size: int, most: int | None = None) -> Bytes | None:
    """The bytes a Range header asks of a file of this size; None where the whole file is the answer.

    The whole file answers what is no range of bytes, more than one range, and numbers of more than 19 digits. A range
    without an end is cut to `most` bytes, as the answer says which bytes it has. Raises Unsatisfiable.
    """
    found = _ONE.fullmatch(header)
    if found is None or found.groups() == ("", ""):
        return None
    start, end = found.groups()
    if start == "":
        length = min(int(end), size)
        if length == 0:
            raise Unsatisfiable
        return Bytes(size - length, size - 1)
    first = int(start)
    if end != "" and int(end) < first:
        return None
    if first >= size:
        raise Unsatisfiable
    last = size - 1 if end == "" else min(int(end), size - 1)
    if end == "" and most is not None:
        last = min(last, first + most - 1)
    return Bytes(first, last)
