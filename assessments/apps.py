from collections.abc import Iterator
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register


class AssessmentsConfig(AppConfig):
    name = "assessments"

    def ready(self) -> None:
        from assessments import witness  # noqa: F401

        register(rules_can_be_used)


def rules_can_be_used(**kwargs: Any) -> list[CheckMessage]:
    """Every year's file of rules can be read; names the file, the key and the reason of one that cannot."""
    return list(_bad_rules())


def _bad_rules() -> Iterator[CheckMessage]:
    from assessments import rulebook

    for path in sorted(rulebook.RULES.glob("[0-9]*.yaml")):
        try:
            rulebook.load(path)
        except rulebook.BadRules as error:
            yield Error(f"{path.name}: {error}", id="assessments.E001")
