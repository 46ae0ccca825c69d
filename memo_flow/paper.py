"""The memo as the paper form shows it: endorsement blocks with the form's ticks, filled from the decisions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from assessments import chart
from memo_flow import analysis
from memo_flow.content import Content
from memo_flow.models import REASONED, Action, Decision, Memo, Outcome, Step
from memo_flow.queries import Moment
from organization.calendar import day_of, thai_digits
from organization.models import Acting, ActingKind, Position, User
from organization.seats import chair_of


@dataclass(frozen=True)
class Tick:
    label: str  # Thai, as printed
    ticked: bool


@dataclass(frozen=True)
class Block:
    """One endorsement block. `decision` is None while it waits."""

    heading: str
    lead: str
    ticks: list[Tick]
    reason: str
    comment: str
    order: str
    decision: Decision | None
    signature: list[str]
    waiting: bool


def annex(body: Content) -> dict[str, Any]:
    """What the annex of scores needs beside the text: the table with what it amounts to, and its chart in Thai."""
    table = analysis.table(body["scores"])
    if table is None:
        return {"score_table": None, "score_chart": None}
    with override("th"):  # the paper is Thai whatever its reader's language
        drawn = _chart(table)
        return {"score_table": table, "score_chart": {"wide": drawn.wide, "narrow": drawn.narrow, "of": drawn}}


def _chart(table: dict[str, Any]) -> chart.Chart:
    """The bars of the paper's own table: what was frozen, not what is recorded today."""
    bars = tuple(
        chart.Bar(f"{row['number']}. {row['name']}", row["score"], row["before"])
        for instrument in table["instruments"]
        for row in instrument["rows"]
        if row["score"] is not None
    )
    year = table["year"]
    return chart.Chart(
        "memo-scores",
        f"คะแนนรายตัวชี้วัด ปีงบประมาณ พ.ศ. {thai_digits(year)}",
        bars,
        table["rules"].target,
        f"พ.ศ. {thai_digits(year)}",
        f"พ.ศ. {thai_digits(year - 1)}" if table["before"] else "",
    )


ACTING_FORMS = {
    ActingKind.ACTING_FOR: "รักษาราชการแทน",
    ActingKind.ON_BEHALF: "ปฏิบัติราชการแทน",
    ActingKind.IN_POSITION: "รักษาการในตำแหน่ง",
}
_TICKS = {
    Action.ENDORSE: ((Outcome.ENDORSE, "สมควร"), (Outcome.OBJECT, "ไม่สมควร เพราะ")),
    Action.APPROVE: ((Outcome.APPROVE, "อนุมัติ"), (Outcome.REJECT, "ไม่อนุมัติ เนื่องจาก")),
}


def blocks(steps: Iterable[Step], decisions: Iterable[Decision]) -> list[Block]:
    """A block for every step of the round, in route order."""
    by_step = {d.step_id: d for d in decisions if d.step_id}
    return [_block(step, by_step.get(step.pk)) for step in steps]


def _block(step: Step, decision: Decision | None) -> Block:
    outcome = decision.outcome if decision else None
    action = Action(step.action)
    against = outcome in (Outcome.OBJECT, Outcome.REJECT)
    comment = decision.comment if decision else ""
    return Block(
        heading=f"ความเห็นของ{step.position.title_th}",
        lead="ได้พิจารณาแล้วเห็นว่า" if action == Action.ENDORSE else "",
        ticks=[Tick(label, outcome == value) for value, label in _TICKS[action]],
        reason=comment if against else "",
        comment="" if against else comment,
        order=decision.order if decision else "",
        decision=decision,
        signature=signature(decision.user, decision.position, decision.acting, decision.at) if decision else [],
        waiting=step.is_open,
    )


def signature(user: User, position: Position, acting: Acting | None, at: datetime) -> list[str]:
    """The lines under a signature: the name, the title; for an acting official their own, the form and its order."""
    name = f"({user.name_th})"
    if acting is None:
        return [name, position.title_th]
    own = chair_of(user, day_of(at))
    titles = [own.title_th] if own else []
    return [
        name,
        *titles,
        f"{ACTING_FORMS[ActingKind(acting.kind)]} {position.title_th}",
        f"ตามคำสั่งที่ {acting.order_number}",
    ]


def timeline(memo: Memo, steps: list[Step], history: list[Moment], decided: list[Decision]) -> list[dict[str, Any]]:
    """The route of the round as steps.html shows it: done, now, or still to come."""
    lines: list[dict[str, Any]] = [
        {
            "cls": "done",
            "title": _("Written and submitted")
            if memo.round <= 1
            else _("Submitted again (round %(round)s)") % {"round": memo.round},
            "who": m.who,
            "position": m.position,
            "acting": m.acting,
            "at": m.at,
            "detail": m.text,
        }
        for m in history
        if m.kind == "submitted" and m.round == memo.round
    ]
    answers = {d.step_id: d for d in decided if d.step_id}
    for step in steps:
        answer = answers.get(step.pk)
        lines.append(
            {
                "cls": ("bad" if answer.outcome in REASONED else "done") if answer else "now" if step.is_open else "",
                "title": step.position,
                "step": step,
                "who": answer.user if answer else None,
                "position": answer.position if answer else None,
                "acting": answer.acting if answer else None,
                "at": answer.at if answer else None,
                "outcome": answer.get_outcome_display() if answer else "",
                "detail": answer.comment if answer and answer.outcome in REASONED else "",
                "due_on": step.due_on if step.is_open else None,
            }
        )
    return lines
