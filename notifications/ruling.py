"""Which ladder an office reminds by: its newest policy of a kind, else the default. Changed from then on, audited."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audit import chain
from audit.chain import Problem
from notifications.ladders import DEFAULTS, MAY_TELL, Kind, Ladder, Rung
from notifications.models import Policy
from organization.calendar import day_of
from organization.models import Organization, Role, User
from organization.refusals import Refused, Stale
from organization.seats import Seats, seats_of

#: Who rules when an office reminds.
RULERS = (Role.HEAD_OF_OFFICE, Role.PERMANENT_SECRETARY)
MOST_RUNGS, MOST_DAYS, MOST_EVERY, MOST_TIMES, MOST_WITHIN = 20, 365, 90, 60, 60


def in_force(organization_id: Any, kind: Kind, at: datetime) -> Ladder:
    """The ladder that holds at a moment. One statement."""
    return of_all([organization_id], kind, at)[organization_id]


def of_all(organizations: Iterable[Any], kind: Kind, at: datetime) -> dict[Any, Ladder]:
    """Organization -> the ladder that holds there at a moment. One statement, however many there are."""
    found: dict[Any, Ladder] = dict.fromkeys(organizations, DEFAULTS[kind])
    rows = Policy.objects.filter(organization__in=found, kind=kind, at__lte=at).order_by("at", "pk")
    for pk, data in rows.values_list("organization", "ladder"):
        found[pk] = Ladder.of_data(data)
    return found


def history(organization_id: UUID, kind: Kind) -> list[Policy]:
    """An office's policies of a kind, the first one first, for whoever asks what held when. One statement."""
    return list(Policy.objects.filter(organization=organization_id, kind=kind).order_by("at", "pk"))


def why_not(user: User, on: date, seats: Seats | None = None) -> str | None:
    """Why this person does not rule when the office reminds; None when they do."""
    seats = seats_of(user, on) if seats is None else seats
    if seats.with_role(*RULERS):
        return None
    return _("The head of office or the permanent secretary decides when reminders are sent.")


def newest(organization_id: Any, kind: Kind, at: datetime) -> Policy | None:
    """The office's own policy of a kind in force at a moment; None where the default holds. One statement."""
    rows = Policy.objects.filter(organization=organization_id, kind=kind, at__lte=at)
    return rows.select_related("by", "position", "acting").order_by("-at", "-pk").first()


@transaction.atomic
def change(
    organization_id: Any, kind: Kind, ladder: Ladder, *, seen: UUID | None, by: User, now: datetime
) -> Policy | None:
    """The office reminds by this ladder from now on. Returns the policy in force; one that says the same is kept.

    `seen` is the policy that was read (None: the default). Raises Stale when another one holds meanwhile, Refused for
    the wrong person, ValidationError {rungs, every, times, within}.
    """
    office = Organization.objects.select_for_update(no_key=True).get(pk=organization_id, people=by)
    seat = seats_of(by, day_of(now)).with_role(*RULERS)
    if seat is None:
        raise Refused(_("The head of office or the permanent secretary decides when reminders are sent."))
    standing = newest(office.pk, kind, now)
    if (standing.pk if standing else None) != seen:
        raise Stale(_("The rule was changed meanwhile. Read it as it stands now, and change it again."), standing)
    if errors := dict(_faults(kind, ladder)):
        raise ValidationError(errors)
    if ladder == (Ladder.of_data(standing.ladder) if standing else DEFAULTS[kind]):
        return standing
    policy = Policy.objects.create(
        organization=office,
        kind=kind,
        ladder=ladder.as_data(),
        by=by,
        position=seat.position,
        acting=seat.acting,
        at=now,
    )
    chain.record(policy, "ruled", by=by, seat=seat, at=now, kind=str(kind), ladder=chain.digest(policy.ladder))
    return policy


def _faults(kind: Kind, ladder: Ladder) -> Iterator[tuple[str, list[str]]]:
    if rungs := [*_faults_of_rungs(kind, ladder.rungs)]:
        yield "rungs", rungs
    if not 0 <= ladder.every <= MOST_EVERY:
        yield "every", [_("From 0 to %(most)s.") % {"most": MOST_EVERY}]
    if not 0 <= ladder.times <= MOST_TIMES:
        yield "times", [_("From 0 to %(most)s.") % {"most": MOST_TIMES}]
    if not 1 <= ladder.within <= MOST_WITHIN:
        yield "within", [_("From 1 to %(most)s.") % {"most": MOST_WITHIN}]


def _faults_of_rungs(kind: Kind, rungs: tuple[Rung, ...]) -> Iterator[str]:
    if not rungs:
        yield _("Without a reminder nobody would be told. Keep at least one.")
    if len(rungs) > MOST_RUNGS:
        yield ngettext("At most %(most)s reminder.", "At most %(most)s reminders.", MOST_RUNGS) % {"most": MOST_RUNGS}
    if len({one.token for one in rungs}) < len(rungs):
        yield _("Two reminders begin on the same day. Put whom they tell into one.")
    for place, one in enumerate(rungs, 1):
        if not one.late <= one.days <= MOST_DAYS:
            yield _("Reminder %(place)s: days from %(least)s to %(most)s.") % {
                "place": place,
                "least": int(one.late),
                "most": MOST_DAYS,
            }
        if not one.to:
            yield _("Reminder %(place)s: say whom it tells.") % {"place": place}
        if {*one.to} - {*MAY_TELL[kind]}:
            yield _("Reminder %(place)s: it cannot tell all of these.") % {"place": place}


@chain.witness
def policies_agree() -> Iterator[Problem]:
    """Every policy says what its chain says it said."""
    kind = chain.subject_type(Policy)
    told = {event.subject_id: event.data for event in chain.telling(kind, "ladder")}
    for row in Policy.objects.order_by("pk").iterator(chunk_size=2000):
        said = told.pop(row.pk, {})
        if (said.get("kind"), said.get("ladder")) != (row.kind, chain.digest(row.ladder)):
            yield Problem(kind, str(row.pk), "this policy of reminders is not what the chain says")
    for pk in told:
        yield Problem(kind, str(pk), "the policy of this chain is gone")
