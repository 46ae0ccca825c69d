"""Reminding by hand: once for a thing until the next working day, and so many times a day for an office."""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from notifications.models import Nudge
from organization.calendar import WorkingDays, day_of, local
from organization.models import User
from organization.plain_text import words
from organization.refusals import NotNow
from organization.seats import Seat
from organization.templatetags.office import day as written

LONGEST = 500  # characters of the sentence that may go with it
REST = timedelta(days=60)  # surely holds the next working day, long holidays included


def record(about: str, organization_id: UUID, *, by: User, seat: Seat, text: str, now: datetime) -> Nudge:
    """Keep that somebody was reminded by hand. The caller holds the thing and the organization (years.hold).

    Raises NotNow, with the day from which it is possible again, or ValidationError {text}.
    """
    text = words(text, "text", most=LONGEST)
    if day := again(newest(about), day_of(now)):
        said = _("This was reminded of already. It is possible again from %(day)s.")
        raise NotNow(said % {"day": written(day)})
    _require_some_left(organization_id, now)
    return Nudge.objects.create(
        organization_id=organization_id,
        about=about,
        text=text,
        by=by,
        position=seat.position,
        acting=seat.acting,
        at=now,
    )


def newest(*abouts: str) -> Nudge | None:
    """The newest one of these things. One statement."""
    return Nudge.objects.filter(about__in=abouts).order_by("-at").first()


def again(last: Nudge | None, today: date) -> date | None:
    """The working day from which the same thing may be reminded of again; None: today. One statement at most."""
    if last is None or today - day_of(last.at) > REST:
        return None
    day = WorkingDays.of(last.organization_id).after(day_of(last.at), 1)
    return day if day > today else None


def _require_some_left(organization_id: UUID, now: datetime) -> None:
    midnight = local(now).replace(hour=0, minute=0, second=0, microsecond=0)
    most = settings.MEMOFLOW_NUDGES_A_DAY
    if Nudge.objects.filter(organization=organization_id, at__gte=midnight).count() >= most:
        said = _("The office has reminded by hand %(most)s times today. It is possible again from %(day)s.")
        raise NotNow(said % {"most": most, "day": written(day_of(now) + timedelta(days=1))})
