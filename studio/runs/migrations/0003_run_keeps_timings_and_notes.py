from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("runs", "0002_between_and_agreement"),
    ]

    operations = [
        migrations.AddField(
            model_name="run",
            name="timings",
            field=models.JSONField(default=dict, db_default=models.Value({}, models.JSONField())),
        ),
        migrations.AddField(
            model_name="run",
            name="notes",
            field=models.JSONField(default=list, db_default=models.Value([], models.JSONField())),
        ),
    ]
