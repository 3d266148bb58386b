"""Options are read at the door: what is not known or cannot be is a sentence."""

from dataclasses import fields, replace

import pytest

from studio.exports.catalogue import OPTIONS
from studio.exports.kinds import KINDS, parse_wish
from studio.exports.models import Export
from studio.exports.options import Options
from studio.scenes.errors import SceneFault


@pytest.mark.parametrize(
    ("kind", "given", "said"),
    [
        ("gif", {}, "There is no format 'gif'"),
        ("coco", {"colour": 1}, "COCO has no option 'colour'; it has absent, every, first_frame"),
        ("csv", {"images": True}, "CSV has no option 'images'"),
        ("overlay", {"every": 2}, "Overlay film has no option 'every'"),
        ("coco", {"images": 1}, "images is true or false, got 1"),
        ("coco", {"every": 0}, "every takes whole numbers from 1 on, got 0"),
        ("coco", {"every": True}, "every takes whole numbers"),
        ("coco", {"objects": []}, "objects is a list of 1 to 1000"),
        ("coco", {"objects": [1, "2"]}, "objects takes whole numbers from 1 on, got '2'"),
        ("davis", {"overlap": "age"}, "overlap is one of number, score, got 'age'"),
        ("vot", {"region": ["mask"]}, "region is one of rotated, box, mask"),
        ("cutout", {"container": "gif"}, "container is one of webm, mov, png, got 'gif'"),
        ("matte", {"feather": 101}, "feather takes whole numbers from 0 to 100, got 101"),
        ("background", {"color": "green"}, "color is a colour such as #00b140, got 'green'"),
        ("crop", {"aspect": "0:1"}, "aspect is source, or two numbers from 1 to 99 such as 9:16, got '0:1'"),
        ("overlay", {"edge": 1.3}, "edge takes numbers from 0 to 20 in steps of 0.5, got 1.3"),
        ("overlay", {"tint": "red"}, "tint is own, or a colour such as #00b140, got 'red'"),
        ("background", {"picture": "../me"}, "picture is the id of a picture that was sent, got '../me'"),
        ("cutout", {"alpha": "premultiplied"}, "alpha goes with container mov or png only, not with webm"),
        ("cutout", {"container": "png", "sound": False}, "sound goes with container webm or mov only, not with png"),
        ("coco", {"first_frame": 9}, "Frames 9 to 8 are not in a clip of 9 frames"),
        ("coco", {"first_frame": 5, "last_frame": 4}, "Frames 5 to 4 are not in a clip of 9 frames"),
        ("coco", {"last_frame": 9}, "Frames 0 to 9 are not in a clip of 9 frames"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(kind: str, given: dict[str, object], said: str):
    with pytest.raises(SceneFault) as refused:
        parse_wish(kind, given, 9)
    assert said in refused.value.message
    assert refused.value.message.endswith(".")


def test_equal_wishes_are_told_alike():
    given = {"every": 1, "objects": [3, 1, 3], "images": False, "last_frame": None}

    assert parse_wish("coco", given, 9).to_json() == {"objects": [1, 3]}
    assert list(Options(every=2, first_frame=1, absent=False).to_json()) == ["absent", "every", "first_frame"]


def test_the_chosen_frames_include_the_last():
    assert list(parse_wish("coco", {"first_frame": 1, "last_frame": 7, "every": 3}, 9).frames(9)) == [1, 4, 7]
    assert list(Options().frames(3)) == [0, 1, 2]


def test_what_was_told_is_read_again():
    options = parse_wish("davis", {"objects": [2], "overlap": "score", "every": 4}, 9)

    assert parse_wish("davis", options.to_json(), 9) == options


@pytest.mark.parametrize("name", OPTIONS)
def test_what_a_page_is_told_of_an_option_is_what_the_option_takes(name: str):
    option = OPTIONS[name]
    here = Options(container="mov")

    assert option.default == next(field.default for field in fields(Options) if field.name == name)
    assert option.sentence.endswith(".") and option.title
    for value in (option.least, option.most, *(one.value for one in option.choices)):
        if value is not None:
            read = option.read(name, int(value) if option.step == 1 else value)
            assert replace(here, **{name: read}).to_json().get(name, option.default) == read
    if option.most is not None:
        with pytest.raises(SceneFault):
            option.read(name, int(option.most) + 1)


def test_every_option_belongs_to_a_kind_and_has_a_field():
    assert set(OPTIONS) == {field.name for field in fields(Options)}
    assert set(OPTIONS) == set().union(*(kind.options for kind in KINDS.values()))


def test_every_kind_is_one_that_a_row_can_have():
    assert set(KINDS) == set(Export.Format.values)
    assert all(kind.name == name and kind.sentence.endswith(".") for name, kind in KINDS.items())
