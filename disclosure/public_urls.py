"""The public's addresses. They are printed, linked and cited: none is ever changed."""

from typing import Any

from django.urls import URLPattern, path, register_converter

from disclosure import public_views as views


class Year:
    """A Buddhist year, four digits."""

    regex = "[0-9]{4}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return f"{value:04}"


register_converter(Year, "year")


def public(route: str, view: Any, name: str = "") -> URLPattern:
    """An address of the public; what its view gives (a Leaf) is written by the door."""
    made: URLPattern = path(route, view, name=name or None)
    return made


urlpatterns = [
    public("", views.index, name="public"),
    public("dictionary/", views.dictionary, name="public-dictionary"),
    public("dictionary/data.csv", views.dictionary_csv, name="public-dictionary-csv"),
    public("schema/<slug:name>.v1.json", views.schema, name="public-schema"),
    public("<slug:code>/", views.office, name="public-office"),
    public("<slug:code>/feed.atom", views.feed, name="public-feed"),
    public("<slug:code>/sitemap.xml", views.office_sitemap, name="public-sitemap"),
    public("<slug:code>/<year:year>/", views.year, name="public-year"),
    public("<slug:code>/<year:year>/data.json", views.year_json, name="public-year-json"),
    public("<slug:code>/<year:year>/data.csv", views.year_csv, name="public-year-csv"),
    public("<slug:code>/<year:year>/papers/<slug:paper>.pdf", views.paper, name="public-paper"),
    public("<slug:code>/<year:year>/<slug:place>/", views.page, name="public-page"),
    public("<slug:code>/<year:year>/<slug:place>/data.json", views.page_json, name="public-json"),
    public("<slug:code>/<year:year>/<slug:place>/data.csv", views.page_csv, name="public-csv"),
]

#: At the root of the site, where machines look for them.
AT_THE_ROOT = [public("sitemap.xml", views.sitemap), public("robots.txt", views.robots)]
