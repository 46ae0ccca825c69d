"""The words of letters, in their readers' language: rendered before the first attempt, and kept with what became of it.

A reminder states the facts of its thing as they are when it is written (`facts`); a digest what its letters say. So a
batch's material is gathered first, in statements that do not grow with the letters, and no template asks for more.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils import translation

from notifications import events, facts, preferences
from notifications.events import Nature
from notifications.models import Letter
from organization.plain_text import shortened

#: The order in which a digest speaks of things: what is late first, what is only to know last.
ORDER = ("overdue", "due_today", "due_soon", "news")
DIGEST = "digest"
#: What stands where in a letter's text: mails/base.txt.
_TEXT = re.compile(
    r"(?P<salutation>[^\n]*)\n\n(?:(?P<said>.*)\n\n)?(?P<act>[^\n]*):\n(?P<link>\S+)"
    r"\n\n-- ?\n(?P<organization>[^\n]*)\n.*",
    re.DOTALL,
)


class Gone(Exception):
    """What the letter speaks of is no more: nothing is to be said, and the letter is void."""


@dataclass(frozen=True)
class Material:
    """What letters will state beside what they froze: about -> facts, and the letters each digest encloses."""

    stated: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    enclosed: Mapping[UUID, list[Letter]] = field(default_factory=dict)


def nature(letter: Letter) -> Nature:
    """Why this letter is written; an event that no room has registered is news."""
    try:
        return events.of(letter.event).nature
    except KeyError:
        return Nature.NEWS


def gather(letters: Iterable[Letter]) -> Material:
    """The material for these letters: one statement for the digests, and one read for each kind of thing."""
    letters = list(letters)
    enclosed: dict[UUID, list[Letter]] = defaultdict(list)
    if digests := {one.pk: one for one in letters if one.event == DIGEST}:
        for one in Letter.objects.filter(digest__in=digests, voided_at=None).order_by("at", "pk"):
            one.recipient = digests[one.digest_id].recipient  # type: ignore[index]
            enclosed[one.digest_id].append(one)  # type: ignore[index]
    asked = [*letters, *(one for some in enclosed.values() for one in some)]
    reminders = [one for one in asked if nature(one) is Nature.REMINDER and not one.text]
    return Material(facts.of(reminders), enclosed)


def compose(letter: Letter, material: Material | None = None) -> None:
    """The words of a letter, and its page; one that has words keeps them, but for a digest. Stores nothing.

    Raises Gone.
    """
    for _part in writing(letter, gather([letter]) if material is None else material):
        pass


def writing(letter: Letter, material: Material) -> Iterator[None]:
    """As `compose`, part by part, for whoever has a moment now and then."""
    said: dict[str, Any] = {}
    if letter.event == DIGEST or not letter.text:
        said = _said(letter, material)
        subject = _subject(letter, said)
        yield
        letter.text = _render(letter, "txt", {"foot": preferences.foot(letter, "txt"), **said}).strip() + "\n"
        letter.subject = subject
        yield
    letter.html = _page(letter, said)


def _page(letter: Letter, said: Mapping[str, Any]) -> str:
    """The text as HTML: what stands in it, in a frame. Only a digest has more to show."""
    parts = _TEXT.fullmatch(letter.text)
    assert parts, letter.pk
    shown = {
        **said,
        **parts.groupdict(""),
        "subject": letter.subject,
        "preheader": preferences.preheader(letter.text),
        "foot_html": preferences.foot(letter, "html"),
    }
    return _in_language(letter, f"mails/{DIGEST if letter.event == DIGEST else 'base'}.html", shown)


def subject(letter: Letter, material: Material) -> str:
    """Its subject line alone, at most 300 characters. Raises Gone."""
    return letter.subject or _subject(letter, _said(letter, material))


def read_in(language: str, context: Mapping[str, Any]) -> dict[str, Any]:
    """The context with every name that was frozen in both languages (`outbox.both`) in the reader's."""
    return {
        key: value[language] if isinstance(value, dict) and value.keys() == {"th", "en"} else value
        for key, value in context.items()
    }


def _said(letter: Letter, material: Material) -> dict[str, Any]:
    """All that the templates of a letter may name."""
    own = _digest(letter, material) if letter.event == DIGEST else {**_stated(letter, material), **letter.context}
    return {
        **read_in(letter.recipient.language, own),
        "recipient": letter.recipient,
        "letter": letter,
        "site": settings.SITE_URL,
        "at": letter.at,
    }


def _stated(letter: Letter, material: Material) -> Mapping[str, Any]:
    found = material.stated.get(letter.about)
    if found is None and nature(letter) is Nature.REMINDER and facts.knows(letter.about):
        raise Gone(letter.about)
    return found or {}


def _digest(letter: Letter, material: Material) -> dict[str, Any]:
    """`groups` of `lines` in the order of ORDER, and all `lines`; a line has subject, due_on, path and event.

    Each enclosed letter gets its subject, the line that is said of it; one whose thing is no more has none.
    """
    lines: dict[str, list[dict[str, Any]]] = {name: [] for name in ORDER}
    organization = ""
    for one in material.enclosed.get(letter.pk, []):
        try:
            said = _said(one, material)
        except Gone:
            one.subject = ""
            continue
        one.subject = one.subject or _subject(one, said)
        organization = organization or said.get("organization", "")
        line = {"subject": one.subject, "due_on": said.get("due_on"), "path": said.get("path", ""), "event": one.event}
        lines[_place(one.event)].append(line)
    for some in lines.values():
        some.sort(key=_due)
    every = [line for some in lines.values() for line in some]
    if not every:
        raise Gone(letter.key)
    groups = [{"name": name, "lines": some} for name, some in lines.items() if some]
    return {"groups": groups, "lines": every, "organization": organization, "path": _notices()}


def _place(event: str) -> str:
    return next((name for name in ORDER if event.endswith(f"_{name}")), ORDER[-1])


def _due(line: dict[str, Any]) -> tuple[str, str]:
    """What is due first stands first; of one day by their names, whatever came first."""
    return str(line["due_on"] or ""), line["subject"]


def _notices() -> str:
    try:
        return reverse("notices")
    except NoReverseMatch:
        return "/"


def _subject(letter: Letter, said: dict[str, Any]) -> str:
    return shortened(" ".join(_render(letter, "subject.txt", said).split()), 300)


def _render(letter: Letter, kind: str, said: Mapping[str, Any]) -> str:
    return _in_language(letter, f"mails/{letter.event}.{kind}", said)


def _in_language(letter: Letter, template: str, said: Mapping[str, Any]) -> str:
    with translation.override(letter.recipient.language):
        return render_to_string(template, dict(said))
