import django.db.models.functions.datetime
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("library", "0003_editions"),
    ]

    operations = [
        migrations.AddField(
            model_name="video",
            name="opened",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now
            ),
        ),
        migrations.AddField(
            model_name="video",
            name="goes_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
