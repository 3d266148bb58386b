"""Which colours the numbers of a video mean, in FFmpeg's numbers (ITU-T H.273), and what films say of themselves."""

from __future__ import annotations

from dataclasses import dataclass

from av.video.codeccontext import VideoCodecContext
from av.video.reformatter import Colorspace

UNSPECIFIED = 2
HD_WIDTH, HD_HEIGHT = 1280, 577  # px from which on players take BT.709 for granted, as mpv does; below, BT.601
# matrices of H.273 that pictures are converted by, and swscale's name of each
_MATRICES = {
    1: Colorspace.ITU709,
    4: Colorspace.FCC,
    5: Colorspace.ITU601,
    6: Colorspace.ITU601,
    7: Colorspace.SMPTE240M,
    9: Colorspace.BT2020,
}
# how much red and blue count in the light of each, by H.273
_LIGHT = {
    1: (0.2126, 0.0722),
    4: (0.30, 0.11),
    5: (0.299, 0.114),
    6: (0.299, 0.114),
    7: (0.212, 0.087),
    9: (0.2627, 0.0593),
}
_PRIMARIES = frozenset({1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 22})
_TRANSFERS = frozenset({1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18})


@dataclass(frozen=True, slots=True)
class Colors:
    """A film's colours. Pictures are changed in their matrix only: what red is and how bright stays as it came."""

    primaries: int = 1
    transfer: int = 1
    matrix: int = 1

    @property
    def colorspace(self) -> Colorspace:
        """The matrix as swscale knows it."""
        return _MATRICES[self.matrix]

    def coded(self, color: tuple[int, int, int]) -> tuple[float, float, float]:
        """Y', Cb and Cr of an RGB colour, 16..235 and 16..240."""
        of_red, of_blue = _LIGHT[self.matrix]
        red, green, blue = (channel / 255 for channel in color)
        light = of_red * red + (1 - of_red - of_blue) * green + of_blue * blue
        cb, cr = (blue - light) / (2 - 2 * of_blue), (red - light) / (2 - 2 * of_red)
        return 16 + 219 * light, 128 + 224 * cb, 128 + 224 * cr


def colors_of(context: VideoCodecContext) -> Colors:
    """What a film made of this source says: the source's own tags, BT.709 where it has none or none that are known.

    A matrix that is not told cannot be passed on: pictures are then read as players would, and written as BT.709.
    """
    primaries, transfer, matrix = context.color_primaries, context.color_trc, context.colorspace
    return Colors(
        primaries if primaries in _PRIMARIES else 1,
        transfer if transfer in _TRANSFERS else 1,
        matrix if matrix in _MATRICES else 1,
    )


def matrix_of(colorspace: int, width: int, height: int) -> Colorspace:
    """By which matrix a picture of this size is read."""
    known = _MATRICES.get(colorspace)
    if known is not None:
        return known
    return Colorspace.ITU709 if width >= HD_WIDTH or height >= HD_HEIGHT else Colorspace.ITU601
