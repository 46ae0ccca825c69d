"""A person's own deadlines as a calendar, at an address that is a secret: whoever knows it reads them, nobody else.

The secret is shown once; stored is its sha256. What is done is gone from the feed, so a calendar that reads it again
drops it. UIDs are those of the invitations, so that a task that came by mail as well stands there once.
"""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max, Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from icalendar import vDuration

from audit import chain
from audit.models import Event
from desk import queries
from measures import letters
from measures.lifecycle import AT_WORK
from measures.models import DivisionTask
from measures.queries import held_by, in_open_years
from memo_flow import follow_ups
from memo_flow.models import FollowUp, Memo
from notifications import invitations, ruling
from notifications.invitations import Day
from notifications.ladders import Kind
from notifications.models import CalendarFeed
from organization.calendar import WorkingDays, day_of
from organization.models import HEADS, User
from organization.refusals import NotNow
from organization.seats import Seats, seats_of

MOST = 500  # of each kind of thing; a calendar of more days helps nobody
AHEAD = timedelta(days=450)  # a plan of September is reported on at the end of the October after next
EVERY = timedelta(hours=4)  # how often a calendar is asked to look again


# --- the address


@transaction.atomic
def make(user: User, *, now: datetime) -> str:
    """A secret for somebody who has none; to be shown once. Raises NotNow where there is one already."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if CalendarFeed.objects.filter(user=user).exists():
        raise NotNow(
            _("You have a calendar address already. Make a new one in its place if you do not know it any more.")
        )
    return _new(user, now)


@transaction.atomic
def renew(user: User, *, now: datetime) -> str:
    """A new secret; the address of before reads nothing from this moment on."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    return _new(user, now)


@transaction.atomic
def revoke(user: User) -> None:
    """No address any more. Twice is once."""
    CalendarFeed.objects.filter(user=user).delete()


def standing(user: User) -> CalendarFeed | None:
    return CalendarFeed.objects.filter(user=user).first()


def owner(secret: str) -> User:
    """Whose address it is. Raises CalendarFeed.DoesNotExist for an unknown one, and for a deactivated person's."""
    feeds = CalendarFeed.objects.select_related("user__organization")
    return feeds.get(digest=_digest(secret), user__is_active=True).user


def address(secret: str) -> str:
    return f"{settings.SITE_URL}{reverse('calendar', args=[secret])}"


def _new(user: User, now: datetime) -> str:
    secret = secrets.token_urlsafe(32)  # 256 bits
    CalendarFeed.objects.update_or_create(user=user, defaults={"digest": _digest(secret), "at": now})
    return secret


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


# --- what it says


def written(user: User, *, now: datetime) -> bytes:
    """All deadlines of a person, in their language. The statements do not grow with the deadlines."""
    with translation.override(user.language):
        return invitations.written(
            sorted(deadlines(user, now=now), key=lambda one: (one.on, one.uid)),
            name=_("MemoFlow: deadlines of %(name)s") % {"name": user},
            refresh_interval=vDuration(EVERY, params={"VALUE": "DURATION"}),
            x_published_ttl="PT4H",
            x_wr_calname=_("MemoFlow: deadlines of %(name)s") % {"name": user},
            x_wr_timezone=settings.TIME_ZONE,
        )


def deadlines(user: User, *, now: datetime) -> list[Day]:
    """Steps at my seats, tasks I answer for, follow-ups and requests for more time that wait for me."""
    today = day_of(now)
    seats = seats_of(user, today)
    if not seats:
        return []
    return [*_steps(seats), *_tasks(user, seats, now), *_follow_ups(seats, now), *_requests(user, seats, now)]


def _day(uid: str, on: Any, title: str, lines: Iterable[object], path: str, changed: datetime) -> Day:
    url = settings.SITE_URL + path
    return Day(uid, on, title, "\n".join(str(one) for one in (*lines, url) if one), url, changed)


def _steps(seats: Seats) -> list[Day]:
    """A secret memo's subject stays in the house: a calendar is read in many places."""
    steps = queries.waiting_for(seats).filter(due_on__isnull=False).select_related("memo__kind")
    steps = steps.annotate(moved_at=_moved_at(Memo, "memo"))
    return [
        _day(
            f"step-{one.pk}@memoflow",
            one.due_on,
            _("Decide: %(subject)s") % {"subject": one.memo.open_subject},
            (one.memo.open_subject, getattr(getattr(one.memo, "entry", None), "number", ""), one.position),
            reverse("memo", args=[one.memo_id]),
            max(one.opened_at, one.moved_at or one.opened_at),
        )
        for one in steps.order_by("due_on", "pk")[:MOST]
        if one.opened_at
    ]


def _tasks(user: User, seats: Seats, now: datetime) -> list[Day]:
    tasks = _answered_for(user, seats, now).annotate(
        set_at=Coalesce(Max("extensions__answered_at", filter=Q(extensions__granted=True)), F("assigned_at")),
        moved_at=_moved_at(DivisionTask, "pk"),
    )
    return [
        _day(
            invitations.task_uid(one.pk),
            one.due_on,
            _("Due: %(task)s") % {"task": _named(one)},
            (_named(one), one.division),
            reverse("task", args=[one.pk]),
            max(one.set_at, one.moved_at or one.set_at),
        )
        for one in tasks.select_related("measure__row__memo__kind", "division").order_by("due_on", "pk")[:MOST]
    ]


def _named(task: DivisionTask) -> str:
    """What a secret memo orders stays in the house as its subject does."""
    return _("Task of a confidential memo") if task.measure.row.memo.kind.secret else task.measure.text


def _moved_at(model: type[Model], key: str) -> Subquery:
    """When a change of the office's days last moved a date of this thing, as its chain says."""
    moves = Event.objects.filter(subject_type=chain.subject_type(model), subject_id=OuterRef(key), verb="due_moved")
    return Subquery(moves.order_by("-seq").values("at")[:1])


def _answered_for(user: User, seats: Seats, now: datetime) -> QuerySet[DivisionTask]:
    """Unfinished work that is mine: handed to me, nobody's in particular in my division, or all of it as its head.

    A task of a colleague who sits there no more is the whole division's again (measures.letters.reminded).
    """
    mine = held_by(user)
    leading = {one.division_id for one in seats.full if one.role in HEADS}
    staff = letters.people_of(seats.division_ids, day_of(now))
    for division, people in staff.items():
        if user.pk not in {one.user.pk for one in people}:
            continue
        free = ~Q(officer__in=[one.user.pk for one in people]) | Q(officer=None)
        mine |= Q(division=division) if division in leading else Q(division=division) & free
    tasks = DivisionTask.objects.filter(organization=user.organization_id, division__in=list(staff), state__in=AT_WORK)
    return in_open_years(tasks.filter(mine))


def _follow_ups(seats: Seats, now: datetime) -> list[Day]:
    return [
        _day(
            f"followup-{one.memo.pk}-{one.kind}@memoflow",
            one.due_on,
            _("Final follow-up report") if one.kind == FollowUp.FINAL else _("Interim follow-up report"),
            (one.memo.subject, getattr(getattr(one.memo, "entry", None), "number", "")),
            reverse("memo", args=[one.memo.pk]),
            one.memo.submitted_at or one.memo.created_at,
        )
        for one in follow_ups.waiting_for(seats, day_of(now), until=day_of(now) + AHEAD)
    ]


def _requests(user: User, seats: Seats, now: datetime) -> list[Day]:
    asked = list(queries.to_give_time(user, seats, day_of(now)).select_related("task__measure__row__memo__kind")[:MOST])
    if not asked:
        return []
    within = ruling.in_force(user.organization_id, Kind.EXTENSION, now).within
    days = WorkingDays.of(user.organization_id)
    return [
        _day(
            f"extension-{one.pk}@memoflow",
            days.after(day_of(one.at), within),
            _("Answer the request for more time: %(task)s") % {"task": _named(one.task)},
            (one.task.division, "" if one.task.measure.row.memo.kind.secret else one.reason),
            reverse("task", args=[one.task_id]),
            one.at,
        )
        for one in asked
    ]
