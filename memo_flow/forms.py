"""What comes in from the pages: answers, reasons, and the draft as dotted field names (plan.0.steps.1.text)."""

from copy import deepcopy
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from memo_flow.content import BLANK, MOST, Content
from memo_flow.models import Outcome

MULTIPLE = ("responsible", "measures")  # checkboxes: a field of this name may come several times


class DecisionForm(forms.Form):
    """The decision panel. Lengths and reasons are the service's to judge, so that there is one rule."""

    step = forms.IntegerField(widget=forms.HiddenInput)
    revision = forms.CharField(max_length=64, widget=forms.HiddenInput)
    outcome = forms.ChoiceField(
        choices=Outcome.choices,
        error_messages={"required": _("Choose an answer."), "invalid_choice": _("Choose an answer.")},
    )
    comment = forms.CharField(required=False, widget=forms.Textarea)
    order = forms.CharField(required=False, widget=forms.Textarea)


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), widget=forms.Textarea, error_messages={"required": _("Give the reason.")}
    )


class SubmitForm(forms.Form):
    version = forms.CharField(required=False, widget=forms.HiddenInput)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    attached = forms.CharField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(required=False, widget=forms.Textarea)

    def clean_version(self) -> int | None:
        """None when no version was sent; -1, which no draft has, for one that is no number."""
        said = self.cleaned_data["version"]
        if not said:
            return None
        return int(said) if said.isdecimal() and len(said) < 10 else -1

    def clean_seen(self) -> str | None:
        """The digest of the findings that were shown; None when none was sent."""
        return self.cleaned_data["seen"] or None

    def clean_attached(self) -> str | None:
        """The digest of the files that were shown; None when none was sent."""
        return self.cleaned_data["attached"] or None


class NudgeForm(forms.Form):
    """Which open step to remind of, and a sentence that may go with it."""

    step = forms.IntegerField(
        widget=forms.HiddenInput, error_messages={"required": _("Choose a step."), "invalid": _("Choose a step.")}
    )
    text = forms.CharField(
        label=_("A sentence to go with it"), widget=forms.Textarea(attrs={"rows": 2}), required=False
    )


class ReassignForm(ReasonForm):
    step = forms.IntegerField(widget=forms.HiddenInput)
    to = forms.IntegerField(error_messages={"required": _("Choose a position."), "invalid": _("Choose a position.")})

    field_order = ["step", "to", "reason"]


def parsed(post: QueryDict) -> Content:
    """The draft as the editor's fields say it; unknown fields are left for content.cleaned() to drop."""
    tree: dict[str, Any] = {}
    for name in post:
        *branches, leaf = name.split(".")[:8]
        node = tree
        for branch in branches:
            node = node.setdefault(branch, {})
            if not isinstance(node, dict):
                break
        else:
            multiple = leaf in MULTIPLE and not isinstance(node.get(leaf), dict)
            node.setdefault(leaf, post.getlist(name) if multiple else post.get(name))
    return _listed(tree)  # type: ignore[no-any-return]


def _listed(node: Any) -> Any:
    """Dictionaries whose keys are places become lists in that order."""
    if not isinstance(node, dict):
        return node
    if node and all(key.isdecimal() and len(key) < 4 for key in node):
        return [_listed(node[key]) for key in sorted(node, key=int) if isinstance(node[key], dict)]
    return {key: _listed(value) for key, value in node.items()}


def changed(content: Content, op: str) -> Content:
    """The draft after one of the editor's buttons: add:plan, remove:plan.0.steps.2, up:… or down:….

    An operation that does not fit (a stale page, a forged name) changes nothing.
    """
    verb, _colon, path = op.partition(":")
    content = deepcopy(content)
    try:
        if verb == "add":
            parent, _dot, kind = path.rpartition(".")
            items = (_at(content, parent) if parent else content).setdefault(kind, [])
            if isinstance(items, list) and len(items) < MOST[kind]:
                items.append(deepcopy(BLANK[kind]))
                _complete_new(items, kind, _at(content, parent) if parent else content)
        elif verb in ("remove", "up", "down"):
            parent, _dot, last = path.rpartition(".")
            items = _at(content, parent)
            order = _moved(len(items), int(last), verb)
            items[:] = [items[n] for n in order]
            if parent.endswith(".measures"):
                _renumber(_at(content, parent.rpartition(".")[0])["steps"], order)
    except (AttributeError, KeyError, IndexError, ValueError, TypeError):
        return content
    return content


def _at(content: Any, path: str) -> Any:
    for key in path.split("."):
        content = content[int(key)] if isinstance(content, list) else content[key]
    return content


def _moved(count: int, place: int, verb: str) -> list[int]:
    order = list(range(count))
    if not 0 <= place < count:
        raise IndexError
    if verb == "remove":
        order.remove(place)
        return order
    other = place - 1 if verb == "up" else place + 1
    if 0 <= other < count:
        order[place], order[other] = order[other], order[place]
    return order


def _renumber(steps: list[dict[str, Any]], order: list[int]) -> None:
    """Steps name the measures they serve by place: follow the measures when they move."""
    places = {old + 1: new + 1 for new, old in enumerate(order)}
    for step in steps:
        served = step.get("measures") or []
        step["measures"] = sorted(places[int(n)] for n in served if str(n).isdigit() and int(n) in places)


def _complete_new(items: list[dict[str, Any]], kind: str, owner: Content) -> None:
    """What a new block starts with: an indicator its number, a step every measure of its row."""
    if kind == "indicators":
        items[-1]["seq"] = len(items)
    if kind == "steps":
        items[-1]["measures"] = list(range(1, len(owner.get("measures") or []) + 1))
