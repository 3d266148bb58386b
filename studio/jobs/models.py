"""The queue of record: one row for each piece of work a worker does, with who holds it and until when."""

import uuid

from django.conf import settings
from django.db import models


class Job(models.Model):
    """A piece of work. Celery only rings; this row says what is to be done, who does it and how far it is."""

    class Kind(models.TextChoices):
        """What the work makes."""

        INGEST = "ingest"
        RUN = "run"
        EXPORT = "export"
        IMPORT = "import"

    class Queue(models.TextChoices):
        """Which workers do it."""

        MEDIA = "media"
        GPU = "gpu"

    class State(models.TextChoices):
        """Where the work is."""

        QUEUED = "queued"
        RUNNING = "running"
        PAUSED = "paused"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"

    class Wanted(models.TextChoices):
        """What its person last asked for; a worker obeys at its next look."""

        RUN = "run"
        PAUSE = "pause"
        CANCEL = "cancel"

    ACTIVE = (State.QUEUED, State.RUNNING, State.PAUSED)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="jobs")
    video = models.ForeignKey("library.Video", models.CASCADE, related_name="jobs")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    queue = models.CharField(max_length=8, choices=Queue.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    wanted = models.CharField(max_length=8, choices=Wanted.choices, default=Wanted.RUN)

    attempt = models.PositiveSmallIntegerField(default=0)  # claims since the work last got further
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)
    rung = models.DateTimeField(null=True, blank=True)  # when Celery was last told

    progress = models.FloatField(default=0.0)  # 0..1
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    furthest = models.PositiveIntegerField(default=0)  # the most `done` ever committed
    fps = models.FloatField(null=True, blank=True)
    seconds_left = models.FloatField(null=True, blank=True)

    error_code = models.CharField(max_length=40, blank=True)
    error = models.TextField(blank=True)
    created = models.DateTimeField(auto_now_add=True)
    started = models.DateTimeField(null=True, blank=True)
    ended = models.DateTimeField(null=True, blank=True)
    revision = models.BigIntegerField(default=0)  # of its video, when its state last changed

    class Meta:
        ordering = ("created",)
        indexes = (
            models.Index(fields=("queue", "state", "created"), name="job_in_line"),
            models.Index(fields=("state", "lease_until"), name="job_lease"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("video", "kind"),
                condition=models.Q(kind__in=("ingest", "run"), state__in=("queued", "running", "paused")),
                name="one_active_ingest_and_run_a_video",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"


class Tally(models.Model):
    """How often something happened since the studio was made: see tally.py."""

    what = models.CharField(max_length=40)
    label = models.CharField(max_length=120, blank=True)  # values of its labels, with commas between
    value = models.FloatField(default=0.0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("what", "label"), name="one_tally_a_label"),)

    def __str__(self) -> str:
        return f"{self.what} {self.label}"


class Spent(models.Model):
    """How long workers worked for a person on a day, clips that are deleted since included."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="spent")
    day = models.DateField()
    kind = models.CharField(max_length=8, choices=Job.Kind.choices)
    seconds = models.FloatField(default=0.0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("owner", "day", "kind"), name="one_sum_a_day"),)

    def __str__(self) -> str:
        return f"{self.kind} on {self.day}"
