"""COCO, one image a frame: run lengths, compressed or as numbers, or polygons of one part or several."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from studio.imports.errors import BadImport
from studio.imports.files import Files
from studio.imports.formats.coco_shapes import segmentation_bits
from studio.imports.frames import frame_attribute, frames_of_names
from studio.imports.own import Manifest, whole
from studio.imports.scene import Scene, score_of

kind = "coco"
title = "COCO"


def recognises(files: Files) -> bool:
    """A JSON object with images and annotations that have a segmentation."""
    return document_of(files, "segmentation") is not None


def read(files: Files, scene: Scene, manifest: Manifest) -> None:
    """Every annotation becomes a mask of its track's object."""
    found = document_of(files, "segmentation")
    if found is None:
        raise BadImport(files.name, "there is no COCO JSON in it: an object with images and annotations")
    name, document = found
    categories = categories_of(document, name)
    frames = _frames(scene, manifest, name, document)
    identity = _identities(name, document, frames)
    for place, annotation in enumerate(entries(document, "annotations", name)):
        where = f"{name}: annotation {annotation.get('id', place)}"
        image = hashable(annotation.get("image_id"), where)
        if image not in frames:
            raise BadImport(where, f"its image {image!r} is not among the images")
        number = hashable(annotation.get("category_id"), where)
        if number not in categories:
            raise BadImport(where, f"its category {number!r} is not among the categories")
        key = identity[place]
        own = key if isinstance(key, int) and 0 < key < 2**31 else None
        category, about = manifest.about(own, categories[number])
        bits = segmentation_bits(annotation.get("segmentation"), scene, where)
        there = scene.object_of(key, category, where, **about)
        attributes = annotation.get("attributes")
        score = attributes.get("score") if isinstance(attributes, dict) else annotation.get("score")
        scene.add(there, frames[image], bits, where, score_of(score))


def document_of(files: Files, needed: str) -> tuple[str, dict[str, object]] | None:
    """The first JSON object whose annotations have this field, or are none at all while there are images."""
    for name in files.ending_in(".json"):
        said = files.json(name)
        if not isinstance(said, dict) or not isinstance(said.get("annotations"), list):
            continue
        annotations = said["annotations"]
        if any(isinstance(one, dict) and needed in one for one in annotations[:1]):
            return name, said
    return None


def entries(document: Mapping[str, object], field: str, name: str) -> list[dict[str, object]]:
    """A list of objects in the document."""
    listed = document.get(field)
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise BadImport(name, f"{field} is not a list of objects")
    return listed


def categories_of(document: Mapping[str, object], name: str) -> Mapping[object, str]:
    """Ids of kinds of things and what they are called."""
    return {hashable(one.get("id"), name): str(one.get("name", "")) for one in entries(document, "categories", name)}


def hashable(value: object, where: str) -> object:
    """An id of a file: a number or words."""
    if not isinstance(value, int | str):
        raise BadImport(where, f"the id {value!r} is neither a number nor words")
    return value


def _frames(scene: Scene, manifest: Manifest, name: str, document: Mapping[str, object]) -> Mapping[object, int]:
    """Image ids and their frames: the image's own frame number, else the number in its name."""
    images = entries(document, "images", name)
    if len({image.get("video_id") for image in images if isinstance(image.get("video_id"), int)}) > 1:
        raise BadImport(name, "its images are of more than one video; a clip takes those of one")
    for image in images:
        if image.get("width") is not None:
            scene.size(image.get("width"), image.get("height"), f"{name}: image {image.get('id')}")
    said = [frame_attribute(image) for image in images]
    if all(frame is not None for frame in said):
        wheres = [f"{name}: image {image.get('id')}" for image in images]
        frames = [scene.frame(frame, where) for frame, where in zip(said, wheres, strict=True) if frame is not None]
    else:
        names = [str(image.get("file_name", "")) for image in images]
        frames = frames_of_names(scene, manifest, names, by_place=False, base=0)
    ids = [hashable(image.get("id"), f"{name}: images") for image in images]
    return dict(zip(ids, frames, strict=True))


def _identities(name: str, document: Mapping[str, object], frames: Mapping[object, int]) -> list[object]:
    """What tells each annotation's object: its track id; without any, its kind.

    Things of one kind without track ids are only told apart where all of them are in one frame.
    """
    annotations = entries(document, "annotations", name)
    tracks = [_track_of(annotation, f"{name}: annotation {annotation.get('id')}") for annotation in annotations]
    if annotations and all(track is not None for track in tracks):
        return list(tracks)
    if any(track is not None for track in tracks):
        missing = annotations[tracks.index(None)]
        raise BadImport(f"{name}: annotation {missing.get('id')}", "it has no track_id, though others have one")
    places = [(str(one.get("category_id")), str(one.get("image_id"))) for one in annotations]
    crowded = [place for place, many in Counter(places).items() if many > 1]
    if not crowded:
        return [category for category, _ in places]
    if len({image for _, image in places}) == 1:
        return [f"annotation {place}" for place in range(len(places))]
    at = places.index(crowded[0])
    raise BadImport(
        f"{name}: annotation {annotations[at].get('id')}",
        f"it has no track_id, and its image has {Counter(places)[crowded[0]]} things of its category, so which is "
        "which in other frames is not known",
    )


def _track_of(annotation: Mapping[str, object], where: str) -> object | None:
    attributes = annotation.get("attributes")
    for holder in (attributes if isinstance(attributes, dict) else {}, annotation):
        for field in ("track_id", "instance_id"):
            value = holder.get(field)
            if value is not None:
                return value if isinstance(value, str) else whole(value, where, f"its {field}")
    return None
