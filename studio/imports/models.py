"""An annotation file that somebody sent for a clip: first read, then, if its person says so, written into the scene."""

import uuid

from django.conf import settings
from django.db import models


class Import(models.Model):
    """The work of one or two jobs of kind import, and what came of each."""

    class Step(models.TextChoices):
        """What its job does."""

        READ = "read"
        WRITE = "write"

    class Mode(models.TextChoices):
        """What happens to objects that have the name of one in the file."""

        ADD = "add"  # they stay beside it
        REPLACE = "replace"  # they get the file's boxes and masks instead of their own

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    job = models.OneToOneField("jobs.Job", models.CASCADE, related_name="import_of")  # of its present step
    video = models.ForeignKey("library.Video", models.CASCADE, related_name="imports")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    name = models.CharField(max_length=200)  # of the file, as its person calls it
    byte_size = models.BigIntegerField()
    step = models.CharField(max_length=5, choices=Step.choices, default=Step.READ)
    kind = models.CharField(max_length=16, blank=True)  # what it is read as; empty until that is found out
    found = models.JSONField(null=True)  # what it would make: objects, masks, prompts, notes
    mode = models.CharField(max_length=7, choices=Mode.choices, default=Mode.ADD)
    written = models.BooleanField(default=False)  # in the transaction that wrote the scene: never twice
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-created",)

    def __str__(self) -> str:
        return self.name
