"""Submitting what the checker calls wrong: a reason is needed, both are frozen, and each decider sees them."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils.translation import override

from assessments import results
from audit import chain
from demo import document
from memo_flow import analysis, checking, decisions, drafts
from memo_flow import content as text
from memo_flow.models import Memo, RegisterEntry, Revision
from memo_flow.queries import newest_revision
from tests.cast import DAY, Cast, at, fresh, open_step
from tests.test_findings_page import browser, draft_of
from tests.test_memo_checking import changed, real

pytestmark = pytest.mark.django_db
REASON = "ผลคะแนนตามประกาศ จะแก้ไขกำหนดรายงานในแผนปฏิบัติการ"


def submit(cast: Cast, memo: Memo, **more: Any) -> Memo:
    return decisions.submit(memo.pk, by=cast.head_of_office, **({"now": at(hour=10)} | more))


def high(memo: Memo) -> int:
    report = checking.report_on(memo, drafts.working_text(memo), subject=memo.subject, on=DAY)
    assert report is not None
    return report.count("high")


def clean(cast: Cast) -> Memo:
    """A draft written from the recorded result, in which nothing high is found."""
    return drafts.from_result(2564, by=cast.head_of_office, now=at())


def frozen(memo: Memo) -> dict[str, Any]:
    revision = newest_revision(memo)
    assert revision is not None
    return dict(revision.content)


# --- the reason --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", ["", "  \n ", "\u200b", "\ufeff \u2060", "\u3164", "–"])
def test_high_findings_need_a_reason_and_nothing_happens_without_one(cast: Cast, reason: str) -> None:
    memo = draft_of(cast, real())
    count = high(memo)
    assert count > 1
    with override("en"), pytest.raises(ValidationError) as refused:
        submit(cast, memo, reason=reason)
    assert list(refused.value.message_dict) == ["reason"] and str(count) in refused.value.message_dict["reason"][0]
    assert fresh(memo).state == "draft" and not RegisterEntry.objects.exists() and not Revision.objects.exists()
    assert [event.verb for event in chain.history_of(memo)] == ["created"]


def test_what_is_missing_is_told_before_what_is_wrong(cast: Cast) -> None:
    memo = draft_of(cast, real() | {"to": ""})
    with pytest.raises(ValidationError) as refused:
        submit(cast, memo)
    assert "reason" not in refused.value.message_dict


def test_findings_and_reason_are_frozen_with_the_text_and_are_part_of_its_digest(cast: Cast) -> None:
    memo = draft_of(cast, real())
    report = checking.report_on(memo, real(), subject=memo.subject, on=DAY)
    assert report is not None
    submit(cast, memo, reason=REASON)
    content = frozen(memo)
    assert content["findings"] == [one.as_data() for one in report.findings]
    assert content["reason"] == REASON
    revision = Revision.objects.get(memo=memo)
    assert revision.digest == chain.digest(content) != chain.digest(content | {"findings": []})
    assert not list(chain.verify())


def test_a_reason_for_findings_that_nobody_saw_is_asked_again(cast: Cast) -> None:
    """The recorded result is corrected between the page and the answer."""
    memo = draft_of(cast, real())
    client = browser(cast.head_of_office)
    seen = client.get(f"/memos/{memo.pk}/submit/").context["seen"]
    result = results.of_year(cast.office, 2564)
    assert result is not None
    scores = {**result.scores, 1: Decimal("11.11")}
    results.record(cast.office, 2564, cast.head_of_office, scores, result.announced, now=at(), version=result.version)
    sent = {"version": "1", "seen": seen, "reason": REASON}
    answer = client.post(f"/memos/{memo.pk}/submit/", sent)
    page = answer.content.decode()
    assert answer.status_code == 409 and REASON in page and "11.11" in page and fresh(memo).state == "draft"
    assert "#send" in page and not answer.context["incomplete"]  # it can be submitted from here
    again = answer.context["seen"]
    assert again != seen and f'name="seen" value="{again}"' in page
    assert client.post(f"/memos/{memo.pk}/submit/", {**sent, "seen": again}).status_code == 302


def test_without_high_findings_no_reason_is_asked(cast: Cast) -> None:
    memo = clean(cast)
    assert high(memo) == 0
    submit(cast, memo)
    assert fresh(memo).state == "in_review" and frozen(memo)["reason"] == ""


def test_a_memo_that_is_not_checked_is_submitted_as_ever(cast: Cast) -> None:
    memo = cast.sent(cast.finance)
    assert frozen(memo)["findings"] == []


def test_what_is_found_is_that_of_the_moment_of_submission(cast: Cast) -> None:
    """Typed since the page was read, or saved by somebody else: the service checks what it freezes."""
    memo = clean(cast)
    body = changed(drafts.working_text(memo), "sections.0.text", "๘๖.๙๕", "๘๗.๖๕")
    drafts.revise(memo.pk, by=cast.head_of_office, subject=memo.subject, content=body, version=1, now=at())
    with pytest.raises(ValidationError):
        submit(cast, memo)


# --- the form ----------------------------------------------------------------------------------------------------


def test_the_form_shows_the_reason_box_where_something_high_stands(cast: Cast) -> None:
    client = browser(cast.head_of_office)
    page = client.get(f"/memos/{draft_of(cast, real()).pk}/submit/").content.decode()
    assert 'name="reason"' in page and "finding-1" in page
    assert 'name="reason"' not in client.get(f"/memos/{clean(cast).pk}/submit/").content.decode()


def test_a_refused_submission_names_the_reason_and_the_box_is_there(cast: Cast) -> None:
    memo = draft_of(cast, real())
    answer = browser(cast.head_of_office).post(f"/memos/{memo.pk}/submit/", {"version": "1", "reason": " "})
    page = answer.content.decode()
    assert answer.status_code == 200 and 'href="#id_reason"' in page and 'name="reason"' in page
    assert (
        "#send" in page and "#pencil" not in page
    )  # Submit stays, no way back to the editor: only a reason is missing


def test_what_was_typed_stays_when_something_else_is_refused(cast: Cast) -> None:
    memo = draft_of(cast, real())
    body = real() | {"to": ""}
    drafts.revise(memo.pk, by=cast.head_of_office, subject=memo.subject, content=body, version=1, now=at())
    answer = browser(cast.head_of_office).post(f"/memos/{memo.pk}/submit/", {"version": "2", "reason": REASON})
    assert answer.status_code == 200 and REASON in answer.content.decode()


def test_the_form_submits_with_its_reason(cast: Cast) -> None:
    memo = draft_of(cast, real())
    answer = browser(cast.head_of_office).post(f"/memos/{memo.pk}/submit/", {"version": "1", "reason": REASON})
    assert answer.status_code == 302 and frozen(memo)["reason"] == REASON


# --- who reads it ------------------------------------------------------------------------------------------------


def page_of(client: Client, memo: Memo) -> str:
    return client.get(f"/memos/{memo.pk}/").content.decode()


def test_each_decider_sees_findings_and_reason_before_the_answers(cast: Cast) -> None:
    memo = draft_of(cast, real())
    submit(cast, memo, reason=REASON)
    for user, outcome in ((cast.permanent_secretary, "endorse"), (cast.mayor, "approve")):
        page = page_of(browser(user), memo)
        panel = page[page.index('id="decide"') :]
        assert panel.index(REASON) < panel.index('type="radio"') and 'href="#checked"' in panel
        assert 'id="checked"' in page and page.count('class="finding ') == len(frozen(memo)["findings"])
        cast.answer(memo, user, outcome)
    assert 'id="checked"' in page_of(browser(cast.head_of_office), memo)  # and it stays after approval


def test_a_decider_of_a_memo_without_findings_sees_none(cast: Cast) -> None:
    memo = clean(cast)
    submit(cast, memo)
    assert frozen(memo)["findings"] == []
    assert 'id="checked"' not in page_of(browser(cast.permanent_secretary), memo)


def test_findings_of_an_old_text_stay_as_they_were_frozen(cast: Cast) -> None:
    memo = draft_of(cast, real())
    submit(cast, memo, reason=REASON)
    first = frozen(memo)["findings"]
    cast.answer(memo, cast.permanent_secretary, "return", "แก้ตัวเลข")
    body = analysis_text(cast, memo)
    drafts.revise(memo.pk, by=cast.head_of_office, subject=memo.subject, content=body, version=0, now=at(hour=13))
    submit(cast, memo, now=at(hour=14))
    old = Revision.objects.get(memo=memo, round=1)
    assert old.content["findings"] == first and old.content["reason"] == REASON
    assert checking.high_of(frozen(memo)["findings"]) == 0
    page = page_of(browser(cast.permanent_secretary), memo)
    assert REASON not in page[page.index('id="decide"') : page.index('id="way"')]  # of this text there is none
    assert not list(chain.verify())


def analysis_text(cast: Cast, memo: Memo) -> text.Content:
    facts, known = drafts.facts_of(cast.office, memo.division, 2564, on=DAY)
    blank = text.blank(cast.kind.outline, to="นายก", agency="สำนักปลัด")
    return analysis.draft(facts, blank, known, on=DAY)


def test_a_returned_memo_with_high_findings_needs_its_reason_again(cast: Cast) -> None:
    memo = draft_of(cast, real())
    submit(cast, memo, reason=REASON)
    cast.answer(memo, cast.permanent_secretary, "return", "แก้ตัวเลข")
    with pytest.raises(ValidationError):
        submit(cast, memo, now=at(hour=14))
    submit(cast, memo, reason="ยืนยันตามเดิม", now=at(hour=15))
    assert open_step(memo).round == 2


def test_frozen_words_are_escaped(cast: Cast) -> None:
    memo = draft_of(cast, changed(real(), "sections.0.text", "๘๖.๙๕", "๘๗.๖๕ <img src=x>"))
    submit(cast, memo, reason="<script>alert(1)</script>")
    page = page_of(browser(cast.mayor), memo)
    assert "<script>alert" not in page and "<img src=x>" not in page


def test_the_demo_says_why_it_is_submitted(cast: Cast) -> None:
    memo = cast.submitted()
    assert frozen(memo)["reason"] == document.REASON and checking.high_of(frozen(memo)["findings"]) > 0
