"""CVAT's two XML formats: tracks of a video, and images whose shapes carry a track id. No DTD, no entities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from studio.imports.errors import BadImport
from studio.imports.files import Files
from studio.imports.formats.cvat_shapes import WITH_AREA, bits_of, box_of
from studio.imports.frames import frames_of_names
from studio.imports.own import Manifest
from studio.imports.scene import Scene

kind = "cvat"
title = "CVAT XML, video or images"

_IDENTITY = ("track_id", "object_id", "instance_id")  # attributes that tell objects of images apart
_NOT_SHAPES = ("attribute", "tag")


@dataclass(frozen=True, slots=True)
class _Track:
    """A track as it stands in the XML."""

    id: str
    label: str
    group: int
    shapes: tuple[tuple[int, Element], ...]  # frame and shape, where it is inside


def recognises(files: Files) -> bool:
    """XML that speaks of annotations."""
    return any("<annotations" in files.text(name)[:4096] for name in files.ending_in(".xml"))


def read(files: Files, scene: Scene, manifest: Manifest) -> None:
    """Tracks become objects; images' shapes become those of their track id."""
    names = files.ending_in(".xml")
    if len(names) != 1:
        raise BadImport(files.name, f"there are {len(names)} XML files in it, and CVAT's annotations are one")
    name = names[0]
    root = _parsed(files, name)
    _check_task(root, scene, name)
    left_out: dict[str, int] = {}
    if root.find("track") is not None:
        _read_tracks(root, scene, manifest, name, left_out)
    else:
        _read_images(root, scene, manifest, name, left_out)
    for tag, many in left_out.items():
        scene.notes.append(f"{many} shapes of kind {tag} have no area and are left out.")


def _parsed(files: Files, name: str) -> Element:
    try:
        root: Element = fromstring(files.read(name), forbid_dtd=True)
    except DefusedXmlException as fault:
        raise BadImport(name, "it has a document type or entities, which annotations do not need") from fault
    except ParseError as fault:
        line, column = fault.position
        raise BadImport(name, f"line {line}, column {column + 1} is not XML") from fault
    except (ValueError, LookupError) as fault:
        raise BadImport(name, "it is in an encoding that is not known here") from fault
    except RecursionError as fault:
        raise BadImport(name, "this XML is nested too deep to be annotations") from fault
    if root.tag != "annotations":
        raise BadImport(name, f"its outermost tag is {root.tag[:40]}, not annotations as CVAT writes it")
    return root


def _check_task(root: Element, scene: Scene, name: str) -> None:
    """The picture's size and the number of frames, where the head tells them."""
    size = root.find("meta//original_size")
    if size is not None:
        told = [_integer(size.findtext(side, ""), f"{name}: original_size", side) for side in ("width", "height")]
        scene.size(told[0], told[1], f"{name}: original_size")
    frames = root.findtext("meta/task/size")
    if frames is not None and _integer(frames, f"{name}: task", "size") > scene.clip.frame_count:
        raise BadImport(f"{name}: task", f"it has {frames} frames, and the clip has {scene.clip.frame_count}")


def _read_tracks(root: Element, scene: Scene, manifest: Manifest, name: str, left_out: dict[str, int]) -> None:
    tracks = [_track(element, scene, name, left_out) for element in root.iter("track")]
    joined = _joined(tracks)
    for track in tracks:
        where = f"{name}: track {track.id}"
        key = f"group {track.group}" if track.group in joined else f"track {track.id}"
        number = track.group if track.group else None
        category, about = manifest.about(number if manifest else None, track.label)
        if not manifest and track.id.isdigit() and len(track.id) < 9:
            about = {"number": track.group if track.group in joined else int(track.id) + 1}
        place = scene.object_of(key, category, where, **about)
        boxed = False
        for frame, shape in track.shapes:
            at = f"{where}, frame {frame}"
            scene.add(place, frame, bits_of(shape, scene, at), at)
            if shape.tag == "box" and not boxed:
                scene.add_prompt(place, frame, box_of(shape, at))
                boxed = True


def _track(element: Element, scene: Scene, name: str, left_out: dict[str, int]) -> _Track:
    identity = element.get("id", "")[:40]
    where = f"{name}: track {identity}"
    group = _integer(element.get("group_id") or "0", where, "group_id")
    shapes = []
    for shape in element:
        if shape.tag in _NOT_SHAPES:
            continue
        frame = scene.frame(_integer(shape.get("frame", ""), where, "frame"), where)
        if shape.get("outside") == "1":
            continue
        if shape.tag not in WITH_AREA:
            left_out[shape.tag[:40]] = left_out.get(shape.tag[:40], 0) + 1
            continue
        shapes.append((frame, shape))
    return _Track(identity, element.get("label", ""), group, tuple(shapes))


def _joined(tracks: list[_Track]) -> frozenset[int]:
    """Groups whose tracks are one object: of one label, and never two of them in one frame.

    So is a mask track written that CVAT can read: a track for each mask, held together by the group.
    """
    seen: dict[int, tuple[str, set[int]]] = {}
    apart = {0}
    for track in tracks:
        frames = {frame for frame, _ in track.shapes}
        label, known = seen.setdefault(track.group, (track.label, set()))
        if label != track.label or known & frames:
            apart.add(track.group)
        known |= frames
    return frozenset(seen) - apart


def _read_images(root: Element, scene: Scene, manifest: Manifest, name: str, left_out: dict[str, int]) -> None:
    images = list(root.iter("image"))
    for image in images:
        where = f"{name}: image {image.get('id', '')[:40]}"
        if image.get("width") is not None:
            sides = [_integer(image.get(side, ""), where, side) for side in ("width", "height")]
            scene.size(sides[0], sides[1], where)
    frames = frames_of_names(scene, manifest, [image.get("name", "") for image in images], by_place=False, base=0)
    several = len([image for image in images if len(image)]) > 1
    for image, frame in zip(images, frames, strict=True):
        where = f"{name}: image {image.get('id', '')[:40]}, frame {frame}"
        unnamed: dict[str, int] = {}
        for place, shape in enumerate(shape for shape in image if shape.tag not in _NOT_SHAPES):
            if shape.tag not in WITH_AREA:
                left_out[shape.tag[:40]] = left_out.get(shape.tag[:40], 0) + 1
                continue
            label = shape.get("label", "")
            identity = _identity(shape)
            if identity is None:
                unnamed[label] = unnamed.get(label, 0) + 1
                if unnamed[label] > 1 and several:
                    raise BadImport(
                        where,
                        f"it has two shapes of {label[:40] or 'no label'} without a track_id, so which is which in "
                        "other frames is not known",
                    )
            number = int(identity) if identity is not None and identity.isdigit() and len(identity) < 9 else None
            key = f"id {identity}" if identity is not None else f"{label} {place if not several else ''}"
            category, about = manifest.about(number or None, label)
            at = f"{where}, {shape.tag} {place}"
            there = scene.object_of(key, category, at, **about)
            scene.add(there, frame, bits_of(shape, scene, at), at)
            if shape.tag == "box" and not any(key[0] == there for key in scene.prompts):
                scene.add_prompt(there, frame, box_of(shape, at))


def _identity(shape: Element) -> str | None:
    told: Mapping[str, str] = {one.get("name", ""): (one.text or "").strip() for one in shape.iter("attribute")}
    return next((told[name][:40] for name in _IDENTITY if told.get(name)), None)


def _integer(text: str, where: str, what: str) -> int:
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 9):
        raise BadImport(where, f"its {what} is {text[:40]!r}, not a whole number")
    return int(digits)
