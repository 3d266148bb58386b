"""What is in a clip: objects to follow, the boxes drawn around them, and the masks found of them."""

import uuid

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


class Mask(models.Model):
    """What was found of a subject in a frame."""

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

    subject = models.ForeignKey(Subject, models.CASCADE, related_name="masks")
    frame = models.PositiveIntegerField()
    counts = models.BinaryField()  # COCO run lengths of the whole frame, compressed
    area = models.PositiveIntegerField()  # pixels
    score = models.FloatField()  # 0..1
    rotated_box = models.JSONField()  # x, y of 4 corners, 8 numbers
    state = models.PositiveSmallIntegerField(choices=State.choices)
    run_id = models.UUIDField(null=True)
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
