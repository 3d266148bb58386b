"""Files as our own exports write them, read for the clip they are of."""

import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pytest
from django.contrib.auth.models import User
from pycocotools import mask as coco

from drawn.clips import draw_clip, write_pictures
from drawn.tracks import FRAMES, HEIGHT, WIDTH, Masks, tracks_in
from studio.exports.formats import FORMATS
from studio.exports.kinds import parse_wish
from studio.exports.manifest import manifest_of
from studio.exports.target import Target
from studio.imports.models import Import
from studio.imports.reading import ReadObject, ReadScene, read_here
from studio.imports.scene import Clip, Found
from studio.imports.service import begin_import
from studio.imports.work import do
from studio.jobs.lease import work
from studio.library import uploads
from studio.library.files import folder_of
from studio.library.models import Upload, Video
from studio.scenes.models import Mask, Prompt, Subject

CLIP = Clip(WIDTH, HEIGHT, FRAMES)


@dataclass
class Back:
    """What was read of a file."""

    said: dict[str, object]
    objects: tuple[ReadObject, ...]
    prompts: Mapping[tuple[str, int], tuple[float, float, float, float]]  # by name and frame
    found: Mapping[tuple[str, int], Found]

    @property
    def bits(self) -> dict[tuple[int, str], np.ndarray]:
        """(frame, name) -> [HEIGHT, WIDTH] bool."""
        return {(frame, name): decoded(found.counts) for (name, frame), found in self.found.items()}


def decoded(counts: bytes) -> np.ndarray:
    return coco.decode({"size": [HEIGHT, WIDTH], "counts": counts}).astype(bool)


@pytest.fixture
def exported(tmp_path: Path) -> Callable[..., Path]:
    """exported("coco", every=2) -> the zip that a person downloads."""

    def write(kind: str, masks: Masks | None = None, **options: object) -> Path:
        folder = Path(mkdtemp(dir=tmp_path))
        wish = parse_wish(kind, options, FRAMES)
        with tracks_in(folder, wish, masks) as tracks, Target(folder / f"{kind}.zip") as target:
            counted = FORMATS[kind].write(tracks, target)
            target.add_json("manifest.json", manifest_of(tracks, FORMATS[kind], {"source": {}, "weights": []}, counted))
        return folder / f"{kind}.zip"

    return write


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Back]:
    """read(path) -> what would be made of it."""

    def reading(path: Path, kind: str = "", name: str = "", clip: Clip = CLIP) -> Back:
        result = tmp_path / "scene.msgpack"
        said = read_here(path, name or path.name, clip, kind, result)
        scene = ReadScene(result, clip)
        names = [one.name for one in scene.objects]
        return Back(
            said,
            scene.objects,
            {(names[place], frame): box for place, frame, box in scene.prompts},
            {(names[found.object], found.frame): found for found in scene.masks()},
        )

    return reading


@pytest.fixture
def packed(tmp_path: Path) -> Callable[..., Path]:
    """packed({"a/b.txt": "..."}) -> a zip of these files."""

    def pack(files: Mapping[str, str | bytes], name: str = "sent.zip") -> Path:
        with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as archive:
            for path, content in files.items():
                archive.writestr(path, content)
        return tmp_path / name

    return pack


def make_clip(owner: User, title: str = "my clip.zip") -> Video:
    """A zip of pictures, ready."""
    video = Video.objects.create(
        owner=owner,
        title=title,
        form=Video.Form.IMAGES,
        state=Video.State.READY,
        width=WIDTH,
        height=HEIGHT,
        frame_count=FRAMES,
    )
    folder = folder_of(video.id)
    folder.mkdir(parents=True)
    write_pictures(folder / "frames", draw_clip(FRAMES, WIDTH, HEIGHT).frames)
    (folder / "source").write_bytes(b"as it was sent")
    return video


@pytest.fixture
def clip(ann: User) -> Video:
    """A clip with nothing in it."""
    return make_clip(ann)


@pytest.fixture
def send(ann: User) -> Callable[..., Import]:
    """send(clip, path) -> the import, read."""

    def sending(video: Video, path: Path, kind: str = "", name: str = "") -> Import:
        data = path.read_bytes()
        upload = uploads.create(ann, len(data), name or path.name, Upload.Purpose.IMPORT)
        uploads.append(upload, 0, [data])
        return worked(begin_import(video, upload, ann, kind))

    return sending


def worked(of: Import) -> Import:
    """After its job was done."""
    work(of.job_id, do)
    return Import.objects.select_related("job").get(pk=of.pk)


def rows_of(video: Video) -> dict[str, list[tuple[object, ...]]]:
    """Everything of a scene that is not deleted, as plain values."""
    subjects = Subject.objects.filter(video=video, deleted_at=None)
    return {
        "objects": list(subjects.values_list("number", "name", "color", "visible")),
        "prompts": list(
            Prompt.objects.filter(subject__in=subjects, deleted=False)
            .order_by("subject__number", "frame")
            .values_list("subject__number", "frame", "x", "y", "width", "height")
        ),
        "masks": [
            (number, frame, bytes(counts), *rest)
            for number, frame, counts, *rest in Mask.objects.filter(subject__in=subjects)
            .order_by("subject__number", "frame")
            .values_list("subject__number", "frame", "counts", "area", "score", "rotated_box", "state")
        ],
    }
