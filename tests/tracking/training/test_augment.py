from pathlib import Path

import cv2
import numpy as np
import pytest

from drawn.lessons import drawn
from tracking.training.augment import PairMaker, Rates
from tracking.training.cache import LabelledPicture, write_cache

NEVER = dict.fromkeys(("paste", "distractor", "occluder", "negative", "elastic", "gray", "blur", "noise", "jpeg"), 0.0)
PLAIN = Rates(**NEVER, perspective=0, frame_border=0)


def test_pair_n_is_the_same_whoever_makes_it_and_whenever() -> None:
    one, other = PairMaker(drawn(), seed=4), PairMaker(drawn(), seed=4)
    for number in (7, 3, 7):
        a, b = one.pair(number), other.pair(number)
        np.testing.assert_array_equal(a.template, b.template)
        np.testing.assert_array_equal(a.search, b.search)
        np.testing.assert_array_equal(a.mask, b.mask)
    assert (PairMaker(drawn(), seed=5).pair(7).search != one.pair(7).search).any()


def test_shapes_are_those_a_tracker_cuts() -> None:
    pair = PairMaker(drawn()).pair(0)
    assert pair.template.shape == (127, 127, 3) and pair.search.shape == (255, 255, 3) and pair.mask.shape == (255, 255)


def test_the_mask_lies_on_the_object_and_the_object_in_the_middle_of_the_template() -> None:
    maker = PairMaker(drawn(), PLAIN)
    for number in range(12):
        pair = maker.pair(number)
        red = (pair.search[..., 0] > 150) & (pair.search[..., 1] < 60)
        assert (red & pair.mask).sum() / (red | pair.mask).sum() > 0.85
        center = pair.template[58:69, 58:69].reshape(-1, 3).mean(axis=0)
        assert center[0] > 150 and center[1] < 60


def test_scale_and_shift_stay_within_their_rates() -> None:
    maker = PairMaker(drawn(), PLAIN)
    for number in range(20):
        x, y, width, height = cv2.boundingRect(maker.pair(number).mask.astype(np.uint8))
        # a square box fills 1 / 2 of the template's side: 64 px of the search region, give or take scale and turn
        assert 64 / 1.25 < (width * height) ** 0.5 < 64 * 1.4
        assert abs(x + width / 2 - 127) < 60 and abs(y + height / 2 - 127) < 60


def test_every_kind_of_pair_comes_up() -> None:
    maker = PairMaker(drawn(), Rates(negative=0.3))
    present = [maker.pair(number).present for number in range(40)]
    assert 4 < present.count(False) < 25


def test_held_out_objects_are_never_trained_on() -> None:
    training, scoring = PairMaker(drawn()), PairMaker(drawn(), held_out=True)
    names = [{t.name for tracks in maker._tracks.values() for t in tracks} for maker in (training, scoring)]
    assert names[0] and names[1] and not names[0] & names[1]


@pytest.mark.parametrize(("share", "padded"), [(0.4, True), (0.8, False)])
def test_a_large_object_is_cut_with_fill_around_and_one_that_fills_its_picture_is_pasted(
    tmp_path: Path, share: float, padded: bool
) -> None:
    pixels, labels = np.full((100, 100, 3), 40, np.uint8), np.zeros((100, 100), np.uint8)
    side = round(100 * share**0.5)
    inset = (100 - side) // 2
    labels[inset : inset + side, inset : inset + side] = 1
    pixels[labels == 1] = (255, 0, 0)
    cache = write_cache([LabelledPicture("one", "drawn", pixels, labels)], tmp_path, held_out_share=0)

    pairs = [PairMaker(cache, Rates(**NEVER, perspective=0, frame_border=0, shift_px=10)).pair(n) for n in range(8)]

    alike = [(pair.search[::254, ::254] == pair.search[0, 0]).all() for pair in pairs]  # four corners of one colour
    assert all(alike) == padded


def test_strips_outside_the_frame_leave_at_least_half_of_the_object() -> None:
    bordered, plain = (
        PairMaker(drawn(), Rates(**NEVER, perspective=0, frame_border=rate), seed=2) for rate in (1.0, 0.0)
    )
    shares = [bordered.pair(n).mask.sum() / plain.pair(n).mask.sum() for n in range(60)]
    assert 0.49 <= min(shares) < 1


def test_two_that_touch_are_learned_as_one_where_their_source_says_so(tmp_path: Path) -> None:
    pixels, labels = np.full((120, 160, 3), 40, np.uint8), np.zeros((120, 160), np.uint8)
    labels[30:60, 60:90], labels[60:90, 60:90], labels[30:60, 120:150] = 1, 2, 3  # the third stands apart
    for label, color in ((1, (255, 0, 0)), (2, (0, 255, 0)), (3, (0, 0, 255))):
        pixels[labels == label] = color
    cache = write_cache([LabelledPicture("one", "drawn", pixels, labels)], tmp_path, held_out_share=0)

    def colors(unions: dict[str, float]) -> set[str]:
        maker, seen = PairMaker(cache, PLAIN, unions=unions), set()
        for number in range(30):
            pair = maker.pair(number)
            shares = np.bincount(pair.search[pair.mask].argmax(axis=1), minlength=3) / pair.mask.sum()
            seen.add("".join(name for name, share in zip("rgb", shares, strict=True) if share > 0.3))
        return seen

    assert colors({"drawn": 1.0}) == {"rg", "b"}
    assert colors({"drawn": 0.5}) == {"r", "g", "rg", "b"}
    assert colors({"elsewhere": 1.0}) == {"r", "g", "b"}
