"""manifest.json, in every zip: what the files are of, how they count, and what they cannot hold."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version

from studio.exports.formats.format import Format
from studio.exports.tracks import Tracks


def manifest_of(
    tracks: Tracks, format_: Format, facts: Mapping[str, object], counted: Mapping[str, object]
) -> dict[str, object]:
    """The manifest; `facts` are source and weights, `counted` is what the format found out while it wrote."""
    clip = tracks.clip
    return {
        "made_by": made_by(),
        "format": format_.name,
        "checked_with": format_.checked_with,
        "lossy": list(format_.lossy),
        "options": tracks.options.to_json(),
        "source": facts["source"],
        "clip": {
            "width": clip.width,
            "height": clip.height,
            "frame_count": clip.frame_count,
            "fps": f"{clip.frame_rate.numerator}/{clip.frame_rate.denominator}",  # the average where the rate varies
            "time_base": f"{clip.time_base.numerator}/{clip.time_base.denominator}",
        },
        "frame_base": format_.frame_base,
        "frames": [[frame, clip.pts(frame)] for frame in tracks.frames],  # index from 0, ticks of time_base
        "objects": [
            {
                "number": track.number,
                "name": track.name,
                "category": track.category,
                "color": "#{:02x}{:02x}{:02x}".format(*track.color),
            }
            for track in tracks.objects
        ],
        "weights": facts["weights"],
        **counted,
    }


def made_by() -> str:
    """The studio, and its version where it was installed."""
    try:
        return f"SiamMask Studio {version('siammask-studio')}"
    except PackageNotFoundError:
        return "SiamMask Studio"
