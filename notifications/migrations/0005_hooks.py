import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0004_unmailed")]

    operations = [
        migrations.AddField(
            model_name="hook",
            name="since",
            field=models.DateTimeField(default=django.utils.timezone.now),
            preserve_default=False,
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(fields=["hook", "-id"], name="call_of_hook"),
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(
                condition=models.Q(("failed_at__isnull", False)), fields=["hook", "-id"], name="call_failed"
            ),
        ),
    ]
