"""A follow-up is a memo: what became of an approved memo's measures, compiled, put into words, sent over the route.

Its figures are frozen when it is drawn up and when the author asks for them again; what the divisions do meanwhile
changes neither them nor the words (docs/adr/0011).
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override

from measures.follow_up import of_memo
from measures.lifecycle import OPEN
from measures.models import DivisionTask, PlanRow
from memo_flow import content as text
from memo_flow import drafts, due, follow_up_words, policies
from memo_flow.changes import Change
from memo_flow.content import Content
from memo_flow.lifecycle import State
from memo_flow.models import Draft, FollowUp, Memo, MemoKind
from memo_flow.queries import locked, newest_revision, visible_to
from organization import years
from organization.calendar import WorkingDays, day_of, local
from organization.models import Organization, Role, User
from organization.refusals import NotNow
from organization.seats import Seats
from organization.templatetags.office import day as in_words

KIND = "ita-follow-up"
#: A follow-up in one of these states leaves its place to another.
OVER = (State.REJECTED, State.WITHDRAWN)
#: In these it is on its way, and nobody is asked for it.
SENT = (State.IN_REVIEW, State.APPROVED)
#: So long before it is due the inbox asks for a follow-up.
REACH = timedelta(days=45)
MOST = 30  # of one kind that a page lists


def kind_for(organization: Organization) -> MemoKind:
    """The office's kind of follow-up memo; made at the first need, on the route of its analysis memos.

    Raises NotNow where the office has no such route.
    """
    if found := MemoKind.objects.filter(organization=organization, code=KIND).first():
        return found
    kinds = MemoKind.objects.filter(organization=organization, secret=False).order_by("pk")
    model = kinds.filter(outline__has_key="indicators").first() or kinds.first()
    if model is None:
        raise NotNow(_("Your office has no route for follow-up memos. Ask the administrator to set one up."))
    return MemoKind.objects.get_or_create(
        organization=organization,
        code=KIND,
        defaults={
            "name_th": "รายงานผลการดำเนินการตามมาตรการ",
            "name_en": "Follow-up of the measures",
            "route": model.route,
            "outline": follow_up_words.OUTLINE,
        },
    )[0]


@transaction.atomic
def draw_up(memo_id: UUID, *, kind: str, by: User, now: datetime) -> Memo:
    """A draft of the interim or final follow-up memo on an approved memo's measures; the standing one, if there is.

    Raises Memo.DoesNotExist, Refused, or NotNow (not approved, secret, orders nothing, too early, a closed year).
    """
    memo = locked(memo_id, by)
    seat = policies.require(by, "follow_up", memo, on=day_of(now))
    if kind not in FollowUp.values:
        raise NotNow(_("A follow-up memo is either interim or final."))
    if standing := memo.follow_ups.filter(follow_up=kind).exclude(state__in=OVER).first():
        return standing
    figures = _figures(memo, kind, at=now)
    division = seat.position.division
    assert division is not None  # the head of office's
    form = kind_for(memo.organization)
    with override("th"):
        facts = follow_up_words.Facts(kind, figures, str(memo.organization), str(division))
        body = text.blank(
            form.outline, to=drafts.addressee(memo.organization_id), agency=f"{division} {memo.organization}"
        )
    words = follow_up_words.sections(facts)
    body["sections"] = [{**one, "text": words.get(one["id"], "")} for one in body["sections"]]
    body["sections"] = [one for one in body["sections"] if one["text"]]
    body["proposals"] = follow_up_words.proposals(facts)
    return drafts.create(
        kind=form,
        by=by,
        now=now,
        subject=follow_up_words.subject(facts),
        content=body,
        following=drafts.Following(memo, kind, figures, seat),
    )


@transaction.atomic
def take_again(
    memo_id: UUID, *, by: User, subject: str, content: Content, version: int, now: datetime
) -> tuple[Draft, list[str]]:
    """Keep what was written, and take the figures as they stand now; the words stay. Returns the draft, and in
    sentences what has changed.

    Raises Memo.DoesNotExist, Refused, ValidationError and Stale as drafts.revise does, and NotNow for a memo that is
    no follow-up or whose year is closed.
    """
    memo = locked(memo_id, by)
    policies.require(by, "edit", memo, on=day_of(now))
    if memo.follows_id is None:
        raise NotNow(_("This memo has no frozen figures."))
    before = drafts.working_text(memo)["follow_up"]
    source = Memo.objects.select_related("kind", "entry").get(pk=memo.follows_id)
    after = _figures(source, memo.follow_up, at=now)
    draft = drafts.revise(
        memo_id,
        by=by,
        subject=subject,
        content=content,
        version=version,
        now=now,
        undo=Change("follow_up", None, before, after).undo,
        figures=after,
    )
    return draft, changes(before, after)


def changes(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """What has moved between two takings, in sentences; nothing where only the moment is another."""
    words = {
        "tasks": _("tasks %(before)s → %(after)s"),
        "done": _("tasks done %(before)s → %(after)s"),
        "overdue": _("tasks overdue %(before)s → %(after)s"),
        "finished_late": _("tasks finished late %(before)s → %(after)s"),
        "percent": _("mean progress %(before)s → %(after)s percent"),
    }
    common = [key for key in words if key in before["totals"]]
    pairs = {key: {"before": before["totals"][key], "after": after["totals"][key]} for key in common}
    said = [words[key] % pair for key, pair in pairs.items() if pair["before"] != pair["after"]]
    rest = [{key: one[key] for key in ("divisions", "rows")} for one in (before, after)]
    if not said and rest[0] != rest[1]:
        said = [_("The totals are the same; single tasks have changed.")]
    return said


def facts_of(memo: Memo, figures: dict[str, Any]) -> follow_up_words.Facts:
    """What a follow-up memo's words are written from."""
    with override("th"):
        return follow_up_words.Facts(memo.follow_up, figures, str(memo.organization), str(memo.division))


def _figures(memo: Memo, kind: str, *, at: datetime) -> dict[str, Any]:
    """The state of an approved memo's measures, to be frozen with the memo's submission.

    Raises NotNow where there is nothing to report yet.
    """
    revision = newest_revision(memo)
    plan = revision.content["plan"] if revision else []
    if memo.kind.secret:
        raise NotNow(
            _("The memo is confidential. A follow-up memo is read by more people, so none is drawn up from it.")
        )
    if revision is None or not plan:
        raise NotNow(_("The memo orders no measures, so there is nothing to follow up."))
    year = text.year_of_plan(revision.content)
    if kind == FollowUp.FINAL and (ends := open_until(memo.pk, year, day_of(at))):
        raise NotNow(
            _("The final report can be drawn up after %(day)s, the end of the plan, or once all tasks are closed.")
            % {"day": in_words(ends)}
        )
    years.require_open(memo.organization_id, year)
    subject = revision.content["subject"]
    return {
        "taken_at": local(at).isoformat(timespec="seconds"),
        "fiscal_year": year,
        "topic": follow_up_words.topic(subject, ita=of_assessment(memo)),
        "memo": {
            "number": memo.entry.number,
            "date": day_of(memo.submitted_at).isoformat() if memo.submitted_at else "",
            "subject": subject,
        },
        **of_memo(memo.pk, titles=[row["title"] for row in plan], on=day_of(at)),
    }


def open_until(memo_id: UUID, year: int, on: date) -> date | None:
    """The last day of the plan's period, where it is not over and tasks are open; else None: it may be summed up.

    Of rows of another year, which plans of before may have, nothing is asked: their year has its own end.
    """
    rows = PlanRow.objects.filter(memo=memo_id, fiscal_year=year)
    ends = rows.aggregate(ends=Max("period_end"))["ends"]
    if ends is None or on > ends:
        return None
    return ends if DivisionTask.objects.filter(measure__row__in=rows, state__in=OPEN).exists() else None


def of_assessment(memo: Memo) -> bool:
    """Do its measures answer the yearly assessment, which asks for the reports by its dates?"""
    return bool(memo.kind.outline.get("indicators"))


# What is due


@dataclass(frozen=True)
class Place:
    """One of a memo's two follow-ups: when it is due (None: nobody asks for it), the one that stands, and whether
    this reader may draw it up; `after`: the day that still has to pass; `shut`: its year is closed."""

    kind: FollowUp
    due_on: date | None
    memo: Memo | None
    may: bool
    after: date | None
    shut: bool

    @property
    def is_open(self) -> bool:
        return self.memo is None or self.memo.state not in SENT


def places(memo: Memo, body: Content, user: User, on: date, seats: Seats) -> list[Place]:
    """The follow-ups of an approved memo as its page shows them, those this reader may see; of others nothing.

    Six statements at most.
    """
    if memo.state != State.APPROVED or not body["plan"] or memo.kind.secret:
        return []
    found = visible_to(user, on, seats).filter(follows=memo).exclude(state__in=OVER).select_related("entry")
    standing = {one.follow_up: one for one in found}
    year = text.year_of_plan(body)
    shut = years.closing(memo.organization_id, year) is not None
    may = not shut and policies.why_not(user, "follow_up", memo, on, seats=seats) is None
    after = open_until(memo.pk, year, on) if may and FollowUp.FINAL not in standing else None
    days = WorkingDays.of(memo.organization_id) if of_assessment(memo) and not shut else None
    return [
        Place(
            kind,
            due.settled(kind, year, days) if days else None,
            standing.get(kind),
            may and kind not in standing,
            after if kind == FollowUp.FINAL else None,
            shut,
        )
        for kind in FollowUp
    ]


def missing(kind: str, today: date, *, until: date | None = None) -> QuerySet[PlanRow]:
    """First plan rows of the assessment's approved memos whose follow-up of this kind is due soon or late, and not on
    its way. Of secret memos there is none. `until`: the latest day on which it is due; without it, soon."""
    asked = due.years(kind, today=today, until=until or today + REACH)
    sent = Memo.objects.filter(follows=OuterRef("memo"), follow_up=kind, state__in=SENT)
    rows = PlanRow.objects.filter(seq=1, fiscal_year__in=asked, memo__kind__secret=False)
    rows = rows.filter(memo__kind__outline__has_key="indicators", memo__state=State.APPROVED)
    return rows.exclude(years.is_closed("organization", "fiscal_year")).filter(~Exists(sent))


@dataclass(frozen=True)
class Missing:
    """A follow-up that waits for the head of office: of which memo, which report, by when."""

    memo: Memo
    kind: FollowUp
    due_on: date


def waiting_for(seats: Seats, today: date, *, until: date | None = None) -> list[Missing]:
    """The follow-ups that wait for somebody in these seats, the nearest date first. Three statements, or none.

    `until`: the latest day on which they are due; without it, soon.
    """
    rows = [
        (kind, row)
        for kind, some in asked_of(seats, today, until=until).items()
        for row in some.select_related("memo__entry").order_by("pk")[:MOST]
    ]
    days = WorkingDays.of_all({row.organization_id for _kind, row in rows})
    found = [
        Missing(row.memo, kind, due.settled(kind, row.fiscal_year, days[row.organization_id])) for kind, row in rows
    ]
    return sorted(found, key=lambda one: one.due_on)


def asked_of(seats: Seats, today: date, *, until: date | None = None) -> dict[FollowUp, QuerySet[PlanRow]]:
    """The same as rows by kind, for whom counts them; empty for everybody but the head of office.

    One that was returned waits as a returned memo, and not a second time here.
    """
    seat = seats.with_role(Role.HEAD_OF_OFFICE)
    if seat is None:
        return {}
    office = seat.position.organization_id
    back = Memo.objects.filter(follows=OuterRef("memo"), state=State.RETURNED)
    return {
        kind: missing(kind, today, until=until).filter(~Exists(back.filter(follow_up=kind)), organization=office)
        for kind in FollowUp
    }
