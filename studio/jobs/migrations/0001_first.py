import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('library', '0001_first'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Job',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('ingest', 'Ingest'), ('run', 'Run'), ('export', 'Export')], max_length=8)),
                ('queue', models.CharField(choices=[('media', 'Media'), ('gpu', 'Gpu')], max_length=8)),
                ('state', models.CharField(choices=[('queued', 'Queued'), ('running', 'Running'), ('paused', 'Paused'), ('done', 'Done'), ('failed', 'Failed'), ('cancelled', 'Cancelled')], default='queued', max_length=10)),
                ('wanted', models.CharField(choices=[('run', 'Run'), ('pause', 'Pause'), ('cancel', 'Cancel')], default='run', max_length=8)),
                ('attempt', models.PositiveSmallIntegerField(default=0)),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('lease_token', models.UUIDField(blank=True, null=True)),
                ('rung', models.DateTimeField(blank=True, null=True)),
                ('progress', models.FloatField(default=0.0)),
                ('done', models.PositiveIntegerField(default=0)),
                ('total', models.PositiveIntegerField(default=0)),
                ('furthest', models.PositiveIntegerField(default=0)),
                ('fps', models.FloatField(blank=True, null=True)),
                ('seconds_left', models.FloatField(blank=True, null=True)),
                ('error_code', models.CharField(blank=True, max_length=40)),
                ('error', models.TextField(blank=True)),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('started', models.DateTimeField(blank=True, null=True)),
                ('ended', models.DateTimeField(blank=True, null=True)),
                ('revision', models.BigIntegerField(default=0)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='jobs', to=settings.AUTH_USER_MODEL)),
                ('video', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='jobs', to='library.video')),
            ],
            options={
                'ordering': ('created',),
                'indexes': [models.Index(fields=['queue', 'state', 'created'], name='job_in_line'), models.Index(fields=['state', 'lease_until'], name='job_lease')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('kind__in', ('ingest', 'run')), ('state__in', ('queued', 'running', 'paused'))), fields=('video', 'kind'), name='one_active_ingest_and_run_a_video')],
            },
        ),
    ]
