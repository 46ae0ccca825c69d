"""What the print shop is given of a memo: its papers as data (documents/typesetting.py gives the shapes).

A preview is put together when it is asked for. When the last decision falls, `freeze` keeps the same data for good,
within the deciding transaction; the print shop sets, seals and stores them after its commit.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from audit.models import Event
from documents import orders
from documents.models import Form, Paper
from memo_flow import analysis, paper, policies
from memo_flow.content import Content
from memo_flow.lifecycle import State
from memo_flow.models import Decision, Memo, Outcome, Revision, Step
from memo_flow.queries import decisions_on, locked, newest_revision, steps_of
from organization.calendar import buddhist_year, day_of, fiscal_year, local, thai_date, thai_digits
from organization.models import Acting, ActingKind, Position, User
from organization.seats import Seat

MARKS = {
    State.DRAFT: "ร่าง",
    State.IN_REVIEW: "ระหว่างพิจารณา",
    State.RETURNED: "ส่งกลับแก้ไข",
    State.WITHDRAWN: "ยกเลิก",
}
SUPERSEDED = "ถูกแทนที่"
SECRECY = "ลับ"


def about(memo: Memo) -> str:
    return f"memo:{memo.pk}"


def preview(memo: Memo, form: Form, body: Content, *, revision: Revision | None, at: datetime) -> dict[str, Any]:
    """A memo or its report as it would be printed now, from a draft's text or a revision's; unsealed, and says so."""
    file = _File.of(memo, body, revision)
    superseded = revision is not None and revision.round < memo.round
    mark = SUPERSEDED if superseded else MARKS.get(State(memo.state), "")
    return file.paper(form, at=at, mark=mark, note=_note(memo, mark, at))


def freeze(
    memo: Memo, revision: Revision, *, steps: Sequence[Step], last: Event, by: User, seat: Seat, at: datetime
) -> list[Paper]:
    """Freeze the papers of a memo on which the last decision has fallen, within that decision's transaction.

    The memo and the certificate of its route always; after approval also its report, where it has one, the notice to
    the divisions, where it orders them something, and of a follow-up memo the report of its figures.
    `steps`: the round's, and `last`, the decision's own event at the end of the chain: the caller has both.
    """
    decided = list(decisions_on(memo))
    answered = {one.step_id for one in decided}  # a step that nobody needed to answer has no block
    file = _File(memo, revision.content, revision, [step for step in steps if step.pk in answered], decided)
    forms = [Form.MEMO]
    if memo.state == State.APPROVED:
        forms += [Form.REPORT] if has_report(revision.content) else []
        forms += [Form.NOTICE] if revision.content["plan"] and not memo.kind.secret else []
        forms += [Form.FOLLOW_UP] if revision.content.get("follow_up") else []
    papers = [_frozen(memo, file.paper(form, at=at, code=orders.new_code()), at=at) for form in forms]
    certificate = file.paper(Form.CERTIFICATE, at=at, code=orders.new_code(), body=file.certificate_body(papers, last))
    return orders.place([*papers, _frozen(memo, certificate, at=at)], by=by, seat=seat, at=at)


@transaction.atomic
def draw_up(memo_id: UUID, *, form: str, by: User, now: datetime) -> Paper:
    """The notice of an approved memo as things stand now, with who has acknowledged it. Where nothing has changed
    since the newest one, that one.

    Raises Memo.DoesNotExist, Refused, NotNow or ValidationError (no such paper, or a memo that orders nothing).
    """
    memo = locked(memo_id, by)
    seat = policies.require(by, "draw_up", memo, on=day_of(now))
    revision = newest_revision(memo)
    assert revision is not None
    if form != Form.NOTICE or not revision.content["plan"] or memo.kind.secret:
        raise ValidationError(_("There is no such paper of this memo."))
    data = _notice(memo, revision, now)
    last = orders.newest(about(memo), form)
    if last and last.data["body"] == data["body"]:
        return last
    return orders.place([_frozen(memo, data, at=now)], by=by, seat=seat, at=now)[0]


def _notice(memo: Memo, revision: Revision, at: datetime) -> dict[str, Any]:
    file = _File(memo, revision.content, revision, [], list(decisions_on(memo)))
    return file.paper(Form.NOTICE, at=at, code=orders.new_code())


def _frozen(memo: Memo, data: dict[str, Any], *, at: datetime) -> Paper:
    return orders.frozen(data, organization_id=memo.organization_id, about=about(memo), sealed=True, at=at)


def _note(memo: Memo, mark: str, at: datetime) -> str:
    said = f"สถานะ: {mark}" if mark else "พิจารณาแล้ว"
    moment = thai_digits(f"{thai_date(day_of(at))} เวลา {local(at):%H.%M} น.")
    return f"ฉบับพิมพ์เพื่อตรวจดู ยังไม่ได้ลงตราอิเล็กทรอนิกส์ ({said}) พิมพ์เมื่อ {moment}"


class _File:
    """A memo with all that its papers state, gathered in a constant number of statements."""

    def __init__(
        self, memo: Memo, body: Content, revision: Revision | None, steps: Sequence[Step], decided: Sequence[Decision]
    ) -> None:
        self.memo, self.body, self.revision = memo, body, revision
        self.steps, self.decided = steps, sorted(decided, key=_in_order)
        self.entry = getattr(memo, "entry", None)

    @classmethod
    def of(cls, memo: Memo, body: Content, revision: Revision | None) -> "_File":
        """Of the round the revision belongs to; a draft has neither steps nor decisions."""
        if revision is None:
            return cls(memo, body, None, [], [])
        decided = list(decisions_on(memo))
        if revision.round == memo.round:
            return cls(memo, body, revision, steps_of(memo), decided)
        past = [one.step for one in decided if one.revision_id == revision.pk and one.step and _answers(one)]
        return cls(memo, body, revision, past, decided)

    def paper(
        self,
        form: Form,
        *,
        at: datetime,
        code: str = "",
        mark: str = "",
        note: str = "",
        body: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """A paper of this memo; `body` where the caller has made it."""
        made = {
            Form.MEMO: self.memo_body,
            Form.REPORT: self.report_body,
            Form.NOTICE: self.notice_body,
            Form.FOLLOW_UP: self.follow_up_body,
        }
        return orders.paper_of(
            form,
            made[form]() if body is None else body,
            organization=self.memo.organization,
            title=self.title(form),
            at=at,
            public=self.public() if code else None,
            code=code,
            mark=mark,
            note=note,
            secrecy=SECRECY if self.memo.kind.secret else "",
            keep=_kept_whole(self.memo),
        )

    def title(self, form: Form) -> str:
        names = {
            Form.MEMO: "บันทึกข้อความ",
            Form.REPORT: "รายงาน",
            Form.NOTICE: "แจ้งเวียนให้ทราบ",
            Form.CERTIFICATE: "หนังสือรับรองเส้นทางการพิจารณา",
            Form.FOLLOW_UP: "รายงานผลการดำเนินการตามมาตรการ",
        }
        number = f" ที่ {thai_digits(self.number)}" if self.number else ""
        subject = f" เรื่อง {self.subject}" if self.subject else ""
        return f"{names[form]}{number}{subject}"

    @property
    def number(self) -> str:
        return self.entry.number if self.entry else ""

    @property
    def subject(self) -> str:
        return str(self.body.get("subject", self.memo.subject))

    @property
    def dated(self) -> str:
        return day_of(self.memo.submitted_at).isoformat() if self.memo.submitted_at else ""

    def public(self) -> dict[str, Any]:
        """What anyone may be told who has the paper's code: positions, no names; of a secret memo nothing at all."""
        if self.memo.kind.secret:
            return {"secret": True}
        decided = [
            {
                "position": one.position.title_th,
                "acting": paper.ACTING_FORMS[ActingKind(one.acting.kind)] if one.acting else "",
                "outcome": one.outcome,
                "at": _moment(one.at),
            }
            for one in self.decided
            if one.revision_id == getattr(self.revision, "pk", None) and _answers(one)
        ]
        return {
            "secret": False,
            "number": self.number,
            "date": self.dated,
            "subject": self.subject,
            "state": str(self.memo.state),
            "decided": decided,
        }

    def memo_body(self) -> dict[str, Any]:
        body = self.body
        return {
            "urgency": body.get("urgency", ""),
            "agency": body["agency"],
            "number": self.number,
            "cancelled": bool(self.entry and self.entry.cancelled_at),
            "date": self.dated,
            "subject": self.subject,
            "to": body["to"],
            "sections": [{"heading": one["heading"], "text": one["text"]} for one in body["sections"]],
            "proposals": [one["text"] for one in body["proposals"]],
            "closing": body["closing"],
            "signature": self.authors_signature,
            "blocks": self.blocks,
            "scores": self.scores,
            "plan": self.plan,
            "attachments": self.attachments,
            "round": self.revision.round if self.revision else 0,
            "digest": self.revision.digest if self.revision else "",
        }

    def report_body(self) -> dict[str, Any]:
        plan = [date.fromisoformat(row["period_start"]) for row in self.body["plan"] if row["period_start"]]
        work = (
            fiscal_year(plan[0]) - 1 if plan else buddhist_year(day_of(self.memo.submitted_at or self.memo.created_at))
        )
        return {
            "fiscal_year": self.body["scores"].get("fiscal_year") or work,
            "title": self.subject,
            "memo": self.reference(),
            "signature": self.authors_signature,
            "chapters": chapters_of(self.body),
            "scores": self.scores,
            "plan": self.plan,
            "attachments": self.attachments,
            "blocks": self.blocks,
        }

    def follow_up_body(self) -> dict[str, Any]:
        """The frozen figures of a follow-up memo, under the memo whose measures they are of."""
        figures = self.body["follow_up"]
        return {
            "kind": self.memo.follow_up,
            "topic": figures["topic"],
            "fiscal_year": figures["fiscal_year"],
            "memo": figures["memo"],
            "report": self.reference(),
            "on": day_of(datetime.fromisoformat(figures["taken_at"])).isoformat(),
            "totals": figures["totals"],
            "divisions": figures["divisions"],
            "rows": [_row_of_figures(row) for row in figures["rows"]],
        }

    def notice_body(self) -> dict[str, Any]:
        rows = self.memo.circulations.select_related("position__division", "acknowledged_by", "acting").order_by("pk")
        return {
            **self.reference(),
            "from": {**self.authors_signature, "at": ""},
            "to": [row.position.division.name_th for row in rows if row.position.division],
            "orders": [one.order for one in self.decided if one.order],
            "plan": self.plan,
            "acknowledged": [
                {
                    "position": row.position.title_th,
                    "division": row.position.division.name_th if row.position.division else "",
                    "name": row.acknowledged_by.name_th if row.acknowledged_by else "",
                    "acting": _acting_words(row.acting) if row.acting else "",
                    "at": _moment(row.acknowledged_at) if row.acknowledged_at else "",
                }
                for row in rows
            ],
        }

    def certificate_body(self, papers: Iterable[Paper], last: Event) -> dict[str, Any]:
        return {
            **self.reference(),
            "state": str(self.memo.state),
            "round": self.memo.round,
            "texts": [
                {
                    "round": one.round,
                    "digest": one.digest,
                    "at": _moment(one.at),
                    "by": _signature(one.by, one.position, one.acting, one.at),
                }
                for one in self.texts.values()
            ],
            "decisions": [self.decision(one) for one in self.decided],
            "chain": {"length": last.seq, "head": last.hash, "at": _moment(last.at)},
            "papers": [
                {"form": one.form, "title": one.data["title"], "code": one.code, "digest": one.digest} for one in papers
            ],
        }

    def decision(self, one: Decision) -> dict[str, Any]:
        with override("th"):
            outcome = one.get_outcome_display()
        return {
            "round": one.revision.round if one.revision else 0,
            "step": one.step.group if one.step else 0,
            "position": one.step.position.title_th if one.step else one.position.title_th,
            "outcome": one.outcome,
            "outcome_th": outcome,
            "comment": one.comment,
            "order": one.order,
            "digest": one.revision.digest if one.revision else "",
            "signature": _signature(one.user, one.position, one.acting, one.at),
        }

    def reference(self) -> dict[str, Any]:
        return {"number": self.number, "date": self.dated, "subject": self.subject}

    @cached_property
    def texts(self) -> dict[UUID, Revision]:
        """The texts of every round with who submitted them, without their content. One statement."""
        texts = self.memo.revisions.select_related("by", "position", "acting").defer("content").order_by("round")
        return {one.pk: one for one in texts}

    @cached_property
    def authors_signature(self) -> dict[str, Any]:
        one = self.texts[self.revision.pk] if self.revision else None
        if one is None:
            return {**_signature(self.memo.author, self.memo.author_position, None, self.memo.created_at), "at": ""}
        return _signature(one.by, one.position, one.acting, one.at)

    @cached_property
    def blocks(self) -> list[dict[str, Any]]:
        return [
            {
                "heading": block.heading,
                "lead": block.lead,
                "ticks": [{"label": tick.label, "ticked": tick.ticked} for tick in block.ticks],
                "reason": block.reason,
                "comment": block.comment,
                "order": block.order,
                "signature": _signature_of(block.decision) if block.decision else None,
            }
            for block in paper.blocks(self.steps, self.decided)
        ]

    @cached_property
    def scores(self) -> dict[str, Any] | None:
        return scores_of(self.body)

    @cached_property
    def plan(self) -> list[dict[str, Any]]:
        return [self.row(row) for row in self.body["plan"]]

    @cached_property
    def attachments(self) -> list[dict[str, Any]]:
        attached = self.body.get("attachments", [])
        return [{key: one[key] for key in ("name", "sha256", "size")} for one in attached]

    def row(self, row: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "instrument": row["instrument"],
            "title": row["title"],
            "indicator": row["indicator"] or None,
            "issue": row["issue"],
            "measures": [one["text"] for one in row["measures"]],
            "steps": [
                {
                    "text": one["text"],
                    "measures": list(one["measures"]),
                    "responsible": self.named(one["responsible"]),
                }
                for one in row["steps"]
            ],
            "responsible": self.named(row["responsible"]),
            "period_start": row["period_start"],
            "period_end": row["period_end"],
            "follow_up": row["follow_up"],
            "follow_up_due": row["follow_up_due"],
        }

    def named(self, codes: Iterable[str]) -> list[str]:
        names = self.memo.organization.names_of_divisions
        return [names.get(code, code) for code in codes]


def _row_of_figures(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of a follow-up's figures as a paper says it: what is attached goes without the key it is kept under."""
    return {
        **row,
        "measures": [
            {**measure, "tasks": [{**task, "evidence": _without_ids(task["evidence"])} for task in measure["tasks"]]}
            for measure in row["measures"]
        ],
    }


def _without_ids(evidence: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{key: value for key, value in one.items() if key != "id"} for one in evidence]


def has_report(body: Content) -> bool:
    """Is there a report behind the memo: a plan, or a report's own words?"""
    return bool(body["plan"]) or any(one["text"] for one in body.get("report", []))


def chapters_of(body: Content) -> list[dict[str, str]]:
    """The report's own words; of a memo that has none written, the memo's sections and proposals."""
    report = body.get("report", [])
    if any(one["text"] for one in report):
        return [{**one} for one in report if one["text"] or _leads(one, report)]
    said = [{"id": one["id"], "heading": one["heading"], "text": one["text"]} for one in body["sections"]]
    if not body["proposals"]:
        return said
    proposals = "\n".join(f"{thai_digits(n)}. {one['text']}" for n, one in enumerate(body["proposals"], 1))
    return [*said, {"id": "suggestions", "heading": "ข้อเสนอ", "text": proposals}]


def _leads(heading: Mapping[str, str], report: Iterable[Mapping[str, str]]) -> bool:
    """Does a heading without words lead written parts of its own (suggestions, suggestions_1), or the paper's table?"""
    parts = f"{heading['id']}_"
    return heading["id"] == "indicators" or any(one["text"] and one["id"].startswith(parts) for one in report)


def scores_of(body: Content) -> dict[str, Any] | None:
    """The memo's own table, judged and computed; only what it states where its year has no rules; None without one."""
    stated = body["scores"]
    if not stated["indicators"]:
        return None
    table = analysis.table(stated)
    if table is None:
        return {
            "year": stated.get("fiscal_year") or None,
            "target": "",
            "has_before": False,
            "instruments": [],
            "others": [_indicator({"number": one["seq"], **one}) for one in stated["indicators"]],
            "stated": {"total": stated.get("total", ""), "level": stated.get("level", "")},
            "computed": {"total": "", "level": ""},
            "agrees": None,
        }
    return {
        "year": table["year"],
        "target": _figure(table["rules"].target),
        "has_before": table["before"],
        "instruments": [
            {
                "code": one["code"],
                "name": one["name"],
                "stated": one["mean"],
                "computed": one["shown"],
                "rows": [_indicator(row) for row in one["rows"]],
            }
            for one in table["instruments"]
        ],
        "others": [_indicator(row) for row in table["others"]],
        "stated": table["stated"],
        "computed": {"total": _figure(table["computed"].total), "level": table["computed"].level or ""},
        "agrees": table["agrees"],
    }


def _indicator(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "number": row["number"],
        "name": row["name"],
        "score": _figure(row["score"]),
        "before": _figure(row.get("before")),
        "judgement": row.get("judgement", ""),
        "lowest": bool(row.get("lowest")),
    }


def _figure(value: Decimal | str | int | None) -> str:
    return "" if value in (None, "") else f"{Decimal(str(value)):.2f}"


def _moment(at: datetime) -> str:
    return local(at).isoformat(timespec="seconds")


def _signature(user: User, position: Position, acting: Acting | None, at: datetime) -> dict[str, Any]:
    _name, *lines = paper.signature(user, position, acting, at)
    return {"name": user.name_th, "lines": lines, "at": _moment(at)}


def _signature_of(one: Decision) -> dict[str, Any]:
    return _signature(one.user, one.position, one.acting, one.at)


def _in_order(one: Decision) -> tuple[datetime, int]:
    """As they fell; of one moment, along the route."""
    return one.at, one.step.group if one.step else 0


def _acting_words(acting: Acting) -> str:
    return f"{paper.ACTING_FORMS[ActingKind(acting.kind)]} ตามคำสั่งที่ {acting.order_number}"


def _answers(one: Decision) -> bool:
    """Does it answer a step's question? A withdrawal and a passing on do not."""
    return one.outcome not in (Outcome.WITHDRAW, Outcome.REASSIGN)


def _kept_whole(memo: Memo) -> list[str]:
    """The office's own words, which no line may cut: its short names without the kind of office before them."""
    names = {memo.organization.name_th, memo.organization.short_th}
    bare = {name.removeprefix("องค์การบริหารส่วนตำบล").removeprefix("อบต.").strip() for name in names}
    return sorted(name for name in bare if name and " " not in name)
