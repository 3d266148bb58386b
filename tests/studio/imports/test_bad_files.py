"""Files that are broken, or are of something else: one sentence that names the file and the place, and nothing else."""

import io
import json

import numpy as np
import pytest
from PIL import Image

from drawn.tracks import FRAMES, HEIGHT, WIDTH, counts_of
from studio.media.errors import MediaError

FULL = counts_of(np.ones((HEIGHT, WIDTH), bool)).decode()
RLE = {"size": [HEIGHT, WIDTH], "counts": [0, HEIGHT * WIDTH]}


def coco(annotation=None, image=None, **document):
    annotations = [{"id": 5, "image_id": 1, "category_id": 1, "segmentation": RLE, "track_id": 2, **(annotation or {})}]
    images = [{"id": 1, "file_name": "000003.jpg", "width": WIDTH, "height": HEIGHT, **(image or {})}]
    whole = {"images": images, "annotations": annotations, "categories": [{"id": 1, "name": "car"}], **document}
    return json.dumps(whole)


def vis(annotation=None, video=None):
    about = {"id": 1, "width": WIDTH, "height": HEIGHT, "length": FRAMES, **(video or {})}
    one = {
        "id": 1,
        "video_id": 1,
        "category_id": 1,
        "segmentations": [RLE] + [None] * (FRAMES - 1),
        **(annotation or {}),
    }
    return json.dumps({"videos": [about], "annotations": [one], "categories": [{"id": 1, "name": "car"}]})


def cvat(shape="", head="", track='id="3" label="car"'):
    return f"<annotations>{head}<track {track}>{shape}</track></annotations>"


def png(width=WIDTH, height=HEIGHT, mode="L"):
    file = io.BytesIO()
    Image.fromarray(np.ones((height, width) if mode == "L" else (height, width, 3), np.uint8)).save(file, format="PNG")
    return file.getvalue()


def polygon(points="1,1;20,1;20,20", frame="2"):
    return f'<polygon frame="{frame}" outside="0" points="{points}"/>'


SIZE = "<meta><task><size>{}</size><original_size><width>{}</width><height>{}</height></original_size></task></meta>"
BOMB = '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><annotations><track id="&b;"/></annotations>'
ENTITY = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><annotations><track id="&x;"/></annotations>'

SINGLE = {
    "JSON that ends early": ("coco.json", coco()[:-9], "coco.json: line 1, column"),
    "JSON with NaN": ("coco.json", coco({"score": float("nan")}), "coco.json: this is not JSON (NaN is no number)"),
    "JSON nested deep": ("coco.json", "[" * 200_000, "coco.json: this JSON is nested too deep"),
    "JSON in Latin-1": ("coco.json", coco().replace("car", "ä").encode("latin-1"), "coco.json: byte"),
    "a picture of another size": (
        "coco.json",
        coco(image={"width": 99}),
        "coco.json: image 1: this is of a picture of 99 x",
    ),
    "a frame that the clip has not": (
        "coco.json",
        coco(image={"file_name": "61.jpg"}),
        "61.jpg: frame 61 is not in a clip of 9",
    ),
    "runs of another size": (
        "coco.json",
        coco({"segmentation": {"size": [9, 9], "counts": "1"}}),
        "coco.json: annotation 5: this is of a picture",
    ),
    "runs that do not fill the picture": (
        "coco.json",
        coco({"segmentation": {"size": [HEIGHT, WIDTH], "counts": [4, 4]}}),
        "coco.json: annotation 5: the run lengths add up to 8 px, not to 67 x 45",
    ),
    "compressed runs that are none": (
        "coco.json",
        coco({"segmentation": {"size": [HEIGHT, WIDTH], "counts": "~~~"}}),
        "coco.json: annotation 5: character 1",
    ),
    "compressed runs of another picture": (
        "coco.json",
        coco({"segmentation": {"size": [HEIGHT, WIDTH], "counts": "12"}}),
        "coco.json: annotation 5: the runs",
    ),
    "run lengths beyond any number": (
        "coco.json",
        coco({"segmentation": {"size": [HEIGHT, WIDTH], "counts": [10**30]}}),
        "coco.json: annotation 5: a run",
    ),
    "negative run lengths": (
        "coco.json",
        coco({"segmentation": {"size": [HEIGHT, WIDTH], "counts": [-1, 3016]}}),
        "annotation 5: a run length is below",
    ),
    "a polygon of two points": (
        "coco.json",
        coco({"segmentation": [[1, 2, 3, 4]]}),
        "annotation 5: a polygon is [1, 2, 3, 4]",
    ),
    "a polygon far away": (
        "coco.json",
        coco({"segmentation": [[1, 2, 3, 1e12, 4, 5]]}),
        "annotation 5: a polygon has a point",
    ),
    "an image there is not": ("coco.json", coco({"image_id": 7}), "coco.json: annotation 5: its image 7 is not among"),
    "a category there is not": (
        "coco.json",
        coco({"category_id": 7}),
        "coco.json: annotation 5: its category 7 is not",
    ),
    "a VIS video of another length": (
        "v.json",
        vis(video={"length": 40}),
        "v.json: video 1: it has 40 frames, and the clip has 9",
    ),
    "too few VIS masks": ("v.json", vis({"segmentations": [RLE]}), "v.json: annotation 1: it has 1 segmentations"),
    "XML that ends early": ("cvat.xml", cvat()[:-5], "cvat.xml: line 1, column"),
    "XML with an entity bomb": ("cvat.xml", BOMB, "cvat.xml: it has a document type or entities"),
    "XML that reads a file": ("cvat.xml", ENTITY, "cvat.xml: it has a document type or entities"),
    "XML of a longer task": ("cvat.xml", cvat(head=SIZE.format(80, WIDTH, HEIGHT)), "cvat.xml: task: it has 80 frames"),
    "XML of another picture": (
        "cvat.xml",
        cvat(head=SIZE.format(9, 640, 480)),
        "original_size: this is of a picture of 640 x 480",
    ),
    "a polygon of words": (
        "cvat.xml",
        cvat(polygon("1,1;a,b;3,3")),
        "cvat.xml: track 3, frame 2: its polygon has 'a' where a number belongs",
    ),
    "a CVAT frame there is not": (
        "cvat.xml",
        cvat(polygon(frame="17")),
        "cvat.xml: track 3: frame 17 is not in a clip of 9",
    ),
    "a CVAT frame that is no number": ("cvat.xml", cvat(polygon(frame="x")), "cvat.xml: track 3: its frame is 'x'"),
    "a CVAT mask outside": (
        "cvat.xml",
        cvat('<mask frame="2" rle="0, 4" left="66" top="0" width="2" height="2"/>'),
        "frame 2: its mask of 2 x 2 px at 66",
    ),
    "a CVAT mask of too few pixels": (
        "cvat.xml",
        cvat('<mask frame="2" rle="0, 3" left="6" top="0" width="2" height="2"/>'),
        "frame 2: the run lengths add up to 3",
    ),
    "a MOTS line without its size": (
        "gt.txt",
        "1 1001 1 45 67 abc\n2 1001 1 45\n",
        "gt.txt: line 2: '2 1001 1 45' is not frame",
    ),
    "a MOTS mask of another size": (
        "gt.txt",
        "1 1001 1 480 640 abc\n",
        "gt.txt: line 1: this is of a picture of 640 x 480",
    ),
    "a VOT line of five numbers": (
        "vot.txt",
        "1,2,3,4\n1,2,3,4,5\n",
        "vot.txt: line 2: '1,2,3,4,5' is neither a rectangle",
    ),
    "more VOT lines than frames": (
        "vot.txt",
        "1,2,30,40\n" * 10,
        "vot.txt: line 10: frame 9 is not in a clip of 9 frames",
    ),
    "a VOT mask outside": ("vot.txt", "m60,0,20,2,3,4\n", "vot.txt: line 1: its mask of 20 x 2 px at 60,0 is outside"),
    "something else": ("notes.txt", "hello there\n", "notes.txt: this is none of the files that can be imported"),
    "nothing": ("empty.json", "", "empty.json: line 1, column 1 is not JSON"),
    "annotations without any": ("coco.json", cvat(), "coco.json: line 1, column 1 is not JSON"),
    "a track without a shape": (
        "cvat.xml",
        cvat(),
        "cvat.xml: read as CVAT XML, video or images, there is no mask in it",
    ),
}

ZIPPED = {
    "a PNG of another size": ({"a/00000.png": png(30, 20)}, "a/00000.png: this is of a picture of 30 x 20 px"),
    "a PNG cut short": ({"a/00000.png": png(), "a/00001.png": png()[:-30]}, "a/00001.png: this PNG is broken"),
    "a PNG of colours": (
        {"a/00000.png": png(), "a/00001.png": png(mode="RGB")},
        "a/00001.png: its pixels are colours (RGB)",
    ),
    "a PNG that says it is vast": (
        {"a/00000.png": png(), "a/00001.png": png()[:16] + (60_000).to_bytes(4) * 2 + png()[24:]},
        "a/00001.png: this PNG is broken",
    ),
    "a frame there is not": ({"a/00012.png": png()}, "a/00012.png: frame 12 is not in a clip of 9 frames"),
    "two folders of masks": ({"a/00000.png": png(), "b/00000.png": png()}, "a/ and b/ both hold palette PNGs"),
    "a manifest of another clip": (
        {
            "manifest.json": json.dumps({"format": "davis", "clip": {"width": 9, "height": 9, "frame_count": 9}}),
            "a/0.png": png(),
        },
        "manifest.json: the file is of a clip of 9 x 9 px and 9 frames",
    ),
    "a project of a later version": (
        {"manifest.json": json.dumps({"format": "siammask-studio-project", "version": 2})},
        "manifest.json: it is of version 2",
    ),
}


@pytest.mark.parametrize("what", SINGLE)
def test_a_bad_file_is_refused_with_its_place(tmp_path, read, what):
    name, content, sentence = SINGLE[what]
    path = tmp_path / "sent"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())

    with pytest.raises(MediaError) as fault:
        read(path, name=name)
    assert sentence in str(fault.value)
    assert str(fault.value).count("\n") == 0 and str(fault.value).endswith(".")


@pytest.mark.parametrize("what", ZIPPED)
def test_a_bad_file_in_a_zip_is_refused_with_its_place(packed, read, what):
    files, sentence = ZIPPED[what]

    with pytest.raises(MediaError) as fault:
        read(packed(files))
    assert sentence in str(fault.value)


PROJECT = {
    "format": "siammask-studio-project",
    "version": 1,
    "clip": {"width": WIDTH, "height": HEIGHT, "frame_count": FRAMES},
    "objects": [{"number": 1, "name": "car", "color": "#ff0000", "visible": True}],
    "prompts": [{"object": 1, "frame": 0, "box": [1, 2, 30, 20]}],
    "runs": [],
}
LINE = {"frame": 0, "state": "tracked", "score": 0.5, "box": [0] * 8, "counts": FULL, "run": None}


@pytest.mark.parametrize(
    ("manifest", "line", "sentence"),
    [
        ({"clip": {"width": 9, "height": 9, "frame_count": 9}}, {}, "of a clip of 9 x 9 px and 9 frames, and this one"),
        ({"prompts": [{"object": 4, "frame": 0, "box": [1, 2, 3, 4]}]}, {}, "object 4: there is no such object"),
        (
            {"prompts": [{"object": 1, "frame": 0, "box": [1, 2, 300, 4]}]},
            {},
            "frame 0: its box is under 4 px or reaches",
        ),
        ({"objects": [{"number": 1, "name": "", "color": "#ff0000"}]}, {}, "object 1: its name is ''"),
        ({"objects": [{"number": 1, "name": "a", "color": "red"}]}, {}, "its colour is 'red', not #rrggbb"),
        ({"runs": [{"weights": "a", "profile": "", "direction": "up"}]}, {}, "run 0: its direction is 'up'"),
        ({"runs": [{"weights": 5, "profile": ""}]}, {}, "manifest.json: run 0: its weights are 5"),
        ({}, {"state": "dreamt"}, "masks/1.jsonl: line 1: its state is 'dreamt'"),
        ({}, {"frame": 9}, "masks/1.jsonl: line 1: frame 9 is not in a clip of 9"),
        ({}, {"score": 2}, "its score is 2.0, not within 0 and 1"),
        ({}, {"box": [1, 2]}, "its box is [1, 2], not 8 numbers"),
        ({}, {"counts": ""}, "masks/1.jsonl: line 1: the run lengths of the mask are empty"),
        ({}, {"run": 3}, "its run 3 is not among the 0 of manifest.json"),
    ],
)
def test_a_project_file_that_was_edited_is_refused_with_its_place(packed, read, manifest, line, sentence):
    files = {"manifest.json": json.dumps({**PROJECT, **manifest}), "masks/1.jsonl": json.dumps({**LINE, **line}) + "\n"}

    with pytest.raises(MediaError) as fault:
        read(packed(files))
    assert sentence in str(fault.value)
