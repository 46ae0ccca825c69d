"""What comes in from the office's pages: a day, the hours, a file of days."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from organization.calendar import BUDDHIST_ERA
from organization.day_files import read_day
from organization.models import DayOffRule, Division, HolidaySource, Off, Organization, Role, User


class DayField(forms.CharField):
    """A day as a Thai office writes it, 12/4/2565, or as a browser's own field sends it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}), **options)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, date):
            return f"{value.day}/{value.month}/{value.year + BUDDHIST_ERA}"
        return value

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


# People and chairs


class PersonForm(forms.Form):
    """A person's account. With `administrators`, also whether they are one."""

    name_th = forms.CharField(
        label=_("Name in Thai"), max_length=150, help_text=_("With title, as it is printed under a signature.")
    )
    name_en = forms.CharField(label=_("Name in English"), max_length=150, required=False)
    username = forms.CharField(
        label=_("Username"),
        max_length=150,
        help_text=_("To sign in with: letters, digits and @ . + - _, for example somchai."),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}),
    )
    email = forms.CharField(
        label=_("Email"),
        max_length=254,
        required=False,
        help_text=_("Letters and the invitation go there. Without one you print the person a link."),
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    language = forms.ChoiceField(label=_("Language"), choices=[("th", "ไทย"), ("en", "English")], initial="th")
    administrator = forms.BooleanField(
        label=_("Administrator of the office"),
        required=False,
        help_text=_("Keeps accounts, positions and the office’s post. Decides on no memo by that."),
    )

    def __init__(self, *given: Any, person: User | None = None, **more: Any) -> None:
        if person:
            fields = ("name_th", "name_en", "username", "email", "language")
            more["initial"] = {name: getattr(person, name) for name in fields} | {"administrator": person.is_staff}
        super().__init__(*given, **more)
        if person is None:
            del self.fields["administrator"]


class LastDayForm(forms.Form):
    last_day = DayField(label=_("Last day"), help_text=_("That day is still counted. For example 30/9/2565."))


class DivisionForm(forms.Form):
    """A division; its code stays once it is given."""

    name_th = forms.CharField(label=_("Name in Thai"), max_length=200)
    name_en = forms.CharField(label=_("Name in English"), max_length=200, required=False)
    code = forms.SlugField(
        label=_("Code"), max_length=50, help_text=_("Short, in Latin letters, for example fin. It stays for good.")
    )
    book_code = forms.CharField(
        label=_("Memo number begins with"), max_length=40, help_text=_("For example นฐ 71202; what follows is counted.")
    )
    order = forms.IntegerField(label=_("Place in lists"), min_value=0, max_value=999, initial=0)

    def __init__(self, *given: Any, division: Division | None = None, **more: Any) -> None:
        if division:
            more["initial"] = {name: getattr(division, name) for name in self.base_fields}
        super().__init__(*given, **more)
        if division:
            del self.fields["code"]


class TitleForm(forms.Form):
    """A position's title."""

    title_th = forms.CharField(
        label=_("Title in Thai"), max_length=200, help_text=_("As it is printed under a signature.")
    )
    title_en = forms.CharField(label=_("Title in English"), max_length=200, required=False)


class PositionForm(TitleForm):
    role = forms.ChoiceField(label=_("What the position is"), choices=[("", "—"), *Role.choices])
    division = forms.ChoiceField(label=_("Division"), required=False)

    field_order = ["role", "division", "title_th", "title_en"]

    def __init__(self, *given: Any, office: Organization, **more: Any) -> None:
        super().__init__(*given, **more)
        divisions = [(str(one.pk), str(one)) for one in office.divisions.filter(ended_on=None)]
        self.fields["division"].choices = [("", _("the whole office")), *divisions]  # type: ignore[attr-defined]


class AppointForm(forms.Form):
    person = forms.ChoiceField(label=_("Person"))
    starts_on = DayField(label=_("First day"), help_text=_("For example 1/10/2565."))
    ends_on = DayField(label=_("Last day"), required=False, help_text=_("Empty: until further notice."))
    order_number = forms.CharField(label=_("Number of the order"), max_length=100, required=False)

    def __init__(self, *given: Any, office: Organization, **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["person"].choices = people_of(office)  # type: ignore[attr-defined]


def people_of(office: Organization) -> list[tuple[str, Any]]:
    """Who works in the office, to choose from."""
    people = User.objects.filter(organization=office, is_active=True).order_by("name_th", "pk")
    return [("", "—"), *((str(one.pk), str(one)) for one in people)]
