"""The oldest versions that are known to be good, each with what was wrong before. It needs no network."""

from __future__ import annotations

from importlib.metadata import version

import pytest
from packaging.version import Version

FLOORS = {  # distribution: (oldest good version, what an older one has)
    "django": ("5.2.7", "CVE-2025-59682: files outside the folder by a common prefix"),
    "daphne": ("4.2.2", "CVE-2026-44545, -44546: unbounded messages, smuggled headers"),
    "channels": ("3.0.3", "CVE-2020-35681: another request's session"),
    "torch": ("2.10.0", "CVE-2026-24747: weights_only was not enough"),
    "av": ("18.0", "an FFmpeg before 8, with playlists that read local files"),
    "pillow": ("11.3", "CVE-2025-48379: a heap overflow in writing"),
    "boto3": ("1.40", "checksums that S3-compatible stores refuse cannot be switched off"),
    "urllib3": ("2.6.0", "CVE-2025-66471: unbounded decompression"),
    "autobahn": ("20.12.3", "CVE-2020-35678: redirects by a header"),
}


@pytest.mark.parametrize("name", FLOORS)
def test_what_is_installed_is_not_known_to_be_weak(name: str):
    oldest, weakness = FLOORS[name]

    assert Version(version(name)) >= Version(oldest), weakness
