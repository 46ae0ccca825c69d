"""How the post office is: what waits, since when, what failed, and how it is sent again.

Moments are the office's; what is measured against the machine's clock (a scan's start and end) says so.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Min, Q, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from audit import chain
from notifications import bounces, outbox, rights
from notifications.models import Bounce, Call, Letter, ScanRun
from notifications.outbox import Draft, both
from notifications.rights import Reach
from organization import people
from organization.calendar import day_of
from organization.models import Organization, User

STUCK = timedelta(minutes=15)
A_DAY = timedelta(days=1)
SCAN_LATE = timedelta(hours=1)  # a look at the deadlines is due each quarter of an hour
RECENT = timedelta(days=60)  # how far back an office's letters are looked through for one that never went
TEST = "post_test"
EVERYWHERE = Reach(None)


@dataclass(frozen=True)
class Figures:
    """`due` letters should have gone by now, and are late since `due_since`; `deferred` ones wait for their hour;
    `refused` ones were not taken for now, and are tried again."""

    now: datetime
    due: int
    due_since: datetime | None
    deferred: int
    refused: int
    failed_today: int
    bounced: int
    calls_waiting: int
    calls_since: datetime | None
    calls_failed_today: int
    scanned_at: datetime | None

    @property
    def seconds_behind(self) -> float:
        """Since the oldest letter that is due should have gone."""
        return max(0.0, (self.now - self.due_since).total_seconds()) if self.due_since else 0.0

    @property
    def scan_lag(self) -> float | None:
        """Seconds since the moment that the last finished look at the deadlines looked from."""
        return max(0.0, (self.now - self.scanned_at).total_seconds()) if self.scanned_at else None

    @property
    def is_stuck(self) -> bool:
        return self.seconds_behind > STUCK.total_seconds()


def _waiting(reach: Reach) -> QuerySet[Letter]:
    """Mails that have not gone; one that comes inside another is not counted beside it."""
    mails = Letter.objects.filter(digest=None, unmailed="", sent_at=None, voided_at=None, failed_at=None)
    return reach.of(mails)


def _is_due(now: datetime) -> Q:
    return Q(not_before=None) | Q(not_before__lte=now)


#: A server that is down costs no attempt; whoever has one was refused for now, by a server that is there.
_REFUSED = Q(attempts__gt=0)
#: So many people refused for now are no trouble of theirs: it is the server that takes no mail.
SEVERAL = 5


def _late(letters: QuerySet[Letter], now: datetime) -> datetime | None:
    """Since when mail is late: one address that takes none for a while makes nobody else's late. One statement."""
    gone = Coalesce("not_before", "at")
    due = letters.filter(_is_due(now)).aggregate(
        waits=Min(gone, filter=~_REFUSED),
        tried=Min(gone, filter=_REFUSED),
        people=Count("recipient", filter=_REFUSED, distinct=True),
    )
    since = [due["waits"], due["tried"] if due["people"] >= SEVERAL else None]
    return min((one for one in since if one), default=None)


def figures(reach: Reach, *, now: datetime) -> Figures:
    """Six statements."""
    due = _is_due(now)
    mail = _waiting(reach).aggregate(
        due=Count("pk", filter=due & ~_REFUSED),
        deferred=Count("pk", filter=~due),
        refused=Count("pk", filter=due & _REFUSED),
    )
    failed = reach.of(Letter.objects.filter(failed_at__gt=now - A_DAY, voided_at=None, digest=None)).count()
    bounced = reach.of(bounces.marked(), "user__organization").count()
    calls = reach.of(Call.objects.filter(hook__ended_at=None, sent_at=None), "hook__organization").aggregate(
        waiting=Count("pk", filter=Q(failed_at=None)),
        since=Min("letter__at", filter=Q(failed_at=None)),
        failed=Count("pk", filter=Q(failed_at__gt=now - A_DAY)),
    )
    return Figures(
        now=now,
        due=mail["due"],
        due_since=_late(_waiting(reach), now),
        deferred=mail["deferred"],
        refused=mail["refused"],
        failed_today=failed,
        bounced=bounced,
        calls_waiting=calls["waiting"],
        calls_since=calls["since"],
        calls_failed_today=calls["failed"],
        scanned_at=next((one.at for one in last_scans(1)), None),
    )


def last_scans(count: int) -> list[ScanRun]:
    """The newest finished looks at the deadlines. One statement."""
    return list(ScanRun.objects.filter(finished_at__isnull=False).order_by("-at")[:count])


def complaint(reach: Reach) -> str:
    """What the mail server last said to a letter that still waits for it; empty when it said nothing. One statement."""
    said = _waiting(reach).exclude(_REFUSED).exclude(error="").order_by("-next_at").values_list("error", flat=True)
    return said.first() or ""


# The banner


def stuck_since(reach: Reach, *, now: datetime) -> datetime | None:
    """Since when mail is stuck: a letter should have gone a quarter of an hour ago. Asked of the database once a
    minute for an office, by one statement."""
    key = f"memoflow:stuck:{reach.office or 'all'}"
    seconds = settings.MEMOFLOW_BANNER_SECONDS
    kept: tuple[datetime | None] | None = cache.get(key) if seconds else None
    if kept is None:
        kept = (_oldest(reach, now),)
        if seconds:
            cache.set(key, kept, seconds)
    (since,) = kept
    return since if since and now - since > STUCK else None


def _oldest(reach: Reach, now: datetime) -> datetime | None:
    letters = _waiting(reach).filter(at__lte=now - STUCK)
    return _late(letters.filter(at__gt=now - RECENT) if reach.office else letters, now)


# What failed


def failed_letters(reach: Reach) -> QuerySet[Letter]:
    """Those whose reason still stands; what was enclosed in a mail that failed comes with it."""
    letters = Letter.objects.filter(failed_at__isnull=False, voided_at=None, digest=None)
    return reach.of(letters).select_related("recipient").defer("text")


def failed_calls(reach: Reach) -> QuerySet[Call]:
    calls = Call.objects.filter(failed_at__isnull=False, hook__ended_at=None, letter__voided_at=None)
    found = reach.of(calls, "hook__organization").select_related("hook", "letter")
    return found.defer("letter__text")


@transaction.atomic
def send_again(letters: QuerySet[Letter], *, by: User | None, now: datetime) -> int:
    """These failed letters go as if new, with what they enclose; how many mails. Without `by`: from the shell.

    Left out: what is not theirs to look after, what is voided, what somebody else sent again meanwhile, and what goes
    to an address that takes no mail. Raises Refused.
    """
    reach, barred = _reach(by, now), bounces.marked().values("user")
    chosen = dict(
        reach.of(letters)
        .filter(failed_at__isnull=False, voided_at=None, digest=None)
        .exclude(recipient__in=barred)
        .order_by("pk")
        .select_related(None)
        .select_for_update(no_key=True)
        .values_list("pk", "organization")
    )
    ids = list(chosen)
    afresh: dict[str, Any] = {"failed_at": None, "attempts": 0, "lease": None, "error": ""}
    for some in _slices(ids):
        whole = Letter.objects.filter(Q(pk__in=some) | Q(digest__in=some), voided_at=None, sent_at=None)
        whole.update(**afresh, next_at=timezone.now())
    if ids:
        _record("mails_sent_again", chosen.values(), reach, by=by, now=now)
        transaction.on_commit(outbox.ring)
    return len(ids)


@transaction.atomic
def call_again(calls: QuerySet[Call], *, by: User | None, now: datetime) -> int:
    """These failed calls are made as if new; how many. As send_again."""
    reach = _reach(by, now)
    rows = reach.of(calls, "hook__organization").filter(failed_at__isnull=False, hook__ended_at=None)
    rows = rows.order_by("pk").select_related(None).select_for_update(no_key=True, of=("self",))
    chosen = dict(rows.values_list("pk", "hook__organization"))
    ids = list(chosen)
    for some in _slices(ids):
        Call.objects.filter(pk__in=some).update(
            failed_at=None, attempts=0, lease=None, error="", next_at=timezone.now()
        )
    _record("calls_made_again", chosen.values(), reach, by=by, now=now)
    return len(ids)


def _record_of_person(verb: str, person: User, reach: Reach, *, by: User, now: datetime) -> None:
    """In the chain of the person's office; the address itself is personal, so its digest."""
    if person.organization_id:
        office = Organization.objects.select_for_update(no_key=True).get(pk=person.organization_id)
        said = {"person": person.pk, "address": chain.digest(person.email)}
        chain.record(office, verb, by=by, seat=reach.seat, at=now, **said)


def _reach(by: User | None, now: datetime) -> Reach:
    return rights.require(by, on=day_of(now)) if by else EVERYWHERE


def _record(verb: str, offices: Iterable[UUID], reach: Reach, *, by: User | None, now: datetime) -> None:
    """In the chain of each office how many of its things it was done to."""
    counts = Counter(offices)
    rows = list(Organization.objects.select_for_update(no_key=True).filter(pk__in=counts).order_by("pk"))
    data = {pk: {"count": count} for pk, count in counts.items()}
    chain.record_all(rows, verb, by=by, seat=reach.seat, at=now, data=data)


def _slices(ids: list[Any]) -> Iterable[list[Any]]:
    return (ids[n : n + outbox.BATCH] for n in range(0, len(ids), outbox.BATCH))


@transaction.atomic
def free(user_id: int, *, by: User, now: datetime) -> int:
    """Mail is tried again at a marked address, and what failed because of it goes; how many mails.

    Raises Bounce.DoesNotExist or Refused.
    """
    reach = rights.require(by, on=day_of(now))
    mark = reach.of(Bounce.objects.select_for_update(of=("self",)).select_related("user"), "user__organization").get(
        user=user_id
    )
    _record_of_person("address_freed", mark.user, reach, by=by, now=now)
    return _freed(mark, by=by, now=now)


@transaction.atomic
def readdress(user_id: int, email: str, *, by: User, now: datetime) -> int:
    """A person whose address takes no mail gets another one, and what failed because of the old one goes; how many.

    Raises Bounce.DoesNotExist, Refused, or ValidationError {email} for what is no address, or is marked itself.
    """
    reach = rights.require(by, on=day_of(now))
    mark = reach.of(Bounce.objects.select_for_update(), "user__organization").get(user=user_id)
    person = User.objects.select_for_update(no_key=True).get(pk=user_id)
    if email.strip().casefold() == mark.address.casefold():
        raise ValidationError({"email": _("This is the address that takes no mail.")})
    people.readdress(person, email)
    _record_of_person("address_changed", person, reach, by=by, now=now)
    return _freed(mark, by=by, now=now)


def _freed(mark: Bounce, *, by: User, now: datetime) -> int:
    letters = Letter.objects.filter(recipient=mark.user_id, failed_at__gte=mark.at)
    mark.delete()
    return send_again(letters, by=by, now=now)


# Is it well?


def test(*, by: User, now: datetime) -> UUID:
    """A letter to oneself, which goes the way of every letter; its id. Raises Refused."""
    reach = rights.require(by, on=day_of(now))
    office = by.organization
    if reach.office is None or office is None:
        raise rights.homeless()
    facts = {"path": reverse("post-office"), "organization": both(office)}
    key = f"{TEST}:{by.pk}:{timezone.now().isoformat()}"
    return outbox.post([Draft(office.pk, by.pk, TEST, "post-office", key, facts)], at=now)[0]
