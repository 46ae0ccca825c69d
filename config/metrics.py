"""/metrics for Prometheus: counted anew from the tables and the broker whenever it is asked, by whoever has the token.

A registry of its own for each answer: nothing is kept in a process, so it does not matter which one answers.
"""

from collections.abc import Iterator
from hmac import compare_digest

from django.conf import settings
from django.db.models import Count, Min
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from documents.models import Job
from notifications import operations
from organization import calendar, doorbell


@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    """Without MEMOFLOW_METRICS_TOKEN there is no such page; with another token it is 401."""
    token = settings.MEMOFLOW_METRICS_TOKEN
    if not token:
        raise Http404
    said = request.headers.get("Authorization", "")
    if not compare_digest(said.encode(), f"Bearer {token}".encode()):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer", "Cache-Control": "no-store"})
    registry = CollectorRegistry(auto_describe=False)
    registry.register(PostOffice())
    return HttpResponse(
        generate_latest(registry), content_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"}
    )


class PostOffice(Collector):
    """Seven statements at most, and two questions to the broker."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        found = operations.figures(operations.EVERYWHERE, now=calendar.now())
        jobs = Job.objects.aggregate(waiting=Count("pk"), since=Min("next_at"))
        workers = doorbell.workers()
        yield _gauge("letters_due", "Mails that should have gone by now.", found.due)
        yield _gauge(
            "letters_oldest_due_seconds", "Since the oldest mail that is due should have gone.", found.seconds_behind
        )
        yield _gauge("letters_deferred", "Mails that wait for their hour.", found.deferred)
        yield _gauge("letters_refused", "Mails that were refused for now and are tried again.", found.refused)
        yield _gauge("letters_failed_day", "Mails that failed for good in the last 24 hours.", found.failed_today)
        yield _gauge("addresses_bounced", "Addresses of active people that take no mail.", found.bounced)
        yield _gauge("hook_calls_waiting", "Calls of hooks that wait.", found.calls_waiting)
        yield _gauge(
            "hook_calls_failed_day",
            "Calls of hooks that failed in the last 24 hours.",
            found.calls_failed_today,
        )
        if found.scan_lag is not None:
            yield _gauge("scan_lag_seconds", "Since the last finished look at the deadlines.", found.scan_lag)
        yield _gauge("print_jobs_waiting", "Papers that wait to be printed.", jobs["waiting"])
        late = max(0.0, (timezone.now() - jobs["since"]).total_seconds()) if jobs["since"] else 0.0
        yield _gauge("print_jobs_oldest_due_seconds", "Since the oldest paper should have been printed.", late)
        yield _gauge("broker_up", "Whether the broker answers.", workers.queued is not None)
        if workers.queued is not None:
            yield _gauge("queue_length", "Rings that no worker has taken.", workers.queued)
            yield _gauge("worker_up", "Whether a worker beat within the last minute.", bool(workers.beating))


def _gauge(name: str, said: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"memoflow_{name}", said, value=float(value))
