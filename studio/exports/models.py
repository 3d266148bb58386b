"""A file made from a clip's masks, to take away."""

import uuid

from django.conf import settings
from django.db import models


class Export(models.Model):
    """The work of a job of kind export, and the file that came of it."""

    class Format(models.TextChoices):
        """What the file is."""

        OVERLAY = "overlay"
        OUTLINE = "outline"
        MATTE = "matte"
        CUTOUT = "cutout"
        BACKGROUND = "background"
        BLUR = "blur"
        SPOTLIGHT = "spotlight"
        CROP = "crop"
        GRID = "grid"
        COCO = "coco"
        YOUTUBE_VIS = "youtube-vis"
        YOUTUBE_VOS = "youtube-vos"
        DAVIS = "davis"
        MOTS = "mots"
        MOT = "mot"
        CVAT_VIDEO = "cvat-video"
        CVAT_IMAGES = "cvat-images"
        YOLO = "yolo"
        LABELME = "labelme"
        VOT = "vot"
        DATUMARO = "datumaro"
        CSV = "csv"
        PROJECT = "project"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    job = models.OneToOneField("jobs.Job", models.CASCADE, related_name="export")
    video = models.ForeignKey("library.Video", models.CASCADE, related_name="exports")
    format = models.CharField(max_length=16, choices=Format.choices)
    options = models.JSONField(default=dict)  # those that differ from the format's defaults, in order of their names
    of_revision = models.BigIntegerField()  # the newest of the objects, boxes and masks it is made of
    file_name = models.CharField(max_length=255, blank=True)
    byte_size = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-created",)


class Backdrop(models.Model):
    """A person's own picture, to stand behind objects."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="backdrops")
    width = models.PositiveIntegerField()  # px
    height = models.PositiveIntegerField()
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-created",)
