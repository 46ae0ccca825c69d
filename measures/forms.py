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


class AnswerForm(forms.Form):
    text = forms.CharField(label=_("Reason"), widget=forms.Textarea, required=False)
