import numpy as np
import pytest

from tracking.box import Box
from tracking.errors import BadBox


def test_a_box_reads_from_four_numbers_and_writes_itself_back() -> None:
    assert Box.parse("1,2.5,30,40") == Box(1, 2.5, 30, 40)
    assert str(Box.parse("1,2.5,30,40")) == "1,2.5,30,40"


@pytest.mark.parametrize("text", ["", "1,2,3", "1,2,3,4,5", "a,b,c,d", "1,2,nan,4", "1,2,inf,4"])
def test_anything_else_is_refused_with_the_text_in_the_sentence(text: str) -> None:
    with pytest.raises(BadBox, match="four numbers X,Y,W,H"):
        Box.parse(text)


@pytest.mark.parametrize(
    ("box", "sentence"),
    [
        (Box(0, 0, 3.9, 10), "at least 4 x 4 px, got 3.9 x 10"),
        (Box(-1, 0, 10, 10), "outside the frame of 100 x 50"),
        (Box(91, 0, 10, 10), "outside the frame"),
        (Box(0, 41, 10, 10), "outside the frame"),
        (Box(0, float("nan"), 10, 10), "finite"),
    ],
)
def test_a_box_no_track_can_start_from_is_refused(box: Box, sentence: str) -> None:
    with pytest.raises(BadBox, match=sentence):
        box.check(100, 50)


def test_a_box_may_touch_every_edge_of_the_frame() -> None:
    assert Box(0, 0, 100, 50).check(100, 50)


def test_the_box_of_a_mask_is_its_tight_bounds() -> None:
    mask = np.zeros((20, 30), np.uint8)
    mask[4:9, 6] = 255
    mask[5, 6:16] = 1
    assert Box.of_mask(mask) == Box(6, 4, 10, 5)
    assert Box.of_mask(np.zeros((5, 5))) is None
