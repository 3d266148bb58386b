"""One press of Track: what is to be followed where, with which weights, and how far it is."""

import uuid

from django.db import models


class Run(models.Model):
    """The work of a job of kind run."""

    class Direction(models.TextChoices):
        """Which way from the key frames."""

        FORWARD = "forward"
        BACKWARD = "backward"
        BOTH = "both"
        BETWEEN = "between"  # from each key frame to the next and back, joined where the two agree best

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    job = models.OneToOneField("jobs.Job", models.CASCADE, related_name="run")
    video = models.ForeignKey("library.Video", models.CASCADE, related_name="runs")
    direction = models.CharField(max_length=8, choices=Direction.choices)
    first_frame = models.PositiveIntegerField()  # both included
    last_frame = models.PositiveIntegerField()
    weights = models.CharField(max_length=80)
    profile = models.CharField(max_length=20, blank=True)  # "" is the weights' own
    # {"sha256", "profile", "presence"} of the file that was meant by that name when it began: see runs/kept.py
    began_with = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    subjects = models.JSONField()  # ids as text, in order of number
    prompts = models.JSONField()  # [[subject id, frame, [x, y, w, h], kept], ...] as they stood when Track was pressed
    until_agrees = models.BooleanField(default=False)  # stop following who is found where it was found before
    agreed = models.JSONField(default=list)  # [[subject id, frame], ...] where that was
    # {stage: [seconds, frames]}: see runs/notes.py
    timings = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    # sentences: what was done otherwise than asked
    notes = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))
    checkpoint = models.BinaryField(null=True)  # where it stands: see runs/checkpoint.py
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-created",)


class Draft(models.Model):
    """A mask of a run's second way between two key frames, until the ways are joined."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="drafts")
    subject_id = models.UUIDField()
    frame = models.PositiveIntegerField()
    counts = models.BinaryField()  # as a mask's
    area = models.PositiveIntegerField()
    score = models.FloatField()
    rotated_box = models.JSONField()
    state = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ("frame",)
        constraints = (models.UniqueConstraint(fields=("run", "subject_id", "frame"), name="draft_of_frame"),)
