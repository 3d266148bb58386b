"""What CVAT's two XML formats share: the head, with the task and its labels."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.sax.saxutils import escape, quoteattr

from studio.exports.tracks import Tracks

_UNPRINTABLE = re.compile(r"[\x00-\x1f\ud800-\udfff\ufffe\uffff]")


def head(tracks: Tracks, mode: str, attribute: str = "") -> str:
    """From the XML declaration to the end of <meta>; `attribute` is a number that every object carries."""
    labels = "".join(
        f"<label><name>{clean(name)}</name><color>{_color(tracks, name)}</color><type>any</type>"
        f"<attributes>{_attribute(attribute)}</attributes></label>\n"
        for name in tracks.categories
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n<version>1.1</version>\n<meta><task>\n'
        f"<name>{clean(tracks.title)}</name>\n<size>{tracks.clip.frame_count}</size>\n<mode>{mode}</mode>\n"
        f"<start_frame>0</start_frame>\n<stop_frame>{tracks.clip.frame_count - 1}</stop_frame>\n"
        f"<labels>\n{labels}</labels>\n"
        f"<original_size><width>{tracks.width}</width><height>{tracks.height}</height></original_size>\n"
        "</task></meta>\n"
    )


def attributes(values: Mapping[str, object]) -> str:
    """As they stand in a tag, each with a space before it."""
    return "".join(f" {name}={quoteattr(_printable(str(value)))}" for name, value in values.items())


def clean(words: str) -> str:
    """Words of a person as XML's."""
    return escape(_printable(words))


def _printable(words: str) -> str:
    """Without what XML cannot hold even when escaped."""
    return _UNPRINTABLE.sub("", words)


def _color(tracks: Tracks, category: str) -> str:
    track = next(track for track in tracks.objects if track.category == category)
    return "#{:02x}{:02x}{:02x}".format(*track.color)


def _attribute(name: str) -> str:
    if not name:
        return ""
    return (
        f"<attribute><name>{name}</name><mutable>False</mutable><input_type>number</input_type>"
        "<default_value>0</default_value><values>0\n1000000\n1</values></attribute>"
    )
