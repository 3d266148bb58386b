"""What the API takes and answers about files that are made of masks, and files that masks are read from."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from studio.api.schemas import In
from studio.live.shapes import ExportFormat

ImportKind = Literal["project", "labelme", "youtube-vis", "coco", "cvat", "datumaro", "yolo", "mots", "davis", "vot"]


class ExportIn(In):
    """Which file to make; options depend on the format."""

    format: ExportFormat
    options: dict[str, object] = Field(default_factory=dict)


class ChoiceOut(Schema):
    """One of an option's values."""

    value: str
    title: str


class NeededOut(Schema):
    """The values of another option with which alone an option makes sense."""

    option: str
    values: list[str]


class OptionOut(Schema):
    """What may be chosen of a kind of file: enough to build a control of it."""

    name: str
    title: str
    sentence: str
    kind: Literal["objects", "frame", "number", "switch", "choice", "color", "aspect", "picture"]
    default: object
    least: float | None
    most: float | None
    step: float | None
    unit: str
    choices: list[ChoiceOut]
    needs: NeededOut | None


class ImportIn(In):
    """A file for a clip: an upload with the purpose import, and what it is, null to have that found out."""

    upload: UUID
    kind: ImportKind | None = None


class ImportReadIn(In):
    """What to read a file as."""

    kind: ImportKind


class ImportWriteIn(In):
    """What happens to objects of a name that the file has too."""

    mode: Literal["add", "replace"] = "add"


class KindOut(Schema):
    """A kind of file that can be imported."""

    name: str
    title: str


class FormatOut(Schema):
    """A kind of file that can be made of a clip's masks."""

    name: str
    title: str
    sentence: str  # what it holds, who reads it
    film: bool  # a film to look at; otherwise annotations
    lossy: list[str]  # what the files cannot hold, a sentence each
    checked_with: str | None  # the reader that the studio's own tests read it back with
    options: list[OptionOut]


class WindowOut(Schema):
    """Where a following crop looks: one window of this size, and its corner in each chosen frame, source pixels."""

    width: int
    height: int
    first_frame: int
    corners: list[tuple[float, float]]  # left, top


class BackdropOut(Schema):
    """A person's own picture, to stand behind objects."""

    id: UUID
    width: int
    height: int
    created: datetime


class EstimateOut(Schema):
    """What a file will be, about; nothing is made."""

    byte_size: int
    frames: int
    masks: int
