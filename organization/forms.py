"""What comes in from the office's pages: a day, the hours, a file of days."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from organization.day_files import read_day
from organization.models import DayOffRule, HolidaySource, Off, Organization


class DayField(forms.CharField):
    """A day as a Thai office writes it, 12/4/2565, or as a browser's own field sends it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}), **options)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        day = read_day(text)
        if day is None:
            raise forms.ValidationError(_("Write the day as 12/4/2565."))
        return day


class DayForm(forms.Form):
    date = DayField(label=_("Day"), help_text=_("For example 12/4/2565."))
    name = forms.CharField(label=_("What day it is"), max_length=200)
    off = forms.ChoiceField(label=_("What is off"), choices=Off.choices, initial=Off.DAY)
    source = forms.ChoiceField(label=_("Whose decision"), choices=HolidaySource.choices, initial=HolidaySource.CABINET)


class HoursForm(forms.Form):
    opens = forms.TimeField(label=_("Opens"), widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}))
    closes = forms.TimeField(label=_("Closes"), widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}))
    rule = forms.ChoiceField(
        label=_("A deadline that falls on a day off moves"), choices=DayOffRule.choices, widget=forms.RadioSelect
    )
    email = forms.EmailField(
        label=_("The office's e-mail"), required=False, help_text=_("Replies to MemoFlow's letters go there.")
    )

    @classmethod
    def of(cls, office: Organization) -> "HoursForm":
        """As the office stands now."""
        return cls(
            initial={
                "opens": office.opens,
                "closes": office.closes,
                "rule": office.day_off_rule,
                "email": office.email,
            }
        )


class FileForm(forms.Form):
    file = forms.FileField(
        label=_("File"), help_text=_("A calendar file (.ics) or CSV, at most 1 MB."), allow_empty_file=True
    )
    source = forms.ChoiceField(
        label=_("Whose decision"),
        choices=HolidaySource.choices,
        initial=HolidaySource.CABINET,
        required=False,
        help_text=_("Of the days of a calendar file; a CSV names it in its column."),
    )
