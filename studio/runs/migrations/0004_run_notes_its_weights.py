from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("runs", "0003_run_keeps_timings_and_notes"),
    ]

    operations = [
        migrations.AddField(
            model_name="run",
            name="began_with",
            field=models.JSONField(default=dict, db_default=models.Value({}, models.JSONField())),
        ),
    ]
