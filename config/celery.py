"""The Celery application and beat's table. Tasks are doorbells: the database is the memory."""

import gc
import os
from typing import Any

from celery import Celery
from celery.signals import worker_process_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("memoflow")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["config"], related_name="health")


@worker_process_init.connect
def stay(**_: Any) -> None:
    """What a worker has loaded stays: the collector need not walk over it again, which took a fourth of a scan."""
    gc.collect()
    gc.freeze()


app.conf.beat_schedule = {
    "heartbeat": {"task": "config.health.beat", "schedule": 10.0, "options": {"expires": 10}},
    "deliver what the broker lost": {"task": "notifications.tasks.deliver", "schedule": 30.0},
    "call the offices' hooks": {"task": "notifications.tasks.call_hooks", "schedule": 30.0},
    "print what the broker lost": {"task": "documents.tasks.print_due", "schedule": 60.0},
    "look at links": {"task": "files.tasks.check_links", "schedule": 3600.0},
    "drop the bytes of refused acts": {"task": "files.tasks.sweep", "schedule": 14_400.0},
    "open what is published": {"task": "disclosure.tasks.visit", "schedule": 1800.0},
    "remind before and after deadlines": {"task": "notifications.tasks.scan", "schedule": 900.0},
}
