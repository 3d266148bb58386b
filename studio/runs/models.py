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

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    job = models.OneToOneField("jobs.Job", models.CASCADE, related_name="run")
    video = models.ForeignKey("library.Video", models.CASCADE, related_name="runs")
    direction = models.CharField(max_length=8, choices=Direction.choices)
    first_frame = models.PositiveIntegerField()  # both included
    last_frame = models.PositiveIntegerField()
    weights = models.CharField(max_length=80)
    profile = models.CharField(max_length=20, blank=True)  # "" is the weights' own
    subjects = models.JSONField()  # ids as text, in order of number
    prompts = models.JSONField()  # [[subject id, frame, [x, y, w, h]], ...] as they stood when Track was pressed
    checkpoint = models.BinaryField(null=True)  # where it stands: see runs/checkpoint.py
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-created",)
