from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from notifications.models import Bundling, Preference
from notifications.preferences import stoppable

_NO_TIME = {"invalid": _("Enter a time such as 18:30.")}


def _time(label: Any) -> forms.TimeField:
    widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    return forms.TimeField(label=label, required=False, widget=widget, error_messages=_NO_TIME)


class PreferenceForm(forms.Form):
    """How a person's mails come. What is ticked in `wanted` comes; the service is told what does not (`stopped`)."""

    bundling = forms.ChoiceField(
        label=_("How mails come"),
        widget=forms.RadioSelect,
        choices=Bundling.choices,
        error_messages={"required": _("Choose one of these."), "invalid_choice": _("Choose one of these.")},
    )
    quiet_from = _time(_("No mail from"))
    quiet_until = _time(_("Until"))
    wanted = forms.MultipleChoiceField(
        label=_("Mails that may be stopped"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        error_messages={"invalid_choice": _("One of these mails cannot be stopped.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wanted = self.fields["wanted"]
        assert isinstance(wanted, forms.MultipleChoiceField)
        wanted.choices = [(one.name, one.label) for one in stoppable()]

    @classmethod
    def showing(cls, stored: Preference) -> "PreferenceForm":
        return cls(
            initial={
                "bundling": stored.bundling,
                "quiet_from": stored.quiet_from,
                "quiet_until": stored.quiet_until,
                "wanted": [one.name for one in stoppable() if one.name not in stored.stopped],
            }
        )

    @property
    def choice(self) -> dict[str, Any]:
        """The arguments of preferences.change."""
        chosen = dict(self.cleaned_data)
        wanted = chosen.pop("wanted")
        return {**chosen, "stopped": [one.name for one in stoppable() if one.name not in wanted]}

    def add_errors(self, errors: dict[str, list[str]]) -> None:
        """The service's refusals at the fields they speak of."""
        for name, messages in errors.items():
            self.add_error("wanted" if name == "stopped" else name, messages)
