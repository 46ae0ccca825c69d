"""The product's Celery with shorter waits, so that minutes pass in seconds: what is waited for, not what is done.

A lease holds for 8 seconds in place of 180, a batch of letters gives up after 5 in place of 150, beat sweeps every
second in place of 30 and looks at the deadlines every 4 in place of 900 (not oftener: while one looks, reminders wait).
"""

from datetime import timedelta

from celery.signals import worker_process_init

from config.celery import app

LEASE, PATIENCE = timedelta(seconds=8), timedelta(seconds=5)
SWEEPS = {"notifications.tasks.deliver": 1.0, "notifications.tasks.scan": 4.0}

app.conf.broker_transport_options = {**app.conf.broker_transport_options, "visibility_timeout": 20}
app.conf.beat_schedule = {
    name: {**entry, "schedule": SWEEPS[entry["task"]]}
    for name, entry in app.conf.beat_schedule.items()
    if entry["task"] in SWEEPS
}


@worker_process_init.connect
def shorten(**_kwargs: object) -> None:
    """In each process that sends; Django's rooms are ready by then."""
    from notifications import delivery

    delivery.LEASE, delivery.PATIENCE = LEASE, PATIENCE
