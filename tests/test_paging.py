"""Paging by key: a page starts after a signed key, made for this list and for no other."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import signing
from django.db import connection
from django.http import HttpRequest, QueryDict
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from organization.models import Division, Organization, User
from organization.paging import Page, page_of
from tests.cast import Cast, at, set_clock

pytestmark = pytest.mark.django_db

KEYS: list[tuple[str, ...]] = [
    ("pk",),
    ("-pk",),
    ("order", "pk"),
    ("-order", "pk"),
    ("order", "-pk"),
    ("organization__name_th", "order", "-pk"),
    ("organization_id", "pk"),
]


def asking(address: str = "", **more: str) -> HttpRequest:
    query = QueryDict(address.removeprefix("?"), mutable=True)
    query.update(more)
    return RequestFactory().get("/?" + query.urlencode())


@pytest.fixture
def divisions(db: Any) -> list[Division]:
    homes = [Organization.objects.create(code=f"o{n}", name_th="ซ้ำ" if n else "ก") for n in range(3)]
    return Division.objects.bulk_create(
        Division(organization=homes[n % 3], code=f"d{n}", name_th=f"{n}", order=n // 4) for n in range(23)
    )


def pages(key: tuple[str, ...], size: int = 5) -> list[Page]:
    found = [page_of(Division.objects.all(), asking(q="x"), key=key, size=size)]
    while found[-1].older:
        found.append(page_of(Division.objects.all(), asking(found[-1].older), key=key, size=size))
    return found


@pytest.mark.parametrize("key", KEYS, ids=str)
def test_the_pages_together_are_the_list(divisions: list[Division], key: tuple[str, ...]) -> None:
    found = pages(key)
    assert [d for page in found for d in page] == list(Division.objects.order_by(*key))
    assert [len(page.rows) for page in found] == [5, 5, 5, 5, 3]
    assert [page.first for page in found] == [True, False, False, False, False]
    assert {page.start for page in found} == {"?q=x"}


def test_a_list_that_just_fits_has_no_next_page(divisions: list[Division]) -> None:
    assert [len(page.rows) for page in pages(("pk",), 23)] == [23]


@pytest.mark.parametrize("made", KEYS, ids=str)
@pytest.mark.parametrize("used", KEYS, ids=str)
def test_the_key_of_another_order_is_the_first_page(
    divisions: list[Division], made: tuple[str, ...], used: tuple[str, ...]
) -> None:
    token = page_of(Division.objects.all(), asking(), key=made, size=5).older
    assert page_of(Division.objects.all(), asking(token), key=used, size=5).first == (made != used)


def test_the_key_of_another_model_is_the_first_page(divisions: list[Division]) -> None:
    token = page_of(Division.objects.all(), asking(), key=("pk",), size=5).older
    assert page_of(Organization.objects.all(), asking(token), key=("pk",), size=5).first


@pytest.mark.parametrize(
    "values",
    [None, 1, "ab", {}, [], [1], [1, 2, 3], ["x", 2], [None, 2], [2, None], [[], 2], [{}, 2], [1, "2021-09-14"]],
    ids=str,
)
def test_values_that_do_not_fit_the_fields_are_the_first_page(divisions: list[Division], values: object) -> None:
    """Signed by an older version of the list, say."""
    token = signing.dumps(values, salt="page:organization.Division:order,pk")
    page = page_of(Division.objects.all(), asking(after=token), key=("order", "pk"), size=5)
    assert page.first and len(page.rows) == 5


@pytest.mark.parametrize("token", ["x", ":", "::", "a:b:c", "\x00", "ก:ข:ค", ".e:1:x", "x" * 9000], ids=repr)
def test_a_forged_key_is_the_first_page(divisions: list[Division], token: str) -> None:
    assert page_of(Division.objects.all(), asking(after=token), key=("pk",), size=5).first


def test_a_changed_key_is_the_first_page(divisions: list[Division]) -> None:
    token = page_of(Division.objects.all(), asking(), key=("pk",), size=5).older
    assert page_of(Division.objects.all(), asking(token[:-1]), key=("pk",), size=5).first


def test_the_key_of_one_list_opens_every_other(cast: Cast, client: Client) -> None:
    for _n in range(31):
        cast.draft()
    set_clock(at(hour=18))
    client.force_login(cast.head_of_office)
    older = client.get("/memos/").context["page"].older
    for path in ("/inbox/", "/inbox/?tab=decided", "/measures/", "/measures/tasks/", "/mail/", "/search/?q=ITA"):
        answer = client.get(path + older.replace("?", "&" if "?" in path else "?"))
        assert answer.status_code == 200, path


def test_a_key_with_moments_and_days(cast: Cast) -> None:
    start: datetime = at()
    for n, person in enumerate(User.objects.order_by("pk")):
        User.objects.filter(pk=person.pk).update(date_joined=start + timedelta(microseconds=n // 2))
    key, seen, address = ("-date_joined", "-pk"), [], ""
    while address or not seen:
        page = page_of(User.objects.all(), asking(address), key=key, size=3)
        seen += page.rows
        address = page.older
    assert seen == list(User.objects.order_by(*key))
    assert len(seen) > 6


@pytest.mark.postgres
def test_a_deep_page_starts_in_the_index(divisions: list[Division]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute('CREATE INDEX deep ON organization_division ("order", id)')
        cursor.execute("SET LOCAL enable_seqscan = off")
    last = divisions[-2]
    token = signing.dumps([last.order, last.pk], salt="page:organization.Division:order,pk")
    with CaptureQueriesContext(connection) as captured:
        page_of(Division.objects.all(), asking(after=token), key=("order", "pk"), size=5)
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + captured[-1]["sql"])
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert f'Index Cond: ("order" >= {last.order})' in plan
