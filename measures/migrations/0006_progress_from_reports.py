"""Every task stands where its newest report says."""

from django.db import migrations
from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce


def take_over(apps, _schema):
    reports = apps.get_model("measures", "Report").objects.filter(task=OuterRef("pk")).order_by("-seq")
    said = Subquery(reports.values("percent")[:1])
    apps.get_model("measures", "DivisionTask").objects.update(percent=Coalesce(said, Value(0)))


class Migration(migrations.Migration):
    dependencies = [("measures", "0005_progress_on_the_task")]

    operations = [migrations.RunPython(take_over, migrations.RunPython.noop)]
