"""Several files at once: each is kept or refused for itself."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from files.inspection import TAKEN
from files.models import Attachment


class Limits:
    """What may be brought: how large one file may be, and of which kinds."""

    @property
    def bytes(self) -> int:
        return int(settings.MEMOFLOW_FILE_BYTES)

    @property
    def kinds(self) -> str:
        return ", ".join(TAKEN)

    @property
    def accept(self) -> str:
        return ",".join(f".{ending}" for ending in TAKEN)


@dataclass
class Outcome:
    """What became of what was brought: `refused` holds a sentence for each thing that was not taken, with its name."""

    kept: list[Attachment] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def take(self, things: Iterable[Any], keep: Callable[[Any], Attachment]) -> "Outcome":
        """Keep each of these; what one of them is refused for keeps no other from being taken."""
        for one in things:
            try:
                self.kept.append(keep(one))
            except ValidationError as error:
                self.refused += error.messages
        return self


@contextmanager
def naming(name: str) -> Iterator[None]:
    """What is wrong with a file is said with its name, as several may come at once."""
    try:
        yield
    except ValidationError as error:
        said = _("“%(name)s”: %(why)s") % {"name": name, "why": " ".join(error.messages)}
        raise ValidationError(said) from error
