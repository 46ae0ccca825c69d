"""What comes in from the pages: a year's figures as typed, and a file of figures."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments import importing, sheets
from assessments.figures import day_of, score_of, typed, why_no_announcement
from assessments.results import Announced, Figures, YearResult, missing
from assessments.rulebook import Instrument, Rules
from organization.models import bilingual


class ScoreField(forms.Field):
    """0 to 100 with at most two decimals, in Thai or Arabic digits."""

    def __init__(self, **options: Any) -> None:
        box = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "maxlength": 20})
        super().__init__(widget=box, **options)

    def to_python(self, value: Any) -> Decimal | None:
        return score_of(value) if typed(value) else None


class DayField(forms.Field):
    def __init__(self, **options: Any) -> None:
        super().__init__(
            widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **options
        )  # as HTML wants it

    def to_python(self, value: Any) -> date | None:
        return day_of(value) if typed(value) else None


class ResultForm(forms.Form):
    """One year's figures: score_<number>, announced_<code>, announced_total, announced_level, announced_on."""

    version = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, rules: Rules, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rules = rules
        for one in rules.indicators:
            self.fields[f"score_{one.number}"] = ScoreField(
                label=f"{one.number}. {bilingual(one.th, one.en)}", error_messages={"required": missing(one)}
            )
        for code in rules.by_code:
            self.fields[announced(code)] = ScoreField(label=_("Mean of %(code)s") % {"code": code}, required=False)
        self.fields["announced_total"] = ScoreField(label=_("Total"), required=False)
        levels = [("", _("Not announced")), *((level, level) for level in rules.levels)]
        self.fields["announced_level"] = forms.ChoiceField(label=_("Level"), choices=levels, required=False)
        self.fields["announced_on"] = DayField(label=_("Announced on"), required=False)

    def groups(self) -> list[tuple[Instrument, list[BoundField]]]:
        """The score fields by instrument."""
        return [
            (one, [self[f"score_{number}"] for number in self.rules.numbers_of[one.code]])
            for one in self.rules.instruments
        ]

    def announced_fields(self) -> list[BoundField]:
        return [self[name] for name in self.fields if name.startswith("announced_")]

    def clean_version(self) -> int | None:
        """None for a year that had no result; -1, which no result has, for what is no number."""
        said = self.cleaned_data["version"]
        if not said:
            return None
        return int(said) if said.isdecimal() and len(said) < 10 else -1

    def clean_announced_on(self) -> date | None:
        day: date | None = self.cleaned_data["announced_on"]
        if day and (said := why_no_announcement(day, self.rules.fiscal_year)):
            raise ValidationError(said)
        return day

    def figures(self) -> Figures:
        """What a valid form says."""
        data = self.cleaned_data
        scores = {n: data[f"score_{n}"] for n in self.rules.by_number}
        means = {code: mean for code in self.rules.by_code if (mean := data[announced(code)]) is not None}
        given = Announced(data["announced_total"], data["announced_level"], means, data["announced_on"])
        return Figures(self.rules.fiscal_year, scores, given)

    def scores_so_far(self) -> dict[int, Decimal]:
        """The scores that can be read already, of a form that need not be valid."""
        found = {}
        for number in self.rules.by_number:
            value = self.data.get(f"score_{number}", "") if self.is_bound else self.initial.get(f"score_{number}")
            with suppress(ValidationError):
                found[number] = score_of(value)
        return found


def announced(code: str) -> str:
    return f"announced_{code.lower()}"


def as_typed(result: YearResult) -> dict[str, Any]:
    """The fields of a recorded result, to begin from."""
    given = result.announced
    fields: dict[str, Any] = {f"score_{n}": score for n, score in result.scores.items()}
    fields |= {announced(code): mean for code, mean in given.means.items()}
    return fields | {
        "announced_total": given.total,
        "announced_level": given.level,
        "announced_on": given.day.isoformat() if given.day else "",
        "version": result.version,
    }


def otherwise(form: ResultForm, theirs: Mapping[str, Any]) -> list[tuple[BoundField, str]]:
    """The fields in which a form that came too late differs from what was saved meanwhile, with what stands there."""
    found = []
    for name in form.fields:
        saved, mine = ("" if value is None else str(value) for value in (theirs.get(name), form.cleaned_data.get(name)))
        if name != "version" and saved != mine:
            found.append((form[name], saved or _("nothing")))
    return found


class ImportForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(".xlsx, .csv or .yaml, at most 2 MB; one year or several."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.tsv,.txt,.yaml,.yml"}),
        error_messages={
            "required": gettext_lazy("Choose a file."),
            "empty": gettext_lazy("The file is empty."),
            "invalid": gettext_lazy("Choose a file."),
        },
    )
    replace = forms.BooleanField(
        label=gettext_lazy("Replace years that are recorded already"),
        help_text=gettext_lazy("Without this, nothing is saved when one of the file’s years is recorded."),
        required=False,
    )

    def clean_file(self) -> list[Figures]:
        """The figures of the file; one that is too large is not even opened."""
        file = self.cleaned_data["file"]
        if file.size > sheets.MOST_BYTES:
            raise ValidationError(
                _("The file is too large: %(have)s kB; at most %(most)s kB.")
                % {"have": file.size // 1000, "most": sheets.MOST_BYTES // 1000}
            )
        return importing.read(file.name, file.read())
