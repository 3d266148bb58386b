"""What the API takes and answers, beside the shapes it shares with the socket."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, Field, StringConstraints

from studio.live.shapes import (
    Box,
    CommentOut,
    Direction,
    PromptOut,
    RunOut,
    StepOut,
    SubjectOut,
    VideoOut,
)

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Color = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$", to_lower=True)]
Remark = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
FrameIndex = Annotated[int, Field(ge=0, lt=2**31)]
Sort = Literal["created", "title", "duration"]
Order = Literal["asc", "desc"]


class In(Schema):
    """A body: a field that is not known is refused, not passed over."""

    model_config = ConfigDict(extra="forbid")


class ErrorOut(Schema):
    """Every refusal: a code for programs, one sentence for people."""

    code: str
    message: str


class Limits(Schema):
    """What an upload may be at most."""

    max_bytes: int
    max_seconds: int
    max_pixels: int  # width x height
    max_frames: int


class UsageOut(Schema):
    """What a person uses of what they may use; a most of null is no limit."""

    bytes: int
    most_bytes: int | None
    frames: int  # masks that unfinished runs have still to make
    most_frames: int | None
    minutes_day: float  # of tracking
    most_minutes_day: float | None
    minutes_month: float
    most_minutes_month: float | None


class MeOut(Schema):
    """Who asks, what they may upload, what they use."""

    username: str
    sign_up: bool
    limits: Limits
    usage: UsageOut


class TokenIn(In):
    """The name a person knows a token by."""

    name: Name


class TokenOut(Schema):
    """A token, without its secret."""

    id: UUID
    name: str
    created: datetime
    last_used: datetime | None


class NewTokenOut(TokenOut):
    """A token with its secret, told this once."""

    token: str


class VideoIn(In):
    """What may be changed of a clip."""

    title: Title


class FramesOut(Schema):
    """When each frame of the proxy is shown, in presentation order."""

    time_base: str  # seconds of one tick, "1/15360"
    pts: list[int]


class FirstPromptIn(In):
    """Where a new object is drawn: a frame, and x, y, width, height in upright source pixels."""

    frame: FrameIndex
    box: Box


class Rle(In):
    """A mask as COCO has it: the picture's height and width, and the compressed run lengths of all of it."""

    size: tuple[int, int]
    counts: str


class MaskIn(Rle):
    """What a person drew of an object on a frame; one without pixels says that it is not in the picture there."""

    tool: Literal["brush", "eraser", "polygon"] | None = None  # for the title of the step


class FirstMaskIn(MaskIn):
    """The mask a new object begins with."""

    frame: FrameIndex


class SubjectIn(In):
    """A new object; one that brings its own id may be sent twice and is made once."""

    id: UUID | None = None

    name: Name | None = None
    color: Color | None = None
    prompt: FirstPromptIn | None = None
    mask: FirstMaskIn | None = None  # instead of a box


class SubjectChange(In):
    """What may be changed of an object; what is left out stays."""

    name: Name | None = None
    color: Color | None = None
    visible: bool | None = None


class PromptIn(In):
    """A box: x, y, width, height in upright source pixels."""

    box: Box


class MaskOut(Schema):
    """A mask that was drawn, as it is kept."""

    subject_id: UUID
    frame: int
    size: tuple[int, int]
    counts: str  # empty for an object that is not in the picture
    area: int  # pixels
    score: float
    box: list[float]  # x, y of the rotated box's 4 corners
    state: int  # 4 edited, 6 absent
    revision: int


class StretchOut(Schema):
    """Frames of an object that should be looked at."""

    subject_id: UUID
    first: int
    last: int
    worst: int  # the frame to go to
    reason: Literal["lost", "score", "doubtful", "jump", "shape", "edge"]
    sentence: str
    weight: float  # 0..1, 1 the gravest


class ReviewOut(Schema):
    """Where to look in a clip, the gravest first."""

    revision: int
    total: int  # stretches there are; the answer may hold fewer
    stretches: list[StretchOut]


class AgreementOut(Schema):
    """How far an object's masks agree with those of before."""

    subject_id: UUID | None  # null when there is none that changed
    frames: list[tuple[int, int]]  # frame, intersection over union in hundredths


class AcceptIn(In):
    """Frames that are right, both included."""

    first: FrameIndex
    last: FrameIndex


class AcceptOut(Schema):
    """How many masks were found right that were not before."""

    accepted: int


class CommentIn(In):
    """A remark on a frame."""

    frame: FrameIndex
    text: Remark


class CommentChange(In):
    """What may be changed of a remark; what is left out stays."""

    text: Remark | None = None
    resolved: bool | None = None


class RunIn(In):
    """What to track: where from, which way, which objects; null is the whole clip and all objects.

    "between" goes from each key frame to the next one and back, and joins both where they agree best. until_agrees:
    follow an object no further once it is found for ten frames where it was found before.
    """

    direction: Direction = "forward"
    first_frame: FrameIndex | None = None
    last_frame: FrameIndex | None = None
    weights: Annotated[str, StringConstraints(max_length=80)] | None = None
    profile: Annotated[str, StringConstraints(max_length=20)] | None = None
    subjects: Annotated[list[UUID], Field(max_length=100)] | None = None
    until_agrees: bool = False


class SceneOut(Schema):
    """Everything of a clip but its masks' outlines."""

    revision: int
    video: VideoOut
    subjects: list[SubjectOut]
    prompts: list[PromptOut]
    runs: list[RunOut]
    steps: list[StepOut]  # the newest 200 of the history, oldest first
    comments: list[CommentOut]
    lanes: dict[
        UUID, list[tuple[int, int, int]]
    ]  # subject: frame, score in hundredths, state (0 prompt 1 tracked 2 lost)


class StepIn(In):
    """Which step is meant; without it the next one, whichever it is."""

    ordinal: Annotated[int, Field(ge=0, lt=2**63)] | None = None


class FrameIn(In):
    """From which frame on."""

    frame: FrameIndex


class RangeIn(In):
    """Frames, both included."""

    first: FrameIndex
    last: FrameIndex


class MergeIn(In):
    """The object that is given up, and what becomes of frames where both have a mask."""

    other: UUID
    overlap: Literal["union", "keep"] = "union"


class SwapIn(In):
    """The other object, and from which frame on."""

    other: UUID
    frame: FrameIndex


class AbsentIn(RangeIn):
    """In which frames the object is not in the picture; `absent` false takes that back."""

    absent: bool = True


class TidyIn(RangeIn):
    """What is done to the masks: `amount` is px for specks (area), grow and shrink, and 3 or 5 frames for smooth."""

    what: Literal["fill", "specks", "grow", "shrink", "smooth"]
    amount: Annotated[int, Field(ge=0, le=1_000_000)] = 0


class VersionIn(In):
    """What the version is to be called."""

    name: Name


class HistoryOut(Schema):
    """The steps of a clip, oldest first, those that are undone at the end."""

    revision: int
    steps: list[StepOut]


class MovedOut(Schema):
    """The steps that were undone or redone, in that order, and the clip's revision after it."""

    revision: int
    steps: list[StepOut]


class WeightsOut(Schema):
    """Weights this studio knows by name."""

    name: str
    present: bool  # on this machine
    default: bool
    architecture: str
    profile: str  # its own, of those it may be run with
    profiles: list[str]
    note: str
