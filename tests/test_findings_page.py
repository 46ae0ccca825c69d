"""The findings beside the draft: on the page, while somebody types, and for nobody who may not write it."""

import html
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from demo import document
from memo_flow import content as text
from memo_flow import drafts
from memo_flow.models import Draft, Memo
from tests.cast import Cast, at
from tests.test_editor import HOSTILE, fields_of
from tests.test_memo_checking import changed, forget_results, real

pytestmark = pytest.mark.django_db


def browser(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def draft_of(cast: Cast, content: text.Content) -> Memo:
    return drafts.create(kind=cast.kind, by=cast.head_of_office, subject="เรื่อง", content=content, now=at())


def posted(memo: Memo, content: text.Content | None = None, **more: Any) -> dict[str, Any]:
    """The editor's form as a browser sends it."""
    draft = Draft.objects.get(memo=memo)
    fields = fields_of(content or draft.content)
    return {"subject": memo.subject, "version": str(draft.version), **fields, **more}


def test_the_draft_page_counts_explains_and_marks_what_is_found(cast: Cast) -> None:
    memo = draft_of(cast, changed(real(), "sections.0.text", "๘๖.๙๕", "๘๗.๖๕"))
    page = html.unescape(browser(cast.head_of_office).get(f"/memos/{memo.pk}/edit/").content.decode())
    assert 'id="findings"' in page and "<mark" in page
    assert 'href="#sections.0.text"' in page and "๘๗.๖๕</mark>" in page
    assert "put:sections.0.text:" in page  # the button that applies the suggestion
    assert 'id="marked-sections-0-text"' in page


def test_the_findings_are_told_in_the_readers_language(cast: Cast) -> None:
    memo = draft_of(cast, real())
    client = browser(cast.head_of_office)
    thai = client.get(f"/memos/{memo.pk}/edit/").content.decode()
    cast.head_of_office.language = "en"
    cast.head_of_office.save()
    english = browser(cast.head_of_office).get(f"/memos/{memo.pk}/edit/").content.decode()
    assert "ที่บันทึกไว้คือ 97.36" in thai and "the recorded result of fiscal year 2564 says 97.36" in english


def test_what_is_typed_is_checked_without_saving_it(cast: Cast) -> None:
    memo = draft_of(cast, real())
    client = browser(cast.head_of_office)
    before = client.post(f"/memos/{memo.pk}/check/", posted(memo)).content.decode()
    wrong = changed(real(), "sections.0.text", "๘๖.๙๕", "๘๗.๖๕")
    after = client.post(f"/memos/{memo.pk}/check/", posted(memo, wrong)).content.decode()
    assert "๘๗.๖๕</mark>" in after and "๘๗.๖๕" not in before
    assert "<html" not in after and 'hx-swap-oob="true"' in after
    draft = Draft.objects.get(memo=memo)
    assert draft.version == 1 and "๘๗.๖๕" not in draft.content["sections"][0]["text"]


def test_the_answer_replaces_the_marks_of_every_field_that_can_be_marked(cast: Cast) -> None:
    """A field that is right by now loses its marks: every place the page has comes back, empty or not."""
    content = real()
    content["scores"]["before"] = [{"seq": 1, "score": "90.04"}]
    memo = draft_of(cast, content)
    client = browser(cast.head_of_office)
    page = client.get(f"/memos/{memo.pk}/edit/").content.decode()
    answer = client.post(f"/memos/{memo.pk}/check/", posted(memo)).content.decode()

    def places(source: str) -> set[str]:
        return {piece.split('"')[0] for piece in source.split('id="marked-')[1:]}

    assert places(page) == places(answer) and len(places(page)) > 30


def test_save_and_check_works_without_a_script(cast: Cast) -> None:
    memo = draft_of(cast, real())
    wrong = changed(real(), "sections.0.text", "๘๖.๙๕", "๘๗.๖๕")
    answer = browser(cast.head_of_office).post(f"/memos/{memo.pk}/edit/", posted(memo, wrong, op="check"))
    assert (answer.status_code, answer["Location"]) == (302, f"/memos/{memo.pk}/edit/#findings")
    assert "๘๗.๖๕" in Draft.objects.get(memo=memo).content["sections"][0]["text"]


def test_values_that_cannot_be_kept_are_passed_over_and_the_rest_is_checked(cast: Cast) -> None:
    memo = draft_of(cast, real())
    wrong = changed(real(), "sections.0.text", "๘๖.๙๕", "๘๗.๖๕")
    bad = {"scores.indicators.0.score": "abc", "plan.0.period_start": "31 ก.พ. 64", "proposals.0.text": "\x01"}
    answer = browser(cast.head_of_office).post(f"/memos/{memo.pk}/check/", posted(memo, wrong, **bad))
    assert answer.status_code == 200 and "๘๗.๖๕</mark>" in answer.content.decode()


@pytest.mark.parametrize("fields", HOSTILE, ids=range(len(HOSTILE)))
def test_no_field_breaks_the_check(cast: Cast, fields: dict[str, Any]) -> None:
    memo = draft_of(cast, real())
    sent = {name: value for name, value in fields.items() if "ud800" not in ascii(value)}  # no browser can send it
    answer = browser(cast.head_of_office).post(f"/memos/{memo.pk}/check/", posted(memo) | sent)
    assert answer.status_code == 200
    assert browser(cast.head_of_office).post(f"/memos/{memo.pk}/check/", sent).status_code == 200


def test_marked_words_are_escaped(cast: Cast) -> None:
    content = real()
    content["sections"][0]["text"] = "<script>alert(1)</script> ตัวชี้วัดที่ ๑ การปฏิบัติหน้าที่ ๑๑.๑๑ คะแนน <b>"
    memo = draft_of(cast, content)
    page = browser(cast.head_of_office).get(f"/memos/{memo.pk}/edit/").content.decode()
    assert "<script>alert" not in page and "๑๑.๑๑</mark>" in page


def test_only_who_may_write_the_memo_may_have_it_checked(cast: Cast) -> None:
    memo = draft_of(cast, real())
    for user, status in ((cast.outsider, 404), (cast.finance, 404), (cast.mayor, 403)):
        assert browser(user).post(f"/memos/{memo.pk}/check/", {}).status_code == status
    assert Client().post(f"/memos/{memo.pk}/check/", {}).status_code == 302
    assert browser(cast.head_of_office).get(f"/memos/{memo.pk}/check/").status_code == 405
    sent = cast.submitted()
    assert browser(cast.head_of_office).post(f"/memos/{sent.pk}/check/", {}).status_code == 409


def test_a_memo_of_another_kind_has_no_checker(cast: Cast) -> None:
    kind = cast.kind_with({"group": 1, "position": cast.position("mayor"), "action": "approve"})
    memo = cast.written(cast.head_of_office, kind)
    client = browser(cast.head_of_office)
    assert 'id="findings"' not in client.get(f"/memos/{memo.pk}/edit/").content.decode()
    assert client.post(f"/memos/{memo.pk}/check/", posted(memo)).status_code == 200


def test_a_year_without_rules_or_no_year_says_so(cast: Cast) -> None:
    content = real()
    client = browser(cast.head_of_office)
    for year, said in ((2550, "2550"), ("", 'href="#scores"')):
        memo = draft_of(cast, content | {"scores": content["scores"] | {"fiscal_year": year}})
        page = client.get(f"/memos/{memo.pk}/edit/").content.decode()
        assert said in page and "finding-1" not in page


def test_without_a_recorded_result_the_text_is_held_against_its_own_table(cast: Cast) -> None:
    forget_results(cast.office)
    memo = draft_of(cast, changed(real(), "scores.indicators.1.score", "88.01", "89.01"))
    page = browser(cast.head_of_office).get(f"/memos/{memo.pk}/edit/").content.decode()
    assert "finding-1" in page and "generate:" not in page


def test_the_page_and_the_check_take_as_many_statements_for_a_long_memo(cast: Cast) -> None:
    short, content = draft_of(cast, real()), real()
    long = draft_of(cast, text.cleaned(content | {"plan": content["plan"] * 6, "sections": content["sections"] * 4}))
    client = browser(cast.head_of_office)

    def statements(memo: Memo, verb: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            if verb == "edit":
                assert client.get(f"/memos/{memo.pk}/edit/").status_code == 200
            else:
                assert client.post(f"/memos/{memo.pk}/check/", posted_fields[memo.pk]).status_code == 200
        return len(captured)

    posted_fields = {memo.pk: posted(memo) for memo in (short, long)}
    client.get(f"/memos/{short.pk}/edit/")
    assert statements(short, "edit") == statements(long, "edit")
    # Who asks (session and person), the seats, the memo, the divisions, the result: 2 + 6.
    assert statements(short, "check") == statements(long, "check") <= 8


def test_the_real_memo_is_found_to_keep_what_it_really_has(cast: Cast) -> None:
    memo = cast.draft()
    page = browser(cast.head_of_office).get(f"/memos/{memo.pk}/edit/")
    rules = {one.data["rule"] for one in page.context["panel"].high}
    assert {"R15", "R16"} <= rules  # reported before the work ends; evidence after the window
    assert memo.subject == document.imported().subject
