"""What is in a clip: objects to follow, the boxes drawn around them, the masks found of them, and its history.

A `Step` is one change as its person sees it. Its kept rows are what stood before it; undoing swaps the two.
"""

import uuid

from django.conf import settings
from django.db import models


class Subject(models.Model):
    """An object to follow. Deleted ones stay as a row, so that pages hear of it and it can be restored."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    video = models.ForeignKey("library.Video", models.CASCADE, related_name="subjects")
    number = models.PositiveIntegerField()  # 1, 2, ... in a clip, never used again
    name = models.CharField(max_length=80)
    color = models.CharField(max_length=7)  # "#rrggbb"
    visible = models.BooleanField(default=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    revision = models.BigIntegerField()

    class Meta:
        ordering = ("number",)
        constraints = (models.UniqueConstraint(fields=("video", "number"), name="subject_number"),)
        indexes = (models.Index(fields=("video", "revision"), name="subject_changes"),)

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class Prompt(models.Model):
    """A box drawn around a subject on a frame: a key frame, where tracking starts anew. Deleted ones stay as a row."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(Subject, models.CASCADE, related_name="prompts")
    frame = models.PositiveIntegerField()
    x = models.FloatField()  # upright source pixels, edges
    y = models.FloatField()
    width = models.FloatField()
    height = models.FloatField()
    deleted = models.BooleanField(default=False)
    revision = models.BigIntegerField()

    class Meta:
        ordering = ("frame",)
        constraints = (models.UniqueConstraint(fields=("subject", "frame"), name="prompt_of_frame"),)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """x, y, width, height."""
        return self.x, self.y, self.width, self.height


class Found(models.Model):
    """What is known of a subject in a frame: of the mask that stands, and of those kept beside it."""

    VALUES = ("counts", "area", "score", "rotated_box", "state", "run_id", "accepted")

    counts = models.BinaryField()  # COCO run lengths of the whole frame, compressed
    area = models.PositiveIntegerField()  # pixels
    score = models.FloatField()  # 0..1
    rotated_box = models.JSONField()  # x, y of 4 corners, 8 numbers
    state = models.PositiveSmallIntegerField()
    run_id = models.UUIDField(null=True)
    accepted = models.BooleanField(default=False)  # a person looked at it and found it right

    class Meta:
        abstract = True


class Mask(Found):
    """What stands of a subject in a frame."""

    class State(models.IntegerChoices):
        """How it came about."""

        PROMPT = 0, "prompt"
        TRACKED = 1, "tracked"
        LOST = 2, "lost"  # searched for and not found: no pixels
        DOUBTFUL = 3, "doubtful"  # tracked, and the tracker is not sure
        EDITED = 4, "edited"  # drawn or changed by a person: a key frame, no run overwrites it
        IMPORTED = 5, "imported"
        ABSENT = 6, "absent"  # a person says it is not in the picture: no pixels

    OUT_OF_SIGHT = (State.LOST, State.ABSENT)  # nothing to draw or to export
    BY_HAND = (State.EDITED, State.ABSENT)  # a person's word, which no run writes over

    subject = models.ForeignKey(Subject, models.CASCADE, related_name="masks")
    frame = models.PositiveIntegerField()
    state = models.PositiveSmallIntegerField(choices=State.choices)
    revision = models.BigIntegerField()

    class Meta:
        ordering = ("frame",)
        constraints = (models.UniqueConstraint(fields=("subject", "frame"), name="mask_of_frame"),)
        indexes = (models.Index(fields=("subject", "revision"), name="mask_changes"),)


class Removal(models.Model):
    """Masks of a subject that were taken away: what a page that has them needs to hear."""

    subject = models.ForeignKey(Subject, models.CASCADE, related_name="removals")
    first = models.PositiveIntegerField()  # frames, both included
    last = models.PositiveIntegerField()
    revision = models.BigIntegerField()

    class Meta:
        indexes = (models.Index(fields=("subject", "revision"), name="removal_changes"),)


class Step(models.Model):
    """One change to a scene, as its person sees it: what undo takes back and redo brings again. A run is one."""

    video = models.ForeignKey("library.Video", models.CASCADE, related_name="steps")
    ordinal = models.BigIntegerField()  # the clip's revision when it began: the order of a clip's steps
    title = models.CharField(max_length=200)  # "Box on ladybird, frame 12"
    kind = models.CharField(max_length=20)  # "box", "run", ...: see changes.Kind
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    subject = models.ForeignKey(Subject, models.SET_NULL, null=True, related_name="+")  # the one it is about, if one
    frame = models.PositiveIntegerField(null=True)  # where to look at it
    job = models.OneToOneField(
        "jobs.Job", models.SET_NULL, null=True, related_name="step"
    )  # the work that goes on in it
    created = models.DateTimeField(auto_now_add=True)
    touched = models.DateTimeField(auto_now=True)
    undone = models.BooleanField(default=False)
    size_bytes = models.BigIntegerField(default=0)  # of its kept rows; 0 when it changed nothing
    revision = models.BigIntegerField()  # when it was last made, undone or redone

    class Meta:
        ordering = ("ordinal",)
        constraints = (models.UniqueConstraint(fields=("video", "ordinal"), name="step_ordinal"),)
        indexes = (models.Index(fields=("video", "revision"), name="step_changes"),)

    def __str__(self) -> str:
        return self.title


class KeptMask(Found):
    """The other side of a step in one frame of a subject: what stood before it, or, once undone, what it had made."""

    step = models.ForeignKey(Step, models.CASCADE, related_name="kept_masks")
    subject = models.ForeignKey(Subject, models.CASCADE, related_name="+")
    frame = models.PositiveIntegerField()
    there = models.BooleanField()  # False: no mask at all

    class Meta:
        constraints = (models.UniqueConstraint(fields=("step", "subject", "frame"), name="kept_mask_of_step"),)
        indexes = (models.Index(fields=("subject", "frame"), name="kept_mask_frame"),)


class KeptRow(models.Model):
    """The other side of a step in an object or a box: the values that a person changes."""

    class Kind(models.TextChoices):
        """Which table it is of."""

        SUBJECT = "subject"
        PROMPT = "prompt"

    step = models.ForeignKey(Step, models.CASCADE, related_name="kept_rows")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    row = models.UUIDField()
    values = models.JSONField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("step", "kind", "row"), name="kept_row_of_step"),)


class Version(models.Model):
    """All masks of an object as they stood once, under a name: kept by a person, or by a run that ended."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(Subject, models.CASCADE, related_name="versions")
    name = models.CharField(max_length=80)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    of_run = models.UUIDField(null=True)  # kept by itself when this run ended; null: by a person
    created = models.DateTimeField(auto_now_add=True)
    frames = models.PositiveIntegerField(default=0)  # with a mask
    size_bytes = models.BigIntegerField(default=0)

    class Meta:
        ordering = ("-created",)
        constraints = (models.UniqueConstraint(fields=("subject", "of_run"), name="version_of_run"),)

    def __str__(self) -> str:
        return self.name


class VersionMask(Found):
    """A mask of a version."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="masks")
    frame = models.PositiveIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("version", "frame"), name="version_mask_of_frame"),)


class PreparedMask(Found):
    """A mask on its way into a scene, which nobody sees yet: see prepared.py."""

    owner = models.UUIDField()  # the lease of the job that prepares it
    place = models.PositiveIntegerField()  # of its object in the file
    frame = models.PositiveIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("owner", "place", "frame"), name="prepared_mask_of_frame"),)


class Comment(models.Model):
    """What a person says about a frame. Deleted ones stay as a row, so that pages hear of it and it can be restored."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    video = models.ForeignKey("library.Video", models.CASCADE, related_name="comments")
    frame = models.PositiveIntegerField()
    text = models.TextField(max_length=2000)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="comments")
    created = models.DateTimeField(auto_now_add=True)
    resolved = models.BooleanField(default=False)
    deleted = models.BooleanField(default=False)
    revision = models.BigIntegerField()

    class Meta:
        ordering = ("frame", "created")
        indexes = (models.Index(fields=("video", "revision"), name="comment_changes"),)
