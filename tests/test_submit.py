"""Submission: the number, the frozen text, the route's copy, and what is refused before any of them."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from audit import chain
from demo import document
from memo_flow import decisions, drafts
from memo_flow.models import Draft, Memo, RegisterEntry, Revision, RouteStep
from organization.models import Division
from organization.refusals import NotNow, Refused
from tests.cast import Cast, at, digest, fresh, open_step

pytestmark = pytest.mark.django_db


def submit(cast: Cast, memo: Memo, **more: Any) -> Memo:
    return decisions.submit(memo.pk, by=cast.head_of_office, **({"reason": document.REASON, "now": at(hour=10)} | more))


def number(cast: Cast, **more: Any) -> str:
    return submit(cast, cast.written(cast.head_of_office), **more).entry.number


def rewritten(cast: Cast, **changes: Any) -> Memo:
    """A draft of the document in which something is changed."""
    content = document.imported().content | changes
    return drafts.create(kind=cast.kind, by=cast.head_of_office, subject="เรื่อง", content=content, now=at())


def gaps_of(cast: Cast, memo: Memo) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as refused:
        submit(cast, memo)
    assert fresh(memo).state == "draft"
    assert not RegisterEntry.objects.exists() and not Revision.objects.exists()
    return refused.value.message_dict


# --- the number --------------------------------------------------------------------------------------------------


def test_numbers_run_without_a_gap_in_each_division(cast: Cast) -> None:
    assert [number(cast), number(cast)] == ["นฐ 71201/1", "นฐ 71201/2"]
    assert cast.sent(cast.finance).entry.number == "นฐ 71202/1"
    assert number(cast) == "นฐ 71201/3"


def test_the_count_starts_again_with_the_calendar_year_of_the_office(cast: Cast) -> None:
    assert number(cast, now=at(date(2021, 12, 31), 23, 59)) == "นฐ 71201/1"
    entry = submit(cast, cast.written(cast.head_of_office), now=at(date(2022, 1, 1), 0, 1)).entry  # in UTC still 2021
    assert (entry.year, entry.running) == (2565, 1)
    assert number(cast, now=at(date(2022, 10, 3))) == "นฐ 71201/2"  # a new fiscal year starts no register


def test_thai_digits_of_a_book_code_are_kept_as_arabic_ones(cast: Cast) -> None:
    Division.objects.filter(organization=cast.office, code="op").update(book_code="นฐ ๗๑๒๐๑")
    assert number(cast) == "นฐ 71201/1"


def test_a_refused_submission_uses_up_no_number(cast: Cast) -> None:
    gaps_of(cast, rewritten(cast, to=""))
    assert number(cast) == "นฐ 71201/1"


def test_a_returned_memo_keeps_its_number(cast: Cast) -> None:
    memo = cast.returned()
    again = submit(cast, memo, now=at(hour=15))
    assert (again.round, again.entry.number) == (2, "นฐ 71201/1")
    assert RegisterEntry.objects.count() == 1


def test_a_withdrawn_memos_number_stays_as_cancelled_and_is_never_used_again(cast: Cast) -> None:
    memo = cast.withdrawn()
    assert number(cast) == "นฐ 71201/2"
    entry = RegisterEntry.objects.get(memo=memo)
    assert (entry.running, entry.cancelled_at) == (1, at(hour=11))


# --- the text ----------------------------------------------------------------------------------------------------


def test_the_text_is_frozen_with_a_digest_that_anyone_can_recompute(cast: Cast) -> None:
    memo = submit(cast, cast.draft(), reason="ตามมติที่ประชุม")
    revision = Revision.objects.get(memo=memo)
    assert chain.digest(revision.content) == revision.digest
    assert chain.digest(revision.content | {"closing": "อื่น"}) != revision.digest
    assert revision.content["plan"] == document.imported().content["plan"]
    assert (revision.content["subject"], revision.content["reason"]) == (memo.subject, "ตามมติที่ประชุม")
    assert revision.content["attachments"] == []


def test_the_draft_is_gone_after_submission(cast: Cast) -> None:
    memo = cast.submitted()
    assert not Draft.objects.filter(memo=memo).exists()
    assert drafts.working_text(memo)["sections"] == document.imported().content["sections"]


def test_a_second_round_freezes_its_own_text_and_keeps_the_first(cast: Cast) -> None:
    memo = cast.returned()
    body = drafts.working_text(memo) | {"closing": "จึงเรียนมาเพื่อพิจารณาอีกครั้ง"}
    drafts.revise(memo.pk, by=cast.head_of_office, subject="ฉบับแก้ไข", content=body, version=0, now=at(hour=14))
    submit(cast, memo, now=at(hour=15))
    first, second = Revision.objects.filter(memo=memo).order_by("round")
    assert (first.content["closing"], first.round) == (document.imported().content["closing"], 1)
    assert (second.content["closing"], second.content["subject"]) == ("จึงเรียนมาเพื่อพิจารณาอีกครั้ง", "ฉบับแก้ไข")
    assert digest(memo) == second.digest


# --- what is missing ---------------------------------------------------------------------------------------------


def test_a_plan_step_without_a_responsible_division_is_named(cast: Cast) -> None:
    plan = document.imported().content["plan"]
    plan[1]["steps"][1]["responsible"] = []
    missing = gaps_of(cast, rewritten(cast, plan=plan))
    assert list(missing) == ["plan.1.steps.1.responsible"]
    [sentence] = missing["plan.1.steps.1.responsible"]
    assert "2" in sentence and plan[1]["instrument"] in sentence and plan[1]["steps"][1]["text"][:60] in sentence


def _scores(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """The document's own table, changed."""
    scores = document.imported().content["scores"]
    change(scores)
    return {"scores": scores}


def _plan(**changes: Any) -> dict[str, Any]:
    plan = [dict(row) for row in document.imported().content["plan"]]
    plan[0] |= changes
    return {"plan": plan}


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("to", lambda: {"to": " "}),
        ("sections", lambda: {"sections": [{"id": "a", "heading": "หัวข้อ", "text": ""}]}),
        (
            "scores.indicators.0.score",
            lambda: _scores(lambda scores: scores["indicators"][0].update(score="")),
        ),
        ("scores.fiscal_year", lambda: _scores(lambda scores: scores.update(fiscal_year=""))),
        ("scores.fiscal_year", lambda: _scores(lambda scores: scores.update(fiscal_year=2570))),
        ("scores", lambda: _scores(lambda scores: scores.update(indicators=[]))),
        ("scores", lambda: _scores(lambda scores: scores["indicators"].pop(7))),
        ("plan.0.measures", lambda: _plan(measures=[{"text": ""}], steps=[])),
        ("plan.0.measures", lambda: _plan(measures=[], steps=[])),
        ("plan.0.responsible", lambda: _plan(responsible=[], steps=[])),
        ("plan.0.responsible", lambda: _plan(responsible=["nowhere"], steps=[])),
        ("plan.0.period_start", lambda: _plan(period_start="")),
        ("plan.0.period_end", lambda: _plan(period_end="")),
        (
            "plan.0.period_end",
            lambda: _plan(period_start="2022-05-01", period_end="2022-04-30", follow_up_due="2022-06-01"),
        ),
        ("plan.0.follow_up_due", lambda: _plan(follow_up_due="")),
        ("plan.0.follow_up_due", lambda: _plan(follow_up_due="2001-01-01")),
        ("plan.0.steps.0", lambda: _plan(steps=[{"text": "", "measures": [1], "responsible": ["op"]}])),
        (
            "plan.0.steps.0.responsible",
            lambda: _plan(responsible=["op"], steps=[{"text": "ก", "measures": [1], "responsible": ["fin"]}]),
        ),
    ],
)
def test_what_is_missing_is_named_by_its_place(cast: Cast, path: str, change: Any) -> None:
    assert list(gaps_of(cast, rewritten(cast, **change()))) == [path]


def test_a_subject_is_needed(cast: Cast) -> None:
    memo = cast.draft()
    body = drafts.working_text(memo)
    drafts.revise(memo.pk, by=cast.head_of_office, subject=" \n ", content=body, version=1, now=at())
    assert list(gaps_of(cast, memo)) == ["subject"]


def test_a_reason_that_cannot_be_kept_is_refused(cast: Cast) -> None:
    memo = cast.draft()
    for reason in ("ก" * 1_000_000, "\x00"):
        with pytest.raises(ValidationError) as refused:
            submit(cast, memo, reason=reason)
        assert list(refused.value.message_dict) == ["reason"]
    assert fresh(memo).state == "draft"


# --- the route ---------------------------------------------------------------------------------------------------


def test_a_route_edited_later_never_changes_a_memo_on_its_way(cast: Cast) -> None:
    memo = cast.submitted()
    works = cast.works.appointments.get().position
    cast.kind.route.steps.filter(group=2).delete()
    RouteStep.objects.create(route=cast.kind.route, group=1, position=works, action="endorse")
    RouteStep.objects.create(route=cast.kind.route, group=9, position=works, action="approve")
    cast.answer(memo, cast.permanent_secretary, "endorse")
    assert open_step(memo).position == cast.position("mayor")
    assert fresh(cast.draft()).kind.route.steps.count() == 3


def test_a_second_round_goes_the_first_rounds_way(cast: Cast) -> None:
    memo = cast.returned()
    cast.kind.route.steps.filter(group=1).update(group=3)  # today's route would ask the mayor first
    submit(cast, memo, now=at(hour=15))
    asked = memo.steps.filter(round=2).order_by("group").values_list("group", "position__role", "action", "same_person")
    assert list(asked) == [(1, "permanent_secretary", "endorse", False), (2, "mayor", "approve", True)]


@pytest.mark.parametrize("actions", [(), ("endorse",), ("approve", "endorse")])
def test_a_route_that_ends_without_an_approval_is_refused(cast: Cast, actions: tuple[str, ...]) -> None:
    seats = [cast.position("permanent_secretary"), cast.position("mayor")]
    kind = cast.kind_with(
        *({"group": n, "position": seat, "action": a} for n, (seat, a) in enumerate(zip(seats, actions, strict=False)))
    )
    memo = cast.written(cast.head_of_office, kind)
    with pytest.raises(ValidationError):
        submit(cast, memo)
    assert fresh(memo).state == "draft"
    assert not RegisterEntry.objects.exists()


def test_the_first_step_is_due_after_its_working_days(cast: Cast) -> None:
    step = open_step(submit(cast, cast.draft(), now=at(date(2021, 10, 8))))  # a Friday; the 13th is a holiday
    assert step.due_on == date(2021, 10, 14)


# --- again, and by others ----------------------------------------------------------------------------------------


def test_a_second_submission_is_not_now(cast: Cast) -> None:
    memo = cast.submitted()
    with pytest.raises(NotNow):
        submit(cast, memo)
    assert RegisterEntry.objects.count() == 1
    assert Revision.objects.filter(memo=memo).count() == 1


def test_only_the_author_or_the_authors_seat_submits(cast: Cast) -> None:
    memo = cast.draft()
    with pytest.raises(Refused):
        decisions.submit(memo.pk, by=cast.permanent_secretary, now=at())
    for stranger in (cast.outsider, cast.finance):
        with pytest.raises(Memo.DoesNotExist):
            decisions.submit(memo.pk, by=stranger, now=at())
    assert fresh(memo).state == "draft"


@pytest.mark.parametrize(
    ("text", "name"), [("ผลดี 😀", "GRINNING FACE"), ("ກ", "LAO LETTER KO"), ("ก\u202eข", "RIGHT-TO-LEFT")]
)
def test_what_no_paper_can_print_is_named_before_submission(cast: Cast, text: str, name: str) -> None:
    content = document.imported().content
    content["sections"][0]["text"] += text
    memo = drafts.create(kind=cast.kind, by=cast.head_of_office, subject=f"เรื่อง {text}", content=content, now=at())
    with pytest.raises(ValidationError) as refusal:
        decisions.submit(memo.pk, by=cast.head_of_office, reason=document.REASON, now=at())
    said = refusal.value.message_dict
    assert sorted(said) == ["sections.0.text", "subject"]
    assert name in said["subject"][0]


def test_all_that_cannot_be_printed_is_named_at_once(cast: Cast) -> None:
    memo = drafts.create(
        kind=cast.kind, by=cast.head_of_office, subject="ก🙂漢Ω", content=document.imported().content, now=at()
    )
    with pytest.raises(ValidationError) as refusal:
        decisions.submit(memo.pk, by=cast.head_of_office, reason=document.REASON, now=at())
    said = refusal.value.message_dict["subject"][0]
    assert all(one in said for one in ("🙂", "漢", "Ω"))
