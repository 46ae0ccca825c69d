"""What tests of the public's pages share: an office that has published, and a citizen who looks."""

from datetime import datetime
from html.parser import HTMLParser
from typing import Any

from django.test import Client

from disclosure import publishing
from disclosure.models import Page, Publication, Withdrawal
from measures import work
from measures.models import DivisionTask
from memo_flow.models import Memo
from tests.cast import Cast, at

YEAR = 2565
HOME = f"/public/kps-sao/{YEAR}/"


def publish(cast: Cast, memo: Memo, page: Page = Page.MEASURES, *, now: datetime | None = None) -> Publication:
    moment = now or at(hour=13)
    digest = publishing.preview(memo.pk, page, by=cast.head_of_office, now=moment).digest
    return publishing.publish(memo.pk, page, by=cast.head_of_office, digest=digest, now=moment)


def withdraw(cast: Cast, one: Publication, reason: str = "พบตัวเลขคลาดเคลื่อน") -> Withdrawal:
    return publishing.withdraw(one.pk, by=cast.head_of_office, reason=reason, now=at(hour=14))


def published(cast: Cast) -> dict[str, Publication]:
    """The office's analysis and its progress, published."""
    memo = cast.approved()
    return {page.value: publish(cast, memo, page) for page in (Page.MEASURES, Page.PROGRESS)}


def worked(cast: Cast, percent: int, now: datetime) -> None:
    """The finance division goes on with one of its tasks."""
    task = DivisionTask.objects.filter(division__code="fin").order_by("due_on", "measure_id").first()
    assert task is not None
    if task.state == "assigned":
        work.start(task.pk, by=cast.finance, now=now)
    work.report(task.pk, by=cast.finance, percent=percent, text="ดำเนินการต่อ", finished=False, done=None, now=now)


def citizen() -> Client:
    return Client()


class Tables(HTMLParser):
    """The tables of a page that are datasets: for each row its texts, and the values said for machines."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[dict[str, Any]] = []
        self.totals: dict[str, str] = {}
        self._cell: list[str] | None = None

    @classmethod
    def of(cls, html: str) -> "Tables":
        reader = cls()
        reader.feed(html)
        return reader

    def named(self, name: str) -> list[dict[str, Any]]:
        return [one for one in self.tables if one["data-set"] == name]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "table" and "data-set" in said:
            self.tables.append(said | {"rows": []})
        elif tag == "data" and "data-total" in said:
            self.totals[str(said["data-total"])] = str(said["value"])
        if not self.tables:
            return
        rows = self.tables[-1]["rows"]
        if tag == "tr":
            rows.append({"values": [], "columns": {}, "texts": [], "kind": said.get("class") or ""})
        elif tag in ("td", "th") and rows:
            self._cell = []
        elif tag in ("data", "time") and rows:
            value = said.get("value") or said.get("datetime") or ""
            rows[-1]["values"].append(value)
            if "data-col" in said:
                rows[-1]["columns"][said["data-col"]] = value

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th") and self._cell is not None and self.tables and self.tables[-1]["rows"]:
            self.tables[-1]["rows"][-1]["texts"].append(" ".join("".join(self._cell).split()))
            self._cell = None
