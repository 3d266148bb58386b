"""Files that only mean harm or that were harmed: children that misbehave, clips with a few bytes changed."""

from __future__ import annotations

import os
import random
import signal
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from studio.media import sandbox
from studio.media.errors import NotVideo
from studio.media.sandbox import answer_one_request, say

BOXES = [b"moov", b"mdat", b"trak", b"stts", b"stsz", b"stco", b"stsd", b"tkhd", b"mvhd", b"avcC", b"ctts", b"stss"]
MARKS = [*BOXES, b"\x1f\x43\xb6\x75", b"\x16\x54\xae\x6b", b"\x47\x40", b"\x47\x41"]  # and of Matroska and MPEG-TS


def harmed(data: bytes, count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Copies of a clip, each broken in one way, with what was done to it."""
    chance = random.Random(seed)
    for number in range(count):
        broken = bytearray(data)
        match number % 5:
            case 0:
                places = [chance.randrange(len(broken)) for _ in range(chance.choice([1, 10, 200]))]
                for place in places:
                    broken[place] = chance.randrange(256)
                yield f"{len(places)} bytes changed", bytes(broken)
            case 1:
                cut = chance.randrange(len(broken))
                yield f"cut at {cut}", bytes(broken[:cut])
            case 2:
                box = chance.choice([mark for mark in MARKS if mark in broken])
                place, size = broken.index(box), chance.choice([0, 1, 7, 2**31, 2**32 - 1])
                broken[place - 4 : place] = size.to_bytes(4, "big")
                yield f"{box!r} says it has {size} bytes", bytes(broken)
            case 3:
                box = chance.choice([mark for mark in MARKS if mark in broken])
                place = broken.index(box) + 4
                for at in range(place, min(place + chance.choice([4, 16, 64]), len(broken))):
                    broken[at] = chance.choice([0, 255, chance.randrange(256)])
                yield f"{box!r} overwritten", bytes(broken)
            case _:
                first, size = chance.randrange(len(broken)), chance.randrange(1, 4000)
                del broken[first : first + size]
                yield f"{size} bytes left out at {first}", bytes(broken)


def _answer(request: Mapping[str, object]) -> Mapping[str, object]:
    """What a child does that was asked to misbehave."""
    match request["do"]:
        case "answer":
            say({"share": 0.5})
            return {"said": request["word"], "secret": os.environ.get("STUDIO_SECRET_KEY", "none")}
        case "refuse":
            raise NotVideo("This is no video.")
        case "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "hang":
            time.sleep(60)
        case "talk":
            while True:
                say({"share": 0.1})
                time.sleep(0.01)
        case "eat":
            return {"size": len(bytearray(3 * 1024**3))}
        case "babble":
            sys.stdout.write("this is no JSON\n")
            sys.stdout.flush()
            time.sleep(60)
        case "scream":
            while True:
                sys.stdout.write("x" * 65536)
        case "write":
            with Path(str(request["path"])).open("wb") as file:
                for _ in range(64):
                    file.write(bytes(1 << 20))
        case "connect":
            try:
                socket.create_connection(("127.0.0.1", int(str(request["port"]))), timeout=2).close()
            except OSError as fault:
                return {"said": type(fault).__name__}
            return {"said": "connected"}
        case "open":
            try:
                with Path(str(request["path"])).open(str(request["mode"])) as file:
                    return {"said": "opened" if not file.readable() else file.read(7)}
            except OSError as fault:
                return {"said": type(fault).__name__}
        case "link":
            try:
                Path(str(request["path"])).symlink_to("/etc/passwd")
            except OSError as fault:
                return {"said": type(fault).__name__}
        case "execute":
            try:
                os.execv("/bin/true", ["/bin/true"])
            except OSError as fault:
                return {"said": type(fault).__name__}
        case "leave a child":
            child = os.fork()
            if child == 0:
                time.sleep(60)
            return {"child": child}
    return {}


if __name__ == "__main__":
    if "NO_NAMESPACES" in os.environ:
        sandbox._CLONE_NEWNET = sandbox._CLONE_NEWUSER = 0
    answer_one_request(_answer)
