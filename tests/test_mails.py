"""What letters say and look like: every one has its words, its place in the office's natures, and its headers."""

from django.conf import settings

from notifications import events

MAILS = settings.BASE_DIR / "templates" / "mails"


def test_every_letter_has_its_words_and_its_event() -> None:
    subjects = {path.name.removesuffix(".subject.txt") for path in MAILS.glob("*.subject.txt")}
    registered = {one.name for one in events.every()}
    assert subjects == registered
    for name in registered:
        assert (MAILS / f"{name}.txt").exists() and (MAILS / f"{name}.html").exists(), name


def test_what_must_reach_its_reader_cannot_be_stopped() -> None:
    for one in events.every():
        if one.nature in (events.Nature.TURN, events.Nature.DECISION, events.Nature.SERVICE):
            assert not one.stoppable, one.name
        if one.name.endswith(("_due_today", "_overdue")):
            assert not one.stoppable, one.name
