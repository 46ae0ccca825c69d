from django import forms
from django.utils.translation import gettext_lazy as _


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


class ClosingForm(forms.Form):
    """Closing a year: a note, and the tick without which nothing happens. `seen`: what was looked at."""

    note = forms.CharField(label=_("Note"), widget=forms.Textarea(attrs={"rows": 3}), required=False)
    confirm = forms.BooleanField(
        label=_("I have read this. The year is to be closed, and that cannot be undone."),
        error_messages={"required": _("Tick this to close the year.")},
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)


class AnswerForm(forms.Form):
    text = forms.CharField(label=_("Reason"), widget=forms.Textarea, required=False)
