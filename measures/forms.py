from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.forms import DayField
from measures.models import TaskStep
from organization.models import Division, User


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
    obstacles = forms.CharField(
        label=_("Problems and obstacles"), widget=forms.Textarea(attrs={"rows": 2}), required=False
    )
    finished = forms.BooleanField(label=_("The work is finished"), required=False)


class ClosingForm(forms.Form):
    """Closing a year: a note, and the tick without which nothing happens. `seen`: what was looked at.

    A second tick is asked for while the year has memos whose final report is not on its way.
    """

    note = forms.CharField(label=_("Note"), widget=forms.Textarea(attrs={"rows": 3}), required=False)
    confirm = forms.BooleanField(
        label=_("I have read this. The year is to be closed, and that cannot be undone."),
        error_messages={"required": _("Tick this to close the year.")},
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    unreported = forms.BooleanField(
        label=_("The final follow-up report stays missing. The year is to be closed without it."),
        error_messages={"required": _("Tick this to close the year without its final follow-up report.")},
    )

    def __init__(self, *args: Any, unreported: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not unreported:
            del self.fields["unreported"]


class AnswerForm(forms.Form):
    text = forms.CharField(label=_("Reason"), widget=forms.Textarea, required=False)


class NudgeForm(forms.Form):
    """A sentence that may go with a reminder by hand."""

    prefix = "nudge"

    text = forms.CharField(
        label=_("A sentence to go with it"), widget=forms.Textarea(attrs={"rows": 2}), required=False
    )


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


class CommentForm(forms.Form):
    """Words, and divisions to name beside those that the words name with @ (their codes)."""

    prefix = "comment"

    text = forms.CharField(
        label=_("Your comment"),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write what you want to say.")},
    )
    divisions = forms.MultipleChoiceField(
        label=_("Divisions to name"), widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(self, *args: Any, divisions: Iterable[Division], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["divisions"].choices = [(one.code, str(one)) for one in divisions]  # type: ignore[attr-defined]


def _colleague(people: Iterable[User], nobody: Any, *more: User, **options: Any) -> forms.TypedChoiceField:
    """One of these people (an id), or nobody: None."""
    listed = {one.pk: str(one) for one in [*people, *more]}
    choices = [("", nobody), *listed.items()]
    wrong = {"invalid_choice": _("Choose a colleague of the division.")}
    return forms.TypedChoiceField(
        choices=choices, coerce=int, empty_value=None, required=False, error_messages=wrong, **options
    )


class HandOverForm(forms.Form):
    """To which colleague, or to nobody in particular."""

    def __init__(self, *args: Any, people: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"] = _colleague(people, _("Nobody in particular"), label=_("Whose task it is"))


class ShareForm(forms.Form):
    """A select for each step: whose it is. `officers` of the cleaned data: TaskStep's id -> a person's or None."""

    prefix = "whose"

    def __init__(self, *args: Any, people: Iterable[User], steps: Iterable[TaskStep], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = list(people)
        for step in steps:
            had = [step.officer] if step.officer else []
            self.fields[str(step.pk)] = _colleague(
                people, _("Nobody in particular"), *had, label=step.step.text, initial=step.officer_id or ""
            )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        return {"officers": {int(step): person for step, person in said.items() if self.add_prefix(step) in self.data}}


class AskTimeForm(forms.Form):
    """Until which day the division needs, and why."""

    prefix = "ask"

    until = DayField(label=_("Needed until"), error_messages={"required": _("Choose a day.")})
    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Give the reason.")},
    )


class AnswerTimeForm(forms.Form):
    """The answer to one request: the day that is granted (the one asked for, when none is given), and words."""

    prefix = "time"

    extension = forms.UUIDField(widget=forms.HiddenInput)
    until = DayField(label=_("Grant until"), required=False)
    text = forms.CharField(label=_("Comment or reason"), widget=forms.Textarea(attrs={"rows": 3}), required=False)
