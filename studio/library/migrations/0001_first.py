import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Video",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("title", models.CharField(max_length=200)),
                (
                    "form",
                    models.CharField(choices=[("film", "Film"), ("images", "Images")], default="film", max_length=8),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("uploaded", "Uploaded"),
                            ("ingesting", "Ingesting"),
                            ("ready", "Ready"),
                            ("failed", "Failed"),
                        ],
                        default="uploaded",
                        max_length=12,
                    ),
                ),
                ("error_code", models.CharField(blank=True, max_length=40)),
                ("error", models.TextField(blank=True)),
                ("byte_size", models.BigIntegerField(default=0)),
                ("width", models.PositiveIntegerField(default=0)),
                ("height", models.PositiveIntegerField(default=0)),
                ("pixel_aspect", models.FloatField(default=1.0)),
                ("frame_count", models.PositiveIntegerField(default=0)),
                ("duration_s", models.FloatField(default=0.0)),
                ("frame_rate_num", models.BigIntegerField(default=0)),
                ("frame_rate_den", models.BigIntegerField(default=1)),
                ("has_sound", models.BooleanField(default=False)),
                ("sample", models.BooleanField(default=False)),
                ("filmstrip", models.JSONField(blank=True, null=True)),
                ("revision", models.BigIntegerField(default=0)),
                ("row_revision", models.BigIntegerField(default=0)),
                ("created", models.DateTimeField(auto_now_add=True)),
                ("deleted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="videos", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ("-created",),
            },
        ),
        migrations.CreateModel(
            name="Upload",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=200)),
                (
                    "form",
                    models.CharField(choices=[("film", "Film"), ("images", "Images")], default="film", max_length=8),
                ),
                ("length", models.BigIntegerField()),
                ("created", models.DateTimeField(auto_now_add=True)),
                ("touched", models.DateTimeField(auto_now_add=True)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="uploads", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "video",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="upload",
                        to="library.video",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="video",
            index=models.Index(fields=["owner", "deleted_at", "-created"], name="video_of_owner"),
        ),
        migrations.AddConstraint(
            model_name="upload",
            constraint=models.CheckConstraint(condition=models.Q(("length__gt", 0)), name="upload_is_not_empty"),
        ),
    ]
