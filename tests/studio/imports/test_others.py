"""Files as other programs write them: no manifest of ours, their own numbers, names and habits."""

import io
import json

import numpy as np
import pytest
from PIL import Image
from pycocotools import mask as coco

from drawn.tracks import FRAMES, HEIGHT, WIDTH
from studio.media.errors import MediaError


def block(x: int, y: int, width: int, height: int) -> np.ndarray:
    bits = np.zeros((HEIGHT, WIDTH), bool)
    bits[y : y + height, x : x + width] = True
    return bits


def rle(bits: np.ndarray) -> dict:
    encoded = coco.encode(np.asfortranarray(bits, np.uint8))
    return {"size": encoded["size"], "counts": encoded["counts"].decode()}


def label_png(labels: np.ndarray, *, wide: bool = False) -> bytes:
    file = io.BytesIO()
    if wide:
        Image.fromarray(labels.astype(np.uint16)).save(file, format="PNG")
    else:
        picture = Image.fromarray(labels.astype(np.uint8))
        picture.putpalette([value % 256 for value in range(768)])
        picture.save(file, format="PNG", bits=4 if labels.max() < 16 else 8)
    return file.getvalue()


@pytest.fixture
def sent(tmp_path, read):
    """sent("a.json", content) -> what is read of it."""

    def send(name: str, content: object, kind: str = ""):
        path = tmp_path / "sent"
        text = content if isinstance(content, str) else json.dumps(content)
        path.write_text(text, encoding="utf-8")
        return read(path, kind, name)

    return send


def document(annotations: list[dict], names: tuple[str, ...] = ("img_0002.jpg", "img_0005.jpg")) -> dict:
    images = [
        {"id": 10 + place, "file_name": name, "width": WIDTH, "height": HEIGHT} for place, name in enumerate(names)
    ]
    categories = [{"id": 1, "name": "person"}, {"id": 9, "name": "dog"}]
    return {
        "images": images,
        "categories": categories,
        "annotations": [{"id": n, **one} for n, one in enumerate(annotations)],
    }


def test_coco_polygons_of_several_parts_are_pycocotools_own_pixels(sent):
    parts = [[3, 3, 20, 3, 20, 14, 3, 14], [40.5, 20.5, 60, 22, 50, 40]]

    back = sent("c.json", document([{"image_id": 10, "category_id": 9, "segmentation": parts, "track_id": 4}]))

    expected = coco.decode(coco.merge(coco.frPyObjects(parts, HEIGHT, WIDTH))).astype(bool)
    assert np.array_equal(back.bits[2, "dog"], expected)
    assert [one.number for one in back.objects] == [4]


def test_coco_takes_compressed_and_plain_run_lengths_alike(sent):
    bits = block(5, 7, 20, 11)
    plain = {"size": [HEIGHT, WIDTH], "counts": [5 * HEIGHT + 7, *[11, HEIGHT - 11] * 19, 11, 41 * HEIGHT + 27 + 0]}
    plain["counts"][-1] = HEIGHT * WIDTH - sum(plain["counts"][:-1])

    back = sent(
        "c.json",
        document(
            [
                {
                    "image_id": 10,
                    "category_id": 1,
                    "segmentation": rle(bits),
                    "attributes": {"track_id": 1, "score": 0.25},
                },
                {"image_id": 11, "category_id": 1, "segmentation": plain, "attributes": {"track_id": 1}, "iscrowd": 1},
            ]
        ),
    )

    assert np.array_equal(back.bits[2, "person"], bits)
    assert np.array_equal(back.bits[5, "person"], bits)
    assert (back.found["person", 2].score, back.found["person", 5].score) == (0.25, 1.0)


def test_things_of_one_kind_have_their_number_in_their_name(sent):
    one = {"image_id": 10, "category_id": 1, "segmentation": rle(block(1, 1, 9, 9))}

    back = sent(
        "c.json", document([{**one, "track_id": 1}, {**one, "track_id": 2}, {**one, "category_id": 9, "track_id": 3}])
    )

    assert [one.name for one in back.objects] == ["person 1", "person 2", "dog"]


def test_without_track_ids_things_are_told_apart_by_kind_or_within_one_frame(sent):
    person = {"image_id": 10, "category_id": 1, "segmentation": rle(block(1, 1, 9, 9))}
    dog = {**person, "category_id": 9}

    by_kind = sent("c.json", document([person, {**person, "image_id": 11}, dog]))
    assert {(frame, name) for frame, name in by_kind.bits} == {(2, "person"), (5, "person"), (2, "dog")}
    in_one_frame = sent("c.json", document([person, person, dog]))
    assert [one.name for one in in_one_frame.objects] == ["person 1", "person 2", "dog"]
    with pytest.raises(MediaError, match=r"annotation 0: it has no track_id, and its image has 2 things"):
        sent("c.json", document([person, person, {**dog, "image_id": 11}]))


def test_frames_count_from_1_where_the_last_is_the_clips_length_and_none_is_0(sent):
    one = {"category_id": 1, "segmentation": rle(block(1, 1, 9, 9)), "track_id": 1}
    names = tuple(f"{number:05d}.jpg" for number in range(1, FRAMES + 1))

    back = sent("c.json", document([{**one, "image_id": 10}, {**one, "image_id": 18}], names))
    assert [frame for frame, _ in back.bits] == [0, 8]
    back = sent("c.json", document([{**one, "image_id": 10}], names[:-1]))
    assert [frame for frame, _ in back.bits] == [1]


def test_youtube_vis_of_every_second_frame_goes_by_the_names(sent):
    video = {
        "id": 3,
        "width": WIDTH,
        "height": HEIGHT,
        "length": 3,
        "file_names": ["v/00000.jpg", "v/00002.jpg", "v/00004.jpg"],
    }
    one = {"id": 12, "video_id": 3, "category_id": 1, "segmentations": [None, rle(block(2, 2, 9, 9)), None]}

    back = sent("v.json", {"videos": [video], "annotations": [one], "categories": [{"id": 1, "name": "cat"}]})

    assert list(back.bits) == [(2, "cat")]
    assert [one.number for one in back.objects] == [12]


CVAT = """<?xml version="1.0" encoding="utf-8"?>
<annotations><version>1.1</version><meta><task><size>9</size>
<original_size><width>67</width><height>45</height></original_size></task></meta>
{}</annotations>"""


def test_a_cvat_track_of_every_shape_ends_where_it_is_outside(sent):
    track = """<track id="4" label="car" source="manual">
    <box frame="0" keyframe="1" outside="0" xtl="10.00" ytl="5.00" xbr="30.00" ybr="25.00" z_order="0"/>
    <polygon frame="1" keyframe="1" outside="0" points="10,5;30,5;30,25;10,25"/>
    <mask frame="2" keyframe="1" outside="0" rle="0, 2, 1, 3" left="10" top="5" width="3" height="2"/>
    <mask frame="3" keyframe="1" outside="1" rle="0, 2, 1, 3" left="10" top="5" width="3" height="2"/>
    <points frame="4" outside="0" points="3,3"/></track>"""

    back = sent("a.xml", CVAT.format(track))

    assert [one.number for one in back.objects] == [5]
    assert np.array_equal(back.bits[0, "car"], block(10, 5, 20, 20))
    assert np.array_equal(back.bits[1, "car"], block(10, 5, 20, 20))
    mask = block(10, 5, 3, 2)
    mask[5, 12] = False
    assert np.array_equal(back.bits[2, "car"], mask)
    assert len(back.bits) == 3
    assert back.prompts == {("car", 0): (10.0, 5.0, 20.0, 20.0)}
    assert back.said["notes"] == ["1 shapes of kind points have no area and are left out."]


def test_a_turned_box_of_cvat_is_turned_clockwise_about_its_middle(sent):
    box = '<box frame="1" outside="0" xtl="20" ytl="20" xbr="40" ybr="24" rotation="{}"/>'

    upright = sent("a.xml", CVAT.format(f'<track id="0" label="bar">{box.format(90)}</track>'))
    assert np.array_equal(upright.bits[1, "bar"], block(28, 12, 4, 20))
    leaning = sent("a.xml", CVAT.format(f'<track id="0" label="bar">{box.format(45)}</track>'))
    assert leaning.bits[1, "bar"][27, 35] and not leaning.bits[1, "bar"][17, 35]


def test_a_track_for_each_mask_is_one_object_by_its_group(sent):
    mask = '<mask frame="{}" outside="0" rle="0, 4" left="{}" top="5" width="2" height="2"/>'
    tracks = "".join(
        f'<track id="{place}" label="car" group_id="6">{mask.format(place, place)}</track>' for place in range(3)
    )

    back = sent("a.xml", CVAT.format(tracks))

    assert [(one.number, one.name) for one in back.objects] == [(6, "car")]
    assert [frame for frame, _ in back.bits] == [0, 1, 2]


def test_a_group_of_things_seen_together_stays_apart(sent):
    mask = '<mask frame="2" outside="0" rle="0, 4" left="{}" top="5" width="2" height="2"/>'
    tracks = "".join(f'<track id="{n}" label="car" group_id="6">{mask.format(9 * n)}</track>' for n in range(2))

    assert [one.name for one in sent("a.xml", CVAT.format(tracks)).objects] == ["car 1", "car 2"]


def test_cvat_images_join_shapes_of_one_track_id(sent):
    shape = '<polygon label="car" points="{}"><attribute name="track_id">3</attribute></polygon>'
    image = f"""<image id="0" name="frame_000004.png" width="67" height="45">{shape.format("1,1;9,1;9,9;1,9")}
    {shape.format("20,20;30,20;30,30;20,30")}<tag label="sunny"/></image>"""

    back = sent("a.xml", CVAT.format(image))

    assert np.array_equal(back.bits[4, "car"], block(1, 1, 8, 8) | block(20, 20, 10, 10))
    assert [one.number for one in back.objects] == [3]


def test_palette_pictures_of_youtube_vos_take_their_names_from_meta_json(packed, read):
    labels = np.zeros((HEIGHT, WIDTH), np.uint8)
    labels[3:9, 4:20], labels[20:30, 40:60] = 1, 2
    meta = {"videos": {"v1": {"objects": {"1": {"category": "ape"}, "2": {"category": "fox"}}}}}

    back = read(
        packed(
            {
                "valid/Annotations/v1/00005.png": label_png(labels),
                "valid/meta.json": json.dumps(meta),
                "valid/v1.jpg": b"x",
            }
        )
    )

    assert back.said["kind"] == "davis"
    assert np.array_equal(back.bits[5, "ape"], labels == 1)
    assert np.array_equal(back.bits[5, "fox"], labels == 2)


def test_void_of_davis_counts_for_nothing_and_alone_it_is_the_object(packed, read):
    labels = np.zeros((HEIGHT, WIDTH), np.uint8)
    labels[3:9, 4:20], labels[20:30, 40:60] = 7, 255
    back = read(packed({"a/00000.png": label_png(labels)}))
    assert [one.number for one in back.objects] == [7]
    assert back.said["masks"] == 1
    assert back.said["notes"] == ["Pixels of value 255, in 1 frames, count for nothing and are left out."]

    labels[labels == 7] = 0
    back = read(packed({"a/00000.png": label_png(labels)}))
    assert [one.number for one in back.objects] == [1]
    assert np.array_equal(back.bits[0, "object"], labels == 255)


def test_mots_pictures_alone_are_read_and_the_ignored_region_is_left_out(packed, read):
    labels = np.zeros((HEIGHT, WIDTH), np.uint16)
    labels[3:9, 4:20], labels[20:30, 40:60], labels[40:, :5] = 1005, 2003, 10000
    names = [f"instances/{number:06d}.png" for number in range(1, FRAMES + 1)]

    back = read(packed({name: label_png(labels if name == names[-1] else labels * 0, wide=True) for name in names}))

    assert back.said["kind"] == "mots"
    assert np.array_equal(back.bits[8, "car 5"], labels == 1005)
    assert np.array_equal(back.bits[8, "pedestrian 3"], labels == 2003)
    assert len(back.bits) == 2


def test_mots_text_counts_from_0_where_a_frame_is_called_0(sent):
    counts = rle(block(3, 3, 9, 9))["counts"]

    assert [frame for frame, _ in sent("gt.txt", f"1 2001 2 45 67 {counts}\n4 2001 2 45 67 {counts}\n").bits] == [0, 3]
    assert [frame for frame, _ in sent("gt.txt", f"0 2001 2 45 67 {counts}\n4 2001 2 45 67 {counts}\n").bits] == [0, 4]


def test_vot_takes_rectangles_polygons_masks_and_gaps(sent):
    back = sent(
        "bird.txt", "1\n10,5,20,20\n10,5,30,5,30,25,10,25\n0\nm10,5,3,2,0,2,1,3\nm10,5,3,2,1\nnan,nan,nan,nan\n"
    )

    assert np.array_equal(back.bits[1, "bird"], block(10, 5, 20, 20))
    assert np.array_equal(back.bits[2, "bird"], block(10, 5, 20, 20))
    mask = block(10, 5, 3, 2)
    mask[5, 12] = False
    assert np.array_equal(back.bits[4, "bird"], mask)
    assert [frame for frame, _ in back.bits] == [1, 2, 4]
    assert back.prompts == {("bird", 1): (10.0, 5.0, 20.0, 20.0)}


@pytest.mark.parametrize("kind", ["mot", "csv"])
def test_what_holds_no_masks_or_is_not_read_is_not_taken_for_something_else(exported, read, kind):
    with pytest.raises(MediaError, match="this is none of the files that can be imported"):
        read(exported(kind))


def test_a_person_may_say_what_a_file_is(sent, read, packed):
    labels = np.zeros((HEIGHT, WIDTH), np.uint8)
    labels[3:9, 4:20] = 1
    files = {
        "notes.json": json.dumps(
            document([{"image_id": 10, "category_id": 1, "segmentation": rle(labels), "track_id": 1}])
        )
    }
    both = packed({**files, "a/00003.png": label_png(labels)})

    assert list(read(both).bits) == [(2, "person")]
    assert list(read(both, "davis").bits) == [(3, "object")]
    with pytest.raises(MediaError, match="there is no VOT text in it"):
        read(both, "vot")
