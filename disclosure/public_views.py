"""The pages of the public: what is published, and nothing else. Each gives the door a Leaf; none knows who reads."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from disclosure import open_data, pages, queries
from disclosure.door import Leaf
from disclosure.models import Publication
from disclosure.open_data import SOURCES
from documents import serving
from documents.models import Form, Paper
from organization.models import Organization, bilingual
from organization.paging import page_of

OFFICES = 200  # on a page of the index
ENTRIES = 50  # in a feed
JSON, CSV = "application/json; charset=utf-8", "text/csv; charset=utf-8"
#: Open data may be read by pages of other places.
OPEN = {"Access-Control-Allow-Origin": "*"}


# Pages


def index(request: HttpRequest) -> Leaf:
    """The organizations that publish here."""
    page = page_of(queries.offices(), request, key=("code",), size=OFFICES)
    stamp = [f"{one.code} {one.name_th} {one.name_en}" for one in page]
    context = {"page": page, "title": _("Public information of local governments")}
    return Leaf([*stamp, page.older], _html("index", context, reverse("public")))


def office(request: HttpRequest, code: str) -> Leaf:
    """The years of an organization, the newest first."""
    found = _of_office(code)
    years: dict[int, list[Publication]] = {}
    for one in found:
        years.setdefault(one.fiscal_year, []).append(one)
    lines = [
        {"year": year, "places": _stands(some), "withdrawn": all(map(queries.withdrawn, some))}
        for year, some in years.items()
    ]
    title = _("Public information of %(office)s") % {"office": found[0].organization}
    context = _office(found[0].organization) | {"years": lines, "title": title}
    return Leaf(_stamp(found), _html("office", context, reverse("public-office", args=[code])), _changed(found))


def _stands(some: Iterable[Publication]) -> list[str]:
    return [pages.label(one.page) for one in some if not queries.withdrawn(one)]


def year(request: HttpRequest, code: str, year: int) -> Leaf:
    """What is published of a fiscal year, under which code of the assessment, and of what day."""
    found = _of_year(code, year)
    standing = queries.standing(found)
    here = reverse("public-year", args=[code, year])
    if not standing:
        return _gone(list(found.values()), here)
    context = _year(code, year, standing, "") | {
        "title": _("Integrity and transparency assessment, fiscal year %(year)s") % {"year": year},
        "lines": [_line(name, standing) for name in open_data.held(standing)],
        "withdrawn": [_withdrawal(one) for one in found.values() if queries.withdrawn(one)],
    }
    return Leaf(_stamp(found.values()), _html("year", context, here), _changed(found.values()))


def _line(place: str, standing: Mapping[str, Publication]) -> dict[str, Any]:
    sources = [standing[page] for page in SOURCES[place] if page in standing]
    return {
        "place": place,
        "label": pages.label(place),
        "item": next((one.data["item"] for one in sources if one.data["item"]), ""),
        "sources": [{"label": pages.label(one.page), "as_of": one.data["as_of"], "at": one.at} for one in sources],
    }


def page(request: HttpRequest, code: str, year: int, place: str) -> Leaf:
    """One page of a year. A withdrawn one says so: 410."""
    found = _of_year(code, year)
    here = reverse("public-page", args=[code, year, place])
    sources, standing = _sources(place, found)
    if not standing:
        return _gone(sources, here)
    parts = [
        pages.content(one.data, place if place == "scores" else "") | {"publication": one} for one in standing.values()
    ]
    context = _year(code, year, queries.standing(found), place) | {
        "title": pages.label(place),
        "parts": parts,
        "papers": [_papers(one) for one in standing.values() if one.data["papers"]] if place != "scores" else [],
        "withdrawn": [_withdrawal(one) for one in sources if queries.withdrawn(one)],
        "place": place,
    }
    return Leaf(_stamp(found.values()), _html("page", context, here), _changed(found.values()))


def _papers(one: Publication) -> dict[str, Any]:
    """The sealed papers that go with a publication. `names` in the reader's language."""
    return {
        "label": pages.label(one.page),
        "papers": [paper | {"label": Form(paper["form"]).label} for paper in one.data["papers"]],
    }


def paper(request: HttpRequest, code: str, year: int, paper: str) -> HttpResponseBase | Leaf:
    """A sealed PDF that a standing publication names; while it is being printed a page that says so."""
    found = _of_year(code, year)
    here = reverse("public-paper", args=[code, year, paper])
    naming = [one for one in found.values() if any(each["code"] == paper for each in one.data["papers"])]
    if not naming:
        return _replaced(code, year, paper, found)
    if all(map(queries.withdrawn, naming)):
        return _gone(naming, here)
    kept = Paper.objects.select_related("print").get(code=paper)
    if not hasattr(kept, "print"):
        return _waits(code, year, here, found)
    try:
        response = serving.stored(request, kept, serving.file_name(str(kept.get_form_display()), kept.code))
    except FileNotFoundError:
        return _waits(code, year, here, found)
    response["Cache-Control"] = f"public, max-age={settings.MEMOFLOW_PUBLIC_SECONDS}"
    response["X-Robots-Tag"] = "all"
    return response


def _replaced(code: str, year: int, paper: str, found: Mapping[str, Publication]) -> HttpResponseBase | Leaf:
    """A paper that only older publications named: its address leads to the page that names another now."""
    page = queries.once_naming(code, year, paper)
    if page is None:
        raise Http404
    if queries.withdrawn(found[page]):
        return _gone([found[page]], reverse("public-paper", args=[code, year, paper]))
    place = next(name for name, sources in SOURCES.items() if page in sources)
    language = "?lang=en" if get_language() == "en" else ""
    return HttpResponseRedirect(reverse("public-page", args=[code, year, place]) + language)


def _waits(code: str, year: int, here: str, found: Mapping[str, Publication]) -> HttpResponse:
    context = _year(code, year, queries.standing(found), "") | {"title": _("The paper is being printed")}
    response = HttpResponse(_html("waits", context, here)(), status=503)
    response["Retry-After"] = "60"
    response["Cache-Control"] = "no-store"
    return response


# Open data


def page_json(request: HttpRequest, code: str, year: int, place: str) -> Leaf:
    found = _of_year(code, year)
    sources, standing = _sources(place, found)
    if not standing:
        return _gone(sources, reverse("public-page", args=[code, year, place]))
    made = standing.values()
    return _data(JSON, made, lambda: open_data.as_json(open_data.page_json(place, code, year, standing)))


def page_csv(request: HttpRequest, code: str, year: int, place: str) -> Leaf:
    found = _of_year(code, year)
    sources, standing = _sources(place, found)
    if not standing:
        return _gone(sources, reverse("public-page", args=[code, year, place]))
    columns = open_data.DATASETS[place]
    name = f"{code}-{year}-{place}.csv"
    return _data(CSV, standing.values(), lambda: open_data.as_csv(columns, open_data.rows_of(place, standing)), name)


def year_json(request: HttpRequest, code: str, year: int) -> Leaf:
    found = _of_year(code, year)
    standing = queries.standing(found)
    if not standing:
        return _gone(list(found.values()), reverse("public-year", args=[code, year]))
    return _data(JSON, found.values(), lambda: open_data.as_json(open_data.year_json(code, year, standing)))


def year_csv(request: HttpRequest, code: str, year: int) -> Leaf:
    """The catalogue of a year."""
    found = _of_year(code, year)
    standing = queries.standing(found)
    if not standing:
        return _gone(list(found.values()), reverse("public-year", args=[code, year]))

    def written() -> str:
        return open_data.as_csv(open_data.CATALOGUE, open_data.catalogue(code, year, standing))

    return _data(CSV, found.values(), written, f"{code}-{year}.csv")


def schema(request: HttpRequest, name: str) -> Leaf:
    """The JSON Schema of a dataset, or of a year's data.json."""
    if name not in {*open_data.DATASETS, "year"}:
        raise Http404
    written = open_data.as_json(open_data.schema(name))
    return Leaf([written], lambda: written, None, "application/schema+json; charset=utf-8", headers=dict(OPEN))


def dictionary(request: HttpRequest) -> Leaf:
    """What every column means."""
    rows = open_data.dictionary()
    groups = [(name, [row for row in rows if row["dataset"] == name]) for name in (*open_data.DATASETS, "year")]
    context = {"title": _("Data dictionary"), "groups": groups}
    return Leaf([], _html("dictionary", context, reverse("public-dictionary")))


def dictionary_csv(request: HttpRequest) -> Leaf:
    written = open_data.as_csv(open_data.DICTIONARY, open_data.dictionary())
    return _data(CSV, [], lambda: written, "dictionary.csv")


def _data(content_type: str, made: Iterable[Publication], write: Callable[[], str], file_name: str = "") -> Leaf:
    headers = dict(OPEN)
    if file_name:
        headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    made = list(made)
    return Leaf(_stamp(made), write, _changed(made), content_type, headers=headers)


# For machines that look for pages


def feed(request: HttpRequest, code: str) -> Leaf:
    """What was published or withdrawn last."""
    found = _of_office(code)

    def written() -> str:
        name = str(found[0].organization)
        atom = Atom1Feed(
            title=_("Public information of %(office)s") % {"office": name},
            link=_whole(reverse("public-office", args=[code])),
            description="",
            language=get_language(),
            feed_url=_whole(reverse("public-feed", args=[code])),
            author_name=name,
            feed_copyright=open_data.LICENCE["name"],
        )
        for one in sorted(found, key=_moved, reverse=True)[:ENTRIES]:
            _entry(atom, one)
        return str(atom.writeString("utf-8"))

    return Leaf(_stamp(found), written, _changed(found), "application/atom+xml; charset=utf-8")


def _entry(atom: Atom1Feed, one: Publication) -> None:
    place = next(name for name, sources in SOURCES.items() if one.page in sources)
    gone = queries.withdrawn(one)
    said = _("Withdrawn: %(title)s, fiscal year %(year)s") if gone else _("%(title)s, fiscal year %(year)s")
    atom.add_item(
        title=said % {"title": pages.label(one.page), "year": one.fiscal_year},
        link=_whole(reverse("public-page", args=[one.organization.code, one.fiscal_year, place])),
        description=one.withdrawal.reason if gone else "",
        unique_id=f"urn:uuid:{one.pk}",
        pubdate=one.at,
        updateddate=_moved(one),
    )


def sitemap(request: HttpRequest) -> Leaf:
    """One sitemap of each organization: a list that stays short however many publish."""
    codes = list(queries.offices().order_by("code").values_list("code", flat=True)[:50_000])
    context = {"maps": [_whole(reverse("public-sitemap", args=[code])) for code in codes]}
    return Leaf(codes, lambda: render_to_string("disclosure/public/sitemaps.xml", context), None, "application/xml")


def office_sitemap(request: HttpRequest, code: str) -> Leaf:
    """The standing pages of an organization, in both languages."""
    found = [one for one in _of_office(code) if not queries.withdrawn(one)]
    places = {
        reverse("public-page", args=[code, one.fiscal_year, name]): one
        for one in found
        for name, sources in SOURCES.items()
        if one.page in sources and (name != "scores" or queries.scored(one))
    }
    years = {reverse("public-year", args=[code, one.fiscal_year]): one for one in found}
    lines = [{"address": _whole(path), "changed": one.at} for path, one in (years | places).items()]
    context = {"lines": [{"address": _whole(reverse("public-office", args=[code]))}, *lines]}
    write = lambda: render_to_string("disclosure/public/sitemap.xml", context)  # noqa: E731
    return Leaf(_stamp(found), write, _changed(found), "application/xml")


def robots(request: HttpRequest) -> Leaf:
    said = f"User-agent: *\nAllow: /public/\nAllow: /static/\nDisallow: /\n\nSitemap: {_whole('/sitemap.xml')}\n"
    return Leaf([said], lambda: said, None, "text/plain; charset=utf-8")


# What they share


def _of_year(code: str, year: int) -> dict[str, Publication]:
    found = queries.of_year(code, year)
    if not found:
        raise Http404
    return found


def _of_office(code: str) -> list[Publication]:
    found = queries.of_office(code)
    if not found:
        raise Http404
    return found


def _sources(place: str, found: Mapping[str, Publication]) -> tuple[list[Publication], dict[str, Publication]]:
    """What a page is made of, and what still stands of it. Raises Http404 where nothing was ever published."""
    if place not in SOURCES:
        raise Http404
    sources = {page: found[page] for page in SOURCES[place] if page in found}
    if place == "scores":
        sources = {page: one for page, one in sources.items() if one.data["scores"]}
    if not sources:
        raise Http404
    return list(sources.values()), queries.standing(sources)


def _gone(sources: list[Publication], here: str) -> Leaf:
    """410: who withdrew it, when and why."""
    first = sources[0]
    context = _office(first.organization) | {
        "title": _("This page has been withdrawn"),
        "withdrawn": [_withdrawal(one) for one in sources if queries.withdrawn(one)],
    }
    return Leaf(_stamp(sources), _html("withdrawn", context, here), _changed(sources), status=410)


def _withdrawal(one: Publication) -> dict[str, Any]:
    gone = one.withdrawal
    position = bilingual(gone.position.title_th, gone.position.title_en)
    return {
        "label": pages.label(one.page),
        "year": one.fiscal_year,
        "at": gone.at,
        "reason": gone.reason,
        "who": gone.by.get_full_name(),
        "position": f"{gone.acting.get_kind_display()} {position}" if gone.acting else position,
    }


def _office(organization: Organization) -> dict[str, Any]:
    return {"office": organization, "code": organization.code}


def _year(code: str, year: int, standing: Mapping[str, Publication], place: str) -> dict[str, Any]:
    """The frame of a year's pages: its menu, and the office as it was named when it published."""
    newest = max(standing.values(), key=lambda one: one.at, default=None)
    return {
        "office": pages.office_name(newest.data) if newest else "",
        "code": code,
        "year": year,
        "menu": [{"place": name, "label": pages.label(name)} for name in open_data.held(standing)],
        "at": place,
    }


def _stamp(made: Iterable[Publication]) -> list[str]:
    return [f"{one.pk} {one.digest} {_moved(one).isoformat()}" for one in made]


def _moved(one: Publication) -> datetime:
    """When it last changed: published, or withdrawn."""
    return one.withdrawal.at if queries.withdrawn(one) else one.at


def _changed(made: Iterable[Publication]) -> datetime | None:
    return max(map(_moved, made), default=None)


def _whole(path: str) -> str:
    return f"{settings.SITE_URL}{path}"


def _html(name: str, context: dict[str, Any], here: str) -> Callable[[], str]:
    """A page to be written: without the request, so that nothing of who reads can get into it."""
    english = get_language() == "en"
    frame = {
        "language": "en" if english else "th",
        "q": "?lang=en" if english else "",
        "canonical": _whole(here) + ("?lang=en" if english else ""),
        "thai": _whole(here),
        "english": f"{_whole(here)}?lang=en",
        "other": here if english else f"{here}?lang=en",
        "card": _whole(static("public-card.png")),
        "licence": open_data.LICENCE,
    }
    return lambda: render_to_string(f"disclosure/public/{name}.html", frame | context)
