"""The print shop at work: claim a paper by a short lease, set it, seal it, store it, record what came out.

It may be killed at any moment: the lease ends, another takes the paper, and only one of them can record its print.
A paper that fails says why, waits longer each time, and is never given up; nothing else waits for it.
"""

import logging
import time
from datetime import datetime, timedelta
from uuid import uuid4

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit import chain
from documents import archive, keys, press, sealing, seals
from documents.models import Job, Paper, Print, Seal
from documents.typesetting import Unprinted
from organization.models import Organization

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=180)
PATIENCE = 150  # seconds of one call, well within a worker's time limit
WAITS = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60)]


def print_due(*, now: datetime) -> int:
    """Print what waits, one by one, until nothing is due or the time is up. Returns how many came out."""
    printed, until = 0, time.monotonic() + PATIENCE
    while time.monotonic() < until and (job := _claim()):
        printed += _attempt(job, now=now)
    return printed


def _claim() -> Job | None:
    """Take a lease on the paper that has waited longest. Two shops never hold the same one."""
    wall = timezone.now()
    with transaction.atomic():
        waiting = Job.objects.filter(next_at__lte=wall).order_by("next_at")
        if connection.features.has_select_for_update_skip_locked:
            waiting = waiting.select_for_update(skip_locked=True)
        job = waiting.first()
        if job is None:
            return None
        job.lease, job.next_at = uuid4(), wall + LEASE
        job.save(update_fields=["lease", "next_at"])
    return job


def _attempt(job: Job, *, now: datetime) -> bool:
    paper = Paper.objects.select_related("organization").get(pk=job.paper_id)
    now = max(now, paper.at)  # the shop may have been at work since before the decision
    try:
        pdf, seal = _printed(paper, now=now)
        return _record(job, paper, pdf, seal, now=now)
    except SoftTimeLimitExceeded:  # the worker's time is up: no fault of the paper
        raise
    except Exception as error:  # whatever is wrong with this paper, the next one is printed
        if not isinstance(error, (Unprinted, keys.SealKeyError, sealing.Unsealed)):
            logger.exception("Paper %s cannot be printed.", paper.code)
        _failed(job, error)
        return False


def _printed(paper: Paper, *, now: datetime) -> tuple[bytes, Seal | None]:
    """The file of a paper, sealed where it waits for a seal. Raises Unprinted, Unsealed or SealKeyError."""
    seal = seals.in_use(paper.organization_id) if paper.sealed else None
    if paper.sealed and seal is None:
        said = _("The office has no seal yet. Make one: manage.py make_seal %(code)s")
        raise Unprinted(said % {"code": paper.organization.code})
    pdf = press.print_paper(paper.data)
    return (_sealed(paper, pdf, seal, now=now), seal) if seal else (pdf, None)


def _sealed(paper: Paper, pdf: bytes, seal: Seal, *, now: datetime) -> bytes:
    organization: Organization = paper.organization
    return sealing.seal(
        pdf,
        key_pem=keys.decrypt(bytes(seal.key)),
        certificate_pem=seal.certificate,
        between_pem=seal.between,
        at=now,
        name=organization.name_th,
        reason=paper.data["title"],
        tsa_url=settings.MEMOFLOW_TSA_URL,
    )


@transaction.atomic
def _record(job: Job, paper: Paper, pdf: bytes, seal: Seal | None, *, now: datetime) -> bool:
    """What came out becomes the paper's one print; False when another shop was faster."""
    mine = Job.objects.filter(pk=job.pk, lease=job.lease).delete()[0]
    if not mine:
        return False
    sha256 = archive.keep(pdf)
    Print.objects.create(paper=paper, sha256=sha256, size=len(pdf), seal=seal, at=now)
    chain.record(paper, "printed", by=None, at=now, sha256=sha256, seal=seal.pk if seal else None)
    return True


def _failed(job: Job, error: Exception) -> None:
    wait = WAITS[min(job.attempts, len(WAITS) - 1)]
    Job.objects.filter(pk=job.pk, lease=job.lease).update(
        attempts=job.attempts + 1, error=str(error)[:1000], next_at=timezone.now() + wait, lease=None
    )
