"""A leaver's open work, handed over in one act; and what waits where nobody sits."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from desk import handing, vacancies
from desk.handing import Handing, Open
from measures.queries import colleagues
from memo_flow import policies
from memo_flow.models import Action, Memo, Step
from memo_flow.queries import visible_to
from organization import calendar, people
from organization.forms import people_of
from organization.models import Position, User
from organization.paging import page_of
from organization.people_pages import attempt, keeper
from organization.seats import seats_of

PAGE = 50


class HandOverForm(forms.Form):
    """One choice for all memos, one for the tasks of each division, one for each step."""

    author = forms.ChoiceField(label=gettext_lazy("Who takes the memos"), required=False)
    reason = forms.CharField(
        label=gettext_lazy("Why the steps are passed on"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("It stays in the history of each memo."),
    )

    def __init__(self, *given: Any, person: User, work: Open, steps: list[Step], **more: Any) -> None:
        super().__init__(*given, **more)
        assert person.organization
        fields: Any = self.fields
        fields["author"].choices = [one for one in people_of(person.organization) if one[0] != str(person.pk)]
        if not work.memos:
            del fields["author"]
        if not steps:
            del fields["reason"]
        today = calendar.day_of(calendar.now())
        for division in {task.division for task in work.tasks}:
            known = [(str(one.pk), str(one)) for one in colleagues(division.pk, today) if one.pk != person.pk]
            fields[f"division-{division.pk}"] = forms.ChoiceField(
                label=_("Who takes the tasks of the %(division)s") % {"division": division},
                choices=[("", _("nobody in particular: the whole division")), *known],
                required=False,
            )
        chairs = list(Position.objects.filter(organization=person.organization, ended_on=None).order_by("pk"))
        for step in steps:
            fields[f"step-{step.pk}"] = forms.ChoiceField(
                label=_("%(memo)s: passes to") % {"memo": step.memo.subject},
                choices=[("", _("it stays and waits"))]
                + [(str(one.pk), str(one)) for one in chairs if one.role in policies.MAY_TAKE[Action(step.action)]],
                required=False,
            )

        if steps:
            fields["reason"] = fields.pop("reason")  # after the steps it is the reason of

    def handing(self, memos: list[UUID], tasks: list[UUID]) -> Handing:
        said = self.cleaned_data
        chosen = {name.partition("-")[::2]: value for name, value in said.items() if "-" in name}
        return Handing(
            memos=memos,
            author=int(said["author"]) if said.get("author") else None,
            tasks=tasks,
            colleagues={int(pk): int(one) if one else None for (what, pk), one in chosen.items() if what == "division"},
            steps={int(pk): int(value) for (what, pk), value in chosen.items() if what == "step" and value},
            reason=said.get("reason", ""),
        )


@login_required
@require_http_methods(["GET", "POST"])
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """All that a person has open, and who takes it; one button for all of it."""
    user, _office = keeper(request)
    person, now = people.get(pk, user), calendar.now()
    today = calendar.day_of(now)
    work = handing.open_of(person, today)
    steps = [one for one in work.steps if policies.why_not(user, "reassign", one.memo, today) is None]
    form = HandOverForm(request.POST or None, person=person, work=work, steps=steps)
    if request.method == "POST" and form.is_valid():
        given = form.handing(_uuids(request, "memo"), _uuids(request, "task"))
        count = attempt(form, lambda: handing.hand_over(pk, given, by=user, now=now))
        if not form.errors:
            said = ngettext("%(n)s thing changed hands.", "%(n)s things changed hands.", count) % {"n": count}
            messages.success(request, said)
            return redirect("hand-over", pk)
    context = {
        "person": person,
        "work": work,
        "form": form,
        "others": [one for one in work.steps if one not in steps],
        "acts": bool(work.memos or work.tasks or steps),
    }
    return render(request, "organization/hand_over.html", context, status=422 if form.errors else 200)


def _uuids(request: HttpRequest, name: str) -> list[UUID]:
    found = set()
    for one in request.POST.getlist(name):
        try:
            found.add(UUID(one))
        except ValueError as error:
            raise Memo.DoesNotExist from error
    return sorted(found)


@login_required
@require_GET
def vacant(request: HttpRequest) -> HttpResponse:
    """Every memo and task whose seat is vacant today, each list by pages."""
    user, office = keeper(request)
    today = calendar.day_of(calendar.now())
    found = vacancies.of_office(office.pk, today)
    steps = page_of(
        found.steps.select_related("memo__kind", "memo__entry", "position"),
        request,
        key=("due_on", "pk"),
        size=PAGE,
        name="steps",
    )
    memos = page_of(
        found.memos.select_related("kind", "author", "author_position", "entry"),
        request,
        key=("-created_at", "-pk"),
        size=PAGE,
        name="memos",
    )
    tasks = page_of(
        found.tasks.select_related("measure", "division", "officer"),
        request,
        key=("due_on", "pk"),
        size=PAGE,
        name="tasks",
    )
    ids = {one.memo_id for one in steps.rows} | {one.pk for one in memos.rows}
    seen = set(visible_to(user, today, seats_of(user, today)).filter(pk__in=ids).values_list("pk", flat=True))
    context = {
        "positions": found.positions,
        "steps": steps,
        "memos": memos,
        "tasks": tasks,
        "seen": seen,
        "today": today,
        "nothing": not (steps.rows or memos.rows or tasks.rows),
    }
    return render(request, "organization/vacant.html", context)


urls: list[URLPattern] = [
    path("people/<int:pk>/hand-over/", hand_over, name="hand-over"),
    path("vacant/", vacant, name="vacant"),
]
