from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from measures.models import TaskStep


class ReportForm(forms.Form):
    """Progress in percent and words; ticks of the steps come in the same form."""

    percent = forms.IntegerField(
        label=_("How much is done, in percent"),
        min_value=0,
        max_value=100,
        error_messages={
            "required": _("Enter a whole number from 0 to 100."),
            "invalid": _("Enter a whole number from 0 to 100."),
            "min_value": _("Enter a whole number from 0 to 100."),
            "max_value": _("Enter a whole number from 0 to 100."),
        },
    )
    text = forms.CharField(
        label=_("What has been done"),
        widget=forms.Textarea,
        error_messages={"required": _("Say in words what has been done.")},
    )
    finished = forms.BooleanField(label=_("The work is finished"), required=False)


class AnswerForm(forms.Form):
    text = forms.CharField(label=_("Reason"), widget=forms.Textarea, required=False)


class EvidenceForm(forms.Form):
    """A link and the place of what is attached; the files themselves come beside it, as `files`."""

    part = forms.ChoiceField(label=_("What it belongs to"), required=False)
    url = forms.CharField(label=_("Address of a link"), required=False, max_length=2000)
    name = forms.CharField(label=_("Name of the link"), required=False, max_length=255)

    def __init__(self, *args: Any, steps: Iterable[TaskStep], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = [
            (f"step:{s.pk}", _("Step %(n)s: %(text)s") % {"n": n, "text": s.step.text}) for n, s in enumerate(steps, 1)
        ]
        part = self.fields["part"]
        assert isinstance(part, forms.ChoiceField)
        part.choices = [("", _("The whole task")), *places]
        self.fields["url"].widget.attrs |= {"inputmode": "url", "autocomplete": "off", "placeholder": "https://"}
