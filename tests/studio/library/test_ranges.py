"""One range of bytes: compared with a slow, simple reading of the standard over seeded, hostile headers."""

from __future__ import annotations

import random

import pytest

from studio.library.ranges import Bytes, Unsatisfiable, parse_range

MOST = 40


def model(header: str, size: int) -> str | tuple[int, int]:
    """What RFC 9110 says, bytes looked at one by one; "whole" for what is no single range."""
    if header[:6].lower() != "bytes=":
        return "whole"
    start, dash, end = header[6:].strip(" \t").partition("-")
    for number in (start, end):
        if any(letter not in "0123456789" for letter in number) or len(number) > 19:
            return "whole"
    if dash == "" or (start == "" and end == ""):
        return "whole"
    if start == "":
        wanted = [place for place in range(size) if place >= size - int(end)]
    elif end == "":
        wanted = [place for place in range(size) if int(start) <= place < int(start) + MOST]
    elif int(end) < int(start):
        return "whole"
    else:
        wanted = [place for place in range(size) if int(start) <= place <= int(end)]
    return (wanted[0], wanted[-1]) if wanted else "unsatisfiable"


def answer(header: str, size: int) -> str | tuple[int, int]:
    try:
        found = parse_range(header, size, MOST)
    except Unsatisfiable:
        return "unsatisfiable"
    return "whole" if found is None else (found.first, found.last)


def headers(count: int) -> list[str]:
    chance = random.Random(3)
    numbers = ["", "0", "1", "99", "100", "101", "007", "-1", "+1", "1_0", "٣", "1e3", "9" * 19, "9" * 20, "9" * 5000]
    made = []
    for _ in range(count):
        first, last = (
            chance.choice(numbers) if chance.random() < 0.5 else str(chance.randrange(150)) for _ in range(2)
        )
        unit = chance.choice(["bytes=", "bytes=", "bytes=", "Bytes= ", "items=", "bytes", ""])
        made.append(
            unit + first + chance.choice(["-", "-", "-", "--", "", " - "]) + last + chance.choice(["", "", " "])
        )
    return [*made, ",".join(["bytes=0-1"] + ["0-1"] * 4000), "bytes=0-1,5-6", "bytes=-0", "bytes=-"]


@pytest.mark.parametrize("size", [0, 1, 100])
def test_a_range_is_what_the_standard_says(size: int):
    wrong = {header: answer(header, size) for header in headers(300) if answer(header, size) != model(header, size)}

    assert wrong == {}


def test_a_range_without_end_is_cut_where_a_most_is_given_and_only_then():
    assert parse_range("bytes=10-", 100) == Bytes(10, 99)
    assert parse_range("bytes=10-", 100, MOST) == Bytes(10, 49)
    assert parse_range("bytes=10-99", 100, MOST) == Bytes(10, 99)
    assert len(Bytes(10, 49)) == MOST
