"""What the frame of every page shows: the office, the seat, how much waits, how much is unread."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from desk.queries import badge
from notifications import notices, operations, rights
from organization import calendar
from organization.models import Role, User
from organization.seats import Seats, seats_of

_SECTIONS = {
    "inbox": "inbox",
    "search": "",
    "board": "measures",
    "board-year": "measures",
    "my-tasks": "tasks",
    "task": "measures",
    "dashboard": "dashboard",
}


def context(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"shell": {}}
    return {"shell": SimpleLazyObject(lambda: _shell(request))}


def _shell(request: HttpRequest) -> dict[str, Any]:
    now = calendar.now()
    today = calendar.day_of(now)
    seats = seats_of(request.user, today)  # type: ignore[arg-type]
    name = request.resolver_match.url_name or "" if request.resolver_match else ""
    return {
        "organization": request.user.organization,  # type: ignore[union-attr]
        "seat": seats[0] if seats else "",
        "waiting": badge(request.user, seats, today),  # type: ignore[arg-type]
        "unread": notices.badge(request.user),  # type: ignore[arg-type]
        "section": _section(name),
        "publishes": seats.with_role(Role.HEAD_OF_OFFICE, Role.PERMANENT_SECRETARY) is not None,
        "post_office": rights.reach(request.user, on=today, seats=seats) is not None,  # type: ignore[arg-type]
        "today": today,
        "mail_stuck_since": _stuck_since(request.user, seats, now),  # type: ignore[arg-type]
    }


def _stuck_since(user: User, seats: Seats, now: datetime) -> datetime | None:
    """Since when mail waits, for those who can do something about it."""
    if not user.is_staff and seats.with_role(Role.HEAD_OF_OFFICE) is None:
        return None
    whose = rights.reach(user, on=calendar.day_of(now), seats=seats)
    return operations.stuck_since(whose, now=now) if whose else None


def _section(name: str) -> str:
    """The entry of the menu that a page belongs to, by the name of its address."""
    if name.startswith("memo"):
        return "memos"
    if name.startswith("disclosure"):
        return "publish"
    return "results" if name.startswith("result") else _SECTIONS.get(name, "")
