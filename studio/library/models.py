"""What a person keeps: clips, and the uploads that become clips."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone


class Video(models.Model):
    """One clip. A frame index counts its source's frames in presentation order; files.py says where its files are."""

    class State(models.TextChoices):
        """Where a clip is on its way to the studio."""

        UPLOADED = "uploaded"
        INGESTING = "ingesting"
        READY = "ready"
        FAILED = "failed"

    class Form(models.TextChoices):
        """What the source is."""

        FILM = "film"
        IMAGES = "images"  # a zip of pictures

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="videos")
    title = models.CharField(max_length=200)
    form = models.CharField(max_length=8, choices=Form.choices, default=Form.FILM)
    state = models.CharField(max_length=12, choices=State.choices, default=State.UPLOADED)
    error_code = models.CharField(max_length=40, blank=True)
    error = models.TextField(blank=True)
    byte_size = models.BigIntegerField(default=0)
    width = models.PositiveIntegerField(default=0)  # upright source pixels
    height = models.PositiveIntegerField(default=0)
    pixel_aspect = models.FloatField(
        default=1.0
    )  # a pixel's width to its height, for showing; boxes and masks count pixels
    frame_count = models.PositiveIntegerField(default=0)
    duration_s = models.FloatField(default=0.0)
    frame_rate_num = models.BigIntegerField(default=0)  # 0/1 when the rate varies or is unknown
    frame_rate_den = models.BigIntegerField(default=1)
    has_sound = models.BooleanField(default=False)
    sample = models.BooleanField(default=False)  # its source is drawn by the worker that takes it in
    filmstrip = models.JSONField(null=True, blank=True)  # columns, rows, tile_width, tile_height, count
    edition = models.CharField(max_length=32, blank=True)  # of its files, where a store keeps each attempt's apart
    revision = models.BigIntegerField(default=0)  # of the newest change to anything of this clip
    row_revision = models.BigIntegerField(default=0)  # of the newest change to this row
    created = models.DateTimeField(auto_now_add=True)
    opened = models.DateTimeField(default=timezone.now, db_default=Now())  # by a person, the last time; about
    goes_at = models.DateTimeField(null=True, blank=True)  # deleted then, unless somebody opens it: see retention.py
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created",)
        indexes = (models.Index(fields=("owner", "deleted_at", "-created"), name="video_of_owner"),)

    def __str__(self) -> str:
        return self.title


class Upload(models.Model):
    """A file on its way in, by tus. How much has arrived is the size of its staged file, never a column."""

    class Purpose(models.TextChoices):
        """What it is to become."""

        CLIP = "clip"
        IMPORT = "import"  # a file for a clip that is there; whoever takes it in moves it away

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="uploads")
    purpose = models.CharField(max_length=8, choices=Purpose.choices, default=Purpose.CLIP)
    name = models.CharField(max_length=200)
    form = models.CharField(max_length=8, choices=Video.Form.choices, default=Video.Form.FILM)
    length = models.BigIntegerField()  # bytes
    created = models.DateTimeField(auto_now_add=True)
    touched = models.DateTimeField(auto_now_add=True)
    video = models.OneToOneField(Video, models.CASCADE, null=True, blank=True, related_name="upload")

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(length__gt=0), name="upload_is_not_empty"),)

    def __str__(self) -> str:
        return self.name
