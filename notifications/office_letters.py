"""The letters of the office's own acts (organization.news): an invitation, a new password, who acts for whom."""

from datetime import datetime
from typing import Any

from notifications import outbox
from notifications.outbox import Draft, both
from organization.news import News


def tell(news: News) -> None:
    """A letter to each; what has a name in two languages is frozen in both."""
    said = {name: _frozen(value) for name, value in news.facts.items()}
    said |= {"path": news.path, "organization": both(news.office)}
    outbox.post(
        [
            Draft(
                news.office.pk,
                person,
                news.event,
                news.about,
                f"{news.event}:{news.about}:{person}:{news.place}",
                said | {"mine": said.get("acting_id") == person},
            )
            for person in news.to
        ],
        at=news.at,
    )


def void(about: str, at: datetime) -> None:
    outbox.void(about, at=at)


def _frozen(value: Any) -> Any:
    """JSON as it is; a lazy text or a thing in both languages."""
    return value if type(value) in (str, int, bool) else both(value)
