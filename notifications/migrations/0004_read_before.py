from django.db import migrations
from django.db.models import F


def mark(apps, schema_editor):
    """What went out before there was a bell was read in a mailbox: nobody's bell begins with years of letters."""
    letters = apps.get_model("notifications", "Letter").objects
    letters.filter(read_at=None, sent_at__isnull=False).update(read_at=F("sent_at"))


class Migration(migrations.Migration):
    dependencies = [("notifications", "0003_deadlines")]
    operations = [migrations.RunPython(mark, migrations.RunPython.noop, elidable=True)]
