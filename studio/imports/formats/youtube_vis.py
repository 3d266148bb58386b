"""YouTube-VIS: an annotation an object, with a mask or null for each of the video's frames."""

from __future__ import annotations

from collections.abc import Mapping

from studio.imports.errors import BadImport
from studio.imports.files import Files
from studio.imports.formats.coco import categories_of, document_of, entries, hashable
from studio.imports.formats.coco_shapes import segmentation_bits
from studio.imports.frames import frames_of_names, place_frame
from studio.imports.own import Manifest, whole
from studio.imports.scene import Scene, score_of

kind = "youtube-vis"
title = "YouTube-VIS"


def recognises(files: Files) -> bool:
    """A JSON object whose annotations have segmentations, one a frame."""
    return document_of(files, "segmentations") is not None


def read(files: Files, scene: Scene, manifest: Manifest) -> None:
    """Every annotation becomes an object."""
    found = document_of(files, "segmentations")
    if found is None:
        raise BadImport(files.name, "there is no YouTube-VIS JSON in it: annotations with segmentations")
    name, document = found
    categories = categories_of(document, name)
    video = _video(document, name)
    scene.size(video.get("width"), video.get("height"), f"{name}: video {video.get('id')}")
    frames = _frames(scene, manifest, name, video)
    for place, annotation in enumerate(entries(document, "annotations", name)):
        where = f"{name}: annotation {annotation.get('id', place)}"
        if annotation.get("video_id") != video.get("id"):
            raise BadImport(where, f"its video {annotation.get('video_id')!r} is not among the videos")
        number = hashable(annotation.get("category_id"), where)
        if number not in categories:
            raise BadImport(where, f"its category {number!r} is not among the categories")
        masks = annotation.get("segmentations")
        if not isinstance(masks, list) or len(masks) != len(frames):
            many = len(masks) if isinstance(masks, list) else "no"
            raise BadImport(where, f"it has {many} segmentations, and its video has {len(frames)} frames")
        key = whole(annotation.get("id", place + 1), where, "its id")
        category, about = manifest.about(key if key > 0 else None, categories[number])
        there = scene.object_of(key, category, where, **about)
        for frame, mask in zip(frames, masks, strict=True):
            if mask is not None:
                at = f"{where}, frame {frame}"
                scene.add(there, frame, segmentation_bits(mask, scene, at), at, score_of(annotation.get("score")))


def _video(document: Mapping[str, object], name: str) -> Mapping[str, object]:
    videos = entries(document, "videos", name)
    if len(videos) != 1:
        raise BadImport(name, f"it holds {len(videos)} videos; a clip takes the annotations of one")
    return videos[0]


def _frames(scene: Scene, manifest: Manifest, name: str, video: Mapping[str, object]) -> list[int]:
    """One for each place in segmentations: as many as the clip has are its frames, fewer are told by their names."""
    listed = video.get("file_names")
    names = [str(one) for one in listed] if isinstance(listed, list) else []
    length = whole(video.get("length", len(names)), f"{name}: video {video.get('id')}", "its length")
    if length > scene.clip.frame_count or length < 0:
        there = scene.clip.frame_count
        raise BadImport(f"{name}: video {video.get('id')}", f"it has {length} frames, and the clip has {there}")
    if manifest.frames or length == scene.clip.frame_count or len(names) != length:
        return [place_frame(scene, manifest, place, f"{name}: frame {place}") for place in range(length)]
    return frames_of_names(scene, manifest, names, by_place=False, base=0)
