"""What the public reads: published data and nothing else, in two languages, without a trace of the reader."""

import re
from typing import Any
from xml.etree import ElementTree

import pytest
from defusedxml.ElementTree import fromstring
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit import guards
from disclosure.models import Page, Publication
from documents import shop
from documents.models import Paper
from measures import work
from measures.models import DivisionTask
from tests.cast import Cast, at
from tests.public import HOME, YEAR, citizen, publish, published, withdraw, worked

OFFICE = "องค์การบริหารส่วนตำบลกำแพงแสน"


def text(path: str) -> str:
    answer = citizen().get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def test_every_page_of_a_year_is_there(cast: Cast) -> None:
    published(cast)
    assert OFFICE in text("/public/") and OFFICE in text("/public/kps-sao/")
    overview = text(HOME)
    for place in ("measures", "scores", "progress"):
        assert f'href="{HOME}{place}/"' in overview
    assert "O42" in overview
    assert "follow-up/" not in overview
    measures = text(f"{HOME}measures/")
    assert OFFICE in measures and "แบบวัด" in measures and measures.count('data-set="measures"') == 3
    scores = text(f"{HOME}scores/")
    assert "82.14" in scores and "<svg" in scores
    assert text(f"{HOME}progress/").count('data-col="state"') == 15


def test_nothing_published_is_like_nothing_there(cast: Cast) -> None:
    """Whether an office, a year, a memo or a page exists, the answer is the same bytes."""
    cast.approved()
    paths = [
        "/public/kps-sao/",
        HOME,
        f"{HOME}measures/",
        "/public/nobody/",
        f"{HOME}secrets/",
        f"{HOME}measures/data.json",
    ]
    answers = [citizen().get(path) for path in paths]
    assert {one.status_code for one in answers} == {404}
    assert len({one.content for one in answers}) == 1
    assert "กำแพงแสน" not in answers[0].content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "/public/kps-sao/99999/",
        "/public/kps-sao/2565/measures/x/",
        "/public/kps-sao/2565/papers/../../../etc/passwd.pdf",
        "/public/kps-sao/2565/papers/0000000000.pdf",
        "/public/kps-sao/2565/interim/",
        "/public/kps-sao/2565/follow-up/",
        "/public/%E0%B8%81/2565/",
        "/public/kps-sao'--/",
        "/public/schema/nothing.v1.json",
        "/public/kps-sao/9999/data.csv",
    ],
)
def test_a_guessed_address_is_nothing(cast: Cast, path: str) -> None:
    published(cast)
    assert citizen().get(path).status_code == 404


def test_an_address_without_its_slash_is_led_there(cast: Cast) -> None:
    published(cast)
    answer = citizen().get(f"{HOME}measures?lang=en".replace("/measures/", "/measures"))
    assert answer.status_code == 301 and answer.headers["Location"] == f"{HOME}measures/?lang=en"


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_the_public_only_reads(cast: Cast, method: str) -> None:
    published(cast)
    answer = getattr(citizen(), method)(HOME)
    assert answer.status_code == 405 and answer.headers["Allow"] == "GET, HEAD"


def test_head_is_get_without_its_body(cast: Cast) -> None:
    published(cast)
    got, head = citizen().get(HOME), citizen().head(HOME)
    assert head.status_code == 200 and head.content == b""
    assert head.headers["Content-Length"] == got.headers["Content-Length"] == str(len(got.content))


def test_no_page_knows_its_reader(cast: Cast) -> None:
    """A signed-in official gets the very bytes a stranger gets, and nobody gets a cookie."""
    published(cast)
    official = Client()
    official.force_login(cast.head_of_office)
    for path in (HOME, f"{HOME}progress/", "/public/", "/sitemap.xml", "/robots.txt", "/public/nobody/"):
        mine, theirs = citizen().get(path, headers={"accept-language": "en"}), official.get(path)
        assert mine.content == theirs.content
        assert not mine.cookies and not theirs.cookies
        assert "Vary" not in theirs.headers
        assert cast.head_of_office.username not in theirs.content.decode()


def test_uncached_pages_ask_little_of_the_database(cast: Cast) -> None:
    published(cast)
    paths = ["/public/", "/public/kps-sao/", HOME, "/sitemap.xml", "/public/kps-sao/sitemap.xml"]
    paths += [
        f"{HOME}{place}/{kind}"
        for place in ("measures", "scores", "progress")
        for kind in ("", "data.json", "data.csv")
    ]
    for path in [*paths, f"{HOME}data.json", "/public/kps-sao/feed.atom", "/public/dictionary/"]:
        with CaptureQueriesContext(connection) as asked:
            text(path)
        assert len(asked) <= 2, (path, len(asked))


def test_later_work_changes_nothing_until_it_is_published(cast: Cast) -> None:
    published(cast)
    before = text(f"{HOME}progress/")
    task = DivisionTask.objects.filter(division__code="fin").order_by("due_on", "measure_id").first()
    assert task is not None
    work.start(task.pk, by=cast.finance, now=at(hour=14))
    assert text(f"{HOME}progress/") == before
    publish(cast, task.measure.row.memo, Page.PROGRESS, now=at(hour=16))
    assert text(f"{HOME}progress/") != before


# --- withdrawn ---------------------------------------------------------------------------------------------------


def test_a_withdrawn_page_says_who_when_and_why(cast: Cast) -> None:
    withdraw(cast, published(cast)["progress"], "ตัวเลขคลาดเคลื่อน <script>alert(1)</script>")
    for path in (f"{HOME}progress/", f"{HOME}progress/data.json", f"{HOME}progress/data.csv"):
        answer = citizen().get(path)
        said = answer.content.decode()
        assert answer.status_code == 410
        assert cast.head_of_office.name_th in said and cast.position("head_of_office").title_th in said
        assert "ตัวเลขคลาดเคลื่อน &lt;script&gt;" in said and "<script" not in said
    overview = text(HOME)
    assert f'href="{HOME}progress/"' not in overview and "ตัวเลขคลาดเคลื่อน" in overview
    assert f'href="{HOME}measures/"' in overview


def test_no_older_publication_comes_back(cast: Cast) -> None:
    first = published(cast)["progress"]
    worked(cast, 20, at(hour=14))
    second = publish(cast, first.memo, Page.PROGRESS, now=at(first.at.date().replace(day=20)))
    withdraw(cast, second)
    assert citizen().get(f"{HOME}progress/").status_code == 410


def test_with_everything_withdrawn_the_year_is_gone(cast: Cast) -> None:
    for one in published(cast).values():
        withdraw(cast, one)
    paths = [HOME, f"{HOME}measures/", f"{HOME}scores/", f"{HOME}data.json", f"{HOME}data.csv"]
    assert [citizen().get(path).status_code for path in paths] == [410] * 5
    assert citizen().get("/public/kps-sao/").status_code == 200
    assert f"{HOME}</loc>" not in text("/public/kps-sao/sitemap.xml")


# --- languages and machines --------------------------------------------------------------------------------------


def test_english_is_an_address_of_its_own(cast: Cast) -> None:
    published(cast)
    thai, english = citizen().get(f"{HOME}scores/"), citizen().get(f"{HOME}scores/?lang=en")
    assert thai.headers["Content-Language"] == "th" and english.headers["Content-Language"] == "en"
    page = english.content.decode()
    assert '<html lang="en">' in page and "Kamphaeng Saen" in page and "Scores by indicator" in page
    assert f'href="{HOME}progress/?lang=en"' in page
    for one in (thai.content.decode(), page):
        assert f'hreflang="th" href="http://localhost:8000{HOME}scores/"' in one
        assert f'hreflang="en" href="http://localhost:8000{HOME}scores/?lang=en"' in one
    assert f'rel="canonical" href="http://localhost:8000{HOME}scores/?lang=en"' in page
    assert text(f"{HOME}scores/?lang=xx") == thai.content.decode()


def test_a_preview_for_messages_names_page_and_picture(cast: Cast) -> None:
    published(cast)
    page = text(f"{HOME}measures/")
    for name in ("og:title", "og:description", "og:image", "og:url", "twitter:card"):
        assert re.search(rf'(property|name)="{name}" content="[^"]+"', page), name


def test_the_feed_tells_what_is_new_and_what_is_gone(cast: Cast) -> None:
    withdraw(cast, published(cast)["progress"])
    feed = fromstring(text("/public/kps-sao/feed.atom"))
    entries = feed.findall("{http://www.w3.org/2005/Atom}entry")
    titles = [one.findtext("{http://www.w3.org/2005/Atom}title") or "" for one in entries]
    assert len(entries) == 2
    assert str(YEAR) in titles[0]
    links = [link.get("href") for one in entries for link in one.findall("{http://www.w3.org/2005/Atom}link")]
    assert f"http://localhost:8000{HOME}measures/" in links


def test_the_sitemap_lists_what_stands(cast: Cast) -> None:
    published(cast)
    maps = _locations(fromstring(text("/sitemap.xml")))
    assert maps == ["http://localhost:8000/public/kps-sao/sitemap.xml"]
    pages = _locations(fromstring(text("/public/kps-sao/sitemap.xml")))
    assert f"http://localhost:8000{HOME}progress/" in pages
    for address in pages:
        assert citizen().get(address.removeprefix("http://localhost:8000")).status_code == 200
    assert "Sitemap: http://localhost:8000/sitemap.xml" in text("/robots.txt")


def test_scores_that_no_page_shows_stand_in_no_sitemap(cast: Cast) -> None:
    one = published(cast)["measures"]
    guards.remove_all()
    Publication.objects.filter(pk=one.pk).update(data=one.data | {"scores": None})
    guards.install_all()
    pages = _locations(fromstring(text("/public/kps-sao/sitemap.xml")))
    assert f"http://localhost:8000{HOME}measures/" in pages and f"http://localhost:8000{HOME}scores/" not in pages
    for address in pages:
        assert citizen().get(address.removeprefix("http://localhost:8000")).status_code == 200


def _locations(tree: ElementTree.Element) -> list[Any]:
    return [one.text for one in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]


# --- papers ------------------------------------------------------------------------------------------------------


def test_a_paper_waits_until_it_is_printed_and_is_then_served(cast: Cast) -> None:
    codes = [one["code"] for one in published(cast)["measures"].data["papers"]]
    path = f"{HOME}papers/{codes[0]}.pdf"
    waiting = citizen().get(path)
    assert waiting.status_code == 503 and waiting.headers["Retry-After"] == "60"
    shop.print_due(now=at(hour=15))
    answer = citizen().get(path)
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "application/pdf"
    assert b"".join(answer.streaming_content).startswith(b"%PDF-")  # type: ignore[attr-defined]
    assert answer.headers["Cache-Control"].startswith("public") and not answer.cookies
    again = citizen().get(path, headers={"if-none-match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_only_papers_that_a_standing_page_names_are_public(cast: Cast) -> None:
    one = published(cast)["measures"]
    shop.print_due(now=at(hour=15))
    named = {each["code"] for each in one.data["papers"]}
    for paper in Paper.objects.exclude(code__in=named):
        assert citizen().get(f"{HOME}papers/{paper.code}.pdf").status_code == 404, paper.form
    assert "certificate" not in {each["form"] for each in one.data["papers"]}
    withdraw(cast, one)
    for code in named:
        assert citizen().get(f"{HOME}papers/{code}.pdf").status_code == 410
