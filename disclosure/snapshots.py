"""What would be published of a memo now: its public data, redacted, what is hidden, and the papers that go with it.

A publication's data:
{
  "shape": 1,  "page": "measures",  "fiscal_year": 2565,  "item": "O42" | "",     the year's own code of the item
  "as_of": ISO day,                              of the numbers; of a text the day it was approved
  "organization": {"code", "name_th", "name_en", "website"},
  "memo": {"number", "date": ISO, "subject", "approved_on": ISO,
           "approved_by": {"name", "name_en", "title", "title_en"}},
  "papers": [{"form", "code", "edition": "original" | "public"}],
  measures:        "analysis": [{"heading", "text"}], "plan": [PLAN], "scores": SCORES | null
  progress:        WORK
  interim, final:  "report", "taken_at": ISO moment, "texts": [{"heading", "text"}], WORK
}
PLAN:   {"instrument", "title", "indicator", "issue", "measures": [text], "steps": [{"text", "measures": [1]}],
         "divisions": [DIVISION], "period_start", "period_end", "follow_up", "follow_up_due"}
SCORES: manuscripts.scores_of's, each name with its "name_en"
WORK:   "totals": {"tasks", "done", "late", "percent"}, "divisions": [DIVISION + totals],
        "rows": [{"instrument", "indicator", "title", "measures": [{"text", "tasks": [TASK]}]}]
TASK:   {"division": DIVISION, "state", "percent", "ordered_due_on", "due_on", "finished_on", "late"}; of a report also
        "reported", "obstacles", "evidence": [text]
DIVISION: {"code", "name_th", "name_en"}
"""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from assessments import rulebook
from audit import chain
from disclosure import redaction
from disclosure.models import Page
from disclosure.redaction import MASK, Hidden, Shown
from documents.models import Form, Paper
from measures.follow_up import of_memo as work_of
from measures.models import PlanRow
from memo_flow import manuscripts
from memo_flow.content import Content
from memo_flow.lifecycle import State
from memo_flow.models import Decision, FollowUp, Memo, Outcome
from memo_flow.queries import newest_revision
from organization import years
from organization.calendar import day_of
from organization.models import Division, Organization, User
from organization.refusals import NotNow

SHAPE = 1
REPORTS = {Page.INTERIM: FollowUp.INTERIM, Page.FINAL: FollowUp.FINAL}
#: The papers that go with a page. The certificate of the route stays in the office.
FORMS = {
    Page.MEASURES: (Form.REPORT, Form.MEMO),
    Page.PROGRESS: (),
    Page.INTERIM: (Form.MEMO, Form.FOLLOW_UP),
    Page.FINAL: (Form.MEMO, Form.FOLLOW_UP),
}


#: What a paper says: all of its data that is read, printed or told.
SAID = ("title", "public", "body")


@dataclass(frozen=True)
class Sheet:
    """A paper that goes with a page: as it is, or as a public edition of its data without what is hidden."""

    paper: Paper
    said: dict[str, Any]  # its title, its body and what its code tells, without what is hidden
    hidden: list[Hidden]

    @property
    def original(self) -> bool:
        return all(self.said[key] == self.paper.data[key] for key in SAID)

    @property
    def edition(self) -> str:
        return "original" if self.original else "public"


@dataclass(frozen=True)
class Snapshot:
    memo: Memo
    page: Page
    year: int
    data: dict[str, Any]
    hidden: list[Hidden]
    sheets: list[Sheet] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """Of what would be published; the same as long as nothing of it has changed."""
        return identity(self.data)


def identity(data: Mapping[str, Any]) -> str:
    """The digest of public data whatever codes its public editions were given, and on whatever day it was looked at:
    the same numbers a day later are the same."""
    papers = [one if one["edition"] == "original" else {**one, "code": ""} for one in data["papers"]]
    return chain.digest({**data, "papers": papers, "as_of": ""})


def publishable(organization: Any, year: int | None = None) -> QuerySet[Memo]:
    """The memos an office may publish anything of (for the work of one fiscal year): approved analyses and follow-up
    reports, never of a secret kind; the newest first."""
    rows = PlanRow.objects.filter(seq=1, **({"fiscal_year": year} if year else {}))
    analyses = Q(Exists(rows.filter(memo=OuterRef("pk"))), follows=None, kind__outline__has_key="indicators")
    reports = Q(
        Exists(rows.filter(memo=OuterRef("follows"))),
        follows__kind__secret=False,
        follows__kind__outline__has_key="indicators",
    )
    memos = Memo.objects.filter(organization=organization, state=State.APPROVED, kind__secret=False)
    return memos.filter(analyses | reports).select_related("kind", "organization", "entry").order_by("-closed_at", "pk")


def pages_of(memo: Memo) -> tuple[Page, ...]:
    """The pages a publishable memo is published to."""
    if memo.follows_id is None:
        return (Page.MEASURES, Page.PROGRESS)
    return tuple(page for page, kind in REPORTS.items() if kind == memo.follow_up)


def year_of(memo: Memo) -> int:
    """The fiscal year whose work the memo orders or reports: that of its first plan row."""
    rows = PlanRow.objects.filter(memo=memo.follows_id or memo.pk).order_by("seq")
    return rows.values_list("fiscal_year", flat=True)[0]


def taken(memo: Memo, page: Page, *, at: datetime) -> Snapshot:
    """What would be published of a publishable memo at this moment. Raises NotNow for a page that is not its own."""
    revision = newest_revision(memo)
    if page not in pages_of(memo) or revision is None:
        raise NotNow(_("This cannot be published of this memo."))
    office, body, year = memo.organization, revision.content, year_of(memo)
    shown = Shown.of(holders(office), office.phone)
    approval = _approval(memo)
    divisions = {one.name_th: _division(one) for one in office.divisions_by_code.values()}
    by_code = {one["code"]: one for one in divisions.values()}
    made: dict[str, Any]
    if page == Page.MEASURES:
        made = _measures(body, by_code) | {"as_of": approval["approved_on"]}
    elif page == Page.PROGRESS:
        titles = [row["title"] for row in body["plan"]]
        on = years.as_of(years.closing(office.pk, year), day_of(at))
        made = _work(work_of(memo.pk, titles=titles, on=on), divisions) | {"as_of": on.isoformat()}
    else:
        made = _report(body, divisions, memo.follow_up)
    found = redaction.of_data(made, shown)
    head = redaction.of_data(_memo(memo, body) | approval, shown)
    sheets = _sheets(memo, page, shown)
    data = {
        "shape": SHAPE,
        "page": page.value,
        "fiscal_year": year,
        "item": item_of(page, year),
        "organization": {
            "code": office.code,
            "name_th": office.name_th,
            "name_en": office.name_en,
            "website": office.website,
        },
        "memo": head.data,
        "papers": [
            {"form": one.paper.form, "code": one.paper.code if one.original else "", "edition": one.edition}
            for one in sheets
        ],
        **found.data,
    }
    return Snapshot(memo, page, year, data, [*head.hidden, *found.hidden], sheets)


def item_of(page: Page, year: int) -> str:
    """The assessment's own code of the item that a page answers in a year; empty where it is not known."""
    if year not in rulebook.years():
        return ""
    rules = rulebook.rules_for(year)
    asked = {Page.MEASURES: rules.measures_item, Page.INTERIM: rules.followup_item, Page.FINAL: rules.followup_item}
    return asked.get(page) or ""


def holders(office: Organization) -> list[str]:
    """The names of all who hold or held an office here, in both languages. One statement."""
    people = User.objects.filter(appointments__position__organization=office).values_list("name_th", "name_en")
    return [name for names in people.distinct() for name in names if name]


def _memo(memo: Memo, body: Content) -> dict[str, Any]:
    entry = getattr(memo, "entry", None)
    return {
        "number": entry.number if entry else "",
        "date": day_of(memo.submitted_at).isoformat() if memo.submitted_at else "",
        "subject": body.get("subject", memo.subject),
    }


def _approval(memo: Memo) -> dict[str, Any]:
    """Who approved it, and when: an office holder's name."""
    decisions = Decision.objects.filter(memo=memo, outcome=Outcome.APPROVE).select_related("user", "position", "acting")
    one = decisions.latest("at")
    return {
        "approved_on": day_of(one.at).isoformat(),
        "approved_by": {
            "name": one.user.name_th,
            "name_en": one.user.name_en,
            "title": one.position.title_th,
            "title_en": one.position.title_en,
        },
    }


def _division(one: Division) -> dict[str, str]:
    return {"code": one.code, "name_th": one.name_th, "name_en": one.name_en}


def _measures(body: Content, divisions: Mapping[str, dict[str, str]]) -> dict[str, Any]:
    return {
        "analysis": [
            {"heading": one["heading"], "text": one["text"]}
            for one in manuscripts.chapters_of(body)
            if one["text"] or one["id"] != "indicators"  # the heading of the paper's own table
        ],
        "plan": [_plan(row, divisions) for row in body["plan"]],
        "scores": _scores(body),
    }


def _plan(row: Mapping[str, Any], divisions: Mapping[str, dict[str, str]]) -> dict[str, Any]:
    return {
        "instrument": row["instrument"],
        "title": row["title"],
        "indicator": row["indicator"] or None,
        "issue": row["issue"],
        "measures": [one["text"] for one in row["measures"]],
        "steps": [{"text": one["text"], "measures": list(one["measures"])} for one in row["steps"]],
        "divisions": [divisions[code] for code in row["responsible"] if code in divisions],
        "period_start": row["period_start"],
        "period_end": row["period_end"],
        "follow_up": row["follow_up"],
        "follow_up_due": row["follow_up_due"],
    }


def _scores(body: Content) -> dict[str, Any] | None:
    """The memo's own table, with the names of its year's rules in English."""
    table = manuscripts.scores_of(body)
    if table is None:
        return None
    rules = rulebook.rules_for(table["year"]) if table["year"] in rulebook.years() else None
    for one in table["instruments"]:
        one["name_en"] = rules.by_code[one["code"]].en if rules else ""
        for row in one["rows"]:
            row["name_en"] = rules.by_number[row["number"]].en if rules else ""
    return table


def _report(body: Content, divisions: Mapping[str, dict[str, str]], kind: str) -> dict[str, Any]:
    """A follow-up memo: its words, and the numbers that were frozen with them."""
    work = body["follow_up"]
    said = [{"heading": one["heading"], "text": one["text"]} for one in manuscripts.chapters_of(body) if one["text"]]
    return {
        "report": kind,
        "taken_at": work["taken_at"],
        "as_of": work["taken_at"][:10],
        "texts": said,
        **_work(work, divisions, words=True),
    }


def _work(work: Mapping[str, Any], divisions: Mapping[str, dict[str, str]], *, words: bool = False) -> dict[str, Any]:
    """Figures of the measures (measures.follow_up.of_memo's) as the public reads them; `words`: with what was said."""
    return {
        "totals": {key: work["totals"][key] for key in COUNTS},
        "divisions": [_named(one["name"], divisions) | {key: one[key] for key in COUNTS} for one in work["divisions"]],
        "rows": [
            {
                "instrument": row["instrument"],
                "indicator": row.get("indicator"),
                "title": row["title"],
                "measures": [
                    {
                        "text": measure["text"],
                        "tasks": [_task(one, row, divisions, words) for one in measure["tasks"]],
                    }
                    for measure in row["measures"]
                ],
            }
            for row in work["rows"]
        ],
    }


COUNTS = ("tasks", "done", "late", "percent")


def _task(
    one: Mapping[str, Any], row: Mapping[str, Any], divisions: Mapping[str, dict[str, str]], words: bool
) -> dict[str, Any]:
    said = {
        "reported": one.get("reported", ""),
        "obstacles": one.get("obstacles", ""),
        "evidence": [_shown_by(each) for each in one.get("evidence", [])],
    }
    return {
        "division": _named(one["division"], divisions),
        "state": one["state"],
        "percent": one["percent"],
        "ordered_due_on": row["follow_up_due"],
        "due_on": one["due_on"],
        "finished_on": one["closed_on"],
        "late": one["late"],
        **(said if words else {}),
    }


def _shown_by(evidence: Any) -> str:
    """The name of a file or a link: what it holds is not public, nor is the address that leads to it."""
    if not isinstance(evidence, dict):
        return str(evidence)
    named = evidence["name"] != evidence["url"]
    return str(evidence["name"] if named else urlsplit(evidence["url"]).hostname or MASK)


def _named(name: str, divisions: Mapping[str, dict[str, str]]) -> dict[str, str]:
    return dict(divisions.get(name, {"code": "", "name_th": name, "name_en": ""}))


def _sheets(memo: Memo, page: Page, shown: Shown) -> list[Sheet]:
    """The newest sealed paper of each form that goes with the page."""
    about = manuscripts.about(memo)
    papers = (
        Paper.objects.filter(about=about, form__in=FORMS[page], sealed=True)
        .order_by("at", "pk")
        .select_related("print")
    )
    newest = {paper.form: paper for paper in papers}
    sheets = []
    for form in FORMS[page]:
        if form in newest:
            found = redaction.of_data(_by_name({key: newest[form].data[key] for key in SAID}), shown)
            sheets.append(Sheet(newest[form], found.data, found.hidden))
    return sheets


def _by_name(said: dict[str, Any]) -> dict[str, Any]:
    """What a paper says with evidence named and no more: no address of a link, no fingerprint of a file."""
    said = deepcopy(said)
    for row in said["body"].get("rows", []):
        for measure in row["measures"]:
            for task in measure["tasks"]:
                task["evidence"] = [_shown_by(one) for one in task["evidence"]]
    return said
