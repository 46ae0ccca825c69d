"""Many people at once, from a file: shown first, written on confirmation, all of them or nobody."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from desk import people_files
from organization import calendar, people
from organization.people import Person
from organization.people_pages import keeper

COLUMNS = ("name_th", "name_en", "username", "email", "language")


class PeopleFileForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV (UTF-8 or Windows-874) or .xlsx, at most 1 MB."),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
    )


@login_required
@require_http_methods(["GET", "POST"])
def read(request: HttpRequest) -> HttpResponse:
    """Reads a file and shows whom it would add; nothing is written until that page is confirmed."""
    _user, office = keeper(request)
    form = PeopleFileForm(request.POST or None, request.FILES or None)
    if request.method == "GET" or not form.is_valid():
        return render(request, "organization/import_people.html", {"form": form}, status=422 if form.errors else 200)
    try:
        lines = people_files.read(form.cleaned_data["file"].read(people_files.BYTES + 1))
    except people_files.Unreadable as error:
        form.add_error("file", str(error))
        return render(request, "organization/import_people.html", {"form": form}, status=422)
    faults = people.faults_of([(one.person, one.position) for one in lines], office.pk)
    errors = [
        {"number": line.number, "error": error} for line, some in zip(lines, faults, strict=True) for error in some
    ]
    context = {"form": PeopleFileForm(), "lines": lines, "errors": errors}
    return render(request, "organization/import_people.html", context, status=422 if errors else 200)


@login_required
@require_POST
def apply(request: HttpRequest) -> HttpResponse:
    """Writes the people who were shown, all or none."""
    user, _office = keeper(request)
    columns = [request.POST.getlist(name) for name in (*COLUMNS, "position")]
    if len({len(one) for one in columns}) != 1 or not 0 < len(columns[0]) <= people_files.LINES:
        raise Http404
    rows = [
        (Person(**dict(zip(COLUMNS, said, strict=True))), position) for *said, position in zip(*columns, strict=True)
    ]
    try:
        added = people.add_all(rows, by=user, now=calendar.now())
    except ValidationError as error:
        form = PeopleFileForm({})
        form.full_clean()
        form.errors.clear()
        form.add_error(None, [*error.messages])
        return render(request, "organization/import_people.html", {"form": form}, status=422)
    said = ngettext("%(n)s person is added and invited.", "%(n)s people are added and invited.", len(added))
    messages.success(request, said % {"n": len(added)})
    return redirect("people")


urls: list[URLPattern] = [
    path("people/import/", read, name="people-import"),
    path("people/import/apply/", apply, name="people-import-apply"),
]
