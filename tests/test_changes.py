"""What was changed from one text of a memo to the next: word by word, for whom it is meant, beside what was said."""

from copy import deepcopy
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as some

from memo_flow import comparing, decisions, drafts
from memo_flow.comparing import Passage, Piece, compare
from memo_flow.models import Memo
from organization.thai_words import words
from tests.cast import Browse, Cast, at

ALPHABET = "กขคงเแโใไะาำิีึืุูั็่้๊๋์ํๆฯ ๑๒ab1.,-()\n\u200b\u200d😀é"


# --- words


def test_thai_is_parted_into_words_and_a_number_is_one() -> None:
    assert words("ได้คะแนน ๙๗.๓๖ ตาม พ.ศ. 2564") == ["ได้", "คะแนน", " ", "๙๗.๓๖", " ", "ตาม", " ", "พ.ศ.", " ", "2564"]


@given(some.text(max_size=600) | some.text(alphabet=ALPHABET, max_size=600))
def test_no_character_is_lost_between_words(text: str) -> None:
    assert "".join(words(text)) == text


# --- texts


def text(*lines: str, **more: Any) -> dict[str, Any]:
    return {"sections": [{"id": "", "heading": "", "text": "\n".join(lines)}], **more}


def passages(old: dict[str, Any], new: dict[str, Any]) -> list[Passage]:
    found = compare(old, new, divisions={"fin": "กองคลัง"})
    return [one for part in found for one in part.passages if one.how != "same"]


def said(passage: Passage) -> list[tuple[str, str]]:
    return [(one.how, one.text) for one in passage.pieces if one.how != "same"]


def test_a_word_that_was_changed_is_marked_and_no_more() -> None:
    (one,) = passages(text("ได้คะแนนรวม ๙๗.๓๘ ระดับผ่านดี"), text("ได้คะแนนรวม ๙๗.๓๖ ระดับผ่านดี"))
    assert one.how == "changed" and said(one) == [("removed", "๙๗.๓๘"), ("added", "๙๗.๓๖")]
    assert "".join(piece.text for piece in one.pieces if piece.how != "removed") == "ได้คะแนนรวม ๙๗.๓๖ ระดับผ่านดี"


def test_a_paragraph_put_in_leaves_the_others_as_they_were() -> None:
    old, new = text("ย่อหน้าแรก", "ย่อหน้าสุดท้าย"), text("ย่อหน้าแรก", "เพิ่มมาตรการกำกับดูแล", "ย่อหน้าสุดท้าย")
    (one,) = passages(old, new)
    assert one == Passage("added", (Piece("added", "เพิ่มมาตรการกำกับดูแล"),))
    (gone,) = passages(new, old)
    assert gone.how == "removed"


def test_phrases_are_read_not_confetti() -> None:
    (one,) = passages(text("ให้ กองคลัง รายงาน ทุกเดือน แก่ผู้บริหาร"), text("ให้ กองช่าง เสนอ ทุกเดือน แก่ผู้บริหาร"))
    assert [how for how, _words in said(one)] == ["removed", "added"]


def test_the_plan_the_scores_and_the_attachments_are_compared_too() -> None:
    row = {
        "instrument": "IIT",
        "title": "",
        "issue": "",
        "measures": [{"text": "ทบทวนมาตรการ"}],
        "steps": [{"text": "จัดประชุม", "measures": [1], "responsible": ["fin"]}],
        "responsible": ["fin"],
        "period_start": "2021-10-01",
        "period_end": "2022-03-31",
        "follow_up": "",
        "follow_up_due": "2022-03-31",
    }
    scores = {"means": {"IIT": "90.05"}, "total": "82.14", "level": "B", "indicators": []}
    old = text("ก", plan=[row], scores=scores, attachments=[{"name": "แผน.pdf"}])
    new = deepcopy(old)
    new["plan"][0]["follow_up_due"] = "2022-04-30"
    new["scores"]["total"] = "82.41"
    new["attachments"][0]["name"] = "แผนใหม่.pdf"
    found = [words for one in passages(old, new) for words in said(one)]
    assert ("added", "82.41") in found and ("added", "๓๐ เมษายน") in found
    assert any("ใหม่" in words for how, words in found if how == "added")
    assert compare(old, deepcopy(old), divisions={}) == []


@given(
    some.lists(some.text(alphabet="กขคา ๑1ab", max_size=12), max_size=6),
    some.lists(some.text(alphabet="กขคา ๑1ab", max_size=12), max_size=6),
)
def test_what_is_shown_is_both_texts(old: list[str], new: list[str]) -> None:
    """Without what was removed it is the new text, without what was added the old one."""
    shown = comparing._passages(old, new)
    for left_out, lines in (("removed", new), ("added", old)):
        read = [
            "".join(one.text for one in passage.pieces if one.how != left_out)
            for passage in shown
            if passage.how != left_out
        ]
        assert read == lines


# --- the page


def revised(cast: Cast) -> Memo:
    """Returned, and saved again with a changed proposal, not yet submitted."""
    memo = cast.returned()
    body = drafts.working_text(memo)
    body["closing"] = "จึงเรียนมาเพื่อโปรดพิจารณาอนุมัติโดยด่วน"
    drafts.revise(
        memo.pk,
        content=body,
        subject=memo.subject,
        version=drafts.version_of(memo),
        by=cast.head_of_office,
        now=at(hour=11),
    )
    return memo


def resubmitted(cast: Cast) -> Memo:
    memo = revised(cast)
    return decisions.submit(memo.pk, by=cast.head_of_office, reason="แก้ไขแล้ว", now=at(hour=12))


def page(browser: Any, memo: Memo, more: str = "") -> Any:
    return browser.get(reverse("memo-changes", args=[memo.pk]) + more)


@pytest.mark.django_db
def test_the_author_sees_his_changes_beside_the_reason_while_he_writes(cast: Cast, as_: Browse) -> None:
    memo = revised(cast)
    own = page(as_(cast.head_of_office), memo).content.decode()
    assert "<ins>" in own and "โดยด่วน" in own and "ขอให้แก้คะแนนตัวชี้วัดที่ 8" in own
    others = page(as_(cast.permanent_secretary), memo)
    assert "โดยด่วน" not in others.content.decode() and others.context["new"] is None


@pytest.mark.django_db
def test_a_decider_sees_what_was_changed_since_he_decided(cast: Cast, as_: Browse) -> None:
    memo = resubmitted(cast)
    browser = as_(cast.permanent_secretary)
    assert reverse("memo-changes", args=[memo.pk]) in browser.get(reverse("memo", args=[memo.pk])).content.decode()
    shown = page(browser, memo)
    assert (shown.context["old"].round, shown.context["new"].round) == (1, 2)
    assert "โดยด่วน" in shown.content.decode() and "ขอให้แก้คะแนนตัวชี้วัดที่ 8" in shown.content.decode()
    for odd in ("?from=2&to=1", "?from=x&to=99", "?from=-1", "?to=1"):
        again = page(browser, memo, odd)
        assert (again.context["old"].round, again.context["new"].round) == (1, 2)


@pytest.mark.django_db
def test_it_is_nothing_to_a_stranger_and_one_text_is_said_to_be_one(cast: Cast, as_: Browse) -> None:
    memo = resubmitted(cast)
    for person in (cast.outsider, cast.works):
        assert page(as_(person), memo).status_code == 404
    first = cast.submitted()
    alone = page(as_(cast.head_of_office), first)
    assert alone.status_code == 200 and alone.context["parts"] == [] and alone.context["new"] is None


@pytest.mark.django_db
def test_its_statements_do_not_grow_with_the_rounds(cast: Cast, as_: Browse) -> None:
    memo = resubmitted(cast)
    browser = as_(cast.permanent_secretary)
    page(browser, memo)

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert page(browser, memo).status_code == 200
        return len(captured)

    few = cost()
    for n in range(3):
        cast.answer(memo, cast.permanent_secretary, "return", f"อีกครั้ง {n}")
        decisions.submit(memo.pk, by=cast.head_of_office, reason="แก้ไขแล้ว", now=at(hour=13 + n))
    assert cost() <= few + 1 and few <= 26  # more than two texts are offered to choose from
