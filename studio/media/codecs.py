"""What a film can be made of: its container, how its pictures are coded, which sound goes with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Codec:
    """A way to write a film, in FFmpeg's names."""

    endings: tuple[str, ...]  # of its file
    container: str
    encoder: str
    pixels: str
    options: Mapping[str, str]
    copied: tuple[str, ...]  # sounds that the container holds and players find in it
    sound: str  # the encoder of every other sound
    sound_rate: int | None = None  # samples a second where the encoder has one of its own
    container_options: Mapping[str, str] = field(default_factory=dict)

    @property
    def has_alpha(self) -> bool:
        """Whether its pictures have a fourth channel, how opaque each pixel is."""
        return self.pixels.startswith("yuva")

    @property
    def halves_colors(self) -> bool:
        """Whether two pixels share a colour, so that sides must be even."""
        return "420" in self.pixels


H264 = Codec(
    endings=(".mp4", ".m4v", ".mov"),
    container="mp4",
    encoder="libx264",
    pixels="yuv420p",
    options={},  # a film's crf and preset
    copied=("aac", "mp3", "ac3", "eac3", "alac", "opus"),
    sound="aac",
    container_options={"movflags": "+faststart"},
)
VP9_ALPHA = Codec(
    endings=(".webm",),
    container="webm",
    encoder="libvpx-vp9",
    pixels="yuva420p",
    # alpha goes beside the picture, and libvpx cannot keep both in step over frames that are never shown
    options={"auto-alt-ref": "0", "b": "0", "crf": "20", "deadline": "realtime", "cpu-used": "6", "row-mt": "1"},
    copied=("opus", "vorbis"),
    sound="libopus",
    sound_rate=48_000,
)
PRORES_4444 = Codec(
    endings=(".mov",),
    container="mov",
    encoder="prores_ks",
    pixels="yuva444p10le",
    options={"profile": "4444", "alpha_bits": "16", "vendor": "apl0"},
    copied=("aac", "mp3", "ac3", "eac3", "alac", "pcm_s16le", "pcm_s24le"),
    sound="aac",
    container_options={"movflags": "+faststart"},
)
